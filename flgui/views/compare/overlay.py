"""OverlayCanvas: one method's schedules of all pins, under one another on one axis of time."""

from __future__ import annotations

from typing import overload

import numpy as np
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from flgui.theme.devices import device_ratio
from flgui.theme.icons import pixmap
from flgui.theme.tokens import Tokens
from flgui.viewmodel.gantt import TAIL
from flgui.viewmodel.overlay import Overlay, OverlayLane, OverlayRow
from flgui.viewmodel.ticks import make_ticks
from flgui.views.lettering import metrics, text_font
from planner_core.plan import FloatArray, IntArray

__all__ = ["OverlayCanvas"]

_LEFT = 16
_NAMES = 172
_RIGHT = 118
_RULER = 24
_AIR, _GAP = 2, 14
_LOWEST, _HIGHEST = 13, 20
"""Lanes of at least the lowest height hold the numbers of the paths."""
_ICON = 12
_ROOM = 3
"""Air on each side of a number in its bar."""
_RESOURCES = ("device", "link", "es")
_ICONS = ("chip", "link", "server")


class OverlayCanvas(QWidget):
    """Three lanes a pin, device, link and ES, their bars numbered as far as there is room; a click opens the pin."""

    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._shown: Overlay | None = None
        self._current: int | None = None
        self._lane = _LOWEST
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Schedules of the pins")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_overlay(self, overlay: Overlay) -> None:
        """Show these pins."""
        self._shown = overlay
        self._current = None
        self.setMinimumHeight(self.sizeHint().height())
        self.setAccessibleDescription("; ".join(f"{row.name}: {row.text}" for row in overlay.rows))
        self.update()

    def set_theme(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of all rows and the ruler, with the lanes at their lowest."""
        return QSize(600, self._height(_LOWEST))

    def fill(self, room: int) -> int:
        """Let the lanes grow as far as `room` pixels allow; returns the height that is used."""
        lanes = [lane for lane in range(_LOWEST, _HIGHEST + 1) if self._height(lane) <= room]
        self._lane = lanes[-1] if lanes else _LOWEST
        self.update()
        return self._height(self._lane)

    def row_box(self, row: int) -> QRect:
        """Return where a pin's row is."""
        return QRect(0, _RULER + row * self._row, self.width(), self._row)

    def lane_box(self, row: int, lane: int) -> QRect:
        """Return where a lane of a pin is, names included."""
        top = self.row_box(row).top() + _GAP // 2 + lane * (self._lane + _AIR)
        return QRect(0, top, self.width(), self._lane)

    @property
    def _row(self) -> int:
        return _row_height(self._lane)

    def _height(self, lane: int) -> int:
        rows = len(self._shown.rows) if self._shown is not None else 0
        return _RULER + rows * _row_height(lane) + 8

    @overload
    def place(self, seconds: float) -> float: ...

    @overload
    def place(self, seconds: FloatArray) -> FloatArray: ...

    def place(self, seconds: float | FloatArray) -> float | FloatArray:
        """Return the pixel of a moment, or of many."""
        shown = self._shown
        whole = shown.axis_s if shown is not None else 1.0
        return _LEFT + _NAMES + seconds / whole * (self.width() - _LEFT - _NAMES - _RIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ruler and the rows."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._tokens.color("surface.panel")))
        if self._shown is not None and self._shown.rows:
            painter.fillRect(0, 0, self.width(), 1, QColor(self._tokens.color("border.subtle")))
            self._paint_ruler(painter, self._shown)
            for number, row in enumerate(self._shown.rows):
                self._paint_row(painter, number, row)
        painter.end()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the pin under the pointer."""
        row = self._row_at(event.position().toPoint())
        if row is not None and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show that a row can be clicked."""
        row = self._row_at(event.position().toPoint())
        self.setCursor(Qt.CursorShape.ArrowCursor if row is None else Qt.CursorShape.PointingHandCursor)
        if row != self._current:
            self._current = row
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down choose a pin, Enter opens it."""
        rows = len(self._shown.rows) if self._shown is not None else 0
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is not None and rows:
            before = -1 if self._current is None and step > 0 else self._current or 0
            self._current = min(max(before + step, 0), rows - 1)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current is not None:
            self.opened.emit(self._current)
        else:
            super().keyPressEvent(event)

    def _row_at(self, at: QPoint) -> int | None:
        rows = len(self._shown.rows) if self._shown is not None else 0
        row = (at.y() - _RULER) // self._row
        return row if 0 <= row < rows and at.y() >= _RULER else None

    def _paint_ruler(self, painter: QPainter, shown: Overlay) -> None:
        tokens = self._tokens
        room = self.place(shown.axis_s) - self.place(0)
        ticks = make_ticks(0.0, shown.axis_s, max(2, int(room / 90)))
        bottom = _RULER + len(shown.rows) * self._row
        painter.setFont(text_font(11, 400))
        for number, (time, label) in enumerate(zip(ticks.times, ticks.labels, strict=True)):
            x = round(self.place(time))
            painter.fillRect(x, _RULER - 4, 1, bottom - _RULER + 4, QColor(tokens.color("border.grid")))
            painter.setPen(QColor(tokens.color("text.tertiary")))
            text = f"{label} {ticks.unit}" if number == 0 else label
            painter.drawText(QRectF(x + 4, 0, 90, _RULER - 2), Qt.AlignmentFlag.AlignVCenter, text)
        painter.fillRect(0, _RULER, self.width(), 1, QColor(tokens.color("border.subtle")))

    def _paint_row(self, painter: QPainter, number: int, row: OverlayRow) -> None:
        tokens, box = self._tokens, self.row_box(number)
        if number == self._current:
            painter.fillRect(box.adjusted(0, 1, 0, 0), QColor(tokens.color("surface.hover")))
        room = _NAMES - 12 - (_ICON + 8 if row.lanes else 0)
        names = QRectF(_LEFT, box.top(), room, box.height())
        painter.setFont(text_font(12, 600))
        painter.setPen(QColor(tokens.color("text.primary")))
        painter.drawText(names, Qt.AlignmentFlag.AlignVCenter, _name_lines(row.name, names.width()))
        left, right = round(self.place(0)), round(self.place(row.makespan_s))
        muted, ratio = tokens.color("text.secondary"), device_ratio(painter)
        for at, lane in enumerate(row.lanes):
            top = self.lane_box(number, at).top()
            mark = pixmap(_ICONS[at], muted, _ICON, ratio)
            painter.drawPixmap(left - _ICON - 8, top + (self._lane - _ICON) // 2, mark)
            painter.fillRect(left, top, right - left, self._lane, QColor(tokens.color("border.subtle")))
            self._paint_lane(painter, lane, row, top, _RESOURCES[at])
        self._paint_end(painter, row, box)
        painter.fillRect(0, box.bottom(), self.width(), 1, QColor(tokens.color("border.subtle")))

    def _paint_lane(
        self, painter: QPainter, lane: OverlayLane, row: OverlayRow, top: int, resource: str
    ) -> None:
        left, right = np.rint(self.place(lane.start)), np.rint(self.place(lane.end))
        wide = np.maximum(1.0, right - left - (right - left >= 4))
        high = np.maximum(1.0, np.rint(self._lane * lane.share))
        tint = self._tokens.color(f"resource.{resource}")
        seen = _uncovered(left, wide, high)
        boxes = zip(seen.tolist(), left[seen].tolist(), wide[seen].tolist(), high[seen].tolist(), strict=True)
        painter.setFont(text_font(11, 600))
        for k, x, w, h in boxes:
            bar = QRectF(x, top + self._lane - h, w, h)
            color = self._bar_color(int(lane.path[k]), row) if len(lane.path) else tint
            painter.fillRect(bar, QColor(color))
            words = _bar_words(int(lane.path[k]), row, resource) if len(lane.path) else ""
            if words and metrics(11, 600).horizontalAdvance(words) + 2 * _ROOM <= w:
                painter.setPen(QColor(self._tokens.label_color(color)))
                painter.drawText(bar, Qt.AlignmentFlag.AlignCenter, words)

    def _bar_color(self, path: int, row: OverlayRow) -> str:
        if path == TAIL:
            return self._tokens.color("data.tail")
        if row.grid == (1, 1):  # not a tile, as in the schedules of the plan
            return self._tokens.color("data.whole")
        return self._tokens.path_color(path, *row.grid)

    def _paint_end(self, painter: QPainter, row: OverlayRow, box: QRect) -> None:
        tokens = self._tokens
        if row.lanes:
            x = round(self.place(row.makespan_s))
            painter.fillRect(x, box.top() + 4, 1, box.height() - 8, QColor(tokens.color("data.selection")))
        left = self.place(row.makespan_s) + 8
        first = QRectF(left, box.center().y() - 17, _RIGHT + 60, 18)
        painter.setFont(text_font(13, 600))
        painter.setPen(QColor(tokens.color("text.primary" if row.lanes else "text.tertiary")))
        painter.drawText(first, Qt.AlignmentFlag.AlignVCenter, row.text)
        painter.setFont(text_font(11, 400))
        painter.setPen(QColor(tokens.color("text.tertiary")))
        painter.drawText(first.translated(0, 17), Qt.AlignmentFlag.AlignVCenter, row.change)


def _uncovered(left: FloatArray, wide: FloatArray, high: FloatArray) -> IntArray:
    """Return the bars, in order, that no later one of the same box covers: of thousands a row has room for few."""
    key = (left.astype(np.int64) * (1 << 40)) + (wide.astype(np.int64) << 16) + high.astype(np.int64)
    _, first = np.unique(key[::-1], return_index=True)
    return np.sort(len(key) - 1 - first)


def _row_height(lane: int) -> int:
    return 3 * lane + 2 * _AIR + _GAP


def _bar_words(path: int, row: OverlayRow, resource: str) -> str:
    """What a bar is called: its path, the tail, or "whole" where nothing is cut apart."""
    if path == TAIL:
        return "rest" if row.grid == (1, 1) else "tail"
    return ("rest" if resource == "es" else "whole") if row.grid == (1, 1) else str(path)


def _name_lines(name: str, width: float) -> str:
    """Return a name in one line, or in two where it is long: names often differ only behind their last comma."""
    head, comma, tail = name.rpartition(", ")
    lines = [name] if not comma or metrics(12, 600).horizontalAdvance(name) <= width else [f"{head},", tail]
    return "\n".join(metrics(12, 600).elidedText(line, Qt.TextElideMode.ElideRight, width) for line in lines)
