"""Compiled loops of `filling`; they release the GIL and poll a flag."""

from __future__ import annotations

import numpy as np

from planner_core.jit import kernel
from planner_core.methods.bf.insertion import best_place, fill_tables
from planner_core.methods.polling import is_set

__all__ = ["head_of", "walk_fillings"]

_ROUNDS = 4
"""Times that every path of a choice of splits is moved to its best place."""

_HAIR = 1e-12
"""Of the limit: far more than sums of times may be off by."""


@kernel
def _pair_ends(chosen, size, base, left, a, b, e, order_of, by_order):  # type: ignore[no-untyped-def]
    """Lower bound on the end of every plan with these splits, by each pair of resources in its best order.

    Parameters
    ----------
    chosen : (size,) int64
        Types that are not their class' base.
    base, left : (K,) int64
        Base type of each class, and the paths that take it.
    order_of : (3, T) int64
        Place of each type in the order of device and ES, of link and ES, of device and link.
    by_order : (3, K) int64
        Classes by the places of their base types.
    """
    head, least_a, least_e = np.inf, np.inf, np.inf
    for q in range(size + base.size):
        if q < size:
            t = chosen[q]
        elif left[q - size] > 0:
            t = base[q - size]
        else:
            continue
        if b[t] > 0.0 or e[t] > 0.0:
            least_a = min(least_a, a[t])
        if b[t] > 0.0:
            least_e = min(least_e, e[t])
        if e[t] > 0.0:
            head = min(head, a[t] + b[t])
    if least_a == np.inf:
        least_a = 0.0
    if least_e == np.inf:
        least_e = 0.0
    if head == np.inf:
        head = 0.0
    worst = 0.0
    ranked = np.empty(size, np.int64)
    for pair in range(3):
        place = order_of[pair]
        for q in range(size):
            at = q
            while at > 0 and place[ranked[at - 1]] > place[chosen[q]]:
                ranked[at] = ranked[at - 1]
                at -= 1
            ranked[at] = chosen[q]
        first = least_a if pair == 1 else 0.0
        second = least_a if pair == 2 else head
        i = j = 0
        while i < size or j < base.size:
            if j < base.size and left[by_order[pair, j]] == 0:
                j += 1
                continue
            if j == base.size or (i < size and place[ranked[i]] < place[base[by_order[pair, j]]]):
                t, many = ranked[i], 1
                i += 1
            else:
                t, many = base[by_order[pair, j]], left[by_order[pair, j]]
                j += 1
            x, lag, y = a[t], 0.0, e[t]
            if pair == 0:
                if b[t] > 0.0 and e[t] > 0.0:
                    lag = b[t]
                else:
                    y = 0.0
            elif pair == 1:
                x = b[t]
            else:
                y = b[t]
            end = first + many * x
            if y > 0.0:
                second = max(max(second, first + x + lag) + many * y, end + lag + y)
            first = end
        worst = max(worst, max(first, second + (least_e if pair == 2 else 0.0)))
    return worst


@kernel
def _put(seq, count, kind, a, b, e, before, behind):  # type: ignore[no-untyped-def]
    """Put one more path where the plan ends first; returns the end."""
    fill_tables(seq, count, a, b, e, True, True, before, behind)
    _, place, end = best_place(count, kind, kind + 1, a, b, e, True, True, before, behind, a, 0.0)
    for i in range(count, place, -1):
        seq[i] = seq[i - 1]
    seq[place] = kind
    return end


@kernel
def _sequence(seq, chosen, size, base, left, a, b, e, by_link, limit, before, behind):  # type: ignore[no-untyped-def]
    """Put these splits in a good order, into `seq`; returns the end."""
    count = np.int64(0)
    for j in range(base.size):
        for _ in range(left[by_link[j]]):
            seq[count] = base[by_link[j]]
            count += 1
    end = 0.0
    for q in range(size):
        end = _put(seq, count, chosen[q], a, b, e, before, behind)
        count += 1
    for _ in range(_ROUNDS):
        ended = end
        for i in range(count):
            if end < limit:
                return end
            kind = seq[i]
            for p in range(i, count - 1):
                seq[p] = seq[p + 1]
            end = _put(seq, count - 1, kind, a, b, e, before, behind)
        if end >= ended:
            break
    return end


