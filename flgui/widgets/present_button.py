"""PresentButton: icon and word at the right end of the top bar."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolButton, QWidget

from flgui.theme.devices import device_ratio
from flgui.theme.fonts import font
from flgui.theme.icons import pixmap
from flgui.theme.tokens import Tokens

__all__ = ["PresentButton"]

_SIZE = QSize(92, 28)


class PresentButton(QToolButton):
    """A framed button for an action, with its word beside the icon."""

    def __init__(self, action: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self.setDefaultAction(action)
        self.setObjectName("presentButton")
        self.setAccessibleName("Present")
        self.setToolTip(f"Present on the whole screen ({action.shortcut().toString()})")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(_SIZE)

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        self.update()

    def sizeHint(self) -> QSize:
        """Return the fixed size."""
        return _SIZE

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint frame, icon and word."""
        painter = QPainter(self)
        tokens, ring = self._tokens, self.hasFocus()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = "accent.focus" if ring else "border.default"
        painter.setPen(QPen(QColor(tokens.color(edge)), 2 if ring else 1))
        hot = self.underMouse() and self.isEnabled()
        painter.setBrush(QColor(tokens.color("surface.hover" if hot else "surface.panel")))
        inset = 1.0 if ring else 0.5
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 4, 4)
        ink = tokens.color("text.primary" if self.isEnabled() else "text.disabled")
        painter.drawPixmap(10, (self.height() - 16) // 2, pixmap("present", ink, 16, device_ratio(painter)))
        painter.setPen(QColor(ink))
        painter.setFont(font(tokens.size("type.label.px"), 500))
        place = QRect(33, 0, self.width() - 36, self.height())
        painter.drawText(place, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), "Present")
        painter.end()
