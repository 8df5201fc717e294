"""Where the cells of the landscape are in its pane: arithmetic only."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LEGEND", "Places", "arrange"]

INSET = 16
LEGEND = 156
AXIS = 26
_TOP = 8
_GAP = 16
_LEAST_GUTTER = 89  # where the bars of the schedules begin
_COLUMN = (7, 1.6)  # least width in pixels; most, in heights of a row
_TALLEST = 1.45
_READABLE = 14  # row at which names do not touch


@dataclass(frozen=True, slots=True)
class Places:
    """Pixels of the pane.

    Parameters
    ----------
    left, top, width, height : int
        What is visible of the matrix.
    column, row : int
        Size of a cell, lattice included.
    columns, rows : int
    x, y : int
        How far the matrix is scrolled.
    legend : int
        Left edge of the legend.
    """

    left: int
    top: int
    width: int
    height: int
    column: int
    row: int
    columns: int
    rows: int
    x: int
    y: int
    legend: int

    def box(self, place: tuple[int, int]) -> tuple[int, int, int, int]:
        """Return left, top, width and height of a cell, without its lattice."""
        row, column = place
        left = self.left + column * self.column - self.x
        return left, self.top + row * self.row - self.y, self.column - 1, self.row - 1

    def at(self, x: float, y: float) -> tuple[int, int] | None:
        """Return (row, column) at a point, None beside the matrix."""
        if not (self.left <= x < self.left + self.width and self.top <= y < self.top + self.height):
            return None
        row = int((y - self.top + self.y) // self.row)
        column = int((x - self.left + self.x) // self.column)
        return (row, column) if row < self.rows and column < self.columns else None

    @property
    def beyond(self) -> tuple[int, int]:
        """How far the matrix can be scrolled to the right and down."""
        return self.columns * self.column - self.width, self.rows * self.row - self.height


def arrange(
    size: tuple[int, int],
    shape: tuple[int, int],
    gutter: int,
    row: int,
    least_row: int,
    scrolled: tuple[int, int] = (0, 0),
) -> Places:
    """Place a matrix of `shape` (rows, columns) in a pane of `size` (width, height).

    Parameters
    ----------
    gutter : int
        Width that the row labels need.
    row, least_row : int
        Height of a row that is wanted, and the least at which its name can be read.
    """
    rows, columns = shape
    left = max(_LEAST_GUTTER, gutter)
    legend = max(size[0] - INSET - LEGEND, left + 60)
    high = max(row, size[1] - _TOP - AXIS)
    if rows * least_row > high:
        least_row = max(least_row, _READABLE)  # it scrolls anyhow
    tall = min(max(high // rows, least_row), round(row * _TALLEST))
    room = max(40, legend - _GAP - left)
    wide = min(max(room // columns, _COLUMN[0]), round(tall * _COLUMN[1]))
    width, height = min(room, columns * wide), min(high, rows * tall)
    if height < rows * tall:
        height -= height % tall  # whole rows
    x = min(max(0, scrolled[0]), columns * wide - width)
    y = min(max(0, scrolled[1]), rows * tall - height)
    return Places(left, _TOP, width, height, wide, tall, columns, rows, x, y, legend)
