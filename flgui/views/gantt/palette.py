"""GanttPalette: the theme's colours as the painters of the charts need them, fresh or dimmed when stale."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QPixmap, QTransform

from flgui.theme.devices import HATCH_CELL
from flgui.theme.path_fills import path_fills
from flgui.theme.tokens import Tokens, mix
from planner_core.plan import IntArray

__all__ = ["Fills", "GanttPalette", "hatch_brush"]

_PALE_SHARE: Final = 0.72
"""Bars that do not matter keep 28 % of their colour while the critical path is shown."""
_STALE_SHARE: Final = 0.6
"""Stale bars keep 40 % of their colour."""


@dataclass(frozen=True, slots=True)
class Fills:
    """Which of the palette's fills each path of a grid wears, and which paths wear a hatch as well."""

    code: IntArray
    hatched: npt.NDArray[np.bool_]


class GanttPalette:
    """Colours of one theme; `fills[code]`, `edges[code]`, `labels[code]` belong together.

    Codes below `kinds` are the colours of paths; `whole`, `tail` and, in the order device, link, ES, `resource` and the
    two after it follow. `code + pale` is the same fill, faint.

    Parameters
    ----------
    tokens : Tokens
    stale : bool
        Old numbers are shown while new ones are on their way: bars are mixed with the panel.
    """

    def __init__(self, tokens: Tokens, stale: bool = False) -> None:
        self.tokens = tokens
        panel = tokens.color("surface.panel")
        paths = tokens.colors("path")
        names: tuple[str, ...] = (*paths, *(tokens.color(f"data.{name}") for name in ("whole", "tail")))
        names += tuple(tokens.color(f"resource.{name}") for name in ("device", "link", "es"))
        if stale:
            names = tuple(mix(name, panel, _STALE_SHARE) for name in names)
        pale = tuple(mix(name, panel, _PALE_SHARE) for name in names)
        self.kinds = len(paths)
        self.whole, self.tail, self.resource, self.pale = (
            len(paths),
            len(paths) + 1,
            len(paths) + 2,
            len(names),
        )
        self.fills = tuple(QColor(name) for name in (*names, *pale))
        edges = [tokens.bar_edge(name) for name in (*names, *pale)]
        self.edges = tuple(None if name is None else QColor(name) for name in edges)
        faint = tokens.color("text.tertiary")
        self.labels = tuple(QColor(faint if stale else tokens.label_color(name)) for name in names)
        self.labels += tuple(QColor(tokens.color("text.secondary")) for _ in pale)
        self.figure = QColor(tokens.color("text.tertiary" if stale else "text.primary"))

    def color(self, path: str) -> QColor:
        """Return a colour of the theme."""
        return QColor(self.tokens.color(path))

    def path_fills(self, rows: int, cols: int) -> Fills:
        """Return the fills of all paths of a grid."""
        return _fills(self.tokens, rows, cols)


@lru_cache(maxsize=64)
def _fills(tokens: Tokens, rows: int, cols: int) -> Fills:
    colors = tokens.colors("path")
    if rows * cols == 1:
        return Fills(np.array([len(colors)]), np.zeros(1, bool))
    return Fills(*path_fills(tokens, rows, cols))


@lru_cache(maxsize=32)
def hatch_brush(line: str, ground: str | None, ratio: float) -> QBrush:
    """Return a 45 degree hatch, lines 6 logical pixels apart, on `ground` or on nothing.

    The texture holds device pixels and the brush undoes the screen's scale, so that lines stay sharp.
    """
    size = max(2, round(HATCH_CELL * ratio))
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor(ground) if ground is not None else QColor(0, 0, 0, 0))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(line), ratio, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap))
    for half in range(-2, 3):  # two lines a cell, and what reaches in from its neighbours
        shift = half * size / 2 + ratio / 4  # both fall alike between pixels
        painter.drawLine(QPointF(shift, size), QPointF(shift + size, 0))
    painter.end()
    brush = QBrush(QPixmap.fromImage(image))
    brush.setTransform(QTransform.fromScale(HATCH_CELL / size, HATCH_CELL / size))
    return brush
