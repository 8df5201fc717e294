"""TableView: a sortable table of which rows can be selected and copied."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens
from flgui.viewmodel.table import Table, to_csv, to_tsv
from flgui.views.tables.model import SORT_MARKS, ArrayTableModel, heading_lines

__all__ = ["TableView"]

_LOOKED_AT = 60
"""Rows that are measured for the width of a column."""
_PADDING = 9
_TIGHT = (
    (1, _PADDING, 0), (2, _PADDING, 1), (2, 6, 1), (2, 4, 1), (3, 6, 1), (3, 4, 1), (3, 4, 2), (3, 3, 2),
)  # fmt: skip
"""Lines of headings, padding of columns and brevity of cells: the first that fits into the width is taken."""
_STYLE = (
    "QTableView::item {{ padding: 0 {cell}px; }} QHeaderView {{ font-size: {label}px; }}"
    "QHeaderView::section {{ padding: 4px {head}px; }}"
)
"""With Qt's own 3 px the padding of cells makes that of headings, so that both end at one line."""
_SWATCH_ROOM = 18
_MOST_AIR = 24


class TableView(QTableView):
    """Rows of an ArrayTableModel; announces the row of the table that the user picked."""

    row_picked = Signal(object)
    """Row of the table, the current one where several are selected; None when the selection was taken back."""
    rows_picked = Signal(object)
    """All rows of the table that are selected, a tuple; the current one is the last."""

    def __init__(self, tokens: Tokens, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = ArrayTableModel(self)
        self._told: tuple[int, ...] = ()
        self._px = tokens.px("type.label.px")
        self._widths: list[dict[tuple[int, int], int]] = []  # by lines of the headings and brevity
        self._padding = 0
        self._room = -1  # width that the columns were spread over
        self._owed: Callable[[], None] | None = None
        self.setModel(self._model)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._pad(_PADDING)
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
        self._told = ()
        self.clearSelection()
        self._model.set_table(table)

    def pick(self, row: int | None) -> None:
        """Select a row of the table, None for none; announces nothing."""
        self.pick_rows(() if row is None else (row,))

    def pick_rows(self, rows: Sequence[int]) -> None:
        """Select rows of the table, the last of which becomes the current one; announces nothing."""
        known = [row for row in rows if 0 <= row < self._model.rowCount()]
        self._told = (*sorted(known[:-1]), *known[-1:])
        if not known:
            self.clearSelection()
            return
        flag = QItemSelectionModel.SelectionFlag
        wanted, last = QItemSelection(), QModelIndex()
        for row in known:
            last = self._model.index(self._model.shown_row(row), 0)
            wanted.select(last, last)
        self.selectionModel().setCurrentIndex(last, flag.NoUpdate)
        self.selectionModel().select(wanted, flag.ClearAndSelect | flag.Rows)
        self.scrollTo(last)

    def fit_columns(self) -> None:
        """Make columns as wide as their headings, with the arrow of sorting, and the first cells need.

        Where the view has no room for that, headings are broken and columns stand closer.
        """
        heads, cells = self.horizontalHeader().fontMetrics(), QFontMetrics(font(12, 400))
        arrow = heads.horizontalAdvance(SORT_MARKS[0])
        rows = range(min(_LOOKED_AT, len(self._model.table)))
        self._widths = []
        for number, column in enumerate(self._model.table.columns):
            widest = {}
            for brevity in (0, 1, 2):
                texts = {column.text(row, brevity) for row in rows}
                texts.update(column.written(value, brevity) for value in column.later)
                most = max(map(len, texts), default=0)  # figures are tabular: the longest are the widest
                if column.numeric:
                    texts = {text for text in texts if len(text) == most}
                widest[brevity] = max(map(cells.horizontalAdvance, texts), default=0)
            swatch = _SWATCH_ROOM if number == 0 and self._model.has_swatches else 0
            self._widths.append({})
            for most, _, brevity in _TIGHT:
                lines = [heads.horizontalAdvance(line) for line in heading_lines(column.heading, most)]
                lines[-1] += arrow
                self._widths[-1][most, brevity] = max(*lines, widest[brevity] + swatch)
        self._spread()

    def _spread(self) -> None:
        """Give the columns their widths, as loosely as the view has room for."""
        before = self.viewport().width()
        self._spread_over(before)
        if self.viewport().width() != before:
            # The padding makes Qt lay the view out anew, and only then does a scroll bar take, or leave, its part.
            self._spread_over(self.viewport().width())

    def _spread_over(self, room: int) -> None:
        self._room = room
        lines, padding, brevity = next(
            ((n, p, b) for n, p, b in _TIGHT if sum(w[n, b] + 2 * p for w in self._widths) <= room),
            _TIGHT[-1],
        )
        self._model.set_lines(lines, brevity)
        self._pad(padding)
        spare = room - sum(w[lines, brevity] + 2 * padding for w in self._widths)
        more = max(0, min(_MOST_AIR, spare // max(1, len(self._widths))))  # else the last column takes it all
        for number, widths in enumerate(self._widths):
            needed = widths[lines, brevity] + 2 * padding + more
            if self.columnWidth(number) != needed:
                self.setColumnWidth(number, needed)

    def _pad(self, padding: int) -> None:
        if padding != self._padding:
            self._padding = padding
            head = padding - 1
            self.setStyleSheet(_STYLE.format(label=self._px, cell=max(0, head - 3), head=head))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the width anew."""
        super().resizeEvent(event)
        if self._widths and self.viewport().width() != self._room:
            self._spread()

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
        picked: tuple[int, ...] = ()
        if rows:
            within = any(index.row() == current.row() for index in rows)
            last = self._model.source_row(current.row() if within else rows[0].row())
            others = {self._model.source_row(index.row()) for index in rows} - {last}
            picked = (*sorted(others), last)
        if picked == self._told:
            return
        moved, self._told = picked[-1:] != self._told[-1:], picked
        if moved:
            self.row_picked.emit(picked[-1] if picked else None)
        self.rows_picked.emit(picked)
