"""NFL, no fused layer: one path over the whole network, cut at its best layer (SPEC section 5)."""

from __future__ import annotations

import numpy as np

from planner_core.arrays import FloatArray
from planner_core.costs import path_costs
from planner_core.network.model import Network
from planner_core.system import System
from planner_core.tiling import Tiling

__all__ = ["best_cut", "cut_times"]


def cut_times(network: Network, system: System) -> FloatArray:
    """(l + 1,) makespans of P = 1, tau = l for every o.

    The first is ES-only, the last device-only. A transfer waits for the device alone, so the times add up.
    """
    costs = path_costs(Tiling.of(network, len(network), 1, 1), system)
    times: FloatArray = (costs.a[0] + costs.b[0]) + costs.e[0]
    return times


def best_cut(network: Network, system: System) -> tuple[int, float]:
    """The offloading layer o with the least makespan (the lowest among equals), and that makespan."""
    times = cut_times(network, system)
    o = int(np.argmin(times)) + 1
    return o, float(times[o - 1])
