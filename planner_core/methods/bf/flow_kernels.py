"""Compiled loops of `flow`; they release the GIL and poll a flag."""

from __future__ import annotations

import numpy as np

from planner_core.jit import kernel
from planner_core.methods.bf.label_kernels import (
    copied,
    in_groups,
    most_promising,
    none_left,
    noted,
    salts,
    same_group,
)
from planner_core.methods.polling import is_set

__all__ = ["walk_types"]


@kernel
def _after(device, link, a, lag, b, count):  # type: ignore[no-untyped-def]
    """Device and link end once `count` equal paths have followed."""
    end = device + count * a
    if b <= 0.0:
        return end, link
    return end, max(max(link, device + a + lag) + count * b, end + lag + b)


@kernel
def _reduce(  # type: ignore[no-untyped-def]
    left, base, aside, device, link, node, kind, count_of, lower, key, count, width, flag
):
    """Drop dominated labels, then all but the `width` most promising, in place.

    Returns the number kept and the least bound among those cut off for width.
    """
    order = in_groups(key, device, link, link, count, flag)
    keep = np.empty(count, np.int64)
    kept = 0
    least = np.inf
    for r in range(count):
        if is_set(flag):
            return 0, np.inf
        i = order[r]
        fresh = not same_group(order, r, key, left) or aside[i] != aside[order[r - 1]]
        # Within one group device ends rise, so a label is worth keeping only if its link ends sooner.
        if fresh or link[i] < least:
            least = link[i]
            keep[kept] = i
            kept += 1
    keep, lost = most_promising(keep[:kept], lower, width, flag)
    if is_set(flag):
        return 0, np.inf
    for r in range(keep.size):
        i = keep[r]
        if i != r:
            copied(left[i], left[r])
            copied(base[i], base[r])
            aside[r], device[r], link[r] = aside[i], device[i], link[i]
            node[r], kind[r], count_of[r] = node[i], kind[i], count_of[i]
            lower[r], key[r] = lower[i], key[i]
    return keep.size, lost


