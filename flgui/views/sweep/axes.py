"""Axes of the sweep's charts and the lattice behind them; places are logarithms where the axis is one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from flgui.text import format_number, trim
from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens
from flgui.views.sweep.lines import wide_pen

__all__ = ["LEFT", "Lattice", "WordAxis", "share_ticks", "time_ticks", "value_ticks"]

LEFT = 58
"""Width of the axes at the left, so that all charts begin at one line."""

Ticks = list[tuple[float, str]]

_PER_SECOND = (
    (1e-6, 1e6, "µs"),
    (1e-3, 1e3, "ms"),
    (1.0, 1.0, "s"),
    (60.0, 1 / 60, "min"),
    (3600.0, 1 / 3600, "h"),
)
_STEPS = (1.0, 2.0, 5.0)
_FINE_STEPS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0)
_FINE_BELOW = 0.9  # decades


class WordAxis(pg.AxisItem):  # type: ignore[misc]
    """An axis whose ticks are given as (place, word)."""

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation)
        self._words: dict[float, str] = {}
        self.setStyle(
            tickLength=0,
            tickFont=font(Tokens.load("light").size("type.axis.px")),
            tickTextOffset=6,
            hideOverlappingLabels=False,
        )

    def set_words(self, ticks: Sequence[tuple[float, str]]) -> None:
        """Take other ticks."""
        self._words = dict(ticks)
        self.setTicks([list(ticks)])

    def set_style(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self.setPen(QPen(QColor(tokens.color("border.default")), 1))
        self.setTextPen(QColor(tokens.color("text.secondary")))


class Lattice(pg.GraphicsObject):  # type: ignore[misc]
    """Thin lines at given places, behind everything."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[QLineF] = []
        self._box = QRectF()
        self._pen = QPen()
        self.setZValue(-20)

    def set_lines(self, xs: Sequence[float], ys: Sequence[float], box: QRectF) -> None:
        """Take other places, and the rectangle that the lines fill."""
        self.prepareGeometryChange()
        self._box = box
        self._lines = [QLineF(x, box.top(), x, box.bottom()) for x in xs]
        self._lines += [QLineF(box.left(), y, box.right(), y) for y in ys]
        self.update()

    def set_style(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._pen = QPen(QColor(tokens.color("border.grid")), 1)
        self._pen.setCosmetic(True)
        self.update()

    def boundingRect(self) -> QRectF:
        """Return the rectangle of the lines."""
        return self._box

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Draw the lines."""
        painter.setPen(wide_pen(self._pen, painter))
        painter.drawLines(self._lines)


def time_ticks(low: float, high: float) -> Ticks:
    """Return ticks at 1, 2 and 5 of each decade between two logarithms of seconds, the highest one first.

    Within less than a decade there are some more.
    The unit stands at the first tick and wherever it changes.
    """
    ticks: Ticks = []
    unit_before = ""
    steps = _FINE_STEPS if high - low < _FINE_BELOW else _STEPS
    for exponent in range(math.floor(high) + 1, math.floor(low) - 2, -1):
        for step in reversed(steps):
            place = math.log10(step) + exponent
            if not low - 1e-9 <= place <= high + 1e-9:
                continue
            seconds = step * 10.0**exponent
            _, factor, unit = max(
                (u for u in _PER_SECOND if u[0] <= seconds * 1.0000001), default=_PER_SECOND[0]
            )
            number = trim(format_number(seconds * factor, 3))
            ticks.append((place, number if unit == unit_before else f"{number} {unit}"))
            unit_before = unit
    return ticks


def value_ticks(low: float, high: float, log: bool, unit: str) -> tuple[Ticks, list[float]]:
    """Return the ticks of the values between two places, with the unit between two of them, and all the lines."""
    if log:
        first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
        lines = [float(e) for e in range(first, last + 1)]
        ticks = [(place, trim(format_number(10.0**place, 3))) for place in lines]
        if len(ticks) < 2:
            ends = [low, high]
            ticks = [(place, trim(format_number(10.0**place, 3))) for place in ends]
            lines = ends
    else:
        step = _round_step((high - low) / 6)
        count = math.floor(high / step + 1e-9) - math.ceil(low / step - 1e-9)
        lines = [(math.ceil(low / step - 1e-9) + k) * step for k in range(count + 1)]
        ticks = [(place, trim(format_number(place, 4))) for place in lines]
    middle = len(ticks) // 2
    if unit and len(ticks) > 1:
        ticks.append(((ticks[middle - 1][0] + ticks[middle][0]) / 2, unit))
    return ticks, lines


def share_ticks(high: float) -> Ticks:
    """Return ticks of shares from 0 to `high`, four at most, in per cent."""
    step = max(0.05, _round_step(high / 3))
    return [
        (k * step, f"{trim(format_number(100 * k * step, 3))} %")
        for k in range(math.floor(high / step + 1e-9) + 1)
    ]


def _round_step(step: float) -> float:
    scale = 10.0 ** math.floor(math.log10(step))
    return float(next(s for s in (1, 2, 5, 10) if s * scale >= step * 0.999) * scale)
