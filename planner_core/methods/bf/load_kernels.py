"""Compiled loops of `loads`; they release the GIL and poll a flag."""

from __future__ import annotations

import numpy as np

from planner_core.jit import kernel
from planner_core.methods.bf.bound_kernels import ranked, rerank, weigh_all, weigh_others
from planner_core.methods.bf.label_kernels import (
    copied,
    in_groups,
    is_last_of_class,
    most_promising,
    none_left,
    noted,
    salts,
    same_group,
)
from planner_core.methods.polling import is_set

__all__ = ["reduce_labels", "walk_loads"]

_ENDED = -2
"""Instead of a type set aside: it has followed, and no more paths will be sent."""


@kernel
def _undominated(left, aside, x, y, z, key, count, flag):  # type: ignore[no-untyped-def]
    """Indices of the labels that no other of the same paths left, and path set aside, beats in all three moments.

    Within a group, by rising x, a staircase keeps the least z for every y met so far.
    """
    order = in_groups(key, x, y, z, count, flag)
    keep = np.empty(count, np.int64)
    stair_y, stair_z = np.empty(count + 1), np.empty(count + 1)
    kept = stairs = 0
    for r in range(count):
        if is_set(flag):
            return keep[:0]
        i = order[r]
        if not same_group(order, r, key, left) or aside[i] != aside[order[r - 1]]:
            stairs = 0
        low, high = 0, stairs
        while low < high:
            middle = (low + high) // 2
            if stair_y[middle] <= y[i]:
                low = middle + 1
            else:
                high = middle
        if low > 0 and stair_z[low - 1] <= z[i]:
            continue
        stop = low
        while stop < stairs and stair_z[stop] >= z[i]:
            stop += 1
        if stop == low:
            for s in range(stairs, low, -1):
                stair_y[s], stair_z[s] = stair_y[s - 1], stair_z[s - 1]
            stairs += 1
        elif stop > low + 1:
            for s in range(stop, stairs):
                stair_y[s - (stop - low - 1)], stair_z[s - (stop - low - 1)] = stair_y[s], stair_z[s]
            stairs -= stop - low - 1
        stair_y[low], stair_z[low] = y[i], z[i]
        keep[kept] = i
        kept += 1
    return keep[:kept]


@kernel
def reduce_labels(left, aside, x, y, z, key, lower, count, width, flag):  # type: ignore[no-untyped-def]
    """Indices, rising, of at most `width` undominated labels, and the least bound among those cut off for width."""
    keep = _undominated(left, aside, x, y, z, key, count, flag)
    return most_promising(keep, lower, width, flag)


