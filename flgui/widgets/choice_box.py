"""ChoiceBox: a QComboBox with the window's own chevron."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QWidget

from flgui.theme.icons import pixmap
from flgui.theme.tokens import Tokens

__all__ = ["ChoiceBox"]


class ChoiceBox(QComboBox):
    """A list of words; the wheel scrolls what is around it unless it has the focus."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self.setAccessibleName(name)
        self.setMinimumWidth(60)

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the box, then the chevron."""
        super().paintEvent(event)
        painter = QPainter(self)
        mark = pixmap("chev", self._tokens.color("text.secondary"), 12, self.devicePixelRatioF())
        painter.drawPixmap(self.width() - 20, (self.height() - 12) // 2, mark)
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step only with focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
