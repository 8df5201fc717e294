"""Reads an ONNX file without its weights: the large values of tensors are stepped over, never read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import onnx

from planner_core.errors import InputError
from planner_core.importers.onnx_names import mend_names

__all__ = ["MOST_KEPT", "parse_model"]

MOST_KEPT: Final = 128 << 20
"""Bytes that a file may hold besides the values of its tensors."""

_SMALL = 1 << 19  # a file that is no longer than this is read as it is
_COPIED = 1 << 14  # a part that is no longer than this is taken as it is
_VALUE = 1 << 15  # bytes of a value that may be a shape, a list of axes, pads, ...
_DEEPEST = 60
_MOST_FIELDS = 4_000_000
_BLOCK = 1 << 16


@dataclass(frozen=True)
class _Kind:
    """What is done with the fields of a message: `parts` are messages that are looked into when they are long.

    `values` are left out when they are long, `dropped` always: the place of external data is among them, so
    that nothing can open it.
    """

    parts: Mapping[int, str]
    values: frozenset[int] = frozenset()
    dropped: frozenset[int] = frozenset()


# Field numbers of onnx.proto; doc strings are of no use here.
_KINDS: Final[Mapping[str, _Kind]] = {
    "model": _Kind({7: "graph", 25: "function"}, dropped=frozenset({6, 14, 20})),
    "graph": _Kind({1: "node", 5: "tensor", 15: "sparse"}, dropped=frozenset({10, 14, 16})),
    "function": _Kind({7: "node"}, dropped=frozenset({8, 14})),
    "node": _Kind({5: "attribute"}, dropped=frozenset({6, 9})),
    "attribute": _Kind(
        {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
        dropped=frozenset({13}),
    ),
    "tensor": _Kind({}, values=frozenset({4, 5, 6, 7, 9, 10, 11}), dropped=frozenset({12, 13, 16})),
    "sparse": _Kind({1: "tensor", 2: "tensor"}),
}
_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5


def parse_model(path: Path) -> Any:
    """Return the ModelProto in a file, without the values of large tensors.

    However large the weights are, memory holds the rest of the file only.

    Raises
    ------
    InputError
        For a file that is no ONNX model, is cut short, or holds more than MOST_KEPT besides its weights.
    """
    with path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        if not size:
            raise InputError("it is no ONNX file: it is empty")
        skimmer = _Skimmer(stream)
        kept = stream.read(size) if size <= _SMALL else skimmer.message("model", 0, size, 0)
        try:
            model = onnx.load_model_from_string(kept)
        except Exception as error:  # protobuf's errors have no common base that onnx exports
            skimmer.message("model", 0, size, 0)  # may know the place
            raise InputError(f"it is no ONNX file: {_first_line(error)}") from None
        mend_names(model)
        return model


class _Skimmer:
    """Copies a protobuf message field by field, short of what is left out."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._block = b""
        self._start = 0
        self._kept = 0
        self._fields = 0

    def message(self, kind: str, at: int, end: int, depth: int) -> bytes:
        """Return the bytes that are kept of the message in [at, end)."""
        if depth > _DEEPEST:
            raise InputError(f"it is nested deeper than {_DEEPEST} levels")
        rules = _KINDS[kind]
        out = bytearray()
        while at < end:
            self._fields += 1
            if self._fields > _MOST_FIELDS:
                raise InputError(f"it has more than {_MOST_FIELDS} fields")
            tag, begin = self._varint(at, end)
            number, wire = tag >> 3, tag & 7
            if not 0 < number < 1 << 29:
                raise InputError(f"it is no ONNX file: byte {at} begins no field")
            begin, stop = self._extent(wire, at, begin, end)
            if number in rules.dropped or (number in rules.values and stop - begin > _VALUE):
                at = stop
                continue
            if wire == _BYTES and number in rules.parts and stop - begin > _COPIED:
                part = self.message(rules.parts[number], begin, stop, depth + 1)
                out += _as_varint(tag) + _as_varint(len(part)) + part
            else:
                self._kept += stop - at
                if self._kept > MOST_KEPT:
                    raise InputError(f"it holds more than {MOST_KEPT >> 20} MiB besides its weights")
                out += self._bytes(at, stop)
            at = stop
        return bytes(out)

    def _extent(self, wire: int, at: int, begin: int, end: int) -> tuple[int, int]:
        """Return where the value of a field begins and ends."""
        if wire == _VARINT:
            stop = self._varint(begin, end)[1]
        elif wire == _BYTES:
            length, begin = self._varint(begin, end)
            stop = begin + length
        elif wire in (_EIGHT, _FOUR):
            stop = begin + (8 if wire == _EIGHT else 4)
        else:
            raise InputError(f"it is no ONNX file: byte {at} begins no field")
        if stop > end:
            raise InputError(
                f"it is no ONNX file, or cut short: what begins at byte {at} claims {stop - begin} bytes, "
                f"but {end - begin} are left"
            )
        return begin, stop

    def _varint(self, at: int, end: int) -> tuple[int, int]:
        value = shift = 0
        for i, byte in enumerate(self._bytes(at, min(at + 10, end))):
            value |= (byte & 127) << shift
            if byte < 128:
                return value, at + i + 1
            shift += 7
        raise InputError(f"it is no ONNX file: byte {at} begins no field")

    def _bytes(self, at: int, stop: int) -> bytes:
        first = at - self._start
        if first < 0 or stop - self._start > len(self._block):
            self._stream.seek(at)
            self._block = self._stream.read(max(stop - at, _BLOCK))
            self._start, first = at, 0
            if len(self._block) < stop - at:
                raise InputError("it became shorter while it was read")
        return self._block[first : first + stop - at]


def _as_varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
