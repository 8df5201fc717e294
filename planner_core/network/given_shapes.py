"""Shapes that a user gives for the inputs of a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from planner_core.errors import InputError
from planner_core.network.model import Shape

__all__ = ["UNNAMED", "by_name", "parse_shape"]

UNNAMED = ""
"""Stands for the input of a network that has one, or for the one whose shape the file leaves open."""

_LONGEST = 9  # digits


def by_name(
    given: Mapping[str, Shape], inputs: Sequence[str], missing: Sequence[str] = ()
) -> dict[str, Shape]:
    """Return the shapes by the names of inputs.

    Parameters
    ----------
    given : mapping
        Name or UNNAMED to (C, H, W).
    inputs : sequence of str
        Names of the network's inputs.
    missing : sequence of str
        Those of them whose shape the file leaves open.

    Raises
    ------
    InputError
        For a name that is no input, and for a shape without a name where several inputs could be meant.
    """
    shapes = dict(given)
    if UNNAMED in shapes:
        shape = shapes.pop(UNNAMED)
        meant = [name for name in (missing or inputs) if name not in shapes]
        if len(meant) != 1:
            listed = ", ".join(inputs) or "none"
            raise InputError(f"a shape without a name can mean several inputs; they are {listed}")
        shapes[meant[0]] = shape
    for name in shapes:
        if name not in inputs:
            raise InputError(f"it has no input '{name}'; its inputs are {', '.join(inputs) or 'none'}")
    return shapes


def parse_shape(text: str) -> tuple[str, Shape]:
    """Return input name and (C, H, W) from "3x224x224" or "NAME=3x224x224"; without a name it is UNNAMED.

    A batch of 1 may stand in front. A vector is "4096", a sequence "128x768".

    Raises InputError.
    """
    name, equals, shape = text.rpartition("=")
    parts = shape.lower().split("x")
    if len(parts) == 4 and parts[0] == "1":
        parts = parts[1:]
    fine = 1 <= len(parts) <= 3 and all(p.isascii() and p.isdigit() and len(p) <= _LONGEST for p in parts)
    numbers = [int(p) for p in parts] if fine else [0]
    if min(numbers) < 1 or (equals and not name):
        raise InputError(f"'{text}' is neither CxHxW nor NAME=CxHxW, such as 3x224x224 or input=3x224x224")
    numbers += [1] * (3 - len(numbers))
    return name, (numbers[0], numbers[1], numbers[2])
