"""The layout of a drawing: every node in its row and column."""

from __future__ import annotations

from flgui.layout.graph import Metrics, Skeleton, lay_out, skeleton
from flgui.views.editor.style import COLUMN, NODE_HEIGHT, NODE_WIDTH, PITCH
from planner_core.draft import Draft, infer
from planner_core.draft.edits import move

__all__ = ["graph_of", "tidied"]

_METRICS = Metrics(NODE_WIDTH, NODE_HEIGHT, PITCH - NODE_HEIGHT, COLUMN - NODE_WIDTH)


def graph_of(draft: Draft) -> tuple[int, list[tuple[int, int]], list[float]]:
    """Return what a layout is made of: the number of nodes, the edges between them, and their weights."""
    place = {node.id: k for k, node in enumerate(draft.nodes)}
    facts = infer(draft).facts
    weights = [facts[node.id].flops if node.id in facts else 0.0 for node in draft.nodes]
    return len(draft.nodes), [(place[tail], place[head]) for tail, head, _ in draft.edges], weights


def tidied(draft: Draft, frame: Skeleton | None = None) -> Draft:
    """Return the draft laid out from top to bottom; `frame` is its layout where that was made already."""
    if not draft.nodes:
        return draft
    if frame is None or len(frame.x) != len(draft.nodes):
        frame = skeleton(*graph_of(draft))
    layout = lay_out(frame, _METRICS)
    # A node that has its rank to itself is widened by the layout; here all are equally wide.
    middle = frame.x * (NODE_WIDTH + _METRICS.column_gap) - _METRICS.column_gap / 2
    left = [round(float(x) - NODE_WIDTH / 2) for x in middle]
    tops = [round(float(y)) for y in layout.top]
    return move(draft, {node.id: (left[k], tops[k]) for k, node in enumerate(draft.nodes)})