@kernel
def walk_types(  # type: ignore[no-untyped-def]
    counts, klass, a, lag, b, e, head, weights, work, last, limit, width, flag
):
    """Walk the types once; see `flow`.

    Parameters
    ----------
    a, lag, b, e : (T,) float64
        Time on the first machine, between the two, on the second (called the link here), and after it.
    head : float
        When the second machine may begin at all.
    weights : (F,) float64
    work, last : (T, F) float64
        Weighted work of one path at each type, and what a path that is the last adds to it.

    Returns
    -------
    found : bool
        Whether a plan that ends before `limit` was found (by this program's value).
    bound : float
        Proven lower bound; `limit` where nothing better can exist.
    types : (P,) int64
        The plan's types in sequence, the one set aside last.
    complete : bool
        Nothing was cut off for width.
    """
    classes, total, types, forms = counts.size, counts.sum(), klass.size, weights.size
    room = max(8 * width, 8192)
    left, aside = np.empty((room, classes), np.int32), np.empty(room, np.int64)
    device, link, lower = np.empty(room), np.empty(room), np.empty(room)
    node, kind, count_of, key = (
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
    )
    old_left, old_aside = np.empty((room, classes), np.int32), np.empty(room, np.int64)
    old_device, old_link, old_node = np.empty(room), np.empty(room), np.empty(room, np.int64)
    old_key = np.empty(room, np.int64)
    # Least work of all paths left, by form.
    base, old_base = np.empty((room, forms)), np.empty((room, forms))
    salt = salts(classes)
    # Least work of a path at this type or a later one of its class, and what the last one adds to that.
    least, extra = np.empty((types, forms)), np.empty((types, forms))
    after = np.full(types, types)
    begin = np.full(classes, types)
    for t in range(types - 1, -1, -1):
        n = begin[klass[t]]
        after[t] = n
        begin[klass[t]] = t
        for f in range(forms):
            least[t, f] = work[t, f]
            extra[t, f] = work[t, f] + last[t, f]
            if n < types:
                least[t, f] = min(least[t, f], least[n, f])
                extra[t, f] = min(extra[t, f], extra[n, f] + least[n, f])
        for f in range(forms):
            extra[t, f] -= least[t, f]
    adds = np.empty((classes, forms))
    old_base[0] = 0.0
    for k in range(classes):
        old_left[0, k] = counts[k]
        for f in range(forms):
            adds[k, f] = extra[begin[k], f]
            old_base[0, f] += counts[k] * least[begin[k], f]
    # A node is one decision of a kept label: its parent node, type and count; count 0 sets one aside.
    tree = np.empty((4096, 3), np.int64)
    nodes = np.int64(0)
    old = 1
    old_aside[0], old_device[0], old_link[0], old_node[0] = -1, 0.0, head, -1
    old_key[0] = (counts * salt).sum()
    best_end, best_node = limit, -1
    bound = np.inf
    others, more, trial = np.empty(forms), np.empty(forms), np.empty(forms)
    floor = 0.0
    for t in range(types):
        k, n = klass[t], after[t]
        final = n == types
        for f in range(forms):
            adds[k, f] = np.inf if final else extra[n, f]
        count = np.int64(0)
        for i in range(old):
            if is_set(flag):
                break
            have = old_left[i, k]
            rest = 0
            for c in range(classes):
                rest += old_left[i, c]
            rest -= have
            for f in range(forms):
                others[f] = old_base[i, f] - have * least[t, f] if rest > 0 else 0.0
                more[f] = np.inf
            if old_aside[i] < 0:
                for c in range(classes):
                    if c != k and old_left[i, c] > 0:
                        for f in range(forms):
                            more[f] = min(more[f], adds[c, f])
            for reserve in range(2):
                if reserve == 1 and (old_aside[i] >= 0 or have == 0):
                    continue
                free = have - reserve
                behind = t if reserve == 1 else old_aside[i]
                own = a[behind] + lag[behind] if behind >= 0 else 0.0
                tail = b[behind] + e[behind] if behind >= 0 else 0.0
                lowest = free if final else 0
                low_seen = np.inf
                x = lowest - 1
                while x < free:
                    x += 1
                    now, sent = old_device[i], old_link[i]
                    if x > 0:
                        now, sent = _after(now, sent, a[t], lag[t], b[t], x)
                    many = free - x
                    value = 0.0
                    for f in range(forms):
                        trial[f] = others[f]
                        if many > 0:
                            trial[f] += many * least[n, f]
                    if rest + many == 0:
                        value = np.inf if behind < 0 else max(sent, now + own) + tail
                    elif behind >= 0:
                        for f in range(forms):
                            value = max(
                                value, weights[f] * (now + own) + (1 - weights[f]) * sent + trial[f] + tail
                            )
                        value = max(value, now + own + tail)
                    else:
                        for f in range(forms):
                            add = min(more[f], adds[k, f]) if many > 0 else more[f]
                            value = max(value, weights[f] * now + (1 - weights[f]) * sent + trial[f] + add)
                    if value >= best_end:
                        # The bound is convex in x from 1 to free - 1: behind its low it rises.
                        if x >= 2 and value > low_seen:
                            x = max(x, free - 1)
                        low_seen = min(low_seen, value) if x >= 1 else np.inf
                        continue
                    low_seen = min(low_seen, value) if x >= 1 else np.inf
                    if count == room:
                        count, cut = _reduce(
                            left,
                            base,
                            aside,
                            device,
                            link,
                            node,
                            kind,
                            count_of,
                            lower,
                            key,
                            count,
                            width,
                            flag,
                        )
                        bound = min(bound, cut)
                    copied(old_left[i], left[count])
                    left[count, k] = many
                    copied(trial, base[count])
                    aside[count], device[count], link[count] = behind, now, sent
                    node[count], kind[count], count_of[count] = old_node[i], reserve, x
                    lower[count] = value
                    key[count] = old_key[i] - (have - many) * salt[k]
                    count += 1
        if is_set(flag):
            break
        count, cut = _reduce(
            left, base, aside, device, link, node, kind, count_of, lower, key, count, width, flag
        )
        bound = min(bound, cut)
        if is_set(flag):
            break
        floor = np.inf
        for i in range(count):
            floor = min(floor, lower[i])
        old = 0
        for i in range(count):
            at = node[i]
            for what in range(2):
                if (what == 0 and kind[i] == 1) or (what == 1 and count_of[i] > 0):
                    tree = noted(tree, nodes, at, t, 0 if what == 0 else count_of[i])
                    at = nodes
                    nodes += 1
            if aside[i] >= 0 and none_left(left, i):
                if lower[i] < best_end:
                    best_end, best_node = lower[i], at
                continue
            copied(left[i], old_left[old])
            copied(base[i], old_base[old])
            old_aside[old], old_device[old], old_link[old] = aside[i], device[i], link[i]
            old_node[old], old_key[old] = at, key[i]
            old += 1
        if old == 0:
            break
    sequence = np.empty(total, np.int64)
    if best_node >= 0:
        place = total - 1
        at = best_node
        while at >= 0:
            if tree[at, 2] == 0:
                sequence[total - 1] = tree[at, 1]
            at = tree[at, 0]
        at = best_node
        place = total - 2
        while at >= 0:
            for _ in range(tree[at, 2]):
                sequence[place] = tree[at, 1]
                place -= 1
            at = tree[at, 0]
    stopped = is_set(flag)
    if stopped:
        bound = min(bound, floor)  # what the labels of the last whole step prove
    return best_node >= 0, min(bound, best_end), sequence, bound == np.inf
