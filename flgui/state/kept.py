"""Kept: results by what they are of, the last used ones; imports no Qt."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

__all__ = ["Kept"]

K = TypeVar("K")
V = TypeVar("V")


class Kept(OrderedDict[K, V]):
    """A dictionary of at most `most` entries; the one put in or used longest ago gives way."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def put(self, key: K, value: V) -> V:
        """Put a value in, as the newest; returns it."""
        self[key] = value
        self.move_to_end(key)
        while len(self) > self._most:
            self.popitem(last=False)
        return value

    def use(self, key: K) -> V | None:
        """Return a value, which counts as used, or None."""
        if key not in self:
            return None
        self.move_to_end(key)
        return self[key]
