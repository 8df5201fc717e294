"""Close the gap between plan and bound for one device worker and one ES worker per path.

Limits between the two are put to the `Refuter`: one that it refutes is a bound, a plan that it finds may be the best.
First the relaxations alone bound, and a first good plan is looked for near the linear program's, whose paths are cut
up. Then limits are asked with all classes at once, by parts (`branching`) or by a walk: what told last goes first, and
the other is not asked where it has been in vain more often. Few labels are enough to find a good plan where the limit
is little above the best there is, for then few types are of use. So limits rise from the bound in small steps; one of
which nothing can be told is taken for a guess of the bound, until that comes near the plan. Then the plan's own limit
is asked with many labels, which brings the best plan, or proves that there is none better, and most often both. Where
it does not all begins again at the bound, with more labels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from numba import config

from planner_core.arrays import FlagArray, IntArray
from planner_core.methods.bf.deadline import Refuter, Verdict
from planner_core.methods.bf.due import Worth
from planner_core.methods.bf.insertion import reinsert, resource_cost, steps_for
from planner_core.methods.bf.jobs import Jobs

__all__ = ["Closing", "closes"]

_MOST_TYPES = 4_000
_MOST_PATHS = 400
"""With more, weighted releases bound as well, and local search finds plans sooner."""

_FEW_STEPS = 3
"""Subgradient steps for the first bound."""

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

_FIRST_WIDTH, _GROWTH = 1_000, 4
"""Labels of the walks that ask for limits, and how many times as many the next ones have."""

_OWN_TIMES = 30
"""Times as many labels, with which the plan's own limit is asked: a walk that needs fewer takes no longer for it."""

_OWN_FIRST = 3_000
"""Labels of the walk that asks for the plan's own limit first, before parts are asked."""

_FROM_LAST = 2_000
"""Labels of the walk from the last path on that is asked next: it settles instances that the other hardly does."""

_CHEAPER = 3
"""Labels that are as much work as one of the walks that `run` is told the number of."""

_WIDTH_PER_PART, _WIDE_PER_PART = 4, 20
"""So many labels are about as much work as a unit of the effort of parts; of a wide walk more, as few are used."""

_MOST_COUNTS = 4_000_000
"""Labels times classes, for the sake of memory."""

_LEAST_WIDTH = 2_000
"""So many labels there may be of however many classes."""

_BEGINNING = 1_000
"""An effort of so many labels only begins."""

_BEGIN_WIDTH = 250
_DIVES = (0.001, 0.002, 0.004, 0.008, 0.016, 0.03, 0.1)
"""Relative distances from the bound at which a first plan is looked for."""

_TRIALS = 450_000
"""Of the local search that follows."""

_SHARE, _STRIDE = 0.7, 1e-3
"""Of what is left between guess and plan, where the next limit is asked; and its relative distance from the guess, at
most, which doubles with each limit that is refuted."""

_LEAST_SHARE = 0.2
"""With many paths the relaxations tell most of limits near the bound: where nothing is told of one those are asked down
to this share before it is taken for the guess."""

_REACH = 2e-3
"""Relative distance from a limit at which a plan is good enough, if it is better than the best."""

