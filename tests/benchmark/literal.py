"""MW search as SPEC states it: the double loop over tau and P, in plain Python over lists, nothing ruled out.

Written as a careful programmer would who does not know the planner: rows and columns are walked apart, and once for
each number of parts; within a cell Algorithm 1 tries every path and split at every step. It knows sliding windows,
pointwise and whole-map layers, one or unlimited workers; enough for the networks of the benchmark.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from planner_core.network.model import Layer, Network, Window
from planner_core.system import System

__all__ = ["Literal", "Search"]

TIE = 1e-12
Rule = tuple[int, int, int]
Rows = list[list[float]]


class Search(NamedTuple):
    """The answer: makespan with its tail, and its plan."""

    makespan: float
    tau: int
    rows: int
    cols: int
    order: list[int]
    offload: list[int]


@dataclass(frozen=True)
class _Part:
    """One row (or column) of tiles at one tau: how long it is in every tensor."""

    need: list[int]  # by tensor
    sent: list[list[tuple[int, int]]]  # by split o - 1: tensor and length


class Literal:
    """The search over one network.

    Parameters
    ----------
    network : Network
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.inputs = len(network.inputs)
        names = [t.name for t in network.inputs] + [layer.name for layer in network.layers]
        number = {name: t for t, name in enumerate(names)}
        self.shapes = [network.shapes[name] for name in names]
        self.reads = [[number[name] for name in dict.fromkeys(layer.inputs)] for layer in network.layers]
        self.readers: list[list[int]] = [[] for _ in names]
        for v, reads in enumerate(self.reads, 1):
            for t in reads:
                self.readers[t].append(v)
        self.rules = [self._rules(axis) for axis in (0, 1)]

    def _rules(self, axis: int) -> list[list[Rule]]:
        """By layer and input."""
        return [
            [_rule(layer, axis, self.shapes[t][1 + axis]) for t in reads]
            for layer, reads in zip(self.network.layers, self.reads, strict=True)
        ]

    def search(self, system: System, max_paths: int | None) -> Search:
        """Run the double loop: the last of the cells with the least makespan."""
        best: Search | None = None
        for tau in range(1, len(self.network) + 1):
            frontier = self._frontier(tau)
            made = [self.shapes[t] for t in frontier if t >= self.inputs]
            s_l, s_w = min(h for _, h, _ in made), min(w for _, _, w in made)
            tail = sum(layer.flops for layer in self.network.layers[tau:]) / system.es_flops
            walked: dict[tuple[int, int], list[_Part]] = {}
            for paths in range(1, min(max_paths or s_l * s_w, s_l * s_w) + 1):
                grid = _grid(paths, s_l, s_w)
                if grid is None:
                    continue
                for axis in (0, 1):
                    if (axis, grid[axis]) not in walked:
                        walked[axis, grid[axis]] = self._walk(tau, axis, grid[axis], frontier)
                a, b, e = self._costs(system, tau, walked[0, grid[0]], walked[1, grid[1]])
                end, order, offload = _minimise_waiting(a, b, e, system)
                if best is None or end + tail <= best.makespan * (1 + TIE):
                    best = Search(end + tail, tau, *grid, order, offload)
        assert best is not None
        return best

    def _frontier(self, tau: int) -> list[int]:
        found = [t for t in range(self.inputs) if any(v > tau for v in self.readers[t])]
        for t in range(self.inputs, self.inputs + tau):
            if not self.readers[t] or self.readers[t][-1] > tau:
                found.append(t)
        return found

    def _walk(self, tau: int, axis: int, parts: int, frontier: list[int]) -> list[_Part]:
        found = []
        for i in range(parts):
            low, high = [1 << 60] * (self.inputs + tau), [-1] * (self.inputs + tau)
            sent_low, sent_high = low[:], high[:]
            for t in frontier:
                extent = self.shapes[t][1 + axis]
                low[t], high[t] = i * extent // parts, (i + 1) * extent // parts
                if self.readers[t]:
                    sent_low[t], sent_high[t] = low[t], high[t]
            sent = [[(t, sent_high[t] - sent_low[t]) for t in frontier if sent_high[t] >= 0]]
            for v in range(tau, 0, -1):
                at = self.inputs + v - 1
                for t, (stride, pad, reach) in zip(self.reads[v - 1], self.rules[axis][v - 1], strict=True):
                    lo = max(0, low[at] * stride - pad)
                    hi = min(self.shapes[t][1 + axis], (high[at] - 1) * stride - pad + reach)
                    if lo >= hi:
                        raise ValueError("a tile with an empty region: rows and columns do not go apart")
                    low[t], high[t] = min(low[t], lo), max(high[t], hi)
                    sent_low[t], sent_high[t] = min(sent_low[t], lo), max(sent_high[t], hi)
                sent.append([(t, sent_high[t] - sent_low[t]) for t in range(at) if sent_high[t] >= 0])
            sent.reverse()
            found.append(_Part([h - lo for lo, h in zip(low, high, strict=True)], sent))
        return found

    def _costs(
        self, system: System, tau: int, rows: list[_Part], cols: list[_Part]
    ) -> tuple[Rows, Rows, Rows]:
        a, b, e = [], [], []
        layers, shapes, first = self.network.layers, self.shapes, self.inputs
        per_position = [layers[v].flops / (shapes[first + v][1] * shapes[first + v][2]) for v in range(tau)]
        for row in rows:
            for col in cols:
                work = [per_position[v] * row.need[first + v] * col.need[first + v] for v in range(tau)]
                device, total = [0.0], 0.0
                for flop in work:
                    total += flop
                    device.append(total)
                a.append([flop / system.device_flops for flop in device])
                e.append([(total - flop) / system.es_flops for flop in device])
                e[-1][-1] = 0.0
                bits = []
                for high, wide in zip(row.sent, col.sent, strict=True):
                    elements = 0
                    for (t, y), (_, x) in zip(high, wide, strict=True):
                        elements += shapes[t][0] * y * x
                    seconds = elements * system.bits_per_element / system.rate_bps
                    bits.append(seconds + system.transfer_overhead_s if elements else 0.0)
                b.append(bits)
        return a, b, e


