"""Compiled loops of `jobs`, and what a path more does to a plan."""

from __future__ import annotations

import numpy as np

from planner_core.jit import kernel

__all__ = ["advance", "gathered", "latest_end", "paths_in_turn", "undominated"]


@kernel
def undominated(a, b, e):  # type: ignore[no-untyped-def]
    """(K, M) the splits that no other of the class beats or equals in every time (the first of equals stays)."""
    classes, splits = a.shape
    keep = np.ones((classes, splits), np.bool_)
    for k in range(classes):
        for j in range(splits):
            own_a, own_b, own_e = a[k, j], b[k, j], e[k, j]
            for i in range(splits):
                no_worse = a[k, i] <= own_a and b[k, i] <= own_b and e[k, i] <= own_e
                if no_worse and (i < j or a[k, i] < own_a or b[k, i] < own_b or e[k, i] < own_e):
                    keep[k, j] = False
                    break
    return keep


@kernel
def gathered(class_of, a, b, e, keep, counts, start, ints, times):  # type: ignore[no-untyped-def]
    """Count paths and list types; returns how many types there are.

    Parameters
    ----------
    keep : (K, M) bool
    counts, start : (K,), (K + 1,) int64
        Filled as in `Jobs`.
    ints, times : (2, K * M) int64, (3, K * M) float64
        Filled with split and class, and with a, b and e of each type.
    """
    classes, splits = keep.shape
    for k in range(classes):
        counts[k] = 0
    for p in range(class_of.size):
        counts[class_of[p]] += 1
    types = 0
    for k in range(classes):
        start[k] = types
        for m in range(splits):
            if keep[k, m]:
                ints[0, types], ints[1, types] = m + 1, k
                times[0, types], times[1, types], times[2, types] = a[k, m], b[k, m], e[k, m]
                types += 1
    start[classes] = types
    return types


@kernel
def paths_in_turn(class_of, counts, klass, split, types, order, offload):  # type: ignore[no-untyped-def]
    """Fill order and offload for a sequence of types; paths of a class go in ascending order."""
    paths, classes = class_of.size, counts.size
    place = np.zeros(classes + 1, np.int64)
    for k in range(classes):
        place[k + 1] = place[k] + counts[k]
    turn = place[:classes].copy()
    by_class = np.empty(paths, np.int64)
    for p in range(paths):
        k = class_of[p]
        by_class[place[k]] = p
        place[k] += 1
    for i in range(paths):
        k = klass[types[i]]
        p = by_class[turn[k]]
        turn[k] += 1
        order[i], offload[p] = p, split[types[i]]


@kernel
def _insert(state, begin, count, value):  # type: ignore[no-untyped-def]
    """Replace the least of a sorted run by `value`, keeping it sorted."""
    at = begin
    while at + 1 < begin + count and state[at + 1] < value:
        state[at] = state[at + 1]
        at += 1
    state[at] = value


@kernel
def advance(state, nd, ns, a, b, e):  # type: ignore[no-untyped-def]
    """Append one path with times a, b, e to a label, in place."""
    ready = 0.0
    if a > 0.0:
        if nd == 0:
            ready = a
        else:
            ready = state[0] + a
            _insert(state, 0, nd, ready)
    if b > 0.0:
        ready = max(state[nd], ready) + b
        state[nd] = ready
    if e > 0.0:
        if ns == 0:
            ready += e
        else:
            ready = max(state[nd + 1], ready) + e
            _insert(state, nd + 1, ns, ready)
    state[nd + ns + 1] = max(state[nd + ns + 1], ready)


@kernel
def latest_end(types, a, b, e, nd, ns):  # type: ignore[no-untyped-def]
    """Latest path end of a sequence of types, by SPEC section 4 and to the bit as `timing.schedule` has it."""
    state = np.zeros(nd + ns + 2)
    for i in range(types.size):
        t = types[i]
        advance(state, nd, ns, a[t], b[t], e[t])
    return state[nd + ns + 1]
