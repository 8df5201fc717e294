"""Tiling: the regions of every tile of one (network, tau, grid) and the classes of tiles that cost the same.

Nothing here depends on a speed, the rate or the bits per element, so a Tiling is computed once and kept.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from planner_core.arrays import FloatArray, IntArray
from planner_core.kept import kept_up_to
from planner_core.network.model import Network
from planner_core.tiling.grid import check_grid
from planner_core.tiling.program import Program, program_of

__all__ = ["Tiling"]


def _kernels() -> Any:
    """Return the compiled loops where the compiler is loaded, as wherever methods plan, else those in numpy.

    Both give the same bits. To load the compiler would hold up a window for the better part of a second.
    """
    if "numba" in sys.modules:
        from planner_core.tiling import kernels

        return kernels
    from planner_core.tiling import plain

    return plain


_AXES_BYTES = _TILINGS_BYTES = 32 << 20
"""What is kept of intervals and of tilings: a grid of some tiles takes kilobytes, one of 50,000 up to 100 MB."""


@dataclass(frozen=True, eq=False)
class _Axes:
    """Walked intervals, either of the two axes apart (rows, then columns) or of whole tiles."""

    need: tuple[IntArray, IntArray]  # (T, n, 2) each
    cross: tuple[IntArray, IntArray]  # (S, n, 2) each
    joint: bool  # both run over tiles instead of over rows and columns


def _bytes_of_axis(walked: tuple[IntArray, IntArray, bool]) -> int:
    return walked[0].nbytes + walked[1].nbytes


@kept_up_to(_AXES_BYTES, _bytes_of_axis)
def _axis(network: Network, tau: int, axis: int, parts: int) -> tuple[IntArray, IntArray, bool]:
    """Walk one axis alone: need (T, parts, 2), cross (S, parts, 2), hollow."""
    cell = np.arange(parts, dtype=np.int64)[None, :]
    need, cross, hollow = _walk(network, tau, (axis,), cell, (parts,))
    return need[0], cross[0], hollow


def _walk(
    network: Network, tau: int, axes: tuple[int, ...], cell: IntArray, parts: tuple[int, ...]
) -> tuple[IntArray, IntArray, bool]:
    program = program_of(network)
    pick = list(axes)
    need, cross, hollow = _kernels().walk(
        tau,
        program.n_inputs,
        cell,
        np.array(parts, np.int64),
        np.ascontiguousarray(program.extent[pick]),
        program.frontier(tau),
        program.edge_start,
        program.edge_tensor,
        np.ascontiguousarray(program.edge_rule[pick]),
        program.reader_start,
        program.reader_edge,
        segments_of(network, tau),
    )
    return need, cross, bool(hollow)


@lru_cache(maxsize=4096)
def segments_of(network: Network, tau: int) -> IntArray:
    """(S, 5) table of what crosses for each split of the prefix; see `kernels.segments`."""
    program = program_of(network)
    found: IntArray = _kernels().segments(
        tau,
        program.n_inputs,
        program.reader_start,
        program.reader_edge,
        program.edge_layer,
        program.last_reader,
    )
    return found


class Tiling:
    """Regions and costs in FLOP and elements of the rows x cols tiles over layers 1..tau (SPEC sections 2 and 3).

    Use `Tiling.of`, which keeps the last ones.

    Attributes
    ----------
    network, tau, rows, cols
    paths : int
        P = rows * cols.
    class_of : (P,) int64
        Class of each tile; tiles of one class cost the same at every split.
    device_flop, es_flop, elements : (K, tau + 1) float64
        Per class and split (column o - 1): FLOP on the device, FLOP of the prefix on the ES, elements sent.
    tail_flop : float
        Sum of d_v for v > tau.
    """

    def __init__(self, network: Network, tau: int, rows: int, cols: int) -> None:
        check_grid(network, tau, rows, cols)
        self.network, self.tau, self.rows, self.cols = network, tau, rows, cols
        self.paths = rows * cols
        program = program_of(network)
        self.tail_flop = float(np.sum(program.flops[tau:]))
        self._axes = _walk_both(network, tau, rows, cols)
        self.class_of, self.device_flop, self.es_flop, self.elements = _classes(program, self._axes, self)

    @staticmethod
    def of(network: Network, tau: int, rows: int, cols: int) -> Tiling:
        """Return the kept Tiling, or make it.

        Raises
        ------
        InfeasibleError
            If the grid is finer than the frontier allows.
        """
        return _kept(network, tau, rows, cols)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays, those shared with other tilings too."""
        walked = (*self._axes.need, *self._axes.cross)
        own = (self.class_of, self.device_flop, self.es_flop, self.elements)
        return sum(array.nbytes for array in (*walked, *own))

    @property
    def tensors(self) -> tuple[str, ...]:
        """Network inputs, then layers 1..tau."""
        program = program_of(self.network)
        return program.tensor_names[: program.n_inputs + self.tau]

    @cached_property
    def frontier(self) -> tuple[str, ...]:
        """Tensors that tiles own: read after the prefix, or network outputs produced in it."""
        mask = program_of(self.network).frontier(self.tau)
        return tuple(name for name, on in zip(self.tensors, mask, strict=False) if on)

    def regions(self, tensor: str) -> IntArray:
        """(P, 4) array of [y0, y1, x0, x1): what each tile needs of `tensor`, halo included."""
        t = self.tensors.index(tensor)
        return self._rectangles(self._axes.need[0][t], self._axes.need[1][t])

    def owned(self, tensor: str) -> IntArray:
        """(P, 4) array of [y0, y1, x0, x1): the cell of the frontier tensor `tensor` that each tile owns."""
        if tensor not in self.frontier:
            raise KeyError(f"'{tensor}' is not on the frontier of tau {self.tau}")
        _, height, width = self.network.shapes[tensor]
        i, j = np.divmod(np.arange(self.paths, dtype=np.int64), self.cols)
        return np.stack(
            [
                i * height // self.rows,
                (i + 1) * height // self.rows,
                j * width // self.cols,
                (j + 1) * width // self.cols,
            ],
            axis=1,
        )

    def crossing(self, o: int) -> list[tuple[str, IntArray]]:
        """What is sent when a path is split at `o`: tensors and their (P, 4) regions, empty ones as zeros."""
        found = []
        for k, (t, first, last, _, _) in enumerate(segments_of(self.network, self.tau)):
            if first <= o <= last:
                found.append(
                    (self.tensors[t], self._rectangles(self._axes.cross[0][k], self._axes.cross[1][k]))
                )
        return found

    def _rectangles(self, ys: IntArray, xs: IntArray) -> IntArray:
        if not self._axes.joint:
            i, j = np.divmod(np.arange(self.paths), self.cols)
            ys, xs = ys[i], xs[j]
        found: IntArray = np.concatenate([ys, xs], axis=1)
        found[(found[:, 0] >= found[:, 1]) | (found[:, 2] >= found[:, 3])] = 0
        return found


