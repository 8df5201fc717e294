"""Every choice of splits that may end in time, where the ES is busy all the time: for single accelerators.

Most paths are sent raw then, since that feeds the ES soonest; the few on the device take over as much work as goes
into the time that it has. How well they fill it decides, as in a knapsack, and no weighting of the resources tells
such choices apart: moved work costs the device what it saves the ES. But whichever path is the last on the device,
its transfer and its ES time are still to come, so the device can be filled up to a certain moment only, and the ES
asks for a certain load at least. Choices between the two are few. They are all looked at: by falling device time,
the last on the device first. Most are too long by the best order of some pair of resources; the others are sequenced.
"""

from __future__ import annotations

import numpy as np

from planner_core.arrays import FlagArray, FloatArray, IntArray
from planner_core.methods.bf.filling_kernels import head_of, walk_fillings
from planner_core.methods.bf.jobs import Jobs
from planner_core.methods.bf.loads import Shop
from planner_core.methods.bf.states import Outcome

__all__ = ["solve_fillings"]


def solve_fillings(
    jobs: Jobs, shops: list[Shop], limit: float, slack: float, most: int, each: int, flag: FlagArray
) -> Outcome | None:
    """Look for the best plan that ends before `limit`, at no more than `most` choices of splits.

    No more than `each` of them have the same last path on the device.

    Parameters
    ----------
    shops : list of Shop
        Those of single accelerators: device and link, device and ES, link and ES.
    slack : float
        Relative; of two plans that differ by less the worse may be brought.

    Returns
    -------
    Outcome or None
        None if this is not for the instance: more than one ES worker, a class that may be split in several ways, or
        none, without device work, or a plan without any that may end in time.
    """
    none = jobs.a <= 0.0
    if len(shops) < 3 or np.any(np.add.reduceat(none, jobs.start[:-1], dtype=np.int64) != 1):
        return None
    base = np.flatnonzero(none)
    on_es = jobs.e > 0.0
    if not on_es[base].all() or not (jobs.b[base] > 0.0).all():
        return None
    load = float(jobs.e[base] @ jobs.counts)
    items = np.flatnonzero(~none)
    items = items[np.argsort(-jobs.a[items], kind="stable")]
    starts = _starts(jobs, base, items, limit)
    if head_of(jobs.counts, *starts) + load < limit:
        return None  # a plan without any device work may end in time
    if not len(items):
        return Outcome(None, limit, True)
    least = _least(jobs, base, items, _heads(jobs, starts, items), load)
    lasts = np.argsort(least, kind="stable")
    lasts = lasts[: np.searchsorted(least[lasts], limit)]
    if not len(lasts):
        return Outcome(None, limit, True)
    order_of = np.empty((3, len(jobs.a)), np.int64)
    for pair, shop in enumerate((shops[1], shops[2], shops[0])):
        order_of[pair, shop.rank] = np.arange(len(jobs.a))
    by_order = np.argsort(order_of[:, base], axis=1)
    types, end, bound = walk_fillings(
        jobs.counts, jobs.class_of_type, base, items, items[lasts], jobs.a, jobs.b, jobs.e, order_of, by_order,
        least[lasts], *starts, slack, limit, most, each, flag,
    )  # fmt: skip
    return Outcome(types if types[0] >= 0 else None, float(bound), bool(bound >= end))


def _starts(
    jobs: Jobs, base: IntArray, items: IntArray, limit: float
) -> tuple[FloatArray, IntArray, IntArray]:
    """Moments (N,), rising, from which on the ES may work without a break, and the classes of its first two paths.

    The first is sent raw, and the second, too, behind it; or that one, or both, come from the device (class -1).
    """
    classes, b, e = np.arange(len(base)), jobs.b[base], jobs.e[base]
    on_es = jobs.e[items] > 0.0
    by_device = (jobs.a + jobs.b)[items][on_es].min(initial=np.inf)
    later = np.column_stack([b[:, None] + b, np.full(len(b), by_device)]) - e[:, None]
    # Where all paths but one may end on the device there need be no second one for the ES to wait for.
    alone = np.full(len(base), np.inf)
    np.minimum.at(alone, jobs.class_of_type[items], np.where(on_es, np.inf, jobs.a[items]))
    if np.sort(np.repeat(alone, jobs.counts))[:-1].sum() < limit:
        later[:] = -np.inf
    value = np.append(np.maximum(b[:, None], later), by_device)
    first = np.append(np.repeat(classes, len(base) + 1), -1)
    second = np.append(np.tile(np.append(classes, -1), len(base)), -1)
    rising = np.argsort(value, kind="stable")
    return value[rising], first[rising], second[rising]


def _heads(jobs: Jobs, starts: tuple[FloatArray, IntArray, IntArray], items: IntArray) -> FloatArray:
    """(I,) before which the ES cannot work without a break if the last on the device is of each type of `items`."""
    heads = np.empty(len(jobs.counts))
    for k in range(len(heads)):
        left = jobs.counts.copy()
        left[k] -= 1
        heads[k] = head_of(left, *starts)
    return heads[jobs.class_of_type[items]]


def _least(jobs: Jobs, base: IntArray, items: IntArray, head: FloatArray, load: float) -> FloatArray:
    """(I,) lower bound on the end of every plan whose last path on the device is of each type of `items`.

    The device takes the ES' work off at the best rate of any type: all of it, or so much that both end together.
    """
    a, b, e = (times[items] for times in (jobs.a, jobs.b, jobs.e))
    saved = jobs.e[base[jobs.class_of_type[items]]] - e
    rate = max(0.0, float((saved / a).max()))
    own, left = a + b + e, np.maximum(load - saved, 0.0)
    some: FloatArray = (head + load - saved + rate * own) / (1.0 + rate)
    with np.errstate(divide="ignore", invalid="ignore"):
        none = own + np.where(left > 0.0, left / rate, 0.0)
    return np.maximum(np.minimum(some, none), own)
