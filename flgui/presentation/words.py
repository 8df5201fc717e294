"""Head and foot of a slide: the scenario in one line, and what follows from it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from flgui.presentation.lettering import put, width_of
from flgui.theme.icons import pixmap
from flgui.theme.tokens import Tokens
from flgui.viewmodel.slides import Slide

__all__ = ["FOOTER", "HEADER", "paint_footer", "paint_header"]

HEADER: Final = 118
FOOTER: Final = 180
_MIDDLE: Final = 72
_MOST_DOTS: Final = 12


def paint_header(
    painter: QPainter, room: QRectF, slide: Slide, place: tuple[int, int], tokens: Tokens, ratio: float
) -> None:
    """Write network and system; at the right which slide of how many."""
    body = tokens.px("type.present.body")
    ink, quiet = tokens.color("text.primary"), tokens.color("text.secondary")
    x = room.left()
    x += put(painter, x, _MIDDLE, slide.title, 34, 600, ink) + 38
    right = room.right() - _dots(painter, room.right(), place, tokens) - 24
    if slide.name:
        right -= put(painter, right, _MIDDLE, slide.name, 20, 500, quiet, 420, right=True) + 24
    for at, (name, words) in enumerate(slide.system):
        if at:
            x += _icon(painter, "chevr", x + 22, quiet, 16, ratio) + 44
        if x + 36 + width_of(words, body, 400) > right:
            break
        x += _icon(painter, name, x, quiet, 26, ratio) + 10
        x += put(painter, x, _MIDDLE, words, body, 400, quiet)


def paint_footer(painter: QPainter, room: QRectF, slide: Slide, tokens: Tokens, ratio: float) -> None:
    """Write the conclusion, the sentence, and what is proven."""
    top = room.bottom() - FOOTER + 10
    painter.fillRect(QRectF(room.left(), top, room.width(), 1), QColor(tokens.color("border.default")))
    headline, body = tokens.px("type.present.headline"), tokens.px("type.present.body")
    badge = _badge(painter, room.right(), top + 53, slide, tokens, ratio)
    left = room.left()
    put(
        painter,
        left,
        top + 53,
        slide.conclusion,
        headline,
        600,
        tokens.color("text.primary"),
        room.width() - badge - 40,
    )
    put(painter, left, top + 106, slide.sentence, body, 400, tokens.color("text.secondary"), room.width())


def _icon(painter: QPainter, name: str, x: float, color: str, side: int, ratio: float) -> float:
    painter.drawPixmap(
        QRectF(x, _MIDDLE - side / 2, side, side).toRect(), pixmap(name, color, side, max(1.0, ratio))
    )
    return float(side)


def _dots(painter: QPainter, right: float, place: tuple[int, int], tokens: Tokens) -> float:
    """Draw a dot a slide, the open one long; write the numbers where there are too many."""
    number, total = place
    if total < 2:
        return 0.0
    if total > _MOST_DOTS:
        words = f"{number + 1} of {total}"
        return put(painter, right, _MIDDLE, words, 20, 500, tokens.color("text.secondary"), right=True)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    x = right
    for at in reversed(range(total)):
        width = 34 if at == number else 11
        x -= width
        painter.setBrush(QColor(tokens.color("text.primary" if at == number else "text.tertiary")))
        painter.drawRoundedRect(QRectF(x, _MIDDLE - 5.5, width, 11), 5.5, 5.5)
        x -= 22
    painter.restore()
    return right - x - 22


def _badge(
    painter: QPainter, right: float, middle: float, slide: Slide, tokens: Tokens, ratio: float
) -> float:
    if slide.badge is None:
        return 0.0
    kind, words = slide.badge
    px, color = tokens.px("type.present.body"), tokens.color(f"status.{kind}")
    mark = 30 if kind == "success" else 0
    width = width_of(words, px, 500) + 40 + mark
    box = QRectF(right - width, middle - 26, width, 52)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.color(f"status.{kind}Subtle")))
    painter.drawRoundedRect(box, 26, 26)
    painter.restore()
    if mark:
        check = pixmap("check", color, 24, max(1.0, ratio))
        painter.drawPixmap(QRectF(box.left() + 18, middle - 12, 24, 24).toRect(), check)
    put(painter, box.left() + 20 + mark, middle, words, px, 500, color)
    return width
