"""First step of reading ONNX: a file becomes a checked graph of nodes in order; weights are never read."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

from planner_core.errors import InputError
from planner_core.importers.onnx_file import parse_model
from planner_core.importers.onnx_functions import inlined
from planner_core.importers.onnx_inputs import Dims, GraphInput, settle_inputs
from planner_core.network.model import Shape

__all__ = ["Dims", "OnnxGraph", "load_graph", "node_label"]

_MOST_NODES = 50_000
_CONSTANT_ATTRIBUTES = ("value_ints", "value_int", "value_floats", "value_float")


@dataclass
class OnnxGraph:
    """The nodes that lead to an output, in topological order, with what the file says about tensors.

    Parameters
    ----------
    nodes : list of NodeProto
        Constant nodes are left out.
    inputs : list of GraphInput
        Those that a node reads, with ONNX dimensions for batch 1.
    tensors : dict
        Constant's name to TensorProto or SparseTensorProto.
    claimed : dict
        What the file says of the dimensions of computed tensors, which may be for another size of the input.
    opsets : dict
        Domain to version.
    """

    nodes: list[Any]
    inputs: list[GraphInput]
    tensors: dict[str, Any]
    claimed: dict[str, Dims]
    opsets: dict[str, int]

    @property
    def opset(self) -> int:
        """Version of the standard operators."""
        return self.opsets.get("", 1)


def load_graph(path: Path, input_shapes: Mapping[str, Shape]) -> OnnxGraph:
    """Read `path` and return its graph.

    Raises
    ------
    InputError
        For a file that is no ONNX model, control flow, a cycle, a batch other than 1; MissingShapeError for
        dimensions of inputs that neither the file nor `input_shapes` gives.
    """
    model = inlined(parse_model(path))
    graph = model.graph
    if not graph.node:
        raise InputError("it holds no ONNX graph")
    if len(graph.node) > _MOST_NODES:
        raise InputError(f"it has {len(graph.node)} nodes; up to {_MOST_NODES} can be planned")
    tensors = _tensors(graph)
    nodes = _in_order(graph, set(tensors))
    nodes = _leading_to_output(nodes, graph, set(tensors))
    read = {name for node in nodes for name in node.input if name}
    computed = read - set(tensors)
    return OnnxGraph(
        nodes=[node for node in nodes if node.output and node.output[0] not in tensors],
        inputs=settle_inputs([i for i in graph.input if i.name in computed], nodes, input_shapes),
        tensors={name: tensors[name] for name in read & set(tensors)},
        claimed=_claims(graph),
        opsets={"" if o.domain == "ai.onnx" else o.domain: o.version for o in model.opset_import},
    )


def node_label(node: Any) -> str:
    """Return how messages name a node."""
    name = node.name or next((o for o in node.output if o), "")
    return f"node '{name}' ({node.op_type})"


def _tensors(graph: Any) -> dict[str, Any]:
    """Initializers and the values of Constant nodes, by tensor name."""
    found: dict[str, Any] = {}
    for tensor in graph.initializer:
        if tensor.name in found:
            raise InputError(f"the initializer '{tensor.name}' is there twice")
        found[tensor.name] = tensor
    for sparse in graph.sparse_initializer:
        found[sparse.values.name] = sparse
    for node in graph.node:
        if node.op_type == "Constant" and node.domain in ("", "ai.onnx") and node.output:
            found.update((node.output[0], value) for value in _constant_values(node))
    return found


def _constant_values(node: Any) -> Iterable[Any]:
    for attribute in node.attribute:
        if attribute.name == "value":
            yield attribute.t
        elif attribute.name == "sparse_value":
            yield attribute.sparse_tensor
        elif attribute.name in _CONSTANT_ATTRIBUTES:
            kind = np.float32 if attribute.name.startswith("value_float") else np.int64
            try:
                value = np.asarray(onnx.helper.get_attribute_value(attribute), kind)
            except (TypeError, ValueError, OverflowError) as error:
                raise InputError(f"{node_label(node)} is malformed: {error}") from None
            yield numpy_helper.from_array(value)
        elif attribute.name in ("value_string", "value_strings"):
            count = [len(attribute.strings)] if attribute.name == "value_strings" else []
            yield onnx.TensorProto(dims=count, data_type=onnx.TensorProto.STRING)


def _in_order(graph: Any, constant: set[str]) -> list[Any]:
    """Return the nodes in topological order; the file's order is kept where it is one."""
    nodes = list(graph.node)
    maker = _makers(nodes)
    inputs = {tensor.name for tensor in graph.input}
    for node in nodes:
        for output in node.output:
            if output and output in inputs:
                raise InputError(f"{node_label(node)} makes '{output}', which is an input of the network")
    outside = constant | inputs
    waits: list[int] = []
    readers: dict[str, list[int]] = {}
    for i, node in enumerate(nodes):
        missing = {name for name in node.input if name and name not in outside}
        for name in missing:
            if name not in maker:
                raise InputError(f"{node_label(node)} reads '{name}', which nothing makes")
            readers.setdefault(name, []).append(i)
        waits.append(len(missing))
    ready = [i for i, count in enumerate(waits) if not count]
    order = []
    while ready:
        i = heapq.heappop(ready)
        order.append(nodes[i])
        for name in nodes[i].output:
            for reader in readers.pop(name, ()):
                waits[reader] -= 1
                if not waits[reader]:
                    heapq.heappush(ready, reader)
    if len(order) < len(nodes):
        names = ", ".join(node_label(n) for n, count in zip(nodes, waits, strict=True) if count)
        raise InputError(f"its nodes form a cycle, in or before {_shorten(names)}")
    return order


def _makers(nodes: list[Any]) -> dict[str, int]:
    made: dict[str, int] = {}
    for i, node in enumerate(nodes):
        for output in node.output:
            if output and output in made:
                raise InputError(f"{node_label(node)} makes '{output}', which another node makes too")
            made[output] = i
    return made


def _leading_to_output(order: list[Any], graph: Any, constant: set[str]) -> list[Any]:
    """Drop the nodes that no output of the graph depends on, as runtimes do; refuse subgraphs in the rest."""
    needed = {tensor.name for tensor in graph.output}
    made = constant | {name for node in order for name in node.output} | {i.name for i in graph.input}
    for name in needed - made:
        raise InputError(f"its output '{name}' is made by no node")
    live = []
    for node in reversed(order):
        if not graph.output or any(o in needed for o in node.output if o):
            live.append(node)
            needed.update(node.input)
            _refuse_subgraphs(node)
    if not live or all(o in constant for node in live for o in node.output):
        raise InputError("no node makes its outputs")
    return live[::-1]


def _refuse_subgraphs(node: Any) -> None:
    for attribute in node.attribute:
        if attribute.HasField("g") or attribute.graphs:
            raise InputError(
                f"{node_label(node)} holds a subgraph, '{attribute.name}'; what runs, and how often, is decided "
                "while the network runs, so it cannot be planned"
            )


def _claims(graph: Any) -> dict[str, Dims]:
    found = {}
    for tensor in [*graph.value_info, *graph.output]:
        kind = tensor.type.tensor_type
        if tensor.type.HasField("tensor_type") and kind.HasField("shape"):
            found[tensor.name] = tuple(d.dim_value if d.HasField("dim_value") else -1 for d in kind.shape.dim)
    return found


def _shorten(text: str) -> str:
    return text if len(text) <= 120 else text[:117] + "..."
