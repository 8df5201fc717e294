"""A dynamic program over types by falling release, for one device worker per path.

The link serves paths in order of release, but for one that is set aside to be the last, whose ES time counts. Walking
from the latest release to the first a label knows how long the link is busy from its paths to the end, so what is left
matters through one number: (paths left of each class, time to the end, path end reached). A path released at r ends
the plan no sooner than r + the time to the end. As soon as the latest release is settled, every threshold of
`release` below it holds, and the weights of its bucket bound what is left. Paths that send nothing pass the link and
only have to be ready.

Like `flow` it is exact where only the last ES time counts, and a lower bound elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planner_core.arrays import FlagArray, FloatArray, IntArray
from planner_core.methods.bf import back_kernels as kernels
from planner_core.methods.bf import suffix_kernels
from planner_core.methods.bf.flow import TypeOrder
from planner_core.methods.bf.release import Bucket
from planner_core.methods.bf.states import Outcome

__all__ = ["BackForms", "back_forms", "link_forms", "solve_back", "solve_exact"]

_BLENDS = (1.0, 0.5, 0.0)
"""Shares of a bucket's best weights; the rest is put on the link alone."""


_MOST_ENDINGS = 20_000


@dataclass(frozen=True, eq=False, slots=True)
class BackForms:
    """Bounds per bucket; types and buckets count from the latest release.

    Attributes
    ----------
    bucket_of : (T,) int64
    begin : (U,) int64
        First type of each bucket.
    first : (U + 1,) int64
        Forms of bucket u are first[u] .. first[u + 1].
    passed, ahead : (F, T + 1) float64
        At step t: weight of the thresholds above the types left, and the others' weighted releases.
    phi : (T + 1, F, K) float64
        Least weighted link time of a path of each class among the types left.
    """

    bucket_of: IntArray
    begin: IntArray
    first: IntArray
    passed: FloatArray
    ahead: FloatArray
    phi: FloatArray


def back_forms(order: TypeOrder, buckets: list[Bucket]) -> BackForms:
    """Tabulate the bounds of `buckets` (ascending, covering all types; weights None where nothing can end in time)."""
    types = len(order.a)
    a, b = order.a[::-1], order.b[::-1]
    bucket_of = np.empty(types, np.int64)
    begin, first, weights = [], [0], []
    for u, bucket in enumerate(reversed(buckets)):
        begin.append(types - bucket.stop)
        bucket_of[types - bucket.stop : types - bucket.head] = u
        if bucket.weights is not None:
            # With all weight on the link all blends are one.
            for blend in _BLENDS if bucket.weights[0] < 1.0 else _BLENDS[:1]:
                mixed = bucket.weights[::-1] * blend
                mixed[-1] += 1.0 - blend
                weights.append(mixed)
        first.append(len(weights))
    table = np.array(weights).reshape(-1, types)
    passed = np.concatenate([np.zeros((len(table), 1)), np.cumsum(table, axis=1)], axis=1)
    # Equal releases are passed together: a threshold holds for every type at it.
    ahead = np.concatenate(
        [np.cumsum((table * a)[:, ::-1], axis=1)[:, ::-1], np.zeros((len(table), 1))], axis=1
    )
    # A type counts for every threshold not above its release.
    below = np.cumsum(table[:, ::-1], axis=1)[:, ::-1]
    phi = kernels.suffix_tables(np.ascontiguousarray(order.klass[::-1]), below * b, len(order.counts))
    return BackForms(
        bucket_of, np.array(begin, np.int64), np.array(first, np.int64), np.minimum(passed, 1.0), ahead, phi
    )


def link_forms(order: TypeOrder) -> BackForms:
    """`back_forms` of all types in one bucket, with nothing but the link to bound them."""
    types = len(order.a)
    passed, ahead = np.zeros((1, types + 1)), np.full((1, types + 1), order.a[0])
    passed[0, types], ahead[0, types] = 1.0, 0.0
    phi = kernels.suffix_tables(
        np.ascontiguousarray(order.klass[::-1]), order.b[None, ::-1].copy(), len(order.counts)
    )
    one = np.zeros(1, np.int64)
    return BackForms(np.zeros(types, np.int64), one, np.array([0, 1]), passed, ahead, phi)


def solve_back(order: TypeOrder, forms: BackForms, limit: float, width: int, flag: FlagArray) -> Outcome:
    """Look for a plan that ends before `limit`, keeping at most `width` labels a type.

    Of the ES times only that of the last path sent counts: the value is a lower bound. A plan in which no path is
    sent at all is not looked for. `flag` is polled; when it is set the search ends with the bound that is proven by
    then.
    """
    back = order.backward()
    ends = kernels.ends_sent(back.counts, back.klass, back.a, back.b, back.e)
    return _walk(order, back, forms, limit, width, ends, False, flag)


def solve_exact(
    order: TypeOrder, forms: BackForms, limit: float, width: int, flag: FlagArray
) -> Outcome | None:
    """Look for any plan that ends before `limit`, every ES time counted; None if its end may be too various.

    As `solve_back` otherwise. If it is complete and finds none there is none; the bound never exceeds what is proven.
    """
    back = order.backward()
    passing = np.full(len(order.counts), -1)
    unsent = np.flatnonzero(back.b <= 0)
    passing[back.klass[unsent]] = unsent
    *ends, whole = suffix_kernels.endings(
        order.counts, back.klass, back.a, back.b, back.e, forms.bucket_of, forms.begin, forms.first, forms.passed,
        forms.ahead, forms.phi, passing, limit, min(width, _MOST_ENDINGS), flag,
    )  # fmt: skip
    if not whole:
        return None
    return _walk(order, back, forms, limit, width, tuple(ends), True, flag)


def _walk(
    order: TypeOrder,
    back: TypeOrder,
    forms: BackForms,
    limit: float,
    width: int,
    ends: tuple[Any, ...],
    exact: bool,
    flag: FlagArray,
) -> Outcome:
    found, bound, types, complete = kernels.walk_back(
        order.counts, back.klass, back.a, back.b, back.e, forms.bucket_of, forms.begin, forms.first, forms.passed,
        forms.ahead, forms.phi, limit, width, *ends, exact, flag,
    )  # fmt: skip
    plan = order.rank[::-1][types] if found else None
    if exact and found:
        return Outcome(plan, 0.0)  # a better one may be among those that gave way to it
    return Outcome(plan, min(limit, float(bound)), bool(complete))
