"""Compiled loops that weigh resources against each other, for `flow` and `loads`."""

from __future__ import annotations

import numpy as np

from planner_core.jit import kernel, vectorised

__all__ = ["best_of_three", "best_weights", "forms", "kept", "promising"]


@kernel
def best_weights(klass, counts, a, b, grid, zooms, steps):  # type: ignore[no-untyped-def]
    """Weights of the device, rising: 0, 1, and the best for all paths with `steps` from it.

    The best is searched for among `grid` weights, and then `zooms` - 1 times among so many around the best.
    """
    classes = counts.size
    least, weights = np.empty((classes, grid)), np.empty(grid)
    lo, hi = 0.0, 1.0
    for _ in range(zooms):
        for g in range(grid):
            weights[g] = lo + g * ((hi - lo) / (grid - 1))
        weights[grid - 1] = hi
        least[:] = np.inf
        for t in range(klass.size):
            own = least[klass[t]]
            for g in range(grid):
                own[g] = min(own[g], weights[g] * a[t] + (1 - weights[g]) * b[t])
        best, at = -np.inf, 0
        for g in range(grid):
            work = 0.0
            for k in range(classes):
                work += counts[k] * least[k, g]
            if work > best:
                best, at = work, g
        lo, hi = weights[max(at - 1, 0)], weights[min(at + 1, grid - 1)]
    found = np.empty(steps.size + 2)
    found[0], found[1] = 0.0, 1.0
    for i in range(steps.size):
        found[i + 2] = min(max((lo + hi) / 2 + steps[i], 0.0), 1.0)
    found.sort()
    count = 1
    for i in range(1, found.size):
        if found[i] > found[count - 1]:
            found[count] = found[i]
            count += 1
    return found[:count].copy()


@vectorised
def best_of_three(times, klass, counts, begin, grid, zooms, shrink):  # type: ignore[no-untyped-def]
    """(3,) weights of three resources that bound best for all paths.

    Parameters
    ----------
    times : (3, T) float64
        Of one path of each type on each resource.
    begin : (3,) float64
        What each resource is worth before any path.
    grid : (G, 3) float64
        Steps that are tried around the best so far, `zooms` times, each time `shrink` times as long.
    """
    classes, many = counts.size, grid.shape[0]
    best, step = np.full(3, 1 / 3), 2 / 3
    trial, least, root = np.empty((3, many)), np.empty((classes, many)), np.empty(many)
    for _ in range(zooms):
        for i in range(3):
            for g in range(many):
                trial[i, g] = best[i] + step * grid[g, i]
        for k in range(classes):
            for g in range(many):
                least[k, g] = np.inf
        for t in range(klass.size):
            x, y, z, k = times[0, t], times[1, t], times[2, t], klass[t]
            for g in range(many):
                work = trial[0, g] * x + trial[1, g] * y + trial[2, g] * z
                least[k, g] = work if work < least[k, g] else least[k, g]
        for g in range(many):
            root[g] = trial[0, g] * begin[0] + trial[1, g] * begin[1] + trial[2, g] * begin[2]
        for k in range(classes):
            for g in range(many):
                root[g] += counts[k] * least[k, g]
        found = -1
        for g in range(many):
            if (
                trial[0, g] >= 0
                and trial[1, g] >= 0
                and trial[2, g] >= 0
                and (found < 0 or root[g] > root[found])
            ):
                found = g
        for i in range(3):
            best[i] = trial[i, found]
        step *= shrink
    return best


@kernel
def forms(weights, a, lag, b, e):  # type: ignore[no-untyped-def]
    """(T, F) weighted work of one path at each type, and what a path that is the last adds to it."""
    work, last = np.empty((a.size, weights.size)), np.empty((a.size, weights.size))
    for t in range(a.size):
        behind = lag[t] + b[t]
        for f in range(weights.size):
            w = weights[f]
            work[t, f] = w * a[t] + (1 - w) * b[t]
            last[t, f] = w * behind + e[t]
    return work, last


@kernel
def promising(klass, counts, head, weights, work, last, limit):  # type: ignore[no-untyped-def]
    """(T,) whether a plan that ends before `limit` may use the type, as far as the forms (T, F) tell."""
    types, count = work.shape
    classes = counts.size
    least, with_last = np.full((classes, count), np.inf), np.full((classes, count), np.inf)
    for t in range(types):
        own, more = least[klass[t]], with_last[klass[t]]
        for f in range(count):
            own[f] = min(own[f], work[t, f])
            more[f] = min(more[f], work[t, f] + last[t, f])
    # The last path is one that takes the type, or another, which costs its class as much as the forms say.
    root, extra = np.empty(count), np.full(count, np.inf)
    for f in range(count):
        root[f] = (1 - weights[f]) * head
        for k in range(classes):
            root[f] += counts[k] * least[k, f]
            extra[f] = min(extra[f], with_last[k, f] - least[k, f])
    possible = np.ones(types, np.bool_)
    for t in range(types):
        own = least[klass[t]]
        for f in range(count):
            if root[f] + work[t, f] - own[f] + min(last[t, f], extra[f]) >= limit:
                possible[t] = False
                break
    return possible


@kernel
def kept(keep, classes, rank, klass, a, b, e, lag, ints, times):  # type: ignore[no-untyped-def]
    """Fill `ints` with rank and class, `times` with a, b, e and lag of the types to keep.

    Returns whether every class has one.
    """
    some = np.zeros(classes, np.bool_)
    count = 0
    for t in range(keep.size):
        if keep[t]:
            some[klass[t]] = True
            ints[0, count], ints[1, count] = rank[t], klass[t]
            times[0, count], times[1, count], times[2, count], times[3, count] = a[t], b[t], e[t], lag[t]
            count += 1
    return some.all()
