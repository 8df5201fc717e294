"""TableView: a sortable table of which rows can be selected and copied."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPaintEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens
from flgui.viewmodel.table import Table, to_csv, to_tsv
from flgui.views.tables.model import SORT_MARKS, ArrayTableModel

__all__ = ["TableView"]

_LOOKED_AT = 60
"""Rows that are measured for the width of a column."""
_PADDING = 9
_STYLE = "QTableView::item {{ padding: 0 5px; }} QHeaderView {{ font-size: {label}px; }}"
"""With Qt's own 3 px the padding makes the 8 px that headings have, so that both end at one line."""
_SWATCH_ROOM = 18


class TableView(QTableView):
    """Rows of an ArrayTableModel; announces the row of the table that the user picked."""

    row_picked = Signal(object)
    """Row of the table, or None when the selection was taken back."""

    def __init__(self, tokens: Tokens, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = ArrayTableModel(self)
        self._told: int | None = None
        self._owed: Callable[[], None] | None = None
        self.setModel(self._model)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet(_STYLE.format(label=tokens.px("type.label.px")))
        self.setIconSize(QSize(10, 10))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(tokens.px("size.tableRow"))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setSortIndicator(0, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        header.setSortIndicatorShown(False)  # drawn over right-aligned headings; the model writes an arrow
        self.setCornerWidget(QWidget(self))
        self._add_actions()
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)

    @property
    def array_model(self) -> ArrayTableModel:
        """The model, as it would be seen now."""
        self.settle()
        return self._model

    def write_when_seen(self, write: Callable[[], None]) -> None:
        """Let `write` fill the table: at once where it is seen, else when somebody looks; the last one counts."""
        self._owed = write
        if self.isVisible():
            self.settle()

    @property
    def owes(self) -> bool:
        """Whether something is still to be written."""
        return self._owed is not None

    def settle(self) -> None:
        """Write what is still to be written."""
        write, self._owed = self._owed, None
        if write is not None:
            write()

    def showEvent(self, event: QShowEvent) -> None:
        """Write what was set meanwhile."""
        self.settle()
        super().showEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write what was set meanwhile, when a picture is taken of a hidden table."""
        self.settle()
        super().paintEvent(event)

    def set_theme(self, tokens: Tokens) -> None:
        """Take row height and, through the style sheet, the colours of a theme."""
        self.verticalHeader().setDefaultSectionSize(tokens.px("size.tableRow"))
        self.viewport().update()

    def set_table(self, table: Table) -> None:
        """Show another table, with nothing selected."""
        self._told = None
        self.clearSelection()
        self._model.set_table(table)

    def pick(self, row: int | None) -> None:
        """Select a row of the table, None for none; announces nothing."""
        known = row is not None and 0 <= row < self._model.rowCount()
        self._told = row if known else None
        if row is None or not known:
            self.clearSelection()
            return
        index = self._model.index(self._model.shown_row(row), 0)
        flag = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(index, flag.ClearAndSelect | flag.Rows)
        self.scrollTo(index)

    def fit_columns(self) -> None:
        """Make columns as wide as their headings, with the arrow of sorting, and the first cells need."""
        heads, cells = self.horizontalHeader().fontMetrics(), QFontMetrics(font(12, 400))
        arrow = heads.horizontalAdvance(SORT_MARKS[0])
        rows = range(min(_LOOKED_AT, len(self._model.table)))
        for number, column in enumerate(self._model.table.columns):
            texts = {column.text(row) for row in rows}
            most = max(map(len, texts), default=0)  # figures are tabular: the longest are the widest
            if column.numeric:
                texts = {text for text in texts if len(text) == most}
            widest = max(map(cells.horizontalAdvance, texts), default=0)
            swatch = _SWATCH_ROOM if number == 0 and self._model.has_swatches else 0
            needed = max(heads.horizontalAdvance(column.heading) + arrow, widest + swatch)
            if self.columnWidth(number) != needed + 2 * _PADDING:
                self.setColumnWidth(number, needed + 2 * _PADDING)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes the selection back."""
        if event.key() == Qt.Key.Key_Escape and self.selectionModel().hasSelection():
            self.clearSelection()
        else:
            super().keyPressEvent(event)

    def _add_actions(self) -> None:
        copy = QAction("Copy", self)
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copy.triggered.connect(self.copy)
        csv = QAction("Copy as CSV", self)
        csv.triggered.connect(self.copy_csv)
        for action in (copy, csv):
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            self.addAction(action)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def _chosen(self) -> list[int]:
        """Rows of the table that are selected, in the order shown; all when none is."""
        shown = sorted(index.row() for index in self.selectionModel().selectedRows())
        rows = shown or range(self._model.rowCount())
        return [self._model.source_row(row) for row in rows]

    @Slot()
    def copy(self) -> None:
        """Put the selected rows, or all, on the clipboard as they are shown."""
        QGuiApplication.clipboard().setText(to_tsv(self._model.table, self._chosen()))

    @Slot()
    def copy_csv(self) -> None:
        """Put the selected rows, or all, on the clipboard as CSV with full precision."""
        QGuiApplication.clipboard().setText(to_csv(self._model.table, self._chosen()))

    @Slot(QItemSelection, QItemSelection)
    def _on_selection_changed(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        rows = self.selectionModel().selectedRows()
        current = self.currentIndex()
        picked = None
        if rows:
            within = any(index.row() == current.row() for index in rows)
            picked = self._model.source_row(current.row() if within else rows[0].row())
        if picked != self._told:
            self._told = picked
            self.row_picked.emit(picked)
