"""Scenario: the one frozen, hashable, picklable input of the planner."""

from __future__ import annotations

from dataclasses import dataclass, field

from planner_core.errors import InfeasibleError
from planner_core.network.model import Network
from planner_core.system import System

__all__ = ["Scenario"]


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is to be planned.

    Parameters
    ----------
    network : Network
    system : System
    tau : int or None
        Number of fused layers, 1..l; None searches.
    paths : int or None
        P; None searches. Left None when `grid` is given.
    grid : (rows, cols) or None
        None takes the automatic grid of SPEC section 2.
    max_paths : int or None
        Cap of the search over P; None is no cap.

    Raises
    ------
    InfeasibleError
        For numbers that no network allows. Whether this network allows them is said by `tiling.check_grid`.
    """

    network: Network
    system: System = field(default_factory=System)
    tau: int | None = None
    paths: int | None = None
    grid: tuple[int, int] | None = None
    max_paths: int | None = None

    def __post_init__(self) -> None:
        if self.tau is not None and not 1 <= self.tau <= len(self.network):
            raise InfeasibleError(f"tau {self.tau} is outside 1 to {len(self.network)}, the number of layers")
        if self.paths is not None and self.paths < 1:
            raise InfeasibleError(f"P {self.paths} is below 1")
        if self.max_paths is not None and self.max_paths < 1:
            raise InfeasibleError(f"the largest P {self.max_paths} is below 1")
        if self.grid is not None:
            rows, cols = self.grid
            if rows < 1 or cols < 1:
                raise InfeasibleError(f"grid {rows}x{cols} needs at least one row and one column")
            if self.paths is not None and self.paths != rows * cols:
                raise InfeasibleError(f"grid {rows}x{cols} makes {rows * cols} paths, not {self.paths}")
