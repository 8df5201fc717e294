"""MessageBar: one bar above the schedules that says what, where, what stays, and offers one way on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from flgui.theme.devices import device_ratio
from flgui.theme.fonts import font
from flgui.theme.icons import icon, pixmap
from flgui.theme.tokens import Tokens
from flgui.widgets.buttons import IconButton

__all__ = ["Message", "MessageBar", "MessageKind"]

MessageKind: TypeAlias = Literal["error", "warning", "info"]
_ICONS: dict[MessageKind, str] = {"error": "error", "warning": "warn", "info": "target"}


@dataclass(frozen=True, slots=True)
class Message:
    """A bold beginning, the rest, and the word on the button, if there is one."""

    kind: MessageKind
    title: str
    text: str = ""
    action: str = ""


class MessageBar(QWidget):
    """Shows one message, or nothing and no height."""

    acted = Signal()
    """The message's button was pressed."""
    closed = Signal()
    """The message was put away by hand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._message: Message | None = None
        self._title = QLabel(self)
        self._title.setFont(font(self._tokens.size("type.label.px"), 600))
        self._label = QLabel(self)
        self._label.setFont(font(self._tokens.size("type.label.px")))
        self._label.setObjectName("messageText")
        self._label.setWordWrap(True)
        for label in (self._title, self._label):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.button = QPushButton(self)
        self.button.clicked.connect(self.acted)
        self.close_button = IconButton("x", "Close this message", self)
        self.close_button.clicked.connect(self._on_close)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(42, 6, 8, 6)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self._label, 1)
        layout.addWidget(self.button)
        layout.addWidget(self.close_button)
        self.hide()

    @property
    def message(self) -> Message | None:
        """What is shown."""
        return self._message

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        self.close_button.setIcon(icon("x", tokens.color("text.secondary")))
        self._write()

    def set_message(self, message: Message | None) -> None:
        """Show a message in place of the one before; None hides the bar."""
        self._message = message
        self.setVisible(message is not None)
        self._write()

    def sizeHint(self) -> QSize:
        """Return a height of one line with a button."""
        return QSize(400, 40)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, the icon, and the line under the bar."""
        if self._message is None:
            return
        tokens, kind = self._tokens, self._message.kind
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.color(f"status.{kind}Subtle")))
        painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(tokens.color("border.default")))
        mark = pixmap(_ICONS[kind], tokens.color(f"status.{kind}"), 16, device_ratio(painter))
        painter.drawPixmap(16, (self.height() - 17) // 2, mark)
        painter.end()

    def _write(self) -> None:
        message = self._message
        if message is None:
            return
        self._title.setText(message.title)
        self._label.setText(message.text)
        self.setAccessibleName(f"{message.title} {message.text}")
        self.button.setText(message.action)
        self.button.setVisible(bool(message.action))
        self.update()

    @Slot()
    def _on_close(self) -> None:
        self.set_message(None)
        self.closed.emit()
