"""Whether some plan ends before a limit, for one device worker and one ES worker per path.

Looked at backwards from the limit the link is a machine on which a path may begin when its ES time has passed, and must
be done before limit - release. Paths of a class that may send nothing and still end in time take nothing from the
others, so only the rest counts. By rising deadline is a best order, but for what an ES time longer than the load so far
holds up; `kernels.endings` lists the ways out of that order.

The relaxation, in `profit_kernels`, lets every type be used by as many paths as its class has, whatever the others
use, pays a profit for each path, and tabulates the most profit that can still be made from each load on, deadlines
kept. If no packing earns the profit of all paths no plan meets the limit; the profits are chosen by subgradient steps
to show that. Whatever the profits, the table also tells of any part of a plan that it cannot be completed, so a walk
over the types, which knows the paths left of each class and the load, soon has few labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planner_core.arrays import BoolArray, FlagArray, FloatArray, IntArray
from planner_core.methods.bf import deadline_kernels as kernels
from planner_core.methods.bf import profit_kernels
from planner_core.methods.bf.jobs import Jobs

__all__ = ["Deadlines", "Refuter", "Verdict"]

_CELLS = 2048
"""Of a table, at least; four times as many where there are few types."""

_ENTRIES = 800_000
"""Of a table, about; small ones are as quick in coarse cells."""

_WORTHWHILE = 0.75
"""Types are left out again while no more than this share of them stays."""

_MOST_ENDINGS = 2_000
"""Beyond, other than the last paths are taken for in order."""


@dataclass(frozen=True, eq=False, slots=True)
class Deadlines:
    """The types by which a plan may end before a limit, by falling release; those of classes that must send alone.

    Attributes
    ----------
    classes : (K',) int64
        Classes of which every path must be sent.
    passing : (K,) int64
        A type that sends nothing and ends in time, for every other class; -1 elsewhere.
    rank : (T',) int64
        Indices into `Jobs`' types.
    klass : (T',) int64
        Index into `classes`.
    a, b, e, d : (T',) float64
        Release, link time, ES time, and time from the limit back to the release.
    counts : (K',) int64
    """

    classes: IntArray
    passing: IntArray
    rank: IntArray
    klass: IntArray
    a: FloatArray
    b: FloatArray
    e: FloatArray
    d: FloatArray
    counts: IntArray

    @property
    def only(self) -> BoolArray:
        """(T',) whether the class has no other type."""
        alone: BoolArray = np.bincount(self.klass, minlength=len(self.counts))[self.klass] == 1
        return alone

    @property
    def begin(self) -> FloatArray:
        """(T',) least ES time of a type and those after it.

        If no path had to wait longer for its ES time, by rising deadline would be a best order.
        """
        least: FloatArray = np.ascontiguousarray(np.minimum.accumulate(self.e[::-1])[::-1])
        return least

    def keep(self, able: BoolArray) -> Deadlines | None:
        """Leave out the types that `able` (T',) does not name; None if a class has none left."""
        if np.bincount(self.klass[able], minlength=len(self.counts)).min() == 0:
            return None
        times = self.a[able], self.b[able], self.e[able], self.d[able]
        return Deadlines(
            self.classes, self.passing, self.rank[able], self.klass[able], *times, counts=self.counts
        )


@dataclass(frozen=True, eq=False, slots=True)
class Verdict:
    """What is known of a limit: a sequence of `Jobs`' types (P,) that seems to meet it, or that there is none."""

    types: IntArray | None
    refuted: bool


@dataclass(frozen=True, eq=False, slots=True)
class _Table:
    share: FloatArray
    profit: IntArray
    table: IntArray
    origin: float
    cell: float
    refutes: bool


class Refuter:
    """Answers for one instance and many limits; profits that served one limit are where the next begins."""

    def __init__(self, jobs: Jobs, flag: FlagArray) -> None:
        self.jobs, self.flag = jobs, flag
        self.by_release = np.lexsort((jobs.e, -jobs.a))
        self.alone = jobs.a + jobs.b + jobs.e
        self.klass = jobs.class_of_type
        self.useful = self.by_release
        self.none = np.full(len(jobs.counts), -1)
        least = np.minimum.reduceat(np.where(jobs.b > 0, jobs.b, np.inf), jobs.start[:-1]) * jobs.counts
        self.share: FloatArray = np.where(np.isfinite(least), least, 0.0)

    def deadlines(self, limit: float) -> Deadlines | None:
        """None if some class cannot end before `limit`."""
        jobs = self.jobs
        usable = self.alone < limit
        passing = np.full(len(jobs.counts), -1)
        unsent = np.flatnonzero(usable & (jobs.b <= 0))
        passing[self.klass[unsent]] = unsent
        rank = self.by_release[(usable & (passing[self.klass] < 0))[self.by_release]]
        place = np.full(len(jobs.counts), -1)
        classes = np.flatnonzero(passing < 0)
        place[classes] = np.arange(len(classes))
        klass = place[self.klass[rank]]
        if len(classes) and (not len(rank) or np.bincount(klass, minlength=len(classes)).min() == 0):
            return None
        a = jobs.a[rank]
        return Deadlines(
            classes, passing, rank, klass, a, jobs.b[rank], jobs.e[rank], limit - a, jobs.counts[classes]
        )

    def refute(self, limit: float, steps: int) -> bool:
        """Whether the relaxation alone shows, within `steps`, that no plan ends before `limit`."""
        part = self.deadlines(limit)
        return part is None or (len(part.classes) > 0 and self._ascend(part, steps, _CELLS).refutes)

    def _reduce(self, part: Deadlines, steps: int) -> tuple[Deadlines, _Table] | None:
        """Leave out the types that the relaxation shows to be of no use; None if it shows that there is no plan."""
        coarse, cells = True, _CELLS
        while True:
            seen = self._ascend(part, steps, cells)
            if seen.refutes:
                return None
            if self.flag[0]:
                return part, seen
            able = profit_kernels.possible(
                part.d,
                part.b,
                part.begin,
                part.klass,
                part.counts,
                part.only,
                seen.profit,
                seen.table,
                seen.origin,
                seen.cell,
            )
            kept = part.keep(able)
            if kept is None:
                return None
            if not coarse and able.sum() > _WORTHWHILE * len(able):
                return part, seen
            part, coarse = kept, False
            cells = min(max(_ENTRIES // len(part.b), _CELLS), 4 * _CELLS)

    def decide(self, limit: float, width: int, steps: int) -> Verdict:
        """Look for a plan that ends before `limit`, keeping at most `width` labels a type."""
        part = self.deadlines(limit)
        if part is None:
            return Verdict(None, True)
        free = np.repeat(part.passing, np.where(part.passing < 0, 0, self.jobs.counts))
        if not len(part.classes):
            return Verdict(free, False)
        reduced = self._reduce(part, steps)
        if reduced is None:
            return Verdict(None, True)
        part, seen = reduced
        self.useful = part.rank
        found, refuted = self._walk(part, seen, width)
        if found is None:
            return Verdict(None, refuted)
        return Verdict(np.concatenate([found, free]), False)

    def around(self, types: IntArray, open_classes: BoolArray, limit: float, width: int) -> IntArray | None:
        """Look for a plan that ends before `limit` and has the paths of all but `open_classes` (K,) as `types` (P,).

        `types` is a sequence of `Jobs`' types; what is found is one, or None. Of the open classes only types that the
        last `decide` left are tried.
        """
        jobs = self.jobs
        kind, count = np.unique(types, return_counts=True)
        stay = ~open_classes[self.klass[kind]]
        kind, count = kind[stay], count[stay]
        sent = jobs.b[kind] > 0
        if (self.alone[kind] >= limit).any():
            return None
        free = np.repeat(kind[~sent], count[~sent])
        kind, count = kind[sent], count[sent]
        tried = self.useful[open_classes[self.klass[self.useful]] & (self.alone[self.useful] < limit)]
        classes = np.unique(self.klass[tried])
        if len(classes) < np.count_nonzero(open_classes):
            return None
        rank = np.concatenate([tried, kind])
        klass = np.concatenate(
            [np.searchsorted(classes, self.klass[tried]), len(classes) + np.arange(len(kind))]
        )
        counts = np.concatenate([jobs.counts[classes], count])
        owner = np.concatenate([classes, self.klass[kind]])
        order = np.lexsort((jobs.e[rank], -jobs.a[rank]))
        rank, klass = rank[order], klass[order]
        a = jobs.a[rank]
        part = Deadlines(owner, self.none, rank, klass, a, jobs.b[rank], jobs.e[rank], limit - a, counts)
        share = self.share[owner] * counts / jobs.counts[owner]
        seen = self._table(part, share, 3, _CELLS)
        if seen.refutes:
            return None
        found, _ = self._walk(part, seen, width, ends=False)
        return None if found is None else np.concatenate([found, free])

    def _walk(
        self, part: Deadlines, seen: _Table, width: int, ends: bool = True
    ) -> tuple[IntArray | None, bool]:
        """A sequence of `Jobs`' types that seems to meet all deadlines, or None and whether there is none.

        Without `ends` it keeps to the order of release, and what it does not find proves nothing.
        """
        profit, table, origin, cell = seen.profit, seen.table, seen.origin, seen.cell
        start: tuple[Any, ...] = (
            part.counts[None].astype(np.int32), np.array([origin]), np.array([-1]), np.empty((0, 3), np.int64)
        )  # fmt: skip
        e = part.e
        if ends:
            # What an end has used of a class that has one type cannot be demanded of the rest.
            cells = seen.table.shape[1]
            loose = self._table(part, seen.share, 1, cells, np.zeros(len(part.b), bool))
            found = kernels.endings(
                part.counts, part.klass, part.a, part.b, part.e, part.d, loose.profit, loose.table, origin,
                loose.cell, _MOST_ENDINGS, self.flag,
            )  # fmt: skip
            if found[-1]:
                start = found[:4]
                if len(start[0]) > 1:
                    whole = ~(start[0] < part.counts).any(axis=0)
                    loose = self._table(part, seen.share, 1, cells, whole[part.klass])
                    profit, table, cell = loose.profit, loose.table, loose.cell
            else:
                # Too many ways to end: with ES times that allow one order for all but the last path, whose own counts,
                # what is refuted is so with the true ones.
                start = _lasts(part)
                profit, table, cell = loose.profit, loose.table, loose.cell
                e = part.begin
        found, types, complete = kernels.walk(
            part.counts, part.klass, part.d, part.b, e, profit, table, origin, cell, *start,
            width, self.flag,
        )  # fmt: skip
        if found:
            return part.rank[types], False
        return None, bool(complete) and ends and not self.flag[0]

    def _ascend(self, part: Deadlines, steps: int, cells: int) -> _Table:
        seen = self._table(part, self.share[part.classes], steps, cells)
        self.share[part.classes] = seen.share
        return seen

    def _table(
        self, part: Deadlines, share: FloatArray, steps: int, most: int, demand: BoolArray | None = None
    ) -> _Table:
        origin = float(part.e.min())
        cell, cells = _grid(part, origin, most)
        total = float(share.sum())
        share = share / total if total > 0.0 else np.full(len(share), 1.0 / len(share))
        share, profit, table = profit_kernels.ascend(
            part.d,
            part.b,
            part.begin,
            part.klass,
            part.counts,
            part.only if demand is None else part.only & demand,
            share,
            origin,
            cell,
            cells,
            steps,
            self.flag,
        )
        return _Table(share, profit, table, origin, cell, bool(table[0, 0] < profit @ part.counts))


def _lasts(part: Deadlines) -> tuple[Any, ...]:
    """Labels as of `kernels.endings`, one for each class that the last path may be of: the least time to the end."""
    load = part.e + part.b
    kind = np.lexsort((load, part.klass))
    kind = kind[load[kind] < part.d[kind]]
    _, first = np.unique(part.klass[kind], return_index=True)
    kind = kind[first]
    left = np.repeat(part.counts[None], len(kind), axis=0).astype(np.int32)
    left[np.arange(len(kind)), part.klass[kind]] -= 1
    tree = np.stack([np.full(len(kind), -1), kind, np.ones(len(kind), np.int64)], axis=1)
    return left, load[kind], np.arange(len(kind)), tree


def _grid(part: Deadlines, origin: float, most: int) -> tuple[float, int]:
    """Width and number of cells that the link times of types with a release are, nearly, whole multiples of."""
    horizon = float(part.d.max()) - origin
    later = part.b[part.a > 0.0]
    later = later[later > 0.0]
    trial = horizon / np.linspace(most, most / 2, 49)
    if len(later):
        measure = float(later.min())
        for _ in range(3):
            # What is left over by a measure is a finer one.
            over = later - np.floor(later / measure + 1e-9) * measure
            over = over[over > 1e-7 * measure]
            if not len(over) or over.min() < horizon / (64 * most):
                break
            measure = float(over.min())
        fine = measure / np.arange(1, 17)
        trial = np.concatenate([trial, fine[(horizon / fine <= most) & (horizon / fine >= most / 4)]])
        size = later / trial[:, None] + 1e-9
        trial = trial[[((size - np.floor(size)) / size).sum(axis=1).argmin()]]
    cell = max(float(trial[0]), 1e-300)
    return cell, int(horizon / cell) + 2
