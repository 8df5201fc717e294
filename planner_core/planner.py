"""The planner's front door: a Scenario in, a PlanSet out. A pure function, but for the clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import numpy as np

from planner_core.assemble import build_plan, cut_times
from planner_core.compiled import note_compiled
from planner_core.costs import path_costs
from planner_core.methods.bf import Answer, Effort, solve
from planner_core.methods.bf.warm import warm_up as warm_up_bf
from planner_core.methods.mw import minimise_waiting
from planner_core.methods.nfl import best_cut
from planner_core.network.model import Layer, Network, TensorSpec, Window
from planner_core.plan import METHODS, Method, Plan, PlanSet
from planner_core.scenario import Scenario
from planner_core.search import Found, search_bf, search_mw, tables_of
from planner_core.search.tables import DepthTable
from planner_core.stop import ProgressCallback, StopToken, no_progress
from planner_core.system import System
from planner_core.tiling import Cell, Tiling, check_grid, check_paths

__all__ = ["plan", "warm_up"]

PlanCallback = Callable[[Plan], None]


def plan(
    scenario: Scenario,
    methods: Iterable[Method] = METHODS,
    stop: StopToken | None = None,
    progress: ProgressCallback = no_progress,
    on_plan: PlanCallback | None = None,
) -> PlanSet:
    """Plan `scenario` by every method asked for.

    Parameters
    ----------
    scenario : Scenario
        tau and P that are None are searched, by MW and by BF each for itself.
    methods : iterable of "NFL", "MW", "BF"
    stop : StopToken, optional
        When it fires, the best plans known are returned.
    progress : callable
        `Progress` of the BF search.
    on_plan : callable, optional
        Gets each plan as soon as it stands; BF may report better ones before its last.

    Raises
    ------
    InfeasibleError
        If tau, P and grid do not go together.
    """
    stop = StopToken() if stop is None else stop
    wanted = [m for m in METHODS if m in set(methods)]
    network, system = scenario.network, scenario.system
    cuts = cut_times(network, system)
    fixed = _fixed_cell(scenario)
    plans: dict[Method, Plan] = {}

    def report(found: Plan) -> None:
        plans[found.method] = found
        if on_plan is not None:
            on_plan(found)

    if "NFL" in wanted:
        report(_plan_nfl(scenario))
    mw_cell = fixed
    if "MW" in wanted or "BF" in wanted:
        started = time.perf_counter()
        tables = None
        if mw_cell is None:
            tables = tables_of(scenario)
            mw_cell = search_mw(scenario, stop, tables)
        mw = _plan_mw(scenario, mw_cell, started)
        if "MW" in wanted:
            report(mw)
        if "BF" in wanted:
            report(_plan_bf(scenario, tables, mw, stop, progress, report))
    return PlanSet(
        scenario=scenario,
        plans=plans,
        es_only_s=float(cuts[0]),
        device_only_s=float(cuts[-1]),
        cancelled=stop.cancelled,
    )


def _fixed_cell(scenario: Scenario) -> Cell | None:
    """The one (tau, grid) that the scenario fixes, or None where something is to be searched."""
    if scenario.tau is None:
        return None
    if scenario.grid is not None:
        check_grid(scenario.network, scenario.tau, *scenario.grid)
        return Cell(scenario.tau, *scenario.grid)
    if scenario.paths is None:
        return None
    return Cell(scenario.tau, *check_paths(scenario.network, scenario.tau, scenario.paths))


def _plan_nfl(scenario: Scenario) -> Plan:
    started = time.perf_counter()
    o, _ = best_cut(scenario.network, scenario.system)
    zero, split = np.zeros(1, np.int64), np.array([o], np.int64)
    return build_plan("NFL", scenario, Cell(len(scenario.network), 1, 1), zero, split, started)


def _plan_mw(scenario: Scenario, cell: Cell, started: float) -> Plan:
    costs = path_costs(Tiling.of(scenario.network, cell.tau, cell.rows, cell.cols), scenario.system)
    order, offload, _ = minimise_waiting(costs, scenario.system)
    return build_plan("MW", scenario, cell, order, offload, started)


def _plan_bf(
    scenario: Scenario,
    tables: list[DepthTable] | None,
    mw: Plan,
    stop: StopToken,
    progress: ProgressCallback,
    interim: PlanCallback,
) -> Plan:
    """BF in MW's cell, or over all cells of `tables`; `interim` gets what is known while it goes on."""
    started = time.perf_counter()
    cell = Cell(mw.tau, mw.rows, mw.cols)

    def plan_of(found: Found) -> Plan:
        answer = found.answer
        return build_plan("BF", scenario, found.cell, answer.order, answer.offload, started, found.bound)

    if tables is not None:
        return plan_of(
            search_bf(scenario, stop, progress, tables, cell, lambda found: interim(plan_of(found)))
        )
    costs = path_costs(Tiling.of(scenario.network, mw.tau, mw.rows, mw.cols), scenario.system)
    answer = Answer(mw.order, mw.offload, mw.schedule.tail_start)
    for effort in Effort:
        answer = solve(costs, scenario.system, answer, stop, effort)
        known = build_plan(
            "BF", scenario, cell, answer.order, answer.offload, started, answer.bound + costs.tail
        )
        if known.optimal or stop:
            break
        interim(known)
    return known


def warm_up() -> None:
    """Compile, or load from the cache, every kernel that `plan` may call, by planning a toy network.

    The first time ever this takes two or three minutes; afterwards a fraction of a second.
    """
    warm_up_bf()
    window = Window((3, 3), padding=(1, 1, 1, 1))
    toy = Network(
        "toy",
        (TensorSpec("input", (1, 6, 6)),),
        (
            Layer("conv", "Conv", ("input",), (2, 6, 6), 1e6, 0, window),
            Layer("narrow", "Conv", ("conv",), (1, 6, 6), 1e6, 0, window),
            Layer("fc", "Gemm", ("narrow",), (4, 1, 1), 1e5, 0, "whole"),
        ),
    )
    for device_workers in (1, None, 2):
        system = System(1e9, 1e10, 1e6, device_workers=device_workers)
        plan(Scenario(toy, system, max_paths=4))
        plan(Scenario(toy, system, tau=2, paths=6))
    note_compiled()
