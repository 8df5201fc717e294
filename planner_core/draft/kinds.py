"""The kinds of layers that can be drawn: their fields, and the rules of the operator catalogue behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from planner_core.errors import InputError
from planner_core.network import operators as ops
from planner_core.network.model import POINTWISE, WHOLE, Receptive, Shape, Transposed, Upsample, Window
from planner_core.network.operators import POINTWISE_FLOPS, Facts

__all__ = ["JOINS", "KINDS", "FieldSpec", "Form", "Kind", "Values", "by_hand", "window_of"]

Values: TypeAlias = Mapping[str, Any]
Form: TypeAlias = Literal["count", "pair", "sides", "shape", "choice", "number", "text"]


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One attribute of a kind.

    Parameters
    ----------
    key, label : str
        Of the value, and what a form calls it.
    form : Form
        "count" an integer; "pair" (H, W); "sides" (top, left, bottom, right); "shape" (C, H, W); "number" a
        finite float; "choice" one of `choices`; "text".
    default : Any
    least : int
        Of every number in the value.
    choices : tuple of str
    when : (key, values), optional
        The field has a say only where another one has one of these values.
    """

    key: str
    label: str
    form: Form
    default: Any
    least: int = 1
    choices: tuple[str, ...] = ()
    when: tuple[str, tuple[str, ...]] | None = None

    def applies(self, values: Values) -> bool:
        """Whether the field has a say beside these values."""
        return self.when is None or values.get(self.when[0]) in self.when[1]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of layer.

    Parameters
    ----------
    key, title : str
    stem : str
        New layers are called this and a number.
    fields : tuple of FieldSpec
    facts : callable
        (values, shapes of the inputs) to Facts; raises InputError where they do not go together.
    op : callable
        Values to the operator's name in a Network.
    ports : int or None
        How many tensors it reads; None is any number.
    least_ports : int
        How many it has to read.
    """

    key: str
    title: str
    stem: str
    fields: tuple[FieldSpec, ...]
    facts: Callable[[Values, Sequence[Shape]], Facts]
    op: Callable[[Values], str]
    ports: int | None = 1
    least_ports: int = 1

    @property
    def defaults(self) -> dict[str, Any]:
        """Values of a new layer."""
        return {field.key: field.default for field in self.fields}

    def field(self, key: str) -> FieldSpec | None:
        """Return the field called `key`, if there is one."""
        return next((field for field in self.fields if field.key == key), None)


def window_of(values: Values) -> Window:
    """Return the window that a kind's fields describe."""
    dilation = values.get("dilation", (1, 1))
    return Window(values["kernel"], values["stride"], values["padding"], dilation)


def by_hand(values: Values) -> Receptive:
    """Return what a generic layer reads."""
    reads = values["reads"]
    if reads == "window":
        return window_of(values)
    if reads == "transposed":
        return Transposed(window_of(values))
    if reads == "upsample":
        return Upsample(values["stride"])
    return POINTWISE if reads == "pointwise" else WHOLE


_WINDOWED = ("reads", ("window", "transposed"))
_STRIDED = ("reads", ("window", "transposed", "upsample"))
_FILTERS = FieldSpec("filters", "Output channels", "count", 64)
_GROUPS = FieldSpec("groups", "Groups", "count", 1)
_ROUNDING = FieldSpec("rounding", "Rounding", "choice", "floor", choices=("floor", "ceil"))
_BLOCK = FieldSpec("stride", "Block", "count", 2)
_MERGES = ("Add", "Mul", "Sub", "Div", "Max", "Min", "Sum", "Mean", "Pow")
_ACTIVATIONS = tuple(op for op in POINTWISE_FLOPS if op not in ("Softmax", "LogSoftmax"))


def _windowed(kernel: int, stride: int, padding: int, when: Any = None) -> tuple[FieldSpec, ...]:
    strided = _STRIDED if when else None
    return (
        FieldSpec("kernel", "Kernel", "pair", (kernel, kernel), when=when),
        FieldSpec("stride", "Stride", "pair", (stride, stride), when=strided),
        FieldSpec("padding", "Padding", "sides", (padding,) * 4, least=0, when=when),
        FieldSpec("dilation", "Dilation", "pair", (1, 1), when=when),
    )


def _input(v: Values, xs: Sequence[Shape]) -> Facts:
    return Facts(v["shape"], 0.0, 0, POINTWISE)


def _conv(v: Values, xs: Sequence[Shape]) -> Facts:
    return ops.convolution(xs[0], v["filters"], window_of(v), v["groups"])


def _depthwise(v: Values, xs: Sequence[Shape]) -> Facts:
    channels = xs[0][0]
    return ops.convolution(xs[0], channels * v["multiplier"], window_of(v), channels)


def _transposed(v: Values, xs: Sequence[Shape]) -> Facts:
    return ops.transposed_convolution(xs[0], v["filters"], window_of(v), v["groups"], v["extra"])


def _pool(v: Values, xs: Sequence[Shape]) -> Facts:
    return ops.pool(xs[0], window_of(v), v["rounding"] == "ceil")


def _matmul(v: Values, xs: Sequence[Shape]) -> Facts:
    a, b = xs
    if a[2] != b[1] or (a[0] != b[0] and 1 not in (a[0], b[0])):
        raise InputError(f"it cannot multiply {a[1]}x{a[2]} matrices by {b[1]}x{b[2]} ones")
    return ops.matmul((max(a[0], b[0]), a[1], b[2]), a[2])


