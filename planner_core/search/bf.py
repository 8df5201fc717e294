"""BF over tau and P, with a bound that holds for all of it (SPEC section 5)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from planner_core.arrays import FloatArray
from planner_core.costs import path_costs
from planner_core.methods.bf import Answer, Effort, solve
from planner_core.methods.mw import minimise_waiting
from planner_core.methods.nfl import best_cut
from planner_core.plan import OPTIMAL_GAP
from planner_core.scenario import Scenario
from planner_core.search.mw import tables_of
from planner_core.search.tables import DepthTable
from planner_core.stop import ProgressCallback, StopToken
from planner_core.tiling import Tiling
from planner_core.tiling.cell import Cell

__all__ = ["Found", "search_bf"]

_INTERIM_S = 0.4


@dataclass(frozen=True, eq=False, slots=True)
class Found:
    """What a BF search brought: the best cell, its plan, its makespan, and a bound on that of every cell."""

    cell: Cell
    answer: Answer
    makespan: float
    bound: float


def search_bf(
    scenario: Scenario,
    stop: StopToken,
    progress: ProgressCallback,
    tables: list[DepthTable] | None = None,
    first: Cell | None = None,
    interim: Callable[[Found], None] | None = None,
) -> Found:
    """The least makespan over every cell.

    Cells are taken by rising lower bound, each only as far as it takes to beat the best plan or to prove that it
    cannot; those that stay open are looked at again with more effort.

    Parameters
    ----------
    first : Cell, optional
        A cell to begin with, for instance that of MW's search.
    interim : callable, optional
        Gets what is known by then, some times a second, while a long search goes on and it is better than before.
    """
    tables = tables_of(scenario) if tables is None else tables
    search = _Search(scenario, stop, tables, interim)
    search.take_nfl()
    if first is not None:
        search.visit(first, Effort.QUICK)
    for effort in Effort:
        if not search.sweep(effort, progress):
            break
    return search.found()


class _Search:
    """The state of one search: the bound of every cell and the best plan."""

    def __init__(
        self,
        scenario: Scenario,
        stop: StopToken,
        tables: list[DepthTable],
        interim: Callable[[Found], None] | None,
    ) -> None:
        self.scenario, self.stop, self.tables = scenario, stop, tables
        self.interim = interim
        self.told_at, self.told = time.monotonic(), (np.inf, 0.0)
        with stop.armed() as flag:
            bounds = [table.bounds(scenario.system, flag) for table in tables]
        self.depth = np.repeat(np.arange(len(tables)), [len(b) for b in bounds])
        self.inner = np.concatenate([np.arange(len(b)) for b in bounds])
        self.bound = np.concatenate(bounds)
        self.best: tuple[float, Cell, Answer] | None = None
        self.thresholds: FloatArray | None = None  # what bounded the last cell bounds one like it

    def take_nfl(self) -> None:
        """Begin with NFL's plan if its cell is open, so that a search that is stopped soon is no worse."""
        network, system = self.scenario.network, self.scenario.system
        if any(table.tau == len(network) and (table.grids == 1).all(axis=1).any() for table in self.tables):
            o, makespan = best_cut(network, system)
            answer = Answer(np.zeros(1, np.int64), np.array([o], np.int64), makespan)
            self.best = (makespan, Cell(len(network), 1, 1), answer)

    @property
    def limit(self) -> float:
        """Cells with a bound from here on cannot better the best plan."""
        return np.inf if self.best is None else self.best[0] * (1 - OPTIMAL_GAP)

    def sweep(self, effort: Effort, progress: ProgressCallback) -> bool:
        """Visit every open cell by rising bound; returns whether some stay open and there is time for more."""
        for at in np.argsort(self.bound, kind="stable").tolist():
            if self.bound[at] >= self.limit:
                break
            if self.stop and self.best is not None:
                return False
            cell = self.tables[self.depth[at]].cell(int(self.inner[at]))
            self.bound[at] = max(self.bound[at], self.visit(cell, effort))
            best = self.best[0] if self.best else np.inf
            open_cells = int(np.count_nonzero(self.bound < self.limit))
            bound = min(float(self.bound.min()), best)
            progress(len(self.bound) - open_cells, len(self.bound), best, bound)
            self.tell((best, bound))
        return bool((self.bound < self.limit).any())

    def tell(self, known: tuple[float, float]) -> None:
        """Hand out the best plan so far if it, or the bound, is better than the last time, but not too often."""
        if self.interim is None or known == self.told or time.monotonic() - self.told_at < _INTERIM_S:
            return
        self.interim(self.found())
        self.told_at, self.told = time.monotonic(), known

    def visit(self, cell: Cell, effort: Effort) -> float:
        """Plan one cell as far as it may better the best plan; returns its bound, tail included."""
        system = self.scenario.system
        costs = path_costs(Tiling.of(self.scenario.network, cell.tau, cell.rows, cell.cols), system)
        order, offload, end = minimise_waiting(costs, system)
        cutoff = np.inf if self.best is None else self.best[0] - costs.tail
        start = Answer(order, offload, end, thresholds=self.thresholds)
        answer = solve(costs, system, start, self.stop, effort, cutoff)
        self.thresholds = answer.thresholds
        if self.best is None or answer.end + costs.tail < self.best[0]:
            self.best = (answer.end + costs.tail, cell, answer)
        return answer.bound + costs.tail

    def found(self) -> Found:
        """What is known by now."""
        assert self.best is not None
        makespan, cell, answer = self.best
        return Found(cell, answer, makespan, min(makespan, float(self.bound.min())))
