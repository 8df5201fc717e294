"""SpanPanel: the totals of a selected span of time, in a small box that can be copied."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens
from flgui.viewmodel.totals import Total, share_text, short_time, span_text, span_title
from flgui.widgets.buttons import IconButton

__all__ = ["SpanPanel"]

_STYLE: Final = """
QFrame#spanPanel {{ background: {ground}; border: 1px solid {line}; }}
QLabel {{ background: transparent; color: {muted}; }}
QLabel[strong="true"] {{ color: {ink}; }}
"""
_HEADS: Final = ("", "", "busy", "", "idle", "paths waiting")
_TIPS: Final = (
    "",
    "",
    "Time in which its workers compute or send, and its share of the time there is",
    "",
    "Time in which its workers do nothing, up to the plan's end",
    "Time that paths wait for it, summed over the paths",
)
_AIR: Final = 8


class SpanPanel(QFrame):
    """Busy, idle and waiting time of each resource in each plan."""

    closed = Signal()

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("spanPanel")
        self.setAccessibleName("Totals of the selected time")
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._text = ""
        self._title = QLabel(self)
        self._title.setProperty("strong", True)
        self._title.setFont(font(12, 600))
        self._copy = IconButton("copy", "Copy the totals (Ctrl+C)", self)
        self._close = IconButton("x", "Close (Esc)", self)
        self._copy.clicked.connect(self.copy)
        self._close.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.setSpacing(2)
        head.addWidget(self._title, 1)
        for button in (self._copy, self._close):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            head.addWidget(button)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 6, 8)
        column.setSpacing(2)
        column.addLayout(head)
        column.addLayout(self._grid)
        self._labels: list[list[QLabel]] = []
        self.set_theme(tokens)
        self.hide()

    @property
    def text(self) -> str:
        """The totals as they are copied."""
        return self._text

    def set_theme(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self.setStyleSheet(
            _STYLE.format(
                ground=tokens.color("surface.overlay"),
                line=tokens.color("border.strong"),
                muted=tokens.color("text.secondary"),
                ink=tokens.color("text.primary"),
            )
        )
        for button in (self._copy, self._close):
            button.set_theme(tokens)

    def show_totals(self, totals: tuple[Total, ...], span: tuple[float, float]) -> None:
        """Write the totals of a span."""
        length = span[1] - span[0]
        self._text = span_text(totals, *span)
        self._title.setText(span_title(*span))
        rows: list[tuple[str, ...]] = [_HEADS]
        method = ""
        for t in totals:
            name = t.method if t.method != method else ""
            method = t.method
            times = [short_time(s, length) for s in (t.busy_s, t.idle_s, t.waiting_s)]
            rows.append((name, t.name, times[0], share_text(t), times[1], times[2]))
        self._fill(rows)
        self.setAccessibleDescription(self._text)
        self.adjustSize()
        self.show()

    def place(self, span: tuple[int, int], room: QRect) -> None:
        """Stand beside the span, given as its left and right pixel, where there is more room."""
        right, left = room.right() - span[1], span[0] - room.left()
        if right >= self.width() + 2 * _AIR or right >= left:
            x = min(span[1] + _AIR, room.right() - self.width() - 1)
        else:
            x = max(span[0] - _AIR - self.width(), room.left())
        self.move(max(room.left(), x), room.top() + 2)
        self.raise_()

    @Slot()
    def copy(self) -> None:
        """Put the totals on the clipboard."""
        QGuiApplication.clipboard().setText(self._text)

    def _fill(self, rows: list[tuple[str, ...]]) -> None:
        while len(self._labels) < len(rows):
            at = len(self._labels)
            self._labels.append([self._label(at, column) for column in range(len(_HEADS))])
        for at, labels in enumerate(self._labels):
            for column, label in enumerate(labels):
                label.setVisible(at < len(rows))
                label.setText(rows[at][column] if at < len(rows) else "")

    def _label(self, row: int, column: int) -> QLabel:
        label = QLabel(self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        strong = column in (0, 2, 4, 5) and row > 0
        label.setProperty("strong", strong)
        label.setFont(font(11, 600 if strong and column == 0 else 500 if strong else 400))
        if column > 1:
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if row == 0:
            label.setToolTip(_TIPS[column])
        self._grid.addWidget(label, row, column)
        return label
