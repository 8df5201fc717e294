"""GoogLeNet as torchvision has it, without the auxiliary heads (Szegedy 2014)."""

from __future__ import annotations

from planner_core.network.builder import NetworkBuilder
from planner_core.zoo.blocks import conv_bn

__all__ = ["write"]

# Filters: 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pool projection.
_INCEPTIONS = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}


def write(b: NetworkBuilder) -> None:
    """Add the layers behind `input`."""
    x = conv_bn(b, "conv1", "input", 64, 7, stride=2)
    x = b.pool("pool1", x, 3, stride=2, ceil_mode=True)
    x = conv_bn(b, "conv2", x, 64, 1)
    x = conv_bn(b, "conv3", x, 192, 3)
    x = b.pool("pool2", x, 3, stride=2, ceil_mode=True)
    for tag, filters in _INCEPTIONS.items():
        if tag == "4a":
            x = b.pool("pool3", x, 3, stride=2, ceil_mode=True)
        if tag == "5a":
            x = b.pool("pool4", x, 2, stride=2, ceil_mode=True)
        x = _inception(b, f"inception{tag}", x, filters)
    x = b.flatten("flatten", b.global_pool("pool5", x))
    x = b.elementwise("drop", x, "Dropout")
    b.dense("fc", x, 1000)


def _inception(b: NetworkBuilder, name: str, source: str, filters: tuple[int, ...]) -> str:
    one, reduce3, three, reduce5, five, projection = filters
    first = conv_bn(b, f"{name}/1x1", source, one, 1)
    second = conv_bn(b, f"{name}/3x3_reduce", source, reduce3, 1)
    second = conv_bn(b, f"{name}/3x3", second, three, 3)
    third = conv_bn(b, f"{name}/5x5_reduce", source, reduce5, 1)
    # torchvision's branch "5x5" has a 3x3 kernel, as its published weights have.
    third = conv_bn(b, f"{name}/5x5", third, five, 3)
    fourth = b.pool(f"{name}/pool", source, 3, padding=1, ceil_mode=True)
    fourth = conv_bn(b, f"{name}/pool_proj", fourth, projection, 1)
    return b.concat(f"{name}/concat", [first, second, third, fourth])
