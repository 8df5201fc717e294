"""EditorProblems: every node that cannot be formed, what waits for it, and what solves it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from flgui.theme.fonts import font
from flgui.theme.icons import pixmap
from flgui.theme.tokens import Tokens
from flgui.viewmodel.editor import ProblemRow

__all__ = ["EditorProblems"]

_ROW = 27
_INSET = 16
_NAME = 40
_TEXT = 150


class EditorProblems(QWidget):
    """Rows; a click selects the node, the words at the right end are a button."""

    node_chosen = Signal(int)
    fix_chosen = Signal(object)
    """The Fix of the row."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._rows: tuple[ProblemRow, ...] = ()
        self._empty = ""
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Problems")

    @property
    def rows(self) -> tuple[ProblemRow, ...]:
        """What is listed."""
        return self._rows

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        self.update()

    def set_rows(self, rows: Sequence[ProblemRow], empty: str) -> None:
        """List problems; with none, say `empty`."""
        self._rows, self._empty = tuple(rows), empty
        self._current = min(self._current, max(0, len(self._rows) - 1))
        self.setMinimumHeight(max(1, len(self._rows)) * _ROW + 8)
        self.setAccessibleDescription("; ".join(f"{r.name} {r.text}".strip() for r in rows) or empty)
        self.update()

    def fix_box(self, row: int) -> QRectF:
        """Return where the button of a row is."""
        fix = self._rows[row].fix
        words = fix.text if fix is not None else ""
        wide = QFontMetricsF(font(12, 500)).horizontalAdvance(words)
        return QRectF(self.width() - _INSET - wide, 4 + row * _ROW, wide, _ROW)

    def sizeHint(self) -> QSize:
        """Return the height of a few rows."""
        return QSize(500, 4 * _ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows."""
        tokens = self._tokens
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.color("surface.panel")))
        if not self._rows:
            self._write(painter, QRectF(_INSET, 4, self.width(), _ROW), self._empty, "text.secondary", 400)
        for number, row in enumerate(self._rows):
            top = 4 + number * _ROW
            if number == self._current and row.kind == "error":
                painter.fillRect(QRectF(0, top, self.width(), _ROW), QColor(tokens.color("surface.hover")))
                if self.hasFocus():
                    painter.fillRect(QRectF(0, top, 2, _ROW), QColor(tokens.color("accent.focus")))
            if row.kind == "note":
                self._write(
                    painter, QRectF(_NAME, top, self.width(), _ROW), row.text, "text.tertiary", 400, 11
                )
                continue
            mark, color = ("error", "status.error") if row.kind == "error" else ("lock", "text.tertiary")
            image = pixmap(mark, tokens.color(color), 16, self.devicePixelRatioF())
            painter.drawPixmap(_INSET, top + 6, image)
            weight = 600 if row.kind == "error" else 400
            used = QFontMetricsF(font(12, weight)).horizontalAdvance(row.name)
            left = max(_TEXT, _NAME + used + 16)
            self._write(painter, QRectF(_NAME, top, left - _NAME, _ROW), row.name, "text.primary", weight)
            end = self.fix_box(number).left() - 16
            self._write(
                painter,
                QRectF(left, top, end - left, _ROW),
                row.text,
                "text.primary" if row.kind == "error" else "text.secondary",
                400,
            )
            if row.fix is not None:
                self._write(painter, self.fix_box(number), row.fix.text, "accent.text", 500)
        painter.end()

    def _write(
        self, painter: QPainter, box: QRectF, text: str, color: str, weight: int, px: int = 12
    ) -> None:
        used = font(px, weight)
        painter.setFont(used)
        painter.setPen(QColor(self._tokens.color(color)))
        shown = QFontMetricsF(used).elidedText(text, Qt.TextElideMode.ElideRight, box.width() + 1)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, shown)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show what can be clicked, and the whole of a line that is cut."""
        row = self._row_at(event.position().y())
        hand = row is not None and self._rows[row].node is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor)
        self.setToolTip(f"{self._rows[row].name} {self._rows[row].text}" if row is not None else "")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Solve, or select the node."""
        row = self._row_at(event.position().y())
        if row is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self._current = row
        self.update()
        if self._rows[row].fix is not None and self.fix_box(row).contains(event.position()):
            self.fix_chosen.emit(self._rows[row].fix)
        elif self._rows[row].node is not None:
            self.node_chosen.emit(self._rows[row].node)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down go through the rows, Enter solves, Space goes to the node."""
        key = Qt.Key(event.key())
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(key)
        row = self._rows[self._current] if self._rows else None
        if step is not None and self._rows:
            self._current = min(max(self._current + step, 0), len(self._rows) - 1)
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and row is not None and row.fix is not None:
            self.fix_chosen.emit(row.fix)
        elif key == Qt.Key.Key_Space and row is not None and row.node is not None:
            self.node_chosen.emit(row.node)
        else:
            super().keyPressEvent(event)

    def _row_at(self, y: float) -> int | None:
        row = int((y - 4) // _ROW)
        return row if 0 <= row < len(self._rows) else None
