"""EditorInspector: the selected node, its fields, and what follows from them."""

from __future__ import annotations

import html

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from flgui.panels.editor_fields import FieldRow
from flgui.theme.fonts import font
from flgui.theme.stripes import paint_stripe
from flgui.theme.tokens import Tokens
from flgui.viewmodel.inspector import Inspected, Overview
from flgui.widgets.choice_box import ChoiceBox

__all__ = ["EditorInspector"]

_INSET = 16
_NAME_PADDING = 7  # of the line that the name is written in


class EditorInspector(QWidget):
    """The right pane of the drawing."""

    field_edited = Signal(int, str, object, int)
    """Node id, key, the whole value, gesture."""
    renamed = Signal(int, str)
    """Node id and name; id -1 names the drawing."""
    kind_chosen = Signal(int, str)
    left = Signal()
    """Escape in a field: the canvas gets the keys back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._node: Inspected | None = None
        self._rows: dict[str, FieldRow] = {}
        self.name = _NameLine(self)
        self.name.editingFinished.connect(self._on_name)
        self.kinds = ChoiceBox("Kind of layer", self)
        self.kinds.setToolTip("Make it a layer of another kind")
        self.kinds.activated.connect(self._on_kind)
        self.kinds.setFixedWidth(128)
        self._head = _Head(self)
        head = QHBoxLayout(self._head)
        head.addWidget(self.name, 1)
        head.addWidget(self.kinds)
        self._card = _Card(self)
        self._form = QVBoxLayout()
        self._form.setSpacing(6)
        self._facts = _Facts(self)
        body = QWidget(self)
        column = QVBoxLayout(body)
        column.setContentsMargins(_INSET, 12, _INSET, 12)
        column.setSpacing(12)
        column.addWidget(self._card)
        column.addLayout(self._form)
        column.addWidget(self._facts)
        column.addStretch(1)
        self._body = body
        self.area = QScrollArea(self)
        self.area.setWidgetResizable(True)
        self.area.setAccessibleName("Layer")
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(body)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._head)
        whole.addWidget(self.area, 1)
        self.setMinimumWidth(260)

    @property
    def rows(self) -> dict[str, FieldRow]:
        """Row of each field by its key."""
        return self._rows

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        ground = tokens.color("surface.panel")
        self.area.setStyleSheet(f"QScrollArea, QScrollArea > QWidget > QWidget {{ background: {ground}; }}")
        for part in (self._head, self._card, self._facts, self.kinds):
            part.set_theme(tokens)
        for row in self._rows.values():
            row.set_theme(tokens)
        if self._node is not None:
            self.set_node(self._node)
        self.update()

    def set_node(self, node: Inspected) -> None:
        """Show one node; boxes stay where the form is the same, with the text cursor in them."""
        same = self._node is not None and (self._node.id, self._node.kind) == (node.id, node.kind)
        keys = [field.spec.key for field in node.fields]
        if not same or keys != list(self._rows):
            self._rebuild(node)
        self._node = node
        for field in node.fields:
            self._rows[field.spec.key].set_shown(field)
        self.name.set_value(node.name)
        self.kinds.setVisible(bool(node.kinds))
        if [self.kinds.itemData(i) for i in range(self.kinds.count())] != [key for key, _ in node.kinds]:
            self.kinds.clear()
            for key, title in node.kinds:
                self.kinds.addItem(title, key)
        self.kinds.setCurrentIndex(self.kinds.findData(node.kind))
        self._head.set_family(node.family)
        self._card.set_node(node)
        self._facts.set_node(node)

    def set_overview(self, shown: Overview, nameable: bool) -> None:
        """Show the drawing, or several nodes together."""
        self._node = None
        self._clear()
        self.name.set_value(shown.title)
        self.name.setReadOnly(not nameable)
        self.kinds.hide()
        self._head.set_family("")
        self._card.hide()
        self._facts.set_overview(shown)

    def edit(self) -> None:
        """Put the text cursor into the first field."""
        for row in self._rows.values():
            row.boxes[0].setFocus(Qt.FocusReason.ShortcutFocusReason)
            if isinstance(row.boxes[0], QLineEdit):
                row.boxes[0].selectAll()
            return

    def begin_rename(self) -> None:
        """Put the text cursor into the name."""
        self.name.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.name.selectAll()

    def sizeHint(self) -> QSize:
        """Return the width of the design."""
        return QSize(self._tokens.px("pane.inspectorDraw"), 600)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape, when the field had nothing to put back, goes back to the canvas."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._tokens.color("surface.panel")))
        painter.end()

    def _rebuild(self, node: Inspected) -> None:
        self._clear()
        self.name.setReadOnly(False)
        for field in node.fields:
            row = FieldRow(field, self._body)
            row.set_theme(self._tokens)
            row.edited.connect(self._on_edited)
            self._rows[field.spec.key] = row
            self._form.addWidget(row)

    def _clear(self) -> None:
        for row in self._rows.values():
            self._form.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = {}

    @Slot(str, object, int)
    def _on_edited(self, key: str, value: object, gesture: int) -> None:
        if self._node is not None:
            self.field_edited.emit(self._node.id, key, value, gesture)

    @Slot()
    def _on_name(self) -> None:
        if self.name.take():
            self.renamed.emit(self._node.id if self._node is not None else -1, self.name.text())

    @Slot()
    def _on_kind(self) -> None:
        key = self.kinds.currentData()
        if self._node is not None and key is not None and key != self._node.kind:
            self.kind_chosen.emit(self._node.id, key)


class _NameLine(QLineEdit):
    """A name that looks like a heading until it is edited."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._value = ""
        self.setObjectName("inspectorName")
        self.setAccessibleName("Name")
        self.setToolTip("Rename (F2)")
        self.setFont(font(Tokens.load("light").size("type.editorTitle.px"), 600))

    def set_value(self, name: str) -> None:
        if name != self._value or not self.isModified():
            self._value = name
            self.setText(name)
            self.setCursorPosition(0)

    def take(self) -> bool:
        """Whether the name was changed; what the drawing says is shown again in any case by `set_value`."""
        changed = self.isModified() and self.text() != self._value
        self.setModified(False)
        return changed

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self.setText(self._value)
        else:
            super().keyPressEvent(event)