def _softmax(v: Values, xs: Sequence[Shape]) -> Facts:
    return ops.softmax(xs[0], v["over"] == "map")


def _generic(v: Values, xs: Sequence[Shape]) -> Facts:
    return Facts(v["shape"], float(v["flops"]), v["macs"], by_hand(v))


def _called(op: str) -> Callable[[Values], str]:
    return lambda values: op


def _chosen(values: Values) -> str:
    return str(values["function"])


_ALL = (
    Kind(
        "input", "Input", "input",
        (FieldSpec("shape", "Shape", "shape", (3, 224, 224)),),
        _input, _called("Input"), 0, 0,
    ),
    Kind("conv", "Convolution", "conv", (_FILTERS, *_windowed(3, 1, 1), _GROUPS), _conv, _called("Conv")),
    Kind(
        "depthwise", "Depthwise", "dw",
        (FieldSpec("multiplier", "Channel multiplier", "count", 1), *_windowed(3, 1, 1)),
        _depthwise, _called("Conv"),
    ),
    Kind(
        "transposed", "Transposed", "deconv",
        (
            _FILTERS, *_windowed(2, 2, 0), _GROUPS,
            FieldSpec("extra", "Output padding", "pair", (0, 0), least=0),
        ),
        _transposed, _called("ConvTranspose"),
    ),
    Kind("maxpool", "Max pool", "pool", (*_windowed(2, 2, 0), _ROUNDING), _pool, _called("MaxPool")),
    Kind(
        "avgpool", "Average pool", "pool", (*_windowed(2, 2, 0), _ROUNDING), _pool, _called("AveragePool")
    ),
    Kind(
        "globalpool", "Global pool", "gap",
        (
            FieldSpec(
                "function", "Function", "choice", "GlobalAveragePool",
                choices=("GlobalAveragePool", "GlobalMaxPool"),
            ),
        ),
        lambda v, xs: ops.global_pool(xs[0]), _chosen,
    ),
    Kind(
        "dense", "Fully connected", "fc", (FieldSpec("units", "Units", "count", 1000),),
        lambda v, xs: ops.dense(xs[0], v["units"]), _called("Gemm"),
    ),
    Kind("matmul", "MatMul", "matmul", (), _matmul, _called("MatMul"), 2, 2),
    Kind(
        "merge", "Add", "add", (FieldSpec("function", "Function", "choice", "Add", choices=_MERGES),),
        lambda v, xs: ops.merge(xs), _chosen, None, 2,
    ),
    Kind("concat", "Concat", "cat", (), lambda v, xs: ops.concat(xs), _called("Concat"), None, 2),
    Kind(
        "pointwise", "Element by element", "act",
        (FieldSpec("function", "Function", "choice", "Relu", choices=_ACTIVATIONS),),
        lambda v, xs: ops.elementwise(xs[0], POINTWISE_FLOPS[v["function"]]), _chosen,
    ),
    Kind(
        "softmax", "Softmax", "softmax",
        (FieldSpec("over", "Over", "choice", "channels", choices=("channels", "map")),),
        _softmax, _called("Softmax"),
    ),
    Kind(
        "lrn", "Local response norm", "lrn", (FieldSpec("size", "Size", "count", 5),),
        lambda v, xs: ops.lrn(xs[0], v["size"]), _called("LRN"),
    ),
    Kind(
        "reorg", "Reorg", "reorg", (_BLOCK,), lambda v, xs: ops.reorg(xs[0], v["stride"]), _called("Reorg")
    ),
    Kind(
        "shuffle", "Depth to space", "shuffle", (_BLOCK,),
        lambda v, xs: ops.pixel_shuffle(xs[0], v["stride"]), _called("DepthToSpace"),
    ),
    Kind(
        "upsample", "Upsample", "up", (FieldSpec("stride", "Factor", "pair", (2, 2)),),
        lambda v, xs: ops.upsample(xs[0], v["stride"]), _called("Upsample"),
    ),
    Kind("flatten", "Flatten", "flatten", (), lambda v, xs: ops.flatten(xs[0]), _called("Flatten")),
    Kind(
        "pad", "Pad", "pad", (FieldSpec("padding", "Padding", "sides", (1, 1, 1, 1), least=0),),
        lambda v, xs: ops.pad(xs[0], v["padding"]), _called("Pad"),
    ),
    Kind(
        "generic", "Generic layer", "layer",
        (
            FieldSpec("op", "Operator", "text", "Custom"),
            FieldSpec("shape", "Output", "shape", (64, 32, 32)),
            FieldSpec("flops", "Work", "number", 0.0, least=0),
            FieldSpec("macs", "MACs", "count", 0, least=0),
            FieldSpec(
                "reads", "Reads", "choice", "whole",
                choices=("whole", "pointwise", "window", "upsample", "transposed"),
            ),
            *_windowed(3, 1, 1, _WINDOWED),
        ),
        _generic, lambda values: str(values["op"]), None, 1,
    ),
)  # fmt: skip

KINDS: Mapping[str, Kind] = MappingProxyType({kind.key: kind for kind in _ALL})
"""Every kind by its key."""

JOINS = ("merge", "concat")
"""Kinds that take any number of tensors whose maps have to fit each other."""
