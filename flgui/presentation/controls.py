"""Controls: a small bar over the stage that shows while the mouse moves, for those without the keys at hand."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from flgui.theme.fonts import font
from flgui.theme.icons import icon
from flgui.theme.tokens import Tokens

__all__ = ["Controls"]

_BUTTONS: Final = (
    ("previous", "prev", "Previous scenario", "Left"),
    ("play", "play", "Play or stop time", "Space"),
    ("next", "next", "Next scenario", "Right"),
    ("schedules", "Schedules", "Show schedules", "1"),
    ("tiles", "Tiles", "Show tiles", "2"),
    ("network", "Network", "Show network", "3"),
    ("landscape", "Landscape", "Show landscape", "4"),
    ("theme", "Theme", "Light or dark", "T"),
    ("leave", "x", "Leave the presentation", "Esc"),
)
_ICONS: Final = ("prev", "play", "next", "x")


class Controls(QWidget):
    """Buttons for everything that a key does on the stage."""

    pressed = Signal(str)
    """Name of what is wanted: "previous", "play", "next", a panel, "theme" or "leave"."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self.buttons: dict[str, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 8, 10, 8)
        row.setSpacing(6)
        for name, label, words, key in _BUTTONS:
            button = QToolButton(self)
            button.setObjectName(name)
            button.setAccessibleName(words)
            button.setToolTip(f"{words} ({key})")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setFont(font(15, 500))
            if label not in _ICONS:
                button.setText(label)
            button.setCheckable(key in ("1", "2", "3", "4"))
            button.clicked.connect(self._on_clicked)
            row.addWidget(button)
            self.buttons[name] = button
        self.hide()

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        for name, label, _, _ in _BUTTONS:
            if label in _ICONS:
                self.buttons[name].setIcon(icon(label, tokens.color("text.primary"), 20))
        self.update()

    def set_state(self, playing: bool, panels: frozenset[str]) -> None:
        """Show what is on."""
        self.buttons["play"].setIcon(
            icon("pause" if playing else "play", self._tokens.color("text.primary"), 20)
        )
        for name in ("schedules", "tiles", "network", "landscape"):
            self.buttons[name].setChecked(name in panels)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._tokens.color("border.strong")), 1))
        painter.setBrush(QColor(self._tokens.color("surface.raised")))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 6, 6)
        painter.end()

    @Slot()
    def _on_clicked(self) -> None:
        self.pressed.emit(self.sender().objectName())
