"""The sheet of keys and the about box; both are small windows that block nothing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens
from flgui.viewmodel.symbols import SYMBOLS

__all__ = ["VIEW_KEYS", "KeySheet", "SymbolSheet", "about_dialog"]

VIEW_KEYS = (
    ("Schedules", ""),
    ("W  S  or wheel", "zoom in time"),
    ("A  D  or drag", "earlier, later"),
    ("Drag on an empty lane", "select a span of time; Shift: anywhere"),
    ("Ctrl+C", "copy the totals of the span"),
    ("F or double click", "fit the span or the selected path"),
    ("C", "critical path"),
    ("0", "show the whole time"),
    ("[  ]", "previous and next path by start"),
    ("Shift+[  Shift+]", "take that path along"),
    ("Ctrl+click", "add a path, or take it out"),
    ("Esc", "select nothing; then no time cursor"),
    ("Space", "play or stop"),
    (",  .", "previous and next event of the shown plan"),
    ("Drag on the ruler", "time cursor; Alt: without snapping"),
    ("Tiles", ""),
    ("Arrows", "next tile; Shift: take it along"),
    ("Ctrl+click", "add a tile, or take it out"),
    ("O", "count the overlap"),
    ("R", "receptive cone of the tile"),
    ("Tables", ""),
    ("Up, Down", "next row; Shift: take it along"),
    ("Shift or Ctrl and a click", "up to that row; that row as well"),
    ("Network", ""),
    ("Up, Down", "previous and next layer"),
    ("F,  0,  +  −", "zoom to the layer, fit, zoom"),
    ("Drawing", ""),
    ("A", "type a layer to add behind the selected one"),
    ("Arrows", "go from layer to layer"),
    ("Enter,  F2", "edit, rename"),
    ("C, arrows, Enter", "connect from the selected layer"),
    ("Ctrl+arrows", "move"),
    ("Shift and a drag", "select what it touches"),
    ("Landscape", ""),
    ("Arrows", "next cell"),
    ("Enter", "set τ and P of the cell"),
    ("Pins", ""),
    ("Enter", "open the pin"),
    ("F2", "edit name or sentence"),
    ("Alt+Up,  Alt+Down", "earlier, later in the list"),
    ("Del", "take the pin away"),
    ("Sliders", ""),
    ("Arrows, Page up and down", "step"),
    ("Shift, Ctrl", "fine, coarse"),
    ("Home, End", "first, last"),
    ("Fields", ""),
    ("Up, Down", "step"),
    ("Esc", "put the value back"),
    ("Alt+Down", "worker presets"),
    ("Presentation", ""),
    ("Left, Right", "previous, next scenario"),
    ("Space", "play or stop"),
    ("1  2  3  4", "schedules, tiles, network, landscape"),
    ("T", "light or dark"),
    ("Esc", "leave"),
)


_TEXT = 620
_COLUMNS = 3


class KeySheet(QDialog):
    """Every key of the window: those of the menus, then those of the views.

    Parameters
    ----------
    menu_keys : sequence of (key, what it does)
    """

    def __init__(self, menu_keys: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        across = QHBoxLayout()
        across.setSpacing(32)
        for rows in _columns((("Window", ""), *menu_keys, *VIEW_KEYS)):
            across.addLayout(self._grid(rows))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(16)
        column.addLayout(across)
        column.addWidget(buttons)

    def _grid(self, rows: Sequence[tuple[str, str]]) -> QGridLayout:
        tokens, grid = Tokens.load("light"), QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(len(rows), 1)
        for row, (key, what) in enumerate(rows):
            label = QLabel(key, self)
            label.setFont(font(tokens.size("type.label.px"), 500 if what else 600))
            if row and not what:
                label.setContentsMargins(0, 6, 0, 0)
            grid.addWidget(label, row, 0)
            text = QLabel(what[:1].upper() + what[1:], self)
            text.setFont(font(tokens.size("type.label.px")))
            grid.addWidget(text, row, 1)
        return grid


def _columns(rows: Sequence[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Cut rows into three columns of about one height, never between a heading and its first row."""
    height = -(-len(rows) // _COLUMNS)
    found: list[list[tuple[str, str]]] = [[]]
    for row in rows:
        full = len(found[-1]) >= height or (len(found[-1]) == height - 1 and not row[1])
        if full and len(found) < _COLUMNS:
            found.append([])
        found[-1].append(row)
    return found


class SymbolSheet(QDialog):
    """Every letter and word of the model with its sentence and formula."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Symbols and formulas")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        px = Tokens.load("light").size("type.label.px")
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for row, symbol in enumerate(SYMBOLS.values()):
            name = QLabel(f"{symbol.name}  {symbol.sign}".strip(), self)
            name.setFont(font(px, 600))
            text = QLabel("\n".join(part for part in (symbol.sentence, symbol.formula) if part), self)
            text.setFont(font(px))
            text.setWordWrap(True)
            text.setFixedSize(_TEXT, text.heightForWidth(_TEXT))  # a layout gives wrapped text too little
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text, row, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(16)
        column.addLayout(grid)
        column.addWidget(buttons)


def about_dialog(text: str, parent: QWidget) -> QDialog:
    """Return the about box, which deletes itself when it is closed."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle("About flgui")
    label = QLabel(text, dialog)
    label.setWordWrap(True)
    label.setMinimumWidth(380)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, dialog)
    buttons.rejected.connect(dialog.reject)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(24, 20, 24, 16)
    column.setSpacing(16)
    column.addWidget(label)
    column.addWidget(buttons)
    return dialog
