"""Compiled loops that price the classes of `deadline`; they release the GIL and poll a flag."""

from __future__ import annotations

import numpy as np

from planner_core.jit import inlined, kernel, vectorised
from planner_core.methods.bf.label_kernels import copied
from planner_core.methods.bf.price_kernels import in_whole_units, is_moved, piece, pieces, step_size
from planner_core.methods.polling import is_set

__all__ = ["WORTH", "ascend", "cell_of", "possible"]

WORTH = 1 << 20
"""Profit of all paths together, in whole units: sums of profits are exact."""

_NEVER = -(1 << 30)

_HAIR = 1e-9
"""Share of a cell by which a load may fall short of a whole number of them: it is a rounded sum."""


@inlined
def cell_of(load, origin, cell, cells):  # type: ignore[no-untyped-def]
    """Cell of a load, rounded down, but for what its sum may be off by."""
    return min(np.int64((load - origin) / cell + 1e3 * _HAIR), cells - 1)


@vectorised
def _take(source, target, low, last, shift, gain):  # type: ignore[no-untyped-def]
    """Set `target` to what is best from each cell on: `source`, or a load of `shift` cells that earns `gain` before it.

    The load may begin in cells low .. last - 1; from an earlier one it has to wait for the first of these.
    """
    own, ahead, into = source[low:last], source[low + shift : last + shift], target[low:last]
    for g in range(into.size):
        into[g] = max(np.int32(gain + ahead[g]), own[g])
    copied(source[last:], target[last:])
    if low < last:
        least = np.int32(gain + source[low + shift])
        early, before = target[:low], source[:low]
        for g in range(early.size):
            early[g] = max(least, before[g])
    else:
        copied(source[:low], target[:low])


@vectorised
def _take_all(source, target, low, last, shift, gain):  # type: ignore[no-untyped-def]
    """As `_take`, where there is no way but to take the load."""
    first = np.int32(_NEVER)
    if low < last:
        into, ahead = target[low:last], source[low + shift : last + shift]
        for g in range(into.size):
            into[g] = np.int32(gain + ahead[g])
        first = into[0]
    early, late = target[:low], target[max(low, last) :]
    for g in range(early.size):
        early[g] = first
    for g in range(late.size):
        late[g] = _NEVER


@kernel
def _fill(table, d, b, begin, klass, counts, only, profit, origin, cell):  # type: ignore[no-untyped-def]
    """Fill table (T + 1, cells): most profit of types t, t + 1, ... from a load in each cell on.

    Link times are rounded down to cells, so no packing is missed. `counts` bounds the paths of each type by itself;
    where a class has no other type (`only`) they are all taken.
    """
    types, cells = klass.size, table.shape[1]
    table[types] = 0
    spare = np.empty(cells, np.int32)
    for t in range(types - 1, -1, -1):
        k = klass[t]
        size = b[t] / cell
        room = (d[t] - origin) / cell + 1e4 * _HAIR
        low = np.int64((begin[t] - origin) / cell)
        source, target = table[t + 1], table[t]
        if only[t]:
            shift = np.int64(counts[k] * (size + _HAIR))
            gain = np.int32(counts[k] * profit[k])
            _take_all(source, target, low, min(np.int64(room) + 1 - shift, cells - shift), shift, gain)
            continue
        if counts[k] == 0 or np.int64(room) < np.int64(size + _HAIR):
            copied(source, target)
            continue
        for i in range(pieces(counts[k])):
            take = piece(counts[k], i)
            shift = np.int64(take * (size + _HAIR))
            last = max(min(np.int64(room) + 1 - shift, cells - shift), 0)
            if i > 0:
                # Not in place: the loops of `_take` are vectorised only where nothing they read is written.
                copied(target, spare)
                source = spare
            _take(source, target, min(low, last), last, shift, np.int32(take * profit[k]))


