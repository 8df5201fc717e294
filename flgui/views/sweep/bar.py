"""The bar of the sweep: what is varied, under which worker model, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from flgui.theme.fonts import font
from flgui.theme.icons import icon
from flgui.theme.tokens import Tokens
from flgui.viewmodel.sweep_axes import AXES, Spec
from flgui.widgets.choice_box import ChoiceBox
from flgui.widgets.parsing import number_text, parse_count, parse_positive, step_count, step_number
from flgui.widgets.segments import Segments
from flgui.widgets.unit_field import UnitField

__all__ = ["WORKER_WORDS", "SweepBar"]

WORKER_WORDS = ("Shared device", "One per path", "Single")
"""The three worker presets, in the order of `WORKER_PRESETS`."""

_HEIGHT = 50
_COUNTED_FROM, _NAMED_FROM = 1420, 1340
_PAPER, _BACK = "The paper's three charts", "This network's chart"
_PAPER_BRIEF, _BACK_BRIEF = "Paper's charts", "This network"


class SweepBar(QWidget):
    """Fields and buttons; says what the user wants, and shows what it is told."""

    axis_chosen = Signal(str)
    field_edited = Signal(str, object)
    """ "low", "high", "steps" or "log", and the new value."""
    workers_chosen = Signal(int)
    """Number of the worker preset."""
    paper_toggled = Signal(bool)
    stop_clicked = Signal()
    export_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._paper = False
        self.axis = ChoiceBox("What is varied", self)
        for axis in AXES:
            self.axis.addItem(axis.label, axis.key)
        self.low = UnitField("From", "", parse_positive, step_number, self)
        self.high = UnitField("To", "", parse_positive, step_number, self)
        self.steps = UnitField("Steps", "steps", parse_count, step_count, self)
        self.spacing = ChoiceBox("Spacing of the steps", self)
        self.spacing.addItems(["log", "linear"])
        self.workers = Segments(WORKER_WORDS, "Worker model of the scenario", self)
        self.progress = QLabel(self)
        self.progress.setObjectName("upTo")
        self.stop = QPushButton("Stop", self)
        self.paper = QPushButton(_PAPER, self)
        self.paper.setToolTip(
            "AlexNet, SqueezeNet and YOLOv2 from 1 to 1000 Mbit/s, under both worker models"
        )
        self.export = QPushButton("Export…", self)
        self.export.setToolTip("Write the points as CSV or JSON, as flplan sweep does")
        self._lay_out()
        self.axis.activated.connect(self._on_axis)
        self.spacing.activated.connect(self._on_spacing)
        self.low.edited.connect(self._on_low)
        self.high.edited.connect(self._on_high)
        self.steps.edited.connect(self._on_steps)
        self.workers.chosen.connect(self._on_workers)
        self.stop.clicked.connect(self.stop_clicked)
        self.paper.clicked.connect(self._on_paper)
        self.export.clicked.connect(self.export_clicked)
        self.setFixedHeight(_HEIGHT)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 1)
        row.setSpacing(8)
        self.low.setFixedWidth(58)
        self.high.setFixedWidth(106)
        self.steps.setFixedWidth(80)
        self.axis.setMinimumWidth(138)
        self.spacing.setMinimumWidth(72)
        for word, part in (
            ("Vary", self.axis),
            ("from", self.low),
            ("to", self.high),
            ("in", self.steps),
            ("", self.spacing),
        ):
            if word:
                row.addWidget(self._word(word))
            row.addWidget(part)
        row.addSpacing(20)
        self._workers_word = self._word("Workers")
        self.workers.setMinimumWidth(self.workers.sizeHint().width())
        row.addWidget(self._workers_word)
        row.addWidget(self.workers)
        row.addStretch(1)
        for last in (self.progress, self.stop, self.paper, self.export):
            row.addWidget(last)

    def _word(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setFont(font(self._tokens.size("type.label.px")))
        label.setObjectName("upTo")
        return label

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        for part in (self.axis, self.low, self.high, self.steps, self.spacing, self.workers):
            part.set_theme(tokens)
        self.export.setIcon(icon("export", tokens.color("text.primary"), 16, tokens.color("text.disabled")))
        self.stop.setIcon(icon("stop", tokens.color("text.primary"), 16))
        self.update()

    def set_spec(self, spec: Spec, paper: bool) -> None:
        """Show what is varied; the paper's charts are what they are."""
        axis = spec.axis
        self._paper = paper
        self.axis.setCurrentIndex([a.key for a in AXES].index(spec.key))
        self.low.set_value(spec.low, number_text(spec.low))
        self.high.set_unit({"layer": "layers", "tile": "tiles"}.get(axis.unit, axis.unit))
        self.high.set_value(spec.high, number_text(spec.high))
        self.steps.set_value(spec.steps, str(spec.steps))
        self.spacing.setCurrentIndex(0 if spec.log else 1)
        for part in (self.axis, self.low, self.high, self.steps, self.spacing):
            part.setEnabled(not paper)
        self._fit()

    def set_workers(self, preset: int | None) -> None:
        """Show which worker preset the scenario has; None for other numbers."""
        self.workers.set_current(WORKER_WORDS[preset] if preset is not None else "")

    def set_progress(self, text: str, button: str) -> None:
        """Show how far the sweep is, and "Stop" or "Go on", or no button."""
        self.progress.setText(text)
        self.stop.setVisible(bool(button))
        if button:
            self.stop.setText(button)
        self._fit()

    def refuse(self, field: str, reason: str) -> None:
        """Mark a field ("from", "to", "steps") with the reason why its value was refused."""
        {"from": self.low, "to": self.high, "steps": self.steps}[field].set_reason(reason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is no room the count goes first: the status bar has it as well."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Shorten the words of a narrow bar."""
        self.progress.setVisible(self.width() >= _COUNTED_FROM)
        self._workers_word.setVisible(self.width() >= _NAMED_FROM)
        brief = self.width() < _NAMED_FROM and not self.stop.isHidden()
        words = (_PAPER_BRIEF, _BACK_BRIEF) if brief else (_PAPER, _BACK)
        self.paper.setText(words[self._paper])

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, the rule and the line below."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._tokens.color("surface.raised")))
        line = QColor(self._tokens.color("border.default"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, line)
        x = self.spacing.geometry().right() + 18
        painter.fillRect(x, 14, 1, self.height() - 28, line)
        painter.end()

    @Slot()
    def _on_axis(self) -> None:
        self.axis_chosen.emit(self.axis.currentData(Qt.ItemDataRole.UserRole))

    @Slot()
    def _on_spacing(self) -> None:
        self.field_edited.emit("log", self.spacing.currentIndex() == 0)

    @Slot(object)
    def _on_low(self, value: float) -> None:
        self.field_edited.emit("low", float(value))

    @Slot(object)
    def _on_high(self, value: float) -> None:
        self.field_edited.emit("high", float(value))

    @Slot(object)
    def _on_steps(self, value: int) -> None:
        self.field_edited.emit("steps", value)

    @Slot(str)
    def _on_workers(self, word: str) -> None:
        self.workers_chosen.emit(WORKER_WORDS.index(word))

    @Slot()
    def _on_paper(self) -> None:
        self.paper_toggled.emit(not self._paper)
