"""Draws the receptive cone: a stack of planes from the output down to the input, with what one tile needs of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF, QTransform

from flgui.text import TIMES
from flgui.theme.recording import draw_image
from flgui.theme.tokens import Tokens, mix
from flgui.viewmodel.cone import Box, Cone, Level
from flgui.views.lettering import fitted, metrics, text_font

__all__ = ["ConeView"]

_INSET: Final = 16
_LABEL: Final = 112
_LABEL_GAP: Final = 12
_SKEW: Final = 0.28
"""How far the back edge of a plane stands to the right, as a share of its width."""
_FLAT: Final = 0.5
"""Depth of a plane on screen as a share of its width."""
_LEAST_PITCH: Final = 30.0
_MOST_PITCH: Final = 1.5
_SIDE: Final = 0.16
_TITLE: Final = 26
_HALO: Final = 0.45


@dataclass(frozen=True, slots=True)
class _Plane:
    """One tensor's parallelogram: top left corner of its back edge, width, depth and skew."""

    left: float
    top: float
    width: float
    depth: float
    skew: float

    def point(self, level: Level, y: float, x: float) -> QPointF:
        """Return where cell corner (y, x) is."""
        _, rows, cols = level.shape
        v = y / rows
        return QPointF(self.left + self.width * x / cols + self.skew * (1 - v), self.top + self.depth * v)

    def corners(self, level: Level, box: Box) -> list[QPointF]:
        """Return the corners of a box of cells, from the back left one around."""
        y0, y1, x0, x1 = box
        return [self.point(level, y, x) for y, x in ((y0, x0), (y0, x1), (y1, x1), (y1, x0))]

    def polygon(self, level: Level, box: Box) -> QPolygonF:
        """Return `corners` as a polygon."""
        return QPolygonF(self.corners(level, box))


