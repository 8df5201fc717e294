"""BF for given times: the optimum of enumeration, bounds that hold, stops that are heeded.

`python -m tests.campaigns.bf` does the same for thousands of instances.
"""

from __future__ import annotations

import threading
from random import Random

import numpy as np
import oracle
import pytest
from instances import KINDS, WORKERS, Instance, answer_of, draw, system_of
from judge import faults_of_answer, judge_bf, random_search

from planner_core.costs import PathCosts, path_costs
from planner_core.methods.bf import Answer, Effort, solve
from planner_core.methods.mw import minimise_waiting
from planner_core.network.model import Network
from planner_core.plan import OPTIMAL_GAP
from planner_core.stop import StopToken
from planner_core.system import System
from planner_core.tiling import Tiling, auto_grid, cut_extent

Workers = tuple[int | None, int | None]


def from_mw(costs: PathCosts, system: System) -> Answer:
    return Answer(*minimise_waiting(costs, system))


# The optimum


@pytest.mark.parametrize("workers", WORKERS, ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_small_instances_are_solved_to_the_optimum_of_enumeration(kind: str, workers: Workers) -> None:
    for seed in range(16):
        faults, proven = judge_bf(draw(seed, 4, kind), workers)
        assert not faults
        assert proven, (kind, seed, workers)


@pytest.mark.parametrize(
    ("seed", "workers"),
    [
        (2000145, (1, 1)),
        (2001379, (1, 2)),
        (2003018, (1, 2)),
        (2003122, (1, 1)),
        (2003148, (1, 2)),
        (2005839, (2, 2)),
        (2006151, (1, 2)),
        (2007354, (1, 1)),
    ],
)
def test_paths_without_device_work_need_not_follow_the_device(seed: int, workers: Workers) -> None:
    """A bound once made them wait for device work that had sent nothing, and cut the optimum off."""
    faults, proven = judge_bf(draw(seed), workers)
    assert not faults
    assert proven


def test_a_path_without_device_work_after_one_that_sends_nothing() -> None:
    rows = [[(10.0, 0.0, 3.0)], [(0.0, 4.0, 1.0)], [(0.0, 9.0, 1.0)]]
    instance = Instance("by hand", 0, rows, [0, 1, 2], 0.0)
    system = system_of((1, 1))
    start = answer_of(instance.costs, system, [0, 1, 2], [1, 1, 1])
    assert start.end == 15
    # Path 2 on the link 0-9 and the ES 9-10, path 0 on the ES 10-13, path 1 on the link 9-13 and the ES 13-14.
    assert solve(instance.costs, system, start, StopToken()).end == 14


@pytest.mark.parametrize("workers", [(1, None), (None, None), (1, 1)], ids=str)
def test_paper_networks_up_to_four_paths_are_solved_to_the_optimum(
    paper_network: Network, workers: Workers
) -> None:
    for part, paths, rate in ((0.1, 4, 10e6), (0.3, 4, 100e6), (0.3, 3, 1e9), (0.6, 2, 30e6)):
        tau = max(1, round(part * len(paper_network)))
        grid = auto_grid(paths, *cut_extent(paper_network, tau)) or (1, 1)
        system = System(rate_bps=rate, device_workers=workers[0], es_workers=workers[1])
        costs = path_costs(Tiling.of(paper_network, tau, *grid), system)
        answer = solve(costs, system, from_mw(costs, system), StopToken())
        wanted = oracle.bf_frontier(oracle.costs(paper_network, system, tau, *grid), system)
        assert answer.end + costs.tail == pytest.approx(wanted, rel=1e-9)
        assert answer.bound + costs.tail <= wanted * (1 + 1e-12)
        assert answer.end - answer.bound <= OPTIMAL_GAP * (answer.end + costs.tail)


@pytest.mark.parametrize("workers", WORKERS, ids=str)
def test_more_paths_of_few_classes_are_solved_to_the_optimum(workers: Workers) -> None:
    for seed in range(4):
        instance = draw(seed, 7, "one class" if seed % 2 else "like tiles")
        costs, system = instance.costs, system_of(workers)
        answer = solve(costs, system, from_mw(costs, system), StopToken())
        wanted = float(oracle.bf_frontier(instance.table, system))
        assert answer.end + instance.tail == pytest.approx(wanted, rel=1e-9)
        assert answer.bound + instance.tail <= wanted * (1 + 1e-12)


# Bounds


@pytest.mark.parametrize("workers", WORKERS, ids=str)
def test_no_bound_is_above_a_plan_that_a_random_search_finds(workers: Workers) -> None:
    for seed in range(len(KINDS)):
        instance = draw(seed, 12)
        costs, system = instance.costs, system_of(workers)
        answer = solve(costs, system, from_mw(costs, system), StopToken(), Effort.QUICK)
        assert not faults_of_answer(instance, workers, answer)
        assert answer.bound <= random_search(instance, workers, 6) * (1 + 1e-12)


@pytest.mark.parametrize("effort", list(Effort))
def test_less_effort_still_brings_a_plan_and_a_bound_that_hold(effort: Effort) -> None:
    for seed in range(26):
        instance, workers = draw(seed), WORKERS[seed % len(WORKERS)]
        costs, system = instance.costs, system_of(workers)
        answer = solve(costs, system, from_mw(costs, system), StopToken(), effort)
        optimum = float(oracle.bf_enumerate(instance.table, system).T)
        assert not faults_of_answer(instance, workers, answer)
        assert answer.bound + instance.tail <= optimum * (1 + 1e-12)


@pytest.mark.parametrize("share", [0.5, 0.999, 1.0, 1.2])
def test_a_cutoff_proves_no_more_than_itself(share: float) -> None:
    """From the cutoff on plans are of no use: what is said below it must be true all the same."""
    for seed in range(39):
        instance, workers = draw(seed), WORKERS[seed % len(WORKERS)]
        costs, system = instance.costs, system_of(workers)
        optimum = float(oracle.bf_enumerate(instance.table, system).T) - instance.tail
        cutoff = share * optimum
        answer = solve(costs, system, from_mw(costs, system), StopToken(), cutoff=cutoff)
        assert not faults_of_answer(instance, workers, answer)
        assert answer.bound <= max(optimum, 0) * (1 + 1e-9)
        if cutoff > optimum * (1 + 1e-6):
            assert answer.end <= optimum * (1 + 1e-9) + 1e-9 * instance.tail


def test_the_start_is_never_made_worse() -> None:
    for seed in range(26):
        instance, workers = draw(seed, 9), WORKERS[seed % len(WORKERS)]
        costs, system = instance.costs, system_of(workers)
        start = answer_of(costs, system, *instance.random_plan(Random(seed)))
        assert solve(costs, system, start, StopToken(), Effort.QUICK).end <= start.end


# Stops


def hard(paths: int = 40) -> Instance:
    """So many different paths that nothing proves the optimum."""
    rng = Random(5)
    # Every split takes about as much of device and link together, so that none is out of the question.
    rows = [
        [(m + 0.5 * rng.random(), 5.0 - m + 0.5 * rng.random(), 9 * rng.random()) for m in range(6)]
        for _ in range(paths)
    ]
    return Instance("hard", 5, rows, list(range(paths)), 0.1)


@pytest.mark.parametrize("workers", [(1, None), (None, None), (1, 1), (2, 3)], ids=str)
def test_a_stop_before_the_start_leaves_the_start(workers: Workers) -> None:
    instance, system, stop = hard(), system_of(workers), StopToken()
    stop.cancel()
    start = from_mw(instance.costs, system)
    answer = solve(instance.costs, system, start, stop)
    assert (answer.end, answer.bound) == (start.end, start.bound)
    assert answer is not start


@pytest.mark.parametrize("workers", [(1, None), (None, None), (1, 1), (2, 3)], ids=str)
@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.2])
def test_a_deadline_leaves_a_plan_and_a_bound_that_hold(workers: Workers, seconds: float) -> None:
    instance, system, stop = hard(), system_of(workers), StopToken(seconds)
    start = from_mw(instance.costs, system)
    answer = solve(instance.costs, system, start, stop)
    assert not faults_of_answer(instance, workers, answer)
    assert answer.end <= start.end
    assert answer.bound <= random_search(instance, workers, 3)
    assert not stop.cancelled  # the time was up; nobody cancelled
    assert stop


