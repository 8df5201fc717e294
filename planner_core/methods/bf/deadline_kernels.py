"""Compiled loops that walk the types of `deadline`; they release the GIL and poll a flag."""

from __future__ import annotations

import numpy as np

from planner_core.jit import kernel
from planner_core.methods.bf.exchange_kernels import dearness, outdone
from planner_core.methods.bf.label_kernels import copied, noted, packed, place_of, salts, unrolled
from planner_core.methods.bf.profit_kernels import cell_of
from planner_core.methods.bf.remainder_kernels import refuted
from planner_core.methods.polling import is_set

__all__ = ["endings", "walk"]

_GROWTH = 1.5
"""Labels are compared once there are so many times as many as the last comparison left."""

_MANY, _GROUP = 4, 256
"""Where there are so many times the few, groups of them are asked whether the paths they have left fit in."""

_DEAR = 1e-3
"""Of the latest deadline: exchanges that cost more seldom outdo a label."""


@kernel
def walk(  # type: ignore[no-untyped-def]
    counts,
    klass,
    d,
    b,
    e,
    profit,
    table,
    origin,
    cell,
    from_left,
    from_load,
    from_node,
    from_tree,
    width,
    strict,
    few,
    flag,
):
    """Walk the types by rising deadline, looking for a plan that meets all; see `deadline`.

    Of labels with the same paths left that of least load is kept; `exchange_kernels` compares the others.

    Parameters
    ----------
    klass, d, b, e : (T,)
    profit : (K,) int64
    table, origin, cell
        From `ascend`.
    from_left, from_load, from_node, from_tree
        Labels to go on from, as `endings` lists them.
    strict : bool
        Give up where labels have to be cut off.
    few : int
        Labels that are not worth comparing.

    Returns
    -------
    found : bool
    types : (P,) int64
        If found, the types in the order of the plan.
    complete : bool
        Whether nothing was cut off: if so, and none was found, there is none.
    """
    classes, types, total = counts.size, klass.size, counts.sum()
    final = np.zeros(types, np.bool_)
    seen = np.zeros(classes, np.bool_)
    for t in range(types - 1, -1, -1):
        if not seen[klass[t]]:
            final[t] = True
            seen[klass[t]] = True
    salt = salts(classes)
    room = max(4 * width, 2 * from_load.size, 4096)
    size = 8192
    while size < 2 * room:
        size *= 2
    slot, mark, stamp = np.empty(size, np.int64), np.zeros(size, np.int64), 1
    left = np.empty((room, classes), np.int32)
    load, need, slack = np.empty(room), np.empty(room, np.int64), np.empty(room, np.int64)
    node, keys, rest = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    alive = np.empty(room, np.bool_)
    nodes = from_tree.shape[0]
    tree = np.empty((2 * nodes + 4096, 3), np.int64)
    tree[:nodes] = from_tree
    count = from_load.size
    for i in range(count):
        load[i], node[i], keys[i], need[i], rest[i], alive[i] = from_load[i], from_node[i], 0, 0, 0, True
        for c in range(classes):
            left[i, c] = from_left[i, c]
            rest[i] += from_left[i, c]
            keys[i] += from_left[i, c] * salt[c]
            need[i] += from_left[i, c] * profit[c]
    live = count
    cells = table.shape[1]
    row = np.empty(classes, np.int32)
    complete = True
    end = -1
    is_packed = False
    compared = 0
    # Least ES time from each type on, and the longest of those that one behind undercuts: where no load is less the
    # order of release is best for whatever is left.
    soonest, longest = np.empty(types + 1), np.empty(types + 1)
    soonest[types], longest[types] = np.inf, 0.0
    for t in range(types - 1, -1, -1):
        soonest[t] = min(e[t], soonest[t + 1])
        longest[t] = max(e[t], longest[t + 1]) if e[t] > soonest[t] else longest[t + 1]
    for t in range(types):
        k = klass[t]
        if live > few and live > _GROWTH * compared:
            least = np.inf
            for i in range(count):
                if alive[i]:
                    least = min(least, load[i])
            if least >= longest[t]:
                dear = dearness(klass, d, b, e, t, least, classes)
                most = _DEAR * d[types - 1]
                live -= outdone(dear, most, True, counts, left, load, keys, alive, count, salt, flag)
            if live > _MANY * few:
                live -= refuted(klass, d, b, soonest, t, profit, left, load, alive, count, _GROUP, flag)
            compared = live
            is_packed = False
        if not is_packed or live > width or 2 * live < count or 2 * count > room:
            if live > width:
                complete = False
                if strict:
                    break
                for i in range(count):
                    slack[i] = table[t, cell_of(load[i], origin, cell, cells)] - need[i]
            stamp += 1
            count = packed(slack, left, load, need, node, keys, alive, rest, count, width, slot, mark, stamp)
            live = count
            is_packed = True
        after = table[t + 1]
        for i in range(count):
            if is_set(flag):
                return False, np.empty(0, np.int64), False
            if not alive[i]:
                continue
            have = np.int64(left[i, k])
            if have > 0:
                begin = max(load[i], e[t])
                copied(left[i], row)
                parent, key_i, need_i, rest_i = node[i], keys[i], need[i], rest[i]
                for x in range(have if final[t] else 1, have + 1):
                    at_load = begin + x * b[t]
                    if at_load >= d[t]:
                        break
                    wanted = need_i - x * profit[k]
                    if after[cell_of(at_load, origin, cell, cells)] < wanted:
                        continue
                    row[k] = have - x
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
                    elif load[j] <= at_load:
                        continue
                    tree = noted(tree, nodes, parent, t, x)
                    load[j], node[j], alive[j] = at_load, nodes, True
                    nodes += 1
                    if rest[j] == 0:
                        end = node[j]
                        break
                if end >= 0:
                    break
                if final[t]:
                    alive[i] = False
                    live -= 1
                    continue
            if after[cell_of(load[i], origin, cell, cells)] < need[i]:
                alive[i] = False
                live -= 1
        if end >= 0 or live == 0:
            break
    return end >= 0, unrolled(tree, end, total), complete


