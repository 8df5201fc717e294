"""How the edges of a drawing run: around nodes, into ports in the order in which they arrive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from flgui.layout.graph import FloatArray
from flgui.layout.routing import Box, route_all
from flgui.views.editor.edge_item import EditorEdgeItem
from flgui.views.editor.node_item import EditorNodeItem
from flgui.views.editor.style import NODE_HEIGHT, NODE_WIDTH

__all__ = ["lay_edges"]

Nodes: TypeAlias = Mapping[int, EditorNodeItem]
Edges: TypeAlias = Mapping[tuple[int, int], EditorEdgeItem]


def lay_edges(nodes: Nodes, edges: Edges, only: Iterable[int] | None = None) -> None:
    """Lay the edges anew, or only those of some nodes while these are dragged."""
    boxes: dict[int, Box] = {i: (item.x(), item.y(), NODE_WIDTH, NODE_HEIGHT) for i, item in nodes.items()}
    keys = list(edges)
    if only is not None:
        touched = set(only)
        heads = touched | {k[0] for k in keys if edges[k].edge.tail in touched}
        keys = [k for k in keys if k[0] in heads or edges[k].edge.tail in touched]
    ends = [(edges[key].edge.tail, key[0]) for key in keys]
    routes = dict(zip(keys, route_all(boxes, ends), strict=True))
    for head in {key[0] for key in keys}:
        _order_ports(nodes[head], routes)
    for key, route in routes.items():
        route[-1, 0] = nodes[key[0]].input_port(key[1]).x()
        edges[key].place(route)
    _place_labels(edges, routes)


def _place_labels(edges: Edges, routes: Mapping[tuple[int, int], FloatArray]) -> None:
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


def _order_ports(item: EditorNodeItem, routes: Mapping[tuple[int, int], FloatArray]) -> None:
    """Put the ports of a join in the order in which its edges arrive, so that they do not cross."""
    if not item.node.open_ended or not item.node.ports:
        return
    comes = [float(routes[item.node.id, port][-2, 0]) for port in range(item.node.ports)]
    order = sorted(range(len(comes)), key=lambda port: (comes[port], port))
    middle = item.body().center().x()
    above = [slot for slot, port in enumerate(order) if abs(comes[port] - middle) < 1]
    item.set_order(order, above[0] if len(above) == 1 else None)
