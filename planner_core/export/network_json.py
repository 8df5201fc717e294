"""Writer of the project's own network JSON (SPEC section 7)."""

from __future__ import annotations

import json
import os
from typing import Any

from planner_core.errors import InputError
from planner_core.export.files import replace_file
from planner_core.network.model import Layer, Network, Receptive, Transposed, Upsample, Window

__all__ = ["network_text", "network_to_dict", "write_network"]


def network_to_dict(network: Network) -> dict[str, Any]:
    """Return the JSON value of `network`; `network_from_dict` gives an equal network back."""
    return {
        "format": "flgui.network",
        "version": 1,
        "name": network.name,
        "inputs": [{"name": tensor.name, "shape": list(tensor.shape)} for tensor in network.inputs],
        "layers": [_layer(layer) for layer in network.layers],
    }


def write_network(network: Network, path: str | os.PathLike[str]) -> None:
    """Write `network` as JSON; the file is there in full or not at all.

    Raises InputError that names the file when it cannot be written.
    """
    try:
        text = network_text(network)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"the network '{network.name}' holds what JSON cannot: {error}", os.fspath(path)
        ) from None
    replace_file(path, [text])


def network_text(network: Network) -> str:
    """Return the text of the file that `write_network` writes."""
    return json.dumps(network_to_dict(network), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _layer(layer: Layer) -> dict[str, Any]:
    return {
        "name": layer.name,
        "op": layer.op,
        "inputs": list(layer.inputs),
        "shape": list(layer.shape),
        # A whole number reads better without ".0" and is the same double.
        "flops": int(layer.flops) if layer.flops < 2**53 and layer.flops % 1 == 0 else layer.flops,
        "macs": layer.macs,
        "receptive": _receptive(layer.receptive),
        "folded": list(layer.folded),
        "attributes": dict(layer.attributes),
    }


def _receptive(receptive: Receptive) -> Any:
    if isinstance(receptive, Window):
        return _window(receptive)
    if isinstance(receptive, Transposed):
        return {"transposed": _window(receptive.window)}
    if isinstance(receptive, Upsample):
        return {"upsample": list(receptive.stride)}
    return receptive


def _window(window: Window) -> dict[str, list[int]]:
    return {
        "kernel": list(window.kernel),
        "stride": list(window.stride),
        "padding": list(window.padding),
        "dilation": list(window.dilation),
    }
