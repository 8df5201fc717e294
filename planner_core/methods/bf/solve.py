"""BF for a given (tau, P): the least makespan over all orders and splits, with its proof (SPEC section 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

import numpy as np

from planner_core.arrays import FlagArray, IntArray
from planner_core.costs import PathCosts
from planner_core.methods.bf.back import back_forms, solve_back, solve_exact
<<<<<<< HEAD
from planner_core.methods.bf.closing import Closing, closes
=======
from planner_core.methods.bf.exchange import exchange
>>>>>>> 7b71380 (Exchange splits so that the resources are filled, and search wider the pair that bounds best)
from planner_core.methods.bf.flow import (
    Forms,
    TypeOrder,
    device_forms,
    es_order,
    promising,
    restrict,
    solve_flow,
    type_order,
)
from planner_core.methods.bf.insertion import reinsert, resource_cost, steps_for
from planner_core.methods.bf.jobs import Jobs, jobs_of
from planner_core.methods.bf.loads import Shop, least_end, shops_of, solve_loads, unsent_end
from planner_core.methods.bf.queue import solve_queue
from planner_core.methods.bf.release import (
    Bucket,
    Relaxation,
    possible_types,
    release_buckets,
    release_starts,
    whole_bucket,
)
from planner_core.methods.bf.states import Outcome, root_bound, solve_states
from planner_core.methods.bf.tail import solve_tail
from planner_core.plan import OPTIMAL_GAP
from planner_core.stop import StopToken
from planner_core.system import System
from planner_core.timing import schedule

__all__ = ["Answer", "Effort", "solve"]

_SLACK = 0.5 * OPTIMAL_GAP
"""A search need not look for plans that are better by less than this."""


_FIRST_WIDTH = 32
"""The first walk makes do with the plainest bounds."""

_STARTS = 3
"""Relaxed plans that the local search begins from."""

_TRIALS = 3_000
"""Places tried by the local search for every label of the walk that it precedes."""

_WIDEST_SEARCHED = 10_000
"""No local search precedes a wider walk: it has had its chances."""

_FEW_STATES = 1_000
"""Paths times types up to which partial sequences are walked before everything else is done."""

_FIRST_LOADED = 300
"""Labels of the walks of a pair of resources with the third as a load; then the pair that bounds best is widened."""

_WIDE = 1_000
"""A walk of device and link alone that is no wider comes before those with the third resource as a load."""

_NARROW = 200
"""Labels of a walk of device and link alone where a single ES may decide."""

_FILLS = 20
"""Rounds of exchanges of splits."""

_HOPELESS = 8
"""Times the gap by which the weights of a pair may bound worse than what is proven for it to be walked."""

_MOST_LOADED = 30_000
"""The widest such walk."""

_MANY_TYPES = 200
"""More types are first thinned by coarse buckets."""

_MOST_SEARCHED = 2_000
"""A wider walk is worth no longer search."""


_NEAR = 0.011
"""Where a short run of closing the gap has left no more, a short walk is worth the try."""


class Effort(Enum):
    """How wide the searches may go: labels of the type walk, then of the general program."""

    QUICK = ((32, 1_000), (64,))
    STEADY = ((10_000,), (2_000,))
    FULL = ((100_000,), (50_000,))


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
    """

    order: IntArray
    offload: IntArray
    end: float
    bound: float = 0.0
    favourite: int | None = None


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
    answer = replace(start)
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
        for level in levels:
            if (level is Effort.FULL or run.states_pay) and run.states(level.value[1]):
                return answer
    return answer


def _done(answer: Answer, costs: PathCosts, cutoff: float) -> bool:
    end = min(answer.end, cutoff)
    return end - answer.bound <= OPTIMAL_GAP * (end + costs.tail)


