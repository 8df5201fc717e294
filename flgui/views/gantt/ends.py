"""Draws where each plan ends: the line, the makespan beside it, and how much less than NFL it takes."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from flgui.text import format_time, join
from flgui.viewmodel.gantt import GanttGroup
from flgui.viewmodel.gantt_text import end_text
from flgui.views.gantt.frame import INSET, Frame, face, text_width, write
from flgui.views.gantt.layout import GroupBox

__all__ = ["dimension_fits", "header_text", "paint_end"]

_AIR: Final = 8
_ARROW: Final = 4
_STUB: Final = 6
"""Least length of the dimension line on each side of its text."""


def header_text(frame: Frame, group: GanttGroup, box: GroupBox) -> str:
    """Return what has no room in the lanes and so goes into the header, at the right."""
    parts = [group.fact] if group.fact else []
    if group.plan is not None and _makespan_rect(frame, group, box) is None:
        parts.append(join(format_time(group.makespan_s)))
    words = end_text(group)
    if words and not dimension_fits(frame, group):
        parts.append(words)
    return " · ".join(parts)


def dimension_fits(frame: Frame, group: GanttGroup) -> bool:
    """Whether the line from this plan's end to NFL's end holds its text."""
    less = group.less_than_nfl_s
    if less is None or less <= 0:
        return False
    left, right = _dimension(frame, group)
    return right - left >= text_width(end_text(group), 11, 400) + 2 * _STUB


def paint_end(painter: QPainter, frame: Frame, group: GanttGroup, box: GroupBox) -> None:
    """Draw end line, makespan and dimension line of a group that has a plan."""
    if group.plan is None:
        return
    ink = frame.palette.color("data.selection")
    x = round(frame.axis.x(group.makespan_s))
    if frame.axis.left <= x <= frame.width:
        painter.fillRect(x, box.lanes_top, 1, box.lanes_bottom - box.lanes_top, ink)
    rect = _makespan_rect(frame, group, box)
    if rect is not None:
        panel = frame.palette.color("surface.panel")
        painter.fillRect(rect.adjusted(-5, 0, 5, 0), panel)
        write(painter, rect, join(format_time(group.makespan_s)), face(13, 600), frame.palette.figure)
    if dimension_fits(frame, group):
        _paint_dimension(painter, frame, group, box)


def _makespan_rect(frame: Frame, group: GanttGroup, box: GroupBox) -> QRect | None:
    """Return where the makespan is written: right of the end line, else left of it where a lane is idle."""
    metrics, axis = frame.layout.metrics, frame.axis
    x = round(axis.x(group.makespan_s))
    width = text_width(join(format_time(group.makespan_s)), 13, 600)
    if not axis.left <= x <= frame.width:
        return None
    lane = box.lanes[0]
    right = QRect(x + _AIR, lane.top + metrics.inset, width + 1, metrics.bar)
    if right.right() <= frame.width - INSET // 2:
        return right
    needed = axis.seconds(x - width - 2 * _AIR)
    left = x - _AIR - width
    for lane in box.lanes:
        if left > axis.left and lane.row is not None and _idle_after(group, lane.row, needed):
            return QRect(left, lane.top + metrics.inset, width + 1, metrics.bar)
    return None


def _idle_after(group: GanttGroup, row: int, time_s: float) -> bool:
    lo, hi = group.bars.first[row], group.bars.first[row + 1]
    return float(group.bars.end[lo:hi].max(initial=0.0)) <= time_s


def _dimension(frame: Frame, group: GanttGroup) -> tuple[int, int]:
    """Left and right end of the visible part of the dimension line."""
    nfl = frame.model.group("NFL")
    end = group.makespan_s if nfl is None else nfl.makespan_s
    left = max(round(frame.axis.x(group.makespan_s)) + 3, frame.axis.left)
    return left, min(round(frame.axis.x(end)), frame.width)


def _paint_dimension(painter: QPainter, frame: Frame, group: GanttGroup, box: GroupBox) -> None:
    left, right = _dimension(frame, group)
    lane, text = box.lanes[-1], end_text(group)
    y = lane.top + frame.layout.metrics.lane // 2
    color = frame.palette.color("text.tertiary")
    room = text_width(text, 11, 400)
    start = left + (right - left - room) // 2
    painter.fillRect(left, y, start - 6 - left, 1, color)
    painter.fillRect(start + room + 6, y, right - start - room - 6, 1, color)
    for step in range(_ARROW):
        painter.fillRect(left + step, y - step, 1, 1, color)
        painter.fillRect(left + step, y + step, 1, 1, color)
    painter.fillRect(right, y - 4, 1, 9, color)
    rect = QRect(start, lane.top, room + 2, frame.layout.metrics.lane)
    painter.fillRect(rect.adjusted(-3, 1, 3, -1), frame.palette.color("surface.panel"))  # no line of the grid
    write(painter, rect, text, face(11, 400), frame.palette.color("text.secondary"))
