"""MW, minimizing waiting: the paper's Algorithm 1 for a given (tau, P) (SPEC section 5)."""

from __future__ import annotations

import numpy as np

from planner_core.arrays import IntArray
from planner_core.costs import PathCosts
from planner_core.jit import kernel
from planner_core.system import System
from planner_core.timing import take_worker, worker_count

__all__ = ["TIE", "minimise_waiting"]

TIE = 1e-12
"""Relative difference below which two values of the greedy criterion are a tie."""


def minimise_waiting(costs: PathCosts, system: System) -> tuple[IntArray, IntArray, float]:
    """Run Algorithm 1.

    The first path and its split minimise a_p(o) + b_p(o); every next pair minimises the distance between the moment
    when the link is free and the moment when that path would leave the device. Values that differ by at most 1e-12
    of the greater of the value and the moment when the link is free are ties, which go to the lowest path index,
    then the lowest o.

    Returns
    -------
    order : (P,) int64
    offload : (P,) int64
        By path index.
    end : float
        Latest path end, without the tail.
    """
    paths = costs.paths
    order, offload = np.empty(paths, np.int64), np.empty(paths, np.int64)
    end = _plan(
        costs.class_of,
        costs.a,
        costs.b,
        costs.e,
        worker_count(system.device_workers, paths),
        worker_count(system.es_workers, paths),
        order,
        offload,
    )
    return order, offload, end


@kernel
def _alive(skip, at):  # type: ignore[no-untyped-def]
    """Follow `skip` from `at` to an entry that is left, shortening the way."""
    root = at
    while skip[root] != root:
        root = skip[root]
    while skip[at] != root:
        skip[at], at = root, skip[at]
    return root


@kernel
def greedy(a, b, e, counts, by_class, device_workers, es_workers, order, offload, cutoff):  # type: ignore[no-untyped-def]
    """Algorithm 1 over classes: one sorted list of device times serves every step.

    `by_class` lists the paths of class 0, then of class 1, ..., each ascending. Fills `order` and `offload` by path
    and returns the latest path end, or infinity as soon as it is past `cutoff`.
    """
    classes, modes = a.shape
    paths = by_class.size
    next_of = np.zeros(classes + 1, np.int64)
    for k in range(classes):
        next_of[k + 1] = next_of[k] + counts[k]
    stop_of = next_of[1:].copy()
    next_of = next_of[:classes].copy()

    # Paths of classes that can be split without device work: ready at 0, however busy the device is.
    idle = 0
    for k in range(classes):
        if a[k].min() <= 0.0:
            idle += counts[k]
    flat = a.ravel()
    ranked = np.argsort(flat, kind="mergesort")
    zeros = 0
    while zeros < ranked.size and flat[ranked[zeros]] <= 0.0:
        zeros += 1
    n = ranked.size - zeros
    ranked = ranked[zeros:]
    value = flat[ranked]
    # Entries 1..n are real; 0 and n + 1 are walls. A dead entry points to its neighbour.
    down, up = np.arange(n + 2), np.arange(n + 2)
    place = np.empty(flat.size, np.int64)
    for r in range(n):
        place[ranked[r]] = r + 1

    d_free, d_lane = np.zeros(max(1, device_workers)), np.arange(max(1, device_workers))
    s_free, s_lane = np.zeros(max(1, es_workers)), np.arange(max(1, es_workers))
    link = 0.0
    last = 0.0
    for step in range(paths):
        pick, split = -1, -1
        if step == 0:
            best = np.inf
            for k in range(classes):
                for m in range(modes):
                    best = min(best, a[k, m] + b[k, m])
            limit = best + TIE * best
            for k in range(classes):
                for m in range(modes):
                    if a[k, m] + b[k, m] <= limit:
                        if pick < 0 or by_class[next_of[k]] < by_class[next_of[pick]]:
                            pick, split = k, m
                        break
        else:
            free = d_free[0] if device_workers > 0 else 0.0
            at = np.searchsorted(value, link - free) + 1
            hi = _alive(up, at) if at <= n else n + 1
            lo = _alive(down, at - 1)
            best = link if idle > 0 else np.inf
            if hi <= n:
                best = min(best, abs(link - (free + value[hi - 1])))
            if lo >= 1:
                best = min(best, abs(link - (free + value[lo - 1])))
            limit = best + TIE * max(best, link)
            path = paths
            if idle > 0 and link <= limit:
                for k in range(classes):
                    if next_of[k] < stop_of[k] and by_class[next_of[k]] <= path:
                        for m in range(modes):
                            if a[k, m] <= 0.0:
                                path, pick, split = by_class[next_of[k]], k, m
                                break
            for upward in range(2):
                r = hi if upward == 1 else lo
                while 1 <= r <= n and abs(link - (free + value[r - 1])) <= limit:
                    k, m = ranked[r - 1] // modes, ranked[r - 1] % modes
                    candidate = by_class[next_of[k]]
                    if candidate < path or (candidate == path and m < split):
                        path, pick, split = candidate, k, m
                    r = _alive(up, r + 1) if upward == 1 else _alive(down, r - 1)
        p = by_class[next_of[pick]]
        next_of[pick] += 1
        if a[pick].min() <= 0.0:
            idle -= 1
        if next_of[pick] == stop_of[pick]:
            for m in range(modes):
                if a[pick, m] > 0.0:
                    r = place[pick * modes + m]
                    down[r] = r - 1
                    up[r] = r + 1
        order[step] = p
        offload[p] = split + 1
        ready = 0.0
        if a[pick, split] > 0.0:
            if device_workers == 0:
                ready = a[pick, split]
            else:
                _, ready, _ = take_worker(d_free, d_lane, device_workers, 0.0, a[pick, split])
        if b[pick, split] > 0.0:
            ready = link = max(link, ready) + b[pick, split]
        if e[pick, split] > 0.0:
            if es_workers == 0:
                ready += e[pick, split]
            else:
                _, ready, _ = take_worker(s_free, s_lane, es_workers, ready, e[pick, split])
        last = max(last, ready)
        if last > cutoff:
            return np.inf
    return last


@kernel
def _plan(class_of, a, b, e, device_workers, es_workers, order, offload):  # type: ignore[no-untyped-def]
    """Fill `order` and `offload` by `greedy`; returns the latest path end."""
    paths, classes = class_of.size, a.shape[0]
    counts, place = np.zeros(classes, np.int64), np.zeros(classes, np.int64)
    for p in range(paths):
        counts[class_of[p]] += 1
    for k in range(1, classes):
        place[k] = place[k - 1] + counts[k - 1]
    by_class = np.empty(paths, np.int64)
    for p in range(paths):
        k = class_of[p]
        by_class[place[k]] = p
        place[k] += 1
    return greedy(a, b, e, counts, by_class, device_workers, es_workers, order, offload, np.inf)
