"""BF for a given (tau, P): the least makespan over all orders and splits, with its proof (SPEC section 5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from planner_core.arrays import FlagArray, IntArray
from planner_core.costs import PathCosts
from planner_core.methods.bf.back import back_forms, solve_back
from planner_core.methods.bf.flow import Forms, TypeOrder, device_forms, solve_flow, type_order
from planner_core.methods.bf.jobs import Jobs, jobs_of
from planner_core.methods.bf.local import QUICK_BUDGET
from planner_core.methods.bf.release import Bucket, Relaxation, release_buckets, release_counts, whole_bucket
from planner_core.methods.bf.states import Outcome, root_bound, solve_states
from planner_core.plan import OPTIMAL_GAP
from planner_core.stop import StopToken
from planner_core.system import System
from planner_core.timing import schedule

__all__ = ["Answer", "Effort", "solve"]

_SLACK = 0.5 * OPTIMAL_GAP
"""A search need not look for plans that are better by less than this."""


_FIRST_WIDTH = 32
"""The first walk makes do with the plainest bounds."""


class Effort(Enum):
    """How wide the searches may go: labels of the type walk, then of the general program."""

    QUICK = ((32, 1_000), (64,))
    STEADY = ((30_000,), (2_000,))
    FULL = ((300_000,), (50_000,))


@dataclass(eq=False, slots=True)
class Answer:
    """The best plan known and the best bound proven; both only get better.

    Attributes
    ----------
    order, offload : (P,) int64
    end, bound : float
        Latest path end of the plan, and a lower bound on that of every plan; tail excluded.
    """

    order: IntArray
    offload: IntArray
    end: float
    bound: float = 0.0


def solve(
    costs: PathCosts,
    system: System,
    start: Answer,
    stop: StopToken,
    effort: Effort | None = None,
    cutoff: float = np.inf,
) -> Answer:
    """Improve `start` to the optimum, or as far as `stop` and `effort` allow.

    Parameters
    ----------
    costs : PathCosts
    system : System
    start : Answer
        Any plan, for instance that of MW, and a valid bound (0 will do).
    stop : StopToken
        Polled all the time; what is known when it fires is returned.
    effort : Effort, optional
        Only this much; by default everything, from quick to full.
    cutoff : float
        Path end from which on plans are of no use; then the bound need not rise past it.
    """
    answer = Answer(start.order, start.offload, start.end, start.bound)
    if _done(answer, costs, cutoff) or stop:
        return answer
    jobs = jobs_of(costs, system)
    answer.bound = max(answer.bound, root_bound(jobs))
    if _done(answer, costs, cutoff):
        return answer
    levels = list(Effort) if effort is None else [effort]
    with stop.armed() as flag:
        run = _Run(answer, jobs, costs, system, flag, cutoff)
        for widths in (level.value[0] for level in levels):
            if run.flow(widths):
                return answer
        for widths in (level.value[1] for level in levels):
            if run.states(widths):
                return answer
    return answer


def _done(answer: Answer, costs: PathCosts, cutoff: float) -> bool:
    end = min(answer.end, cutoff)
    return end - answer.bound <= OPTIMAL_GAP * (end + costs.tail)


@dataclass(eq=False, slots=True)
class _Run:
    """One call of `solve`; both steps return True when there is no more to do."""

    answer: Answer
    jobs: Jobs
    costs: PathCosts
    system: System
    flag: FlagArray
    cutoff: float
    order: TypeOrder | None = None
    forms: Forms | None = None
    relaxation: Relaxation | None = None
    unsent: float = np.inf
    exhausted: bool = False

    @property
    def limit(self) -> float:
        return min(self.answer.end, self.cutoff) * (1 - _SLACK)

    def flow(self, widths: tuple[int, ...]) -> bool:
        """Walk the types; with several device workers this only bounds from below."""
        if self.exhausted:
            return False
        for width in widths:
            outcome = (
                self._walk_serial(width) if self.jobs.device_workers == 1 else self._walk_released(width)
            )
            if self._take(outcome):
                return True
            if outcome.complete:
                self.exhausted = True
                break
        return False

    def _walk_serial(self, width: int) -> Outcome:
        if self.order is None:
            self.order = type_order(self.jobs)
            self.forms = device_forms(self.order)
        assert self.forms is not None
        return solve_flow(self.order, self.forms, self.limit, width, self.flag)

    def _walk_released(self, width: int) -> Outcome:
        if self.order is None:
            self.order = type_order(self.jobs)
            self.unsent = self._try_unsent()
        if width <= _FIRST_WIDTH:
            return self._walk_back(self.order, whole_bucket(self.order), width)
        self.relaxation = self.relaxation or Relaxation(self.order)
        searching = bool(np.isfinite(self.cutoff))
        buckets = release_buckets(self.relaxation, self.limit, self.flag, fine=not searching)
        if searching:
            # A search has a good plan to beat, and most of its cells are settled by a coarse walk alone.
            found = self._walk_back(self.order, buckets, width)
            if found.types is not None or found.complete or found.bound >= self.limit or self.flag[0]:
                return found
        before = self.limit
        if buckets is not None and any(bucket.weights is not None for bucket in buckets):
            counts = release_counts(self.relaxation, self.flag, QUICK_BUDGET * max(1, width // 3_000))
            if counts is not None:
                self._try(self.order.rank[np.repeat(np.arange(len(counts)), counts)])
        if searching or self.limit < before:
            buckets = release_buckets(self.relaxation, self.limit, self.flag)
        return self._walk_back(self.order, buckets, width)

    def _walk_back(self, order: TypeOrder, buckets: list[Bucket] | None, width: int) -> Outcome:
        if buckets is None:
            return Outcome(None, 0.0)
        found = solve_back(order, back_forms(order, buckets), self.limit, width, self.flag)
        return replace(found, bound=min(found.bound, self.unsent))

    def _try_unsent(self) -> float:
        """Try the plan that sends nothing, which the walk does not look for; returns a bound on all of that kind."""
        jobs = self.jobs
        passing = np.flatnonzero(jobs.b <= 0.0)
        alone = (jobs.a + jobs.e)[passing]
        by_end = passing[np.argsort(alone, kind="stable")]
        classes, first = np.unique(jobs.class_of_type[by_end], return_index=True)
        if len(classes) < len(jobs.counts):
            return float("inf")
        types = by_end[first]
        self._try(np.repeat(types, jobs.counts))
        return float((jobs.a + jobs.e)[types].max())

    def states(self, widths: tuple[int, ...]) -> bool:
        """Walk partial sequences."""
        for width in widths:
            outcome = solve_states(self.jobs, self.limit, width, self.flag)
            if self._take(outcome) or outcome.complete:
                return True
        return False

    def _take(self, outcome: Outcome) -> bool:
        """Merge what a search brought; returns whether that, or the flag, ends the run."""
        self.answer.bound = max(self.answer.bound, outcome.bound)
        if outcome.types is not None:
            self._try(outcome.types)
        return _done(self.answer, self.costs, self.cutoff) or bool(self.flag[0])

    def _try(self, types: IntArray) -> None:
        """Time a sequence of types by section 4 and keep it if it is better."""
        order, offload = self.jobs.sequence(types)
        end = schedule(self.costs, self.system, order, offload).tail_start
        if end < self.answer.end:
            self.answer.order, self.answer.offload, self.answer.end = order, offload, end
