"""Right of the maps: what each path sends, halo and shared cells, and the overlap factors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from flgui.text import TIMES
from flgui.theme.tokens import Tokens, mix
from flgui.viewmodel.tiles import TilesModel
from flgui.views.lettering import metrics, text_font
from flgui.views.tiles.pane import paint_swatch
from flgui.views.tiles.raster import TileColors

__all__ = ["Legend"]

_MOST_PATHS = 12
_SWATCH = 17
_PITCH = (17.0, 24.0)
_OVERLAP = 144.0


@dataclass(frozen=True, slots=True)
class _Row:
    y: float
    label: str  # number of the path, or how many there are
    words: str
    paths: tuple[int, ...]


class Legend:
    """Lists up to twelve paths one by one, more of them by what they send.

    It paints itself into a column of the canvas and says which paths are listed where.
    """

    def __init__(self) -> None:
        self._box = QRect()
        self._rows: list[_Row] = []
        self._more = 0
        self._pitch = _PITCH[1]
        self._overlap_top = 0.0
        self._tops: dict[str, float] = {}

    def place(self, model: TilesModel, offload: np.ndarray, box: QRect, picture_top: int) -> None:
        """Lay the rows out in `box`; the factors stand beside the picture where the rows leave room."""
        self._box = box
        if model.paths <= _MOST_PATHS:
            listed = [(str(p), model.sends[int(offload[p]) - 1], (p,)) for p in range(model.paths)]
        else:
            listed = [(str(len(g.paths)), g.words, tuple(g.paths.tolist())) for g in model.groups]
        keys = 2 if model.paths > 1 else 0
        free = box.height() - _OVERLAP - 20
        self._pitch = min(max(free / (len(listed) + keys + 0.4), _PITCH[0]), _PITCH[1])
        most = max(1, int(free / self._pitch - keys - 0.4))
        self._more = max(0, len(listed) - most)
        if self._more:
            listed = listed[: most - 1]
            self._more += 1
        y = box.top() + 20.0
        self._rows = []
        for label, words, paths in listed:
            self._rows.append(_Row(y, label, words, paths))
            y += self._pitch
        self._tops = {}
        for name in ("more", "halo", "shared"):
            if (name == "more" and not self._more) or (name != "more" and not keys):
                continue
            y += 0.4 * self._pitch if name == "halo" else 0.0
            self._tops[name] = y
            y += self._pitch
        self._overlap_top = max(float(picture_top), min(y + 8, box.bottom() - _OVERLAP + 8))

    def term_at(self, at: QPointF) -> str:
        """Return which of "halo", "shared" and "overlap" is explained under a point, or nothing."""
        across = self._box.left() - 4 <= at.x() <= self._box.right() + 4
        for name in ("halo", "shared"):
            if across and name in self._tops and 0 <= at.y() - self._tops[name] < self._pitch:
                return name
        return "overlap" if across and 0 <= at.y() - self._overlap_top < _OVERLAP else ""

    @property
    def box(self) -> QRect:
        """The column that the legend has."""
        return self._box

    def row_at(self, at: QPointF) -> tuple[str, tuple[int, ...]] | None:
        """Return what a row sends and the paths it lists."""
        for row in self._rows:
            if self._row_box(row).contains(at):
                return row.words, row.paths
        return None

    def paint(
        self,
        painter: QPainter,
        model: TilesModel,
        colors: TileColors,
        tokens: Tokens,
        selected: Sequence[int],
    ) -> None:
        """Paint rows, keys and factors."""
        self._caption(painter, tokens, "sends", self._box.top() - 1)
        for row in self._rows:
            self._paint_row(painter, model, colors, tokens, row, selected)
        if "more" in self._tops:
            self._words(painter, tokens, f"{self._more} more", self._tops["more"], self._box.left(), False)
        if "halo" in self._tops:
            self._paint_keys(painter, colors, tokens, selected[-1] if selected else None)
        self._paint_overlap(painter, model, tokens)

    def _row_box(self, row: _Row) -> QRectF:
        return QRectF(self._box.left() - 4, row.y, self._box.width() + 8, self._pitch)

    def _paint_row(
        self,
        painter: QPainter,
        model: TilesModel,
        colors: TileColors,
        tokens: Tokens,
        row: _Row,
        selected: Sequence[int],
    ) -> None:
        chosen = model.paths > 1 and not set(selected).isdisjoint(row.paths)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.color("surface.hover")))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawRoundedRect(self._row_box(row).adjusted(0, 0.5, 0, -0.5), 4, 4)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        left = self._box.left()
        if model.paths <= _MOST_PATHS:
            side = min(_SWATCH, self._pitch - 1)
            spot = QRectF(left, round(row.y + (self._pitch - side) / 2), side, side)
            paint_swatch(painter, tokens, spot, colors.kinds[colors.kind[row.paths[0]]], row.label, chosen)
            text_left = left + side + 6
        else:
            painter.setPen(QColor(tokens.color("text.primary")))
            painter.setFont(text_font(12, 600))
            place = QRectF(left, row.y, self._box.width(), self._pitch)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, row.label)
            text_left = left + metrics(12, 600).horizontalAdvance(row.label) + 6
        self._words(painter, tokens, row.words, row.y, text_left, chosen, self._is_alone(row))

    def _is_alone(self, row: _Row) -> bool:
        """Whether the last part of the name tells it from all other names."""
        last = row.words.rsplit("/", 1)[-1]
        return not any(r.words != row.words and r.words.rsplit("/", 1)[-1] == last for r in self._rows)

    def _words(
        self,
        painter: QPainter,
        tokens: Tokens,
        text: str,
        y: float,
        left: float,
        strong: bool,
        last_part: bool = True,
    ) -> None:
        weight = 600 if strong else 400
        room = QRectF(left, y, self._box.right() + 1 - left, self._pitch)
        painter.setFont(text_font(11, weight))
        painter.setPen(QColor(tokens.color("text.primary" if strong else "text.secondary")))
        measure = metrics(11, weight)
        if last_part and measure.horizontalAdvance(text) > room.width():
            text = text.rsplit("/", 1)[-1]
        shown = measure.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        _write(painter, room, shown)

    def _paint_keys(
        self, painter: QPainter, colors: TileColors, tokens: Tokens, selected: int | None
    ) -> None:
        panel = tokens.color("surface.panel")
        fill = colors.kinds[colors.kind[selected]] if selected is not None else tokens.color("data.whole")
        side = min(_SWATCH, round(self._pitch) - 1)
        for name, ground in (
            ("halo", mix(panel, fill, 0.62)),
            ("shared", mix(panel, tokens.color("text.tertiary"), 0.38)),
        ):
            y = self._tops[name]
            spot = QRectF(self._box.left(), round(y + (self._pitch - side) / 2), side, side)
            painter.fillRect(spot, QColor(ground))
            if name == "halo":
                painter.save()
                painter.setClipRect(spot)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(QPen(QColor(tokens.color("data.selection")), 1.5))
                for k in range(0, 2 * side, 6):
                    painter.drawLine(
                        QPointF(spot.left() + k - side, spot.bottom()), QPointF(spot.left() + k, spot.top())
                    )
                painter.restore()
            edge = tokens.color("data.selection") if name == "halo" else tokens.color("border.strong")
            painter.setPen(QPen(QColor(edge), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(spot.adjusted(0.5, 0.5, -0.5, -0.5))
            self._words(painter, tokens, name, y, self._box.left() + side + 6, False)

    def _paint_overlap(self, painter: QPainter, model: TilesModel, tokens: Tokens) -> None:
        y = self._overlap_top
        self._caption(painter, tokens, "overlap", y - 1)
        y += 21
        factors = [(model.work_factor, "work"), (model.input_factor, "input")]
        if model.sent_factor is not None:
            factors.append((model.sent_factor, "bits sent"))
        for factor, name in factors:
            painter.setPen(QColor(tokens.color("text.primary")))
            painter.setFont(text_font(13, 600))
            painter.drawText(QRectF(self._box.left(), y, self._box.width(), 18), 0, f"{TIMES}{factor:.2f}")
            painter.setPen(QColor(tokens.color("text.secondary")))
            painter.setFont(text_font(11, 400))
            painter.drawText(QRectF(self._box.left(), y + 17, self._box.width(), 16), 0, name)
            y += 40

    def _caption(self, painter: QPainter, tokens: Tokens, text: str, y: float) -> None:
        painter.setPen(QColor(tokens.color("text.tertiary")))
        painter.setFont(text_font(11, 400))
        painter.drawText(QRectF(self._box.left(), y, self._box.width(), 16), 0, text)


def _write(painter: QPainter, room: QRectF, text: str) -> None:
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
