"""Weights to run with: the model's own, or seeded random ones where it has none that could show a mistake."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner_core.verify.boxes import Array, Dims

__all__ = ["Role", "random_weights", "roles_of", "says_nothing"]

_BATCH_NORM = ("scale", "shift", "shift", "variance")


@dataclass(frozen=True, slots=True)
class Role:
    """What a constant is to the operator that reads it, and how many products its kernel sums up."""

    kind: str
    fan_in: int = 1


def roles_of(nodes: Iterable[Any], dims: dict[str, Dims]) -> dict[str, Role]:
    """Return the role of each constant that holds weights, by tensor name; the first reader decides."""
    found: dict[str, Role] = {}
    nodes = list(nodes)
    added = {name for node in nodes if node.op_type in ("Add", "Sum") for name in node.input}
    for node in nodes:
        for index, name in enumerate(node.input):
            if name in dims and name not in found:
                role = _role(node, index, dims[name])
                if role is not None and role.kind == "scale" and node.output[0] in added:
                    role = Role("branch")  # else every residual block would double the activations
                if role is not None:
                    found[name] = role
    return found


def _role(node: Any, index: int, dims: Dims) -> Role | None:
    kind = node.op_type
    if kind in ("Conv", "ConvTranspose") and len(dims) > 1:
        taps = math.prod(dims[1:])
        if kind == "ConvTranspose":  # a position of the output gets a part of the kernel only
            strides = next((list(a.ints) for a in node.attribute if a.name == "strides"), [])
            taps = max(1, dims[0] * math.prod(dims[2:]) // max(1, math.prod(strides)))
        return Role("kernel", taps)
    if kind in ("Conv", "ConvTranspose", "Gemm") and len(dims) == 1:
        return Role("shift")
    if kind in ("Gemm", "MatMul") and len(dims) >= 2:
        turned = any(a.name == "transB" and a.i for a in node.attribute)
        return Role("kernel", dims[-1] if turned else dims[-2])
    if kind == "BatchNormalization" and 1 <= index <= 4:
        return Role(_BATCH_NORM[index - 1])
    if kind in ("InstanceNormalization", "LayerNormalization", "GroupNormalization") and index in (1, 2):
        return Role(("scale", "shift")[index - 1])
    if kind in ("Add", "Sub") and math.prod(dims) > 1:
        return Role("shift")
    if kind in ("Mul", "Div", "PRelu") and math.prod(dims) > 1:
        return Role("scale")
    return None


def says_nothing(value: Array | None) -> bool:
    """Whether a weight is missing, or the same everywhere: channels and taps could be mixed up unseen."""
    if value is None:
        return True
    return bool(value.size > 1 and np.issubdtype(value.dtype, np.floating) and np.all(value == value.flat[0]))


def random_weights(name: str, dims: Dims, role: Role, dtype: Any, seed: int) -> Array:
    """Return seeded random weights of a scale that keeps the activations near 1.

    Kernels are normal with variance 2 / fan-in, factors and variances lie in [0.5, 1.5), factors at the end of
    a branch that is added to another in [0.25, 0.75), shifts are normal with standard deviation 0.1. Values
    depend on seed and name alone.
    """
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    if role.kind in ("scale", "variance", "branch"):
        made = rng.random(dims, np.float32) + np.float32(0.5)
        made *= np.float32(0.5 if role.kind == "branch" else 1)
    else:
        deviation = math.sqrt(2 / role.fan_in) if role.kind == "kernel" else 0.1
        made = rng.standard_normal(dims, np.float32)
        made *= np.float32(deviation)
    return np.asarray(made, dtype)
