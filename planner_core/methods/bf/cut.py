"""The linear program of the types that may end before a limit, whose paths may be cut up; see `cut_kernels`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner_core.arrays import FlagArray, FloatArray
from planner_core.methods.bf.cut_kernels import relax
from planner_core.methods.bf.due import Deadlines

__all__ = ["Relaxed", "priced_out", "relaxed"]

_HAIR = 1e-12
"""Of the latest deadline: what rounding may make of a cost."""

_WORTHWHILE = 0.9
"""Types are left out again while no more than this share of them stays."""


@dataclass(frozen=True, eq=False, slots=True)
class Relaxed:
    """What the linear program tells; see `cut_kernels.relax`."""

    value: float
    price: FloatArray
    paths: FloatArray
    dear: FloatArray
    at: int
    values: FloatArray


def relaxed(part: Deadlines, flag: FlagArray, tried: int = 0) -> Relaxed:
    """Solve the linear program of a part, and try so many places to part it."""
    return Relaxed(*relax(part.d, part.b, part.e, part.klass, part.counts, tried, flag))


def priced_out(part: Deadlines, flag: FlagArray) -> tuple[Deadlines, Relaxed] | None:
    """The types that may be of use even if paths could be cut up, and their program; None if there is no plan."""
    while True:
        program = relaxed(part, flag)
        if program.value < 0.0:
            return None
        able = program.dear <= program.value + _HAIR * part.d[-1]
        if np.count_nonzero(able) > _WORTHWHILE * len(able):
            return part, program
        kept = part.keep(able)
        if kept is None:
            return None
        part = kept
