"""Cuts for the linear program of the types that may end before a limit: what holds for whole paths only; compiled.

A row of a tableau is a sum of loads, cuts and classes, each some times. Where what it is solved for is cut up, rounding
its coefficients down tells more of whole paths than the row (Gomory 1960; Marchand and Wolsey 2001, "Aggregation and
mixed integer rounding to solve MIPs"): with f the fraction of its right-hand side, a path's coefficient c becomes
floor(c) + max(frac(c) - f, 0) / (1 - f), and a slack's, if negative, c / (1 - f).

Each is reckoned anew from the times a load or cut is taken, and from times for the classes that make the coefficients
of what is solved for whole, so that rounding in the tableau costs strength at most.
"""

from __future__ import annotations

import numpy as np

from planner_core.jit import kernel
from planner_core.methods.bf.label_kernels import copied
from planner_core.methods.bf.simplex_kernels import TINY, costs

__all__ = ["MOST_CUTS", "held_up", "kept", "no_cuts", "separated"]

MOST_CUTS = 128
"""Known at a time."""

_WHOLE = 0.02
"""What is nearer to a whole number is not rounded."""

_SEEN = 1e-3
"""A cut must be exceeded by this much of its largest coefficient."""

_HUGE = 1e5
"""Times a load is taken, from which on rounding could be seen."""

_HAIR = 1e-11
"""What rounding may make of a right-hand side, for each unit that is added up in it."""

_REACHED = 0.02
"""Of what the paths may add up to, no coefficient being larger than one, so much is taken to be added up at least."""


@kernel
def no_cuts(types):  # type: ignore[no-untyped-def]
    """Room for coefficients, shares of v, and right-hand sides."""
    return np.empty((MOST_CUTS, types)), np.empty(MOST_CUTS), np.empty(MOST_CUTS)


@kernel
def separated(tab, basis, slot, rows, b, room, klass, counts, cuts, count, paths):  # type: ignore[no-untyped-def]
    """Add a cut for each row whose paths (T,) are cut up; returns how many cuts there are then."""
    types, last = b.size, tab.shape[1] - 1
    factors, shares, mosts = cuts
    key = np.full(counts.size, -1)
    for i in range(1, rows):
        if basis[i] < types:
            key[klass[basis[i]]] = basis[i]
    times, taken, price = np.empty(slot.size), np.empty(slot.size), np.empty(counts.size)
    row = np.empty(types)
    in_all = counts.sum()
    for i in range(1, rows):
        at = basis[i]
        if count == factors.shape[0]:
            break
        if at >= types or abs(tab[i, last] - np.round(tab[i, last])) < _WHOLE:
            continue
        right, size, huge, reach = 0.0, 1.0, 0.0, 0.0
        for s in range(slot.size):
            times[s] = tab[i, types + s] if slot[s] >= 0 else 0.0
            if times[s] != 0.0:
                most = room[slot[s]] if slot[s] < types else mosts[slot[s] - types]
                right += times[s] * most
                size += abs(times[s] * most)
                reach += abs(times[s]) * in_all
                huge = max(huge, abs(times[s]))
        if huge > _HUGE:
            continue
        costs(times, slot, b, cuts, row)
        whole = True
        for k in range(counts.size):
            price[k] = 0.0
            if key[k] < 0:
                whole = whole and counts[k] == 0
            else:
                price[k] = (1.0 if key[k] == at else 0.0) - row[key[k]]
                right += price[k] * counts[k]
                size += abs(price[k] * counts[k])
        fraction = right - np.floor(right)
        if not whole or fraction < _WHOLE or fraction > 1.0 - _WHOLE:
            continue
        for t in range(types):
            row[t] += price[klass[t]]
        by = 1.0 / (1.0 - fraction)
        share = 0.0
        right = np.floor(right)
        for s in range(slot.size):
            taken[s] = max(-times[s], 0.0) * by
            if taken[s] > 0.0:
                most = room[slot[s]] if slot[s] < types else mosts[slot[s] - types]
                right += taken[s] * most
                size += taken[s] * abs(most)
                share += taken[s] * (1.0 if slot[s] < types else shares[slot[s] - types])
        cut = factors[count]
        costs(taken, slot, b, cuts, cut)
        largest, over = 0.0, share * tab[0, last] - right
        for t in range(types):
            low = np.floor(row[t])
            cut[t] += low + max(row[t] - low - fraction, 0.0) * by
            largest = max(largest, abs(cut[t]))
            over += cut[t] * paths[t]
        if not over >= _SEEN * largest > 0.0:
            continue
        for t in range(types):
            cut[t] /= largest
        # v is not negative, so that leaving out a share of nearly none takes nothing from what holds.
        shares[count] = share / largest if share > 1e-9 * largest else 0.0
        mosts[count] = (right + _HAIR * max(size, _REACHED * reach)) / largest
        count += 1
    return count


@kernel
def held_up(b, level, due, begin, cuts, count, paths, v):  # type: ignore[no-untyped-def]
    """Add what long ES times leave of the loads; returns how many cuts there are then.

    Paths that cannot begin before one's ES time and are due by another's deadline have the time between the two. For
    each ES time of the paths (T,) the deadline whose load is exceeded most is taken.
    """
    types = b.size
    factors, shares, mosts = cuts
    some = np.flatnonzero(paths)
    for s in some:
        if paths[s] <= TINY or count == factors.shape[0]:
            continue
        load, over, at = 0.0, 10 * TINY, -1
        for i in range(some.size):
            t, then = some[i], some[i + 1] if i + 1 < some.size else types
            if begin[t] >= begin[s]:
                load += b[t] * paths[t]
            # Until there are more paths the load is exceeded most at the next deadline: they never fall.
            while t < then and not level[t]:
                t += 1
            if t < then and load + v - (due[t] - begin[s]) > over and load > TINY:
                over, at = load + v - (due[t] - begin[s]), t
        if at < 0:
            continue
        known = False
        for c in range(count):
            if mosts[c] == due[at] - begin[s] and shares[c] == 1.0:
                known = True
                break
        if not known:
            for t in range(types):
                factors[count, t] = b[t] if t <= at and begin[t] >= begin[s] else 0.0
            shares[count], mosts[count] = 1.0, due[at] - begin[s]
            count += 1
    return count


@kernel
def kept(slot, cuts, count, types):  # type: ignore[no-untyped-def]
    """Leave out the cuts that no slack is of; returns how many are left."""
    factors, shares, mosts = cuts
    used = np.full(count, -1)
    for s in range(slot.size):
        if slot[s] >= types:
            used[slot[s] - types] = s
    left = 0
    for c in range(count):
        if used[c] >= 0:
            if left < c:
                copied(factors[c], factors[left])
                shares[left], mosts[left] = shares[c], mosts[c]
            slot[used[c]] = types + left
            left += 1
    return left
