"""What the mouse does on the canvas: each gesture is an object with a move and an end."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Protocol

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QRubberBand

from flgui.views.network.edge_item import route_path

if TYPE_CHECKING:
    from flgui.views.editor.canvas import EditorCanvas
    from flgui.views.editor.edge_item import EditorEdgeItem
    from flgui.views.editor.node_item import EditorNodeItem

__all__ = ["MIME", "Pointer"]

MIME = "application/x-flgui-layer"
"""Key of a palette entry while it is dragged."""

_STILL = 5  # pixels that are no drag
_SNAP = 7.0
_PLUS_REACH = 12.0
_gestures = itertools.count(1)


class _Gesture(Protocol):
    def move(self, at: QPoint) -> None: ...
    def end(self, at: QPoint) -> None: ...
    def cancel(self) -> None: ...


class Pointer:
    """Tells the gestures apart and keeps what is under the pointer lit."""

    def __init__(self, canvas: EditorCanvas) -> None:
        self._canvas = canvas
        self._gesture: _Gesture | None = None
        self._edge: EditorEdgeItem | None = None
        self._port: EditorNodeItem | None = None
        self.hovered: int | None = None

    @property
    def busy(self) -> bool:
        """Whether a gesture is under way."""
        return self._gesture is not None

    def press(self, event: QMouseEvent) -> None:
        """Begin the gesture that the place under the pointer stands for."""
        at = event.position().toPoint()
        if event.button() == Qt.MouseButton.MiddleButton:
            self._gesture = _Pan(self._canvas, at)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._gesture = self._begin(at, event.modifiers())
        event.accept()

    def _begin(self, at: QPoint, keys: Qt.KeyboardModifier) -> _Gesture:
        canvas = self._canvas
        scene = canvas.mapToScene(at)
        port = canvas.port_at(scene)
        if port is not None:
            return _Wire(canvas, *port)
        item = canvas.node_at(scene)
        if item is not None:
            add = keys & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
            if canvas.connecting and not add:
                return _Wire(canvas, item, -1)
            return _Move(canvas, item.node.id, at, bool(add))
        if keys & Qt.KeyboardModifier.ShiftModifier:
            return _Band(canvas, at)
        edge = canvas.edge_at(scene)
        if edge is not None and (edge.middle - scene).manhattanLength() <= _PLUS_REACH:
            return _Plus(canvas, edge)
        return _Pan(canvas, at)

    def move(self, event: QMouseEvent) -> None:
        """Go on with the gesture, or light up what is under the pointer."""
        at = event.position().toPoint()
        if self._gesture is not None:
            self._gesture.move(at)
        else:
            self._hover(self._canvas.mapToScene(at))

    def release(self, event: QMouseEvent) -> None:
        """End the gesture."""
        if self._gesture is not None:
            gesture, self._gesture = self._gesture, None
            gesture.end(event.position().toPoint())

    def cancel(self) -> None:
        """Drop the gesture and whatever it has shown."""
        if self._gesture is not None:
            gesture, self._gesture = self._gesture, None
            gesture.cancel()
        self._edge = self._port = None

    def light_edge(self, at: QPointF | None) -> None:
        """Light the edge at a point, which a layer would be inserted on."""
        edge = self._canvas.edge_at(at) if at is not None else None
        if edge is not self._edge:
            self._put_out()
            self._edge = edge
            if edge is not None:
                edge.set_hot(True)

    def _hover(self, at: QPointF) -> None:
        canvas = self._canvas
        port = canvas.port_at(at)
        item = port[0] if port is not None else canvas.node_at(at)
        edge = canvas.edge_at(at) if item is None else None
        if self._port is not None and (port is None or port[0] is not self._port):
            self._port.set_lit(None)
        self._port = port[0] if port is not None else None
        if port is not None:
            port[0].set_lit(port[1])
        if edge is not self._edge:
            self._put_out()
            self._edge = edge
            if edge is not None:
                edge.set_hot(False, plus=True)
        number = item.node.id if item is not None else None
        if number != self.hovered:
            before, self.hovered = self.hovered, number
            for i in (before, number):
                if i in canvas.nodes:
                    canvas.nodes[i].set_marks(selected=i in canvas.selection, hovered=i == number)
        on_plus = edge is not None and (edge.middle - at).manhattanLength() <= _PLUS_REACH
        cross = port is not None or (canvas.connecting and item is not None)
        shape = Qt.CursorShape.CrossCursor if cross else Qt.CursorShape.PointingHandCursor
        if cross or on_plus:
            canvas.viewport().setCursor(shape)
        else:
            canvas.viewport().unsetCursor()

    def _put_out(self) -> None:
        if self._edge is not None and self._edge.scene() is not None:
            self._edge.set_hot(False)
        self._edge = None


class _Pan:
    """Drag the ground; a click there selects nothing."""

    def __init__(self, canvas: EditorCanvas, at: QPoint) -> None:
        self._canvas, self._start, self._last = canvas, at, at
        self._moved = False

    def move(self, at: QPoint) -> None:
        if not self._moved and (at - self._start).manhattanLength() < _STILL:
            return
        self._moved = True
        canvas, step = self._canvas, at - self._last
        canvas.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        for bar, by in ((canvas.horizontalScrollBar(), step.x()), (canvas.verticalScrollBar(), step.y())):
            bar.setValue(bar.value() - by)
        self._last = at

    def end(self, at: QPoint) -> None:
        self._canvas.viewport().unsetCursor()
        if not self._moved:
            self._canvas.select_asked.emit(frozenset())

    def cancel(self) -> None:
        self._canvas.viewport().unsetCursor()


class _Band:
    """Select what a rectangle touches."""

    def __init__(self, canvas: EditorCanvas, at: QPoint) -> None:
        self._canvas, self._start = canvas, at
        self._band = QRubberBand(QRubberBand.Shape.Rectangle, canvas.viewport())
        self._band.setGeometry(QRect(at, at))
        self._band.show()

    def move(self, at: QPoint) -> None:
        self._band.setGeometry(QRect(self._start, at).normalized())

    def end(self, at: QPoint) -> None:
        canvas = self._canvas
        box = canvas.mapToScene(QRect(self._start, at).normalized()).boundingRect()
        inside = {i for i, item in canvas.nodes.items() if item.body().intersects(box)}
        self.cancel()
        canvas.select_asked.emit(frozenset(inside | canvas.selection))

    def cancel(self) -> None:
        self._band.hide()
        self._band.deleteLater()


class _Plus:
    """A click on the + of an edge."""

    def __init__(self, canvas: EditorCanvas, edge: EditorEdgeItem) -> None:
        self._canvas, self._edge = canvas, edge

    def move(self, at: QPoint) -> None:
        pass

    def end(self, at: QPoint) -> None:
        if self._edge.is_near(self._canvas.mapToScene(at)):
            self._canvas.plus_asked.emit(self._edge.edge.head, self._edge.edge.port)

    def cancel(self) -> None:
        pass


class _Move:
    """Drag the selected nodes; a click selects the one under the pointer."""

    def __init__(self, canvas: EditorCanvas, node: int, at: QPoint, add: bool) -> None:
        self._canvas, self._node, self._start, self._add = canvas, node, at, add
        self._before: dict[int, tuple[float, float]] = {}

    def move(self, at: QPoint) -> None:
        canvas = self._canvas
        if not self._before:
            if (at - self._start).manhattanLength() < _STILL:
                return
            ids = canvas.selection if self._node in canvas.selection else {self._node}
            self._before = {i: canvas.nodes[i].node.at for i in ids}
        step = (QPointF(at) - QPointF(self._start)) / canvas.zoom
        x, y = self._before[self._node]
        dx, dy = self._snapped(x + step.x(), y + step.y())
        for i, (x0, y0) in self._before.items():
            canvas.nodes[i].setPos(x0 + dx - x, y0 + dy - y)
        canvas.reroute(self._before)
        edge = self._edge_under(at)
        canvas.pointer.light_edge(canvas.mapToScene(at) if edge is not None else None)

    def _snapped(self, x: float, y: float) -> tuple[float, float]:
        """Pull the node under or beside the nodes that it is connected to."""
        canvas = self._canvas
        near = {edge.edge.tail for key, edge in canvas.edges.items() if key[0] == self._node}
        near |= {key[0] for key, edge in canvas.edges.items() if edge.edge.tail == self._node}
        near -= self._before.keys()
        xs = [canvas.nodes[i].x() for i in near]
        ys = [
            item.y() for i, item in canvas.nodes.items() if i not in self._before and abs(item.x() - x) < 500
        ]
        nearest_x = min(xs, key=lambda other: abs(other - x), default=x)
        nearest_y = min(ys, key=lambda other: abs(other - y), default=y)
        return (
            nearest_x if abs(nearest_x - x) < _SNAP else round(x),
            nearest_y if abs(nearest_y - y) < _SNAP else round(y),
        )

    def _edge_under(self, at: QPoint) -> EditorEdgeItem | None:
        """Return the edge that a node without connections would be inserted on."""
        canvas = self._canvas
        if len(self._before) != 1:
            return None
        joined = any(key[0] == self._node or e.edge.tail == self._node for key, e in canvas.edges.items())
        return None if joined else canvas.edge_at(canvas.mapToScene(at))

    def end(self, at: QPoint) -> None:
        canvas = self._canvas
        if not self._before:
            ids = canvas.selection ^ {self._node} if self._add else frozenset({self._node})
            canvas.select_asked.emit(frozenset(ids))
            return
        edge = self._edge_under(at)
        places = {i: (canvas.nodes[i].x(), canvas.nodes[i].y()) for i in self._before}
        self._put_back()
        if edge is not None:
            canvas.insert_asked.emit(self._node, edge.edge.head, edge.edge.port, QPointF(*places[self._node]))
        else:
            canvas.move_asked.emit(places, next(_gestures))

    def _put_back(self) -> None:
        canvas = self._canvas
        canvas.pointer.light_edge(None)
        for i, place in self._before.items():
            if i in canvas.nodes:
                canvas.nodes[i].setPos(*place)
        canvas.reroute(self._before)

    def cancel(self) -> None:
        self._put_back()


class _Wire:
    """Drag from a port: from an output to an input, back from a free input, or a connected end elsewhere."""

    def __init__(self, canvas: EditorCanvas, item: EditorNodeItem, port: int) -> None:
        self._canvas, self._item, self._port = canvas, item, port
        edge = canvas.edges.get((item.node.id, port))
        self._plugged = edge if port >= 0 else None
        self._backwards = port >= 0 and edge is None
        self._tail = edge.edge.tail if edge is not None and port >= 0 else item.node.id
        self._moved = False
        self._spares: list[EditorNodeItem] = []

    def move(self, at: QPoint) -> None:
        canvas, scene = self._canvas, self._canvas.mapToScene(at)
        if not self._moved:
            self._moved = True
            self._spares = [n for n in canvas.nodes.values() if n.node.open_ended and n.node.id != self._tail]
            for item in self._spares:
                item.set_spare(True)
            canvas.reroute([item.node.id for item in self._spares])
        if self._backwards:
            start, end = scene, self._item.input_port(self._port)
        else:
            start, end = canvas.nodes[self._tail].output_port(), scene
        ends = [(start.x(), start.y()), (end.x(), end.y())]
        canvas.show_wire(route_path(np.array(ends)))

    def end(self, at: QPoint) -> None:
        canvas, scene = self._canvas, self._canvas.mapToScene(at)
        hit = canvas.port_at(scene)
        item = hit[0] if hit is not None else canvas.node_at(scene)
        moved = self._moved
        self.cancel()
        if not moved or (item is self._item and (hit is None or hit[1] == self._port)):
            canvas.select_asked.emit(frozenset({self._item.node.id}))
            return
        port = hit[1] if hit is not None else -1
        if self._plugged is not None:
            head = item.node.id if item is not None and port != -1 else -1
            head = item.node.id if item is not None and item.node.id != self._tail else head
            canvas.replug_asked.emit(self._plugged.edge.head, self._plugged.edge.port, head, port)
        elif item is not None and self._backwards:
            canvas.connect_asked.emit(item.node.id, self._item.node.id, self._port)
        elif item is not None:
            canvas.connect_asked.emit(self._tail, item.node.id, port)

    def cancel(self) -> None:
        canvas = self._canvas
        canvas.show_wire(None)
        for item in self._spares:
            if item.scene() is not None:
                item.set_spare(canvas.connecting)
        canvas.reroute([item.node.id for item in self._spares if item.node.id in canvas.nodes])
        self._spares = []
