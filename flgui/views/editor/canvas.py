"""EditorCanvas: the drawing in a scene that is zoomed, panned and edited."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsPathItem, QGraphicsScene, QGraphicsView, QWidget

from flgui.theme.tokens import Tokens
from flgui.viewmodel.editor import EditorModel
from flgui.views.editor.edge_item import EditorEdgeItem
from flgui.views.editor.keys import Keys
from flgui.views.editor.node_item import EditorNodeItem
from flgui.views.editor.pointer import MIME, Pointer
from flgui.views.editor.style import PORT, EditorStyle
from flgui.views.editor.wiring import Wiring
from flgui.views.editor.zoomed import ZoomedView

__all__ = ["EditorCanvas"]

_Z_EDGE, _Z_LABELLED, _Z_NODE, _Z_WIRE = range(4)
_WHEEL = 1.0018
_PORT_REACH = 9.0

_Shape: TypeAlias = "tuple[tuple[tuple[int, tuple[float, float]], ...], tuple[tuple[int, int, int], ...]]"
"""Places of the nodes, and (tail, head, port) of the edges: what the edges were laid for."""


class EditorCanvas(ZoomedView):
    """Shows an EditorModel and turns gestures into intents; it changes nothing itself.

    Wheel zooms at the pointer, dragging the ground pans, Shift and a drag selects; nodes are dragged, and
    connected from port to port.
    """

    select_asked = Signal(object)
    """Ids that are to be selected."""
    move_asked = Signal(object, int)
    """Node id to place, and the gesture."""
    connect_asked = Signal(int, int, int)
    """Tail, head, port; port -1 takes a free one."""
    replug_asked = Signal(int, int, int, int)
    """Head and port of a connection whose end goes to another head and port; head -1 takes it away."""
    drop_asked = Signal(str, QPointF)
    """Key of a palette entry, and the middle of the new node."""
    drop_on_edge_asked = Signal(str, int, int)
    """Key of a palette entry, and head and port of the edge that it is dropped on."""
    insert_asked = Signal(int, int, int, QPointF)
    """Node that was dropped on the edge to (head, port), and its place."""
    plus_asked = Signal(int, int)
    """Head and port of the edge whose + was clicked."""
    add_asked = Signal()
    edit_asked = Signal(int)
    rename_asked = Signal(int)
    mode_changed = Signal(bool)
    """Whether dragging from a node connects."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._style = EditorStyle(tokens)
        self._model = EditorModel((), ())
        self.nodes: dict[int, EditorNodeItem] = {}
        self.edges: dict[tuple[int, int], EditorEdgeItem] = {}
        self.selection: frozenset[int] = frozenset()
        self._connecting = False
        self._box: QRectF | None = None
        self._shape: _Shape = ((), ())
        self.wiring = Wiring(self.nodes, self.edges, self)
        self._set_up()
        self.pointer = Pointer(self)
        self.keys = Keys(self)

    def _set_up(self) -> None:
        scene = QGraphicsScene(self)
        scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.BspTreeIndex)
        self.setScene(scene)
        self.wire = QGraphicsPathItem()
        self.wire.setZValue(_Z_WIRE)
        self.wire.hide()
        scene.addItem(self.wire)
        scene.setBackgroundBrush(self._style.ground)
        self.setFrameShape(QFrame.Shape.NoFrame)
        for set_policy in (self.setHorizontalScrollBarPolicy, self.setVerticalScrollBarPolicy):
            set_policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Drawing of the network")
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.valueChanged.connect(self.view_changed)

    # -- content ---------------------------------------------------------------------------------------------

    @property
    def model(self) -> EditorModel:
        """What is shown."""
        return self._model

    @property
    def connecting(self) -> bool:
        """Whether dragging from a node connects."""
        return self._connecting

    def set_model(self, model: EditorModel) -> None:
        """Show another state of the drawing; items that are the same stay."""
        first = not self._model.nodes and bool(model.nodes)
        self._model = model
        self.pointer.cancel()
        wanted = {node.id: node for node in model.nodes}
        for i in [i for i in self.nodes if i not in wanted]:
            self.scene().removeItem(self.nodes.pop(i))
        for i, node in wanted.items():
            if i not in self.nodes:
                self.nodes[i] = EditorNodeItem(node, self._style)
                self.nodes[i].setZValue(_Z_NODE)
                self.scene().addItem(self.nodes[i])
            elif self.nodes[i].node is not node and self.nodes[i].node != node:
                self.nodes[i].set_node(node)
        ends = {(edge.head, edge.port): edge for edge in model.edges}
        for key in [key for key in self.edges if key not in ends]:
            self.scene().removeItem(self.edges.pop(key))
        for key, edge in ends.items():
            if key not in self.edges:
                self.edges[key] = EditorEdgeItem(edge, self._style)
                self.scene().addItem(self.edges[key])
            self.edges[key].set_edge(edge)
            self.edges[key].setZValue(_Z_LABELLED if edge.label else _Z_EDGE)
        shape = (
            tuple((n.id, n.at) for n in model.nodes),
            tuple((e.tail, e.head, e.port) for e in model.edges),
        )
        if shape != self._shape:
            touched = _touched(self._shape, shape)
            self._shape, self._box = shape, None
            self.wiring.lay_after(touched)
            self.set_room()
        self.set_selection(self.selection)
        if first:
            self.fit()
        self.view_changed.emit()

    def set_selection(self, ids: Iterable[int]) -> None:
        """Frame the selected nodes."""
        self.selection = frozenset(ids)
        for i, item in self.nodes.items():
            item.set_marks(selected=i in self.selection, hovered=i == self.pointer.hovered)

    def set_found(self, ids: Iterable[int], current: int | None) -> None:
        """Mark what a search has found; `current` is brought into the middle."""
        found = set(ids)
        for i, item in self.nodes.items():
            item.set_found(i in found, i == current)
        if current in self.nodes:
            self.look_at(self.nodes[current].body())

    def set_connecting(self, connecting: bool) -> None:
        """Let drags from a node connect, or move it."""
        if connecting != self._connecting:
            self._connecting = connecting
            for item in self.nodes.values():
                item.set_spare(connecting)
            self.wiring.lay_after([i for i, item in self.nodes.items() if item.node.open_ended])
            self.mode_changed.emit(connecting)

    def set_theme(self, tokens: Tokens) -> None:
        """Take the colours of another theme."""
        self._style = EditorStyle(tokens)
        self.scene().setBackgroundBrush(self._style.ground)
        for item in self.nodes.values():
            item.set_look(self._style)
        for edge in self.edges.values():
            edge.set_style(self._style)

    def reroute(self, only: Iterable[int] | None = None) -> None:
        """Lay the edges anew, or only those of some nodes while these are dragged."""
        self.wiring.lay(only)

    def drawing_box(self) -> QRectF:
        """Return the box around all nodes."""
        if self._box is None:
            self._box = QRectF()
            for item in self.nodes.values():
                self._box = self._box.united(item.body())
        return QRectF(self._box)

    def fit_selection(self) -> None:
        """Show what is selected, or everything."""
        box = QRectF()
        for i in self.selection:
            box = box.united(self.nodes[i].body())
        if box.isNull():
            self.fit()
        else:
            self.show_box(box.adjusted(-60, -60, 60, 60), 1.5)

    # -- what is where ---------------------------------------------------------------------------------------

    def node_at(self, at: QPointF) -> EditorNodeItem | None:
        """Return the node under a point of the scene, the one drawn last first."""
        for item in self.scene().items(at):
            if isinstance(item, EditorNodeItem) and item.body().contains(at):
                return item
        return None

    def port_at(self, at: QPointF) -> tuple[EditorNodeItem, int] | None:
        """Return the node and port under a point of the scene; port -1 is the output."""
        reach = max(_PORT_REACH, PORT / max(self.zoom, 0.2))
        area = QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach)
        best: tuple[float, EditorNodeItem, int] | None = None
        for item in self.scene().items(area):
            if not isinstance(item, EditorNodeItem):
                continue
            spots = [(item.output_port(), -1)]
            spots += [(item.input_port(port), port) for port in range(item.ports)]
            for spot, port in spots:
                away = (spot - at).manhattanLength()
                if away <= reach and (best is None or away < best[0]):
                    best = (away, item, port)
        return best[1:] if best is not None else None

    def edge_at(self, at: QPointF) -> EditorEdgeItem | None:
        """Return the edge under a point of the scene."""
        area = QRectF(at.x() - 1, at.y() - 1, 2, 2)
        for item in self.scene().items(area, Qt.ItemSelectionMode.IntersectsItemBoundingRect):
            if isinstance(item, EditorEdgeItem) and item.is_near(at):
                return item
        return None

    def node_point(self, node: int) -> QPointF:
        """Return the middle of a node in the viewport."""
        return QPointF(self.mapFromScene(self.nodes[node].body().center()))

    def show_wire(self, path: QPainterPath | None) -> None:
        """Draw the connection that is being made."""
        self.wire.setVisible(path is not None)
        if path is not None:
            self.wire.setPen(self._style.line_hot)
            self.wire.setPath(path)

    # -- events ----------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the middle of the drawing in the middle of the pane."""
        super().resizeEvent(event)
        if not event.oldSize().isValid() or event.oldSize().width() < 2:
            self.fit()
        self.view_changed.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer."""
        if event.angleDelta().y():
            event.accept()
            self.zoom_by(_WHEEL ** event.angleDelta().y(), event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a gesture."""
        self.pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with it, or light up what is under the pointer."""
        self.pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End it."""
        self.pointer.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Edit a node; on the ground, fit."""
        item = self.node_at(self.mapToScene(event.position().toPoint()))
        if item is not None:
            self.edit_asked.emit(item.node.id)
        else:
            self.fit_whole()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what `keys` knows; pass on the rest."""
        if not self.keys.press(event):
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take entries of the palette."""
        if event.mimeData().hasFormat(MIME):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Light up the edge that the entry would go on."""
        if event.mimeData().hasFormat(MIME):
            self.pointer.light_edge(self.mapToScene(event.position().toPoint()))
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Put the light out."""
        self.pointer.light_edge(None)

    def dropEvent(self, event: QDropEvent) -> None:
        """Add a node, or insert it on the edge under the pointer."""
        if not event.mimeData().hasFormat(MIME):
            event.ignore()
            return
        key = bytes(event.mimeData().data(MIME).data()).decode()
        at = self.mapToScene(event.position().toPoint())
        edge = self.edge_at(at)
        self.pointer.light_edge(None)
        event.acceptProposedAction()
        if edge is not None:
            self.drop_on_edge_asked.emit(key, edge.edge.head, edge.edge.port)
        else:
            self.drop_asked.emit(key, at)


def _touched(before: _Shape, after: _Shape) -> set[int]:
    """Return the nodes that an edit has moved, and those that it has connected otherwise."""
    nodes = {i for i, _ in set(before[0]) ^ set(after[0])}
    return (nodes | {head for _, head, _ in set(before[1]) ^ set(after[1])}) & {i for i, _ in after[0]}
