"""ONNX operators that move, cut or join elements: Reshape, Transpose, Concat, Split, Slice, Pad, Resize."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner_core.errors import InputError
from planner_core.importers.onnx_context import Context, Handler, spatial_axes, to_shape
from planner_core.network import operators as ops
from planner_core.network.model import POINTWISE, Shape, Transposed, Window
from planner_core.network.operators import Facts

__all__ = ["HANDLERS", "axis_of"]


def axis_of(axis: int, rank: int) -> int:
    """Return an axis that may count from the end as one that counts from the beginning."""
    if not -rank <= axis < rank:
        raise InputError(f"its axis {axis} is none of {rank}")
    return axis % rank


def _reshape(context: Context, node: Any) -> None:
    context.add_reshaped(node)


def _flatten(context: Context, node: Any) -> None:
    dims = context.dims(node.input[0])
    axis = context.integer(node, "axis", 1)
    if axis == 1 and dims[:1] == (1,):
        context.add(node, ops.flatten(context.shape(node.input[0])), dims=(1, _product(dims)))
    else:
        context.add_reshaped(node)


def _transpose(context: Context, node: Any) -> None:
    dims = context.dims(node.input[0])
    rank = len(dims)
    perm = context.integers(node, "perm", rank, -1)
    perm = tuple(reversed(range(rank))) if perm == (-1,) * rank else perm
    if sorted(perm) != list(range(rank)):
        raise InputError(f"its perm {list(perm)} is no order of {rank} axes")
    made = tuple(dims[axis] for axis in perm)
    shape, source = to_shape(made), context.shape(node.input[0])
    space = spatial_axes(rank)
    moved = [axis for axis in perm if dims[axis] > 1]
    stays = all(perm[axis] == axis for axis in space) or moved == sorted(moved)
    same = stays and shape == source
    context.add(node, Facts(shape, 0.0, 0, POINTWISE) if same else ops.whole(shape), dims=made)


def _concat(context: Context, node: Any) -> None:
    sources = context.data(node)
    rank = len(context.dims(sources[0]))
    axis = axis_of(context.integer(node, "axis", 1), rank)
    if len(sources) == len(node.input) and axis not in spatial_axes(rank):
        dims = list(context.dims(sources[0]))
        dims[axis] = sum(context.dims(name)[axis] for name in sources)
        context.add(node, ops.concat([context.shape(name) for name in sources]), dims=tuple(dims))
        return
    made = context.output_shape(node)
    context.add(
        node, _selection(context, sources, made) if axis not in spatial_axes(rank) else ops.whole(made)
    )


def _split(context: Context, node: Any) -> None:
    source = node.input[0]
    rank = len(context.dims(source))
    in_space = axis_of(context.integer(node, "axis", 0), rank) in spatial_axes(rank)
    for output, name in enumerate(node.output):
        if name:
            made = context.output_shape(node, output)
            facts = ops.whole(made) if in_space else _selection(context, [source], made)
            context.add(node, facts, sources=[source], output=output)


def _slice(context: Context, node: Any) -> None:
    source, made = node.input[0], context.output_shape(node)
    dims = context.dims(source)
    axes = context.list_input(node, 3, "axes")
    axes = tuple(range(len(dims))) if axes is None else axes
    steps = context.list_input(node, 4, "steps") or (1,) * len(axes)
    space = spatial_axes(len(dims))
    in_order = all(s > 0 for a, s in zip(axes, steps, strict=True) if axis_of(a, len(dims)) in space)
    facts = _selection(context, [source], made) if in_order else ops.whole(made)
    context.add(node, facts, sources=[source])


def _gather(context: Context, node: Any) -> None:
    made = context.output_shape(node)
    sources = context.data(node)
    rank = len(context.dims(node.input[0]))
    axis = axis_of(context.integer(node, "axis", 0), rank)
    channels = sources == [node.input[0]] and axis not in spatial_axes(rank)
    same_rank = len(context.dims(node.output[0])) == rank
    facts = _selection(context, sources, made) if channels and same_rank else ops.whole(made)
    context.add(node, facts)


def _selection(context: Context, sources: list[str], made: Shape) -> Facts:
    """Some channels of the sources, where the map is theirs; otherwise nothing is known of the places."""
    same_map = all(context.shape(name)[1:] == made[1:] for name in sources)
    return Facts(made, 0.0, 0, POINTWISE) if same_map else ops.whole(made)


def _pad(context: Context, node: Any) -> None:
    source, made = node.input[0], context.output_shape(node)
    rank = len(context.dims(source))
    pads = context.list_input(node, 1, "pads") or context.list_input(node, 1, "paddings")
    axes = context.list_input(node, 3, "axes")
    begin, end = _per_axis_pads(pads or (), axes, rank)
    space = spatial_axes(rank)
    plain = (
        context.attribute(node, "mode", "constant") == "constant"
        and len(space) == 2
        and min(begin + end) >= 0
        and not any(begin[axis] or end[axis] for axis in range(rank) if axis not in space)
    )
    if plain:
        facts = ops.pad(context.shape(source), (begin[-2], begin[-1], end[-2], end[-1]))
    else:
        facts = ops.whole(made)
    context.add(node, facts, sources=[source])


def _per_axis_pads(
    pads: tuple[int, ...], axes: tuple[int, ...] | None, rank: int
) -> tuple[list[int], list[int]]:
    where = range(rank) if axes is None else [axis_of(axis, rank) for axis in axes]
    if len(pads) != 2 * len(where):
        raise InputError(f"its pads {list(pads)} are not two for each of {len(where)} axes")
    begin, end = [0] * rank, [0] * rank
    for i, axis in enumerate(where):
        begin[axis], end[axis] = pads[i], pads[i + len(where)]
    return begin, end


def _resize(context: Context, node: Any) -> None:
    source, made = node.input[0], context.output_shape(node)
    x = context.shape(source)
    facts = ops.whole(made)
    if made[0] == x[0] and made[1] % x[1] == 0 and made[2] % x[2] == 0:
        factors = (made[1] // x[1], made[2] // x[2])
        if _is_nearest(context, node, max(factors)):
            facts = ops.upsample(x, factors)
        elif _is_bilinear(context, node):
            facts = _bilinear(made, factors)
    context.add(node, facts, sources=[source])


def _is_nearest(context: Context, node: Any, factor: int) -> bool:
    """Whether output row y reads row y // factor, whichever way the coordinates are rounded."""
    if context.attribute(node, "mode", "nearest") != "nearest":
        return False
    if node.op_type == "Upsample":
        return True
    where = context.attribute(node, "coordinate_transformation_mode", "half_pixel")
    rounding = context.attribute(node, "nearest_mode", "round_prefer_floor")
    if where == "asymmetric":
        return rounding == "floor" or factor == 1 or (factor == 2 and rounding == "round_prefer_floor")
    return where in ("half_pixel", "pytorch_half_pixel") and rounding.startswith("round_prefer")


