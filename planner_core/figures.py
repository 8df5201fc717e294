"""Figures: what is known of one point of a curve, as the rows of `flplan sweep` say it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner_core.sweep_files import Row

__all__ = ["DEVICE_ONLY", "ES_ONLY", "Figures"]

DEVICE_ONLY, ES_ONLY = "device_only", "es_only"
"""What the rows of the baselines are called."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One scenario's rows: one for every method, and two for the baselines.

    Parameters
    ----------
    rows : tuple of Row
        A row without figures stands for a method that has no plan here.
    """

    rows: tuple[Row, ...]

    def row(self, name: str) -> Row | None:
        """Return the row of a method, or of DEVICE_ONLY or ES_ONLY."""
        return next((row for row in self.rows if row["method"] == name), None)

    def makespan(self, name: str) -> float:
        """Return T in seconds; NaN where there is no plan."""
        row = self.row(name)
        return math.nan if row is None or row["makespan_s"] is None else float(row["makespan_s"])

    @property
    def bound(self) -> float:
        """BF's proven lower bound in seconds; NaN where there is none."""
        row = self.row("BF")
        return math.nan if row is None or row["lower_bound_s"] is None else float(row["lower_bound_s"])

    @property
    def final(self) -> bool:
        """Whether more time would change nothing: BF is proven, or was not asked for."""
        row = self.row("BF")
        return row is None or bool(row["optimal"])
