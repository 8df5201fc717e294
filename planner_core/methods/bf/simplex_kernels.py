"""A dual simplex method for the linear program of the types that may end before a limit; compiled.

    most v   so that, at every deadline, load of the types due by then + v <= room, and each class has all its paths.

Cuts may say more of whole paths, each as: coefficients of the paths + share v <= most. Nearly all loads and cuts never
bind, so each is brought in when the others leave it exceeded, and there are hardly more rows than classes. A tableau's
row 0 is v + reduced costs = value; then come classes, loads and cuts with a slack each, and numbers of paths that parts
of classes were given. Its columns are the types, slacks, and the right-hand side.
"""

from __future__ import annotations

import numpy as np

from planner_core.jit import kernel, vectorised
from planner_core.methods.bf.label_kernels import copied
from planner_core.methods.polling import is_set

__all__ = ["SLACKS", "TINY", "costs", "filled", "given", "loosened", "opened", "settled", "tableau"]

TINY = 1e-9
"""Relative to link times of about one, and paths: less is taken for nothing."""

_PIVOT = 1e-7
"""Least entry that what a row is solved for may have."""

_NEARLY = 1e-12
"""What costs no more than this above the least is as good."""

_IDLE, _STRIDE = 50, 17
"""Pivots in a row that do not lower v, after which rows are chosen at random, as if by strides round the tableau."""

SLACKS = 64
"""Loads and cuts that may bind, or have done, at a time."""

_MORE_ROWS = 2
"""Beside classes and loads: a number of paths given to a part of a class; one to spare."""


@kernel
def tableau(types, classes):  # type: ignore[no-untyped-def]
    """An empty one: entries, what each row is solved for, and which limit each slack is of.

    A limit is the load at a type's deadline, by the type's index, or a cut, whose index comes after the types.
    """
    rows = 1 + classes + SLACKS + _MORE_ROWS
    return np.zeros((rows, types + SLACKS + 1)), np.full(rows, -1), np.full(SLACKS, -1)


@kernel
def opened(b, room, klass, counts, tab, basis, slot):  # type: ignore[no-untyped-def]
    """Begin with each class sent by the type of the least link time and the load at the last deadline; returns rows.

    A class without a type has no row.
    """
    types, last = b.size, tab.shape[1] - 1
    key = np.full(counts.size, -1)
    for t in range(types):
        k = klass[t]
        if key[k] < 0 or b[t] < b[key[k]]:
            key[k] = t
    tab[0, types], tab[0, last], slot[0] = 1.0, room[types - 1], types - 1
    for t in range(types):
        tab[0, t] = b[t]
    rows = 1
    for k in range(counts.size):
        if key[k] < 0:
            continue
        for t in range(types):
            if klass[t] == k:
                tab[rows, t] = 1.0
        tab[rows, last], basis[rows] = counts[k], key[k]
        _take_off(tab, 0, b[key[k]], rows, last + 1)
        rows += 1
    return rows


@kernel
def _subtract(row, times, other):  # type: ignore[no-untyped-def]
    for j in range(row.size):
        row[j] -= times * other[j]


@vectorised
def _take_off(tab, i, times, r, width):  # type: ignore[no-untyped-def]
    """Row `i` less so many times row `r`: by their numbers, as a view of a row costs as much as a row in arithmetic."""
    for j in range(width):
        tab[i, j] -= times * tab[r, j]


@kernel
def _width(slot, types):  # type: ignore[no-untyped-def]
    """Columns up to the last slack of a limit; those from there on are of no account."""
    used = slot.size
    while used > 0 and slot[used - 1] < 0:
        used -= 1
    return types + used


@kernel
def _pivot(tab, basis, rows, width, r, j):  # type: ignore[no-untyped-def]
    """Column `j` takes the place of what row `r` was solved for."""
    last = tab.shape[1] - 1
    by = 1.0 / tab[r, j]
    for c in range(width):
        tab[r, c] *= by
    tab[r, last] *= by
    tab[r, j] = 1.0
    for i in range(rows):
        if i != r and tab[i, j] != 0.0:
            times = tab[i, j]
            _take_off(tab, i, times, r, width)
            tab[i, last] -= times * tab[r, last]
            tab[i, j] = 0.0
    basis[r] = j


