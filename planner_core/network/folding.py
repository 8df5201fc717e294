"""Folding: operators that work position by position go into the layer that feeds them (SPEC section 1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from planner_core.network.model import POINTWISE, WHOLE, Layer, Network
from planner_core.network.operators import POINTWISE_FLOPS

__all__ = ["fold"]

_DETECTION_HEADS = {"Region", "Yolo"}
_REARRANGING = {"Flatten", "Reshape", "Squeeze", "Unsqueeze", "Transpose"}
# With one input these have a constant as the other: a scale or a bias.
_WITH_CONSTANT = {"Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Sum", "Mean", "Mod"}
_FOLDABLE = (set(POINTWISE_FLOPS) - _DETECTION_HEADS) | {"LRN"} | _REARRANGING | _WITH_CONSTANT


def fold(network: Network) -> Network:
    """Return `network` with its position-by-position operators folded into the layers before them.

    A single-input operator that keeps the shape and works position by position goes into the layer that makes
    its input, when nothing else reads that; one that reads a network input stays. A Flatten (or Reshape to a
    vector) whose readers all read their whole input disappears: they read the map itself.

    The layer that takes an operator over keeps its own name and operator, adds the FLOPs, and lists the
    operator's name in `folded`; who read the operator now reads that layer, and if the operator's tensor was
    a network output the layer's tensor is one. A Flatten, and what had been folded into it, goes into the
    layer that makes the map, or into its own first reader if the map is a network input or has other readers.
    """
    return _drop_flattens(_fold_pointwise(network))


def _fold_pointwise(network: Network) -> Network:
    alias: dict[str, str] = {}
    kept: dict[str, Layer] = {}
    grown: dict[str, tuple[float, tuple[str, ...]]] = {}
    for layer in network.layers:
        moved = _rename(layer, lambda name: alias.get(name, name))
        host = kept.get(moved.inputs[0])
        alone = len(network.readers[layer.inputs[0]]) == 1
        if host is not None and alone and _can_fold(moved, host):
            flops, folded = grown.get(host.name, (host.flops, host.folded))
            grown[host.name] = (flops + layer.flops, (*folded, layer.name, *layer.folded))
            alias[layer.name] = host.name
        else:
            kept[moved.name] = moved
    for name, (flops, folded) in grown.items():
        kept[name] = replace(kept[name], flops=flops, folded=folded)
    return Network(network.name, network.inputs, tuple(kept.values()))


def _can_fold(layer: Layer, host: Layer) -> bool:
    return (
        layer.op in _FOLDABLE
        and layer.receptive == POINTWISE
        and len(layer.inputs) == 1
        and layer.shape == host.shape
    )


def _drop_flattens(network: Network) -> Network:
    kept = {layer.name: layer for layer in network.layers}
    alias: dict[str, str] = {}
    for layer in network.layers:
        readers = [network.layers[v - 1] for v in network.readers[layer.name]]
        if not _is_flatten(layer) or not readers or any(r.receptive != WHOLE for r in readers):
            continue
        source = alias.get(layer.inputs[0], layer.inputs[0])
        alias[layer.name] = source
        flattened = kept.pop(layer.name)
        gone = (flattened.name, *flattened.folded)
        if source in kept and len(network.readers[layer.inputs[0]]) == 1:
            kept[source] = _absorb(kept[source], flattened.flops, gone)
        else:
            first = kept[readers[0].name]
            kept[first.name] = replace(first, flops=first.flops + flattened.flops, folded=gone + first.folded)
    if not alias:
        return network
    layers = tuple(_rename(layer, lambda name: alias.get(name, name)) for layer in kept.values())
    return Network(network.name, network.inputs, layers)


def _is_flatten(layer: Layer) -> bool:
    return (
        layer.op in _REARRANGING
        and layer.receptive == WHOLE
        and len(layer.inputs) == 1
        and layer.shape[1:] == (1, 1)
    )


def _absorb(host: Layer, flops: float, names: tuple[str, ...]) -> Layer:
    return replace(host, flops=host.flops + flops, folded=host.folded + names)


def _rename(layer: Layer, new_name: Callable[[str], str]) -> Layer:
    inputs = tuple(new_name(name) for name in layer.inputs)
    return layer if inputs == layer.inputs else replace(layer, inputs=inputs)
