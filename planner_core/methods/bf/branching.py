"""Whether some plan ends before a limit, where the walk of `deadline` has too many labels: by parts, depth first.

A part says how many paths of a class go by the types of earlier deadline and how many by the others, for every number
of them. The two are classes of their own from there on, each with its own profit, so that the relaxation tells more of
the parts than of the whole, and leaves fewer types. What is priced highest, and has the widest choice, is parted first:
a few classes with long link times decide most.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from planner_core.arrays import FloatArray, IntArray
from planner_core.methods.bf.due import Deadlines

if TYPE_CHECKING:
    from planner_core.methods.bf.deadline import Refuter, Table

__all__ = ["branch"]

_STEPS = 3
"""Subgradient steps for a part."""

_ENTRIES = 300_000
_LEAST_CELLS = 1_024
"""Of a part's table: in all, about, and columns at least."""

_FREE = 100
"""Types beyond one for each class with which a part is walked."""

_WIDTH = 1_000


def branch(refuter: Refuter, part: Deadlines, seen: Table, most: int) -> tuple[IntArray | None, bool, bool]:
    """Look for a sequence of `Jobs`' types that seems to meet all deadlines, in at most `most` parts.

    Returns
    -------
    types : (P,) int64 or None
    refuted : bool
        Whether there is none.
    stuck : bool
        Whether all parts were looked at, and some that cannot be parted remained open.
    """
    open_parts = list(_parts(part, seen.share))
    told = bool(open_parts)
    while open_parts and most > 0 and not refuter.flag[0]:
        most -= 1
        part, share = open_parts.pop()
        cells = int(np.clip(_ENTRIES // len(part.b), _LEAST_CELLS, 8 * _LEAST_CELLS))
        left = refuter.shrink(part, share, _STEPS, cells)
        if left is None:
            continue
        part, seen = left
        if len(part.b) - len(part.counts) <= _FREE:
            found, refuted = refuter.walk(part, seen, _WIDTH, True)
            if found is not None:
                return found, False, False
            if refuted:
                continue
            told = told and len(part.b) > len(part.counts)
        open_parts += _parts(part, seen.share)
    ended = not open_parts and not refuter.flag[0]
    return None, told and ended, ended and not told


def _parts(part: Deadlines, share: FloatArray) -> Iterator[tuple[Deadlines, FloatArray]]:
    """All parts by the class and the deadline that promise most, the most even of them last."""
    worth = share / part.counts
    by_class = np.argsort(part.klass, kind="stable")
    same = np.flatnonzero(np.diff(part.klass[by_class]) == 0)
    if not len(same):
        return
    before, after = by_class[same], by_class[same + 1]
    first = after[np.argmax(worth[part.klass[after]] * (part.d[after] - part.d[before]))]
    k = int(part.klass[first])
    mine = part.klass == k
    late = mine & (np.arange(len(mine)) >= first)
    paths = int(part.counts[k])
    for early in sorted(range(paths + 1), key=lambda number: -abs(2 * number - paths)):
        yield part.parted(k, late, early), _shared(share, k, early / paths)


def _shared(share: FloatArray, k: int, early: float) -> FloatArray:
    """The shares (K,) once class `k` is parted, so much of it `early`."""
    if early in (0.0, 1.0):
        return share
    parted = np.append(share, share[k] * (1.0 - early))
    parted[k] *= early
    return parted