@kernel
def _entering(tab, width, r):  # type: ignore[no-untyped-def]
    """The column that can take the place of row `r`'s at least cost; -1 if the row cannot be kept.

    Of those that cost nearly the least it is the one with the largest entry (Harris 1973); and a tiny one is none: what
    it is divided by would be lost in rounding.
    """
    least = np.inf
    for j in range(width):
        entry = -tab[r, j]
        if entry > _PIVOT:
            least = min(least, (max(tab[0, j], 0.0) + _NEARLY) / entry)
    size, at = 0.0, -1
    for j in range(width):
        entry = -tab[r, j]
        if entry > max(size, _PIVOT) and max(tab[0, j], 0.0) <= least * entry:
            size, at = entry, j
    return at


@kernel
def _leaving(tab, rows, idle):  # type: ignore[no-untyped-def]
    """The row that is kept least; -1 if all are kept.

    After many idle pivots it is just one that is not kept, now here and now there: to take the least each time may lead
    round in a circle, and rules that cannot (Bland 1977) take entries so small that rounding gets the better of all.
    """
    last = tab.shape[1] - 1
    r, begin = -1, _STRIDE * (idle - _IDLE)
    for i in range(rows - 1):
        at = 1 + (begin + i) % (rows - 1) if idle > _IDLE else 1 + i
        if tab[at, last] < -TINY and (r < 0 or tab[at, last] < tab[r, last]):
            r = at
            if idle > _IDLE:
                break
    return r


@kernel
def loosened(tab, basis, slot, rows, types):  # type: ignore[no-untyped-def]
    """Take out the loads that do not bind; returns the rows that are left."""
    i = 1
    while i < rows:
        j = basis[i]
        if j < types:
            i += 1
            continue
        slot[j - types] = -1
        rows -= 1
        if i < rows:
            for c in range(tab.shape[1]):
                tab[i, c] = tab[rows, c]
            basis[i] = basis[rows]
        for q in range(rows):
            tab[q, j] = 0.0
    return rows


@kernel
def _eliminated(tab, basis, rows, coefficient):  # type: ignore[no-untyped-def]
    """Write the last row, whose types have these coefficients (T,), by what the others are not solved for."""
    for i in range(1, rows):
        j = basis[i]
        if j < coefficient.size and coefficient[j] != 0.0:
            _take_off(tab, rows, coefficient[j], i, tab.shape[1])
    for i in range(1, rows):
        tab[rows, basis[i]] = 0.0


@kernel
def _with_limit(tab, basis, slot, rows, b, room, cuts, at, coefficient):  # type: ignore[no-untyped-def]
    """Bring in a load or a cut; returns the rows, as many as before if there is no place."""
    types, last = b.size, tab.shape[1] - 1
    free = -1
    for s in range(slot.size):
        if slot[s] < 0:
            free = s
            break
    if free < 0:
        return rows
    share, most = 1.0, 0.0
    if at < types:
        most = room[at]
        for t in range(types):
            coefficient[t] = b[t] if t <= at else 0.0
    else:
        factors, shares, mosts = cuts
        copied(factors[at - types], coefficient)
        share, most = shares[at - types], mosts[at - types]
    for j in range(last + 1):
        tab[rows, j] = -share * tab[0, j]
    for t in range(types):
        tab[rows, t] += coefficient[t]
    tab[rows, last] += most
    _eliminated(tab, basis, rows, coefficient)
    for q in range(rows):
        tab[q, types + free] = 0.0
    tab[rows, types + free] = 1.0
    slot[free], basis[rows] = at, types + free
    return rows + 1


@kernel
def filled(tab, basis, rows, paths):  # type: ignore[no-untyped-def]
    """Set the paths of each type (T,) to what the tableau says."""
    paths[:] = 0.0
    for i in range(1, rows):
        if basis[i] < paths.size:
            paths[basis[i]] = tab[i, tab.shape[1] - 1]


