"""The walk that counts the queue at a single ES: hand-worked, and against enumeration.

A limit a hair above the optimum must let a plan be found, one a hair below must be proven out of reach; only
where ES times exceed transfers may it give up, which says nothing.
"""

from __future__ import annotations

from itertools import permutations
from random import Random

import numpy as np
import oracle
import pytest
from instances import KINDS, answer_of, draw, optimum, system_of

from planner_core.costs import PathCosts
from planner_core.methods.bf.flow import type_order
from planner_core.methods.bf.insertion import in_order, reinsert, resource_cost
from planner_core.methods.bf.jobs import Jobs, jobs_of
from planner_core.methods.bf.loads import shops_of, unsent_end
from planner_core.methods.bf.queue import solve_queue
from planner_core.methods.bf.serial import SerialRun
from planner_core.methods.bf.states import Outcome
from planner_core.system import System
from planner_core.timing import schedule

NEAR = 1e-9
SINGLE = (1, 1)


def flag(value: int = 0) -> np.ndarray:
    return np.full(1, value, np.uint8)


def walk(jobs: Jobs, limit: float, width: int = 10_000) -> Outcome | None:
    return solve_queue(jobs, shops_of(jobs), limit, width, flag())


def decides(costs: PathCosts, system: System, end: float) -> bool:
    """Judge the walk on both sides of the optimum `end`; whether it did not give up."""
    jobs = jobs_of(costs, system)
    above, below = walk(jobs, end * (1 + 1e-6)), walk(jobs, end * (1 - NEAR))
    if below is not None:
        assert below.types is None
        assert below.complete
        assert below.bound == end * (1 - NEAR)
    if above is None:
        return False
    assert above.types is not None
    plan = schedule(costs, system, *jobs.sequence(above.types))
    assert plan.tail_start < end * (1 + 1e-6)
    return True


def test_the_last_two_wait_at_the_es() -> None:
    # (a, b, e) = (0, 2, 3) twice: the link is done at 4, the ES works 2-5 and 5-8.
    costs = PathCosts(np.array([0, 0]), np.zeros((1, 1)), np.full((1, 1), 2.0), np.full((1, 1), 3.0), 0.0)
    assert decides(costs, System(device_workers=1, es_workers=1), 8.0)


def test_an_order_that_only_the_queue_asks_for_is_found() -> None:
    # (b, e) = (4, 5) and (1, 3), no device: to link and device any order is as good, and the longer ES time goes first.
    # That ends at 12 (ES 4-9, 9-12), the other way round at 10 (ES 1-4, 5-10).
    a, b, e = np.zeros((2, 1)), np.array([[4.0], [1.0]]), np.array([[5.0], [3.0]])
    costs = PathCosts(np.array([0, 1]), a, b, e, 0.0)
    assert decides(costs, System(device_workers=1, es_workers=1), 10.0)


@pytest.mark.parametrize("kind", KINDS)
def test_it_decides_as_enumeration_does(kind: str) -> None:
    system = system_of(SINGLE)
    decided = cases = 0
    for seed in range(24):
        instance = draw(seed, 5 if seed % 2 else 4, kind)
        jobs = jobs_of(instance.costs, system)
        end = float(oracle.bf_enumerate(instance.table, system).T) - instance.tail
        if end == 0.0 or unsent_end(jobs) <= end * (1 + 1e-6):
            continue  # what is not sent is looked at elsewhere
        if (jobs.b > 0).all():
            cases += 1
            decided += decides(instance.costs, system, end)
        else:
            below = walk(jobs, end * (1 + 1e-6))
            assert below is None or below.types is not None, "it may not deny the best plan"
    assert decided == cases


def test_long_transfers_need_few_ends_at_many_paths() -> None:
    rng = np.random.default_rng(5)
    depth = np.linspace(0, 1, 6)
    rows = 1 + rng.random((8, 1))
    costs = PathCosts(
        np.arange(24) % 8, rows * depth * 20, rows * (1.2 - depth) ** 2, rows * (1 - depth) / 2, 0.0
    )
    system = System(device_workers=1, es_workers=1)
    jobs = jobs_of(costs, system)
    start = jobs.start[jobs.class_of]
    _, limit = reinsert(jobs, start, resource_cost(jobs), 2000, 0.0, 1, flag())
    while True:
        found = walk(jobs, limit, 50_000)
        assert found is not None
        if found.types is None:
            break
        end = schedule(costs, system, *jobs.sequence(found.types)).tail_start
        assert end < limit
        limit = end
    assert found.complete
    assert found.bound == limit


def test_the_flag_ends_the_walk_and_says_nothing() -> None:
    jobs = jobs_of(draw(3, 8, "like tiles").costs, system_of(SINGLE))
    assert solve_queue(jobs, shops_of(jobs), 1e3, 1000, flag(1)) is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_walk_as_if_there_were_an_es_worker_per_path_proves_no_more_than_is_so(kind: str) -> None:
    system, settled = system_of(SINGLE), 0
    for seed in range(24):
        instance = draw(seed, 4, kind)
        costs = instance.costs
        best, _, jobs = optimum(instance, system)
        first = answer_of(costs, system, *instance.random_plan(Random(seed)))
        run = SerialRun(first, jobs, costs, flag(), np.inf)
        over = run._walk_unlimited(type_order(jobs), 1_000)
        assert first.bound <= best * (1 + 1e-12)
        assert first.end >= best * (1 - 1e-12)
        if over:
            settled += 1
            assert first.end == pytest.approx(best, rel=2 * NEAR)
    assert settled > 0


def test_an_order_in_which_one_es_is_enough_is_found_for_given_types() -> None:
    # As above: 12 one way round, 10 the other, with which link and ES are never idle but for the first transfer.
    a, b, e = np.zeros((2, 1)), np.array([[4.0], [1.0]]), np.array([[5.0], [3.0]])
    jobs = jobs_of(PathCosts(np.array([0, 1]), a, b, e, 0.0), System(device_workers=1, es_workers=1))
    found = in_order(jobs, np.array([0, 1]), 0.0, flag())
    assert found.tolist() == [1, 0]
    assert jobs.end_of(found) == 10.0
    assert in_order(jobs, np.array([0, 1]), 12.0, flag()).tolist() == [0, 1]


@pytest.mark.parametrize("seed", range(20))
def test_an_order_has_the_types_it_was_given_and_ends_no_later(seed: int) -> None:
    instance, rng = draw(seed, 5), np.random.default_rng(seed)
    jobs = jobs_of(instance.costs, system_of(SINGLE))
    types = rng.permutation([rng.integers(jobs.start[k], jobs.start[k + 1]) for k in jobs.class_of])
    found = in_order(jobs, types, 0.0, flag())
    assert np.sort(found).tolist() == np.sort(types).tolist()
    assert jobs.end_of(found) <= jobs.end_of(types)
    least = min(jobs.end_of(np.array(order)) for order in permutations(types))
    assert jobs.end_of(found) == pytest.approx(least, rel=1e-12)
