"""Blocks that several bundled networks are made of."""

from __future__ import annotations

from planner_core.network.builder import NetworkBuilder

__all__ = ["conv_bn", "conv_relu"]


def conv_relu(
    b: NetworkBuilder, tag: str, source: str, filters: int, kernel: int, *, stride: int = 1, padding: int = 0
) -> str:
    """Add conv<tag> and relu<tag>; return the latter."""
    x = b.conv(f"conv{tag}", source, filters, kernel, stride=stride, padding=padding)
    return b.elementwise(f"relu{tag}", x, "Relu")


def conv_bn(
    b: NetworkBuilder,
    name: str,
    source: str,
    filters: int,
    kernel: int,
    *,
    stride: int = 1,
    groups: int = 1,
    activation: str | None = "Relu",
) -> str:
    """Add a convolution padded by kernel // 2 with <name>/bn and, if given, the activation behind it."""
    x = b.conv(name, source, filters, kernel, stride=stride, padding=kernel // 2, groups=groups)
    x = b.elementwise(f"{name}/bn", x, "BatchNormalization")
    return b.elementwise(f"{name}/{activation.lower()}", x, activation) if activation else x
