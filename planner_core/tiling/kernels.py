"""Compiled loops of the tile geometry: intervals carried backward, equal rows found, costs summed.

All of them release the GIL. Intervals are half-open; an empty one is (0, 0).
"""

from __future__ import annotations

import numpy as np

from planner_core.jit import inlined, kernel

__all__ = ["class_costs", "distinct_rows", "segments", "walk"]

_NONE = np.int64(1) << np.int64(60)


@kernel
def segments(tau, n_inputs, reader_start, reader_edge, edge_layer, last_reader):  # type: ignore[no-untyped-def]
    """List what crosses from device to ES for every split o of the prefix 1..tau.

    Returns
    -------
    (S, 5) int64
        Tensor, first o, last o, how many of the tensor's prefix readers (the last first) lie on the ES, and
        whether a layer after the prefix reads the tensor too.
    """
    found = np.empty((reader_edge.size + reader_start.size, 5), np.int64)
    count = 0
    for t in range(min(reader_start.size - 1, n_inputs + tau)):
        made = max(0, t - n_inputs + 1)
        after = 1 if last_reader[t] > tau else 0
        begin, end = reader_start[t], reader_start[t + 1]
        while begin < end and edge_layer[reader_edge[begin]] > tau:
            begin += 1
        upper = tau + 1
        for used in range(end - begin + 1):
            # With `used` readers on the ES, o runs from just behind the next reader up to `upper`.
            lower = made + 1
            if begin + used < end:
                lower = max(lower, edge_layer[reader_edge[begin + used]] + 1)
            if lower <= upper and (used > 0 or after == 1):
                found[count, 0] = t
                found[count, 1] = lower
                found[count, 2] = upper
                found[count, 3] = used
                found[count, 4] = after
                count += 1
            upper = lower - 1
    return found[:count].copy()


