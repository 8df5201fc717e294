"""What the linear program tells of the types that may end before a limit, and where a class is best parted; compiled.

Paths may be cut up. If v < 0, see `simplex_kernels`, no plan ends before the limit. Any weights of the loads bound v,
as no path can be cheaper than its class's cheapest type; that is what is proven, whatever rounding has done to a
tableau.
"""

from __future__ import annotations

import numpy as np

from planner_core.jit import kernel
from planner_core.methods.bf.simplex_kernels import (
    TINY,
    filled,
    given,
    opened,
    paths_until,
    settled,
    tableau,
    weighted,
)
from planner_core.methods.polling import is_set

__all__ = ["relax"]

_MOST_PIVOTS, _FEW_PIVOTS = 4_000, 200
"""Of a whole program, and after one more row."""


@kernel
def _proven(tab, slot, b, room, klass, counts, at, early, price):  # type: ignore[no-untyped-def]
    """A bound on v by the weights of the loads; sets the price (K,) of a path of each class.

    If `at` >= 0, just `early` paths of its class go by types up to `at`.
    """
    types = b.size
    weight = np.empty(types)
    weighted(tab, slot, weight)
    for k in range(counts.size):
        price[k] = np.inf
    first, own = np.inf, -1
    if at >= 0:
        own = klass[at]
    value, tail = 0.0, 0.0
    for t in range(types - 1, -1, -1):
        tail += weight[t]
        value += weight[t] * room[t]
        if klass[t] == own and t <= at:
            first = min(first, b[t] * tail)
        else:
            price[klass[t]] = min(price[klass[t]], b[t] * tail)
    for k in range(counts.size):
        late = counts[k] - early if k == own else counts[k]
        if late > 0:
            value -= late * price[k]
    if early > 0:
        value -= early * first
    return value


@kernel
def _tried(tab, basis, slot, rows, b, room, level, klass, counts, at, early, work, price, flag):  # type: ignore[no-untyped-def]
    """A bound on v if just `early` paths of type `at`'s class go by it or before; minus infinity if they cannot."""
    tab, basis, slot = tab.copy(), basis.copy(), slot.copy()
    rows = given(tab, basis, slot, rows, klass, at, early, work)
    if rows > 0:
        settled(tab, basis, slot, rows, b, room, level, _FEW_PIVOTS, work, flag)
    return _proven(tab, slot, b, room, klass, counts, at, early, price)


@kernel
def relax(d, b, e, klass, counts, most, flag):  # type: ignore[no-untyped-def]
    """Solve the program of the types that may end before a limit, and look for a class to part.

    Parameters
    ----------
    d, b, e : (T,) float64
        Time from the limit back to the release, never falling; link time, positive; ES time.
    klass : (T,) int64
    counts : (K,) int64
        All positive; no class is without a type.
    most : int
        Types that are tried; 0 only solves.

    Returns
    -------
    value : float
        Bound on v; below zero if no plan ends before the limit.
    price : (K,) float64
        What a path of each class costs of it.
    paths : (T,) float64
        Paths of each type.
    dear : (T,) float64
        By how much a path of each type costs more than the price of its class.
    at : int
        Type after which its class is best parted; -1 if all paths are whole.
    values : (count + 1,) float64
        For each number of paths of that class by types up to `at`, a bound as `value`; minus infinity where a lower one
        is known to be refuted.
    """
    types, classes = b.size, counts.size
    scale = d[types - 1]
    link, room, level = np.empty(types), np.empty(types), np.empty(types, np.bool_)
    least = np.inf
    for t in range(types):
        # No path with a deadline up to a level begins before the least of their ES times.
        least = min(least, e[t])
        link[t], room[t] = b[t] / scale, (d[t] - least) / scale
        level[t] = t == types - 1 or d[t + 1] > d[t]
    tab, basis, slot = tableau(types, classes)
    price, paths, work, dear = np.empty(classes), np.zeros(types), np.empty(types), np.empty(types)
    rows = opened(link, room, klass, counts, tab, basis, slot)
    rows = settled(tab, basis, slot, rows, link, room, level, _MOST_PIVOTS, work, flag)
    value = _proven(tab, slot, link, room, klass, counts, -1, 0, price)
    filled(tab, basis, rows, paths)
    weighted(tab, slot, dear)
    tail = 0.0
    for t in range(types - 1, -1, -1):
        tail += dear[t]
        dear[t] = (tail * link[t] - price[klass[t]]) * scale
    for k in range(classes):
        price[k] *= scale
    at, values = -1, np.empty(0)
    if most > 0 and value >= 0.0:
        at = _best(tab, basis, slot, rows, link, room, level, klass, counts, paths, most, work, flag)
        if at >= 0:
            values = _values(tab, basis, slot, rows, link, room, level, klass, counts, paths, at, work, flag)
    return value * scale, price, paths, dear, at, values * scale


@kernel
def _best(tab, basis, slot, rows, b, room, level, klass, counts, paths, most, work, flag):  # type: ignore[no-untyped-def]
    """The type after which parting its class lowers v most on both sides, of the `most` most cut up; -1 if none is."""
    cut = np.zeros(b.size)
    for t in range(b.size):
        if paths[t] > TINY:
            number = paths_until(paths, klass, t)
            cut[t] = min(number - np.floor(number), np.ceil(number) - number)
    value = tab[0, tab.shape[1] - 1]
    price = np.empty(counts.size)
    best, at = -1.0, -1
    for _ in range(most):
        t = int(cut.argmax())
        if cut[t] < 1e-6 or is_set(flag):
            break
        cut[t] = 0.0
        number = int(np.floor(paths_until(paths, klass, t)))
        falls = np.empty(2)
        for side in range(2):
            left = _tried(
                tab, basis, slot, rows, b, room, level, klass, counts, t, number + side, work, price, flag
            )
            falls[side] = min(max(value - left, 1e-7), value + 1e-7)
        if falls[0] * falls[1] > best:
            best, at = falls[0] * falls[1], t
        if min(falls[0], falls[1]) > value:
            break
    return at


@kernel
def _values(tab, basis, slot, rows, b, room, level, klass, counts, paths, at, work, flag):  # type: ignore[no-untyped-def]
    """See `relax`: v is a concave function of the number, so what is refuted on either side is so from there on."""
    count = counts[klass[at]]
    values = np.full(count + 1, -np.inf)
    price = np.empty(counts.size)
    middle = int(np.floor(paths_until(paths, klass, at) + TINY))
    for step in (-1, 1):
        early = middle if step < 0 else middle + 1
        while 0 <= early <= count:
            values[early] = _tried(
                tab, basis, slot, rows, b, room, level, klass, counts, at, early, work, price, flag
            )
            if values[early] < 0.0:
                break
            early += step
    return values
