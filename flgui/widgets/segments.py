"""Segments: a few words side by side of which one is on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens

__all__ = ["Segments"]

_PAD = 12
_EDGE = 2


class Segments(QWidget):
    """A switch between words; arrow keys go from one to the next."""

    chosen = Signal(str)
    """The word that the user put on; it is shown already."""

    def __init__(self, words: Sequence[str], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._words = tuple(words)
        self._current = self._words[0]
        self.setAccessibleName(name)
        self.setAccessibleDescription(self._current)
        self.setToolTip(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def words(self) -> tuple[str, ...]:
        """All words."""
        return self._words

    @property
    def current(self) -> str:
        """The word that is on."""
        return self._current

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        self.update()

    def set_current(self, word: str) -> None:
        """Put a word on, or with "" none, without telling anyone."""
        if word in (*self._words, "") and word != self._current:
            self._current = word
            self.setAccessibleDescription(word)
            self.update()

    def box(self, word: str) -> QRectF:
        """Return where a word's segment is."""
        x = float(_EDGE)
        for other, width in zip(self._words, self._widths(), strict=True):
            if other == word:
                return QRectF(x, _EDGE, width, self.height() - 2 * _EDGE)
            x += width
        raise KeyError(word)

    def sizeHint(self) -> QSize:
        """Return the size of all words."""
        return QSize(sum(self._widths()) + 2 * _EDGE, self._tokens.px("size.controlCompact") + 2)

    def _widths(self) -> list[int]:
        used = QFontMetricsF(font(self._tokens.size("type.label.px"), 500))
        return [round(used.horizontalAdvance(word)) + 2 * _PAD for word in self._words]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the trough and the words."""
        painter, color = QPainter(self), self._tokens.color
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = self.hasFocus()
        from_edge = 1.0 if focused else 0.5
        painter.setPen(QColor(color("accent.focus")) if focused else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(color("surface.pressed")))
        whole = QRectF(self.rect()).adjusted(from_edge, from_edge, -from_edge, -from_edge)
        painter.drawRoundedRect(whole, 5, 5)
        for word in self._words:
            box, on = self.box(word), word == self._current
            if on:
                painter.setPen(QColor(color("border.default")))
                painter.setBrush(QColor(color("surface.panel")))
                painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
            painter.setPen(QColor(color("text.primary" if on else "text.secondary")))
            painter.setFont(font(self._tokens.size("type.label.px"), 500 if on else 400))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, word)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Put on the word under the pointer."""
        for word in self._words:
            if event.button() == Qt.MouseButton.LeftButton and self.box(word).contains(event.position()):
                self._put_on(word)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the next word or the one before."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        at = self._words.index(self._current) + step if self._current else 0
        self._put_on(self._words[min(max(at, 0), len(self._words) - 1)])

    def _put_on(self, word: str) -> None:
        if word != self._current:
            self.set_current(word)
            self.chosen.emit(word)
