"""PinsList: the pinned scenarios, one line each; names and sentences are edited in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from flgui.theme.fonts import font
from flgui.theme.icons import icon
from flgui.theme.tokens import Tokens
from flgui.viewmodel.pins import PinRow
from flgui.widgets.buttons import IconButton

__all__ = ["PinsList"]

_Index: TypeAlias = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_NAME, _NOTE = 0, 5
_HEADINGS = ("Name", "NFL", "MW", "BF", "Speed-up", "Sentence")
_NUMBERS = range(1, 5)
_WIDTHS = (196, 84, 84, 84, 82)
_EMPTY = "No scenario is pinned yet. A pin keeps scenario and plans, to compare them and to present them."


class PinsList(QWidget):
    """A line a pin. A click opens it, F2 or a double click edits its name or its sentence."""

    opened = Signal(int)
    renamed = Signal(int, str)
    annotated = Signal(int, str)
    deleted = Signal(int)
    moved = Signal(int, int)
    """Index of a pin, and the one that it gets."""
    wanted = Signal()
    """The scenario as it stands should be pinned."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._model = _PinsModel(self)
        self._model.name_edited.connect(self.renamed)
        self._model.note_edited.connect(self.annotated)
        self.table = self._build_table()
        self.pin_button = QPushButton("Pin this scenario")
        self.pin_button.clicked.connect(self.wanted)
        self._words = QLabel(_EMPTY)
        self._words.setObjectName("messageText")
        self._words.setWordWrap(True)
        empty = QWidget()
        page = QVBoxLayout(empty)
        page.setContentsMargins(8, 12, 16, 12)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._words, 1)
        row.addWidget(self.pin_button)
        page.addLayout(row)
        page.addStretch(1)
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 0, 0, 0)
        column.addWidget(self._stack)
        self.aside = self._build_aside()
        self._show_aside()

    @property
    def current(self) -> int | None:
        """Index of the line that the keyboard is on."""
        row = self.table.currentIndex().row()
        return row if row >= 0 else None

    def set_pins(self, rows: Sequence[PinRow]) -> None:
        """Show these pins; the line that the keyboard is on stays, as far as there is one."""
        row = self.current
        self._model.set_rows(tuple(rows))
        self._stack.setCurrentIndex(1 if rows else 0)
        if rows and row is not None:
            self.set_current(min(row, len(rows) - 1))
        self._show_aside()

    def set_current(self, index: int) -> None:
        """Put the keyboard on a line; opens nothing."""
        if 0 <= index < self._model.rowCount():
            self.table.setCurrentIndex(self._model.index(index, max(0, self.table.currentIndex().column())))
            self._show_aside()

    def set_open(self, index: int | None) -> None:
        """Mark the pin whose scenario is the one in the window."""
        self._model.set_open(index)

    def set_can_pin(self, can: bool) -> None:
        """Say whether there is a scenario with plans."""
        self.pin_button.setEnabled(can)
        self._add.setEnabled(can)

    def set_theme(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.table.verticalHeader().setDefaultSectionSize(tokens.px("size.tableRow"))
        self._model.set_mark(icon("pin", tokens.color("accent.text")))
        for button in (self._add, self._up, self._down, self._delete):
            button.set_theme(tokens)

    def _build_table(self) -> _Table:
        table = _Table(self)
        table.setModel(self._model)
        table.setAccessibleName("Pins")
        table.clicked.connect(self._on_clicked)
        table.entered_row.connect(self.opened)
        table.selectionModel().currentChanged.connect(self._show_aside)
        for number, width in enumerate(_WIDTHS):
            table.setColumnWidth(number, width)
        for text, keys, slot in (
            ("Open this pin", "", self._on_open),
            ("Rename", "", self._on_rename),
            ("Edit the sentence", "", self._on_annotate),
            ("Move up", "Alt+Up", self._on_up),
            ("Move down", "Alt+Down", self._on_down),
            ("Delete", "Del", self._on_delete),
        ):
            action = QAction(text, table)
            if keys:
                action.setShortcut(QKeySequence(keys))
                action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(slot)
            table.addAction(action)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        return table

    def _build_aside(self) -> QWidget:
        self._add = IconButton("plus", "Pin this scenario")
        self._up = IconButton("chevu", "Move the pin up (Alt+Up)")
        self._down = IconButton("chev", "Move the pin down (Alt+Down)")
        self._delete = IconButton("x", "Delete the pin (Del)")
        self._add.clicked.connect(self.wanted)
        self._up.clicked.connect(self._on_up)
        self._down.clicked.connect(self._on_down)
        self._delete.clicked.connect(self._on_delete)
        aside = QWidget()
        row = QHBoxLayout(aside)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for button in (self._add, self._up, self._down, self._delete):
            row.addWidget(button)
        return aside

    @Slot()
    def _show_aside(self) -> None:
        index, count = self.current, self._model.rowCount()
        self._up.setEnabled(index is not None and index > 0)
        self._down.setEnabled(index is not None and index < count - 1)
        self._delete.setEnabled(index is not None and count > 0)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self.opened.emit(index.row())

    @Slot()
    def _on_open(self) -> None:
        if self.current is not None:
            self.opened.emit(self.current)

    @Slot()
    def _on_rename(self) -> None:
        self._edit(_NAME)

    @Slot()
    def _on_annotate(self) -> None:
        self._edit(_NOTE)

    def _edit(self, column: int) -> None:
        if self.current is not None:
            index = self._model.index(self.current, column)
            self.table.setCurrentIndex(index)
            self.table.edit(index)

    @Slot()
    def _on_up(self) -> None:
        self._move(-1)

    @Slot()
    def _on_down(self) -> None:
        self._move(1)

    def _move(self, by: int) -> None:
        index = self.current
        if index is not None and 0 <= index + by < self._model.rowCount():
            self.moved.emit(index, index + by)
            self.set_current(index + by)

    @Slot()
    def _on_delete(self) -> None:
        if self.current is not None:
            self.deleted.emit(self.current)


class _Table(QTableView):
    """The table; Enter opens a pin."""

    entered_row = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        tokens = Tokens.load("light")
        trigger = QAbstractItemView.EditTrigger
        self.setEditTriggers(trigger.DoubleClicked | trigger.EditKeyPressed)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFont(font(12, 400))
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(tokens.px("size.tableRow"))
        header = self.horizontalHeader()
        header.setFont(font(12, 400))
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the pin of the line."""
        editing = self.state() == QAbstractItemView.State.EditingState
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not editing:
            if self.currentIndex().isValid():
                self.entered_row.emit(self.currentIndex().row())
            return
        super().keyPressEvent(event)


class _PinsModel(QAbstractTableModel):
    """The lines for Qt; an edit is announced, and comes back as other lines or not at all."""

    name_edited = Signal(int, str)
    note_edited = Signal(int, str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: tuple[PinRow, ...] = ()
        self._open: int | None = None
        self._mark = icon("pin", Tokens.load("light").color("accent.text"))
        self._blank = QPixmap(16, 16)
        self._blank.fill(Qt.GlobalColor.transparent)

    def set_rows(self, rows: tuple[PinRow, ...]) -> None:
        if rows != self._rows:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def set_open(self, index: int | None) -> None:
        if index != self._open:
            self._open = index
            self._refresh()

    def set_mark(self, mark: Any) -> None:
        self._mark = mark
        self._refresh()

    def _refresh(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, 0))

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(_HEADINGS)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        usual = super().flags(index)
        return usual | Qt.ItemFlag.ItemIsEditable if index.column() in (_NAME, _NOTE) else usual

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, at = self._rows[index.row()], index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return (row.name, row.nfl, row.mw, row.bf, row.gain, row.note)[at]
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.note if at == _NOTE else f"{row.network}\n{row.system}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if at in _NUMBERS else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.FontRole:
            return font(12, 600 if index.row() == self._open and at == _NAME else 400)
        if role == Qt.ItemDataRole.DecorationRole and at == _NAME:
            return self._mark if index.row() == self._open else self._blank  # names stand below one another
        return None

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        text, row = str(value).strip(), self._rows[index.row()]
        if index.column() == _NAME and text and text != row.name:
            self.name_edited.emit(index.row(), text)
        elif index.column() == _NOTE and text != row.note:
            self.note_edited.emit(index.row(), text)
        return False

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _HEADINGS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section in _NUMBERS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None