@kernel
def _exceeded(b, room, level, cuts, count, paths, v):  # type: ignore[no-untyped-def]
    """The load or cut that the paths (T,) exceed most; -1 if none."""
    load, over, at = 0.0, TINY, -1
    for t in range(b.size):
        load += b[t] * paths[t]
        if level[t] and load + v - room[t] > over:
            over, at = load + v - room[t], t
    factors, shares, mosts = cuts
    some = np.flatnonzero(paths)
    for c in range(count):
        load = shares[c] * v - mosts[c]
        for i in range(some.size):
            load += factors[c, some[i]] * paths[some[i]]
        if load > over:
            over, at = load, b.size + c
    return at


@kernel
def settled(tab, basis, slot, rows, b, room, level, cuts, count, most, work, flag):  # type: ignore[no-untyped-def]
    """Pivot until all rows, loads and cuts are kept, v is below zero, or `most` times; returns the rows, and the work.

    `level` (T,) says which types are the last of their deadline, `work` (T,) is scratch. Of the cuts there are `count`.
    The work is counted in entries of the tableau that are written.
    """
    types, last = b.size, tab.shape[1] - 1
    done, lowest, idle = 0, np.inf, 0
    for _ in range(most):
        if tab[0, last] < 0.0 or is_set(flag):
            break
        idle = 0 if tab[0, last] < lowest - _NEARLY else idle + 1
        lowest = min(lowest, tab[0, last])
        r = _leaving(tab, rows, idle)
        if r < 0:
            filled(tab, basis, rows, work)
            at = _exceeded(b, room, level, cuts, count, work, tab[0, last])
            # What has a row already is exceeded by rounding alone.
            if at < 0 or (slot == at).any():
                break
            before = rows
            rows = _with_limit(tab, basis, slot, rows, b, room, cuts, at, work)
            if rows == before:
                rows = loosened(tab, basis, slot, rows, types)
                before = rows
                rows = _with_limit(tab, basis, slot, rows, b, room, cuts, at, work)
                if rows == before:
                    break
            r = rows - 1
        width = _width(slot, types)
        j = _entering(tab, width, r)
        if j < 0:
            if not tab[r, last] < -TINY:
                break  # rounding has got the better of the tableau
            # No paths keep this row: with it added so many times the weights say that v is below zero.
            _take_off(tab, 0, (tab[0, last] + 1.0) / tab[r, last], r, last + 1)
            break
        _pivot(tab, basis, rows, width, r, j)
        done += rows * width
    return rows, done


@kernel
def given(tab, basis, slot, rows, part, paths):  # type: ignore[no-untyped-def]
    """Let just so many paths be of the types whose `part` (T,) is 1, 0 elsewhere; returns the rows.

    If none can it returns 0, and row 0 is such that the weights say that v is below zero.
    """
    types, last = part.size, tab.shape[1] - 1
    width = _width(slot, types)
    tab[rows] = 0.0
    for t in range(types):
        tab[rows, t] = part[t]
    tab[rows, last] = paths
    _eliminated(tab, basis, rows, part)
    for _ in range(2):
        if tab[rows, last] > 0.0:
            for j in range(last + 1):
                tab[rows, j] = -tab[rows, j]
        j = _entering(tab, width, rows)
        if j >= 0:
            _pivot(tab, basis, rows + 1, width, rows, j)
            return rows + 1
        if tab[rows, last] < -TINY:
            _take_off(tab, 0, (tab[0, last] + 1.0) / tab[rows, last], rows, last + 1)
            return 0
        # As many as there are, but the other way round there may be a type to write the row by.
        for j in range(last + 1):
            tab[rows, j] = -tab[rows, j]
        tab[rows, last] = 0.0
    return rows


@kernel
def costs(weight, slot, b, cuts, cost):  # type: ignore[no-untyped-def]
    """Set what a path of each type (T,) costs where loads and cuts weigh as much as `weight` (slots,)."""
    factors = cuts[0]
    cost[:] = 0.0
    for s in range(slot.size):
        if slot[s] < 0 or weight[s] == 0.0:
            continue
        if slot[s] < b.size:
            for t in range(slot[s] + 1):
                cost[t] += weight[s] * b[t]
        else:
            _subtract(cost, -weight[s], factors[slot[s] - b.size])
