"""FindBar: a line to type in, how many there are, and the way from one to the next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens
from flgui.widgets.buttons import IconButton
from flgui.widgets.matches import Matches, find

__all__ = ["FindBar"]


class FindBar(QWidget):
    """Hidden until `begin`; asks for what can be found, and says what is."""

    searched = Signal(str)
    """The words that are looked for; empty for none."""
    found = Signal(object)
    """Matches: after every letter, and with another one looked at."""
    closed = Signal()

    def __init__(self, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._matches = Matches()
        self.line = _Line(self)
        self.line.setPlaceholderText(hint)
        self.line.setAccessibleName(hint)
        self.line.setToolTip(f"{hint}; Enter goes on, Shift+Enter back")
        self.count = QLabel(self)
        self.count.setFont(font(11))
        self.previous = IconButton("prev", "Previous match (Shift+Enter)", self)
        self.next = IconButton("next", "Next match (Enter)", self)
        self.close_button = IconButton("x", "End the search (Esc)", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 3, 4, 3)
        row.setSpacing(2)
        row.addWidget(self.line, 1)
        row.addSpacing(4)
        for part in (self.count, self.previous, self.next, self.close_button):
            row.addWidget(part)
        self.line.textChanged.connect(self.searched)
        self.line.stepped.connect(self.step)
        self.line.left.connect(self.end)
        self.previous.clicked.connect(self._on_previous)
        self.next.clicked.connect(self._on_next)
        self.close_button.clicked.connect(self.end)
        self.hide()

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        for button in (self.previous, self.next, self.close_button):
            button.set_theme(tokens)
        self.update()

    def begin(self) -> None:
        """Show the bar, with the words of before selected."""
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.selectAll()
        self.searched.emit(self.line.text())

    @Slot()
    def end(self) -> None:
        """Hide the bar."""
        if self.isVisible():
            self.hide()
            self.searched.emit("")
            self.closed.emit()

    def search(self, entries: Iterable[tuple[int, Sequence[str]]]) -> None:
        """Find what was typed among (key, words); nothing is found while the bar is hidden."""
        text = self.line.text() if self.isVisible() else ""
        self._show(find(text, entries, self._matches.current))

    @Slot(int)
    def step(self, by: int) -> None:
        """Look at the next match with 1, at the one before with -1."""
        self._show(self._matches.step(by))

    def _show(self, matches: Matches) -> None:
        self._matches = matches
        self._set_count(matches.at + 1, len(matches.keys))
        self.found.emit(matches)

    def _set_count(self, current: int, number: int) -> None:
        """Say which match is looked at, from 1, and how many there are."""
        empty = not self.line.text().strip()
        self.count.setText("" if empty else f"{current} of {number}" if number else "none")
        self.line.setAccessibleDescription(self.count.text())
        for button in (self.previous, self.next):
            button.setEnabled(number > 0)
        bad = not empty and not number
        if bool(self.line.property("invalid")) != bad:
            self.line.setProperty("invalid", bad)
            self.line.style().unpolish(self.line)
            self.line.style().polish(self.line)

    def sizeHint(self) -> QSize:
        """Return the height of a line with buttons."""
        return QSize(300, 34)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground and frame."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._tokens.color("surface.raised")))
        painter.setPen(QColor(self._tokens.color("border.default")))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    @Slot()
    def _on_previous(self) -> None:
        self.step(-1)

    @Slot()
    def _on_next(self) -> None:
        self.step(1)


class _Line(QLineEdit):
    stepped = Signal(int)
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.stepped.emit(-1 if back else 1)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.stepped.emit(-1 if key == Qt.Key.Key_Up else 1)
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
