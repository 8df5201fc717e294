"""A walk over the types of `deadline` in the order of the plan, from its first path on; compiled.

`deadline_kernels.walk` goes from the last path to the first. The last paths are those that are sent when the device is
nearly done with them: short transfers, of which very many choices are as good as one another. From the front the long
ones come first, and once they are chosen little is left, so this one has but a small part of the labels.

It answers a relaxed question. Of ES times only the last path's own counts; all others wait for the least among the
types due as late, so that by falling deadline, the order of the walk, is a best order. Whether what it finds is a plan
is for others to say; where it finds none there is none.

Seen from the limit a label is a stretch of the link that the paths still left must fit into, with their ES times and
deadlines: it ends at the label's room, in seconds from the limit.
"""

from __future__ import annotations

import numpy as np

from planner_core.jit import kernel, vectorised
from planner_core.methods.bf.exchange_kernels import easiness, outdone
from planner_core.methods.bf.label_kernels import copied, noted, packed, place_of, salts, unrolled
from planner_core.methods.bf.price_kernels import piece, pieces
from planner_core.methods.polling import is_set

__all__ = ["walk_onward"]

_GROWTH = 1.5
"""Labels are compared once there are so many times as many as the last comparison left."""

_ROUND = 1e-12
"""Of the latest deadline: what sums of times, in another order, may be off by."""


@vectorised
def _add(source, target, deadline, begin, time, gain):  # type: ignore[no-untyped-def]
    """Lower `target` (Q,) to the load after one more of `time`, which earns `gain`, on what `source` has."""
    ahead, behind = source[: source.size - gain], target[gain:]
    for q in range(ahead.size):
        v = max(ahead[q], begin) + time
        v = v if v <= deadline else np.inf
        behind[q] = min(v, behind[q])


@kernel
def _earliest_loads(klass, d, b, begin, counts, profit, last, flag):  # type: ignore[no-untyped-def]
    """(T + 1, Q + 1) least load at which a last path and others by types 0 .. t - 1 have earned just q.

    As many of each type as its class has paths; where it is the only type of the class, all of them, but for one that
    may be the last path. Once the flag is set nothing of it holds.
    """
    types, worth = klass.size, 0
    own = np.zeros(counts.size, np.int64)
    for t in range(types):
        own[klass[t]] += 1
    for k in range(counts.size):
        worth += counts[k] * profit[k]
    table, spare = np.full((types + 1, worth + 1), np.inf), np.empty(worth + 1)
    for k in range(counts.size):
        table[0, profit[k]] = min(table[0, profit[k]], last[k])
    for t in range(types):
        if is_set(flag):
            break
        k = klass[t]
        source, target = table[t], table[t + 1]
        if own[k] == 1:
            for paths in range(max(counts[k] - 1, 1), counts[k] + 1):
                _add(source, target, d[t], begin[t], paths * b[t], paths * profit[k])
            if counts[k] == 1:
                for q in range(worth + 1):
                    target[q] = min(target[q], source[q])
            continue
        copied(source, target)
        for i in range(pieces(counts[k])):
            more = piece(counts[k], i)
            copied(target, spare)
            _add(spare, target, d[t], begin[t], more * b[t], more * profit[k])
    return table


@kernel
def _may_be_left(row, k, passed):  # type: ignore[no-untyped-def]
    """Whether a path of class k, of which there is no further type, may be the last: no other is to be so already."""
    may = True
    for c in range(row.size):
        if passed[c] and c != k and row[c] > 0:
            may = False
            break
    return may


