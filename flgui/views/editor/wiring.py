"""How the edges of a drawing run: around nodes, into ports in the order in which they arrive."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Generator, Iterable, Mapping
from typing import TypeAlias

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication

from flgui.layout.graph import FloatArray
from flgui.layout.routing import Box, route_all, route_steps
from flgui.views.editor.edge_item import EditorEdgeItem
from flgui.views.editor.node_item import EditorNodeItem
from flgui.views.editor.style import NODE_HEIGHT, NODE_WIDTH

__all__ = ["Wiring"]

_MANY = 300
"""Edges above that are not all laid in one frame."""
_SLICE_S = 0.01

Nodes: TypeAlias = Mapping[int, EditorNodeItem]
Edges: TypeAlias = Mapping[tuple[int, int], EditorEdgeItem]


class Wiring(QObject):
    """Lays the edges of a drawing.

    How an edge runs depends on all nodes and on the edges that are shorter. In a large drawing those that an edit
    touches are laid at once, unless these are many too, and all of them in short slices of the turns that follow.

    Parameters
    ----------
    nodes, edges : mapping
        What is on the canvas, as it changes.
    """

    def __init__(self, nodes: Nodes, edges: Edges, parent: QObject) -> None:
        super().__init__(parent)
        self._nodes, self._edges = nodes, edges
        self._steps: Generator[None, None, None] | None = None
        self._turn = QTimer(self)
        self._turn.timeout.connect(self._go_on)

    @property
    def done(self) -> bool:
        """Whether every edge is where it belongs."""
        return not self._turn.isActive()

    def lay(self, only: Iterable[int] | None = None) -> None:
        """Lay all edges now, or only those of some nodes, while these are dragged."""
        keys = list(self._edges)
        if only is not None:
            touched = set(only)
            heads = touched | {k[0] for k in keys if self._edges[k].edge.tail in touched}
            keys = [k for k in keys if k[0] in heads or self._edges[k].edge.tail in touched]
        else:
            self._turn.stop()
        self._steps = None  # what was laid so far was laid for other places
        for _ in self._put(keys, route_all(self._boxes(), self._ends(keys))):
            pass

    def lay_after(self, touched: Collection[int]) -> None:
        """Lay all edges after an edit that touched some nodes: these at once, in a large drawing the rest soon."""
        if len(self._edges) <= _MANY:
            self.lay()
            return
        if len(touched) <= _MANY:
            self.lay(touched)
        self._steps = None
        self._turn.start(0)

    @Slot()
    def _go_on(self) -> None:
        if QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton:
            return  # a drag goes first, and lays edges itself
        if self._steps is None:
            self._steps = self._slowly()
        until = time.monotonic() + _SLICE_S
        for _ in self._steps:
            if time.monotonic() > until:
                return
        self._turn.stop()

    def _slowly(self) -> Generator[None, None, None]:
        keys = list(self._edges)
        routes = yield from route_steps(self._boxes(), self._ends(keys))
        yield from self._put(keys, routes)

    def _boxes(self) -> dict[int, Box]:
        return {i: (item.x(), item.y(), NODE_WIDTH, NODE_HEIGHT) for i, item in self._nodes.items()}

    def _ends(self, keys: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        return [(self._edges[key].edge.tail, key[0]) for key in keys]

    def _put(self, keys: list[tuple[int, int]], found: list[FloatArray]) -> Generator[None, None, None]:
        """Let the edges run along the routes found, edge by edge."""
        routes = dict(zip(keys, found, strict=True))
        for head in {key[0] for key in keys}:
            _order_ports(self._nodes[head], routes)
            yield
        readers = Counter(edge.edge.tail for edge in self._edges.values())
        for key, route in routes.items():
            route[-1, 0] = self._nodes[key[0]].input_port(key[1]).x()
            edge = self._edges[key]
            edge.place(route, readers[edge.edge.tail] > 1)
            yield
        yield from _place_labels(self._edges, routes)


def _place_labels(edges: Edges, routes: Mapping[tuple[int, int], FloatArray]) -> Generator[None, None, None]:
    """Write each shape on the side of its edge where no other edge turns off or comes in."""
    beside: dict[int, set[bool]] = {}
    for key, route in routes.items():
        if abs(route[1, 0] - route[0, 0]) > 1:
            beside.setdefault(edges[key].edge.tail, set()).add(bool(route[1, 0] > route[0, 0]))
    arrivals: dict[int, list[float]] = {}
    for key, route in routes.items():
        arrivals.setdefault(key[0], []).append(float(route[-1, 0]))
    for key, route in routes.items():
        edge = edges[key]
        sides = set(beside.get(edge.edge.tail, ()))
        if route[-1, 1] - route[0, 1] < 2 * NODE_HEIGHT:  # the ports of the head are in the same gap
            sides |= {bool(x > route[-1, 0] + 1) for x in arrivals[key[0]] if abs(x - route[-1, 0]) > 1}
        edge.set_side(left=sides == {True})
        yield


def _order_ports(item: EditorNodeItem, routes: Mapping[tuple[int, int], FloatArray]) -> None:
    """Put the ports of a join in the order in which its edges arrive, so that they do not cross."""
    if not item.node.open_ended or not item.node.ports:
        return
    comes = [float(routes[item.node.id, port][-2, 0]) for port in range(item.node.ports)]
    order = sorted(range(len(comes)), key=lambda port: (comes[port], port))
    middle = item.body().center().x()
    above = [slot for slot, port in enumerate(order) if abs(comes[port] - middle) < 1]
    item.set_order(order, above[0] if len(above) == 1 else None)
