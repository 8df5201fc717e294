"""The ONNX model behind a network: which nodes make each layer, and the weights to run them with."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from planner_core.errors import InputError
from planner_core.importers.onnx_context import to_shape
from planner_core.importers.onnx_functions import inlined
from planner_core.importers.onnx_names import mend_names
from planner_core.importers.onnx_reader import OnnxTrace, trace_onnx
from planner_core.network.model import Network, Shape
from planner_core.verify.boxes import Array, Dims, MismatchError
from planner_core.verify.operators import Tensors, attributes_of
from planner_core.verify.sessions import Sessions
from planner_core.verify.weights import random_weights, roles_of, says_nothing

__all__ = ["Group", "RunnableModel", "load_model"]


@dataclass(frozen=True)
class Group:
    """The nodes that make one tensor of the planner's network from other such tensors.

    Parameters
    ----------
    nodes : list of NodeProto
        In topological order.
    output : str
        ONNX tensor.
    sources : mapping
        ONNX tensor that is read to the name of the layer or network input that it belongs to.
    """

    nodes: list[Any]
    output: str
    sources: Mapping[str, str]


@dataclass(frozen=True)
class RunnableModel:
    """A model that can be run whole and layer by layer.

    Attributes
    ----------
    tensors : Tensors
        Dimensions of all ONNX tensors, and the constants, weights included.
    tensor_of : mapping
        Network input or layer to the ONNX tensor that holds its values.
    aliases : mapping
        The same, with all ONNX tensors that have these values.
    groups : mapping
        Layer to the nodes that make it.
    weights, random_weights : int
        Tensors of weights, and how many of them are seeded random values.
    """

    network: Network
    sessions: Sessions
    tensors: Tensors
    tensor_of: Mapping[str, str]
    aliases: Mapping[str, Sequence[str]]
    groups: Mapping[str, Group]
    weights: int
    random_weights: int
    _nodes: Sequence[Any]
    _types: Mapping[str, Any]

    def inputs(self, seed: int) -> dict[str, Array]:
        """Return seeded random values of the network inputs: normal, or small integers where those are read."""
        rng = np.random.default_rng([seed, 0])
        found: dict[str, Array] = {}
        for spec in self.network.inputs:
            dims = self.tensors.dims[self.tensor_of[spec.name]]
            kind = self._types.get(spec.name, np.dtype(np.float32))
            if np.issubdtype(kind, np.floating):
                found[spec.name] = rng.standard_normal(dims, np.float32).astype(kind)
            else:
                found[spec.name] = rng.integers(0, 2, dims).astype(kind)
        return found

    def run(self, values: Mapping[str, Array], wanted: Sequence[str]) -> dict[str, Array]:
        """Run the part of the network between the tensors in `values` and the tensors `wanted`.

        Both are named as in the network. Raises InputError when ONNX Runtime cannot run it.
        """
        given = {tensor: name for name in values for tensor in self.aliases[name]}
        asked = [name for name in wanted if name not in values]
        outputs = [self.tensor_of[name] for name in asked]
        nodes, reads = _between(self._nodes, outputs, set(given) | set(self.tensors.constants))
        missing = [name for name in reads if name not in given and name not in self.tensors.constants]
        if missing:
            raise InputError(f"'{missing[0]}' would be needed and is not on the frontier")
        data = {name: values[given[name]] for name in reads if name in given}
        constants = {name: self.tensors.constants[name] for name in reads if name not in given}
        try:
            made = self.sessions.run(nodes, data, constants, outputs, keep=False) if outputs else []
        except MismatchError as error:
            raise InputError(str(error)) from None
        found = dict(zip(asked, made, strict=True))
        return {name: found[name] if name in found else values[name] for name in wanted}


def load_model(path: str | os.PathLike[str], network: Network, seed: int = 0) -> RunnableModel:
    """Read an ONNX model to run the layers of `network`, which was read from it.

    Weights are those of the file. Weights that are the same everywhere (as in models whose weights were
    stripped), and weights kept in another file, which is never opened, become seeded random ones: whether tiles
    agree with the whole does not depend on the values, but whether a mistake would show does.

    Raises
    ------
    InputError
        When the network is not that of the file.
    """
    file = Path(path)
    try:
        trace = _trace_for(file, network)
        model = onnx.load_model_from_string(file.read_bytes())
        mend_names(model)  # as the reader does, whose trace names the same tensors
        model = inlined(model)
        sessions = Sessions(model)
        live, settled = _split_nodes(model.graph, trace)
        dims = dict(trace.dims)
        constants, missing = _constants(model.graph, settled, live, dims, sessions)
        roles = roles_of(live, {name: dims[name] for name in [*constants, *missing]})
        for name in missing:
            if name not in roles:
                raise InputError(f"the constant '{name}' is kept in another file")
        replaced = [name for name in roles if name in missing or says_nothing(constants[name])]
        for name in replaced:
            kind = missing.get(name, constants[name].dtype if name in constants else np.float32)
            constants[name] = random_weights(name, dims[name], roles[name], kind, seed)
        tensor_of = {spec.name: _tensor_of(trace, (spec.name,), spec.shape) for spec in network.inputs}
        for layer in network.layers:
            tensor_of[layer.name] = _tensor_of(trace, (layer.name, *layer.folded), layer.shape)
        aliases = {name: _aliases(trace, tensor) for name, tensor in tensor_of.items()}
        groups = _groups(network, live, tensor_of, aliases, set(constants))
        types = _input_types(model.graph, network, trace)
    except InputError as error:
        raise error.at(str(file)) from None
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror or error}", str(file)) from None
    tensors = Tensors(dims, constants)
    return RunnableModel(
        network, sessions, tensors, tensor_of, aliases, groups, len(roles), len(replaced), live, types
    )


def _trace_for(file: Path, network: Network) -> OnnxTrace:
    """Trace the file as it is, or for the network's input shapes where it leaves them open or has others."""
    wanted = {spec.name: spec.shape for spec in network.inputs}
    failed: InputError | None = None
    for shapes in ({}, wanted):
        try:
            trace = trace_onnx(file, shapes)
        except InputError as error:
            failed = failed or error
            continue
        found = {name: tensor for tensor, name in trace.layers.items()}
        for name, shape in wanted.items():
            if name not in found:
                raise InputError(f"it has no input '{name}', which the network reads")
            if to_shape(trace.dims[found[name]]) != shape:
                break
        else:
            return trace
    raise failed or InputError("its inputs have other shapes than those of the network")


