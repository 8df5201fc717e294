"""Draws the bars of one chart: one rectangle array a colour, culled to what shows, a density in crowds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from flgui.viewmodel.gantt import TAIL, Bars, GanttGroup
from flgui.views.gantt.frame import Frame, draw_rects, face, text_width, write
from flgui.views.gantt.layout import GroupBox
from flgui.views.gantt.looks import Look, look_of
from flgui.views.gantt.palette import hatch_brush
from planner_core.plan import FloatArray, IntArray

__all__ = ["paint_bars"]

_EDGES_BELOW: Final = 2000
_WORDS_FROM: Final = 88
_LABEL_FROM: Final = 16
_LABEL_MARGIN: Final = 3
_WORDS_INSET: Final = 7
_AROUND: Final = np.array([-1.0, -1.0, 2.0, 2.0])
_INSIDE: Final = np.array([1.0, 1.0, -2.0, -2.0])
"""What an inside edge of 1 px takes from a rectangle."""
_CROWD: Final = 8
_CROWDED_PITCH: Final = 4
"""This many bars below a cell, and on average closer than this many pixels, are drawn as a density."""
_CELL: Final = 3
_ROW_OF_CELLS: Final = 1 << 20
_LEAST_HEIGHT: Final = 3.0


@dataclass(frozen=True, eq=False, slots=True)
class _Batch:
    """Visible bars: index in the look, rectangle, fill, hatch; `merged` are rectangles that stand for many bars."""

    bar: IntArray
    rect: FloatArray
    code: IntArray
    hatched: npt.NDArray[np.bool_]
    merged: FloatArray


def paint_bars(painter: QPainter, frame: Frame, group: GanttGroup, box: GroupBox) -> None:
    """Draw bars, their edges, hatches and labels."""
    if group.plan is None or not len(group.bars):
        return
    look = look_of(group, frame.palette, frame.colours, frame.critical)
    batch = _batch(frame, look, box)
    palette = frame.palette
    if look.critical is not None:
        marked = batch.rect[look.critical[batch.bar]]
        draw_rects(painter, marked + _AROUND, palette.color("data.selection"))
    edged = len(batch.bar) <= _EDGES_BELOW
    for code in np.unique(batch.code):
        rects = batch.rect[batch.code == code]
        edge = palette.edges[code] if edged else None
        if edge is None:
            draw_rects(painter, rects, palette.fills[code])
            continue
        draw_rects(painter, rects, edge)  # narrow bars keep the edge's colour: pale fills would fade
        draw_rects(painter, rects[rects[:, 2] >= 4] + _INSIDE, palette.fills[code])
    if batch.hatched.any():
        ink = palette.tokens.color("data.selection")
        wide = batch.rect[batch.hatched & (batch.rect[:, 2] >= 4)]
        draw_rects(painter, wide + _INSIDE, hatch_brush(ink, None, frame.ratio))
    draw_rects(painter, batch.merged, palette.fills[palette.whole])
    _labels(painter, frame, look, batch)


def _batch(frame: Frame, look: Look, box: GroupBox) -> _Batch:
    bars, metrics = look.bars, frame.layout.metrics
    shown = _shown(frame, look, box)
    first, last = frame.axis.start - 8 * frame.axis.per_pixel, frame.axis.seconds(frame.width + 8)
    x0 = frame.axis.pixels(np.maximum(bars.start[shown], first))
    x1 = frame.axis.pixels(np.minimum(bars.end[shown], last))
    row = bars.row[shown]
    dense = _dense(row, x0, x1)
    alone = ~dense
    if look.critical is not None:  # these are the ones that are looked for
        looked_for = np.flatnonzero(dense & look.critical[shown])
        dense[looked_for] = False
        alone[_seen(row[looked_for], x0[looked_for], look.code[shown[looked_for]], looked_for)] = True
    merged = _densities(frame, box, bars, shown[dense])
    shown, x0, span, row = shown[alone], x0[alone], (x1 - x0)[alone], row[alone]
    closes = bars.end[shown] >= look.group.bars.end[look.bar[shown]]  # the layers of a bar touch
    width = np.maximum(2.0, np.where((span >= 4) & closes, span - 1, span))
    top = box.row_top[row] + metrics.inset
    rect = np.column_stack((x0, top, width, np.full(len(x0), float(metrics.bar))))
    return _Batch(shown, rect, look.code[shown], look.hatched[shown], merged)


def _shown(frame: Frame, look: Look, box: GroupBox) -> IntArray:
    """Indices of the bars that are on screen and not folded away."""
    bars = look.bars
    row_shows = (box.row_top + frame.layout.metrics.lane > frame.top) & (
        box.row_top < frame.top + frame.height
    )
    for lane in box.lanes:
        if lane.row is None:
            rows = look.group.rows_of(lane.resource)
            row_shows[rows.start : rows.stop] = False
    mask = (bars.end >= frame.axis.start) & (bars.start <= frame.axis.seconds(frame.width))
    mask &= row_shows[bars.row]
    tails = bars.path == TAIL  # a folded row still shows the tail
    mask |= tails & (bars.end >= frame.axis.start)
    return np.flatnonzero(mask)


def _dense(row: IntArray, x0: FloatArray, x1: FloatArray) -> npt.NDArray[np.bool_]:
    """Say which bars are below 3 px in a row that is crowded with such: their colours would be noise."""
    tiny = x1 - x0 < _CELL
    found = np.zeros(len(row), bool)
    _, first, count = np.unique(row, return_index=True, return_counts=True)
    for start, size in zip(first, count, strict=True):  # bars are sorted by row
        part = slice(start, start + size)
        some = tiny[part]
        if np.count_nonzero(some) < _CROWD:
            continue
        x = x0[part][some]
        if len(x) * _CROWDED_PITCH > x[-1] - x[0]:
            found[part] = some
    return found


def _seen(row: IntArray, x0: FloatArray, code: IntArray, bar: IntArray) -> IntArray:
    """Of bars as narrow as a mark, keep the one of each pixel that is painted last, by the order of the fills."""
    by = np.lexsort((code, x0, row))
    row, x0 = row[by], x0[by]
    last = np.ones(len(by), np.bool_)
    last[:-1] = (row[1:] != row[:-1]) | (x0[1:] != x0[:-1])
    return bar[by[last]]


def _densities(frame: Frame, box: GroupBox, bars: Bars, dense: IntArray) -> FloatArray:
    """Return cells for bars too dense to tell apart, as high as the share of their time that is busy."""
    metrics, axis = frame.layout.metrics, frame.axis
    cell_s = _CELL * axis.per_pixel
    start = (bars.start[dense] - axis.start) / cell_s
    end = (bars.end[dense] - axis.start) / cell_s
    cell = np.floor(start)
    inside = np.minimum(end, cell + 1) - start  # a bar below a cell reaches into one more cell at most
    keys = bars.row[dense] * _ROW_OF_CELLS + cell.astype(np.int64) + 1
    both = np.concatenate((keys, keys + 1))
    cells, at = np.unique(both, return_inverse=True)
    share = np.bincount(at, np.concatenate((inside, end - start - inside)), len(cells))
    busy = share > 0
    row, x = np.divmod(cells[busy], _ROW_OF_CELLS)
    height = np.clip(np.rint(metrics.bar * share[busy]), _LEAST_HEIGHT, metrics.bar)
    bottom = box.row_top[row] + metrics.inset + metrics.bar
    left = axis.left + _CELL * (x - 1.0)
    return np.column_stack((left, bottom - height, np.full(len(x), float(_CELL)), height))


def _labels(painter: QPainter, frame: Frame, look: Look, batch: _Batch) -> None:
    left, right = frame.axis.left, frame.width
    tiles = look.group.plan is not None and look.group.plan.paths > 1 and look.layer is None
    wide = np.flatnonzero(batch.rect[:, 2] >= _LABEL_FROM)
    rects, bars, codes, hatched = (
        values[wide].tolist()
        for values in (batch.rect.astype(np.int64), batch.bar, batch.code, batch.hatched)
    )
    font = face(11, 600)
    for (x, y, width, height), bar, code, hatch in zip(rects, bars, codes, hatched, strict=True):
        lo, hi = max(x, left), min(x + width, right)  # a label stays in the visible part of its bar
        for text in look.words(bar):
            words = " " in text or "\u00a0" in text
            room = text_width(text, 11, 600)
            margin = _WORDS_INSET if words and look.layer is None else _LABEL_MARGIN
            if room + 2 * margin > hi - lo or (words and tiles and hi - lo < _WORDS_FROM):
                continue
            start = lo + _WORDS_INSET if words and look.layer is None else lo + (hi - lo - room) // 2
            if hatch:
                painter.fillRect(start - 2, y + 2, room + 4, height - 4, frame.palette.fills[code])
            write(painter, QRect(start, y, room + 2, height), text, font, frame.palette.labels[code])
            break