@pytest.mark.parametrize("workers", [(1, None), (None, None), (1, 1), (2, 3)], ids=str)
def test_a_cancelled_solve_returns_what_it_has(workers: Workers) -> None:
    instance, system, stop = hard(), system_of(workers), StopToken()
    start = from_mw(instance.costs, system)
    found: list[Answer] = []
    thread = threading.Thread(target=lambda: found.append(solve(instance.costs, system, start, stop)))
    thread.start()
    thread.join(0.3)  # gives it time to get going; nothing depends on how far it comes
    assert thread.is_alive()
    stop.cancel()
    thread.join(60)
    assert not thread.is_alive()
    assert stop.cancelled
    assert not faults_of_answer(instance, workers, found[0])
    assert found[0].end <= start.end


def test_a_token_serves_several_solves() -> None:
    """The deadline of one solve must not leave its mark on the token."""
    stop = StopToken(60)
    for seed in range(20):
        instance = draw(seed)
        costs, system = instance.costs, system_of((1, None))
        solve(costs, system, from_mw(costs, system), stop)
        assert not stop
        assert not stop.flag.any()


def test_the_same_question_gets_the_same_answer() -> None:
    for seed in range(13):
        instance, system = draw(seed, 9), system_of(WORKERS[seed % len(WORKERS)])
        first, second = (
            solve(instance.costs, system, from_mw(instance.costs, system), StopToken(), Effort.QUICK)
            for _ in range(2)
        )
        assert np.array_equal(first.order, second.order)
        assert np.array_equal(first.offload, second.offload)
        assert (first.end, first.bound) == (second.end, second.bound)
