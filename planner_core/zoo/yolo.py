"""YOLOv2 and YOLOv2-tiny for COCO (425 outputs); the numbers in names are Darknet's layer indices."""

from __future__ import annotations

from planner_core.network.builder import NetworkBuilder
from planner_core.zoo.blocks import conv_bn

__all__ = ["write_tiny", "write_yolov2"]

_OUTPUTS = 5 * (4 + 1 + 80)  # anchors x (box, objectness, classes)
_END = (0, 0, 1, 1)  # Darknet pads a pooling by its size - 1 in total, the larger part at the end

# Filters and kernel of convolutions 0 .. 24; None is a 2x2 pooling of stride 2.
_BACKBONE = (
    (32, 3), None, (64, 3), None, (128, 3), (64, 1), (128, 3), None, (256, 3), (128, 1), (256, 3), None,
    (512, 3), (256, 1), (512, 3), (256, 1), (512, 3), None,
    (1024, 3), (512, 1), (1024, 3), (512, 1), (1024, 3), (1024, 3), (1024, 3),
)  # fmt: skip


def write_yolov2(b: NetworkBuilder) -> None:
    """Add the 32 layers of YOLOv2; H and W of the input must divide by 32."""
    x = "input"
    at: dict[int, str] = {}
    for i, conv in enumerate(_BACKBONE):
        if conv:
            x = conv_bn(b, f"conv{i}", x, *conv, activation="LeakyRelu")
        else:
            x = b.pool(f"max{i}", x, 2, stride=2, padding=_END)
        at[i] = x
    x = b.elementwise("route25", at[16], "Identity")
    x = conv_bn(b, "conv26", x, 64, 1, activation="LeakyRelu")
    x = b.reorg("reorg27", x, 2)
    x = b.concat("route28", [x, at[24]])
    x = conv_bn(b, "conv29", x, 1024, 3, activation="LeakyRelu")
    x = b.conv("conv30", x, _OUTPUTS, 1)
    b.elementwise("region31", x, "Region")


def write_tiny(b: NetworkBuilder) -> None:
    """Add the 16 layers of YOLOv2-tiny."""
    x = "input"
    for i, filters in enumerate((16, 32, 64, 128, 256, 512)):
        x = conv_bn(b, f"conv{2 * i}", x, filters, 3, activation="LeakyRelu")
        # The sixth moves by one and so keeps its map.
        x = b.pool(f"max{2 * i + 1}", x, 2, stride=1 if i == 5 else 2, padding=_END)
    x = conv_bn(b, "conv12", x, 1024, 3, activation="LeakyRelu")
    x = conv_bn(b, "conv13", x, 512, 3, activation="LeakyRelu")
    x = b.conv("conv14", x, _OUTPUTS, 1)
    b.elementwise("region15", x, "Region")
