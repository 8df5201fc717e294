"""Device, link and ES time of every class of tile at every split (SPEC section 3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner_core.arrays import FloatArray, IntArray
from planner_core.system import System
from planner_core.tiling import Tiling

__all__ = ["PathCosts", "path_costs"]


@dataclass(frozen=True, eq=False, slots=True)
class PathCosts:
    """What the methods schedule; seconds throughout.

    Attributes
    ----------
    class_of : (P,) int64
        Class of each path.
    a, b, e : (K, M) float64
        a_p(o), b_p(o), e_p(o) per class; column o - 1, M = tau + 1.
    tail : float
        ES time of the layers behind the prefix.
    """

    class_of: IntArray
    a: FloatArray
    b: FloatArray
    e: FloatArray
    tail: float

    @property
    def paths(self) -> int:
        """P."""
        return len(self.class_of)


def path_costs(tiling: Tiling, system: System) -> PathCosts:
    """Turn the FLOP and elements of `tiling` into seconds on `system`."""
    b = tiling.elements * system.bits_per_element / system.rate_bps
    if system.transfer_overhead_s:
        b = b + np.where(tiling.elements > 0, system.transfer_overhead_s, 0.0)
    return PathCosts(
        class_of=tiling.class_of,
        a=tiling.device_flop / system.device_flops,
        b=b,
        e=tiling.es_flop / system.es_flops,
        tail=tiling.tail_flop / system.es_flops,
    )
