"""The table under the charts, with two lines of headings and the explanations below."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens
from flgui.viewmodel.sweep_table import SweepTable

__all__ = ["SweepTableView"]

_INSET, _HEAD, _ROW, _NOTE, _PAD = 16, 26, 33, 17, 8
_BETWEEN = 26
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class SweepTableView(QWidget):
    """Painted; Ctrl+C copies it with tabs between the cells."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._table = SweepTable((), (), ())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Crossings, savings and speed-ups")
        self.setToolTip("Ctrl+C copies the table")

    @property
    def table(self) -> SweepTable:
        """What is shown."""
        return self._table

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        self.update()

    def set_table(self, table: SweepTable) -> None:
        """Show another table."""
        if table != self._table:
            self._table = table
            self.setAccessibleDescription(table.as_text())
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """Return the height of all lines."""
        rows, notes = len(self._table.rows), len(self._table.notes)
        return QSize(800, 2 * _HEAD + rows * _ROW + 2 * _PAD + notes * _NOTE)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self._table.as_text())
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint headings, rows and notes."""
        painter, color = QPainter(self), self._tokens.color
        painter.fillRect(self.rect(), QColor(color("surface.panel")))
        painter.fillRect(0, 0, self.width(), 2 * _HEAD, QColor(color("surface.raised")))
        line = QColor(color("border.subtle"))
        painter.fillRect(0, 0, self.width(), 1, QColor(color("border.default")))
        y = 2 * _HEAD
        for _ in range(len(self._table.rows) + 1):
            painter.fillRect(0, y, self.width(), 1, line)
            y += _ROW
        self._paint_cells(painter)
        painter.setPen(QColor(color("text.secondary")))
        painter.setFont(font(self._tokens.size("type.caption.px")))
        y = 2 * _HEAD + len(self._table.rows) * _ROW + _PAD
        for note in self._table.notes:
            box = QRectF(_INSET, y, self.width() - 2 * _INSET, _NOTE)
            shown = QFontMetricsF(painter.font()).elidedText(note, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, _LEFT, shown)
            y += _NOTE
        if self.hasFocus():
            painter.setPen(QColor(color("accent.focus")))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _paint_cells(self, painter: QPainter) -> None:
        color, groups = self._tokens.color, self._table.groups
        room = self.width() - 2 * _INSET - _BETWEEN * (len(groups) - 1)
        whole = sum(sum(group.weights) for group in groups) or 1.0
        size = 13 if room > 1180 else 12
        x, column = float(_INSET), 0
        for group in groups:
            wide = room * sum(group.weights) / whole
            painter.setFont(font(12, 600))
            painter.setPen(QColor(color("text.primary")))
            title = QFontMetricsF(painter.font()).elidedText(
                group.title, Qt.TextElideMode.ElideRight, wide + _BETWEEN
            )
            painter.drawText(QRectF(x, 2, wide + _BETWEEN, _HEAD - 2), _LEFT, title)
            if group.title:
                painter.fillRect(QRectF(x, _HEAD, wide, 1), QColor(color("border.default")))
            left = x
            for k, head in enumerate(group.heads):
                cell = wide * group.weights[k] / sum(group.weights)
                words = not column or head.endswith("plan")
                flag = _LEFT if words else _RIGHT
                inset = 10.0 if words and column else 0.0
                painter.setFont(font(11))
                painter.setPen(QColor(color("text.secondary")))
                painter.drawText(QRectF(left + inset, _HEAD, cell - inset, _HEAD), flag, head)
                strong = bool(group.strong) and group.strong[k]
                painter.setFont(font(11 if words and column else size, 600 if strong else 400))
                painter.setPen(QColor(color("text.secondary" if words and column else "text.primary")))
                metrics = QFontMetricsF(painter.font())
                for r, row in enumerate(self._table.rows):
                    box = QRectF(left + inset, 2 * _HEAD + r * _ROW, cell - inset, _ROW)
                    text = metrics.elidedText(row[column], Qt.TextElideMode.ElideRight, box.width() + 4)
                    painter.drawText(box, flag, text)
                left += cell
                column += 1
            x += wide + _BETWEEN
