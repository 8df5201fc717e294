"""What must hold for an answer of BF, said once for the tests and the campaigns."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from random import Random
from unittest.mock import patch

import numpy as np
import oracle
from instances import Instance, answer_of, system_of

from planner_core.methods.bf import Answer, solve
from planner_core.methods.mw import minimise_waiting
from planner_core.plan import OPTIMAL_GAP
from planner_core.stop import StopToken

__all__ = ["faults_of_answer", "judge_bf", "random_search", "starts"]

ROUNDING = 1e-12


def faults_of_answer(instance: Instance, workers: tuple[int | None, int | None], answer: Answer) -> list[str]:
    """Problems of a plan and its bound that need no optimum to be seen."""
    order, offload = answer.order.tolist(), answer.offload.tolist()
    paths = len(instance.class_of)
    if sorted(order) != list(range(paths)) or not all(1 <= o <= len(instance.rows[0]) for o in offload):
        return [f"no plan: {order}, {offload}"]
    end = float(oracle.simulate(*instance.table, order, offload, system_of(workers)).T)
    found = []
    if abs(answer.end + instance.tail - end) > ROUNDING * end:
        found.append(f"the plan ends at {end!r}, not at {answer.end + instance.tail!r}")
    if not 0 <= answer.bound <= answer.end * (1 + ROUNDING):
        found.append(f"bound {answer.bound!r} is not within the end {answer.end!r}")
    return found


def starts(
    instance: Instance, workers: tuple[int | None, int | None], best: oracle.Answer
) -> Iterator[tuple[str, Answer]]:
    """Plans for BF to start from: MW's, a random one, and neighbours of the best, which cut the most."""
    costs, system = instance.costs, system_of(workers)
    order, offload, end = minimise_waiting(costs, system)
    yield "MW", Answer(order, offload, end)
    rng = Random(instance.seed)
    yield "random", answer_of(costs, system, *instance.random_plan(rng))
    near = [answer_of(costs, system, *_neighbour(instance, rng, best)) for _ in range(8)]
    optimum = float(best.T) - instance.tail
    worse = [x for x in near if x.end > optimum * (1 + 1e-6)]
    if worse:
        yield "nearly best", min(worse, key=lambda x: x.end)


def _neighbour(instance: Instance, rng: Random, best: oracle.Answer) -> tuple[list[int], list[int]]:
    order, offload = list(best.order), list(best.offload)
    for _ in range(rng.randint(1, 2)):
        if rng.random() < 0.5:
            i, j = rng.randrange(len(order)), rng.randrange(len(order))
            order[i], order[j] = order[j], order[i]
        else:
            offload[rng.randrange(len(offload))] = rng.randint(1, len(instance.rows[0]))
    return order, offload


def judge_bf(instance: Instance, workers: tuple[int | None, int | None]) -> tuple[list[str], bool]:
    """Solve from every start and compare with enumeration; returns problems, and whether all was proven.

    So few paths are settled by one walk of partial sequences; all but one start do without it, for the other walks.
    """
    costs, system = instance.costs, system_of(workers)
    best = oracle.bf_enumerate(instance.table, system)
    optimum = float(best.T)
    found: list[str] = []
    proven = True
    begins = [(name, start, 0) for name, start in starts(instance, workers, best)]
    begins.append(("MW, few paths at once", begins[0][1], 5))
    for name, start, few in begins:
        with patch.object(import_module("planner_core.methods.bf.solve"), "_FEW_PATHS", few):
            answer = solve(costs, system, start, StopToken())
        makespan, bound = answer.end + instance.tail, answer.bound + instance.tail
        optimal = makespan - bound <= OPTIMAL_GAP * makespan
        faults = faults_of_answer(instance, workers, answer)
        if bound > optimum * (1 + ROUNDING):
            faults.append(f"bound {bound!r} above the optimum {optimum!r}")
        if makespan < optimum * (1 - ROUNDING):
            faults.append(f"makespan {makespan!r} below the optimum {optimum!r}")
        if optimal and makespan > optimum * (1 + OPTIMAL_GAP):
            faults.append(f"makespan {makespan!r} called optimal, but {optimum!r} can be had")
        proven = proven and bool(optimal)
        found += [f"{instance.kind} {instance.seed}, workers {workers}, from {name}: {x}" for x in faults]
    return found, proven


def random_search(instance: Instance, workers: tuple[int | None, int | None], tries: int) -> float:
    """Least path end of `tries` random plans and of short descents from them: an upper bound on the optimum."""
    costs, system = instance.costs, system_of(workers)
    rng = Random(instance.seed)
    best = np.inf
    for _ in range(tries):
        plan = instance.random_plan(rng)
        end = answer_of(costs, system, *plan).end
        for _ in range(30):
            near = _neighbour(instance, rng, oracle.Answer(end, *plan))
            value = answer_of(costs, system, *near).end
            if value <= end:
                plan, end = near, value
        best = min(best, end)
    return float(best)
