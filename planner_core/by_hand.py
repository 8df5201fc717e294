"""Plans made by hand: a decision that is changed step by step and timed at once, without compiled loops."""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from planner_core.assemble import put_together
from planner_core.costs import PathCosts, path_costs
from planner_core.errors import InfeasibleError
from planner_core.network.model import Network
from planner_core.plan import IntArray, Plan, Schedule
from planner_core.scenario import Scenario
from planner_core.system import System
from planner_core.tiling import Tiling, auto_grid, cut_extent

__all__ = ["Decision", "decision_of", "fits", "moved", "plan_by_hand", "split", "timed"]

_Bools: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a plan decides (SPEC section 4): the cut, the order and the splits.

    Parameters
    ----------
    network : Network
    tau, rows, cols : int
    order : tuple of int
        S: the paths in the order in which they start, each once.
    offload : tuple of int
        O by path index, each in 1..tau + 1.
    """

    network: Network
    tau: int
    rows: int
    cols: int
    order: tuple[int, ...]
    offload: tuple[int, ...]

    @property
    def paths(self) -> int:
        """P."""
        return self.rows * self.cols


def decision_of(network: Network, plan: Plan) -> Decision:
    """Return what `plan` decides."""
    order, offload = np.asarray(plan.order).tolist(), np.asarray(plan.offload).tolist()
    return Decision(network, plan.tau, plan.rows, plan.cols, tuple(order), tuple(offload))


def moved(decision: Decision, path: int, place: int) -> Decision:
    """Return the decision with a path at another place of the order, from 0; the others keep theirs."""
    rest = [p for p in decision.order if p != path]
    rest.insert(min(max(place, 0), len(rest)), path)
    return replace(decision, order=tuple(rest))


def split(decision: Decision, path: int, offload: int) -> Decision:
    """Return the decision with a path split at another layer; the nearest one in 1..tau + 1."""
    splits = list(decision.offload)
    splits[path] = min(max(offload, 1), decision.tau + 1)
    return replace(decision, offload=tuple(splits))


def fits(decision: Decision, scenario: Scenario) -> bool:
    """Whether the scenario leaves tau, P and grid open or fixes them as the decision has them."""
    if decision.network != scenario.network or scenario.tau not in (None, decision.tau):
        return False
    grid = (decision.rows, decision.cols)
    if scenario.grid is not None:
        return scenario.grid == grid
    if scenario.paths is None:
        return True
    extent = cut_extent(scenario.network, decision.tau)
    return scenario.paths == decision.paths and auto_grid(decision.paths, *extent) == grid


def plan_by_hand(decision: Decision, system: System) -> Plan:
    """Time a decision and put its facts together; O(P log P), whatever the numbers of workers.

    Raises
    ------
    InfeasibleError
        If the network cannot be cut so.
    """
    started = time.perf_counter()
    if not 1 <= decision.tau <= len(decision.network):
        raise InfeasibleError(f"tau {decision.tau} is outside 1 to {len(decision.network)}")
    tiling = Tiling.of(decision.network, decision.tau, decision.rows, decision.cols)
    costs = path_costs(tiling, system)
    order, offload = np.array(decision.order, np.int64), np.array(decision.offload, np.int64)
    schedule = timed(costs, system, order, offload)
    return put_together("Manual", system, tiling, costs, order, offload, schedule, started)


def timed(costs: PathCosts, system: System, order: IntArray, offload: IntArray) -> Schedule:
    """Time a plan exactly as `planner_core.timing.schedule` does, in plain Python."""
    paths, mode = costs.paths, offload - 1
    a, b, e = (table[costs.class_of, mode] for table in (costs.a, costs.b, costs.e))
    device, es = _Workers(system.device_workers, paths), _Workers(system.es_workers, paths)
    times = np.zeros((6, paths))
    lanes = np.full((2, paths), -1, np.int64)
    link = last = 0.0
    columns = zip(order.tolist(), a[order].tolist(), b[order].tolist(), e[order].tolist(), strict=True)
    for p, device_s, link_s, es_s in columns:
        start = ready = 0.0
        if device_s > 0:
            start, ready, lanes[0, p] = device.take(0.0, device_s)
        sent = passed = ready
        if link_s > 0:
            sent = max(link, ready)
            passed = link = sent + link_s
        begun = end = passed
        if es_s > 0:
            begun, end, lanes[1, p] = es.take(passed, es_s)
        times[:, p] = start, ready, sent, passed, begun, end
        last = max(last, end)
    if device.unlimited:
        _assign(order, times[0], times[1], lanes[0])
    if es.unlimited:
        _assign(order, times[4], times[5], lanes[1])
    used: _Bools = b > 0
    return Schedule(
        lanes[0], times[0], times[1], used, times[2], times[3], lanes[1], times[4], times[5], last,
        last + costs.tail,
    )  # fmt: skip


class _Workers:
    """The earliest free worker takes what comes, of equals the lowest number."""

    def __init__(self, count: int | None, paths: int) -> None:
        self.unlimited = count is None or count >= paths
        self._free = [] if count is None or self.unlimited else [(0.0, k) for k in range(count)]

    def take(self, ready: float, length: float) -> tuple[float, float, int]:
        if self.unlimited:
            return ready, ready + length, 0
        free, number = self._free[0]
        start = max(free, ready)
        heapq.heapreplace(self._free, (start + length, number))
        return start, start + length, number


def _assign(
    order: IntArray, start: npt.NDArray[np.float64], end: npt.NDArray[np.float64], lane: IntArray
) -> None:
    """With a worker a path, give each the lowest lane that is free when it starts."""
    by_start = order[np.argsort(start[order], kind="stable")]
    busy: list[tuple[float, int]] = []
    free: list[int] = []
    lanes = 0
    for p in by_start[lane[by_start] >= 0].tolist():
        while busy and busy[0][0] <= start[p]:
            heapq.heappush(free, heapq.heappop(busy)[1])
        if free:
            number = heapq.heappop(free)
        else:
            number, lanes = lanes, lanes + 1
        heapq.heappush(busy, (float(end[p]), number))
        lane[p] = number