@kernel
def _spread(table, d, b, begin, klass, counts, only, profit, origin, cell, use):  # type: ignore[no-untyped-def]
    """Paths of each class that a most profitable packing takes."""
    use[:] = 0.0
    g = np.int64(0)
    cells = table.shape[1]
    for t in range(klass.size):
        k = klass[t]
        size = b[t] / cell
        room = (d[t] - origin) / cell + 1e4 * _HAIR
        best, take, to = table[t + 1, g], np.int64(0), g
        start = max(g, np.int64((begin[t] - origin) / cell))
        if only[t]:
            take = counts[k]
            to = start + np.int64(take * (size + _HAIR))
            if to > room or to >= cells:
                break
        else:
            for x in range(1, counts[k] + 1):
                at = start + np.int64(x * (size + _HAIR))
                if at > room or at >= cells:
                    break
                value = x * profit[k] + table[t + 1, at]
                if value > best:
                    best, take, to = value, np.int64(x), at
        use[k] += take
        g = to


@kernel
def ascend(d, b, begin, klass, counts, only, share, origin, cell, cells, steps, flag):  # type: ignore[no-untyped-def]
    """Look for profits of the classes with which no packing can take all paths; see `deadline`.

    Parameters
    ----------
    begin : (T,) float64
        Least load at which a path may begin, never falling.
    only : (T,) bool
        Whether the class has no other type.
    share : (K,) float64
        Of all profit, what the paths of each class are worth to begin with; their sum is 1.
    cell : float
        Seconds a cell.

    Returns
    -------
    share : (K,) float64
        The best found.
    profit : (K,) int64
        Of a path of each class.
    table : (T + 1, cells) int32
        Of these profits. Where table[0, 0] is less than all paths are worth, no plan meets the limit.
    """
    types, classes = klass.size, counts.size
    table, best_table = np.empty((types + 1, cells), np.int32), np.empty((types + 1, cells), np.int32)
    share = share.copy()
    best_share = share.copy()
    profit, best_profit = np.zeros(classes, np.int64), np.zeros(classes, np.int64)
    best = np.inf
    use = np.empty(classes)
    scale, stale = 1.0, 0
    for step in range(steps):
        if step > 0 and is_set(flag):
            break
        worth = in_whole_units(share, counts, WORTH, 0.0, profit)
        _fill(table, d, b, begin, klass, counts, only, profit, origin, cell)
        value = (table[0, 0] - worth) / WORTH
        scale, stale = step_size(value < best - 1e-6, scale, stale)
        better = value < best
        if better:
            best = value
            best_share[:] = share
            best_profit[:] = profit
            table, best_table = best_table, table
        if best < 0.0 or step == steps - 1:
            break
        _spread(best_table if better else table, d, b, begin, klass, counts, only, profit, origin, cell, use)
        if not is_moved(share, use, counts, value, scale):
            break  # this packing takes every path: only a finer one can tell
    return best_share, best_profit, best_table


@kernel
def possible(d, b, begin, klass, counts, only, profit, table, origin, cell):  # type: ignore[no-untyped-def]
    """(T,) whether a packing that earns the profit of all paths may use the type; table from `ascend`."""
    types, cells = klass.size, table.shape[1]
    worth = (counts * profit).sum()
    ahead, used = np.full(cells, np.int32(_NEVER), np.int32), np.empty(cells, np.int32)
    ahead[0] = 0
    able = np.zeros(types, np.bool_)
    for t in range(types):
        k = klass[t]
        size = b[t] / cell
        room = min(np.int64((d[t] - origin) / cell + 1e4 * _HAIR), cells - 1)
        # One path at least, or all of them.
        take = counts[k] if only[t] else 1
        shift = np.int64(take * (size + _HAIR))
        gain = np.int32(take * profit[k])
        low = np.int64((begin[t] - origin) / cell)
        for g in range(cells):
            used[g] = _NEVER
        for g in range(room + 1 - shift):
            at = (g if g > low else low) + shift
            if at > room:
                break
            used[at] = max(used[at], ahead[g] + gain)
        rest = counts[k] - take
        for i in range(pieces(rest)):
            more = piece(rest, i)
            shift = np.int64(more * (size + _HAIR))
            gain = np.int32(more * profit[k])
            for g in range(room - shift, -1, -1):
                used[g + shift] = max(used[g + shift], used[g] + gain)
        best = np.int32(_NEVER)
        for g in range(room + 1):
            best = max(best, used[g] + table[t + 1, g])
        able[t] = best >= worth
        if only[t]:
            copied(used, ahead)
        else:
            for g in range(room + 1):
                ahead[g] = max(ahead[g], used[g])
    return able
