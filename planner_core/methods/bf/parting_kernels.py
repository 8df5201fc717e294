"""Parts of all plans that may end before a limit, depth first, each with its linear program; compiled.

A part says how many paths of a class go by the types up to some deadline; the others are a class of their own from
there on. Each part's tableau goes on from that of the part it is of, with one more row, and without the types that its
program shows to be of no use. Cuts found for a part hold for all parts of it.
"""

from __future__ import annotations

import numpy as np

from planner_core.jit import kernel
from planner_core.methods.bf.cut_kernels import MOST_PIVOTS, proven, rooms, rounded
from planner_core.methods.bf.label_kernels import copied
from planner_core.methods.bf.order_kernels import ordered
from planner_core.methods.bf.rounding_kernels import held_up, kept, no_cuts
from planner_core.methods.bf.shrinking_kernels import compacted, retold
from planner_core.methods.bf.simplex_kernels import (
    filled,
    given,
    loosened,
    opened,
    settled,
    tableau,
)
from planner_core.methods.polling import is_set

__all__ = ["opened_whole", "parted"]

_FEW_PIVOTS = 50
"""Where a place to part a class is only tried."""

_HAIR = 1e-12
"""Of the latest deadline: what rounding may make of a cost."""

_CUT_UP = 1e-6
"""Paths: what is nearer to a whole number is whole."""

_UNIT = 250_000
"""Entries of tableaus that are written: so many are a unit of effort, some two tenths of a millisecond."""

_OVERHEAD = 0.3
"""Units of effort that each part costs besides."""

_MOST_HELD_UP = 20
"""Times that whole paths which fail for their order are looked at again with cuts that say so."""

_MOST_TURNS, _WORTHWHILE = 8, 0.1
"""Types are left out and cuts added again while more than this share of the types goes, at most so many times."""

_DRIFT = 1e-8
"""What rounding may make of v and of paths before a tableau is made anew."""

_MOST_ORDERS = 200
"""Cases that are distinguished for one way of all paths."""


@kernel
def _copy(tab, rows, more):  # type: ignore[no-untyped-def]
    """With room for so many more rows."""
    other = np.empty((tab.shape[0] + more, tab.shape[1]))
    for i in range(rows):
        for j in range(tab.shape[1]):
            other[i, j] = tab[i, j]
    return other


@kernel
def _place(tab, basis, slot, rows, b, room, level, klass, counts, cuts, count, tried, work, flag):  # type: ignore[no-untyped-def]
    """The type after which parting its class leaves least of v on both sides; -1 if all paths are whole.

    Of the types `tried` are, those first whose paths up to them are most cut up.
    """
    types, last = b.size, tab.shape[1] - 1
    score, number = np.full(types, -1.0), np.zeros(types)
    for i in range(1, rows):
        at = basis[i]
        if at >= types or abs(tab[i, last] - np.round(tab[i, last])) < _CUT_UP:
            continue
        k = klass[at]
        for q in range(1, rows):
            if basis[q] <= at and klass[basis[q]] == k:
                number[at] += tab[q, last]
        above = number[at] - np.floor(number[at])
        if min(above, 1.0 - above) < _CUT_UP:
            continue
        score[at] = min(above, 1.0 - above)
    least, chosen, done = np.inf, -1, 0
    part = np.empty(types)
    for _ in range(tried):
        at = int(score.argmax())
        if score[at] < 0.0 or is_set(flag):
            break
        score[at] = -1.0
        for t in range(types):
            part[t] = 1.0 if t <= at and klass[t] == klass[at] else 0.0
        open_still = 0.0
        for side in range(2):
            other, by, of = _copy(tab, rows, 0), basis.copy(), slot.copy()
            more = given(other, by, of, rows, part, np.floor(number[at]) + side)
            left = -1.0
            if more > 0:
                _, more = settled(other, by, of, more, b, room, level, cuts, count, _FEW_PIVOTS, work, flag)
                done += more
                left = other[0, last]
            # What is left takes the more parts the more it is, and that is more than in proportion.
            open_still += max(left, 0.0) ** 2
        if open_still < least:
            least, chosen = open_still, at
        if open_still == 0.0:
            break
    return chosen, done


