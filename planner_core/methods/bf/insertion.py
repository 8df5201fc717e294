"""Local search over sequences of types, for one device worker or one per path, and one ES worker or one per path.

One path or two are taken out and put back where, and split as, the plan ends first. Every trial is exact by SPEC
section 4, ES times included, and takes constant time: what lies before a place is the moments when device, link and
ES are free there; what lies behind is how long the plan runs on from each of them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planner_core.arrays import FlagArray, FloatArray, IntArray
from planner_core.jit import inlined, kernel
from planner_core.methods.bf.jobs import Jobs
from planner_core.methods.polling import is_set

__all__ = ["best_place", "fill_tables", "in_order", "inserted", "reinsert", "resource_cost", "steps_for"]

_SHARE = 0.3
"""Of what a type takes of the scarce resources, as a part of the path end, while a plan is still without most paths."""

_NONE, _WEIGHTS, _SHARES = np.zeros(1), np.linspace(0.0, 1.0, 41), np.array([0.0, 0.5, 0.9, 0.99])
"""Of device against link, and of the ES against both."""

_ORDERING = 150_000
"""Trials of the search for an order of given types."""


def resource_cost(jobs: Jobs) -> FloatArray:
    """(T,) what a path of each type takes of device, link and ES, weighed so that the least in all is most."""
    nd, ns = jobs.device_workers, jobs.es_workers
    weights, shares = (_WEIGHTS if nd else _NONE), (_SHARES if ns else _NONE)
    cost: FloatArray = _dearest(jobs.counts, jobs.start, jobs.a, jobs.b, jobs.e, nd, ns, weights, shares)
    return cost


def steps_for(jobs: Jobs, trials: int) -> int:
    """Steps that make up about so many trials of a type at a place."""
    return max(20, trials // (2 * jobs.paths * max(1, len(jobs.a) // len(jobs.counts))))


def reinsert(
    jobs: Jobs, types: IntArray, cost: FloatArray, steps: int, target: float, seed: int, flag: FlagArray
) -> tuple[IntArray, float]:
    """Improve a sequence of types.

    Parameters
    ----------
    types : (P,) int64
    cost : (T,) float64
        What a type takes of the scarce resources: decides between trials that end alike.
    steps : int
        Paths taken out and put back.
    target : float
        A path end that is good enough.

    Returns
    -------
    types : (P,) int64
    end : float
        Its latest path end.
    """
    found = types.astype(np.int64)
    end = _search(
        found, jobs.class_of_type, jobs.start, jobs.a, jobs.b, jobs.e, jobs.device_workers == 1,
        jobs.es_workers == 1, cost, steps, target, seed, flag,
    )  # fmt: skip
    return found, float(end)


def inserted(jobs: Jobs, cost: FloatArray, steps: int, target: float, flag: FlagArray) -> IntArray:
    """(P,) types of a plan made of nothing: path after path is put where it ends first, and then as of `reinsert`."""
    types: IntArray = _insert_all(
        jobs.counts, jobs.class_of_type, jobs.start, jobs.a, jobs.b, jobs.e, jobs.device_workers == 1,
        jobs.es_workers == 1, cost, steps, target, flag,
    )  # fmt: skip
    return types


def in_order(jobs: Jobs, types: IntArray, target: float, flag: FlagArray) -> IntArray:
    """Improve the order of a sequence of types (P,), until it ends by `target` or for a number of trials."""
    used, counts = np.unique(types, return_counts=True)
    kinds = np.arange(len(used))
    fixed = replace(
        jobs, counts=counts, start=np.arange(len(used) + 1), split=jobs.split[used], class_of_type=kinds,
        class_of=np.repeat(kinds, counts), a=jobs.a[used], b=jobs.b[used], e=jobs.e[used],
    )  # fmt: skip
    steps = steps_for(fixed, _ORDERING)
    found, _ = reinsert(fixed, np.searchsorted(used, types), np.zeros(len(used)), steps, target, 1, flag)
    ordered: IntArray = used[found]
    return ordered


@kernel
def _dearest(counts, start, a, b, e, nd, ns, weights, shares):  # type: ignore[no-untyped-def]
    """See `resource_cost`."""
    best, cost, trial = -1.0, b.copy(), np.empty(b.size)
    for i in range(weights.size):
        for j in range(shares.size):
            device = weights[i] * (1 - shares[j]) / max(nd, 1)
            link, es = (1 - weights[i]) * (1 - shares[j]), shares[j] / max(ns, 1)
            work = 0.0
            for k in range(counts.size):
                least = np.inf
                for t in range(start[k], start[k + 1]):
                    trial[t] = device * a[t] + link * b[t] + es * e[t]
                    least = min(least, trial[t])
                work += counts[k] * least
            if work > best:
                best = work
                cost, trial = trial, cost
    return cost


@inlined
def _append(device, link, es, reached, a, b, e, one_device, one_es):  # type: ignore[no-untyped-def]
    """Moments when device, link and ES are free, and the latest path end, after one more path."""
    ready = 0.0
    if a > 0.0:
        ready = a
        if one_device:
            device += a
            ready = device
    if b > 0.0:
        link = max(link, ready) + b
        ready = link
    if e > 0.0:
        if one_es:
            es = max(es, ready) + e
            ready = es
        else:
            ready += e
    return device, link, es, max(reached, ready)


@inlined
def _prepend(from_device, from_link, from_es, fixed, a, b, e, one_device, one_es):  # type: ignore[no-untyped-def]
    """How long the plan runs on from the moments when device, link and ES are free, with one more path in front.

    `fixed` is an end that no moment moves.
    """
    after = e
    if e > 0.0 and one_es:
        from_es += e
        after = from_es
    if b > 0.0:
        from_link = b + max(from_link, after)
        after = from_link
    if a > 0.0 and one_device:
        from_device = a + max(from_device, after)
    else:
        fixed = max(fixed, a + after)
    return from_device, from_link, from_es, fixed


@kernel
def fill_tables(seq, count, a, b, e, one_device, one_es, before, behind):  # type: ignore[no-untyped-def]
    """Fill before, behind (P + 1, 4) for the first `count` of a sequence; returns its end."""
    d, m, s, r = 0.0, 0.0, 0.0, 0.0
    for i in range(count):
        before[i, 0], before[i, 1], before[i, 2], before[i, 3] = d, m, s, r
        t = seq[i]
        d, m, s, r = _append(d, m, s, r, a[t], b[t], e[t], one_device, one_es)
    before[count, 0], before[count, 1], before[count, 2], before[count, 3] = d, m, s, r
    end = r
    d, m, s, r = 0.0, 0.0, 0.0, 0.0
    for i in range(count, -1, -1):
        behind[i, 0], behind[i, 1], behind[i, 2], behind[i, 3] = d, m, s, r
        if i > 0:
            t = seq[i - 1]
            d, m, s, r = _prepend(d, m, s, r, a[t], b[t], e[t], one_device, one_es)
    return end


@kernel
def best_place(  # type: ignore[no-untyped-def]
    count, first, stop, a, b, e, one_device, one_es, before, behind, cost, share
):
    """Type among first..stop-1 and place that end first; among equals the type of least cost."""
    best, end, kind, place = np.inf, np.inf, first, 0
    for t in range(first, stop):
        extra = share * cost[t]
        for i in range(count + 1):
            d, m, s, r = _prepend(
                behind[i, 0], behind[i, 1], behind[i, 2], behind[i, 3], a[t], b[t], e[t], one_device, one_es
            )
            value = max(max(before[i, 0] + d, before[i, 1] + m), max(before[i, 2] + s, before[i, 3]))
            value = max(value, r)
            if value + extra < best:
                best, end, kind, place = value + extra, value, t, i
    return kind, place, end


@kernel
def _insert_all(  # type: ignore[no-untyped-def]
    counts, klass, start, a, b, e, one_device, one_es, cost, steps, target, flag
):
    """See `inserted`; classes that take most at least go first."""
    classes, paths = counts.size, counts.sum()
    least = np.full(classes, np.inf)
    for k in range(classes):
        for t in range(start[k], start[k + 1]):
            least[k] = min(least[k], cost[t])
    by_cost = np.argsort(-least, kind="mergesort")
    seq = np.empty(paths, np.int64)
    before, behind = np.empty((paths + 1, 4)), np.empty((paths + 1, 4))
    count, end = 0, np.inf
    for r in range(classes):
        k = by_cost[r]
        for _ in range(counts[k]):
            kind, place = start[k], count  # when the flag is set any plan will do
            if not is_set(flag):
                fill_tables(seq, count, a, b, e, one_device, one_es, before, behind)
                kind, place, end = best_place(
                    count, start[k], start[k + 1], a, b, e, one_device, one_es, before, behind, cost, _SHARE
                )
            for i in range(count, place, -1):
                seq[i] = seq[i - 1]
            seq[place] = kind
            count += 1
    if steps > 0 and end > target:
        _search(seq, klass, start, a, b, e, one_device, one_es, cost, steps, target, 1, flag)
    return seq


@inlined
def _next(seed):  # type: ignore[no-untyped-def]
    seed ^= seed << np.uint64(13)
    seed ^= seed >> np.uint64(7)
    seed ^= seed << np.uint64(17)
    return seed


@kernel
def _search(  # type: ignore[no-untyped-def]
    seq, klass, start, a, b, e, one_device, one_es, cost, steps, target, seed, flag
):
    """See `reinsert`; leaves the best sequence in `seq`."""
    paths = seq.size
    before, behind = np.empty((paths + 1, 4)), np.empty((paths + 1, 4))
    work = seq.copy()
    now = fill_tables(work, paths, a, b, e, one_device, one_es, before, behind)
    best = now
    spent = 0.0
    for i in range(paths):
        spent += cost[work[i]]
    trial = np.empty(paths, np.int64)
    random = np.uint64(2463534242 + 7919 * seed)
    for step in range(steps):
        if is_set(flag) or best <= target:
            break
        # Worse plans are taken up to a margin that shrinks.
        margin = best * 0.01 * (1.0 - step / steps) ** 3
        random = _next(random)
        share = 0.02 * (random % np.uint64(64)) / 64.0
        random = _next(random)
        out = 1 + np.int64(random % np.uint64(3))
        out = min(out, paths)
        trial[:] = work
        gone = np.empty(out, np.int64)
        used = spent
        count = paths
        for g in range(out):
            random = _next(random)
            at = np.int64(random % np.uint64(count))
            gone[g] = klass[trial[at]]
            used -= cost[trial[at]]
            for i in range(at, count - 1):
                trial[i] = trial[i + 1]
            count -= 1
        value = 0.0
        for g in range(out):
            fill_tables(trial, count, a, b, e, one_device, one_es, before, behind)
            k = gone[g]
            kind, place, value = best_place(
                count, start[k], start[k + 1], a, b, e, one_device, one_es, before, behind, cost, share
            )
            for i in range(count, place, -1):
                trial[i] = trial[i - 1]
            trial[place] = kind
            used += cost[kind]
            count += 1
        if value + share * used < now + share * spent + margin:
            work[:] = trial
            now, spent = value, used
            if value < best:
                best = value
                seq[:] = trial
    return best
