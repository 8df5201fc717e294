"""Edges of the graph and the shapes written beside them."""

from __future__ import annotations

import math
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from flgui.layout.graph import FloatArray
from flgui.views.lettering import metrics, text_font
from flgui.views.network.style import GraphStyle

__all__ = ["EdgeItem", "route_path"]

_LABEL_PX = 11
_LABEL_LEAST = 15.0  # pixels between two nodes that a label needs
_LABEL_GAP = 8.0
_HEAD = 4.5
_HEAD_ZOOM = 0.6
_REACH = 140.0  # of a label, beyond the route


class EdgeItem(QGraphicsItem):
    """One edge from tail to head; or, without a head, the arrow below an output of the network.

    Parameters
    ----------
    tail : int
    head : int or None
    label : str
        Shape of the tensor; empty on all but one edge of a tensor.
    style : GraphStyle
    """

    def __init__(self, tail: int, head: int | None, label: str, style: GraphStyle) -> None:
        super().__init__()
        self.tail, self.head = tail, head
        self._label = label
        self._style = style
        self._path = QPainterPath()
        self._bounds = QRectF()
        self._room = 0.0
        self._sent = self._hushed = False
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def place(self, route: FloatArray, room: float) -> None:
        """Follow `route`; `room` is the distance between two ranks in scene units."""
        self.prepareGeometryChange()
        self._path = route_path(route)
        self._room = room
        self._bounds = self._path.boundingRect().adjusted(-6, -6, 6, 6)
        if self._label:
            self._bounds.setRight(self._bounds.right() + _REACH)

    @property
    def way(self) -> QPainterPath:
        """The route in scene coordinates."""
        return self._path

    def set_style(self, style: GraphStyle) -> None:
        """Take the colours of another theme."""
        self._style = style
        self.update()

    def set_sent(self, sent: bool, hushed: bool = False) -> None:
        """Show that the tensor crosses the link here; `hushed` leaves the label out, for a mark instead."""
        if (sent, hushed) != (self._sent, self._hushed):
            self._sent, self._hushed = sent, hushed
            self.update()

    def boundingRect(self) -> QRectF:
        """Route, arrow head and label."""
        return self._bounds

    def shape(self) -> QPainterPath:
        """Nothing: edges are not clicked."""
        return QPainterPath()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Paint the line, its head and, where there is room, the shape."""
        to_screen = painter.worldTransform()
        zoom = to_screen.m11()
        straight = self._path.elementCount() == 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not straight)
        painter.setPen(self._style.sent if self._sent else self._style.edge)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._path)
        if zoom >= _HEAD_ZOOM:
            self._paint_head(painter, zoom)
        if self._label and not self._hushed and self._room * zoom >= _LABEL_LEAST:
            self._paint_label(painter, to_screen)

    def _paint_head(self, painter: QPainter, zoom: float) -> None:
        end, size = self._path.currentPosition(), min(_HEAD, self._room * zoom / 3) / zoom
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for side in (-0.8, 0.8):
            painter.drawLine(end, QPointF(end.x() + side * size, end.y() - size))

    def _paint_label(self, painter: QPainter, to_screen: QTransform) -> None:
        start = to_screen.map(QPointF(self._path.elementAt(0).x, self._path.elementAt(0).y))
        grown = max(1.0, to_screen.m11())
        room = self._room * to_screen.m11()
        painter.save()
        painter.setWorldTransform(QTransform())
        px = round(_LABEL_PX * grown)
        width = metrics(px, 400).horizontalAdvance(self._label) + 2
        painter.setPen(self._style.quiet)
        painter.setFont(text_font(px, 400))
        at = QRectF(math.floor(start.x()) + _LABEL_GAP * grown, math.floor(start.y()), width, room)
        painter.drawText(at, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._label)
        painter.restore()


def route_path(route: FloatArray) -> QPainterPath:
    """Join the points of a route by lines and by curves with vertical ends."""
    path = QPainterPath(QPointF(*route[0]))
    for (x0, y0), (x1, y1) in pairwise(route):
        if abs(x0 - x1) < 0.01:
            path.lineTo(x1, y1)
        else:
            middle = (y0 + y1) / 2
            path.cubicTo(x0, middle, x1, middle, x1, y1)
    return path