def _split_nodes(graph: Any, trace: OnnxTrace) -> tuple[list[Any], list[Any]]:
    """Return the nodes that depend on the inputs, and those that are settled before, both in order."""
    producer = {o: node for node in graph.node for o in node.output if o}
    order: list[Any] = []
    placed: set[int] = set()
    for root in [tensor for tensor in trace.layers if tensor in producer]:
        stack = [producer[root]]
        while stack:
            node = stack[-1]
            waiting = [
                producer[name] for name in node.input if name in producer and id(producer[name]) not in placed
            ]
            if waiting:
                stack.extend(waiting)
                continue
            stack.pop()
            if id(node) not in placed:
                placed.add(id(node))
                order.append(node)
    live = [node for node in order if not all(o in trace.constants for o in node.output if o)]
    return live, [node for node in order if all(o in trace.constants for o in node.output if o)]


def _constants(
    graph: Any, settled: list[Any], live: list[Any], dims: dict[str, Dims], sessions: Sessions
) -> tuple[dict[str, Array], dict[str, Any]]:
    """Return the values of the constants that `live` reads, and the types of those that are not in the file."""
    values: dict[str, Array] = {}
    missing: dict[str, Any] = {}
    tensors = [
        *graph.initializer,
        *(_constant_tensor(node) for node in settled if node.op_type == "Constant"),
    ]
    for tensor in tensors:
        value = _value(tensor)
        if value is None:
            missing[tensor.name] = helper.tensor_dtype_to_np_dtype(tensor.data_type)
            dims[tensor.name] = tuple(tensor.dims)
        else:
            values[tensor.name] = value
    for node in settled:
        if node.op_type != "Constant":
            _evaluate(node, values, dims, sessions)
    needed = {name for node in live for name in node.input if name}
    values = {name: value for name, value in values.items() if name in needed}
    dims.update((name, value.shape) for name, value in values.items())
    return values, {name: kind for name, kind in missing.items() if name in needed}


def _constant_tensor(node: Any) -> Any:
    for name, value in attributes_of(node).items():
        if name == "value":
            tensor = onnx.TensorProto()
            tensor.CopyFrom(value)
            tensor.name = node.output[0]
            return tensor
        if name in ("value_ints", "value_int"):
            return numpy_helper.from_array(np.asarray(value, np.int64), node.output[0])
        if name in ("value_floats", "value_float"):
            return numpy_helper.from_array(np.asarray(value, np.float32), node.output[0])
    raise InputError(f"the constant '{node.output[0]}' is of a kind that cannot be run")


