"""Buttons of the window: an icon that is tinted by the theme, and a name that opens a list."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton, QWidget

from flgui.theme.devices import device_ratio
from flgui.theme.fonts import font
from flgui.theme.icons import icon, pixmap
from flgui.theme.tokens import Tokens

__all__ = ["IconButton", "ListButton"]

_CHEVRON = 12


class IconButton(QToolButton):
    """A square button with an icon and a tooltip; give it a QAction or connect `clicked`."""

    def __init__(self, icon_name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        side = Tokens.load("light").px("size.iconButton")
        self.setFixedSize(side, side)
        self.setToolTip(tip)
        self.setAccessibleName(tip)
        self._tokens = Tokens.load("light")
        self.set_theme(self._tokens)

    def set_icon_name(self, icon_name: str) -> None:
        """Show another icon."""
        self._icon_name = icon_name
        self.set_theme(self._tokens)

    def set_theme(self, tokens: Tokens) -> None:
        """Tint the icon."""
        self._tokens = tokens
        self.setIcon(icon(self._icon_name, tokens.color("text.secondary"), 16, tokens.color("text.disabled")))
        self.setIconSize(QSize(16, 16))


class ListButton(QToolButton):
    """A text with a small chevron that opens a menu; a long text is shortened and shown whole as tooltip."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._label = ""
        self.setAccessibleName(name)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFont(font(self._tokens.size("type.label.px"), 400))
        self.setFixedHeight(24)
        self.setMenu(QMenu(self))

    @property
    def label(self) -> str:
        """The text as it was set."""
        return self._label

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        self.update()

    def set_label(self, label: str) -> None:
        """Write another text."""
        if label != self._label:
            self._label = label
            self.setAccessibleDescription(label)
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """Return the size at which the whole text fits."""
        return QSize(QFontMetrics(self.font()).horizontalAdvance(self._label) + _CHEVRON + 8, 24)

    def minimumSizeHint(self) -> QSize:
        """Return a size with room for a few letters."""
        return QSize(48, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, text and chevron."""
        painter = QPainter(self)
        tokens, box = self._tokens, self.rect()
        if self.underMouse() or self.isDown():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.color("surface.pressed" if self.isDown() else "surface.hover")))
            painter.drawRoundedRect(box, 4, 4)
        if self.hasFocus():
            painter.setPen(QColor(tokens.color("accent.focus")))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(0, 0, -1, -1), 4, 4)
        painter.setFont(self.font())
        painter.setPen(QColor(tokens.color("text.secondary")))
        room = box.width() - _CHEVRON - 6
        text = QFontMetrics(self.font()).elidedText(self._label, Qt.TextElideMode.ElideRight, room + 1)
        self.setToolTip(self._label if text != self._label else "")
        place = QRect(2, 0, room, box.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        mark = pixmap("chev", tokens.color("text.secondary"), _CHEVRON, device_ratio(painter))
        painter.drawPixmap(box.width() - _CHEVRON - 1, (box.height() - _CHEVRON) // 2, mark)
        painter.end()
