"""Device and link presets from resources/presets; imports no Qt."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from planner_core.resources import resource

__all__ = ["CUSTOM", "Preset", "device_presets", "link_presets", "measured_on", "name_of"]

CUSTOM = "Custom"
_SAME_WITHIN = 1e-9
# Networks that were measured stand for themselves; any other one is nearest to ResNet18, which is all 3x3
# convolutions on maps of middling size.
_COLUMN = {
    "squeezenet1_1": "SqueezeNet 1.1",
    "squeezenet": "SqueezeNet 1.1",
    "alexnet": "AlexNet",
    "resnet18": "ResNet18",
    "resnet50": "ResNet50",
    "vgg16": "VGG16",
}
_OTHERWISE = "ResNet18"


@dataclass(frozen=True, slots=True)
class Preset:
    """A named value in SI units (FLOP/s or bit/s), and where it comes from."""

    name: str
    value: float
    source: str


def measured_on(network: str) -> str:
    """Name of the network whose measurements stand for `network`."""
    return _COLUMN.get(network.lower(), _OTHERWISE)


def device_presets(network: str, side: Literal["device", "es"]) -> tuple[Preset, ...]:
    """Return end devices or edge servers, as measured on the network that stands for `network`."""
    data = _read("devices")
    column = measured_on(network)
    at = data["networks"].index(column)
    return tuple(
        Preset(entry["name"], entry["gflops"][at] * 1e9, f"measured on {column}")
        for entry in data["devices"]
        if entry["side"] in (side, "both") and entry["gflops"][at] is not None
    )


def link_presets() -> tuple[Preset, ...]:
    """Return the links, slowest first."""
    return tuple(Preset(e["name"], float(e["bps"]), e["source"]) for e in _read("links")["links"])


def name_of(presets: tuple[Preset, ...], value: float) -> str:
    """Name of the preset with this value, or "Custom"."""
    for preset in presets:
        if abs(preset.value - value) <= _SAME_WITHIN * value:
            return preset.name
    return CUSTOM


@cache
def _read(name: str) -> Any:
    return json.loads(resource(f"presets/{name}.json").read_text(encoding="utf-8"))