def _bytes_of_tiling(tiling: Tiling) -> int:
    return tiling.nbytes


@kept_up_to(_TILINGS_BYTES, _bytes_of_tiling)
def _kept(network: Network, tau: int, rows: int, cols: int) -> Tiling:
    return Tiling(network, tau, rows, cols)


def _walk_both(network: Network, tau: int, rows: int, cols: int) -> _Axes:
    y_need, y_cross, y_hollow = _axis(network, tau, 0, rows)
    x_need, x_cross, x_hollow = _axis(network, tau, 1, cols)
    if not (y_hollow or x_hollow):
        return _Axes((y_need, x_need), (y_cross, x_cross), joint=False)
    cell = np.stack(np.divmod(np.arange(rows * cols, dtype=np.int64), cols))
    need, cross, _ = _walk(network, tau, (0, 1), cell, (rows, cols))
    return _Axes((need[0], need[1]), (cross[0], cross[1]), joint=True)


def _sizes(spans: IntArray) -> IntArray:
    """(n, m) lengths of (m, n, 2) intervals."""
    return np.ascontiguousarray((spans[..., 1] - spans[..., 0]).T)


def _classes(
    program: Program, axes: _Axes, tiling: Tiling
) -> tuple[IntArray, FloatArray, FloatArray, FloatArray]:
    n, tau = program.n_inputs, tiling.tau
    segs = segments_of(tiling.network, tau)
    kinds, sizes, crosses = [], [], []
    for need, cross in zip(axes.need, axes.cross, strict=True):
        made, sent = _sizes(need[n:]), _sizes(cross)
        label, first = _kernels().distinct_rows(np.concatenate([made, sent], axis=1))
        kinds.append(label)
        sizes.append(made[first])
        crosses.append(sent[first])
    if axes.joint:
        label_y, label_x = kinds
    else:
        i, j = np.divmod(np.arange(tiling.paths), tiling.cols)
        label_y, label_x = kinds[0][i], kinds[1][j]
    pair_of, first = _kernels().distinct_rows(np.stack([label_y, label_x], axis=1))
    pairs = np.stack([label_y[first], label_x[first]], axis=1)
    shape = slice(n, n + tau)
    device, es, sent = _kernels().class_costs(
        sizes[0],
        sizes[1],
        crosses[0],
        crosses[1],
        pairs,
        tau,
        program.extent[0, shape] * program.extent[1, shape],
        program.flops[:tau],
        segs,
        program.channels[segs[:, 0]],
    )
    merged, first = _distinct_costs(device, es, sent)
    return merged[pair_of], device[first], es[first], sent[first]


def _distinct_costs(*tables: FloatArray) -> tuple[IntArray, IntArray]:
    """Number the kinds of tile by cost alone: a wide and a tall tile of one area are one class."""
    bits = np.ascontiguousarray(np.concatenate(tables, axis=1)).view(np.int64)
    label, first = _kernels().distinct_rows(bits)
    return label, first


def tiles_json(tiling: Tiling) -> list[Mapping[str, object]]:
    """Tiles of the plan JSON (SPEC section 7): path, row, col and the region of every prefix tensor."""
    regions = {name: tiling.regions(name).tolist() for name in tiling.tensors}
    return [
        {
            "path": p,
            "row": p // tiling.cols,
            "col": p % tiling.cols,
            "regions": {name: rects[p] for name, rects in regions.items()},
        }
        for p in range(tiling.paths)
    ]
