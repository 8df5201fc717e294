"""Numbers as the window writes them (design section 5); imports no Qt."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = [
    "INFINITY",
    "MINUS",
    "PICTURE_KINDS",
    "TIMES",
    "count",
    "file_stem",
    "format_bytes",
    "format_flop",
    "format_flops",
    "format_number",
    "format_percent",
    "format_rate",
    "format_ratio",
    "format_time",
    "join",
    "path_list",
    "shape_text",
]

MINUS = "\u2212"
TIMES = "\u00d7"
PICTURE_KINDS = (".png", ".svg", ".pdf")
INFINITY = "\u221e"
_DECIMAL = 1000.0
_STEM_BYTES = 120
_TINY_S = 1e-5
_MOST_NAMED = 6


def file_stem(name: str) -> str:
    """Return what a file is called after a network: its name without what no file name may hold, and not too long.

    ONNX graphs are named freely: slashes would make folders, and more than 255 bytes cannot be written.
    """
    clean = "".join("-" if c in '/\\:*?"<>|' or not c.isprintable() else c for c in name)
    short = clean.encode("utf-8", "replace")[:_STEM_BYTES].decode("utf-8", "ignore")
    return short.strip(" .") or "network"


def format_number(value: float, digits: int = 4) -> str:
    """Write a number with `digits` significant digits, never in exponent form, with a real minus sign.

    Whole digits are never cut: 12345 stays 12345.
    """
    if math.isnan(value):
        return "\u2013"
    if math.isinf(value):
        return INFINITY if value > 0 else MINUS + INFINITY
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    if magnitude < digits and round(abs(value), digits - 1 - magnitude) >= 10.0 ** (magnitude + 1):
        magnitude += 1  # 999.96 becomes 1000, not 1000.0
    text = f"{abs(value):.{max(0, digits - 1 - magnitude)}f}"
    return (MINUS if value < 0 else "") + text


def format_time(seconds: float, digits: int = 4) -> tuple[str, str]:
    """Return number and unit of a time: ms below 1 s, then s, min, h; µs only where ms would be nearly nothing."""
    size = abs(seconds)
    if 0 < size < _TINY_S:
        return format_number(seconds * 1e6, digits), "µs"
    if size < 0.99995:
        return format_number(seconds * 1e3, digits), "ms"
    if size < 60:
        return format_number(seconds, digits), "s"
    if size < 3600:
        return format_number(seconds / 60, digits), "min"
    return format_number(seconds / 3600, digits), "h"


def join(parts: tuple[str, str]) -> str:
    """Join number and unit with a space: "27.52 ms"."""
    return f"{parts[0]}\u00a0{parts[1]}"


def format_bytes(bits: float) -> tuple[str, str]:
    """Return number and unit of an amount of data given in bits; 1 kB = 1000 B.

    Three significant digits, and one after the point in any case: "25.1 kB", "186.6 kB".
    """
    size = abs(bits) / 8
    leading = math.floor(math.log10(size)) % 3 if size >= 1 else 0
    return _scaled(bits / 8, ("B", "kB", "MB", "GB", "TB"), 4 if leading == 2 else 3)


def format_flop(flop: float, digits: int = 3) -> tuple[str, str]:
    """Return number and unit of an amount of work, e.g. ("1.43", "GFLOP")."""
    return _scaled(flop, ("FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP"), digits)


def format_flops(flops: float, digits: int = 4) -> tuple[str, str]:
    """Return number and unit of a speed, e.g. ("5", "GFLOPS"), without padding zeros."""
    number, unit = _scaled(flops, ("FLOPS", "kFLOPS", "MFLOPS", "GFLOPS", "TFLOPS"), digits)
    return trim(number), unit


def format_rate(bps: float, digits: int = 4) -> tuple[str, str]:
    """Return number and unit of a link rate, e.g. ("100", "Mbit/s"), without padding zeros."""
    number, unit = _scaled(bps, ("bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"), digits)
    return trim(number), unit


def format_ratio(value: float) -> str:
    """Write a factor: "1.66\u00d7"."""
    return f"{format_number(value, 3)}{TIMES}"


def format_percent(share: float, digits: int = 3) -> str:
    """Write a share of 1 as per cent: 0.415 becomes "41.5 %"."""
    return f"{format_number(share * 100, digits)}\u00a0%"


def count(number: int, noun: str) -> str:
    """Write a count with its noun in the right number: "1 layer", "11 layers"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def path_list(paths: Sequence[int]) -> str:
    """Write "path 6", "paths 1, 4 and 6", or "9 paths" where they are too many to be named."""
    names = [str(path) for path in sorted(paths)]
    if len(names) > _MOST_NAMED:
        return count(len(names), "path")
    return f"paths {', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else f"path {names[0]}"


def shape_text(shape: tuple[int, ...]) -> str:
    """Write a tensor's shape: "64\u00d755\u00d755", or "1000" for a vector."""
    if len(shape) == 3 and shape[1:] == (1, 1):
        return str(shape[0])
    return TIMES.join(str(extent) for extent in shape)


def trim(number: str) -> str:
    """Drop zeros after the point that say nothing: "5.000" becomes "5"."""
    return number.rstrip("0").rstrip(".") if "." in number else number


def _scaled(value: float, units: tuple[str, ...], digits: int) -> tuple[str, str]:
    step = 0
    # 999.6 would be written as 1000 with three digits; then the next unit reads better.
    limit = _DECIMAL - 0.5 * 10.0 ** (3 - digits) if digits >= 3 else _DECIMAL
    while abs(value) >= limit and step < len(units) - 1:
        value /= _DECIMAL
        step += 1
    if step == 0 and value == int(value):
        return f"{MINUS if value < 0 else ''}{abs(int(value))}", units[0]
    return format_number(value, digits), units[step]
