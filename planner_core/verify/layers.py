"""Makes one box of one layer from boxes of what it reads, operator by operator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from planner_core.importers.onnx_context import spatial_axes
from planner_core.network.model import WHOLE, Layer
from planner_core.verify.boxes import (
    Array,
    Box,
    MismatchError,
    box_dims,
    box_text,
    contains,
    cut,
    full_box,
    hull,
    is_empty,
)
from planner_core.verify.model import Group, RunnableModel
from planner_core.verify.operators import Piece, piece_of

__all__ = ["Take", "make_box"]

Take: TypeAlias = Callable[[str, Box], Array]
"""Gives a box of a layer's or network input's tensor, or raises MismatchError where it is not at hand."""

_Part: TypeAlias = tuple[Box, Array]


def make_box(model: RunnableModel, layer: Layer, box: Box, take: Take) -> Array:
    """Run the ONNX nodes of `layer` on no more than they read to make `box`, and return exactly `box`.

    A layer that reads its inputs whole is run as it is on all of them, and cut. Any other is gone through from its
    output backward, each node saying by its own attributes what it reads, and then run node by node: padding is
    left where a window really reaches over the border of the map.

    Raises MismatchError where something is missing or a result has another size.
    """
    group = model.groups[layer.name]
    if layer.receptive == WHOLE:
        made = _run_whole(model, group, take)
        have = full_box(model.tensors.dims[group.output])
        return cut(made, have, box)
    parts: dict[str, _Part] = {}
    for piece, output, want in _pieces(model, group, box):
        data = {}
        for index, name in enumerate(piece.node.input):
            if index in piece.cuts:
                data[index] = _read(model, group, parts, name, piece, index, take)
        parts[output] = want, _run(model, piece, output, data)
    have, made = parts[group.output]
    return cut(made, have, box)


def _run_whole(model: RunnableModel, group: Group, take: Take) -> Array:
    data = {t: take(name, full_box(model.tensors.dims[t])) for t, name in group.sources.items()}
    reads = {name for node in group.nodes for name in node.input if name}
    constants = {name: value for name, value in model.tensors.constants.items() if name in reads}
    return model.sessions.run(group.nodes, data, constants, [group.output])[0]


def _pieces(model: RunnableModel, group: Group, box: Box) -> list[tuple[Piece, str, Box]]:
    """Return each node's piece, its output and the box of it, in the order in which they run."""
    wanted = {group.output: box}
    found = []
    for node in reversed(group.nodes):
        output = next(o for o in node.output if o in wanted)
        piece = piece_of(node, model.tensors, output, wanted[output])
        for index in piece.cuts:
            name = node.input[index]
            if name not in group.sources:
                wanted[name] = hull(wanted.get(name, (0, 0, 0, 0)), piece.box(index))
        found.append((piece, output, wanted[output]))
    found.reverse()
    return found


def _read(
    model: RunnableModel,
    group: Group,
    parts: dict[str, _Part],
    name: str,
    piece: Piece,
    index: int,
    take: Take,
) -> Array:
    """The box of an input, with the rows of zeros that stand for no input."""
    box = piece.box(index)
    if is_empty(box):
        value = np.zeros(box_dims(model.tensors.dims[name], box), _type_of(model, piece))
    elif name in group.sources:
        value = take(group.sources[name], box)
    else:
        have, array = parts[name]
        if not contains(have, box):
            raise MismatchError(f"'{name}' has {box_text(have)}; {box_text(box)} are needed")
        value = cut(array, have, box)
    zeros = [c.zeros for c in piece.cuts[index]]
    if any(map(any, zeros)):
        axes = len(spatial_axes(value.ndim))
        value = np.pad(value, [(0, 0)] * (value.ndim - axes) + zeros[:axes])
    return value


def _type_of(model: RunnableModel, piece: Piece) -> np.dtype[Any]:
    """Element type of an operator's weights; its input has the same."""
    kinds = [
        model.tensors.constants[name].dtype for name in piece.node.input if name in model.tensors.constants
    ]
    return next((kind for kind in kinds if np.issubdtype(kind, np.floating)), np.dtype(np.float32))


def _run(model: RunnableModel, piece: Piece, output: str, data: dict[int, Array]) -> Array:
    """Run one node; every operand gets a name of its own, since the same tensor may come in two boxes."""
    node = type(piece.node)()
    node.CopyFrom(piece.node)
    feeds: dict[str, Array] = {}
    constants: dict[str, Array] = {}
    for index, name in enumerate(piece.node.input):
        if index in data:
            node.input[index] = f"@data{index}"
            feeds[node.input[index]] = data[index]
        elif index in piece.constants:
            node.input[index] = f"@constant{index}"
            constants[node.input[index]] = piece.constants[index]
        elif name:
            constants[name] = model.tensors.constants[name]
    made = model.sessions.run([node], feeds, constants, [output])[0]
    if piece.skip is not None and made.ndim == len(piece.dims):
        where = [slice(None)] * made.ndim
        for axis, skip in zip(spatial_axes(made.ndim), piece.skip, strict=False):
            where[axis] = slice(skip, skip + piece.dims[axis])
        made = made[tuple(where)]
    if made.shape != piece.dims:
        raise MismatchError(
            f"{piece.node.op_type} makes {list(made.shape)} where {list(piece.dims)} are planned"
        )
    return made
