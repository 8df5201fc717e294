"""The walk of `onward_kernels`, for `deadline`."""

from __future__ import annotations

import numpy as np

from planner_core.arrays import FlagArray, IntArray
from planner_core.methods.bf.due import Deadlines, last_types
from planner_core.methods.bf.onward_kernels import walk_onward
from planner_core.methods.bf.order_kernels import ordered

__all__ = ["from_first_to_last"]

_WORTH, _PER_PATH, _ENTRIES = 4_096, 64, 8_000_000
"""Whole units of profit of all paths together, at least and for each; fewer where a table, with a row for each type,
would have more entries."""

_LEAST_WORTH = 512

_MOST_ORDERS = 200
"""Cases that are distinguished to see whether there is an order for the paths that a walk found."""


def from_first_to_last(
    part: Deadlines, profit: IntArray, width: int, strict: bool, few: int, flag: FlagArray
) -> tuple[IntArray | None, bool, float]:
    """Look for the best plan that meets all deadlines, with at most `width` labels a type.

    Parameters
    ----------
    profit : (K',) int64
        Of a path of each class.
    strict : bool
        Give up where there are more.
    few : int
        Labels that are not worth comparing.

    Returns
    -------
    types : (P',) int64 or None
        Indices into `part`, in the order of the plan.
    is_plan : bool
        Whether they meet all deadlines with every ES time counted.
    bound : float
        No plan ends before; the limit itself if there is none, 0 if labels were cut off.
    """
    kind = last_types(part)
    last, last_type = np.full(len(part.counts), np.inf), np.full(len(part.counts), -1)
    last[part.klass[kind]], last_type[part.klass[kind]] = (part.e + part.b)[kind], kind
    worth = max(int(profit @ part.counts), 1)
    paths = int(part.counts.sum())
    unit = min(max(_WORTH, _PER_PATH * paths), max(_ENTRIES // len(part.b), _LEAST_WORTH))
    whole = np.floor(profit * (unit / worth) + 0.5).astype(np.int64)
    begin = np.maximum(part.begin, last.min())
    found, types, earlier, complete = walk_onward(
        part.klass, part.d, part.b, begin, part.counts, whole, last, last_type, width, strict,
        few, flag,
    )  # fmt: skip
    bound = float(part.a[0] + part.d[0]) - earlier if complete and not flag[0] else 0.0
    if not found:
        return None, False, bound
    met, _, order, _ = ordered(part.b[types], part.e[types], part.d[types], _MOST_ORDERS, flag)
    return (types[order[::-1]] if met else types), bool(met), bound
