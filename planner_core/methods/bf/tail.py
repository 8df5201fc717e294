"""A dynamic program from the last path to the first, for one device worker and an ES worker per path.

How long a plan runs on once device and link are free is all that the paths in front need to know of those behind, ES
times included. Two neighbours that are not in Johnson's order may change places unless the ES time of the first exceeds
both that of the second and the time that the plan runs on behind the link of the two. So every plan is as good as one
that ends with some paths in any order, as few as that leaves, and has Johnson's order in front of them: the ends are
listed first, then the types are walked in that order. With every ES time counted the value is exact; with fewer ES
workers it is a lower bound.
"""

from __future__ import annotations

import numpy as np

from planner_core.arrays import FlagArray
from planner_core.methods.bf.bound_kernels import bound_tables
from planner_core.methods.bf.flow import TypeOrder, device_weights
from planner_core.methods.bf.states import Outcome
from planner_core.methods.bf.tail_kernels import walk_tail

__all__ = ["solve_tail"]

_MOST_ENDINGS = 20_000


def solve_tail(order: TypeOrder, limit: float, width: int, flag: FlagArray) -> Outcome | None:
    """Look for any plan that ends before `limit`; if it is complete and finds none, there is none.

    A path that sends nothing is taken to need no ES. None if plans may end in too many ways, or the flag is set.
    """
    back = order.backward()
    weights = device_weights(order)
    w = weights[:, None]
    work = w * back.a + (1 - w) * back.b
    first = np.where(back.b > 0, (1 - w) * back.a, 0.0)
    phi, extra = bound_tables(back.klass, work, first, len(order.counts))
    forms = np.stack([weights, 1 - weights, np.zeros(len(weights))])
    most = min(4 * width, _MOST_ENDINGS)
    state, found, bound, types = walk_tail(
        order.counts, back.klass, back.a, back.b, back.e, forms, phi, extra, limit, most, width, flag
    )
    if state == 0:
        return None
    if found:
        return Outcome(back.rank[types], 0.0)  # a better one may be among those that gave way to it
    return Outcome(None, min(limit, float(bound)), state == 2)
