"""Compiled loops of `flow`; they release the GIL and poll a flag."""

from __future__ import annotations

import numpy as np
from numba import njit

from planner_core.methods.polling import is_set

__all__ = ["bound_tables", "walk_types"]


@njit(cache=True, nogil=True)
def bound_tables(klass, work, last, classes):  # type: ignore[no-untyped-def]
    """Suffix minima of the Lagrangian bound, from the last type to the first.

    Parameters
    ----------
    work, last : (F, T) float64
        Weighted work of one path at each type, and what a path that is the last adds to it, per form.

    Returns
    -------
    phi, extra : (T + 1, F, classes) float64
        Least work, and least work + last, among the types left; infinite where a class has none.
    """
    forms, types = work.shape
    phi = np.full((types + 1, forms, classes), np.inf)
    extra = np.full((types + 1, forms, classes), np.inf)
    for t in range(types - 1, -1, -1):
        k = klass[t]
        phi[t] = phi[t + 1]
        extra[t] = extra[t + 1]
        for i in range(forms):
            phi[t, i, k] = min(phi[t, i, k], work[i, t])
            extra[t, i, k] = min(extra[t, i, k], work[i, t] + last[i, t])
    return phi, extra


@njit(cache=True, nogil=True)
def _lower(  # type: ignore[no-untyped-def]
    t, left, base, device, link, aside, a, lag, b, e, weights, phi, extra
):
    """Lower bound on the end of every completion of a label that may still use types t, t + 1, ...

    base : (F,) float64
        Sum over classes of paths left times phi[t].
    """
    classes = left.size
    rest = 0
    for k in range(classes):
        rest += left[k]
    if rest == 0:
        if aside < 0:
            return np.inf
        return max(link, device + a[aside] + lag[aside]) + b[aside] + e[aside]
    best = 0.0
    for i in range(weights.size):
        if base[i] == np.inf:
            return np.inf
        w = weights[i]
        if aside >= 0:
            more = w * (a[aside] + lag[aside]) + b[aside] + e[aside]
        else:
            more = np.inf
            for k in range(classes):
                if left[k] > 0:
                    more = min(more, extra[t, i, k] - phi[t, i, k])
        best = max(best, w * device + (1 - w) * link + base[i] + more)
    if aside >= 0:
        best = max(best, device + a[aside] + lag[aside] + b[aside] + e[aside])
    return best


@njit(cache=True, nogil=True)
def _after(device, link, a, lag, b, count):  # type: ignore[no-untyped-def]
    """Device and link end once `count` equal paths have followed."""
    end = device + count * a
    if b <= 0.0:
        return end, link
    return end, max(max(link, device + a + lag) + count * b, end + lag + b)


@njit(cache=True, nogil=True)
def _reduce(left, aside, device, link, node, kind, count_of, lower, key, count, width, flag):  # type: ignore[no-untyped-def]
    """Drop dominated labels, then all but the `width` most promising, in place.

    Returns the number kept and the least bound among those cut off for width.
    """
    classes = left.shape[1]
    by_link = np.argsort(link[:count], kind="mergesort")
    by_device = by_link[np.argsort(device[:count][by_link], kind="mergesort")]
    order = by_device[np.argsort(key[:count][by_device], kind="mergesort")]
    keep = np.empty(count, np.int64)
    kept = 0
    least = np.inf
    for r in range(count):
        if is_set(flag):
            return 0, np.inf
        i = order[r]
        fresh = r == 0
        if not fresh:
            j = order[r - 1]
            fresh = key[i] != key[j] or aside[i] != aside[j]
            if not fresh:
                for k in range(classes):
                    if left[i, k] != left[j, k]:
                        fresh = True
                        break
        # Within one group device ends rise, so a label is worth keeping only if its link ends sooner.
        if fresh or link[i] < least:
            least = link[i]
            keep[kept] = i
            kept += 1
    keep = keep[:kept]
    lost = np.inf
    if kept > width:
        ranked = keep[np.argsort(lower[keep], kind="mergesort")]
        lost = lower[ranked[width]]
        keep = ranked[:width]
        kept = width
    keep = np.sort(keep)
    for r in range(kept):
        i = keep[r]
        if i != r:
            left[r] = left[i]
            aside[r], device[r], link[r] = aside[i], device[i], link[i]
            node[r], kind[r], count_of[r] = node[i], kind[i], count_of[i]
            lower[r], key[r] = lower[i], key[i]
    return kept, lost


