"""Ruler: the time axis above the charts, with the flag of the time cursor."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from flgui.theme.tokens import Tokens
from flgui.viewmodel.moments import time_at
from flgui.viewmodel.ticks import Ticks, make_ticks
from flgui.views.gantt.axis import TimeAxis
from flgui.views.gantt.frame import face, text_width, write
from flgui.views.gantt.wheel import wheel

__all__ = ["Ruler", "axis_ticks", "flag_rect", "paint_flag", "paint_ruler", "paint_span_band"]

_TICK: Final = 5
_LABEL_GAP: Final = 4
_LEAST_PITCH: Final = 58
_FLAG_MARGIN: Final = 7
_FLAG_INSET: Final = 3
_BAND: Final = 3
_TIP: Final = "Drag: time cursor. Comma and period: from event to event. Double click: the whole time."


def axis_ticks(axis: TimeAxis) -> Ticks:
    """Return the ticks of the visible range, as close as their labels allow."""
    width = axis.right - axis.left
    ticks = make_ticks(axis.start, axis.end, max(1, width // _LEAST_PITCH))
    widest = max((text_width(label, 11, 400) for label in ticks.labels), default=0)
    pitch = widest + 3 * _LABEL_GAP + text_width(ticks.unit, 11, 400)
    return ticks if pitch <= _LEAST_PITCH else make_ticks(axis.start, axis.end, max(1, width // pitch))


def paint_ruler(
    painter: QPainter, rect: QRect, axis: TimeAxis, tokens: Tokens, flag: QRect | None = None
) -> None:
    """Draw ticks and labels; the first label carries the unit. None is written where it would reach under `flag`."""
    painter.fillRect(rect, tokens.color("surface.sunken"))
    bottom = rect.bottom()
    painter.fillRect(rect.left(), bottom, rect.width(), 1, tokens.color("border.default"))
    ticks = axis_ticks(axis)
    ink = tokens.color("text.tertiary")
    for i, (time, label) in enumerate(zip(ticks.times, ticks.labels, strict=True)):
        x = round(axis.x(time))
        painter.fillRect(x, bottom - _TICK, 1, _TICK, tokens.color("border.strong"))
        text = f"{label} {ticks.unit}" if i == 0 else label
        room = text_width(text, 11, 400)
        place = QRect(x + _LABEL_GAP, rect.top(), room + 2, rect.height() - 3)
        hidden = flag is not None and flag.intersects(place)
        if x + _LABEL_GAP + room <= rect.right() + 1 and not hidden:
            write(painter, place, text, face(11, 400), ink)


def flag_rect(rect: QRect, axis: TimeAxis, time_s: float) -> QRect | None:
    """Return where the flag of the cursor stands on a ruler, None when the cursor is out of sight."""
    x = round(axis.x(time_s))
    if not axis.left <= x <= axis.right:
        return None
    width = text_width(time_at(time_s, axis.per_pixel), 11, 600) + 2 * _FLAG_MARGIN
    left = min(max(x - width // 2, rect.left() + 2), rect.right() - 1 - width)
    return QRect(left, rect.top() + _FLAG_INSET, width, rect.height() - 2 * _FLAG_INSET - 1)


def paint_flag(painter: QPainter, rect: QRect, axis: TimeAxis, tokens: Tokens, time_s: float) -> None:
    """Draw the flag with the cursor's time, and the line from it down to the charts."""
    flag = flag_rect(rect, axis, time_s)
    if flag is None:
        return
    color = tokens.color("data.cursor")
    painter.fillRect(round(axis.x(time_s)), flag.top(), 1, rect.bottom() + 1 - flag.top(), color)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawRoundedRect(QRectF(flag), 3, 3)
    painter.restore()
    text = time_at(time_s, axis.per_pixel)
    write(painter, flag, text, face(11, 600), tokens.label_color(color), centre=True)


def paint_span_band(
    painter: QPainter, rect: QRect, axis: TimeAxis, tokens: Tokens, span: tuple[float, float]
) -> None:
    """Draw a selected span of time as a band at the foot of the ruler."""
    x0, x1 = (min(max(round(axis.x(time)), axis.left), axis.right) for time in span)
    painter.fillRect(x0, rect.bottom() - _BAND, x1 - x0 + 1, _BAND, tokens.color("data.selection"))


class Ruler(QWidget):
    """Round moments with labels. A press or drag moves the time cursor; double click shows everything."""

    cursor_dragged = Signal(float, bool)
    """(seconds at the pointer, whether it is free of snapping)."""

    def __init__(self, axis: TimeAxis, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._axis, self._tokens = axis, tokens
        self._cursor_s: float | None = None
        self._span: tuple[float, float] | None = None
        self._grip: float | None = None  # pixels from the pointer to the cursor while dragging
        self.setFixedHeight(tokens.px("row.ganttRuler"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Time axis")
        self.setToolTip(_TIP)
        axis.changed.connect(self._on_axis_changed)

    def set_theme(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.update()

    def set_cursor(self, time_s: float | None) -> None:
        """Show the flag at a moment, or none."""
        if time_s != self._cursor_s:
            self._cursor_s = time_s
            self.setAccessibleDescription("" if time_s is None else time_at(time_s, self._axis.per_pixel))
            self.update()

    def set_span(self, span: tuple[float, float] | None) -> None:
        """Show a selected span of time, or none."""
        if span != self._span:
            self._span = span
            self.update()

    @property
    def flag(self) -> QRect | None:
        """Where the flag is."""
        return None if self._cursor_s is None else flag_rect(self.rect(), self._axis, self._cursor_s)

    @Slot()
    def _on_axis_changed(self) -> None:
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the flag, or put the cursor under the pointer."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        flag, at = self.flag, event.position()
        if flag is not None and self._cursor_s is not None and flag.contains(at.toPoint()):
            self._grip = self._axis.x(self._cursor_s) - at.x()
            return
        self._grip = 0.0
        self._drag(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the cursor."""
        if self._grip is not None:
            self._drag(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the cursor go."""
        self._grip = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole axis."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._axis.fit()

    def _drag(self, event: QMouseEvent) -> None:
        x = event.position().x() + (self._grip or 0.0)
        inside = min(max(x, self._axis.left), self._axis.right)
        free = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        self.cursor_dragged.emit(self._axis.seconds(inside), free)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom or pan, as over the charts."""
        wheel(self._axis, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ticks, labels and the flag."""
        painter = QPainter(self)
        paint_ruler(painter, self.rect(), self._axis, self._tokens, self.flag)
        if self._span is not None:
            paint_span_band(painter, self.rect(), self._axis, self._tokens, self._span)
        if self._cursor_s is not None:
            paint_flag(painter, self.rect(), self._axis, self._tokens, self._cursor_s)
        painter.end()
