"""Close the gap between plan and bound for one device worker and one ES worker per path.

Limits between the two are put to the `Refuter`: one that it refutes is a bound, a plan that it finds may be the best.
First the relaxations alone bound, and a first good plan is looked for near the linear program's, whose paths are cut
up. Then limits between bound and plan are asked, with all classes at once: the lower the limit, the fewer types are
left and the better is a plan that is found; the higher, the more is settled by one that is refuted. By parts
(`branching`) or by a walk, what told last goes first, and the other is not asked where it has been in vain more often.
Where neither tells, better plans are looked for around the best: some classes are opened at a time, and all others'
paths keep their splits, so that each question is a small one, exactly answered. Then all goes on with more labels and
parts. Where hardly any gap is left the plan's own limit is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numba import config

from planner_core.arrays import FlagArray, IntArray
from planner_core.methods.bf.deadline import Refuter, Verdict
from planner_core.methods.bf.due import Worth
from planner_core.methods.bf.insertion import reinsert, resource_cost, steps_for
from planner_core.methods.bf.jobs import Jobs

__all__ = ["WIDTH_PER_PART", "Closing", "closes"]

_MOST_TYPES = 4_000
_MOST_PATHS = 400
"""With more, weighted releases bound as well, and local search finds plans sooner."""

_STEPS, _FEW_STEPS = 8, 3
"""Subgradient steps for one limit; profits carry over to the next."""

_CUT_NEAR = 1e-4
"""Relative distance of the limits between which the linear program's bound is."""

_BISECTIONS = 20
"""At most: where the optimum is 0 they would not end."""

_NEAR = 1e-3
"""A limit at this relative distance from the bound tells about all that the relaxation can."""

_CLOSE = 0.03
"""Where plan and bound are as near as this there is nothing to begin: an earlier run has, or the plan was good."""

_ROUND = 1e-12
"""What sums of times may be off by: a refuted limit proves a bound that much below."""

_FIRST_WIDTH, _GROWTH = 2_500, 3
"""Labels of the walks that ask of the whole instance."""

_NARROWED = 100_000
"""With fewer labels a limit that is not settled is asked with more, and not one nearer to the bound."""

_BEAM = 2_000
"""Labels of a walk that looks for a plan."""

WIDTH_PER_PART = 5
"""So many labels are about as much work as a unit of the effort of parts."""

_MOST_COUNTS = 4_000_000
"""Labels times classes, for the sake of memory."""

_BEGINNING = 1_000
"""An effort of so many labels only begins."""

_BEGIN_WIDTH = 250
_DIVES = (0.001, 0.002, 0.004, 0.008, 0.016, 0.03, 0.1)
"""Relative distances from the bound at which a first plan is looked for."""

_TRIALS = 450_000
"""Of the local search that follows."""

_FIRST_SHARE, _LEAST_SHARE = 0.7, 0.1
"""Of the gap, where limits are asked first, and where they are if that is too far from the bound."""

_RISE, _PARTED_RISE = 1.3, 1.5
"""Once one is refuted the next is so many times as far, and by a walk as many times again for each in a row."""

_SEARCHED = 1e-3
"""Relative gap from which on better plans are looked for before that, unless parts tell."""

_CLOSEST, _MANY_PATHS, _NEARER = 1e-3, 64, 0.5
"""Where no more is left of the gap, and with more paths in proportion less, the best plan's own limit is asked; and
again, once it was in vain, where so much less is left."""

_MUCH_WIDER = 9
"""Times as many labels, with which better plans are looked for again around one where there were none."""

_AROUND_WIDTH = 300
_LEAST_OPEN, _MOST_OPEN = 8, 12
"""Classes opened at a time: with fewer there is seldom a better plan, with more the walk is not complete."""

_IDLE = 25
"""Times in a row that opening classes brings nothing."""

_MUCH_CLOSED, _LEAST_CLOSED = 0.25, 0.02
"""Of the gap, what a plan must close; with less than this asked any better plan will do."""


def closes(jobs: Jobs) -> bool:
    """Whether this module is for the instance; interpreted, it would take too long to be stopped."""
    return (
        not config.DISABLE_JIT
        and jobs.device_workers == 0
        and jobs.es_workers == 0
        and len(jobs.a) <= _MOST_TYPES
        and jobs.paths <= _MOST_PATHS
    )


