"""What is drawn for a chart in each way of colouring: the bars, or the layers inside them, and their fills."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from flgui.viewmodel.critical import critical_of
from flgui.viewmodel.gantt import TAIL, Bars, GanttGroup
from flgui.viewmodel.gantt_text import bar_words
from flgui.viewmodel.stretches import INPUT, stretches_of
from flgui.views.gantt.palette import GanttPalette
from planner_core.plan import IntArray

__all__ = ["COLOURS", "Colours", "Look", "look_of"]

Colours: TypeAlias = Literal["path", "layer", "resource"]
COLOURS: Final[tuple[Colours, ...]] = ("path", "layer", "resource")


@dataclass(frozen=True, eq=False, slots=True)
class Look:
    """Rectangles to draw for one chart, n of them, sorted by row, then start.

    Parameters
    ----------
    bars : Bars
        When and in which row.
    bar : (n,) int array
        The bar of the chart that each belongs to.
    code : (n,) int array
        Fill, as a place in the palette.
    hatched : (n,) bool array
        Which wear a hatch that tells equal fills apart.
    critical : (n,) bool array or None
        Which are on the critical path; None while that is not shown.
    layer : (n,) int array or None
        Layer from 0; None where whole bars are drawn.
    """

    group: GanttGroup
    bars: Bars
    bar: IntArray
    code: IntArray
    hatched: npt.NDArray[np.bool_]
    critical: npt.NDArray[np.bool_] | None
    layer: IntArray | None

    def words(self, i: int) -> tuple[str, ...]:
        """Texts for rectangle `i`, the longest first."""
        group, bar = self.group, int(self.bar[i])
        resource = group.rows[int(group.bars.row[bar])].resource
        if self.layer is None:
            return bar_words(group, bar, resource)
        number, path = int(self.layer[i]), int(group.bars.path[bar])
        name = "input" if number == INPUT else group.network.layers[number].name
        if group.plan is None or group.plan.paths == 1 or path == TAIL:
            return (name,)
        return (f"{path}  {name}", name, str(path))


@lru_cache(maxsize=16)
def look_of(group: GanttGroup, palette: GanttPalette, colours: Colours, critical: bool) -> Look:
    """Return what to draw; kept, as zooming changes nothing of it."""
    bars = group.bars
    bar, layer, drawn = np.arange(len(bars)), None, bars
    hatched = np.zeros(len(bars), np.bool_)
    tail = bars.path == TAIL
    if colours == "layer":
        parts = stretches_of(group)
        bar, layer = parts.bar, parts.layer
        drawn = Bars(bars.row[bar], parts.start, parts.end, bars.path[bar], _first(bars.row[bar], group))
        hatched = np.zeros(len(bar), np.bool_)
        code = np.where(layer == INPUT, palette.whole, layer % palette.kinds)
    elif colours == "resource":
        resource = np.array([row.resource for row in group.rows])[bars.row]
        code = np.where(tail, palette.tail, palette.resource + resource)
    else:
        rows, cols = (1, 1) if group.plan is None else (group.plan.rows, group.plan.cols)
        fills = palette.path_fills(rows, cols)
        path = np.where(tail, 0, bars.path)
        code = np.where(tail, palette.tail, fills.code[path])
        hatched = ~tail & fills.hatched[path]
    marked = critical_of(group).on_path[bar] if critical else None
    if marked is not None:
        code = np.where(marked, code, code + palette.pale)
        hatched = hatched & marked
    return Look(group, drawn, bar, code.astype(np.int64), hatched, marked, layer)


def _first(row: IntArray, group: GanttGroup) -> IntArray:
    return np.searchsorted(row, np.arange(len(group.rows) + 1)).astype(np.int64)
