"""One map in the canvas: its pixels, the frames and numbers on it, and which tile is where."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap, QTransform

from flgui.theme.devices import device_ratio, on_paper
from flgui.theme.recording import draw_image
from flgui.theme.tokens import Tokens, mix
from flgui.viewmodel.tiles import MapModel
from flgui.views.lettering import metrics, text_font
from flgui.views.tiles.heat import paint_counts
from flgui.views.tiles.progress import INSIDE, in_flight, paint_phases, phase_strength
from flgui.views.tiles.raster import Pixels, TileColors, cell_edges, heat_pixels, map_pixels, picture_pixels
from planner_core.plan import FloatArray, IntArray

__all__ = ["TilePane", "paint_swatch"]

_FRAME_LEAST = 10.0  # pixels of a tile from which it gets a frame
_NUMBER_PX = 12
_SWATCH_EDGE = 1  # half of the outline of a selected one, rounded up


class TilePane:
    """A tensor's map, or the input picture, in a box of the canvas.

    The pixels are made again only when the data, the size, the theme or the selection change.
    """

    def __init__(self, kind: Literal["map", "picture"]) -> None:
        self._kind = kind
        self.box = QRect()
        self.model: MapModel | None = None
        self._phases: IntArray | None = None
        self._heat = False
        self._boxes: FloatArray | None = None
        self._image: QImage | None = None
        self._edges = (np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64))

    def forget(self) -> None:
        """Make the pixels again with the next paint."""
        self._image = None

    def set_heat(self, heat: bool) -> None:
        """Count the tiles that need each cell, instead of showing whose it is."""
        if heat != self._heat:
            self._heat, self._image = heat, None

    def set_phases(self, phases: IntArray | None) -> None:
        """Show how far each tile is; None for no moment in particular."""
        self._phases = phases
        if self._kind == "map":
            self._image = None

    def place(self, box: QRect) -> None:
        """Move to `box`, in logical pixels."""
        if box.size() != self.box.size():
            self._image = None
        self._boxes = None
        self.box = box
        if self.model is not None:
            _, height, width = self.model.shape
            self._edges = (cell_edges(height, box.height()), cell_edges(width, box.width()))

    def tile_rect(self, path: int) -> QRectF:
        """Return the region of a tile on whole logical pixels of the canvas; empty if it needs nothing."""
        return QRectF(*self.tile_boxes[path].tolist()) if self.model is not None else QRectF()

    @property
    def tile_boxes(self) -> FloatArray:
        """(P, 4) x, y, width and height of every `tile_rect`; kept, as playing needs them with every step."""
        if self._boxes is None:
            assert self.model is not None
            y0, y1, x0, x1 = self.model.regions.T
            ys, xs = self._edges
            left, top = self.box.left() + xs[x0], self.box.top() + ys[y0]
            found = np.stack((left, top, xs[x1] - xs[x0], ys[y1] - ys[y0]), axis=1)
            self._boxes = found.astype(np.float64)
        return self._boxes

    def tile_at(self, at: QPointF) -> int | None:
        """Return the tile at a point: where several share a cell, the one whose middle is nearest."""
        if self.model is None or not QRectF(self.box).contains(at):
            return None
        _, height, width = self.model.shape
        y = int(np.searchsorted(self._edges[0], at.y() - self.box.top(), side="right")) - 1
        x = int(np.searchsorted(self._edges[1], at.x() - self.box.left(), side="right")) - 1
        tiles = self.model.at(min(max(y, 0), height - 1), min(max(x, 0), width - 1))
        if not len(tiles):
            return None
        r = self.model.regions[tiles]
        far = (r[:, 0] + r[:, 1] - 2 * y - 1) ** 2 + (r[:, 2] + r[:, 3] - 2 * x - 1) ** 2
        return int(tiles[np.argmin(far)])

    def paint(
        self,
        painter: QPainter,
        colors: TileColors,
        tokens: Tokens,
        picture: Pixels | None,
        selected: Sequence[int],
        dpr: float,
    ) -> None:
        """Paint pixels, frames, numbers and the outlines of the selected tiles."""
        if self.model is None or self.box.isEmpty():
            return
        if self._image is None or self._image.width() != round(self.box.width() * dpr):
            self._image = self._pixels(colors, tokens, picture, selected, dpr)
        draw_image(painter, QRectF(self.box), self._image)
        self._paint_frames(painter, colors, tokens)
        painter.setPen(QPen(QColor(tokens.color("border.default")), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(self.box).adjusted(-0.5, -0.5, 0.5, 0.5))
        self._paint_outlines(painter, tokens, selected)
        if self._heat:
            paint_counts(painter, QRectF(self.box), self.model, tokens)
            return
        self._paint_numbers(painter, colors, tokens, selected, picture is not None)
        if self._phases is not None:
            paint_phases(painter, self, tokens, self._phases, dpr)

    def _paint_outlines(self, painter: QPainter, tokens: Tokens, paths: Sequence[int]) -> None:
        """Paint the ink outlines of the selected tiles, with a gap inside each."""
        found = [rect for rect in map(self.tile_rect, paths) if not rect.isEmpty()]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(_mitred(tokens.color("data.selection"), 2))
        painter.drawRects([rect.adjusted(-1, -1, 1, 1) for rect in found])
        painter.setPen(_mitred(tokens.color("data.selectionGap"), 1))
        wide = [rect for rect in found if min(rect.width(), rect.height()) > 6]
        painter.drawRects([rect.adjusted(0.5, 0.5, -0.5, -0.5) for rect in wide])

    def paint_hover(self, painter: QPainter, tokens: Tokens, path: int) -> None:
        """Paint the thin frame of the tile under the pointer."""
        rect = self.tile_rect(path)
        if not rect.isEmpty():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(_mitred(tokens.color("data.selection"), 1))
            painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))

    def _pixels(
        self, colors: TileColors, tokens: Tokens, picture: Pixels | None, selected: Sequence[int], dpr: float
    ) -> QImage:
        assert self.model is not None
        size = (round(self.box.height() * dpr), round(self.box.width() * dpr))
        if self._heat:
            data = heat_pixels(self.model, tokens, picture, size, dpr)
        elif self._kind == "map" and picture is None:
            strength = None if self._phases is None else phase_strength(self._phases, tokens.dark)
            data = map_pixels(self.model, colors, tokens, size, selected, strength, dpr)
        else:
            data = picture_pixels(self.model, colors, tokens, picture, size, selected, dpr)
        image = QImage(data.data, size[1], size[0], 4 * size[1], QImage.Format.Format_RGBA8888)
        return image.copy()  # the array goes out of scope

    @property
    def kind(self) -> Literal["map", "picture"]:
        """What the pane shows."""
        return self._kind

    def _typical(self) -> float:
        """Return the side in pixels of a tile of middling size, or of its share of the box if less."""
        assert self.model is not None
        r, (_, height, width) = self.model.regions, self.model.shape
        tall = float(np.median(r[:, 1] - r[:, 0])) * self.box.height() / height
        wide = float(np.median(r[:, 3] - r[:, 2])) * self.box.width() / width
        share = math.sqrt(self.box.width() * self.box.height() / len(r))
        return min(tall, wide, share)

    def _paint_frames(self, painter: QPainter, colors: TileColors, tokens: Tokens) -> None:
        assert self.model is not None
        if self._typical() < _FRAME_LEAST:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        whole = self.tile_boxes
        some = (whole[:, 2:] > 0).all(axis=1)
        inside = whole + INSIDE
        for i, fill in enumerate(colors.kinds):
            edge = fill if tokens.dark else mix(fill, tokens.color("data.selection"), 0.12)
            if self._heat:
                edge = tokens.color("border.strong")
            painter.setPen(_mitred(edge, 1))
            painter.drawRects([QRectF(*row) for row in inside[some & (colors.kind == i)].tolist()])

    def _paint_numbers(
        self, painter: QPainter, colors: TileColors, tokens: Tokens, selected: Sequence[int], on_picture: bool
    ) -> None:
        assert self.model is not None
        paths = len(self.model.regions)
        if paths == 1:
            return
        strong = set(selected)
        widest = metrics(_NUMBER_PX, 600).horizontalAdvance(str(paths - 1)) + 6
        on_picture = on_picture or self._kind == "picture"
        for path in range(paths) if self._typical() >= (24 if on_picture else max(widest, 14)) else ():
            rect = self.tile_rect(path)
            if rect.width() < widest or rect.height() < 14:
                continue
            fill = colors.kinds[colors.kind[path]]
            if on_picture:
                side = max(18.0, widest)
                spot = QRectF(
                    round(rect.center().x() - side / 2), round(rect.center().y() - 9), round(side), 18
                )
                paint_swatch(painter, tokens, spot, fill, str(path))
                continue
            painter.setFont(text_font(_NUMBER_PX, 600))
            full = path in strong or (self._phases is not None and in_flight(int(self._phases[path])))
            ink = tokens.label_color(fill) if full else tokens.color("text.primary")
            painter.setPen(QColor(ink))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, str(path))


def paint_swatch(
    painter: QPainter, tokens: Tokens, box: QRectF, fill: str, text: str, ink: bool = False
) -> None:
    """Paint a path's number on its colour; with `ink` outlined as selected."""
    whole = box.toRect()
    kind = QTransform.TransformationType
    enlarged = painter.worldTransform().type() not in (kind.TxNone, kind.TxTranslate)
    if QRectF(whole) != box or on_paper(painter) or enlarged:
        _draw_swatch(painter, tokens, box, fill, text, ink)
        return
    ratio = device_ratio(painter)
    kept = _swatch_picture(tokens, whole.width(), whole.height(), fill, text, ink, ratio)
    painter.drawPixmap(whole.topLeft() - QPoint(_SWATCH_EDGE, _SWATCH_EDGE), kept)


@lru_cache(maxsize=512)
def _swatch_picture(
    tokens: Tokens, width: int, height: int, fill: str, text: str, ink: bool, ratio: float
) -> QPixmap:
    """A swatch as a picture: there may be one on every tile, and rounded corners take their time."""
    size = QSize(width + 2 * _SWATCH_EDGE, height + 2 * _SWATCH_EDGE)
    picture = QPixmap(size * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    _draw_swatch(painter, tokens, QRectF(_SWATCH_EDGE, _SWATCH_EDGE, width, height), fill, text, ink)
    painter.end()
    return picture


def _draw_swatch(painter: QPainter, tokens: Tokens, box: QRectF, fill: str, text: str, ink: bool) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    edge = tokens.color("data.selection") if ink else tokens.bar_edge(fill)
    painter.setPen(QPen(QColor(edge), 2 if ink else 1) if edge else Qt.PenStyle.NoPen)
    painter.setBrush(QColor(fill))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    painter.setPen(QColor(tokens.label_color(fill)))
    painter.setFont(text_font(11, 600))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def _mitred(color: str, width: float) -> QPen:
    pen = QPen(QColor(color), width)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    return pen
