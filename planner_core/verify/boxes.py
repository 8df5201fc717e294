"""Boxes of positions and how a tensor of any rank is cut by one."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from planner_core.importers.onnx_context import spatial_axes

__all__ = [
    "Array",
    "Box",
    "Dims",
    "MismatchError",
    "box_dims",
    "box_text",
    "contains",
    "cut",
    "cut_view",
    "full_box",
    "hull",
    "is_empty",
    "lack_text",
]

Array: TypeAlias = npt.NDArray[Any]
Dims: TypeAlias = tuple[int, ...]
Box: TypeAlias = tuple[int, int, int, int]
"""Half-open rows and columns [y0, y1, x0, x1) of a tensor's map."""


class MismatchError(Exception):
    """A tile cannot be made as planned; the text says what is missing where."""


def is_empty(box: Box) -> bool:
    """Whether nothing lies in `box`."""
    return box[0] >= box[1] or box[2] >= box[3]


def contains(outer: Box, inner: Box) -> bool:
    """Whether all of `inner` lies in `outer`."""
    return is_empty(inner) or (
        outer[0] <= inner[0] and inner[1] <= outer[1] and outer[2] <= inner[2] and inner[3] <= outer[3]
    )


def hull(a: Box, b: Box) -> Box:
    """Return the smallest box around both."""
    if is_empty(a):
        return b
    if is_empty(b):
        return a
    return min(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), max(a[3], b[3])


def full_box(dims: Dims) -> Box:
    """Return the whole map of a tensor with ONNX dimensions `dims`; what has no map is one position."""
    axes = spatial_axes(len(dims))
    extents = [dims[axis] for axis in axes] + [1, 1]
    return 0, extents[0], 0, extents[1]


def box_dims(dims: Dims, box: Box) -> Dims:
    """Return `dims` with the extents of `box` in place of the map's."""
    made = list(dims)
    for axis, lo, hi in zip(spatial_axes(len(dims)), box[::2], box[1::2], strict=False):
        made[axis] = hi - lo
    return tuple(made)


def cut(array: Array, have: Box, want: Box) -> Array:
    """Return a copy of the part `want` of an array that holds the part `have` of its tensor."""
    y, x = have[0], have[2]
    return np.ascontiguousarray(cut_view(array, (want[0] - y, want[1] - y, want[2] - x, want[3] - x)))


def cut_view(array: Array, box: Box) -> Array:
    """Return `box` of an array, counted from the array's own first row and column, as a view."""
    where: list[slice] = [slice(None)] * array.ndim
    for k, axis in enumerate(spatial_axes(array.ndim)):
        where[axis] = slice(box[2 * k], box[2 * k + 1])
    return array[tuple(where)]


def box_text(box: Box) -> str:
    """Return rows and columns as messages have them."""
    return "nothing" if is_empty(box) else f"rows {box[0]}..{box[1]} and columns {box[2]}..{box[3]}"


def lack_text(want: Box, have: Box) -> tuple[str, str]:
    """Return the rows, the columns or both that are wanted and not all there, and what there is of them."""
    if is_empty(have):
        return box_text(want), "nothing"
    wanted, there = [], []
    for name, k in (("rows", 0), ("columns", 2)):
        if not have[k] <= want[k] < want[k + 1] <= have[k + 1]:
            wanted.append(f"{name} {want[k]}..{want[k + 1]}")
            there.append(f"{name} {have[k]}..{have[k + 1]}")
    return " and ".join(wanted), " and ".join(there)