class ConeView:
    """Places the planes in a box of the canvas and paints them."""

    def __init__(self) -> None:
        self._cone: Cone | None = None
        self._planes: list[_Plane] = []
        self._grid = (1, 1)
        self._box = QRectF()

    @property
    def cone(self) -> Cone | None:
        """What is drawn."""
        return self._cone

    def place(self, cone: Cone | None, grid: tuple[int, int], box: QRectF) -> None:
        """Lay the planes out from top to bottom of `box`."""
        self._cone, self._grid, self._box = cone, grid, box
        self._planes = []
        if cone is None:
            return
        count = len(cone.levels)
        room = box.height() - _TITLE - 8
        whole = box.width() - 2 * _INSET - _LABEL - _LABEL_GAP
        width = whole / (1 + _SKEW)
        depth = min(_FLAT * width, room * 0.6 if count > 1 else room)
        pitch = (room - depth) / max(1, count - 1)
        if pitch > _MOST_PITCH * depth:  # few planes: they stand closer than there is room for
            pitch = max(_LEAST_PITCH, _MOST_PITCH * depth)
        for at in range(count):
            top = box.top() + _TITLE + at * pitch
            self._planes.append(_Plane(box.left() + _INSET, top, width, depth, _SKEW * width))

    def level_at(self, at: QPointF) -> int | None:
        """Return the plane under a point; of planes behind one another the front one."""
        if self._cone is None:
            return None
        for i in range(len(self._planes) - 1, -1, -1):
            level, plane = self._cone.levels[i], self._planes[i]
            _, rows, cols = level.shape
            if plane.polygon(level, (0, rows, 0, cols)).containsPoint(at, Qt.FillRule.OddEvenFill):
                return i
        return None

    def tile_at(self, at: QPointF) -> int | None:
        """Return the tile of the even cut under a point of any plane."""
        number = self.level_at(at)
        if self._cone is None or number is None:
            return None
        plane, (rows, cols) = self._planes[number], self._grid
        v = min(max((at.y() - plane.top) / plane.depth, 0.0), 1 - 1e-9)
        u = min(max((at.x() - plane.left - plane.skew * (1 - v)) / plane.width, 0.0), 1 - 1e-9)
        return int(v * rows) * cols + int(u * cols)

    def spot(self, level: int, tile: int) -> QPointF:
        """Return the middle of a tile's even share on a plane."""
        assert self._cone is not None
        row, col = divmod(tile, self._grid[1])
        shown, plane = self._cone.levels[level], self._planes[level]
        _, height, width = shown.shape
        y, x = (row + 0.5) * height / self._grid[0], (col + 0.5) * width / self._grid[1]
        return plane.point(shown, y, x)

    def paint(
        self,
        painter: QPainter,
        tokens: Tokens,
        fill: str,
        title: str,
        image: QImage | None,
        chosen: str | None,
    ) -> None:
        """Paint title, planes, the sides of the cone and labels.

        Parameters
        ----------
        fill : str
            Colour of the tile.
        image : QImage or None
            Laid on the plane of the network input.
        chosen : str or None
            Tensor whose name stands out.
        """
        cone = self._cone
        if cone is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_title(painter, tokens, title)
        # From the input up: an upper plane lies over the sides that go down from it.
        for i in range(len(cone.levels) - 1, -1, -1):
            lies = image if i == len(cone.levels) - 1 else None
            self._paint_plane(painter, tokens, i, fill, lies)
            for upper, lower in cone.edges:
                if lower == i:
                    self._paint_sides(painter, tokens, fill, upper, lower)
        self._paint_labels(painter, tokens, chosen)
        painter.restore()

    def _paint_title(self, painter: QPainter, tokens: Tokens, title: str) -> None:
        line = QRectF(self._box.left() + _INSET, self._box.top(), self._box.width() - 2 * _INSET, _TITLE - 6)
        painter.setPen(QColor(tokens.color("text.secondary")))
        painter.setFont(text_font(11, 400))
        text = metrics(11, 400).elidedText(title, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_plane(
        self, painter: QPainter, tokens: Tokens, at: int, fill: str, image: QImage | None
    ) -> None:
        assert self._cone is not None
        level, plane = self._cone.levels[at], self._planes[at]
        _, rows, cols = level.shape
        outline = plane.polygon(level, (0, rows, 0, cols))
        painter.setPen(QPen(QColor(tokens.color("border.strong")), 1))
        painter.setBrush(QColor(tokens.color("surface.sunken")))
        painter.drawPolygon(outline)
        if image is not None:
            self._paint_image(painter, plane, image)
        self._paint_grid(painter, tokens, level, plane)
        y0, y1, x0, x1 = level.region
        if y1 <= y0 or x1 <= x0:
            return
        halo = QColor(mix(tokens.color("surface.panel"), fill, _HALO))
        own = QColor(fill)
        if image is not None:  # the picture stays to be seen
            halo.setAlphaF(0.45)
            own.setAlphaF(0.30)
        painter.setPen(QPen(QColor(tokens.color("data.selection")), 1.5))
        painter.setBrush(halo)
        painter.drawPolygon(plane.polygon(level, level.region))
        a0, a1, b0, b1 = level.share
        inner = (max(y0, a0), min(y1, a1), max(x0, b0), min(x1, b1))
        if inner[1] > inner[0] and inner[3] > inner[2]:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(own)
            painter.drawPolygon(plane.polygon(level, inner))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.color("data.selection")), 1.5))
            painter.drawPolygon(plane.polygon(level, level.region))

    def _paint_image(self, painter: QPainter, plane: _Plane, image: QImage) -> None:
        w, h = image.width(), image.height()
        lies = QTransform(
            plane.width / w, 0, -plane.skew / h, plane.depth / h, plane.left + plane.skew, plane.top
        )
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setTransform(lies, True)
        draw_image(painter, QPointF(0, 0), image)
        painter.restore()

    def _paint_grid(self, painter: QPainter, tokens: Tokens, level: Level, plane: _Plane) -> None:
        """Draw where an even cut goes, as far as its lines are apart."""
        rows, cols = self._grid
        _, height, width = level.shape
        painter.setPen(QPen(QColor(tokens.color("border.default")), 1))
        if plane.depth / rows >= 4:
            for i in range(1, rows):
                y = i * height // rows
                painter.drawLine(plane.point(level, y, 0), plane.point(level, y, width))
        if plane.width / cols >= 4:
            for j in range(1, cols):
                x = j * width // cols
                painter.drawLine(plane.point(level, 0, x), plane.point(level, height, x))

    def _paint_sides(self, painter: QPainter, tokens: Tokens, fill: str, upper: int, lower: int) -> None:
        assert self._cone is not None
        above, below = self._cone.levels[upper], self._cone.levels[lower]
        if not above.elements or not below.elements:
            return
        start = self._planes[upper].corners(above, above.region)
        end = self._planes[lower].corners(below, below.region)
        near = abs(upper - lower) == 1
        if near:
            side = QColor(fill)
            side.setAlphaF(_SIDE)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(side)
            for a, b in ((3, 2), (2, 1)):  # the faces in front
                painter.drawPolygon(QPolygonF([start[a], start[b], end[b], end[a]]))
        style = Qt.PenStyle.SolidLine if near else Qt.PenStyle.DotLine  # dotted: past other planes
        painter.setPen(QPen(QColor(tokens.color("data.selection")), 0.8, style))
        for one, other in zip(start, end, strict=True):
            painter.drawLine(one, other)

    def _paint_labels(self, painter: QPainter, tokens: Tokens, chosen: str | None) -> None:
        assert self._cone is not None
        left = self._box.right() - _INSET - _LABEL
        for level, plane in zip(self._cone.levels, self._planes, strict=True):
            strong = level.tensor == chosen
            y0, y1, x0, x1 = level.region
            top = plane.top + min(plane.depth / 2, 12) - 8
            name = QRectF(left, top, _LABEL, 15)
            painter.setPen(QColor(tokens.color("text.primary")))
            painter.setFont(text_font(11, 600 if strong else 500))
            painter.drawText(name, Qt.AlignmentFlag.AlignVCenter, fitted(level.tensor, _LABEL, 11, 600))
            painter.setPen(QColor(tokens.color("text.secondary")))
            painter.setFont(text_font(11, 400))
            _, rows, cols = level.shape
            words = f"{y1 - y0}{TIMES}{x1 - x0}"
            longer = f"{words} of {rows}{TIMES}{cols}"
            if metrics(11, 400).horizontalAdvance(longer) <= _LABEL + _INSET - 4:
                words = longer
            line = name.translated(0, 14)
            line.setRight(self._box.right())
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, words)
