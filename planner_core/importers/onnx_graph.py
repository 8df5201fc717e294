"""First step of reading ONNX: a file becomes a checked graph with known shapes; weights are never read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper, shape_inference

from planner_core.errors import InputError
from planner_core.network.model import Shape

__all__ = ["Dims", "OnnxGraph", "load_graph", "node_label"]

Dims = tuple[int, ...]

_MAX_BYTES = (1 << 31) - 1  # what protobuf can parse
_SMALL = 4096  # elements of a constant that can be a shape, a list of axes, pads, ...
_VALUES = (
    "raw_data", "float_data", "int32_data", "string_data", "int64_data", "double_data", "uint64_data",
)  # fmt: skip


@dataclass
class OnnxGraph:
    """The nodes that lead to an output, in topological order, with what is known before the run.

    Parameters
    ----------
    nodes : list of NodeProto
        Without those that compute constants.
    inputs : dict
        Name to ONNX dimensions of the inputs that a node reads, batch 1.
    dims : dict
        Tensor name to ONNX dimensions, where ONNX can infer them, and of every constant.
    constants : set of str
        Tensors that do not depend on the inputs' values: weights, shapes, and what is computed from them.
    """

    nodes: list[Any]
    inputs: dict[str, Dims]
    dims: dict[str, Dims]
    constants: set[str]
    opset: int
    _tensors: dict[str, Any]
    _model: Any = field(repr=False)

    def value(self, name: str) -> np.ndarray | None:
        """Return the value of a small constant, or None if it is large, computed, or kept in another file."""
        tensor = self._tensors.get(name)
        if tensor is None or math.prod(tensor.dims) > _SMALL:
            return None
        try:
            return np.asarray(numpy_helper.to_array(tensor))
        except Exception:  # onnx raises whatever its parsing runs into
            return None

    def repad(self, node: Any, pads: list[int]) -> None:
        """Give a pooling node explicit pads in place of ceil mode, and infer all shapes anew."""
        kept = [a for a in node.attribute if a.name not in ("ceil_mode", "auto_pad", "pads")]
        del node.attribute[:]
        node.attribute.extend([*kept, onnx.helper.make_attribute("pads", pads)])
        self.dims = _infer(self._model) | {name: tuple(t.dims) for name, t in self._tensors.items()}


def load_graph(path: Path, input_shapes: Mapping[str, Shape]) -> OnnxGraph:
    """Read `path` and return its graph.

    Raises InputError for a file that is no ONNX model, control flow, local functions, open dimensions, and a
    batch other than 1.
    """
    model = _parse(path)
    graph = model.graph
    if not graph.node:
        raise InputError("it holds no ONNX graph")
    _check_nodes(model)
    tensors = _tensors(graph)
    _forget_weights(tensors.values())
    order = _sorted_nodes(graph, set(tensors))
    live = _leading_to_output(order, graph)
    inputs = _set_inputs(graph, set(tensors), _read_by(live), input_shapes)
    del graph.node[:]
    graph.node.extend(live)
    dims = _infer(model)
    constants = _constants(graph.node, set(tensors), dims)
    dims |= {name: tuple(tensor.dims) for name, tensor in tensors.items()}
    nodes = [node for node in graph.node if not all(o in constants for o in node.output)]
    reads = _read_by(nodes)
    used = {name: size for name, size in inputs.items() if name in reads}
    return OnnxGraph(nodes, used, dims, constants, _opset(model), tensors, model)


def node_label(node: Any) -> str:
    """Return how messages name a node."""
    name = node.name or next((o for o in node.output if o), "")
    return f"node '{name}' ({node.op_type})"


def _parse(path: Path) -> Any:
    if path.stat().st_size > _MAX_BYTES:
        raise InputError("it is larger than the 2 GiB that ONNX can hold in one file")
    try:
        # From bytes: nothing that the model names beside itself (external data) is ever opened.
        return onnx.load_model_from_string(path.read_bytes())
    except OSError:
        raise
    except Exception as error:  # protobuf's errors have no common base that onnx exports
        raise InputError(f"it is no ONNX file: {_first_line(error)}") from None


def _check_nodes(model: Any) -> None:
    if model.functions:
        raise InputError(f"its local functions, such as '{model.functions[0].name}', must be inlined first")
    made: set[str] = set()
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g") or attribute.graphs:
                raise InputError(f"{node_label(node)} holds a subgraph; control flow cannot be planned")
        for output in node.output:
            if output and output in made:
                raise InputError(f"{node_label(node)} makes '{output}', which another node makes too")
            made.add(output)


def _tensors(graph: Any) -> dict[str, Any]:
    """Initializers and the values of Constant nodes, by tensor name."""
    found = {tensor.name: tensor for tensor in graph.initializer}
    found |= {sparse.values.name: sparse.values for sparse in graph.sparse_initializer}
    for node in graph.node:
        if node.op_type == "Constant" and node.output:
            for attribute in node.attribute:
                if attribute.name == "value":
                    found[node.output[0]] = attribute.t
                elif attribute.name in ("value_ints", "value_int", "value_floats", "value_float"):
                    value = np.asarray(onnx.helper.get_attribute_value(attribute))
                    found[node.output[0]] = numpy_helper.from_array(value)
    return found


def _forget_weights(tensors: Iterable[Any]) -> None:
    """Drop the bytes of large constants: shape inference copies the model and needs their dimensions only."""
    for tensor in tensors:
        external = tensor.data_location == onnx.TensorProto.EXTERNAL
        if external:
            del tensor.external_data[:]
            tensor.data_location = onnx.TensorProto.DEFAULT
        if external or math.prod(tensor.dims) > _SMALL:
            for name in _VALUES:
                tensor.ClearField(name)


def _sorted_nodes(graph: Any, known: set[str]) -> list[Any]:
    """Return the nodes in topological order; the file's order is kept where it is one."""
    made = known | {tensor.name for tensor in graph.input}
    todo = list(graph.node)
    produced = {o for node in todo for o in node.output if o}
    order: list[Any] = []
    while todo:
        waiting = []
        for node in todo:
            missing = [name for name in node.input if name and name not in made]
            unknown = next((name for name in missing if name not in produced), None)
            if unknown is not None:
                raise InputError(f"{node_label(node)} reads '{unknown}', which nothing makes")
            if missing:
                waiting.append(node)
            else:
                order.append(node)
                made.update(node.output)
        if len(waiting) == len(todo):
            names = ", ".join(node.name or node.output[0] for node in waiting[:4] if node.name or node.output)
            raise InputError(f"its nodes form a cycle, in or before {names}")
        todo = waiting
    return order


