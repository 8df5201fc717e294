"""The figures of one path of a plan, or of all of them, as lines under the tiles; imports no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from flgui.text import TIMES, count, format_bytes, format_flop, format_time, join
from planner_core.network.model import Network
from planner_core.plan import FloatArray, Plan
from planner_core.tiling import Tiling

__all__ = ["Fact", "PathFacts", "overall_facts", "path_facts", "several_facts"]

_SAME = 1e-9  # relative: shorter waits are rounding
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of figures: label, value and what it is made of, in full and shorter twice for a narrow pane."""

    label: str
    value: str
    note: str
    brief: str = ""
    least: str = ""


@dataclass(frozen=True, slots=True)
class PathFacts:
    """Heading, in full and in brief, and lines of the facts below the maps."""

    title: str
    note: str
    brief: str
    lines: tuple[Fact, ...]


def path_facts(network: Network, plan: Plan, path: int) -> PathFacts:
    """Return the figures of one path: device, queue, link, ES and what it reads."""
    s, o = plan.schedule, int(plan.offload[path])
    row, col = divmod(path, plan.cols)
    tiling = Tiling.of(network, plan.tau, plan.rows, plan.cols)
    lines = [_device_line(plan, path)]
    wait = float(s.link_start[path] - s.device_end[path]) if s.link_used[path] else 0.0
    if wait > _SAME * plan.makespan_s:
        lines.append(Fact("Queue", join(format_time(wait, 3)), _behind(plan, path)))
    if s.link_used[path]:
        spent = float(s.link_end[path] - s.link_start[path])
        sizes = _sent_sizes(network, tiling, plan, path)
        short = sizes.replace(" cells", "")
        least = join(format_bytes(float(plan.bits[path])))
        lines.append(Fact("Link", join(format_time(spent, 3)), sizes, short, least))
    if plan.es_flop[path] > 0:
        spent = float(s.es_end[path] - s.es_start[path])
        lines.append(Fact("ES", join(format_time(spent, 3)), join(format_flop(float(plan.es_flop[path])))))
    reads = _reads(network, tiling, path)
    short = reads.replace(" input px", " px")
    lines.append(Fact("Reads", "", reads, short, short.split(", ")[0]))
    cut = _cut_words(network, plan, o)
    if plan.paths == 1:
        return PathFacts("One tile", cut, cut, tuple(lines))
    return PathFacts(f"Path {path}", f"row {row}, col {col} · {cut}", cut, tuple(lines))


def overall_facts(network: Network, plan: Plan) -> PathFacts:
    """Return the figures of all paths together, for when none is selected."""
    s = plan.schedule
    device = float(np.sum(s.device_end - s.device_start))
    link = float(np.sum(s.link_end - s.link_start))
    lines = (
        Fact("Device", join(format_time(device, 3)), f"{_flop(plan.device_flop)} in all"),
        Fact("Link", join(format_time(link, 3)), f"{join(format_bytes(float(np.sum(plan.bits))))} in all"),
        Fact(
            "Tail", join(format_time(plan.tail_s, 3)), _tail_words(network, plan), _tail_brief(network, plan)
        ),
    )
    if plan.paths == 1:
        return PathFacts("One tile", "nothing is cut apart", "", lines)
    return PathFacts(f"All {plan.paths} paths", "click a tile to see one", "", lines)


def several_facts(plan: Plan, paths: Sequence[int]) -> PathFacts:
    """Return the totals of several paths: time and work of each resource, waits, and from when to when they run."""
    own = np.array(sorted(paths), np.int64)
    s, names = plan.schedule, [str(path) for path in own.tolist()]
    sent, share = own[s.link_used[own]], f"of {plan.paths}"
    device = float(np.sum(s.device_end[own] - s.device_start[own]))
    queue = float(np.sum(s.link_start[sent] - s.device_end[sent]))
    link = float(np.sum(s.link_end[sent] - s.link_start[sent]))
    es = float(np.sum(s.es_end[own] - s.es_start[own]))
    begin, end = float(np.min(s.device_start[own])), float(np.max(s.es_end[own]))
    lines = (
        Fact("Device", join(format_time(device, 3)), f"{_flop(plan.device_flop[own])} in all"),
        Fact("Queue", join(format_time(queue, 3)), "for the link, summed"),
        Fact(
            "Link", join(format_time(link, 3)), f"{join(format_bytes(float(np.sum(plan.bits[sent]))))} in all"
        ),
        Fact("ES", join(format_time(es, 3)), f"{_flop(plan.es_flop[own])} in all"),
        Fact(
            "Span",
            join(format_time(end - begin, 3)),
            f"from {join(format_time(begin, 3))} to {join(format_time(end, 3))}",
            f"to {join(format_time(end, 3))}",
        ),
    )
    listed = f"{', '.join(names[:-1])} and {names[-1]}"
    return PathFacts(count(len(own), "path"), f"{listed}, {share}", share, lines)


