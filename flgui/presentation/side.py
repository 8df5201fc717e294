"""The picture under its tiles on the stage, and the facts of the path that is told about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QImage, QPainter

from flgui.presentation.lettering import put, width_of
from flgui.text import TIMES
from flgui.theme.tokens import Tokens
from flgui.viewmodel.moments import phases
from flgui.viewmodel.slides import Slide
from flgui.views.tiles.pane import TilePane, paint_swatch
from flgui.views.tiles.picture import picture_array
from flgui.views.tiles.raster import TileColors, tile_colors

__all__ = ["TilesPanel"]

_SCALE: Final = 2.0
"""Letters and frames of the tile painters at the room's size."""
_TITLE: Final = 52
_ROOM_FOR_FACTS: Final = 560
_LINE: Final = 36
_PLACES: Final = {"Device": "device", "Queue": "waits", "Link": "link", "ES": "edge server"}


def _fitting(texts: Sequence[str], px: int, weight: int, room: float) -> str:
    """Return the first text that fits, else the last one."""
    return next((text for text in texts if width_of(text, px, weight) <= room), texts[-1])


def _tiles_titles(paths: Sequence[int]) -> tuple[str, str]:
    """Say which tiles are told about: "Tiles 1, 2 and 4", or how many where there is no room."""
    *others, last = (str(path) for path in sorted(paths))
    return f"Tiles {', '.join(others)} and {last}", f"{len(paths)} tiles"


class TilesPanel:
    """Paints the input picture with the tiles of a slide; keeps its pixels while they stay the same."""

    def __init__(self) -> None:
        self._pane = TilePane("picture")
        self._slide: Slide | None = None
        self._colors: TileColors | None = None
        self._tokens: Tokens | None = None

    def paint(
        self,
        painter: QPainter,
        box: QRectF,
        slide: Slide,
        tokens: Tokens,
        image: QImage | None,
        ratio: float,
        cursor_s: float | None,
    ) -> None:
        """Paint into `box`, in pixels of the stage; `ratio` are device pixels a pixel of the stage."""
        model, plan = slide.tiles, slide.plan
        body = tokens.px("type.present.body")
        put(
            painter,
            box.left(),
            box.top() + 16,
            _fitting(slide.tiles_titles, body, 600, box.width()),
            body,
            600,
            tokens.color("text.primary"),
            box.width(),
        )
        if model is None or plan is None:
            return
        if slide is not self._slide or tokens is not self._tokens or self._colors is None:
            self._slide, self._tokens = slide, tokens
            self._colors = tile_colors(tokens, model.rows, model.cols)
            self._pane.model = model.source
            self._pane.forget()
        told = slide.facts is not None and box.height() >= _ROOM_FOR_FACTS
        lines = len(slide.facts.lines) + 2 if told and slide.facts is not None else 0
        _, rows, cols = model.source.shape
        room = max(120.0, box.height() - _TITLE - lines * _LINE - 30)
        factor = min(box.width() / cols, room / rows)
        size = QRect(0, 0, max(12, round(cols * factor / _SCALE)), max(12, round(rows * factor / _SCALE)))
        self._pane.place(size)
        self._pane.set_phases(phases(plan, cursor_s) if cursor_s is not None and plan.paths > 1 else None)
        dpr = ratio * _SCALE
        pixels = picture_array(
            image, model.source.shape, (round(size.height() * dpr), round(size.width() * dpr))
        )
        painter.save()
        painter.translate(box.left(), box.top() + _TITLE)
        painter.scale(_SCALE, _SCALE)
        self._pane.paint(painter, self._colors, tokens, pixels, slide.paths, dpr)
        painter.restore()
        if told:
            self._facts(painter, box, box.top() + _TITLE + size.height() * _SCALE + 44, slide, tokens)

    def tile_at(self, box: QRectF, x: float, y: float) -> int | None:
        """Return the tile at a point of the stage."""
        return self._pane.tile_at(QPointF((x - box.left()) / _SCALE, (y - box.top() - _TITLE) / _SCALE))

    def _facts(self, painter: QPainter, box: QRectF, y: float, slide: Slide, tokens: Tokens) -> None:
        facts, plan, model = slide.facts, slide.plan, slide.tiles
        if facts is None or plan is None or model is None or y > box.bottom() - _LINE:
            return
        label, body = tokens.px("type.present.label"), tokens.px("type.present.body")
        ink, quiet = tokens.color("text.primary"), tokens.color("text.secondary")
        x = box.left()
        if slide.path is not None and not slide.more:
            fill = tokens.path_color(slide.path, plan.rows, plan.cols)
            painter.save()
            painter.translate(x, y - 17)
            painter.scale(_SCALE, _SCALE)
            paint_swatch(painter, tokens, QRectF(0, 0, 17, 17), fill, str(slide.path))
            painter.restore()
            x += 50
        title = f"Tile {slide.path}" if slide.path is not None else facts.title
        if slide.more:
            title = _fitting(_tiles_titles(slide.paths), body, 600, box.right() - x)
        put(painter, x, y, title, body, 600, ink)
        known = [line for line in facts.lines if line.label in _PLACES]
        names = max((width_of(_PLACES[f.label], label, 400) for f in known), default=0)
        value_right = box.left() + names + 20 + max((width_of(f.value, label, 600) for f in known), default=0)
        for fact in known:
            y += _LINE
            put(painter, box.left(), y, _PLACES[fact.label], label, 400, quiet)
            put(painter, value_right, y, fact.value, label, 600, ink, right=True)
            room = box.right() - value_right - 24
            note = fact.brief or fact.note
            parts = note.split(", ")
            core = parts[-1] if fact.label == "Link" else parts[0]  # the bytes; the work
            put(
                painter,
                value_right + 24,
                y,
                _fitting((note, core), label, 400, room),
                label,
                400,
                quiet,
                room,
            )
        if plan.paths > 1 and y + _LINE < box.bottom():
            y += _LINE
            words = (
                f"input read {TIMES}{model.input_factor:.2f}, work {TIMES}{model.work_factor:.2f} by overlap"
            )
            put(painter, box.left(), y, words, label, 400, quiet, box.width())