@kernel
def endings(counts, klass, a, b, e, d, profit, table, origin, cell, most, flag):  # type: ignore[no-untyped-def]
    """List the ends of plans before which the order of release is as good as any; see `deadline`.

    Returns
    -------
    left, load, node, tree
        A label each: paths left of each class, time to the end, and its node in the tree of (next node, type, 1).
    whole : bool
        Nothing was left out; at most `most` labels of one length are looked at.
    """
    classes, types = counts.size, klass.size
    # Longest ES time of each class among the types released after one, and among those that one of earlier release
    # undercuts.
    behind = np.full((types + 1, classes), -1.0)
    odd = np.full(classes, -1.0)
    least = np.inf
    begin = types
    for t in range(types - 1, -1, -1):
        # Types go by falling release, those released together by rising ES time.
        if t + 1 < types and a[t + 1] < a[t]:
            for s in range(t + 1, begin):
                least = min(least, e[s])
            begin = t + 1
        if least < e[t]:
            odd[klass[t]] = max(odd[klass[t]], e[t])
    for t in range(types):
        behind[t + 1] = behind[t]
        behind[t + 1, klass[t]] = max(behind[t + 1, klass[t]], e[t])
    first = np.empty(types, np.int64)  # of those released together with each
    for t in range(types):
        first[t] = first[t - 1] if t > 0 and a[t - 1] == a[t] else t
    salt = salts(classes)
    size = 2048
    while size < 2 * most:
        size *= 2
    slot, mark = np.empty(size, np.int64), np.zeros(size, np.int64)
    cells = table.shape[1]
    left, old_left = np.empty((most, classes), np.int32), np.empty((most, classes), np.int32)
    load, old_load = np.empty(most), np.empty(most)
    keys, old_keys = np.empty(most, np.int64), np.empty(most, np.int64)
    node, old_node = np.empty(most, np.int64), np.empty(most, np.int64)
    kind, opens = np.empty(most, np.int64), np.empty(most, np.bool_)
    out_left, out_load, out_node = (
        np.empty((most, classes), np.int32),
        np.empty(most),
        np.empty(most, np.int64),
    )
    out_left[0], out_load[0], out_node[0] = counts, origin, -1
    out = 1
    old_left[0], old_load[0], old_node[0], old_keys[0] = counts, origin, -1, (counts * salt).sum()
    old, stamp = 1, 0
    tree = np.empty((1024, 3), np.int64)
    nodes = np.int64(0)
    whole = True
    row = np.empty(classes, np.int32)
    while old > 0 and whole:
        count = 0
        stamp += 1
        for i in range(old):
            if is_set(flag):
                whole = False
            if not whole:
                break
            more = False
            wanted = 0
            for k in range(classes):
                wanted += old_left[i, k] * profit[k]
                if old_left[i, k] > 0 and odd[k] > old_load[i]:
                    more = True
            if not more:
                continue
            copied(old_left[i], row)
            for t in range(types):
                k = klass[t]
                if old_left[i, k] == 0:
                    continue
                at_load = max(old_load[i], e[t]) + b[t]
                if at_load >= d[t]:
                    continue
                if table[0, cell_of(at_load, origin, cell, cells)] < wanted - profit[k]:
                    continue
                row[k] -= 1
                # Ends here only if a path just before it would be out of the order of release, and must be.
                late = False
                for c in range(classes):
                    if row[c] > 0 and behind[first[t], c] > max(e[t], old_load[i]):
                        late = True
                        break
                key = old_keys[i] - salt[k]
                where, j = place_of(row, key, -1, left, keys, slot, mark, stamp)
                if j < 0:
                    if count == most:
                        whole = False
                        break
                    slot[where], mark[where] = count, stamp
                    j = count
                    left[count], keys[count], load[count], opens[count] = row, key, np.inf, False
                    count += 1
                opens[j] = opens[j] or late
                if at_load < load[j]:
                    load[j], node[j], kind[j] = at_load, old_node[i], t
                row[k] += 1
        for i in range(count):
            tree = noted(tree, nodes, node[i], kind[i], 1)
            node[i] = nodes
            nodes += 1
            if opens[i]:
                if out == most:
                    whole = False
                    break
                out_left[out], out_load[out], out_node[out] = left[i], load[i], node[i]
                out += 1
        left, old_left = old_left, left
        load, old_load = old_load, load
        keys, old_keys = old_keys, keys
        node, old_node = old_node, node
        old = count
    return out_left[:out], out_load[:out], out_node[:out], tree[:nodes], whole
