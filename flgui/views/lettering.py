"""Kept fonts and their measures: painters ask for them many times a frame."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QFont, QFontMetricsF

from flgui.theme.fonts import font

__all__ = ["metrics", "text_font"]


@lru_cache(maxsize=64)
def text_font(px: int, weight: int) -> QFont:
    """Return the kept font of `px` pixels."""
    return font(px, weight)


@lru_cache(maxsize=64)
def metrics(px: int, weight: int) -> QFontMetricsF:
    """Return the kept measures of `text_font`."""
    return QFontMetricsF(text_font(px, weight))
