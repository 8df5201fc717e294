"""First step of reading ONNX: a file becomes a checked graph of nodes in order; weights are never read."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

from planner_core.errors import InputError
from planner_core.importers.onnx_file import parse_model
from planner_core.importers.onnx_functions import inlined
from planner_core.importers.onnx_inputs import Dims, GraphInput, settle_inputs
from planner_core.importers.onnx_node import Node
from planner_core.network.model import Shape

__all__ = ["Dims", "OnnxGraph", "load_graph"]

_MOST_NODES = 50_000
_CONSTANT_ATTRIBUTES = ("value_ints", "value_int", "value_floats", "value_float")


@dataclass
class OnnxGraph:
    """The nodes that lead to an output, in topological order, with what the file says about tensors.

    Parameters
    ----------
    nodes : list of Node
        Constant nodes are left out.
    inputs : list of GraphInput
        Those that a node reads, with ONNX dimensions for batch 1.
    tensors : dict
        Constant's name to TensorProto or SparseTensorProto.
    opsets : dict
        Domain to version.
    described : GraphProto
    """

    nodes: list[Node]
    inputs: list[GraphInput]
    tensors: dict[str, Any]
    opsets: dict[str, int]
    described: Any = field(repr=False)

    @property
    def opset(self) -> int:
        """Version of the standard operators."""
        return self.opsets.get("", 1)

    @cached_property
    def claimed(self) -> dict[str, Dims]:
        """What the file says of the dimensions of tensors, which may be for another size of the input."""
        found = {}
        for tensor in [*self.described.value_info, *self.described.output]:
            kind = tensor.type.tensor_type
            if tensor.type.HasField("tensor_type") and kind.HasField("shape"):
                sizes = (d.dim_value if d.HasField("dim_value") else -1 for d in kind.shape.dim)
                found[tensor.name] = tuple(sizes)
        return found


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
    nodes = [Node(proto) for proto in graph.node]
    tensors = _tensors(graph, nodes)
    nodes = _leading_to_output(_in_order(nodes, graph, tensors), graph, tensors)
    read = {name for node in nodes for name in node.input if name}
    computed = read.difference(tensors)
    return OnnxGraph(
        nodes=[node for node in nodes if node.output and node.output[0] not in tensors],
        inputs=settle_inputs([i for i in graph.input if i.name in computed], nodes, input_shapes),
        tensors={name: tensors[name] for name in read.intersection(tensors)},
        opsets={"" if o.domain == "ai.onnx" else o.domain: o.version for o in model.opset_import},
        described=graph,
    )


def _tensors(graph: Any, nodes: Iterable[Node]) -> dict[str, Any]:
    """Initializers and the values of Constant nodes, by tensor name."""
    found: dict[str, Any] = {}
    for tensor in graph.initializer:
        if tensor.name in found:
            raise InputError(f"the initializer '{tensor.name}' is there twice")
        found[tensor.name] = tensor
    for sparse in graph.sparse_initializer:
        found[sparse.values.name] = sparse
    for node in nodes:
        if node.op_type == "Constant" and not node.domain and node.output:
            found.update((node.output[0], value) for value in _constant_values(node))
    return found


def _constant_values(node: Node) -> Iterable[Any]:
    for attribute in node.attributes.values():
        if attribute.name == "value":
            yield attribute.t
        elif attribute.name == "sparse_value":
            yield attribute.sparse_tensor
        elif attribute.name in _CONSTANT_ATTRIBUTES:
            kind = np.float32 if attribute.name.startswith("value_float") else np.int64
            try:
                value = np.asarray(onnx.helper.get_attribute_value(attribute), kind)
            except (TypeError, ValueError, OverflowError) as error:
                raise InputError(f"{node.label} is malformed: {error}") from None
            yield numpy_helper.from_array(value)
        elif attribute.name in ("value_string", "value_strings"):
            count = [len(attribute.strings)] if attribute.name == "value_strings" else []
            yield onnx.TensorProto(dims=count, data_type=onnx.TensorProto.STRING)


def _in_order(nodes: list[Node], graph: Any, constant: Mapping[str, Any]) -> list[Node]:
    """Return the nodes in topological order; the file's order is kept where it is one."""
    inputs = {tensor.name for tensor in graph.input}
    made = inputs.union(constant)
    maker: set[str] = set()
    sound = True
    for node in nodes:
        for output in node.output:
            if output in inputs:
                raise InputError(f"{node.label} makes '{output}', which is an input of the network")
            if output in maker:
                raise InputError(f"{node.label} makes '{output}', which another node makes too")
            if output:
                maker.add(output)
        sound = sound and all(name in made for name in node.input if name)
        made.update(node.output)
    return nodes if sound else _sorted(nodes, maker, inputs.union(constant))


def _sorted(nodes: list[Node], makes: set[str], outside: set[str]) -> list[Node]:
    waits: list[int] = []
    readers: dict[str, list[int]] = {}
    for i, node in enumerate(nodes):
        missing = {name for name in node.input if name and name not in outside}
        for name in missing:
            if name not in makes:
                raise InputError(f"{node.label} reads '{name}', which nothing makes")
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
        names = ", ".join(n.label for n, count in zip(nodes, waits, strict=True) if count)
        raise InputError(f"its nodes form a cycle, in or before {_shorten(names)}")
    return order


def _leading_to_output(order: list[Node], graph: Any, constant: Mapping[str, Any]) -> list[Node]:
    """Drop the nodes that no output of the graph depends on, as runtimes do; refuse subgraphs in the rest."""
    needed = {tensor.name for tensor in graph.output}
    nowhere = needed.difference(constant, *(node.output for node in order), (i.name for i in graph.input))
    for name in nowhere:
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


def _refuse_subgraphs(node: Node) -> None:
    for attribute in node.proto.attribute:
        if attribute.HasField("g") or attribute.graphs:
            raise InputError(
                f"{node.label} holds a subgraph, '{attribute.name}'; what runs, and how often, is decided "
                "while the network runs, so it cannot be planned"
            )


def _shorten(text: str) -> str:
    return text if len(text) <= 120 else text[:117] + "..."
