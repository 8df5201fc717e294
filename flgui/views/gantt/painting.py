"""Paints whole charts on any paint device: first the plans, then the marks that change without them."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtGui import QPainter

from flgui.viewmodel.gantt import GanttGroup
from flgui.viewmodel.moments import moment_text
from flgui.views.gantt.bars import paint_bars
from flgui.views.gantt.ends import header_text, paint_end
from flgui.views.gantt.frame import INSET, Frame, text_width
from flgui.views.gantt.ground import paint_folded, paint_grid, paint_header, paint_labels, paint_lanes
from flgui.views.gantt.layout import GroupBox
from flgui.views.gantt.overlay import Selection, paint_cursor, paint_hover, paint_selection
from flgui.views.gantt.ruler import axis_ticks

__all__ = ["Marks", "paint_marks", "paint_plans"]

_LEAST_CAPTION = 150


@dataclass(frozen=True, slots=True)
class Marks:
    """What lies over the plans.

    Parameters
    ----------
    selection : Selection
        The selected path.
    hover : Selection
        The path that is pointed at in another view.
    bar : (group, bar) or None
        The bar under the pointer.
    cursor_s : float or None
        The time cursor.
    """

    selection: Selection = field(default_factory=Selection)
    hover: Selection = field(default_factory=Selection)
    bar: tuple[GanttGroup, int] | None = None
    cursor_s: float | None = None


def paint_plans(painter: QPainter, frame: Frame) -> None:
    """Draw the charts; what they hold depends on the plans, the range of time and the size alone."""
    painter.translate(0, -frame.top)
    ticks = axis_ticks(frame.axis).times
    for group, box in frame.visible():
        paint_labels(painter, frame, box)
        painter.setClipRect(frame.plot(box))
        paint_grid(painter, frame, box, ticks)
        paint_lanes(painter, frame, group, box)
        for lane in box.lanes:
            if lane.row is None:
                paint_folded(painter, frame, group, lane)
        paint_bars(painter, frame, group, box)
        paint_end(painter, frame, group, box)
        painter.setClipping(False)
    painter.translate(0, frame.top)


def paint_marks(painter: QPainter, frame: Frame, marks: Marks) -> None:
    """Draw headers, selection, hover and the time cursor over the charts."""
    painter.translate(0, -frame.top)
    for group, box in frame.visible():
        paint_header(painter, frame, group, box, _right_text(frame, group, box, marks.cursor_s))
        ring = 2 if frame.axis.start == 0 else 0  # a ring around a bar that begins at 0 stands out
        painter.setClipRect(frame.plot(box).adjusted(-ring, 0, 0, 0))
        _paint_pointed(painter, frame, group, box, marks)
        painter.setClipping(False)
    if marks.cursor_s is not None:
        paint_cursor(painter, frame, marks.cursor_s)
    painter.translate(0, frame.top)


def _paint_pointed(painter: QPainter, frame: Frame, group: GanttGroup, box: GroupBox, marks: Marks) -> None:
    chosen, hover = marks.selection, marks.hover
    if chosen.path is not None and chosen.applies(group, frame.model.group(chosen.method)):
        paint_selection(painter, frame, group, box, chosen.path)
    if hover.path is not None and hover.applies(group, frame.model.group(hover.method)):
        for bar in group.bars_of(hover.path):
            paint_hover(painter, frame, frame.bar_rect(group, box, int(bar)))
    if marks.bar is not None and marks.bar[0] is group:
        paint_hover(painter, frame, frame.bar_rect(group, box, marks.bar[1]))


def _right_text(frame: Frame, group: GanttGroup, box: GroupBox, cursor_s: float | None) -> str:
    """What happens at the cursor, and what has no room in the lanes as far as there is room here."""
    rest = header_text(frame, group, box)
    if cursor_s is None or group.plan is None:
        return rest
    now = moment_text(group.plan, cursor_s)
    both = f"{now} · {rest}" if rest else now
    room = frame.width - 2 * INSET - _LEAST_CAPTION
    return both if text_width(both, 11, 400) <= room else now