class _Head(QWidget):
    """The stripe and the line under the name."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._family = ""

    def set_theme(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.update()

    def set_family(self, family: str) -> None:
        self._family = family
        left = _INSET + 12 if family else _INSET - _NAME_PADDING
        if (row := self.layout()) is not None:
            row.setContentsMargins(left, 10, _INSET, 10)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(self._tokens.color("border.default")))
        if self._family:
            paint_stripe(painter, QRect(_INSET, self.height() // 2 - 9, 5, 18), self._tokens, self._family)
        painter.end()


class _Card(QWidget):
    """Shape in, shape out, and the formula between them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._arrow = QLabel("→", self)
        self._labels = {name: QLabel(self) for name in ("in", "out", "shape_in", "shape_out", "formula")}
        grid = QGridLayout(self)
        grid.setContentsMargins(13, 9, 13, 9)
        grid.setVerticalSpacing(3)
        for column, side in ((0, "in"), (2, "out")):
            self._labels[side].setText(side)
            self._labels[side].setFont(font(11))
            self._labels[f"shape_{side}"].setFont(font(Tokens.load("light").size("type.shape.px"), 600))
            grid.addWidget(self._labels[side], 0, column)
            grid.addWidget(self._labels[f"shape_{side}"], 1, column)
        grid.addWidget(self._arrow, 1, 1, Qt.AlignmentFlag.AlignCenter)
        grid.addWidget(self._labels["formula"], 2, 0, 1, 3)
        self._labels["formula"].setFont(font(11))
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)
        self._labels["formula"].setWordWrap(True)

    def set_theme(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.update()

    def set_node(self, node: Inspected) -> None:
        color = self._tokens.color
        self.show()
        self._labels["in"].setStyleSheet(f"color: {color('text.tertiary')}")
        self._labels["out"].setStyleSheet(f"color: {color('text.tertiary')}")
        self._labels["shape_in"].setText(node.shape_in)
        self._labels["shape_out"].setText(node.shape_out)
        bad = color("status.error" if node.out_blamed else "text.primary")
        self._labels["shape_out"].setStyleSheet(f"color: {bad}")
        shown = node.problem or node.formula
        self._labels["formula"].setText(shown)
        self._labels["formula"].setVisible(bool(shown))
        muted = color("status.error" if node.problem else "text.secondary")
        self._labels["formula"].setStyleSheet(f"color: {muted}")
        self.setAccessibleName(f"in {node.shape_in}, out {node.shape_out}")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(self._tokens.color("border.default")))
        painter.setBrush(QColor(self._tokens.color("surface.raised")))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 6, 6)
        painter.end()


