"""VGG16 as torchvision has it (Simonyan 2014)."""

from __future__ import annotations

from planner_core.network.builder import NetworkBuilder
from planner_core.zoo.blocks import conv_relu

__all__ = ["write"]


def write(b: NetworkBuilder) -> None:
    """Add the layers behind `input` (3, 224, 224)."""
    x = "input"
    for stage, (filters, count) in enumerate(((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)), 1):
        for i in range(1, count + 1):
            x = conv_relu(b, f"{stage}_{i}", x, filters, 3, padding=1)
        x = b.pool(f"pool{stage}", x, 2, stride=2)
    x = b.flatten("flatten", x)
    for number in (6, 7):
        x = b.elementwise(f"relu{number}", b.dense(f"fc{number}", x, 4096), "Relu")
        x = b.elementwise(f"drop{number}", x, "Dropout")
    b.dense("fc8", x, 1000)
