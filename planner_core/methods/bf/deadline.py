"""Whether some plan ends before a limit, for one device worker and one ES worker per path.

Looked at backwards from the limit the link is a machine on which a path may begin when its ES time has passed, and must
be done before limit - release. Paths of a class that may send nothing and still end in time take nothing from the
others, so only the rest counts. By rising deadline is a best order, but for what an ES time longer than the load so far
holds up; `kernels.endings` lists the ways out of that order.

The relaxation (`relaxation`) lets every type be used by as many paths as its class has, whatever the others use, pays
a profit for each path, and tabulates the most profit that can be made, deadlines kept. If no packing earns the profit
of all paths no plan meets the limit; the profits are chosen by subgradient steps to show that, and types that no such
packing uses are left out. A walk that knows the paths left of each class and the load then has few labels: first in the
order of the plan (`onward`), where of ES times only the last path's own counts, and if that has misled it, from the
last path on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planner_core.arrays import BoolArray, FlagArray, FloatArray, IntArray
from planner_core.methods.bf import deadline_kernels as kernels
from planner_core.methods.bf import earning_kernels
from planner_core.methods.bf.alike import merge, told_apart
from planner_core.methods.bf.branching import branch
from planner_core.methods.bf.cut import relaxed
from planner_core.methods.bf.due import Deadlines, Worth, grid, lasts, no_cuts
from planner_core.methods.bf.jobs import Jobs
from planner_core.methods.bf.onward import from_first_to_last
from planner_core.methods.bf.relaxation import Table, tabulated

__all__ = ["Refuter", "Verdict"]

_CELLS = 2_048
"""Of a table where only some classes are open; four times as many are the most."""

_FINE, _ENTRIES = 4_096, 1_000_000
"""Columns of a table, and fewer before a walk of few labels if there were more entries."""

_MOST_LOST = 18.0
"""Cells that rounding may lose of link times as long as a table; where it loses more, loads are best not in cells."""

_ROUGH, _PER_PATH = 1_024, 16
"""Columns at least where loads are not in cells: whole units of profit of all paths together, and of each."""

_APART = 0.03
"""Relative distance of a limit from the last that the linear program was asked for at which it is asked anew."""

_ROUNDS = 20
"""Times that cuts are added to the linear program."""

_HAIR = 1e-12
"""Relative to a limit: what rounding may make of a cost."""

_STEPS, _MANY_STEPS, _FEW_STEPS = 8, 20, 3
"""Subgradient steps for a limit, further ones for a wide walk, and those where only some classes are open."""

_WIDE = 2_000
"""Labels from which on a walk is worth the further steps: the better the profits, the fewer labels there are."""

_FEW, _ANY = 64, 1 << 40
"""Labels of a walk that are not worth comparing, and of one where none are."""

_FIRST_ENDINGS, _MOST_ENDINGS = 2_000, 50_000
"""With more, all but the last paths are taken for in order; more are listed once that has misled."""


@dataclass(frozen=True, eq=False, slots=True)
class Verdict:
    """What is known of a limit.

    Attributes
    ----------
    types : (P,) int64 or None
        A sequence of `Jobs`' types that seems to meet it.
    bound : float
        No plan ends before, but for rounding; the limit itself, or more, if it is refuted.
    """

    types: IntArray | None
    bound: float


class Refuter:
    """Answers for one instance and many limits; profits that served one limit are where the next begins."""

    def __init__(self, jobs: Jobs, flag: FlagArray, worth: Worth | None = None) -> None:
        self.jobs, self.flag = jobs, flag
        self.by_release = np.lexsort((jobs.e, -jobs.a))
        self.alone = jobs.a + jobs.b + jobs.e
        self.klass = jobs.class_of_type
        self.none = np.full(len(jobs.counts), -1)
        if worth is None:
            least = np.minimum.reduceat(np.where(jobs.b > 0, jobs.b, np.inf), jobs.start[:-1]) * jobs.counts
            worth = Worth(np.where(np.isfinite(least), least, 0.0))
        self.worth = worth
        self.narrowed: list[tuple[float, BoolArray]] = []
        self.asked: tuple[float, Deadlines, tuple[Deadlines, IntArray] | None] | None = None
        self.most_endings = _FIRST_ENDINGS

    def misled(self) -> None:
        """Say that what the last `decide` found is no plan that meets the limit: look more closely from now on."""
        self.most_endings = min(5 * self.most_endings, _MOST_ENDINGS)

    def deadlines(self, limit: float, merged: bool = True) -> Deadlines | None:
        """None if some class cannot end before `limit`. If `merged`, classes that are alike are one."""
        jobs = self.jobs
        usable = (self.alone < limit) & self._useful_below(limit)
        passing = np.full(len(jobs.counts), -1)
        unsent = np.flatnonzero(usable & (jobs.b <= 0))
        passing[self.klass[unsent]] = unsent
        rank = self.by_release[(usable & (passing[self.klass] < 0))[self.by_release]]
        classes = np.flatnonzero(passing < 0)
        like, first = np.full(len(self.alone), -1), classes
        like[rank] = rank
        if merged:
            first = merge(jobs, classes, rank, like)
            rank = rank[like[rank] == rank]
        kept = np.flatnonzero(first == classes)
        place = np.full(len(jobs.counts), -1)
        place[classes[kept]] = np.arange(len(kept))
        klass = place[self.klass[rank]]
        if len(kept) and (not len(rank) or np.bincount(klass, minlength=len(kept)).min() == 0):
            return None
        counts = np.bincount(place[first], jobs.counts[classes], len(kept)).astype(np.int64)
        return self._due(limit, classes[kept], passing, rank, klass, counts, like)

    def _due(
        self,
        limit: float,
        classes: IntArray,
        passing: IntArray,
        rank: IntArray,
        klass: IntArray,
        counts: IntArray,
        like: IntArray | None = None,
    ) -> Deadlines:
        """The types of `rank` with their times before `limit`, and no cuts."""
        a, b, e = (times[rank] for times in (self.jobs.a, self.jobs.b, self.jobs.e))
        return Deadlines(classes, passing, rank, klass, a, b, e, limit - a, counts, no_cuts(len(rank)), like)

    def _useful_below(self, limit: float) -> BoolArray:
        """(T,) types that may be of use in a plan that ends before `limit`, by what was left out at a higher one."""
        above = [(known, useful) for known, useful in self.narrowed if known >= limit]
        return min(above, key=lambda entry: entry[0])[1] if above else np.ones(len(self.alone), bool)

    def is_uneven(self, limit: float) -> bool:
        """Whether link times fit no common measure, so that rounding them to cells loses too much."""
        part = self.deadlines(limit)
        if part is None or not len(part.classes):
            return False
        most = 4 * _CELLS
        return grid(part, float(part.e.min()), most)[2] * most > _MOST_LOST

    def refute_cut(self, limit: float) -> bool:
        """Whether no plan ends before `limit` even if paths could be cut up."""
        part = self.deadlines(limit)
        return part is None or (len(part.classes) > 0 and relaxed(part, self.flag).value < 0.0)

    def bound(self, limit: float, steps: int) -> float:
        """A bound on the end of every plan that ends before `limit`, as far as `steps` of the relaxation show.

        `limit` itself if there is none.
        """
        part = self.deadlines(limit)
        if part is None:
            return limit
        if not len(part.classes):
            return 0.0
        origin = float(part.e.min())
        types = part.d, part.b, part.begin, part.klass, part.counts, part.only
        if np.isfinite(self.worth.priced):
            found = earning_kernels.ascend(*types, self._share_of(part), origin, _ROUGH, 1, self.flag)
            if found[-1] < origin:
                return limit
        self._price(part)
        found = earning_kernels.ascend(*types, self._share_of(part), origin, _ROUGH, steps, self.flag)
        self._learn(part, found[0] / part.counts)
        return limit - max(float(found[-1]) - origin, 0.0)

    def _price(self, part: Deadlines) -> None:
        """Take the shares that the linear program has for the limit, unless it was asked for one as near."""
        limit = float(part.a[0] + part.d[0])
        if abs(limit - self.worth.priced) > _APART * limit and not self.flag[0]:
            self._learn(part, relaxed(part, self.flag).price)
            self.worth.priced = limit

    def _learn(self, part: Deadlines, worth: FloatArray) -> None:
        """Keep what a path of each class of `part` is worth (K',), and of those that are like it."""
        assert part.like is not None
        place = np.full(len(self.jobs.counts), -1)
        place[part.classes] = np.arange(len(part.classes))
        sent = np.flatnonzero(part.like >= 0)
        classes = self.klass[sent]
        own = place[self.klass[part.like[sent]]]
        self.worth.share[classes] = worth[own] * self.jobs.counts[classes]

    def _share_of(self, part: Deadlines) -> FloatArray:
        share = self.worth.share[part.classes] * part.counts / self.jobs.counts[part.classes]
        total = float(share.sum())
        return share / total if total > 0.0 else np.full(len(share), 1.0 / len(share))

    def _reduce(self, whole: Deadlines, limit: float, width: int) -> tuple[Deadlines, IntArray] | None:
        """Leave out the types that the relaxations show to be of no use; None if they show that there is no plan.

        Returns what is left, and profits of its classes.
        """
        told = relaxed(whole, self.flag, _ROUNDS)
        if told.value < 0.0 and not self.flag[0]:
            return None
        part = whole.keep(~(told.dear > told.value + _HAIR * limit))
        if part is None:
            return None
        most = _FINE if width > _WIDE else min(max(_ENTRIES // len(part.b), _ROUGH), _FINE)
        # From what is known of other limits, and from what the linear program has for this one.
        starts = [self._share_of(part)]
        self._learn(whole, relaxed(whole, self.flag).price)
        starts.append(self._share_of(part))
        best: Table | None = None
        for steps in (1, 1, _STEPS, *([_MANY_STEPS] if width > _WIDE else [])):
            share = starts.pop() if starts or best is None else best.share
            seen = self._tabulated(part, share, steps, most)
            if best is None or seen.value < best.value:
                best = seen
            if self.flag[0]:
                return part, best.profit
            kept = None if seen.refutes else part.keep(seen.possible(part))
            if kept is None:
                return None
            part = kept
        assert best is not None
        self._learn(part, best.share / part.counts)
        useful = self._useful_below(limit) & (self._alike(whole, part) | ~self._alike(whole, whole))
        self.narrowed = [(known, old) for known, old in self.narrowed if known > limit] + [(limit, useful)]
        return part, best.profit

    def _alike(self, whole: Deadlines, part: Deadlines) -> BoolArray:
        """(T,) which of `Jobs`' types are left in `part` of `whole`, or like one that is."""
        assert whole.like is not None
        left = np.zeros(len(self.alone) + 1, bool)
        left[part.rank] = True
        alike: BoolArray = left[whole.like]
        return alike

    def decide(
        self, limit: float, width: int, reach: float = 0.0, strict: bool = False, onward: bool = True
    ) -> Verdict:
        """Look for the best plan that ends before `limit`, keeping at most `width` labels a type.

        Where `reach` is later a plan that ends before that will do, by types that are of use before `limit`. If
        `strict` it is given up where there are more labels; the limit may then be asked with more at little cost.
        Unless `onward` the walk goes from the last path to the first, and what it finds need not be the best plan.
        """
        if self.asked is not None and self.asked[0] == limit:
            _, whole, reduced = self.asked
        else:
            part = self.deadlines(limit)
            if part is None or not len(part.classes):
                return self._verdict(part, limit)
            whole, reduced = part, self._reduce(part, limit, width)
            self.asked = (limit, whole, reduced) if width > _WIDE else None
        if reduced is None:
            return Verdict(None, limit)
        part, profit = reduced
        if reach > limit:
            part = replace(part, d=part.d + (reach - limit))
        if onward:
            types, bound = self._walk(part, profit, width, strict)
            return self._verdict(whole, limit, types, min(bound, limit))
        types, refuted = self._walk_from_last(part, profit, width)
        return self._verdict(whole, limit, types, limit if refuted else 0.0)

    def decide_by_parts(self, limit: float, most: float) -> Verdict:
        """Look for a plan that ends before `limit` by parts, with an effort of about `most`; see `branching`."""
        whole = self.deadlines(limit)
        if whole is None or not len(whole.classes):
            return self._verdict(whole, limit)
        types, refuted = branch(whole, most, self.flag)
        return self._verdict(whole, limit, types, limit if refuted else 0.0)

    def _verdict(
        self, whole: Deadlines | None, limit: float, found: IntArray | None = None, bound: float = 0.0
    ) -> Verdict:
        """With the paths of classes that may send nothing; where no other class is left these are all."""
        if whole is None:
            return Verdict(None, limit)
        bound = 0.0 if self.flag[0] else bound
        if found is None and len(whole.classes):
            return Verdict(None, bound)
        free = np.repeat(whole.passing, np.where(whole.passing < 0, 0, self.jobs.counts))
        if found is not None:
            free = np.concatenate([told_apart(self.jobs, whole, found), free])
        return Verdict(free, bound)

    def dive(self, limit: float, width: int) -> IntArray | None:
        """Look for a plan that ends before `limit`, near the best where paths may be cut up."""
        part = self.deadlines(limit, merged=False)
        if part is None or not len(part.classes):
            return None
        paths = relaxed(part, self.flag).paths
        whole = np.round(paths)
        cut = ~(np.abs(paths - whole) <= 1e-6) | (whole < 0)
        opened = np.zeros(len(self.jobs.counts), bool)
        opened[part.classes[part.klass[cut]]] = True
        # Where pivots have run out, or rounding has got the better of the program, paths of a class may be missing.
        opened[part.classes[np.bincount(part.klass, whole, len(part.classes)) != part.counts]] = True
        kept = np.where(opened[part.classes[part.klass]], 0, whole).astype(np.int64)
        free = np.repeat(part.passing, np.where(part.passing < 0, 0, self.jobs.counts))
        types = np.concatenate([np.repeat(part.rank, kept), free])
        return self._around(types, opened, part.rank[opened[self.klass[part.rank]]], limit, width)

    def _around(
        self, types: IntArray, open_classes: BoolArray, tried: IntArray, limit: float, width: int
    ) -> IntArray | None:
        """Look for a plan that ends before `limit` and has the paths of all but `open_classes` (K,) as `types` (n,).

        `types` is a sequence of `Jobs`' types; what is found is one, or None. Of the open classes those `tried` are.
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
        part = self._due(limit, owner, self.none, rank, klass, counts)
        share = self.worth.share[owner] * counts / jobs.counts[owner]
        most = max(_ROUGH, _PER_PATH * jobs.paths) if self.worth.uneven else _CELLS
        seen = self._tabulated(part, share, _FEW_STEPS, most)
        if seen.refutes:
            return None
        met, is_plan, _ = from_first_to_last(part, seen.profit, width, False, _ANY, self.flag)
        if met is not None and is_plan:
            return np.concatenate([part.rank[met], free])
        start = (
            counts[None].astype(np.int32),
            np.array([seen.origin]),
            np.array([-1]),
            np.empty((0, 3), np.int64),
        )
        found, types, _ = kernels.walk(
            part.counts, part.klass, part.d, part.b, part.e, seen.profit, seen.table, seen.origin, seen.cell, *start,
            width, False, _ANY, self.flag,
        )  # fmt: skip
        return np.concatenate([part.rank[types], free]) if found else None

    def _walk(
        self, part: Deadlines, profit: IntArray, width: int, strict: bool
    ) -> tuple[IntArray | None, float]:
        """A sequence of `Jobs`' types that seems to meet all deadlines, or None; and a bound on the end of all."""
        types, is_plan, bound = from_first_to_last(part, profit, width, strict, _FEW, self.flag)
        if types is None:
            return None, bound
        if is_plan or self.flag[0]:
            return part.rank[types], bound
        found, complete = self._walk_from_last(part, profit, width)
        return found, float(part.a[0] + part.d[0]) if complete else bound

    def _walk_from_last(self, part: Deadlines, profit: IntArray, width: int) -> tuple[IntArray | None, bool]:
        """Any sequence that meets all deadlines, or None and whether there is none.

        Every ES time is counted, unless plans end in too many ways. A wide walk is given up where there are more
        labels.
        """
        share = (profit * part.counts).astype(np.float64)
        # What an end has used of a class that has one type cannot be demanded of the rest.
        seen = self._tabulated(part, share, 1, _FINE, np.zeros(len(part.b), bool))
        origin = seen.origin
        *start, whole = kernels.endings(
            part.counts, part.klass, part.a, part.b, part.e, part.d, seen.profit, seen.table, origin,
            seen.cell, self.most_endings, self.flag,
        )  # fmt: skip
        e = part.e
        if whole:
            used = (start[0] < part.counts).any(axis=0)
            seen = self._tabulated(part, share, 1, _FINE, ~used[part.klass])
        else:
            # Too many ways to end: with ES times that allow one order for all but the last path, whose own counts,
            # what is refuted is so with the true ones.
            start, e = list(lasts(part)), part.begin
        found, types, complete = kernels.walk(
            part.counts, part.klass, part.d, part.b, e, seen.profit, seen.table, origin, seen.cell, *start,
            width, width > _WIDE, _FEW, self.flag,
        )  # fmt: skip
        if found:
            return part.rank[types], False
        return None, bool(complete) and not self.flag[0]

    def _tabulated(
        self, part: Deadlines, share: FloatArray, steps: int, most: int, demand: BoolArray | None = None
    ) -> Table:
        return tabulated(part, share, steps, most, bool(self.worth.uneven), self.flag, demand)
