"""Reader of ONNX models: structure and shapes only, never the weights."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner_core.errors import InputError
from planner_core.importers import onnx_elementwise, onnx_products, onnx_resize, onnx_shapes, onnx_windows
from planner_core.importers.onnx_context import Context, Handler
from planner_core.importers.onnx_graph import Dims, load_graph
from planner_core.network.builder import NetworkBuilder
from planner_core.network.model import Network, Shape

__all__ = ["OnnxTrace", "read_onnx", "trace_onnx"]

_HANDLERS: Mapping[str, Handler] = {
    **onnx_windows.HANDLERS,
    **onnx_products.HANDLERS,
    **onnx_shapes.HANDLERS,
    **onnx_resize.HANDLERS,
    **onnx_elementwise.HANDLERS,
}
# Of ONNX Runtime's own operators, those that only join standard ones.
_RUNTIME: Mapping[str, Handler] = {
    "FusedConv": onnx_windows.HANDLERS["Conv"],
    "FusedGemm": onnx_products.HANDLERS["Gemm"],
    "Gelu": onnx_elementwise.HANDLERS["Gelu"],
    "QuickGelu": onnx_elementwise.HANDLERS["Gelu"],
}
_DOMAINS: Mapping[str, Mapping[str, Handler]] = {
    "": _HANDLERS,
    "com.microsoft": _RUNTIME,
}


def read_onnx(
    path: str | os.PathLike[str], fold: bool = True, input_shapes: Mapping[str, Shape] | None = None
) -> Network:
    """Read an ONNX model for batch 1.

    Constants, and nodes that no output needs, are left out. An operator that the catalogue does not know
    becomes a layer that reads its inputs whole, with 0 FLOPs and the attribute `flops_unknown`. Values of
    weights are stepped over, and external data is never opened.

    Parameters
    ----------
    input_shapes : mapping, optional
        Input name to (C, H, W), for dimensions that the file leaves open, or in place of those it states.

    Raises
    ------
    InputError
        That names the file, and the node or input where there is one; MissingShapeError for open dimensions.
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
    return OnnxTrace(context.names, context.tensors(), context.constants.names)


def _read(file: Path, input_shapes: Mapping[str, Shape] | None) -> Context:
    try:
        return _build(file, dict(input_shapes or {}))
    except InputError as error:
        raise error.at(str(file)) from None
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror or error}", str(file)) from None


def _build(path: Path, input_shapes: Mapping[str, Shape]) -> Context:
    graph = load_graph(path, input_shapes)
    context = Context(graph, NetworkBuilder(path.stem))
    gone = set()
    for tensor in graph.inputs:
        context.builder.input(tensor.name, tensor.shape)
        context.alias(tensor.name, tensor.name, tensor.dims, tensor.type)
        if tensor.turned is not None:
            dims = tuple(tensor.dims[axis] for axis in (0, 3, 1, 2))
            context.alias(tensor.turned.output[0], tensor.name, dims, tensor.type)
            gone.add(id(tensor.turned))
    for node in graph.nodes:
        if id(node) not in gone:
            _add_node(context, node)
    return context


def _add_node(context: Context, node: Any) -> None:
    handler = _DOMAINS.get(node.domain, {}).get(node.op_type)
    try:
        if context.settle(node):
            return
        if handler is None:
            context.add_unknown(node)
        else:
            handler(context, node)
    except InputError as error:
        raise InputError(f"{node.label}: {error.cause}") from None
    except RecursionError:
        raise InputError(f"{node.label} reads constants that hang together too deeply") from None
    except IndexError:
        raise InputError(f"{node.label} lacks an input or an output") from None
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        # A model need not keep to its operators' signatures: too few inputs, attributes of another type, ...
        raise InputError(f"{node.label} is malformed: {error}") from None