class _Facts(QWidget):
    """Sections of label and value under lines, as text that can be selected."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._shown: Inspected | Overview | None = None
        self.sections = [QLabel(self) for _ in range(3)]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(19)
        for label in self.sections:
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            column.addWidget(label)

    def set_theme(self, tokens: Tokens) -> None:
        """Take the colours of a theme; they are written into the text."""
        self._tokens = tokens
        if isinstance(self._shown, Inspected):
            self.set_node(self._shown)
        elif self._shown is not None:
            self.set_overview(self._shown)
        self.update()

    def set_node(self, node: Inspected) -> None:
        self._shown = node
        now = "now" if node.costs_other else ""
        self._write(0, self._table("Costs", node.costs, now, node.costs_other))
        reads = tuple((label, value.replace(" ", "\u00a0"), "") for label, value in node.reads)
        shown = self._table("Reads", reads, note=node.reads_note) if node.reads or node.reads_note else ""
        self._write(1, shown)
        self._write(2, self._table("", tuple((label, value, "") for label, value in node.links)))

    def set_overview(self, shown: Overview) -> None:
        self._shown = shown
        self._write(0, self._table("", tuple((label, value, "") for label, value in shown.facts)))
        self._write(1, "")
        self._write(2, "")

    def _write(self, number: int, text: str) -> None:
        self.sections[number].setText(text)
        self.sections[number].setVisible(bool(text))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        line = QColor(self._tokens.color("border.subtle"))
        for label in self.sections[1:]:
            if label.isVisible():
                painter.fillRect(0, label.y() - 10, self.width(), 1, line)
        painter.end()

    def _table(
        self,
        title: str,
        rows: tuple[tuple[str, str, str], ...],
        now: str = "",
        other: str = "",
        note: str = "",
    ) -> str:
        color, quiet = self._tokens.color("text.secondary"), self._tokens.color("text.tertiary")
        lines = []
        if title:
            cells = [f"<td><b>{title}</b></td>"]
            cells += [
                f'<td align="right" style="color:{quiet}">{words}</td>' for words in (now, other) if other
            ]
            lines.append("".join(cells))
        for label, value, beside in rows:
            cells = [
                f'<td style="color:{color}">{html.escape(label)}</td>',
                f'<td align="right">{html.escape(value)}</td>',
            ]
            if other:
                cells.append(f'<td align="right" style="color:{quiet}">{html.escape(beside)}</td>')
            lines.append("".join(cells))
        if note:
            lines.append(f'<td colspan="{3 if other else 2}" style="color:{quiet}">{html.escape(note)}</td>')
        body = "".join(f"<tr>{line}</tr>" for line in lines)
        return f'<table width="100%" cellspacing="0" cellpadding="2" style="font-size:12px">{body}</table>'
