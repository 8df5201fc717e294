"""Keeping what functions return up to a size in bytes, not a number: one answer may be a thousand times another."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import update_wrapper
from threading import Lock
from typing import Generic, TypeVar

__all__ = ["Kept", "kept_up_to"]

_T = TypeVar("_T")


class Kept(Generic[_T]):
    """A function that keeps what it returned last; see `kept_up_to`."""

    def __init__(self, function: Callable[..., _T], most: int, size: Callable[[_T], int]) -> None:
        self._function, self._most, self._size = function, most, size
        self._found: OrderedDict[tuple[Hashable, ...], tuple[_T, int]] = OrderedDict()
        self._lock = Lock()
        self.bytes = 0
        """What is kept."""
        update_wrapper(self, function)

    def __call__(self, *key: Hashable) -> _T:
        """Return what the function returns."""
        with self._lock:
            known = self._found.get(key)
            if known is not None:
                self._found.move_to_end(key)
                return known[0]
        made = self._function(*key)
        with self._lock:
            if key not in self._found:
                self._found[key] = made, self._size(made)
                self.bytes += self._found[key][1]
            while self.bytes > self._most and len(self._found) > 1:
                _, (_, size) = self._found.popitem(last=False)
                self.bytes -= size
        return made

    def cache_clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._found.clear()
            self.bytes = 0


def kept_up_to(most: int, size: Callable[[_T], int]) -> Callable[[Callable[..., _T]], Kept[_T]]:
    """Keep the last answers of a function, together up to `most` bytes, and in any case the last one.

    Parameters
    ----------
    most : int
        Bytes.
    size : callable
        Bytes of an answer.
    """

    def decorate(function: Callable[..., _T]) -> Kept[_T]:
        return Kept(function, most, size)

    return decorate
