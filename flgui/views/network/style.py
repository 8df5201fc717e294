"""Colours and pens of the graph, made once per theme."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from flgui.theme.tokens import Tokens, mix

__all__ = ["GraphStyle"]

_FAMILIES = ("io", "conv", "pool", "fc", "merge", "act", "norm", "reshape", "whole", "custom")


class GraphStyle:
    """What the items of the graph paint with; all items share one object.

    Parameters
    ----------
    tokens : Tokens
    """

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.ground = QColor(tokens.color("surface.sunken"))
        self.panel = QColor(tokens.color("surface.panel"))
        self.ink = QColor(tokens.color("data.selection"))
        self.text = QColor(tokens.color("text.primary"))
        self.quiet = QColor(tokens.color("text.tertiary"))
        self.secondary = QColor(tokens.color("text.secondary"))
        self.track = QColor(tokens.color("border.subtle"))
        self.bar = QColor(tokens.color("text.tertiary"))
        self.frame = QPen(QColor(tokens.color("border.default")), 1)
        self.dashed = QPen(QColor(tokens.color("border.strong")), 1, Qt.PenStyle.DashLine)
        self.edge = _cosmetic(tokens.color("border.strong"), 1)
        self.sent = _cosmetic(tokens.color("resource.link"), 2)
        fills = {name: tokens.color(f"operator.{name}") for name in _FAMILIES}
        self.stripe = {name: QColor(fill) for name, fill in fills.items()}
        self.stripe_edge = {
            name: QColor(edge)
            for name, fill in fills.items()
            if (edge := tokens.stripe_edge(fill)) is not None
        }
        self.band = QColor(tokens.color("accent.subtle"))
        self.band_edge = QColor(mix(tokens.color("accent.subtle"), tokens.color("accent.base"), 0.35))
        self.band_text = QColor(tokens.color("accent.text"))
        self.device = QColor(tokens.color("resource.device"))
        self.link = QColor(tokens.color("resource.link"))
        self.es = QColor(tokens.color("resource.es"))
        self.found = QPen(QColor(tokens.color("status.warning")), 2)
        self.found_now = QPen(QColor(tokens.color("status.warning")), 4)
        self.cursor = QColor(tokens.color("data.cursor"))
        self.on_cursor = QColor(tokens.label_color(tokens.color("data.cursor")))


def _cosmetic(color: str, width: float) -> QPen:
    pen = QPen(QColor(color), width)
    pen.setCosmetic(True)
    return pen