@inlined
def _needed(rule, extent, lo, hi):  # type: ignore[no-untyped-def]
    """Interval of an input of `extent` that the output interval [lo, hi) reads along one axis (SPEC section 2)."""
    kind, k, s, q, d = rule[0], rule[1], rule[2], rule[3], rule[4]
    if kind == 0:
        first, last = lo, hi
    elif kind == 1:
        first, last = np.int64(0), extent
    elif kind == 2:
        first, last = lo * s - q, (hi - 1) * s - q + (k - 1) * d + 1
    elif kind == 3:
        first, last = lo // s, (hi - 1) // s + 1
    else:  # the inverse of a window: inputs i with lo <= i*s - q + j*d < hi for a j in 0..k-1
        first, last = -((-(lo + q - (k - 1) * d)) // s), (hi - 1 + q) // s + 1
    return max(first, np.int64(0)), min(last, extent)


@kernel
def _hull(spans, t, c, lo, hi):  # type: ignore[no-untyped-def]
    """Widen spans[:, t, c] to hold [lo, hi) on every axis."""
    for axis in range(spans.shape[0]):
        if lo[axis] < spans[axis, t, c, 0]:
            spans[axis, t, c, 0] = lo[axis]
        if hi[axis] > spans[axis, t, c, 1]:
            spans[axis, t, c, 1] = hi[axis]


@kernel
def walk(  # type: ignore[no-untyped-def]
    tau,
    n_inputs,
    cell,
    parts,
    extent,
    frontier,
    edge_start,
    edge_tensor,
    edge_rule,
    reader_start,
    reader_edge,
    segs,
):
    """Carry every cell's ownership backward through the prefix 1..tau.

    Parameters
    ----------
    cell : (A, n) int64
        Position of each cell along each of the A axes; A = 1 for one axis alone, 2 for whole tiles.
    parts : (A,) int64
        How many cells each axis is cut into.
    extent, edge_rule
        As in `Program`, for these A axes.
    segs : (S, 5) int64
        From `segments`.

    Returns
    -------
    need : (A, n_inputs + tau, n, 2)
        What the cell computes or reads of each tensor over the whole prefix.
    cross : (A, S, n, 2)
        What crosses, per segment.
    hollow : bool
        Whether any interval on the way was empty; then the axes of a tile must be walked together, since a
        rectangle that is empty along one axis adds nothing along the other.
    """
    axes, n = cell.shape
    tensors = n_inputs + tau
    edges = edge_start[tau]
    need = np.zeros((axes, tensors, n, 2), np.int64)
    cross = np.zeros((axes, segs.shape[0], n, 2), np.int64)
    part = np.zeros((axes, edges, n, 2), np.int64)
    own = np.zeros((axes, tensors, n, 2), np.int64)
    lo, hi = np.zeros(axes, np.int64), np.zeros(axes, np.int64)
    hollow = False
    for t in range(tensors - 1, -1, -1):
        for c in range(n):
            for axis in range(axes):
                need[axis, t, c, 0] = _NONE
                need[axis, t, c, 1] = -1
            if frontier[t]:
                full = True
                for axis in range(axes):
                    lo[axis] = cell[axis, c] * extent[axis, t] // parts[axis]
                    hi[axis] = (cell[axis, c] + 1) * extent[axis, t] // parts[axis]
                    full = full and lo[axis] < hi[axis]
                if full:
                    for axis in range(axes):
                        own[axis, t, c, 0] = lo[axis]
                        own[axis, t, c, 1] = hi[axis]
                    _hull(need, t, c, lo, hi)
                else:
                    hollow = True
            for r in range(reader_start[t], reader_start[t + 1]):
                e = reader_edge[r]
                if e < edges and part[0, e, c, 0] < part[0, e, c, 1]:
                    for axis in range(axes):
                        lo[axis] = part[axis, e, c, 0]
                        hi[axis] = part[axis, e, c, 1]
                    _hull(need, t, c, lo, hi)
            if need[0, t, c, 1] < 0:
                for axis in range(axes):
                    need[axis, t, c, 0] = 0
                    need[axis, t, c, 1] = 0
        v = t - n_inputs + 1
        if v < 1:
            continue
        for e in range(edge_start[v - 1], edge_start[v]):
            source = edge_tensor[e]
            for c in range(n):
                if need[0, t, c, 0] >= need[0, t, c, 1]:
                    continue
                full = True
                for axis in range(axes):
                    lo[axis], hi[axis] = _needed(
                        edge_rule[axis, e], extent[axis, source], need[axis, t, c, 0], need[axis, t, c, 1]
                    )
                    full = full and lo[axis] < hi[axis]
                if full:
                    for axis in range(axes):
                        part[axis, e, c, 0] = lo[axis]
                        part[axis, e, c, 1] = hi[axis]
                else:
                    hollow = True
    for k in range(segs.shape[0]):
        t, used, after = segs[k, 0], segs[k, 3], segs[k, 4]
        begin = reader_start[t]
        while begin < reader_start[t + 1] and reader_edge[begin] >= edges:
            begin += 1
        for c in range(n):
            for axis in range(axes):
                cross[axis, k, c, 0] = _NONE
                cross[axis, k, c, 1] = -1
            if after == 1 and own[0, t, c, 0] < own[0, t, c, 1]:
                for axis in range(axes):
                    lo[axis] = own[axis, t, c, 0]
                    hi[axis] = own[axis, t, c, 1]
                _hull(cross, k, c, lo, hi)
            for r in range(begin, begin + used):
                e = reader_edge[r]
                if part[0, e, c, 0] < part[0, e, c, 1]:
                    for axis in range(axes):
                        lo[axis] = part[axis, e, c, 0]
                        hi[axis] = part[axis, e, c, 1]
                    _hull(cross, k, c, lo, hi)
            if cross[0, k, c, 1] < 0:
                for axis in range(axes):
                    cross[axis, k, c, 0] = 0
                    cross[axis, k, c, 1] = 0
    return need, cross, hollow


@kernel
def distinct_rows(table):  # type: ignore[no-untyped-def]
    """Number the distinct rows of a (n, m) table in order of first appearance.

    Returns
    -------
    label : (n,) int64
    first : (k,) int64
        A row of each label.
    """
    n, m = table.shape
    label = np.empty(n, np.int64)
    first = np.empty(n, np.int64)
    size = 8
    while size < 2 * n:
        size *= 2
    slots = np.full(size, -1, np.int64)
    count = 0
    for i in range(n):
        h = np.uint64(1469598103934665603)
        for j in range(m):
            h = (h ^ np.uint64(np.int64(table[i, j]))) * np.uint64(1099511628211)
            h ^= h >> np.uint64(29)
        at = np.int64(h & np.uint64(size - 1))
        while True:
            other = slots[at]
            if other < 0:
                slots[at] = count
                first[count] = i
                label[i] = count
                count += 1
                break
            same = True
            for j in range(m):
                if table[first[other], j] != table[i, j]:
                    same = False
                    break
            if same:
                label[i] = other
                break
            at = (at + 1) & (size - 1)
    return label, first[:count].copy()


@kernel
def class_costs(h, w, h_cross, w_cross, pairs, tau, full_area, flops, segs, seg_channels):  # type: ignore[no-untyped-def]
    """FLOP on either side and elements sent, for every kind of tile and every split.

    Parameters
    ----------
    h, w : (KR, tau), (KC, tau) int64
        Height and width of the needed region of each prefix layer, per kind of row and of column.
    h_cross, w_cross : (KR, S), (KC, S) int64
    pairs : (K, 2) int64
        Kind of row and kind of column of each kind of tile.
    full_area, flops : (tau,)
        H*W and d_v of the prefix layers.

    Returns
    -------
    device, es, sent : (K, tau + 1) float64
        Column o - 1 holds sum of d_{p,v} over v < o, over tau >= v >= o, and elements sent (SPEC section 3).
    """
    kinds = pairs.shape[0]
    device = np.zeros((kinds, tau + 1))
    es = np.zeros((kinds, tau + 1))
    sent = np.zeros((kinds, tau + 1))
    for k in range(kinds):
        i, j = pairs[k, 0], pairs[k, 1]
        for v in range(tau):
            area = h[i, v] * w[j, v]
            # The whole map costs d_v to the last bit.
            part = flops[v] if area == full_area[v] else flops[v] * area / full_area[v]
            device[k, v + 1] = device[k, v] + part
        for v in range(tau - 1, -1, -1):
            area = h[i, v] * w[j, v]
            part = flops[v] if area == full_area[v] else flops[v] * area / full_area[v]
            es[k, v] = es[k, v + 1] + part
        for s in range(segs.shape[0]):
            elements = float(seg_channels[s]) * (h_cross[i, s] * w_cross[j, s])
            for o in range(segs[s, 1], segs[s, 2] + 1):
                sent[k, o - 1] += elements
    return device, es, sent
