"""Local search that fills resources: a few paths are split elsewhere at once, so that the sums of times fit.

Where device and ES (or link) are both as good as busy all the time, what a plan can still gain is to fill the device to
the last, as in a knapsack. Taking paths out and putting them back one by one does not see this. Here all exchanges of
one, two or three splits are rated by what they do to the times of the three resources, and the best of them are placed
and timed exactly.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from planner_core.arrays import FlagArray, IntArray
from planner_core.methods.bf.insertion import best_place, fill_tables
from planner_core.methods.bf.jobs import Jobs
from planner_core.methods.polling import is_set

__all__ = ["exchange"]

_MOST_PAIRS, _MOST_TRIPLES = 4_000_000, 60_000_000
"""Exchanges of two or three splits that are looked at in a round; where there are more, none are."""

_TIMED = 500
"""Exchanges that are placed and timed exactly in a round."""


def exchange(jobs: Jobs, types: IntArray, rounds: int, flag: FlagArray) -> IntArray:
    """(P,) a sequence of types that ends no later, for one device worker and one or unlimited ES workers."""
    found = types.astype(np.int64)
    _exchange(
        found, jobs.class_of_type, jobs.start, jobs.a, jobs.b, jobs.e, jobs.es_workers == 1, rounds, _MOST_PAIRS,
        _MOST_TRIPLES, _TIMED, flag,
    )  # fmt: skip
    return found


@njit(cache=True, nogil=True)
def _keep(best, picks, value, i, j, k):  # type: ignore[no-untyped-def]
    """Put an exchange among the best, in the place of the worst."""
    worst = best.argmax()
    if value < best[worst]:
        best[worst] = value
        picks[worst, 0], picks[worst, 1], picks[worst, 2] = i, j, k
    return best.max()


@njit(cache=True, nogil=True)
def _exchange(  # type: ignore[no-untyped-def]
    seq, klass, start, a, b, e, one_es, rounds, most_pairs, most_triples, timed, flag
):
    """See `exchange`; leaves the best sequence in `seq`."""
    paths, types = seq.size, klass.size
    before, behind = np.empty((paths + 1, 4)), np.empty((paths + 1, 4))
    trial = np.empty(paths, np.int64)
    for _ in range(rounds):
        end = fill_tables(seq, paths, a, b, e, True, one_es, before, behind)
        # How late the plan would be by each resource alone.
        lines = np.zeros(3)
        for i in range(paths):
            t = seq[i]
            on_es = behind[i + 1, 2] + e[t] if one_es else e[t]
            after = on_es if e[t] > 0.0 else 0.0
            if b[t] > 0.0:
                after = b[t] + max(behind[i + 1, 1], after)
            if a[t] > 0.0:
                lines[0] = max(lines[0], before[i, 0] + a[t] + after)
        most_es = 0.0
        for i in range(paths):
            most_es = max(most_es, e[seq[i]])
            lines[1] += b[seq[i]]
            lines[2] += e[seq[i]]
        lines[1] += e[seq[paths - 1]]
        lines[2] = end if one_es else most_es
        # Moves: from a type in use to another of its class.
        used = np.zeros(types, np.int64)
        for i in range(paths):
            used[seq[i]] += 1
        size = 0
        for s in range(types):
            if used[s] > 0:
                size += start[klass[s] + 1] - start[klass[s]] - 1
        source, target = np.empty(size, np.int64), np.empty(size, np.int64)
        size = 0
        for s in range(types):
            if used[s] > 0:
                for t in range(start[klass[s]], start[klass[s] + 1]):
                    if t != s and a[t] < end:
                        source[size], target[size] = s, t
                        size += 1
        da, db, de = np.empty(size), np.empty(size), np.empty(size)
        for i in range(size):
            da[i] = lines[0] + a[target[i]] - a[source[i]]
            db[i] = lines[1] + b[target[i]] - b[source[i]]
            de[i] = lines[2] + (e[target[i]] - e[source[i]] if one_es else 0.0)
        best = np.full(timed, end)
        picks = np.full((timed, 3), -1)
        worst = end
        for i in range(size):
            value = max(da[i], max(db[i], de[i]))
            if value < worst:
                worst = _keep(best, picks, value, i, -1, -1)
        triples = size * size * size / 6 <= most_triples
        for i in range(size if size * size / 2 <= most_pairs else 0):
            if is_set(flag):
                return
            for j in range(i + 1):
                if source[i] == source[j] and used[source[i]] < 2:
                    continue
                x, y, z = da[i] + da[j] - lines[0], db[i] + db[j] - lines[1], de[i] + de[j] - lines[2]
                value = max(x, max(y, z))
                if value < worst:
                    worst = _keep(best, picks, value, i, j, -1)
                for k in range(j + 1 if triples else 0):
                    value = max(x + da[k] - lines[0], max(y + db[k] - lines[1], z + de[k] - lines[2]))
                    if value < worst:
                        same = 1 + (source[k] == source[i]) + (source[k] == source[j])
                        if used[source[k]] >= same and (source[i] != source[j] or used[source[i]] >= 2):
                            worst = _keep(best, picks, value, i, j, k)
        gained = False
        for r in np.argsort(best):
            if picks[r, 0] < 0 or is_set(flag):
                break
            trial[:] = seq
            count = paths
            for m in range(3):
                if picks[r, m] >= 0:
                    at = 0
                    while trial[at] != source[picks[r, m]]:
                        at += 1
                    for i in range(at, count - 1):
                        trial[i] = trial[i + 1]
                    count -= 1
            value = np.inf
            for m in range(3):
                if picks[r, m] >= 0:
                    fill_tables(trial, count, a, b, e, True, one_es, before, behind)
                    t = target[picks[r, m]]
                    _, place, value = best_place(
                        count, t, t + 1, a, b, e, True, one_es, before, behind, a, 0.0
                    )
                    for i in range(count, place, -1):
                        trial[i] = trial[i - 1]
                    trial[place] = t
                    count += 1
            if value < end:
                end = value
                seq[:] = trial
                gained = True
                break
        if not gained:
            return
