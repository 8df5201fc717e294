"""Draws what stands behind and around the bars: headers, row labels, grid, idle lanes and folded rows."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from flgui.theme.icons import pixmap
from flgui.viewmodel.gantt import GanttGroup
from flgui.views.gantt.frame import INSET, Frame, draw_rects, elided, face, text_width, write
from flgui.views.gantt.layout import GroupBox, Lane
from flgui.views.gantt.palette import hatch_brush

__all__ = ["LABEL_LEFT", "paint_folded", "paint_grid", "paint_header", "paint_labels", "paint_lanes"]

_ICONS: Final = ("chip", "link", "server")
_SQUARE: Final = 8
_TEXT_HEIGHT: Final = 14
LABEL_LEFT: Final = 39
"""Left edge of row labels, right of their icon."""


def paint_grid(painter: QPainter, frame: Frame, box: GroupBox, times: tuple[float, ...]) -> None:
    """Draw the faint lines of the ruler's ticks behind the lanes."""
    color = frame.palette.color("border.grid")
    for time in times:
        x = round(frame.axis.x(time))
        painter.fillRect(x, box.lanes_top, 1, box.lanes_bottom - box.lanes_top, color)


def paint_lanes(painter: QPainter, frame: Frame, group: GanttGroup, box: GroupBox) -> None:
    """Hatch each lane from 0 to the makespan; plain ground while there is no plan."""
    tokens, axis, metrics = frame.palette.tokens, frame.axis, frame.layout.metrics
    end = group.makespan_s if group.plan is not None else axis.whole
    x0 = max(round(axis.x(0.0)), axis.left - 8)
    x1 = min(round(axis.x(end)), frame.width if group.plan is not None else axis.right)
    tops = np.array([lane.top for lane in box.lanes if _shows(frame, lane)], float) + metrics.inset
    size = len(tops)
    rects = np.column_stack(
        (np.full(size, x0), tops, np.full(size, max(0, x1 - x0)), np.full(size, metrics.bar))
    )
    if group.plan is None:
        draw_rects(painter, rects, frame.palette.color("data.lane"))
    else:
        brush = hatch_brush(tokens.color("data.idleHatch"), tokens.color("data.lane"), frame.ratio)
        draw_rects(painter, rects, brush)


def paint_folded(painter: QPainter, frame: Frame, group: GanttGroup, lane: Lane) -> None:
    """Draw how many workers of a folded resource are busy, as height, and the count where it fits."""
    load, metrics, axis = group.load(lane.resource), frame.layout.metrics, frame.axis
    if len(load.time) < 2:
        return
    workers = len(group.rows_of(lane.resource))
    x = axis.pixels(np.clip(load.time, axis.start - 8 * axis.per_pixel, axis.seconds(frame.width + 8)))
    wide = np.flatnonzero(load.busy[:-1] > 0)
    height = np.maximum(1.0, np.rint(metrics.bar * load.busy[wide] / workers))
    top = lane.top + metrics.inset + metrics.bar - height
    rects = np.column_stack((x[wide], top, np.maximum(2.0, x[wide + 1] - x[wide]), height))
    palette = frame.palette
    draw_rects(painter, rects, palette.fills[palette.whole])
    for i, at in enumerate(wide):
        text = f"{int(load.busy[at])} busy"
        left, right = max(int(x[at]), axis.left), min(int(x[at + 1]), frame.width)
        room = text_width(text, 11, 600)
        if right - left >= room + 12 and height[i] >= _TEXT_HEIGHT:
            rect = QRect(left, int(top[i]), right - left, int(height[i]))
            write(painter, rect, text, face(11, 600), palette.labels[palette.whole], centre=True)


def paint_header(painter: QPainter, frame: Frame, group: GanttGroup, box: GroupBox, right_text: str) -> None:
    """Draw a group's header on its own ground: method, what was planned, and `right_text` at the right."""
    palette, metrics = frame.palette, frame.layout.metrics
    painter.fillRect(0, box.top, frame.width, box.lanes_top - box.top, palette.color("surface.panel"))
    middle = box.top + metrics.header // 2 + 1
    painter.fillRect(INSET, middle - _SQUARE // 2, _SQUARE, _SQUARE, palette.color(f"method.{group.method}"))
    line = QRect(INSET + _SQUARE + 7, box.top + 1, frame.width - 2 * INSET, metrics.header)
    write(painter, line, group.method, face(12, 600), palette.color("text.primary"))
    line.setLeft(line.left() + text_width(group.method, 12, 600) + 8)
    muted = palette.color("text.secondary" if group.plan is not None else "text.tertiary")
    room = frame.width - INSET - line.left() - (text_width(right_text, 11, 400) + INSET if right_text else 0)
    write(painter, line, elided(group.caption, max(0, room), 11, 400), face(11, 400), muted)
    if right_text:
        line.setRight(frame.width - INSET - 1)
        write(painter, line, right_text, face(11, 400), muted, right=True)


def paint_labels(painter: QPainter, frame: Frame, box: GroupBox) -> None:
    """Draw the row labels of a group and the line below it."""
    for lane in box.lanes:
        if _shows(frame, lane):
            _row_label(painter, frame, lane)
    if box.index < len(frame.layout.groups) - 1:
        painter.fillRect(0, box.bottom - 1, frame.width, 1, frame.palette.color("border.subtle"))


def _row_label(painter: QPainter, frame: Frame, lane: Lane) -> None:
    palette, metrics = frame.palette, frame.layout.metrics
    muted = palette.tokens.color("text.tertiary")
    first = lane.row is None or lane.label.endswith(" 1") or " " not in lane.label
    if first:
        icon = pixmap(_ICONS[lane.resource], muted, 16, frame.ratio)
        painter.drawPixmap(INSET, lane.top + (metrics.lane - 16) // 2, icon)
    if lane.foldable and first:
        turn = pixmap("chevr" if lane.row is None else "chev", muted, 10, frame.ratio)
        painter.drawPixmap(INSET - 12, lane.top + (metrics.lane - 10) // 2, turn)
    rect = QRect(LABEL_LEFT, lane.top, frame.axis.left - LABEL_LEFT, metrics.lane)
    write(painter, rect, lane.label, face(12, 400), palette.color("text.secondary"))


def _shows(frame: Frame, lane: Lane) -> bool:
    return frame.top - frame.layout.metrics.lane < lane.top < frame.top + frame.height
