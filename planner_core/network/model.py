"""Layer and Network: the frozen, validated DAG that everything else is computed from (SPEC section 1)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from planner_core.errors import InputError

__all__ = [
    "DRAWING",
    "POINTWISE",
    "WHOLE",
    "Layer",
    "Network",
    "Receptive",
    "Shape",
    "TensorSpec",
    "Transposed",
    "Upsample",
    "Window",
]

Shape: TypeAlias = tuple[int, int, int]
Pair: TypeAlias = tuple[int, int]

DRAWING = "drawing"
"""Key in a layer's attributes that keeps where it was drawn, and with the first reader the network inputs."""

_MAX_EXTENT = 1 << 24
_MAX_WORK = 10**100  # products of it with areas and times, and sums over layers, stay far inside a double


def _check_window(label: str, values: tuple[int, ...], least: int) -> None:
    if min(values) < least:
        raise InputError(f"{label} {list(values)} must hold integers from {least} on")
    if max(values) > _MAX_EXTENT:
        raise InputError(f"{label} {list(values)} is too large to plan with")


@dataclass(frozen=True, slots=True)
class Window:
    """A sliding window: convolution or pooling.

    Parameters
    ----------
    kernel, stride, dilation : (int, int)
        Along H and W.
    padding : (top, left, bottom, right)
        Only `top` and `left` move the window; `bottom` and `right` are kept for the reader.
    """

    kernel: Pair
    stride: Pair = (1, 1)
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)
    dilation: Pair = (1, 1)

    def __post_init__(self) -> None:
        for label, values, least in (
            ("kernel", self.kernel, 1),
            ("stride", self.stride, 1),
            ("padding", self.padding, 0),
            ("dilation", self.dilation, 1),
        ):
            _check_window(label, values, least)


@dataclass(frozen=True, slots=True)
class Transposed:
    """A transposed convolution; `window` is that of the convolution it inverts."""

    window: Window


@dataclass(frozen=True, slots=True)
class Upsample:
    """Nearest-neighbour upsampling by `stride` along H and W."""

    stride: Pair

    def __post_init__(self) -> None:
        _check_window("upsample", self.stride, 1)


Receptive: TypeAlias = Window | Transposed | Upsample | Literal["pointwise", "whole"]
"""What a layer reads of each of its inputs to make an interval of its output."""

