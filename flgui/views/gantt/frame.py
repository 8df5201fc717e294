"""Frame: everything that one repaint of the charts reads, and small drawing helpers of all painters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shiboken6
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics, QPainter

from flgui.theme.fonts import font
from flgui.viewmodel.gantt import GanttGroup, GanttModel
from flgui.views.gantt.axis import TimeAxis
from flgui.views.gantt.layout import GroupBox, Layout
from flgui.views.gantt.looks import Colours
from flgui.views.gantt.palette import GanttPalette
from planner_core.plan import FloatArray

__all__ = ["Frame", "draw_frame", "draw_rects", "elided", "face", "text_width", "write"]

INSET = 16
"""Space beside text at the edges of a pane."""


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """One repaint: what to draw, where, in which colours.

    Parameters
    ----------
    top, height : int
        The visible part of the layout, in pixels from its top.
    width : int
        Of the canvas; the time axis covers a part of it.
    ratio : float
        Device pixels a logical pixel.
    colours : "path", "layer" or "resource"
        What the fill of a bar stands for.
    critical : bool
        Whether the critical path stands out and everything else is faint.
    """

    model: GanttModel
    layout: Layout
    axis: TimeAxis
    palette: GanttPalette
    top: int
    height: int
    width: int
    ratio: float
    colours: Colours = "path"
    critical: bool = False

    def visible(self) -> list[tuple[GanttGroup, GroupBox]]:
        """Return the groups of which some part shows."""
        low, high = self.top, self.top + self.height
        return [
            (self.model.groups[box.index], box)
            for box in self.layout.groups
            if box.bottom > low and box.top < high
        ]

    def plot(self, box: GroupBox) -> QRect:
        """Return the rectangle of a group's lanes, up to the right edge of the canvas."""
        left = self.axis.left
        return QRect(left, box.lanes_top, self.width - left, box.lanes_bottom - box.lanes_top)

    def bar_rect(self, group: GanttGroup, box: GroupBox, bar: int) -> QRect:
        """Return where a bar is drawn."""
        metrics = self.layout.metrics
        x0 = round(self.axis.x(float(group.bars.start[bar])))
        x1 = round(self.axis.x(float(group.bars.end[bar])))
        # Far outside the screen a rectangle may not fit Qt's integers: only the visible part counts.
        x0, x1 = max(x0, self.axis.left - 8), min(x1, self.width + 8)
        top = int(box.row_top[group.bars.row[bar]]) + metrics.inset
        return QRect(x0, top, bar_width(x1 - x0), metrics.bar)


def bar_width(span: int) -> int:
    """Return the drawn width of a bar: 1 px of air to the next one where there is room, never below 2 px."""
    return max(2, span - 1 if span >= 4 else span)


def draw_rects(painter: QPainter, rects: FloatArray, fill: QColor | QBrush) -> None:
    """Fill an (n, 4) array of x, y, width, height in one call; QRectF holds four doubles in this order."""
    if len(rects) == 0:
        return
    rects = np.ascontiguousarray(rects, np.float64)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    painter.drawRects(shiboken6.wrapInstance(rects.ctypes.data, QRectF), len(rects))  # type: ignore[call-overload]


def draw_frame(painter: QPainter, rect: QRect, thick: int, color: QColor | str) -> None:
    """Draw a frame of whole pixels inside `rect`."""
    x, y, w, h = rect.x(), rect.y(), rect.width(), rect.height()
    painter.fillRect(x, y, w, thick, color)
    painter.fillRect(x, y + h - thick, w, thick, color)
    painter.fillRect(x, y + thick, thick, h - 2 * thick, color)
    painter.fillRect(x + w - thick, y + thick, thick, h - 2 * thick, color)


# Flags take longer to put together than a number takes to paint.
_LEFT, _RIGHT, _CENTRE = (
    int(side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
    for side in (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignHCenter)
)


def write(
    painter: QPainter,
    rect: QRect,
    text: str,
    face: QFont,
    color: QColor | str,
    right: bool = False,
    centre: bool = False,
) -> None:
    """Write one line, vertically centred."""
    painter.setFont(face)
    painter.setPen(color)
    painter.drawText(rect, _CENTRE if centre else _RIGHT if right else _LEFT, text)


@lru_cache(maxsize=4096)
def text_width(text: str, px: int, weight: int) -> int:
    """Return the width of a text in whole pixels."""
    return _metrics(px, weight).horizontalAdvance(text)


def elided(text: str, width: int, px: int, weight: int) -> str:
    """Return the text, shortened by an ellipsis where it is wider than `width` pixels."""
    return _metrics(px, weight).elidedText(text, Qt.TextElideMode.ElideRight, width)


@lru_cache(maxsize=16)
def _metrics(px: int, weight: int) -> QFontMetrics:
    return QFontMetrics(face(px, weight))


@lru_cache(maxsize=16)
def face(px: int, weight: int) -> QFont:
    """Return a font, kept."""
    return font(px, weight)
