"""A dynamic program from the last path to the first, for one device worker and one ES worker.

How long a plan runs on once device, link and ES are free is all that the paths in front need to know of those behind.
While the link leads the ES by enough, the ES does not decide the order of two neighbours in front, and Johnson's order
of device and link is as good as any. So the ends of plans are listed, in any order, until they lead by that much
whatever follows; what is left is walked in Johnson's order. Where transfers are longer than ES times that is after a
few paths; where they are not there are too many ends.
"""

from __future__ import annotations

import numpy as np

from planner_core.arrays import BoolArray, FlagArray
from planner_core.methods.bf.bound_kernels import bound_tables
from planner_core.methods.bf.jobs import Jobs
from planner_core.methods.bf.loads import Shop, best_weights, usable_types
from planner_core.methods.bf.queue_kernels import walk_queue
from planner_core.methods.bf.states import Outcome

__all__ = ["solve_queue"]

_MOST_ENDS = 600


def solve_queue(jobs: Jobs, shops: list[Shop], limit: float, width: int, flag: FlagArray) -> Outcome | None:
    """Look for any plan that ends before `limit`; if it is complete and finds none, there is none.

    A path that sends nothing is taken to need no ES. None if plans may end in too many ways, or the flag is set.

    Parameters
    ----------
    shops : list of Shop
        Relaxations that tell which types such a plan may use.
    """
    keep: BoolArray = np.ones(len(jobs.a), np.bool_)
    for shop in shops:
        keep &= usable_types(shop, limit)
    kept = np.flatnonzero(keep)
    if np.bincount(jobs.class_of_type[kept], minlength=len(jobs.counts)).min() == 0:
        return Outcome(None, limit, True)
    a, b = jobs.a[kept], jobs.b[kept]
    e = np.where(b > 0, jobs.e[kept], 0.0)
    front = a <= b
    rank = np.lexsort((-e, np.where(front, a, -b), ~front))[::-1]
    a, b, e, klass = a[rank], b[rank], e[rank], jobs.class_of_type[kept][rank]
    times = np.stack([a, b, e])
    weights = best_weights(times, klass, jobs.counts, np.zeros(3))
    first = np.where(b > 0, weights[:, 1:2] * a + weights[:, 2:] * (a + b), 0.0)
    phi, extra = bound_tables(klass, weights @ times, first, len(jobs.counts))
    state, found, bound, types = walk_queue(
        jobs.counts, klass, a, b, e, np.ascontiguousarray(weights.T), phi, extra, limit, min(_MOST_ENDS, 4 * width),
        width, flag,
    )  # fmt: skip
    if state == 0:
        return None
    if found:
        return Outcome(kept[rank][types], 0.0)  # a better one may be among those that gave way to it
    return Outcome(None, min(limit, float(bound)), state == 2)
