"""The loops of the tile geometry in numpy, to the last bit as the compiled ones in `kernels`.

A window shows tiles and times plans without waiting for a compiler; all cells go through each step at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from planner_core.arrays import FloatArray, IntArray

__all__ = ["class_costs", "distinct_rows", "segments", "walk"]

BoolArray: TypeAlias = npt.NDArray[np.bool_]

_NONE = 1 << 60


def segments(
    tau: int,
    n_inputs: int,
    reader_start: IntArray,
    reader_edge: IntArray,
    edge_layer: IntArray,
    last_reader: IntArray,
) -> IntArray:
    """List what crosses from device to ES for every split; see `kernels.segments`."""
    starts, readers, layers = reader_start.tolist(), reader_edge.tolist(), edge_layer.tolist()
    found: list[tuple[int, int, int, int, int]] = []
    for t in range(min(len(starts) - 1, n_inputs + tau)):
        made = max(0, t - n_inputs + 1)
        after = int(last_reader[t] > tau)
        mine = [layers[e] for e in readers[starts[t] : starts[t + 1]] if layers[e] <= tau]  # the last first
        upper = tau + 1
        for used in range(len(mine) + 1):
            lower = made + 1
            if used < len(mine):
                lower = max(lower, mine[used] + 1)
            if lower <= upper and (used or after):
                found.append((t, lower, upper, used, after))
            upper = lower - 1
    return np.array(found, np.int64).reshape(-1, 5)


def _read(rule: Sequence[int], extent: int, lo: Any, hi: Any) -> tuple[Any, Any]:
    """Return what output intervals [lo, hi), arrays or numbers, read of an input along one axis (SPEC section 2).

    The input's ends are not yet minded.
    """
    kind, k, s, q, d = rule
    if kind == 0:
        return lo, hi
    if kind == 1:
        return lo * 0, hi * 0 + extent
    if kind == 2:
        return lo * s - q, (hi - 1) * s - q + (k - 1) * d + 1
    if kind == 3:
        return lo // s, (hi - 1) // s + 1
    return -((-(lo + q - (k - 1) * d)) // s), (hi - 1 + q) // s + 1


def _needed(rule: Sequence[int], extent: int, lo: IntArray, hi: IntArray) -> tuple[IntArray, IntArray]:
    """Intervals of an input of `extent` that the output intervals [lo, hi) read along one axis."""
    first, last = _read(rule, extent, lo, hi)
    return np.maximum(first, 0), np.minimum(last, extent)


def _hull(spans: IntArray, lo: IntArray, hi: IntArray, where: BoolArray) -> None:
    """Widen (A, n, 2) spans to hold [lo, hi), both (A, n), in the cells that `where` marks."""
    np.minimum(spans[..., 0], lo, out=spans[..., 0], where=where)
    np.maximum(spans[..., 1], hi, out=spans[..., 1], where=where)


def walk(
    tau: int,
    n_inputs: int,
    cell: IntArray,
    parts: IntArray,
    extent: IntArray,
    frontier: BoolArray,
    edge_start: IntArray,
    edge_tensor: IntArray,
    edge_rule: IntArray,
    reader_start: IntArray,
    reader_edge: IntArray,
    segs: IntArray,
) -> tuple[IntArray, IntArray, bool]:
    """Carry every cell's ownership backward through the prefix; see `kernels.walk`."""
    axes, n = cell.shape
    tensors, edges = n_inputs + tau, int(edge_start[tau])
    starts, reading = reader_start.tolist(), reader_edge.tolist()
    readers = [[e for e in reading[starts[t] : starts[t + 1]] if e < edges] for t in range(tensors)]
    if cell.size == 1:
        ends = [int(cell[0, 0]) * extent[0] // parts[0], (int(cell[0, 0]) + 1) * extent[0] // parts[0]]
        owned = [
            span if own else None for span, own in zip(np.stack(ends, 1).tolist(), frontier, strict=False)
        ]
        return _walk_one(
            n_inputs,
            extent[0].tolist(),
            owned,
            edge_start.tolist(),
            edge_tensor.tolist(),
            edge_rule[0].tolist(),
            readers,
            segs.tolist(),
        )
    need = np.empty((axes, tensors, n, 2), np.int64)
    need[..., 0], need[..., 1] = _NONE, -1
    cross = np.empty((axes, len(segs), n, 2), np.int64)
    cross[..., 0], cross[..., 1] = _NONE, -1
    part = np.zeros((axes, edges, n, 2), np.int64)
    own = np.zeros((axes, tensors, n, 2), np.int64)
    hollow = False
    for t in range(tensors - 1, -1, -1):
        here = need[:, t]
        if frontier[t]:
            size = extent[:, t, None]
            lo, hi = cell * size // parts[:, None], (cell + 1) * size // parts[:, None]
            whole = np.atleast_1d((lo < hi).all(axis=0))
            hollow = hollow or not whole.all()
            own[:, t, whole, 0], own[:, t, whole, 1] = lo[:, whole], hi[:, whole]
            _hull(here, lo, hi, whole)
        for e in readers[t]:
            _widen(here, part[:, e])
        here[:, here[0, :, 1] < 0] = 0
        layer = t - n_inputs + 1
        if layer < 1:
            continue
        there = here[0, :, 0] < here[0, :, 1]
        for e in range(int(edge_start[layer - 1]), int(edge_start[layer])):
            source = int(edge_tensor[e])
            ends = [
                _needed(edge_rule[axis, e].tolist(), int(extent[axis, source]), *here[axis].T)
                for axis in range(axes)
            ]
            full = there.copy()
            for lo, hi in ends:
                full &= lo < hi
            hollow = hollow or bool((there & ~full).any())
            for axis, (lo, hi) in enumerate(ends):
                part[axis, e, full, 0], part[axis, e, full, 1] = lo[full], hi[full]
    for k, (t, _, _, used, after) in enumerate(segs.tolist()):
        if after:
            _widen(cross[:, k], own[:, t])
        for e in readers[t][:used]:
            _widen(cross[:, k], part[:, e])
        cross[:, k, cross[0, k, :, 1] < 0] = 0
    return need, cross, bool(hollow)


def _walk_one(
    n_inputs: int,
    extent: Sequence[int],
    owned: Sequence[Sequence[int] | None],
    edge_start: Sequence[int],
    edge_tensor: Sequence[int],
    edge_rule: Sequence[Sequence[int]],
    readers: Sequence[Sequence[int]],
    segs: Sequence[Sequence[int]],
) -> tuple[IntArray, IntArray, bool]:
    """Do the same for one cell along one axis, with plain numbers: arrays of one element take ten times as long.

    The whole network as one tile, of which the baselines are made, is such a cell.
    """
    need, part = [(0, 0)] * len(readers), [(0, 0)] * edge_start[len(readers) - n_inputs]
    hollow = False
    for t in range(len(readers) - 1, -1, -1):
        spans = [part[e] for e in readers[t]]
        own = owned[t]
        if own is not None:
            hollow = hollow or own[0] >= own[1]
            spans.append((own[0], own[1]))
        need[t] = lo, hi = _hull_of(spans)
        if t < n_inputs:
            continue
        for e in range(edge_start[t - n_inputs], edge_start[t - n_inputs + 1]):
            size = extent[edge_tensor[e]]
            first, last = _read(edge_rule[e], size, lo, hi)
            first, last = max(first, 0), min(last, size)
            if lo < hi and first < last:
                part[e] = first, last
            elif lo < hi:
                hollow = True
    cross = []
    for t, _, _, used, after in segs:
        spans = [part[e] for e in readers[t][:used]]
        own = owned[t]
        if after and own is not None:
            spans.append((own[0], own[1]))
        cross.append(_hull_of(spans))
    return (
        np.array(need, np.int64).reshape(1, -1, 1, 2),
        np.array(cross, np.int64).reshape(1, -1, 1, 2),
        hollow,
    )


def _hull_of(spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return the least interval that holds those that are not empty; (0, 0) where all are."""
    full = [span for span in spans if span[0] < span[1]]
    return (min(lo for lo, _ in full), max(hi for _, hi in full)) if full else (0, 0)


def _widen(spans: IntArray, other: IntArray) -> None:
    """Widen (A, n, 2) spans to hold others, where these are not empty."""
    _hull(spans, other[..., 0], other[..., 1], other[0, :, 0] < other[0, :, 1])


def distinct_rows(table: IntArray) -> tuple[IntArray, IntArray]:
    """Number the distinct rows in order of first appearance; see `kernels.distinct_rows`."""
    n, m = table.shape
    width, data = m * table.itemsize, np.ascontiguousarray(table).tobytes()
    seen: dict[bytes, int] = {}
    first: list[int] = []
    label = np.empty(n, np.int64)
    for i in range(n):
        label[i] = known = seen.setdefault(data[i * width : (i + 1) * width], len(first))
        if known == len(first):
            first.append(i)
    return label, np.array(first, np.int64)


def class_costs(
    h: IntArray,
    w: IntArray,
    h_cross: IntArray,
    w_cross: IntArray,
    pairs: IntArray,
    tau: int,
    full_area: IntArray,
    flops: FloatArray,
    segs: IntArray,
    seg_channels: IntArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """FLOP on either side and elements sent; see `kernels.class_costs`."""
    i, j = pairs[:, 0], pairs[:, 1]
    area = h[i] * w[j]
    part = np.where(
        area == full_area, flops, flops * area / full_area
    )  # the whole map costs d_v to the last bit
    device, es, sent = (np.zeros((len(pairs), tau + 1)) for _ in range(3))
    np.cumsum(part, axis=1, out=device[:, 1:])  # adds one after the other, as the compiled loop does
    np.cumsum(part[:, ::-1], axis=1, out=es[:, tau - 1 :: -1])
    elements = seg_channels.astype(np.float64) * (h_cross[i] * w_cross[j])
    for s, (_, begin, end, _, _) in enumerate(segs.tolist()):
        sent[:, begin - 1 : end] += elements[:, s, None]
    return device, es, sent