_CLOSEST, _MANY_PATHS = 2e-3, 64
"""Where no more is left between guess and plan, with more paths in proportion less, the plan's own limit is asked."""


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
    """

    jobs: Jobs
    types: IntArray
    attempt: Callable[[IntArray], bool]
    prove: Callable[[float], None]
    limits: Callable[[], tuple[float, float]]
    flag: FlagArray
    worth: Worth | None = None

    def run(self, most: int) -> bool:
        """Until all is proven (True), or walks of `most` labels tell no more, or the flag is set."""
        refuter = Refuter(self.jobs, self.flag, self.worth)
        self.worth = worth = refuter.worth
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
        most = min(_CHEAPER * most, max(_MOST_COUNTS // len(self.jobs.counts), _LEAST_WIDTH))
        width = min(max(_FIRST_WIDTH, _GROWTH * worth.width), most)
        while not self._done:
            worth.width = width
            self._ask_limits(refuter, width, min(int(self._fewer * _OWN_TIMES * width), most))
            if width >= most:
                break
            width = min(_GROWTH * width, most)
        return self._proven

    @property
    def _proven(self) -> bool:
        bound, limit = self.limits()
        return bound >= limit * (1 - 2 * _ROUND)

    @property
    def _done(self) -> bool:
        return bool(self.flag[0]) or self._proven

    def _ask_limits(self, refuter: Refuter, width: int, wide: int) -> None:
        """Limits from the bound up to the plan, until the plan's own limit is asked in vain."""
        fewer = self._fewer
        worth, crept, stride, share = refuter.worth, False, fewer * _STRIDE, _SHARE
        guess = 0.0
        while not self._done:
            bound, limit = self.limits()
            if not bound <= guess < limit:
                guess = bound
            left = limit - guess
            if left <= fewer * _CLOSEST * limit and not crept:
                if worth.in_vain[0] == limit and worth.in_vain[1] >= wide:
                    break
                told = self._ask_own(refuter, limit, wide)
                if told is None:
                    worth.in_vain = limit, wide
                    break
            else:
                target = guess + min(share * left, stride * limit)
                told = self._ask_either(refuter, target, width)
            # Plans that parts find are often hardly better.
            crept = told is True and worth.parted
            if told is False:
                stride *= 2.0
            if told is not None:
                share = _SHARE
            elif fewer < 1.0 and share > _LEAST_SHARE:
                share *= 0.5
            else:
                guess, share = target, _SHARE

    def _ask_either(self, refuter: Refuter, limit: float, width: int) -> bool | None:
        """False if it is refuted that a plan ends before `limit`, True if a better plan is found, else None.

        By parts and by a walk: what told last goes first, the other if it was not in vain more often.
        """
        worth, fewer = refuter.worth, self._fewer
        for parted in (worth.parted, not worth.parted):
            if worth.vain[parted] > worth.vain[not parted]:
                continue
            if parted:
                verdict = refuter.decide_by_parts(limit, width / _WIDTH_PER_PART / fewer)
            else:
                verdict = refuter.decide(limit, width, min(self.limits()[1], limit * (1 + fewer * _REACH)))
            told = self._heed(refuter, limit, verdict)
            if told is not None or self.flag[0]:
                worth.parted, worth.vain[parted] = parted, 0
                return told
            worth.vain[parted] += 1
        return None

    def _ask_own(self, refuter: Refuter, limit: float, width: int) -> bool | None:
        """As `_ask_either`, of the plan's own limit: `width` labels are the last resort."""
        told = self._heed(refuter, limit, refuter.decide(limit, min(_OWN_FIRST, width), strict=True))
        if told is None and not self.flag[0]:
            effort = width / _WIDE_PER_PART / self._fewer
            told = self._heed(refuter, limit, refuter.decide_by_parts(limit, effort))
        if told is None and not self.flag[0]:
            told = self._heed(refuter, limit, refuter.decide(limit, _FROM_LAST, onward=False))
        if told is None and width > _OWN_FIRST and not self.flag[0]:
            told = self._heed(refuter, limit, refuter.decide(limit, width, strict=True))
        return told

    @property
    def _fewer(self) -> float:
        """With many paths, in proportion less."""
        return min(1.0, _MANY_PATHS / self.jobs.paths)

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

    def _heed(self, refuter: Refuter, limit: float, verdict: Verdict) -> bool | None:
        """Keep what is found and proven; returns as `_ask_either`."""
        before = self.limits()[0]
        if verdict.bound > 0.0 and not self.flag[0]:
            self.prove(verdict.bound * (1 - _ROUND))
        if verdict.types is None:
            return False if verdict.bound >= limit else None
        # Where not every ES time counts the plan may be less good than it seems, and nearly that good.
        found = self._attempt(verdict.types)
        if self._polish(verdict.types) or found:
            return True
        refuter.misled()
        return False if self.limits()[0] > before else None
