"""Lines of the charts as wide as they are meant to be, however many device pixels the screen has for a pixel."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtGui import QPainter, QPen

from flgui.theme.devices import device_ratio, on_paper

__all__ = ["Curve", "Upright", "wide_pen"]


def wide_pen(pen: QPen, painter: QPainter) -> QPen:
    """Return a cosmetic pen for this painter: Qt takes its width for device pixels, thin on fine screens."""
    if on_paper(painter):
        return pen
    wide = QPen(pen)
    wide.setWidthF(pen.widthF() * device_ratio(painter))
    return wide


class Upright(pg.InfiniteLine):  # type: ignore[misc]
    """A line across the chart whose pen has logical pixels."""

    def paint(self, painter: QPainter, *rest: Any) -> None:
        """Paint with the pen for this screen."""
        pen: QPen = self.currentPen  # type: ignore[has-type]
        self.currentPen = wide_pen(pen, painter)
        try:
            super().paint(painter, *rest)
        finally:
            self.currentPen = pen


class Curve(pg.PlotCurveItem):  # type: ignore[misc]
    """A curve whose pen has logical pixels."""

    def paint(self, painter: QPainter, option: Any, widget: Any) -> None:
        """Paint with the pen for this screen."""
        pen = self.opts["pen"]
        self.opts["pen"] = wide_pen(pen, painter)
        try:
            super().paint(painter, option, widget)
        finally:
            self.opts["pen"] = pen
