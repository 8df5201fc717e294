"""The numbers on the heat map, and its scale."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from flgui.text import TIMES, format_percent
from flgui.theme.tokens import Tokens
from flgui.viewmodel.overlap import OverlapScale, block_count, blocks
from flgui.viewmodel.tiles import MapModel
from flgui.views.lettering import metrics, text_font
from flgui.views.tiles.raster import heat_colors

__all__ = ["paint_counts", "paint_scale"]

_LEAST: Final = (12.0, 13.0)
"""Width and height of a block that has room for its number."""
_MOST_NUMBERS: Final = 400
_SWATCH: Final = 17
_PITCH: Final = 22


def paint_counts(painter: QPainter, box: QRectF, shown: MapModel, tokens: Tokens) -> None:
    """Write into each plain block how many tiles need it, where it has room."""
    if block_count(shown) > 4 * _MOST_NUMBERS:
        return
    colors = heat_colors(tokens, int(shown.count.max()))
    _, height, width = shown.shape
    painter.setFont(text_font(11, 600))
    for block in blocks(shown):
        rect = QRectF(
            box.left() + block.x0 * box.width() / width,
            box.top() + block.y0 * box.height() / height,
            (block.x1 - block.x0) * box.width() / width,
            (block.y1 - block.y0) * box.height() / height,
        )
        text = str(block.count)
        room = metrics(11, 600).horizontalAdvance(text) + 4
        if rect.width() < max(_LEAST[0], room) or rect.height() < _LEAST[1]:
            continue
        spot = QRectF(round(rect.center().x() - room / 2), round(rect.center().y() - 7), round(room), 14)
        painter.fillRect(spot, QColor(colors[block.count]))  # over the picture it needs a ground
        painter.setPen(QColor(tokens.label_color(colors[block.count])))
        painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, text)


def paint_scale(painter: QPainter, box: QRectF, scale: OverlapScale, tensor: str, tokens: Tokens) -> None:
    """Draw the scale: a swatch with its number, and the share of the cells that are needed so often."""
    colors = heat_colors(tokens, scale.most)
    y = box.top()
    for words in ("tiles that", "need a cell"):
        painter.setPen(QColor(tokens.color("text.tertiary")))
        painter.setFont(text_font(11, 400))
        painter.drawText(QRectF(box.left(), y - 1, box.width(), 16), 0, words)
        y += 14
    y += 6
    for number, share in scale.steps:
        spot = QRectF(
            box.left(), y, max(_SWATCH, metrics(11, 600).horizontalAdvance(str(number)) + 6), _SWATCH
        )
        painter.fillRect(spot, QColor(colors[number]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.color("border.strong")), 1))
        painter.drawRect(spot.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.setPen(QColor(tokens.label_color(colors[number])))
        painter.setFont(text_font(11, 600))
        painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, str(number))
        painter.setPen(QColor(tokens.color("text.secondary")))
        painter.setFont(text_font(11, 400))
        line = QRectF(spot.right() + 6, y, box.right() - spot.right() - 4, _SWATCH)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, format_percent(share, 2))
        y += _PITCH
    painter.setPen(QColor(tokens.color("text.primary")))
    painter.setFont(text_font(13, 600))
    painter.drawText(QRectF(box.left(), y + 6, box.width(), 18), 0, f"{TIMES}{scale.factor:.2f}")
    painter.setPen(QColor(tokens.color("text.secondary")))
    painter.setFont(text_font(11, 400))
    name = metrics(11, 400).elidedText(tensor, Qt.TextElideMode.ElideMiddle, box.width())
    painter.drawText(QRectF(box.left(), y + 23, box.width(), 16), 0, name)
