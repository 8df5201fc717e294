"""What the network view says about a network; imports no Qt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from flgui.text import TIMES, count, format_flop, join, shape_text
from planner_core.network.model import DRAWING, Layer, Network, Receptive, Transposed, Upsample, Window
from planner_core.network.operators import flops_unknown
from planner_core.zoo import BUNDLED

__all__ = [
    "NetworkModel",
    "NodeText",
    "family_of",
    "kernel_text",
    "network_model",
    "operator_family",
    "short_flop",
]

_FAMILIES: Mapping[str, str] = {
    **dict.fromkeys(
        ("conv", "convtranspose", "convinteger", "qlinearconv", "deformconv", "convolutional"), "conv"
    ),
    **dict.fromkeys(("maxpool", "averagepool", "lppool", "globalaveragepool", "globalmaxpool"), "pool"),
    **dict.fromkeys(("globallppool", "avgpool", "reducemean", "reducemax"), "pool"),
    **dict.fromkeys(("gemm", "matmul", "fc", "fullyconnected", "dense", "connected", "einsum"), "fc"),
    **dict.fromkeys(("add", "sub", "mul", "div", "sum", "mean", "max", "min", "pow", "concat"), "merge"),
    **dict.fromkeys(("shortcut", "route"), "merge"),
    **dict.fromkeys(("batchnormalization", "instancenormalization", "lrn", "layernormalization"), "norm"),
    **dict.fromkeys(("groupnormalization", "rmsnormalization", "lpnormalization", "scale"), "norm"),
    **dict.fromkeys(("flatten", "reshape", "transpose", "squeeze", "unsqueeze", "pad", "slice"), "reshape"),
    **dict.fromkeys(
        ("reorg", "spacetodepth", "depthtospace", "pixelshuffle", "upsample", "resize"), "reshape"
    ),
    **dict.fromkeys(("split", "gather", "tile", "expand", "crop", "identity", "dropout", "cast"), "reshape"),
    **dict.fromkeys(("relu", "leakyrelu", "prelu", "thresholdedrelu", "relu6", "clip", "elu", "selu"), "act"),
    **dict.fromkeys(("celu", "gelu", "mish", "swish", "silu", "sigmoid", "hardsigmoid", "hardswish"), "act"),
    **dict.fromkeys(
        ("logistic", "tanh", "softplus", "softsign", "softmax", "logsoftmax", "activation"), "act"
    ),
    **dict.fromkeys(("region", "yolo", "exp", "log", "sqrt", "abs", "neg", "erf", "bias"), "act"),
}

UNKNOWN_FLOP = "?"
WHOLE_INPUT = "reads whole input"

_MOST_FOLDED = 4
_MOST_ATTRIBUTES = 5
_LONGEST_VALUE = 32


@dataclass(frozen=True, slots=True)
class NodeText:
    """One node of the graph, a network input or a layer.

    Parameters
    ----------
    name : str
    family : str
        Key of the operator colours: "io", "conv", "pool", "fc", "merge", "act", "norm", "reshape", "custom".
    kernel : str
        "11×11 /4"; empty without a window; "reads whole input" of an unknown operator.
    flop : str
        "141 M", "?" where nobody knows; empty for an input.
    share : float
        FLOP over those of the heaviest layer, 0..1.
    shape : str
        Of the output: "64×55×55".
    facts : tuple of (label, value)
        Lines of the tooltip.
    brief : str
        Stands for `kernel` where that has no room.
    """

    name: str
    family: str
    kernel: str
    flop: str
    share: float
    shape: str
    facts: tuple[tuple[str, str], ...]
    brief: str = ""

    @property
    def title(self) -> str:
        """First line of the tooltip."""
        return self.name


@dataclass(frozen=True, eq=False)
class NetworkModel:
    """A network as a graph: the inputs first, then layers 1..l; node v + inputs - 1 is layer v.

    Parameters
    ----------
    title, summary : str
        "AlexNet" and "11 layers · 1.43 GFLOP".
    nodes : tuple of NodeText
    edges : tuple of (tail, head)
        Node numbers, each pair once.
    weights : tuple of float
        FLOP by node.
    inputs : int
        Number of network inputs.
    """

    title: str
    summary: str
    nodes: tuple[NodeText, ...]
    edges: tuple[tuple[int, int], ...]
    weights: tuple[float, ...]
    inputs: int

    @property
    def is_chain(self) -> bool:
        """Whether every layer reads just the one before it."""
        return (
            self.inputs == 1
            and all(b == a + 1 for a, b in self.edges)
            and len(self.edges) == len(self.nodes) - 1
        )


@lru_cache(maxsize=8)
def network_model(network: Network) -> NetworkModel:
    """Return the texts and edges of `network`."""
    most = max((layer.flops for layer in network.layers), default=0.0) or 1.0
    number = {t.name: i for i, t in enumerate(network.inputs)}
    number |= {layer.name: len(network.inputs) + i for i, layer in enumerate(network.layers)}
    nodes = [
        NodeText(t.name, "io", "", "", 0.0, shape_text(t.shape), (("Network input", shape_text(t.shape)),))
        for t in network.inputs
    ]
    nodes += [_layer_text(layer, v, most) for v, layer in enumerate(network.layers, 1)]
    edges = dict.fromkeys(
        (number[name], number[layer.name]) for layer in network.layers for name in layer.inputs
    )
    bundled = BUNDLED.get(network.name)
    return NetworkModel(
        title=bundled.title if bundled else network.name,
        summary=_summary(network),
        nodes=tuple(nodes),
        edges=tuple(edges),
        weights=(0.0,) * len(network.inputs) + tuple(layer.flops for layer in network.layers),
        inputs=len(network.inputs),
    )


def _summary(network: Network) -> str:
    unknown = sum(flops_unknown(layer) for layer in network.layers)
    layers = count(len(network), "layer") + (f", {unknown} unknown" if unknown else "")
    return f"{layers} · {join(format_flop(network.flops))}"


def operator_family(layer: Layer) -> str:
    """Return the key of the operator colours that `layer` belongs to."""
    if flops_unknown(layer):
        return "custom"
    return family_of(layer.op)


def family_of(op: str) -> str:
    """Return the key of the operator colours that an operator's name belongs to."""
    return _FAMILIES.get(op.replace("_", "").replace("-", "").lower(), "custom")


