"""Ruler: the time axis above the charts."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Slot
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from flgui.theme.tokens import Tokens
from flgui.views.gantt.axis import TimeAxis
from flgui.views.gantt.frame import face, text_width, write
from flgui.views.gantt.ticks import Ticks, make_ticks
from flgui.views.gantt.wheel import wheel

__all__ = ["Ruler", "axis_ticks"]

_TICK = 5
_LABEL_GAP = 4
_LEAST_PITCH = 58


def axis_ticks(axis: TimeAxis) -> Ticks:
    """Return the ticks of the visible range, as close as their labels allow."""
    width = axis.right - axis.left
    ticks = make_ticks(axis.start, axis.end, max(1, width // _LEAST_PITCH))
    widest = max((text_width(label, 11, 400) for label in ticks.labels), default=0)
    pitch = widest + 3 * _LABEL_GAP + text_width(ticks.unit, 11, 400)
    return ticks if pitch <= _LEAST_PITCH else make_ticks(axis.start, axis.end, max(1, width // pitch))


class Ruler(QWidget):
    """Round moments with labels; the first label carries the unit. Double click shows everything."""

    def __init__(self, axis: TimeAxis, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._axis, self._tokens = axis, tokens
        self.setFixedHeight(tokens.px("row.ganttRuler"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Time axis")
        self.setToolTip("Double click shows the whole time")
        axis.changed.connect(self._on_axis_changed)

    def set_theme(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.update()

    @Slot()
    def _on_axis_changed(self) -> None:
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole axis."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._axis.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom or pan, as over the charts."""
        wheel(self._axis, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ticks and labels."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._tokens.color("surface.sunken"))
        bottom = self.height() - 1
        painter.fillRect(0, bottom, self.width(), 1, self._tokens.color("border.default"))
        ticks = axis_ticks(self._axis)
        ink = self._tokens.color("text.tertiary")
        for i, (time, label) in enumerate(zip(ticks.times, ticks.labels, strict=True)):
            x = round(self._axis.x(time))
            painter.fillRect(x, bottom - _TICK, 1, _TICK, self._tokens.color("border.strong"))
            text = f"{label} {ticks.unit}" if i == 0 else label
            room = text_width(text, 11, 400)
            if x + _LABEL_GAP + room <= self.width():
                write(painter, QRect(x + _LABEL_GAP, 0, room + 2, bottom - 2), text, face(11, 400), ink)
        painter.end()
