"""What lies under a point of the charts: found by arithmetic on the layout and bisection in the bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flgui.viewmodel.gantt import TAIL, GanttGroup
from flgui.views.gantt.copying import copy_box
from flgui.views.gantt.frame import Frame
from flgui.views.gantt.heading import right_text
from flgui.views.gantt.layout import GroupBox, Lane

__all__ = ["Hit", "hit_test"]

_SLACK: Final = 3
"""A bar narrower than the pointer is hit from this many pixels away."""


@dataclass(frozen=True, eq=False, slots=True)
class Hit:
    """A place in the charts; `lane` is None on a group's header, `bar` None where nothing happens.

    `on_copy` says that it is the button which copies the plan.
    """

    group: GanttGroup
    box: GroupBox
    lane: Lane | None
    in_gutter: bool
    time_s: float
    bar: int | None
    on_copy: bool = False

    @property
    def path(self) -> int | None:
        """The path of the bar; None for the tail and beside bars."""
        if self.bar is None or self.group.bars.path[self.bar] == TAIL:
            return None
        return int(self.group.bars.path[self.bar])

    @property
    def key(self) -> tuple[int, int | None, bool]:
        """What is framed while the pointer is here."""
        return id(self.group), self.bar, self.on_copy


def hit_test(frame: Frame, x: float, y: float, cursor_s: float | None = None) -> Hit | None:
    """Return what lies at `x`, `y` pixels of the contents, None outside of all groups."""
    box = frame.layout.group_at(y)
    if box is None:
        return None
    group = frame.model.groups[box.index]
    lane = box.lane_at(y, frame.layout.metrics)
    if lane is None and y >= box.lanes_bottom:
        return None
    gutter = x < frame.axis.left - _SLACK
    time = frame.axis.seconds(x)
    bar = None
    if lane is not None and not gutter and group.plan is not None:
        bar = _bar(frame, group, lane, time)
    on_copy = False
    if lane is None:
        button = copy_box(frame, group, box, right_text(frame, group, box, cursor_s))
        on_copy = button is not None and button.contains(int(x), int(y))
    return Hit(group, box, lane, gutter, time, bar, on_copy)


def _bar(frame: Frame, group: GanttGroup, lane: Lane, time: float) -> int | None:
    slack = _SLACK * frame.axis.per_pixel
    if lane.row is not None:
        return group.bar_at(lane.row, time, slack)
    first = group.rows_of(lane.resource).start  # of a folded resource only the tail is drawn as a bar
    bar = group.bar_at(first, time, slack)
    return bar if bar is not None and group.bars.path[bar] == TAIL else None
