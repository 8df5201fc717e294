"""ONNX operators that multiply matrices: Gemm, MatMul, Einsum, Attention."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from planner_core.errors import InputError
from planner_core.importers.onnx_context import Context, Handler, spatial_axes, to_shape
from planner_core.importers.onnx_graph import Dims
from planner_core.network import operators as ops
from planner_core.network.model import POINTWISE, WHOLE
from planner_core.network.operators import Facts

__all__ = ["HANDLERS"]

# Behind scale and zero point of the first factor.
_SECOND_FACTOR = {"QLinearMatMul": 3}


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
    left, right = ((1, *a) if len(a) == 1 else a), ((*b, 1) if len(b) == 1 else b)
    if left[-1] != right[-2]:
        raise InputError(f"it multiplies {list(a)} by {list(b)}")
    many = _broadcast(left[:-2], right[:-2])
    made = many + (left[-2:-1] if len(a) > 1 else ()) + (right[-1:] if len(b) > 1 else ())
    inner = left[-1]
    if context.data(node) == list(node.input[1:2]) and len(left) == 2 and len(b) == 3:
        # Weights from the left mix the channels of a (N, C, L) tensor and leave its places alone.
        macs = math.prod(made) * inner
        context.add(node, Facts(to_shape(made), float(2 * macs), macs, POINTWISE), made)
        return
    _product(context, node, made, inner)


def _broadcast(a: Dims, b: Dims) -> Dims:
    rank = max(len(a), len(b))
    pairs = zip((1,) * (rank - len(a)) + a, (1,) * (rank - len(b)) + b, strict=True)
    made = []
    for m, n in pairs:
        if m != n and 1 not in (m, n):
            raise InputError(f"it multiplies stacks of {list(a)} and {list(b)} matrices")
        made.append(max(m, n))
    return tuple(made)


def _product(context: Context, node: Any, dims: Dims, inner: int) -> None:
    sources = context.data(node)
    if dims and math.prod(dims) == dims[-1] and sources == [node.input[0]]:
        x = context.shape(sources[0])
        if math.prod(x) == inner:
            context.add(node, ops.dense(x, dims[-1]), dims, sources=sources)
            return
    context.add(node, ops.matmul(to_shape(dims), inner), dims, sources=sources)


def _einsum(context: Context, node: Any) -> None:
    made = context.made(node)
    equation = context.attribute(node, "equation", "")
    if not isinstance(equation, str) or "." in equation:
        raise InputError(f"its equation '{str(equation)[:60]}' cannot be planned")
    terms, _, result = equation.replace(" ", "").partition("->")
    operands = terms.split(",")
    extents: dict[str, int] = {}
    for term, name in zip(operands, node.input, strict=True):
        for letter, extent in zip(term, context.dims(name), strict=True):
            extents[letter] = max(extents.get(letter, 1), extent)
    products = math.prod(extents.values())
    sources = context.data(node)
    if len(operands) == 1:
        flops, macs = (float(products) if len(set(terms)) > len(result or terms) else 0.0), 0
    else:
        macs = products * (len(operands) - 1)
        flops = float(2 * macs)
    at_places = len(sources) == 1 and _keeps_places(
        context, operands[list(node.input).index(sources[0])], result
    )
    receptive = POINTWISE if at_places and context.shape(sources[0])[1:] == to_shape(made)[1:] else WHOLE
    context.add(node, Facts(to_shape(made), flops, macs, receptive), made)


def _keeps_places(context: Context, term: str, result: str) -> bool:
    """Whether the axes of space of an Einsum's computed operand are those of its result, as in a 1x1 convolution."""
    if len(term) != len(result):
        return False
    space = spatial_axes(len(term))
    return bool(space) and all(term[axis] == result[axis] for axis in space)


def _attention(context: Context, node: Any) -> None:
    """softmax(Q K) V, as of opset 23: the products of its two multiplications, and the softmax between."""
    made = context.made(node)
    q, k, v = (context.dims(name) for name in node.input[:3])
    if len(q) == 4:
        heads, queries, width, value_width = q[1], q[2], q[3], v[3]
        keys = k[2]
    else:
        heads = context.integer(node, "q_num_heads", 1)
        queries, keys = q[1], k[1]
        width = q[2] // heads
        value_width = v[2] // context.integer(node, "kv_num_heads", 1)
    if len(node.input) > 4 and node.input[4]:  # keys that are kept from before
        keys += context.dims(node.input[4])[2]
    scores = q[0] * heads * queries * keys
    macs = scores * (width + value_width)
    facts = Facts(to_shape(made), float(2 * macs + 3 * scores), macs, WHOLE)
    context.add(node, facts, made)
    for output in range(1, len(node.output)):
        if node.output[output]:
            dims = context.made(node, output)
            context.add(node, ops.whole(to_shape(dims)), dims, output=output)


HANDLERS: Mapping[str, Handler] = {
    "Gemm": _gemm,
    "MatMul": _matmul,
    "QLinearMatMul": _matmul,
    "MatMulInteger": _matmul,
    "Einsum": _einsum,
    "Attention": _attention,
}
