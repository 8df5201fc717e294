"""What the ONNX handlers share: the node's attributes, shapes and names, and a builder to add layers to."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import onnx

from planner_core.errors import InputError
from planner_core.importers.onnx_graph import Dims, OnnxGraph
from planner_core.network import operators as ops
from planner_core.network.builder import NetworkBuilder
from planner_core.network.model import POINTWISE, Shape
from planner_core.network.operators import Facts

__all__ = ["Context", "Handler", "spatial_axes", "to_shape"]


def to_shape(dims: Dims) -> Shape:
    """Turn ONNX dimensions into (C, H, W), row-major order kept.

    The last two of four or more are H and W; the last of three is H; all others multiply into C.
    """
    if len(dims) >= 4:
        return math.prod(dims[:-2]), dims[-2], dims[-1]
    if len(dims) == 3:
        return math.prod(dims[:-1]), dims[-1], 1
    return math.prod(dims), 1, 1


def spatial_axes(rank: int) -> range:
    """Axes that are H and W in `to_shape`."""
    return range(rank - 2, rank) if rank >= 4 else range(2, 3) if rank == 3 else range(0)


class Context:
    """The network that is being read, and the tensors that are known so far.

    Parameters
    ----------
    graph : OnnxGraph
    builder : NetworkBuilder
        Gets the layers.
    """

    def __init__(self, graph: OnnxGraph, builder: NetworkBuilder) -> None:
        self.graph = graph
        self.builder = builder
        self.opset = graph.opset
        self._names: dict[str, str] = {}

    @property
    def names(self) -> dict[str, str]:
        """ONNX tensor to the builder's tensor, in the order in which they came."""
        return dict(self._names)

    def alias(self, tensor: str, name: str, dims: Dims) -> None:
        """Let the ONNX tensor be the builder's tensor `name`."""
        self._names[tensor] = name
        self.graph.dims[tensor] = dims

    def attribute(self, node: Any, name: str, default: Any = None) -> Any:
        """Return an attribute's value: numbers, lists of numbers, or text."""
        for attribute in node.attribute:
            if attribute.name == name:
                value = onnx.helper.get_attribute_value(attribute)
                return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        return default

    def integers(self, node: Any, name: str, count: int, default: int) -> tuple[int, ...]:
        """Return an attribute that is a list of `count` integers."""
        values = self.list_attribute(node, name)
        if not values:
            return (default,) * count
        if len(values) != count:
            raise InputError(f"its {name} is {list(values)}; {count} integers are needed")
        return values

    def list_attribute(self, node: Any, name: str) -> tuple[int, ...] | None:
        """Return an attribute that is a list of integers, or None."""
        values = self.attribute(node, name)
        if values is None:
            return None
        if not isinstance(values, list) or not all(isinstance(v, int) for v in values):
            raise InputError(f"its {name} is no list of integers")
        return tuple(values)

    def integer(self, node: Any, name: str, default: int) -> int:
        """Return an attribute that is an integer."""
        value = self.attribute(node, name, default)
        if not isinstance(value, int):
            raise InputError(f"its {name} is no integer")
        return value

    def list_input(self, node: Any, index: int, attribute: str) -> tuple[int, ...] | None:
        """Return integers that newer opsets take as input `index` and older ones as an attribute."""
        values = self.list_attribute(node, attribute)
        if values is not None:
            return values
        if index >= len(node.input) or not node.input[index]:
            return None
        found = self.graph.value(node.input[index])
        if found is None:
            raise InputError(f"its {attribute} are not constant")
        return tuple(int(v) for v in found.ravel())

    def data(self, node: Any) -> list[str]:
        """ONNX names of the inputs that are computed from the network's inputs."""
        return [name for name in node.input if name and name not in self.graph.constants]

    def is_constant(self, node: Any, index: int) -> bool:
        """Whether input `index` is there and constant."""
        return index < len(node.input) and node.input[index] in self.graph.constants

    def dims(self, tensor: str) -> Dims:
        """ONNX dimensions of a tensor."""
        if tensor not in self.graph.dims:
            raise InputError(f"the shape of '{tensor}' is not known")
        return self.graph.dims[tensor]

    def shape(self, tensor: str) -> Shape:
        """(C, H, W) of a tensor that the network computes."""
        return self.builder.shape(self._layer(tensor))

    def output_shape(self, node: Any, output: int = 0) -> Shape:
        """(C, H, W) of an output, from ONNX's shape inference."""
        return to_shape(self.dims(node.output[output]))

    def add(
        self,
        node: Any,
        facts: Facts,
        *,
        sources: Sequence[str] | None = None,
        output: int = 0,
        attributes: dict[str, Any] | None = None,
        dims: Dims | None = None,
    ) -> None:
        """Add the layer that makes an output of `node`.

        Parameters
        ----------
        sources : list of str
            ONNX names of what it reads; all computed inputs by default.
        dims : tuple of int
            ONNX dimensions of the output, where shape inference found none.
        """
        tensor = node.output[output]
        known = self.graph.dims.get(tensor, dims)
        if known is None:
            raise InputError(f"the shape of its output '{tensor}' is not known")
        if to_shape(known) != facts.shape:
            raise InputError(
                f"its output is {list(known)} by ONNX, but {list(facts.shape)} by its parameters"
            )
        reads = [self._layer(name) for name in (self.data(node) if sources is None else sources)]
        name = self._free_name(node, output)
        self.builder.add_layer(name, node.op_type, reads, facts, attributes)
        self._names[tensor] = name
        self.graph.dims[tensor] = known

    def add_same(self, node: Any, flops_per_element: int, attributes: dict[str, Any] | None = None) -> None:
        """Add an operator that keeps the shape of its first input and works position by position."""
        source = node.input[0]
        facts = ops.elementwise(self.shape(source), flops_per_element)
        self.add(node, facts, sources=[source], dims=self.dims(source), attributes=attributes)

    def add_reshaped(self, node: Any) -> None:
        """Add an operator that only reads its input's elements in another shape, in row-major order."""
        source = node.input[0]
        shape, made = self.shape(source), self.output_shape(node)
        facts = Facts(made, 0.0, 0, POINTWISE) if made == shape else ops.whole(made)
        self.add(node, facts, sources=[source])

    def _layer(self, tensor: str) -> str:
        if tensor not in self._names:
            raise InputError(f"it reads '{tensor}', which is no supported output of the node that makes it")
        return self._names[tensor]

    def _free_name(self, node: Any, output: int) -> str:
        candidates = [node.name if output == 0 else "", node.output[output]]
        name = next((c for c in candidates if c and c not in self.builder), "")
        number = 2
        while not name:
            name = f"{node.output[output]}#{number}"
            name, number = ("" if name in self.builder else name), number + 1
        return name


Handler: TypeAlias = Callable[[Context, Any], None]
"""Adds the layers of one node; InputErrors that it raises get the node's name in front."""
