"""CommandPalette: type a few letters, run what they mean; for the keyboard alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from flgui.theme.devices import device_ratio
from flgui.theme.fonts import font
from flgui.theme.icons import pixmap
from flgui.theme.tokens import Tokens
from flgui.viewmodel.commands import Command, Found, find

__all__ = ["CommandPalette"]

_ROW = 28
_ROWS = 12
_WIDTH = 600
_INSET = 12
_DATA = Qt.ItemDataRole.UserRole
_MOVES = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: _ROWS - 1,
    Qt.Key.Key_PageUp: 1 - _ROWS,
}


class CommandPalette(QFrame):
    """A field and the list of what it means, over the window; closes when the focus goes elsewhere."""

    chosen = Signal(int)
    """Place of the command that is to be run, in the list that was handed over."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setObjectName("palette")
        self.setAccessibleName("Find or run")
        self._commands: Sequence[Command] = ()
        self._before: QWidget | None = None
        self.field = QLineEdit(self)
        self.field.setPlaceholderText("Find or run: an action, a network, a layer, a path")
        self.field.setAccessibleName("Find or run")
        self.field.textEdited.connect(self._refresh)
        self.field.installEventFilter(self)
        self.list = QListWidget(self)
        self.list.setAccessibleName("What was found")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._rows = _Rows(self.list)
        self.list.setItemDelegate(self._rows)
        self.list.itemClicked.connect(self._on_clicked)
        self.nothing = QLabel("Nothing has this name.", self)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(1, 8, 1, 1)
        column.setSpacing(8)
        field_row = QVBoxLayout()
        field_row.setContentsMargins(8, 0, 8, 0)
        field_row.addWidget(self.field)
        column.addLayout(field_row)
        column.addWidget(self.list)
        column.addWidget(self.nothing)
        self.hide()

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._rows.tokens = tokens
        self.list.viewport().update()

    def open(self, commands: Sequence[Command], top: int) -> None:
        """Show the palette over its parent, `top` pixels below the parent's upper edge, with nothing typed."""
        self._commands = commands
        if not self.isVisible():
            self._before = QApplication.focusWidget()
        self.field.clear()
        parent = self._over
        width = min(_WIDTH, parent.width() - 32)
        self.setGeometry((parent.width() - width) // 2, top, width, 0)
        self._refresh()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def _refresh(self) -> None:
        self.list.clear()
        for found in find(self._commands, self.field.text()):
            command = self._commands[found.place]
            item = QListWidgetItem(f"{command.title}, {command.where} {command.keys}".strip(), self.list)
            item.setData(_DATA, (command, found))
            if not command.enabled:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
        rows = self.list.count()
        self.list.setCurrentRow(0 if rows else -1)
        self.list.setVisible(rows > 0)
        self.nothing.setVisible(rows == 0)
        self.list.setFixedHeight(_ROW * min(rows, _ROWS) + 8)
        self.nothing.setFixedHeight(2 * _ROW)
        self._column.activate()
        self.resize(self.width(), self._column.totalSizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows move in the list while the letters go into the field."""
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self._close(back=False)
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._press(event)
        return super().eventFilter(watched, event)

    def _press(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self._close(back=True)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self.list.currentItem())
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            return True  # there is one field; Esc leaves
        elif key in _MOVES:
            step, last = _MOVES[key], self.list.count() - 1
            row = self.list.currentRow() + step
            wrapped = 0 if row > last else last
            inside = 0 <= row <= last
            self.list.setCurrentRow(
                row if inside else (wrapped if abs(step) == 1 else min(max(row, 0), last))
            )
        else:
            return False
        return True

    @Slot(QListWidgetItem)
    def _on_clicked(self, item: QListWidgetItem) -> None:
        self._run(item)

    def _run(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        command, found = item.data(_DATA)
        if command.enabled:
            self._close(back=True)
            self.chosen.emit(found.place)

    def _close(self, back: bool) -> None:
        """Go, and give the focus `back` to whoever had it."""
        self.hide()
        if back and self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self._before = None


class _Rows(QStyledItemDelegate):
    """Paints a title with its typed letters in bold, where it is, and its keys."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.tokens = Tokens.load("light")

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(100, _ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        command, found = index.data(_DATA)
        tokens, box = self.tokens, QRect(option.rect)
        view = self.parent()
        assert isinstance(view, QListWidget)
        if index.row() == view.currentRow():
            painter.fillRect(box, QColor(tokens.color("accent.subtle")))
            painter.fillRect(box.left(), box.top(), 2, box.height(), QColor(tokens.color("accent.base")))
        box.adjust(_INSET, 0, -_INSET, 0)
        quiet = tokens.color("text.tertiary" if command.enabled else "text.disabled")
        right = box.right()
        if command.keys:
            right -= self._write_right(painter, box, command.keys, quiet)
        if command.checked:
            mark = pixmap("check", tokens.color("text.secondary"), 12, device_ratio(painter))
            painter.drawPixmap(right - 12, box.center().y() - 6, mark)
            right -= 20
        box.setRight(right - 8)
        self._write_title(painter, box, command, found, quiet)

    def _write_title(self, painter: QPainter, box: QRect, command: Command, found: Found, quiet: str) -> None:
        ink = self.tokens.color("text.primary" if command.enabled else "text.disabled")
        painter.setPen(QColor(ink))
        x, spots = box.left(), set(found.spots)
        for typed, letters in groupby(range(len(command.title)), spots.__contains__):
            run = "".join(command.title[at] for at in letters)
            face = _face(13, 600 if typed else 400)
            painter.setFont(face)
            step = QFontMetrics(face).horizontalAdvance(run)
            if x + step > box.right():
                return
            painter.drawText(QRect(x, box.top(), step + 2, box.height()), int(_LEFT), run)
            x += step
        painter.setFont(_face(11, 400))
        painter.setPen(QColor(quiet))
        place = QRect(x + 10, box.top() + 1, max(0, box.right() - x - 10), box.height())
        where = QFontMetrics(_face(11, 400)).elidedText(
            command.where, Qt.TextElideMode.ElideRight, place.width()
        )
        painter.drawText(place, int(_LEFT), where)

    def _write_right(self, painter: QPainter, box: QRect, text: str, color: str) -> int:
        face = _face(11, 500)
        painter.setFont(face)
        painter.setPen(QColor(color))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), text)
        return QFontMetrics(face).horizontalAdvance(text) + 8


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def _face(px: int, weight: int) -> QFont:
    return font(px, weight)
