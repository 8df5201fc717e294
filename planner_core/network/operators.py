"""Operator catalogue: shape, FLOPs, MACs and receptive field of each known operator (SPEC section 1)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from planner_core.errors import InputError
from planner_core.network.model import (
    POINTWISE,
    WHOLE,
    Layer,
    Receptive,
    Shape,
    Transposed,
    Upsample,
    Window,
)

__all__ = [
    "FLOPS_UNKNOWN",
    "POINTWISE_FLOPS",
    "Facts",
    "concat",
    "convolution",
    "dense",
    "elementwise",
    "flatten",
    "flops_unknown",
    "global_pool",
    "lrn",
    "matmul",
    "merge",
    "pad",
    "pixel_shuffle",
    "pool",
    "reorg",
    "select",
    "softmax",
    "transposed_convolution",
    "upsample",
    "whole",
]

Pair: TypeAlias = tuple[int, int]

_ZERO = ("Dropout", "Identity", "Cast")
_ONE = (
    "Relu", "LeakyRelu", "PRelu", "ThresholdedRelu", "Relu6", "Clip", "Elu", "Selu", "Celu", "Gelu", "Mish",
    "Swish", "Silu", "Sigmoid", "HardSigmoid", "HardSwish", "Logistic", "Tanh", "Softplus", "Softsign",
    "Exp", "Log", "Sqrt", "Reciprocal", "Neg", "Abs", "Sign", "Erf", "Floor", "Ceil", "Round", "Not",
    "Shrink", "Sin", "Cos", "Tan", "Sinh", "Cosh", "Asin", "Acos", "Atan", "Asinh", "Acosh", "Atanh",
    "IsNaN", "IsInf", "Scale", "Bias", "Activation", "QuantizeLinear", "DequantizeLinear", "Region", "Yolo",
)  # fmt: skip

POINTWISE_FLOPS: Mapping[str, int] = MappingProxyType(
    dict.fromkeys(_ZERO, 0)
    | dict.fromkeys(_ONE, 1)
    | {"BatchNormalization": 2, "Softmax": 3, "LogSoftmax": 3}
)
"""FLOP per element of the single-input operators that work position by position."""


FLOPS_UNKNOWN = "flops_unknown"
"""Attribute, true, of a layer whose operator nothing is known of: its `flops` are 0 because they have to be some."""


def flops_unknown(layer: Layer) -> bool:
    """Whether the layer's FLOPs are not known, and so stand as 0."""
    return layer.attributes.get(FLOPS_UNKNOWN) is True


@dataclass(frozen=True, slots=True)
class Facts:
    """What an operator makes of its inputs.

    Parameters
    ----------
    shape : (C, H, W)
        Of the output.
    flops : float
        FLOP for the whole output.
    macs : int
        Multiply-accumulates of convolution, FC and MatMul.
    receptive : Receptive
        What it reads of each input.
    """

    shape: Shape
    flops: float
    macs: int
    receptive: Receptive


