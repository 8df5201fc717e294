"""Writer of the project's own network JSON (SPEC section 7)."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from planner_core.errors import InputError
from planner_core.network.model import Layer, Network, Receptive, Transposed, Upsample, Window

__all__ = ["network_to_dict", "write_network"]


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
    file = Path(path)
    try:
        text = json.dumps(network_to_dict(network), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        data = text.encode()
    except (TypeError, ValueError) as error:
        raise InputError(f"the network '{network.name}' holds what JSON cannot: {error}", str(file)) from None
    try:
        _replace(file, data)
    except OSError as error:
        raise InputError(f"the file cannot be written: {error.strerror or error}", str(file)) from None


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


def _replace(file: Path, data: bytes) -> None:
    """Write beside the target and move into place."""
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".tmp", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        # mkstemp makes the file private; give it what a plain open would have.
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
