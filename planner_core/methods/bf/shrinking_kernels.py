"""A tableau of `simplex_kernels` that goes on without some of its types; compiled."""

from __future__ import annotations

import numpy as np

from planner_core.jit import kernel
from planner_core.methods.bf.rounding_kernels import MOST_CUTS, no_cuts
from planner_core.methods.bf.simplex_kernels import SLACKS, loosened

__all__ = ["SPARE", "compacted", "retold"]

SPARE = 2
"""Rows for a number of paths that is given, and for a limit that is being brought in."""


@kernel
def compacted(tab, basis, slot, rows, live, b, room, cuts, count):  # type: ignore[no-untyped-def]
    """Leave out all types but those `live` (T,), and those solved for; returns tableau, basis, rows, cuts.

    `live` is set to what is left. A load that binds at the deadline of a type that goes becomes a cut.
    """
    types = live.size
    factors, shares, mosts = cuts
    rows = loosened(tab, basis, slot, rows, types)
    for i in range(1, rows):
        live[basis[i]] = True
    used = 0
    for s in range(SLACKS):
        at = slot[s]
        if at < 0:
            continue
        used += 1
        if at < types and not live[at]:
            if count == MOST_CUTS:
                live[at] = True
                continue
            for t in range(types):
                factors[count, t] = b[t] if t <= at else 0.0
            shares[count], mosts[count], slot[s] = 1.0, room[at], types + count
            count += 1
    own = np.flatnonzero(live)
    place, left = np.full(types, -1), own.size
    for j in range(left):
        place[own[j]] = j
    small = np.empty((rows + SLACKS - used + SPARE, left + SLACKS + 1))
    for i in range(rows):
        for j in range(left):
            small[i, j] = tab[i, own[j]]
        for s in range(SLACKS + 1):
            small[i, left + s] = tab[i, types + s]
    by = np.full(small.shape[0], -1)
    for i in range(1, rows):
        by[i] = place[basis[i]]
    for s in range(SLACKS):
        if slot[s] >= types:
            slot[s] += left - types
        elif slot[s] >= 0:
            slot[s] = place[slot[s]]
    less = no_cuts(left)
    for c in range(count):
        for j in range(left):
            less[0][c, j] = factors[c, own[j]]
        less[1][c], less[2][c] = shares[c], mosts[c]
    return small, by, rows, less, count


@kernel
def retold(tab, slot, rows, old, new):  # type: ignore[no-untyped-def]
    """The rooms (T,) of the loads have become less."""
    types, last = new.size, tab.shape[1] - 1
    for s in range(SLACKS):
        if 0 <= slot[s] < types:
            less = new[slot[s]] - old[slot[s]]
            if less != 0.0:
                for i in range(rows):
                    tab[i, last] += less * tab[i, types + s]
