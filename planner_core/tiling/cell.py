"""Cell: one way to fuse and cut."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Cell"]


@dataclass(frozen=True, slots=True)
class Cell:
    """tau and the grid: a cell of the landscape that the searches walk."""

    tau: int
    rows: int
    cols: int

    @property
    def paths(self) -> int:
        """P."""
        return self.rows * self.cols
