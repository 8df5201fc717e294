"""Paints whole charts on any paint device: first the plans, then the marks that change without them."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtGui import QPainter

from flgui.viewmodel.gantt import GanttGroup
from flgui.views.gantt.bars import paint_bars
from flgui.views.gantt.copying import copy_box, paint_copy
from flgui.views.gantt.ends import paint_end
from flgui.views.gantt.frame import Frame
from flgui.views.gantt.ground import paint_folded, paint_grid, paint_header, paint_labels, paint_lanes
from flgui.views.gantt.heading import right_text
from flgui.views.gantt.layout import GroupBox
from flgui.views.gantt.marking import paint_connectors, paint_layer, paint_span
from flgui.views.gantt.overlay import Outlined, paint_cursor, paint_hover, paint_outlines, paint_selection
from flgui.views.gantt.ruler import axis_ticks

__all__ = ["Marks", "paint_marks", "paint_plans"]


@dataclass(frozen=True, slots=True)
class Marks:
    """What lies over the plans.

    Parameters
    ----------
    selection : Outlined
        The selected paths.
    hover : Outlined
        The path that is pointed at in another view.
    bar : (group, bar) or None
        The bar under the pointer.
    cursor_s : float or None
        The time cursor.
    layer : str or None
        The selected layer.
    span : (float, float) or None
        The selected span of time, in seconds.
    copy : str or None
        Method whose copy button the pointer is on, empty for none of them; None where there are no buttons.
    """

    selection: Outlined = field(default_factory=Outlined)
    hover: Outlined = field(default_factory=Outlined)
    bar: tuple[GanttGroup, int] | None = None
    cursor_s: float | None = None
    layer: str | None = None
    span: tuple[float, float] | None = None
    copy: str | None = None


def paint_plans(painter: QPainter, frame: Frame) -> None:
    """Draw the charts; what they hold depends on the plans, the range of time and the size alone."""
    painter.translate(0, -frame.top)
    ticks = axis_ticks(frame.axis).times
    for group, box in frame.visible():
        paint_labels(painter, frame, box)
        painter.save()  # with setClipping(False) Qt's SVG lacks what is written after the next pixmap (6.11.3)
        painter.setClipRect(frame.plot(box))
        paint_grid(painter, frame, box, ticks)
        paint_lanes(painter, frame, group, box)
        for lane in box.lanes:
            if lane.row is None:
                paint_folded(painter, frame, group, lane)
        paint_bars(painter, frame, group, box)
        if frame.critical:
            paint_connectors(painter, frame, group, box)
        paint_end(painter, frame, group, box)
        painter.restore()
    painter.translate(0, frame.top)


def paint_marks(painter: QPainter, frame: Frame, marks: Marks) -> None:
    """Draw headers, selection, hover and the time cursor over the charts."""
    painter.translate(0, -frame.top)
    for group, box in frame.visible():
        right = right_text(frame, group, box, marks.cursor_s)
        paint_header(painter, frame, group, box, right)
        button = copy_box(frame, group, box, right) if marks.copy is not None else None
        if button is not None:
            paint_copy(painter, frame, button, marks.copy == group.method)
        ring = 2 if frame.axis.start == 0 else 0  # a ring around a bar that begins at 0 stands out
        painter.save()
        painter.setClipRect(frame.plot(box).adjusted(-ring, 0, 0, 0))
        if marks.layer is not None:
            paint_layer(painter, frame, group, box, marks.layer)
        _paint_pointed(painter, frame, group, box, marks)
        painter.restore()
    if marks.span is not None:
        paint_span(painter, frame, marks.span)
    if marks.cursor_s is not None:
        paint_cursor(painter, frame, marks.cursor_s)
    painter.translate(0, frame.top)


def _paint_pointed(painter: QPainter, frame: Frame, group: GanttGroup, box: GroupBox, marks: Marks) -> None:
    chosen, hover = marks.selection, marks.hover
    if chosen.path is not None and chosen.applies(group, frame.model.group(chosen.method)):
        if chosen.more:
            paint_outlines(painter, frame, group, box, chosen.more)
        paint_selection(painter, frame, group, box, chosen.path)
    if hover.path is not None and hover.applies(group, frame.model.group(hover.method)):
        for bar in group.bars_of(hover.path):
            paint_hover(painter, frame, frame.bar_rect(group, box, int(bar)))
    if marks.bar is not None and marks.bar[0] is group:
        paint_hover(painter, frame, frame.bar_rect(group, box, marks.bar[1]))
