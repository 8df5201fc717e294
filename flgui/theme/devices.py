"""What a painter paints on: a screen, an image of any resolution, or the vectors of an SVG or PDF file."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QPaintEngine, QPainter

__all__ = ["HATCH_CELL", "PAPER_RATIO", "device_ratio", "on_paper"]

HATCH_CELL: Final = 17
"""Side of a hatch's texture in logical pixels, two lines a cell: lines 6 px apart repeat after 8.5 px."""

PAPER_RATIO: Final = 3.0
"""Pixels a logical pixel of what stays a bitmap in a vector file: hatches, maps, pictures."""
_VECTORS: Final = (QPaintEngine.Type.SVG, QPaintEngine.Type.Pdf, QPaintEngine.Type.Picture)


def on_paper(painter: QPainter) -> bool:
    """Whether lines and letters stay vectors, so that a view must not paint from a kept pixmap."""
    return painter.paintEngine().type() in _VECTORS


def device_ratio(painter: QPainter) -> float:
    """Return the device pixels a logical pixel; a widget's own ratio is that of its screen, not of its export."""
    if on_paper(painter):
        return PAPER_RATIO
    return float(painter.paintEngine().paintDevice().devicePixelRatioF())
