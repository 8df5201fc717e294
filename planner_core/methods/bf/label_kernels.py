"""What the labels of all walks share; compiled.

A label stands for paths that are placed; `left` (n, classes) says how many of each class are not. Its decisions are a
chain of nodes in a tree: (parent or next node, type, count).
"""

from __future__ import annotations

import numpy as np

from planner_core.jit import kernel, vectorised
from planner_core.methods.polling import is_set

__all__ = [
    "copied",
    "in_groups",
    "is_last_of_class",
    "most_promising",
    "none_left",
    "noted",
    "packed",
    "place_of",
    "salts",
    "same_group",
    "same_left",
    "sorted_by",
    "unrolled",
]

_RUN = 16
"""Stretches of this length are sorted by insertion first."""


@vectorised
def copied(source, target):  # type: ignore[no-untyped-def]
    """Copy a row; an assignment to all of it asks whether the two overlap and goes entry by entry."""
    for i in range(target.size):
        target[i] = source[i]


@kernel
def salts(classes):  # type: ignore[no-untyped-def]
    """(classes,) random words: labels whose paths left have the same sum of them most likely have the same."""
    salt = np.empty(classes, np.int64)
    seed = np.int64(88172645463325252)
    for k in range(classes):
        seed ^= seed << np.int64(13)
        seed ^= seed >> np.int64(7)
        seed ^= seed << np.int64(17)
        salt[k] = seed
    return salt


@kernel
def same_left(left, i, j):  # type: ignore[no-untyped-def]
    """Whether two labels have the same paths left."""
    same = True
    for k in range(left.shape[1]):
        if left[i, k] != left[j, k]:
            same = False
            break
    return same


@kernel
def same_group(order, r, key, left):  # type: ignore[no-untyped-def]
    """Whether the label in place r of `order`, from `in_groups`, has the same paths left as the one before it."""
    return r > 0 and key[order[r]] == key[order[r - 1]] and same_left(left, order[r], order[r - 1])


@kernel
def none_left(left, i):  # type: ignore[no-untyped-def]
    """Whether a label has placed every path."""
    none = True
    for k in range(left.shape[1]):
        if left[i, k] > 0:
            none = False
            break
    return none


@kernel
def is_last_of_class(klass, t):  # type: ignore[no-untyped-def]
    """Whether no type behind t is of its class."""
    last = True
    for s in range(t + 1, klass.size):
        if klass[s] == klass[t]:
            last = False
            break
    return last


@kernel
def sorted_by(chosen, values, flag):  # type: ignore[no-untyped-def]
    """Indices `chosen` by rising value, those of equal value in the order given; a merge sort that polls `flag`.

    A sort of numba's own is not to be stopped, and among half a million labels it takes some tenths of a second. When
    the flag is set the order is none; whoever calls must look at the flag next.
    """
    count = chosen.size
    order, key = chosen.copy(), values[chosen]
    other_order, other_key = np.empty_like(order), np.empty_like(key)
    for begin in range(0, count, _RUN):
        end = min(count, begin + _RUN)
        for i in range(begin + 1, end):
            own, at = key[i], order[i]
            j = i
            while j > begin and key[j - 1] > own:
                key[j], order[j] = key[j - 1], order[j - 1]
                j -= 1
            key[j], order[j] = own, at
    length = _RUN
    while length < count:
        for begin in range(0, count, 2 * length):
            if is_set(flag):
                return order
            middle, end = min(count, begin + length), min(count, begin + 2 * length)
            i, j = begin, middle
            for r in range(begin, end):
                if i < middle and (j >= end or key[i] <= key[j]):
                    other_key[r], other_order[r] = key[i], order[i]
                    i += 1
                else:
                    other_key[r], other_order[r] = key[j], order[j]
                    j += 1
        order, other_order = other_order, order
        key, other_key = other_key, key
        length *= 2
    return order


@kernel
def _first_of(key, count):  # type: ignore[no-untyped-def]
    """(count,) number of each label's group, and how many there are; groups are numbered as they come."""
    bits = 4
    while (1 << bits) < 2 * count:
        bits += 1
    mask = (1 << bits) - 1
    slots, group = np.full(1 << bits, -1, np.int64), np.empty(count, np.int64)
    heads, groups = np.empty(count, np.int64), 0
    for i in range(count):
        at = (key[i] ^ (key[i] >> 32)) & mask
        while slots[at] >= 0 and key[heads[slots[at]]] != key[i]:
            at = (at + 1) & mask
        if slots[at] < 0:
            slots[at] = groups
            heads[groups] = i
            groups += 1
        group[i] = slots[at]
    return group, groups


