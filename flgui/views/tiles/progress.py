"""How far the tiles are at the time cursor: strength of the fill, a frame in flight, and a sign that says what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from flgui.theme.icons import pixmap
from flgui.theme.tokens import Tokens
from flgui.viewmodel.moments import Phase
from planner_core.plan import FloatArray, IntArray

if TYPE_CHECKING:
    from flgui.views.tiles.pane import TilePane

__all__ = ["INSIDE", "in_flight", "paint_phases", "phase_strength"]

INSIDE: Final = np.array([0.5, 0.5, -1.0, -1.0])
"""What x, y, width and height of a tile become for a line of 1 px inside it."""

_WAITING: Final = 0.10
_FLYING: Final = 1.0
_SIGN: Final = 14
_LEAST: Final = (22.0, 60.0)
"""Width and height of a tile that has room for a sign under its number."""
_SMALL: Final = 9
_LEAST_SMALL: Final = 27.0
"""Smaller tiles from this side on have a small sign in their upper right corner."""
_LEAST_FRAME: Final = 6
_SIGNS: Final = {
    Phase.COMPUTING: "chip",
    Phase.QUEUED: "pause",
    Phase.SENDING: "send",
    Phase.WAITING: "pause",
    Phase.ON_ES: "server",
    Phase.DONE: "check",
}


def in_flight(phase: int) -> bool:
    """Whether a path has begun and is not done."""
    return phase not in (Phase.TO_START, Phase.DONE)


def phase_strength(phases: IntArray, dark: bool) -> FloatArray:
    """(P,) Share of the path's colour in the fill of its tile: pale before, full in flight, tinted when done."""
    done = 0.38 if dark else 0.30  # tokens: rules.tint
    return np.where(phases == Phase.TO_START, _WAITING, np.where(phases == Phase.DONE, done, _FLYING))


def paint_phases(painter: QPainter, pane: TilePane, tokens: Tokens, phases: IntArray, ratio: float) -> None:
    """Frame the tiles in flight and put a sign under each number that has room for it."""
    if len(phases) == 1:
        return
    boxes, signs = pane.tile_boxes, list[tuple[str, QRectF, int]]()
    side = boxes[:, 2:].min(axis=1)
    flying = (phases != Phase.TO_START) & (phases != Phase.DONE) & (side >= _LEAST_FRAME)
    waiting = (phases == Phase.QUEUED) | (phases == Phase.WAITING)
    for tile in np.flatnonzero(side >= _LEAST[0]).tolist():
        rect = pane.tile_rect(tile)
        width, height = rect.width(), rect.height()
        name = _SIGNS.get(Phase(int(phases[tile])))
        if name is None:
            continue
        if width >= _LEAST[0] and height >= _LEAST[1]:
            side = _SIGN + 4
            signs.append((name, _square(rect.center().x() - side / 2, rect.center().y() + 12, side), _SIGN))
        elif min(width, height) >= _LEAST_SMALL:
            signs.append((name, _square(rect.right() - _SMALL - 3, rect.top() + 1, _SMALL + 2), _SMALL))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for waits, framed in ((False, flying & ~waiting), (True, flying & waiting)):
        style = Qt.PenStyle.DotLine if waits else Qt.PenStyle.SolidLine
        pen = QPen(QColor(tokens.color("data.selection")), 1, style)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        rects = boxes[framed] + INSIDE
        painter.drawRects([QRectF(*rect) for rect in rects.tolist()])
    for name, spot, size in signs:
        _paint_sign(painter, tokens, name, spot, size, ratio)


def _square(x: float, y: float, side: float) -> QRectF:
    return QRectF(round(x), round(y), side, side)


def _paint_sign(painter: QPainter, tokens: Tokens, name: str, spot: QRectF, size: int, ratio: float) -> None:
    """A sign on a small ground of its own, as it lies on any colour and on the picture."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.color("surface.panel")))
    painter.drawEllipse(spot)
    painter.restore()
    inset = (spot.width() - size) / 2
    sign = pixmap(name, tokens.color("text.primary"), size, ratio)
    painter.drawPixmap(QPointF(spot.left() + inset, spot.top() + inset), sign)
