"""Compiled loops of `queue`; they release the GIL and poll a flag."""

from __future__ import annotations

import numpy as np

from planner_core.jit import inlined, kernel
from planner_core.methods.bf.bound_kernels import bound_with, ranked, rerank, weigh_all, weigh_others
from planner_core.methods.bf.label_kernels import copied, is_last_of_class, none_left, noted, salts, unrolled
from planner_core.methods.bf.load_kernels import reduce_labels
from planner_core.methods.polling import is_set

__all__ = ["walk_queue"]


@inlined
def _prepend(device, link, es, a, b, e):  # type: ignore[no-untyped-def]
    """How long a plan runs on from the moments when device, link and ES are free, with one more path in front."""
    after = 0.0
    if e > 0.0:
        es += e
        after = es
    if b > 0.0:
        link = b + max(link, after)
        after = link
    if a > 0.0:
        device = a + max(device, after)
    return device, link, es


@kernel
def _needs(klass, b, e, classes):  # type: ignore[no-untyped-def]
    """(classes,) lead of the link on the ES from which on Johnson's order is as good as any for what is in front.

    And (classes,) how much of its lead the link may lose to a path of the class.
    """
    types = klass.size
    need, drop = np.zeros(classes), np.zeros(classes)
    for t in range(types):
        drop[klass[t]] = max(drop[klass[t]], e[t] - b[t])
        for s in range(types):
            if s != t and b[s] > 0.0 and b[t] > 0.0:
                lead = max(max(e[s], e[t]), e[s] + e[t] - min(b[s], b[t]))
                need[klass[t]] = max(need[klass[t]], lead)
    return need, drop


@kernel
def _settled(left, link, es, need, drop, shortest):  # type: ignore[no-untyped-def]
    """Whether no two paths in front can gain by leaving Johnson's order, however many have followed."""
    lead = link - es
    low = lead
    for k in range(left.size):
        low -= left[k] * drop[k]
    low = max(low, min(lead, shortest))
    most = 0.0
    for k in range(left.size):
        if left[k] > 0:
            most = max(most, need[k])
    return most <= low


