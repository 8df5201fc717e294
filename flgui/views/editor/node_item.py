"""A node of the drawing: the network view's node with ports, error ring and dashes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from flgui.layout.routing import port_x
from flgui.theme.icons import pixmap
from flgui.viewmodel.editor import EditorNode
from flgui.views.editor.style import NODE_HEIGHT, NODE_WIDTH, PORT, EditorStyle
from flgui.views.lettering import text_font
from flgui.views.network.node_item import NodeItem

__all__ = ["EditorNodeItem"]

_PORTS_ZOOM = 0.45
_ICON = 16.0


class EditorNodeItem(NodeItem):
    """A node that can be connected; `node` is what it shows."""

    def __init__(self, node: EditorNode, style: EditorStyle) -> None:
        super().__init__(node.id, node.text, style)
        self._look = style
        self._spare = False
        self._lit: int | None = None
        self._slots: list[int] = []
        self._straight: int | None = None
        self.node = node
        self.set_node(node)

    def set_node(self, node: EditorNode) -> None:
        """Show another state of the node."""
        self.node = node
        text = replace(node.text, flop="") if node.state == "error" else node.text
        self._reserved = _ICON + 6 if node.state == "error" else 0.0
        self.set_text(text, dashed=node.state == "waits")
        self.place(*node.at, NODE_WIDTH, NODE_HEIGHT)

    def set_look(self, style: EditorStyle) -> None:
        """Take the colours of another theme."""
        self._look = style
        self.set_style(style)

    def set_order(self, ports: Sequence[int], straight: int | None) -> None:
        """Say which port stands leftmost, which next, ...; and which place is straight below what it reads."""
        if straight != self._straight:
            self._straight = straight
            self.update()
        slots = [0] * len(ports)
        for slot, port in enumerate(ports):
            slots[port] = slot
        if slots != self._slots:
            self._slots = slots
            self.update()

    def set_spare(self, spare: bool) -> None:
        """Offer another port on a node that reads any number."""
        if spare != self._spare:
            self._spare = spare
            self.update()

    def set_lit(self, port: int | None) -> None:
        """Fill a port: 0 and up an input, -1 the output, None none."""
        if port != self._lit:
            self._lit = port
            self.update()

    @property
    def ports(self) -> int:
        """Input ports that are drawn."""
        shown = self.node.ports
        return shown + 1 if self.node.open_ended and (self._spare or not shown) else shown

    def input_port(self, port: int) -> QPointF:
        """Return the middle of an input port in scene coordinates."""
        box = self.body()
        slot = self._slots[port] if port < len(self._slots) else port
        straight = self._straight if self.ports == len(self._slots) else None
        sides = (box.x(), box.y(), box.width(), box.height())
        return QPointF(port_x(sides, slot, self.ports, straight), box.top())

    def output_port(self) -> QPointF:
        """Return the middle of the output port in scene coordinates."""
        box = self.body()
        return QPointF(box.center().x(), box.bottom())

    def boundingRect(self) -> QRectF:
        """Node, ports and outline."""
        return super().boundingRect().adjusted(0, -PORT, 0, 24 if self.node.output else PORT)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Paint the node, then its ports."""
        super().paint(painter, option, widget)
        if painter.worldTransform().m11() >= _PORTS_ZOOM:
            self._paint_ports(painter)

    def _paint_ports(self, painter: QPainter) -> None:
        style = self._look
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        spots = [(self.mapFromScene(self.output_port()), -1)]
        spots += [(self.mapFromScene(self.input_port(port)), port) for port in range(self.ports)]
        for at, port in spots:
            lit = port == self._lit
            bad = self.node.state == "error" and port >= 0
            painter.setPen(
                QPen(style.error, 1.4) if bad else QPen(style.accent, 1.4) if lit else style.port_edge
            )
            painter.setBrush(style.accent if lit else style.panel)
            painter.drawEllipse(at, PORT, PORT)
        if self.node.output:
            painter.setFont(text_font(11, 500))
            painter.setPen(style.secondary)
            place = QRectF(NODE_WIDTH / 2 + 9, NODE_HEIGHT + 6, NODE_WIDTH, 15)
            painter.drawText(
                place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.node.output
            )

    def _paint_marks(self, painter: QPainter, box: QRectF) -> None:
        style = self._look
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.node.state == "error":
            _outline(painter, box.adjusted(0.5, 0.5, -0.5, -0.5), style.ring)
            if box.width() >= 56:
                mark = pixmap("error", style.error.name(), 16, painter.device().devicePixelRatioF())
                at = QPointF(round(box.right() - 10 - _ICON), round(box.center().y() - _ICON / 2))
                painter.drawPixmap(at, mark)
        if self._selected:
            grown = 3.0 if self.node.state == "error" else 0.0
            _outline(painter, box.adjusted(-grown, -grown, grown, grown), style.chosen)
        elif self._hovered:
            _outline(painter, box.adjusted(-0.5, -0.5, 0.5, 0.5), style.hover)


def _outline(painter: QPainter, box: QRectF, pen: QPen) -> None:
    painter.setPen(pen)
    painter.drawRoundedRect(box, 4, 4)