def _is_bilinear(context: Context, node: Any) -> bool:
    where = context.attribute(node, "coordinate_transformation_mode", "half_pixel")
    return (
        node.op_type == "Resize"
        and context.attribute(node, "mode", "nearest") == "linear"
        and where in ("half_pixel", "pytorch_half_pixel")
    )


def _bilinear(made: Shape, factors: tuple[int, int]) -> Facts:
    """Bilinear upsampling reads what the transposed convolution with the tent kernel reads: one row more.

    SPEC gives no figure for it; four products and their sum make 8 FLOP per element.
    """
    kernel = (2 * factors[0] - factors[0] % 2, 2 * factors[1] - factors[1] % 2)
    top, left = factors[0] // 2, factors[1] // 2
    window = Window(kernel, factors, (top, left, top, left))
    return Facts(made, 8.0 * made[0] * made[1] * made[2], 0, Transposed(window))


def _space_to_depth(context: Context, node: Any) -> None:
    context.add(node, ops.reorg(_image(context, node), context.integer(node, "blocksize", 0)))


def _depth_to_space(context: Context, node: Any) -> None:
    context.add(node, ops.pixel_shuffle(_image(context, node), context.integer(node, "blocksize", 0)))


def _image(context: Context, node: Any) -> Shape:
    if len(context.dims(node.input[0])) != 4:
        raise InputError(f"its input has {len(context.dims(node.input[0]))} dimensions; four are needed")
    return context.shape(node.input[0])


def _product(dims: tuple[int, ...]) -> int:
    total = 1
    for extent in dims:
        total *= extent
    return total


HANDLERS: Mapping[str, Handler] = {
    "Reshape": _reshape,
    "Squeeze": _reshape,
    "Unsqueeze": _reshape,
    "Flatten": _flatten,
    "Transpose": _transpose,
    "Concat": _concat,
    "Split": _split,
    "Slice": _slice,
    "Gather": _gather,
    "Pad": _pad,
    "Resize": _resize,
    "Upsample": _resize,
    "SpaceToDepth": _space_to_depth,
    "DepthToSpace": _depth_to_space,
}