def _cut_words(network: Network, plan: Plan, offload: int) -> str:
    if offload == 1:
        return "raw input sent (o = 1)"
    if offload == plan.tau + 1 == len(network) + 1:
        return f"all on the device (o = {offload})"
    return f"cut after {network.layers[offload - 2].name} (o = {offload})"


def _device_line(plan: Plan, path: int) -> Fact:
    s, flop = plan.schedule, float(plan.device_flop[path])
    if flop <= 0:
        return Fact("Device", "0 ms", "computes nothing")
    spent = float(s.device_end[path] - s.device_start[path])
    halo = ", halo included" if plan.paths > 1 else ""
    return Fact("Device", join(format_time(spent, 3)), join(format_flop(flop)) + halo)


def _behind(plan: Plan, path: int) -> str:
    """Name the paths whose transfers this path waits for."""
    s = plan.schedule
    least = _SAME * plan.makespan_s
    before = (
        s.link_used & (s.link_end > s.device_end[path] + least) & (s.link_end <= s.link_start[path] + least)
    )
    before[path] = False
    queue = np.flatnonzero(before)
    queue = queue[np.argsort(s.link_start[queue], kind="stable")]
    if len(queue) > _MOST_NAMED:
        return f"behind {count(len(queue), 'path')}"
    names = [str(p) for p in queue.tolist()]
    if len(names) == 1:
        return f"behind path {names[0]}"
    return f"behind paths {', '.join(names[:-1])} and {names[-1]}" if names else "for the link"


def _sent_sizes(network: Network, tiling: Tiling, plan: Plan, path: int) -> str:
    """Write what the path sends: "14×7 cells of 64 maps, 25.1 kB"."""
    parts = []
    for name, regions in tiling.crossing(int(plan.offload[path])):
        y0, y1, x0, x1 = (int(v) for v in regions[path])
        if y1 > y0 and x1 > x0:
            maps = network.shapes[name][0]
            words = f"{y1 - y0}{TIMES}{x1 - x0} cells"
            parts.append(f"{words} of {maps} maps" if maps > 1 else words)
    size = join(format_bytes(float(plan.bits[path])))
    if len(parts) == 1:
        return f"{parts[0]}, {size}"
    return f"{count(len(parts), 'tensor')}, {size}"


def _reads(network: Network, tiling: Tiling, path: int) -> str:
    """Write what the path needs of the input and of the layer in front of the last one."""
    found = []
    inputs = [t.name for t in network.inputs]
    names = [inputs[0]]
    if tiling.tau > 1 and tiling.paths > 1:
        names += [n for n in network.layers[tiling.tau - 1].inputs if n not in inputs][:1]
    for name in names:
        y0, y1, x0, x1 = (int(v) for v in tiling.regions(name)[path])
        unit = " input px" if name in inputs else f" of {name}"
        found.append(f"{y1 - y0}{TIMES}{x1 - x0}{unit}")
    return ", ".join(found)


def _flop(flop: FloatArray) -> str:
    return join(format_flop(float(np.sum(flop))))


def _tail_words(network: Network, plan: Plan) -> str:
    left = len(network) - plan.tau
    return (
        f"{count(left, 'layer')} after {network.layers[plan.tau - 1].name}, on the ES"
        if left
        else "nothing is left"
    )


def _tail_brief(network: Network, plan: Plan) -> str:
    left = len(network) - plan.tau
    return f"{count(left, 'layer')}, on the ES" if left else ""
