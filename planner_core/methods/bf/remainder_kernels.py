"""Labels of `deadline`'s walk that the relaxation refutes once it is told what paths are left; compiled.

The table of the walk lets as many paths of a class be packed as the instance has. Labels that are much alike have
fewer left, and what the types to come can earn of so few refutes many of them at once.
"""

from __future__ import annotations

import numpy as np

from planner_core.jit import kernel
from planner_core.methods.bf.earning_kernels import latest_loads
from planner_core.methods.polling import is_set

__all__ = ["refuted"]

_WORTH = 1_024
"""Profit of all paths that a group has left, in whole units, about."""

_ROUND = 1e-12
"""Of the latest deadline: what loads, sums in another order, may be off by."""


@kernel
def _class_apart(left, index, begin, end, profit):  # type: ignore[no-untyped-def]
    """Class in which labels differ most, in profit; -1 if they have the same paths left."""
    most, apart = 0.0, -1
    for k in range(profit.size):
        total, square = 0.0, 0.0
        for r in range(begin, end):
            paths = left[index[r], k]
            total += paths
            square += paths * paths
        spread = ((end - begin) * square - total * total) * profit[k] * profit[k]
        if spread > most:
            most, apart = spread, k
    return apart


@kernel
def refuted(klass, d, b, begin, t, profit, left, load, alive, count, size, flag):  # type: ignore[no-untyped-def]
    """Mark labels as dead from which types t, t + 1, ... cannot earn the profit of all paths left; returns how many.

    Parameters
    ----------
    klass, d, b, begin : (T,)
        As of `earning_kernels.ascend`.
    profit : (K,) int64
        Of a path of each class.
    left, load, alive
        Of `count` labels.
    size : int
        Labels of a group, at most, unless they have the same paths left.
    """
    classes = profit.size
    index, other = np.empty(count, np.int64), np.empty(count, np.int64)
    n = 0
    for i in range(count):
        if alive[i]:
            index[n] = i
            n += 1
    bounds = np.empty((n + 1, 2), np.int64)
    bounds[0, 0], bounds[0, 1] = 0, n
    groups = 1
    caps, unit = np.empty(classes, np.int64), np.empty(classes, np.int64)
    dead = 0
    while groups > 0 and not is_set(flag):
        groups -= 1
        first, last = bounds[groups, 0], bounds[groups, 1]
        apart = _class_apart(left, index, first, last, profit) if last - first > size else -1
        most, total = 0, 0
        for k in range(classes):
            caps[k] = 0
            for r in range(first, last):
                caps[k] = max(caps[k], left[index[r], k])
            total += caps[k] * profit[k]
        if apart >= 0:
            at = first
            for paths in range(caps[apart] + 1):
                start = at
                for r in range(first, last):
                    if left[index[r], apart] == paths:
                        other[at] = index[r]
                        at += 1
                if at > start:
                    bounds[groups, 0], bounds[groups, 1] = start, at
                    groups += 1
            index[first:last] = other[first:last]
            continue
        if total == 0:
            continue
        for k in range(classes):
            unit[k] = np.int64(profit[k] * _WORTH / total + 0.5)
            most += caps[k] * unit[k]
        row = latest_loads(klass, d, b, begin, t, caps, unit, most)
        for r in range(first, last):
            i = index[r]
            need = 0
            for k in range(classes):
                need += left[i, k] * unit[k]
            if row[need] < load[i] - _ROUND * d[d.size - 1]:
                alive[i] = False
                dead += 1
    return dead
