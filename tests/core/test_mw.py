"""MW and NFL: Algorithm 1 to the letter, ties included."""

from __future__ import annotations

import numpy as np
import oracle
import pytest
from instances import KINDS, WORKERS, Instance, draw, system_of
from networks_for_tests import random_network, random_system

from planner_core.costs import path_costs
from planner_core.methods.mw import minimise_waiting
from planner_core.methods.nfl import best_cut, cut_times
from planner_core.system import System
from planner_core.tiling import Tiling, cut_extent


def assert_like_the_oracle(instance: Instance, workers: tuple[int | None, int | None]) -> None:
    system = system_of(workers)
    order, offload, end = minimise_waiting(instance.costs, system)
    wanted = oracle.mw(instance.table, system)
    assert (order.tolist(), offload.tolist()) == (wanted.order, wanted.offload)
    assert end + instance.tail == pytest.approx(wanted.T, rel=1e-12)


def test_the_quickest_first_then_the_least_wait() -> None:
    rows = [
        [(0.0, 5.0, 4.0), (3.0, 2.0, 1.0)],
        [(0.0, 4.0, 3.0), (2.0, 0.0, 2.0)],
        [(0.0, 1.0, 2.0), (1.0, 1.0, 0.0)],
    ]
    order, offload, end = minimise_waiting(Instance("by hand", 0, rows, [0, 1, 2], 0.0).costs, System())
    # Path 2 raw: a + b = 1. Then the link waits 1 for paths 0 and 1 raw: the lower index. Path 1 waits least
    # (4) when split at 2.
    assert (order.tolist(), offload.tolist(), end) == ([2, 0, 1], [1, 2, 1], 10)


@pytest.mark.parametrize(("late", "order"), [(1e-13, [0, 1, 2]), (1e-11, [0, 2, 1])])
def test_values_within_a_millionth_of_a_millionth_are_ties(late: float, order: list[int]) -> None:
    rows = [[(0.0, 1.0, 0.0)], [(1.0 + late, 9.0, 0.0)], [(1.0, 9.0, 0.0)]]
    instance = Instance("by hand", 0, rows, [0, 1, 2], 0.0)
    assert minimise_waiting(instance.costs, system_of((None, None)))[0].tolist() == order


def test_paths_without_device_work_run_out() -> None:
    # After the two paths that need no device the other class is left, whose paths all do.
    rows = [[(0.0, 10.0, 4.0)], [(0.0, 0.0, 2.0)], [(12.0, 0.0, 9.0)]]
    for workers in WORKERS:
        assert_like_the_oracle(Instance("by hand", 0, rows, [0, 1, 2, 2], 0.0), workers)


@pytest.mark.parametrize("kind", KINDS)
def test_plans_are_those_of_the_oracle(kind: str) -> None:
    for seed in range(40):
        instance = draw(seed, 8, kind)
        for workers in WORKERS:
            assert_like_the_oracle(instance, workers)


@pytest.mark.parametrize("seed", range(60))
def test_random_networks_are_planned_like_the_oracle(seed: int) -> None:
    net, system = random_network(seed), random_system(seed)
    tau = 1 + seed % len(net)
    s_l, s_w = cut_extent(net, tau)
    grid = min(s_l, 4), min(s_w, 3)
    costs = path_costs(Tiling.of(net, tau, *grid), system)
    order, offload, end = minimise_waiting(costs, system)
    wanted = oracle.mw(oracle.costs(net, system, tau, *grid), system)
    assert (order.tolist(), offload.tolist()) == (wanted.order, wanted.offload)
    assert end + costs.tail == pytest.approx(wanted.T, rel=1e-12)


@pytest.mark.parametrize("seed", range(80))
def test_nfl_and_baselines_are_those_of_the_oracle(seed: int) -> None:
    net, system = random_network(seed), random_system(seed)
    times = cut_times(net, system)
    assert times[0] == pytest.approx(oracle.es_only(net, system), rel=1e-12)
    assert times[-1] == pytest.approx(oracle.device_only(net, system), rel=1e-12)
    o, makespan = best_cut(net, system)
    wanted = oracle.nfl(net, system)
    assert makespan == pytest.approx(wanted.T, rel=1e-12)
    assert times[wanted.offload[0] - 1] == pytest.approx(makespan, rel=1e-12)
    assert o == wanted.offload[0] or np.isclose(times[o - 1], times[wanted.offload[0] - 1], rtol=1e-12)