def convolution(x: Shape, filters: int, window: Window, groups: int = 1) -> Facts:
    """Convolution of `x` (C, H, W); 2 FLOP per MAC, no bias term."""
    _check_groups(x[0], filters, groups)
    shape = (filters, *_slide(x, window))
    macs = math.prod(shape) * (x[0] // groups) * math.prod(window.kernel)
    return Facts(shape, float(2 * macs), macs, window)


def transposed_convolution(
    x: Shape, filters: int, window: Window, groups: int = 1, output_padding: Pair = (0, 0)
) -> Facts:
    """Transposed convolution: `window` is that of the convolution from its output to its input."""
    _check_groups(x[0], filters, groups)
    extents = tuple(
        (n - 1) * s - q0 - q1 + (k - 1) * d + 1 + extra
        for n, k, s, d, q0, q1, extra in zip(x[1:], *_per_axis(window), output_padding, strict=True)
    )
    if min(extents) < 1:
        raise InputError(f"its window leaves nothing of a {x[1]}x{x[2]} map")
    macs = math.prod(x) * (filters // groups) * math.prod(window.kernel)
    return Facts((filters, extents[0], extents[1]), float(2 * macs), macs, Transposed(window))


def pool(x: Shape, window: Window, ceil_mode: bool = False) -> Facts:
    """Max or average pooling: kh * kw FLOP per output element.

    With `ceil_mode` a last window that reaches over the end is kept, unless it would start in the padding
    there.
    """
    shape = (x[0], *_slide(x, window, ceil_mode))
    return Facts(shape, float(math.prod(shape) * math.prod(window.kernel)), 0, window)


def global_pool(x: Shape) -> Facts:
    """Pooling over the whole map: C * H * W FLOP of its input."""
    return Facts((x[0], 1, 1), float(math.prod(x)), 0, WHOLE)


def dense(x: Shape, units: int) -> Facts:
    """Fully connected layer over all elements of `x`; 2 FLOP per MAC, no bias term."""
    _check_count("units", units)
    macs = math.prod(x) * units
    return Facts((units, 1, 1), float(2 * macs), macs, WHOLE)


def matmul(shape: Shape, inner: int) -> Facts:
    """Matrix product with output `shape` and `inner` products per element; reads its inputs whole."""
    macs = math.prod(shape) * inner
    return Facts(shape, float(2 * macs), macs, WHOLE)


def elementwise(x: Shape, flops_per_element: int) -> Facts:
    """One input, position by position, shape kept."""
    return Facts(x, float(math.prod(x) * flops_per_element), 0, POINTWISE)


def softmax(x: Shape, over_space: bool = False) -> Facts:
    """Softmax: 3 FLOP per element; over the map's positions it reads its whole input."""
    whole_map = over_space and x[1] * x[2] > 1
    return Facts(x, 3.0 * math.prod(x), 0, WHOLE if whole_map else POINTWISE)


def lrn(x: Shape, size: int) -> Facts:
    """Local response normalisation across `size` channels: size + 2 FLOP per element, no halo."""
    _check_count("size", size)
    return elementwise(x, size + 2)


def merge(xs: Sequence[Shape]) -> Facts:
    """Add, mul, ... of k tensors with broadcasting: k - 1 FLOP per output element."""
    shape = tuple(max(axis) for axis in zip(*xs, strict=True))
    for x in xs:
        if any(n not in (m, 1) for n, m in zip(x, shape, strict=True)):
            raise InputError("it merges tensors of different shapes: " + ", ".join(_text(s) for s in xs))
    c, h, w = shape
    return Facts((c, h, w), float(math.prod(shape) * (len(xs) - 1)), 0, POINTWISE)


def concat(xs: Sequence[Shape]) -> Facts:
    """Concatenation along the channels; no FLOPs."""
    if len({x[1:] for x in xs}) != 1:
        raise InputError("it concatenates maps of different sizes: " + ", ".join(_text(x) for x in xs))
    return Facts((sum(x[0] for x in xs), *xs[0][1:]), 0.0, 0, POINTWISE)


def select(x: Shape, channels: int) -> Facts:
    """Keep `channels` of the channels of `x`; no FLOPs."""
    if not 1 <= channels <= x[0]:
        raise InputError(f"it takes {channels} channels of {x[0]}")
    return Facts((channels, *x[1:]), 0.0, 0, POINTWISE)


def reorg(x: Shape, stride: int) -> Facts:
    """Space to depth: blocks of stride x stride positions become channels; no FLOPs."""
    _check_count("stride", stride)
    if x[1] % stride or x[2] % stride:
        raise InputError(f"its stride {stride} does not divide the {x[1]}x{x[2]} map")
    window = Window((stride, stride), (stride, stride))
    return Facts((x[0] * stride**2, x[1] // stride, x[2] // stride), 0.0, 0, window)


def pixel_shuffle(x: Shape, stride: int) -> Facts:
    """Depth to space, the inverse of `reorg`; no FLOPs."""
    _check_count("stride", stride)
    if x[0] % stride**2:
        raise InputError(f"its {x[0]} channels do not divide into blocks of {stride}x{stride}")
    return Facts((x[0] // stride**2, x[1] * stride, x[2] * stride), 0.0, 0, Upsample((stride, stride)))


def upsample(x: Shape, stride: Pair) -> Facts:
    """Nearest-neighbour upsampling by whole numbers; no FLOPs."""
    return Facts((x[0], x[1] * stride[0], x[2] * stride[1]), 0.0, 0, Upsample(stride))


def pad(x: Shape, padding: tuple[int, int, int, int]) -> Facts:
    """Padding (top, left, bottom, right) as an operator of its own: a window of one position; no FLOPs."""
    window = Window((1, 1), (1, 1), padding)
    return Facts((x[0], *_slide(x, window)), 0.0, 0, window)


def flatten(x: Shape) -> Facts:
    """Turn `x` into the vector (C*H*W, 1, 1); no FLOPs.

    It mixes positions, so it reads its whole input, unless the map has one position only.
    """
    return Facts((math.prod(x), 1, 1), 0.0, 0, WHOLE if x[1] * x[2] > 1 else POINTWISE)


def whole(shape: Shape, flops: float = 0.0, macs: int = 0) -> Facts:
    """Any operator that needs all of its inputs for each part of its output `shape`."""
    return Facts(shape, flops, macs, WHOLE)


def _slide(x: Shape, window: Window, ceil_mode: bool = False) -> Pair:
    """Output H and W of `window` over `x`."""
    extents = []
    for n, k, s, d, q0, q1 in zip(x[1:], *_per_axis(window), strict=True):
        room = n + q0 + q1 - (k - 1) * d - 1
        if room < 0:
            raise InputError(
                f"its window {window.kernel[0]}x{window.kernel[1]} is larger than the {x[1]}x{x[2]} map"
            )
        count = (-(-room // s) if ceil_mode else room // s) + 1
        if ceil_mode and (count - 1) * s >= n + q0:
            count -= 1
        extents.append(count)
    return extents[0], extents[1]


def _per_axis(window: Window) -> tuple[Pair, Pair, Pair, Pair, Pair]:
    top, left, bottom, right = window.padding
    return window.kernel, window.stride, window.dilation, (top, left), (bottom, right)


def _check_groups(channels: int, filters: int, groups: int) -> None:
    _check_count("filters", filters)
    _check_count("groups", groups)
    if channels % groups or filters % groups:
        raise InputError(f"its {groups} groups do not divide {channels} input and {filters} output channels")


def _check_count(label: str, value: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InputError(f"its {label} is {value}; an integer from 1 on is needed")


def _text(x: Shape) -> str:
    return "x".join(str(n) for n in x)