@kernel
def _sequenced(paths, kind, number, b, e, d, sequence, flag):  # type: ignore[no-untyped-def]
    """Whether whole paths of each type (T,) meet all deadlines in some order, whether that is known, and the cases.

    If so `sequence` (P,) is set to their types in that order. `kind` (T,) is the class of each type, `number` (K,) how
    many paths each has: where rounding has got the better of the tableau they are others, which tell nothing.
    """
    left = number.copy()
    for t in range(b.size):
        if not -0.5 < paths[t] < sequence.size + 0.5:
            return False, False, 0
        left[kind[t]] -= int(np.round(paths[t]))
    if (left != 0).any():
        return False, False, 0
    own = np.empty(sequence.size, np.int64)
    count = 0
    for t in range(b.size):
        for _ in range(int(np.round(paths[t]))):
            own[count] = t
            count += 1
    found, known, order, cases = ordered(b[own], e[own], d[own], _MOST_ORDERS, flag)
    if found:
        copied(own[order], sequence)
    return found, known, cases


@kernel
def _widest(d, klass, counts, price):  # type: ignore[no-untyped-def]
    """The type up to which a class that has later ones promises most to be parted; -1 if none has."""
    before = np.full(counts.size, -1)
    most, at = -1.0, -1
    for t in range(d.size):
        k = klass[t]
        if counts[k] == 0:
            continue
        # Whatever the price, there is none only if no class has two types.
        if before[k] >= 0 and (at < 0 or price[k] * (d[t] - d[before[k]]) > most):
            most, at = price[k] * (d[t] - d[before[k]]), before[k]
        before[k] = t
    return at


@kernel
def opened_whole(d, b, e, klass, counts, known, shares, mosts, rounds, flag):  # type: ignore[no-untyped-def]
    """The whole as a part: tableau, what its rows are solved for, limits of the slacks, rows; types, their class, paths
    of each class, rooms; and cuts."""
    scale = d[b.size - 1]
    times = rooms(d, b, e, scale)
    link, room, level, _, _ = times
    cuts = no_cuts(b.size)
    count = mosts.size
    cuts[0][:count], cuts[1][:count], cuts[2][:count] = known, shares * scale, mosts
    tab, basis, slot = tableau(b.size, counts.size)
    work = np.empty(b.size)
    rows = opened(link, room, klass, counts, tab, basis, slot)
    rows, _ = settled(tab, basis, slot, rows, link, room, level, cuts, count, MOST_PIVOTS, work, flag)
    rows, count, _ = rounded(tab, basis, slot, rows, times, klass, counts, cuts, count, rounds, work, flag)
    few = cuts[0][:count].copy(), cuts[1][:count].copy(), cuts[2][:count].copy()
    return tab, basis, slot, rows, np.arange(b.size), klass.copy(), counts.copy(), room, few


@kernel
def _has_drifted(tab, basis, rows, kind, number, value):  # type: ignore[no-untyped-def]
    """Whether a tableau no longer says what its weights prove, or has not all paths of each class."""
    last = tab.shape[1] - 1
    if not abs(tab[0, last] - value) <= _DRIFT:
        return True
    left = number.astype(np.float64)
    for i in range(1, rows):
        if basis[i] < kind.size:
            left[kind[basis[i]]] -= tab[i, last]
    return not np.abs(left).max() <= _DRIFT


@kernel
def _renewed(own, kind, number, room, cuts, count, d, b, e, scale, flag):  # type: ignore[no-untyped-def]
    """A part's tableau made anew: tableau, what its rows are solved for, limits of the slacks, rows; and the work."""
    tab, basis, slot = tableau(own.size, number.size)
    link, _, level, _, _ = rooms(d[own], b[own], e[own], scale)
    rows = opened(link, room, kind, number, tab, basis, slot)
    rows, done = settled(
        tab, basis, slot, rows, link, room, level, cuts, count, MOST_PIVOTS, np.empty(own.size), flag
    )
    return tab, basis, slot, rows, done


