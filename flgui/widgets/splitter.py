"""ThinSplitter: panes that touch with a 1 px line that is nevertheless easy to grab."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QWidget

from flgui.theme.tokens import Tokens

__all__ = ["ThinSplitter"]


class ThinSplitter(QSplitter):
    """A QSplitter with lines 1 px wide and a grab area of five."""

    resized = Signal()

    def __init__(self, orientation: Qt.Orientation, parent: QWidget | None = None) -> None:
        super().__init__(orientation, parent)
        self.tokens = Tokens.load("light")
        self.setHandleWidth(self.tokens.px("size.splitterLine"))
        self.setChildrenCollapsible(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new size as QSplitter does, then say so."""
        super().resizeEvent(event)
        self.resized.emit()

    def set_theme(self, tokens: Tokens) -> None:
        """Paint the lines with these tokens."""
        self.tokens = tokens
        for index in range(self.count()):
            self.handle(index).update()

    def createHandle(self) -> QSplitterHandle:
        """Make a handle with the wide grab area."""
        return _Handle(self.orientation(), self)


class _Handle(QSplitterHandle):
    """Qt widens the grab area of a thin handle by itself and masks it; only the line is painted here."""

    def __init__(self, orientation: Qt.Orientation, splitter: ThinSplitter) -> None:
        super().__init__(orientation, splitter)
        self._splitter = splitter

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line."""
        painter = QPainter(self)
        painter.fillRect(self.contentsRect(), QColor(self._splitter.tokens.color("border.default")))
        painter.end()
