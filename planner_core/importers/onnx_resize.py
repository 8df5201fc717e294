"""ONNX's Resize and Upsample: what each output position reads, by mode and rounding."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from planner_core.errors import InputError
from planner_core.importers.onnx_context import Context, Handler, spatial_axes, to_shape
from planner_core.importers.onnx_graph import Dims
from planner_core.importers.onnx_shapes import axis_of
from planner_core.network.model import WHOLE, Receptive, Transposed, Upsample, Window
from planner_core.network.operators import Facts

__all__ = ["HANDLERS"]

_CENTRED = ("half_pixel", "pytorch_half_pixel")


def _resize(context: Context, node: Any) -> None:
    """Enlarging and shrinking by whole numbers keeps to a window; all else reads its whole input.

    SPEC gives no figure for interpolation: four products and their sum make 8 FLOP per element.
    """
    source = context.source(node)
    dims = context.dims(source)
    mode = context.attribute(node, "mode", "nearest")
    scales = _scales(context, node, len(dims))
    made = _made(dims, scales) if scales else context.made(node)
    x, shape = to_shape(dims), to_shape(made)
    receptive: Receptive = WHOLE
    if x[0] == shape[0] and (len(made) == len(dims)):
        scaled = [_scale(scales, axis, dims, made) for axis in spatial_axes(len(dims))]
        scaled += [(1, 1)] * (2 - len(scaled))
        receptive = _receptive(context, node, mode, scaled)
    flops = 0.0 if mode == "nearest" else 8.0 * math.prod(shape)
    context.add(node, Facts(shape, flops, 0, receptive), made, sources=[source])


def _scales(context: Context, node: Any, rank: int) -> tuple[float, ...] | None:
    """Return the factor of each axis where the node gives factors, or None where it gives sizes."""
    given = context.attribute(node, "scales")
    index = 1 if node.op_type == "Upsample" or context.opset < 11 else 2
    if given is None and index < len(node.input) and node.input[index]:
        value = context.value(node.input[index])
        if value is None:
            raise InputError(
                f"its scales, '{node.input[index]}', has no value that is known before the network runs"
            )
        given = value.ravel().tolist()
    if not given:
        return None
    axes = context.list_attribute(node, "axes")
    places = range(rank) if axes is None else [axis_of(axis, rank) for axis in axes]
    scales = [1.0] * rank
    for axis, scale in zip(places, given, strict=True):
        if not (math.isfinite(scale) and scale > 0):
            raise InputError(f"it scales by {scale}")
        scales[axis] = float(scale)
    return tuple(scales)


def _made(dims: Dims, scales: tuple[float, ...]) -> Dims:
    return tuple(math.floor(n * scale) for n, scale in zip(dims, scales, strict=True))


def _scale(scales: tuple[float, ...] | None, axis: int, dims: Dims, made: Dims) -> tuple[int, int]:
    """Return (enlarged by, shrunk by), both whole, or (0, 0) for any other factor."""
    n, m = dims[axis], made[axis]
    factor = scales[axis] if scales else m / n
    if m % n == 0 and m // n == factor:
        return m // n, 1
    if round(1 / factor) * factor == 1 and m * round(1 / factor) <= n:
        return 1, round(1 / factor)
    return 0, 0


def _receptive(context: Context, node: Any, mode: str, scaled: list[tuple[int, int]]) -> Receptive:
    ups, downs = (scaled[0][0], scaled[1][0]), (scaled[0][1], scaled[1][1])
    if node.op_type == "Upsample" or context.opset < 11:
        where, rounding = "asymmetric", "floor"
    else:
        where = context.attribute(node, "coordinate_transformation_mode", "half_pixel")
        rounding = context.attribute(node, "nearest_mode", "round_prefer_floor")
    plain = not context.integer(node, "exclude_outside", 0) and not context.integer(node, "antialias", 0)
    if min(ups) < 1 or not plain or where not in (*_CENTRED, "asymmetric"):
        return WHOLE
    if downs == (1, 1):
        if mode == "nearest" and all(_copies(factor, where, rounding) for factor in ups):
            return Upsample(ups)
        return _tent(ups, where in _CENTRED) if mode == "linear" else WHOLE
    if ups == (1, 1) and (mode == "nearest" or (mode == "linear" and where in _CENTRED)):
        # Whichever way it rounds, row y comes from rows y * step to (y + 1) * step - 1, or the next for "ceil".
        safe = mode == "linear" or where in _CENTRED or rounding == "floor"
        return Window(downs, downs) if safe else WHOLE
    return WHOLE


def _copies(factor: int, where: str, rounding: str) -> bool:
    """Whether output row y reads row y // factor, whichever way the coordinates are rounded."""
    if where == "asymmetric":
        return rounding == "floor" or factor == 1 or (factor == 2 and rounding == "round_prefer_floor")
    return factor == 1 or rounding.startswith("round_prefer")


def _tent(factors: tuple[int, int], centred: bool) -> Transposed:
    """Linear interpolation reads what the transposed convolution with the tent kernel reads: one row more."""
    if centred:
        kernel = (2 * factors[0] - factors[0] % 2, 2 * factors[1] - factors[1] % 2)
        top, left = factors[0] // 2, factors[1] // 2
        return Transposed(Window(kernel, factors, (top, left, top, left)))
    kernel = (2 * factors[0] - 1, 2 * factors[1] - 1)
    return Transposed(Window(kernel, factors, (factors[0] - 1, factors[1] - 1, 0, 0)))


HANDLERS: Mapping[str, Handler] = {"Resize": _resize, "Upsample": _resize}
