"""A dynamic program over types in Johnson's order, for one device worker.

The paths are jobs of a two-machine flow shop (device, link) with the ES time as a tail. For given splits Johnson's
order ends the link first (Johnson 1954), so the order of the types is known before the splits are: the program walks
the types in that order and decides how many paths of the class take each. One path is set aside to be the last: when
no ES time exceeds another by more than a transfer, only the last one's counts, and the value is exact; else it is a
lower bound, since every other path's ES time is left out. More ES workers never hurt, so the bound holds for any
number of them.

A label is (paths left of each class, type set aside, device end, link end). Labels that another one dominates go;
so do labels whose Lagrangian bound reaches the best plan known. Cut to a width, the bounds of what was cut off still
give a proof.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner_core.arrays import BoolArray, FlagArray, FloatArray, IntArray
from planner_core.methods.bf import flow_kernels as kernels
from planner_core.methods.bf import form_kernels
from planner_core.methods.bf.jobs import Jobs
from planner_core.methods.bf.states import Outcome

__all__ = [
    "Forms",
    "TypeOrder",
    "device_forms",
    "es_order",
    "promising",
    "restrict",
    "solve_flow",
    "type_order",
]


_GRID, _ZOOMS = 17, 7
"""Weights tried at once, and how often the search for the best zooms in on it, eightfold each time."""

_FAN = np.array([0.0, -0.003, 0.003, -0.015, 0.015, -0.05, 0.05, -0.15, 0.15, -0.35, 0.35])
"""Steps from the best weight to those of further forms."""


@dataclass(frozen=True, eq=False, slots=True)
class TypeOrder:
    """Types of `Jobs` in walking order.

    Attributes
    ----------
    rank : (T,) int64
        Indices into `Jobs`' types.
    klass : (T,) int64
    a, b, e : (T,) float64
    serial : bool
        One device worker; else one per path.
    counts : (K,) int64
    lag : (T,) float64, optional
        Least time between `a` and `b`.
    head : float
        Moment before which no `b` can begin.
    """

    rank: IntArray
    klass: IntArray
    a: FloatArray
    b: FloatArray
    e: FloatArray
    serial: bool
    counts: IntArray
    lag: FloatArray | None = None
    head: float = 0.0

    def backward(self) -> TypeOrder:
        """The same types from the last to the first."""
        ints = [np.ascontiguousarray(x[::-1]) for x in (self.rank, self.klass)]
        floats = [np.ascontiguousarray(x[::-1]) for x in (self.a, self.b, self.e)]
        return TypeOrder(ints[0], ints[1], floats[0], floats[1], floats[2], self.serial, self.counts)


@dataclass(frozen=True, eq=False, slots=True)
class Forms:
    """Lagrangian bounds, each a weighting of device against link; all hold.

    Attributes
    ----------
    weights : (F,) float64
        Weight of the device; the link has the rest.
    work, last : (T, F) float64
        Weighted work of one path at each type, and what a path that is the last adds to it.
    """

    weights: FloatArray
    work: FloatArray
    last: FloatArray


def type_order(jobs: Jobs) -> TypeOrder:
    """Johnson's order for one device worker, the order of release otherwise."""
    a, b, e = jobs.a, jobs.b, jobs.e
    serial = jobs.device_workers == 1
    if serial:
        # A path that sends nothing passes the link, so its ES time does not follow the last transfer.
        e = np.where(b > 0, e, 0.0)
        front = a <= b
        rank = np.lexsort((-e, np.where(front, a, -b), ~front))
    else:
        # Of types released together the longer ES time goes first.
        rank = np.lexsort((-e, a))
    klass = jobs.class_of_type[rank]
    return TypeOrder(rank, klass, a[rank], b[rank], e[rank], serial, jobs.counts)


def es_order(jobs: Jobs) -> TypeOrder:
    """Order for one device worker and one ES worker, the link taken for a mere delay between them.

    Both follow the order of the plan, so a path's ES time begins no sooner than its transfer's time after its device
    end, nor before the ES is free; among orders of such a shop with lags Mitten's (1958) is best.
    """
    sent = (jobs.b > 0) & (jobs.e > 0)
    a, e, lag = jobs.a, np.where(sent, jobs.e, 0.0), np.where(sent, jobs.b, 0.0)
    front = a <= e
    rank = np.lexsort((np.where(front, a + lag, -e - lag), ~front))
    klass = jobs.class_of_type[rank]
    head = float((jobs.a + jobs.b).min())
    none = np.zeros(len(rank))
    return TypeOrder(rank, klass, a[rank], e[rank], none, True, jobs.counts, lag[rank], head)


def restrict(order: TypeOrder, keep: BoolArray) -> TypeOrder | None:
    """Leave out the types that `keep` (T,) does not name; None if a class has none left."""
    if keep.all():
        return order
    types = int(np.count_nonzero(keep))
    ints, times = np.empty((2, types), np.int64), np.empty((4, types))
    if not form_kernels.kept(
        keep,
        len(order.counts),
        order.rank,
        order.klass,
        order.a,
        order.b,
        order.e,
        lag_of(order),
        ints,
        times,
    ):
        return None
    lag = None if order.lag is None else times[3]
    return TypeOrder(
        ints[0], ints[1], times[0], times[1], times[2], order.serial, order.counts, lag, order.head
    )


def device_forms(order: TypeOrder) -> Forms:
    """Weights of the device against the link: the ends, and a fan around the best at the root.

    With weight w, T >= w (sum of a + last b + last e) + (1 - w) (sum of b + last e).
    """
    weights = device_weights(order)
    return Forms(weights, *form_kernels.forms(weights, order.a, lag_of(order), order.b, order.e))


def promising(order: TypeOrder, forms: Forms, limit: float) -> BoolArray:
    """(T,) whether a plan that ends before `limit` may use the type, as far as the forms tell."""
    possible: BoolArray = form_kernels.promising(
        order.klass, order.counts, order.head, forms.weights, forms.work, forms.last, limit
    )
    return possible


def lag_of(order: TypeOrder) -> FloatArray:
    """(T,) least time between the two machines."""
    return np.zeros(len(order.a)) if order.lag is None else order.lag


def device_weights(order: TypeOrder) -> FloatArray:
    """(F,) weights of the device against the link: the ends, and a fan around the best of all paths."""
    weights: FloatArray = form_kernels.best_weights(
        order.klass, order.counts, order.a, order.b, _GRID, _ZOOMS, _FAN
    )
    return weights


def solve_flow(order: TypeOrder, forms: Forms, limit: float, width: int, flag: FlagArray) -> Outcome:
    """Look for a plan that ends before `limit`, keeping at most `width` labels a type.

    `flag` is polled; when it is set the search ends with the bound that is proven by then.
    """
    found, bound, types, complete = kernels.walk_types(
        order.counts,
        order.klass,
        order.a,
        lag_of(order),
        order.b,
        order.e,
        order.head,
        forms.weights,
        forms.work,
        forms.last,
        limit,
        width,
        flag,
    )
    plan = order.rank[types] if found else None
    return Outcome(plan, min(limit, float(bound)), bool(complete))
