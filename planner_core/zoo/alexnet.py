"""AlexNet as torchvision has it (Krizhevsky 2014, one column)."""

from __future__ import annotations

from planner_core.network.builder import NetworkBuilder
from planner_core.zoo.blocks import conv_relu

__all__ = ["write"]


def write(b: NetworkBuilder) -> None:
    """Add the layers behind `input` (3, 224, 224)."""
    x = conv_relu(b, "1", "input", 64, 11, stride=4, padding=2)
    x = b.pool("pool1", x, 3, stride=2)
    x = conv_relu(b, "2", x, 192, 5, padding=2)
    x = b.pool("pool2", x, 3, stride=2)
    x = conv_relu(b, "3", x, 384, 3, padding=1)
    x = conv_relu(b, "4", x, 256, 3, padding=1)
    x = conv_relu(b, "5", x, 256, 3, padding=1)
    x = b.pool("pool5", x, 3, stride=2)
    x = b.flatten("flatten", x)
    x = b.elementwise("drop6", x, "Dropout")
    x = b.elementwise("relu6", b.dense("fc6", x, 4096), "Relu")
    x = b.elementwise("drop7", x, "Dropout")
    x = b.elementwise("relu7", b.dense("fc7", x, 4096), "Relu")
    b.dense("fc8", x, 1000)
