"""A Plan from a decision (the cell, the order and the offloading layers), and the baselines."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

from planner_core.arrays import FloatArray, IntArray
from planner_core.costs import PathCosts, path_costs
from planner_core.network.model import Network
from planner_core.plan import OPTIMAL_GAP, Method, Plan, Schedule
from planner_core.scenario import Scenario
from planner_core.system import System
from planner_core.tiling import Cell, Tiling

__all__ = ["build_plan", "cut_times", "put_together"]


def build_plan(
    method: Method,
    scenario: Scenario,
    cell: Cell,
    order: IntArray,
    offload: IntArray,
    started: float,
    bound: float | None = None,
) -> Plan:
    """Time a decision and put every fact about it together.

    `started` is the `time.perf_counter()` when the method began, `bound` a proven bound.
    """
    tiling = Tiling.of(scenario.network, cell.tau, cell.rows, cell.cols)
    costs = path_costs(tiling, scenario.system)
    timed = _timer()(costs, scenario.system, order, offload)
    return put_together(method, scenario.system, tiling, costs, order, offload, timed, started, bound)


def _timer() -> Callable[[PathCosts, System, IntArray, IntArray], Schedule]:
    """Return the compiled loop where the compiler is loaded, as wherever methods plan, else that of plans by hand.

    Both give the same bits. A window that opens a file of plans would be held up by the compiler, and keep it.
    """
    if "numba" in sys.modules:
        from planner_core.timing import schedule

        return schedule
    from planner_core.by_hand import timed

    return timed


def put_together(
    method: Method,
    system: System,
    tiling: Tiling,
    costs: PathCosts,
    order: IntArray,
    offload: IntArray,
    timed: Schedule,
    started: float,
    bound: float | None = None,
) -> Plan:
    """Put every fact about a timed decision together; see `build_plan`."""
    makespan = timed.tail_end
    if bound is not None:
        bound = min(bound, makespan)
    rows, column = costs.class_of, np.asarray(offload) - 1
    return Plan(
        method=method,
        tau=tiling.tau,
        rows=tiling.rows,
        cols=tiling.cols,
        order=order,
        offload=offload,
        makespan_s=makespan,
        lower_bound_s=bound,
        optimal=None if bound is None else makespan - bound <= OPTIMAL_GAP * makespan,
        tail_s=costs.tail,
        solve_s=time.perf_counter() - started,
        schedule=timed,
        device_flop=tiling.device_flop[rows, column],
        es_flop=tiling.es_flop[rows, column],
        bits=tiling.elements[rows, column] * system.bits_per_element,
    )


def cut_times(network: Network, system: System) -> FloatArray:
    """(l + 1,) makespans of P = 1, tau = l for every o.

    The first is ES-only, the last device-only. A transfer waits for the device alone, so the times add up.
    """
    costs = path_costs(Tiling.of(network, len(network), 1, 1), system)
    times: FloatArray = (costs.a[0] + costs.b[0]) + costs.e[0]
    return times
