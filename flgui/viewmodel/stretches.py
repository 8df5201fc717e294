"""The layers inside the bars: they follow one another without a gap (SPEC section 4); imports no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from flgui.viewmodel.gantt import DEVICE, ES, LINK, TAIL, GanttGroup
from planner_core.network.model import Network
from planner_core.plan import FloatArray, IntArray, Plan
from planner_core.tiling import Tiling

__all__ = ["INPUT", "Stretches", "layer_work", "running_at", "stretches_of"]

INPUT = -1
"""Layer number of what is sent when a network input is sent."""


@dataclass(frozen=True, eq=False, slots=True)
class Stretches:
    """Parts of the bars of a chart, n of them, sorted by row, then start.

    Parameters
    ----------
    bar : (n,) int array
        The bar each part belongs to.
    start, end : (n,) float arrays
        Seconds.
    layer : (n,) int array
        Number of the layer from 0 that is computed; on the link of the last layer before the split, or INPUT.
    """

    bar: IntArray
    start: FloatArray
    end: FloatArray
    layer: IntArray

    def of_layer(self, layer: int) -> IntArray:
        """Return the parts in which a layer is computed or what it makes is sent."""
        return np.flatnonzero(self.layer == layer)

    def at(self, bar: int, time_s: float) -> int | None:
        """Return the part of a bar that covers a moment."""
        parts = np.flatnonzero(self.bar == bar)
        if not len(parts):
            return None
        found = int(np.searchsorted(self.start[parts], time_s, side="right")) - 1
        return int(parts[min(max(found, 0), len(parts) - 1)])


@lru_cache(maxsize=32)
def layer_work(network: Network, tau: int, rows: int, cols: int) -> FloatArray:
    """(tau, P) FLOP of each fused layer in each tile: d_v times the share of its map (SPEC section 2)."""
    tiling = Tiling.of(network, tau, rows, cols)
    work = np.empty((tau, rows * cols))
    for v, layer in enumerate(network.layers[:tau]):
        r = tiling.regions(layer.name)
        _, height, width = layer.shape
        work[v] = layer.flops * ((r[:, 1] - r[:, 0]) * (r[:, 3] - r[:, 2])) / (height * width)
    work.setflags(write=False)
    return work


@lru_cache(maxsize=8)
def stretches_of(group: GanttGroup) -> Stretches:
    """Return the layers inside the bars of a chart."""
    plan, bars = group.plan, group.bars
    if plan is None or not len(bars):
        none, nothing = np.zeros(0, np.int64), np.zeros(0)
        return Stretches(none, nothing, nothing, none)
    resource = np.array([row.resource for row in group.rows])[bars.row]
    tail = bars.path == TAIL
    parts = [_sent(plan, np.flatnonzero(resource == LINK), group)]
    work = layer_work(group.network, plan.tau, plan.rows, plan.cols)
    number = np.arange(plan.tau)[:, None]
    for place in (DEVICE, ES):
        own = np.flatnonzero((resource == place) & ~tail)
        before = number < plan.offload[None, bars.path[own]] - 1
        done = np.where(before if place == DEVICE else ~before, work[:, bars.path[own]], 0.0)
        parts.append(_split(group, own, done, 0))
    rest = np.array([layer.flops for layer in group.network.layers[plan.tau :]])
    if tail.any() and len(rest):
        parts.append(_split(group, np.flatnonzero(tail), rest[:, None], plan.tau))
    bar, start, end, layer = (np.concatenate(column) for column in zip(*parts, strict=True))
    by = np.lexsort((start, bar))  # bars are sorted by row, then start
    return Stretches(bar[by], start[by], end[by], layer[by])


def running_at(group: GanttGroup, time_s: float, paths: Sequence[int] = ()) -> frozenset[str]:
    """Name the layers that are computed at a moment, by any path or by some of them; the tail belongs to all."""
    parts, bars = stretches_of(group), group.bars
    if not len(parts.bar):
        return frozenset()
    now = (parts.start <= time_s) & (time_s < parts.end)
    now &= np.array([row.resource != LINK for row in group.rows])[bars.row[parts.bar]]
    if len(paths):
        now &= np.isin(bars.path[parts.bar], paths) | (bars.path[parts.bar] == TAIL)
    return frozenset(group.network.layers[v].name for v in parts.layer[now].tolist())


def _split(
    group: GanttGroup, own: IntArray, work: FloatArray, first: int
) -> tuple[IntArray, FloatArray, FloatArray, IntArray]:
    """Cut bars in the ratio of their (layers, bars) work; layers without any have no part."""
    whole = work.sum(axis=0)
    share = np.cumsum(work, axis=0) / np.where(whole > 0, whole, 1.0)
    begin, length = group.bars.start[own], group.bars.end[own] - group.bars.start[own]
    end = begin + share * length
    start = np.vstack((begin[None, :], end[:-1]))
    layer, bar = np.nonzero(work > 0)
    return own[bar], start[layer, bar], end[layer, bar], layer + first


def _sent(plan: Plan, own: IntArray, group: GanttGroup) -> tuple[IntArray, FloatArray, FloatArray, IntArray]:
    bars = group.bars
    return own, bars.start[own], bars.end[own], np.maximum(plan.offload[bars.path[own]] - 2, INPUT)
