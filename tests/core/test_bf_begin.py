"""What BF does before its walks: cells for link times, weights of the resources, and starts that are good already."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from instances import WORKERS, draw, system_of

from planner_core.costs import path_costs
from planner_core.importers import load_network
from planner_core.methods.bf import Answer, solve, states
from planner_core.methods.bf.back import back_forms, link_forms
from planner_core.methods.bf.due_kernels import cells_for
from planner_core.methods.bf.flow import type_order
from planner_core.methods.bf.insertion import resource_cost
from planner_core.methods.bf.jobs import jobs_of
from planner_core.methods.bf.release import Bucket
from planner_core.methods.bf.states import root_bound
from planner_core.methods.bf.warm import warm_up
from planner_core.methods.mw import minimise_waiting
from planner_core.plan import OPTIMAL_GAP
from planner_core.stop import StopToken
from planner_core.system import System
from planner_core.tiling import Tiling, auto_grid, cut_extent


def lost_by(times: np.ndarray, cell: float) -> float:
    """Part of a link time that is lost, on average, by rounding it down to cells."""
    size = times / cell + 1e-9
    return float(((size - np.floor(size)) / size).mean())


def test_link_times_with_a_common_measure_lose_nothing_in_cells() -> None:
    b = np.array([6.0, 10.0, 15.0, 0.0, 7.5])
    a = np.array([1.0, 2.0, 3.0, 4.0, 0.0])  # the last has no release, so its time does not count
    cell, lost = cells_for(a, b, 100.0, 400)
    assert lost == pytest.approx(0.0, abs=1e-9)
    assert b[:3] / cell == pytest.approx((b[:3] / cell).round())
    assert 100 <= 100.0 / cell <= 400


def test_no_coarser_cell_of_those_tried_loses_less() -> None:
    rng = np.random.default_rng(4)
    for _ in range(50):
        b = rng.uniform(0.1, 3.0, 12)
        cell, lost = cells_for(np.ones(12), b, 20.0, 256)
        assert lost == pytest.approx(lost_by(b, cell), rel=1e-9)
        assert lost <= min(lost_by(b, 20.0 / cells) for cells in np.linspace(256, 128, 49)) + 1e-12


@pytest.mark.parametrize("b", [[], [0.0, 0.0]])
def test_without_link_times_the_finest_cell_is_taken(b: list[float]) -> None:
    assert cells_for(np.ones(len(b)), np.array(b), 8.0, 64) == (0.125, 0.0)


@pytest.mark.parametrize("workers", [(1, None), (None, None), (1, 1), (None, 1), (2, 2)], ids=str)
def test_the_dearest_weighting_is_a_bound_no_other_betters(workers: tuple[int | None, int | None]) -> None:
    for seed in range(24):
        jobs = jobs_of(draw(seed, 6).costs, system_of(workers))
        nd, ns = jobs.device_workers, jobs.es_workers
        best = -1.0
        for w in np.linspace(0.0, 1.0, 41) if nd else (0.0,):
            for v in (0.0, 0.5, 0.9, 0.99) if ns else (0.0,):
                trial = (
                    w * (1 - v) / max(nd, 1) * jobs.a + (1 - w) * (1 - v) * jobs.b + v / max(ns, 1) * jobs.e
                )
                best = max(best, float(np.minimum.reduceat(trial, jobs.start[:-1]) @ jobs.counts))
        cost = resource_cost(jobs)
        assert float(np.minimum.reduceat(cost, jobs.start[:-1]) @ jobs.counts) == pytest.approx(best)


def test_a_plan_that_is_best_already_is_proven_as_soon_as_any() -> None:
    """The first walk finds nothing to add to it, which must not keep the others from their proof."""
    warm_up()  # the time limit is not for compiling
    network, system = load_network("yolov2"), System(device_workers=None, rate_bps=1e9)
    grid = auto_grid(36, *cut_extent(network, 13))
    assert grid is not None
    costs = path_costs(Tiling.of(network, 13, *grid), system)
    first = solve(costs, system, Answer(*minimise_waiting(costs, system)), StopToken(30.0))
    again = solve(costs, system, Answer(first.order, first.offload, first.end), StopToken(30.0))
    for answer in (first, again):
        assert answer.end - answer.bound <= OPTIMAL_GAP * (answer.end + costs.tail)


def test_the_forms_of_the_link_alone_are_those_of_a_bucket_of_all_types() -> None:
    for seed in range(24):
        order = type_order(jobs_of(draw(seed, 6).costs, system_of((None, None))))
        types = len(order.a)
        own, others = link_forms(order), back_forms(order, [Bucket(0, types, np.eye(1, types)[0])])
        for name in ("bucket_of", "begin", "first", "passed", "ahead", "phi"):
            assert np.array_equal(getattr(own, name), getattr(others, name)), name


@pytest.mark.parametrize("workers", WORKERS, ids=str)
def test_tables_are_the_same_where_kernels_are_interpreted(
    workers: tuple[int | None, int | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(24):
        jobs = jobs_of(draw(seed, 6).costs, system_of(workers))
        bound, tables = root_bound(jobs)
        with monkeypatch.context() as patch:
            # Not numba's own setting: what it compiles meanwhile would be broken for good.
            patch.setattr(states, "config", SimpleNamespace(DISABLE_JIT=1))
            other, others = root_bound(jobs)
        assert other == pytest.approx(bound, rel=1e-12)
        for name in ("phi", "tail", "shares", "loads"):
            assert np.array_equal(getattr(tables, name), getattr(others, name)), name
        work = [float(np.minimum.reduceat(t.cost, jobs.start[:-1]) @ jobs.counts) for t in (tables, others)]
        assert work[0] == pytest.approx(work[1])
