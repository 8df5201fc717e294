"""The line of the window's own scenario in a chart: it can be dragged, and carries a dot for each method."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtGui import QColor

from flgui.theme.tokens import Tokens
from flgui.views.sweep.lines import Upright
from flgui.views.sweep.marks import text_item

__all__ = ["ScenarioMark"]

_LINE_Z, _WORD_Z, _DOT_Z = 20, 21, 22
_DOT = 8


class ScenarioMark:
    """Line, word and dots.

    Parameters
    ----------
    plot : PlotItem

    Attributes
    ----------
    line : InfiniteLine
        Says when it is dragged.
    """

    def __init__(self, plot: Any) -> None:
        self._tokens = Tokens.load("light")
        self.line = Upright(angle=90, movable=True)
        self._word = text_item("this scenario", 12, 500)
        self._dots = pg.ScatterPlotItem(size=_DOT, pxMode=True)
        for item, z in ((self.line, _LINE_Z), (self._word, _WORD_Z), (self._dots, _DOT_Z)):
            item.setZValue(z)
            item.hide()
            plot.addItem(item, ignoreBounds=True)

    def set_style(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        color = tokens.color
        self.line.setPen(pg.mkPen(color("accent.base"), width=1.5))
        self.line.setHoverPen(pg.mkPen(color("accent.hover"), width=3))
        self._word.fill = QColor(color("accent.subtle"))
        self._word.border = pg.mkPen(color("accent.base"), width=1)
        self._word.setColor(QColor(color("accent.text")))

    def hide(self) -> None:
        """Take everything away."""
        for item in (self.line, self._word, self._dots):
            item.hide()

    def place(
        self, place: float, ends: tuple[float, float], top: float, dots: Sequence[tuple[str, float]]
    ) -> None:
        """Put the line at a place of the axis between its ends, the word at `top`, and (method, seconds) as dots."""
        self.line.blockSignals(True)
        self.line.setBounds(ends)
        self.line.setValue(place)
        self.line.blockSignals(False)
        share = (place - ends[0]) / (ends[1] - ends[0])
        self._word.setAnchor((0.5 if 0.2 < share < 0.8 else min(0.95, max(0.05, share)), 0.0))
        self._word.setPos(place, top)
        panel = pg.mkPen(self._tokens.color("surface.panel"), width=1)
        self._dots.setData(
            [
                {
                    "pos": (place, math.log10(seconds)),
                    "brush": QColor(self._tokens.method_color(name)),
                    "pen": panel,
                }
                for name, seconds in dots
            ]
        )
        for item in (self.line, self._word, self._dots):
            item.show()
