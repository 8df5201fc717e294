"""Compiled loops that list how a plan may end; they release the GIL and poll a flag."""

from __future__ import annotations

import numpy as np

from planner_core.jit import kernel
from planner_core.methods.bf.back_kernels import bound_of_label
from planner_core.methods.bf.label_kernels import copied, in_groups, noted, salts, same_group
from planner_core.methods.polling import is_set

__all__ = ["endings"]


@kernel
def _longest_behind(klass, a, b, e, classes):  # type: ignore[no-untyped-def]
    """(T, K) longest ES time among the types of each class that are sent and released later than each type."""
    types = klass.size
    longest = np.full((types, classes), -1.0)
    for t in range(types):
        for i in range(types):
            if b[i] > 0.0 and a[i] > a[t]:
                longest[t, klass[i]] = max(longest[t, klass[i]], e[i])
    return longest


@kernel
def _longest_out_of_order(klass, a, b, e, classes):  # type: ignore[no-untyped-def]
    """(K,) longest ES time of a type of each class that one of earlier release undercuts."""
    types = klass.size
    longest = np.full(classes, -1.0)
    for i in range(types):
        if b[i] <= 0.0:
            continue
        for j in range(types):
            if b[j] > 0.0 and a[j] < a[i] and e[j] < e[i]:
                longest[klass[i]] = max(longest[klass[i]], e[i])
                break
    return longest


@kernel
def endings(  # type: ignore[no-untyped-def]
    counts, klass, a, b, e, bucket_of, begin, first, passed, ahead, phi, passing, limit, most, flag
):
    """List the ends of plans before which the order of release is as good as any; see `back`.

    Parameters
    ----------
    klass, a, b, e, bucket_of, begin, first, passed, ahead, phi
        Types and forms as for `walk_back`.
    passing : (K,) int64
        Last type of each class that sends nothing; -1 where there is none.
    most : int
        Labels of one length to look at, at most.

    Returns
    -------
    left, to_end, reached, top, node, tree
        A label each: paths left of each class, time to the end, path end reached, first type used (of those by
        falling release; T for none), and its node in the tree of (next node, type, 1).
    whole : bool
        Nothing was left out for `most`.
    """
    classes, types = counts.size, klass.size
    behind = _longest_behind(klass, a, b, e, classes)
    odd = _longest_out_of_order(klass, a, b, e, classes)
    salt = salts(classes)
    room = 4 * most
    tree = np.empty((1024, 3), np.int64)
    nodes = np.int64(0)
    out_left = np.empty((most, classes), np.int64)
    out_end, out_reached = np.empty(most), np.empty(most)
    out_top, out_node = np.empty(most, np.int64), np.empty(most, np.int64)
    out_left[0] = counts
    out_end[0], out_reached[0], out_top[0], out_node[0] = 0.0, 0.0, types, -1
    out = 1
    left, to_end, reached = np.empty((room, classes), np.int64), np.empty(room), np.empty(room)
    top, node, kind = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    opens, key = np.empty(room, np.bool_), np.empty(room, np.int64)
    old_left, old_end, old_reached = np.empty((most, classes), np.int64), np.empty(most), np.empty(most)
    old_top, old_node, old_key = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    old_left[0] = counts
    old_end[0], old_reached[0], old_top[0], old_node[0] = 0.0, 0.0, types, -1
    old_key[0] = (counts * salt).sum()
    old = 1
    base = np.empty(passed.shape[0])
    whole = True
    while old > 0 and whole:
        count = np.int64(0)
        for i in range(old):
            if is_set(flag) or not whole:
                whole = False
                break
            more = False
            for k in range(classes):
                if old_left[i, k] > 0 and odd[k] > old_end[i]:
                    more = True
            if not more:
                continue
            for t in range(types):
                k = klass[t]
                if b[t] <= 0.0 or old_left[i, k] == 0:
                    continue
                end = b[t] + max(old_end[i], e[t])
                now = max(old_reached[i], a[t] + end)
                if now >= limit:
                    continue
                early = min(old_top[i], t)
                old_left[i, k] -= 1
                for f in range(first[0], first[1]):
                    base[f] = 0.0
                    for c in range(classes):
                        if old_left[i, c] > 0:
                            base[f] += old_left[i, c] * phi[0, f, c]
                value, _ = bound_of_label(
                    0,
                    old_left[i],
                    base,
                    end,
                    now,
                    0,
                    bucket_of[early],
                    begin,
                    first,
                    passed,
                    ahead,
                    phi,
                    passing,
                )
                if value < limit:
                    if count == room:
                        whole = False
                        old_left[i, k] += 1
                        break
                    copied(old_left[i], left[count])
                    to_end[count], reached[count], top[count] = end, now, early
                    node[count], kind[count], key[count] = old_node[i], t, old_key[i] - salt[k]
                    # Ends here only if a path just before it would be out of the order of release, and must be.
                    opens[count] = False
                    for c in range(classes):
                        if old_left[i, c] > 0 and behind[t, c] > max(e[t], old_end[i]):
                            opens[count] = True
                    count += 1
                old_left[i, k] += 1
        if not whole:
            break
        order = in_groups(key, to_end, to_end, to_end, count, flag)
        if is_set(flag):
            whole = False
            break
        old, j = 0, np.int64(0)
        for r in range(count):
            i = order[r]
            if same_group(order, r, key, left):
                # The better one takes its part, also as a place to end.
                opens[i] = opens[i] or opens[order[r - 1]]
            else:
                j = i  # of its group the first has the least time to the end
            if r + 1 < count and same_group(order, r + 1, key, left):
                continue
            if old == most or (opens[i] and out == most):
                whole = False
                break
            tree = noted(tree, nodes, node[j], kind[j], 1)
            copied(left[j], old_left[old])
            old_end[old], old_reached[old], old_top[old] = to_end[j], reached[j], top[j]
            old_node[old], old_key[old] = nodes, key[j]
            old += 1
            if opens[i]:
                copied(left[j], out_left[out])
                out_end[out], out_reached[out], out_top[out], out_node[out] = (
                    to_end[j],
                    reached[j],
                    top[j],
                    nodes,
                )
                out += 1
            nodes += 1
    return (
        out_left[:out],
        out_end[:out],
        out_reached[:out],
        out_top[:out],
        out_node[:out],
        tree[:nodes],
        whole,
    )
