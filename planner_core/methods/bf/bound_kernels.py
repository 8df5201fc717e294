"""Lagrangian bounds of the walks that go through types in a given order; compiled.

A form weighs the resources against each other. A label's bound by a form is the weighted moments that it has reached,
the least weighted work of every path that is left (its `base`), and what the last of them adds at least; its bound is
the greatest of all forms. From type to type only one class changes: bases are carried from label to label, and which
classes add least is kept in order.
"""

from __future__ import annotations

import numpy as np

from planner_core.jit import kernel, vectorised

__all__ = ["bound_tables", "bound_with", "ranked", "rerank", "weigh_all", "weigh_others"]


@kernel
def bound_tables(klass, work, last, classes):  # type: ignore[no-untyped-def]
    """Suffix minima of the Lagrangian bound, from the last type to the first.

    Parameters
    ----------
    klass : (T,) int64
    work, last : (F, T) float64
        Weighted work of one path at each type, and what a path that is the last adds to it, per form.

    Returns
    -------
    phi, extra : (T + 1, classes, F) float64
        Least work among the types left, and what the last path adds to that; infinite where a class has none.
    """
    forms, types = work.shape
    phi = np.full((types + 1, classes, forms), np.inf)
    extra = np.full((types + 1, classes, forms), np.inf)
    both = np.full((classes, forms), np.inf)
    for t in range(types - 1, -1, -1):
        k = klass[t]
        phi[t] = phi[t + 1]
        extra[t] = extra[t + 1]
        for f in range(forms):
            phi[t, k, f] = min(phi[t, k, f], work[f, t])
            both[k, f] = min(both[k, f], work[f, t] + last[f, t])
            extra[t, k, f] = both[k, f] - phi[t, k, f]
    return phi, extra


@kernel
def weigh_all(counts, phi):  # type: ignore[no-untyped-def]
    """(F,) base of the label that has placed no path, with `phi` (classes, F) of the first type."""
    base = np.zeros(phi.shape[1])
    for k in range(counts.size):
        for f in range(base.size):
            base[f] += counts[k] * phi[k, f]
    return base


@kernel
def ranked(extra):  # type: ignore[no-untyped-def]
    """(F, classes) classes, those that add least first, with `extra` (classes, F) of the first type."""
    classes, forms = extra.shape
    order = np.empty((forms, classes), np.int64)
    for f in range(forms):
        order[f] = np.argsort(extra[:, f])
    return order


@kernel
def rerank(order, k, extra):  # type: ignore[no-untyped-def]
    """Put class `k` where it belongs now that `extra` (classes, F) is that of the next type."""
    forms, classes = order.shape
    for f in range(forms):
        own, at = extra[k, f], 0
        while order[f, at] != k:
            at += 1
        while at > 0 and extra[order[f, at - 1], f] > own:
            order[f, at] = order[f, at - 1]
            at -= 1
        while at < classes - 1 and extra[order[f, at + 1], f] < own:
            order[f, at] = order[f, at + 1]
            at += 1
        order[f, at] = k


@vectorised
def weigh_others(left, k, base, phi, extra, order, others, more):  # type: ignore[no-untyped-def]
    """What the paths left of all classes but `k` bring; returns whether there are any.

    Parameters
    ----------
    left : (classes,) int
    base : (F,) float64
        Of all paths left.
    phi : (F,) float64
        By which the class is in `base`.
    extra : (classes, F) float64
    order : (F, classes) int64
        Of `ranked`; of other classes `extra` may be that of the next type.
    others, more : (F,) float64
        Are given the least work of all these paths, and the least that one of them adds as the last.
    """
    have = left[k]
    for f in range(others.size):
        others[f] = base[f] - have * phi[f] if have > 0 else base[f]
    for f in range(others.size):
        at = 0
        while at < left.size and (order[f, at] == k or left[order[f, at]] == 0):
            at += 1
        if at == left.size:
            return False
        more[f] = extra[order[f, at], f]
    return True


@vectorised
def bound_with(x, y, z, rest, some, others, more, weights, phi, extra, base):  # type: ignore[no-untyped-def]
    """Lower bound on the end of every plan that goes on from these moments.

    Parameters
    ----------
    x, y, z : float
        How long the plan runs on each resource so far.
    rest : int
        Paths left of the class that `some`, `others` and `more`, from `weigh_others`, leave out.
    weights : (3, F) float64
    phi, extra : (F,) float64
        Of `bound_tables`, for that class.
    base : (F,) float64
        Is given the label's own.
    """
    best = max(x, max(y, z))
    if rest > 0:
        for f in range(base.size):
            base[f] = others[f] + rest * phi[f]
        for f in range(base.size):
            add = min(more[f], extra[f]) if some else extra[f]
            best = max(best, weights[0, f] * x + weights[1, f] * y + weights[2, f] * z + base[f] + add)
    elif some:
        for f in range(base.size):
            base[f] = others[f]
            best = max(best, weights[0, f] * x + weights[1, f] * y + weights[2, f] * z + base[f] + more[f])
    return best
