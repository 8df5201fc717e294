"""Compiled loops of `back`; they release the GIL and poll a flag."""

from __future__ import annotations

import numpy as np

from planner_core.jit import inlined, kernel
from planner_core.methods.bf.label_kernels import (
    copied,
    in_groups,
    is_last_of_class,
    none_left,
    noted,
    salts,
    same_group,
    sorted_by,
    unrolled,
)
from planner_core.methods.polling import is_set

__all__ = ["bound_of_label", "ends_sent", "suffix_tables", "walk_back"]


@kernel
def suffix_tables(klass, work, classes):  # type: ignore[no-untyped-def]
    """(T + 1, F, classes) least work of a path of each class among the types from t on; work (F, T)."""
    forms, types = work.shape
    phi = np.full((types + 1, forms, classes), np.inf)
    for t in range(types - 1, -1, -1):
        phi[t] = phi[t + 1]
        for i in range(forms):
            phi[t, i, klass[t]] = min(phi[t, i, klass[t]], work[i, t])
    return phi


@kernel
def ends_sent(counts, klass, a, b, e):  # type: ignore[no-untyped-def]
    """Ends of plans for `walk_back`: one path of each type that is sent."""
    last = np.flatnonzero(b > 0.0)
    left = np.empty((last.size, counts.size), np.int64)
    end, reached, tree = np.empty(last.size), np.empty(last.size), np.empty((last.size, 3), np.int64)
    for i in range(last.size):
        t = last[i]
        copied(counts, left[i])
        left[i, klass[t]] -= 1
        end[i] = b[t] + e[t]
        reached[i] = a[t] + end[i]
        tree[i, 0], tree[i, 1], tree[i, 2] = -1, t, 1
    return left, end, reached, last, np.arange(last.size), tree


@inlined
def _form(i, t, base, to_end, reached, passed, ahead):  # type: ignore[no-untyped-def]
    """Value of form i at step t, and that of its thresholds still ahead alone, scaled up to a whole weighting.

    `base` is the least weighted work of what is left.
    """
    if base == np.inf:
        return np.inf, np.inf
    rest = 1.0 - passed[i, t]
    value = passed[i, t] * reached + ahead[i, t] + rest * to_end + base
    alone = (ahead[i, t] + base) / rest + to_end if rest > 1e-6 else 0.0
    return value, alone


@kernel
def bound_of_label(  # type: ignore[no-untyped-def]
    t, left, base, to_end, reached, bucket, open_to, begin, first, passed, ahead, phi, passing
):
    """Lower bound on the path end of every completion of a label that may still use types t, t + 1, ...

    The second value is the bound from what is left alone: it tells labels apart that have reached the same end.

    bucket, open_to
        The latest release lies in a bucket from `bucket` down to `open_to` (buckets count from the latest release).
    base : (F,) float64
        Sum over classes of paths left times phi[t], for the forms of `bucket`.
    begin : (U,) int64
        First type of each bucket.
    first : (U + 1,) int64
        Forms of bucket u are first[u] .. first[u + 1]; one without forms cannot hold the latest release.
    passing : (K,) int64
        Last type of each class that sends nothing; -1 where there is none.
    """
    rest = 0
    for k in range(left.size):
        rest += left[k]
    if rest == 0:
        return reached, 0.0
    best, score = np.inf, np.inf
    for u in range(bucket, open_to + 1):
        at = max(t, begin[u])
        within = reached if first[u] < first[u + 1] else np.inf
        ahead_of = 0.0 if first[u] < first[u + 1] else np.inf
        for i in range(first[u], first[u + 1]):
            total = 0.0
            if at == t and u == bucket and bucket == open_to:
                total = base[i]
            else:
                for k in range(left.size):
                    # A type that sends nothing may be used whatever its release.
                    if left[k] > 0 and passing[k] < t:
                        total += left[k] * phi[at, i, k]
            value, alone = _form(i, at, total, to_end, reached, passed, ahead)
            within = max(within, max(value, alone))
            ahead_of = max(ahead_of, alone)
        best = min(best, within)
        score = min(score, ahead_of)
    return best, score


