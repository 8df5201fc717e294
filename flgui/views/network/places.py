"""Where nodes and edges of the graph stand in the scene."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QRectF

from flgui.layout.graph import GraphLayout, Skeleton
from flgui.views.network.edge_item import EdgeItem
from flgui.views.network.fitting import Fit
from flgui.views.network.node_item import NodeItem

__all__ = ["place", "scene_rect"]


def place(
    nodes: Iterable[NodeItem], edges: Iterable[EdgeItem], frame: Skeleton, layout: GraphLayout, fit: Fit
) -> None:
    """Put every item in its place; the edge of an output ends a little below its node."""
    shift = np.array([fit.left, fit.top])
    high = layout.metrics.node_height
    for node, x, y, wide in zip(
        nodes, layout.left.tolist(), layout.top.tolist(), layout.node_width.tolist(), strict=True
    ):
        node.place(x + fit.left, y + fit.top, wide, high)
    routes = dict(zip(frame.edges, layout.routes, strict=True))
    for edge in edges:
        if edge.head is not None:
            route = routes[edge.tail, edge.head]
        else:
            x, y = layout.stem[edge.tail], layout.top[edge.tail] + high
            route = np.array([[x, y], [x, y + min(layout.metrics.gap, fit.bottom - 4)]])
        edge.place(route + shift, layout.metrics.gap)


def scene_rect(layout: GraphLayout, fit: Fit) -> QRectF:
    """Return the part of the scene that the graph and its margins take."""
    return QRectF(0, 0, layout.width + fit.left + fit.right, int(layout.height + fit.top + fit.bottom))
