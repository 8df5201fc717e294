"""Compiled loops that price the classes of `deadline` where link times fit no common measure; they release the GIL.

As `profit_kernels`, but a table tells, for each sum of profits, the latest load from which the types to come can still
earn it. Profits are whole numbers, and few; loads are times as they are, so that no rounding weakens what is proven.
"""

from __future__ import annotations

import numpy as np

from planner_core.jit import kernel, vectorised
from planner_core.methods.bf.label_kernels import copied
from planner_core.methods.bf.price_kernels import in_whole_units, is_moved, piece, pieces, step_size
from planner_core.methods.polling import is_set

__all__ = ["ascend", "in_cells", "latest_loads", "margins"]

_NEVER = -1e300

_MARGIN = 32
"""A table goes this part beyond the profit of all paths: a packing that earns more shows best what is overpriced."""


@vectorised
def _take(source, target, deadline, begin, time, gain):  # type: ignore[no-untyped-def]
    """Raise `target` to what is possible from `source` after a load of `time` that earns `gain`."""
    top = deadline - time
    if top < begin:
        return
    least = begin + time
    below = min(gain, target.size - 1)
    # Entry 0 stands for all that is left to earn being earned; what must be taken still is.
    enough = min(source[0], deadline) - time
    if enough >= begin:
        for q in range(1, below + 1):
            if enough > target[q]:
                target[q] = enough
    ahead, behind = source[: source.size - below], target[below:]
    for q in range(1, ahead.size):
        v = ahead[q] - time
        v = top if v > top else v
        v = v if ahead[q] >= least else _NEVER
        old = behind[q]
        behind[q] = v if v > old else old


@kernel
def _take_some(source, target, spare, d, b, begin, paths, profit):  # type: ignore[no-untyped-def]
    """Set `target` to what is possible from `source` after up to `paths` of a type; `spare` is as long."""
    copied(source, target)
    if (paths + 1) * b > d - begin:
        paths = min(paths, np.int64((d - begin) / b + 1e-9)) if b > 0.0 else paths
    if paths <= 3:
        for x in range(1, paths + 1):
            _take(source, target, d, begin, x * b, x * profit)
        return
    for i in range(pieces(paths)):
        take = piece(paths, i)
        copied(target, spare)
        _take(spare, target, d, begin, take * b, take * profit)


@kernel
def latest_loads(klass, d, b, begin, t, paths, profit, most):  # type: ignore[no-untyped-def]
    """(most + 1,) latest load from which types t, t + 1, ... can still earn q, with so many `paths` (K,) of a class."""
    now, then, spare = np.full(most + 1, _NEVER), np.empty(most + 1), np.empty(most + 1)
    now[0] = np.inf
    for s in range(klass.size - 1, t - 1, -1):
        k = klass[s]
        if paths[k] > 0 and profit[k] > 0:
            _take_some(now, then, spare, d[s], b[s], begin[s], paths[k], profit[k])
            now, then = then, now
    return now


@kernel
def _fill(table, d, b, begin, klass, counts, only, profit):  # type: ignore[no-untyped-def]
    """Fill table (T + 1, Q + 1): latest load from which types t, t + 1, ... can still earn a profit of q.

    `counts` bounds the paths of each type by itself; where a class has no other type (`only`) they are all taken.
    """
    types = klass.size
    spare = np.empty(table.shape[1])
    table[types, 0] = np.inf
    table[types, 1:] = _NEVER
    for t in range(types - 1, -1, -1):
        k = klass[t]
        source, target = table[t + 1], table[t]
        if only[t]:
            if counts[k] == 0:
                copied(source, target)
                continue
            _take_all(source, target, d[t], begin[t], counts[k] * b[t], counts[k] * profit[k])
            continue
        _take_some(source, target, spare, d[t], b[t], begin[t], counts[k], profit[k])


@vectorised
def _take_all(source, target, deadline, begin, time, gain):  # type: ignore[no-untyped-def]
    """Set `target` to what is possible from `source` after a load of `time` that earns `gain`."""
    below = min(gain, target.size)
    v = min(source[0], deadline) - time
    target[:below] = v if v >= begin else _NEVER
    ahead, behind = source[: source.size - below], target[below:]
    for q in range(ahead.size):
        v = min(ahead[q], deadline) - time
        behind[q] = v if v >= begin else _NEVER


@kernel
def _trace(table, d, b, begin, klass, counts, only, profit, q, use):  # type: ignore[no-untyped-def]
    """Paths of each class in a packing that earns q from the latest load."""
    use[:] = 0.0
    for t in range(klass.size):
        k = klass[t]
        if only[t]:
            use[k] += counts[k]
            q = max(q - counts[k] * profit[k], 0)
            continue
        best, take = table[t + 1, q], 0
        for x in range(1, counts[k] + 1):
            v = min(d[t], table[t + 1, max(q - x * profit[k], 0)]) - x * b[t]
            if v >= begin[t] and v > best:
                best, take = v, x
        use[k] += take
        q = max(q - take * profit[k], 0)


