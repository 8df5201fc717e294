"""How many tiles need each cell of a tensor: the scale of the heat map and its plain blocks; imports no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from flgui.viewmodel.tiles import MapModel
from planner_core.network.model import Shape
from planner_core.plan import IntArray

__all__ = ["Block", "OverlapScale", "block_count", "blocks", "even_share", "overlap_scale"]

_MOST_STEPS: Final = 5


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle of cells [y0, y1) x [x0, x1) that `count` tiles need each."""

    y0: int
    y1: int
    x0: int
    x1: int
    count: int


@dataclass(frozen=True, slots=True)
class OverlapScale:
    """What the heat map counts.

    Parameters
    ----------
    most : int
        Tiles that need the busiest cell.
    steps : tuple of (int, float)
        Counts for the legend, each with the share of all cells that it has; of many counts five.
    factor : float
        Cells of all tiles together over cells of the tensor: 1 without overlap.
    """

    most: int
    steps: tuple[tuple[int, float], ...]
    factor: float


def even_share(shape: Shape, rows: int, cols: int) -> IntArray:
    """(P, 4) The cell of each tile of a tensor cut evenly: [i*H//rows, (i+1)*H//rows) and so on (SPEC section 2)."""
    _, height, width = shape
    i, j = np.divmod(np.arange(rows * cols), cols)
    y = (i * height // rows, (i + 1) * height // rows)
    x = (j * width // cols, (j + 1) * width // cols)
    return np.stack((*y, *x), axis=1)


def overlap_scale(shown: MapModel) -> OverlapScale:
    """Return the scale of a tensor."""
    counts = np.bincount(shown.count.ravel())
    cells = float(shown.count.size)
    found = np.flatnonzero(counts)
    if len(found) > _MOST_STEPS:
        found = found[np.unique(np.linspace(0, len(found) - 1, _MOST_STEPS).round().astype(int))]
    steps = tuple((int(n), float(counts[n]) / cells) for n in found)
    return OverlapScale(int(shown.count.max()), steps, float(shown.count.sum()) / cells)


def blocks(shown: MapModel) -> tuple[Block, ...]:
    """Cut the tensor along all edges of all tiles; inside a block the count is the same everywhere."""
    ys, xs = _edges(shown)
    return tuple(
        Block(y0, y1, x0, x1, int(shown.count[y0, x0])) for y0, y1 in pairwise(ys) for x0, x1 in pairwise(xs)
    )


def block_count(shown: MapModel) -> int:
    """Return how many `blocks` there are, without making them."""
    ys, xs = _edges(shown)
    return (len(ys) - 1) * (len(xs) - 1)


def _edges(shown: MapModel) -> tuple[list[int], list[int]]:
    _, height, width = shown.shape
    r = shown.regions
    ys = np.unique(np.concatenate(([0, height], r[:, 0], r[:, 1])))
    xs = np.unique(np.concatenate(([0, width], r[:, 2], r[:, 3])))
    return ys.tolist(), xs.tolist()
