"""A connection of the drawing, with the shape beside it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from flgui.layout.graph import FloatArray
from flgui.viewmodel.editor import EditorEdge
from flgui.views.editor.style import EditorStyle
from flgui.views.lettering import metrics, text_font

__all__ = ["PLUS", "EditorEdgeItem"]

PLUS = 8.0
"""Radius of the + on an edge under the pointer."""
_REACH = 7.0  # from the line that still counts as on it
_LABEL_PX = 11
_LABEL_ZOOM = 0.7
_SMOOTH_ZOOM = 0.25
_GAP = 60.0  # height between two rows in which shapes are written
_TURN = 10.0  # height that a turn from across to down takes


class EditorEdgeItem(QGraphicsItem):
    """One edge; `edge` is what it shows."""

    def __init__(self, edge: EditorEdge, style: EditorStyle) -> None:
        super().__init__()
        self.edge = edge
        self._style = style
        self._route: FloatArray = np.zeros((0, 2))
        self._path = QPainterPath()
        self._near = QPainterPath()
        self._bounds = QRectF()
        self._hot = self._plus = self._left = self._spreads = False
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def set_edge(self, edge: EditorEdge) -> None:
        """Show another state of the edge."""
        if edge != self.edge:
            self.prepareGeometryChange()
            self.edge = edge
            self._measure()
            self.update()

    def set_style(self, style: EditorStyle) -> None:
        """Take the colours of another theme."""
        self._style = style
        self.update()

    def place(self, route: FloatArray, spreads: bool = False) -> None:
        """Follow a route; `spreads` says that other edges leave the tail, too."""
        if np.array_equal(route, self._route) and spreads == self._spreads:
            return
        self._route, self._spreads = route, spreads
        self.prepareGeometryChange()
        self._path = _beside_words(route, spreads)
        self._near = QPainterPath()
        self._measure()

    def set_side(self, *, left: bool) -> None:
        """Write the shape left of the line, or right of it."""
        if left != self._left:
            self.prepareGeometryChange()
            self._left = left
            self._measure()
            self.update()

    def set_hot(self, hot: bool, plus: bool = False) -> None:
        """Light up under the pointer or under what is dragged; `plus` offers to insert a layer."""
        if (hot, plus) != (self._hot, self._plus):
            self._hot, self._plus = hot, plus
            self.update()

    @property
    def middle(self) -> QPointF:
        """Where the + is."""
        return self._path.pointAtPercent(0.5)

    def is_near(self, at: QPointF) -> bool:
        """Whether a point of the scene is on the line."""
        if not self._bounds.contains(at):
            return False
        if self._near.isEmpty():
            stroker = QPainterPathStroker()
            stroker.setWidth(2 * _REACH)
            self._near = stroker.createStroke(self._path)
        return self._near.contains(at)

    def boundingRect(self) -> QRectF:
        """Line, + and label."""
        return self._bounds

    def shape(self) -> QPainterPath:
        """Nothing: the canvas finds edges by `is_near`."""
        return QPainterPath()

    def _measure(self) -> None:
        if self._path.isEmpty():  # not yet laid, as in a large drawing
            self._bounds = QRectF()
            return
        reach = PLUS + 2
        self._bounds = self._path.boundingRect().adjusted(-reach, -reach, reach, reach)
        if self.edge.label:
            self._bounds = self._bounds.united(self._label_box().adjusted(-10, -3, 10, 3))

    def _label_box(self) -> QRectF:
        """Return the place of the shape: right of the line below its tail, or in its middle as a pill."""
        width = metrics(_LABEL_PX, 500).horizontalAdvance(self.edge.label) + 2
        start = self._path.elementAt(0)
        if self.edge.state == "error":
            at = self.middle
            return QRectF(at.x() - width / 2 - 8, at.y() - 9, width + 16, 18)
        x = start.x - 9 - width if self._left else start.x + 9
        return QRectF(x, start.y + 7, width, 15)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Paint line, shape and +."""
        if self._path.isEmpty():
            return
        style, state = self._style, self.edge.state
        straight = self._path.elementCount() == 2 and self._path.elementAt(0).x == self._path.elementAt(1).x
        smooth = not straight and painter.worldTransform().m11() >= _SMOOTH_ZOOM
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
        pen = {"known": style.line, "waits": style.line_waits, "error": style.line_error}[state]
        painter.setPen(style.line_hot if self._hot else pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._path)
        if self.edge.label and painter.worldTransform().m11() >= _LABEL_ZOOM:
            self._paint_label(painter)
        if self._plus:
            self._paint_plus(painter)

    def _paint_label(self, painter: QPainter) -> None:
        style, box = self._style, self._label_box()
        painter.setFont(text_font(_LABEL_PX, 500))
        if self.edge.state == "error":
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(style.error, 1))
            painter.setBrush(style.error_subtle)
            painter.drawRoundedRect(box, 9, 9)
            painter.setPen(style.error)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.edge.label)
            return
        painter.setPen(style.secondary)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.fillRect(box.adjusted(-2, 3, 1, -3), style.ground)
        painter.drawText(box, flags, self.edge.label)

    def _paint_plus(self, painter: QPainter) -> None:
        at, style = self.middle, self._style
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(style.accent, 1.4))
        painter.setBrush(style.panel)
        painter.drawEllipse(at, PLUS, PLUS)
        painter.drawLine(QPointF(at.x() - 4, at.y()), QPointF(at.x() + 4, at.y()))
        painter.drawLine(QPointF(at.x(), at.y() - 4), QPointF(at.x(), at.y() + 4))


def _beside_words(route: FloatArray, spreads: bool) -> QPainterPath:
    """Join the points of a route by lines and by curves with vertical ends.

    Between two rows stand the shapes. So an edge that leaves with others goes across above them, and one that
    arrives with others below them.
    """
    path = QPainterPath(QPointF(*route[0]))
    last = len(route) - 2
    for part, ((x0, y0), (x1, y1)) in enumerate(pairwise(route)):
        high, turn = y1 - y0, min(_TURN, (y1 - y0) / 3)
        if abs(x0 - x1) < 0.01:
            path.lineTo(x1, y1)
        elif not 0 < high < _GAP:
            middle = (y0 + y1) / 2
            path.cubicTo(x0, middle, x1, middle, x1, y1)
        elif part < last or (last == 0 and spreads):
            path.cubicTo(x0, y0 + turn, x1, y0, x1, y1)
        else:
            path.cubicTo(x0, y1, x1, y1 - turn, x1, y1)
    return path
