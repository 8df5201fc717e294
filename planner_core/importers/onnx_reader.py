"""Reader of ONNX models: structure and shapes only, never the weights."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner_core.errors import InputError
from planner_core.importers import onnx_elementwise, onnx_shapes, onnx_windows
from planner_core.importers.onnx_context import Context, Handler, to_shape
from planner_core.importers.onnx_graph import Dims, OnnxGraph, load_graph, node_label
from planner_core.importers.onnx_windows import CeilRoundingDiffers
from planner_core.network import operators as ops
from planner_core.network.builder import NetworkBuilder
from planner_core.network.model import Network, Shape

__all__ = ["OnnxTrace", "read_onnx", "trace_onnx"]

_HANDLERS: Mapping[str, Handler] = {
    **onnx_windows.HANDLERS,
    **onnx_shapes.HANDLERS,
    **onnx_elementwise.HANDLERS,
}
_STANDARD = ("", "ai.onnx")
_TO_CHANNELS_FIRST = (0, 3, 1, 2)


def read_onnx(
    path: str | os.PathLike[str], fold: bool = True, input_shapes: Mapping[str, Shape] | None = None
) -> Network:
    """Read an ONNX model for batch 1.

    Constants, and nodes that no output needs, are left out. An operator that the catalogue does not know
    becomes a layer that reads its inputs whole, with no FLOPs and the attribute `unknown_operator`. External
    data is never opened.

    Parameters
    ----------
    input_shapes : mapping, optional
        Input name to (C, H, W), for dimensions that the file leaves open, or in place of those it states.

    Raises
    ------
    InputError
        That names the file, and the node or input where there is one.
    """
    try:
        return _read(Path(path), input_shapes).builder.build(fold)
    except InputError as error:
        raise error.at(os.fspath(path)) from None


@dataclass(frozen=True, eq=False)
class OnnxTrace:
    """What became of an ONNX model's tensors.

    Parameters
    ----------
    layers : mapping
        ONNX tensor name to the name of the network input, or of the layer before folding, whose tensor it is; in
        the order in which the nodes run.
    dims : mapping
        ONNX tensor name to its dimensions, batch 1, where they are known.
    constants : set of str
        ONNX tensors that do not depend on the inputs' values.
    """

    layers: Mapping[str, str]
    dims: Mapping[str, Dims]
    constants: frozenset[str]


def trace_onnx(path: str | os.PathLike[str], input_shapes: Mapping[str, Shape] | None = None) -> OnnxTrace:
    """Read an ONNX model as `read_onnx` does and say which of its tensors the layers make."""
    context = _read(Path(path), input_shapes)
    return OnnxTrace(context.names, dict(context.graph.dims), frozenset(context.graph.constants))


def _read(file: Path, input_shapes: Mapping[str, Shape] | None) -> Context:
    try:
        graph = load_graph(file, dict(input_shapes or {}))
        while True:
            try:
                return _build(graph, file.stem)
            except CeilRoundingDiffers as found:  # once for each pooling at the most
                graph.repad(found.node, found.pads)
    except InputError as error:
        raise error.at(str(file)) from None
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror or error}", str(file)) from None


def _build(graph: OnnxGraph, name: str) -> Context:
    context = Context(graph, NetworkBuilder(name))
    for node in _add_inputs(context):
        _add_node(context, node)
    return context


def _add_inputs(context: Context) -> list[Any]:
    """Add the network inputs; return the nodes that are left to read.

    An image that comes channels last and is only turned round is taken as the planner has it: (C, H, W).
    """
    graph = context.graph
    reads = Counter(name for node in graph.nodes for name in node.input)
    turned = {
        node.input[0]: node
        for node in graph.nodes
        if node.op_type == "Transpose"
        and node.input[0] in graph.inputs
        and reads[node.input[0]] == 1
        and context.list_attribute(node, "perm") == _TO_CHANNELS_FIRST
    }
    for name, dims in graph.inputs.items():
        tensor, size = name, dims
        if name in turned and len(dims) == 4:
            tensor, size = turned[name].output[0], tuple(dims[axis] for axis in _TO_CHANNELS_FIRST)
        else:
            turned.pop(name, None)
        context.builder.input(name, to_shape(size))
        context.alias(tensor, name, size)
    gone = {id(node) for node in turned.values()}
    return [node for node in graph.nodes if id(node) not in gone]


def _add_node(context: Context, node: Any) -> None:
    handler = _HANDLERS.get(node.op_type) if node.domain in _STANDARD else None
    try:
        (handler or _unknown)(context, node)
    except InputError as error:
        raise InputError(f"{node_label(node)}: {error.cause}") from None
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        # A model need not keep to its operators' signatures: too few inputs, attributes of another type, ...
        raise InputError(f"{node_label(node)} is malformed: {error}") from None


def _unknown(context: Context, node: Any) -> None:
    for output, name in enumerate(node.output):
        if not name or (output and name not in context.graph.dims):
            continue
        facts = ops.whole(context.output_shape(node, output))
        context.add(node, facts, output=output, attributes={"unknown_operator": True})
