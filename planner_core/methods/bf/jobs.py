"""The scheduling problem that BF solves for one (tau, P): classes of jobs, each with the modes worth a look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import config

from planner_core.arrays import BoolArray, FloatArray, IntArray
from planner_core.costs import PathCosts
from planner_core.methods.bf import job_kernels as kernels
from planner_core.system import System
from planner_core.timing import worker_count

__all__ = ["Jobs", "jobs_of"]

_MOST_PAIRS = 4_000_000
"""Pairs of splits compared at once: a network of 1,000 layers has a million a class."""


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
    class_of_type : (T,) int64
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
    class_of_type: IntArray

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
        order, offload = np.empty(len(types), np.int64), np.empty(len(types), np.int64)
        kernels.paths_in_turn(
            self.class_of, self.counts, self.class_of_type, self.split, types, order, offload
        )
        return order, offload

    def end_of(self, types: IntArray) -> float:
        """Latest path end of a sequence of types, as `timing.schedule` has it, to the bit."""
        return float(kernels.latest_end(types, self.a, self.b, self.e, self.device_workers, self.es_workers))


def jobs_of(costs: PathCosts, system: System) -> Jobs:
    """Reduce `costs` to classes with undominated splits.

    A split is dominated when another of the same class needs no more time on any of the three resources: every end
    in section 4 is monotone in these times, whatever the worker counts. Among equals the lowest o stays.
    """
    keep = _undominated(costs.a, costs.b, costs.e)
    classes, paths = len(keep), costs.paths
    counts, start = np.empty(classes, np.int64), np.empty(classes + 1, np.int64)
    ints, times = np.empty((2, keep.size), np.int64), np.empty((3, keep.size))
    types = kernels.gathered(costs.class_of, costs.a, costs.b, costs.e, keep, counts, start, ints, times)
    return Jobs(
        counts=counts,
        start=start,
        split=ints[0, :types],
        a=times[0, :types],
        b=times[1, :types],
        e=times[2, :types],
        device_workers=worker_count(system.device_workers, paths),
        es_workers=worker_count(system.es_workers, paths),
        class_of=costs.class_of,
        class_of_type=ints[1, :types],
    )


def _in_parts(a: FloatArray, b: FloatArray, e: FloatArray) -> BoolArray:
    """(K, M) the splits that no other of the class beats or equals in every time (the first of equals stays).

    For where kernels are interpreted.
    """
    most = max(1, _MOST_PAIRS // a.shape[1] ** 2)
    if len(a) > most:
        parts = [slice(k, k + most) for k in range(0, len(a), most)]
        return np.concatenate([_in_parts(a[part], b[part], e[part]) for part in parts])
    no_worse = a[:, :, None] <= a[:, None, :]  # [k, i, j]: i is no worse than j
    no_worse &= b[:, :, None] <= b[:, None, :]
    no_worse &= e[:, :, None] <= e[:, None, :]
    index = np.arange(a.shape[1])
    worse = ~no_worse.transpose(0, 2, 1) | (index[:, None] < index)
    kept: BoolArray = np.logical_not((no_worse & worse).any(axis=1))
    return kept


_undominated: Any = _in_parts if config.DISABLE_JIT else kernels.undominated
