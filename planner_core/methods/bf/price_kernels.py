"""What the two ways to price classes share, `profit_kernels` and `earning_kernels`; compiled.

A subgradient step makes dear what a packing takes too little of, and cheap what it takes too much of.
"""

from __future__ import annotations

import numpy as np

from planner_core.jit import kernel

__all__ = ["in_whole_units", "is_moved", "piece", "pieces", "step_size"]

_PATIENCE = 3
"""Steps without progress after which they are halved."""

_OVERSHOOT = 1e-3
"""Relative to all profit: a step aims at so much less than what is needed."""


@kernel
def pieces(count):  # type: ignore[no-untyped-def]
    """How many of 1, 2, 4, ... and a rest it takes for sums of some to make up every number of paths up to `count`."""
    number = 0
    while count >> number > 0:
        number += 1
    return number


@kernel
def piece(count, i):  # type: ignore[no-untyped-def]
    """The i-th of the `pieces` of `count`."""
    return min(1 << i, count + 1 - (1 << i))


@kernel
def in_whole_units(share, counts, worth, hair, profit):  # type: ignore[no-untyped-def]
    """Set the profit of a path of each class, rounded down but for `hair`; returns that of all paths together."""
    total = 0
    for k in range(counts.size):
        profit[k] = np.int64(share[k] / max(counts[k], 1) * worth + hair)
        total += counts[k] * profit[k]
    return total


@kernel
def step_size(progress, scale, stale):  # type: ignore[no-untyped-def]
    """Scale of the next step, and how many steps there have been since the last progress or halving."""
    if progress:
        return scale, 0
    return (0.5 * scale, 0) if stale + 1 >= _PATIENCE else (scale, stale + 1)


@kernel
def is_moved(share, use, counts, value, scale):  # type: ignore[no-untyped-def]
    """Move the shares against what a packing uses; False where it takes every path, and nothing is to be moved, or no
    share is left.

    Parameters
    ----------
    use : (K,) float64
        Paths of each class that the packing takes.
    value : float
        What the packing earns beyond the profit of all paths, as a part of that.
    """
    norm = 0.0
    for k in range(counts.size):
        if counts[k] > 0:
            norm += (use[k] / counts[k] - 1.0) ** 2
    if norm == 0.0:
        return False
    whole = 0.0
    for k in range(counts.size):
        if counts[k] > 0:
            against = use[k] / counts[k] - 1.0
            share[k] = max(share[k] - scale * (value + _OVERSHOOT) * against / norm, 0.0)
        whole += share[k]
    if whole <= 0.0:
        return False
    share /= whole
    return True
