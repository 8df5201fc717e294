"""The layout of a drawing: every node in its row and column."""

from __future__ import annotations

from flgui.layout.graph import Metrics, lay_out, skeleton
from flgui.views.editor.style import COLUMN, NODE_HEIGHT, NODE_WIDTH, PITCH
from planner_core.draft import Draft, infer
from planner_core.draft.edits import move

__all__ = ["tidied"]

_METRICS = Metrics(NODE_WIDTH, NODE_HEIGHT, PITCH - NODE_HEIGHT, COLUMN - NODE_WIDTH)


def tidied(draft: Draft) -> Draft:
    """Return the draft laid out from top to bottom, its first node where it was."""
    if not draft.nodes:
        return draft
    order = [node.id for node in draft.nodes]
    place = {i: k for k, i in enumerate(order)}
    edges = [(place[tail], place[head]) for tail, head, _ in draft.edges]
    facts = infer(draft).facts
    weights = [facts[i].flops if i in facts else 0.0 for i in order]
    frame = skeleton(len(order), edges, weights)
    layout = lay_out(frame, _METRICS)
    # A node that has its rank to itself is widened by the layout; here all are equally wide.
    middle = frame.x * (NODE_WIDTH + _METRICS.column_gap) - _METRICS.column_gap / 2
    left = [round(float(x) - NODE_WIDTH / 2) for x in middle]
    return move(draft, {i: (left[k], round(float(layout.top[k]))) for k, i in enumerate(order)})