@kernel
def in_groups(key, x, y, z, count, flag):  # type: ignore[no-untyped-def]
    """Indices 0 .. count - 1, those of one key together and by rising x, y and z; keys in the order they come in.

    Polls as `sorted_by`.
    """
    group, groups = _first_of(key, count)
    begin = np.zeros(groups + 1, np.int64)
    for i in range(count):
        begin[group[i] + 1] += 1
    for g in range(groups):
        begin[g + 1] += begin[g]
    order, place = np.empty(count, np.int64), begin[:groups].copy()
    for i in range(count):
        order[place[group[i]]] = i
        place[group[i]] += 1
    for g in range(groups):
        first, end = begin[g], begin[g + 1]
        if end - first > _RUN:
            ranked = sorted_by(order[first:end].copy(), z, flag)
            ranked = sorted_by(ranked, y, flag)
            order[first:end] = sorted_by(ranked, x, flag)
            if is_set(flag):
                return order
            continue
        for i in range(first + 1, end):
            own = order[i]
            j = i
            while j > first:
                other = order[j - 1]
                if x[other] < x[own]:
                    break
                if x[other] == x[own]:
                    if y[other] < y[own]:
                        break
                    if y[other] == y[own] and z[other] <= z[own]:
                        break
                order[j] = other
                j -= 1
            order[j] = own
    return order


@kernel
def most_promising(keep, lower, width, flag):  # type: ignore[no-untyped-def]
    """Indices, rising, of at most `width` labels of least bound, and the least bound among those cut off.

    Of equal bounds those that come first in `keep` stay. Nothing of it holds when the flag is set.
    """
    lost, ties, size = np.inf, 0, np.int64(0)
    if keep.size > width:
        bounds = lower[keep]
        lost = np.partition(bounds, width)[width]
        ties = width
        for value in bounds:
            if value < lost:
                ties -= 1
    for i in keep:
        size = max(size, i + 1)
    chosen, count = np.zeros(size, np.bool_), 0
    if is_set(flag):
        return keep[:0], lost
    for i in keep:
        if keep.size > width and lower[i] >= lost:
            if lower[i] > lost or ties == 0:
                continue
            ties -= 1
        chosen[i] = True
        count += 1
    rising = np.empty(count, np.int64)
    count = 0
    for i in range(size):
        if chosen[i]:
            rising[count] = i
            count += 1
    return rising, lost


@kernel
def noted(tree, nodes, parent, kind, count):  # type: ignore[no-untyped-def]
    """Return the tree with one more node behind its `nodes`: itself, or a larger copy if they fill it."""
    if nodes == tree.shape[0]:
        grown = np.empty((2 * nodes, 3), np.int64)
        for i in range(nodes):
            copied(tree[i], grown[i])
        tree = grown
    tree[nodes, 0], tree[nodes, 1], tree[nodes, 2] = parent, kind, count
    return tree


@kernel
def unrolled(tree, node, total):  # type: ignore[no-untyped-def]
    """(total,) types along the chain from `node` on; where it is -1 the entries say nothing."""
    sequence = np.empty(total, np.int64)
    place = 0
    while node >= 0:
        for _ in range(tree[node, 2]):
            sequence[place] = tree[node, 1]
            place += 1
        node = tree[node, 0]
    return sequence


@kernel
def place_of(row, key, none, left, keys, slot, mark, stamp):  # type: ignore[no-untyped-def]
    """Slot of the label with these paths left, or a free one; and the label's index, `none` if there is none."""
    mask = slot.size - 1
    at = np.int64((key ^ (key >> np.int64(29))) & mask)
    while mark[at] == stamp:
        j = slot[at]
        if keys[j] == key:
            same = True
            for c in range(row.size):
                if left[j, c] != row[c]:
                    same = False
                    break
            if same:
                return at, j
        at = (at + 1) & mask
    return at, none


@kernel
def packed(slack, left, load, need, node, keys, alive, rest, count, width, slot, mark, stamp):  # type: ignore[no-untyped-def]
    """Close the gaps that dead labels leave, keep the `width` labels with the most slack, and hash them anew.

    `slack` (n,) is only looked at where there are more.
    """
    live = 0
    for i in range(count):
        live += alive[i]
    spare, least = live, slack[0]
    if live > width:
        own, n = np.empty(live, slack.dtype), 0
        for i in range(count):
            if alive[i]:
                own[n] = slack[i]
                n += 1
        least = np.sort(own)[live - width]
        spare = width
        for i in range(live):
            if own[i] > least:
                spare -= 1
    kept = 0
    for i in range(count):
        if not alive[i]:
            continue
        if live > width:
            if slack[i] < least or (slack[i] == least and spare <= 0):
                continue
            if slack[i] == least:
                spare -= 1
        if i != kept:
            copied(left[i], left[kept])
            load[kept], need[kept], node[kept] = load[i], need[i], node[i]
            keys[kept], rest[kept], alive[kept] = keys[i], rest[i], True
        kept += 1
    for i in range(kept):
        place, _ = place_of(left[i], keys[i], -1, left, keys, slot, mark, stamp)
        slot[place], mark[place] = i, stamp
    return kept
