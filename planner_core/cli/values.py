"""Turns the text of an option into its value, in the planner's units, or says what is wrong with it.

Every function takes the text and raises `argparse.ArgumentTypeError`; argparse adds the option's name.
"""

from __future__ import annotations

import math
from argparse import ArgumentTypeError
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner_core.plan import Method
    from planner_core.sweep import Vary

__all__ = [
    "automatic",
    "bits",
    "count",
    "device_flops",
    "es_flops",
    "grid",
    "input_shape",
    "methods",
    "offload",
    "overhead",
    "rate",
    "scheduler",
    "seconds",
    "seed",
    "vary",
    "workers",
]

_MOST = 1 << 53


def device_flops(text: str) -> float:
    """FLOP/s from GFLOP/s."""
    return _speed(text, 1e9)


def es_flops(text: str) -> float:
    """FLOP/s from GFLOP/s."""
    return _speed(text, 1e9)


def rate(text: str) -> float:
    """Bit/s from Mbit/s."""
    return _speed(text, 1e6)


def _speed(text: str, unit: float) -> float:
    value = _number(text)
    if not (math.isfinite(value) and value > 0):
        raise ArgumentTypeError(f"'{text}' is not a finite number above 0")
    if not 1e-6 <= value * unit <= 1e30:
        raise ArgumentTypeError(f"'{text}' is beyond what can be planned with")
    return value * unit


def overhead(text: str) -> float:
    """Seconds from ms."""
    value = _number(text)
    if not 0 <= value <= 1e12:
        raise ArgumentTypeError(f"'{text}' is not a finite number of ms from 0 on")
    return value / 1e3


def seconds(text: str) -> float:
    """Seconds, above 0."""
    value = _number(text)
    if not (math.isfinite(value) and value > 0):
        raise ArgumentTypeError(f"'{text}' is not a finite number of seconds above 0")
    return value


def workers(text: str) -> int | None:
    """A count, or None for `inf`."""
    return None if text == "inf" else _whole(text, 1_000_000, "inf")


def bits(text: str) -> int:
    """Bits per element."""
    return _whole(text, 1024)


def count(text: str) -> int:
    """A whole number from 1 on."""
    return _whole(text)


def automatic(text: str) -> int | None:
    """A whole number from 1 on, or None for `auto`."""
    return None if text == "auto" else _whole(text, other="auto")


def grid(text: str) -> tuple[int, int]:
    """(rows, cols) from RxC."""
    numbers = _product(text, 2)
    if numbers is None:
        raise ArgumentTypeError(f"'{text}' is not ROWSxCOLUMNS, such as 2x3")
    return numbers[0], numbers[1]


def input_shape(text: str) -> tuple[str, tuple[int, int, int]]:
    """Name, which may be empty, and (C, H, W) from CxHxW or NAME=CxHxW."""
    from planner_core.errors import InputError  # models and their options need these only when they are given
    from planner_core.network.given_shapes import parse_shape

    try:
        return parse_shape(text)
    except InputError as error:
        raise ArgumentTypeError(error.cause) from None


def offload(text: str) -> tuple[int, ...]:
    """One offloading layer for all paths, or a list with one for each."""
    return tuple(_whole(part.strip()) for part in text.split(","))


def seed(text: str) -> int:
    """A whole number from 0 on."""
    return 0 if text == "0" else _whole(text, (1 << 32) - 1)


def methods(text: str) -> tuple[Method, ...]:
    """Methods from a list such as mw,bf, in the planner's order."""
    from planner_core.plan import METHODS  # takes numpy along, which other commands do without

    wanted = [name.strip().upper() for name in text.split(",")]
    for name in wanted:
        if name not in METHODS:
            raise ArgumentTypeError(f"'{name.lower()}' is no method; there are mw, nfl and bf")
    return tuple(method for method in METHODS if method in wanted)


def scheduler(text: str) -> str:
    """The address of a Dask scheduler."""
    host, _, port = text.removeprefix("tcp://").rpartition(":")
    if not (text.startswith("tcp://") and host and _is_digits(port) and 1 <= int(port) <= 65535):
        raise ArgumentTypeError(f"'{text}' is not tcp://HOST:PORT, such as tcp://127.0.0.1:8786")
    return text


def vary(text: str) -> Vary:
    """What a sweep varies, from NAME=VALUES."""
    from planner_core.errors import InputError  # only this command needs these
    from planner_core.sweep import parse_vary

    try:
        return parse_vary(text)
    except InputError as error:
        raise ArgumentTypeError(error.cause) from None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ArgumentTypeError(f"'{text}' is not a number") from None


def _whole(text: str, most: int = _MOST, other: str = "") -> int:
    if not (_is_digits(text) and 1 <= int(text) <= most):
        limit = "from 1 on" if most == _MOST else f"from 1 to {most}"
        kind = f"neither a whole number {limit} nor {other}" if other else f"not a whole number {limit}"
        raise ArgumentTypeError(f"'{text}' is {kind}")
    return int(text)


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20


def _product(text: str, size: int) -> list[int] | None:
    parts = text.lower().split("x")
    if len(parts) != size or not all(map(_is_digits, parts)):
        return None
    numbers = [int(p) for p in parts]
    return numbers if min(numbers) >= 1 else None
