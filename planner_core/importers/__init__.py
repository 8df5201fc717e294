"""Importers: a bundled name or a file in, a Network or one clear error out (SPEC sections 6 and 7)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from planner_core.errors import InputError
from planner_core.network.given_shapes import UNNAMED
from planner_core.network.model import Network, Shape

__all__ = ["SUFFIXES", "bundled_names", "load_network"]

SUFFIXES = (".onnx", ".cfg", ".json")
"""The file name endings that `load_network` reads: ONNX, Darknet, the project's own JSON."""


def bundled_names() -> tuple[str, ...]:
    """Names of the networks that come with the planner."""
    from planner_core.zoo import BUNDLED  # the zoo is of no use to a program that reads a file

    return tuple(BUNDLED)


def load_network(
    source: str | os.PathLike[str],
    fold: bool = True,
    input_shapes: Mapping[str, Shape] | None = None,
    input_shape: Shape | None = None,
) -> Network:
    """Return a bundled network, or read one from a file whose suffix says its format.

    Parameters
    ----------
    source : str or path
        A bundled name, exactly as in `bundled_names()`, or a path to `.onnx`, Darknet `.cfg` or `.json`.
    fold : bool
        Fold operators that work position by position (SPEC section 1). The project's JSON is always taken as
        it is written.
    input_shapes : mapping, optional
        Input name to (C, H, W), for a file that leaves them open, or to override them. JSON states its own.
    input_shape : (C, H, W), optional
        The same for the only input, or the only one that the file leaves open.

    Raises
    ------
    InputError
        With the file's name in front of the cause; MissingShapeError where dimensions of inputs are left open.
    """
    given = dict(input_shapes or {})
    if input_shape is not None:
        given[UNNAMED] = input_shape
    named = isinstance(source, str) and not source.lower().endswith(SUFFIXES)  # no need to look at the zoo
    if named and source in bundled_names():
        from planner_core import zoo  # see bundled_names

        return zoo.build(source, fold, given)
    path = Path(source)
    try:
        if not os.fspath(source) or not path.exists():
            raise InputError(_unknown(os.fspath(source)))
        if not path.is_file():
            raise InputError("it is no file", str(path))
        return _read(path, path.suffix.lower(), fold, given)
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror or error}", str(path)) from None


def _read(path: Path, suffix: str, fold: bool, input_shapes: dict[str, Shape]) -> Network:
    # Each reader is imported when a file needs it: onnx alone takes a quarter of a second.
    if suffix == ".onnx":
        from planner_core.importers.onnx_reader import read_onnx

        return read_onnx(path, fold, input_shapes)
    if suffix == ".cfg":
        from planner_core.importers.darknet import read_darknet

        return read_darknet(path, fold, input_shapes)
    if suffix == ".json":
        if input_shapes:
            raise InputError("a network JSON states its own input shapes", str(path))
        from planner_core.importers.network_json import read_network

        return read_network(path)
    raise InputError(f"the ending '{suffix}' is none of {', '.join(SUFFIXES)}", str(path))


def _unknown(name: str) -> str:
    import difflib  # for this message only

    names = bundled_names()
    close = difflib.get_close_matches(name.lower(), names, n=1)
    if close:
        return f"'{name}' is no file and no bundled network; did you mean '{close[0]}'?"
    return f"'{name}' is no file and no bundled network; bundled are {', '.join(names)}"
