"""What the linear program tells of the types that may end before a limit; compiled.

Paths may be cut up, except for what cuts tell. If v < 0, see `simplex_kernels`, no plan ends before the limit. Any
weights of loads and cuts bound v, as no path can be cheaper than its class's cheapest type; that is what is proven,
whatever rounding has done to a tableau.
"""

from __future__ import annotations

import numpy as np

from planner_core.jit import kernel
from planner_core.methods.bf.rounding_kernels import held_up, kept, no_cuts, separated
from planner_core.methods.bf.simplex_kernels import (
    SLACKS,
    TINY,
    costs,
    filled,
    loosened,
    opened,
    settled,
    tableau,
)
from planner_core.methods.polling import is_set

__all__ = ["MOST_PIVOTS", "proven", "relax", "rooms", "rounded"]

MOST_PIVOTS = 4_000
"""Of one program."""

_HAIR = 1e-14
"""What rounding may make of a bound, for each unit that is added up in it."""

_MOST_WEIGHT = 1e15

_LOWERED = 0.01
"""Cuts that lower v by less than this share of it are the last."""


@kernel
def rooms(d, b, e, scale):  # type: ignore[no-untyped-def]
    """Link times (T,), the most load and v at each deadline (T,), and which types are the last of theirs (T,).

    Deadlines and ES times (T,) follow, all as shares of `scale`.
    """
    types = b.size
    link, room, level = np.empty(types), np.empty(types), np.empty(types, np.bool_)
    least = np.inf
    for t in range(types):
        # No path with a deadline up to a level begins before the least of their ES times.
        least = min(least, e[t])
        link[t], room[t] = b[t] / scale, (d[t] - least) / scale
        level[t] = t == types - 1 or d[t + 1] > d[t]
    return link, room, level, d / scale, e / scale


@kernel
def proven(tab, slot, b, room, klass, counts, cuts, price, dear):  # type: ignore[no-untyped-def]
    """A bound on v by the weights of loads and cuts.

    Sets the price (K,) of a path of each class, infinite where no path is left, and by how much a path of each type
    (T,) costs more, infinite where its class has none.
    """
    types = b.size
    _, shares, mosts = cuts
    weight = np.zeros(SLACKS)
    value, share, size = 0.0, 0.0, 0.0
    for s in range(SLACKS):
        if slot[s] >= 0:
            weight[s] = tab[0, types + s]
            # Whatever rounding has made of it, any weight will do that can be reckoned with.
            if not 0.0 <= weight[s] <= _MOST_WEIGHT:
                weight[s] = 0.0
            most = room[slot[s]] if slot[s] < types else mosts[slot[s] - types]
            value += weight[s] * most
            # No coefficient is larger than one.
            size += weight[s] * (abs(most) + counts.sum())
            share += weight[s] * (1.0 if slot[s] < types else shares[slot[s] - types])
    costs(weight, slot, b, cuts, dear)
    price[:] = np.inf
    for t in range(types):
        price[klass[t]] = min(price[klass[t]], dear[t])
    # With large weights nearly all cancels out, and rounding must not prove what does not hold.
    value += _HAIR * size
    # Where the weights of v add up to nothing they say only whether there are such paths at all.
    by = 1.0 / share if share > TINY else 1.0
    for k in range(counts.size):
        if counts[k] > 0:
            value -= counts[k] * price[k]
            price[k] *= by
        else:
            price[k] = np.inf
    for t in range(types):
        dear[t] = dear[t] * by - price[klass[t]] if counts[klass[t]] > 0 else np.inf
    return value * by


@kernel
def rounded(tab, basis, slot, rows, times, klass, counts, cuts, count, rounds, work, flag):  # type: ignore[no-untyped-def]
    """Add cuts so many times, as long as they tell; returns rows, cuts, and the work."""
    last, done = tab.shape[1] - 1, 0
    b, room, level, due, begin = times
    for _ in range(rounds):
        before = tab[0, last]
        if before < 0.0 or is_set(flag):
            break
        rows = loosened(tab, basis, slot, rows, b.size)
        count = kept(slot, cuts, count, b.size)
        filled(tab, basis, rows, work)
        found = held_up(b, level, due, begin, cuts, count, work, tab[0, last])
        found = separated(tab, basis, slot, rows, b, room, klass, counts, cuts, found, work)
        if found == count:
            break
        count = found
        rows, more = settled(tab, basis, slot, rows, b, room, level, cuts, count, MOST_PIVOTS, work, flag)
        done += more
        if tab[0, last] > (1.0 - _LOWERED) * before:
            break
    return rows, count, done


@kernel
def relax(d, b, e, klass, counts, known, shares, mosts, rounds, flag):  # type: ignore[no-untyped-def]
    """Solve the program of the types that may end before a limit.

    Parameters
    ----------
    d, b, e : (T,) float64
        Time from the limit back to the release, never falling; link time, positive; ES time.
    klass : (T,) int64
    counts : (K,) int64
        All positive; no class is without a type.
    known, shares, mosts : (C, T), (C,), (C,) float64
        Cuts as `relax` returned them for these types and more: coefficients of the paths, of v in seconds, and the
        right-hand sides.
    rounds : int
        Times that cuts are added.

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
    known, shares, mosts
        The cuts that bind.
    """
    types, classes = b.size, counts.size
    scale = d[types - 1]
    times = rooms(d, b, e, scale)
    link, room, level, _, _ = times
    cuts = no_cuts(types)
    count = mosts.size
    cuts[0][:count], cuts[1][:count], cuts[2][:count] = known, shares * scale, mosts
    tab, basis, slot = tableau(types, classes)
    price, paths, dear = np.empty(classes), np.zeros(types), np.empty(types)
    rows = opened(link, room, klass, counts, tab, basis, slot)
    rows, _ = settled(tab, basis, slot, rows, link, room, level, cuts, count, MOST_PIVOTS, paths, flag)
    rows, count, _ = rounded(tab, basis, slot, rows, times, klass, counts, cuts, count, rounds, paths, flag)
    value = proven(tab, slot, link, room, klass, counts, cuts, price, dear)
    filled(tab, basis, rows, paths)
    rows = loosened(tab, basis, slot, rows, types)
    count = kept(slot, cuts, count, types)
    return (
        value * scale,
        price * scale,
        paths,
        dear * scale,
        cuts[0][:count].copy(),
        cuts[1][:count] / scale,
        cuts[2][:count].copy(),
    )
