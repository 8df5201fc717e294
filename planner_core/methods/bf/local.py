"""Local search over how many paths of each class take each type, for one device worker per path.

With the types in order of release the makespan of given counts is one pass over them; moving one path, or two at a
time, to other types is tried until nothing gets better, then a few paths are moved at random and it goes on.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from planner_core.arrays import FlagArray, FloatArray, IntArray
from planner_core.methods.bf.flow import TypeOrder
from planner_core.methods.polling import is_set

__all__ = ["QUICK_BUDGET", "improve", "round_counts"]

QUICK_BUDGET = 30_000_000
"""Types looked at by one call, over all its trials: some tens of milliseconds."""

_KICKS = 24
"""Random restarts for every quick budget."""


def round_counts(order: TypeOrder, spread: FloatArray) -> IntArray:
    """Round a fractional spread (T,) of the classes over their types to whole paths, largest remainder first."""
    counts = np.floor(spread + 1e-9).astype(np.int64)
    for k, total in enumerate(order.counts):
        own = np.flatnonzero(order.klass == k)
        short = int(total - counts[own].sum())
        if short > 0:
            by_rest = own[np.argsort(counts[own] - spread[own], kind="stable")]
            counts[by_rest[:short]] += 1
    return counts


def improve(
    order: TypeOrder, counts: IntArray, flag: FlagArray, budget: int = QUICK_BUDGET
) -> tuple[IntArray, float]:
    """Improve `counts` (T,) within `budget`; returns the best counts and their path end."""
    kicks = _KICKS * (budget // QUICK_BUDGET)
    found: tuple[IntArray, float] = _improve(
        counts.astype(np.int64), order.klass, order.a, order.b, order.e, kicks, np.array([budget]), flag
    )
    return found


@njit(cache=True, nogil=True)
def _end(counts, a, b, e):  # type: ignore[no-untyped-def]
    """Latest path end of paths sent in order of release."""
    link, last = 0.0, 0.0
    for t in range(counts.size):
        if counts[t] > 0:
            if b[t] > 0.0:
                link = max(link, a[t]) + counts[t] * b[t]
                last = max(last, link + e[t])
            else:
                last = max(last, a[t] + e[t])
    return last


@njit(cache=True, nogil=True)
def _descend(counts, klass, a, b, e, best, budget, flag):  # type: ignore[no-untyped-def]
    """Single moves, then pairs of moves, until none helps or the budget is spent; in place. Returns the end reached."""
    types = counts.size
    improved = True
    while improved and budget[0] > 0 and not is_set(flag):
        improved = False
        top, source, target = best, -1, -1
        for s in range(types):
            if counts[s] == 0:
                continue
            for t in range(types):
                if t == s or klass[t] != klass[s]:
                    continue
                counts[s] -= 1
                counts[t] += 1
                value = _end(counts, a, b, e)
                budget[0] -= types
                counts[s] += 1
                counts[t] -= 1
                if value < top:
                    top, source, target = value, s, t
        if source >= 0:
            counts[source] -= 1
            counts[target] += 1
            best = top
            improved = True
            continue
        for s in range(types):
            if counts[s] == 0 or improved:
                continue
            for t in range(types):
                if t == s or klass[t] != klass[s] or improved or budget[0] <= 0 or is_set(flag):
                    continue
                counts[s] -= 1
                counts[t] += 1
                for u in range(s, types):
                    if counts[u] == 0 or improved or u == t:
                        continue
                    for w in range(types):
                        if w == u or klass[w] != klass[u]:
                            continue
                        counts[u] -= 1
                        counts[w] += 1
                        value = _end(counts, a, b, e)
                        budget[0] -= types
                        if value < best:
                            best = value
                            improved = True
                            break
                        counts[u] += 1
                        counts[w] -= 1
                if not improved:
                    counts[s] += 1
                    counts[t] -= 1
    return best


@njit(cache=True, nogil=True)
def _improve(counts, klass, a, b, e, kicks, budget, flag):  # type: ignore[no-untyped-def]
    types = counts.size
    best = _descend(counts, klass, a, b, e, _end(counts, a, b, e), budget, flag)
    champion = counts.copy()
    seed = np.uint64(2463534242)
    for _ in range(kicks):
        if budget[0] <= 0 or is_set(flag):
            break
        for _ in range(3):
            seed ^= seed << np.uint64(13)
            seed ^= seed >> np.uint64(7)
            seed ^= seed << np.uint64(17)
            s = np.int64(seed % np.uint64(types))
            while counts[s] == 0:
                s = (s + 1) % types
            seed ^= seed << np.uint64(13)
            seed ^= seed >> np.uint64(7)
            seed ^= seed << np.uint64(17)
            t = np.int64(seed % np.uint64(types))
            while klass[t] != klass[s]:
                t = (t + 1) % types
            counts[s] -= 1
            counts[t] += 1
        value = _descend(counts, klass, a, b, e, _end(counts, a, b, e), budget, flag)
        if value < best:
            best = value
            champion[:] = counts
        else:
            counts[:] = champion
    return champion, best