@kernel
def _first_fitting(kept, size, a, room):  # type: ignore[no-untyped-def]
    """Place of the first of `kept`, by falling device time, that takes no more than `room`."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        if a[kept[middle]] <= room:
            high = middle
        else:
            low = middle + 1
    return low


@kernel
def head_of(left, start, first, second):  # type: ignore[no-untyped-def]
    """Before which the ES cannot work without a break, with these paths (K,) sent raw.

    Of `start` (N,) that is the least whose `first` and `second` (N,) are among them.
    """
    for i in range(start.size):
        p, q = first[i], second[i]
        if p >= 0 and left[p] < (2 if p == q else 1):
            continue
        if q < 0 or left[q] > 0:
            return start[i]
    return np.inf


@kernel
def walk_fillings(  # type: ignore[no-untyped-def]
    counts,
    klass,
    base,
    items,
    lasts,
    a,
    b,
    e,
    order_of,
    by_order,
    least,
    start,
    first,
    second,
    slack,
    limit,
    most,
    each,
    flag,
):
    """Look at every choice of splits that may end before `limit`; see `filling`.

    Parameters
    ----------
    counts, base : (K,) int64
        Paths of each class, and the type that needs no device.
    items : (I,) int64
        All other types, by falling device time.
    lasts : (L,) int64
        Those that may be the last on the device, the most promising first.
    order_of, by_order
        As of `_pair_ends`.
    least : (L,) float64
        What each of `lasts` proves.
    start, first, second : (N,)
        As of `head_of`.
    slack : float
        Share of an end by which a better plan must be better.
    most, each : int
        Choices that are looked at in all, and with the same last path on the device.

    Returns
    -------
    sequence : (P,) int64
        The best plan's types; -1 first where there is none.
    limit : float
        Its end, less the slack; the given one where there is none.
    bound : float
        Proven lower bound.
    """
    classes, paths = counts.size, 0
    for k in range(classes):
        paths += counts[k]
    best, seq, left = np.empty(paths, np.int64), np.empty(paths, np.int64), np.empty(classes, np.int64)
    best[0] = -1
    before, behind = np.empty((paths + 1, 4)), np.empty((paths + 1, 4))
    chosen, at = np.empty(paths + 1, np.int64), np.empty(paths + 1, np.int64)
    used_a, used_b, need = np.empty(paths + 1), np.empty(paths + 1), np.empty(paths + 1)
    heads = np.empty(paths + 1)
    all_b = all_e = 0.0
    for k in range(classes):
        all_b += counts[k] * b[base[k]]
        all_e += counts[k] * e[base[k]]
    first_sent = np.inf
    for t in range(klass.size):
        if b[t] > 0.0:
            first_sent = min(first_sent, a[t])
    bound, looked = np.inf, 0
    kept = np.empty(items.size, np.int64)
    for number in range(lasts.size):
        last = lasts[number]
        if least[number] >= limit:
            break
        if looked > most or is_set(flag):
            bound = min(bound, least[number])
            break
        behind_last = b[last] + e[last]
        enough = min(most, looked + each)
        # Of all that run on the device none has less behind it; among equals the last one is the first by number.
        size = 0
        gain = drop = 0.0
        for i in range(items.size):
            t = items[i]
            own = b[t] + e[t]
            if own > behind_last or (own == behind_last and t >= last):
                kept[size] = t
                gain = max(gain, (e[base[klass[t]]] - e[t]) / a[t])
                drop = max(drop, (b[base[klass[t]]] - b[t]) / a[t])
                size += 1
        shortest = a[kept[size - 1]] if size > 0 else np.inf
        for k in range(classes):
            left[k] = counts[k]
        left[klass[last]] -= 1
        chosen[0] = last
        depth = 1
        used_a[0] = a[last]
        used_b[0] = all_b + b[last] - b[base[klass[last]]]
        need[0] = all_e + e[last] - e[base[klass[last]]]
        heads[0] = head_of(left, start, first, second)
        at[0] = -1
        whole = True
        while depth > 0:
            top = depth - 1
            room = limit - behind_last - used_a[top]
            # Where no path is left for the ES it need not begin, but then the device does all, rounding apart.
            head = min(heads[top], limit * (1.0 - _HAIR))
            if at[top] < 0:
                looked += 1
                if looked > enough or is_set(flag):
                    whole = False
                    break
                missing = need[top] - (limit - head)
                if room < 0.0 or missing > gain * room or used_b[top] - drop * room > limit - first_sent:
                    at[top] = size
                elif missing <= 0.0 and used_b[top] <= limit - first_sent:
                    low = _pair_ends(chosen, depth, base, left, a, b, e, order_of, by_order)
                    if low < limit:
                        end = _sequence(
                            seq, chosen, depth, base, left, a, b, e, by_order[1], limit, before, behind
                        )
                        if end < limit:
                            for i in range(paths):
                                best[i] = seq[i]
                            limit = end * (1.0 - slack)
                            room = limit - behind_last - used_a[top]
                        # Found or not, there may be a better order than those that were looked at.
                        bound = min(bound, low)
                if at[top] < 0:
                    # By falling device time: what fits begins here, but not before the one chosen last.
                    at[top] = _first_fitting(kept, size, a, room)
                    if top > 0:
                        at[top] = max(at[top], at[top - 1] - 1)
            # The next type that may follow.
            found = False
            while at[top] < size:
                i = at[top]
                at[top] += 1
                t = kept[i]
                if left[klass[t]] == 0:
                    continue
                rest = room - a[t]
                missing = need[top] + e[t] - e[base[klass[t]]] - (limit - head)
                if rest < shortest and missing > 0.0:
                    # Nothing fits behind it. All that follow are shorter, and sooner or later too short.
                    if need[top] - (limit - head) > gain * a[t] and rest >= 0.0:
                        shorter = _first_fitting(kept, size, a, room - shortest)
                        at[top] = max(at[top], shorter)
                    continue
                found = True
                break
            if not found:
                depth -= 1
                if depth > 0:
                    left[klass[chosen[depth]]] += 1
                continue
            chosen[depth] = t
            left[klass[t]] -= 1
            used_a[depth] = used_a[top] + a[t]
            used_b[depth] = used_b[top] + b[t] - b[base[klass[t]]]
            need[depth] = need[top] + e[t] - e[base[klass[t]]]
            heads[depth] = head if left[klass[t]] > 1 else head_of(left, start, first, second)
            at[depth] = -1
            depth += 1
        if not whole:
            bound = min(bound, least[number])
    return best, limit, min(bound, limit)
