"""Fields: takes the values out of a JSON object one by one and names the JSON path of whatever is wrong."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from planner_core.errors import InputError

__all__ = ["Fields", "as_integer", "describe"]


class Fields:
    """A JSON object that is being read.

    Parameters
    ----------
    value : Any
        What should be an object; InputError if it is not.
    where : str
        Its JSON path, such as `layers[3].receptive`; empty for the top of a file.
    known : tuple of str
        The keys that it may have; InputError with the path of any other.
    """

    def __init__(self, value: Any, where: str, known: tuple[str, ...]) -> None:
        self.where = where
        if not isinstance(value, dict):
            raise InputError(f"{where or 'the file'} is {describe(value)}; an object is needed")
        self._value = value
        for key in value:
            if key not in known:
                raise InputError(f"{self.at(key)} is no known key; known are {', '.join(known)}")

    def __contains__(self, key: str) -> bool:
        return key in self._value

    def at(self, key: str) -> str:
        """JSON path of the value under `key`."""
        return f"{self.where}.{key}" if self.where else key

    def get(self, key: str) -> Any:
        """Return the value under `key`, which must be there."""
        if key not in self._value:
            raise InputError(f"{self.at(key)} is missing")
        return self._value[key]

    def text(self, key: str, empty: bool = False) -> str:
        """Return a string, not empty unless `empty`."""
        return as_text(self.get(key), self.at(key), empty)

    def integer(self, key: str, least: int = 0) -> int:
        """Return an integer from `least` on."""
        return as_integer(self.get(key), self.at(key), least)

    def number(self, key: str, least: float = -math.inf) -> float:
        """Return a finite number from `least` on."""
        value, where = self.get(key), self.at(key)
        if not _is_number(value) or not math.isfinite(value) or value < least:
            bound = "" if least == -math.inf else f" from {least:g} on"
            raise InputError(f"{where} is {describe(value)}; a finite number{bound} is needed")
        return float(value)

    def integers(self, key: str, count: int, least: int = 0) -> tuple[int, ...]:
        """Return a list of `count` integers from `least` on."""
        items = list(self.items(key))
        if len(items) != count:
            raise InputError(f"{self.at(key)} has {len(items)} items; {count} integers are needed")
        return tuple(as_integer(item, where, least) for where, item in items)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of non-empty strings."""
        return tuple(as_text(item, where) for where, item in self.items(key))

    def items(self, key: str) -> Iterator[tuple[str, Any]]:
        """Return (JSON path, value) of each item of a list."""
        value = self.get(key)
        if not isinstance(value, list):
            raise InputError(f"{self.at(key)} is {describe(value)}; a list is needed")
        return ((f"{self.at(key)}[{i}]", item) for i, item in enumerate(value))

    def constant(self, key: str, expected: str | int) -> None:
        """Check that the value under `key` is `expected`."""
        value = self.get(key)
        if value != expected or isinstance(value, bool):
            raise InputError(f"{self.at(key)} is {describe(value)}; {describe(expected)} is needed")


def as_text(value: Any, where: str, empty: bool = False) -> str:
    """Return `value` if it is a string, not empty unless `empty`."""
    if not isinstance(value, str) or not (value or empty):
        raise InputError(f"{where} is {describe(value)}; {'a' if empty else 'a non-empty'} string is needed")
    return value


def as_integer(value: Any, where: str, least: int = 0) -> int:
    """Return `value` if it is an integer from `least` on; 2.0 is one, as JSON Schema has it."""
    if _is_number(value) and math.isfinite(value) and value == int(value) and value >= least:
        return int(value)
    raise InputError(f"{where} is {describe(value)}; an integer from {least} on is needed")


def describe(value: Any) -> str:
    """Return a few words for any JSON value, short enough for a message."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = str(value)
    text = text if len(text) <= 40 else text[:37] + "..."
    return f"'{text}'" if isinstance(value, str) else text


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
