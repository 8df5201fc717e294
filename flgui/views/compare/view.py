"""CompareView: the page with the table of all pins and their schedules on one axis."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from flgui.text import count
from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens
from flgui.viewmodel.overlay import Overlay
from flgui.viewmodel.pins import Comparison
from flgui.views.compare.overlay import OverlayCanvas
from flgui.views.compare.table import ComparisonTable
from flgui.widgets.segments import Segments

__all__ = ["CompareView"]

_NOTHING = "Nothing is pinned yet. Pin scenarios (Ctrl+P) to see them side by side."
_TABLE_SHARE, _CHART_SHARE = 3, 2


class CompareView(QWidget):
    """Pins side by side. The first one is what the others are compared with."""

    opened = Signal(int)
    """Index of the pin that was clicked."""
    method_chosen = Signal(str)
    wanted = Signal()
    """The scenario as it stands should be pinned."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._title = QLabel("Compare")
        self._title.setFont(font(self._tokens.size("type.title.px"), 600))
        self._words = QLabel()
        self._words.setObjectName("messageText")
        self._words.setFont(font(self._tokens.size("type.caption.px")))
        self.switch = Segments(("NFL", "MW", "BF"), "Plan whose cut and schedule are compared")
        self.switch.set_current("BF")
        self.switch.chosen.connect(self.method_chosen)
        self.table = ComparisonTable()
        self.table.opened.connect(self.opened)
        self.chart = OverlayCanvas()
        self.chart.opened.connect(self.opened)
        self._scroll = QScrollArea()
        self._scroll.setWidget(self.chart)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.pin_button = QPushButton("Pin this scenario")
        self.pin_button.clicked.connect(self.wanted)
        self._build()

    def set_pins(self, comparison: Comparison, overlay: Overlay) -> None:
        """Show these pins, or how to make one."""
        pins = len(comparison.headings)
        self._stack.setCurrentIndex(1 if pins else 0)
        self.switch.setVisible(pins > 0)
        words = f"{count(pins, 'pin')} · bold is what differs from the first one"
        self._words.setText(words if pins > 1 else "")
        self.table.set_comparison(comparison)
        self.chart.set_overlay(overlay)

    def set_can_pin(self, can: bool) -> None:
        """Say whether there is a scenario with plans."""
        self.pin_button.setEnabled(can)

    def set_theme(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        for part in (self.switch, self.table, self.chart):
            part.set_theme(tokens)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and the line under the header."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._tokens.color("surface.panel")))
        line = QRect(0, self._tokens.px("size.paneHeader") - 1, self.width(), 1)
        painter.fillRect(line, QColor(self._tokens.color("border.default")))
        painter.end()

    def _build(self) -> None:
        bar = QWidget()
        bar.setFixedHeight(self._tokens.px("size.paneHeader"))
        row = QHBoxLayout(bar)
        row.setContentsMargins(16, 0, 16, 1)
        row.setSpacing(12)
        row.addWidget(self._title)
        row.addWidget(self._words)
        row.addStretch(1)
        row.addWidget(self.switch)
        empty = QWidget()
        line = QHBoxLayout(empty)
        line.setContentsMargins(16, 16, 16, 16)
        line.setSpacing(12)
        words = QLabel(_NOTHING)
        words.setObjectName("messageText")
        line.addWidget(words)
        line.addWidget(self.pin_button)
        line.addStretch(1)
        line.setAlignment(Qt.AlignmentFlag.AlignTop)
        both = QWidget()
        rows = QVBoxLayout(both)
        rows.setContentsMargins(8, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.table, _TABLE_SHARE)
        rows.addWidget(self._scroll, _CHART_SHARE)
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(both)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self._stack, 1)
