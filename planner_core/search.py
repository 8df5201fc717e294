"""MW and BF over tau and P (SPEC section 5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from planner_core.costs import path_costs
from planner_core.errors import Cancelled, InfeasibleError
from planner_core.methods.bf import Answer, solve
from planner_core.methods.mw import minimise_waiting
from planner_core.scenario import Scenario
from planner_core.stop import ProgressCallback, StopToken
from planner_core.tiling import Tiling, cut_extent
from planner_core.tiling.grid import grids_up_to

__all__ = ["Cell", "Found", "cells", "search_bf", "search_mw"]

_EQUAL = 1e-12
"""Makespans that differ by less than this share are equal to the searches."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One way to fuse and cut: tau and the grid."""

    tau: int
    rows: int
    cols: int

    @property
    def paths(self) -> int:
        """P."""
        return self.rows * self.cols


@dataclass(frozen=True, eq=False, slots=True)
class Found:
    """What a BF search brought: the best cell, its answer, and a bound on the makespan of every cell."""

    cell: Cell
    answer: Answer
    bound: float


def cells(scenario: Scenario) -> Iterator[Cell]:
    """Every (tau, grid) that `scenario` leaves open, tau then P ascending.

    Raises
    ------
    InfeasibleError
        If there is none.
    """
    network = scenario.network
    depths = range(1, len(network) + 1) if scenario.tau is None else (scenario.tau,)
    none = True
    for tau in depths:
        s_l, s_w = cut_extent(network, tau)
        if scenario.grid is not None:
            rows, cols = scenario.grid
            if rows <= s_l and cols <= s_w:
                none = False
                yield Cell(tau, rows, cols)
            continue
        table = grids_up_to(s_l, s_w, scenario.max_paths if scenario.paths is None else scenario.paths)
        for paths, rows, cols in table.tolist():
            if scenario.paths in (None, paths):
                none = False
                yield Cell(tau, rows, cols)
    if none:
        what = f"grid {scenario.grid[0]}x{scenario.grid[1]}" if scenario.grid else f"P {scenario.paths}"
        raise InfeasibleError(f"{what} cannot be cut at any tau of '{network.name}'")


def search_mw(scenario: Scenario, stop: StopToken) -> Cell:
    """The cell where MW ends first; the last of equals in the order of the double loop.

    Raises Cancelled if `stop` fires before the first cell is planned.
    """
    ends: list[tuple[float, Cell]] = []
    for cell in cells(scenario):
        if stop and ends:
            break
        costs = path_costs(Tiling.of(scenario.network, cell.tau, cell.rows, cell.cols), scenario.system)
        ends.append((minimise_waiting(costs, scenario.system)[2] + costs.tail, cell))
    if not ends:
        raise Cancelled("stopped before the first plan")
    best = min(end for end, _ in ends)
    return [cell for end, cell in ends if end <= best * (1 + _EQUAL)][-1]


def search_bf(scenario: Scenario, stop: StopToken, progress: ProgressCallback) -> Found:
    """The least makespan over every cell, with a bound that holds for all of them."""
    todo = list(cells(scenario))
    best: Found | None = None
    floor = np.inf
    for done, cell in enumerate(todo, 1):
        if stop and best is not None:
            floor = 0.0
            break
        costs = path_costs(Tiling.of(scenario.network, cell.tau, cell.rows, cell.cols), scenario.system)
        order, offload, end = minimise_waiting(costs, scenario.system)
        answer = solve(costs, scenario.system, Answer(order, offload, end), stop)
        floor = min(floor, answer.bound + costs.tail)
        if best is None or answer.end + costs.tail < best.bound:
            best = Found(cell, answer, answer.end + costs.tail)
        progress(done, len(todo), best.bound, min(floor, best.bound))
    assert best is not None
    return Found(best.cell, best.answer, min(floor, best.bound))
