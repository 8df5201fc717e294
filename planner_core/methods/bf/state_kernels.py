"""Compiled loops of `states`; they release the GIL and poll a flag."""

from __future__ import annotations

import numpy as np

from planner_core.jit import inlined, kernel
from planner_core.methods.bf.job_kernels import advance
from planner_core.methods.bf.label_kernels import most_promising, noted, salts, same_left, sorted_by
from planner_core.methods.polling import is_set

__all__ = ["bound_of_state", "fill_tables", "walk_states"]

_COARSE = 4
"""A label must do with every fourth weight of the root."""


@kernel
def fill_tables(  # type: ignore[no-untyped-def]
    counts, start, a, b, e, nd, ns, weights, shares, phi, tail, loads, cost
):
    """Fill the tables of `states.Tables`; returns the lower bound on the latest path end that they prove at the root.

    Parameters
    ----------
    weights : (W,) float64
        Of device against link.
    shares : (S, 3) float64
        Of device, link and ES.
    cost : (T,) float64
        Filled with what each type takes by the weighting whose least work in all is most.
    """
    classes, n = counts.size, weights.size
    best, chosen = -1.0, -1
    for i in range(n + shares.shape[0]):
        work = 0.0
        for k in range(classes):
            least = np.inf
            for t in range(start[k], start[k + 1]):
                least = min(least, _weighed(i, a[t], b[t], e[t], nd, ns, weights, shares))
            if i < n:
                phi[i, k] = least
            else:
                loads[i - n, k] = least
            work += counts[k] * least
        # With a device worker for each path the device's work bounds nothing.
        if work > best and (nd > 0 or i >= n or weights[i] <= 0.0):
            best, chosen = work, i
    for t in range(a.size):
        cost[t] = _weighed(chosen, a[t], b[t], e[t], nd, ns, weights, shares)
    for k in range(classes):
        least_a, least_b, least_e = np.inf, np.inf, np.inf
        for t in range(start[k], start[k + 1]):
            least_a, least_b, least_e = min(least_a, a[t]), min(least_b, b[t]), min(least_e, e[t])
        phi[n, k], phi[n + 1, k] = least_a, least_b
        tail[0, k] = least_e if least_b > 0.0 else 0.0
        tail[1, k] = least_b if least_b > 0.0 else 0.0
    return bound_of_state(counts, np.zeros(nd + ns + 2), nd, ns, weights, 1, phi, tail, shares, loads, np.inf)


@inlined
def _weighed(i, a, b, e, nd, ns, weights, shares):  # type: ignore[no-untyped-def]
    """Work of a type by weighting i: of device and link, and behind these of all three."""
    if i < weights.size:
        value = weights[i] * a + (1 - weights[i]) * b
    else:
        s = i - weights.size
        value = shares[s, 0] * a / max(nd, 1) + shares[s, 1] * b + shares[s, 2] * e / max(ns, 1)
    return value


@kernel
def bound_of_state(left, state, nd, ns, weights, stride, phi, tail, shares, loads, limit):  # type: ignore[no-untyped-def]
    """Lower bound on the latest path end of every completion of one label; once at `limit` it is not raised further.

    Of device and link every `stride`-th weight is asked.
    """
    classes = left.size
    link = state[nd]
    best = state[nd + ns + 1]
    least_e, least_b, least_a = np.inf, np.inf, np.inf
    rest = 0
    n = weights.size
    for k in range(classes):
        if left[k] > 0:
            rest += left[k]
            least_e = min(least_e, tail[0, k])
            least_b = min(least_b, tail[1, k])
            least_a = min(least_a, phi[n, k])
    if rest == 0:
        return best
    work_a = work_b = 0.0
    for k in range(classes):
        if left[k] > 0:
            work_a += left[k] * phi[n, k]
            work_b += left[k] * phi[n + 1, k]
    # What is left need not follow the device's last work if it takes no device and that work sent nothing.
    waited = min(state[0], link)
    if nd == 0:
        # The link cannot serve anyone before the earliest release, if everyone needs it.
        ready = least_a if least_b > 0.0 else 0.0
        best = max(best, max(link, ready) + work_b + least_e)
    elif nd == 1:
        for i in range(0, n, stride):
            w = weights[i]
            work = (1 - w) * link
            for k in range(classes):
                if left[k] > 0:
                    work += left[k] * phi[i, k]
            best = max(best, w * state[0] + work, w * (waited + least_b) + work + least_e)
            if best >= limit:
                return best
    else:
        busy = 0.0
        for i in range(nd):
            busy += state[i]
        best = max(best, (busy + work_a) / nd)
        best = max(best, waited + least_a + least_b + least_e)
        best = max(best, link + work_b + least_e)
    if ns > 0 and best < limit:
        on_device, on_es = 0.0, 0.0
        for i in range(nd):
            on_device += state[i] / nd
        for i in range(ns):
            on_es += state[nd + 1 + i] / ns
        for i in range(shares.shape[0]):
            work = shares[i, 0] * on_device + shares[i, 1] * link + shares[i, 2] * on_es
            for k in range(classes):
                if left[k] > 0:
                    work += left[k] * loads[i, k]
            best = max(best, work)
            if best >= limit:
                break
    return best


