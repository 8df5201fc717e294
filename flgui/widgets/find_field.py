"""FindField: looks like the field that it opens, in the top bar."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolButton, QWidget

from flgui.theme.devices import device_ratio
from flgui.theme.fonts import font
from flgui.theme.icons import pixmap
from flgui.theme.tokens import Tokens

__all__ = ["FindField"]

_WIDE, _NARROW, _HEIGHT = 188, 32, 26
_WORDS = "Find or run"


class FindField(QToolButton):
    """A button that says what can be typed and by which key; an icon alone where there is no room."""

    def __init__(self, keys: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._keys = keys
        self._narrow = False
        self.setObjectName("findField")
        self.setAccessibleName(_WORDS)
        self.setToolTip(f"{_WORDS} ({keys})")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.set_narrow(False)

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        self.update()

    def set_narrow(self, narrow: bool) -> None:
        """Show the icon alone."""
        self._narrow = narrow
        self.setFixedSize(_NARROW if narrow else _WIDE, _HEIGHT)
        self.update()

    def sizeHint(self) -> QSize:
        """Return the fixed size."""
        return QSize(_NARROW if self._narrow else _WIDE, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint frame, icon, words and the key."""
        painter = QPainter(self)
        tokens, box = self._tokens, self.rect()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = self.hasFocus()
        painter.setPen(
            QPen(QColor(tokens.color("accent.focus" if ring else "border.default")), 2 if ring else 1)
        )
        painter.setBrush(QColor(tokens.color("surface.hover" if self.underMouse() else "surface.panel")))
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 4, 4)
        quiet = tokens.color("text.secondary")
        painter.drawPixmap(8, (box.height() - 16) // 2, pixmap("search", quiet, 16, device_ratio(painter)))
        if self._narrow:
            return
        painter.setPen(QColor(quiet))
        painter.setFont(font(tokens.size("type.label.px")))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(30, 0, box.width() - 40, box.height()), int(middle), _WORDS)
        painter.setFont(font(tokens.size("type.caption.px")))
        right = middle | Qt.AlignmentFlag.AlignRight
        painter.drawText(box.adjusted(0, 0, -9, 0), int(right), self._keys)
