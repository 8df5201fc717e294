"""Labels of `deadline`'s walk that another outdoes: one with an easier path left in place of a harder one; compiled.

Classes are much alike, and those of tiles that need less are easier by all their types: due later, and shorter on the
link. If some plan goes on from a label, so does one from any label with no greater load and a path of an easier class
left instead: that path takes the other's place. Where it is longer on the link the load must be less by as much. So the
other label needs no second look, whatever is still to come; of labels that are much alike few stay.

The path that takes the place may be due later, and goes later in the order of the walk. So that order must be a best
one for whatever is left: no type may have to wait longer than a later one, but for what the least load makes up for.
"""

from __future__ import annotations

import numpy as np

from planner_core.jit import kernel
from planner_core.methods.polling import is_set

__all__ = ["dearness", "easiness", "outdone"]


@kernel
def dearness(klass, d, b, e, t, least, classes):  # type: ignore[no-untyped-def]
    """(K, K) most that link times rise by when a path of class k is exchanged for one of class j, by types from t on.

    Parameters
    ----------
    klass, d, b, e : (T,)
        By rising d.
    least : float
        No load is less, so that ES times up to it hold up nothing.

    Returns
    -------
    dear : (K, K) float64
        [j, k]; infinite where some type of k has none of j that is due as late and waits no longer. Below 0, or 0, j
        can only be easier.
    """
    types = klass.size
    dear = np.full((classes, classes), -np.inf)
    # Shortest link time of each class among the types due as late: those that wait for nothing, and the others.
    best = np.full(classes, np.inf)
    waiting, held = np.empty(types, np.int64), 0
    own = np.empty(classes)
    end = types
    while end > t:
        begin = end - 1
        while begin > t and d[begin - 1] == d[begin]:
            begin -= 1
        for f in range(begin, end):
            if e[f] <= least:
                best[klass[f]] = min(best[klass[f]], b[f])
            else:
                waiting[held] = f
                held += 1
        for f in range(begin, end):
            k = klass[f]
            own[:] = best
            for h in range(held):
                g = waiting[h]
                if e[g] <= e[f]:
                    own[klass[g]] = min(own[klass[g]], b[g])
            for j in range(classes):
                dear[j, k] = max(dear[j, k], own[j] - b[f])
        end = begin
    return dear


@kernel
def easiness(klass, d, b, begin, last, t, classes):  # type: ignore[no-untyped-def]
    """(K, K) as `dearness`, for a path that is exchanged by types before t, or is the last; for `onward_kernels`.

    What is exchanged stays within the types that a label may still take, and where it is: what it begins behind, it
    may begin behind as well. As the paths behind it have no room but what the label has it must not be longer.

    Parameters
    ----------
    begin : (T,) float64
        Least load at which a path may begin, never falling.
    last : (K,) float64
        Load of each class' last path, infinite if it cannot be the last.
    """
    dear = np.full((classes, classes), -np.inf)
    for k in range(classes):
        for j in range(classes):
            if last[k] < np.inf:
                dear[j, k] = last[j] - last[k]
    # Shortest link time of each class among the types due as late that may begin as early.
    best = np.full(classes, np.inf)
    end = t
    while end > 0:
        first = end - 1
        while first > 0 and d[first - 1] == d[end - 1]:
            first -= 1
        for f in range(end - 1, first - 1, -1):
            if f + 1 < t and begin[f + 1] > begin[f]:
                best[:] = np.inf
            best[klass[f]] = min(best[klass[f]], b[f])
        for f in range(first, end):
            for j in range(classes):
                dear[j, klass[f]] = max(dear[j, klass[f]], best[j] - b[f])
        end = first
    return dear


@kernel
def _slot(word, label, key):  # type: ignore[no-untyped-def]
    """Where the label with a key is, or would be."""
    mask = word.size - 1
    at = np.int64((key ^ (key >> np.int64(29))) & mask)
    while label[at] >= 0 and word[at] != key:
        at = (at + 1) & mask
    return at


@kernel
def _is_exchanged(left, i, other, less, more):  # type: ignore[no-untyped-def]
    """Whether `other` has what i has left, but for a path of class `less` and, if there is such, one of `more`."""
    same = True
    for c in range(left.shape[1]):
        wanted = left[i, c]
        if c == less:
            wanted -= 1
        if c == more:
            wanted += 1
        if left[other, c] != wanted:
            same = False
            break
    return same


@kernel
def outdone(dear, most, bare_too, counts, left, load, keys, alive, count, salt, flag):  # type: ignore[no-untyped-def]
    """Mark labels as dead that another outdoes; returns how many.

    Parameters
    ----------
    dear : (K, K) float64
        From `dearness`.
    most : float
        Exchanges that may cost more than this are not looked for.
    bare_too : bool
        Whether a label may go without a path, too.
    left, load, keys, alive
        Of `count` labels; keys are sums of `salt` over the paths left.
    """
    classes = counts.size
    rise, gain = np.empty(classes * classes), np.empty(classes * classes, np.int64)
    easy, first = np.empty(classes * classes, np.int64), np.empty(classes + 1, np.int64)
    ways = 0
    for k in range(classes):
        first[k] = ways
        for j in range(classes):
            if j != k and dear[j, k] <= most:
                rise[ways], gain[ways], easy[ways] = max(dear[j, k], 0.0), salt[j] - salt[k], j
                ways += 1
    first[classes] = ways
    size = 256
    while size < 3 * count:
        size *= 2
    # Nearly all that is looked for is not there, which a bit tells.
    many = 8 * size - 1
    word, label = np.empty(size, np.int64), np.full(size, -1, np.int32)
    there = np.zeros(size // 8, np.int64)
    for i in range(count):
        if alive[i]:
            at = _slot(word, label, keys[i])
            word[at], label[at] = keys[i], i
            bit = (keys[i] >> np.int64(32)) & many
            there[bit >> 6] |= np.int64(1) << (bit & 63)
    dead = 0
    for i in range(count):
        if is_set(flag):
            break
        if not alive[i]:
            continue
        for k in range(classes):
            if left[i, k] == 0:
                continue
            # Without the path, and then with another in its place.
            for way in range(first[k] - 1 if bare_too else first[k], first[k + 1]):
                bare = way < first[k]
                if not bare and left[i, easy[way]] == counts[easy[way]]:
                    continue
                key = keys[i] - salt[k] if bare else keys[i] + gain[way]
                bit = (key >> np.int64(32)) & many
                if (there[bit >> 6] >> (bit & 63)) & 1 == 0:
                    continue
                other = label[_slot(word, label, key)]
                if other < 0 or not alive[other] or load[other] + (0.0 if bare else rise[way]) > load[i]:
                    continue
                if _is_exchanged(left, i, other, k, -1 if bare else easy[way]):
                    alive[i] = False
                    dead += 1
                    break
            if not alive[i]:
                break
    return dead
