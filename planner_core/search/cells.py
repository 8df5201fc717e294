"""The cells of a search: every (tau, grid) that a scenario leaves open."""

from __future__ import annotations

import numpy as np

from planner_core.arrays import IntArray
from planner_core.errors import InfeasibleError
from planner_core.scenario import Scenario
from planner_core.tiling import cut_extent
from planner_core.tiling.grid import grids_up_to

__all__ = ["grids_of", "no_cell", "open_depths"]


def open_depths(scenario: Scenario) -> range:
    """Every tau that `scenario` leaves open."""
    if scenario.tau is not None:
        return range(scenario.tau, scenario.tau + 1)
    return range(1, len(scenario.network) + 1)


def grids_of(scenario: Scenario, tau: int) -> IntArray:
    """(n, 2) rows and cols of the cells at `tau`, P ascending; none where it cannot be cut as asked."""
    s_l, s_w = cut_extent(scenario.network, tau)
    if scenario.grid is not None:
        fits = scenario.grid[0] <= s_l and scenario.grid[1] <= s_w
        return np.array([scenario.grid] if fits else [], np.int64).reshape(-1, 2)
    if scenario.paths is not None:
        table = grids_up_to(s_l, s_w, scenario.paths)
        return table[table[:, 0] == scenario.paths, 1:]
    return grids_up_to(s_l, s_w, scenario.max_paths)[:, 1:]


def no_cell(scenario: Scenario) -> InfeasibleError:
    """The error for a scenario that leaves no cell."""
    if scenario.grid is not None:
        what = f"grid {scenario.grid[0]}x{scenario.grid[1]}"
    else:
        what = f"P {scenario.paths}"
    return InfeasibleError(f"{what} cannot be cut at any tau of '{scenario.network.name}'")
