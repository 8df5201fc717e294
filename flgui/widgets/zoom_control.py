"""ZoomControl: smaller, the zoom, larger, fit."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens
from flgui.widgets.buttons import IconButton

__all__ = ["ZoomControl"]


class ZoomControl(QWidget):
    """Stands in the lower right corner of a canvas."""

    zoom_asked = Signal(float)
    """Factor."""
    fit_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self.smaller = IconButton("minus", "Zoom out (−)", self)
        self.larger = IconButton("plus", "Zoom in (+)", self)
        self.fit = IconButton("fit", "Show everything (0)", self)
        self.label = QLabel(self)
        self.label.setFont(font(12))
        self.label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.label.setFixedWidth(44)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 1, 2, 1)
        row.setSpacing(0)
        for part in (self.smaller, self.label, self.larger, self.fit):
            row.addWidget(part)
        self.smaller.clicked.connect(self._on_smaller)
        self.larger.clicked.connect(self._on_larger)
        self.fit.clicked.connect(self.fit_asked)
        self.resize(self.sizeHint())

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        for button in (self.smaller, self.larger, self.fit):
            button.set_theme(tokens)
        self.update()

    def set_zoom(self, zoom: float) -> None:
        """Write the zoom."""
        self.label.setText(f"{round(zoom * 100)} %")

    def sizeHint(self) -> QSize:
        """Return the size of the row."""
        return QSize(44 + 3 * 26 + 4, 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and its frame."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(self._tokens.color("border.default")))
        painter.setBrush(QColor(self._tokens.color("surface.panel")))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 4, 4)
        painter.end()

    @Slot()
    def _on_smaller(self) -> None:
        self.zoom_asked.emit(0.8)

    @Slot()
    def _on_larger(self) -> None:
        self.zoom_asked.emit(1.25)
