"""Where groups and lanes of the charts stand, in pixels from the top: a pure function of model and folds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np

from flgui.text import TIMES
from flgui.theme.tokens import Tokens
from flgui.viewmodel.gantt import DEVICE, ES, LINK, RESOURCE_NAMES, GanttGroup, GanttModel
from planner_core.plan import IntArray

__all__ = [
    "FOLD_ABOVE",
    "Folds",
    "GroupBox",
    "Lane",
    "Layout",
    "Metrics",
    "is_folded",
    "lay_out",
    "metrics_of",
]

FOLD_ABOVE: Final = 6
"""More rows than this of one resource start folded to one."""

_LAST_GAP: Final = 4
_TALLEST_LANE: Final = 28

Folds: TypeAlias = Mapping[tuple[str, int], bool]
"""(method, resource) -> folded, where the user decided."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """Heights in pixels."""

    header: int
    lane: int
    bar: int
    gap: int

    @property
    def inset(self) -> int:
        """Space above a bar in its lane."""
        return (self.lane - self.bar) // 2


@dataclass(frozen=True, slots=True)
class Lane:
    """One drawn lane: row `row` of the group, or all rows of a resource when `row` is None."""

    resource: int
    row: int | None
    label: str
    top: int
    foldable: bool


@dataclass(frozen=True, eq=False, slots=True)
class GroupBox:
    """One method's header and lanes.

    Parameters
    ----------
    row_top : (rows,) int array
        Top of the lane that shows each row, folded or not.
    """

    index: int
    top: int
    lanes_top: int
    lanes_bottom: int
    bottom: int
    lanes: tuple[Lane, ...]
    row_top: IntArray

    def lane_at(self, y: float, metrics: Metrics) -> Lane | None:
        """Return the lane at a height, None outside."""
        if not self.lanes_top <= y < self.lanes_bottom:
            return None
        return self.lanes[int(y - self.lanes_top) // metrics.lane]

    def folded_lane(self, resource: int) -> Lane | None:
        """Return the lane that stands for all rows of a resource, None when they are unfolded."""
        return next((lane for lane in self.lanes if lane.resource == resource and lane.row is None), None)


@dataclass(frozen=True, eq=False, slots=True)
class Layout:
    """All groups from top to bottom."""

    metrics: Metrics
    groups: tuple[GroupBox, ...]
    tops: tuple[int, ...]
    height: int

    def group_at(self, y: float) -> GroupBox | None:
        """Return the group at a height, None below the last one."""
        at = bisect_right(self.tops, y) - 1
        return self.groups[at] if at >= 0 and y < self.groups[at].bottom else None


def metrics_of(tokens: Tokens, compact: bool, lanes: int, groups: int, room: int) -> Metrics:
    """Return the heights of the design; lanes grow a little where `room` pixels are more than they need.

    `compact` are the low lanes of small windows, which do not grow.
    """
    names = ("ganttGroupHeader", "ganttLane", "ganttBar")
    where = "compact" if compact else "row"
    header, lane, bar = (tokens.px(f"{where}.{name}") for name in names)
    metrics = Metrics(header, lane, bar, tokens.px("row.ganttGroupGap"))
    fixed = groups * (metrics.header + metrics.gap)  # a little more than is used
    each = (room - fixed) // max(1, lanes)
    if compact or each <= lane:
        return metrics
    grow = min(each, _TALLEST_LANE) - lane
    return replace(metrics, lane=lane + grow, bar=bar + grow)


def is_folded(group: GanttGroup, resource: int, folds: Folds) -> bool:
    """Whether the rows of a resource are drawn as one: as the user decided, else when there are many."""
    rows = len(group.rows_of(resource))
    return rows > 1 and folds.get((group.method, resource), rows > FOLD_ABOVE)


def lane_count(model: GanttModel, folds: Folds) -> int:
    """Return how many lanes will be drawn in all groups."""
    return sum(
        1 if is_folded(group, resource, folds) else len(group.rows_of(resource))
        for group in model.groups
        for resource in (DEVICE, LINK, ES)
    )


def lay_out(model: GanttModel, folds: Folds, metrics: Metrics) -> Layout:
    """Place every group and lane."""
    y = 0
    boxes = []
    for index, group in enumerate(model.groups):
        box = _group(index, group, folds, metrics, y)
        boxes.append(box)
        y = box.bottom
    if boxes:  # no line follows the last group
        boxes[-1] = replace(boxes[-1], bottom=boxes[-1].lanes_bottom + _LAST_GAP)
        y = boxes[-1].bottom
    return Layout(metrics, tuple(boxes), tuple(box.top for box in boxes), y)


def _group(index: int, group: GanttGroup, folds: Folds, metrics: Metrics, top: int) -> GroupBox:
    y = top + metrics.header
    lanes: list[Lane] = []
    row_top = np.zeros(len(group.rows), np.int64)
    for resource in (DEVICE, LINK, ES):
        rows = group.rows_of(resource)
        foldable = len(rows) > 1
        if is_folded(group, resource, folds):
            lanes.append(Lane(resource, None, f"{RESOURCE_NAMES[resource]} {TIMES} {len(rows)}", y, foldable))
            row_top[rows.start : rows.stop] = y
            y += metrics.lane
            continue
        for row in rows:
            lanes.append(Lane(resource, row, group.rows[row].label, y, foldable))
            row_top[row] = y
            y += metrics.lane
    return GroupBox(index, top, top + metrics.header, y, y + metrics.gap, tuple(lanes), row_top)
