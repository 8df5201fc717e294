"""One node of the graph."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from flgui.viewmodel.network import NodeText
from flgui.views.lettering import fitted, metrics, text_font
from flgui.views.network.style import GraphStyle

__all__ = ["NODE_TEXT_HEIGHT", "NODE_TEXT_WIDTH", "NodeItem"]

NODE_TEXT_HEIGHT = 15.0
NODE_TEXT_WIDTH = 56.0
"""Least size on the screen, in pixels, of a node that carries text: text never gets smaller than 11."""

_LEAST_TEXT = 11
_STRIPE = 4.0
_WIDE = 120.0  # pixels from which a node has room for air
_NARROW = 76.0  # pixels below which a name needs all of it
_STRIPE_GAPS = (11.0, 7.0, 4.0)  # between stripe and text: wide, less, narrow
_INSETS = (8.0, 6.0, 3.0)
_APART = 6.0
_SIDE = 3.0  # bar that tells the placement
_SIDE_GAP = 4.0
_ROUND = 4.0
_SIGN = 10.0  # how far the sign of what runs may stand out, at any zoom that shows it


class NodeItem(QGraphicsItem):
    """A layer or a network input, painted on whole pixels of the screen at any zoom.

    Parameters
    ----------
    number : int
        Node number in the model.
    text : NodeText
    style : GraphStyle
    """

    def __init__(self, number: int, text: NodeText, style: GraphStyle) -> None:
        super().__init__()
        self.number = number
        self._text = text
        self._style = style
        self._width, self._height = 1.0, 1.0
        self._device: float | None = None
        self._selected = self._hovered = self._running = False
        self._dashed = text.family == "custom"
        self._found = self._current = False
        self._reserved = 0.0  # pixels at the right end that text leaves free

    def set_text(self, text: NodeText, dashed: bool) -> None:
        """Write something else; `dashed` is the frame of what is not known."""
        if (text, dashed) != (self._text, self._dashed):
            self._text, self._dashed = text, dashed
            self.update()

    def place(self, x: float, y: float, width: float, height: float) -> None:
        """Move and resize."""
        self.prepareGeometryChange()
        self._width, self._height = width, height
        self.setPos(x, y)

    def set_style(self, style: GraphStyle) -> None:
        """Take the colours of another theme."""
        self._style = style
        self.update()

    def set_side(self, device: float | None) -> None:
        """Show a bar at the left: share of the paths that compute this on the device; None for no bar."""
        if device != self._device:
            self._device = device
            self.update()

    def set_marks(self, *, selected: bool, hovered: bool) -> None:
        """Outline the node."""
        if (selected, hovered) != (self._selected, self._hovered):
            self._selected, self._hovered = selected, hovered
            self.update()

    def set_found(self, found: bool, current: bool) -> None:
        """Mark as a match of the search, perhaps the one that is looked at."""
        if (found, current) != (self._found, self._current):
            self._found, self._current = found, current
            self.update()

    def set_running(self, running: bool) -> None:
        """Say whether this is being computed at the time cursor."""
        if running != self._running:
            self._running = running
            self.update()

    def body(self) -> QRectF:
        """Return the node's box in scene coordinates."""
        return QRectF(self.x(), self.y(), self._width, self._height)

    def boundingRect(self) -> QRectF:
        """Node, side bar, outline, frame of a match and the sign of what runs."""
        return QRectF(-12, -_SIGN, self._width + 12 + _SIGN, self._height + 6 + _SIGN)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Paint stripe, text and FLOP bar; below the least text size stripe and bar alone."""
        to_screen = painter.worldTransform()
        zoom = to_screen.m11()
        painter.save()
        painter.setWorldTransform(QTransform.fromTranslate(round(to_screen.dx()), round(to_screen.dy())))
        box = QRectF(0, 0, round(self._width * zoom), round(self._height * zoom))
        written = box.height() >= NODE_TEXT_HEIGHT and box.width() >= NODE_TEXT_WIDTH
        self._paint_box(painter, box)
        self._paint_side(painter, box)
        ground = self._paint_bar(painter, box, zoom, written)
        if written:
            self._paint_text(painter, QRectF(0, 0, box.width(), ground), zoom)
        self._paint_marks(painter, box)
        self._paint_found(painter, box)
        if self._running:
            self._paint_running(painter, box)
        painter.restore()

    def _paint_box(self, painter: QPainter, box: QRectF) -> None:
        style = self._style
        stripe, edge = style.stripe[self._text.family], style.stripe_edge.get(self._text.family)
        if box.height() < NODE_TEXT_HEIGHT:
            painter.fillRect(box, style.frame.color())
            painter.fillRect(box.adjusted(1, 1, -1, -1), style.panel)
            wide = round(min(_STRIPE, max(2.0, box.width() / 6)))
            painter.fillRect(QRectF(0, 0, wide, box.height()), stripe)
            if edge is not None:
                painter.fillRect(QRectF(wide - 1, 0, 1, box.height()), edge)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(style.dashed if self._dashed else style.frame)
        painter.setBrush(style.panel)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), _ROUND, _ROUND)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(stripe)
        painter.save()
        painter.setClipRect(QRectF(0, 0, _STRIPE, box.height()))
        painter.drawRoundedRect(QRectF(0, 0, 3 * _ROUND, box.height()), _ROUND, _ROUND)
        if edge is not None:
            painter.fillRect(QRectF(_STRIPE - 1, 0, 1, box.height()), edge)
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_side(self, painter: QPainter, box: QRectF) -> None:
        if self._device is None:
            return
        bar = QRectF(-_SIDE_GAP - _SIDE, 0, _SIDE, box.height())
        painter.fillRect(bar, self._style.device if self._device > 0 else self._style.es)
        if 0 < self._device < 1:
            part = round(bar.height() * self._device)
            painter.fillRect(bar.adjusted(0, part, 0, 0), self._style.es)

    def _paint_bar(self, painter: QPainter, box: QRectF, zoom: float, written: bool) -> float:
        """Paint the FLOP bar and return the y where the room for text ends."""
        if not self._text.flop or (self._dashed and not self._text.share):
            return box.height()
        thick = 3.0 if box.height() >= 26 else 2.0 if box.height() >= 9 else 1.0
        left = _STRIPE + (_air(_STRIPE_GAPS, box) if written else 3.0)
        width = box.width() - left - (_air(_INSETS, box) + 1 if written else 2.0)
        top = box.height() - thick - (4.0 if box.height() >= 26 else 2.0 if box.height() >= 20 else 1.0)
        if width < 2:
            return box.height()
        painter.fillRect(QRectF(left, top, width, thick), self._style.track)
        share = self._text.share
        if share > 0:
            painter.fillRect(QRectF(left, top, max(1.0, round(width * share)), thick), self._style.bar)
        return top

    def _paint_text(self, painter: QPainter, room: QRectF, zoom: float) -> None:
        grown = max(1.0, zoom)
        small_px = round(_LEAST_TEXT * grown)
        left = _STRIPE + _air(_STRIPE_GAPS, room)
        text, free = self._text, room.width() - left - _air(_INSETS, room) - self._reserved
        shown, name_px = self._name(free, round(12 * grown) if room.height() >= 16 else _LEAST_TEXT, small_px)
        used = metrics(name_px, 600).horizontalAdvance(shown)
        middle = Qt.AlignmentFlag.AlignVCenter
        line = QRectF(left, 0, free, room.height() + 1)
        painter.setPen(self._style.text)
        painter.setFont(text_font(name_px, 600))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | middle, shown)
        flop_width = metrics(small_px, 400).horizontalAdvance(text.flop)
        if used + _APART + flop_width > free:
            return
        painter.setPen(self._style.secondary)
        painter.setFont(text_font(small_px, 400))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | middle, text.flop)
        for kernel in filter(None, (text.kernel, text.brief)):
            kernel_width = metrics(small_px, 400).horizontalAdvance(kernel)
            if used + kernel_width + flop_width + 2 * _APART <= free:
                painter.setPen(self._style.quiet)
                painter.setFont(text_font(small_px, 400))
                painter.drawText(
                    line.adjusted(used + _APART, 0, 0, 0), Qt.AlignmentFlag.AlignLeft | middle, kernel
                )
                return

    def _name(self, free: float, px: int, small_px: int) -> tuple[str, int]:
        """Return the name as it fits and its size: rather a little smaller than shortened."""
        last = self._text.name.rsplit("/", 1)[-1]
        shown = fitted(self._text.name, free, px)
        if shown.endswith(last) or small_px >= px:
            return shown, px
        return fitted(self._text.name, free, small_px), small_px

    def _paint_found(self, painter: QPainter, box: QRectF) -> None:
        """Frame a match outside the node; the one that is looked at more boldly."""
        if not self._found:
            return
        pen = self._style.found_now if self._current else self._style.found
        away = 1 + pen.widthF() / 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen)
        painter.drawRoundedRect(box.adjusted(-away, -away, away, away), _ROUND + away, _ROUND + away)

    def _paint_running(self, painter: QPainter, box: QRectF) -> None:
        """A frame in the cursor's colour, and on its corner the sign of a play button."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._style.cursor, 1.5))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), _ROUND, _ROUND)
        if box.height() < NODE_TEXT_HEIGHT:
            return
        x, y = box.right() - 2, box.top() + 1
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._style.cursor)
        painter.drawEllipse(QPointF(x, y), 6.0, 6.0)
        painter.setBrush(self._style.on_cursor)
        painter.drawPolygon(QPolygonF([QPointF(x - 2, y - 3), QPointF(x + 3, y), QPointF(x - 2, y + 3)]))

    def _paint_marks(self, painter: QPainter, box: QRectF) -> None:
        if not (self._selected or self._hovered):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        width = 2.0 if self._selected else 1.0
        pen = QPen(self._style.ink, width)
        painter.setPen(pen)
        grow = width / 2
        painter.drawRoundedRect(box.adjusted(-grow, -grow, grow, grow), _ROUND + grow, _ROUND + grow)


def _air(sizes: tuple[float, float, float], box: QRectF) -> float:
    return sizes[0] if box.width() >= _WIDE else sizes[1] if box.width() >= _NARROW else sizes[2]
