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
_OVER_POSITIONS = (
    "InstanceNormalization", "GroupNormalization", "MeanVarianceNormalization", "LayerNormalization",
    "RMSNormalization", "SimplifiedLayerNormalization",
)  # fmt: skip
_REDUCTIONS = (
    "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceLogSum",
    "ReduceLogSumExp", "ReduceSumSquare",
)  # fmt: skip


def _activation(context: Context, node: Any) -> None:
    # ONNX and the catalogue differ in a letter here and there only: PRelu is among the merges.
    context.add_same(node, POINTWISE_FLOPS.get(node.op_type, 1))
    if node.op_type == "Dropout" and len(node.output) > 1 and node.output[1]:  # its mask, which is all ones
        context.note(node.output[1], context.dims(node.input[0]))


def _lrn(context: Context, node: Any) -> None:
    size = context.integer(node, "size", 0)
    source = context.source(node)
    context.add(node, ops.lrn(context.shape(source), size), context.dims(source), attributes={"size": size})


def _softmax(context: Context, node: Any) -> None:
    dims = context.dims(context.source(node))
    rank = len(dims)
    since_13 = context.opset >= 13
    axis = axis_of(context.integer(node, "axis", -1 if since_13 else 1), rank)
    # Up to opset 12 it normalises over all axes from `axis` on.
    normalised = {axis} if since_13 else set(range(axis, rank))
    over_space = any(dims[a] > 1 for a in normalised & set(spatial_axes(rank)))
    context.add(node, ops.softmax(context.shape(node.input[0]), over_space), dims)


def _normalise(context: Context, node: Any) -> None:
    """Statistics over positions need the whole map; 2 FLOP per element, as for BatchNorm."""
    source = context.source(node)
    x, dims = context.shape(source), context.dims(source)
    flops = 2.0 * math.prod(x)
    alone = x[1] * x[2] == 1
    context.add(node, Facts(x, flops, 0, POINTWISE if alone else WHOLE), dims, sources=[source])


def _along_axis(context: Context, node: Any) -> None:
    """LpNormalization, Hardmax, CumSum: each element needs those along one axis; 2 FLOP per element."""
    source = context.source(node)
    dims, x = context.dims(source), context.shape(source)
    if node.op_type == "CumSum":
        axis = axis_of((context.list_input(node, 1, "axis") or (0,))[0], len(dims))
    else:
        axis = axis_of(context.integer(node, "axis", -1), len(dims))
    inside = axis in spatial_axes(len(dims)) and dims[axis] > 1
    facts = Facts(x, 2.0 * math.prod(x), 0, WHOLE if inside else POINTWISE)
    context.add(node, facts, dims, sources=[source])


def _merge(context: Context, node: Any) -> None:
    sources = context.data(node)
    dims = _merged_dims(context, node)
    made = to_shape(dims)
    count = sum(bool(name) for name in node.input)
    at_places = all(_lies_on(context, name, made, len(dims)) for name in sources)
    flops = float(max(count - 1, 1) * math.prod(made))
    context.add(node, Facts(made, flops, 0, POINTWISE if at_places else WHOLE), dims)


def _merged_dims(context: Context, node: Any) -> Dims:
    all_dims = [context.dims(name) for name in node.input if name]
    if context.opset < 7 and context.integer(node, "broadcast", 0):  # the first input has the shape
        return all_dims[0]
    rank = max(len(d) for d in all_dims)
    padded = [(1,) * (rank - len(d)) + d for d in all_dims]
    made = tuple(max(axis) for axis in zip(*padded, strict=True))
    if any(n not in (m, 1) for d in padded for n, m in zip(d, made, strict=True)):
        raise InputError(
            "it merges tensors of different shapes: " + ", ".join(str(list(d)) for d in all_dims)[:200]
        )
    return made


def _lies_on(context: Context, name: str, made: Shape, rank: int) -> bool:
    """Whether each position of the result reads the same position of `name`, or its only one."""
    dims = context.dims(name)
    aligned = to_shape((1,) * (rank - len(dims)) + dims)
    shape = context.shape(name)
    return aligned == shape and all(n in (m, 1) for n, m in zip(shape[1:], made[1:], strict=True))


def _reduce(context: Context, node: Any) -> None:
    source = context.source(node)
    dims, x = context.dims(source), context.shape(source)
    rank = len(dims)
    axes = context.list_input(node, 1, "axes")
    if not axes and context.integer(node, "noop_with_empty_axes", 0):
        context.add_same(node, 0)
        return
    _add_reduced(context, node, {axis_of(a, rank) for a in axes} if axes else set(range(rank)), dims, x)


def _arg_reduce(context: Context, node: Any) -> None:
    source = context.source(node)
    dims, x = context.dims(source), context.shape(source)
    axis = axis_of(context.integer(node, "axis", 0), len(dims))
    _add_reduced(context, node, {axis}, dims, x)


def _add_reduced(context: Context, node: Any, reduced: set[int], dims: Dims, x: Shape) -> None:
    keep = context.integer(node, "keepdims", 1)
    made = tuple(1 if a in reduced else n for a, n in enumerate(dims) if keep or a not in reduced)
    shape = to_shape(made)
    in_space = any(dims[a] > 1 for a in reduced & set(spatial_axes(len(dims))))
    receptive = POINTWISE if not in_space and shape[1:] == x[1:] else WHOLE
    context.add(node, Facts(shape, float(math.prod(x)), 0, receptive), made, sources=[node.input[0]])


HANDLERS: Mapping[str, Handler] = (
    {
        name: _activation
        for name in POINTWISE_FLOPS
        if name not in ("Softmax", "LogSoftmax", "PRelu", "Region", "Yolo", "Scale", "Bias", "Activation")
    }
    | dict.fromkeys(_MERGES, _merge)
    | dict.fromkeys(_OVER_POSITIONS, _normalise)
    | dict.fromkeys(_REDUCTIONS, _reduce)
    | dict.fromkeys(("ArgMax", "ArgMin"), _arg_reduce)
    | dict.fromkeys(("LpNormalization", "Hardmax", "CumSum"), _along_axis)
    | {"LRN": _lrn, "Softmax": _softmax, "LogSoftmax": _softmax}
)
