"""The tooltip of a tile: its region and halo on a tensor, in cells, elements and bits; imports no Qt."""

from __future__ import annotations

import numpy as np

from flgui.text import TIMES, count, format_bytes, format_percent, join
from flgui.viewmodel.cone import Cone
from flgui.viewmodel.moments import phase_words
from flgui.viewmodel.overlap import even_share
from flgui.viewmodel.path_facts import Fact
from flgui.viewmodel.tiles import MapModel, TilesModel
from planner_core.plan import Plan

__all__ = ["level_tip", "tile_tip"]


def tile_tip(
    plan: Plan, model: TilesModel, shown: MapModel, path: int, bits: int = 32, phase: int | None = None
) -> tuple[str, tuple[Fact, ...]]:
    """Return title and lines: the tile's regions on the tensor shown and on the input, and what it sends.

    Parameters
    ----------
    bits : int
        Of one element.
    phase : int, optional
        How far the path is at the time cursor, when there is one.
    """
    lines = []
    for m in dict.fromkeys((shown, model.source)):
        lines.append(_region(m, path))
        if m is shown:
            lines += _details(m, model, path, bits)
    lines.append(Fact("sends", "", model.sends[int(plan.offload[path]) - 1]))
    if phase is not None:
        lines.append(Fact("now", "", phase_words(phase)))
    return f"Path {path}" if plan.paths > 1 else "One tile", tuple(lines)


def level_tip(cone: Cone, number: int, bits: int) -> tuple[str, tuple[Fact, ...]]:
    """Return title and lines of the tooltip of a plane of the cone."""
    level = cone.levels[number]
    y0, y1, x0, x1 = level.region
    channels = level.shape[0]
    if not level.elements:
        return f"Path {cone.path} on {level.tensor}", (Fact("needs", "", "nothing of it"),)
    rows, cols = level.halo
    return f"Path {cone.path} on {level.tensor}", (
        Fact(
            "region", f"{y1 - y0}{TIMES}{x1 - x0}{TIMES}{channels}", f"rows {y0}–{y1 - 1}, cols {x0}–{x1 - 1}"
        ),
        Fact("size", join(format_bytes(float(level.elements * bits))), f"{bits} bit per element"),
        Fact("halo", f"{count(rows, 'row')}, {count(cols, 'col')}", "beyond its even share"),
        Fact("share", format_percent(level.elements / float(np.prod(level.shape))), "of the tensor"),
    )


def _region(m: MapModel, path: int) -> Fact:
    y0, y1, x0, x1 = (int(v) for v in m.regions[path])
    part = f"rows {y0}–{y1 - 1}, cols {x0}–{x1 - 1}" if y1 > y0 and x1 > x0 else "nothing"
    return Fact(m.tensor, f"{y1 - y0}{TIMES}{x1 - x0}{TIMES}{m.shape[0]}", part)


def _details(m: MapModel, model: TilesModel, path: int, bits: int) -> list[Fact]:
    """Size, halo and shared cells of a region; nothing of one that is empty."""
    y0, y1, x0, x1 = (int(v) for v in m.regions[path])
    own = m.count[y0:y1, x0:x1]
    if not own.size:
        return []
    elements = own.size * m.shape[0]
    found = [Fact("size", join(format_bytes(float(elements * bits))), f"{bits} bit per element")]
    if model.paths > 1:
        a0, a1, b0, b1 = (int(v) for v in even_share(m.shape, model.rows, model.cols)[path])
        rows, cols = max(0, a0 - y0) + max(0, y1 - a1), max(0, b0 - x0) + max(0, x1 - b1)
        words = f"{count(rows, 'row')}, {count(cols, 'col')}" if rows or cols else "none"
        found.append(Fact("halo", words, f"beyond its {a1 - a0}{TIMES}{b1 - b0}"))
    shared = int(np.count_nonzero(own > 1))
    found.append(Fact("shared", str(shared), f"of {count(own.size, 'cell')}"))
    return found
