"""Classes that differ only in types which are of no use before a limit: planned as one, and told apart afterwards.

Plans that only exchange paths of such classes are the same plan, and whoever tells the classes apart looks at all.
"""

from __future__ import annotations

import numpy as np

from planner_core.arrays import IntArray
from planner_core.methods.bf.due import Deadlines
from planner_core.methods.bf.jobs import Jobs

__all__ = ["merge", "told_apart"]


def merge(jobs: Jobs, classes: IntArray, rank: IntArray, like: IntArray) -> IntArray:
    """(K',) for each of `classes` the first with the same types in `rank` (T',), noted in `like` (T,) type by type."""
    klass = jobs.class_of_type
    by_class = rank[np.argsort(klass[rank], kind="stable")]
    begins = np.searchsorted(klass[by_class], classes)
    ends = np.searchsorted(klass[by_class], classes, side="right")
    times = np.stack([jobs.a, jobs.b, jobs.e], axis=1)[by_class]
    seen: dict[bytes, int] = {}
    first = np.empty(len(classes), np.int64)
    for i, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        j = seen.setdefault(times[begin:end].tobytes(), i)
        first[i] = classes[j]
        like[by_class[begin:end]] = by_class[begins[j] : ends[j]]
    return first


def told_apart(jobs: Jobs, whole: Deadlines, types: IntArray) -> IntArray:
    """A sequence of types (P,), of which each class has as many as it has paths, for one of merged classes."""
    assert whole.like is not None
    klass = jobs.class_of_type
    sent = np.flatnonzero(whole.like >= 0)
    owner = np.full(len(jobs.counts), -1)
    owner[klass[sent]] = klass[whole.like[sent]]
    own = types.copy()
    for k in whole.classes:
        same = np.flatnonzero(owner == k)
        if len(same) > 1:
            places = np.flatnonzero(klass[types] == k)
            shared = np.split(places, np.cumsum(jobs.counts[same])[:-1])
            for q, some in zip(same, shared, strict=True):
                of_class = sent[klass[sent] == q]
                twin = np.full(len(whole.like), -1)
                twin[whole.like[of_class]] = of_class
                own[some] = twin[types[some]]
    return own
