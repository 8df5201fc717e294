"""Searches over tau and P: the double loop's own answer, however much is ruled out."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import import_module
from random import Random

import numpy as np
import oracle
import pytest
from networks_for_tests import random_network, random_system

from planner_core.arrays import FlagArray, FloatArray
from planner_core.costs import path_costs
from planner_core.importers import bundled_names, load_network
from planner_core.methods.bf import Answer, solve
from planner_core.methods.mw import minimise_waiting
from planner_core.network.model import Network
from planner_core.plan import Plan
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.search import Landscape, search_bf, search_mw, survey, tables_of
from planner_core.search.cells import grids_of
from planner_core.search.tables import DepthTable
from planner_core.stop import StopToken, no_progress
from planner_core.system import WORKER_PRESETS, System
from planner_core.tiling import Tiling

INF = float("inf")
SYSTEMS = (
    *(System(device_workers=p.device_workers, es_workers=p.es_workers) for p in WORKER_PRESETS),
    System(rate_bps=1e6, device_workers=3, es_workers=2, transfer_overhead_s=0.002),
    System(device_flops=1e12, rate_bps=1e9, device_workers=2, es_workers=None),
    System(device_flops=1e8, rate_bps=1e5, device_workers=None, es_workers=3),
)


def cell_plans(scenario: Scenario) -> list[tuple[float, float]]:
    """(MW, BF) makespans of every cell, solved one by one without a search; BF is proven."""
    found = []
    for table in tables_of(scenario):
        for rows, cols in table.grids.tolist():
            costs = path_costs(Tiling.of(scenario.network, table.tau, rows, cols), scenario.system)
            start = Answer(*minimise_waiting(costs, scenario.system))
            best = solve(costs, scenario.system, start, StopToken())
            assert best.end - best.bound <= 1e-9 * (best.end + costs.tail)
            found.append((start.end + costs.tail, best.end + costs.tail))
    return found


# MW


def assert_the_double_loop_found_it(scenario: Scenario, wanted: oracle.Answer) -> None:
    cell = search_mw(scenario, StopToken())
    assert (cell.tau, cell.rows, cell.cols) == (wanted.tau, wanted.rows, wanted.cols)
    costs = path_costs(Tiling.of(scenario.network, cell.tau, cell.rows, cell.cols), scenario.system)
    order, offload, end = minimise_waiting(costs, scenario.system)
    assert (order.tolist(), offload.tolist()) == (wanted.order, wanted.offload)
    assert end + costs.tail == pytest.approx(wanted.T, rel=1e-12)


@pytest.mark.parametrize("seed", range(120))
def test_mw_search_finds_the_plan_of_the_double_loop(seed: int) -> None:
    net, system = random_network(seed, extent=9), random_system(seed)
    cap = Random(seed).choice((None, 1, 5, 12)) if max(oracle.cut_extent(net, 1)) < 12 else 12
    assert_the_double_loop_found_it(Scenario(net, system, max_paths=cap), oracle.mw_search(net, system, cap))


@pytest.mark.parametrize("preset", WORKER_PRESETS, ids=lambda p: p.name)
@pytest.mark.parametrize("rate", [1e6, 10e6, 100e6])
def test_mw_search_of_alexnet_is_the_double_loops(alexnet_file: Network, preset, rate: float) -> None:
    system = System(rate_bps=rate, device_workers=preset.device_workers, es_workers=preset.es_workers)
    wanted = oracle.mw_search(alexnet_file, system, 16)
    assert_the_double_loop_found_it(Scenario(alexnet_file, system, max_paths=16), wanted)


def test_the_last_of_equals_stays() -> None:
    # The device is so slow that all send the input at once: every tau ends at the same time.
    net = random_network(3, layers=6, extent=5, chain=True)
    system = System(device_flops=1e-6, es_flops=1e12, rate_bps=1e3)
    assert_the_double_loop_found_it(Scenario(net, system), oracle.mw_search(net, system))


# Bounds of cells


@cache
def sample_table(name: str, tau: int) -> DepthTable:
    net = load_network(name)
    rng = Random(f"{name} {tau}")
    grids = grids_of(Scenario(net, tau=tau, max_paths=400), tau).tolist()
    picks = sorted({0, len(grids) - 1, *(rng.randrange(len(grids)) for _ in range(4))})
    return DepthTable(net, tau, np.array([grids[i] for i in picks], np.int64))


def test_bounds_are_kept_for_one_system_but_not_where_a_stop_cut_them_short() -> None:
    table, stop = sample_table("squeezenet", 8), StopToken()
    stopped = StopToken()
    stopped.cancel()
    slow, fast = System(), System(rate_bps=1e9, device_flops=50e9)
    assert not table.bounds(slow, stopped.flag).any()
    first = table.bounds(slow, stop.flag)
    assert first.all()
    assert table.bounds(slow, stop.flag) is first
    other = table.bounds(fast, stop.flag)
    assert (other < first).all()
    assert np.array_equal(table.bounds(slow, stop.flag), first)


@pytest.mark.parametrize("name", bundled_names())
def test_cells_of_bundled_networks_are_bounded_and_planned_as_by_a_tiling(name: str) -> None:
    net = load_network(name)
    for tau in sorted({1, 2, *np.linspace(3, len(net), 4).astype(int).tolist()}):
        table = sample_table(name, min(tau, len(net)))
        for system in SYSTEMS:
            bounds = table.bounds(system, StopToken().flag)
            for g, (rows, cols) in enumerate(table.grids.tolist()):
                costs = path_costs(Tiling.of(net, table.tau, rows, cols), system)
                order, offload, end = minimise_waiting(costs, system)
                assert table.mw_makespan(g, system, INF) == end + costs.tail
                assert bounds[g] <= (end + costs.tail) * (1 + 1e-12)
                start = Answer(order, offload, end)
                best = solve(costs, system, start, StopToken(0.02))
                assert bounds[g] <= (best.end + costs.tail) * (1 + 1e-12)


@pytest.mark.parametrize("seed", range(60))
def test_cells_of_random_networks_are_bounded_by_what_enumeration_finds(seed: int) -> None:
    net, system = random_network(seed, layers=4, extent=6), random_system(seed)
    scenario = Scenario(net, system, max_paths=3)
    for table in tables_of(scenario):
        bounds = table.bounds(system, StopToken().flag)
        for g, (rows, cols) in enumerate(table.grids.tolist()):
            best = oracle.bf_enumerate(oracle.costs(net, system, table.tau, rows, cols), system)
            assert bounds[g] <= best.T * (1 + 1e-12)
            costs = path_costs(Tiling.of(net, table.tau, rows, cols), system)
            assert table.mw_makespan(g, system, INF) == minimise_waiting(costs, system)[2] + costs.tail


def test_a_cutoff_only_ever_drops_cells_past_it(alexnet_file: Network) -> None:
    system = System(device_workers=2)
    table = sample_table("alexnet", 2)
    for g in range(len(table.grids)):
        whole = table.mw_makespan(g, system, INF)
        assert table.mw_makespan(g, system, whole * (1 + 1e-12)) == whole
        assert table.mw_makespan(g, system, whole * (1 - 1e-9)) == INF


# BF


@pytest.mark.parametrize("seed", range(60))
def test_bf_search_finds_the_least_of_all_cells(seed: int) -> None:
    net, system = random_network(seed, layers=1 + seed % 6, extent=8), random_system(seed)
    scenario = Scenario(net, system, max_paths=6)
    found = search_bf(scenario, StopToken(), no_progress)
    least = min(best for _, best in cell_plans(scenario))
    assert found.makespan == pytest.approx(least, rel=1e-9)
    assert found.bound <= least * (1 + 1e-12)
    assert found.makespan - found.bound <= 1.0000001e-9 * found.makespan


@pytest.mark.parametrize("seed", range(40))
def test_bf_search_finds_what_enumeration_of_every_cell_finds(seed: int) -> None:
    net, system = random_network(seed, layers=1 + seed % 4, extent=5), random_system(seed)
    scenario = Scenario(net, system, max_paths=3)
    least = min(
        oracle.bf_enumerate(oracle.costs(net, system, table.tau, rows, cols), system).T
        for table in tables_of(scenario)
        for rows, cols in table.grids.tolist()
    )
    found = search_bf(scenario, StopToken(), no_progress)
    assert found.makespan == pytest.approx(least, rel=1e-9)
    assert found.bound <= least * (1 + 1e-12)


@pytest.mark.parametrize("name", ["alexnet", "squeezenet", "yolov2"])
@pytest.mark.parametrize("rate", [1e6, 30e6, 100e6, 1e9])
def test_asking_cells_by_parts_finds_what_weighted_releases_do(
    name: str, rate: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = System(rate_bps=rate, device_workers=None, es_workers=None)
    scenario = Scenario(load_network(name), system, max_paths=25)
    found = []
    for asks in (True, False):
        if not asks:
            monkeypatch.setattr(import_module("planner_core.methods.bf.solve"), "closes", lambda jobs: False)
        found.append(search_bf(scenario, StopToken(60.0), no_progress))
        assert found[-1].makespan - found[-1].bound <= 1.0000001e-9 * found[-1].makespan
    assert found[0].makespan == pytest.approx(found[1].makespan, rel=1e-9)


@pytest.mark.parametrize("fixed", [{"tau": 2}, {"paths": 4}, {"grid": (2, 2)}, {"grid": (1, 3)}])
def test_what_is_fixed_stays_fixed(alexnet_file: Network, fixed: dict) -> None:
    scenario = Scenario(alexnet_file, System(), max_paths=9, **fixed)
    for cell in (search_mw(scenario, StopToken()), search_bf(scenario, StopToken(), no_progress).cell):
        assert fixed.get("tau", cell.tau) == cell.tau
        assert fixed.get("paths", cell.paths) == cell.paths
        assert fixed.get("grid", (cell.rows, cell.cols)) == (cell.rows, cell.cols)


def test_progress_only_ever_gets_better(alexnet_file: Network) -> None:
    calls: list[tuple[int, int, float, float]] = []
    found = search_bf(Scenario(alexnet_file, max_paths=12), StopToken(), lambda *x: calls.append(x))
    assert calls
    assert all(0 <= done <= total and bound <= best for done, total, best, bound in calls)
    bests, bounds = [c[2] for c in calls], [c[3] for c in calls]
    assert bests == sorted(bests, reverse=True)
    assert bounds == sorted(bounds)
    assert calls[-1][0] == calls[-1][1]
    assert bests[-1] == found.makespan


def test_a_stopped_search_still_brings_a_plan_and_a_bound_that_hold(alexnet_file: Network) -> None:
    scenario = Scenario(alexnet_file, max_paths=12)
    optimum = search_bf(scenario, StopToken(), no_progress).makespan
    for calls in (0, 1, 3):
        stop, seen = StopToken(), []

        def after(*x: object, stop: StopToken = stop, seen: list = seen, calls: int = calls) -> None:
            seen.append(x)
            if len(seen) >= calls:
                stop.cancel()

        if calls == 0:
            stop.cancel()
        found = search_bf(scenario, stop, after)
        assert found.bound <= optimum * (1 + 1e-12)
        assert found.makespan >= optimum * (1 - 1e-9)
        assert len(seen) <= max(calls, 1)
        search_mw(scenario, stop)  # stopped at once, it has a cell all the same


@pytest.mark.parametrize("seed", range(30))
def test_a_search_stopped_at_once_is_no_worse_than_nfl_and_mw(seed: int) -> None:
    net, system = random_network(seed), random_system(seed)
    cancelled = StopToken()
    cancelled.cancel()
    for stop in (cancelled, StopToken(0.0)):
        plans = plan(Scenario(net, system, max_paths=6), stop=stop).plans
        assert plans["BF"].makespan_s <= plans["NFL"].makespan_s
        assert plans["BF"].makespan_s <= plans["MW"].makespan_s


def test_a_long_search_hands_out_what_it_knows(
    alexnet_file: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = Scenario(alexnet_file, max_paths=16)
    told: list[tuple[float, float]] = []
    monkeypatch.setattr("planner_core.search.bf._INTERIM_S", 0.0)
    optimum = search_bf(
        scenario, StopToken(), no_progress, interim=lambda f: told.append((f.makespan, f.bound))
    ).makespan
    assert told
    assert told == list(dict.fromkeys(told))  # each says something new
    assert all(bound <= optimum * (1 + 1e-12) and makespan >= optimum for makespan, bound in told)
    assert [makespan for makespan, _ in told] == sorted((m for m, _ in told), reverse=True)
    plans: list[Plan] = []
    final = plan(scenario, on_plan=plans.append).plans["BF"]
    of_bf = [p for p in plans if p.method == "BF"]
    assert len(of_bf) > 1
    assert of_bf[-1] is final
    assert all(p.makespan_s >= final.makespan_s for p in of_bf)


# The landscape


@pytest.mark.parametrize("seed", range(10))
def test_the_landscape_holds_every_cell(seed: int) -> None:
    net, system = random_network(seed, extent=7), random_system(seed)
    scenario = Scenario(net, system, max_paths=5)
    found = survey(scenario)
    wanted = cell_plans(scenario)
    assert found.done == len(wanted)
    assert found.mw.tolist() == [mw for mw, _ in wanted]
    for best, bound, (mw, optimum) in zip(found.bf, found.bound, wanted, strict=True):
        assert optimum * (1 - 1e-9) <= best <= mw * (1 + 1e-12)
        assert bound <= optimum * (1 + 1e-12)
    assert [tuple(row) for row in zip(found.tau, found.paths, strict=True)] == [
        (tau, p) for tau in range(1, len(net) + 1) for p in oracle.feasible(net, tau, 5)
    ]


def test_a_stopped_landscape_says_what_it_does_not_know(alexnet_file: Network) -> None:
    stop = StopToken()
    stop.cancel()
    found = survey(Scenario(alexnet_file, max_paths=9), stop)
    assert found.done == 0
    assert np.isnan(found.mw).all()
    assert not found.proven.any()


def test_a_stopped_landscape_is_filled_up_later(alexnet_file: Network) -> None:
    scenario = Scenario(alexnet_file, max_paths=6)
    stop = StopToken()

    def end_at_ten(found: Landscape) -> None:
        if found.done == 10:
            stop.cancel()

    part = survey(scenario, stop, end_at_ten)
    assert part.done == 10
    seen: list[int] = []
    whole, again = survey(scenario), survey(scenario, None, lambda found: seen.append(found.done), part)
    assert seen == list(range(11, len(whole.tau) + 1))
    for one, other in ((whole.mw, again.mw), (whole.bf, again.bf), (whole.bound, again.bound)):
        assert one.tolist() == other.tolist()
    assert part.done == 10


def test_a_landscape_is_no_worse_than_a_plan_that_is_known(
    alexnet_file: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = Scenario(alexnet_file, max_paths=12)
    plans = plan(scenario).plans
    best = plans["BF"]
    monkeypatch.setattr("planner_core.search.landscape._CELL_S", 0.0)
    found = survey(scenario)  # every cell is cut short
    cell = np.flatnonzero((found.tau == best.tau) & (found.paths == best.paths)).item()
    assert found.bf[cell] > best.makespan_s
    joined = found.with_plan(best)
    assert (joined.bf[cell], joined.bound[cell]) == (best.makespan_s, best.lower_bound_s)
    assert joined.proven[cell]
    others = np.arange(len(found.tau)) != cell
    for before, after in ((found.bf, joined.bf), (found.bound, joined.bound), (found.mw, joined.mw)):
        assert before[others].tolist() == after[others].tolist()
    assert joined.with_plan(best) is joined
    assert found.with_plan(plans["NFL"]) is found
    assert found.with_plan(replace(best, rows=best.cols, cols=best.rows)) is found


def test_no_cell_of_a_landscape_holds_up_the_others(
    alexnet_file: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With no time at all for a cell every one still has MW's plan, and a bound that holds."""
    scenario = Scenario(alexnet_file, System(device_workers=None), max_paths=6)
    whole = survey(scenario)
    monkeypatch.setattr("planner_core.search.landscape._CELL_S", 0.0)
    found = survey(scenario)
    assert found.done == whole.done == len(found.tau)
    assert found.bf.tolist() == found.mw.tolist()  # nothing was searched
    assert (found.bf >= whole.bf * (1 - 1e-12)).all()
    assert (found.bound <= whole.bf * (1 + 1e-12)).all()


def test_scenarios_of_other_speeds_share_tables(alexnet_file: Network) -> None:
    one = Scenario(alexnet_file, max_paths=9)
    other = replace(one, system=System(rate_bps=2e6))
    assert search_mw(one, StopToken(), tables_of(one)) == search_mw(one, StopToken())
    assert search_mw(other, StopToken(), tables_of(one)) == search_mw(other, StopToken())


def test_a_search_sees_its_deadline_while_it_bounds_the_cells(
    alexnet_file: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deep networks have so many cells that their bounds alone take longer than the time there is."""
    asked: list[int] = []
    true_bounds = DepthTable.bounds

    def slow(table: DepthTable, system: System, flag: FlagArray) -> FloatArray:
        asked.append(int(flag[0]))
        while not flag[0]:  # as long as a compiled loop that polls the flag
            pass
        return true_bounds(table, system, flag)

    monkeypatch.setattr(DepthTable, "bounds", slow)
    stop = StopToken(0.05)
    found = search_bf(Scenario(alexnet_file, max_paths=4), stop, no_progress)
    assert asked[0] == 0
    assert set(asked[1:]) == {2}
    assert found.bound == 0.0
    assert not stop.cancelled
    assert stop.flag[0] == 0
