"""ONNX operators with weights or a window: convolution, pooling, Gemm, MatMul."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from planner_core.errors import InputError
from planner_core.importers.onnx_context import Context, Handler, to_shape
from planner_core.importers.onnx_graph import Dims
from planner_core.network import operators as ops
from planner_core.network.model import Shape, Window

__all__ = ["HANDLERS", "CeilRoundingDiffers"]

# Behind scale and zero point of the first factor.
_SECOND_FACTOR = {"QLinearConv": 3, "QLinearMatMul": 3}


class CeilRoundingDiffers(Exception):  # noqa: N818 - no fault of the file
    """ONNX's shape inference up to opset 21 keeps a pooling window that starts in the end padding.

    Parameters
    ----------
    node : NodeProto
    pads : list of int
        With these and without ceil mode the pooling gives the shape that runtimes give.
    """

    def __init__(self, node: Any, pads: list[int]) -> None:
        super().__init__(node.name)
        self.node = node
        self.pads = pads


def _conv(context: Context, node: Any) -> None:
    weights = _weights(context, node)
    x, rank = _map(context, node)
    window = _window(context, node, x, rank, weights[2:])
    groups = context.integer(node, "group", 1)
    if weights[1] * groups != x[0]:
        raise InputError(f"its weights {list(weights)} in {groups} groups do not fit {x[0]} input channels")
    facts = ops.convolution(x, weights[0], window, groups)
    context.add(
        node, facts, sources=node.input[:1], dims=_dims(facts.shape, rank), attributes=_groups(groups)
    )


def _conv_transpose(context: Context, node: Any) -> None:
    weights = _weights(context, node)
    x, rank = _map(context, node)
    groups = context.integer(node, "group", 1)
    if weights[0] != x[0]:
        raise InputError(f"its weights {list(weights)} do not fit {x[0]} input channels")
    extra = _pair(context.integers(node, "output_padding", rank - 2, 0), 0)
    window = _transposed_window(context, node, x, rank, weights[2:], extra)
    facts = ops.transposed_convolution(x, weights[1] * groups, window, groups, extra)
    context.add(
        node, facts, sources=node.input[:1], dims=_dims(facts.shape, rank), attributes=_groups(groups)
    )


def _pool(context: Context, node: Any) -> None:
    x, rank = _map(context, node)
    window = _window(context, node, x, rank, None)
    ceil_mode = bool(context.integer(node, "ceil_mode", 0))
    facts = ops.pool(x, window, ceil_mode)
    known = context.graph.dims.get(node.output[0])
    if ceil_mode and known is not None and to_shape(known) != facts.shape:
        raise CeilRoundingDiffers(node, _floor_pads(x, window, facts.shape, rank - 2))
    attributes = {"ceil_mode": True} if ceil_mode else None
    context.add(node, facts, sources=node.input[:1], dims=_dims(facts.shape, rank), attributes=attributes)


def _floor_pads(x: Shape, window: Window, made: Shape, space: int) -> list[int]:
    axes = zip(
        x[1:], made[1:], window.kernel, window.stride, window.dilation, window.padding[:2], strict=True
    )
    end = [max((out - 1) * s + (k - 1) * d + 1 - n - q, 0) for n, out, k, s, d, q in axes]
    return [*window.padding[:space], *end[:space]]


def _global_pool(context: Context, node: Any) -> None:
    x, rank = _map(context, node)
    facts = ops.global_pool(x)
    context.add(node, facts, dims=_dims(facts.shape, rank))


def _gemm(context: Context, node: Any) -> None:
    a, b = context.dims(node.input[0]), context.dims(node.input[1])
    if len(a) != 2 or len(b) != 2:
        raise InputError(f"it multiplies tensors of {len(a)} and {len(b)} dimensions")
    rows, inner = a[::-1] if context.integer(node, "transA", 0) else a
    depth, columns = b[::-1] if context.integer(node, "transB", 0) else b
    if inner != depth:
        raise InputError(f"it multiplies {rows}x{inner} by {depth}x{columns}")
    _product(context, node, (rows, columns), inner)


def _matmul(context: Context, node: Any) -> None:
    a, b = context.dims(node.input[0]), context.dims(node.input[_SECOND_FACTOR.get(node.op_type, 1)])
    if not a or not b:
        raise InputError("it multiplies a single number")
    known = context.graph.dims.get(node.output[0])
    if known is None and len(a) == len(b) == 2:
        known = (a[0], b[1])
    if known is None:
        raise InputError(f"the shape of its output '{node.output[0]}' is not known")
    _product(context, node, known, a[-1])


def _product(context: Context, node: Any, dims: Dims, inner: int) -> None:
    sources = context.data(node)
    if dims and math.prod(dims) == dims[-1] and sources == [node.input[0]] == sources[:1]:
        x = context.shape(sources[0])
        if math.prod(x) == inner:
            context.add(node, ops.dense(x, dims[-1]), sources=sources, dims=dims)
            return
    context.add(node, ops.matmul(to_shape(dims), inner), sources=sources, dims=dims)


def _weights(context: Context, node: Any) -> Dims:
    at = _SECOND_FACTOR.get(node.op_type, 1)
    if not context.is_constant(node, at):
        raise InputError("its weights are computed by the network, which cannot be planned")
    dims = context.dims(node.input[at])
    if len(dims) not in (3, 4):
        raise InputError(f"its weights have {len(dims)} dimensions; one or two of space can be planned")
    return dims


def _map(context: Context, node: Any) -> tuple[Shape, int]:
    """(C, H, W) and rank of the first input, which has one or two dimensions of space."""
    dims = context.dims(node.input[0])
    if len(dims) not in (3, 4):
        raise InputError(f"its input has {len(dims)} dimensions; one or two of space can be planned")
    if dims[0] != 1:
        raise InputError(f"its input has batch {dims[0]}; plans are for batch 1")
    return context.shape(node.input[0]), len(dims)


def _window(context: Context, node: Any, x: Shape, rank: int, weights: Dims | None) -> Window:
    space = rank - 2
    default = context.integers(node, "kernel_shape", space, 0)
    kernel = weights if weights is not None else default
    if weights is not None and len(weights) != space:
        raise InputError(f"its weights have {len(weights)} dimensions of space, its input {space}")
    if weights is not None and default not in ((0,) * space, weights):
        raise InputError(f"its kernel_shape is {list(default)}, but its weights are {list(weights)}")
    stride = context.integers(node, "strides", space, 1)
    dilation = context.integers(node, "dilations", space, 1)
    k, s, d = _pair(kernel, 1), _pair(stride, 1), _pair(dilation, 1)
    bare = Window(k, s, dilation=d)  # checks them before they are used
    return Window(k, s, _padding(context, node, x, space, bare), d)


def _padding(context: Context, node: Any, x: Shape, space: int, window: Window) -> tuple[int, int, int, int]:
    mode = context.attribute(node, "auto_pad", "NOTSET")
    if mode in ("NOTSET", ""):
        pads = context.integers(node, "pads", 2 * space, 0)
        begin, end = _pair(pads[:space], 0), _pair(pads[space:], 0)
        return begin[0], begin[1], end[0], end[1]
    if mode == "VALID":
        return 0, 0, 0, 0
    if mode not in ("SAME_UPPER", "SAME_LOWER"):
        raise InputError(f"its auto_pad is '{mode}', which ONNX does not know")
    totals = []
    for n, k, s, d in zip(x[1:], window.kernel, window.stride, window.dilation, strict=True):
        totals.append(max((-(-n // s) - 1) * s + (k - 1) * d + 1 - n, 0))
    return _share(totals, mode == "SAME_UPPER")


def _transposed_window(
    context: Context, node: Any, x: Shape, rank: int, weights: Dims, extra: tuple[int, int]
) -> Window:
    window = _window(context, node, x, rank, weights)
    mode = context.attribute(node, "auto_pad", "NOTSET")
    wanted = context.list_attribute(node, "output_shape")
    if mode not in ("SAME_UPPER", "SAME_LOWER") and wanted is None:
        return window
    if wanted is None:
        target = [n * s for n, s in zip(x[1:], window.stride, strict=True)]
    else:
        target = list(_pair(wanted[-(rank - 2) :], 1))
    axes = zip(x[1:], window.kernel, window.stride, window.dilation, extra, target, strict=True)
    totals = [max((n - 1) * s + e + (k - 1) * d + 1 - t, 0) for n, k, s, d, e, t in axes]
    # ONNX puts the odd one at the end here for SAME_UPPER, and at the beginning otherwise.
    return Window(window.kernel, window.stride, _share(totals, mode == "SAME_UPPER"), window.dilation)


def _share(totals: list[int], more_at_end: bool) -> tuple[int, int, int, int]:
    small = [total // 2 for total in totals]
    large = [total - half for total, half in zip(totals, small, strict=True)]
    begin, end = (small, large) if more_at_end else (large, small)
    return begin[0], begin[1], end[0], end[1]


def _pair(values: Dims, missing: int) -> tuple[int, int]:
    """H and W; a one-dimensional operator works along H."""
    return (values[0], values[1]) if len(values) == 2 else (values[0], missing)


def _dims(shape: Shape, rank: int) -> Dims:
    return (1, *shape)[:rank]


def _groups(groups: int) -> dict[str, Any] | None:
    return {"groups": groups} if groups != 1 else None


HANDLERS: Mapping[str, Handler] = {
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "MaxPool": _pool,
    "AveragePool": _pool,
    "LpPool": _pool,
    "GlobalAveragePool": _global_pool,
    "GlobalMaxPool": _global_pool,
    "GlobalLpPool": _global_pool,
    "Gemm": _gemm,
    "MatMul": _matmul,
    "QLinearConv": _conv,
    "ConvInteger": _conv,
    "QLinearMatMul": _matmul,
    "MatMulInteger": _matmul,
}
