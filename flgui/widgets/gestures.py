"""Numbers of gestures: what changes between press and release of one drag becomes one step of undo."""

from __future__ import annotations

from itertools import count

__all__ = ["new_gesture"]

_numbers = count(1)


def new_gesture() -> int:
    """Return a number that no other gesture of the program has."""
    return next(_numbers)
