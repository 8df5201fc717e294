"""Draws what explains the plans: connectors of the critical path, the selected layer, the selected span of time."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtGui import QPainter

from flgui.viewmodel.critical import critical_of
from flgui.viewmodel.gantt import DEVICE, ES, LINK, GanttGroup
from flgui.viewmodel.stretches import stretches_of
from flgui.views.gantt.frame import Frame, draw_rects
from flgui.views.gantt.layout import GroupBox

__all__ = ["paint_connectors", "paint_layer", "paint_span"]

_LINE: Final = 2
_STRIPE: Final = 3
_BELOW: Final = 2
"""The stripe hangs this many pixels out of the bar, clear of its label."""
_LEAST_STRIPE: Final = 1.0


def paint_connectors(painter: QPainter, frame: Frame, group: GanttGroup, box: GroupBox) -> None:
    """Draw a line from each critical bar down or up to the one that waits for it, where their rows differ."""
    links = critical_of(group).links
    if not len(links):
        return
    bars, axis, metrics = group.bars, frame.axis, frame.layout.metrics
    x = axis.pixels(bars.start[links[:, 1]])
    first, second = bars.row[links[:, 0]], bars.row[links[:, 1]]
    shown = (box.row_top[first] != box.row_top[second]) & (x >= axis.left - _LINE) & (x <= frame.width)
    rows = len(group.rows)
    places = (x[shown].astype(np.int64) * rows + first[shown]) * rows + second[shown]
    pixel, pair = np.divmod(np.unique(places), rows * rows)  # thousands may meet in one line
    top, below = box.row_top[pair // rows], box.row_top[pair % rows]
    start = np.minimum(top, below) + metrics.inset + metrics.bar
    height = np.maximum(top, below) + metrics.inset - start
    rects = np.column_stack((pixel - float(_LINE), start, np.full(len(start), float(_LINE)), height))
    draw_rects(painter, rects, frame.palette.color("data.selection"))


def paint_layer(painter: QPainter, frame: Frame, group: GanttGroup, box: GroupBox, name: str) -> None:
    """Underline the part of each bar in which a layer is computed."""
    number = next((i for i, layer in enumerate(group.network.layers) if layer.name == name), None)
    if number is None:
        return
    parts, bars, axis = stretches_of(group), group.bars, frame.axis
    own = parts.of_layer(number)
    places = np.array([row.resource for row in group.rows])[bars.row[parts.bar[own]]]
    seen = (parts.end[own] >= axis.start) & (parts.start[own] <= axis.seconds(frame.width)) & (places != LINK)
    for resource in (DEVICE, ES):
        if box.folded_lane(resource) is not None:  # a folded row shows no bars to underline, but for the tail
            seen &= (places != resource) | (bars.path[parts.bar[own]] < 0)
    own = own[seen]
    if not len(own):
        return
    x0 = axis.pixels(np.maximum(parts.start[own], axis.start))
    x1 = axis.pixels(np.minimum(parts.end[own], axis.seconds(frame.width)))
    metrics = frame.layout.metrics
    bottom = box.row_top[bars.row[parts.bar[own]]] + metrics.inset + metrics.bar + _BELOW
    width = np.maximum(_LEAST_STRIPE, x1 - x0 - 1)
    for height, token in ((_STRIPE + 1, "data.selectionGap"), (_STRIPE, "data.selection")):
        rects = np.column_stack((x0, bottom - height, width, np.full(len(own), float(height))))
        draw_rects(painter, rects, frame.palette.color(token))


def paint_span(painter: QPainter, frame: Frame, span: tuple[float, float]) -> None:
    """Draw both ends of a span of time through all charts."""
    ink = frame.palette.color("data.selection")
    for time in span:
        x = round(frame.axis.x(time))
        if frame.axis.left <= x <= frame.width:
            painter.fillRect(x, frame.top, 1, frame.height, ink)
