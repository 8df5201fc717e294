"""Strict JSON: UTF-8, no key twice, no NaN, bounded size and depth; one InputError for whatever is wrong."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NoReturn

from planner_core.errors import InputError

__all__ = ["MAX_BYTES", "parse_json", "read_json"]

MAX_BYTES = 256 << 20
_MAX_DEPTH = 64


def read_json(path: str | os.PathLike[str]) -> Any:
    """Read a JSON file; raise InputError that names it when it is not strict JSON or too large."""
    file = Path(path)
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        return parse_json(data)
    except InputError as error:
        raise error.at(str(file)) from None
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror or error}", str(file)) from None


def parse_json(data: bytes) -> Any:
    """Parse strict JSON (RFC 8259) and return its value; raise InputError with the line where it breaks.

    Refused besides bad syntax: NaN and Infinity, also by overflow; a key used twice in an object; half a
    surrogate pair; more than 64 levels; more than MAX_BYTES.
    """
    if len(data) > MAX_BYTES:
        raise InputError(f"it is larger than the {MAX_BYTES >> 20} MiB that are read")
    try:
        value = json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_float,
            parse_int=_int,
        )
    except UnicodeDecodeError as error:
        raise InputError(f"it is not UTF-8 text (byte {error.start})") from None
    except json.JSONDecodeError as error:
        raise InputError(
            f"it is not JSON: {error.msg.lower()} in line {error.lineno}, column {error.colno}"
        ) from None
    except RecursionError:
        raise InputError(f"it is nested deeper than {_MAX_DEPTH} levels") from None
    _check(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise InputError(f"the key '{printable(key)}' is there twice in one object")
        found[key] = value
    return found


def _constant(token: str) -> NoReturn:
    raise InputError(f"{token} is no JSON number")


def _float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise InputError(f"the number {text[:40]} is too large")
    return value


def _int(text: str) -> int:
    if len(text) > 308:  # a double may not hold it
        raise InputError(f"the number {text[:40]}... is too large")
    return int(text)


def _check(value: Any) -> None:
    """Refuse what `json` lets through: deep nesting and text that UTF-8 cannot hold."""
    level = [value]
    for _ in range(_MAX_DEPTH):
        following: list[Any] = []
        for item in level:
            if isinstance(item, str):
                _check_text(item)
            elif isinstance(item, dict):
                for key in item:
                    _check_text(key)
                following.extend(item.values())
            elif isinstance(item, list):
                following.extend(item)
        if not following:
            return
        level = following
    raise InputError(f"it is nested deeper than {_MAX_DEPTH} levels")


def _check_text(text: str) -> None:
    if printable(text) != text:
        raise InputError(f"the text '{printable(text)}' holds half a surrogate pair")


def printable(text: str) -> str:
    """Replace halves of surrogate pairs, which no stream can take."""
    return text.encode("utf-8", "replace").decode("utf-8")