@kernel
def _tightened(node, d, b, e, scale, later, flag):  # type: ignore[no-untyped-def]
    """A part without the types that its program shows to be of no use, and with cuts of its own, again and again.

    Returns it, with room for more cuts, how many there are, whether it is refuted, and the work.
    """
    tab, basis, slot, rows, own, kind, number, room, few = node
    count = few[2].size
    cuts = no_cuts(own.size)
    cuts[0][:count], cuts[1][:count], cuts[2][:count] = few
    price, dear, work = np.empty(number.size), np.empty(own.size), np.empty(own.size)
    effort, refuted = 0, False
    for turn in range(_MOST_TURNS):
        value = proven(tab, slot, b[own] / scale, room, kind, number, cuts, price, dear)
        if value >= 0.0 and _has_drifted(tab, basis, rows, kind, number, value):
            tab, basis, slot, rows, done = _renewed(
                own, kind, number, room, cuts, count, d, b, e, scale, flag
            )
            effort += done
            value = proven(tab, slot, b[own] / scale, room, kind, number, cuts, price, dear)
        if value < 0.0:
            refuted = True
            break
        live = ~(dear > value + _HAIR)
        dead = live.size - np.count_nonzero(live)
        if turn > 0 and dead <= _WORTHWHILE * live.size:
            break
        if dead > 0:
            tab, basis, rows, cuts, count = compacted(
                tab, basis, slot, rows, live, b[own] / scale, room, cuts, count
            )
            own, kind, old = own[live], kind[live], room[live]
            dear, work = np.empty(own.size), np.empty(own.size)
            times = rooms(d[own], b[own], e[own], scale)
            link, room, level, _, _ = times
            retold(tab, slot, rows, old, room)
            rows, done = settled(
                tab, basis, slot, rows, link, room, level, cuts, count, MOST_PIVOTS, work, flag
            )
            effort += done
        times = rooms(d[own], b[own], e[own], scale)
        room = times[1]
        rows, count, done = rounded(
            tab, basis, slot, rows, times, kind, number, cuts, count, later, work, flag
        )
        effort += done
    return (tab, basis, slot, rows, own, kind, number, room, cuts), count, refuted, effort


@kernel
def _with_early(node, level, link, count, part, at, early, flag):  # type: ignore[no-untyped-def]
    """A part of a part: just `early` paths are of the types whose `part` (T,) is 1, those of `at`'s class up to it.

    Returns it, a bound on its v, and the work.
    """
    tab, basis, slot, rows, own, kind, number, room, cuts = node
    other, by, of = _copy(tab, rows, 1), np.append(basis, -1), slot.copy()
    k = kind[at]
    parts_kind, parts_number = kind.copy(), np.append(number, number[k] - early)
    parts_number[k] = early
    for t in range(at + 1, own.size):
        if kind[t] == k:
            parts_kind[t] = number.size
    work = np.empty(own.size)
    done = 0
    more = given(other, by, of, rows, part, float(early))
    if more > 0:
        more, done = settled(other, by, of, more, link, room, level, cuts, count, MOST_PIVOTS, work, flag)
    price, dear = np.empty(parts_number.size), np.empty(own.size)
    value = proven(other, of, link, room, parts_kind, parts_number, cuts, price, dear)
    few = cuts[0][:count].copy(), cuts[1][:count].copy(), cuts[2][:count].copy()
    return (other, by, of, max(more, 1), own, parts_kind, parts_number, room, few), value, done


@kernel
def _refutes(node, link, number):  # type: ignore[no-untyped-def]
    """Whether a part's weights refute that its classes have other numbers (K,) of paths, too."""
    tab, _, slot, _, own, kind, _, room, few = node
    price, dear = np.empty(number.size), np.empty(own.size)
    return proven(tab, slot, link, room, kind, number, few, price, dear) < 0.0


@kernel
def _side(node, level, link, count, part, at, early, step, flag):  # type: ignore[no-untyped-def]
    """The parts with `early` paths, see `_with_early`, `early + step`, and so on; bounds on their v; and the work.

    What refutes one number refutes, if also the last, all between: with the same weights a bound is linear in it. It is
    not concluded from the tableau that the rest is so, however likely that is: rounding may have got the better of it.
    """
    kind, number = node[5], node[6]
    k = kind[at]
    nodes, values, effort = [node for _ in range(0)], [0.0 for _ in range(0)], 0
    while 0 <= early <= number[k] and not is_set(flag):
        other, value, done = _with_early(node, level, link, count, part, at, early, flag)
        effort += done
        if not value < 0.0:
            nodes.append(other)
            values.append(value)
        else:
            last = other[6].copy()
            last[k] = 0 if step < 0 else number[k]
            last[number.size] = number[k] - last[k]
            if _refutes(other, link, last):
                break
        early += step
    return nodes, values, effort