@dataclass(eq=False)
class _Run:
    """One call of `solve`; both steps return True when there is no more to do."""

    answer: Answer
    jobs: Jobs
    costs: PathCosts
    system: System
    flag: FlagArray
    cutoff: float
    order: TypeOrder | None = None
    unsent: float = np.inf
    exhausted: bool = False
    searched: int = 0
    various: bool = False
    settled: bool = False
    narrowed: tuple[float, TypeOrder, list[Bucket]] | None = None

    @property
    def limit(self) -> float:
        return min(self.answer.end, self.cutoff) * (1 - _SLACK)

    @property
    def searching(self) -> bool:
        """Whether this is one cell of many, with a good plan to beat."""
        return bool(np.isfinite(self.cutoff))

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
            if outcome.complete:
                self.exhausted = True
                break
        return False

    def _walk_serial(self, width: int) -> Outcome:
        assert self.order is not None
        thorough = width > _FIRST_WIDTH and not self.searching
        if thorough and self._walk_exactly(self.order, width):
            return Outcome(None, 0.0)
        wide = width > _WIDE
        if thorough and wide and (self._walk_loads(width) or self.answer.favourite):
            return Outcome(None, 0.0)
        beam = width if wide or not thorough or self.jobs.es_workers != 1 else _NARROW
        found = self._walk_pair(self.order, beam)
        if self.flag[0] or not (thorough or self.jobs.es_workers == 1) or self._take(found):
            return found
        if thorough:
            return found if wide else Outcome(None, self.answer.bound, self._walk_loads(width))
        other = self._walk_pair(es_order(self.jobs), width)
        return replace(other, complete=other.complete and found.complete)

    def _walk_exactly(self, order: TypeOrder, width: int) -> bool:
        """Search around the best plan, and walk with all ES times; returns whether there is no more to do."""
        if width <= _WIDEST_SEARCHED and self._improve(width):
            return True
        if self.jobs.es_workers == 1:
            return self.answer.favourite is None and self._walk_queue(width)
        return not self.various and self._walk_tail(order, width)

    def _walk_tail(self, order: TypeOrder, width: int) -> bool:
        """Better plans, every ES time counted, until there is none; returns whether there is no more to do."""
        while not self.flag[0]:
            kept = self._promising(order)
            if kept is None:
                return self._take(Outcome(None, self.limit, True))
            found = solve_tail(kept[0], self.limit, width, self.flag)
            if found is None:
                self.various = True
                break
            before = self.limit
            if self._take(found):
                return True
            if found.types is None or self.limit >= before:
                break
        return bool(self.flag[0])

    @cached_property
    def shops(self) -> list[Shop]:
        """Pairs of resources, the third one a load."""
        return shops_of(self.jobs)

    def _walk_loads(self, width: int) -> bool:
        """Walk pairs of resources, the third one a load; returns whether there is no more to do.

        All in a narrow beam first, but those whose weights alone bound much worse than what is proven; wider only
        the one that then bounds best.
        """
        answer, shops = self.answer, self.shops
        if answer.favourite is None:
            ends = [least_end(shop) for shop in shops]
            least = min(max(ends), answer.bound - _HOPELESS * (self.limit - answer.bound))
            bounds = np.zeros(len(shops))
            for i in np.argsort(ends)[::-1]:
                if ends[i] >= least and not self._fill():
                    bounds[i] = self._walk_shop(shops[i], _FIRST_LOADED)
            if self._finished:
                return True
            answer.favourite = int(bounds.argmax())
        for beam in (width // 3, width) if width > _FIRST_LOADED else ():
            if not self._fill():
                self._walk_shop(shops[answer.favourite], min(beam, _MOST_LOADED))
        return self._finished

    def _fill(self) -> bool:
        """Exchange splits so that the resources are filled; returns whether there is no more to do."""
        jobs = self.jobs
        if jobs.es_workers in (0, 1):
            own = jobs.types_of(self.costs, self.answer.order, self.answer.offload)
            self._try(exchange(jobs, own, _FILLS, self.flag))
        return self._finished

    @property
    def _finished(self) -> bool:
        return _done(self.answer, self.costs, self.cutoff) or bool(self.flag[0])

    def _walk_shop(self, shop: Shop, width: int) -> float:
        """Walk one pair, again after every better plan; returns the bound."""
        before, bound = np.inf, 0.0
        while self.limit < before and not self._finished:
            before = self.limit
            found = solve_loads(shop, self.limit, width, self.flag)
            if shop.last_sent:
                found = replace(found, bound=min(found.bound, unsent_end(self.jobs)))
            bound = max(bound, found.bound)
            if self._take(found) or found.types is None or found.complete:
                break
        return bound

    def _walk_queue(self, width: int) -> bool:
        """Better plans, the queue at the ES counted, until there is none; returns whether there is no more to do."""
        unsent = unsent_end(self.jobs)
        while not self.flag[0]:
            before = self.limit
            found = solve_queue(self.jobs, self.shops, self.limit, width, self.flag)
            if found is None:
                break
            if self._take(replace(found, bound=min(found.bound, unsent))):
                return True
            if found.types is not None and self.limit < before:
                continue
            if found.complete or width > _WIDEST_SEARCHED:
                break
            width *= 10
        return bool(self.flag[0])

    def _walk_pair(self, order: TypeOrder, width: int) -> Outcome:
        kept = self._promising(order)
        if kept is None:
            return Outcome(None, self.limit, True)
        return solve_flow(*kept, self.limit, width, self.flag)

    def _promising(self, order: TypeOrder) -> tuple[TypeOrder, Forms] | None:
        """The types that a plan may use that ends before the limit, and their bounds; None if a class has none."""
        narrow = self._narrowed(order)
        if narrow is None:
            return None
        forms = device_forms(narrow)
        kept = restrict(narrow, promising(narrow, forms, self.limit))
        if kept is None:
            return None
        return (kept, device_forms(kept)) if len(kept.a) < len(narrow.a) else (narrow, forms)

    def _walk_released(self, width: int) -> Outcome:
        assert self.order is not None
        order = self._narrowed(self.order)
        if order is None:
            return Outcome(None, min(self.limit, self.unsent), True)
        if width <= _FIRST_WIDTH:
            return self._walk_back(order, whole_bucket(order), width)
        if not self.searching and closes(self.jobs):
            found = self._close(width)
            near = self.settled and self.limit - self.answer.bound <= _NEAR * self.limit
            if not (near or width > _WIDEST_SEARCHED) or found.complete or self.flag[0]:
                return found
            return self._walk_narrowed(width)
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
        if width <= _WIDEST_SEARCHED and self._improve(width, [order.rank[start] for start in starts]):
            return Outcome(None, 0.0)
        return self._walk_narrowed(width)

    def _close(self, width: int) -> Outcome:
        def limits() -> tuple[float, float]:
            return self.answer.bound, self.limit

        def prove(bound: float) -> None:
            self.answer.bound = max(self.answer.bound, bound)

        own = self.jobs.types_of(self.costs, self.answer.order, self.answer.offload)
        closing = Closing(self.jobs, own, self._try, prove, limits, self.flag)
        complete = closing.run(width)
        self.settled = closing.settled and not complete
        return Outcome(None, 0.0, complete)

    def _walk_narrowed(self, width: int) -> Outcome:
        """Walk the types that the relaxations leave, every ES time counted if that can be."""
        assert self.order is not None
        if self.narrowed is None or self.narrowed[0] != self.limit:
            order = self._narrowed(self.order)
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

    def _relaxed(self, order: TypeOrder, fine: bool = True) -> list[Bucket] | None:
        buckets = release_buckets(Relaxation(order), self.limit, self.flag, fine)
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

    def _narrowed(self, order: TypeOrder) -> TypeOrder | None:
        """The types that by themselves end before the limit; None if a class has none."""
        alone = (self.jobs.a + self.jobs.b + self.jobs.e)[order.rank]
        return restrict(order, alone < self.limit)

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

    def _improve(self, width: int, starts: Sequence[IntArray] = ()) -> bool:
        """Search around the best plan, and from `starts`; returns whether there is no more to do."""
        jobs = self.jobs
        own = jobs.types_of(self.costs, self.answer.order, self.answer.offload)
        cost = resource_cost(jobs)
        steps = steps_for(jobs, min(width, _MOST_SEARCHED) * _TRIALS)
        for types in (own, *starts):
            self.searched += 1
            found, end = reinsert(jobs, types, cost, steps, self.answer.bound, self.searched, self.flag)
            if end < self.answer.end or jobs.es_workers > 1 or jobs.device_workers > 1:
                self._try(found)
            if _done(self.answer, self.costs, self.cutoff) or self.flag[0]:
                return True
        return False

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

    @property
    def states_pay(self) -> bool:
        """Whether walking partial sequences is quick, or nothing else finds plans."""
        jobs = self.jobs
        return jobs.paths * len(jobs.a) <= _FEW_STATES or jobs.device_workers > 1 or jobs.es_workers > 1

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
            if not self.searching and not _done(self.answer, self.costs, self.cutoff):
                self._polish(outcome.types)
        return self._finished

    def _polish(self, types: IntArray) -> None:
        """Search around a plan that a relaxation holds for better than it is."""
        jobs = self.jobs
        steps = steps_for(jobs, _TRIALS * 150)
        found, _ = reinsert(jobs, types, resource_cost(jobs), steps, self.answer.bound, 1, self.flag)
        self._try(found)

    def _try(self, types: IntArray) -> bool:
        """Time a sequence of types by section 4 and keep it if it is better; returns whether it is."""
        order, offload = self.jobs.sequence(types)
        end = schedule(self.costs, self.system, order, offload).tail_start
        if end < self.answer.end:
            self.answer.order, self.answer.offload, self.answer.end = order, offload, end
            return True
        return False
