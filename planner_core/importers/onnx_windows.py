"""ONNX operators with a window: convolution, transposed convolution, pooling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from planner_core.errors import InputError
from planner_core.importers.onnx_context import Context, Handler, to_shape
from planner_core.importers.onnx_graph import Dims
from planner_core.network import operators as ops
from planner_core.network.model import WHOLE, Shape, Window
from planner_core.network.operators import Facts

__all__ = ["HANDLERS"]

# Behind scale and zero point of the first factor.
_SECOND_FACTOR = {"QLinearConv": 3}


def _conv(context: Context, node: Any) -> None:
    weights = _weights(context, node)
    x, rank = _map(context, node)
    window = _window(context, node, x, rank, weights[2:])
    groups = context.integer(node, "group", 1)
    if weights[1] * groups != x[0]:
        raise InputError(f"its weights {list(weights)} in {groups} groups do not fit {x[0]} input channels")
    _add(context, node, ops.convolution(x, weights[0], window, groups), _groups(groups))


def _conv_transpose(context: Context, node: Any) -> None:
    weights = _weights(context, node)
    x, rank = _map(context, node)
    groups = context.integer(node, "group", 1)
    if weights[0] != x[0]:
        raise InputError(f"its weights {list(weights)} do not fit {x[0]} input channels")
    extra = _pair(context.integers(node, "output_padding", rank - 2, 0), 0)
    window, extra = _transposed_window(context, node, x, rank, weights[2:], extra)
    facts = ops.transposed_convolution(x, weights[1] * groups, window, groups, extra)
    _add(context, node, facts, _groups(groups))


def _pool(context: Context, node: Any) -> None:
    x, rank = _map(context, node)
    window = _window(context, node, x, rank, None)
    ceil_mode = bool(context.integer(node, "ceil_mode", 0))
    facts = ops.pool(x, window, ceil_mode)
    _add(context, node, facts, {"ceil_mode": True} if ceil_mode else None)
    if len(node.output) > 1 and node.output[1]:  # where the maxima were
        _add(context, node, replace(facts, flops=0.0), output=1)


def _global_pool(context: Context, node: Any) -> None:
    x, _ = _map(context, node)
    _add(context, node, ops.global_pool(x))


def _add(
    context: Context, node: Any, facts: Facts, attributes: dict[str, Any] | None = None, output: int = 0
) -> None:
    """Add a layer whose facts are for one of the batch, which is more than 1 behind a Reshape only."""
    source = node.input[0]
    dims = context.dims(source)
    count = dims[0]
    shape = (count * facts.shape[0], *facts.shape[1:])
    facts = Facts(shape, count * facts.flops, count * facts.macs, facts.receptive)
    computed = [name for name in node.input[1:] if name and name not in context.constants]
    if computed:  # weights that the network works out are needed whole, and one layer reads all in one way
        facts = replace(facts, receptive=WHOLE)
    made = (count, shape[0] // count, *shape[1:])[: len(dims)]
    context.add(node, facts, made, sources=[source, *computed], attributes=attributes, output=output)


def _weights(context: Context, node: Any) -> Dims:
    dims = context.dims(node.input[_SECOND_FACTOR.get(node.op_type, 1)])
    if len(dims) not in (3, 4):
        raise InputError(f"its weights have {len(dims)} dimensions; one or two of space can be planned")
    return dims


def _map(context: Context, node: Any) -> tuple[Shape, int]:
    """(C, H, W) of one of the batch and the rank of the first input, which has one or two axes of space."""
    dims = context.dims(context.source(node))
    if len(dims) not in (3, 4):
        raise InputError(f"its input has {len(dims)} dimensions; one or two of space can be planned")
    return to_shape((1, *dims[1:])), len(dims)


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
        raise InputError(f"its auto_pad is '{str(mode)[:40]}', which ONNX does not know")
    totals = []
    for n, k, s, d in zip(x[1:], window.kernel, window.stride, window.dilation, strict=True):
        totals.append(max((-(-n // s) - 1) * s + (k - 1) * d + 1 - n, 0))
    return _share(totals, mode == "SAME_UPPER")


def _transposed_window(
    context: Context, node: Any, x: Shape, rank: int, weights: Dims, extra: tuple[int, int]
) -> tuple[Window, tuple[int, int]]:
    """Return the window, and how much is added at the end of the output."""
    window = _window(context, node, x, rank, weights)
    mode = context.attribute(node, "auto_pad", "NOTSET")
    wanted = context.list_attribute(node, "output_shape")
    if mode not in ("SAME_UPPER", "SAME_LOWER") and not wanted:
        return window, extra
    if not wanted:
        target = [n * s for n, s in zip(x[1:], window.stride, strict=True)]
    else:
        target = list(_pair(wanted[-(rank - 2) :], 1))
    axes = zip(x[1:], window.kernel, window.stride, window.dilation, extra, target, strict=True)
    totals = [(n - 1) * s + e + (k - 1) * d + 1 - t for n, k, s, d, e, t in axes]
    # What is missing for the wanted size is added at the end, where nothing is read.
    more = [e + max(-total, 0) for e, total in zip(extra, totals, strict=True)]
    # ONNX puts the odd one at the end here for SAME_UPPER, and at the beginning otherwise.
    padding = _share([max(total, 0) for total in totals], mode == "SAME_UPPER")
    return Window(window.kernel, window.stride, padding, window.dilation), (more[0], more[1])


def _share(totals: list[int], more_at_end: bool) -> tuple[int, int, int, int]:
    small = [total // 2 for total in totals]
    large = [total - half for total, half in zip(totals, small, strict=True)]
    begin, end = (small, large) if more_at_end else (large, small)
    return begin[0], begin[1], end[0], end[1]


def _pair(values: Dims, missing: int) -> tuple[int, int]:
    """H and W; a one-dimensional operator works along H."""
    return (values[0], values[1]) if len(values) == 2 else (values[0], missing)


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
    "QLinearConv": _conv,
    "ConvInteger": _conv,
}
