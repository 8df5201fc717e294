"""Shapes that a user gives for the inputs of a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from planner_core.errors import InputError
from planner_core.network.model import Shape

__all__ = ["UNNAMED", "by_name"]

UNNAMED = ""
"""Stands for the input of a network that has one, or for the one whose shape the file leaves open."""


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
