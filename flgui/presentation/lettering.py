"""Words on the stage: one line at a place, in the sizes of the tokens."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from flgui.views.lettering import metrics, text_font

__all__ = ["put", "width_of"]


def width_of(text: str, px: int, weight: int) -> float:
    """Return the width of a text in pixels of the stage."""
    return metrics(px, weight).horizontalAdvance(text)


def put(
    painter: QPainter,
    x: float,
    middle: float,
    text: str,
    px: int,
    weight: int,
    color: str,
    room: float = 4000.0,
    right: bool = False,
) -> float:
    """Write one line from `x`, or up to it with `right`, centred at y = `middle`; returns its width.

    A text that is wider than `room` ends in an ellipsis.
    """
    measure = metrics(px, weight)
    if measure.horizontalAdvance(text) > room:
        text = measure.elidedText(text, Qt.TextElideMode.ElideRight, max(0.0, room))
    width = measure.horizontalAdvance(text)
    painter.setFont(text_font(px, weight))
    painter.setPen(QColor(color))
    box = QRectF(x - width if right else x, middle - px, width + 2, 2 * px)
    painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)
    return width
