"""The legend above the charts: lines and marks with their names, and what is not varied."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens, mix

__all__ = ["SweepLegend"]

_INSET, _LINE, _GAP, _HEIGHT = 16, 24, 22, 34
_CURVES = (
    ("NFL", "NFL no fusing", Qt.PenStyle.SolidLine, 1.75),
    ("MW", "MW search", Qt.PenStyle.SolidLine, 1.75),
    ("BF", "BF search", Qt.PenStyle.SolidLine, 2.75),
    ("deviceOnly", "device only", Qt.PenStyle.DashLine, 1.75),
    ("esOnly", "ES only", Qt.PenStyle.DotLine, 1.75),
)


class SweepLegend(QWidget):
    """Painted; the last entries give way where the window is narrow, since colours are named in the tooltips too."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._facts, self._open = "", ""
        self._fixed = False
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Legend of the sweep")

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        self.update()

    def set_facts(self, facts: str, open_text: str, fixed: bool) -> None:
        """Say what is not varied, how open the bounds are (or nothing), and whether tau and P are fixed."""
        self._facts, self._open, self._fixed = facts, open_text, fixed
        self.setAccessibleDescription(facts)
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size at 1440 pixels."""
        return QSize(800, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the entries from the left and the facts at the right."""
        painter, color = QPainter(self), self._tokens.color
        painter.fillRect(self.rect(), QColor(color("surface.panel")))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        used = font(self._tokens.size("type.label.px"))
        painter.setFont(used)
        metrics = QFontMetricsF(used)
        middle = self.height() / 2
        facts_at = self.width() - _INSET - metrics.horizontalAdvance(self._facts)
        x = float(_INSET)
        for key, words, style, width in _CURVES:
            if self._fixed:
                words = words.replace(" search", "")
            pen = QPen(QColor(self._tokens.method_color(key)), width, style)
            painter.setPen(pen)
            painter.drawLine(QPointF(x, middle), QPointF(x + _LINE, middle))
            x = self._word(painter, metrics, x + _LINE + 8, words)
        for words, mark in ((self._open, self._ring), ("fusing pays: BF at least 1 % below NFL", self._tint)):
            wide = 14 + 8 + metrics.horizontalAdvance(words)
            if words and x + wide < facts_at - 24:
                mark(painter, QRectF(x, middle - 7, 14, 14))
                x = self._word(painter, metrics, x + 14 + 8, words)
        if facts_at > x:
            painter.setPen(QColor(color("text.secondary")))
            box = QRectF(facts_at, 0, self.width() - _INSET - facts_at + 1, self.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self._facts)
        painter.end()

    def _word(self, painter: QPainter, metrics: QFontMetricsF, x: float, words: str) -> float:
        """Write a name; returns where the next entry begins."""
        painter.setPen(QColor(self._tokens.color("text.primary")))
        wide = metrics.horizontalAdvance(words)
        painter.drawText(QRectF(x, 0, wide + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, words)
        return x + wide + _GAP

    def _ring(self, painter: QPainter, box: QRectF) -> None:
        painter.setPen(QPen(QColor(self._tokens.color("data.selection")), 1.5))
        painter.setBrush(QColor(self._tokens.color("surface.panel")))
        painter.drawEllipse(box.center(), 4, 4)

    def _tint(self, painter: QPainter, box: QRectF) -> None:
        painter.setPen(QPen(QColor(self._tokens.color("border.subtle")), 1))
        share = self._tokens.color("status.successSubtle")
        painter.setBrush(QColor(mix(self._tokens.color("surface.panel"), share, 0.6)))
        painter.drawRect(box.adjusted(0.5, 1.5, -0.5, -1.5))