@kernel
def walk_queue(counts, klass, a, b, e, weights, phi, extra, limit, most, width, flag):  # type: ignore[no-untyped-def]
    """List the ends of plans up to which order is free, then walk the types from the last to the first.

    Parameters
    ----------
    klass, a, b, e : (T,)
        Types from the last of Johnson's order to the first; e is 0 where b is.
    weights : (3, F) float64
        Of device, link and ES.
    phi, extra : (T + 1, K, F) float64
        Least weighted work among the types from t on, and what the first path sent adds to that at least.
    most, width : int
        Most ends of one length, and labels a type.

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
    classes, types, total = counts.size, klass.size, counts.sum()
    sequence = np.empty(total, np.int64)
    salt = salts(classes)
    forms = weights.shape[1]
    others, more, trial = np.empty(forms), np.empty(forms), np.empty(forms)
    order = ranked(extra[0])
    need, drop = _needs(klass, b, e, classes)
    shortest = np.inf
    for t in range(types):
        shortest = min(shortest, b[t])
    room = max(8 * width, 8192, 8 * most)
    left, old_left = np.empty((room, classes), np.int32), np.empty((room, classes), np.int32)
    aside = np.zeros(room, np.int64)
    device, link, es, lower = np.empty(room), np.empty(room), np.empty(room), np.empty(room)
    node, many, key = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    kind, base, old_base = np.empty(room, np.int64), np.empty((room, forms)), np.empty((room, forms))
    old_device, old_link, old_es = np.empty(room), np.empty(room), np.empty(room)
    old_node, old_key = np.empty(room, np.int64), np.empty(room, np.int64)
    out_left, out_state = np.empty((most, classes), np.int32), np.empty((most, 3))
    out_node, out_key, out_base = np.empty(most, np.int64), np.empty(most, np.int64), np.empty((most, forms))
    tree = np.empty((4096, 3), np.int64)
    nodes, old, out = np.int64(0), 1, 0
    for k in range(classes):
        old_left[0, k] = counts[k]
    old_device[0], old_link[0], old_es[0], old_node[0] = 0.0, 0.0, 0.0, -1
    old_key[0] = (counts * salt).sum()
    copied(weigh_all(counts, phi[0]), old_base[0])
    # Ends, one path longer each time. Whatever is settled waits for the walk.
    while old > 0:
        count = np.int64(0)
        for i in range(old):
            if is_set(flag):
                return 0, False, 0.0, sequence
            if _settled(old_left[i], old_link[i], old_es[i], need, drop, shortest):
                if out == most:
                    return 0, False, 0.0, sequence
                copied(old_left[i], out_left[out])
                copied(old_base[i], out_base[out])
                out_state[out, 0], out_state[out, 1], out_state[out, 2] = (
                    old_device[i],
                    old_link[i],
                    old_es[i],
                )
                out_node[out], out_key[out] = old_node[i], old_key[i]
                out += 1
                continue
            for t in range(types):
                k = klass[t]
                if old_left[i, k] == 0:
                    continue
                d, m, s = _prepend(old_device[i], old_link[i], old_es[i], a[t], b[t], e[t])
                some = weigh_others(old_left[i], k, old_base[i], phi[0, k], extra[0], order, others, more)
                old_left[i, k] -= 1
                rest = old_left[i, k]
                value = bound_with(d, m, s, rest, some, others, more, weights, phi[0, k], extra[0, k], trial)
                if value < limit:
                    if count == room:
                        return 0, False, 0.0, sequence
                    copied(old_left[i], left[count])
                    copied(trial, base[count])
                    device[count], link[count], es[count], lower[count] = d, m, s, value
                    node[count], kind[count], key[count] = old_node[i], t, old_key[i] - salt[k]
                    count += 1
                old_left[i, k] += 1
        keep, _ = reduce_labels(left, aside, device, link, es, key, lower, count, count, flag)
        if is_set(flag) or keep.size > most:
            return 0, False, 0.0, sequence
        old = keep.size
        for r in range(old):
            i = keep[r]
            tree = noted(tree, nodes, node[i], kind[i], 1)
            old_left[r], old_node[r], old_key[r] = left[i], nodes, key[i]
            copied(base[i], old_base[r])
            old_device[r], old_link[r], old_es[r] = device[i], link[i], es[i]
            nodes += 1
    best_end, best_node, bound = limit, -1, np.inf
    old = 0
    for r in range(out):
        if none_left(out_left, r):
            end = max(out_state[r, 0], max(out_state[r, 1], out_state[r, 2]))
            if end < best_end:
                best_end, best_node = end, out_node[r]
            continue
        old_left[old], old_node[old], old_key[old] = out_left[r], out_node[r], out_key[r]
        copied(out_base[r], old_base[old])
        old_device[old], old_link[old], old_es[old] = out_state[r, 0], out_state[r, 1], out_state[r, 2]
        old += 1
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
            d, m, q = old_device[i], old_link[i], old_es[i]
            for x in range(have + 1):
                if x > 0:
                    d, m, q = _prepend(d, m, q, a[t], b[t], e[t])
                    if max(d, max(m, q)) >= best_end:
                        break
                if final and x < have:
                    continue
                rest = have - x
                value = bound_with(
                    d, m, q, rest, some, others, more, weights, phi[t + 1, k], extra[t + 1, k], trial
                )
                if value < best_end:
                    if count == room:
                        keep, cut = reduce_labels(
                            left, aside, device, link, es, key, lower, count, width, flag
                        )
                        bound = min(bound, cut)
                        count = keep.size
                        for r in range(count):
                            j = keep[r]
                            if j != r:
                                copied(left[j], left[r])
                                copied(base[j], base[r])
                                device[r], link[r], es[r], lower[r] = device[j], link[j], es[j], lower[j]
                                node[r], many[r], key[r] = node[j], many[j], key[j]
                    copied(old_left[i], left[count])
                    copied(trial, base[count])
                    left[count, k] = rest
                    device[count], link[count], es[count], lower[count] = d, m, q, value
                    node[count], many[count], key[count] = old_node[i], x, old_key[i] - x * salt[k]
                    count += 1
        keep, cut = reduce_labels(left, aside, device, link, es, key, lower, count, width, flag)
        if is_set(flag):
            return 0, False, 0.0, sequence
        bound = min(bound, cut)
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
            old_node[old], old_key[old] = at, key[i]
            old_device[old], old_link[old], old_es[old] = device[i], link[i], es[i]
            old += 1
    sequence = unrolled(tree, best_node, sequence.size)
    return (2 if bound == np.inf else 1), best_node >= 0, min(bound, best_end), sequence
