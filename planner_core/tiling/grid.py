"""Which P can be cut, and into which grid (SPEC section 2)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from planner_core.arrays import IntArray
from planner_core.errors import InfeasibleError
from planner_core.network.model import Network
from planner_core.tiling.program import program_of

__all__ = ["auto_grid", "check_grid", "check_paths", "cut_extent", "feasible_paths", "grids_up_to"]


def cut_extent(network: Network, tau: int) -> tuple[int, int]:
    """S_tau^L and S_tau^W: the least H and the least W over the frontier tensors that layers 1..tau produce."""
    s_l, s_w = program_of(network).cut_extents[tau - 1].tolist()
    return s_l, s_w


def auto_grid(paths: int, s_l: int, s_w: int) -> tuple[int, int] | None:
    """Grid of `paths` tiles that are closest to square, or None where P cannot be cut.

    With x = S^L * cols and y = S^W * rows the ratio max(x, y) / min(x, y) is least, compared as fractions; ties go
    to fewer rows.
    """
    best: tuple[int, int] | None = None
    best_long, best_short = 0, 1
    for rows in range(1, min(paths, s_l) + 1):
        cols, rest = divmod(paths, rows)
        if rest or cols > s_w:
            continue
        x, y = s_l * cols, s_w * rows
        long, short = max(x, y), min(x, y)
        if best is None or long * best_short < best_long * short:
            best, best_long, best_short = (rows, cols), long, short
    return best


@lru_cache(maxsize=64)
def grids_up_to(s_l: int, s_w: int, cap: int | None = None) -> IntArray:
    """(n, 3) array of every feasible P up to `cap`, ascending, with its automatic grid: P, rows, cols."""
    most = s_l * s_w if cap is None else min(cap, s_l * s_w)
    rows = np.arange(1, min(s_l, most) + 1, dtype=np.int64)[:, None]
    cols = np.arange(1, min(s_w, most) + 1, dtype=np.int64)[None, :]
    r, c = np.broadcast_arrays(rows, cols)
    paths = r * c
    keep = paths <= most
    r, c, paths = r[keep], c[keep], paths[keep]
    x, y = s_l * c, s_w * r
    # For one P the products x*y are equal, so the ratio max/min is ordered as max is: exact, and no division.
    order = np.lexsort((r, np.maximum(x, y), paths))
    r, c, paths = r[order], c[order], paths[order]
    first = np.ones(len(paths), bool)
    first[1:] = paths[1:] != paths[:-1]
    found = np.stack([paths[first], r[first], c[first]], axis=1)
    found.setflags(write=False)
    return found


def feasible_paths(network: Network, tau: int, cap: int | None = None) -> IntArray:
    """Every feasible P for `tau`, ascending, up to `cap`."""
    s_l, s_w = cut_extent(network, tau)
    return grids_up_to(s_l, s_w, cap)[:, 0]


def check_grid(network: Network, tau: int, rows: int, cols: int) -> None:
    """Raise InfeasibleError, which names the layer in the way, unless `rows` x `cols` tiles can be cut."""
    s_l, s_w = cut_extent(network, tau)
    if rows < 1 or cols < 1:
        raise InfeasibleError(f"grid {rows}x{cols} needs at least one row and one column")
    if rows > s_l or cols > s_w:
        raise InfeasibleError(
            f"tau {tau} cannot be cut into a {rows}x{cols} grid: {_narrowest(network, tau)} gives a "
            f"{s_l}x{s_w} map, so {s_l}x{s_w} tiles are the most"
        )


def check_paths(network: Network, tau: int, paths: int) -> tuple[int, int]:
    """Return the automatic grid of `paths` tiles, or raise InfeasibleError that names the layer in the way."""
    s_l, s_w = cut_extent(network, tau)
    grid = auto_grid(paths, s_l, s_w)
    if grid is None:
        most = s_l * s_w
        why = f"so {most} {'tile is' if most == 1 else 'tiles are'} the most"
        if paths <= most:
            why = f"and no grid within it has {paths} tiles"
        raise InfeasibleError(
            f"tau {tau} cannot be cut into {paths} tiles: {_narrowest(network, tau)} gives a {s_l}x{s_w} map, {why}"
        )
    return grid


def _narrowest(network: Network, tau: int) -> str:
    program = program_of(network)
    made = program.frontier(tau)
    made[: program.n_inputs] = False
    area = np.where(made, program.extent[0] * program.extent[1], np.iinfo(np.int64).max)
    return program.tensor_names[int(area.argmin())]
