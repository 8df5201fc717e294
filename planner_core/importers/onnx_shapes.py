"""ONNX operators that move, cut or join elements: Reshape, Transpose, Concat, Split, Slice, Pad, ..."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from planner_core.errors import InputError
from planner_core.importers.onnx_context import Context, Handler, spatial_axes, to_shape
from planner_core.importers.onnx_graph import Dims
from planner_core.network import operators as ops
from planner_core.network.model import POINTWISE, WHOLE, Receptive, Shape, Window
from planner_core.network.operators import Facts

__all__ = ["HANDLERS", "axis_of"]


def axis_of(axis: int, rank: int) -> int:
    """Return an axis that may count from the end as one that counts from the beginning."""
    if not -rank <= axis < rank:
        raise InputError(f"its axis {axis} is none of {rank}")
    return axis % rank


def _reshape(context: Context, node: Any) -> None:
    dims = context.dims(context.source(node))
    wanted = list(context.list_input(node, 1, "shape") or ())
    if not context.integer(node, "allowzero", 0):
        wanted = [dims[i] if n == 0 else n for i, n in enumerate(wanted)]
    if wanted.count(-1) == 1:
        rest = -math.prod(wanted)
        wanted[wanted.index(-1)] = math.prod(dims) // rest if rest > 0 else 0
    context.add_reshaped(node, tuple(wanted))


def _squeeze(context: Context, node: Any) -> None:
    dims = context.dims(context.source(node))
    axes = context.list_input(node, 1, "axes")
    if axes is None:
        context.add_reshaped(node, tuple(n for n in dims if n != 1))
        return
    gone = {axis_of(axis, len(dims)) for axis in axes}
    context.add_reshaped(node, tuple(n for axis, n in enumerate(dims) if axis not in gone))


def _unsqueeze(context: Context, node: Any) -> None:
    dims = context.dims(context.source(node))
    axes = context.list_input(node, 1, "axes") or ()
    rank = len(dims) + len(axes)
    new = {axis_of(axis, rank) for axis in axes}
    left = iter(dims)
    context.add_reshaped(node, tuple(1 if axis in new else next(left, 0) for axis in range(rank)))


def _flatten(context: Context, node: Any) -> None:
    source = context.source(node)
    dims = context.dims(source)
    axis = context.integer(node, "axis", 1)
    axis = axis if axis == len(dims) else axis_of(axis, max(len(dims), 1))
    made = (math.prod(dims[:axis]), math.prod(dims[axis:]))
    if made[0] == 1:
        context.add(node, ops.flatten(context.shape(source)), made)
    else:
        context.add_reshaped(node, made)


def _transpose(context: Context, node: Any) -> None:
    source = context.source(node)
    dims = context.dims(source)
    rank = len(dims)
    perm = context.list_attribute(node, "perm") or tuple(reversed(range(rank)))
    if sorted(perm) != list(range(rank)):
        raise InputError(f"its perm {list(perm)[:8]} is no order of {rank} axes")
    made = tuple(dims[axis] for axis in perm)
    shape = to_shape(made)
    space = spatial_axes(rank)
    moved = [axis for axis in perm if dims[axis] > 1]
    stays = all(perm[axis] == axis for axis in space) or moved == sorted(moved)
    same = stays and shape == context.shape(source)
    context.add(node, Facts(shape, 0.0, 0, POINTWISE) if same else ops.whole(shape), made)


def _concat(context: Context, node: Any) -> None:
    all_dims = [context.dims(name) for name in node.input]
    rank = len(all_dims[0])
    axis = axis_of(context.integer(node, "axis", 1), rank)
    for dims in all_dims:
        if len(dims) != rank or any(
            n != m for a, (n, m) in enumerate(zip(dims, all_dims[0], strict=True)) if a != axis
        ):
            listed = ", ".join(str(list(d)) for d in all_dims)
            raise InputError(f"it concatenates tensors that differ in other axes too: {listed[:200]}")
    made = list(all_dims[0])
    made[axis] = sum(dims[axis] for dims in all_dims)
    # Dimensions in front of the channels that are joined turn into channels in the planner's order as well.
    receptive: Receptive = WHOLE if axis in spatial_axes(rank) else POINTWISE
    context.add(node, Facts(to_shape(tuple(made)), 0.0, 0, receptive), tuple(made))


def _split(context: Context, node: Any) -> None:
    source = context.source(node)
    dims = context.dims(source)
    axis = axis_of(context.integer(node, "axis", 0), len(dims))
    start = 0
    for output, name in enumerate(node.output):
        if not name:
            raise InputError("one of its outputs has no name")
        made = context.made(node, output)
        receptive = _cut(dims, {axis: (start, 1)}, made)
        context.add(node, Facts(to_shape(made), 0.0, 0, receptive), made, sources=[source], output=output)
        start += made[axis]


def _slice(context: Context, node: Any) -> None:
    source, made = context.source(node), context.made(node)
    dims = context.dims(source)
    rank = len(dims)
    starts = context.list_input(node, 1, "starts")
    if starts is None:
        raise InputError("its starts are missing")
    axes = context.list_input(node, 3, "axes")
    axes = tuple(range(len(starts))) if axes is None else axes
    steps = context.list_input(node, 4, "steps") or (1,) * len(axes)
    cuts = {}
    for axis, start, step in zip(axes, starts, steps, strict=True):
        a = axis_of(axis, rank)
        cuts[a] = (min(max(start + dims[a] if start < 0 else start, 0), dims[a] - 1), step)
    context.add(node, Facts(to_shape(made), 0.0, 0, _cut(dims, cuts, made)), made, sources=[source])


def _cut(dims: Dims, cuts: Mapping[int, tuple[int, int]], made: Dims) -> Receptive:
    """Return what a selection reads: place y of an axis that is cut reads start + step * y.

    A window cannot begin at an offset, so it spans from there: more than is needed, but never less.
    """
    kernel, stride = [1, 1], [1, 1]
    space = spatial_axes(len(dims))
    for axis, (start, step) in cuts.items():
        if axis in space:
            if step < 0:
                return WHOLE
            kernel[axis - space[0]], stride[axis - space[0]] = start + 1, step
    if kernel == stride == [1, 1] and to_shape(made)[1:] == to_shape(dims)[1:]:
        return POINTWISE
    return Window((kernel[0], kernel[1]), (stride[0], stride[1]))


def _gather(context: Context, node: Any) -> None:
    made = context.made(node)
    sources = context.data(node)
    dims = context.dims(node.input[0])
    rank = len(dims)
    axis = axis_of(context.integer(node, "axis", 0), rank)
    channels = sources == [node.input[0]] and axis not in spatial_axes(rank)
    facts = ops.whole(to_shape(made))
    if channels and len(made) == rank:
        facts = _selection(context, sources, to_shape(made))
    elif channels and to_shape(made)[1:] == to_shape(dims)[1:] and len(made) >= 4:
        facts = Facts(to_shape(made), 0.0, 0, POINTWISE)  # an axis in front of the map is gone
    context.add(node, facts, made)


def _selection(context: Context, sources: list[str], made: Shape) -> Facts:
    """Some channels of the sources, where the map is theirs; otherwise nothing is known of the places."""
    same_map = all(context.shape(name)[1:] == made[1:] for name in sources)
    return Facts(made, 0.0, 0, POINTWISE) if same_map else ops.whole(made)


def _spread(context: Context, node: Any) -> None:
    """Expand and Tile: a map of one position goes everywhere; a larger one must stay as it is."""
    source, made = context.source(node), context.made(node)
    dims = context.dims(source)
    aligned = to_shape((1,) * (len(made) - len(dims)) + dims)
    pairs = list(zip(aligned[1:], to_shape(made)[1:], strict=True))
    at_places = aligned == context.shape(source) and all(n in (m, 1) for n, m in pairs)
    context.add(
        node, Facts(to_shape(made), 0.0, 0, POINTWISE if at_places else WHOLE), made, sources=[source]
    )


def _pad(context: Context, node: Any) -> None:
    source, made = context.source(node), context.made(node)
    x, rank = context.shape(source), len(context.dims(source))
    pads = context.list_input(node, 1, "pads") or context.list_input(node, 1, "paddings")
    begin, end = _per_axis_pads(pads or (), context.list_input(node, 3, "axes"), rank)
    space = spatial_axes(rank)
    mode = context.attribute(node, "mode", "constant")
    elsewhere = any(begin[axis] or end[axis] for axis in range(rank) if axis not in space)
    facts = ops.whole(to_shape(made))
    if space and not elsewhere and min(begin + end) >= 0:
        q0 = [begin[axis] for axis in space] + [0] * (2 - len(space))
        q1 = [end[axis] for axis in space] + [0] * (2 - len(space))
        if mode == "constant":
            facts = ops.pad(x, (q0[0], q0[1], q1[0], q1[1]))
        elif mode in ("reflect", "edge"):
            facts = Facts(to_shape(made), 0.0, 0, _mirror(q0, q1))
    context.add(node, facts, made, sources=[source])


def _mirror(begin: list[int], end: list[int]) -> Window:
    """Places in the border read up to its width inside; the window spans both that and the place itself."""
    (b0, b1), (e0, e1) = begin, end
    kernel = (1 + 2 * b0 + 2 * e0, 1 + 2 * b1 + 2 * e1)
    return Window(kernel, padding=(b0 + 2 * e0, b1 + 2 * e1, 2 * b0 + e0, 2 * b1 + e1))


def _per_axis_pads(
    pads: tuple[int, ...], axes: tuple[int, ...] | None, rank: int
) -> tuple[list[int], list[int]]:
    where = range(rank) if axes is None else [axis_of(axis, rank) for axis in axes]
    if len(pads) != 2 * len(where):
        raise InputError(f"its pads {list(pads)[:16]} are not two for each of {len(where)} axes")
    begin, end = [0] * rank, [0] * rank
    for i, axis in enumerate(where):
        begin[axis], end[axis] = pads[i], pads[i + len(where)]
    return begin, end


def _space_to_depth(context: Context, node: Any) -> None:
    x = _image(context, node)
    facts = ops.reorg(x, context.integer(node, "blocksize", 0))
    context.add(node, facts, (1, *facts.shape))


def _depth_to_space(context: Context, node: Any) -> None:
    x = _image(context, node)
    facts = ops.pixel_shuffle(x, context.integer(node, "blocksize", 0))
    context.add(node, facts, (1, *facts.shape))


def _image(context: Context, node: Any) -> Shape:
    dims = context.dims(context.source(node))
    if len(dims) != 4 or dims[0] != 1:
        raise InputError(f"its input has dimensions {list(dims)}; (1, C, H, W) can be planned")
    return context.shape(node.input[0])


HANDLERS: Mapping[str, Handler] = {
    "Reshape": _reshape,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Flatten": _flatten,
    "Transpose": _transpose,
    "Concat": _concat,
    "Split": _split,
    "Slice": _slice,
    "Gather": _gather,
    "Expand": _spread,
    "Tile": _spread,
    "Pad": _pad,
    "SpaceToDepth": _space_to_depth,
    "DepthToSpace": _depth_to_space,
}
