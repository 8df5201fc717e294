"""The receptive cone of a tile: what it needs of every tensor, from the last fused layer down to the input.

Imports no Qt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flgui.viewmodel.overlap import even_share
from planner_core.network.model import Network, Shape
from planner_core.plan import Plan
from planner_core.tiling import Tiling

__all__ = ["Cone", "Level", "cone_of"]

MOST_LEVELS: Final = 12

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Level:
    """One tensor of the cone.

    Parameters
    ----------
    tensor : str
    shape : (C, H, W)
    region : (y0, y1, x0, x1)
        What the tile needs of it; zeros for nothing.
    share : (y0, y1, x0, x1)
        Its cell when the tensor is cut evenly; what the region has beyond it is halo.
    """

    tensor: str
    shape: Shape
    region: Box
    share: Box

    @property
    def halo(self) -> tuple[int, int]:
        """Rows and columns of the region beyond its share."""
        y0, y1, x0, x1 = self.region
        a0, a1, b0, b1 = self.share
        if y1 <= y0 or x1 <= x0:
            return 0, 0
        return max(0, a0 - y0) + max(0, y1 - a1), max(0, b0 - x0) + max(0, x1 - b1)

    @property
    def elements(self) -> int:
        """Elements of the region."""
        y0, y1, x0, x1 = self.region
        return self.shape[0] * (y1 - y0) * (x1 - x0)


@dataclass(frozen=True, slots=True)
class Cone:
    """The levels of one tile from the output to the input, and which of them feed which.

    Parameters
    ----------
    path : int
    levels : tuple of Level
        Of a deep prefix those where something changes, twelve at most; `left_out` counts the others.
    edges : tuple of (upper, lower)
        Places in `levels`; the lower tensor is read by the upper one, or by a layer left out between them.
    """

    path: int
    levels: tuple[Level, ...]
    edges: tuple[tuple[int, int], ...]
    left_out: int


def cone_of(network: Network, plan: Plan, path: int) -> Cone:
    """Return the cone of a tile of a plan."""
    tiling = Tiling.of(network, plan.tau, plan.rows, plan.cols)
    names = [layer.name for layer in network.layers[: plan.tau]][::-1]
    names += [tensor.name for tensor in network.inputs][::-1]
    levels = []
    for name in names:
        shape = network.shapes[name]
        share = even_share(shape, plan.rows, plan.cols)[path]
        levels.append(Level(name, shape, _box(tiling.regions(name)[path]), _box(share)))
    kept = _telling(levels, len(network.inputs))
    place = {levels[at].tensor: i for i, at in enumerate(kept)}
    return Cone(
        path, tuple(levels[at] for at in kept), _edges(network, plan.tau, place), len(levels) - len(kept)
    )


def _telling(levels: list[Level], inputs: int) -> list[int]:
    """Choose levels: first the ends and those whose map is another than above, then evenly fewer."""
    if len(levels) <= MOST_LEVELS:
        return list(range(len(levels)))
    ends = {0, *range(len(levels) - inputs, len(levels))}
    kept = [at for at in range(len(levels)) if at in ends or levels[at].shape[1:] != levels[at - 1].shape[1:]]
    spare = [at for at in kept if at not in ends]
    room = max(0, MOST_LEVELS - len(ends))
    if len(spare) > room:
        spare = [spare[round(k * (len(spare) - 1) / max(1, room - 1))] for k in range(room)]
    return sorted({*ends, *spare})


def _edges(network: Network, tau: int, place: dict[str, int]) -> tuple[tuple[int, int], ...]:
    """Connect each kept tensor with the kept ones it is made from, through those left out."""
    made_from = {layer.name: layer.inputs for layer in network.layers[:tau]}
    found: set[tuple[int, int]] = set()
    for name, upper in place.items():
        seen: set[str] = set()
        waiting = list(made_from.get(name, ()))
        while waiting:
            below = waiting.pop()
            if below in seen:
                continue
            seen.add(below)
            if below in place:
                found.add((upper, place[below]))
            else:
                waiting.extend(made_from.get(below, ()))
    return tuple(sorted(found))


def _box(row: object) -> Box:
    y0, y1, x0, x1 = (int(v) for v in row)  # type: ignore[attr-defined]
    return y0, y1, x0, x1
