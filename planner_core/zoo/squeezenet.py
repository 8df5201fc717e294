"""SqueezeNet 1.0 and 1.1 as torchvision has them (Iandola 2016)."""

from __future__ import annotations

from planner_core.network.builder import NetworkBuilder
from planner_core.zoo.blocks import conv_relu

__all__ = ["write_1_0", "write_1_1"]

# Squeeze and expand filters of fire2 .. fire9.
_FIRES = ((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256))


def write_1_0(b: NetworkBuilder) -> None:
    """Add the layers of version 1.0: 7x7 first, pooling before fire2, fire5 and fire9."""
    _write(b, first=(96, 7), pool_before=(2, 5, 9))


def write_1_1(b: NetworkBuilder) -> None:
    """Add the layers of version 1.1: 3x3 first, pooling before fire2, fire4 and fire6."""
    _write(b, first=(64, 3), pool_before=(2, 4, 6))


def _write(b: NetworkBuilder, first: tuple[int, int], pool_before: tuple[int, ...]) -> None:
    x = conv_relu(b, "1", "input", *first, stride=2)
    for number, (squeeze, expand) in enumerate(_FIRES, 2):
        if number in pool_before:
            x = b.pool(f"pool{number - 1}", x, 3, stride=2, ceil_mode=True)
        x = _fire(b, f"fire{number}", x, squeeze, expand)
    x = b.elementwise("drop9", x, "Dropout")
    x = conv_relu(b, "10", x, 1000, 1)
    x = b.global_pool("pool10", x)
    b.flatten("flatten", x)


def _fire(b: NetworkBuilder, name: str, source: str, squeeze: int, expand: int) -> str:
    x = b.conv(f"{name}/squeeze", source, squeeze, 1)
    x = b.elementwise(f"{name}/squeeze/relu", x, "Relu")
    one = b.conv(f"{name}/expand1x1", x, expand, 1)
    one = b.elementwise(f"{name}/expand1x1/relu", one, "Relu")
    three = b.conv(f"{name}/expand3x3", x, expand, 3, padding=1)
    three = b.elementwise(f"{name}/expand3x3/relu", three, "Relu")
    return b.concat(f"{name}/concat", [one, three])