def kernel_text(receptive: Receptive) -> str:
    """Write what a layer reads: "11×11 /4", "3×3 d2", "up ×2"; empty without a window."""
    if isinstance(receptive, Upsample):
        return f"up {_pair(receptive.stride, TIMES)}"
    window = receptive.window if isinstance(receptive, Transposed) else receptive
    if not isinstance(window, Window):
        return ""
    parts = [f"{window.kernel[0]}{TIMES}{window.kernel[1]}"]
    if window.stride != (1, 1):
        parts.append(_pair(window.stride, TIMES if isinstance(receptive, Transposed) else "/"))
    if window.dilation != (1, 1):
        parts.append(_pair(window.dilation, "d"))
    return " ".join(parts)


def short_flop(flop: float) -> str:
    """Write FLOP for a narrow column: "448 M", "0.4 M", "20 k", "3.6 G"."""
    if flop >= 9.995e8:
        number, unit = format_flop(flop, 2 if flop < 1e10 else 3)
        return f"{number} {unit[:1]}"
    if flop >= 9.5e5:
        return f"{flop / 1e6:.0f} M"
    if flop >= 5e4:
        return f"{flop / 1e6:.1f} M"
    return f"{flop / 1e3:.0f} k" if flop >= 1e3 else f"{flop:.0f}"


def _pair(values: tuple[int, int], sign: str) -> str:
    """Write "/2", or "/2×1" where the two differ."""
    return f"{sign}{values[0]}" if values[0] == values[1] else f"{sign}{values[0]}{TIMES}{values[1]}"


def _layer_text(layer: Layer, number: int, most: float) -> NodeText:
    reads = kernel_text(layer.receptive) or (
        "whole input" if layer.receptive == "whole" else "position by position"
    )
    facts = [
        ("Layer", f"{number}, {layer.op}"),
        ("Output", shape_text(layer.shape)),
        ("Work", _work(layer)),
    ]
    if layer.macs:
        facts.append(("MACs", f"{layer.macs:,}".replace(",", "\u202f")))
    facts.append(("Reads", f"{reads} of {_named(layer.inputs)}"))
    if layer.folded:
        facts.append(("Folded in", _named(layer.folded)))
    shown = [(k, v) for k, v in layer.attributes.items() if v not in (None, [], {}, "") and k != DRAWING]
    facts += [(str(k), _value(v)) for k, v in shown[:_MOST_ATTRIBUTES]]
    if len(shown) > _MOST_ATTRIBUTES:
        facts.append(("", f"and {count(len(shown) - _MOST_ATTRIBUTES, 'attribute')} more"))
    return NodeText(
        name=layer.name,
        family=operator_family(layer),
        kernel=WHOLE_INPUT if flops_unknown(layer) else kernel_text(layer.receptive),
        flop=UNKNOWN_FLOP if flops_unknown(layer) else short_flop(layer.flops),
        share=layer.flops / most,
        shape=shape_text(layer.shape),
        facts=tuple(facts),
        brief="whole input" if flops_unknown(layer) else "",
    )


def _work(layer: Layer) -> str:
    if flops_unknown(layer):
        return "unknown, counted as none"
    return join(format_flop(layer.flops)) if layer.flops else "none"


def _named(names: tuple[str, ...]) -> str:
    if len(names) > _MOST_FOLDED:
        return f"{', '.join(names[: _MOST_FOLDED - 1])} and {len(names) - _MOST_FOLDED + 1} more"
    return ", ".join(names)


def _value(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"
