"""ONNX operators that work element by element, normalise, or reduce."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from planner_core.errors import InputError
from planner_core.importers.onnx_context import Context, Handler, spatial_axes, to_shape
from planner_core.importers.onnx_graph import Dims
from planner_core.importers.onnx_shapes import axis_of
from planner_core.network import operators as ops
from planner_core.network.model import POINTWISE, WHOLE, Shape
from planner_core.network.operators import POINTWISE_FLOPS, Facts

__all__ = ["HANDLERS"]

_MERGES = (
    "Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Sum", "Mean", "Mod", "And", "Or", "Xor", "Equal",
    "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "BitShift", "Where", "PRelu",
)  # fmt: skip
_OVER_POSITIONS = ("InstanceNormalization", "LayerNormalization", "GroupNormalization", "RMSNormalization")
_REDUCTIONS = (
    "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceLogSum",
    "ReduceLogSumExp", "ReduceSumSquare",
)  # fmt: skip


def _activation(context: Context, node: Any) -> None:
    # ONNX and the catalogue differ in a letter here and there only: PRelu is among the merges.
    context.add_same(node, POINTWISE_FLOPS.get(node.op_type, 1))


def _lrn(context: Context, node: Any) -> None:
    size = context.integer(node, "size", 0)
    facts = ops.lrn(context.shape(node.input[0]), size)
    context.add(node, facts, dims=context.dims(node.input[0]), attributes={"size": size})


def _softmax(context: Context, node: Any) -> None:
    dims = context.dims(node.input[0])
    rank = len(dims)
    since_13 = context.opset >= 13
    axis = axis_of(context.integer(node, "axis", -1 if since_13 else 1), rank)
    # Up to opset 12 it normalises over all axes from `axis` on.
    normalised = {axis} if since_13 else set(range(axis, rank))
    over_space = any(dims[a] > 1 for a in normalised & set(spatial_axes(rank)))
    facts = ops.softmax(context.shape(node.input[0]), over_space)
    context.add(node, facts, dims=dims)


def _normalise_map(context: Context, node: Any) -> None:
    """Statistics over positions need the whole map; 2 FLOP per element, as for BatchNorm."""
    x = context.shape(node.input[0])
    flops = 2.0 * math.prod(x)
    context.add(node, ops.whole(x, flops), sources=node.input[:1], dims=context.dims(node.input[0]))


def _merge(context: Context, node: Any) -> None:
    sources = context.data(node)
    dims = _merged_dims(context, node)
    made = to_shape(dims)
    count = sum(bool(name) for name in node.input)
    at_places = all(_lies_on(context, name, made, len(dims)) for name in sources)
    flops = float(max(count - 1, 1) * math.prod(made))
    context.add(node, Facts(made, flops, 0, POINTWISE if at_places else WHOLE), dims=dims)


def _merged_dims(context: Context, node: Any) -> Dims:
    known = context.graph.dims.get(node.output[0])
    if known is not None:
        return known
    all_dims = [context.dims(name) for name in node.input if name]
    if context.integer(node, "broadcast", 0):  # before opset 7 the first input has the shape
        return all_dims[0]
    rank = max(len(d) for d in all_dims)
    padded = [(1,) * (rank - len(d)) + d for d in all_dims]
    made = tuple(max(axis) for axis in zip(*padded, strict=True))
    if any(n not in (m, 1) for d in padded for n, m in zip(d, made, strict=True)):
        raise InputError(
            "it merges tensors of different shapes: " + ", ".join(str(list(d)) for d in all_dims)
        )
    return made


def _lies_on(context: Context, name: str, made: Shape, rank: int) -> bool:
    """Whether each position of the result reads the same position of `name`, or its only one."""
    dims = context.dims(name)
    aligned = to_shape((1,) * (rank - len(dims)) + dims)
    shape = context.shape(name)
    return aligned == shape and all(n in (m, 1) for n, m in zip(shape[1:], made[1:], strict=True))


def _reduce(context: Context, node: Any) -> None:
    source = node.input[0]
    dims, x = context.dims(source), context.shape(source)
    rank = len(dims)
    axes = context.list_input(node, 1, "axes")
    if axes is None and context.integer(node, "noop_with_empty_axes", 0):
        context.add_same(node, 0)
        return
    reduced = {axis_of(a, rank) for a in axes} if axes else set(range(rank))
    keep = context.integer(node, "keepdims", 1)
    made = tuple(1 if a in reduced else n for a, n in enumerate(dims) if keep or a not in reduced)
    shape = to_shape(made)
    in_space = any(dims[a] > 1 for a in reduced & set(spatial_axes(rank)))
    receptive = POINTWISE if not in_space and shape[1:] == x[1:] else WHOLE
    context.add(node, Facts(shape, float(math.prod(x)), 0, receptive), sources=[source], dims=made)


HANDLERS: Mapping[str, Handler] = (
    {
        name: _activation
        for name in POINTWISE_FLOPS
        if name not in ("Softmax", "LogSoftmax", "PRelu", "Region", "Yolo")
    }
    | dict.fromkeys(_MERGES, _merge)
    | dict.fromkeys(_OVER_POSITIONS, _normalise_map)
    | dict.fromkeys(_REDUCTIONS, _reduce)
    | {"LRN": _lrn, "Softmax": _softmax, "LogSoftmax": _softmax}
)
