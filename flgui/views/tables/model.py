"""ArrayTableModel: a Table for Qt. Cells are written when they are shown; nothing is kept per cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QIcon

from flgui.theme.fonts import font
from flgui.viewmodel.table import Table

__all__ = ["SORT_MARKS", "ArrayTableModel", "heading_lines"]

SORT_MARKS = ("\u2009↑", "\u2009↓")
"""Behind the heading of the column that is sorted by, ascending and descending."""

_Index: TypeAlias = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def heading_lines(heading: str, most: int) -> list[str]:
    """Return a heading in at most so many lines: "Device / start, ms", "Device / start / ms", "Sent / kB"."""
    name, _, unit = heading.partition(", ")
    words = [*name.split(" ", 1), *([unit] if unit else [])]
    if most == 1 or len(words) == 1:
        return [heading]
    return words if len(words) <= most else [words[0], ", ".join(words[1:])]


class ArrayTableModel(QAbstractTableModel):
    """Shows a Table in any order of its rows; the order outlives a change of the table."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table = Table(())
        self._order = np.zeros(0, np.int64)
        self._place = np.zeros(0, np.int64)
        self._sorted = (0, False)
        self._swatch: Callable[[int], QIcon | None] | None = None
        self._lines, self._brevity = 1, 0
        self._font = font(12, 400)

    @property
    def table(self) -> Table:
        """What is shown."""
        return self._table

    def set_table(self, table: Table) -> None:
        """Show another table, sorted by the column of the same number.

        A table of the same size with the same headings in the same order is no reason to build all anew.
        """
        before, order = self._table, self._order
        headings = [column.heading for column in table.columns]
        same = len(table) == len(before) and headings == [column.heading for column in before.columns]
        if same:
            self._table = table
            self._arrange()
            if np.array_equal(order, self._order):
                self.update_table(table)
                return
            self._table = before
        self.beginResetModel()
        self._table = table
        self._arrange()
        self.endResetModel()

    def update_table(self, table: Table) -> None:
        """Show other values of a table of the same size; selection and place stay."""
        self._table = table
        if len(table) and table.columns:
            self.dataChanged.emit(self.index(0, 0), self.index(len(table) - 1, len(table.columns) - 1))

    def set_swatch(self, swatch: Callable[[int], QIcon | None] | None) -> None:
        """Show a small picture before the first cell of each row; `swatch` maps a table row to it."""
        self._swatch = swatch
        if len(self._table):
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._table) - 1, 0))

    def set_lines(self, lines: int, brevity: int) -> None:
        """Break headings into up to three lines, and write cells as brief as `Column.text` has them."""
        if (lines, brevity) != (self._lines, self._brevity):
            self._lines, self._brevity = lines, brevity
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, max(0, len(self._table.columns) - 1))
            self.update_table(self._table)

    @property
    def has_swatches(self) -> bool:
        """Whether first cells carry a picture."""
        return self._swatch is not None

    def source_row(self, row: int) -> int:
        """Return the row of the table that is shown in a row."""
        return int(self._order[row])

    def shown_row(self, source: int) -> int:
        """Return where a row of the table is shown."""
        return int(self._place[source])

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        """Rows of the table."""
        return 0 if parent.isValid() else len(self._table)

    def columnCount(self, parent: _Index = _NO_PARENT) -> int:
        """Columns of the table."""
        return 0 if parent.isValid() else len(self._table.columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, side and font of a cell."""
        if not index.isValid():
            return None
        column = self._table.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(int(self._order[index.row()]), self._brevity)
        if role == Qt.ItemDataRole.ToolTipRole:
            whole, shown = (column.text(int(self._order[index.row()]), n) for n in (0, self._brevity))
            return whole if whole != shown else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.numeric else _LEFT
        if role == Qt.ItemDataRole.FontRole:
            return self._font
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0 and self._swatch is not None:
            return self._swatch(int(self._order[index.row()]))
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Heading, its side and its hint."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._table.columns):
            return None
        column = self._table.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            by, descending = self._sorted
            heading = "\n".join(heading_lines(column.heading, self._lines))
            return heading + (SORT_MARKS[descending] if section == by else "")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.numeric else _LEFT
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.hint
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column."""
        self._sorted = (column, order == Qt.SortOrder.DescendingOrder)
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        sources = [int(self._order[index.row()]) for index in before]
        self._arrange()
        after = [
            self.index(int(self._place[source]), index.column())
            for source, index in zip(sources, before, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()
        if self._table.columns:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._table.columns) - 1)

    def _arrange(self) -> None:
        column, descending = self._sorted
        if 0 <= column < len(self._table.columns):
            self._order = self._table.columns[column].order(descending)
        else:
            self._order = np.arange(len(self._table))
        self._place = np.empty_like(self._order)
        self._place[self._order] = np.arange(len(self._order))
