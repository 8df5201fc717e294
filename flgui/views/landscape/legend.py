"""The legend at the right of the landscape: the ramp with its values, and what else the cells show."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF

from flgui.text import format_number, format_time, trim
from flgui.theme.recording import draw_image
from flgui.theme.tokens import Tokens
from flgui.viewmodel.landscape import LandscapeModel
from flgui.views.landscape.raster import ramp_colors, to_image
from flgui.views.lettering import metrics, text_font

__all__ = ["paint_legend"]

_LINE = 18
_BAR = 12
_TALLEST = 104
_LEAST = 30
_PER_SECOND = {"µs": 1e6, "ms": 1e3, "s": 1.0, "min": 1 / 60, "h": 1 / 3600}
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


def paint_legend(painter: QPainter, box: QRect, model: LandscapeModel, tokens: Tokens) -> None:
    """Paint the legend into `box`; what says least goes first where it is low."""
    best, nfl = model.best_s, model.nfl_s
    x, y = box.left(), box.top()
    lines = 3 + bool(model.unproven.any()) + (model.beyond is not None)
    if best is None:
        return
    unit = format_time(best)[1]
    _text(painter, QRect(x, y, box.width(), _LINE), f"Inference time, {unit}", tokens, "text.secondary")
    high = max(_LEAST, min(_TALLEST, box.height() - lines * _LINE - 24))
    bar = QRect(x, y + _LINE + 8, _BAR, high)
    if nfl is not None and nfl > best and _written(nfl, unit) != _written(best, unit):
        draw_image(painter, QRectF(bar), to_image(ramp_colors(tokens, "heat")[:, None, :].copy(), 1.0))
        _values(painter, bar, box.right(), model, unit, tokens)
    else:
        painter.fillRect(QRect(x, bar.top(), _BAR, _BAR), QColor(tokens.colors("heat")[0]))
        words = f"{_written(best, unit)}  best, equal to NFL" if nfl is not None else _best_words(model, unit)
        _text(
            painter, QRect(x + 22, bar.top() - 3, box.width() - 22, _LINE), words, tokens, "text.primary", 600
        )
        bar.setHeight(_BAR)
    y = bar.bottom() + 10
    swatch = QRect(x, y + 3, _BAR, _BAR)
    painter.fillRect(swatch, QColor(tokens.colors("heatSlower")[-1]))
    _text(painter, QRect(x + 22, y, box.width() - 22, _LINE), "slower than NFL", tokens, "text.secondary")
    y += _LINE
    if model.unproven.any() and y + _LINE <= box.bottom() + 1:
        swatch = QRect(x, y + 3, _BAR, _BAR)
        painter.fillRect(swatch, QColor(tokens.color("border.subtle")))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.color("text.primary")))
        right, top = swatch.right() + 1, swatch.top()
        painter.drawPolygon(
            QPolygonF([QPointF(right - 5, top), QPointF(right, top), QPointF(right, top + 5)])
        )
        _text(
            painter, QRect(x + 22, y, box.width() - 22, _LINE), "own optimum open", tokens, "text.secondary"
        )
        y += _LINE
    if (words := model.summary()) and y + _LINE <= box.bottom() + 1:
        _text(painter, QRect(x, y + 3, box.width(), _LINE), words, tokens, "text.secondary")
        y += _LINE
    if model.beyond is not None and y + _LINE <= box.bottom() + 1:
        place = QRect(x, y + 3, box.width(), _LINE)
        _text(painter, place, model.beyond_text(), tokens, "text.primary", 600)


def _values(
    painter: QPainter, bar: QRect, right: int, model: LandscapeModel, unit: str, tokens: Tokens
) -> None:
    """Write best and NFL at the ends of the bar, and round values between where there is room."""
    best, nfl = model.best_s, model.nfl_s
    assert best is not None
    assert nfl is not None
    entries = [(0.0, _best_words(model, unit), True), (1.0, f"{_written(nfl, unit)}  NFL", False)]
    if bar.height() >= 70:
        entries += [(share, words, False) for share, words in _tick_words(model, unit)]
    for share, words, strong in entries:
        y = bar.top() + round(share * (bar.height() - 1))
        painter.fillRect(bar.right() + 1, y, 4, 1, QColor(tokens.color("border.strong")))
        place = QRect(bar.right() + 10, y - _LINE // 2, right - bar.right() - 9, _LINE)
        if strong and metrics(11, 600).horizontalAdvance(words) > place.width():
            words = words.replace("best, ", "")
        color = "text.primary" if strong else "text.secondary"
        _text(painter, place, words, tokens, color, 600 if strong else 400)


def _tick_words(model: LandscapeModel, unit: str) -> list[tuple[float, str]]:
    """Return the values between best and NFL in so many digits that no two read alike; none where these are many."""
    ticks, ends = model.ticks(), [value for value in (model.best_s, model.nfl_s) if value is not None]
    for digits in (2, 3, 4):
        words = [trim(_written(value, unit, digits)) for _, value in ticks]
        if len({*words, *(trim(_written(end, unit, digits)) for end in ends)}) == len(words) + len(ends):
            return [(share, text) for (share, _), text in zip(ticks, words, strict=True)]
    return []


def _best_words(model: LandscapeModel, unit: str) -> str:
    assert model.best is not None
    assert model.best_s is not None
    row, column = model.best
    return f"{_written(model.best_s, unit)}  best, τ {row + 1} · P {column + 1}"


def _written(seconds: float, unit: str, digits: int = 4) -> str:
    return format_number(seconds * _PER_SECOND[unit], digits)


def _text(painter: QPainter, box: QRect, words: str, tokens: Tokens, color: str, weight: int = 400) -> None:
    painter.setFont(text_font(11, weight))
    painter.setPen(QColor(tokens.color(color)))
    text = metrics(11, weight).elidedText(words, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, _MIDDLE, text)
