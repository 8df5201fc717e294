"""What the ONNX handlers share: the node's attributes, shapes and names, and a builder to add layers to."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import onnx

from planner_core.errors import InputError
from planner_core.importers import onnx_infer
from planner_core.importers.onnx_constants import Constants
from planner_core.importers.onnx_graph import Dims, OnnxGraph
from planner_core.importers.onnx_inputs import to_shape
from planner_core.network import operators as ops
from planner_core.network.builder import NetworkBuilder
from planner_core.network.model import POINTWISE, Shape
from planner_core.network.operators import Facts

__all__ = ["Context", "Handler", "spatial_axes", "to_shape"]

_OF_SHAPE = ("Shape", "Size")


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
        self.constants = Constants(graph.tensors, graph.opsets)
        self._dims: dict[str, Dims] = {}
        self._types: dict[str, int] = {}
        self._names: dict[str, str] = {}

    @property
    def names(self) -> dict[str, str]:
        """ONNX tensor to the builder's tensor, in the order in which they came."""
        return dict(self._names)

    def alias(self, tensor: str, name: str, dims: Dims, kind: int) -> None:
        """Let the ONNX tensor be the builder's tensor `name`."""
        self._names[tensor] = name
        self._dims[tensor] = dims
        self._types[tensor] = kind

    # Attributes and inputs

    def attribute(self, node: Any, name: str, default: Any = None) -> Any:
        """Return an attribute's value: numbers, lists of numbers, or text."""
        attribute = node.attributes.get(name)
        if attribute is None:
            return default
        value = onnx.helper.get_attribute_value(attribute)
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else value

    def integers(self, node: Any, name: str, count: int, default: int) -> tuple[int, ...]:
        """Return an attribute that is a list of `count` integers."""
        values = self.list_attribute(node, name)
        if not values:
            return (default,) * count
        if len(values) != count:
            raise InputError(f"its {name} is {list(values)[:8]}; {count} integers are needed")
        return values

    def list_attribute(self, node: Any, name: str) -> tuple[int, ...] | None:
        """Return an attribute that is a list of integers, or None."""
        values = self.attribute(node, name)
        if values is None:
            return None
        if isinstance(values, (str, int, float)) or not all(isinstance(v, int) for v in values):
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
        found = self.value(node.input[index])
        if found is None:
            raise InputError(
                f"its {attribute}, '{node.input[index]}', has no value that is known before the network runs"
            )
        return tuple(int(v) for v in found.ravel())

    def data(self, node: Any) -> list[str]:
        """ONNX names of the inputs that are computed from the network's inputs."""
        return [name for name in node.input if name and name not in self.constants]

    def source(self, node: Any) -> str:
        """ONNX name of the first input, which the network computes."""
        if not node.input or not node.input[0] or node.input[0] in self.constants:
            raise InputError("its first input is none that the network computes")
        return str(node.input[0])

    def is_constant(self, node: Any, index: int) -> bool:
        """Whether input `index` is there and constant."""
        return index < len(node.input) and node.input[index] in self.constants

    # Shapes

    def dims(self, tensor: str) -> Dims:
        """ONNX dimensions of a tensor."""
        found = self._dims.get(tensor)
        if found is None and tensor in self.constants:
            found = self.constants.dims(tensor)
        if found is None:
            raise InputError(f"the shape of '{tensor}' is not known")
        return found

    def value(self, tensor: str) -> np.ndarray | None:
        """Value of a small constant; None for any other tensor."""
        return self.constants.value(tensor) if tensor in self.constants else None

    def shape(self, tensor: str) -> Shape:
        """(C, H, W) of a tensor that the network computes."""
        return self.builder.shape(self._layer(tensor))

    def made(self, node: Any, output: int = 0) -> Dims:
        """ONNX dimensions of an output by ONNX's own rules, worked out when first asked for."""
        tensor = node.output[output]
        if tensor not in self._dims:
            self._infer(node)
        if tensor not in self._dims:
            raise InputError(
                f"the shape of its output '{tensor}' does not follow from what is known before the network runs"
            )
        return self._dims[tensor]

    def tensors(self) -> dict[str, Dims]:
        """Dimensions of all tensors known so far, by ONNX name."""
        return self._dims | self.constants.all_dims()

    # Results

    def settle(self, node: Any) -> bool:
        """Take note of a node whose outputs do not depend on the inputs' values; False for any other."""
        of_shape = node.op_type in _OF_SHAPE and not node.domain
        if of_shape and node.input and node.input[0] in self._dims:
            dims = self._dims[node.input[0]]
            if node.op_type == "Size":
                self.constants.put(node.output[0], np.array(math.prod(dims), np.int64))
            else:
                window = slice(self.integer(node, "start", 0), self.attribute(node, "end"))
                self.constants.put(node.output[0], np.array(dims[window], np.int64))
            return True
        constants = self.constants
        for name in node.input:
            if name and name not in constants:
                return False
        self.constants.add(node)
        return True

    def add(
        self,
        node: Any,
        facts: Facts,
        dims: Dims,
        *,
        sources: Sequence[str] | None = None,
        output: int = 0,
        attributes: dict[str, Any] | None = None,
    ) -> None:
        """Add the layer that makes an output of `node`.

        Parameters
        ----------
        dims : tuple of int
            ONNX dimensions of the output.
        sources : list of str
            ONNX names of what it reads; all computed inputs by default.
        """
        tensor = node.output[output]
        if min(dims, default=1) < 1:
            raise InputError(
                f"its output '{tensor}' has dimensions {list(dims)}, so there is nothing to plan"
            )
        if to_shape(dims) != facts.shape:
            raise InputError(f"its output is {list(dims)} by ONNX, but {list(facts.shape)} by its parameters")
        reads = [self._layer(name) for name in (self.data(node) if sources is None else sources)]
        name = self._free_name(node, output)
        self.builder.add_layer(name, node.op_type, reads, facts, attributes)
        self._names[tensor] = name
        self._dims[tensor] = dims
        if tensor not in self._types:
            self._types[tensor] = onnx_infer.type_of(node, output, self._types)

    def note(self, tensor: str, dims: Dims) -> None:
        """Take note of the dimensions of an output that no layer stands for, such as Dropout's mask."""
        self._dims[tensor] = dims

    def add_same(self, node: Any, flops_per_element: int, attributes: dict[str, Any] | None = None) -> None:
        """Add an operator that keeps the shape of its first input and works position by position."""
        source = self.source(node)
        facts = ops.elementwise(self.shape(source), flops_per_element)
        self.add(node, facts, self.dims(source), sources=[source], attributes=attributes)

    def add_reshaped(self, node: Any, dims: Dims) -> None:
        """Add an operator that only reads its input's elements in another shape, in row-major order."""
        source = self.source(node)
        shape, made = self.shape(source), to_shape(dims)
        if math.prod(made) != math.prod(shape):
            raise InputError(f"it makes {list(dims)} of {list(self.dims(source))}")
        facts = Facts(made, 0.0, 0, POINTWISE) if made == shape else ops.whole(made)
        self.add(node, facts, dims, sources=[source])

    def add_unknown(self, node: Any) -> None:
        """Add the layers of an operator whose FLOPs are not known; it reads its inputs whole."""
        for output, name in enumerate(node.output):
            if not name:
                continue
            if name not in self._dims:
                self._infer(node)
            dims = self._dims.get(name)
            if (
                dims is None and output
            ):  # an extra that may be read by nothing; if it is, that reader complains
                continue
            if dims is None:
                dims = self._claimed(node, name)
            self.add(
                node, ops.whole(to_shape(dims)), dims, output=output, attributes={ops.FLOPS_UNKNOWN: True}
            )

    def _claimed(self, node: Any, tensor: str) -> Dims:
        """Return what the file says of an output that no rule is known for; its batch may be open."""
        dims = self.graph.claimed.get(tensor, ())
        sized = dims[1:] if len(dims) > 1 else dims
        if not sized or min(sized) < 1 or (len(dims) > 1 and dims[0] > 1):
            kind = f"{node.domain}.{node.op_type}" if node.domain else node.op_type
            raise InputError(
                f"no rule is known for the operator {kind}, and the file does not state the shape of its "
                f"output '{tensor}'"
            )
        return (1, *sized) if len(dims) > 1 else dims

    def _infer(self, node: Any) -> None:
        inputs = {name: self._known(name) for name in node.input if name}
        for name, known in onnx_infer.infer(node, self.graph.opsets, inputs).items():
            self._types.setdefault(name, known.type)
            if known.dims is not None:
                self._dims.setdefault(name, known.dims)

    def _known(self, tensor: str) -> onnx_infer.Known:
        if tensor in self.constants:
            return self.constants.known(tensor)
        return onnx_infer.Known(self.dims(tensor), self._types[tensor])

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