@kernel
def walk_onward(  # type: ignore[no-untyped-def]
    klass, d, b, begin, counts, profit, last, last_type, width, strict, few, flag
):
    """Walk the types by falling deadline, looking for paths that meet all; see `deadline`.

    Of labels with the same paths left that of most room is kept; `exchange_kernels` compares the others.

    Parameters
    ----------
    klass, d, b : (T,)
        By rising d.
    begin : (T,) float64
        Time from the limit by which a path may end that is not the last, never falling.
    counts : (K,) int64
    profit : (K,) int64
        What a path of each class is worth; any will do, and with good ones there are few labels.
    last, last_type : (K,)
        Time from the limit to the begin of the last path's transfer, if it is of the class, and its type.
    width : int
        Labels a type, at most.
    strict : bool
        Give up where labels have to be cut off.
    few : int
        Labels that are not worth comparing.

    Returns
    -------
    found : bool
    types : (P,) int64
        If found, the types in the order of the plan; the best there are of the labels that were kept.
    earlier : float
        By how much these seem to end before the limit, 0 if there are none: that the last path is due earlier, too, and
        that no path may begin earlier, is not looked at.
    complete : bool
        Whether nothing was cut off: if so, none ends earlier.
    """
    classes, types, total = counts.size, klass.size, counts.sum()
    final = np.zeros(types, np.bool_)
    seen = np.zeros(classes, np.bool_)
    for t in range(types):
        if not seen[klass[t]]:
            final[t] = True
            seen[klass[t]] = True
    table = _earliest_loads(klass, d, b, begin, counts, profit, last, flag)
    hair = _ROUND * d[types - 1]
    salt = salts(classes)
    room = max(4 * width, 4096)
    size = 8192
    while size < 2 * room:
        size *= 2
    slot, mark, stamp = np.empty(size, np.int64), np.zeros(size, np.int64), 1
    left = np.empty((room, classes), np.int32)
    # The less, the better, as of the loads of the other walk: room with its sign turned.
    load, need, slack = np.empty(room), np.empty(room, np.int64), np.empty(room)
    node, keys, rest = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    alive = np.empty(room, np.bool_)
    tree, nodes = np.empty((4096, 3), np.int64), 0
    load[0], need[0], node[0], keys[0], rest[0], alive[0] = -np.inf, 0, -1, 0, total, True
    for k in range(classes):
        left[0, k] = counts[k]
        keys[0] += counts[k] * salt[k]
        need[0] += counts[k] * profit[k]
    count = live = 1
    row, passed = np.empty(classes, np.int32), np.zeros(classes, np.bool_)
    complete, is_packed, compared = True, False, 0
    end, closing, earlier = -1, -1, 0.0
    if total == 1 and np.isfinite(last[0]):
        return True, last_type[:1].copy(), d[last_type[0]] - last[0], False
    for t in range(types - 1, -1, -1):
        k = klass[t]
        if live > few and live > _GROWTH * compared:
            easy = easiness(klass, d, b, begin, last, t + 1, classes)
            live -= outdone(easy, 0.0, False, counts, left, load, keys, alive, count, salt, flag)
            compared = live
            is_packed = False
        if not is_packed or live > width or 2 * live < count or 2 * count > room:
            if live > width:
                complete = False
                if strict:
                    break
                for i in range(count):
                    slack[i] = -load[i] - table[t + 1, need[i]]
            stamp += 1
            count = packed(slack, left, load, need, node, keys, alive, rest, count, width, slot, mark, stamp)
            live = count
            is_packed = True
        before = table[t]
        for i in range(count):
            if is_set(flag):
                return False, np.empty(0, np.int64), 0.0, False
            if not alive[i]:
                continue
            have = np.int64(left[i, k])
            if have > 0:
                until = min(-load[i], d[t])
                copied(left[i], row)
                parent, key_i, need_i, rest_i = node[i], keys[i], need[i], rest[i]
                fewest = np.int64(1)
                if final[t]:
                    row[k] = 0
                    fewest = have - 1 if _may_be_left(row, k, passed) else have
                for x in range(fewest if fewest > 0 else np.int64(1), have + 1):
                    left_over = until - x * b[t]
                    wanted = need_i - x * profit[k]
                    if left_over < begin[t] - hair:
                        break
                    if not before[wanted] <= left_over - earlier + hair:
                        continue
                    row[k] = have - x
                    if rest_i - x <= 1:
                        for c in range(classes):
                            if row[c] > 0 and last[c] <= left_over + hair:
                                spare = max(left_over - last[c], 0.0)
                                if end < 0 or spare > earlier:
                                    tree = noted(tree, nodes, parent, t, x)
                                    end, closing, earlier = nodes, c, spare
                                    nodes += 1
                        continue
                    key = key_i - x * salt[k]
                    where, j = place_of(row, key, -1, left, keys, slot, mark, stamp)
                    if j < 0:
                        if count == room:
                            complete = False
                            continue
                        j = count
                        count += 1
                        slot[where], mark[where] = j, stamp
                        copied(row, left[j])
                        keys[j], need[j], rest[j] = key, wanted, rest_i - x
                        live += 1
                    elif not alive[j]:
                        live += 1
                    elif load[j] <= -left_over:
                        continue
                    tree = noted(tree, nodes, parent, t, x)
                    load[j], node[j], alive[j] = -left_over, nodes, True
                    nodes += 1
                if final[t] and fewest > 0:
                    alive[i] = False
                    live -= 1
                    continue
            if not before[need[i]] <= -load[i] - earlier + hair:
                alive[i] = False
                live -= 1
        if final[t]:
            passed[k] = True
        if live == 0:
            break
    sequence = np.empty(total, np.int64)
    if end >= 0:
        sequence[: total - 1] = unrolled(tree, end, total - 1)[::-1]
        sequence[total - 1] = last_type[closing]
    return end >= 0, sequence, earlier, complete