@kernel
def _reduce(left, to_end, reached, bucket, node, count_of, lower, score, key, count, width, single, flag):  # type: ignore[no-untyped-def]
    """Drop dominated labels, then all but the `width` most promising, in place.

    If `single`, what a label has reached is no reason to keep it: it is below the limit, and that is all it takes.

    Returns the number kept and the least bound among those cut off for width.
    """
    order = in_groups(key, to_end, reached, reached, count, flag)
    keep = np.empty(count, np.int64)
    kept = 0
    least = np.inf
    for r in range(count):
        if is_set(flag):
            return 0, np.inf
        i = order[r]
        if not same_group(order, r, key, left) or (not single and reached[i] < least):
            least = reached[i]
            keep[kept] = i
            kept += 1
    keep = keep[:kept]
    lost = np.inf
    if kept > width:
        # Many labels have reached the same end: what is left decides between them.
        ranked = sorted_by(keep, lower[:count] + score[:count], flag)
        if is_set(flag):
            return 0, np.inf
        for r in range(width, kept):
            # What a label of a `single` kind has reached says nothing of those that it stands for.
            lost = min(lost, score[ranked[r]] if single else lower[ranked[r]])
        keep = ranked[:width]
        kept = width
    keep = np.sort(keep)
    for r in range(kept):
        i = keep[r]
        if i != r:
            copied(left[i], left[r])
            to_end[r], reached[r], bucket[r] = to_end[i], reached[i], bucket[i]
            node[r], count_of[r], lower[r], key[r] = node[i], count_of[i], lower[i], key[i]
            score[r] = score[i]
    return kept, lost