@dataclass(eq=False, slots=True)
class Closing:
    """One run.

    Attributes
    ----------
    types : (P,) int64
        Sequence of types of the best plan known.
    attempt : callable
        Takes a sequence of types, keeps it if it is the best plan, and returns whether it is.
    prove : callable
        Takes a proven bound.
    limits : callable
        The best bound, and the end of the best plan less what is not worth looking for.
    worth : Worth, optional
        Of the classes, as an earlier run left it.
    parted : bool
        Whether parts, and no walk, told of the last limit.
    vain : dict
        How many times in a row parts (True) and walks (False) were asked in vain.
    searched : (float, int)
        The end of the plan around which no better one was found, and the labels with which limits were asked then;
        zeros before that.
    too_far : float
        The gap that was left when the best plan's own limit was last asked in vain; infinite before that.
    """

    jobs: Jobs
    types: IntArray
    attempt: Callable[[IntArray], bool]
    prove: Callable[[float], None]
    limits: Callable[[], tuple[float, float]]
    flag: FlagArray
    worth: Worth | None = None
    parted: bool = True
    vain: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})
    searched: tuple[float, int] = (0.0, 0)
    too_far: float = np.inf

    def run(self, most: int) -> bool:
        """Until all is proven (True), or walks of `most` labels tell no more, or the flag is set."""
        refuter = Refuter(self.jobs, self.flag, self.worth)
        self.worth = worth = refuter.worth
        rng = np.random.default_rng(5)
        bound, limit = self.limits()
        begins = limit - bound > _CLOSE * limit
        if begins:
            self._bound(refuter)
        if worth.uneven is None:
            # Of the types that meet limits near the bound; others are of no use, and nor are their link times.
            bound, limit = self.limits()
            worth.uneven = refuter.is_uneven(min(bound * (1 + _CLOSE), limit))
        if begins and not self._done:
            self._dive(refuter)
        if most <= _BEGINNING:
            return self._proven
        most = min(most, max(_MOST_COUNTS // len(self.jobs.counts), _BEAM))
        width = min(max(_FIRST_WIDTH, _GROWTH * worth.width), most)
        while not self._done:
            worth.width = width
            self._ask_limits(refuter, rng, width)
            if width >= most:
                break
            width = min(_GROWTH * width, most)
        return self._proven

    @property
    def _proven(self) -> bool:
        bound, limit = self.limits()
        return bound >= limit * (1 - 2 * _ROUND)

    @property
    def _gap(self) -> float:
        bound, limit = self.limits()
        return (limit - bound) / limit if limit > 0.0 else 0.0

    def _between(self, share: float) -> float:
        """A limit at this share of the gap from the bound."""
        bound, limit = self.limits()
        return bound + share * (limit - bound) if share < 1.0 else limit

    @property
    def _done(self) -> bool:
        return bool(self.flag[0]) or self._proven

    def _ask_limits(self, refuter: Refuter, rng: np.random.Generator, width: int) -> None:
        """Limits between bound and plan, further from the bound as they are refuted."""
        share, rise, begun, searched = _FIRST_SHARE, _RISE, False, False
        closest = _CLOSEST * min(1.0, _MANY_PATHS / self.jobs.paths)
        while not self._done:
            limit = self.limits()[1]
            last = self._gap < min(closest, _NEARER * self.too_far)
            told = self._ask_either(refuter, limit if last else self._between(share), width, not last)
            if told is None and not searched and self._may_search(width):
                searched = True
                self._search_around(refuter, rng, _LEAST_CLOSED)
                if self.limits()[1] < limit:
                    share = _FIRST_SHARE
                    continue
                self.searched = limit, width
            elif not begun and self._gap > _SEARCHED and not self.parted:
                self._search_around(refuter, rng, _MUCH_CLOSED)
            begun = True
            if told is None and last:
                self.too_far = self._gap
            if told:
                share, rise = _FIRST_SHARE, _RISE
            elif told is False:
                share *= _PARTED_RISE if self.parted else rise
                rise *= _RISE
            elif last or share <= _LEAST_SHARE or width < _NARROWED:
                break
            else:
                share, rise = 0.5 * share, _RISE

    def _may_search(self, width: int) -> bool:
        """Whether a search around the plan may bring a better one: not where it just has not."""
        around, with_labels = self.searched
        return self.limits()[1] < around or width >= _MUCH_WIDER * with_labels

    def _ask_either(self, refuter: Refuter, limit: float, width: int, strict: bool) -> bool | None:
        """As `_ask`, by parts and by a walk: what told last goes first, the other if it was not in vain more often."""
        for parted in (self.parted, not self.parted):
            if self.vain[parted] > self.vain[not parted]:
                continue
            if parted:
                told = self._ask_parts(refuter, limit, width // WIDTH_PER_PART)
            else:
                told = self._ask(refuter, limit, width, strict)
            if told is not None or self.flag[0]:
                self.parted, self.vain[parted] = parted, 0
                return told
            self.vain[parted] += 1
        return None

    def _bound(self, refuter: Refuter) -> None:
        """A bound by the relaxations alone: with paths that may be cut up, then a table of a limit near that."""
        low, high = self.limits()
        for _ in range(_BISECTIONS):
            middle = 0.5 * (low + high)
            refuted = refuter.refute_cut(middle)
            if self.flag[0]:
                return
            low, high = (middle, high) if refuted else (low, middle)
            if high - low <= _CUT_NEAR * high:
                break
        self.prove(low * (1 - _ROUND))
        low, high = self.limits()
        bound = refuter.bound(min(low * (1 + _NEAR), high), _FEW_STEPS)
        if not self.flag[0]:
            self.prove(bound * (1 - _ROUND))

    def _dive(self, refuter: Refuter) -> None:
        """A first good plan, at ever greater distance from the bound."""
        bound, _ = self.limits()
        for distance in _DIVES:
            target = bound * (1 + distance)
            if self.flag[0] or target >= self.limits()[1]:
                break
            found = refuter.dive(target, _BEGIN_WIDTH)
            if found is not None and self._attempt(found):
                break
        self._polish(self.types)

    def _polish(self, types: IntArray) -> bool:
        """Search around a plan; returns whether that brings a better one than the best."""
        jobs = self.jobs
        found, _ = reinsert(
            jobs, types, resource_cost(jobs), steps_for(jobs, _TRIALS), self.limits()[0], 1, self.flag
        )
        return self._attempt(found)

    def _attempt(self, types: IntArray) -> bool:
        if self.attempt(types):
            self.types = types
            return True
        return False

    def _ask(self, refuter: Refuter, limit: float, width: int, strict: bool) -> bool | None:
        """False if it is refuted that a plan ends before `limit`, True if a better plan is found, else None."""
        return self._heed(refuter, limit, refuter.decide(limit, width, _STEPS, strict))

    def _ask_parts(self, refuter: Refuter, limit: float, effort: int) -> bool | None:
        """As `_ask`, by parts."""
        return self._heed(refuter, limit, refuter.decide_by_parts(limit, effort))

    def _heed(self, refuter: Refuter, limit: float, verdict: Verdict) -> bool | None:
        if verdict.refuted and not self.flag[0]:
            self.prove(limit * (1 - _ROUND))
            return False
        types = verdict.types
        if types is None:
            return None
        # Where ends are taken for in order the plan may be less good than it seems, and nearly that good.
        found = self._attempt(types)
        if self._polish(types) or found:
            return True
        refuter.misled()
        return None

    def _search_around(self, refuter: Refuter, rng: np.random.Generator, least: float) -> None:
        """Better plans by opening some classes at a time, until many in a row bring none.

        Each is to close a share of the gap; where none is found a smaller one will do, down to `least`.
        """
        share, idle = _MUCH_CLOSED, 0
        while not self._done:
            bound, limit = self.limits()
            able = refuter.openable
            size = int(rng.integers(_LEAST_OPEN, _MOST_OPEN + 1))
            opened = np.zeros(len(self.jobs.counts), bool)
            opened[rng.choice(able, min(size, len(able)), replace=False)] = True
            target = limit - share * (limit - bound) if share > _LEAST_CLOSED else limit
            found = refuter.around(self.types, opened, target, _AROUND_WIDTH)
            if found is not None and self._attempt(found):
                idle = 0
                continue
            idle += 1
            if idle >= min(_IDLE, len(able)) or size >= len(able):
                if share <= least:
                    break
                share, idle = 0.2 * share, 0
