"""Colours, pens and sizes of the drawing canvas."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from flgui.theme.tokens import Tokens
from flgui.views.network.style import GraphStyle

__all__ = ["COLUMN", "NODE_HEIGHT", "NODE_WIDTH", "PITCH", "PORT", "EditorStyle"]

NODE_WIDTH = 176.0
NODE_HEIGHT = 38.0
PITCH = 67.0
"""From the top of a node to the top of the one below."""
COLUMN = 206.0
PORT = 4.0
"""Radius of a port."""


class EditorStyle(GraphStyle):
    """What the items of the canvas paint with; all items share one object."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__(tokens)
        color = tokens.color
        self.error = QColor(color("status.error"))
        self.error_subtle = QColor(color("status.errorSubtle"))
        self.accent = QColor(color("accent.base"))
        self.accent_subtle = QColor(color("accent.subtle"))
        self.port_edge = QPen(QColor(color("border.strong")), 1.2)
        self.ring = QPen(self.error, 2)
        self.chosen = QPen(self.accent, 2)
        self.hover = QPen(QColor(color("data.selection")), 1)
        self.line = _line(color("border.strong"), 1.4)
        self.line_waits = _line(color("border.strong"), 1.4, Qt.PenStyle.DashLine)
        self.line_error = _line(color("status.error"), 2.0)
        self.line_hot = _line(color("accent.base"), 2.0)


def _line(color: str, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    pen = QPen(QColor(color), width, style)
    pen.setCosmetic(True)
    return pen
