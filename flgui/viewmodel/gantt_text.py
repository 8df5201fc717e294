"""What the bars of a Gantt chart say: the words on them and the lines of their tooltip; imports no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final

import numpy as np

from flgui.text import format_bytes, format_flop, format_number, format_time, join, shape_text
from flgui.viewmodel.gantt import DEVICE, ES, LINK, TAIL, GanttGroup
from planner_core.network.model import Network
from planner_core.plan import FloatArray, IntArray, Plan
from planner_core.tiling import Tiling

__all__ = [
    "BarText",
    "bar_text",
    "bar_words",
    "end_text",
    "layers_text",
    "load_text",
    "sent_text",
    "sent_texts",
    "waits",
]

_MOST_NAMED = 3
_MOST_CHARACTERS = 30
_PLACES: Final = {DEVICE: "device", LINK: "link", ES: "ES"}
_UNITS: Final = {"µs": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}
_SAME = 1e-9  # relative: shorter waits are rounding


@dataclass(frozen=True, slots=True)
class BarText:
    """A tooltip: a title, and lines of a description and the figure that belongs to it."""

    title: str
    lines: tuple[tuple[str, str], ...]


def layers_text(network: Network, first: int, last: int) -> str:
    """Name layers first..last (numbers from 1): "conv1, pool1", or "conv1 … pool5" when that gets long."""
    names = [layer.name for layer in network.layers[first - 1 : last]]
    text = ", ".join(names)
    if len(names) > _MOST_NAMED or (len(names) > 2 and len(text) > _MOST_CHARACTERS):
        return f"{names[0]} … {names[-1]}"
    return text


def sent_text(network: Network, offload: int) -> str:
    """Name the tensors that cross the link when a path is split at `offload`: "pool1", "a + b", "a + 2 more".

    They exist on the device (an input or a layer before the split) and a layer from the split on reads them.
    """
    return sent_texts(network)[offload - 1]


@lru_cache(maxsize=8)
def sent_texts(network: Network) -> tuple[str, ...]:
    """Return `sent_text` of every split 1..l + 1; in one walk, as networks of thousands of layers have as many."""
    inputs = [t.name for t in network.inputs]
    shown = {inputs[0]: "input"} if len(inputs) == 1 else {}
    crossing = dict.fromkeys(t for t in inputs if network.readers[t])  # in the order in which they are made
    last: dict[int, list[str]] = {}
    for tensor, readers in network.readers.items():
        last.setdefault(max(readers, default=0), []).append(tensor)
    found = []
    for split in range(1, len(network) + 2):
        if split > 1:
            for tensor in last.get(split - 1, ()):  # nothing behind the split reads them any more
                crossing.pop(tensor, None)
            made = network.layers[split - 2].name
            if max(network.readers[made], default=0) >= split:
                crossing[made] = None
        first = [shown.get(t, t) for t in islice(crossing, 2)]
        found.append(f"{first[0]} + {len(crossing) - 1} more" if len(crossing) > 2 else " + ".join(first))
    return tuple(found)


def end_text(group: GanttGroup) -> str:
    """Compare with NFL: "18.18 ms less than NFL"; empty for NFL itself and while a plan is missing."""
    less = group.less_than_nfl_s
    if less is None:
        return ""
    if abs(less) <= _SAME * group.makespan_s:
        return "same as NFL"
    return f"{join(format_time(abs(less)))} {'less' if less > 0 else 'more'} than NFL"


def waits(plan: Plan) -> tuple[FloatArray, FloatArray]:
    """(P,) seconds each path waits for the link, and for a worker of the ES; rounding is 0."""
    s, least = plan.schedule, _SAME * plan.makespan_s
    link = np.where(s.link_used, s.link_start - s.device_end, 0.0)
    es = np.where(s.es_worker >= 0, s.es_start - s.link_end, 0.0)
    return np.where(link > least, link, 0.0), np.where(es > least, es, 0.0)


def bar_words(group: GanttGroup, bar: int, resource: int) -> tuple[str, ...]:
    """Texts for a bar, the longest first; the painter takes the first one that fits, or none."""
    plan, path = group.plan, int(group.bars.path[bar])
    if path == TAIL:
        return ("tail",)
    if plan is None:
        return ()
    sent = sent_text(group.network, int(plan.offload[path]))
    if plan.paths > 1:
        return (f"{path}  {sent} tile", str(path)) if resource == LINK else (str(path),)
    length = join(format_time(float(group.bars.end[bar] - group.bars.start[bar])))
    if resource == LINK:
        words = f"{sent} map"
        return (
            f"{words}, {join(format_bytes(float(plan.bits[0])))}  {length}",
            f"{words}  {length}",
            words,
            "map",
        )
    words = _layers_of(group, path, resource)
    return (f"{words}  {length}", words, "rest") if resource == ES else (f"{words}  {length}", words, length)


def bar_text(group: GanttGroup, bar: int, resource: int) -> BarText | None:
    """Return the tooltip of a bar: path and resource, when, what, and what it waited for."""
    plan = group.plan
    if plan is None:
        return None
    start, end = float(group.bars.start[bar]), float(group.bars.end[bar])
    path = int(group.bars.path[bar])
    lines = [(_span(start, end), _short(end - start))]
    if path == TAIL:
        work = sum(layer.flops for layer in group.network.layers[plan.tau :])
        rest = layers_text(group.network, plan.tau + 1, len(group.network))
        lines.append((rest, join(format_flop(work))))
        if plan.paths > 1:
            lines.append((f"waits for the last path, {_last_path(plan)}", ""))
        return BarText("Tail on the ES", tuple(lines))
    what = f"Path {path}" if plan.paths > 1 else "Whole map"
    place = _PLACES[resource]
    row = group.rows[int(group.bars.row[bar])]
    place = f"{place} {row.worker + 1}" if row.workers > 1 else f"the {place}"
    lines.extend(_contents(group, plan, path, resource))
    lines.extend(_waiting(plan, path, resource))
    return BarText(f"{what} on {place}", tuple(lines))


def load_text(group: GanttGroup, resource: int, time_s: float) -> BarText | None:
    """Return the tooltip of a folded row: how many workers are busy at a moment."""
    workers = len(group.rows_of(resource))
    load = group.load(resource)
    at = int(np.searchsorted(load.time, time_s, side="right")) - 1
    busy = int(load.busy[at]) if at >= 0 else 0
    most = int(load.busy.max(initial=0))
    title = f"{busy} of {workers} {_PLACES[resource]} workers busy"
    return BarText(title, (("at", join(format_time(time_s))), ("most at once", str(most))))


def _layers_of(group: GanttGroup, path: int, resource: int) -> str:
    plan = group.plan
    if plan is None:
        return ""
    split = int(plan.offload[path])
    first, last = (1, split - 1) if resource == DEVICE else (split, plan.tau)
    return layers_text(group.network, first, last)


def _contents(group: GanttGroup, plan: Plan, path: int, resource: int) -> list[tuple[str, str]]:
    if resource != LINK:
        work = plan.device_flop[path] if resource == DEVICE else plan.es_flop[path]
        return [(_layers_of(group, path, resource), join(format_flop(float(work))))]
    noun = "tile" if plan.paths > 1 else "map"
    regions = []
    tiling = Tiling.of(group.network, plan.tau, plan.rows, plan.cols)
    for tensor, boxes in tiling.crossing(int(plan.offload[path])):
        y0, y1, x0, x1 = (int(v) for v in boxes[path])
        if y1 > y0 and x1 > x0:
            regions.append((tensor, shape_text((group.network.shapes[tensor][0], y1 - y0, x1 - x0))))
    if len(group.network.inputs) == 1:
        regions = [("input" if t == group.network.inputs[0].name else t, shape) for t, shape in regions]
    texts = [f"{tensor} {noun}, {shape}" for tensor, shape in regions[:_MOST_NAMED]]
    if len(regions) > _MOST_NAMED:
        texts.append(f"and {len(regions) - _MOST_NAMED} more")
    figures = [join(format_bytes(float(plan.bits[path])))] + [""] * max(0, len(texts) - 1)
    return list(zip(texts, figures, strict=False))


def _waiting(plan: Plan, path: int, resource: int) -> list[tuple[str, str]]:
    s = plan.schedule
    link, es = waits(plan)
    if resource == LINK and link[path] > 0:
        place = np.empty(plan.paths, np.int64)
        place[plan.order] = np.arange(plan.paths)
        ahead = s.link_used & (place < place[path]) & (s.link_end > s.device_end[path])
        return [(f"queued behind {_names(ahead, s.link_start)}", _short(float(link[path])))]
    if resource == ES and es[path] > 0:
        ahead = (s.es_worker >= 0) & (s.es_start < s.es_start[path]) & (s.es_end > s.link_end[path])
        return [(f"queued behind {_names(ahead, s.es_start)}", _short(float(es[path])))]
    if resource == DEVICE and s.device_start[path] > 0:
        before = (s.device_worker == s.device_worker[path]) & (s.device_start < s.device_start[path])
        if before.any():
            last = int(np.argmax(np.where(before, s.device_start, -1.0)))
            return [(f"starts after path {last}", "")]
    return []


def _names(mask: IntArray, start: FloatArray) -> str:
    found = np.flatnonzero(mask)
    found = found[np.argsort(start[found], kind="stable")]
    names = [str(int(p)) for p in found[:_MOST_NAMED]]
    if len(found) > _MOST_NAMED:
        return f"{', '.join(names[:2])} and {len(found) - 2} more"
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0] if names else "others"


def _last_path(plan: Plan) -> int:
    s = plan.schedule
    return int(np.argmax(np.maximum(np.maximum(s.device_end, s.link_end), s.es_end)))


def _short(seconds: float) -> str:
    """Three digits; lengths that would be mostly zeros in ms are in µs or ns."""
    for limit, scale, unit in ((1e-6, 1e9, "ns"), (1e-4, 1e6, "µs")):
        if 0 < seconds < limit:
            return join((format_number(seconds * scale, 3), unit))
    return join(format_time(seconds, 3))


def _span(start: float, end: float) -> str:
    """ "15.35 – 17.36 ms": both in the unit of the end, with the digits of the end."""
    figure, unit = format_time(end)
    decimals = len(figure.partition(".")[2])
    first = f"{start / _UNITS[unit]:.{decimals}f}" if start else "0"
    return f"{first} – {figure}\u00a0{unit}"