@kernel
def walk_loads(  # type: ignore[no-untyped-def]
    counts, klass, a, lag, b, c, tail, begin, follows, sent, last_sent, coupled, reach, weights, phi, extra, own,
    limit, width, flag,
):  # fmt: skip
    """Walk the types once; see `loads`.

    Parameters
    ----------
    a, lag, b, c : (T,) float64
        Time on the first machine, between the two, on the second, and on the third, which is but a load.
    tail : (T,) float64
        What follows the second machine if the path is the last there.
    begin : (3,) float64
        Moments at which the machines begin.
    follows : float
        What follows the load.
    sent : int
        From this type on nothing goes to the second machine.
    last_sent : bool
        One path is set aside to be the last on the second machine; only plans that use it are looked for.
    coupled : int
        Paths of the types up to this one reach the second machine by way of the third.
    reach : (T,) float64
        Until when at most the second machine can be said to wait for that.
    weights : (F, 3) float64
    phi, extra : (T + 1, K, F) float64
        Least weighted work of a path, and what the last one adds to its own at least.
    own : (F, T) float64
        Weighted work of a path that is the last, and what it adds.

    Returns
    -------
    found, bound, types, complete
        As of `flow_kernels.walk_types`.
    """
    classes, total, types, forms = counts.size, counts.sum(), klass.size, weights.shape[0]
    room = max(4 * width, 8192)
    left, old_left = np.empty((room, classes), np.int32), np.empty((room, classes), np.int32)
    aside, old_aside = np.empty(room, np.int64), np.empty(room, np.int64)
    x, y, z, lower = np.empty(room), np.empty(room), np.empty(room), np.empty(room)
    old_x, old_y, old_z = np.empty(room), np.empty(room), np.empty(room)
    node, many, key = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    kind, old_node, old_key = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    salt = salts(classes)
    # A node is one decision of a kept label: its parent node, type and count; count 0 sets one aside.
    tree = np.empty((4096, 3), np.int64)
    nodes, old = np.int64(0), 1
    for k in range(classes):
        old_left[0, k] = counts[k]
    old_aside[0], old_node[0] = -1 if last_sent else _ENDED, -1
    old_x[0], old_y[0], old_z[0] = begin[0], begin[1], begin[2]
    old_key[0] = (counts * salt).sum()
    best_end, best_node, bound, floor = limit, -1, np.inf, 0.0
    base, old_base = np.empty((room, forms)), np.empty((room, forms))
    others, more = np.empty(forms), np.empty(forms)
    order = ranked(extra[0])
    copied(weigh_all(counts, phi[0]), old_base[0])
    for t in range(types + 1):
        if last_sent and t == sent:
            # All that are sent have been walked: the one set aside follows them.
            kept = 0
            for i in range(old):
                s = old_aside[i]
                if s < 0:
                    continue
                now = old_x[i] + a[s]
                end = max(old_y[i], now + lag[s]) + b[s] + tail[s]
                if end >= best_end:
                    continue
                copied(old_left[i], old_left[kept])
                copied(old_base[i], old_base[kept])
                old_aside[kept], old_x[kept], old_y[kept] = _ENDED, now, end
                old_z[kept], old_node[kept], old_key[kept] = old_z[i] + c[s], old_node[i], old_key[i]
                kept += 1
            old = kept
            kept = 0
            for i in range(old):
                end = max(old_x[i], max(old_y[i], old_z[i] + follows))
                if end < best_end and none_left(old_left, i):
                    best_end, best_node = end, old_node[i]
        if t == types:
            break
        k = klass[t]
        final = is_last_of_class(klass, t)
        rerank(order, k, extra[t + 1])
        count = np.int64(0)
        for i in range(old):
            if is_set(flag):
                break
            have = old_left[i, k]
            if not weigh_others(old_left[i], k, old_base[i], phi[t, k], extra[t + 1], order, others, more):
                more[:] = np.inf
            for reserve in range(2 if old_aside[i] == -1 and t < sent and have > 0 else 1):
                last = t if reserve == 1 else old_aside[i]
                free = have - reserve
                for u in range(free if final else 0, free + 1):
                    now, after = old_x[i], old_y[i]
                    third = old_z[i] + u * c[t]
                    if u > 0:
                        end = now + u * a[t]
                        if t < coupled:
                            # None is shorter there than on the third, so only the first one waits.
                            after = max(max(after, end + lag[t]), min(old_z[i] + c[t], reach[t])) + u * b[t]
                        elif t < sent:
                            after = max(max(after, now + a[t] + lag[t]) + u * b[t], end + lag[t] + b[t])
                        now = end
                    value = max(now, max(after, third + follows))
                    if last >= 0:
                        value = max(value, now + a[last] + lag[last] + b[last] + tail[last])
                    if value >= best_end:
                        break
                    rest = free - u
                    for f in range(forms):
                        trial = others[f] + weights[f, 0] * now + weights[f, 1] * after
                        trial += weights[f, 2] * (third + follows)
                        add = more[f]
                        if rest > 0:
                            trial += rest * phi[t + 1, k, f]
                            add = min(add, extra[t + 1, k, f])
                        if last >= 0:
                            trial += own[f, last]
                        elif add < np.inf and not (last_sent and last == _ENDED):
                            trial += add
                        elif last == -1:
                            trial = np.inf  # nobody is left to be the last
                        value = max(value, trial)
                        if value >= best_end:
                            break
                    if value >= best_end:
                        continue
                    if count == room:
                        keep, cut = reduce_labels(left, aside, x, y, z, key, lower, count, width, flag)
                        bound = min(bound, cut)
                        count = keep.size
                        for r in range(count):
                            j = keep[r]
                            if j != r:
                                copied(left[j], left[r])
                                copied(base[j], base[r])
                                aside[r], x[r], y[r], z[r] = aside[j], x[j], y[j], z[j]
                                key[r], lower[r], node[r] = key[j], lower[j], node[j]
                                kind[r], many[r] = kind[j], many[j]
                    copied(old_left[i], left[count])
                    left[count, k] = rest
                    for f in range(forms):
                        base[count, f] = others[f] + (rest * phi[t + 1, k, f] if rest > 0 else 0.0)
                    aside[count], x[count], y[count], z[count] = last, now, after, third
                    key[count] = old_key[i] - (have - rest) * salt[k]
                    lower[count], node[count], kind[count], many[count] = value, old_node[i], reserve, u
                    count += 1
        if is_set(flag):
            break
        keep, cut = reduce_labels(left, aside, x, y, z, key, lower, count, width, flag)
        if is_set(flag):
            break
        bound = min(bound, cut)
        floor = np.inf
        old = 0
        for r in range(keep.size):
            i = keep[r]
            floor = min(floor, lower[i])
            at = node[i]
            for what in range(2):
                if (what == 0 and kind[i] == 1) or (what == 1 and many[i] > 0):
                    tree = noted(tree, nodes, at, t, 0 if what == 0 else many[i])
                    at = nodes
                    nodes += 1
            if aside[i] == _ENDED and none_left(left, i):
                if lower[i] < best_end:
                    best_end, best_node = lower[i], at
                continue
            copied(left[i], old_left[old])
            copied(base[i], old_base[old])
            old_aside[old], old_x[old], old_y[old], old_z[old] = aside[i], x[i], y[i], z[i]
            old_node[old], old_key[old] = at, key[i]
            old += 1
        if old == 0:
            break
    stopped = is_set(flag)
    if stopped:
        bound = min(bound, floor)  # what the labels of the last whole step prove
    return (
        best_node >= 0,
        min(bound, best_end),
        _sequence(tree, best_node, total, sent),
        bound == np.inf,
    )


@kernel
def _sequence(tree, leaf, total, sent):  # type: ignore[no-untyped-def]
    """Types in order, the one set aside between those sent and those not."""
    sequence = np.empty(total, np.int64)
    place, set_aside = total, -1
    at = leaf
    while at >= 0:
        if tree[at, 2] == 0:
            set_aside = tree[at, 1]
        at = tree[at, 0]
    at = leaf
    while at >= 0:
        if set_aside >= 0 and tree[at, 1] < sent:
            place -= 1
            sequence[place] = set_aside
            set_aside = -1
        for _ in range(tree[at, 2]):
            place -= 1
            sequence[place] = tree[at, 1]
        at = tree[at, 0]
    return sequence
