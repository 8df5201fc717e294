"""A line that says how far a long command is, where standard error is a terminal."""

from __future__ import annotations

import sys

__all__ = ["Counter"]


class Counter:
    """Shows "7 of 60 points" on one line of standard error, and clears it in the end.

    Parameters
    ----------
    unit : str
        What is counted, in the plural.
    """

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._on = sys.stderr.isatty()
        self._width = 0

    def __call__(self, done: int, total: int) -> None:
        """Show `done` of `total`."""
        if self._on:
            text = f"{done} of {total} {self._unit}"
            self._width = len(text)
            print(f"\r{text}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take the line away."""
        if self._on and self._width:
            print(f"\r{' ' * self._width}\r", end="", file=sys.stderr, flush=True)
