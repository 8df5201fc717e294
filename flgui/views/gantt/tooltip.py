"""BarTooltip: the box beside the pointer that says what a bar is."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens
from flgui.viewmodel.gantt_text import BarText

__all__ = ["BarTooltip"]

_STYLE: Final = """
QFrame#barTooltip {{ background: {ground}; border: none; }}
QLabel {{ background: transparent; color: {muted}; font-size: 11px; }}
QLabel#title {{ color: {ink}; font-size: 12px; }}
QLabel#figure {{ color: {ink}; font-size: 11px; }}
"""
_OFFSET: Final = 6


class BarTooltip(QFrame):
    """A window of its own; the view places it so that it never covers what it speaks of."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.ToolTip | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("barTooltip")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(10, 8, 10, 8)
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(3)
        self._title = QLabel(self)
        self._title.setObjectName("title")
        self._title.setFont(font(12, 600))
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._grid.addWidget(self._title, 0, 0, 1, 2)
        self._lines: list[tuple[QLabel, QLabel]] = []
        self._text: BarText | None = None

    @property
    def text(self) -> BarText | None:
        """What is shown, None while hidden."""
        return self._text if self.isVisible() else None

    def set_theme(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self.setStyleSheet(
            _STYLE.format(
                ground=tokens.color("surface.tooltip"),
                ink=tokens.color("text.onTooltip"),
                muted=tokens.color("text.onTooltipMuted"),
            )
        )

    def show_text(self, text: BarText, x: int, below: int, above: int, screen: QRect) -> None:
        """Show `text` with its left edge near `x`, its top under `below`, or its bottom over `above`.

        All in global pixels. It stands above only where the screen ends.
        """
        if text != self._text:
            self._text = text
            self._fill(text)
        self.adjustSize()
        left = max(screen.left(), min(x, screen.right() - self.width()))
        top = below + _OFFSET
        if top + self.height() > screen.bottom() and above - _OFFSET - self.height() >= screen.top():
            top = above - _OFFSET - self.height()
        self.move(QPoint(left, top))
        self.show()

    def _fill(self, text: BarText) -> None:
        self._title.setText(text.title)
        while len(self._lines) < len(text.lines):
            self._lines.append(self._new_line(len(self._lines) + 1))
        for i, (words, figure) in enumerate(self._lines):
            used = i < len(text.lines)
            words.setVisible(used)
            figure.setVisible(used)
            if used:
                words.setText(text.lines[i][0])
                figure.setText(text.lines[i][1])

    def _new_line(self, row: int) -> tuple[QLabel, QLabel]:
        words, figure = QLabel(self), QLabel(self)
        figure.setObjectName("figure")
        words.setFont(font(11, 400))
        figure.setFont(font(11, 500))
        for label in (words, figure):
            label.setTextFormat(Qt.TextFormat.PlainText)
        figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(words, row, 0)
        self._grid.addWidget(figure, row, 1)
        return words, figure
