"""ScaleSlider: a slider over a log range or a list of stops, with curves of what it does above it."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleValueChangeEvent,
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens
from flgui.widgets.scales import LogScale, Scale, Stride
from flgui.widgets.scent import CURVE, Scent, paint_join, paint_scent, paint_sight

__all__ = ["ScaleSlider"]

_RADIUS = 7.0
_TRACK = 4.0
_WHEEL_GESTURE_MS = 500
_gestures = itertools.count(1)


class ScaleSlider(QWidget):
    """A track with ticks, decade labels and one handle.

    Every change carries the number of its gesture: all changes of one drag, or of one turn of the wheel,
    share it. A hollow handle without a filled track says that the value follows the search (Auto). The curves
    above the track say what each value would bring, before the handle is moved.
    """

    moved = Signal(float, int)
    """Value and gesture, for changes made by hand only."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._scale: Scale = LogScale(1.0, 10.0)
        self._value = 1.0
        self._auto = False
        self._scent: Scent | None = None
        self._sight: int | None = None
        self._wording: Callable[[float], str] = _plain
        self._hovered = False
        self._gesture = 0
        self._dragging = False
        self._wheel_rest = 0
        self._wheel_pause = QTimer(self)
        self._wheel_pause.setSingleShot(True)
        self._wheel_pause.setInterval(_WHEEL_GESTURE_MS)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def value(self) -> float:
        """Where the handle is."""
        return self._value

    @property
    def auto(self) -> bool:
        """Whether the value follows the search."""
        return self._auto

    @property
    def scale(self) -> Scale:
        """What the slider slides over."""
        return self._scale

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        self.update()

    def set_scale(self, scale: Scale) -> None:
        """Slide over another range or other stops; the value stays."""
        if scale != self._scale:
            self._scale = scale
            self.update()

    def set_value(self, value: float) -> None:
        """Move the handle without telling anyone but assistive technology."""
        if value != self._value:
            self._value = value
            self.setAccessibleDescription(f"{value:g}")
            QAccessible.updateAccessibility(QAccessibleValueChangeEvent(self, value))
            self.update()

    def set_auto(self, auto: bool) -> None:
        """Show the value as one that follows the search."""
        if auto != self._auto:
            self._auto = auto
            self.update()

    @property
    def scent(self) -> Scent | None:
        """The curves above the track."""
        return self._scent

    @property
    def sight(self) -> int | None:
        """The point of the curves that is nearest to the pointer, while it is over the slider."""
        return self._sight

    def set_scent(self, scent: Scent | None) -> None:
        """Show other curves; None for none."""
        if scent != self._scent:
            self._scent = scent
            if self._sight is not None:
                self._set_sight(None)
            self.update()

    def set_wording(self, wording: Callable[[float], str]) -> None:
        """Take the words for a value, with its unit: "251 Mbit/s"."""
        self._wording = wording

    def position(self, value: float) -> QPointF:
        """Return where the handle stands for `value`, in the widget's pixels."""
        left, right = self._ends()
        return QPointF(left + (right - left) * self._scale.fraction(value), self._track_y())

    def sizeHint(self) -> QSize:
        """Return a size that suits the scenario strip."""
        return QSize(140, 68)

    def minimumSizeHint(self) -> QSize:
        """Return the least size at which the ends still have a label."""
        return QSize(64, 68)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint track, ticks, labels and handle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_scent(painter)
        self._paint_track(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._paint_ticks(painter)
        self._paint_labels(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_handle(painter)
        painter.end()

    def _ends(self) -> tuple[float, float]:
        return _RADIUS + 2.0, self.width() - _RADIUS - 2.0

    def _track_y(self) -> float:
        return float(CURVE + 12)

    def _color(self, path: str) -> QColor:
        return QColor(self._tokens.color(path))

    def _curve_box(self) -> QRectF:
        left, right = self._ends()
        return QRectF(left, 1.0, right - left, CURVE)

    def _paint_scent(self, painter: QPainter) -> None:
        """Paint the curves, what joins them to the handle, and the point under the pointer."""
        scent, box = self._scent, self._curve_box()
        if scent is None:
            return
        paint_scent(painter, box, scent, self._tokens)
        fraction = self._scale.fraction(self._value)
        foot = self._track_y() - _RADIUS - 1
        paint_join(painter, box, scent, fraction, foot, self._tokens)
        if self._sight is not None:
            paint_sight(painter, box, scent, self._sight, foot, self._tokens)

    def _paint_track(self, painter: QPainter) -> None:
        left, right = self._ends()
        y = self._track_y()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._color("border.default" if self.isEnabled() else "border.subtle"))
        painter.drawRoundedRect(QRectF(left, y - _TRACK / 2, right - left, _TRACK), 2, 2)
        if not self._auto and self.isEnabled():
            x = self.position(self._value).x()
            painter.setBrush(self._color("accent.base"))
            painter.drawRoundedRect(QRectF(left, y - _TRACK / 2, max(0.0, x - left), _TRACK), 2, 2)

    def _paint_ticks(self, painter: QPainter) -> None:
        left, right = self._ends()
        top = round(self._track_y() + _RADIUS + 3)
        painter.setPen(QPen(self._color("border.strong"), 1))
        last = -9.0
        for tick in self._scale.ticks():
            x = left + (right - left) * tick.fraction
            if x - last < 3 and not tick.label:
                continue  # closer ticks would be a bar
            last = x
            painter.drawLine(round(x), top, round(x), top + 3)

    def _paint_labels(self, painter: QPainter) -> None:
        left, right = self._ends()
        plain = font(self._tokens.size("type.axis.px"))
        bold = font(self._tokens.size("type.axis.px"), 600)
        taken: list[tuple[float, float]] = []
        entries: list[tuple[float, str, bool]] = []
        if not isinstance(self._scale, LogScale):
            entries.append((self._scale.fraction(self._value), f"{self._value:g}", True))
        ticks = [tick for tick in self._scale.ticks() if tick.label]
        ticks.sort(key=lambda tick: tick.fraction not in (0.0, 1.0))  # the ends come first
        entries.extend((tick.fraction, tick.label, False) for tick in ticks)
        for fraction, text, strong in entries:
            used = bold if strong else plain
            width = QFontMetricsF(used).horizontalAdvance(text)
            x = left + (right - left) * fraction - width / 2
            x = min(max(x, 0.0), self.width() - width)
            if any(x < b + 2 and x + width > a - 2 for a, b in taken):
                continue
            taken.append((x, x + width))
            painter.setFont(used)
            painter.setPen(self._color("text.primary" if strong else "text.tertiary"))
            place = QRectF(x - 1, self._track_y() + _RADIUS + 7, width + 2, 15)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_handle(self, painter: QPainter) -> None:
        centre = self.position(self._value)
        accent = self._color("accent.base")
        if not self.isEnabled():
            accent = self._color("text.disabled")
        if self.hasFocus():
            painter.setPen(QPen(self._color("accent.focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(centre, _RADIUS + 1.0, _RADIUS + 1.0)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._color("surface.raised" if not self._auto else "surface.panel"))
            painter.drawEllipse(centre, _RADIUS, _RADIUS)
        elif self._hovered or self._dragging:
            painter.setPen(QPen(accent, 1))
            painter.setBrush(self._color("accent.subtle"))
            painter.drawEllipse(centre, _RADIUS + 1.5, _RADIUS + 1.5)
        inner = _RADIUS - (2.0 if self.hasFocus() else 1.0)
        if self._auto:
            painter.setPen(QPen(accent, 2))
            painter.setBrush(self._color("surface.panel"))
            painter.drawEllipse(centre, inner - 0.5, inner - 0.5)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(accent)
            painter.drawEllipse(centre, inner, inner)

    # Hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start a drag; a press beside the handle moves it there."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._gesture = next(_gestures)
            self._dragging = True
            self._set_sight(None)
            self._move_to(event.position().x())
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer with the handle, or say what the nearest point of the curves is."""
        if self._dragging:
            self._move_to(event.position().x())
        else:
            self._look_at(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag."""
        if event.button() == Qt.MouseButton.LeftButton and self._dragging:
            self._dragging = False
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step with the arrow keys, jump with Page Up and Down, Home and End."""
        key = Qt.Key
        steps = {
            key.Key_Right: 1,
            key.Key_Up: 1,
            key.Key_Left: -1,
            key.Key_Down: -1,
            key.Key_PageUp: 5,
            key.Key_PageDown: -5,
        }
        if not event.isAutoRepeat():
            self._gesture = next(_gestures)
        pressed = key(event.key())
        if pressed in steps:
            self._change(self._scale.step(self._value, steps[pressed], _stride(event.modifiers())))
        elif pressed in (key.Key_Home, key.Key_End):
            self._change(self._scale.value(0.0 if pressed == key.Key_Home else 1.0))
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step, but only with focus: scrolling past must not change a plan."""
        if not self.hasFocus():
            event.ignore()
            return
        self._wheel_rest += event.angleDelta().y() or event.angleDelta().x()
        count = int(self._wheel_rest / 120)  # touchpads send less than a notch at a time
        self._wheel_rest -= 120 * count
        if not self._wheel_pause.isActive():
            self._gesture = next(_gestures)
        self._wheel_pause.start()
        if count:
            self._change(self._scale.step(self._value, count, _stride(event.modifiers())))
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Note whether the pointer is over the slider."""
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave):
            self._hovered = event.type() == QEvent.Type.HoverEnter
            if not self._hovered and self._sight is not None:
                self._set_sight(None)
            self.update()
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus ring."""
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the focus ring away."""
        self.update()
        super().focusOutEvent(event)

    def _look_at(self, x: float) -> None:
        left, right = self._ends()
        near = None if self._scent is None else self._scent.nearest((x - left) / max(1.0, right - left))
        if near != self._sight:
            self._set_sight(near)

    def _set_sight(self, point: int | None) -> None:
        """Mark a point of the curves and write it beside the pointer."""
        self._sight = point
        self.update()
        if point is None or self._scent is None:
            QToolTip.hideText()
            return
        box = self._curve_box()
        at = QPointF(box.left() + self._scent.fractions[point] * box.width(), box.top())
        words = f"{self._wording(self._scent.values[point])}: {self._scent.best_text(point)}"
        QToolTip.showText(self.mapToGlobal(at.toPoint()) + QPoint(-20, -44), words, self)

    def _move_to(self, x: float) -> None:
        left, right = self._ends()
        self._change(self._scale.value((x - left) / max(1.0, right - left)))

    def _change(self, value: float) -> None:
        if value != self._value or self._auto:
            self.set_auto(False)
            self.set_value(value)
            self.moved.emit(value, self._gesture)


def _plain(value: float) -> str:
    return f"{value:g}"


def _stride(modifiers: Qt.KeyboardModifier) -> Stride:
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return "fine"
    return "coarse" if modifiers & Qt.KeyboardModifier.ControlModifier else "normal"
