"""The three charts on the stage: bars by the painters of the schedules, words and lines at the room's size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from flgui.presentation.lettering import put, width_of
from flgui.theme.tokens import Tokens
from flgui.viewmodel.gantt import GanttGroup, GanttModel
from flgui.viewmodel.moments import time_at
from flgui.viewmodel.slides import Headline
from flgui.viewmodel.ticks import make_ticks
from flgui.views.gantt.axis import TimeAxis
from flgui.views.gantt.bars import paint_bars
from flgui.views.gantt.frame import Frame
from flgui.views.gantt.ground import paint_folded, paint_grid, paint_lanes
from flgui.views.gantt.layout import GroupBox, Lane, Metrics, lay_out
from flgui.views.gantt.overlay import Outlined, paint_outlines, paint_selection
from flgui.views.gantt.palette import GanttPalette

__all__ = ["Shown", "paint_schedules"]

_GUTTER: Final = 168
_RULER: Final = 46
_PITCH: Final = 110
_AIR: Final = 18
_ARROW: Final = 8


@dataclass(frozen=True, eq=False, slots=True)
class Shown:
    """What the charts show at this moment.

    Parameters
    ----------
    model : GanttModel
        Perhaps on the way between two slides.
    heads : tuple of Headline
    ends : tuple of float
        Where each chart ends, in seconds.
    method, paths
        The paths that are outlined, that picked last at the end, and their plan.
    cursor_s : float or None
    """

    model: GanttModel
    heads: tuple[Headline, ...]
    ends: tuple[float, ...]
    method: str | None
    paths: tuple[int, ...]
    cursor_s: float | None


def paint_schedules(painter: QPainter, box: QRectF, shown: Shown, tokens: Tokens, ratio: float) -> None:
    """Paint into `box`, in pixels of the stage; `ratio` are device pixels a pixel of the stage."""
    sizes = [tokens.px(f"present.{name}") for name in ("groupHeader", "lane", "bar", "groupGap")]
    scale = sizes[2] / tokens.px("row.ganttBar")
    layout = lay_out(shown.model, {}, Metrics(*(round(size / scale) for size in sizes)))
    scale = min(scale, (box.height() - _RULER) / max(1, layout.height))
    axis = TimeAxis()
    axis.set_whole(shown.model.axis_s)
    axis.place(round(_GUTTER / scale), max(1, round((box.width() - _GUTTER) / scale)))
    palette = GanttPalette(tokens)
    width = round(box.width() / scale)
    frame = Frame(shown.model, layout, axis, palette, 0, layout.height, width, ratio * scale)
    painter.save()
    painter.translate(box.topLeft())
    painter.scale(scale, scale)
    ticks = make_ticks(0.0, axis.end, max(1, round((box.width() - _GUTTER) / _PITCH)))
    owner, outlined = shown.model.group(shown.method), Outlined.of(shown.method, shown.paths)
    for group, place in frame.visible():
        paint_grid(painter, frame, place, ticks.times)
        paint_lanes(painter, frame, group, place)
        for lane in place.lanes:
            if lane.row is None:
                paint_folded(painter, frame, group, lane)
        paint_bars(painter, frame, group, place)
        if outlined.path is not None and outlined.applies(group, owner):
            if outlined.more:
                paint_outlines(painter, frame, group, place, outlined.more)
            paint_selection(painter, frame, group, place, outlined.path)
    painter.restore()
    words = _Words(painter, box, tokens, axis, scale)
    for (group, place), head, end in zip(frame.visible(), shown.heads, shown.ends, strict=True):
        words.group(group, place, layout.metrics, head, end, shown.ends[0])
    words.ruler(layout.groups[-1].lanes_bottom, ticks.times, ticks.labels, ticks.unit)
    if shown.cursor_s is not None:
        words.cursor(layout.groups[0].lanes_top, layout.groups[-1].lanes_bottom, shown.cursor_s)


class _Words:
    """Writes in pixels of the stage what belongs to places in the layout."""

    def __init__(self, painter: QPainter, box: QRectF, tokens: Tokens, axis: TimeAxis, scale: float) -> None:
        self._painter, self._box, self._tokens = painter, box, tokens
        self._axis, self._scale = axis, scale
        self._px = {name: tokens.px(f"type.present.{name}") for name in ("axis", "label", "title", "score")}

    def _x(self, time_s: float) -> float:
        return self._box.left() + self._axis.x(time_s) * self._scale

    def _y(self, y: float) -> float:
        return self._box.top() + y * self._scale

    def group(
        self, group: GanttGroup, box: GroupBox, metrics: Metrics, head: Headline, end_s: float, nfl_s: float
    ) -> None:
        """Write a chart's name, time and comparison, its lanes' names, its end and what it saves."""
        painter, tokens, px = self._painter, self._tokens, self._px
        middle = self._y(box.top + (box.lanes_top - box.top) * 0.5)
        left = self._box.left()
        square = QRectF(left, middle - 8, 16, 16)
        painter.fillRect(square, QColor(tokens.method_color(group.method)))
        x = left + 30
        x += put(painter, x, middle, head.name, px["title"], 600, tokens.color("text.primary")) + 14
        x += put(painter, x, middle + 3, head.method, px["label"], 400, tokens.color("text.secondary"))
        end = self._x(end_s)
        time_width = width_of(head.time, px["score"], 600)
        beside = width_of(head.compared, px["title"], 500) + 24 if head.compared else 0
        right = max(min(end, self._box.right() - beside), x + 24 + time_width)
        put(painter, right, middle, head.time, px["score"], 600, tokens.color("text.primary"), right=True)
        ink = tokens.color("text.primary" if group.method == "BF" else "text.secondary")
        put(painter, right + 24, middle + 2, head.compared, px["title"], 500, ink)
        for lane in box.lanes:
            self._lane(lane, metrics)
        if group.plan is not None:
            top, bottom = self._y(box.lanes_top), self._y(box.lanes_bottom)
            painter.fillRect(QRectF(end - 1, top, 3, bottom - top), QColor(tokens.color("data.selection")))
            self._saved(head, box.lanes[-1], metrics, end, self._x(nfl_s))

    def _lane(self, lane: Lane, metrics: Metrics) -> None:
        middle = self._y(lane.top + metrics.lane / 2)
        label = (
            lane.label.replace("ES", "Edge server")
            if lane.row is None or " " not in lane.label
            else lane.label
        )
        px = min(self._px["label"], round(metrics.lane * self._scale * 0.8))
        edge = self._box.left() + _GUTTER - _AIR
        put(self._painter, edge, middle, label, px, 400, self._tokens.color("text.secondary"), right=True)

    def _saved(self, head: Headline, lane: Lane, metrics: Metrics, end: float, nfl: float) -> None:
        painter, tokens = self._painter, self._tokens
        room, px = width_of(head.saved, self._px["label"], 400), self._px["label"]
        if not head.saved or nfl - end < room + 56:
            return
        middle, color = self._y(lane.top + metrics.lane / 2), QColor(tokens.color("text.secondary"))
        start = end + (nfl - end - room) / 2
        painter.fillRect(QRectF(end + 6, middle - 1, start - 12 - end - 6, 2), color)
        painter.fillRect(QRectF(start + room + 12, middle - 1, nfl - start - room - 12, 2), color)
        painter.fillRect(QRectF(nfl - 2, middle - 8, 2, 16), color)
        for step in range(_ARROW):
            for side in (-1, 1):
                painter.fillRect(QRectF(end + 5 + step, middle - 1 + side * step, 2, 2), color)
        ground = QRectF(
            start - 8, middle - px * 0.7, room + 16, px * 1.4
        )  # no line of the time grid through the words
        painter.fillRect(ground, QColor(tokens.color("surface.panel")))
        put(painter, start, middle, head.saved, px, 400, tokens.color("text.secondary"))

    def ruler(self, bottom: float, times: tuple[float, ...], labels: tuple[str, ...], unit: str) -> None:
        """Write the time below the charts."""
        painter, tokens = self._painter, self._tokens
        y = self._y(bottom)
        for at, (time, label) in enumerate(zip(times, labels, strict=True)):
            x = self._x(time)
            painter.fillRect(QRectF(x - 1, y + 4, 2, 6), QColor(tokens.color("border.strong")))
            words = f"{label} {unit}" if at == 0 else label
            put(
                painter,
                x - width_of(words, self._px["axis"], 400) / 2,
                y + 26,
                words,
                self._px["axis"],
                400,
                tokens.color("text.secondary"),
            )

    def cursor(self, top: float, bottom: float, time_s: float) -> None:
        """Draw the time cursor with its moment on a flag over the ruler."""
        painter, tokens = self._painter, self._tokens
        color, x = tokens.color("data.cursor"), self._x(time_s)
        painter.fillRect(
            QRectF(x - 1, self._y(top) - 12, 3, self._y(bottom) - self._y(top) + 24), QColor(color)
        )
        text = time_at(time_s, self._axis.per_pixel / self._scale)
        width = width_of(text, self._px["axis"], 600) + 28
        flag = QRectF(x - width / 2, self._y(bottom) + 10, width, 34)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(color))
        painter.drawRoundedRect(flag, 5, 5)
        painter.restore()
        ink = tokens.label_color(color)
        put(painter, flag.left() + 14, flag.center().y(), text, self._px["axis"], 600, ink)
