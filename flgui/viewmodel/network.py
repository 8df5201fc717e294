"""What the network view says about a network, and where a plan puts its layers; imports no Qt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from flgui.text import TIMES, count, format_bytes, format_flop, join, shape_text
from planner_core.network.model import DRAWING, Layer, Network, Receptive, Transposed, Upsample, Window
from planner_core.network.operators import flops_unknown
from planner_core.plan import FloatArray, Plan
from planner_core.tiling import Tiling
from planner_core.zoo import BUNDLED

__all__ = [
    "Cut",
    "NetworkModel",
    "NodeText",
    "Placement",
    "family_of",
    "kernel_text",
    "network_model",
    "operator_family",
    "placement",
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


@dataclass(frozen=True, slots=True)
class Cut:
    """A tensor that crosses the link.

    Parameters
    ----------
    node : int
        Node whose output it is.
    readers : tuple of int
        Nodes on the ES that read it.
    text : str
        "64×14×7 · 25.1 kB" of one path, "6 of 8 paths" of all.
    words : str
        The same where the tensor has to be named: "pool1 64×14×7 · 25.1 kB", "6 send pool1".
    """

    node: int
    readers: tuple[int, ...]
    text: str
    words: str


@dataclass(frozen=True, slots=True)
class Split:
    """Where a path is split that the user may split elsewhere: o, and the largest o, tau + 1."""

    path: int
    offload: int
    most: int


@dataclass(frozen=True, eq=False)
class Placement:
    """Where a plan computes each node.

    Parameters
    ----------
    title : str
        "Placement of path 6 in BF".
    band : int
        Fused layers to mark, 0 for none (NFL fuses nothing).
    band_title, band_note : str
        "Fused, τ 2" and "8 tiles".
    device : (n,) float array
        Share of the paths that compute the node on the device, 0..1; inputs are 1.
    cuts : tuple of Cut
        In the order of their nodes.
    split : Split or None
        The split of the path, in a plan that is made by hand.
    """

    title: str
    band: int
    band_title: str
    band_note: str
    device: FloatArray
    cuts: tuple[Cut, ...]
    split: Split | None = None

    def same(self, other: Placement | None) -> bool:
        """Whether the other one shows the same."""
        return (
            other is not None
            and (self.title, self.band, self.band_title, self.band_note, self.cuts)
            == (other.title, other.band, other.band_title, other.band_note, other.cuts)
            and np.array_equal(self.device, other.device)
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


def placement(network: Network, plan: Plan, path: int | None) -> Placement:
    """Say where `plan` computes the layers: for one path, or with path None for all of them."""
    model = network_model(network)
    layer = np.arange(1, len(network) + 1)
    if path is not None:
        device = (layer < plan.offload[path]).astype(np.float64)
        cuts = _cuts_of_path(network, plan, path)
        title = (
            f"Placement of path {path} in {plan.method}" if plan.paths > 1 else f"Placement in {plan.method}"
        )
    else:
        ordered = np.sort(plan.offload)
        device = 1.0 - np.searchsorted(ordered, layer, side="right") / plan.paths
        cuts = _cuts_of_all(network, plan)
        title = f"Placement in {plan.method}, {'one tile' if plan.paths == 1 else f'all {plan.paths} paths'}"
    fused = plan.method != "NFL"
    mine = path is not None and plan.method == "Manual"
    return Placement(
        title=title,
        band=plan.tau if fused else 0,
        band_title=f"Fused, τ {plan.tau}" if fused else "",
        band_note=count(plan.paths, "tile") if fused else "",
        device=np.concatenate([np.ones(model.inputs), device]),
        cuts=cuts,
        split=Split(path, int(plan.offload[path]), plan.tau + 1) if path is not None and mine else None,
    )


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


def _cuts_of_path(network: Network, plan: Plan, path: int) -> tuple[Cut, ...]:
    offload = int(plan.offload[path])
    sent = Tiling.of(network, plan.tau, plan.rows, plan.cols).crossing(offload)
    sizes = []
    for name, regions in sent:
        y0, y1, x0, x1 = (int(v) for v in regions[path])
        sizes.append((name, (network.shapes[name][0], y1 - y0, x1 - x0)))
    elements = sum(c * h * w for _, (c, h, w) in sizes)
    bits = float(plan.bits[path]) / max(1, elements)  # of one element
    found = []
    for name, (c, h, w) in sizes:
        if c * h * w:
            text = f"{shape_text((c, h, w))} · {join(format_bytes(c * h * w * bits))}"
            readers = _readers(network, name, offload)
            found.append(Cut(_node(network, name), readers, text, f"{name} {text}"))
    return tuple(found)


def _cuts_of_all(network: Network, plan: Plan) -> tuple[Cut, ...]:
    """Cuts of all paths, by tensor; the readers are those on the ES of the path that is cut first."""
    tiling = Tiling.of(network, plan.tau, plan.rows, plan.cols)
    paths: dict[str, int] = {}
    first: dict[str, int] = {}
    offloads, counts = np.unique(plan.offload, return_counts=True)
    for o, n in zip(offloads.tolist(), counts.tolist(), strict=True):
        for name, _ in tiling.crossing(o):
            paths[name] = paths.get(name, 0) + n
            first.setdefault(name, o)
    found = [
        Cut(
            _node(network, name),
            _readers(network, name, first[name]),
            f"{n} of {plan.paths} paths" if plan.paths > 1 else shape_text(network.shapes[name]),
            f"{n} send {name}" if plan.paths > 1 else f"{name} {shape_text(network.shapes[name])}",
        )
        for name, n in paths.items()
    ]
    return tuple(sorted(found, key=lambda cut: cut.node))


def _node(network: Network, tensor: str) -> int:
    if tensor in network.index:
        return len(network.inputs) + network.index[tensor] - 1
    return [t.name for t in network.inputs].index(tensor)


def _readers(network: Network, tensor: str, offload: int) -> tuple[int, ...]:
    shift = len(network.inputs) - 1
    return tuple(v + shift for v in network.readers[tensor] if v >= offload)
