"""Linear programs over the types that may end before a limit: where `deadline` begins to look, for prices and plans.

Paths may be cut up here. Either as much as can be of all classes alike is packed by the deadlines, and the duals say
which classes that hangs on; or the paths are spread so that all deadlines are kept by as much as can be, and most
classes are spread in whole numbers. Both are only a beginning: what is proven, or found, rests on neither.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from planner_core.arrays import FlagArray, FloatArray, IntArray

__all__ = ["shares", "spread"]


def shares(
    d: FloatArray, b: FloatArray, e: FloatArray, klass: IntArray, counts: IntArray, flag: FlagArray
) -> FloatArray | None:
    """(K,) share of each class in all profit, sum 1; None if the program was stopped.

    Parameters
    ----------
    d, b, e : (T,) float64
        Time from the limit back to the release, never falling; link time; ES time.
    klass : (T,) int64
    counts : (K,) int64
        All positive.
    """
    solution = _solve(_model(d, b, e, klass, counts, True), flag)
    if solution is None:
        return None
    worth = np.abs(np.array(solution.row_dual[-len(counts) :]))
    total = float(worth.sum())
    share: FloatArray = worth / total if total > 0.0 else counts / counts.sum()
    return share


def spread(
    d: FloatArray, b: FloatArray, e: FloatArray, klass: IntArray, counts: IntArray, flag: FlagArray
) -> FloatArray | None:
    """(T,) paths of each type; parameters as of `shares`."""
    solution = _solve(_model(d, b, e, klass, counts, False), flag)
    return None if solution is None else np.array(solution.col_value[: len(b)])


def _model(
    d: FloatArray, b: FloatArray, e: FloatArray, klass: IntArray, counts: IntArray, alike: bool
) -> Any:
    """One of the two programs; the last rows are those of the classes."""
    import highspy  # its import is not free, and most plans need none

    inf = highspy.kHighsInf
    scale = float(d[-1])
    types, classes = len(b), len(counts)
    levels, level = np.unique(d, return_inverse=True)
    rows = len(levels)
    # No path with a deadline up to a level begins before the least of their ES times.
    begin = np.full(rows, np.inf)
    np.minimum.at(begin, level, e)
    room = (levels - np.minimum.accumulate(begin)) / scale
    # Columns: x_t paths of each type, y_l load of the types up to each level of d, and what is to be most: the part
    # of all classes, or the time left over. Rows: the loads, the time left over at each level, the classes.
    t, r, k = np.arange(types), np.arange(rows), np.arange(classes)
    row, column = [level, r, r[1:]], [t, types + r, types + r[:-1]]
    entry = [b / scale, -np.ones(rows), np.ones(rows - 1)]
    last = types + rows
    if alike:
        head = rows
        row += [head + klass, head + k]
        column += [t, np.full(classes, last)]
        entry += [1.0 / counts[klass], -np.ones(classes)]
        lower, upper = np.zeros(rows + classes), np.append(np.zeros(rows), np.full(classes, inf))
    else:
        head = 2 * rows
        row += [rows + r, rows + r, head + klass]
        column += [types + r, np.full(rows, last), t]
        entry += [np.ones(rows), np.ones(rows), np.ones(types)]
        lower = np.concatenate([np.zeros(rows), np.full(rows, -inf), counts])
        upper = np.concatenate([np.zeros(rows), room, counts])
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = last + 1, head + classes
    cost = np.zeros(last + 1)
    cost[last] = -1.0
    lp.col_cost_ = cost
    lp.col_lower_ = np.append(np.zeros(last), 0.0 if alike else -inf)
    whole = np.minimum(np.floor((d - e) / b + 1e-9), counts[klass])
    lp.col_upper_ = np.concatenate([whole, room if alike else np.full(rows, inf), [inf]])
    lp.row_lower_, lp.row_upper_ = lower, upper
    rows_of = np.concatenate(row)
    by_row = np.argsort(rows_of, kind="stable")
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.searchsorted(rows_of[by_row], np.arange(head + classes + 1))
    lp.a_matrix_.index_ = np.concatenate(column)[by_row]
    lp.a_matrix_.value_ = np.concatenate(entry)[by_row]
    return lp


def _solver(lp: Any) -> Any:
    import highspy

    highs = highspy.Highs()
    highs.silent()
    highs.setOptionValue("threads", 1)
    highs.passModel(lp)
    return highs


def _solve(lp: Any, flag: FlagArray) -> Any:
    import highspy

    highs = _solver(lp)
    highs.cbSimplexInterrupt += lambda event: event.interrupt() if flag[0] else None
    highs.run()
    optimal = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return highs.getSolution() if optimal else None
