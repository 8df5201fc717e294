"""Bounds and costs of whole rows of cells, without a Tiling for each (SPEC sections 2 and 3)."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np

from planner_core.arrays import FlagArray, FloatArray, IntArray
from planner_core.costs import PathCosts, path_costs
from planner_core.network.model import Network
from planner_core.search import kernels
from planner_core.system import System
from planner_core.tiling import Tiling
from planner_core.tiling.cell import Cell
from planner_core.tiling.geometry import segments_of
from planner_core.tiling.program import program_of

__all__ = ["DepthTable"]


@lru_cache(maxsize=1024)
def _axis_tables(network: Network, tau: int, axis: int, parts: tuple[int, ...]) -> tuple[Any, ...]:
    program = program_of(network)
    found: tuple[Any, ...] = kernels.axis_kinds(
        np.array(parts, np.int64),
        tau,
        program.n_inputs,
        np.ascontiguousarray(program.extent[axis : axis + 1]),
        program.frontier(tau),
        program.edge_start,
        program.edge_tensor,
        np.ascontiguousarray(program.edge_rule[axis : axis + 1]),
        program.reader_start,
        program.reader_edge,
        segments_of(network, tau),
    )
    return found


# Typed loosely: mypy cannot match an unpacked tuple with a compiled function.
_bound_cells: Any = kernels.bound_cells
_mw_cell: Any = kernels.mw_cell


class _Prepared(NamedTuple):
    """Arguments of the kernels for one depth.

    `at` (n, 2) entries of the axis tables of each cell; `hollow` whether some tile has an empty region.
    """

    at: IntArray
    fixed: tuple[Any, ...]
    hollow: bool


class DepthTable:
    """Every cell of one tau.

    Parameters
    ----------
    network : Network
    tau : int
    grids : (n, 2) int64
        Rows and cols of the cells.
    """

    def __init__(self, network: Network, tau: int, grids: IntArray) -> None:
        self.network, self.tau, self.grids = network, tau, grids
        self._last: tuple[System, FloatArray] | None = None

    @cached_property
    def _prepared(self) -> _Prepared:
        """What the kernels take: made when it is first asked for, since a deep network has many depths."""
        network, tau = self.network, self.tau
        rows, row_at = np.unique(self.grids[:, 0], return_inverse=True)
        cols, col_at = np.unique(self.grids[:, 1], return_inverse=True)
        ys = _axis_tables(network, tau, 0, tuple(rows.tolist()))
        xs = _axis_tables(network, tau, 1, tuple(cols.tolist()))
        program, segs = program_of(network), segments_of(network, tau)
        n = program.n_inputs
        part = slice(n, n + tau)
        fixed = (
            *ys[:4],
            *xs[:4],
            tau,
            program.extent[0, part] * program.extent[1, part],
            program.flops[:tau].copy(),
            segs,
            program.channels[segs[:, 0]],
        )
        at = np.stack([row_at, col_at], axis=1).astype(np.int64)
        return _Prepared(at, fixed, bool(ys[4] or xs[4]))

    @cached_property
    def tail_flop(self) -> float:
        """FLOP after the prefix."""
        return float(np.sum(program_of(self.network).flops[self.tau :]))

    def cell(self, g: int) -> Cell:
        """Cell number `g`."""
        return Cell(self.tau, int(self.grids[g, 0]), int(self.grids[g, 1]))

    def bounds(self, system: System, flag: FlagArray) -> FloatArray:
        """(n,) lower bounds on the makespan of any plan in each cell, tail included; 0 where `flag` came first.

        Those of the last system are kept: MW's search and BF's ask for the same ones.
        """
        last = self._last
        if last is not None and last[0] == system:
            return last[1]
        found = self._bounds(system, flag)
        found.setflags(write=False)
        if not flag[0]:
            self._last = system, found
        return found

    def _bounds(self, system: System, flag: FlagArray) -> FloatArray:
        if flag[0]:
            return np.zeros(len(self.grids))
        tail = self.tail_flop / system.es_flops
        ready = self._prepared
        if ready.hollow:
            each = (_bound_of(self._costs(g, system), system) for g in range(len(self.grids)))
            return np.fromiter(each, np.float64, len(self.grids)) + tail
        workers = system.device_workers or 0, system.es_workers or 0
        found: FloatArray = _bound_cells(ready.at, *ready.fixed, _speeds(system), *workers, flag)
        return found + tail

    def mw_makespan(self, g: int, system: System, cutoff: float) -> float:
        """Makespan of MW in cell `g`, or infinity where it is past `cutoff`."""
        tail = self.tail_flop / system.es_flops
        workers = system.device_workers or 0, system.es_workers or 0
        ready = self._prepared
        if ready.hollow:
            from planner_core.methods.mw import minimise_waiting  # rare: only for tiles with empty regions

            return minimise_waiting(self._costs(g, system), system)[2] + tail
        end = _mw_cell(ready.at[g], *ready.fixed, _speeds(system), *workers, cutoff - tail)
        return float(end) + tail

    def _costs(self, g: int, system: System) -> PathCosts:
        rows, cols = self.grids[g].tolist()
        return path_costs(Tiling.of(self.network, self.tau, rows, cols), system)


def _bound_of(costs: PathCosts, system: System) -> float:
    paths = costs.paths
    counts = np.bincount(costs.class_of, minlength=len(costs.a))
    nd, ns = (0 if w is None or w >= paths else w for w in (system.device_workers, system.es_workers))
    return float(kernels.bound_kinds(costs.a, costs.b, costs.e, counts, 1 if paths == 1 else nd, ns))


def _speeds(system: System) -> FloatArray:
    return np.array(
        [
            system.device_flops,
            system.es_flops,
            system.bits_per_element,
            system.rate_bps,
            system.transfer_overhead_s,
        ],
        np.float64,
    )
