"""Compiled loops of `tail`; they release the GIL and poll a flag."""

from __future__ import annotations

import numpy as np

from planner_core.jit import inlined, kernel
from planner_core.methods.bf.bound_kernels import bound_with, ranked, rerank, weigh_all, weigh_others
from planner_core.methods.bf.label_kernels import (
    copied,
    in_groups,
    is_last_of_class,
    most_promising,
    none_left,
    noted,
    salts,
    same_group,
    unrolled,
)
from planner_core.methods.polling import is_set

__all__ = ["walk_tail"]


@inlined
def _prepend(device, link, a, b, e):  # type: ignore[no-untyped-def]
    """How long a plan runs on from the moments when device and link are free, with one more path in front."""
    after = e
    if b > 0.0:
        link = b + max(link, e)
        after = link
    if a > 0.0:
        device = a + max(device, after)
    return device, link


@kernel
def _reduce(left, device, link, lower, key, opens, count, width, flag):  # type: ignore[no-untyped-def]
    """Indices of the labels that no other of the same paths left beats, at most `width`, and the least bound lost.

    Who beats another takes its part as a place where plans may end. Nothing of it holds when `flag` is set.
    """
    order = in_groups(key, device, link, link, count, flag)
    keep = np.empty(count, np.int64)
    kept = 0
    least = np.inf
    for r in range(count):
        i = order[r]
        if not same_group(order, r, key, left):
            least = np.inf
        if link[i] < least:
            least = link[i]
            keep[kept] = i
            kept += 1
        elif opens[i]:
            # The last one kept of this group has the least link time, and no more device time.
            opens[keep[kept - 1]] = True
    return most_promising(keep[:kept], lower, width, flag)


@kernel
def _endings(counts, klass, a, b, e, weights, phi, extra, limit, most, flag):  # type: ignore[no-untyped-def]
    """List the ends of plans before which Johnson's order is as good as any.

    Returns left, device, link, node of each, the tree of (next node, type, 1), its size, and whether that is all.
    """
    classes, types = counts.size, klass.size
    behind = np.full((types, classes), -1.0)
    odd = np.full(classes, -1.0)
    shortest = np.inf
    for t in range(types - 1, -1, -1):
        if b[t] > 0.0:
            if e[t] > shortest:
                odd[klass[t]] = max(odd[klass[t]], e[t])
            shortest = min(shortest, e[t])
    for t in range(1, types):
        behind[t] = behind[t - 1]
        if b[t - 1] > 0.0:
            behind[t, klass[t - 1]] = max(behind[t, klass[t - 1]], e[t - 1])
    forms = weights.shape[1]
    others, adds, trial = np.empty(forms), np.empty(forms), np.empty(forms)
    order = ranked(extra[0])
    salt = salts(classes)
    room = 4 * most
    tree = np.empty((1024, 3), np.int64)
    nodes, out, old = np.int64(0), 1, 1
    out_left, out_node = np.empty((most, classes), np.int32), np.empty(most, np.int64)
    out_device, out_link = np.empty(most), np.empty(most)
    out_left[0], out_device[0], out_link[0], out_node[0] = counts, 0.0, 0.0, -1
    left, device, link, lower = (
        np.empty((room, classes), np.int32),
        np.empty(room),
        np.empty(room),
        np.empty(room),
    )
    node, kind, key, opens = (
        np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.bool_)
    )  # fmt: skip
    old_left, old_device, old_link = np.empty((most, classes), np.int32), np.empty(most), np.empty(most)
    old_node, old_key = np.empty(most, np.int64), np.empty(most, np.int64)
    old_left[0], old_device[0], old_link[0], old_node[0] = counts, 0.0, 0.0, -1
    old_key[0] = (counts * salt).sum()
    base, old_base = np.empty((room, forms)), np.empty((most, forms))
    copied(weigh_all(counts, phi[0]), old_base[0])
    while old > 0:
        count = np.int64(0)
        for i in range(old):
            if is_set(flag):
                return out_left[:1], out_device[:1], out_link[:1], out_node[:1], tree, nodes, False
            more = False
            for k in range(classes):
                if old_left[i, k] > 0 and odd[k] > old_link[i]:
                    more = True
            if not more:
                continue
            for t in range(types):
                k = klass[t]
                if old_left[i, k] == 0:
                    continue
                ahead, sent = _prepend(old_device[i], old_link[i], a[t], b[t], e[t])
                some = weigh_others(old_left[i], k, old_base[i], phi[0, k], extra[0], order, others, adds)
                old_left[i, k] -= 1
                rest = old_left[i, k]
                value = bound_with(
                    ahead, sent, 0.0, rest, some, others, adds, weights, phi[0, k], extra[0, k], trial
                )
                if value < limit:
                    if count == room:
                        return out_left[:1], out_device[:1], out_link[:1], out_node[:1], tree, nodes, False
                    copied(old_left[i], left[count])
                    copied(trial, base[count])
                    device[count], link[count], lower[count] = ahead, sent, value
                    node[count], kind[count], key[count] = old_node[i], t, old_key[i] - salt[k]
                    # A plan ends here only if a path just before is out of Johnson's order, and must be.
                    opens[count] = False
                    for c in range(classes):
                        if b[t] > 0.0 and old_left[i, c] > 0 and behind[t, c] > max(e[t], old_link[i]):
                            opens[count] = True
                    count += 1
                old_left[i, k] += 1
        keep, _ = _reduce(left, device, link, lower, key, opens, count, count, flag)
        if is_set(flag) or keep.size > most or out + keep.size > most:
            return out_left[:1], out_device[:1], out_link[:1], out_node[:1], tree, nodes, False
        old = keep.size
        for r in range(old):
            i = keep[r]
            tree = noted(tree, nodes, node[i], kind[i], 1)
            copied(left[i], old_left[r])
            copied(base[i], old_base[r])
            old_device[r], old_link[r] = device[i], link[i]
            old_node[r], old_key[r] = nodes, key[i]
            if opens[i]:
                out_left[out], out_device[out], out_link[out], out_node[out] = (
                    left[i],
                    device[i],
                    link[i],
                    nodes,
                )
                out += 1
            nodes += 1
    return out_left[:out], out_device[:out], out_link[:out], out_node[:out], tree, nodes, True


