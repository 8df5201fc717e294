"""The plans without fused layers over an axis, exactly, and where their curves meet; imports no Qt.

NFL, device-only and ES-only have one path that is cut once or not at all, so that each makespan is a sum of
three terms. These curves need no planning, and their crossings are bisected to the last digits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from flgui.viewmodel.sweep_axes import Axis
from planner_core.costs import path_costs
from planner_core.scenario import Scenario
from planner_core.sweep import VARIABLES
from planner_core.tiling import Tiling

__all__ = ["KINDS", "Crossing", "Kind", "Singles", "cut_crossings", "switches"]

FloatArray: TypeAlias = npt.NDArray[np.float64]
Kind: TypeAlias = Literal["splits", "device = ES", "ES only", "MW = NFL"]

KINDS: tuple[tuple[Kind, str, str], ...] = (
    ("splits", "a", "NFL begins to split, or ends"),
    ("device = ES", "b", "device only equals ES only"),
    ("ES only", "c", "ES only becomes the best single cut, or ceases to be"),
    ("MW = NFL", "d", "MW meets NFL"),
)
"""Kind of a crossing, its letter, and what it says."""

_SAME = 1e-9
_HALVINGS = 60
_EXACT = 1e-12


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where two curves meet: the kind, the value on the axis in its unit, and the makespan there in seconds."""

    kind: Kind
    x: float
    seconds: float

    @property
    def letter(self) -> str:
        """Its letter in chart and table."""
        return next(letter for kind, letter, _ in KINDS if kind == self.kind)


@dataclass(frozen=True, eq=False, slots=True)
class Singles:
    """Makespans of the plans without fused layers at values x of an axis, all (n,), in seconds."""

    x: FloatArray
    nfl: FloatArray
    device_only: FloatArray
    es_only: FloatArray

    @staticmethod
    def at(scenario: Scenario, axis: Axis, x: Sequence[float] | FloatArray) -> Singles:
        """Return the makespans at the values `x`."""
        cuts = _Cuts(scenario, axis)
        times = np.array([cuts.times(float(value)) for value in x])
        return Singles(np.asarray(x, float), times.min(axis=1), times[:, -1], times[:, 0])


def cut_crossings(scenario: Scenario, axis: Axis, x: Sequence[float] | FloatArray) -> list[Crossing]:
    """Return where NFL, device-only and ES-only meet between the first and the last of `x`, ascending.

    `x` says how finely to look: two crossings of one kind between neighbours are missed.
    """
    if axis.counts:
        return []  # these plans know neither tau nor P
    cuts = _Cuts(scenario, axis)
    found = [
        Crossing(kind, at, place(cuts.times(at)))
        for kind, holds, place in _PAIRS
        for at in switches(lambda v, holds=holds: holds(cuts.times(v)), x)  # type: ignore[misc]
    ]
    return sorted(found, key=lambda crossing: crossing.x)


def switches(holds: Callable[[float], bool], x: Sequence[float] | FloatArray) -> list[float]:
    """Return the values between neighbours of `x`, all above 0, where `holds` changes."""
    found = []
    states = [holds(float(value)) for value in x]
    for k in range(len(states) - 1):
        if states[k] != states[k + 1]:
            found.append(_bisected(holds, float(x[k]), float(x[k + 1]), states[k]))
    return found


def _bisected(holds: Callable[[float], bool], low: float, high: float, before: bool) -> float:
    for _ in range(_HALVINGS):
        middle = float(np.sqrt(low * high))
        if high / low - 1 <= _EXACT:
            break
        if holds(middle) == before:
            low = middle
        else:
            high = middle
    return float(np.sqrt(low * high))


def _nfl_splits(times: FloatArray) -> bool:
    return bool(times.min() < times[-1] * (1 - _SAME))


def _device_first(times: FloatArray) -> bool:
    return bool(times[-1] < times[0])


def _es_is_best(times: FloatArray) -> bool:
    return bool(times[0] <= times.min() * (1 + _SAME))


def _device_time(times: FloatArray) -> float:
    return float(times[-1])


def _es_time(times: FloatArray) -> float:
    return float(times[0])


_PAIRS: tuple[tuple[Kind, Callable[[FloatArray], bool], Callable[[FloatArray], float]], ...] = (
    ("splits", _nfl_splits, _device_time),
    ("device = ES", _device_first, _device_time),
    ("ES only", _es_is_best, _es_time),
)


class _Cuts:
    """Every single cut of a scenario's network at any value of an axis; asked about a thousand times a chart."""

    def __init__(self, scenario: Scenario, axis: Axis) -> None:
        network = scenario.network
        self._tiling = Tiling.of(network, len(network), 1, 1)
        self._system, self._axis = scenario.system, axis
        self._known: dict[float, FloatArray] = {}  # each kind of crossing asks for the same values first

    def times(self, value: float) -> FloatArray:
        """(l + 1,) makespans of P = 1, tau = l for every o, in seconds."""
        if value not in self._known:
            self._known[value] = self._times(value)
        return self._known[value]

    def _times(self, value: float) -> FloatArray:
        system, axis = self._system, self._axis
        if not axis.counts:
            changed: dict[str, Any] = {axis.field: VARIABLES[axis.key].field_value(value)}
            system = replace(system, **changed)
        costs = path_costs(self._tiling, system)
        times: FloatArray = (costs.a[0] + costs.b[0]) + costs.e[0]
        return times
