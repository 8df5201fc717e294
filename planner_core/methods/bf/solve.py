"""BF for a given (tau, P): the least makespan over all orders and splits, with its proof (SPEC section 5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from planner_core.costs import PathCosts
from planner_core.methods.bf.back import back_forms, link_forms, solve_back, solve_exact
from planner_core.methods.bf.closing import Closing, closes
from planner_core.methods.bf.deadline import Refuter
from planner_core.methods.bf.flow import (
    TypeOrder,
    restrict,
    type_order,
)
from planner_core.methods.bf.insertion import inserted
from planner_core.methods.bf.jobs import jobs_of
from planner_core.methods.bf.release import (
    Bucket,
    Relaxation,
    possible_types,
    release_buckets,
    release_starts,
)
from planner_core.methods.bf.run import FIRST_WIDTH, WIDEST_SEARCHED, Answer, done
from planner_core.methods.bf.serial import SerialRun
from planner_core.methods.bf.states import Outcome, root_bound, solve_states
from planner_core.stop import StopToken
from planner_core.system import System

__all__ = ["Answer", "Effort", "solve"]


_STARTS = 3
"""Relaxed plans that the local search begins from."""


_FEW_STATES = 1_000
"""Paths times types up to which partial sequences are walked before everything else is done."""


_FEW_PATHS, _FEW_LABELS = 5, 64
"""So few paths are settled at once by a walk of partial sequences with so many labels."""


_FEWEST_LABELS = 4
"""A walk with so few is quick, and its plan leaves the next one less to do."""


_MOST_INSERTED, _MOST_RELEASED = 64, 25
"""A first plan is made by insertion for so many paths at most; with a device worker per path, where more decides."""


_FIRST_STEPS = 20
"""Paths taken out of it and put back."""


_ASKED_ONCE = 1_000
"""Labels up to which a search only asks whether a cell has a better plan than the best."""

_WIDTH_PER_PART = 5
"""So many labels are about as much work as a unit of the effort of parts that cells are asked by."""

_MANY_TYPES = 200
"""More types are first thinned by coarse buckets."""


class Effort(Enum):
    """How wide the searches may go: labels of the type walk, then of the general program."""

    QUICK = ((32, 1_000), (64,))
    STEADY = ((10_000,), (2_000,))
    FULL = ((100_000,), (50_000,))


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
    answer = start.copy()
    if done(answer, costs, cutoff) or stop:
        return answer
    jobs = jobs_of(costs, system)
    root, tables = root_bound(jobs)
    answer.bound = max(answer.bound, root)
    if done(answer, costs, cutoff):
        return answer
    levels = list(Effort) if effort is None else [effort]
    with stop.armed() as flag:
        run = _Run(answer, jobs, costs, flag, cutoff, tables=tables)
        if run.begin() or (jobs.paths <= _FEW_PATHS and run.few_states()):
            return answer
        for widths in (level.value[0] for level in levels):
            if run.flow(widths):
                return answer
        for level in levels:
            if (level is Effort.FULL or run.states_pay) and run.states(level.value[1]):
                return answer
    return answer


@dataclass(eq=False)
class _Run(SerialRun):
    """All walks; `flow` and `states` return True when there is no more to do."""

    def flow(self, widths: tuple[int, ...]) -> bool:
        """Walk the types; with several device workers this only bounds from below."""
        if self.exhausted:
            return False
        if self.order is None:
            self.order = type_order(self.jobs)
            if not self.order.serial:
                self.unsent = self._try_unsent()
        for width in widths:
            outcome = self._walk_serial(width) if self.order.serial else self._walk_released(width)
            if self._take(outcome):
                return True
            # Before gaps are closed the first walk leaves out what that counts: it may add something where this cannot.
            if outcome.complete and (self.searching or width > FIRST_WIDTH or not closes(self.jobs)):
                self.exhausted = True
                break
        return False

    def _walk_released(self, width: int) -> Outcome:
        assert self.order is not None
        order = self._narrowed(self.order, self.limit)
        if order is None:
            return Outcome(None, min(self.limit, self.unsent), True)
        if self.searching and closes(self.jobs) and width <= _ASKED_ONCE:
            return self._ask(width)
        if width <= FIRST_WIDTH and self.answer.thresholds is not None and self.searching:
            self._relaxed(order, fine=False, anew=False)
            return Outcome(None, self.answer.bound)
        if width <= FIRST_WIDTH:
            found = solve_back(order, link_forms(order), self.limit, width, self.flag)
            return replace(found, bound=min(found.bound, self.unsent))
        if closes(self.jobs):
            found = self._close(width)
            if width <= WIDEST_SEARCHED or found.complete or self.flag[0]:
                return found
        starts = []
        if not self.searched:
            buckets = self._relaxed(order, fine=False)
            if self.searching:
                # A search has a good plan to beat, and most of its cells are settled by a coarse walk alone.
                found = self._walk_back(order, buckets, width)
                if found.types is not None or found.complete or found.bound >= self.limit or self.flag[0]:
                    return found
            if buckets is not None:
                starts = release_starts(order, buckets, _STARTS)
        # The better the plan to beat, the fewer buckets and types are left to look at.
        if width <= WIDEST_SEARCHED and self._improve([order.rank[start] for start in starts]):
            return Outcome(None, 0.0)
        return self._walk_narrowed(width)

    def _ask(self, width: int) -> Outcome:
        """Whether some plan is good enough for a search, by parts; most cells are settled by their first program."""
        verdict = Refuter(self.jobs, self.flag).decide_by_parts(self.limit, width / _WIDTH_PER_PART)
        if verdict.types is not None and self._try(verdict.types) and not self._finished:
            return self._close(width)
        refuted = verdict.bound >= self.limit
        return Outcome(None, self.limit if refuted else 0.0, refuted)

    def _close(self, width: int) -> Outcome:
        def limits() -> tuple[float, float]:
            return self.answer.bound, self.limit

        def prove(bound: float) -> None:
            self.answer.bound = max(self.answer.bound, bound)

        own = self.jobs.types_of(self.costs, self.answer.order, self.answer.offload)
        closing = Closing(self.jobs, own, self._try, prove, limits, self.flag, worth=self.answer.worth)
        complete = closing.run(width)
        self.answer.worth = closing.worth
        return Outcome(None, 0.0, complete)

    def _walk_narrowed(self, width: int) -> Outcome:
        """Walk the types that the relaxations leave, every ES time counted if that can be."""
        assert self.order is not None
        if self.narrowed is None or self.narrowed[0] != self.limit:
            order = self._narrowed(self.order, self.limit)
            if order is not None and len(order.a) > _MANY_TYPES:
                order = self._thinned(order, self._relaxed(order, fine=False))
            if order is None:
                return Outcome(None, min(self.limit, self.unsent), True)
            buckets = self._relaxed(order)
            kept = self._thinned(order, buckets)
            if kept is None:
                return Outcome(None, min(self.limit, self.unsent), True)
            if len(kept.a) < len(order.a):
                order, buckets = kept, self._relaxed(kept)
            if buckets is None:
                return Outcome(None, 0.0)
            self.narrowed = (self.limit, order, buckets)
        _, order, buckets = self.narrowed
        exact = None if self.searching else self._walk_exact(order, buckets, width)
        return self._walk_back(order, buckets, width) if exact is None else exact

    def _relaxed(self, order: TypeOrder, fine: bool = True, anew: bool = True) -> list[Bucket] | None:
        relaxation = Relaxation(order, self.answer.thresholds)
        buckets = release_buckets(relaxation, self.limit, self.flag, fine, anew)
        self.answer.thresholds = relaxation.thresholds
        self._raise_bound(buckets)
        return buckets

    def _thinned(self, order: TypeOrder, buckets: list[Bucket] | None) -> TypeOrder | None:
        """The types that the buckets leave; None if a class has none left."""
        return order if buckets is None else restrict(order, possible_types(order, buckets, self.limit))

    def _raise_bound(self, buckets: list[Bucket] | None) -> None:
        """Keep what the relaxations of all buckets prove."""
        if buckets is not None:
            least = min(bucket.value for bucket in buckets)
            self.answer.bound = max(self.answer.bound, min(least, self.unsent, self.limit))

    def _walk_back(self, order: TypeOrder, buckets: list[Bucket] | None, width: int) -> Outcome:
        if buckets is None:
            return Outcome(None, 0.0)
        forms = back_forms(order, buckets)
        found = solve_back(order, forms, self.limit, width, self.flag)
        return replace(found, bound=min(found.bound, self.unsent))

    def _walk_exact(self, order: TypeOrder, buckets: list[Bucket], width: int) -> Outcome | None:
        """Better plans until there is none; None if plans may end in too many ways, or wait for an ES."""
        while True:
            found = solve_exact(order, back_forms(order, buckets), self.limit, width, self.flag)
            if found is None or found.types is None:
                return found and replace(found, bound=min(found.bound, self.unsent))
            before = self.limit
            self._try(found.types)
            if self.flag[0]:
                return Outcome(None, 0.0)
            if self.limit >= before:
                return None

    def _try_unsent(self) -> float:
        """Try the plan that sends nothing, which the walk does not look for; returns a bound on all of that kind."""
        jobs = self.jobs
        passing = np.flatnonzero(jobs.b <= 0.0)
        if not len(passing):
            return float("inf")
        alone = (jobs.a + jobs.e)[passing]
        by_end = passing[np.argsort(alone, kind="stable")]
        classes, first = np.unique(jobs.class_of_type[by_end], return_index=True)
        if len(classes) < len(jobs.counts):
            return float("inf")
        types = by_end[first]
        self._try(np.repeat(types, jobs.counts))
        return float((jobs.a + jobs.e)[types].max())

    @property
    def states_pay(self) -> bool:
        """Whether walking partial sequences is quick, or nothing else finds plans."""
        jobs = self.jobs
        return jobs.paths * len(jobs.a) <= _FEW_STATES or jobs.device_workers > 1 or jobs.es_workers > 1

    def begin(self) -> bool:
        """A first plan to beat, where that costs nothing beside a walk; returns whether there is no more to do."""
        jobs = self.jobs
        most = _MOST_INSERTED if jobs.device_workers else _MOST_RELEASED
        if self.searching or jobs.paths > most or max(jobs.device_workers, jobs.es_workers) > 1:
            return False
        assert self.tables is not None
        self._try(inserted(jobs, self.tables.cost, _FIRST_STEPS, self.answer.bound, self.flag))
        self.begun = True
        return self._finished

    def few_states(self) -> bool:
        """Walk partial sequences of few paths, which most often settles them; returns whether it does."""
        if self.begun:
            return self.states((_FEW_LABELS,))
        first = solve_states(self.jobs, self.limit, _FEWEST_LABELS, self.flag, self.tables)
        self.answer.bound = max(self.answer.bound, first.bound)
        if first.types is not None:
            self._try(first.types)
        return first.complete or self._finished or self.states((_FEW_LABELS,))

    def states(self, widths: tuple[int, ...]) -> bool:
        """Walk partial sequences."""
        for width in widths:
            outcome = solve_states(self.jobs, self.limit, width, self.flag, self.tables)
            if self._take(outcome) or outcome.complete:
                return True
        return False