@kernel
def walk_tail(counts, klass, a, b, e, weights, phi, extra, limit, most, width, flag):  # type: ignore[no-untyped-def]
    """Walk the types from the last of Johnson's order to the first, behind every end that `_endings` lists.

    Parameters
    ----------
    klass, a, b, e : (T,)
        Types from the last to the first; e is 0 where b is.
    weights : (3, F) float64
        Of device and link; zeros follow.
    phi, extra : (T + 1, K, F) float64
        Least weighted work among the types from t on, and what the first path sent adds to that at least.
    most, width : int
        Most ends, and labels a type.

    Returns
    -------
    state : int
        0: there are too many ends, or the flag was set; 1: some label was cut off; 2: nothing was.
    found : bool
        Whether a plan that ends before `limit` was found; it need not be the best.
    bound : float
        Lower bound on the end of every plan if none was found.
    types : (P,) int64
        The plan's types in sequence.
    """
    classes, types = counts.size, klass.size
    sequence = np.empty(counts.sum(), np.int64)
    from_left, from_device, from_link, from_node, tree, nodes, whole = _endings(
        counts, klass, a, b, e, weights, phi, extra, limit, most, flag
    )
    if not whole:
        return 0, False, 0.0, sequence
    forms = weights.shape[1]
    others, more, trial = np.empty(forms), np.empty(forms), np.empty(forms)
    order = ranked(extra[0])
    salt = salts(classes)
    room = max(8 * width, 8192, 2 * from_node.size)
    left, device, link, lower = (
        np.empty((room, classes), np.int32),
        np.empty(room),
        np.empty(room),
        np.empty(room),
    )
    node, many, key, opens = (
        np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64), np.zeros(room, np.bool_)
    )  # fmt: skip
    old = from_node.size
    old_left, old_device, old_link, old_node = (
        from_left.copy(),
        from_device.copy(),
        from_link.copy(),
        from_node.copy(),
    )
    old_key = np.empty(old, np.int64)
    base, old_base = np.empty((room, forms)), np.empty((old, forms))
    for i in range(old):
        old_key[i] = (old_left[i] * salt).sum()
        copied(weigh_all(old_left[i], phi[0]), old_base[i])
    best_end, best_node = limit, -1
    bound = np.inf
    for t in range(types):
        if old == 0:
            break
        k = klass[t]
        final = is_last_of_class(klass, t)
        rerank(order, k, extra[t + 1])
        count = np.int64(0)
        for i in range(old):
            if is_set(flag):
                return 0, False, 0.0, sequence
            have = old_left[i, k]
            some = weigh_others(old_left[i], k, old_base[i], phi[t, k], extra[t + 1], order, others, more)
            ahead, sent = old_device[i], old_link[i]
            for x in range(have + 1):
                if x > 0:
                    ahead, sent = _prepend(ahead, sent, a[t], b[t], e[t])
                    if max(ahead, sent) >= best_end:
                        break
                if final and x < have:
                    continue
                rest = have - x
                value = bound_with(
                    ahead, sent, 0.0, rest, some, others, more, weights, phi[t + 1, k], extra[t + 1, k], trial
                )
                if value < best_end:
                    if count == room:
                        keep, cut = _reduce(left, device, link, lower, key, opens, count, width, flag)
                        bound = min(bound, cut)
                        count = keep.size
                        for r in range(count):
                            j = keep[r]
                            if j != r:
                                copied(left[j], left[r])
                                copied(base[j], base[r])
                                device[r], link[r], lower[r] = device[j], link[j], lower[j]
                                node[r], many[r], key[r] = node[j], many[j], key[j]
                    copied(old_left[i], left[count])
                    copied(trial, base[count])
                    left[count, k] = rest
                    device[count], link[count], lower[count] = ahead, sent, value
                    node[count], many[count], key[count] = old_node[i], x, old_key[i] - x * salt[k]
                    count += 1
        keep, cut = _reduce(left, device, link, lower, key, opens, count, width, flag)
        if is_set(flag):
            return 0, False, 0.0, sequence
        bound = min(bound, cut)
        if keep.size > old_node.size:
            old_left, old_device, old_link = (
                np.empty((keep.size, classes), np.int32),
                np.empty(keep.size),
                np.empty(keep.size),
            )
            old_node, old_key = np.empty(keep.size, np.int64), np.empty(keep.size, np.int64)
            old_base = np.empty((keep.size, forms))
        old = 0
        for r in range(keep.size):
            i = keep[r]
            at = node[i]
            if many[i] > 0:
                tree = noted(tree, nodes, at, t, many[i])
                at = nodes
                nodes += 1
            if none_left(left, i):
                if lower[i] < best_end:
                    best_end, best_node = lower[i], at
                continue
            copied(left[i], old_left[old])
            copied(base[i], old_base[old])
            old_device[old], old_link[old] = device[i], link[i]
            old_node[old], old_key[old] = at, key[i]
            old += 1
    sequence = unrolled(tree, best_node, sequence.size)
    return (2 if bound == np.inf else 1), best_node >= 0, min(bound, best_end), sequence
