"""MobileNetV2 of width 1 as torchvision has it (Sandler 2018)."""

from __future__ import annotations

from planner_core.network.builder import NetworkBuilder
from planner_core.zoo.blocks import conv_bn

__all__ = ["write"]

# Expansion, output channels, blocks, stride of the first block.
_STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def write(b: NetworkBuilder) -> None:
    """Add the layers behind `input`."""
    x = conv_bn(b, "conv1", "input", 32, 3, stride=2, activation="Relu6")
    channels, number = 32, 0
    for expansion, filters, blocks, first_stride in _STAGES:
        for i in range(blocks):
            number += 1
            stride = first_stride if i == 0 else 1
            x = _inverted_residual(b, f"block{number}", x, (channels, channels * expansion, filters), stride)
            channels = filters
    x = conv_bn(b, "conv2", x, 1280, 1, activation="Relu6")
    x = b.flatten("flatten", b.global_pool("pool", x))
    x = b.elementwise("drop", x, "Dropout")
    b.dense("fc", x, 1000)


def _inverted_residual(
    b: NetworkBuilder, name: str, source: str, widths: tuple[int, int, int], stride: int
) -> str:
    before, hidden, after = widths
    x = source
    if hidden != before:
        x = conv_bn(b, f"{name}/expand", x, hidden, 1, activation="Relu6")
    x = conv_bn(b, f"{name}/dw", x, hidden, 3, stride=stride, groups=hidden, activation="Relu6")
    x = conv_bn(b, f"{name}/project", x, after, 1, activation=None)
    return b.merge(f"{name}/add", [source, x]) if stride == 1 and before == after else x