@kernel
def parted(node, d, b, e, paths_in_all, later, tried, most, flag):  # type: ignore[no-untyped-def]
    """Look for a plan in a part, by parts of it, until an effort is spent.

    Parameters
    ----------
    node
        The part, as `opened_whole` and this return it; it is written over.
    d, b, e : (T,)
        Of all types.
    paths_in_all : int
        P, of all classes together.
    later : int
        Times that cuts are added in each part.
    tried : int
        Places to part a class that are tried on both sides.
    most : float
        Effort, in units of some two tenths of a millisecond.

    Returns
    -------
    found : bool
    sequence : (P,) int64
        If found, types from the last path of a plan to the first.
    told : bool
        Whether there is none in the parts that are settled.
    effort : float
        What was spent.
    nodes : list
        Parts that are not settled yet, the one to be looked at first last.
    weights : list of float
        Share of `node` of each of them: that of a part is shared out evenly among the parts of it.
    """
    scale = d[d.size - 1]
    sequence = np.full(paths_in_all, -1)
    nodes = [node]
    weights = [1.0]
    told = True
    effort = 0.0
    while len(nodes) > 0 and effort < most and not is_set(flag):
        node, weight = nodes.pop(), weights.pop()
        effort += _OVERHEAD + 4 * node[0].size / _UNIT
        node, count, refuted, done = _tightened(node, d, b, e, scale, later, flag)
        effort += done / _UNIT
        if refuted or is_set(flag):
            continue
        tab, basis, slot, rows, own, kind, number, room, cuts = node
        link, room, level, due, begin = rooms(d[own], b[own], e[own], scale)
        price, dear, paths, work = (
            np.empty(number.size),
            np.empty(own.size),
            np.empty(own.size),
            np.empty(own.size),
        )
        at, sure = -1, False
        for turn in range(_MOST_HELD_UP):
            if proven(tab, slot, link, room, kind, number, cuts, price, dear) < 0.0:
                refuted = True
                break
            filled(tab, basis, rows, paths)
            at, done = _place(
                tab, basis, slot, rows, link, room, level, kind, number, cuts, count, tried, work, flag
            )
            effort += done / _UNIT
            if at >= 0 or is_set(flag):
                break
            if turn == 0:
                rows = loosened(tab, basis, slot, rows, own.size)
                count = kept(slot, cuts, count, own.size)
            more = held_up(link, level, due, begin, cuts, count, paths, tab[0, tab.shape[1] - 1])
            if more == count:
                found, sure, cases = _sequenced(paths, kind, number, b[own], e[own], d[own], sequence, flag)
                if found:
                    return True, own[sequence], told, effort, nodes, weights
                effort += cases * sequence.size**2 / _UNIT
                break
            count = more
            rows, done = settled(
                tab, basis, slot, rows, link, room, level, cuts, count, MOST_PIVOTS, work, flag
            )
            effort += done / _UNIT
        if refuted or is_set(flag):
            continue
        if at < 0:
            at = _widest(d[own], kind, number, price)
        if at < 0:
            # One way is left: the order alone decides.
            told = told and sure
            continue
        k = kind[at]
        part, middle = np.zeros(own.size), 0.0
        for t in range(at + 1):
            if kind[t] == k:
                part[t] = 1.0
                middle += paths[t]
        rows = loosened(tab, basis, slot, rows, own.size)
        count = kept(slot, cuts, count, own.size)
        node = tab, basis, slot, rows, own, kind, number, room, cuts
        first, values = len(nodes), [0.0 for _ in range(0)]
        # Rounding may have made it anything, and wherever one begins all numbers are looked at.
        middle = np.floor(middle + 1e-9)
        if not 0.0 <= middle <= number[k]:
            middle = 0.0
        for step in range(-1, 2, 2):
            early = int(middle) + (1 if step > 0 else 0)
            others, theirs, done = _side(node, level, link, count, part, at, early, step, flag)
            effort += done / _UNIT
            for i in range(len(others)):
                place = 0
                while place < len(values) and values[place] < theirs[i]:
                    place += 1
                values.insert(place, theirs[i])
                nodes.insert(first + place, others[i])
        for _ in values:
            weights.append(weight / len(values))
    return False, sequence, told and not is_set(flag), effort, nodes, weights
