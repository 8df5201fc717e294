"""Compiled loop of `due`."""

from __future__ import annotations

import numpy as np

from planner_core.jit import vectorised

__all__ = ["cells_for"]


@vectorised
def cells_for(a, b, horizon, most):  # type: ignore[no-untyped-def]
    """Width of the cells that the link times `b` of types with a release `a` are, nearly, whole multiples of.

    At most `most` of them make up the `horizon`. The second is the part of a link time that is lost, on average, by
    rounding it down to cells.
    """
    later = np.empty(b.size)
    count = 0
    for t in range(b.size):
        if a[t] > 0.0 and b[t] > 0.0:
            later[count] = b[t]
            count += 1
    trial = np.empty(65)
    for i in range(48):
        trial[i] = horizon / (most + i * ((most / 2 - most) / 48))
    trial[48] = horizon / (most / 2)
    trials = 49
    if count == 0:
        return trial[0], 0.0
    later = later[:count]
    measure = later.min()
    for _ in range(3):
        # What is left over by a measure is a finer one.
        finer = np.inf
        for t in range(count):
            over = later[t] - np.floor(later[t] / measure + 1e-9) * measure
            if over > 1e-7 * measure:
                finer = min(finer, over)
        if finer == np.inf or finer < horizon / (64 * most):
            break
        measure = finer
    for i in range(1, 17):
        fine = measure / i
        if horizon / fine <= most and horizon / fine >= most / 4:
            trial[trials] = fine
            trials += 1
    lost = np.zeros(trials)
    for t in range(count):
        for i in range(trials):
            size = later[t] / trial[i] + 1e-9
            lost[i] += (size - np.floor(size)) / size
    at = lost.argmin()
    return trial[at], lost[at] / count