@kernel
def walk_back(  # type: ignore[no-untyped-def]
    counts,
    klass,
    a,
    b,
    e,
    bucket_of,
    begin,
    first,
    passed,
    ahead,
    phi,
    limit,
    width,
    from_left,
    from_end,
    from_reached,
    from_top,
    from_node,
    from_tree,
    exact,
    flag,
):
    """Walk the types from the latest release to the first; see `back`.

    Parameters
    ----------
    klass, a, b, e, bucket_of : (T,)
        Types by falling release, and the bucket of each.
    begin, first, passed, ahead, phi
        Forms of the bound, as in `back.BackForms`.

    from_left, from_end, from_reached, from_top, from_node, from_tree
        Ends of plans to go on from, as `suffix_kernels.endings` lists them.
    exact : bool
        Count every ES time, and look for any plan below the limit, not for the best; else only those of the ends.

    Returns
    -------
    found, bound, types, complete
        As in `flow_kernels.walk_types`; `types` in sequence. If `exact`, a plan that was found need not be the best.
    """
    classes, total, types = counts.size, counts.sum(), klass.size
    forms = passed.shape[0]
    room = max(8 * width, 8192)
    left = np.empty((room, classes), np.int64)
    to_end, reached, lower, score = np.empty(room), np.empty(room), np.empty(room), np.empty(room)
    bucket, node = np.empty(room, np.int64), np.empty(room, np.int64)
    count_of, key = np.empty(room, np.int64), np.empty(room, np.int64)
    old_left = np.empty((room, classes), np.int64)
    old_end, old_reached = np.empty(room), np.empty(room)
    old_bucket, old_node, old_key = (
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
    )
    salt = salts(classes)
    nodes = from_tree.shape[0]
    tree = np.empty((2 * nodes + 4096, 3), np.int64)
    tree[:nodes] = from_tree
    best_end, best_node = limit, -1
    bound = np.inf
    old = 0
    # While no path of a label is placed but those of its end, minus one less the bucket of the latest is noted.
    for i in range(from_end.size):
        if none_left(from_left, i):
            if from_reached[i] < best_end:
                best_end, best_node = from_reached[i], from_node[i]
        elif from_reached[i] < best_end and old < room:
            copied(from_left[i], old_left[old])
            old_end[old], old_reached[old], old_node[old] = from_end[i], from_reached[i], from_node[i]
            old_bucket[old] = -1 - (bucket_of[from_top[i]] if from_top[i] < types else begin.size - 1)
            old_key[old] = (old_left[old] * salt).sum()
            old += 1
        elif from_reached[i] < best_end:
            bound = min(bound, from_end[i] if exact else from_reached[i])
    passing = np.full(classes, -1, np.int64)
    for t in range(types):
        if b[t] <= 0.0:
            passing[klass[t]] = t
    base = np.empty(forms)
    trial = np.empty(forms)
    floor = 0.0
    for t in range(types):
        if old == 0:
            break
        k = klass[t]
        final = is_last_of_class(klass, t)
        count = np.int64(0)
        for i in range(old):
            if is_set(flag):
                break
            have = old_left[i, k]
            free_bucket = old_bucket[i] < 0
            own = -1 - old_bucket[i] if free_bucket else old_bucket[i]
            if not free_bucket:
                for f in range(first[own], first[own + 1]):
                    base[f] = 0.0
                    for c in range(classes):
                        if c != k and old_left[i, c] > 0:
                            base[f] += old_left[i, c] * phi[t + 1, f, c]
            x = (have if final else 0) - 1
            while x < have:
                x += 1
                end, top = old_end[i], old_reached[i]
                settled, into, open_to = not free_bucket, own, own
                if x > 0 and b[t] <= 0.0:
                    top = max(top, a[t] + e[t] if exact else a[t])  # passes the link, whatever is sent then
                if x > 0 and b[t] > 0.0:
                    if exact:
                        end = max(end, e[t])
                    end += x * b[t]
                    top = max(top, a[t] + end)
                    if free_bucket:
                        settled = True
                        into = min(own, bucket_of[t])
                        open_to = into
                elif free_bucket:
                    # The latest release is that of the last path, or of a path still to be placed.
                    ahead_bucket = bucket_of[t + 1] if t + 1 < types else bucket_of[t]
                    if ahead_bucket >= own:
                        settled = True
                    else:
                        into = ahead_bucket
                if top >= best_end:
                    break  # only rises with x
                old_left[i, k] = have - x
                if settled and not free_bucket:
                    for f in range(first[own], first[own + 1]):
                        trial[f] = base[f]
                        if have - x > 0:
                            trial[f] += (have - x) * phi[t + 1, f, k]
                elif settled:
                    for f in range(first[into], first[into + 1]):
                        trial[f] = 0.0
                        for c in range(classes):
                            if old_left[i, c] > 0:
                                trial[f] += old_left[i, c] * phi[t + 1, f, c]
                value, promise = bound_of_label(
                    t + 1,
                    old_left[i],
                    trial,
                    end,
                    top,
                    into,
                    open_to,
                    begin,
                    first,
                    passed,
                    ahead,
                    phi,
                    passing,
                )
                if value >= best_end:
                    old_left[i, k] = have
                    continue
                if count == room:
                    count, cut = _reduce(
                        left,
                        to_end,
                        reached,
                        bucket,
                        node,
                        count_of,
                        lower,
                        score,
                        key,
                        count,
                        width,
                        exact,
                        flag,
                    )
                    bound = min(bound, cut)
                copied(old_left[i], left[count])
                to_end[count], reached[count] = end, top
                bucket[count] = into if settled else old_bucket[i]
                node[count], count_of[count] = old_node[i], x
                lower[count], score[count], key[count] = value, promise, old_key[i] - x * salt[k]
                count += 1
                old_left[i, k] = have
            old_left[i, k] = have
        if is_set(flag):
            break
        count, cut = _reduce(
            left, to_end, reached, bucket, node, count_of, lower, score, key, count, width, exact, flag
        )
        bound = min(bound, cut)
        if is_set(flag):
            break
        floor = np.inf
        for i in range(count):
            floor = min(floor, score[i] if exact else lower[i])
        old = 0
        for i in range(count):
            at = node[i]
            if count_of[i] > 0:
                tree = noted(tree, nodes, at, t, count_of[i])
                at = nodes
                nodes += 1
            if none_left(left, i):
                if reached[i] < best_end:
                    best_end, best_node = reached[i], at
                continue
            copied(left[i], old_left[old])
            old_end[old], old_reached[old], old_bucket[old] = to_end[i], reached[i], bucket[i]
            old_node[old], old_key[old] = at, key[i]
            old += 1
    sequence = unrolled(tree, best_node, total)  # the chain runs from the first path sent to the last
    stopped = is_set(flag)
    if stopped:
        bound = min(bound, floor)  # what the labels of the last whole step prove
    return best_node >= 0, min(bound, best_end), sequence, bound == np.inf
