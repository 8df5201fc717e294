"""Fills a landscape: MW and BF in every cell (SPEC section 5)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from planner_core.costs import path_costs
from planner_core.landscape import Landscape
from planner_core.methods.bf import Answer, Effort, solve
from planner_core.methods.mw import minimise_waiting
from planner_core.scenario import Scenario
from planner_core.search.mw import tables_of
from planner_core.stop import StopToken
from planner_core.tiling import Tiling

__all__ = ["survey"]

_CELL_S = 1.0


def survey(
    scenario: Scenario,
    stop: StopToken | None = None,
    on_cells: Callable[[Landscape], None] | None = None,
    known: Landscape | None = None,
) -> Landscape:
    """Plan every cell that `scenario` leaves open, the most promising first.

    Parameters
    ----------
    scenario : Scenario
        Its tau, P and grid may be None; without `max_paths` there may be very many cells.
    stop : StopToken, optional
        When it fires the cells planned by then are returned, the others as NaN, with the one under way. No cell
        takes much more than a second in any case: then it has the best plan and the bound of that time.
    on_cells : callable, optional
        Gets the landscape, which goes on changing, after every cell.
    known : Landscape, optional
        What an earlier survey of the same scenario brought until it was stopped; it is filled up.

    Raises
    ------
    InfeasibleError
        If there is no cell.
    """
    stop = StopToken() if stop is None else stop
    tables = tables_of(scenario)
    grids = np.concatenate([table.grids for table in tables])
    found = Landscape(
        np.concatenate([np.full(len(table.grids), table.tau) for table in tables]), grids[:, 0], grids[:, 1]
    )
    with stop.armed() as flag:
        bounds = np.concatenate([table.bounds(scenario.system, flag) for table in tables])
    if known is not None:
        found.mw, found.bf, found.bound = known.mw.copy(), known.bf.copy(), known.bound.copy()
    for at in np.argsort(bounds, kind="stable").tolist():
        if stop:
            break
        if not np.isnan(found.bf[at]):
            continue
        tiling = Tiling.of(scenario.network, int(found.tau[at]), *grids[at].tolist())
        costs = path_costs(tiling, scenario.system)
        start = Answer(*minimise_waiting(costs, scenario.system), bound=float(bounds[at]) - costs.tail)
        limit = StopToken(min(_CELL_S, stop.remaining), stop.flag)
        answer = solve(costs, scenario.system, start, limit, Effort.QUICK)
        if stop:
            break  # cut short it would say less than it can
        found.mw[at] = start.end + costs.tail
        found.bf[at], found.bound[at] = answer.end + costs.tail, answer.bound + costs.tail
        if on_cells is not None:
            on_cells(found)
    return found
