"""Two of the three resources as a flow shop, the third as a load: bounds for one device worker.

For a choice of splits each pair of resources is a two-machine flow shop whose best order is known (Johnson 1954; with a
lag between the two Mitten 1958), and what remains bounds too, by the mere sum of its times. So a program that walks the
types in the pair's order, and decides how many paths take each, keeps three moments a label: when either machine of the
pair is free, and how long the third one works. Plans that are short on one pair alone because they overload the third
resource are cut off. Three such relaxations are of use:

- device and link, the ES a load; one path is set aside to be the last *sent*, since its ES time follows. Paths that
  send nothing may come behind it.
- device and ES, the link a lag between (and a load);
- link and ES, the device a load.

The last two hold for one ES worker, the first for any number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from planner_core.arrays import BoolArray, FlagArray, FloatArray, IntArray
from planner_core.methods.bf import form_kernels
from planner_core.methods.bf import load_kernels as kernels
from planner_core.methods.bf.bound_kernels import bound_tables
from planner_core.methods.bf.jobs import Jobs
from planner_core.methods.bf.states import Outcome

__all__ = [
    "Shop",
    "best_weights",
    "device_es_shop",
    "device_link_shop",
    "least_end",
    "link_es_shop",
    "shops_of",
    "solve_loads",
    "unsent_end",
    "usable_types",
]

_ZOOMS = 16
"""Rounds of the search for the best weights; each shrinks the grid by `_SHRINK`."""

_SHRINK = 0.55
_STEPS = np.array([(i, j, -i - j) for i in range(-2, 3) for j in range(-2, 3)]) / 2
"""(G, 3) steps of the grid, which leave the sum of the weights as it is."""

_FAN = (0.003, 0.015, 0.06, 0.25)
"""Steps from the best weights to those of further bounds."""


@dataclass(frozen=True, eq=False)
class Shop:
    """One relaxation: types in walking order.

    Attributes
    ----------
    rank : (T,) int64
        Indices into `Jobs`' types.
    klass : (T,) int64
    counts : (K,) int64
    times : (3, T) float64
        On the first machine, on the second, and of the load.
    lag : (T,) float64
        Least time between the two machines.
    tail : (T,) float64
        What follows the second machine if the path is the last there.
    begin : (3,) float64
        Moments at which machines and load begin.
    follows : float
        What follows the load at least.
    last_sent : bool
        Whether a path is set aside to be the last on the second machine.
    coupled : int
        That many types at the front reach the second machine by way of the load.
    reach : (T,) float64
        Until when at most the second machine can be said to wait for that.
    """

    rank: IntArray
    klass: IntArray
    counts: IntArray
    times: FloatArray
    lag: FloatArray
    tail: FloatArray
    begin: FloatArray
    reach: FloatArray
    follows: float = 0.0
    last_sent: bool = False
    coupled: int = 0

    @property
    def offset(self) -> FloatArray:
        """(3,) time of no path on each resource."""
        offset = self.begin.copy()
        offset[2] += self.follows
        return offset

    @property
    def sent(self) -> int:
        """From this type on nothing goes to the second machine."""
        return int(np.count_nonzero(self.times[1] > 0)) if self.last_sent else len(self.rank)

    @cached_property
    def weights(self) -> FloatArray:
        """(F, 3) of the forms that bound it."""
        return best_weights(self.times, self.klass, self.counts, self.offset)

    @cached_property
    def ends(self) -> FloatArray:
        """(T,) before which no plan ends that uses the type, as far as the weights tell."""
        phi, extra = _least(self, self.weights)
        work, last = self.weights @ self.times, _last(self, self.weights)
        # The last path is one that takes the type, or another, which costs its class as much as the weights say.
        least = np.minimum(last, extra.min(axis=1, keepdims=True))
        root = (phi @ self.counts + self.weights @ self.offset)[:, None]
        ends: FloatArray = (root + work - phi[:, self.klass] + least).max(axis=0)
        return ends

    def restricted(self, keep: BoolArray) -> Shop | None:
        """Leave out the types that `keep` (T,) does not name; None if a class has none left."""
        klass = self.klass[keep]
        if np.bincount(klass, minlength=len(self.counts)).min() == 0:
            return None
        times = np.ascontiguousarray(self.times[:, keep])
        rank, lag, tail = self.rank[keep], self.lag[keep], self.tail[keep]
        coupled = int(np.count_nonzero(keep[: self.coupled]))
        reach = self.reach[keep]
        return replace(
            self, rank=rank, klass=klass, times=times, lag=lag, tail=tail, reach=reach, coupled=coupled
        )


def device_link_shop(jobs: Jobs) -> Shop:
    """Device and link, the ES a load if it has one worker; paths that send nothing go last, on the device alone."""
    a, b, e = jobs.a, jobs.b, jobs.e
    sends = b > 0
    front = a <= b
    rank = np.lexsort((-e, np.where(front, a, -b), ~front, ~sends))
    one = jobs.es_workers == 1
    load = e if one else np.zeros(len(a))
    begin = np.array([0.0, a.min(), (a + b).min() if one else 0.0])
    shop = _shop(jobs, rank, (a, b, load), begin)
    return replace(shop, tail=np.where(sends, e, 0.0)[rank], last_sent=True)


def device_es_shop(jobs: Jobs) -> Shop:
    """Device and ES, the link a lag between the two and a load; see `flow.es_order`.

    Paths that need no device, and the link for no longer than the ES, come first, by rising transfers. For each of them
    let A be those before it. Of all others that need the ES let r be the first in a plan's order. Those of A behind r,
    and all others, are at the ES after r gets there; those of A before r were sent before. So the ES waits for the
    transfers of A and this path's own, unless r is sent more quickly: then, for r's device and link time (`reach`).
    """
    sends = (jobs.b > 0) & (jobs.e > 0)
    a, e, lag = jobs.a, np.where(sends, jobs.e, 0.0), np.where(sends, jobs.b, 0.0)
    front = a <= e
    rank = np.lexsort((np.where(front, a + lag, -e - lag), ~front))
    begin = np.array([0.0, (a + jobs.b).min(), a.min()])
    shop = _shop(jobs, rank, (a, e, jobs.b), begin)
    apt = (sends & (a <= 0) & (jobs.b <= e))[rank]
    coupled = len(apt) if apt.all() else int(apt.argmin())
    others, lone = rank[coupled:][e[rank[coupled:]] > 0], np.full(len(rank), np.inf)
    for t in range(coupled):
        quicker = others[jobs.b[others] < jobs.b[rank[t]]]
        lone[t] = (a + jobs.b)[quicker].min(initial=np.inf)
    return replace(shop, lag=lag[rank], follows=float(jobs.e.min()), coupled=coupled, reach=lone)


def link_es_shop(jobs: Jobs) -> Shop:
    """Link and ES, the device a load."""
    a, b, e = jobs.a, jobs.b, jobs.e
    front = b <= e
    rank = np.lexsort((np.where(front, b, -e), ~front))
    begin = np.array([a.min(), (a + b).min(), 0.0])
    return replace(_shop(jobs, rank, (b, e, a), begin), follows=float((b + e).min()))


def shops_of(jobs: Jobs) -> list[Shop]:
    """The relaxations that hold for these workers."""
    shops = [device_link_shop(jobs)]
    if jobs.es_workers == 1:
        shops += [device_es_shop(jobs), link_es_shop(jobs)]
    return shops


def least_end(shop: Shop) -> float:
    """What the best weights prove."""
    weights = shop.weights
    phi, extra = _least(shop, weights)
    return float((phi @ shop.counts + weights @ shop.offset + extra.min(axis=1)).max())


def _shop(
    jobs: Jobs, rank: IntArray, times: tuple[FloatArray, FloatArray, FloatArray], begin: FloatArray
) -> Shop:
    stacked = np.ascontiguousarray(np.stack(times)[:, rank])
    none = np.zeros(len(rank))
    return Shop(
        rank, jobs.class_of_type[rank], jobs.counts, stacked, none, none, begin, np.full(len(rank), np.inf)
    )


def unsent_end(jobs: Jobs) -> float:
    """Lower bound on the end of every plan that sends nothing, with one device worker; infinite if there is none."""
    alone = np.where(jobs.b <= 0, jobs.a, np.inf)
    return float(np.minimum.reduceat(alone, jobs.start[:-1]) @ jobs.counts)


def solve_loads(shop: Shop, limit: float, width: int, flag: FlagArray) -> Outcome:
    """Look for splits that the relaxation lets end before `limit`, keeping at most `width` labels a type.

    With a path set aside, plans that send nothing are left out: `unsent_end` bounds those.
    """
    weights = shop.weights
    narrow = shop.restricted(shop.ends < limit)
    if narrow is None:
        return Outcome(None, limit, True)
    phi, extra, own = _tables(narrow, weights)
    found, bound, types, complete = kernels.walk_loads(
        narrow.counts, narrow.klass, narrow.times[0], narrow.lag, narrow.times[1], narrow.times[2], narrow.tail,
        narrow.begin, narrow.follows, narrow.sent, narrow.last_sent, narrow.coupled, narrow.reach,
        weights, phi, extra, own, limit, width, flag,
    )  # fmt: skip
    return Outcome(narrow.rank[types] if found else None, min(limit, float(bound)), bool(complete))


def _last(shop: Shop, weights: FloatArray) -> FloatArray:
    """(F, T) what the last path adds to its weighted work.

    Without unsent paths all device time lies before the last path's transfer; with some that may follow it counts for
    the second machine alone.
    """
    w = weights[:, :1]
    last: FloatArray = weights[:, 1:2] * shop.tail
    if shop.last_sent and shop.sent < len(shop.rank):
        last[:, shop.sent :] = np.inf
        return last
    last += w * (shop.lag + shop.times[1])
    return last + w * shop.tail if shop.last_sent else last


def _tables(shop: Shop, weights: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """`phi`, `extra` and `own` of `kernels.walk_loads`."""
    work = weights @ shop.times
    last = _last(shop, weights)
    phi, extra = bound_tables(shop.klass, work, last, len(shop.counts))
    return phi, extra, work + last


def _least(shop: Shop, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(F, K) the first rows of `phi` and `extra` alone: for a walk that has not begun. The whole tables are large."""
    work = weights @ shop.times
    by_class = np.argsort(shop.klass, kind="stable")
    starts = np.searchsorted(shop.klass[by_class], np.arange(len(shop.counts)))
    phi = np.minimum.reduceat(work[:, by_class], starts, axis=1)
    extra = np.minimum.reduceat((work + _last(shop, weights))[:, by_class], starts, axis=1)
    return phi, extra - phi


def usable_types(shop: Shop, limit: float) -> BoolArray:
    """(T,) whether a plan that the relaxation lets end before `limit` may use the type; in the order of `Jobs`."""
    usable = np.zeros(len(shop.rank), np.bool_)
    usable[shop.rank] = shop.ends < limit
    return usable


def best_weights(times: FloatArray, klass: IntArray, counts: IntArray, begin: FloatArray) -> FloatArray:
    """(F, 3) weights of three resources: the best for all paths, a fan around them, and each resource alone.

    Parameters
    ----------
    times : (3, T) float64
        Of one path of each type on each resource.
    klass : (T,) int64
    counts : (K,) int64
    begin : (3,) float64
        What each resource is worth before any path.
    """
    best = form_kernels.best_of_three(times, klass, counts, begin, _STEPS, _ZOOMS, _SHRINK)
    ways = np.array([(1, -1, 0), (-1, 1, 0), (0, 1, -1), (0, -1, 1), (1, 0, -1), (-1, 0, 1)])
    fan = best + np.multiply.outer(np.array(_FAN), ways).reshape(-1, 3)
    weights: FloatArray = np.concatenate([best[None], fan[(fan >= 0).all(axis=1)], np.eye(3)])
    return weights
