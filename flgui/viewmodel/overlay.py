"""One method's plans of several pins on one axis of time; imports no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from flgui.text import format_percent, format_time, join
from flgui.viewmodel.gantt import DEVICE, ES, LINK, TAIL, GanttGroup, gantt_model
from flgui.viewmodel.pins import Pinned
from planner_core.plan import FloatArray, IntArray, Method, PlanSet

__all__ = ["Overlay", "OverlayLane", "OverlayRow", "overlay"]

_MARGIN = 0.05
_SAME = 1e-9


@dataclass(frozen=True, eq=False, slots=True)
class OverlayLane:
    """What one resource does: bars of n stretches, or with several workers how much of it is busy.

    Parameters
    ----------
    start, end : (n,) float arrays
        Seconds.
    path : (n,) int array
        Path index, or TAIL; empty where several workers are drawn together.
    share : (n,) float array
        Of the most workers that are busy at once; 1 for bars.
    """

    start: FloatArray
    end: FloatArray
    path: IntArray
    share: FloatArray


@dataclass(frozen=True, eq=False, slots=True)
class OverlayRow:
    """One pin: its name, how its makespan reads, and its lanes device, link, ES; no lanes without a plan."""

    name: str
    makespan_s: float
    text: str
    change: str
    grid: tuple[int, int]
    lanes: tuple[OverlayLane, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Overlay:
    """Rows of all pins on an axis from 0 to `axis_s` seconds."""

    rows: tuple[OverlayRow, ...]
    axis_s: float


def overlay(pins: Sequence[Pinned], method: Method) -> Overlay:
    """Return the plans of `method` under one another; a pin without such a plan has an empty row."""
    groups = [_group(pin.planset, method) for pin in pins]
    first = groups[0].makespan_s if groups else 0.0
    rows = tuple(_row(pin.name, group, first) for pin, group in zip(pins, groups, strict=True))
    longest = max((row.makespan_s for row in rows), default=0.0)
    return Overlay(rows, (longest or 1e-3) * (1 + _MARGIN))


@lru_cache(maxsize=64)
def _group(planset: PlanSet, method: Method) -> GanttGroup:
    group = gantt_model(planset).group(method)
    assert group is not None
    return group


def _row(name: str, group: GanttGroup, first_s: float) -> OverlayRow:
    plan = group.plan
    if plan is None:
        return OverlayRow(name, 0.0, "not planned", "", (1, 1), ())
    change = ""
    if first_s > 0 and abs(plan.makespan_s - first_s) > _SAME * first_s:
        share = plan.makespan_s / first_s
        change = f"{format_percent(share)} of the first"
    lanes = tuple(_lane(group, resource) for resource in (DEVICE, LINK, ES))
    text = join(format_time(plan.makespan_s))
    return OverlayRow(name, plan.makespan_s, text, change, (plan.rows, plan.cols), lanes)


def _lane(group: GanttGroup, resource: int) -> OverlayLane:
    rows, bars = group.rows_of(resource), group.bars
    if len(rows) == 1:
        lo, hi = int(bars.first[rows.start]), int(bars.first[rows.stop])
        return OverlayLane(bars.start[lo:hi], bars.end[lo:hi], bars.path[lo:hi], np.ones(hi - lo))
    load = group.load(resource)
    share = load.busy[:-1] / max(1, int(load.busy.max(initial=1)))
    start, end, busy = load.time[:-1], load.time[1:], share
    tail = bars.path == TAIL
    if resource == ES and tail.any():
        start, end = np.append(start, bars.start[tail]), np.append(end, bars.end[tail])
        busy = np.append(busy, 1.0)
    keep = busy > 0
    return OverlayLane(start[keep], end[keep], np.zeros(0, np.int64), busy[keep])
