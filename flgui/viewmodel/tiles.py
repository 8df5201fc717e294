"""The fused tiles of a plan: regions, shared cells and what each path sends; imports no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from flgui.text import TIMES
from flgui.viewmodel.gantt_text import sent_texts
from planner_core.network.model import Network, Shape
from planner_core.plan import FloatArray, IntArray, Plan
from planner_core.tiling import Tiling

__all__ = [
    "Blocks",
    "MapModel",
    "SendGroup",
    "TilesModel",
    "cover",
    "tiles_model",
]


@dataclass(frozen=True, eq=False)
class MapModel:
    """One tensor and the regions of the tiles on it.

    Parameters
    ----------
    tensor : str
    shape : (C, H, W)
    regions : (P, 4) int array
        [y0, y1, x0, x1) of what each tile needs; empty regions are zeros.
    count : (H, W) int array
        How many tiles need each cell.
    """

    tensor: str
    shape: Shape
    regions: IntArray
    count: npt.NDArray[np.int64]

    def at(self, y: int, x: int) -> IntArray:
        """Return the tiles that need cell (y, x)."""
        r = self.regions
        return np.flatnonzero((r[:, 0] <= y) & (y < r[:, 1]) & (r[:, 2] <= x) & (x < r[:, 3]))


@dataclass(frozen=True, eq=False)
class Blocks:
    """A map cut along every edge of a region: all cells of one block are needed by the same tiles.

    Parameters
    ----------
    regions : (P, 4) int array
        [y0, y1, x0, x1) in blocks.
    row, col : (H,) and (W,) int arrays
        The block that each row and each column of cells lies in.
    shape : (int, int)
        Blocks down and across.
    """

    regions: IntArray
    row: IntArray
    col: IntArray
    shape: tuple[int, int]

    @classmethod
    def of(cls, regions: IntArray, height: int, width: int) -> Blocks:
        """Cut a map of `height` x `width` cells along the edges of (P, 4) `regions`."""
        ys = np.unique(np.concatenate((regions[:, :2].ravel(), (0, height))))
        xs = np.unique(np.concatenate((regions[:, 2:].ravel(), (0, width))))
        small = np.concatenate(
            (np.searchsorted(ys, regions[:, :2]), np.searchsorted(xs, regions[:, 2:])), axis=1
        )
        row, col = (np.repeat(np.arange(len(edges) - 1), np.diff(edges)) for edges in (ys, xs))
        return cls(small, row, col, (len(ys) - 1, len(xs) - 1))

    def cover(self, weights: FloatArray | IntArray) -> FloatArray | IntArray:
        """Sum the (P,) or (P, k) weights of the tiles that need each block: (rows, columns) or with k."""
        # Marks in the corners, summed up along both axes: no loop over tiles or blocks.
        marks = np.zeros((self.shape[0] + 1, self.shape[1] + 1, *weights.shape[1:]), dtype=weights.dtype)
        y0, y1, x0, x1 = self.regions.T
        np.add.at(marks, (y0, x0), weights)
        np.add.at(marks, (y1, x1), weights)
        np.subtract.at(marks, (y0, x1), weights)
        np.subtract.at(marks, (y1, x0), weights)
        return marks.cumsum(axis=0).cumsum(axis=1)[:-1, :-1]


@dataclass(frozen=True, eq=False)
class SendGroup:
    """Paths that send the same tensors.

    Parameters
    ----------
    words : str
        "pool1", "a + b"; "nothing" for paths that send nothing.
    paths : (n,) int array
    """

    words: str
    paths: IntArray


@dataclass(frozen=True, eq=False)
class TilesModel:
    """What the tile view draws for one plan and one tensor.

    Parameters
    ----------
    title : str
        "BF, 2×4 over pool1".
    brief : str
        The same without the layer.
    rows, cols : int
    tensors : tuple of str
        Layers of the prefix, the last first: those that can be chosen.
    chosen, source : MapModel
        The chosen tensor, and the first network input.
    sends : tuple of str
        By offloading layer o = 1..tau+1: what a path split there sends.
    groups : tuple of SendGroup
        In the order of their first path.
    work_factor : float
        FLOP of all tiles over FLOP of the prefix.
    input_factor : float
        Elements of all input regions over elements of the input.
    sent_factor : float or None
        Bits that all tiles send over those of the cells that an even cut gives them; None when nothing is sent.
    """

    title: str
    brief: str
    rows: int
    cols: int
    tensors: tuple[str, ...]
    chosen: MapModel
    source: MapModel
    sends: tuple[str, ...]
    groups: tuple[SendGroup, ...]
    work_factor: float
    input_factor: float
    sent_factor: float | None

    @property
    def paths(self) -> int:
        """P."""
        return self.rows * self.cols


def tiles_model(network: Network, plan: Plan, tensor: str | None = None) -> TilesModel:
    """Return the tiles of `plan` on `tensor`.

    Parameters
    ----------
    tensor : str, optional
        A layer of the prefix; without it, or for any other name, the last one whose tiles share cells is
        taken, as that shows the halo, and else the last layer of the prefix.
    """
    tiling = Tiling.of(network, plan.tau, plan.rows, plan.cols)
    cell = (network, plan.tau, plan.rows, plan.cols)
    layers = tuple(layer.name for layer in network.layers[: plan.tau])[::-1]
    if tensor not in layers:
        tensor = _with_halo(*cell) if plan.paths > 1 else _telling(network, plan, layers)
    sends = tuple(text or "nothing" for text in sent_texts(network)[: plan.tau + 1])
    work = float(np.sum(plan.device_flop) + np.sum(plan.es_flop))
    prefix = float(sum(layer.flops for layer in network.layers[: plan.tau]))
    return TilesModel(
        title=_title(plan, f" over {network.layers[plan.tau - 1].name}"),
        brief=_title(plan, ""),
        rows=plan.rows,
        cols=plan.cols,
        tensors=layers,
        chosen=_map(*cell, tensor),
        source=_map(*cell, network.inputs[0].name),
        sends=sends,
        groups=_groups(plan, sends),
        work_factor=work / prefix if prefix else 1.0,
        input_factor=_input_factor(*cell),
        sent_factor=_sent_factor(network, tiling, plan),
    )


def cover(
    regions: IntArray, height: int, width: int, weights: FloatArray | IntArray | None = None
) -> FloatArray | IntArray:
    """Sum over the tiles that need each cell.

    Parameters
    ----------
    regions : (P, 4) int array
    weights : (P,) or (P, k) array, optional
        What each tile adds; 1 by default.

    Returns
    -------
    (H, W) or (H, W, k) array
    """
    values = np.ones(len(regions), dtype=np.int64) if weights is None else weights
    cut = Blocks.of(regions, height, width)
    return cut.cover(values)[cut.row[:, None], cut.col[None, :]]


def _title(plan: Plan, over: str) -> str:
    if plan.method == "NFL":
        return "NFL, one tile, nothing fused" if over else "NFL, one tile"
    tiles = "one tile" if plan.paths == 1 else f"{plan.rows}{TIMES}{plan.cols}"
    return f"{plan.method}, {tiles}{over}"


@lru_cache(maxsize=8)
def _map(network: Network, tau: int, rows: int, cols: int, tensor: str) -> MapModel:
    """The same object for the same tiles, so that a view sees that it has nothing to paint anew."""
    _, height, width = shape = network.shapes[tensor]
    regions = Tiling.of(network, tau, rows, cols).regions(tensor)
    return MapModel(tensor, shape, regions, np.asarray(cover(regions, height, width), dtype=np.int64))


@lru_cache(maxsize=64)
def _input_factor(network: Network, tau: int, rows: int, cols: int) -> float:
    tiling = Tiling.of(network, tau, rows, cols)
    read = sum(float(np.sum(_areas(tiling.regions(t.name)))) * t.shape[0] for t in network.inputs)
    return read / sum(float(np.prod(t.shape)) for t in network.inputs)


def _areas(regions: IntArray) -> IntArray:
    return (regions[:, 1] - regions[:, 0]) * (regions[:, 3] - regions[:, 2])


@lru_cache(maxsize=64)
def _with_halo(network: Network, tau: int, rows: int, cols: int) -> str:
    """The last layer of the prefix whose tiles share cells, else the last one."""
    tiling = Tiling.of(network, tau, rows, cols)
    layers = [layer.name for layer in network.layers[:tau]][::-1]
    return next((t for t in layers if _overlap(tiling.regions(t), rows, cols)), layers[0])


def _telling(network: Network, plan: Plan, layers: tuple[str, ...]) -> str:
    """Choose the tensor to show first for a single tile: the one that is sent."""
    cut = network.layers[max(0, int(plan.offload[0]) - 2)].name
    maps = [t for t in (cut, *layers) if network.shapes[t][1:] != (1, 1)]
    return maps[0] if maps else cut


def _overlap(regions: IntArray, rows: int, cols: int) -> bool:
    """Say whether neighbours in the grid need a cell both."""
    grid = regions.reshape(rows, cols, 4)
    beside = (grid[:, :-1, 3] > grid[:, 1:, 2]) & (grid[:, 1:, 3] > 0)
    below = (grid[:-1, :, 1] > grid[1:, :, 0]) & (grid[1:, :, 1] > 0)
    return bool(np.any(beside) or np.any(below))


def _sent_factor(network: Network, tiling: Tiling, plan: Plan) -> float | None:
    """Compare elements that cross the link with those of an even cut of the same tensors."""
    sent = needed = 0.0
    for o in np.unique(plan.offload).tolist():
        own = plan.offload == o
        for tensor, boxes in tiling.crossing(o):
            channels, height, width = network.shapes[tensor]
            i, j = np.divmod(np.flatnonzero(own), plan.cols)
            rows = (i + 1) * height // plan.rows - i * height // plan.rows
            cols = (j + 1) * width // plan.cols - j * width // plan.cols
            sent += channels * float(np.sum(_areas(boxes[own])))
            needed += channels * float(np.sum(rows * cols))
    return sent / needed if needed else None


def _groups(plan: Plan, sends: tuple[str, ...]) -> tuple[SendGroup, ...]:
    found = [
        SendGroup(sends[int(o) - 1], np.flatnonzero(plan.offload == o))
        for o in np.unique(plan.offload).tolist()
    ]
    return tuple(sorted(found, key=lambda group: int(group.paths[0])))
