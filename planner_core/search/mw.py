"""MW over tau and P: the double loop's own answer, with most of its cells ruled out by a bound (SPEC section 5)."""

from __future__ import annotations

import numpy as np

from planner_core.errors import Cancelled
from planner_core.scenario import Scenario
from planner_core.search.cells import grids_of, no_cell, open_depths
from planner_core.search.tables import DepthTable
from planner_core.stop import StopToken
from planner_core.tiling.cell import Cell

__all__ = ["EQUAL", "search_mw", "tables_of"]

EQUAL = 1e-12
"""Makespans that differ by less than this share are equal to the searches."""

_SAFE = 1e-9
"""Bounds and makespans are sums of different order: a bound rules a cell out only by more than this share."""


def tables_of(scenario: Scenario) -> list[DepthTable]:
    """One table for every tau with a cell.

    Raises InfeasibleError if there is none.
    """
    found = []
    for tau in open_depths(scenario):
        grids = grids_of(scenario, tau)
        if len(grids):
            found.append(DepthTable(scenario.network, tau, grids))
    if not found:
        raise no_cell(scenario)
    return found


def search_mw(scenario: Scenario, stop: StopToken, tables: list[DepthTable] | None = None) -> Cell:
    """The cell where MW ends first; among equals the last in the order of the double loop.

    Cells are taken by rising lower bound, and left out once it is past the best makespan. When `stop` fires the best
    cell so far is returned.

    Raises
    ------
    Cancelled
        If `stop` fires before the first cell is planned.
    """
    tables = tables_of(scenario) if tables is None else tables
    system = scenario.system
    with stop.armed() as flag:
        bounds = [table.bounds(system, flag) for table in tables]
    depth = np.repeat(np.arange(len(tables)), [len(b) for b in bounds])
    inner = np.concatenate([np.arange(len(b)) for b in bounds])
    flat = np.concatenate(bounds)
    best = np.inf
    ends: list[tuple[float, int]] = []
    for at in np.argsort(flat, kind="stable").tolist():
        if flat[at] > best * (1 + _SAFE) or (stop and ends):
            break
        cutoff = best * (1 + EQUAL)
        end = tables[depth[at]].mw_makespan(int(inner[at]), system, cutoff)
        if end <= cutoff:
            ends.append((end, at))
            best = min(best, end)
    if not ends:
        raise Cancelled("stopped before the first plan")
    last: int = max(at for end, at in ends if end <= best * (1 + EQUAL))
    return tables[int(depth[last])].cell(int(inner[last]))
