"""A forward dynamic program over partial sequences, for any number of workers.

A label is a multiset of classes already sequenced together with the moments when each device worker, the link and each
ES worker are free. Every end in SPEC section 4 is monotone in these moments, so among labels of one multiset only the
Pareto-minimal ones matter. Kept to a width it is a beam search whose cut-off labels still give a proven bound; with
nothing cut off it is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numba import config

from planner_core.arrays import FlagArray, FloatArray, IntArray
from planner_core.methods.bf import state_kernels as kernels
from planner_core.methods.bf.jobs import Jobs

__all__ = ["Outcome", "Tables", "root_bound", "solve_states"]

_WEIGHTS = np.linspace(0.0, 1.0, 33)
"""Of device against link at the root."""


@dataclass(frozen=True, eq=False, slots=True)
class Outcome:
    """What a search brought.

    Attributes
    ----------
    types : (P,) int64 or None
        The best sequence of types that beats the given limit; None if there is none among those looked at.
    bound : float
        Proven lower bound on the latest path end, never above the given limit.
    complete : bool
        Nothing was cut off: a wider search would bring no more.
    """

    types: IntArray | None
    bound: float
    complete: bool = False


def solve_states(
    jobs: Jobs, limit: float, width: int, flag: FlagArray, tables: Tables | None = None
) -> Outcome:
    """Look for a sequence that ends before `limit`, keeping at most `width` labels a step.

    `flag` is polled; when it is set the search ends with the bound that is proven by then. `tables` are those of
    `root_bound`, to be made only once.
    """
    tables = root_bound(jobs)[1] if tables is None else tables
    found, bound, types, complete = kernels.walk_states(
        jobs.counts, jobs.start, jobs.a, jobs.b, jobs.e, jobs.device_workers, jobs.es_workers, _WEIGHTS, tables.phi,
        tables.tail, tables.shares, tables.loads, limit, width, flag,
    )  # fmt: skip
    return Outcome(types if found else None, bound, complete)


@dataclass(frozen=True, eq=False, slots=True)
class Tables:
    """Least work of the classes by many weightings of the resources.

    Attributes
    ----------
    phi : (W + 2, K) float64
        w*a + (1-w)*b for every weight, then a and b alone.
    tail : (2, K) float64
        What follows the last link job at least: e, and 0 where a split sends nothing, since such a path passes a busy
        link; then b likewise.
    shares, loads : (S, 3), (S, K) float64
        Weightings of device, link and ES load that count the ES, and least work by them.
    cost : (T,) float64
        What a path of each type takes by the weighting whose least work in all is most.
    """

    phi: FloatArray
    tail: FloatArray
    shares: FloatArray
    loads: FloatArray
    cost: FloatArray


def root_bound(jobs: Jobs) -> tuple[float, Tables]:
    """Lower bound on the latest path end of every plan, in no time, and the tables that it was told from."""
    nd, ns = jobs.device_workers, jobs.es_workers
    shares = _shares(nd > 0, ns > 0)
    rows = len(_WEIGHTS) + 2
    table = np.empty((rows + 2 + len(shares), len(jobs.counts)))
    tables = Tables(table[:rows], table[rows : rows + 2], shares, table[rows + 2 :], np.empty(len(jobs.a)))
    fill = _fill_at_once if config.DISABLE_JIT else kernels.fill_tables
    bound = fill(
        jobs.counts, jobs.start, jobs.a, jobs.b, jobs.e, nd, ns, _WEIGHTS, shares, tables.phi, tables.tail,
        tables.loads, tables.cost,
    )  # fmt: skip
    return bound, tables


def _fill_at_once(
    counts: IntArray,
    start: IntArray,
    a: FloatArray,
    b: FloatArray,
    e: FloatArray,
    nd: int,
    ns: int,
    weights: FloatArray,
    shares: FloatArray,
    phi: FloatArray,
    tail: FloatArray,
    loads: FloatArray,
    cost: FloatArray,
) -> float:
    """As `kernels.fill_tables`, in few steps: for where kernels are interpreted."""
    w = weights[:, None]
    of_two = w * a + (1 - w) * b
    of_all = shares[:, :1] * a / max(nd, 1) + shares[:, 1:2] * b + shares[:, 2:] * e / max(ns, 1)
    phi[:-2] = np.minimum.reduceat(of_two, start[:-1], axis=1)
    phi[-2], phi[-1], tail[0] = (np.minimum.reduceat(times, start[:-1]) for times in (a, b, e))
    tail[1] = phi[-1]
    tail[:, phi[-1] <= 0] = 0.0
    loads[:] = np.minimum.reduceat(of_all, start[:-1], axis=1)
    work = np.where((nd > 0) | (weights <= 0), phi[:-2] @ counts, -1.0)
    cost[:] = np.concatenate([of_two, of_all])[np.concatenate([work, loads @ counts]).argmax()]
    state = np.zeros(nd + ns + 2)
    return float(kernels.bound_of_state(counts, state, nd, ns, weights, 1, phi, tail, shares, loads, np.inf))


@cache
def _shares(device: bool, es: bool) -> FloatArray:
    steps = 8 if es else 0
    shares = [
        (d / steps, (steps - d - e) / steps, e / steps)
        for e in range(1, steps + 1)
        for d in range(steps - e + 1)
        if device or not d
    ]
    return np.array(shares).reshape(-1, 3)