def _value(tensor: Any) -> Array | None:
    if tensor.data_location == onnx.TensorProto.EXTERNAL:
        return None
    try:
        return np.asarray(numpy_helper.to_array(tensor))
    except Exception:  # onnx raises whatever its parsing runs into; a stripped tensor has no bytes
        return None


def _evaluate(node: Any, values: dict[str, Array], dims: Mapping[str, Dims], sessions: Sessions) -> None:
    """Run one node that is settled before the run; shapes of computed tensors are those of batch 1."""
    if node.op_type in ("Shape", "Size") and node.input[0] not in values:
        made = np.array(dims[node.input[0]], np.int64)
        attributes = attributes_of(node)
        if node.op_type == "Size":
            values[node.output[0]] = np.array(np.prod(made), np.int64)
        else:
            values[node.output[0]] = made[attributes.get("start", 0) : attributes.get("end", len(made))]
        return
    absent = [name for name in node.input if name and name not in values]
    if absent:
        raise InputError(f"the constant '{absent[0]}' is kept in another file")
    try:
        outputs = [o for o in node.output if o]
        reads = {name: values[name] for name in node.input if name}
        made_values = sessions.run([node], {}, reads, outputs, keep=False)
    except MismatchError as error:
        raise InputError(f"the constant '{node.output[0]}': {error}") from None
    values.update(zip(outputs, made_values, strict=True))


def _tensor_of(trace: OnnxTrace, names: Sequence[str], shape: Shape) -> str:
    """The ONNX tensor of a layer: the last one of the operators folded into it that has the layer's shape."""
    mine = set(names)
    found = [t for t, name in trace.layers.items() if name in mine and to_shape(trace.dims[t]) == shape]
    if not found:
        raise InputError(f"it makes no tensor of shape {list(shape)} for '{names[0]}', as the network has it")
    return found[-1]


def _groups(
    network: Network,
    live: list[Any],
    tensor_of: Mapping[str, str],
    aliases: Mapping[str, Sequence[str]],
    constants: set[str],
) -> dict[str, Group]:
    groups = {}
    for layer in network.layers:
        sources = {t: read for read in layer.inputs for t in aliases[read]}
        output = tensor_of[layer.name]
        sources.pop(output, None)
        nodes, reads = _between(live, [output], set(sources) | constants)
        unknown = [t for t in reads if t not in sources and t not in constants]
        if unknown or not nodes:
            what = f"reads '{unknown[0]}'" if unknown else "is made by no node"
            raise InputError(f"the layer '{layer.name}' {what}, other than in the network")
        groups[layer.name] = Group(nodes, output, {t: sources[t] for t in reads if t in sources})
    return groups


def _aliases(trace: OnnxTrace, tensor: str) -> list[str]:
    """ONNX tensors with the values of a layer: its own, and others that the reader of the file took for it."""
    dims = trace.dims[tensor]
    same = [t for t, layer in trace.layers.items() if layer == trace.layers[tensor] and trace.dims[t] == dims]
    return [tensor, *(t for t in same if t != tensor)]


def _between(nodes: Sequence[Any], outputs: Iterable[str], known: set[str]) -> tuple[list[Any], list[str]]:
    """Return the nodes that make `outputs` from `known` tensors, in order, and the tensors they do not make."""
    wanted = set(outputs) - known
    kept: list[Any] = []
    for node in reversed(nodes):
        if any(o in wanted for o in node.output if o):
            kept.append(node)
            wanted.update(name for name in node.input if name and name not in known)
    kept.reverse()
    made = {o for node in kept for o in node.output if o}
    reads = dict.fromkeys(name for node in kept for name in node.input if name and name not in made)
    return kept, list(reads)


def _input_types(graph: Any, network: Network, trace: OnnxTrace) -> dict[str, Any]:
    """Element types of the network inputs, float where the file says nothing."""
    by_tensor = {i.name: i.type.tensor_type.elem_type for i in graph.input}
    found = {}
    for spec in network.inputs:
        for tensor in (spec.name, *(t for t, name in trace.layers.items() if name == spec.name)):
            if by_tensor.get(tensor):
                found[spec.name] = helper.tensor_dtype_to_np_dtype(by_tensor[tensor])
                break
    return found
