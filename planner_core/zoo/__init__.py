"""The bundled networks, written layer by layer; nothing is downloaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from planner_core.errors import InputError
from planner_core.network.builder import NetworkBuilder
from planner_core.network.given_shapes import by_name
from planner_core.network.model import Network, Shape
from planner_core.zoo import alexnet, googlenet, mobilenet, resnet, squeezenet, vgg, yolo

__all__ = ["BUNDLED", "Bundled", "build"]


@dataclass(frozen=True, slots=True)
class Bundled:
    """One bundled network.

    Parameters
    ----------
    title : str
        Its name in print.
    shape : (C, H, W)
        Of its input, which is called `input`.
    write : callable
        Adds the layers behind the input to a builder.
    resizable : bool
        Whether it is the same network for other H and W too.
    """

    title: str
    shape: Shape
    write: Callable[[NetworkBuilder], None]
    resizable: bool = True


_IMAGENET = (3, 224, 224)

BUNDLED: Mapping[str, Bundled] = MappingProxyType(
    {
        # At other sizes torchvision's adaptive pooling would come into AlexNet and VGG16.
        "alexnet": Bundled("AlexNet", _IMAGENET, alexnet.write, resizable=False),
        "squeezenet": Bundled("SqueezeNet 1.0", _IMAGENET, squeezenet.write_1_0),
        "squeezenet1_1": Bundled("SqueezeNet 1.1", _IMAGENET, squeezenet.write_1_1),
        "yolov2": Bundled("YOLOv2", (3, 416, 416), yolo.write_yolov2),
        "yolov2-tiny": Bundled("YOLOv2-tiny", (3, 416, 416), yolo.write_tiny),
        "vgg16": Bundled("VGG16", _IMAGENET, vgg.write, resizable=False),
        "resnet18": Bundled("ResNet18", _IMAGENET, resnet.write),
        "mobilenetv2": Bundled("MobileNetV2", _IMAGENET, mobilenet.write),
        "googlenet": Bundled("GoogLeNet", _IMAGENET, googlenet.write),
    }
)
"""Bundled name to network, in the order in which they are offered."""


def build(name: str, fold: bool = True, input_shapes: Mapping[str, Shape] | None = None) -> Network:
    """Return the bundled network `name`.

    Parameters
    ----------
    fold : bool
        Fold it (SPEC section 1).
    input_shapes : mapping, optional
        {"input": (C, H, W)} for another input size.

    Raises
    ------
    InputError
        For an unknown name or input, and for a size that the network does not take.
    """
    if name not in BUNDLED:
        raise InputError(f"'{name}' is no bundled network; there are {', '.join(BUNDLED)}")
    entry = BUNDLED[name]
    try:
        shape = by_name(input_shapes or {}, ["input"]).get("input", entry.shape)
    except InputError as error:
        raise error.at(name) from None
    fixed = shape[:1] if entry.resizable else shape
    if tuple(fixed) != entry.shape[: len(fixed)]:
        size = "x".join(str(n) for n in entry.shape[: len(fixed)])
        what = "channels of its input" if entry.resizable else "shape of its input"
        raise InputError(f"the {what} is fixed to {size}", name)
    builder = NetworkBuilder(name)
    try:
        builder.input("input", shape)
        entry.write(builder)
        return builder.build(fold)
    except InputError as error:
        raise error.at(name) from None
