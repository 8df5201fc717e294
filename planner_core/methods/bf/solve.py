"""BF for a given (tau, P): the least makespan over all orders and splits, with its proof (SPEC section 5)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Timer

import numpy as np

from planner_core.costs import PathCosts
from planner_core.methods.bf.flow import device_forms, link_form, solve_flow, type_order
from planner_core.methods.bf.jobs import Jobs, jobs_of
from planner_core.methods.bf.release import release_forms
from planner_core.methods.bf.states import solve_states
from planner_core.plan import IntArray
from planner_core.stop import StopToken
from planner_core.system import System
from planner_core.timing import schedule

__all__ = ["OPTIMAL_GAP", "Answer", "solve"]

OPTIMAL_GAP = 1e-9
"""Relative gap up to which a plan is called optimal."""

_SLACK = 0.5 * OPTIMAL_GAP
"""A search need not look for plans that are better by less than this."""

_FLOW_WIDTHS = (32, 1_000, 30_000, 300_000)
_STATE_WIDTHS = (64, 2_000, 50_000)


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

    def closed(self, tail: float) -> bool:
        """Whether the gap of the makespan is at most `OPTIMAL_GAP`."""
        return self.end - self.bound <= OPTIMAL_GAP * (self.end + tail)


def solve(costs: PathCosts, system: System, start: Answer, stop: StopToken) -> Answer:
    """Improve `start` to the optimum, or as far as `stop` allows.

    Parameters
    ----------
    costs : PathCosts
    system : System
    start : Answer
        Any plan, for instance that of MW, and a valid bound (0 will do).
    stop : StopToken
        Polled all the time; what is known when it fires is returned.
    """
    answer = Answer(start.order, start.offload, start.end, start.bound)
    if answer.closed(costs.tail) or stop:
        return answer
    jobs = jobs_of(costs, system)
    with _deadline(stop) as flag:
        _by_flow(answer, jobs, costs, system, flag)
        if answer.closed(costs.tail) or flag[0]:
            return answer
        for width in _STATE_WIDTHS:
            limit = answer.end * (1 - _SLACK)
            outcome = solve_states(jobs, limit, width, flag)
            _take(answer, outcome.types, outcome.bound, jobs, costs, system)
            if answer.closed(costs.tail) or flag[0]:
                break
    return answer


def _by_flow(answer: Answer, jobs: Jobs, costs: PathCosts, system: System, flag: np.ndarray) -> None:  # type: ignore[type-arg]
    """Close the gap as far as the flow shop does; with several device workers it only bounds from below."""
    order = type_order(jobs)
    forms = device_forms(order) if order.serial else link_form(order)
    for attempt, width in enumerate(_FLOW_WIDTHS):
        limit = answer.end * (1 - _SLACK)
        if attempt == 1 and not order.serial:
            better = release_forms(order, limit)
            if better is None:
                answer.bound = max(answer.bound, limit)
                return
            forms = better
        outcome = solve_flow(order, forms, limit, width, flag)
        _take(answer, outcome.types, outcome.bound, jobs, costs, system)
        if answer.closed(costs.tail) or flag[0]:
            return
        if outcome.complete:
            return


def _take(
    answer: Answer, types: IntArray | None, bound: float, jobs: Jobs, costs: PathCosts, system: System
) -> None:
    """Merge a search's outcome into `answer`; its plan is timed anew by section 4."""
    answer.bound = max(answer.bound, bound)
    if types is None:
        return
    order, offload = jobs.sequence(types)
    end = schedule(costs, system, order, offload).tail_start
    if end < answer.end:
        answer.order, answer.offload, answer.end = order, offload, end


@contextmanager
def _deadline(stop: StopToken) -> Iterator[np.ndarray]:  # type: ignore[type-arg]
    """A flag for compiled loops that is set when `stop` is cancelled or its time is up."""
    if stop.seconds is None:
        yield stop.flag
        return
    flag = stop.flag
    timer = Timer(min(stop.remaining, 1e6), _raise_flag, (flag,))
    timer.daemon = True
    before = int(flag[0])
    timer.start()
    try:
        yield flag
    finally:
        timer.cancel()
        if not before and flag[0] == 2:
            flag[0] = 0  # the time was up, but nobody cancelled: `remaining` says so by itself


def _raise_flag(flag: np.ndarray) -> None:  # type: ignore[type-arg]
    if not flag[0]:
        flag[0] = 2
