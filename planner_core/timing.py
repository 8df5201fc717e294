"""When everything happens, given an order and the offloading layers (SPEC section 4)."""

from __future__ import annotations

import numpy as np

from planner_core.costs import PathCosts
from planner_core.jit import kernel
from planner_core.plan import IntArray, Schedule
from planner_core.system import System

__all__ = ["schedule", "worker_count"]


def worker_count(workers: int | None, paths: int) -> int:
    """Workers for the kernels: 0 is one per path, which any count from P on is too."""
    return 0 if workers is None or workers >= paths else workers


def schedule(costs: PathCosts, system: System, order: IntArray, offload: IntArray) -> Schedule:
    """Time a plan.

    Parameters
    ----------
    order : (P,) int64
        S.
    offload : (P,) int64
        O by path index, 1..tau + 1.
    """
    paths = costs.paths
    mode = np.asarray(offload, np.int64) - 1
    a, b, e = (table[costs.class_of, mode] for table in (costs.a, costs.b, costs.e))
    times = np.empty((6, paths))
    workers = np.empty((2, paths), np.int64)
    end = _simulate(
        np.asarray(order, np.int64),
        a,
        b,
        e,
        worker_count(system.device_workers, paths),
        worker_count(system.es_workers, paths),
        times,
        workers,
    )
    return Schedule(
        device_worker=workers[0],
        device_start=times[0],
        device_end=times[1],
        link_used=b > 0,
        link_start=times[2],
        link_end=times[3],
        es_worker=workers[1],
        es_start=times[4],
        es_end=times[5],
        tail_start=float(end),
        tail_end=float(end + costs.tail),
    )


@kernel
def take_worker(free, lane, size, ready, length):  # type: ignore[no-untyped-def]
    """Give `length` seconds from `ready` on to the earliest free worker of a heap of `size` workers.

    `free` holds the times, `lane` the workers' numbers; among equals the lowest number goes first.

    Returns start, end and the worker's number.
    """
    start = max(free[0], ready)
    end = start + length
    number = lane[0]
    at = 0
    while True:  # sift the changed root down
        child = 2 * at + 1
        if child >= size:
            break
        right = child + 1
        if right < size and (
            free[right] < free[child] or (free[right] == free[child] and lane[right] < lane[child])
        ):
            child = right
        if free[child] < end or (free[child] == end and lane[child] < number):
            free[at], lane[at] = free[child], lane[child]
            at = child
        else:
            break
    free[at], lane[at] = end, number
    return start, end, number


@kernel
def _assign_lanes(order, start, end, lane):  # type: ignore[no-untyped-def]
    """With a worker per path, put each interval in the lowest lane that is free: rows to draw."""
    n = order.size
    by_start = order[np.argsort(start[order], kind="mergesort")]
    free = np.empty(n)
    used = 0
    for k in range(n):
        p = by_start[k]
        if lane[p] < 0:
            continue
        at = 0
        while at < used and free[at] > start[p]:
            at += 1
        if at == used:
            used += 1
        free[at] = end[p]
        lane[p] = at


@kernel
def _simulate(order, a, b, e, device_workers, es_workers, times, workers):  # type: ignore[no-untyped-def]
    """Fill times (6, P): device, link, ES start and end; workers (2, P), -1 for none. Returns the last path end."""
    d_free, d_lane = np.zeros(max(1, device_workers)), np.arange(max(1, device_workers))
    s_free, s_lane = np.zeros(max(1, es_workers)), np.arange(max(1, es_workers))
    link = 0.0
    last = 0.0
    for k in range(order.size):
        p = order[k]
        workers[0, p] = -1
        workers[1, p] = -1
        begin = ready = 0.0
        if a[p] > 0.0:
            if device_workers == 0:
                ready = a[p]
                workers[0, p] = 0
            else:
                begin, ready, workers[0, p] = take_worker(d_free, d_lane, device_workers, 0.0, a[p])
        times[0, p], times[1, p] = begin, ready
        begin = ready
        if b[p] > 0.0:
            begin = max(link, ready)
            ready = link = begin + b[p]
        times[2, p], times[3, p] = begin, ready
        begin = ready
        if e[p] > 0.0:
            if es_workers == 0:
                ready = begin + e[p]
                workers[1, p] = 0
            else:
                begin, ready, workers[1, p] = take_worker(s_free, s_lane, es_workers, begin, e[p])
        times[4, p], times[5, p] = begin, ready
        last = max(last, ready)
    if device_workers == 0:
        _assign_lanes(order, times[0], times[1], workers[0])
    if es_workers == 0:
        _assign_lanes(order, times[4], times[5], workers[1])
    return last
