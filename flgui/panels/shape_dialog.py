"""Asks for the dimensions of inputs that a file leaves open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from flgui.text import TIMES, count
from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens
from planner_core.errors import OpenInput
from planner_core.network.model import Shape

__all__ = ["ShapeDialog"]

_AXES = ("Channels", "Height", "Width")
_USUAL = (3, 224, 224)
_USUAL_LENGTH = 128  # of a sequence or a vector
_LARGEST = 1 << 24
_FIELD_WIDTH = 104


class ShapeDialog(QDialog):
    """One field for each missing dimension; what the file states is shown beside.

    Parameters
    ----------
    file : str
        Name of the file.
    inputs : sequence of OpenInput
    usual : mapping
        Input name to the (C, H, W) to begin with, such as that of the last time.
    """

    answered = Signal(object)
    """Input name to (C, H, W), of every input that was asked for."""

    def __init__(
        self,
        file: str,
        inputs: Sequence[OpenInput],
        usual: Mapping[str, Shape],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Input shape")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._inputs = tuple(inputs)
        self.fields: dict[tuple[str, int], QSpinBox] = {}
        """By input name and axis: 0 channels, 1 height, 2 width."""
        fields = QGridLayout()
        fields.setHorizontalSpacing(12)
        fields.setVerticalSpacing(8)
        fields.setColumnStretch(2, 1)
        for missing in self._inputs:
            self._add_input(fields, missing, usual.get(missing.name))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.open_button = buttons.addButton("Open", QDialogButtonBox.ButtonRole.AcceptRole)
        self.open_button.setDefault(True)
        buttons.accepted.connect(self._on_accepted)
        buttons.rejected.connect(self.reject)
        whose = "its input" if len(self._inputs) == 1 else "its inputs"
        head = QLabel(f"{file} leaves {count(len(self.fields), 'dimension')} of {whose} open.", self)
        head.setTextFormat(Qt.TextFormat.PlainText)
        head.setWordWrap(True)
        head.setMinimumWidth(320)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(16)
        column.addWidget(head)
        column.addLayout(fields)
        column.addWidget(buttons)
        first = next(iter(self.fields.values()))
        first.setFocus()
        first.selectAll()

    def _add_input(self, grid: QGridLayout, missing: OpenInput, usual: Shape | None) -> None:
        size = Tokens.load("light").size("type.label.px")
        title = QLabel(missing.name, self)
        title.setFont(font(size, 600))
        title.setTextFormat(Qt.TextFormat.PlainText)
        grid.addWidget(title, grid.rowCount(), 0, 1, 3)
        vector = missing.shape[1:] == (1, 1)
        for axis, (word, stated) in enumerate(zip(_AXES, missing.shape, strict=True)):
            if stated is not None:
                continue
            symbol = missing.symbols[axis]
            word = "Length" if vector else word
            begin = _USUAL_LENGTH if vector else _USUAL[axis]
            field = QSpinBox(self)
            field.setRange(1, _LARGEST)
            field.setValue(begin if usual is None else usual[axis])
            field.setMinimumWidth(_FIELD_WIDTH)
            field.setFont(font(size))
            field.setAccessibleName(f"{word} of {missing.name}")
            self.fields[missing.name, axis] = field
            label = QLabel(f"&{word}", self)
            label.setFont(font(size))
            label.setBuddy(field)
            note = QLabel(f"called “{symbol}” in the file" if symbol else "", self)
            note.setTextFormat(Qt.TextFormat.PlainText)
            note.setFont(font(size))
            row = grid.rowCount()
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
            grid.addWidget(note, row, 2)
        known = _known_text(missing)
        if known and not vector:
            stated_label = QLabel(known, self)
            stated_label.setFont(font(size))
            grid.addWidget(stated_label, grid.rowCount(), 0, 1, 3)

    def shapes(self) -> dict[str, Shape]:
        """Input name to (C, H, W), as the fields stand."""
        found = {}
        for missing in self._inputs:
            c, h, w = (
                self.fields[missing.name, axis].value() if stated is None else stated
                for axis, stated in enumerate(missing.shape)
            )
            found[missing.name] = (c, h, w)
        return found

    @Slot()
    def _on_accepted(self) -> None:
        for field in self.fields.values():
            field.interpretText()
        self.answered.emit(self.shapes())
        self.accept()


def _known_text(missing: OpenInput) -> str:
    """Say what the file states of the shape."""
    if all(size is None for size in missing.shape):
        return ""
    shape = f" {TIMES} ".join("?" if size is None else str(size) for size in missing.shape)
    return f"Channels {TIMES} height {TIMES} width: {shape}"