@kernel
def _prune(left, state, parent, choice, lower, key, count, width, flag):  # type: ignore[no-untyped-def]
    """Drop dominated labels, then all but the `width` most promising; compact in place.

    Returns the number kept and the least bound among the labels cut off for width; nothing of use when `flag` is set.
    """
    slots = state.shape[1]
    by_bound = sorted_by(np.arange(count), lower, flag)
    order = sorted_by(by_bound, key, flag)
    keep = np.empty(count, np.int64)
    kept = 0
    group = 0
    for r in range(count):
        if is_set(flag):
            break
        i = order[r]
        if r == 0 or key[order[r - 1]] != key[i]:
            group = kept
        dominated = False
        for q in range(group, min(kept, group + 256)):
            j = keep[q]
            if not same_left(left, i, j):
                continue
            better = True
            for s in range(slots):
                if state[j, s] > state[i, s]:
                    better = False
                    break
            if better:
                dominated = True
                break
        if not dominated:
            keep[kept] = i
            kept += 1
    keep, lost = most_promising(keep[:kept], lower, width, flag)
    for r in range(keep.size):
        i = keep[r]
        if i != r:
            left[r] = left[i]
            state[r] = state[i]
            parent[r], choice[r], lower[r], key[r] = parent[i], choice[i], lower[i], key[i]
    return keep.size, lost


@kernel
def _possible(counts, start, a, b, e, nd, ns, weights, phi, shares, loads, limit):  # type: ignore[no-untyped-def]
    """Types that a sequence which ends before `limit` may use, by class, and where each class begins."""
    classes, n = counts.size, weights.size
    root = np.zeros(n + shares.shape[0])
    for i in range(root.size):
        for k in range(classes):
            root[i] += counts[k] * (phi[i, k] if i < n else loads[i - n, k])
    found, begin = np.empty(a.size, np.int64), np.zeros(classes + 1, np.int64)
    count = 0
    for k in range(classes):
        for t in range(start[k], start[k + 1]):
            able = True
            for i in range(root.size):
                # With a device worker for each path, or several, only the link's part of these bounds.
                if i < n and nd != 1 and weights[i] > 0.0:
                    continue
                more = _weighed(i, a[t], b[t], e[t], nd, ns, weights, shares)
                more -= phi[i, k] if i < n else loads[i - n, k]
                if root[i] + more >= limit:
                    able = False
                    break
            if able:
                found[count] = t
                count += 1
        begin[k + 1] = count
    return found, begin


@kernel
def walk_states(  # type: ignore[no-untyped-def]
    counts, start, a, b, e, nd, ns, weights, phi, tail, shares, loads, limit, width, flag
):
    """Append every possible next path to every label, until all are placed; see `states`.

    Returns
    -------
    found : bool
        Whether there is a sequence that ends before `limit`.
    bound : float
        Proven lower bound; `limit` where nothing better can exist.
    types : (P,) int64
        The best such sequence.
    complete : bool
        Nothing was cut off for width.
    """
    classes, slots, total = counts.size, nd + ns + 2, counts.sum()
    most = max(4 * width, 4096)
    left, state = counts.copy().reshape(1, classes), np.zeros((1, slots))
    old = 1
    at = np.full(1, -1, np.int64)
    tree, nodes = np.empty((256, 3), np.int64), np.int64(0)
    salt = salts(classes)
    trial, after = np.empty(slots), np.empty(classes, np.int64)
    floor = bound_of_state(left[0], state[0], nd, ns, weights, _COARSE, phi, tail, shares, loads, np.inf)
    dropped = np.inf
    able, begin = _possible(counts, start, a, b, e, nd, ns, weights, phi, shares, loads, limit)
    for k in range(classes):
        if begin[k] == begin[k + 1]:
            return False, limit, np.empty(0, np.int64), True
    for _ in range(total):
        room = min(most, old * begin[classes])
        new_left, new_state = np.empty((room, classes), np.int64), np.empty((room, slots))
        parent, choice = np.empty(room, np.int64), np.empty(room, np.int64)
        lower, key = np.empty(room), np.empty(room, np.int64)
        count = np.int64(0)
        for i in range(old):
            if is_set(flag):
                break
            for k in range(classes):
                if left[i, k] == 0:
                    continue
                code = np.int64(0)
                for c in range(classes):
                    after[c] = left[i, c]
                after[k] -= 1
                for c in range(classes):
                    code += after[c] * salt[c]
                for r in range(begin[k], begin[k + 1]):
                    t = able[r]
                    for s in range(slots):
                        trial[s] = state[i, s]
                    advance(trial, nd, ns, a[t], b[t], e[t])
                    low = bound_of_state(
                        after, trial, nd, ns, weights, _COARSE, phi, tail, shares, loads, limit
                    )
                    if low >= limit:
                        continue
                    if count == room:
                        count, cut = _prune(
                            new_left, new_state, parent, choice, lower, key, count, width, flag
                        )
                        dropped = min(dropped, cut)
                    for c in range(classes):
                        new_left[count, c] = after[c]
                    for s in range(slots):
                        new_state[count, s] = trial[s]
                    parent[count], choice[count], lower[count], key[count] = i, t, low, code
                    count += 1
        count, cut = _prune(new_left, new_state, parent, choice, lower, key, count, width, flag)
        if is_set(flag):
            return False, min(limit, dropped, floor), np.empty(0, np.int64), False
        dropped = min(dropped, cut)
        floor = np.inf
        grown = np.empty(count, np.int64)
        for i in range(count):
            floor = min(floor, lower[i])
            tree = noted(tree, nodes, at[parent[i]], choice[i], 1)
            grown[i] = nodes
            nodes += 1
        at, left, state, old = grown, new_left, new_state, count
        if old == 0:
            return False, min(limit, dropped), np.empty(0, np.int64), dropped == np.inf
    best = 0
    for i in range(1, old):
        if state[i, slots - 1] < state[best, slots - 1]:
            best = i
    types = np.empty(total, np.int64)
    node, place = at[best], total - 1
    while node >= 0:
        types[place] = tree[node, 1]
        node = tree[node, 0]
        place -= 1
    return True, min(limit, dropped, state[best, slots - 1]), types, dropped == np.inf
