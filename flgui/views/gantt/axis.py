"""TimeAxis: the one visible range of time that ruler and charts share."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QObject, Signal

from planner_core.plan import FloatArray

__all__ = ["TimeAxis"]

_DEEPEST: Final = 1e7
"""The visible range is never shorter than the whole one by more than this factor."""


class TimeAxis(QObject):
    """Maps seconds to pixels; knows how to zoom, pan and fit, and keeps inside 0 to the end of the plans."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._whole = 1e-3
        self._start, self._end = 0.0, self._whole
        self._left, self._width = 0, 100

    @property
    def start(self) -> float:
        """First visible moment in seconds."""
        return self._start

    @property
    def end(self) -> float:
        """Last visible moment in seconds."""
        return self._end

    @property
    def whole(self) -> float:
        """End of the axis in seconds."""
        return self._whole

    @property
    def left(self) -> int:
        """Pixel of `start`."""
        return self._left

    @property
    def right(self) -> int:
        """Pixel of `end`."""
        return self._left + self._width

    @property
    def per_pixel(self) -> float:
        """Seconds a pixel stands for."""
        return (self._end - self._start) / self._width

    @property
    def fitted(self) -> bool:
        """Whether all of the axis is visible."""
        return self._start == 0.0 and self._end == self._whole

    def x(self, seconds: float) -> float:
        """Return the pixel of a moment, not rounded."""
        return self._left + (seconds - self._start) / self.per_pixel

    def pixels(self, seconds: FloatArray) -> FloatArray:
        """Return the pixels of moments, on whole pixels."""
        found: FloatArray = np.rint(self._left + (seconds - self._start) / self.per_pixel)
        return found

    def seconds(self, x: float) -> float:
        """Return the moment at a pixel."""
        return self._start + (x - self._left) * self.per_pixel

    def place(self, left: int, width: int) -> None:
        """Say where on screen the visible range lies."""
        if (left, max(width, 1)) != (self._left, self._width):
            self._left, self._width = left, max(width, 1)
            self.changed.emit()

    def set_whole(self, end_s: float) -> None:
        """Set the end of the axis; everything stays visible if it was, else the range stays if it can."""
        fitted = self.fitted
        self._whole = end_s
        self._show(0.0, end_s) if fitted else self._show(self._start, self._end)

    def fit(self) -> None:
        """Show everything."""
        self._show(0.0, self._whole)

    def show(self, start_s: float, end_s: float) -> None:
        """Show a range of time, shifted and cut so that it lies inside the axis."""
        self._show(start_s, end_s)

    def zoom(self, factor: float, at_x: float | None = None) -> None:
        """Show `factor` times less time; the moment at pixel `at_x` (default: the middle) stays put."""
        x = self._left + self._width / 2 if at_x is None else min(max(at_x, self._left), self.right)
        share = (x - self._left) / self._width
        at = self.seconds(x)
        span = min(max((self._end - self._start) / factor, self._whole / _DEEPEST), self._whole)
        self._show(at - share * span, at + (1 - share) * span)

    def pan(self, pixels: float) -> None:
        """Move the contents to the right by a number of pixels."""
        move = pixels * self.per_pixel
        self._show(self._start - move, self._end - move)

    def _show(self, start: float, end: float) -> None:
        span = min(max(end - start, self._whole / _DEEPEST), self._whole)
        start = min(max(start, 0.0), self._whole - span)
        end = self._whole if span == self._whole else start + span
        if (start, end) != (self._start, self._end):
            self._start, self._end = start, end
            self.changed.emit()
