"""Works out small constants: exporters write shapes as little programs (Shape, Gather, Concat, ...)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import onnx

__all__ = ["evaluate"]

Values: TypeAlias = Sequence["np.ndarray | None"]
_Rule: TypeAlias = Callable[[dict[str, Any], Values], "np.ndarray | list[np.ndarray]"]


def evaluate(node: Any, values: Values, most: int) -> list[np.ndarray] | None:
    """Return the outputs of a node whose inputs are known; None where that is beyond the rules here.

    Parameters
    ----------
    values : sequence of array or None
        One for each input; None for an input that is left out.
    most : int
        Elements that an output may have.
    """
    rule = _RULES.get(node.op_type)
    if rule is None or node.domain:
        return None
    attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attributes.values()}
    try:
        with np.errstate(all="ignore"):
            made = rule(attributes | {"": most}, values)
    except Exception:  # wrong types and shapes of every kind: then the value is not known, and no more
        return None
    outputs = made if isinstance(made, list) else [made]
    outputs = [np.asarray(output) for output in outputs]
    fits = all(output.size <= most and output.dtype.kind in "biuf" for output in outputs)
    return outputs if fits else None


def _elementwise(function: Callable[..., Any]) -> _Rule:
    def rule(attributes: dict[str, Any], values: Values) -> np.ndarray:
        arrays = [value for value in values if value is not None]
        if math.prod(np.broadcast_shapes(*(a.shape for a in arrays))) > attributes[""]:
            raise ValueError
        return np.asarray(function(*arrays))

    return rule


def _folded(function: Callable[[Any, Any], Any]) -> _Rule:
    def fold(*arrays: np.ndarray) -> Any:
        total = arrays[0]
        for array in arrays[1:]:
            total = function(total, array)
        return total

    return _elementwise(fold)


def _divide(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    if a.dtype.kind == "f":
        return np.asarray(a / b)
    quotient = np.abs(a) // np.abs(b)  # ONNX rounds to zero
    return np.asarray(quotient * np.sign(a) * np.sign(b)).astype(a.dtype)


def _modulo(attributes: dict[str, Any], values: Values) -> np.ndarray | list[np.ndarray]:
    return _elementwise(np.fmod if attributes.get("fmod", 0) else np.mod)(attributes, values)


def _cast(attributes: dict[str, Any], values: Values) -> np.ndarray:
    return _first(values).astype(onnx.helper.tensor_dtype_to_np_dtype(attributes["to"]))


def _gather(attributes: dict[str, Any], values: Values) -> np.ndarray:
    data, where = _first(values), _second(values).astype(np.int64)
    axis = attributes.get("axis", 0)
    if data.size // max(data.shape[axis], 1) * where.size > attributes[""]:
        raise ValueError
    return np.take(data, where, axis=axis)


def _slice(attributes: dict[str, Any], values: Values) -> np.ndarray:
    data = _first(values)
    starts, ends = _list(attributes, values, 1, "starts"), _list(attributes, values, 2, "ends")
    axes = _list(attributes, values, 3, "axes") or list(range(len(starts or ())))
    steps = _list(attributes, values, 4, "steps") or [1] * len(axes)
    places = [slice(None)] * data.ndim
    for axis, start, end, step in zip(axes, starts or (), ends or (), steps, strict=True):
        stop: int | None = end
        if step < 0 and end < -data.shape[axis]:
            stop = None
        places[axis] = slice(start, stop, step)
    return data[tuple(places)]


def _unsqueeze(attributes: dict[str, Any], values: Values) -> np.ndarray:
    axes = _list(attributes, values, 1, "axes")
    return np.expand_dims(_first(values), tuple(axes or ()))


def _squeeze(attributes: dict[str, Any], values: Values) -> np.ndarray:
    axes = _list(attributes, values, 1, "axes")
    return np.squeeze(_first(values), None if axes is None else tuple(axes))


def _reshape(attributes: dict[str, Any], values: Values) -> np.ndarray:
    data, wanted = _first(values), _list(attributes, values, 1, "shape") or []
    if not attributes.get("allowzero", 0):
        wanted = [data.shape[i] if n == 0 else n for i, n in enumerate(wanted)]
    return data.reshape(wanted)


def _fill(attributes: dict[str, Any], values: Values) -> np.ndarray:
    shape = [int(n) for n in _first(values)]
    _check(attributes, shape)
    value = attributes.get("value")
    fill = np.zeros(1, np.float32) if value is None else onnx.numpy_helper.to_array(value)
    return np.full(shape, fill.ravel()[0], fill.dtype)


def _expand(attributes: dict[str, Any], values: Values) -> np.ndarray:
    data = _first(values)
    shape = np.broadcast_shapes(data.shape, tuple(int(n) for n in _second(values)))
    _check(attributes, shape)
    return np.broadcast_to(data, shape)


def _tile(attributes: dict[str, Any], values: Values) -> np.ndarray:
    data, repeats = _first(values), [int(n) for n in _second(values)]
    _check(attributes, [*data.shape, *repeats])
    return np.tile(data, repeats)


def _range(attributes: dict[str, Any], values: Values) -> np.ndarray:
    start, limit, step = (np.asarray(v).item() for v in values)
    _check(attributes, [max(math.ceil((limit - start) / step), 0)])
    return np.arange(start, limit, step, dtype=_first(values).dtype)


def _transpose(attributes: dict[str, Any], values: Values) -> np.ndarray:
    return np.transpose(_first(values), attributes.get("perm"))


def _concat(attributes: dict[str, Any], values: Values) -> np.ndarray:
    return np.concatenate([v for v in values if v is not None], axis=attributes.get("axis", 0))


def _split(attributes: dict[str, Any], values: Values) -> list[np.ndarray]:
    sizes = _list(attributes, values, 1, "split")
    if sizes is None:
        raise ValueError
    return np.split(_first(values), np.cumsum(sizes)[:-1], axis=attributes.get("axis", 0))


def _reduction(function: Callable[..., Any]) -> _Rule:
    def rule(attributes: dict[str, Any], values: Values) -> np.ndarray:
        axes = _list(attributes, values, 1, "axes")
        if not axes and attributes.get("noop_with_empty_axes", 0):
            return _first(values)
        keep = bool(attributes.get("keepdims", 1))
        made = function(_first(values), axis=tuple(axes) if axes else None, keepdims=keep)
        return np.asarray(made).astype(_first(values).dtype)

    return rule


def _first(values: Values) -> np.ndarray:
    if values[0] is None:
        raise ValueError
    return values[0]


def _second(values: Values) -> np.ndarray:
    if values[1] is None:
        raise ValueError
    return values[1]


def _list(attributes: dict[str, Any], values: Values, index: int, name: str) -> list[int] | None:
    """Integers that newer opsets take as an input and older ones as an attribute."""
    if name in attributes:
        return [int(n) for n in attributes[name]]
    if index < len(values):
        value = values[index]
        return None if value is None else [int(n) for n in value.ravel()]
    return None


def _check(attributes: dict[str, Any], shape: Sequence[int]) -> None:
    if math.prod(max(n, 1) for n in shape) > attributes[""]:
        raise ValueError


_RULES: Final[Mapping[str, _Rule]] = {
    "Identity": lambda _, values: _first(values),
    "Cast": _cast,
    "Gather": _gather,
    "Slice": _slice,
    "Unsqueeze": _unsqueeze,
    "Squeeze": _squeeze,
    "Reshape": _reshape,
    "ConstantOfShape": _fill,
    "Expand": _expand,
    "Tile": _tile,
    "Range": _range,
    "Transpose": _transpose,
    "Concat": _concat,
    "Split": _split,
    "Mod": _modulo,
    "ReduceProd": _reduction(np.prod),
    "ReduceSum": _reduction(np.sum),
    "ReduceMax": _reduction(np.max),
    "ReduceMin": _reduction(np.min),
    "Add": _elementwise(np.add),
    "Sub": _elementwise(np.subtract),
    "Mul": _elementwise(np.multiply),
    "Div": _elementwise(_divide),
    "Max": _folded(np.maximum),
    "Min": _folded(np.minimum),
    "Sum": _folded(np.add),
    "Pow": _elementwise(lambda a, b: np.power(a, b).astype(a.dtype)),
    "Neg": _elementwise(np.negative),
    "Abs": _elementwise(np.abs),
    "Sqrt": _elementwise(np.sqrt),
    "Floor": _elementwise(np.floor),
    "Ceil": _elementwise(np.ceil),
    "Round": _elementwise(np.rint),
    "Equal": _elementwise(np.equal),
    "Greater": _elementwise(np.greater),
    "GreaterOrEqual": _elementwise(np.greater_equal),
    "Less": _elementwise(np.less),
    "LessOrEqual": _elementwise(np.less_equal),
    "And": _elementwise(np.logical_and),
    "Or": _elementwise(np.logical_or),
    "Not": _elementwise(np.logical_not),
    "Where": _elementwise(np.where),
}
