"""UnitField: a number with its unit; a draft that is not valid is marked and goes nowhere."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu, QWidget

from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens

__all__ = ["UnitField"]

_UNIT_INSET = 8
_gestures = itertools.count(-1, -1)


class UnitField(QLineEdit):
    """A line of text that stands for a value, with its unit at the right end.

    Parameters
    ----------
    name : str
        For assistive technology.
    unit : str
        "long|short" shows the short form where the value leaves no room for the long one.
    parse : callable
        Text to value; raises ValueError with the reason, a few words.
    step : callable, optional
        (value, count) to value, for the arrow keys and the wheel.
    """

    edited = Signal(object, int)
    """A valid value that differs from the one shown, and its gesture."""

    def __init__(
        self,
        name: str,
        unit: str,
        parse: Callable[[str], Any],
        step: Callable[[Any, int], Any] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._parse = parse
        self._step = step
        self._shown: Any = None
        self._shown_text = ""
        self._unit = ""
        self._shown_unit = ""
        self._reason: str | None = None
        self._bubble: QLabel | None = None
        self._menu: QMenu | None = None
        self.setAccessibleName(name)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFont(font(self._tokens.size("type.value.px"), 500))
        self.setFixedHeight(self._tokens.px("size.control") + 2)
        self.set_unit(unit)
        self.textEdited.connect(self._on_text_edited)
        self.textChanged.connect(self._make_room)
        self.editingFinished.connect(self._on_editing_finished)

    @property
    def reason(self) -> str | None:
        """Why the draft is refused, or None."""
        return self._reason

    @property
    def shown(self) -> Any:
        """The value that was put in last, not the draft."""
        return self._shown

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        self.update()

    def set_unit(self, unit: str) -> None:
        """Write another unit."""
        if unit != self._unit:
            self._unit = unit
            self._make_room()

    def set_menu(self, menu: QMenu) -> None:
        """Open `menu` by a click on the unit, or by Alt+Down."""
        self._menu = menu

    def set_value(self, value: Any, text: str) -> None:
        """Show a value; a draft and its error are dropped."""
        same = value == self._shown and text == self._shown_text and self._reason is None
        self._shown, self._shown_text = value, text
        if same and self.isModified() == (self.text() != text):
            return  # it stands there already; or somebody is typing, and what is shown has not changed
        self.set_reason(None)
        self.setText(text)
        self.setModified(False)

    def set_reason(self, reason: str | None) -> None:
        """Mark the draft as refused, with the reason under the field; None takes the mark away."""
        self._reason = reason
        self.setAccessibleDescription(reason or "")
        if bool(self.property("invalid")) != (reason is not None):
            self.setProperty("invalid", reason is not None)
            self.style().unpolish(self)
            self.style().polish(self)
        self._show_bubble()

    def sizeHint(self) -> QSize:
        """Return the width of the strip's fields."""
        return QSize(96, self._tokens.px("size.control") + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line, then the unit, lighter than the value."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setFont(self._unit_font())
        painter.setPen(QColor(self._tokens.color("text.tertiary")))
        place = QRectF(self.rect()).adjusted(0, 0, -_UNIT_INSET, 0)
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(place, flags, self._shown_unit)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step with Up and Down; Escape puts the value back."""
        key = Qt.Key(event.key())
        opens = key == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier
        if opens and self._menu is not None:
            self._open_menu()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self._step is not None:
            self._step_by(1 if key == Qt.Key.Key_Up else -1)
        elif key == Qt.Key.Key_Escape and (self.isModified() or self._reason is not None):
            self._put_back()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step, but only with focus."""
        if not self.hasFocus() or self._step is None or not event.angleDelta().y():
            event.ignore()
            return
        self._step_by(1 if event.angleDelta().y() > 0 else -1)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open the menu when the unit is clicked; else place the text cursor."""
        if self._menu is not None and self._over_unit(event.position().toPoint()):
            self._open_menu()
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show by the pointer that the unit can be clicked."""
        over = self._menu is not None and self._over_unit(event.position().toPoint())
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.IBeamCursor)
        super().mouseMoveEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep the reason under the field when the field moves or hides."""
        done = super().event(event)
        if event.type() == QEvent.Type.Resize:
            self._make_room()
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Hide, QEvent.Type.Show):
            self._show_bubble()
        return done

    @Slot()
    def _on_text_edited(self) -> None:
        try:
            self._parse(self.text())
        except ValueError as error:
            self.set_reason(str(error))
        else:
            self.set_reason(None)

    @Slot()
    def _on_editing_finished(self) -> None:
        if not self.isModified():
            return
        try:
            value = self._parse(self.text())
        except ValueError as error:
            self.set_reason(str(error))
            return
        self.setModified(False)
        if value == self._shown:
            self._put_back()
        else:
            self.edited.emit(value, next(_gestures))

    def _step_by(self, count: int) -> None:
        assert self._step is not None
        try:
            value = self._parse(self.text())
        except ValueError:
            value = self._shown
        moved = self._step(value, count)
        if moved != self._shown:
            self.edited.emit(moved, next(_gestures))

    def _put_back(self) -> None:
        self.set_reason(None)
        self.setText(self._shown_text)
        self.setModified(False)

    @Slot()
    def _make_room(self) -> None:
        """Choose the form of the unit that leaves room for the value, and keep the text off it."""
        metrics = QFontMetrics(self._unit_font())
        forms = self._unit.split("|")
        text = self.fontMetrics().horizontalAdvance(self.text())
        room = self.width() - text - _UNIT_INSET - 12
        self._shown_unit = next((f for f in forms if metrics.horizontalAdvance(f) <= room), forms[-1])
        self.setTextMargins(0, 0, metrics.horizontalAdvance(self._shown_unit) + 5, 0)
        self.update()

    def _unit_font(self) -> Any:
        return font(self._tokens.size("type.axis.px"))

    def _over_unit(self, point: QPoint) -> bool:
        width = QFontMetrics(self._unit_font()).horizontalAdvance(self._shown_unit)
        return point.x() >= self.width() - width - _UNIT_INSET - 2

    def _open_menu(self) -> None:
        assert self._menu is not None
        self._menu.popup(self.mapToGlobal(QPoint(0, self.height())))

    def _show_bubble(self) -> None:
        """Put the reason on the window, under the field: the strip has no line for it."""
        visible = self._reason is not None and self.isVisible()
        if self._bubble is None:
            if not visible:
                return
            self._bubble = QLabel(self.window())
            self._bubble.setObjectName("fieldReason")
            self._bubble.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._bubble.setVisible(visible)
        if visible:
            window = self.window()
            self._bubble.setText(self._reason or "")
            self._bubble.adjustSize()
            right = self.mapTo(window, QPoint(self.width(), self.height() + 2))
            x = max(4, min(right.x() - self._bubble.width(), window.width() - self._bubble.width() - 4))
            self._bubble.move(x, right.y())
            self._bubble.raise_()