@njit(cache=True, nogil=True)
def walk_types(  # type: ignore[no-untyped-def]
    counts, klass, a, lag, b, e, head, weights, phi, extra, limit, width, flag
):
    """Walk the types once; see `flow`.

    Parameters
    ----------
    a, lag, b, e : (T,) float64
        Time on the first machine, between the two, on the second (called the link here), and after it.
    head : float
        When the second machine may begin at all.

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
    classes, total, types = counts.size, counts.sum(), klass.size
    room = max(8 * width, 8192)
    left, aside = np.empty((room, classes), np.int64), np.empty(room, np.int64)
    device, link, lower = np.empty(room), np.empty(room), np.empty(room)
    node, kind, count_of, key = (
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
    )
    old_left, old_aside = np.empty((room, classes), np.int64), np.empty(room, np.int64)
    old_device, old_link, old_node = np.empty(room), np.empty(room), np.empty(room, np.int64)
    old_key = np.empty(room, np.int64)
    salt = np.empty(classes, np.int64)
    seed = np.int64(88172645463325252)
    for k in range(classes):
        seed ^= seed << np.int64(13)
        seed ^= seed >> np.int64(7)
        seed ^= seed << np.int64(17)
        salt[k] = seed
    # A node is one decision of a kept label: its parent node, type and count; count 0 sets one aside.
    tree = np.empty((4096, 3), np.int64)
    nodes = 0
    old = 1
    old_left[0] = counts
    old_aside[0], old_device[0], old_link[0], old_node[0] = -1, 0.0, head, -1
    old_key[0] = (counts * salt).sum()
    best_end, best_node = limit, -1
    bound = np.inf
    base, trial = np.empty(weights.size), np.empty(weights.size)
    floor = 0.0
    for t in range(types):
        k = klass[t]
        final = True
        for s in range(t + 1, types):
            if klass[s] == k:
                final = False
                break
        count = 0
        for i in range(old):
            if is_set(flag):
                break
            have = old_left[i, k]
            for f in range(weights.size):
                # An infinite entry belongs to a class that has none left.
                base[f] = 0.0
                for c in range(classes):
                    if c != k and old_left[i, c] > 0:
                        base[f] += old_left[i, c] * phi[t + 1, f, c]
            for reserve in range(2):
                if reserve == 1 and (old_aside[i] >= 0 or have == 0):
                    continue
                free = have - reserve
                last = t if reserve == 1 else old_aside[i]
                lowest = free if final else 0
                low_seen = np.inf
                x = lowest - 1
                while x < free:
                    x += 1
                    now, sent = old_device[i], old_link[i]
                    if x > 0:
                        now, sent = _after(now, sent, a[t], lag[t], b[t], x)
                    old_left[i, k] = free - x
                    for f in range(weights.size):
                        trial[f] = base[f]
                        if free - x > 0:
                            trial[f] += (free - x) * phi[t + 1, f, k]
                    value = _lower(
                        t + 1, old_left[i], trial, now, sent, last,
                        a, lag, b, e, weights, phi, extra,
                    )  # fmt: skip
                    if value >= best_end:
                        # The bound is convex in x from 1 to free - 1: behind its low it rises.
                        if x >= 2 and value > low_seen:
                            x = max(x, free - 1)
                        low_seen = min(low_seen, value) if x >= 1 else np.inf
                        continue
                    low_seen = min(low_seen, value) if x >= 1 else np.inf
                    if count == room:
                        count, cut = _reduce(
                            left, aside, device, link, node, kind, count_of, lower, key, count, width, flag
                        )
                        bound = min(bound, cut)
                    left[count] = old_left[i]
                    aside[count], device[count], link[count] = last, now, sent
                    node[count], kind[count], count_of[count] = old_node[i], reserve, x
                    lower[count] = value
                    key[count] = old_key[i] - (have - (free - x)) * salt[k]
                    count += 1
                old_left[i, k] = have
        if is_set(flag):
            break
        count, cut = _reduce(left, aside, device, link, node, kind, count_of, lower, key, count, width, flag)
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
                    if nodes == tree.shape[0]:
                        grown = np.empty((2 * nodes, 3), np.int64)
                        grown[:nodes] = tree
                        tree = grown
                    tree[nodes, 0], tree[nodes, 1] = at, t
                    tree[nodes, 2] = 0 if what == 0 else count_of[i]
                    at = nodes
                    nodes += 1
            done = aside[i] >= 0
            for c in range(classes):
                if left[i, c] > 0:
                    done = False
                    break
            if done:
                if lower[i] < best_end:
                    best_end, best_node = lower[i], at
                continue
            old_left[old] = left[i]
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
