"""NetworkBuilder: writes a network layer by layer, and the operator catalogue fills in the figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from planner_core.errors import InputError
from planner_core.network import operators as ops
from planner_core.network.folding import fold as fold_network
from planner_core.network.model import Layer, Network, Shape, TensorSpec, Window, check_shape
from planner_core.network.operators import POINTWISE_FLOPS, Facts

__all__ = ["NetworkBuilder", "make_window"]

Size: TypeAlias = int | tuple[int, int]
Padding: TypeAlias = int | tuple[int, int] | tuple[int, int, int, int]


def make_window(kernel: Size, stride: Size = 1, padding: Padding = 0, dilation: Size = 1) -> Window:
    """Build a Window from numbers or pairs (H, W); padding also as (top, left, bottom, right)."""
    sides = (padding,) * 4 if isinstance(padding, int) else padding
    if len(sides) == 2:
        sides = (sides[0], sides[1], sides[0], sides[1])
    return Window(_pair(kernel), _pair(stride), sides, _pair(dilation))


class NetworkBuilder:
    """Collects the layers of a network, each by its operator's parameters.

    Every method that adds a layer takes its name first, then the names of the tensors it reads, and returns
    the name again. They raise InputError, naming the layer, where parameters and shapes do not go together.

    Parameters
    ----------
    name : str
        Of the network.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._inputs: list[TensorSpec] = []
        self._layers: list[Layer] = []
        self._shapes: dict[str, Shape] = {}

    def build(self, fold: bool = False) -> Network:
        """Return the network, folded (SPEC section 1) if asked to."""
        network = Network(self.name, tuple(self._inputs), tuple(self._layers))
        return fold_network(network) if fold else network

    def shape(self, tensor: str) -> Shape:
        """(C, H, W) of a network input or a layer added before."""
        if tensor not in self._shapes:
            raise InputError(f"'{tensor}' is no network input and no layer before it")
        return self._shapes[tensor]

    def __contains__(self, tensor: str) -> bool:
        return tensor in self._shapes

    def input(self, name: str, shape: Shape) -> str:
        """Add a network input of shape (C, H, W)."""
        check_shape(shape, f"input '{name}'")
        self._claim(name, shape)
        self._inputs.append(TensorSpec(name, shape))
        return name

    def add_layer(
        self,
        name: str,
        op: str,
        sources: Sequence[str],
        facts: Facts | Callable[..., Facts],
        attributes: Mapping[str, Any] | None = None,
    ) -> str:
        """Add a layer of any operator.

        Parameters
        ----------
        facts : Facts or callable
            A callable gets one shape per source; InputErrors that it raises get the layer's name in front.
        """
        try:
            shapes = [self.shape(source) for source in sources]
            known = facts if isinstance(facts, Facts) else facts(*shapes)
            check_shape(known.shape, "its output")
        except InputError as error:
            raise InputError(f"layer '{name}': {error.cause}") from None
        self._claim(name, known.shape)
        self._layers.append(
            Layer(
                name,
                op,
                tuple(sources),
                known.shape,
                known.flops,
                known.macs,
                known.receptive,
                attributes=dict(attributes or {}),
            )
        )
        return name

    def conv(
        self,
        name: str,
        source: str,
        filters: int,
        kernel: Size,
        *,
        stride: Size = 1,
        padding: Padding = 0,
        dilation: Size = 1,
        groups: int = 1,
    ) -> str:
        """Add a convolution."""

        def facts(x: Shape) -> Facts:
            return ops.convolution(x, filters, make_window(kernel, stride, padding, dilation), groups)

        return self.add_layer(name, "Conv", [source], facts, {"groups": groups} if groups != 1 else None)

    def conv_transpose(
        self,
        name: str,
        source: str,
        filters: int,
        kernel: Size,
        *,
        stride: Size = 1,
        padding: Padding = 0,
        dilation: Size = 1,
        groups: int = 1,
        output_padding: Size = 0,
    ) -> str:
        """Add a transposed convolution."""

        def facts(x: Shape) -> Facts:
            window = make_window(kernel, stride, padding, dilation)
            return ops.transposed_convolution(x, filters, window, groups, _pair(output_padding))

        attributes = {"groups": groups} if groups != 1 else None
        return self.add_layer(name, "ConvTranspose", [source], facts, attributes)

    def pool(
        self,
        name: str,
        source: str,
        kernel: Size,
        *,
        stride: Size = 1,
        padding: Padding = 0,
        dilation: Size = 1,
        ceil_mode: bool = False,
        op: str = "MaxPool",
    ) -> str:
        """Add max pooling, or with op="AveragePool" average pooling."""

        def facts(x: Shape) -> Facts:
            return ops.pool(x, make_window(kernel, stride, padding, dilation), ceil_mode)

        return self.add_layer(name, op, [source], facts, {"ceil_mode": True} if ceil_mode else None)

    def global_pool(self, name: str, source: str, op: str = "GlobalAveragePool") -> str:
        """Add pooling over the whole map."""
        return self.add_layer(name, op, [source], ops.global_pool)

    def dense(self, name: str, source: str, units: int) -> str:
        """Add a fully connected layer over all elements of its input."""
        return self.add_layer(name, "Gemm", [source], lambda x: ops.dense(x, units))

    def elementwise(self, name: str, source: str, op: str) -> str:
        """Add a single-input operator that works position by position: one of POINTWISE_FLOPS."""
        if op not in POINTWISE_FLOPS:
            raise InputError(f"layer '{name}': '{op}' is no operator that works position by position")
        return self.add_layer(name, op, [source], lambda x: ops.elementwise(x, POINTWISE_FLOPS[op]))

    def lrn(self, name: str, source: str, size: int) -> str:
        """Add local response normalisation across `size` channels."""
        return self.add_layer(name, "LRN", [source], lambda x: ops.lrn(x, size), {"size": size})

    def merge(self, name: str, sources: Sequence[str], op: str = "Add") -> str:
        """Add an element-wise sum (or op="Mul", ...) of its sources, with broadcasting."""
        return self.add_layer(name, op, sources, lambda *xs: ops.merge(xs))

    def concat(self, name: str, sources: Sequence[str]) -> str:
        """Add a concatenation along the channels."""
        return self.add_layer(name, "Concat", sources, lambda *xs: ops.concat(xs))

    def reorg(self, name: str, source: str, stride: int) -> str:
        """Add space-to-depth."""
        return self.add_layer(name, "Reorg", [source], lambda x: ops.reorg(x, stride))

    def upsample(self, name: str, source: str, stride: Size) -> str:
        """Add nearest-neighbour upsampling."""
        return self.add_layer(name, "Upsample", [source], lambda x: ops.upsample(x, _pair(stride)))

    def flatten(self, name: str, source: str) -> str:
        """Add the turning of a map into a vector."""
        return self.add_layer(name, "Flatten", [source], ops.flatten)

    def _claim(self, name: str, shape: Shape) -> None:
        if not name:
            raise InputError("a layer has no name")
        if name in self._shapes:
            raise InputError(f"the name '{name}' is used twice")
        self._shapes[name] = shape


def _pair(size: Size) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else size
