"""A drawing from a network, and the network of a drawing that is whole."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from planner_core.draft.inference import Inference, infer, infer_node
from planner_core.draft.kinds import KINDS
from planner_core.draft.model import Draft, Node, Place
from planner_core.errors import InputError
from planner_core.network.model import (
    DRAWING,
    Layer,
    Network,
    Shape,
    TensorSpec,
    Transposed,
    Upsample,
    Window,
)
from planner_core.network.operators import POINTWISE_FLOPS

__all__ = ["draft_of", "network_of"]

_JOINING = {"add", "mul", "sub", "div", "max", "min", "sum", "mean", "pow"}


def network_of(draft: Draft, known: Inference | None = None, places: bool = False) -> Network:
    """Return the network of a drawing.

    Parameters
    ----------
    known : Inference, optional
        Of the drawing, when it has been worked out already.
    places : bool
        Keep in the layers' attributes where they stand, so that the file opens as it was drawn.

    Raises
    ------
    InputError
        For a drawing with a problem, without an input or without a layer.
    """
    known = known if known is not None else infer(draft)
    if known.problems:
        raise InputError(known.problems[0].title)
    inputs, layers = [], []
    unplaced: dict[int, list[float]] = {}
    last: dict[str, Any] = {}
    for i in draft.order:
        node, facts = draft.by_id[i], known.facts[i]
        if node.kind == "input":
            inputs.append(TensorSpec(node.name, facts.shape))
            unplaced[i] = [node.at[0], node.at[1]]
            continue
        attributes = {**node.notes, **_attributes(node)}
        if places:
            drawing: dict[str, Any] = {"at": [node.at[0], node.at[1]]}
            first = {draft.by_id[s].name: unplaced.pop(s) for s in node.sources if s in unplaced}
            if first:
                drawing["inputs"] = first
            attributes[DRAWING] = drawing
            last = drawing
        layers.append(
            Layer(
                node.name,
                node.op or node.rules.op(node.values),
                tuple(draft.by_id[s].name for s in node.inputs if s is not None),
                facts.shape,
                facts.flops,
                facts.macs,
                facts.receptive,
                node.folded,
                attributes,
            )
        )
    if unplaced and last:  # inputs that nothing reads
        last.setdefault("inputs", {}).update((draft.by_id[i].name, at) for i, at in unplaced.items())
    return Network(draft.name, tuple(inputs), tuple(layers))


def draft_of(network: Network) -> tuple[Draft, bool]:
    """Return a drawing of a network, and whether the network says where its nodes stand.

    A layer whose operator is known and has the figures that follow from its fields can be edited by these;
    any other becomes a generic layer with the network's own figures.
    """
    ids = {name: k for k, name in enumerate(network.shapes, 1)}
    places = _places(network)
    nodes = [
        Node(ids[t.name], t.name, "input", {"shape": t.shape}, (), places.get(t.name, (0.0, 0.0)))
        for t in network.inputs
    ]
    for layer in network.layers:
        shapes = [network.shapes[name] for name in layer.inputs]
        inputs = tuple(ids[name] for name in layer.inputs)
        at = places.get(layer.name, (0.0, 0.0))
        nodes.append(_node(layer, ids[layer.name], inputs, at, shapes))
    return Draft(network.name, tuple(nodes), len(ids) + 1), len(places) == len(ids)


def _node(layer: Layer, number: int, inputs: tuple[int, ...], at: Place, shapes: Sequence[Shape]) -> Node:
    notes = {key: value for key, value in layer.attributes.items() if key != DRAWING}
    for kind, values in _readings(layer, shapes):
        rules = KINDS[kind]
        if (rules.ports is not None and len(inputs) != rules.ports) or len(inputs) < rules.least_ports:
            continue
        bare = Node(number, layer.name, kind, {**rules.defaults, **values}, inputs, at, layer.folded)
        try:
            facts = infer_node(bare, list(shapes))
        except InputError:
            continue
        per_element = (layer.flops - facts.flops) / layer.elements
        if (facts.shape, facts.macs, facts.receptive) != (layer.shape, layer.macs, layer.receptive):
            continue
        if per_element < 0 or facts.flops + per_element * layer.elements != layer.flops:
            continue
        own = rules.op(bare.values)
        kept = {key: value for key, value in notes.items() if key not in _attributes(bare)}
        return Node(
            number, layer.name, kind, bare.values, inputs, at, layer.folded, per_element,
            layer.op if layer.op != own else "", kept,
        )  # fmt: skip
    return Node(number, layer.name, "generic", _generic_values(layer), inputs, at, layer.folded, notes=notes)


def _readings(layer: Layer, shapes: Sequence[Shape]) -> list[tuple[str, dict[str, Any]]]:
    """Return the kinds and values that a layer may be of, the most telling first."""
    op = layer.op.replace("_", "").replace("-", "").lower()
    receptive = layer.receptive
    channels, x = layer.shape[0], shapes[0]
    if isinstance(receptive, Window):
        return _window_readings(op, layer, receptive, x)
    if isinstance(receptive, Transposed):
        fields = _fields(receptive.window)
        groups = _groups(layer.macs, math.prod(x) * channels * math.prod(receptive.window.kernel))
        extra = _extra(layer.shape, x, receptive.window)
        return [("transposed", {**fields, "filters": channels, "groups": groups, "extra": extra})]
    if isinstance(receptive, Upsample):
        stride = receptive.stride
        return [("shuffle", {"stride": stride[0]}), ("upsample", {"stride": stride})]
    if op == "concat" or op == "route":
        return [("concat", {})]
    if op in _JOINING or op == "shortcut":
        return [("merge", {"function": next((f for f in _merges() if f.lower() == op), "Add")})]
    if op in ("gemm", "connected", "fc", "matmul", "dense"):
        return [("dense", {"units": channels}), ("matmul", {})]
    if op in ("globalaveragepool", "globalmaxpool"):
        name = "GlobalMaxPool" if op == "globalmaxpool" else "GlobalAveragePool"
        return [("globalpool", {"function": name})]
    if op == "lrn":
        return [("lrn", {"size": int(layer.attributes.get("size", 5))})]
    if op in ("softmax", "logsoftmax"):
        return [("softmax", {"over": over}) for over in ("channels", "map")]
    if op in ("flatten", "reshape"):
        return [("flatten", {})]
    function = next((f for f in POINTWISE_FLOPS if f.lower() == op), None)
    return [("pointwise", {"function": function})] if function is not None else []


def _window_readings(op: str, layer: Layer, window: Window, x: Shape) -> list[tuple[str, dict[str, Any]]]:
    fields, channels = _fields(window), layer.shape[0]
    if op in ("conv", "convolutional"):
        groups = _groups(layer.macs, layer.elements * x[0] * math.prod(window.kernel))
        plain = ("conv", {**fields, "filters": channels, "groups": groups})
        if groups > 1 and groups == x[0] and channels % groups == 0:
            return [("depthwise", {**fields, "multiplier": channels // groups}), plain]
        return [plain]
    if op in ("maxpool", "averagepool", "avgpool"):
        kind = "maxpool" if op == "maxpool" else "avgpool"
        return [(kind, {**fields, "rounding": rounding}) for rounding in ("floor", "ceil")]
    if op in ("reorg", "spacetodepth"):
        return [("reorg", {"stride": window.stride[0]})]
    return [("pad", {"padding": window.padding})] if op == "pad" else []


def _fields(window: Window) -> dict[str, Any]:
    return {
        "kernel": window.kernel,
        "stride": window.stride,
        "padding": window.padding,
        "dilation": window.dilation,
    }


def _merges() -> Sequence[str]:
    field = KINDS["merge"].field("function")
    assert field is not None
    return field.choices


def _groups(macs: int, ungrouped: int) -> int:
    return ungrouped // macs if macs and ungrouped % macs == 0 else 1


def _extra(shape: Shape, x: Shape, window: Window) -> tuple[int, int]:
    found = []
    for axis in range(2):
        reach = (window.kernel[axis] - 1) * window.dilation[axis] + 1
        plain = (x[1 + axis] - 1) * window.stride[axis] + reach
        found.append(max(0, shape[1 + axis] - plain + window.padding[axis] + window.padding[axis + 2]))
    return found[0], found[1]


def _generic_values(layer: Layer) -> dict[str, Any]:
    values = {
        **KINDS["generic"].defaults,
        "op": layer.op,
        "shape": layer.shape,
        "flops": layer.flops,
        "macs": layer.macs,
    }
    receptive = layer.receptive
    if isinstance(receptive, Window):
        return {**values, "reads": "window", **_fields(receptive)}
    if isinstance(receptive, Transposed):
        return {**values, "reads": "transposed", **_fields(receptive.window)}
    if isinstance(receptive, Upsample):
        return {**values, "reads": "upsample", "stride": receptive.stride}
    return {**values, "reads": receptive}


def _attributes(node: Node) -> dict[str, Any]:
    """Return what a reader of the file wants to know that neither shape nor receptive field says."""
    values = node.values
    if values.get("groups", 1) != 1:
        return {"groups": values["groups"]}
    if values.get("rounding") == "ceil":
        return {"ceil_mode": True}
    if node.kind == "lrn":
        return {"size": values["size"]}
    return {}


def _places(network: Network) -> Mapping[str, Place]:
    """Return where the network says that its nodes stand; anything that is no place is left out."""
    found: dict[str, Place] = {}
    for layer in network.layers:
        drawing = layer.attributes.get(DRAWING)
        if not isinstance(drawing, dict):
            continue
        inputs = drawing.get("inputs", {})
        named = {layer.name: drawing.get("at"), **(inputs if isinstance(inputs, dict) else {})}
        for name, at in named.items():
            if name in network.shapes and _is_place(at):
                found[name] = (float(at[0]), float(at[1]))
    return found


def _is_place(at: Any) -> bool:
    return (
        isinstance(at, list)
        and len(at) == 2
        and all(isinstance(v, int | float) and not isinstance(v, bool) and abs(v) < 1e7 for v in at)
    )
