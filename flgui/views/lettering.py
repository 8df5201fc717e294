"""Kept fonts, their measures and shortened names: painters ask for them many times a frame."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF

from flgui.theme.fonts import font

__all__ = ["fitted", "metrics", "text_font"]


@lru_cache(maxsize=64)
def text_font(px: int, weight: int) -> QFont:
    """Return the kept font of `px` pixels."""
    return font(px, weight)


@lru_cache(maxsize=64)
def metrics(px: int, weight: int) -> QFontMetricsF:
    """Return the kept measures of `text_font`."""
    return QFontMetricsF(text_font(px, weight))


@lru_cache(maxsize=8192)
def fitted(name: str, width: float, px: int, weight: int = 600) -> str:
    """Return a layer's name, its part behind the last slash, or a shortened form that fits `width` pixels."""
    measure = metrics(px, weight)
    if measure.horizontalAdvance(name) <= width:
        return name
    last = name.rsplit("/", 1)[-1]
    tail = measure.elidedText(name, Qt.TextElideMode.ElideLeft, width)
    if tail.endswith("/" + last):
        return tail
    if measure.horizontalAdvance(last) <= width:
        return last
    return measure.elidedText(last, Qt.TextElideMode.ElideMiddle, width)
