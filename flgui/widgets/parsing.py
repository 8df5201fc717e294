"""Text of a field to its value; a ValueError carries the few words to show. Imports no Qt."""

from __future__ import annotations

import math
import re

from flgui.text import INFINITY, TIMES, format_number, trim

__all__ = [
    "count_text",
    "grid_text",
    "number_text",
    "parse_count",
    "parse_grid",
    "parse_nonnegative",
    "parse_positive",
    "parse_workers",
    "step_count",
    "step_number",
    "step_workers",
    "workers_text",
]

_UNLIMITED = {INFINITY, "inf", "infinity", "unlimited", "oo"}
_MOST = 1 << 53
_LONGEST = 400  # digits that are looked at; Python refuses thousands, in words of its own
_GRID = re.compile(rf"\s*(\d+)\s*[x{TIMES}X*,]\s*(\d+)\s*")


def parse_positive(text: str) -> float:
    """Read a finite number above 0."""
    value = _number(text)
    if value <= 0:
        raise ValueError("must be above 0")
    return value


def parse_nonnegative(text: str) -> float:
    """Read a finite number from 0 on."""
    value = _number(text)
    if value < 0:
        raise ValueError("must be 0 or more")
    return value


def parse_count(text: str) -> int:
    """Read a whole number from 1 on."""
    try:
        value = int(text.strip()[:_LONGEST])
    except ValueError:
        raise ValueError("must be a whole number") from None
    return _bounded(value)


def parse_workers(text: str) -> int | None:
    """Read a number of workers; None is unlimited."""
    if text.strip().lower() in _UNLIMITED:
        return None
    value = parse_count(text)
    if value > 1_000_000:
        raise ValueError("at most 1000000, or \u221e")
    return value


def parse_grid(text: str) -> tuple[int, int] | None:
    """Read rows x columns; nothing at all, or "auto", asks for the automatic grid."""
    if text.strip().lower() in ("", "auto"):
        return None
    match = _GRID.fullmatch(text)
    if match is None:
        raise ValueError("rows \u00d7 columns, as 2\u00d74")
    return _bounded(int(match[1][:_LONGEST])), _bounded(int(match[2][:_LONGEST]))


def number_text(value: float) -> str:
    """Write a value for a field: up to six digits, no padding zeros."""
    return trim(format_number(value, 6))


def count_text(value: int) -> str:
    """Write a whole number."""
    return str(value)


def workers_text(value: int | None) -> str:
    """Write a number of workers."""
    return INFINITY if value is None else str(value)


def grid_text(rows: int, cols: int) -> str:
    """Write a grid."""
    return f"{rows} {TIMES} {cols}"


def step_count(value: int, count: int) -> int:
    """One more or one less, from 1 on."""
    return max(1, value + count)


def step_workers(value: int | None, count: int) -> int | None:
    """One more or one less; from unlimited downwards comes 64, and above 64 unlimited."""
    if value is None:
        return 64 if count < 0 else None
    moved = max(1, value + count)
    return None if moved > 64 and count > 0 else moved


def step_number(value: float, count: int) -> float:
    """One unit of the second digit up or down, never below it: 5 to 5.1, 100 to 110."""
    if value <= 0:
        return 0.1 if count > 0 else 0.0
    unit = 10.0 ** (math.floor(math.log10(value)) - 1)
    moved = float(f"{value + unit * count:.6g}")
    return moved if moved > 0 else value


def _bounded(value: int) -> int:
    if value < 1:
        raise ValueError("must be 1 or more")
    if value > _MOST:
        raise ValueError("is too large")
    return value


def _number(text: str) -> float:
    cleaned = text.strip().replace("\u2212", "-").replace(",", ".")
    try:
        value = float(cleaned)
    except ValueError:
        raise ValueError("must be a number") from None
    if not math.isfinite(value):
        raise ValueError("must be finite")
    return value
