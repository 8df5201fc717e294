"""ONNX's own shape inference for one node, where no rule of the planner's says what it makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper, shape_inference

from planner_core.importers.onnx_inputs import Dims

__all__ = ["Known", "infer", "type_of"]

_FLOAT: int = onnx.TensorProto.FLOAT
_INT64: int = onnx.TensorProto.INT64
_BOOL: int = onnx.TensorProto.BOOL
_UINT8: int = onnx.TensorProto.UINT8
_TYPES: Mapping[str, int] = {
    **dict.fromkeys(("ArgMax", "ArgMin", "NonZero", "Shape", "Size"), _INT64),
    **dict.fromkeys(("Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Not", "And", "Or"), _BOOL),
    **dict.fromkeys(("Xor", "IsNaN", "IsInf"), _BOOL),
    **dict.fromkeys(("QuantizeLinear", "DynamicQuantizeLinear"), _UINT8),
    **dict.fromkeys(("ConvInteger", "MatMulInteger"), onnx.TensorProto.INT32),
    "DequantizeLinear": _FLOAT,
}


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of a tensor before the network runs.

    Parameters
    ----------
    dims : tuple of int or None
        ONNX dimensions.
    type : int
        ONNX element type.
    value : array or None
        Of a small constant.
    """

    dims: Dims | None
    type: int = _FLOAT
    value: np.ndarray | None = None


def infer(node: Any, opsets: Mapping[str, int], inputs: Mapping[str, Known]) -> dict[str, Known]:
    """Return dimensions and element types of a node's outputs, as far as ONNX knows them from its inputs."""
    domain = node.domain
    if domain not in opsets:
        return {}
    try:
        schema = onnx.defs.get_schema(node.op_type, opsets[domain], domain)
        made = shape_inference.infer_node_outputs(
            schema,
            node.proto,
            {name: onnx.helper.make_tensor_type_proto(k.type, k.dims) for name, k in inputs.items()},
            {name: numpy_helper.from_array(k.value) for name, k in inputs.items() if k.value is not None},
            opset_imports=[onnx.helper.make_opsetid(d, version) for d, version in opsets.items()],
        )
    except Exception:  # no such operator, inputs that do not suit it, or whatever else onnx runs into
        return {}
    found: dict[str, Known] = {}
    for name, kind in made.items():
        if not kind.HasField("tensor_type"):
            continue
        tensor = kind.tensor_type
        sizes = tuple(d.dim_value if d.HasField("dim_value") else -1 for d in tensor.shape.dim)
        settled = tensor.HasField("shape") and min(sizes, default=0) >= 0
        found[name] = Known(sizes if settled else None, tensor.elem_type or _FLOAT)
    return found


def type_of(node: Any, output: int, types: Mapping[str, int]) -> int:
    """Return the element type of an output by the planner's own rules."""
    if node.op_type == "Cast":
        return int(next((a.i for a in node.attributes.values() if a.name == "to"), _FLOAT))
    if output and node.op_type in ("MaxPool", "TopK"):
        return _INT64
    if node.op_type in _TYPES:
        return _TYPES[node.op_type]
    position = 1 if node.op_type == "Where" else 0
    name = node.input[position] if position < len(node.input) else ""
    return types.get(name, _FLOAT)
