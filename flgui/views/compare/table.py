"""ComparisonTable: a column a pin, a row a property; what differs from the first pin is bold."""

from __future__ import annotations

from typing import Any, TypeAlias

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens
from flgui.viewmodel.pins import Cell, Comparison, ComparisonRow

__all__ = ["ComparisonTable"]

_Index: TypeAlias = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_LABELS = 188
_STYLE = (
    "QTableView::item { padding: 0 5px; }"
    " QHeaderView::section:vertical { padding-left: 16px; } QHeaderView::section:horizontal { padding-left: 8px; }"
)
"""Labels begin at the inset of all panes, cells under their headings (see TableView)."""
_COLUMN = 204
_EMPTY = Comparison((), ())


class ComparisonTable(QTableView):
    """Labels at the left stay while pins scroll sideways; a click on a pin's name opens it."""

    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _Model(self)
        self.setModel(self._model)
        self.setAccessibleName("Pins side by side")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet(_STYLE)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        across, down = self.horizontalHeader(), self.verticalHeader()
        across.setDefaultSectionSize(_COLUMN)
        across.setSectionsClickable(True)
        across.setHighlightSections(False)
        across.setToolTip("A click opens this pin")
        across.sectionClicked.connect(self._on_heading)
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setFixedWidth(_LABELS)
        down.setHighlightSections(False)
        self.setCornerButtonEnabled(False)
        self.doubleClicked.connect(self._on_cell)
        self.set_theme(Tokens.load("light"))

    def set_comparison(self, comparison: Comparison) -> None:
        """Show these pins."""
        self._model.set_comparison(comparison)

    @property
    def height_of_all(self) -> int:
        """Height in which every row is to be seen."""
        return self.horizontalHeader().sizeHint().height() + self.verticalHeader().length() + 2

    def set_theme(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._model.set_tokens(tokens)
        self.verticalHeader().setDefaultSectionSize(tokens.px("size.tableRow"))

    @Slot(int)
    def _on_heading(self, column: int) -> None:
        self.opened.emit(column)

    @Slot(QModelIndex)
    def _on_cell(self, index: QModelIndex) -> None:
        self.opened.emit(index.column())


class _Model(QAbstractTableModel):
    """The comparison for Qt; a group of rows begins with a row of its own."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._shown = _EMPTY
        self._lines: list[ComparisonRow | str] = []
        self._tokens = Tokens.load("light")

    def set_comparison(self, comparison: Comparison) -> None:
        if comparison == self._shown:
            return
        self.beginResetModel()
        self._shown = comparison
        self._lines = []
        for row in comparison.rows:
            if row.head:
                self._lines.append(row.head)
            self._lines.append(row)
        self.endResetModel()

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        if self._lines:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._lines) - 1, self.columnCount() - 1))
            self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, len(self._lines) - 1)

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: _Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._shown.headings)

    def _cell(self, index: _Index) -> Cell | None:
        line = self._lines[index.row()]
        return None if isinstance(line, str) else line.cells[index.column()]

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        cell = self._cell(index)
        if cell is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{cell.text}   {cell.change}" if cell.change else cell.text
        if role == Qt.ItemDataRole.FontRole:
            return font(12, 600 if cell.differs else 400)
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(self._tokens.color("text.primary" if cell.differs else "text.secondary"))
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return "differs from the first pin" if cell.differs else "as the first pin"
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return self._shown.headings[section]
            return font(12, 600) if role == Qt.ItemDataRole.FontRole else None
        line = self._lines[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return line if isinstance(line, str) else f"  {line.label}"
        if role == Qt.ItemDataRole.FontRole:
            return font(12, 600 if isinstance(line, str) else 400)
        if role == Qt.ItemDataRole.ToolTipRole and not isinstance(line, str):
            return line.hint
        return None
