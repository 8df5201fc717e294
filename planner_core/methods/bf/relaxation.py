"""What the relaxation of `deadline` tells with a profit for each class, in a table.

Where link times fit a common measure loads are in cells (`profit_kernels`); elsewhere profits are few whole numbers,
and loads are as they are (`earning_kernels`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner_core.arrays import BoolArray, FlagArray, FloatArray, IntArray
from planner_core.methods.bf import earning_kernels, profit_kernels
from planner_core.methods.bf.due import Deadlines, grid

__all__ = ["Table", "tabulated"]


@dataclass(eq=False, slots=True)
class Table:
    """What the relaxation tells for some shares; see `profit_kernels.ascend` and `earning_kernels.ascend`.

    Attributes
    ----------
    share : (K',) float64
        Of all profit, what the paths of each class are worth.
    profit : (K',) int64
        Of a path of each class.
    value : float
        What a packing has left when it earns the profit of all paths: of two tables for one question that with less
        tells more, and less than 0 refutes the limit.
    """

    share: FloatArray
    profit: IntArray
    origin: float
    cell: float
    cells: int
    value: float
    earning: FloatArray | None
    _most: IntArray | None

    @property
    def refutes(self) -> bool:
        """Whether no plan meets the limit."""
        return self.value < 0.0

    @property
    def table(self) -> IntArray:
        """(T + 1, cells) most profit from a load in each cell on."""
        if self._most is None:
            self._most = earning_kernels.in_cells(self.earning, self.origin, self.cell, self.cells)
        return self._most

    def possible(self, part: Deadlines) -> BoolArray:
        """(T,) whether a packing that earns the profit of all paths may use the type."""
        if self.earning is None:
            able: BoolArray = profit_kernels.possible(
                part.d, part.b, part.begin, part.klass, part.counts, part.only, self.profit, self.table, self.origin,
                self.cell,
            )  # fmt: skip
            return able
        margin: FloatArray = earning_kernels.margins(
            part.d, part.b, part.begin, part.klass, part.counts, part.only, self.profit, self.earning, self.origin
        )  # fmt: skip
        return margin >= 0.0


def tabulated(
    part: Deadlines,
    share: FloatArray,
    steps: int,
    most: int,
    uneven: bool,
    flag: FlagArray,
    demand: BoolArray | None = None,
) -> Table:
    """What the relaxation tells after `steps` from shares (K',) on, with about `most` columns.

    Parameters
    ----------
    uneven : bool
        Whether link times fit no common measure.
    demand : (T',) bool, optional
        Limits for which types that are their class's only one all paths must be taken.
    """
    origin = float(part.e.min())
    cell, cells, _ = grid(part, origin, most)
    total = float(share.sum())
    share = share / total if total > 0.0 else np.full(len(share), 1.0 / len(share))
    only = part.only if demand is None else part.only & demand
    types = part.d, part.b, part.begin, part.klass, part.counts, only
    if uneven:
        share, profit, earning, latest = earning_kernels.ascend(*types, share, origin, most, steps, flag)
        return Table(share, profit, origin, cell, cells, latest - origin, earning, None)
    share, profit, table = profit_kernels.ascend(*types, share, origin, cell, cells, steps, flag)
    return Table(share, profit, origin, cell, cells, float(table[0, 0] - profit @ part.counts), None, table)
