"""The stripe that tells an operator's family, with an edge where its colour alone would be too pale."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter

from flgui.theme.tokens import Tokens

__all__ = ["paint_stripe"]


def paint_stripe(painter: QPainter, box: QRect, tokens: Tokens, family: str) -> None:
    """Fill `box` with the colour of a family; an edge is 1 px at its right, where the ground begins."""
    fill = tokens.color(f"operator.{family}")
    painter.fillRect(box, QColor(fill))
    edge = tokens.stripe_edge(fill)
    if edge is not None:
        painter.fillRect(box.right(), box.top(), 1, box.height(), QColor(edge))
