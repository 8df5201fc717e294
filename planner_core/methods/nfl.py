"""NFL, no fused layer: one path over the whole network, cut at its best layer (SPEC section 5)."""

from __future__ import annotations

import numpy as np

from planner_core.assemble import cut_times
from planner_core.network.model import Network
from planner_core.system import System

__all__ = ["best_cut"]


def best_cut(network: Network, system: System) -> tuple[int, float]:
    """The offloading layer o with the least makespan (the lowest among equals), and that makespan."""
    times = cut_times(network, system)
    o = int(np.argmin(times)) + 1
    return o, float(times[o - 1])
