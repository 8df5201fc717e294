"""PathDrag: a bar of the plan made by hand is dragged along the order; one gesture from press to release."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from flgui.viewmodel.gantt import GanttGroup
from flgui.views.gantt.hits import Hit
from flgui.widgets.gestures import new_gesture
from planner_core.plan import FloatArray

__all__ = ["BY_HAND", "PathDrag", "drag_from"]

BY_HAND: Final = "Manual"


@dataclass(slots=True)
class PathDrag:
    """What a drag needs to know; the bars move under it, so places are read off as they were at its start.

    Parameters
    ----------
    path : int
        The path that is dragged.
    middles : (P - 1,) float array
        Middle of each other path's bar on the lane of the drag, in the order, never falling.
    start : int
        Place of the path in the order when the drag began.
    gesture : int
        A number of its own for each drag.
    """

    path: int
    middles: FloatArray
    start: int
    place: int
    gesture: int = field(default_factory=new_gesture)

    def move(self, time_s: float) -> bool:
        """Take the place that belongs to a moment; False where it is the one taken already."""
        place = int(np.searchsorted(self.middles, time_s, side="left"))
        changed, self.place = place != self.place, place
        return changed

    def take_back(self) -> bool:
        """Go back to where the drag began; False when it is there."""
        changed, self.place = self.place != self.start, self.start
        return changed


def drag_from(hit: Hit | None) -> PathDrag | None:
    """Begin to drag the bar under the pointer; None where it is no path of the plan made by hand."""
    if hit is None or hit.group.method != BY_HAND or hit.path is None or hit.lane is None:
        return None
    middles = _middles(hit.group, hit.lane.resource)
    plan = hit.group.plan
    assert plan is not None
    order = np.asarray(plan.order)
    start = int(np.flatnonzero(order == hit.path)[0])
    others = np.delete(middles[order], start)
    return PathDrag(hit.path, np.maximum.accumulate(others) if len(others) else others, start, start)


def _middles(group: GanttGroup, resource: int) -> FloatArray:
    """(P,) middle of each path's bar of a resource; where it has none, the moment it passes there."""
    plan = group.plan
    assert plan is not None
    s = plan.schedule
    start, end = ((s.device_start, s.device_end), (s.link_start, s.link_end), (s.es_start, s.es_end))[
        resource
    ]
    middles: FloatArray = (start + end) / 2
    return middles
