"""What a slider slides over: a logarithmic range or a list of stops. Imports no Qt."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

__all__ = ["LogScale", "Scale", "StopScale", "Stride", "Tick"]

Stride: TypeAlias = Literal["fine", "normal", "coarse"]

_DIGITS = 3
_FEW, _MANY = 8, 24  # intervals of the samples
_STEPS_PER_DECADE = {"fine": 200, "normal": 20, "coarse": 4}


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick at `fraction` (0..1) of the track; `label` may be empty."""

    fraction: float
    label: str = ""


class Scale(Protocol):
    """Maps values to fractions 0..1 of the track and back."""

    def fraction(self, value: float) -> float:
        """Where `value` is, clipped to 0..1."""

    def value(self, fraction: float) -> float:
        """Return the value that the slider takes at `fraction`."""

    def step(self, value: float, count: int, stride: Stride) -> float:
        """Return the value `count` steps from `value`."""

    def ticks(self) -> tuple[Tick, ...]:
        """Every tick, ascending."""

    def samples(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Return values that stand for all, evenly along the track: the few to begin with, and the others."""


@dataclass(frozen=True, slots=True)
class LogScale:
    """A logarithmic range from `low` to `high`, both above 0; values are rounded to three digits."""

    low: float
    high: float

    def covering(self, value: float) -> LogScale:
        """Return the range, widened by whole decades until it holds `value`."""
        low, high = self.low, self.high
        while value < low * (1 - 1e-9):
            low /= 10
        while value > high * (1 + 1e-9):
            high *= 10
        return LogScale(low, high)

    def fraction(self, value: float) -> float:
        """Where `value` is, clipped to 0..1."""
        span = math.log(self.high / self.low)
        return min(1.0, max(0.0, math.log(value / self.low) / span))

    def value(self, fraction: float) -> float:
        """Return the value at `fraction`, rounded to three significant digits."""
        exact = self.low * (self.high / self.low) ** min(1.0, max(0.0, fraction))
        return min(self.high, max(self.low, _rounded(exact)))

    def step(self, value: float, count: int, stride: Stride) -> float:
        """Return the value `count` steps on: a 20th of a decade, fine a 200th, coarse a quarter."""
        moved = _rounded(value * 10 ** (count / _STEPS_PER_DECADE[stride]))
        if moved == value:  # a fine step below the rounding
            unit = 10.0 ** (math.floor(math.log10(value)) - _DIGITS + 1)
            moved = value + math.copysign(unit, count)
        return min(self.high, max(self.low, moved))

    def ticks(self) -> tuple[Tick, ...]:
        """One tick a decade, labelled "0.1", "1", "10", "100", "1k", ..."""
        first = math.ceil(math.log10(self.low) - 1e-9)
        last = math.floor(math.log10(self.high) + 1e-9)
        return tuple(Tick(self.fraction(10.0**e), _decade(e)) for e in range(first, last + 1))

    def samples(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Return 9 values and up to 16 between them, all rounded as those of the handle."""
        few = dict.fromkeys(self.value(k / _FEW) for k in range(_FEW + 1))
        many = dict.fromkeys(self.value(k / _MANY) for k in range(_MANY + 1))
        return tuple(few), tuple(value for value in many if value not in few)


@dataclass(frozen=True, slots=True)
class StopScale:
    """A list of stops, ascending and at least one, drawn at places in proportion to their value."""

    stops: tuple[float, ...]

    @classmethod
    def of(cls, stops: Sequence[float]) -> StopScale:
        """Return the scale of any ascending sequence of numbers."""
        return cls(tuple(float(stop) for stop in stops))

    def fraction(self, value: float) -> float:
        """Where `value` is, clipped to 0..1."""
        low, high = self.stops[0], self.stops[-1]
        return 0.0 if high == low else min(1.0, max(0.0, (value - low) / (high - low)))

    def value(self, fraction: float) -> float:
        """Return the stop that is nearest to `fraction`."""
        low, high = self.stops[0], self.stops[-1]
        return self.stops[self._nearest(low + (high - low) * fraction)]

    def step(self, value: float, count: int, stride: Stride) -> float:
        """Return the stop `count` places on; coarse goes five at a time."""
        places = count * (5 if stride == "coarse" else 1)
        at = self._nearest(value) + places
        return self.stops[min(len(self.stops) - 1, max(0, at))]

    def ticks(self) -> tuple[Tick, ...]:
        """One tick a stop; the first and the last are labelled."""
        ends = {self.stops[0], self.stops[-1]}
        return tuple(Tick(self.fraction(s), f"{s:g}" if s in ends else "") for s in self.stops)

    def samples(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Return some nine stops with both ends, and all others."""
        step = max(1, math.ceil((len(self.stops) - 1) / _FEW))
        few = dict.fromkeys([*self.stops[::step], self.stops[-1]])
        return tuple(few), tuple(stop for stop in self.stops if stop not in few)

    def _nearest(self, value: float) -> int:
        right = bisect_left(self.stops, value)
        if right == 0 or right == len(self.stops):
            return min(right, len(self.stops) - 1)
        return right if self.stops[right] - value < value - self.stops[right - 1] else right - 1


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def _decade(exponent: int) -> str:
    if exponent < 0:
        return f"{10.0**exponent:.{-exponent}f}" if exponent >= -2 else f"1e\u2212{-exponent}"
    prefixes = ("", "k", "M", "G", "T")
    group, rest = divmod(exponent, 3)
    return f"{10**rest}{prefixes[group]}" if group < len(prefixes) else f"1e{exponent}"
