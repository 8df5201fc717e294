"""What is marked in a chart: crossings, open bounds, the largest saving, and where fusing pays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from flgui.text import MINUS, format_percent
from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens, mix
from flgui.viewmodel.sweep import ChartModel
from flgui.views.sweep.lines import Curve

__all__ = ["Marks", "ground_color", "text_item"]

_GROUND_Z, _STEM_Z, _MARK_Z, _WORD_Z = -30, 5, 10, 12
_DIAMOND, _RING, _LETTER = 11, 9, 17
_SAME_PLACE = 5e-3
"""Places of crossings that are no further apart share a mark."""

_BADGE = 0.16
"""Of the chart's height, at the top: there the words "this scenario" are, wherever their line is."""


def ground_color(tokens: Tokens) -> str:
    """Return the tint of the ground where fusing pays: large areas need less of it than badges do."""
    return mix(tokens.color("surface.panel"), tokens.color("status.successSubtle"), 0.6)


def text_item(text: str, px: int, weight: int = 400) -> Any:
    """Return a text of so many pixels."""
    item = pg.TextItem(text)
    item.setFont(font(px, weight))
    return item


class Marks:
    """Everything in a chart that is neither curve nor axis.

    Parameters
    ----------
    times, letters, savings : PlotItem
        The two charts, and the strip between them.
    """

    def __init__(self, times: Any, letters: Any, savings: Any) -> None:
        self._times, self._letters, self._savings = times, letters, savings
        self._tokens = Tokens.load("light")
        self._passing: list[tuple[Any, Any]] = []
        self._shown: tuple[Any, ...] = ()
        self._diamonds = pg.ScatterPlotItem(symbol="d", size=_DIAMOND)
        self._rings = pg.ScatterPlotItem(symbol="o", size=_RING)
        self._peak = pg.ScatterPlotItem(symbol="o", size=_RING)
        for plot, item in ((times, self._rings), (times, self._diamonds), (savings, self._peak)):
            item.setZValue(_MARK_Z)
            plot.addItem(item, ignoreBounds=True)
        self._caption = text_item("saved against NFL", 11)
        self._caption.setZValue(_WORD_Z)
        savings.addItem(self._caption, ignoreBounds=True)

    def set_style(self, tokens: Tokens) -> None:
        """Take the colours of a theme; `set_model` comes after."""
        self._tokens = tokens
        ink, panel = tokens.color("data.selection"), QColor(tokens.color("surface.panel"))
        for item in (self._diamonds, self._rings, self._peak):
            item.setPen(pg.mkPen(ink, width=1.5))
            item.setBrush(panel)
        self._caption.setColor(QColor(tokens.color("text.secondary")))

    def set_model(self, model: ChartModel, places: Callable[[Any], Any], ends: tuple[float, float]) -> None:
        """Mark a chart; `places` maps values to the axis, `ends` are the logarithms of its times."""
        low, high = self._savings.getViewBox().viewRange()[1]
        open_points = model.open_points()
        key = (
            self._tokens.name,
            model.title,
            model.spec,
            model.crossings,
            model.pays,
            model.largest,
            [*zip(open_points.tolist(), model.bf[open_points].tolist(), strict=True)],
            ends,
            low,
            high,
        )
        if key == self._shown:
            return
        self._shown = key
        for plot, item in self._passing:
            plot.removeItem(item)
        self._passing.clear()
        self._mark_ground(model, places)
        self._mark_crossings(model, places, ends)
        self._rings.setData(places(model.x[open_points]), np.log10(model.bf[open_points]))
        self._mark_peak(model, places)
        self._name_baselines(model, places, ends)

    def _add(self, plot: Any, item: Any, z: int) -> None:
        item.setZValue(z)
        plot.addItem(item, ignoreBounds=True)
        self._passing.append((plot, item))

    def _mark_ground(self, model: ChartModel, places: Callable[[Any], Any]) -> None:
        tint = QColor(ground_color(self._tokens))
        for stretch in model.pays:
            for plot in (self._times, self._savings):
                ground = pg.LinearRegionItem(
                    tuple(places(stretch)), movable=False, brush=tint, pen=QPen(Qt.PenStyle.NoPen)
                )
                self._add(plot, ground, _GROUND_Z)

    def _mark_crossings(
        self, model: ChartModel, places: Callable[[Any], Any], ends: tuple[float, float]
    ) -> None:
        tokens = self._tokens
        xs = [float(places([c.x])[0]) for c in model.crossings]
        ys = [float(np.log10(c.seconds)) for c in model.crossings]
        inside = [k for k, y in enumerate(ys) if ends[0] <= y <= ends[1]]
        self._diamonds.setData([xs[k] for k in inside], [ys[k] for k in inside])
        stem = QPen(QColor(tokens.color("text.tertiary")), 1, Qt.PenStyle.DotLine)
        stem.setCosmetic(True)
        ring = pg.mkPen(tokens.color("border.strong"), width=1)
        groups = _together(xs)
        alone = [xs[group[0]] for group in groups if len(group) == 1]
        circles = pg.ScatterPlotItem(alone, [0.5] * len(alone), symbol="o", size=_LETTER, pen=ring)
        circles.setBrush(QColor(tokens.color("surface.panel")))
        self._add(self._letters, circles, _MARK_Z)
        for x, y in zip(xs, ys, strict=True):
            line = Curve([x, x], [ends[0], min(y, ends[1])], pen=stem)
            self._add(self._times, line, _STEM_Z)
        for group in groups:
            letter = text_item(" ".join(sorted(model.crossings[k].letter for k in group)), 11, 600)
            letter.setAnchor((0.5, 0.5))
            letter.setColor(QColor(tokens.color("text.primary")))
            letter.setPos(xs[group[0]], 0.5)
            if len(group) > 1:
                letter.border, letter.fill = ring, pg.mkBrush(tokens.color("surface.panel"))
            self._add(self._letters, letter, _WORD_Z)

    def _mark_peak(self, model: ChartModel, places: Callable[[Any], Any]) -> None:
        x = places(model.x)
        high = self._savings.getViewBox().viewRange()[1][1]
        largest = model.largest
        at_left = largest is None or places([largest.x])[0] > x[0] + 0.4 * (x[-1] - x[0])
        self._caption.setAnchor((0.0 if at_left else 1.0, 0.0))
        self._caption.setPos(float(x[0] if at_left else x[-1]), high)
        if largest is None:
            self._peak.setData([])
            return
        place = float(x[largest.point])
        self._peak.setData([place], [largest.share])
        words = text_item("", 12)
        strong, soft = self._tokens.color("text.primary"), self._tokens.color("text.secondary")
        words.setHtml(
            f'<span style="color:{strong};font-weight:600">{MINUS}{format_percent(largest.share)}</span>'
            f'&nbsp;<span style="color:{soft};font-size:11px">at {model.axis.text(largest.x)}</span>'
        )
        middle = (place - x[0]) / (x[-1] - x[0])
        words.setAnchor((0.05 if middle < 0.66 else 0.95, 1.05))
        words.setPos(place, largest.share)
        self._add(self._savings, words, _WORD_Z)

    def _name_baselines(
        self, model: ChartModel, places: Callable[[Any], Any], ends: tuple[float, float]
    ) -> None:
        """Write "device only" and "ES only" beside their curves."""
        x = places(model.exact.x)
        color = QColor(self._tokens.color("text.secondary"))
        last = float(np.log10(model.exact.device_only[-1]))
        before = float(np.log10(model.exact.device_only[-1 - len(x) // 6]))
        if ends[0] < last < ends[1] - 0.02 and abs(last - before) < 0.02:
            words = text_item("device only", 11)
            words.setAnchor((1.0, 0.95))
            words.setColor(color)
            words.setPos(float(x[-1]), last)
            self._add(self._times, words, _WORD_Z)
        es = np.log10(model.exact.es_only)
        below = ends[1] - _BADGE * (ends[1] - ends[0])
        inside = np.flatnonzero((es > ends[0]) & (es < below) & (x < x[0] + 0.75 * (x[-1] - x[0])))
        if len(inside):
            words = text_item("ES only", 11)
            words.setAnchor((-0.1, 0.95))
            words.setColor(color)
            words.setPos(float(x[inside[0]]), float(es[inside[0]]))
            self._add(self._times, words, _WORD_Z)


def _together(xs: Sequence[float]) -> list[list[int]]:
    """Return the numbers of the places, those of one place together: their letters would lie on one another."""
    groups: list[list[int]] = []
    for k in sorted(range(len(xs)), key=xs.__getitem__):
        if groups and xs[k] - xs[groups[-1][0]] <= _SAME_PLACE:
            groups[-1].append(k)
        else:
            groups.append([k])
    return groups
