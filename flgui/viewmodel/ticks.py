"""Round moments on a time axis, and their labels, from nanoseconds to hours."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from flgui.text import MINUS

__all__ = ["Ticks", "make_ticks", "unit_of"]

_UNITS: Final = (
    (1e-6, "ns", 1e-9),
    (1e-3, "µs", 1e-6),
    (1.0, "ms", 1e-3),
    (120.0, "s", 1.0),
    (7200.0, "min", 60.0),
)
_HOUR: Final = ("h", 3600.0)
_DECIMAL_STEPS: Final = (1.0, 2.0, 5.0)
_CLOCK_STEPS: Final = (1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0)


@dataclass(frozen=True, slots=True)
class Ticks:
    """Moments in seconds and the number of each, all in one unit."""

    times: tuple[float, ...]
    labels: tuple[str, ...]
    unit: str


def unit_of(longest_s: float) -> tuple[str, float]:
    """Return the unit, and its seconds, in which moments up to `longest_s` read well."""
    for limit, name, seconds in _UNITS:
        if longest_s < limit:
            return name, seconds
    return _HOUR


def make_ticks(start_s: float, end_s: float, most: int) -> Ticks:
    """Return at most about `most` round moments in [start_s, end_s].

    Steps are 1, 2 or 5 times a power of ten of the unit; minutes and hours are cut as on a clock.
    """
    unit, scale = unit_of(end_s)
    lo, hi = start_s / scale, end_s / scale
    step = _step((hi - lo) / max(1, most), clock=unit in ("min", "h"))
    first = math.ceil(lo / step - 1e-9)
    last = math.floor(hi / step + 1e-9)
    decimals = _decimals(step)
    numbers = [i * step for i in range(first, last + 1)]
    labels = tuple(f"{n:.{decimals}f}".replace("-", MINUS) for n in numbers)
    return Ticks(tuple(n * scale for n in numbers), labels, unit)


def _step(least: float, clock: bool) -> float:
    if clock and 1 <= least <= _CLOCK_STEPS[-1]:
        return next(s for s in _CLOCK_STEPS if s >= least)
    power = 10.0 ** math.floor(math.log10(least))
    return next((s * power for s in _DECIMAL_STEPS if s * power >= least * (1 - 1e-9)), 10 * power)


def _decimals(step: float) -> int:
    """Digits behind the point that tell neighbouring multiples of `step` apart exactly."""
    for digits in range(13):
        if abs(round(step, digits) - step) <= 1e-9 * step:
            return digits
    return 13
