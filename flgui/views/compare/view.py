"""CompareView: the page with the table of all pins and their schedules on one axis."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
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

_NOTHING = "Nothing is planned yet."
_ALONE = "Pin this scenario (Ctrl+P), change something, and see both side by side"
_DIFFERENT = "bold is what differs from the first one"
_CHART_SHARE = 0.4
"""Share of the page that the schedules may take where the table would need more than the rest."""


class CompareView(QWidget):
    """Pins and the open scenario side by side. The first one is what the others are compared with."""

    opened = Signal(int)
    """Index of the column that was clicked; the open scenario's comes after all pins."""
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

    def set_columns(self, comparison: Comparison, overlay: Overlay, pins: int) -> None:
        """Show these scenarios: first `pins` pins, then the open one, if it is none of them."""
        columns = len(comparison.headings)
        self._stack.setCurrentIndex(1 if columns else 0)
        self.switch.setVisible(columns > 0)
        self.pin_button.setVisible(columns > pins)
        words = f"{count(pins, 'pin')} · {_DIFFERENT}" if pins and columns > 1 else ""
        self._words.setText(_ALONE if columns and not pins else words)
        self.table.set_comparison(comparison)
        self.chart.set_overlay(overlay)
        self._share_room()

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

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the height between table and schedules."""
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        """Give the table what it needs, and the schedules the rest, or their share where both need more."""
        height = self.height() - self._tokens.px("size.paneHeader")
        used = self.chart.fill(height - self.table.height_of_all)
        rest = max(round(_CHART_SHARE * height), height - self.table.height_of_all)
        self._scroll.setFixedHeight(min(used, rest))

    def _build(self) -> None:
        bar = QWidget()
        bar.setFixedHeight(self._tokens.px("size.paneHeader"))
        row = QHBoxLayout(bar)
        row.setContentsMargins(16, 0, 16, 1)
        row.setSpacing(12)
        row.addWidget(self._title)
        row.addWidget(self._words)
        row.addWidget(self.pin_button)
        row.addStretch(1)
        row.addWidget(self.switch)
        words = QLabel(_NOTHING)
        words.setObjectName("messageText")
        words.setContentsMargins(16, 16, 16, 16)
        words.setAlignment(Qt.AlignmentFlag.AlignTop)
        both = QWidget()
        rows = QVBoxLayout(both)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.table, 1)
        rows.addWidget(self._scroll)
        self._stack = QStackedWidget()
        self._stack.addWidget(words)
        self._stack.addWidget(both)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self._stack, 1)
