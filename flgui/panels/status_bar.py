"""StatusBar: state of the plan, what is proven, the worker model, and the plan as a command."""

from __future__ import annotations

from typing import Literal, TypeAlias

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from flgui.theme.fonts import font
from flgui.theme.icons import icon
from flgui.theme.tokens import Tokens

__all__ = ["StateKind", "StatusBar"]

StateKind: TypeAlias = Literal["ready", "busy", "error"]
_DOTS: dict[StateKind, str] = {"ready": "status.success", "busy": "status.info", "error": "status.error"}


class StatusBar(QWidget):
    """One line of facts; the command at the right is copied by a click."""

    copy_requested = Signal(str)
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._kind: StateKind = "ready"
        self._command = ""
        self._plan: tuple[StateKind, str, str, str] = ("ready", "", "", "")
        self._covered = False
        self.state = self._text(600)
        self.state.setObjectName("statusState")
        self.proof = self._text(400)
        self.stop = QPushButton("Stop", self)
        self.stop.setObjectName("statusStop")
        self.stop.setToolTip("End the search with the best plan so far")
        self.stop.clicked.connect(self.stop_requested)
        self.stop.hide()
        self.workers = self._menu_button("Worker model")
        self.command = _CommandButton(self)
        self.command.clicked.connect(self._on_copy)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(30, 0, 12, 0)
        layout.setSpacing(20)
        layout.addWidget(self.state)
        layout.addWidget(self.proof)
        layout.addWidget(self.stop)
        layout.addWidget(self.workers)
        layout.addWidget(self.command, 1)
        self.setFixedHeight(self._tokens.px("size.statusBar"))

    @property
    def command_text(self) -> str:
        """The command that is shown."""
        return self._command

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        self.command.set_theme(tokens)
        self.update()

    def set_state(self, kind: StateKind, text: str) -> None:
        """Show a dot and a word."""
        self._set_plan(kind, text, *self._plan[2:])

    def set_proof(self, text: str) -> None:
        """Say what is proven, or how far the search is."""
        self._set_plan(*self._plan[:2], text, self._plan[3])

    def cover(self, kind: StateKind, state: str, proof: str, command: str) -> None:
        """Show these facts of another workspace in place of the plan's, until `uncover`."""
        self._covered = True
        self._show(kind, state, proof, command)

    def uncover(self) -> None:
        """Show the plan's facts again."""
        self._covered = False
        self._show(*self._plan)

    def _set_plan(self, kind: StateKind, state: str, proof: str, command: str) -> None:
        self._plan = (kind, state, proof, command)
        if not self._covered:
            self._show(*self._plan)

    def _show(self, kind: StateKind, state: str, proof: str, command: str) -> None:
        if (kind, state, proof) != (self._kind, self.state.text(), self.proof.text()):
            self._kind = kind
            self.state.setText(state)
            self.proof.setText(proof)
            self.update()
        if command != self._command:
            self._command = command
            self.command.set_command(command)

    def set_stoppable(self, stoppable: bool) -> None:
        """Offer to stop the running search."""
        self.stop.setVisible(stoppable)

    def set_workers(self, text: str, menu: QMenu) -> None:
        """Name the worker model; a click opens the menu that changes it."""
        if text != self.workers.text() or menu is not self.workers.menu():
            self.workers.setText(text)
            self.workers.setMenu(menu)
            self.update()

    def set_command(self, command: str) -> None:
        """Show the command that computes the same plans."""
        self._set_plan(*self._plan[:3], command)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, dot and the lines between the facts."""
        tokens = self._tokens
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.color("surface.raised")))
        line = QColor(tokens.color("border.default"))
        painter.fillRect(0, 0, self.width(), 1, line)
        for part in (self.proof, self.workers):
            if part.isVisible() and part.text():
                painter.fillRect(part.x() - 10, 6, 1, self.height() - 12, line)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.color(_DOTS[self._kind])))
        painter.drawEllipse(16, self.height() // 2 - 4, 8, 8)
        painter.end()

    @Slot()
    def _on_copy(self) -> None:
        self.copy_requested.emit(self._command)

    def _text(self, weight: int) -> QLabel:
        label = QLabel(self)
        label.setFont(font(self._tokens.size("type.caption.px"), weight))
        return label

    def _menu_button(self, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName("statusButton")
        button.setAccessibleName(name)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFont(font(self._tokens.size("type.caption.px")))
        button.setToolTip("Worker presets")
        return button


class _CommandButton(QToolButton):
    """The command in the mono font at the right, shortened at its end when there is no room."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("statusCommand")
        self.setFont(font(Tokens.load("light").size("type.caption.px"), 400, mono=True))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._tokens = Tokens.load("light")
        self._command = ""
        self.setAccessibleName("Copy the flplan command")

    def set_theme(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.update()

    def set_command(self, command: str) -> None:
        self._command = command
        self.setAccessibleDescription(command)
        self.setToolTip(f"Copy: {command}")
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        hot = self.underMouse() or self.hasFocus()
        color = self._tokens.color("accent.text" if hot else "text.secondary")
        painter.setFont(self.font())
        painter.setPen(QColor(color))
        room = self.width() - 24
        text = QFontMetrics(self.font()).elidedText(self._command, Qt.TextElideMode.ElideRight, room)
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect().adjusted(0, 0, -22, 0), flags, text)
        icon("copy", color, 14).paint(painter, self.width() - 16, (self.height() - 14) // 2, 14, 14)
        painter.end()
