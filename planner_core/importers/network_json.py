"""Reader of the network JSON of SPEC section 7; its schema is resources/schemas/network.schema.json."""

from __future__ import annotations

import os
from typing import Any, cast

from planner_core.errors import InputError
from planner_core.importers.json_fields import Fields, describe
from planner_core.importers.json_text import read_json
from planner_core.network.extents import check_reads
from planner_core.network.model import (
    POINTWISE,
    WHOLE,
    Layer,
    Network,
    Receptive,
    Shape,
    TensorSpec,
    Transposed,
    Upsample,
    Window,
)

__all__ = ["FORMAT", "VERSION", "network_from_dict", "read_network"]

FORMAT = "flgui.network"
VERSION = 1

_NETWORK_KEYS = ("format", "version", "name", "inputs", "layers")
_LAYER_KEYS = ("name", "op", "inputs", "shape", "flops", "macs", "receptive", "folded", "attributes")
_WINDOW_KEYS = ("kernel", "stride", "padding", "dilation")
_MAX_EXTENT = 1 << 24


def read_network(path: str | os.PathLike[str]) -> Network:
    """Read a network JSON file, or the network of a plan or work file, as it is written: nothing is folded.

    Raises InputError that names the file and the JSON path of the fault.
    """
    data = read_json(path)
    try:
        _check_ours(data)
        if isinstance(data, dict) and data.get("format") == "flgui.plan":
            return network_from_dict(data.get("network"), "network")
        if isinstance(data, dict) and data.get("format") == "flgui.work":
            return _of_work(data)
        return network_from_dict(data)
    except InputError as error:
        raise error.at(os.fspath(path)) from None


def _check_ours(data: Any) -> None:
    """Say of a file that another program made what it is not, and what can be opened."""
    known = isinstance(data, dict) and ("layers" in data or str(data.get("format", "")).startswith("flgui."))
    if known:
        return  # ours, or written by hand: the fields say what is wrong
    if isinstance(data, dict) and "traceEvents" in data:
        raise InputError(
            "it is a Chrome trace, which Perfetto and chrome://tracing show; here its network or plan can be opened"
        )
    raise InputError(
        "it is JSON of another program. What opens is a network, plan or work file of this planner (they begin "
        "with a format such as 'flgui.network'), an ONNX model (.onnx) or a Darknet configuration (.cfg)"
    )


def _of_work(data: dict[str, Any]) -> Network:
    """Return the network of the scenario of a work file."""
    networks, scenario = data.get("networks"), data.get("scenario")
    number = scenario.get("network") if isinstance(scenario, dict) else None
    if not isinstance(networks, list) or type(number) is not int or not 0 <= number < len(networks):
        raise InputError("scenario.network names none of the networks")
    return network_from_dict(networks[number], f"networks[{number}]")


def network_from_dict(data: Any, where: str = "") -> Network:
    """Return the network that `data`, parsed JSON, describes.

    Layers may come in any order; a topological one is kept.

    Parameters
    ----------
    where : str
        JSON path of `data` in its file, in front of every path in a message.

    Raises
    ------
    InputError
        For unknown and missing keys, wrong types and values, a cycle, and shapes that do not go together.
    """
    fields = Fields(data, where, _NETWORK_KEYS)
    fields.constant("format", FORMAT)
    fields.constant("version", VERSION)
    name = fields.text("name", empty=True)
    inputs = [_input(item, at) for at, item in fields.items("inputs")]
    layers = [_layer(item, at) for at, item in fields.items("layers")]
    try:
        network = Network.sorted(name, inputs, layers)
        for layer in network.layers:
            shapes = [network.shapes[read] for read in layer.inputs]
            check_reads(layer.receptive, layer.shape, shapes, layer.inputs, f"layer '{layer.name}'")
    except InputError as error:
        raise InputError(f"{where}: {error.cause}" if where else error.cause) from None
    return network


def _input(value: Any, where: str) -> TensorSpec:
    fields = Fields(value, where, ("name", "shape"))
    return TensorSpec(fields.text("name"), _shape(fields))


def _layer(value: Any, where: str) -> Layer:
    fields = Fields(value, where, _LAYER_KEYS)
    attributes = fields.get("attributes") if "attributes" in fields else {}
    if not isinstance(attributes, dict):
        raise InputError(f"{fields.at('attributes')} is {describe(attributes)}; an object is needed")
    return Layer(
        name=fields.text("name"),
        op=fields.text("op") if "op" in fields else "Custom",
        inputs=fields.texts("inputs"),
        shape=_shape(fields),
        flops=fields.number("flops", 0),
        macs=fields.integer("macs") if "macs" in fields else 0,
        receptive=_receptive(fields.get("receptive"), fields.at("receptive")),
        folded=fields.texts("folded") if "folded" in fields else (),
        attributes=attributes,
    )


def _shape(fields: Fields) -> Shape:
    return cast(Shape, fields.integers("shape", 3, 1))


def _receptive(value: Any, where: str) -> Receptive:
    if value == POINTWISE:
        return POINTWISE
    if value == WHOLE:
        return WHOLE
    if not isinstance(value, dict):
        raise InputError(f"{where} is {describe(value)}; '{POINTWISE}', '{WHOLE}' or an object is needed")
    if "upsample" in value:
        fields = Fields(value, where, ("upsample",))
        return Upsample(_pair(fields, "upsample", 1))
    if "transposed" in value:
        fields = Fields(value, where, ("transposed",))
        return Transposed(_window(fields.get("transposed"), fields.at("transposed")))
    return _window(value, where)


def _window(value: Any, where: str) -> Window:
    fields = Fields(value, where, _WINDOW_KEYS)
    padding = _bounded(fields, "padding", 4, 0) if "padding" in fields else (0, 0, 0, 0)
    return Window(
        _pair(fields, "kernel", 1),
        _pair(fields, "stride", 1) if "stride" in fields else (1, 1),
        cast(tuple[int, int, int, int], padding),
        _pair(fields, "dilation", 1) if "dilation" in fields else (1, 1),
    )


def _pair(fields: Fields, key: str, least: int) -> tuple[int, int]:
    return cast(tuple[int, int], _bounded(fields, key, 2, least))


def _bounded(fields: Fields, key: str, count: int, least: int) -> tuple[int, ...]:
    values = fields.integers(key, count, least)
    if max(values) > _MAX_EXTENT:
        raise InputError(f"{fields.at(key)} holds {max(values)}, which is too large to plan with")
    return values
