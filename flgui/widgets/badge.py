"""Badge: an icon and a word on a tinted pill."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from flgui.theme.devices import device_ratio
from flgui.theme.fonts import font
from flgui.theme.icons import pixmap
from flgui.theme.tokens import Tokens

__all__ = ["Badge", "BadgeKind", "badge_width", "paint_badge"]

BadgeKind: TypeAlias = Literal["success", "warning", "error", "info"]
_HEIGHT = 18.0
_INSET = 7.0
_ICON = 12
_ICONS: dict[BadgeKind, str | None] = {"success": "check", "warning": None, "error": "error", "info": None}


@dataclass(frozen=True, slots=True)
class Badge:
    """What a badge says."""

    kind: BadgeKind
    text: str


def badge_width(badge: Badge, tokens: Tokens) -> float:
    """Return the width of a badge in pixels."""
    text = QFontMetricsF(font(tokens.size("type.caption.px"), 500)).horizontalAdvance(badge.text)
    return text + 2 * _INSET + (_ICON + 3 if _ICONS[badge.kind] else 0)


def paint_badge(painter: QPainter, badge: Badge, tokens: Tokens, right: float, middle: float) -> None:
    """Paint a badge that ends at x = `right`, centred at y = `middle`."""
    width = badge_width(badge, tokens)
    box = QRectF(round(right - width), round(middle - _HEIGHT / 2), round(width), _HEIGHT)
    color = tokens.color(f"status.{badge.kind}")
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.color(f"status.{badge.kind}Subtle")))
    painter.drawRoundedRect(box, _HEIGHT / 2, _HEIGHT / 2)
    x = box.left() + _INSET
    name = _ICONS[badge.kind]
    if name is not None:
        mark = pixmap(name, color, _ICON, device_ratio(painter))
        painter.drawPixmap(round(x) - 1, round(middle - _ICON / 2), mark)
        x += _ICON + 3
    painter.setFont(font(tokens.size("type.caption.px"), 500))
    painter.setPen(QColor(color))
    place = QRectF(x, box.top(), box.right() - x, _HEIGHT)
    painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, badge.text)
    painter.restore()
