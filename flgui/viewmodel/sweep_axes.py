"""What a sweep varies, from where to where, and the points of it; imports no Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from flgui.text import count, format_number, trim
from planner_core.errors import InputError
from planner_core.scenario import Scenario
from planner_core.sweep import VARIABLES, Vary, parse_vary

__all__ = ["AXES", "MOST_STEPS", "PAPER", "Axis", "Spec", "axis_of", "scenario_with"]

MOST_STEPS: Final = 501
_CUT = ("tau", "paths")


@dataclass(frozen=True, slots=True)
class Axis:
    """Something that can be varied.

    Parameters
    ----------
    key : str
        Its name in `flplan sweep --vary`.
    label, unit : str
        What the window calls it; `unit` is a noun where the values count something.
    low, high : float
        Ends to begin with, in the unit.
    """

    key: str
    label: str
    unit: str
    low: float
    high: float

    @property
    def field(self) -> str:
        """Field of the System, or of the Scenario."""
        return VARIABLES[self.key].field

    @property
    def counts(self) -> bool:
        """Whether the values are whole numbers with nothing between them."""
        return self.field in _CUT

    def si(self, value: float) -> Any:
        """Return a value in the unit of the field."""
        return Vary(self.key, (round(value) if self.counts else value,)).field_value(
            round(value) if self.counts else value
        )

    def shown(self, si: float) -> float:
        """Return a value of the field in the unit of the axis."""
        variable = VARIABLES[self.key]
        return si if self.counts else si / variable.scale * variable.divisor

    def text(self, value: float) -> str:
        """Write a value with its unit: "50.1 Mbit/s", "8 tiles"."""
        if self.counts:
            return count(round(value), self.unit)
        return f"{trim(format_number(value, 3))} {self.unit}"


AXES: Final = (
    Axis("rate-mbps", "Link rate", "Mbit/s", 1.0, 1000.0),
    Axis("device-gflops", "Device speed", "GFLOPS", 1.0, 1000.0),
    Axis("es-gflops", "Edge server speed", "GFLOPS", 10.0, 10000.0),
    Axis("transfer-overhead-ms", "Transfer overhead", "ms", 0.1, 100.0),
    Axis("tau", "Fused layers τ", "layer", 1.0, 0.0),
    Axis("paths", "Tiles P", "tile", 1.0, 36.0),
)
"""All that can be varied; an upper end of 0 is the number of layers."""


def axis_of(key: str) -> Axis:
    """Return the axis with a key."""
    return next(axis for axis in AXES if axis.key == key)


@dataclass(frozen=True, slots=True)
class Spec:
    """A sweep: `steps` values of an axis from `low` to `high`, evenly spaced or, with `log`, in ratio."""

    key: str
    low: float
    high: float
    steps: int
    log: bool = True

    @staticmethod
    def beginning(key: str, layers: int) -> Spec:
        """Return the sweep that an axis begins with, on a network of so many layers."""
        axis = axis_of(key)
        high = axis.high or float(layers)
        steps = round(high - axis.low) + 1 if axis.counts else 31
        return Spec(key, axis.low, high, max(2, steps), not axis.counts)

    @property
    def axis(self) -> Axis:
        """What is varied."""
        return axis_of(self.key)

    @property
    def text(self) -> str:
        """What `--vary` takes: "rate-mbps=1:1000:31:log"."""
        return f"{self.key}={self.low:.12g}:{self.high:.12g}:{self.steps}{':log' if self.log else ''}"

    def check(self) -> None:
        """Raise InputError, with the field as its place, for a sweep that cannot be made."""
        if not self.low < self.high:
            raise InputError(f"above {trim(format_number(self.low))} is needed", "to")
        if not 2 <= self.steps <= MOST_STEPS:
            raise InputError(f"2 to {MOST_STEPS} are possible", "steps")
        if self.axis.counts and self.low < 1:
            raise InputError("from 1 on", "from")
        try:
            self.vary()
        except InputError as error:
            raise InputError(error.cause, "to") from None

    def vary(self) -> Vary:
        """Return the values, the very ones that the command takes; raises InputError."""
        return _vary(self.text)


PAPER: Final = Spec("rate-mbps", 1.0, 1000.0, 31)
"""The paper's charts run over the link rate."""


def scenario_with(scenario: Scenario, axis: Axis, value: float) -> Scenario:
    """Return the scenario with one value of an axis; everything else stays, Auto included.

    Raises InputError where no scenario has that value.
    """
    si = axis.si(value)
    if axis.field == "tau":
        return replace(scenario, tau=si)
    if axis.field == "paths":
        return replace(scenario, paths=si, grid=None)
    return replace(scenario, system=replace(scenario.system, **{axis.field: si}))


@lru_cache(maxsize=64)
def _vary(text: str) -> Vary:
    return parse_vary(text)
