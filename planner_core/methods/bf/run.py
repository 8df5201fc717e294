"""What the walks of BF for one (tau, P) share: the best plan, the best bound, and the search around a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner_core.arrays import FlagArray, FloatArray, IntArray
from planner_core.costs import PathCosts
from planner_core.methods.bf.due import Worth
from planner_core.methods.bf.flow import (
    TypeOrder,
    restrict,
)
from planner_core.methods.bf.insertion import reinsert, resource_cost, steps_for
from planner_core.methods.bf.jobs import Jobs
from planner_core.methods.bf.release import (
    Bucket,
)
from planner_core.methods.bf.states import Outcome, Tables
from planner_core.plan import OPTIMAL_GAP

__all__ = ["FIRST_WIDTH", "SLACK", "WIDEST_SEARCHED", "Answer", "Run", "done"]

FIRST_WIDTH = 32
"""The first walk makes do with the plainest bounds."""

WIDEST_SEARCHED = 10_000
"""No local search precedes a wider walk: it has had its chances."""

SLACK = 0.5 * OPTIMAL_GAP
"""A search need not look for plans that are better by less than this."""

_CONTRADICTS = 1e-8
"""Relative: a plan this much better than the bound is not a matter of rounding."""

_TRIALS = 300_000
"""Places tried by the search around a plan that precedes a walk: with as much work a walk of labels tells more."""

_POLISHING = 150_000
"""Those of the search around a plan that a walk brought."""


@dataclass(eq=False, slots=True)
class Answer:
    """The best plan known and the best bound proven; both only get better.

    Attributes
    ----------
    order, offload : (P,) int64
    end, bound : float
        Latest path end of the plan, and a lower bound on that of every plan; tail excluded.
    favourite : int, optional
        Which pair of resources bounded best when all were tried, for those who search on from here.
    thresholds : (n, 2) float64, optional
        Release times and weights that bounded best with a device worker per path, for cells like this one.
    worth : Worth, optional
        Of the classes with a worker per path on both sides, for those who search on in this cell.
    """

    order: IntArray
    offload: IntArray
    end: float
    bound: float = 0.0
    favourite: int | None = None
    thresholds: FloatArray | None = None
    worth: Worth | None = None

    def copy(self) -> Answer:
        """Another one with the same arrays."""
        known = self.favourite, self.thresholds, self.worth
        return Answer(self.order, self.offload, self.end, self.bound, *known)


def done(answer: Answer, costs: PathCosts, cutoff: float) -> bool:
    """Whether plan and bound, or cutoff and bound, have met."""
    end = min(answer.end, cutoff)
    return end - answer.bound <= OPTIMAL_GAP * (end + costs.tail)


@dataclass(eq=False)
class Run:
    """One call of `solve`; steps return True when there is no more to do."""

    answer: Answer
    jobs: Jobs
    costs: PathCosts
    flag: FlagArray
    cutoff: float
    order: TypeOrder | None = None
    unsent: float = np.inf
    begun: bool = False
    exhausted: bool = False
    searched: int = 0
    tables: Tables | None = None
    narrowed: tuple[float, TypeOrder, list[Bucket]] | None = None

    @property
    def limit(self) -> float:
        """Only plans that end before are of use."""
        return min(self.answer.end, self.cutoff) * (1 - SLACK)

    @property
    def searching(self) -> bool:
        """Whether this is one cell of many, with a good plan to beat."""
        return bool(np.isfinite(self.cutoff))

    def _narrowed(self, order: TypeOrder, limit: float) -> TypeOrder | None:
        """The types that by themselves end before the limit; None if a class has none."""
        alone = (self.jobs.a + self.jobs.b + self.jobs.e)[order.rank]
        return restrict(order, alone < limit)

    def _improve(self, starts: Sequence[IntArray] = ()) -> bool:
        """Search around the best plan, and from `starts`; returns whether there is no more to do."""
        jobs = self.jobs
        own = jobs.types_of(self.costs, self.answer.order, self.answer.offload)
        cost = resource_cost(jobs)
        steps = steps_for(jobs, _TRIALS)
        for types in (own, *starts):
            self.searched += 1
            found, end = reinsert(jobs, types, cost, steps, self.answer.bound, self.searched, self.flag)
            if end < self.answer.end or jobs.es_workers > 1 or jobs.device_workers > 1:
                self._try(found)
            if done(self.answer, self.costs, self.cutoff) or self.flag[0]:
                return True
        return False

    @property
    def _finished(self) -> bool:
        return done(self.answer, self.costs, self.cutoff) or bool(self.flag[0])

    def _take(self, outcome: Outcome) -> bool:
        """Merge what a search brought; returns whether that, or the flag, ends the run."""
        self.answer.bound = max(self.answer.bound, outcome.bound)
        if outcome.types is not None:
            self._try(outcome.types)
            if not self.searching and not done(self.answer, self.costs, self.cutoff):
                self._polish(outcome.types)
        return self._finished

    def _polish(self, types: IntArray) -> None:
        """Search around a plan that a relaxation holds for better than it is."""
        jobs = self.jobs
        steps = steps_for(jobs, _POLISHING)
        found, _ = reinsert(jobs, types, resource_cost(jobs), steps, self.answer.bound, 1, self.flag)
        self._try(found)

    def _try(self, types: IntArray) -> bool:
        """Time a sequence of types by section 4 and keep it if it is better; returns whether it is.

        Raises
        ------
        ArithmeticError
            It ends before what was held for proven. There is no way on from there: nothing shown would be true.
        """
        end = self.jobs.end_of(types)
        if end < self.answer.bound * (1 - _CONTRADICTS):
            raise ArithmeticError(
                f"a path end of {end!r} s is below the bound of {self.answer.bound!r} s, which is wrong"
            )
        if end < self.answer.end:
            self.answer.order, self.answer.offload = self.jobs.sequence(types)
            self.answer.end = end
            return True
        return False