def _leading_to_output(order: list[Any], graph: Any) -> list[Any]:
    """Drop the nodes that no output of the graph depends on, as runtimes do."""
    needed = {tensor.name for tensor in graph.output}
    if not needed:
        return order
    live = []
    for node in reversed(order):
        if any(o in needed for o in node.output if o):
            live.append(node)
            needed.update(node.input)
    if not live:
        raise InputError("no node makes its outputs")
    return live[::-1]


def _read_by(nodes: Iterable[Any]) -> set[str]:
    return {name for node in nodes for name in node.input if name}


def _set_inputs(
    graph: Any, known: set[str], read: set[str], input_shapes: Mapping[str, Shape]
) -> dict[str, Dims]:
    """Return the dimensions of the inputs, and write them into the graph for shape inference."""
    found: dict[str, Dims] = {}
    for tensor in graph.input:
        if tensor.name in known or tensor.name not in read:
            continue
        shape = tensor.type.tensor_type.shape
        found[tensor.name] = dims = _input_dims(tensor, input_shapes.get(tensor.name))
        for dim, extent in zip(shape.dim, dims, strict=True):
            dim.dim_value = extent
    for name in input_shapes:
        if name not in found:
            raise InputError(f"it has no input '{name}'; its inputs are {', '.join(found) or 'none'}")
    # What the file claims about the rest may be for another batch or size.
    del graph.value_info[:]
    for tensor in graph.output:
        tensor.type.tensor_type.ClearField("shape")
    return found


def _input_dims(tensor: Any, given: Shape | None) -> Dims:
    if not tensor.type.HasField("tensor_type") or not tensor.type.tensor_type.HasField("shape"):
        raise InputError(f"input '{tensor.name}' is no tensor of known rank")
    dim = tensor.type.tensor_type.shape.dim
    rank = len(dim)
    if rank > 4:
        raise InputError(
            f"input '{tensor.name}' has {rank} dimensions; up to four (N, C, H, W) can be planned"
        )
    if given is not None:
        return _from_shape(tensor.name, given, rank)
    sizes = [max(d.dim_value, 0) for d in dim]
    if rank > 1 and sizes[0] > 1:
        raise InputError(f"input '{tensor.name}' has batch {sizes[0]}; plans are for batch 1")
    if rank > 1:
        sizes[0] = 1
    if 0 in sizes:
        text = ", ".join(d.dim_param or str(d.dim_value or "?") for d in dim)
        raise InputError(
            f"input '{tensor.name}' has open dimensions ({text}); give its (C, H, W) in input_shapes"
        )
    return tuple(sizes)


def _from_shape(name: str, given: Shape, rank: int) -> Dims:
    shape = tuple(given)
    if len(shape) != 3 or any(not isinstance(n, int) or n < 1 for n in shape):
        raise InputError(f"the shape given for input '{name}' is {list(shape)}, not (C, H, W)")
    keep = rank - 1 if rank > 1 else rank
    if any(n != 1 for n in shape[keep:]):
        raise InputError(f"the shape given for input '{name}' is {list(shape)}, but it has {rank} dimensions")
    return ((1,) if rank > 1 else ()) + shape[:keep]


def _infer(model: Any) -> dict[str, Dims]:
    try:
        model = shape_inference.infer_shapes(model, check_type=False, strict_mode=False, data_prop=True)
    except Exception:  # what it cannot do, the operator catalogue may; nodes without a shape are named there
        return {}
    found = {}
    for tensor in [*model.graph.value_info, *model.graph.output, *model.graph.input]:
        kind = tensor.type.tensor_type
        if tensor.type.HasField("tensor_type") and kind.HasField("shape"):
            sizes = tuple(d.dim_value if d.HasField("dim_value") else -1 for d in kind.shape.dim)
            if min(sizes, default=1) > 0:
                found[tensor.name] = sizes
    return found


def _constants(nodes: Iterable[Any], known: set[str], dims: Mapping[str, Dims]) -> set[str]:
    """Names of the tensors that are settled before the run."""
    constants = set(known)
    for node in nodes:
        of_shape = node.op_type in ("Shape", "Size") and all(name in dims for name in node.input)
        if of_shape or all(name in constants for name in node.input if name):
            constants.update(o for o in node.output if o)
    return constants


def _opset(model: Any) -> int:
    return max((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), default=1)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
