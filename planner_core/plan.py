"""Plan, Schedule and PlanSet: facts that a method found; every figure shown is derived from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from planner_core.arrays import FloatArray, IntArray
from planner_core.scenario import Scenario

__all__ = ["METHODS", "OPTIMAL_GAP", "FloatArray", "IntArray", "Method", "Plan", "PlanSet", "Schedule"]

Method: TypeAlias = Literal["NFL", "MW", "BF", "Manual"]
"""Who made a plan; "Manual" is by hand, and in no PlanSet."""
OPTIMAL_GAP = 1e-9
"""Relative gap between makespan and lower bound up to which a plan is called optimal."""

METHODS: tuple[Method, ...] = ("NFL", "MW", "BF")
"""The methods that plan, in the order in which they are shown."""


@dataclass(frozen=True, eq=False, slots=True)
class Schedule:
    """When each path uses each resource (SPEC section 4), all in seconds, arrays of length P by path index.

    A path that leaves a resource alone has worker -1 there and start == end == the moment it passes.
    With unlimited workers the worker is the lowest lane that is free, for drawing.
    """

    device_worker: IntArray
    device_start: FloatArray
    device_end: FloatArray
    link_used: npt.NDArray[np.bool_]
    link_start: FloatArray
    link_end: FloatArray
    es_worker: IntArray
    es_start: FloatArray
    es_end: FloatArray
    tail_start: float
    tail_end: float
    """The makespan T: latest path end plus tail."""


@dataclass(frozen=True, eq=False, slots=True)
class Plan:
    """One method's answer.

    Parameters
    ----------
    method : "NFL", "MW", "BF" or "Manual"
    tau : int
        Fused layers.
    rows, cols : int
        The grid; P = rows * cols, path p = row * cols + col.
    order : (P,) int array
        S: the paths in the order in which they are started.
    offload : (P,) int array
        O by path index: o in 1..tau+1; layers v < o run on the device.
    makespan_s : float
        T.
    lower_bound_s : float or None
        Proven lower bound on every plan for the same question; None but for BF.
    optimal : bool or None
        Whether (T - bound) / T <= 1e-9; None but for BF.
    tail_s : float
        ES time of layers v > tau.
    solve_s : float
        Wall time the method took.
    schedule : Schedule
    device_flop, es_flop : (P,) float arrays
        FLOP each path computes on either side, halo included.
    bits : (P,) float array
        Bits each path sends.
    """

    method: Method
    tau: int
    rows: int
    cols: int
    order: IntArray
    offload: IntArray
    makespan_s: float
    lower_bound_s: float | None
    optimal: bool | None
    tail_s: float
    solve_s: float
    schedule: Schedule
    device_flop: FloatArray
    es_flop: FloatArray
    bits: FloatArray

    @property
    def paths(self) -> int:
        """P."""
        return self.rows * self.cols

    @property
    def gap(self) -> float | None:
        """Relative gap (T - bound) / T that is left open, 0 when proven; None but for BF."""
        if self.lower_bound_s is None:
            return None
        if self.optimal or self.makespan_s <= 0:
            return 0.0
        return max(0.0, (self.makespan_s - self.lower_bound_s) / self.makespan_s)


@dataclass(frozen=True, eq=False, slots=True)
class PlanSet:
    """Every method's plan for one scenario, and the two baselines.

    Parameters
    ----------
    scenario : Scenario
        The request, unchanged.
    plans : mapping from method to Plan
        The methods that were asked for.
    es_only_s, device_only_s : float
        P = 1, tau = l with o = 1 and o = l + 1.
    cancelled : bool
        The stop token fired; plans are the best known by then.
    """

    scenario: Scenario
    plans: Mapping[Method, Plan] = field(default_factory=dict)
    es_only_s: float = 0.0
    device_only_s: float = 0.0
    cancelled: bool = False
