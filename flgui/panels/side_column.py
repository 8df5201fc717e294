"""SideColumn: the left pane; in narrow windows it holds two views behind tabs."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens

__all__ = ["SideColumn"]


class SideColumn(QWidget):
    """Holds `first`, and `second` as well after `take_second`."""

    def __init__(self, first: QWidget, second: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._second = second
        self.tabs = QTabBar(self)
        self.tabs.setAccessibleName("Network or tiles")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setFont(font(self._tokens.size("type.body.px"), 500))
        self.tabs.addTab("Network")
        self.tabs.addTab("Tiles")
        self.tabs.hide()
        self.pages = QStackedWidget(self)
        self.pages.addWidget(first)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self.pages, 1)
        self.tabs.currentChanged.connect(self.pages.setCurrentIndex)

    @property
    def has_both(self) -> bool:
        """Whether the second view is here."""
        return self.pages.count() == 2

    def take_second(self) -> None:
        """Take the second view in, behind a tab."""
        self.pages.addWidget(self._second)
        self.tabs.show()

    def give_second(self) -> None:
        """Give the second view back; the caller places it."""
        self.tabs.setCurrentIndex(0)
        self.pages.removeWidget(self._second)
        self.tabs.hide()

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground under the tabs."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._tokens.color("surface.panel")))
        painter.end()
