"""Whether some plan ends before a limit, where the walk of `deadline` may have too many labels: by parts, depth first.

A part says how many paths of a class go by the types of earlier deadline and how many by the others, for every number
of them. The two are classes of their own from there on, each with its own profit, so that the relaxation tells more of
the parts than of the whole, and leaves fewer types. The linear program in which paths may be cut up says which class is
parted, and where: that which brings all numbers nearest to being refuted. It also prices the classes of each part.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from planner_core.arrays import FloatArray, IntArray
from planner_core.methods.bf.cut import Relaxed, priced_out, relaxed
from planner_core.methods.bf.due import Deadlines

if TYPE_CHECKING:
    from planner_core.methods.bf.deadline import Refuter

__all__ = ["branch"]

_STEPS = 3
"""Subgradient steps for a part."""

_EVERY = 3
"""Times a class is parted between tables, which tell more than the linear program and take longer."""

_ENTRIES = 300_000
_LEAST_CELLS = 1_024
"""Of a part's table: in all, about, and columns at least."""

_TRIED = 8
"""Places to part a class that are tried."""

_FREE = 15
"""Types beyond one for each class with which a part is walked."""

_WIDTH = 1_000

_TRIAL, _HOPELESS = 4, 0.8
"""If after one in so many of the parts so much is still open, no more are looked at."""


class _Open(NamedTuple):
    """A part that is not settled.

    `depth` is 1 for the whole, one more each time a class is parted; `weight`, 1 for the whole, is shared out evenly
    among the parts of each.
    """

    part: Deadlines
    depth: int
    weight: float


def branch(refuter: Refuter, part: Deadlines, most: int) -> tuple[IntArray | None, bool]:
    """Look for a sequence of `Jobs`' types that seems to meet all deadlines, in at most `most` parts.

    Returns
    -------
    types : (P,) int64 or None
    refuted : bool
        Whether there is none.
    """
    open_parts, told = [_Open(part, 1, 1.0)], True
    unsettled = 1.0
    for looked_at in range(most):
        hopeless = looked_at == most // _TRIAL and unsettled > _HOPELESS
        if not open_parts or hopeless or refuter.flag[0]:
            break
        part, depth, weight = open_parts.pop()
        unsettled -= weight
        priced = priced_out(part, refuter.flag)
        if priced is None:
            continue
        part, program = priced
        if depth % _EVERY == 0:
            cells = int(np.clip(_ENTRIES // len(part.b), _LEAST_CELLS, 8 * _LEAST_CELLS))
            left = refuter.shrink(part, program.price * part.counts, _STEPS, cells)
            if left is None:
                continue
            part, seen = left
            if len(part.b) - len(part.counts) <= _FREE:
                found, refuted = refuter.walk(part, seen, _WIDTH, True)
                if found is not None:
                    return found, False
                if refuted:
                    continue
        program = relaxed(part, refuter.flag, _TRIED)
        if program.value < 0.0:
            continue
        if program.at >= 0:
            parts = list(_parted(part, program))
        else:
            count = np.round(program.paths).astype(np.int64)
            if _meets(part, count):
                return np.repeat(part.rank, count)[::-1], False
            parts = list(_widest(part, program.price))
            if not parts:
                # One way is left, which fails only for the order that a longer ES time holds up.
                seen = refuter.table(part, program.price * part.counts, 1, _LEAST_CELLS)
                found, refuted = refuter.walk(part, seen, _WIDTH)
                if found is not None:
                    return found, False
                told = told and refuted
        if parts:
            open_parts += [_Open(smaller, depth + 1, weight / len(parts)) for smaller in parts]
            unsettled += weight
    return None, told and not open_parts and not refuter.flag[0]


def _meets(part: Deadlines, count: IntArray) -> bool:
    """Whether so many paths of each type (T,) meet all deadlines by the order of release."""
    if (np.bincount(part.klass, count, len(part.counts)) != part.counts).any():
        return False
    load = 0.0
    for t in np.flatnonzero(count):
        load = max(load, float(part.e[t])) + int(count[t]) * float(part.b[t])
        if load >= part.d[t]:
            return False
    return True


def _parted(part: Deadlines, program: Relaxed) -> Iterator[Deadlines]:
    """The parts by the place that the linear program chose, the most promising last."""
    k = int(part.klass[program.at])
    late = (part.klass == k) & (np.arange(len(part.klass)) > program.at)
    for early in np.argsort(program.values, kind="stable"):
        if program.values[early] >= 0.0:
            yield part.parted(k, late, int(early))


def _widest(part: Deadlines, price: FloatArray) -> Iterator[Deadlines]:
    """All parts by the class and the deadline that promise most, the most even of them last."""
    by_class = np.argsort(part.klass, kind="stable")
    same = np.flatnonzero(np.diff(part.klass[by_class]) == 0)
    if not len(same):
        return
    before, after = by_class[same], by_class[same + 1]
    first = after[np.argmax(price[part.klass[after]] * (part.d[after] - part.d[before]))]
    k = int(part.klass[first])
    late = (part.klass == k) & (np.arange(len(part.klass)) >= first)
    paths = int(part.counts[k])
    for early in sorted(range(paths + 1), key=lambda number: -abs(2 * number - paths)):
        yield part.parted(k, late, early)
