"""The linear program of the types that may end before a limit, whose paths may be cut up; see `cut_kernels`."""

from __future__ import annotations

from dataclasses import dataclass

from planner_core.arrays import FlagArray, FloatArray
from planner_core.methods.bf.cut_kernels import relax
from planner_core.methods.bf.due import Cuts, Deadlines

__all__ = ["Relaxed", "relaxed"]


@dataclass(frozen=True, eq=False, slots=True)
class Relaxed:
    """What the linear program tells; see `cut_kernels.relax`."""

    value: float
    price: FloatArray
    paths: FloatArray
    dear: FloatArray
    cuts: Cuts


def relaxed(part: Deadlines, flag: FlagArray, rounds: int = 0) -> Relaxed:
    """Solve the linear program of a part, adding cuts so many times."""
    value, price, paths, dear, *cuts = relax(
        part.d, part.b, part.e, part.klass, part.counts, *part.cuts, rounds, flag
    )
    return Relaxed(value, price, paths, dear, Cuts(*cuts))
