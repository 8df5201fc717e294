"""Draws what changes without the plans: selected path, its waiting, the hovered bar, cursor, focus ring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QPainter

from flgui.viewmodel.gantt import DEVICE, ES, LINK, GanttGroup
from flgui.viewmodel.gantt_text import waits
from flgui.views.gantt.frame import Frame, draw_frame, draw_rects
from flgui.views.gantt.layout import GroupBox

__all__ = [
    "Outlined",
    "paint_cursor",
    "paint_focus",
    "paint_hover",
    "paint_outlines",
    "paint_selection",
    "waiting_line",
]

_RING: Final = 2


@dataclass(frozen=True, slots=True)
class Outlined:
    """Paths of a method's plan to outline: `more`, and `path`, whose waits are drawn too; `path` None is none."""

    method: str | None = None
    path: int | None = None
    more: tuple[int, ...] = ()

    @staticmethod
    def of(method: str | None, paths: Sequence[int]) -> Outlined:
        """Return what outlines paths, that picked last at the end."""
        return Outlined(method, paths[-1], tuple(paths[:-1])) if len(paths) else Outlined()

    @property
    def paths(self) -> tuple[int, ...]:
        """All of them, that picked last at the end."""
        return () if self.path is None else (*self.more, self.path)

    def applies(self, group: GanttGroup, owner: GanttGroup | None) -> bool:
        """Whether a group shows this path: its own plan, or one with the same tau and grid."""
        if self.path is None or owner is None or group.plan is None or self.path >= group.plan.paths:
            return False
        return group is owner or group.grid == owner.grid


def paint_selection(painter: QPainter, frame: Frame, group: GanttGroup, box: GroupBox, path: int) -> None:
    """Outline the path's bars and draw its waits for link and ES as stepped lines."""
    palette = frame.palette
    ink, gap = palette.color("data.selection"), palette.color("data.selectionGap")
    for line in filter(None, (waiting_line(frame, group, box, path), es_line(frame, group, box, path))):
        for more, color in ((1, gap), (0, ink)):
            for a, b in pairwise(line):
                rect = QRect(a, b).normalized().adjusted(-more, -more, 1 + more, 1 + more)
                painter.fillRect(rect, color)
    for bar in group.bars_of(path):
        rect = frame.bar_rect(group, box, int(bar))
        draw_frame(painter, rect.adjusted(-_RING, -_RING, _RING, _RING), _RING, ink)
        if rect.width() > 4:
            draw_frame(painter, rect, 1, gap)


def paint_outlines(
    painter: QPainter, frame: Frame, group: GanttGroup, box: GroupBox, paths: Sequence[int]
) -> None:
    """Outline the bars of paths, as many as there may be; their waits would be too many lines."""
    bars = group.bars
    wanted = np.zeros(group.plan.paths if group.plan is not None else 0, np.bool_)
    wanted[np.array(paths, np.int64)] = True
    own = np.flatnonzero((bars.path >= 0) & wanted[np.maximum(bars.path, 0)])
    x = frame.axis.pixels(bars.start[own]), frame.axis.pixels(bars.end[own])
    shown = (x[1] >= frame.axis.left - _RING) & (x[0] <= frame.width + _RING)
    own, (x0, x1) = own[shown], (np.rint(side[shown]) for side in x)
    x0, x1 = np.maximum(x0, frame.axis.left - 8), np.minimum(x1, frame.width + 8)
    metrics, span = frame.layout.metrics, x1 - x0
    width = np.maximum(2, np.where(span >= 4, span - 1, span))
    left, top = x0 - _RING, box.row_top[bars.row[own]] + metrics.inset - _RING
    tall = np.full(len(own), metrics.bar + 2.0 * _RING)
    ring, across = np.full(len(own), float(_RING)), width + 2 * _RING
    sides = (
        (left, top, across, ring),
        (left, top + tall - _RING, across, ring),
        (left, top, ring, tall),
        (left + across - _RING, top, ring, tall),
    )
    rects = np.concatenate([np.column_stack(side) for side in sides])
    draw_rects(painter, rects, frame.palette.color("data.selection"))


def waiting_line(frame: Frame, group: GanttGroup, box: GroupBox, path: int) -> list[QPoint]:
    """Return the corners of the line from device end to link start; none if the path does not wait."""
    plan = group.plan
    if plan is None or waits(plan)[0][path] <= 0:
        return []
    s, metrics = plan.schedule, frame.layout.metrics
    device_row = group.rows_of(DEVICE).start + max(0, int(s.device_worker[path]))
    link_top = int(box.row_top[group.rows_of(LINK).start])
    left, right = frame.axis.left - 8, frame.width + 8
    x0 = min(max(round(frame.axis.x(float(s.device_end[path]))) - 1, left), right)
    x1 = min(max(round(frame.axis.x(float(s.link_start[path]))) + 1, left), right)
    top = int(box.row_top[device_row]) + metrics.lane - metrics.inset
    if s.device_worker[path] < 0:
        x0, top = x0 + 1, link_top - 3
    return [
        QPoint(x0, top),
        QPoint(x0, link_top),
        QPoint(x1, link_top),
        QPoint(x1, link_top + max(0, metrics.inset - _RING)),
    ]


def es_line(frame: Frame, group: GanttGroup, box: GroupBox, path: int) -> list[QPoint]:
    """Return the corners of the line from the end of the transfer to the start on the ES; none without a wait."""
    plan = group.plan
    if plan is None or waits(plan)[1][path] <= 0:
        return []
    s, metrics = plan.schedule, frame.layout.metrics
    left, right = frame.axis.left - 8, frame.width + 8
    x0 = min(max(round(frame.axis.x(float(s.link_end[path]))) - 1, left), right)
    x1 = min(max(round(frame.axis.x(float(s.es_start[path]))) + 1, left), right)
    top = int(box.row_top[group.rows_of(LINK).start]) + metrics.lane - metrics.inset
    level = int(box.row_top[group.rows_of(ES).start + max(0, int(s.es_worker[path]))])
    return [
        QPoint(x0, top),
        QPoint(x0, level),
        QPoint(x1, level),
        QPoint(x1, level + max(0, metrics.inset - _RING)),
    ]


def paint_hover(painter: QPainter, frame: Frame, rect: QRect) -> None:
    """Frame the hovered bar with 1 px of ink."""
    draw_frame(painter, rect.adjusted(-1, -1, 1, 1), 1, frame.palette.color("data.selection"))


def paint_cursor(painter: QPainter, frame: Frame, time_s: float) -> None:
    """Draw the line of the time cursor through all charts, where it is in sight."""
    x = round(frame.axis.x(time_s))
    if frame.axis.left <= x <= frame.width:
        painter.fillRect(x, frame.top, 1, frame.height, frame.palette.color("data.cursor"))


def paint_focus(painter: QPainter, frame: Frame, rect: QRect) -> None:
    """Draw the focus ring of the whole pane."""
    draw_frame(painter, rect, _RING, frame.palette.color("accent.focus"))
