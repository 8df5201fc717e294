"""BottomPane: landscape and tables under the schedules; a double click on a tab folds the pane to its tabs."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from flgui.theme.fonts import font
from flgui.theme.icons import icon
from flgui.theme.tokens import Tokens
from flgui.widgets.buttons import IconButton

__all__ = ["BottomPane"]


class BottomPane(QWidget):
    """Tabs over a stack of pages."""

    folded_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._folded = False
        self.tabs = QTabBar(self)
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setFont(font(self._tokens.size("type.body.px"), 500))
        self.tabs.setAccessibleName("Tables and charts")
        self.tabs.setToolTip("Double click folds the pane")
        self.pages = QStackedWidget(self)
        self.fold_button = IconButton("chev", "Fold the pane", self)
        self.fold_button.clicked.connect(self.toggle)
        header = QHBoxLayout()
        header.setContentsMargins(0, 0, 12, 0)
        header.addWidget(self.tabs, 0, Qt.AlignmentFlag.AlignBottom)
        header.addStretch(1)
        header.setSpacing(8)
        header.addWidget(self.fold_button)
        self._header = header
        self._asides: dict[int, QWidget] = {}
        self._bar = QWidget(self)
        self._bar.setLayout(header)
        self._bar.setFixedHeight(self._tokens.px("size.paneHeader"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addWidget(self.pages, 1)
        self.tabs.currentChanged.connect(self._on_tab)
        self.tabs.tabBarDoubleClicked.connect(self._on_double_click)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def folded(self) -> bool:
        """Whether only the tabs are visible."""
        return self._folded

    def add_page(self, title: str, page: QWidget, aside: QWidget | None = None) -> None:
        """Add a tab and its page; `aside` stands at the right of the tabs while the page is open."""
        index = self.pages.addWidget(page)
        if aside is not None:
            self._asides[index] = aside
            self._header.insertWidget(self._header.count() - 1, aside)
        self.tabs.addTab(title)
        self._show_aside()

    def set_page_note(self, index: int, number: int) -> None:
        """Write a number behind the title of a tab; 0 writes none."""
        title = self.tabs.tabText(index).partition("  ")[0]
        self.tabs.setTabText(index, f"{title}  {number}" if number else title)

    def set_folded(self, folded: bool) -> None:
        """Leave only the tabs, or open the pane again."""
        if folded == self._folded:
            return
        self._folded = folded
        self.pages.setVisible(not folded)
        bar = self._tokens.px("size.paneHeader")
        self.setMaximumHeight(bar if folded else 16777215)
        self._tint()
        self._show_aside()
        self.folded_changed.emit(folded)

    @Slot()
    def toggle(self) -> None:
        """Fold the open pane, open the folded one."""
        self.set_folded(not self._folded)

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        self._tint()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height that the window of 1440x900 leaves for it."""
        return QSize(600, 268)

    def minimumSizeHint(self) -> QSize:
        """Return the height of the tabs and three rows, or of the tabs alone."""
        return QSize(320, self.least(self._folded))

    def least(self, folded: bool) -> int:
        """Return the least height, folded or open."""
        bar = self._tokens.px("size.paneHeader")
        return bar if folded else bar + 4 * self._tokens.px("size.tableRow")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and the line under the tabs."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._tokens.color("surface.panel")))
        bar = self._tokens.px("size.paneHeader")
        painter.fillRect(0, bar - 1, self.width(), 1, QColor(self._tokens.color("border.subtle")))
        painter.end()

    def _tint(self) -> None:
        name = "chevr" if self._folded else "chev"
        self.fold_button.setIcon(icon(name, self._tokens.color("text.secondary")))
        tip = "Open the pane" if self._folded else "Fold the pane"
        self.fold_button.setToolTip(tip)
        self.fold_button.setAccessibleName(tip)

    def _show_aside(self) -> None:
        for index, aside in self._asides.items():
            aside.setVisible(index == self.tabs.currentIndex() and not self._folded)

    @Slot(int)
    def _on_tab(self, index: int) -> None:
        self.pages.setCurrentIndex(index)
        self._show_aside()

    @Slot()
    def _on_double_click(self) -> None:
        self.toggle()
