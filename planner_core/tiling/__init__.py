"""Tile geometry of a fused prefix (SPEC section 2); independent of any speed."""

from planner_core.tiling.cell import Cell
from planner_core.tiling.geometry import Tiling
from planner_core.tiling.grid import auto_grid, check_grid, check_paths, cut_extent, feasible_paths

__all__ = ["Cell", "Tiling", "auto_grid", "check_grid", "check_paths", "cut_extent", "feasible_paths"]
