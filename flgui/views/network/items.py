"""The items of a graph: one for each node and each edge, with the words that stand beside the edges."""

from __future__ import annotations

from flgui.layout.graph import Skeleton
from flgui.viewmodel.network import NetworkModel
from flgui.views.network.edge_item import EdgeItem
from flgui.views.network.node_item import NodeItem
from flgui.views.network.style import GraphStyle
from flgui.views.network.words import crowded, straightest_first

__all__ = ["graph_items"]


def graph_items(
    model: NetworkModel, frame: Skeleton, style: GraphStyle
) -> tuple[list[NodeItem], list[EdgeItem]]:
    """Return nodes and edges; the shape of a tensor stands once, at the straightest edge that has room."""
    nodes = [NodeItem(i, text, style) for i, text in enumerate(model.nodes)]
    labelled: set[int] = set()
    edges = []
    full = crowded(frame)
    for i in straightest_first(frame):
        tail, head = frame.edges[i]
        label = "" if tail in labelled or tail in full else model.nodes[tail].shape
        labelled.add(tail)
        edges.append(EdgeItem(tail, head, label, style))
    tails = {tail for tail, _ in frame.edges}
    edges += [EdgeItem(i, None, text.shape, style) for i, text in enumerate(model.nodes) if i not in tails]
    return nodes, edges
