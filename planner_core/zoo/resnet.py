"""ResNet18 as torchvision has it (He 2015)."""

from __future__ import annotations

from planner_core.network.builder import NetworkBuilder
from planner_core.zoo.blocks import conv_bn

__all__ = ["write"]


def write(b: NetworkBuilder) -> None:
    """Add the layers behind `input`."""
    x = conv_bn(b, "conv1", "input", 64, 7, stride=2)
    x = b.pool("pool1", x, 3, stride=2, padding=1)
    channels = 64
    for stage, filters in enumerate((64, 128, 256, 512), 2):
        for block in "ab":
            stride = 2 if block == "a" and stage > 2 else 1
            x = _basic_block(b, f"res{stage}{block}", x, filters, stride, project=filters != channels)
            channels = filters
    x = b.flatten("flatten", b.global_pool("pool5", x))
    b.dense("fc", x, 1000)


def _basic_block(b: NetworkBuilder, name: str, source: str, filters: int, stride: int, project: bool) -> str:
    x = conv_bn(b, f"{name}/conv1", source, filters, 3, stride=stride)
    x = conv_bn(b, f"{name}/conv2", x, filters, 3, activation=None)
    if project:
        source = conv_bn(b, f"{name}/proj", source, filters, 1, stride=stride, activation=None)
    x = b.merge(f"{name}/add", [x, source])
    return b.elementwise(f"{name}/relu", x, "Relu")
