"""The scheduling problem that BF solves for one (tau, P): classes of jobs, each with the modes worth a look."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner_core.arrays import FloatArray, IntArray
from planner_core.costs import PathCosts
from planner_core.system import System
from planner_core.timing import worker_count

__all__ = ["Jobs", "jobs_of"]


@dataclass(frozen=True, eq=False, slots=True)
class Jobs:
    """Classes of paths and their undominated splits ("types": one class at one split).

    Attributes
    ----------
    counts : (K,) int64
        Paths of each class.
    start : (K + 1,) int64
        Types of class k are start[k] .. start[k + 1].
    split : (T,) int64
        Offloading layer o of each type.
    a, b, e : (T,) float64
        Device, link and ES seconds.
    device_workers, es_workers : int
        0 is one per path.
    class_of : (P,) int64
    """

    counts: IntArray
    start: IntArray
    split: IntArray
    a: FloatArray
    b: FloatArray
    e: FloatArray
    device_workers: int
    es_workers: int
    class_of: IntArray

    @property
    def class_of_type(self) -> IntArray:
        """(T,) class of each type."""
        return np.repeat(np.arange(len(self.counts)), np.diff(self.start))

    @property
    def paths(self) -> int:
        """P."""
        return len(self.class_of)

    def types_of(self, costs: PathCosts, order: IntArray, offload: IntArray) -> IntArray:
        """(P,) types in sequence of a plan; a split that is dominated gives way to one that beats it."""
        kind = np.empty(costs.a.shape, np.int64)
        for k in range(len(self.counts)):
            own = slice(self.start[k], self.start[k + 1])
            beats = (
                (self.a[own, None] <= costs.a[k])
                & (self.b[own, None] <= costs.b[k])
                & (self.e[own, None] <= costs.e[k])
            )
            kind[k] = self.start[k] + beats.argmax(axis=0)
            kind[k, self.split[own] - 1] = np.arange(self.start[k], self.start[k + 1])
        types: IntArray = kind[self.class_of[order], offload[order] - 1]
        return types

    def sequence(self, types: IntArray) -> tuple[IntArray, IntArray]:
        """Turn a sequence of types into (order, offload by path); paths of a class go in ascending order."""
        by_class = np.argsort(self.class_of, kind="stable")
        first = np.concatenate([[0], np.cumsum(self.counts)])
        classes = self.class_of_type[types]
        rank = np.empty(len(types), np.int64)
        ordered = np.argsort(classes, kind="stable")
        rank[ordered] = np.arange(len(types)) - first[classes[ordered]]
        order = by_class[first[classes] + rank]
        offload = np.empty(len(types), np.int64)
        offload[order] = self.split[types]
        return order, offload


def jobs_of(costs: PathCosts, system: System) -> Jobs:
    """Reduce `costs` to classes with undominated splits.

    A split is dominated when another of the same class needs no more time on any of the three resources: every end
    in section 4 is monotone in these times, whatever the worker counts. Among equals the lowest o stays.
    """
    picks: list[IntArray] = []
    for k in range(len(costs.a)):
        picks.append(_undominated(np.stack([costs.a[k], costs.b[k], costs.e[k]], axis=1)))
    start = np.concatenate([[0], np.cumsum([len(p) for p in picks])]).astype(np.int64)
    rows = np.repeat(np.arange(len(picks)), np.diff(start))
    columns = np.concatenate(picks)
    paths = costs.paths
    return Jobs(
        counts=np.bincount(costs.class_of, minlength=len(costs.a)).astype(np.int64),
        start=start,
        split=columns + 1,
        a=np.ascontiguousarray(costs.a[rows, columns]),
        b=np.ascontiguousarray(costs.b[rows, columns]),
        e=np.ascontiguousarray(costs.e[rows, columns]),
        device_workers=worker_count(system.device_workers, paths),
        es_workers=worker_count(system.es_workers, paths),
        class_of=costs.class_of,
    )


def _undominated(times: FloatArray) -> IntArray:
    """Indices of the rows that no other row beats or equals in every column (the first of equals stays)."""
    no_worse = (times[:, None, :] <= times[None, :, :]).all(axis=2)  # [i, j]: i is no worse than j
    equal = no_worse & no_worse.T
    index = np.arange(len(times))
    beaten = (no_worse & ~equal).any(axis=0) | (equal & (index[:, None] < index[None, :])).any(axis=0)
    return np.flatnonzero(~beaten)
