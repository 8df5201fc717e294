"""Figures and tables as people read them."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["bits_text", "printable", "significant", "table", "time_text", "whole"]


def significant(value: float, digits: int = 4) -> str:
    """Return `value` with `digits` significant digits, without an exponent where that stays readable."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    rounded = float(f"{value:.{digits - 1}e}")
    exponent = math.floor(math.log10(abs(rounded)))
    if not -6 < exponent < 12:
        return f"{value:.{digits - 1}e}"
    return f"{rounded:.{max(0, digits - 1 - exponent)}f}"


def time_text(seconds: float) -> str:
    """Return a time in ms below one second and in s from there on."""
    return f"{significant(seconds)} s" if seconds >= 0.99995 else f"{significant(seconds * 1e3)} ms"


def bits_text(bits: float) -> str:
    """Return an amount of data in bit, kbit, Mbit, ... ."""
    for unit in ("bit", "kbit", "Mbit", "Gbit"):
        if bits < 999.95:
            return f"{whole(bits) if unit == 'bit' else significant(bits)} {unit}"
        bits /= 1000
    return f"{significant(bits)} Tbit"


def whole(value: float) -> str:
    """Return a whole number in full, and any other with 17 digits at most."""
    return str(int(value)) if value % 1 == 0 else repr(float(value))


def printable(text: str) -> str:
    """Escape what would move the cursor or end the line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[str]) -> str:
    """Return lines of aligned columns: those named in `left` begin at the left, figures end at the right."""
    lines = [list(head), *([printable(cell) for cell in row] for row in rows)]
    widths = [max(len(line[k]) for line in lines) for k in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if name in left else cell.rjust(width)
            for cell, width, name in zip(line, widths, head, strict=True)
        ).rstrip()
        for line in lines
    )
