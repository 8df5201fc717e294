"""The network as flat arrays: what compiled loops walk when they carry intervals backward (SPEC section 2)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from planner_core.network.model import POINTWISE, WHOLE, Layer, Network, Transposed, Upsample, Window

__all__ = ["EdgeKind", "Program", "program_of"]

Int = npt.NDArray[np.int64]


class EdgeKind:
    """How one axis of a layer's output interval becomes an interval of its input."""

    SAME = 0
    WHOLE = 1
    WINDOW = 2
    UPSAMPLE = 3
    TRANSPOSED = 4


@dataclass(frozen=True, eq=False)
class Program:
    """A network flattened; independent of tau, grid and speeds.

    Tensors are numbered: network inputs 0..n_inputs-1, then layer v at n_inputs + v - 1.

    Attributes
    ----------
    tensor_names : tuple of str
    n_inputs : int
    extent : (2, T) int64
        H and W of every tensor.
    channels : (T,) int64
    flops : (l,) float64
        d_v.
    edge_start : (l + 1,) int64
        Edges of layer v are edge_start[v - 1] .. edge_start[v].
    edge_tensor : (E,) int64
        What the edge reads.
    edge_rule : (2, E, 5) int64
        Along each axis: kind, kernel, stride, padding at the beginning, dilation.
    edge_layer : (E,) int64
        Number of the layer that the edge belongs to.
    reader_start : (T + 1,) int64
        Edges that read tensor t are reader_edge[reader_start[t] : reader_start[t + 1]].
    reader_edge : (E,) int64
        Per tensor, the last reader first.
    last_reader : (T,) int64
        Number of the last layer that reads the tensor; 0 where none does.
    """

    tensor_names: tuple[str, ...]
    n_inputs: int
    extent: Int
    channels: Int
    flops: npt.NDArray[np.float64]
    edge_start: Int
    edge_tensor: Int
    edge_rule: Int
    edge_layer: Int
    reader_start: Int
    reader_edge: Int
    last_reader: Int

    def frontier(self, tau: int) -> npt.NDArray[np.bool_]:
        """(T,) mask of the frontier of the prefix 1..tau: read after it, or an output produced in it."""
        number = np.arange(len(self.tensor_names)) - self.n_inputs + 1
        made = number <= tau
        unread_output = (self.last_reader == 0) & (number >= 1)
        return np.asarray(made & ((self.last_reader > tau) | unread_output))

    @cached_property
    def cut_extents(self) -> Int:
        """(l, 2) S_tau^L and S_tau^W for tau = 1..l: the least H and W over the frontier tensors that layers make."""
        layers = len(self.flops)
        least = np.full((layers, 2), np.iinfo(np.int64).max)
        for number, tensor in enumerate(range(self.n_inputs, len(self.tensor_names)), 1):
            last = int(self.last_reader[tensor])
            there = least[number - 1 : last - 1 if last else layers]  # on the frontier from `number` on
            np.minimum(there, self.extent[:, tensor], out=there)
        least.setflags(write=False)
        return least


@lru_cache(maxsize=32)
def program_of(network: Network) -> Program:
    """Flatten `network`; kept for the last networks used."""
    names = tuple(network.shapes)
    position = {name: t for t, name in enumerate(names)}
    shapes = np.array(list(network.shapes.values()), np.int64)
    edge_tensor: list[int] = []
    rules: list[list[list[int]]] = [[], []]
    edge_start = [0]
    for layer in network.layers:
        for name in dict.fromkeys(layer.inputs):
            edge_tensor.append(position[name])
            for axis in range(2):
                rules[axis].append(_rule(layer, network.shapes[name][axis + 1], axis))
        edge_start.append(len(edge_tensor))
    last = [readers[-1] if readers else 0 for readers in (network.readers[n] for n in names)]
    edge_layer = np.repeat(np.arange(1, len(network) + 1), np.diff(edge_start))
    counts = np.bincount(edge_tensor, minlength=len(names))
    return Program(
        tensor_names=names,
        n_inputs=len(network.inputs),
        extent=np.ascontiguousarray(shapes[:, 1:].T),
        channels=np.ascontiguousarray(shapes[:, 0]),
        flops=np.array([layer.flops for layer in network.layers], np.float64),
        edge_start=np.array(edge_start, np.int64),
        edge_tensor=np.array(edge_tensor, np.int64),
        edge_rule=np.array(rules, np.int64),
        edge_layer=edge_layer.astype(np.int64),
        reader_start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        reader_edge=np.lexsort((-edge_layer, np.array(edge_tensor))).astype(np.int64),
        last_reader=np.array(last, np.int64),
    )


def _rule(layer: Layer, extent: int, axis: int) -> list[int]:
    receptive: Any = layer.receptive
    if receptive == POINTWISE:
        broadcast = extent == 1 and layer.shape[axis + 1] != 1
        return [EdgeKind.WHOLE if broadcast else EdgeKind.SAME, 1, 1, 0, 1]
    if receptive == WHOLE:
        return [EdgeKind.WHOLE, 1, 1, 0, 1]
    if isinstance(receptive, Upsample):
        return [EdgeKind.UPSAMPLE, 1, receptive.stride[axis], 0, 1]
    kind = EdgeKind.TRANSPOSED if isinstance(receptive, Transposed) else EdgeKind.WINDOW
    window: Window = receptive.window if isinstance(receptive, Transposed) else receptive
    return [kind, window.kernel[axis], window.stride[axis], window.padding[axis], window.dilation[axis]]
