"""Charts between two charts: bars of the same path on the same resource move, the others grow; imports no Qt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from flgui.viewmodel.gantt import Bars, GanttGroup, GanttModel
from planner_core.plan import FloatArray

__all__ = ["between", "ends_between"]


def between(before: GanttModel, after: GanttModel, share: float) -> GanttModel:
    """Return the charts at `share` (0..1) of the way from `before` to `after`; rows and plans are those of `after`."""
    if share >= 1:
        return after
    groups = tuple(_group(before.group(group.method), group, share) for group in after.groups)
    return GanttModel(groups, before.axis_s + share * (after.axis_s - before.axis_s))


def ends_between(before: GanttModel, after: GanttModel, share: float) -> tuple[float, ...]:
    """Return where the end line of each chart of `after` stands, in seconds."""
    ends = []
    for group in after.groups:
        old = before.group(group.method)
        start = group.makespan_s if old is None or old.plan is None else old.makespan_s
        ends.append(start + min(1.0, share) * (group.makespan_s - start))
    return tuple(ends)


def _group(old: GanttGroup | None, new: GanttGroup, share: float) -> GanttGroup:
    if old is None or new.plan is None or not len(new.bars):
        return new
    start, end = _starts(old, new)
    bars = new.bars
    moved = Bars(
        bars.row, start + share * (bars.start - start), end + share * (bars.end - end), bars.path, bars.first
    )
    return replace(new, bars=moved)


def _starts(old: GanttGroup, new: GanttGroup) -> tuple[FloatArray, FloatArray]:
    """Where each bar of `new` comes from: its like in `old`, else nothing at its own start."""
    resources = np.array([row.resource for row in old.rows])[old.bars.row]
    known = {
        (int(resource), int(path)): at
        for at, (resource, path) in enumerate(zip(resources, old.bars.path, strict=True))
    }
    start, end = new.bars.start.copy(), new.bars.start.copy()
    for at, (row, path) in enumerate(zip(new.bars.row, new.bars.path, strict=True)):
        came = known.get((new.rows[int(row)].resource, int(path)))
        if came is not None:
            start[at], end[at] = old.bars.start[came], old.bars.end[came]
    return start, end
