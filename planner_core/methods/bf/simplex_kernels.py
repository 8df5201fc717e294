"""A dual simplex method for the linear program of the types that may end before a limit; compiled.

    most v   so that, at every deadline, load of the types due by then + v <= room, and each class has all its paths.

Nearly all loads never bind, so each is brought in when the others leave it exceeded, and there are hardly more rows
than classes. A tableau's row 0 is v + reduced costs = value; then come classes, loads with a slack each, and numbers of
paths that parts of classes were given. Its columns are the types, slacks, and the right-hand side.
"""

from __future__ import annotations

import numpy as np

from planner_core.jit import kernel
from planner_core.methods.polling import is_set

__all__ = ["TINY", "filled", "given", "opened", "paths_until", "settled", "tableau", "weighted"]

TINY = 1e-9
"""Relative to link times of about one, and paths: less is taken for nothing."""

_SLACKS = 40
"""Loads that may bind, or have done, at a time."""

_MORE_ROWS = 2
"""Beside classes and loads: a number of paths given to a part of a class; one to spare."""


@kernel
def tableau(types, classes):  # type: ignore[no-untyped-def]
    """An empty one: entries, what each row is solved for, and the type at whose deadline each slack's load is."""
    rows = 1 + classes + _SLACKS + _MORE_ROWS
    return np.zeros((rows, types + _SLACKS + 1)), np.full(rows, -1), np.full(_SLACKS, -1)


@kernel
def opened(b, room, klass, counts, tab, basis, slot):  # type: ignore[no-untyped-def]
    """Begin with each class sent by the type of the least link time and the load at the last deadline; returns rows."""
    types, last = b.size, tab.shape[1] - 1
    key = np.full(counts.size, -1)
    for t in range(types):
        k = klass[t]
        if key[k] < 0 or b[t] < b[key[k]]:
            key[k] = t
        tab[1 + k, t] = 1.0
        tab[0, t] = b[t]
    tab[0, types], tab[0, last], slot[0] = 1.0, room[types - 1], types - 1
    for k in range(counts.size):
        tab[1 + k, last], basis[1 + k] = counts[k], key[k]
        _subtract(tab[0], b[key[k]], tab[1 + k])
    return 1 + counts.size


@kernel
def _subtract(row, times, other):  # type: ignore[no-untyped-def]
    for j in range(row.size):
        row[j] -= times * other[j]


@kernel
def _pivot(tab, basis, rows, r, j):  # type: ignore[no-untyped-def]
    """Column `j` takes the place of what row `r` was solved for."""
    by = 1.0 / tab[r, j]
    for c in range(tab.shape[1]):
        tab[r, c] *= by
    tab[r, j] = 1.0
    for i in range(rows):
        if i != r and tab[i, j] != 0.0:
            _subtract(tab[i], tab[i, j], tab[r])
            tab[i, j] = 0.0
    basis[r] = j


@kernel
def _entering(tab, r):  # type: ignore[no-untyped-def]
    """The column that can take the place of row `r`'s at least cost; -1 if the row cannot be kept."""
    least, size, at = np.inf, 0.0, -1
    for j in range(tab.shape[1] - 1):
        entry = -tab[r, j]
        if entry > TINY:
            cost = max(tab[0, j], 0.0) / entry
            if cost < least - 1e-12 or (cost <= least + 1e-12 and entry > size):
                least, size, at = min(cost, least), entry, j
    return at


@kernel
def _loosened(tab, basis, slot, rows, types):  # type: ignore[no-untyped-def]
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
            _subtract(tab[rows], coefficient[j], tab[i])
    for i in range(1, rows):
        tab[rows, basis[i]] = 0.0


@kernel
def _with_load(tab, basis, slot, rows, b, room, at, coefficient):  # type: ignore[no-untyped-def]
    """Bring in the load at type `at`'s deadline; returns the rows, as many as before if there is no place."""
    types, last = b.size, tab.shape[1] - 1
    free = -1
    for s in range(slot.size):
        if slot[s] < 0:
            free = s
            break
    if free < 0:
        return rows
    for t in range(types):
        coefficient[t] = b[t] if t <= at else 0.0
    for j in range(last + 1):
        tab[rows, j] = -tab[0, j]
    for t in range(at + 1):
        tab[rows, t] += b[t]
    tab[rows, last] += room[at]
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
def settled(tab, basis, slot, rows, b, room, level, most, work, flag):  # type: ignore[no-untyped-def]
    """Pivot until all rows and loads are kept, v is below zero, or `most` times; returns the rows.

    `level` (T,) says which types are the last of their deadline, `work` (T,) is scratch.
    """
    types, last = b.size, tab.shape[1] - 1
    for _ in range(most):
        if tab[0, last] < 0.0 or is_set(flag):
            break
        least, r = -TINY, -1
        for i in range(1, rows):
            if tab[i, last] < least:
                least, r = tab[i, last], i
        if r < 0:
            filled(tab, basis, rows, work)
            load, over, at = 0.0, TINY, -1
            for t in range(types):
                load += b[t] * work[t]
                if level[t] and load + tab[0, last] - room[t] > over:
                    over, at = load + tab[0, last] - room[t], t
            if at < 0:
                break
            before = rows
            rows = _with_load(tab, basis, slot, rows, b, room, at, work)
            if rows == before:
                rows = _loosened(tab, basis, slot, rows, types)
                before = rows
                rows = _with_load(tab, basis, slot, rows, b, room, at, work)
                if rows == before:
                    break
            r = rows - 1
        j = _entering(tab, r)
        if j < 0:
            break
        _pivot(tab, basis, rows, r, j)
    return rows


@kernel
def given(tab, basis, slot, rows, klass, at, early, work):  # type: ignore[no-untyped-def]
    """Let just `early` paths of type `at`'s class go by it or those before; returns the rows, 0 if none can."""
    types, last = work.size, tab.shape[1] - 1
    for t in range(types):
        work[t] = 1.0 if t <= at and klass[t] == klass[at] else 0.0
    tab[rows] = 0.0
    for t in range(types):
        tab[rows, t] = work[t]
    tab[rows, last] = early
    _eliminated(tab, basis, rows, work)
    for _ in range(2):
        if tab[rows, last] > 0.0:
            for j in range(last + 1):
                tab[rows, j] = -tab[rows, j]
        j = _entering(tab, rows)
        if j >= 0:
            _pivot(tab, basis, rows + 1, rows, j)
            return rows + 1
        if tab[rows, last] < -TINY:
            return 0
        # As many as there are, but the other way round there may be a type to write the row by.
        for j in range(last + 1):
            tab[rows, j] = -tab[rows, j]
        tab[rows, last] = 0.0
    return rows


@kernel
def weighted(tab, slot, weight):  # type: ignore[no-untyped-def]
    """Set the weight (T,) of the load at each type's deadline, in all 1."""
    weight[:] = 0.0
    for s in range(slot.size):
        if slot[s] >= 0:
            weight[slot[s]] += max(tab[0, weight.size + s], 0.0)
    total = weight.sum()
    if total <= 0.0:
        weight[-1] = total = 1.0
    for t in range(weight.size):
        weight[t] /= total


@kernel
def paths_until(paths, klass, at):  # type: ignore[no-untyped-def]
    """Paths of type `at`'s class that go by it or those before."""
    total = 0.0
    for t in range(at + 1):
        if klass[t] == klass[at]:
            total += paths[t]
    return total
