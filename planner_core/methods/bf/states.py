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

from planner_core.arrays import FlagArray, FloatArray, IntArray
from planner_core.jit import kernel
from planner_core.methods.bf.jobs import Jobs
from planner_core.methods.bf.label_kernels import most_promising, salts, same_left, sorted_by
from planner_core.methods.polling import is_set

__all__ = ["Outcome", "Tables", "root_bound", "solve_states"]

_WEIGHTS, _COARSE = np.linspace(0.0, 1.0, 33), 4
"""Of device against link at the root, and every which of them bounds a label."""


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
    classes = len(jobs.counts)
    tables = _tables_of(jobs) if tables is None else tables
    # A label must do with every fourth weight of the root.
    weights, phi = _WEIGHTS[::_COARSE].copy(), np.concatenate([tables.phi[:-2:_COARSE], tables.phi[-2:]])
    tail, shares, loads = tables.tail, tables.shares, tables.loads
    nd, ns = jobs.device_workers, jobs.es_workers
    left = jobs.counts[None, :].copy()
    state = np.zeros((1, nd + ns + 2))
    floor = float(_bound(left[0], state[0], nd, ns, weights, phi, tail, shares, loads, np.inf))
    history: list[tuple[IntArray, IntArray]] = []
    dropped = np.inf
    salt = salts(classes)
    for _ in range(jobs.paths):
        left, state, parent, choice, lowest, lost = _expand(
            left,
            state,
            jobs.start,
            jobs.a,
            jobs.b,
            jobs.e,
            nd,
            ns,
            weights,
            phi,
            tail,
            shares,
            loads,
            limit,
            width,
            salt,
            flag,
        )
        if flag[0]:
            return Outcome(None, min(limit, dropped, floor))
        dropped = min(dropped, lost)
        floor = lowest
        if not len(left):
            return Outcome(None, min(limit, dropped), dropped == np.inf)
        history.append((parent, choice))
    best = int(state[:, -1].argmin())
    end = float(state[best, -1])
    types = np.empty(jobs.paths, np.int64)
    at = best
    for step in range(jobs.paths - 1, -1, -1):
        parent, choice = history[step]
        types[step] = choice[at]
        at = int(parent[at])
    return Outcome(types, min(limit, dropped, end), dropped == np.inf)


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
    """

    phi: FloatArray
    tail: FloatArray
    shares: FloatArray
    loads: FloatArray


def _tables_of(jobs: Jobs) -> Tables:
    nd, ns = jobs.device_workers, jobs.es_workers
    count, shares = len(_WEIGHTS), _shares(nd > 0, ns > 0)
    times = np.empty((count + 3 + len(shares), len(jobs.a)))
    np.multiply(_WEIGHTS[:, None], jobs.a, out=times[:count])
    times[:count] += (1 - _WEIGHTS)[:, None] * jobs.b
    times[count], times[count + 1], times[count + 2] = jobs.a, jobs.b, jobs.e
    if len(shares):
        work = shares[:, :1] * jobs.a / max(nd, 1) + shares[:, 1:2] * jobs.b
        times[count + 3 :] = work + shares[:, 2:] * jobs.e / max(ns, 1)
    least = np.minimum.reduceat(times, jobs.start[:-1], axis=1)
    b, e = least[count + 1], least[count + 2]
    tail = np.where(b > 0, np.stack([e, b]), 0.0)
    return Tables(least[: count + 2], tail, shares, least[count + 3 :])


def root_bound(jobs: Jobs) -> tuple[float, Tables]:
    """Lower bound on the latest path end of every plan, in no time, and the tables that it was told from."""
    tables = _tables_of(jobs)
    nd, ns = jobs.device_workers, jobs.es_workers
    bound = _bound(
        jobs.counts, np.zeros(nd + ns + 2), nd, ns, _WEIGHTS, tables.phi, tables.tail, tables.shares, tables.loads,
        np.inf,
    )  # fmt: skip
    return float(bound), tables


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


@kernel
def _bound(left, state, nd, ns, weights, phi, tail, shares, loads, limit):  # type: ignore[no-untyped-def]
    """Lower bound on the latest path end of every completion of one label; once at `limit` it is not raised further."""
    classes = left.size
    link = state[nd]
    best = state[nd + ns + 1]
    least_e, least_b, least_a = np.inf, np.inf, np.inf
    rest = 0
    n = weights.size
    for k in range(classes):
        if left[k] > 0:
            rest += left[k]
            least_e = min(least_e, tail[0, k])
            least_b = min(least_b, tail[1, k])
            least_a = min(least_a, phi[n, k])
    if rest == 0:
        return best
    work_a = work_b = 0.0
    for k in range(classes):
        if left[k] > 0:
            work_a += left[k] * phi[n, k]
            work_b += left[k] * phi[n + 1, k]
    # What is left need not follow the device's last work if it takes no device and that work sent nothing.
    waited = min(state[0], link)
    if nd == 0:
        # The link cannot serve anyone before the earliest release, if everyone needs it.
        ready = least_a if least_b > 0.0 else 0.0
        best = max(best, max(link, ready) + work_b + least_e)
    elif nd == 1:
        for i in range(n):
            w = weights[i]
            work = (1 - w) * link
            for k in range(classes):
                if left[k] > 0:
                    work += left[k] * phi[i, k]
            best = max(best, w * state[0] + work, w * (waited + least_b) + work + least_e)
            if best >= limit:
                return best
    else:
        busy = 0.0
        for i in range(nd):
            busy += state[i]
        best = max(best, (busy + work_a) / nd)
        best = max(best, waited + least_a + least_b + least_e)
        best = max(best, link + work_b + least_e)
    if ns > 0 and best < limit:
        on_device, on_es = 0.0, 0.0
        for i in range(nd):
            on_device += state[i] / nd
        for i in range(ns):
            on_es += state[nd + 1 + i] / ns
        for i in range(shares.shape[0]):
            work = shares[i, 0] * on_device + shares[i, 1] * link + shares[i, 2] * on_es
            for k in range(classes):
                if left[k] > 0:
                    work += left[k] * loads[i, k]
            best = max(best, work)
            if best >= limit:
                break
    return best


@kernel
def _insert(state, begin, count, value):  # type: ignore[no-untyped-def]
    """Replace the least of a sorted run by `value`, keeping it sorted."""
    at = begin
    while at + 1 < begin + count and state[at + 1] < value:
        state[at] = state[at + 1]
        at += 1
    state[at] = value


@kernel
def _advance(state, nd, ns, a, b, e):  # type: ignore[no-untyped-def]
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
def _prune(left, state, parent, choice, lower, key, count, width, flag):  # type: ignore[no-untyped-def]
    """Drop dominated labels, then all but the `width` most promising; compact in place.

    Returns the number kept and the least bound among the labels cut off for width; nothing of use when `flag` is set.
    """
    slots = state.shape[1]
    by_bound = sorted_by(np.arange(count), lower, flag)
    order = sorted_by(by_bound, key, flag)
    keep = np.empty(count, np.int64)
    kept = 0
    group = 0
    for r in range(count):
        if is_set(flag):
            break
        i = order[r]
        if r == 0 or key[order[r - 1]] != key[i]:
            group = kept
        dominated = False
        for q in range(group, min(kept, group + 256)):
            j = keep[q]
            if not same_left(left, i, j):
                continue
            better = True
            for s in range(slots):
                if state[j, s] > state[i, s]:
                    better = False
                    break
            if better:
                dominated = True
                break
        if not dominated:
            keep[kept] = i
            kept += 1
    keep, lost = most_promising(keep[:kept], lower, width, flag)
    for r in range(keep.size):
        i = keep[r]
        if i != r:
            left[r] = left[i]
            state[r] = state[i]
            parent[r], choice[r], lower[r], key[r] = parent[i], choice[i], lower[i], key[i]
    return keep.size, lost


@kernel
def _expand(  # type: ignore[no-untyped-def]
    left, state, start, a, b, e, nd, ns, weights, phi, tail, shares, loads, limit, width, salt, flag
):
    """Append every possible next path to every label; see `solve_states`."""
    classes, slots = left.shape[1], state.shape[1]
    room = max(4 * width, 4096)
    new_left, new_state = np.empty((room, classes), np.int64), np.empty((room, slots))
    parent, choice = np.empty(room, np.int64), np.empty(room, np.int64)
    lower, key = np.empty(room), np.empty(room, np.int64)
    count = np.int64(0)
    lost = np.inf
    trial = np.empty(slots)
    after = np.empty(classes, np.int64)
    for i in range(left.shape[0]):
        if is_set(flag):
            break
        for k in range(classes):
            if left[i, k] == 0:
                continue
            code = np.int64(0)
            for c in range(classes):
                after[c] = left[i, c]
            after[k] -= 1
            for c in range(classes):
                code += after[c] * salt[c]
            for t in range(start[k], start[k + 1]):
                for s in range(slots):
                    trial[s] = state[i, s]
                _advance(trial, nd, ns, a[t], b[t], e[t])
                low = _bound(after, trial, nd, ns, weights, phi, tail, shares, loads, limit)
                if low >= limit:
                    continue
                if count == room:
                    count, cut = _prune(new_left, new_state, parent, choice, lower, key, count, width, flag)
                    lost = min(lost, cut)
                new_left[count] = after
                new_state[count] = trial
                parent[count], choice[count], lower[count], key[count] = i, t, low, code
                count += 1
    count, cut = _prune(new_left, new_state, parent, choice, lower, key, count, width, flag)
    lost = min(lost, cut)
    lowest = np.inf
    for i in range(count):
        lowest = min(lowest, lower[i])
    return (
        new_left[:count].copy(),
        new_state[:count].copy(),
        parent[:count].copy(),
        choice[:count].copy(),
        lowest,
        lost,
    )
