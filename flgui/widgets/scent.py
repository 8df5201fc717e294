"""Scent: the small curves over a slider, which say what its values would bring."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from flgui.text import format_time, join
from flgui.theme.tokens import Tokens, mix

__all__ = ["CURVE", "METHODS_DRAWN", "Scent", "paint_join", "paint_scent", "paint_sight"]

CURVE = 24
"""Height of the curves in pixels."""

METHODS_DRAWN = (("NFL", 1.0), ("MW", 1.0), ("BF", 1.5))
"""Method and width of its line, the first lowest."""

_PAD = 2.0
_FLATTEST = 1.15
"""Least ratio of times over the height of the curves: less would make mountains of nothing."""


@dataclass(frozen=True, slots=True)
class Scent:
    """Makespans over the values of a slider.

    Parameters
    ----------
    values : tuple of float
        Ascending, in the slider's unit.
    fractions : tuple of float
        Where each is on the track, 0..1.
    seconds : tuple of (name, tuple of float)
        Makespan of each method at each value; NaN where there is no plan.
    stale : bool
        The curves belong to an older scenario, and are grey.
    """

    values: tuple[float, ...]
    fractions: tuple[float, ...]
    seconds: tuple[tuple[str, tuple[float, ...]], ...]
    stale: bool = False

    def of(self, method: str) -> tuple[float, ...]:
        """Return the makespans of a method."""
        return dict(self.seconds).get(method, ())

    def nearest(self, fraction: float) -> int | None:
        """Return the point with a plan by BF that is nearest to `fraction`; None while the curves are grey."""
        if self.stale:
            return None
        points = [k for k, seconds in enumerate(self.of("BF")) if not math.isnan(seconds)]
        return min(points, key=lambda k: abs(self.fractions[k] - fraction), default=None)

    def best_text(self, point: int) -> str:
        """Return what BF takes at a point, in words."""
        return f"BF {join(format_time(self.of('BF')[point]))}"

    def ends(self) -> tuple[float, float]:
        """Return the least and the greatest time of the height of the curves."""
        known = [s for _, curve in self.seconds for s in curve if s > 0]
        if not known:
            return 1.0, 2.0
        low, high = min(known), max(known)
        widen = math.sqrt(max(1.0, _FLATTEST * low / high))
        return low / widen, high * widen

    def height(self, seconds: float) -> float:
        """Return how high a time is drawn, 0 the bottom and 1 the top, by its logarithm."""
        low, high = self.ends()
        return math.log(seconds / low) / math.log(high / low)


def paint_scent(painter: QPainter, box: QRectF, scent: Scent, tokens: Tokens) -> None:
    """Paint the curves; gaps stay gaps."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    low, high = scent.ends()
    span = math.log(high / low)
    room = box.height() - 2 * _PAD
    for method, width in METHODS_DRAWN:
        color = tokens.method_color(method)
        if scent.stale:
            color = mix(tokens.color("surface.raised"), tokens.color("border.strong"), 0.5)
        pen = QPen(QColor(color), width)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        places = [
            None
            if not seconds > 0
            else QPointF(
                box.left() + fraction * box.width(),
                box.bottom() - _PAD - room * math.log(seconds / low) / span,
            )
            for fraction, seconds in zip(scent.fractions, scent.of(method), strict=False)
        ]
        for run in _runs(places):
            if len(run) == 1:
                painter.drawEllipse(run[0], 0.5, 0.5)
            else:
                painter.drawPolyline(QPolygonF(run))


def paint_join(
    painter: QPainter, box: QRectF, scent: Scent, fraction: float, foot: float, tokens: Tokens
) -> None:
    """Join BF's curve and the handle by a dotted line."""
    x = round(box.left() + fraction * box.width()) + 0.5
    top = _y_at(box, scent, fraction)
    pen = QPen(QColor(tokens.color("text.tertiary")), 1)
    pen.setStyle(Qt.PenStyle.CustomDashLine)
    pen.setDashPattern([2, 2])
    painter.setPen(pen)
    painter.drawLine(QPointF(x, box.top() if top is None else top), QPointF(x, foot))


def paint_sight(
    painter: QPainter, box: QRectF, scent: Scent, point: int, foot: float, tokens: Tokens
) -> None:
    """Paint the line at the point under the pointer."""
    x = round(box.left() + scent.fractions[point] * box.width()) + 0.5
    painter.setPen(QPen(QColor(tokens.color("text.primary")), 1))
    painter.drawLine(QPointF(x, box.top()), QPointF(x, foot))


def _y_at(box: QRectF, scent: Scent, fraction: float) -> float | None:
    """Where BF's curve is over `fraction`, between its points; None where there is none."""
    room = box.height() - 2 * _PAD
    points = [(f, s) for f, s in zip(scent.fractions, scent.of("BF"), strict=False) if s > 0]
    for (left, before), (right, after) in itertools.pairwise(points):
        if left <= fraction <= right:
            share = 0.0 if right == left else (fraction - left) / (right - left)
            height = scent.height(before) * (1 - share) + scent.height(after) * share
            return box.bottom() - _PAD - room * height
    return None


def _runs(places: Sequence[QPointF | None]) -> list[list[QPointF]]:
    """Return the stretches of points without a gap."""
    runs: list[list[QPointF]] = [[]]
    for place in places:
        if place is not None:
            runs[-1].append(place)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
