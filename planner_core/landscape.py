"""The landscape: the makespan of MW and of BF in every cell (SPEC section 5).

A window reads it from the pipe of the planning process; so it lies apart from what fills it, which is compiled.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from planner_core.arrays import FloatArray, IntArray
from planner_core.plan import OPTIMAL_GAP, Plan

__all__ = ["Landscape"]


@dataclass(eq=False, slots=True)
class Landscape:
    """Makespans over tau and P; NaN where not planned yet.

    Attributes
    ----------
    tau, rows, cols : (n,) int64
        The cells, tau then P ascending.
    mw, bf, bound : (n,) float64
        Makespan of MW, the best known of BF, and the proven lower bound on BF's; seconds.
    """

    tau: IntArray
    rows: IntArray
    cols: IntArray
    mw: FloatArray = field(init=False)
    bf: FloatArray = field(init=False)
    bound: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        self.mw, self.bf, self.bound = (np.full(len(self.tau), np.nan) for _ in range(3))

    @property
    def paths(self) -> IntArray:
        """(n,) P of each cell."""
        return self.rows * self.cols

    def with_plan(self, plan: Plan) -> Landscape:
        """Return the landscape with what a plan of the same scenario says of its own cell.

        A survey gives a cell a second; a search that has found and proven more there is not to be contradicted. A
        plan on another grid than the cell's, and NFL's, say nothing.
        """
        at = np.flatnonzero((self.tau == plan.tau) & (self.rows == plan.rows) & (self.cols == plan.cols))
        if plan.method not in ("MW", "BF") or not len(at):
            return self
        cell = int(at[0])
        bf = float(np.fmin(self.bf[cell], plan.makespan_s))
        bound = (
            self.bound[cell] if plan.lower_bound_s is None else np.fmax(self.bound[cell], plan.lower_bound_s)
        )
        if plan.method == "MW" and np.isnan(self.bf[cell]):
            return self  # its BF is still to come
        if bf == self.bf[cell] and bound == self.bound[cell]:
            return self
        joined = Landscape(self.tau, self.rows, self.cols)
        joined.mw, joined.bf, joined.bound = self.mw, self.bf.copy(), self.bound.copy()
        joined.bf[cell], joined.bound[cell] = bf, min(float(bound), bf)
        return joined

    @property
    def done(self) -> int:
        """Cells planned by now."""
        return int(np.count_nonzero(~np.isnan(self.bf)))

    @property
    def proven(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """(n,) whether BF is proven optimal in the cell."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.bf - self.bound <= OPTIMAL_GAP * self.bf)
