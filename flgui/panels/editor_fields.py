"""One attribute as a row of boxes: numbers, a choice or a line of text."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QSizePolicy, QWidget

from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens
from flgui.viewmodel.inspector import FieldShown
from flgui.widgets.choice_box import ChoiceBox
from flgui.widgets.parsing import parse_nonnegative
from flgui.widgets.unit_field import UnitField

__all__ = ["FieldRow"]

_MOST = 1 << 24
_MOST_MACS = 1 << 62
_LABEL = 100
_AXES = {
    "pair": ("height", "width"),
    "sides": ("top", "left", "bottom", "right"),
    "shape": ("channels", "height", "width"),
}


class FieldRow(QWidget):
    """Label and boxes; a blamed field is framed, with what would be right under it."""

    edited = Signal(str, object, int)
    """Key, the whole new value, and its gesture."""

    def __init__(self, shown: FieldShown, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._shown = shown
        self._label = QLabel(self)
        self._label.setFont(font(12))
        self._label.setFixedWidth(_LABEL)
        self._hint = QLabel(self)
        self._hint.setFont(font(11))
        self._hint.setWordWrap(True)
        self._hint.setObjectName("fieldHint")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        grid.addWidget(self._label, 0, 0)
        self.boxes = self._build(shown)
        for column, box in enumerate(self.boxes, 1):
            grid.addWidget(box, 0, column)
            grid.setColumnStretch(column, 1)
        grid.addWidget(self._hint, 1, 1, 1, max(1, len(self.boxes)))
        self.set_shown(shown)

    @property
    def shown(self) -> FieldShown:
        """What the row shows."""
        return self._shown

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        for box in self.boxes:
            if isinstance(box, UnitField | ChoiceBox):
                box.set_theme(tokens)
        self._write_label()

    def _write_label(self) -> None:
        """Write the label; the colour of its quieter part is in the text."""
        muted, suffix = self._tokens.color("text.tertiary"), self._shown.suffix
        beside = f'&nbsp; <span style="color:{muted}">{suffix}</span>' if suffix else ""
        self._label.setText(f"{self._shown.label}{beside}")

    def set_shown(self, shown: FieldShown) -> None:
        """Show a value; somebody's unfinished typing stays where the value is the same."""
        self._shown = shown
        self._write_label()
        for number, box in enumerate(self.boxes):
            text = shown.parts[number]
            if isinstance(box, UnitField):
                value = shown.value[number] if isinstance(shown.value, tuple) else shown.value
                box.set_value(value, text)
            elif isinstance(box, ChoiceBox):
                box.setCurrentText(text)
            elif isinstance(box, QLineEdit) and not box.isModified():
                box.setText(text)
            if bool(box.property("invalid")) != shown.blamed:
                box.setProperty("invalid", shown.blamed)
                box.style().unpolish(box)
                box.style().polish(box)
        self._hint.setText(shown.hint)
        self._hint.setVisible(bool(shown.hint))

    def _build(self, shown: FieldShown) -> list[QWidget]:
        spec = shown.spec
        if spec.form == "choice":
            return [self._choice(shown)]
        if spec.form == "text":
            line = QLineEdit(self)
            line.setAccessibleName(spec.label)
            line.editingFinished.connect(self._on_text)
            return [line]
        names = _AXES.get(spec.form, ("",))
        boxes: list[QWidget] = []
        for name in names:
            if spec.form == "number":
                box = UnitField(spec.label, "", parse_nonnegative, parent=self)
            else:
                most = _MOST_MACS if spec.key == "macs" else _MOST
                parse = partial(_parse_whole, spec.least, most)
                box = UnitField(
                    f"{spec.label} {name}".strip(), "", parse, partial(_step, spec.least, most), self
                )
            box.setMinimumWidth(34)
            box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            box.edited.connect(self._on_number)
            boxes.append(box)
        return boxes

    def _choice(self, shown: FieldShown) -> ChoiceBox:
        box = ChoiceBox(shown.spec.label, self)
        box.addItems(list(shown.spec.choices))
        box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        box.textActivated.connect(self._on_choice)
        return box

    @Slot(object, int)
    def _on_number(self, value: Any, gesture: int) -> None:
        whole = self._shown.value
        if isinstance(whole, tuple):
            box = self.sender()
            number = next(i for i, other in enumerate(self.boxes) if other is box)
            value = (*whole[:number], value, *whole[number + 1 :])
        self.edited.emit(self._shown.spec.key, value, gesture)

    @Slot(str)
    def _on_choice(self, text: str) -> None:
        if text != self._shown.value:
            self.edited.emit(self._shown.spec.key, text, 0)

    @Slot()
    def _on_text(self) -> None:
        line = self.boxes[0]
        assert isinstance(line, QLineEdit)
        line.setModified(False)
        text = line.text().strip()
        if text and text != self._shown.value:
            self.edited.emit(self._shown.spec.key, text, 0)
        else:
            line.setText(str(self._shown.value))


def _parse_whole(least: int, most: int, text: str) -> int:
    try:
        value = int(text.strip())
    except ValueError:
        raise ValueError("must be a whole number") from None
    if value < least:
        raise ValueError(f"must be {least} or more")
    if value > most:
        raise ValueError(f"at most {most}")
    return value


def _step(least: int, most: int, value: int, count: int) -> int:
    return min(max(value + count, least), most)