@kernel
def ascend(d, b, begin, klass, counts, only, share, origin, worth, steps, flag):  # type: ignore[no-untyped-def]
    """Look for profits of the classes with which no packing can take all paths; see `deadline`.

    Parameters
    ----------
    begin : (T,) float64
        Least load at which a path may begin, never falling.
    only : (T,) bool
        Whether the class has no other type.
    share : (K,) float64
        Of all profit, what the paths of each class are worth to begin with; their sum is 1.
    origin : float
        Load at which the first path may begin.
    worth : int
        Profit of all paths together, about.

    Returns
    -------
    share : (K,) float64
        The best found.
    profit : (K,) int64
        Of a path of each class.
    table : (T + 1, Q + 1) float64
        Of these profits.
    latest : float
        Load from which all profit can be earned. Where it is less than `origin` no plan meets the limit; else
        none meets one that is lower by more than the difference.
    """
    types, classes = klass.size, counts.size
    size = worth + worth // _MARGIN + counts.sum() + 1
    table, best_table = np.empty((types + 1, size)), np.empty((types + 1, size))
    share = share.copy()
    best_share = share.copy()
    profit, best_profit = np.zeros(classes, np.int64), np.zeros(classes, np.int64)
    best = np.inf
    use = np.empty(classes)
    scale, stale = 1.0, 0
    for step in range(steps):
        if step > 0 and is_set(flag):
            break
        total = in_whole_units(share, counts, worth, 0.5, profit)
        _fill(table, d, b, begin, klass, counts, only, profit)
        latest = table[0, total]
        scale, stale = step_size(latest < best - 1e-6 * (d[types - 1] - origin), scale, stale)
        better = latest < best
        if better:
            best = latest
            best_share[:] = share
            best_profit[:] = profit
            table, best_table = best_table, table
        if best < origin or step == steps - 1:
            break
        kept = best_table if better else table
        q = total
        while q + 1 < size and kept[0, q + 1] >= best:
            q += 1
        _trace(kept, d, b, begin, klass, counts, only, profit, q, use)
        if not is_moved(share, use, counts, q / max(total, 1) - 1.0, scale):
            break  # this packing is a plan: nothing refutes it
    return best_share, best_profit, best_table, best


@kernel
def margins(d, b, begin, klass, counts, only, profit, table, origin):  # type: ignore[no-untyped-def]
    """(T,) time left over when a packing that uses the type earns the profit of all paths; table from `ascend`.

    Where it is below 0 no plan that meets the limit uses the type.
    """
    types = klass.size
    worth = (counts * profit).sum()
    # Least load at which a profit of q or more is earned.
    ahead, used = np.full(worth + 1, np.inf), np.empty(worth + 1)
    spare = np.empty(worth + 1)
    ahead[0] = origin
    margin = np.full(types, _NEVER)
    for t in range(types):
        k = klass[t]
        # One path at least, or all of them.
        take = counts[k] if only[t] else 1
        used[:] = np.inf
        if take > 0:
            _add(ahead, used, d[t], begin[t], take * b[t], take * profit[k])
        rest = counts[k] - take
        for i in range(pieces(rest)):
            more = piece(rest, i)
            copied(used, spare)
            _add(spare, used, d[t], begin[t], more * b[t], more * profit[k])
        for q in range(worth + 1):
            margin[t] = max(margin[t], table[t + 1, worth - q] - used[q])
        if only[t]:
            copied(used, ahead)
        else:
            for q in range(worth + 1):
                ahead[q] = min(ahead[q], used[q])
    return margin


@vectorised
def _add(source, target, deadline, begin, time, gain):  # type: ignore[no-untyped-def]
    """Lower `target` to the load after one more of `time`, which earns `gain`, on what `source` has."""
    below = min(gain, target.size)
    first = max(source[0], begin) + time
    if first <= deadline:
        for q in range(below):
            target[q] = min(first, target[q])
    ahead, behind = source[: source.size - below], target[below:]
    for q in range(ahead.size):
        v = max(ahead[q], begin) + time
        v = v if v <= deadline else np.inf
        behind[q] = min(v, behind[q])


@kernel
def in_cells(table, origin, cell, cells):  # type: ignore[no-untyped-def]
    """(T + 1, cells) most profit from a load in each cell on, as of `profit_kernels`; table from `ascend`.

    Only where a cell begins is looked up: nothing is rounded twice.
    """
    types, size = table.shape
    most = np.empty((types, cells), np.int32)
    for t in range(types):
        q = size - 1
        for g in range(cells):
            load = origin + (g - 2e-6) * cell  # `cell_of` rounds up by half of that
            while q >= 0 and table[t, q] < load:
                q -= 1
            most[t, g] = q if q >= 0 else -(1 << 30)
    return most
