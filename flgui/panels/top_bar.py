"""TopBar: the mark, the menus, the workspaces, and the few buttons that are always at hand."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QMenuBar, QSizePolicy, QToolButton, QWidget

from flgui.theme.icons import icon
from flgui.theme.tokens import Tokens
from flgui.widgets.buttons import IconButton
from flgui.widgets.find_field import FindField
from flgui.widgets.segments import Segments

__all__ = ["TopBar"]

_NARROW_BELOW = 1240


class TopBar(QWidget):
    """Forty pixels above everything; goes into the window as its menu widget."""

    workspace_chosen = Signal(str)
    """The title of the workspace that the user switched to."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._buttons: list[IconButton] = []
        self._actions: list[tuple[QAction, str]] = []
        self.menus = QMenuBar(self)
        self.menus.setNativeMenuBar(False)  # it shares its row with the buttons
        self.menus.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Fixed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(38, 0, 12, 1)
        self._row.setSpacing(4)
        self._row.addWidget(self.menus, 1, Qt.AlignmentFlag.AlignVCenter)
        self.finder = FindField("Ctrl K", self)
        self._row.addWidget(self.finder, 0, Qt.AlignmentFlag.AlignVCenter)
        self._row.addSpacing(4)
        self.setFixedHeight(self._tokens.px("size.topBar"))
        self._workspaces: Segments | None = None

    @property
    def workspaces(self) -> Segments | None:
        """The switch between workspaces; None while there is only one."""
        return self._workspaces

    def set_workspaces(self, titles: Sequence[str], current: str) -> None:
        """Offer these workspaces, in the middle of the bar; a single one needs no switch."""
        if self._workspaces is not None:
            self._workspaces.hide()
            self._workspaces.deleteLater()
            self._workspaces = None
        if len(titles) > 1:
            self._workspaces = Segments(titles, "Workspace", self)
            self._workspaces.set_theme(self._tokens)
            self._workspaces.set_current(current)
            self._workspaces.chosen.connect(self.workspace_chosen)
            self._workspaces.show()
            self._place_workspaces()

    def set_workspace(self, title: str) -> None:
        """Mark the workspace that is open."""
        if self._workspaces is not None:
            self._workspaces.set_current(title)

    def insert_widget(self, widget: QWidget) -> None:
        """Put a widget in front of the buttons at the right end."""
        self._row.insertWidget(3, widget)

    def add_widget(self, widget: QWidget) -> None:
        """Put a widget behind the buttons at the right end."""
        self._row.addSpacing(6)
        self._row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)

    def add_action(self, action: QAction, icon_name: str) -> IconButton:
        """Add a button for an action at the right end."""
        button = IconButton(icon_name, action.text().replace("&", "").rstrip("…"), self)
        action.setIconVisibleInMenu(False)
        button.setDefaultAction(action)
        self._actions.append((action, icon_name))
        self._tint()
        self._row.addWidget(button)
        return button

    def add_menu(self, menu: QMenu, icon_name: str, tip: str) -> IconButton:
        """Add a button that opens a menu at the right end."""
        button = IconButton(icon_name, tip, self)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._buttons.append(button)
        self._row.addWidget(button)
        return button

    def set_theme(self, tokens: Tokens) -> None:
        """Tint the buttons."""
        self._tokens = tokens
        self.finder.set_theme(tokens)
        for button in self._buttons:
            button.set_theme(tokens)
        if self._workspaces is not None:
            self._workspaces.set_theme(tokens)
        self._tint()
        self.update()

    def _tint(self) -> None:
        """Give the actions their icons: a button takes the icon of its action whenever that changes."""
        color, off = self._tokens.color("text.secondary"), self._tokens.color("text.disabled")
        for action, name in self._actions:
            action.setIcon(icon(name, color, 16, off))

    def sizeHint(self) -> QSize:
        """Return the height of the bar."""
        return QSize(800, self._tokens.px("size.topBar"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the workspaces in the middle, or behind the menus where the window is narrow."""
        super().resizeEvent(event)
        self.finder.set_narrow(self.width() < _NARROW_BELOW)
        self._place_workspaces()

    @Slot()
    def _place_workspaces(self) -> None:
        if self._workspaces is None:
            return
        size = self._workspaces.sizeHint()
        after_menus = self.menus.x() + self.menus.sizeHint().width() + 8
        left = max((self.width() - size.width()) // 2, after_menus)
        self._workspaces.setGeometry(left, (self.height() - size.height()) // 2, size.width(), size.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, the line under it, and the mark: two tiles that overlap."""
        tokens = self._tokens
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.color("surface.raised")))
        painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(tokens.color("border.default")))
        top = self.height() // 2 - 8
        painter.setPen(QPen(QColor(tokens.color("text.primary")), 1.5))
        painter.drawRect(QRectF(16.75, top + 0.75, 9.5, 9.5))
        painter.fillRect(QRectF(21, top + 5, 10, 10), QColor(tokens.color("accent.base")))
        painter.fillRect(QRectF(21, top + 5, 5, 5), QColor(tokens.color("text.primary")))
        painter.end()