POINTWISE: Literal["pointwise"] = "pointwise"
WHOLE: Literal["whole"] = "whole"


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """A network input: its name and its shape (C, H, W)."""

    name: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer; its single output tensor carries its name.

    Parameters
    ----------
    name : str
        Unique among layers and network inputs.
    op : str
        Operator as the user knows it ("Conv", "MaxPool", "Gemm", ... or a made-up one); planning never reads it.
    inputs : tuple of str
        Names of network inputs or earlier layers.
    shape : (C, H, W)
        Of the output.
    flops : float
        d_v in FLOP for the whole output (SPEC section 1).
    macs : int
        Multiply-accumulates of convolution, FC and MatMul; 0 elsewhere.
    receptive : Receptive
        The same for every input. A pointwise reader of a map of extent 1 broadcasts it.
    folded : tuple of str
        Names of the operators that were folded into this layer, in order.
    attributes : mapping
        JSON values kept for display and round trips.
    """

    name: str
    op: str
    inputs: tuple[str, ...]
    shape: Shape
    flops: float
    macs: int
    receptive: Receptive
    folded: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict, compare=True, hash=False)

    @property
    def elements(self) -> int:
        """C * H * W of the output."""
        return math.prod(self.shape)


def check_shape(shape: Iterable[int], what: str) -> None:
    """Raise InputError unless `shape` is three positive integers of a size that int64 areas can hold."""
    values = list(shape)
    if len(values) != 3 or any(isinstance(v, bool) or not isinstance(v, int) or v < 1 for v in values):
        raise InputError(f"{what} has shape {values}; three integers from 1 on are needed")
    if max(values) > _MAX_EXTENT or math.prod(values) > 1 << 48:
        raise InputError(f"{what} has shape {values}, which is too large to plan with")


def check_work(flops: float, macs: int, what: str) -> None:
    """Raise InputError if there is more to compute than can be planned with."""
    if flops > _MAX_WORK or macs > _MAX_WORK:
        raise InputError(
            f"{what} has {'flops' if flops > _MAX_WORK else 'macs'} above 1e100, too large to plan with"
        )


@dataclass(frozen=True, eq=False)
class Network:
    """A DAG of layers in topological order.

    Layers are numbered 1..l in this order, as in the paper; `layers[v - 1]` is layer v.

    Raises
    ------
    InputError
        For a name used twice, an unknown input, a layer that comes before what it reads, a bad shape, or FLOPs
        that are negative or not finite. `Network.sorted` takes layers in any order.
    """

    name: str
    inputs: tuple[TensorSpec, ...]
    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        if not self.inputs:
            raise InputError("the network has no input")
        if not self.layers:
            raise InputError("the network has no layer")
        seen: dict[str, Shape] = {}
        for tensor in self.inputs:
            check_shape(tensor.shape, f"input '{tensor.name}'")
            if tensor.name in seen:
                raise InputError(f"the name '{tensor.name}' is used twice")
            seen[tensor.name] = tensor.shape
        for layer in self.layers:
            _check_layer(layer, seen)
            seen[layer.name] = layer.shape

    @classmethod
    def sorted(cls, name: str, inputs: Iterable[TensorSpec], layers: Iterable[Layer]) -> Network:
        """Build a Network from layers in any order; the given order is kept where it is topological.

        Raises InputError that names the layers of a cycle, if there is one.
        """
        inputs, layers = tuple(inputs), tuple(layers)
        names = [layer.name for layer in layers]
        made = frozenset(names)
        seen = {tensor.name for tensor in inputs}
        for layer in layers:
            if any(read in made and read not in seen for read in layer.inputs):
                break
            seen.add(layer.name)
        else:
            return cls(name, inputs, layers)
        if len(made) < len(names):
            return cls(name, inputs, layers)  # a name used twice: the constructor says which
        return cls(name, inputs, _sorted(layers))

    def __len__(self) -> int:
        return len(self.layers)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Network):
            return NotImplemented
        if self._sameness is other._sameness:
            return True
        mine, its = (self.name, self.inputs, self.layers), (other.name, other.inputs, other.layers)
        equal = self._hash == other._hash and mine == its
        if equal:
            # Caches by network ask again for each value: thousands of layers are compared once.
            other.__dict__["_sameness"] = self._sameness
        return equal

    @cached_property
    def _sameness(self) -> object:
        """What networks share that were found to be equal."""
        return object()

    @cached_property
    def _hash(self) -> int:
        return hash((self.name, self.inputs, self.layers))

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Layer name to its number 1..l."""
        return MappingProxyType({layer.name: i for i, layer in enumerate(self.layers, 1)})

    @cached_property
    def shapes(self) -> Mapping[str, Shape]:
        """Tensor name (network input or layer) to (C, H, W)."""
        return MappingProxyType(
            {t.name: t.shape for t in self.inputs} | {layer.name: layer.shape for layer in self.layers}
        )

    @cached_property
    def readers(self) -> Mapping[str, tuple[int, ...]]:
        """Tensor name to the numbers of the layers that read it, ascending, each once."""
        found: dict[str, list[int]] = {name: [] for name in self.shapes}
        for v, layer in enumerate(self.layers, 1):
            for name in dict.fromkeys(layer.inputs):
                found[name].append(v)
        return MappingProxyType({name: tuple(vs) for name, vs in found.items()})

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the tensors that no layer reads, network inputs left out."""
        return tuple(layer.name for layer in self.layers if not self.readers[layer.name])

    @cached_property
    def flops(self) -> float:
        """Sum of d_v over all layers."""
        return math.fsum(layer.flops for layer in self.layers)

    @cached_property
    def macs(self) -> int:
        """Sum of the layers' MACs."""
        return sum(layer.macs for layer in self.layers)

    def __getstate__(self) -> dict[str, Any]:
        # Caches are rebuilt on the other side; mapping proxies cannot be pickled.
        return {"name": self.name, "inputs": self.inputs, "layers": self.layers}


def _check_layer(layer: Layer, seen: Mapping[str, Shape]) -> None:
    label = f"layer '{layer.name}'"
    if not layer.name:
        raise InputError("a layer has no name")
    if layer.name in seen:
        raise InputError(f"the name '{layer.name}' is used twice")
    if not layer.inputs:
        raise InputError(f"{label} reads nothing")
    for name in layer.inputs:
        if name not in seen:
            raise InputError(f"{label} reads '{name}', which is no network input and no layer before it")
    check_shape(layer.shape, label)
    if not (math.isfinite(layer.flops) and layer.flops >= 0):
        raise InputError(f"{label} has flops {layer.flops}; a finite number from 0 on is needed")
    if layer.macs < 0:
        raise InputError(f"{label} has macs {layer.macs}; an integer from 0 on is needed")
    check_work(layer.flops, layer.macs, label)
    if layer.receptive == POINTWISE:
        for name in layer.inputs:
            pairs = zip(seen[name][1:], layer.shape[1:], strict=True)
            if any(i not in (o, 1) for i, o in pairs):
                raise InputError(
                    f"{label} is pointwise with a {layer.shape[1]}x{layer.shape[2]} map, but reads "
                    f"'{name}' with a {seen[name][1]}x{seen[name][2]} map"
                )


def _sorted(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """Put every layer behind those it reads, keeping the given order where that is free."""
    import networkx as nx  # only files in another order need it, and its import is not free

    by_name = {layer.name: layer for layer in layers}
    graph: Any = nx.DiGraph()
    graph.add_nodes_from(by_name)
    graph.add_edges_from((read, layer.name) for layer in layers for read in layer.inputs if read in by_name)
    place = {name: i for i, name in enumerate(by_name)}
    try:
        order = list(nx.lexicographical_topological_sort(graph, key=place.__getitem__))
    except nx.NetworkXUnfeasible:
        ring = [tail for tail, _ in nx.find_cycle(graph)]
        raise InputError("the layers form a cycle: " + " -> ".join([*ring, ring[0]])) from None
    return tuple(by_name[name] for name in order)
