"""What does not depend on the network's inputs: weights, shapes, and what is computed from them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import onnx
from onnx import numpy_helper

from planner_core.errors import InputError
from planner_core.importers.onnx_infer import Known, infer
from planner_core.importers.onnx_inputs import Dims
from planner_core.importers.onnx_values import evaluate

__all__ = ["Constants"]

_FEW: Final = 64  # factors of Resize and the like are no more, and only integers are shapes

_SMALL: Final = 4096
"""Elements of a constant that can be a shape, a list of axes, pads, ... : only such values are looked at."""


class Constants:
    """Dimensions of constants, and values of the small ones, each worked out when it is first asked for.

    Parameters
    ----------
    tensors : mapping
        Name to TensorProto or SparseTensorProto.
    opsets : mapping
        Domain to version.
    """

    def __init__(self, tensors: Mapping[str, Any], opsets: Mapping[str, int]) -> None:
        self._tensors = dict(tensors)
        self._opsets = opsets
        self._makers: dict[str, Any] = {}
        self._known: dict[str, Known] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._tensors or name in self._makers or name in self._known

    @property
    def names(self) -> frozenset[str]:
        """Names of all constants."""
        return frozenset(self._tensors) | frozenset(self._makers) | frozenset(self._known)

    def add(self, node: Any) -> None:
        """Take note of a node all of whose inputs are constant."""
        self._makers.update((name, node) for name in node.output if name)

    def put(self, name: str, value: np.ndarray) -> None:
        """Take note of a value."""
        self._known[name] = _of_value(value)

    def dims(self, name: str) -> Dims | None:
        """ONNX dimensions of a constant, or None where they cannot be worked out."""
        return self.known(name).dims

    def value(self, name: str) -> np.ndarray | None:
        """Value of a constant; None if it is large, in another file, or cannot be worked out."""
        return self.known(name).value

    def known(self, name: str) -> Known:
        """Return all that is known of a constant."""
        if name not in self._known:
            if name in self._tensors:
                self._known[name] = _read(name, self._tensors[name])
            else:
                self._work_out(self._makers[name])
        return self._known[name]

    def all_dims(self) -> dict[str, Dims]:
        """Dimensions of all constants that can be worked out, by name."""
        sizes = {name: self.dims(name) for name in self.names}
        return {name: dims for name, dims in sizes.items() if dims is not None}

    def _work_out(self, node: Any) -> None:
        self._known.update((name, Known(None)) for name in node.output if name)
        inputs = [self.known(name) if name else None for name in node.input]
        plain = _plain(node, inputs)
        if plain is not None:
            self._known[node.output[0]] = plain
            return
        if all(known is None or known.value is not None for known in inputs):
            made = evaluate(node, [None if k is None else k.value for k in inputs], _SMALL)
            if made is not None:
                self._known.update((n, _of_value(v)) for n, v in zip(node.output, made, strict=False) if n)
                return
        given = {name: known for name, known in zip(node.input, inputs, strict=True) if known is not None}
        self._known.update(infer(node, self._opsets, given))


def _plain(node: Any, inputs: Sequence[Known | None]) -> Known | None:
    """Return what the operators that make most weights make, where nobody will ask for its values."""
    first = inputs[0] if inputs else None
    if first is None or node.domain:
        return None
    if node.op_type == "ConstantOfShape" and first.value is not None and first.value.ndim == 1:
        dims = tuple(first.value.tolist())
        kind = _fill_type(node)
        most = _SMALL if kind == onnx.TensorProto.INT64 else _FEW
        return Known(dims, kind) if math.prod(dims) > most and min(dims) >= 0 else None
    if node.op_type == "Unsqueeze" and first.value is None and first.dims is not None:
        axes = inputs[1].value if len(inputs) > 1 and inputs[1] is not None else None
        listed = list(node.attributes["axes"].ints) if "axes" in node.attributes else None
        if axes is not None:
            listed = axes.ravel().tolist()
        rank = len(first.dims) + len(listed or ())
        if listed and all(-rank <= axis < rank for axis in listed):
            new, left = {axis % rank for axis in listed}, iter(first.dims)
            if len(new) == len(listed):
                return Known(tuple(1 if axis in new else next(left) for axis in range(rank)), first.type)
    return None


def _of_value(value: np.ndarray) -> Known:
    return Known(value.shape, int(onnx.helper.np_dtype_to_tensor_dtype(value.dtype)), value)


def _fill_type(node: Any) -> int:
    return int(
        next((a.t.data_type for a in node.attributes.values() if a.name == "value"), onnx.TensorProto.FLOAT)
    )


def _read(name: str, tensor: Any) -> Known:
    sparse = isinstance(tensor, onnx.SparseTensorProto)
    dims = tuple(tensor.dims)
    if any(extent < 0 for extent in dims):
        raise InputError(f"the constant '{name}' has dimensions {list(dims)[:8]}")
    kind = tensor.values.data_type if sparse else tensor.data_type
    here = not sparse and tensor.data_location != onnx.TensorProto.EXTERNAL and not tensor.external_data
    if not here or math.prod(dims) > _SMALL or kind == onnx.TensorProto.STRING:
        return Known(dims, kind)
    try:
        value = np.asarray(numpy_helper.to_array(tensor))
    except Exception:  # its bytes are missing or do not fit; onnx raises whatever its parsing runs into
        return Known(dims, kind)
    return Known(dims, kind, value if value.dtype.kind in "biuf" else None)