def _rule(layer: Layer, axis: int, extent: int) -> Rule:
    """(stride, padding, reach): output [lo, hi) reads [lo * stride - padding, (hi - 1) * stride - padding + reach)."""
    field = layer.receptive
    if isinstance(field, Window):
        return field.stride[axis], field.padding[axis], (field.kernel[axis] - 1) * field.dilation[axis] + 1
    if field == "whole" or (field == "pointwise" and extent == 1):
        return 0, 0, extent
    if field != "pointwise":
        raise ValueError(f"layer '{layer.name}' reads its input in a way that the literal loop does not know")
    return 1, 0, 1


def _grid(paths: int, s_l: int, s_w: int) -> tuple[int, int] | None:
    best: tuple[int, int, int, int] | None = None
    for rows in range(1, min(paths, s_l) + 1):
        cols, rest = divmod(paths, rows)
        if rest or cols > s_w:
            continue
        x, y = s_l * cols, s_w * rows
        long, short = max(x, y), min(x, y)
        if best is None or long * best[1] < best[0] * short:
            best = (long, short, rows, cols)
    return None if best is None else best[2:]


def _minimise_waiting(a: Rows, b: Rows, e: Rows, system: System) -> tuple[float, list[int], list[int]]:
    """Algorithm 1, and its latest path end by section 4."""
    paths = len(a)
    left, order, offload = list(range(paths)), [], [0] * paths
    device_free = link = es_free = last = 0.0
    one_device, one_es = system.device_workers == 1, system.es_workers == 1
    for step in range(paths):
        least, pick, split = float("inf"), -1, -1
        margin = TIE * link
        for p in left:
            times, sends = a[p], b[p]
            for o in range(len(times)):
                if step == 0:
                    score = times[o] + sends[o]
                    margin = TIE * score
                else:
                    ready = device_free + times[o] if times[o] > 0 else 0.0
                    score = link - ready if link > ready else ready - link
                if score < least - margin:
                    least, pick, split = score, p, o
        ready = device_free + a[pick][split] if a[pick][split] > 0 else 0.0
        if one_device and a[pick][split] > 0:
            device_free = ready
        if b[pick][split] > 0:
            ready = link = max(link, ready) + b[pick][split]
        if e[pick][split] > 0:
            ready = (max(es_free, ready) if one_es else ready) + e[pick][split]
            es_free = ready
        last = max(last, ready)
        left.remove(pick)
        order.append(pick)
        offload[pick] = split + 1
    return last, order, offload
