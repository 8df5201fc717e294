"""Compiled loops of the searches: costs and bounds of a cell straight from the kinds of its rows and columns.

They release the GIL and poll a flag.
"""

from __future__ import annotations

import numpy as np

from planner_core.jit import kernel
from planner_core.methods.mw import greedy
from planner_core.methods.polling import is_set
from planner_core.tiling.kernels import class_costs, distinct_rows, walk

__all__ = ["axis_kinds", "bound_cells", "bound_kinds", "mw_cell"]


@kernel
def axis_kinds(  # type: ignore[no-untyped-def]
    parts,
    tau,
    n_inputs,
    extent,
    frontier,
    edge_start,
    edge_tensor,
    edge_rule,
    reader_start,
    reader_edge,
    segs,
):
    """Cut one axis into every number of `parts` and number the kinds of rows (or columns).

    Parameters
    ----------
    parts : (n,) int64
        Numbers of cells, ascending.
    extent, edge_rule
        Of this axis alone, with a leading axis of length 1.

    Returns
    -------
    kind_start : (n + 1,) int64
        Kinds of parts[i] are kind_start[i] .. kind_start[i + 1].
    sizes : (kinds, tau + S) int64
        Extents of the needed layer outputs and of what crosses.
    label_start : (n + 1,) int64
    label : int64
        Kind of every cell, counted from kind_start[i].
    hollow : bool
        As in `tiling.kernels.walk`, for any of them.
    """
    n = parts.size
    features = tau + segs.shape[0]
    kind_start, label_start = np.zeros(n + 1, np.int64), np.zeros(n + 1, np.int64)
    for i in range(n):
        label_start[i + 1] = label_start[i] + parts[i]
    label = np.empty(label_start[n], np.int64)
    sizes = np.empty((64, features), np.int64)
    used = 0
    any_hollow = False
    one = np.empty(1, np.int64)
    for i in range(n):
        one[0] = parts[i]
        cell = np.arange(parts[i]).reshape(1, parts[i])
        need, cross, hollow = walk(
            tau, n_inputs, cell, one, extent, frontier,
            edge_start, edge_tensor, edge_rule, reader_start, reader_edge, segs,
        )  # fmt: skip
        any_hollow = any_hollow or hollow
        table = np.empty((parts[i], features), np.int64)
        for c in range(parts[i]):
            for v in range(tau):
                table[c, v] = need[0, n_inputs + v, c, 1] - need[0, n_inputs + v, c, 0]
            for s in range(segs.shape[0]):
                table[c, tau + s] = cross[0, s, c, 1] - cross[0, s, c, 0]
        labels, first = distinct_rows(table)
        label[label_start[i] : label_start[i + 1]] = labels
        while used + first.size > sizes.shape[0]:
            grown = np.empty((2 * sizes.shape[0], features), np.int64)
            grown[:used] = sizes[:used]
            sizes = grown
        for k in range(first.size):
            sizes[used + k] = table[first[k]]
        used += first.size
        kind_start[i + 1] = used
    return kind_start, sizes[:used].copy(), label_start, label, any_hollow


@kernel
def _kind_costs(h, w, tau, full_area, flops, segs, seg_channels):  # type: ignore[no-untyped-def]
    """Costs of every pair of a kind of row and a kind of column; see `class_costs`."""
    pairs = np.empty((h.shape[0] * w.shape[0], 2), np.int64)
    for i in range(h.shape[0]):
        for j in range(w.shape[0]):
            pairs[i * w.shape[0] + j, 0] = i
            pairs[i * w.shape[0] + j, 1] = j
    return class_costs(
        h[:, :tau], w[:, :tau], h[:, tau:], w[:, tau:], pairs, tau, full_area, flops, segs, seg_channels
    )


@kernel
def _count(labels, kinds):  # type: ignore[no-untyped-def]
    counts = np.zeros(kinds, np.int64)
    for x in labels:
        counts[x] += 1
    return counts


@kernel
def _seconds(device, es, sent, speeds):  # type: ignore[no-untyped-def]
    """Turn FLOP and elements into seconds in place; speeds: f_end, f_es, bits, R, overhead."""
    for k in range(device.shape[0]):
        for o in range(device.shape[1]):
            device[k, o] = device[k, o] / speeds[0]
            es[k, o] = es[k, o] / speeds[1]
            over = speeds[4] if sent[k, o] > 0.0 else 0.0
            sent[k, o] = sent[k, o] * speeds[2] / speeds[3] + over


@kernel
def bound_kinds(a, b, e, counts, device_workers, es_workers):  # type: ignore[no-untyped-def]
    """Lower bound on the latest path end, from weighted sums of work; a, b, e (K, M) in seconds.

    Device workers 1 or N: w (sum a / N + least b) + (1 - w) sum b + least e, for every w. One per path: either no
    path leaves the device at theta or later, or the link serves those that do from theta on.
    """
    kinds, modes = a.shape
    least_b, least_e, top = np.inf, np.inf, 0.0
    sum_e = 0.0
    for k in range(kinds):
        low_e = np.inf
        for m in range(modes):
            # A path that sends nothing passes a busy link: nothing need follow the last transfer.
            least_b = min(least_b, b[k, m])
            least_e = min(least_e, e[k, m] if b[k, m] > 0.0 else 0.0)
            low_e = min(low_e, e[k, m])
            top = max(top, a[k, m])
        sum_e += counts[k] * low_e
    best = sum_e / es_workers if es_workers > 0 else 0.0
    if device_workers > 0:
        for i in range(17):
            w = i / 16
            total = 0.0
            for k in range(kinds):
                low = np.inf
                for m in range(modes):
                    low = min(low, w * a[k, m] / device_workers + (1 - w) * b[k, m])
                total += counts[k] * low
            best = max(best, total + w * least_b + least_e)
        return best
    total = 0.0
    for k in range(kinds):
        low = np.inf
        for m in range(modes):
            low = min(low, b[k, m])
        total += counts[k] * low
    best = max(best, total + least_e)
    for step in range(1, 9):
        theta = top * step / 8
        early = 0.0
        mixed, late_only = theta / 2, theta
        for k in range(kinds):
            low_early, low_half, low_late = np.inf, np.inf, np.inf
            for m in range(modes):
                if a[k, m] < theta:
                    low_early = min(low_early, b[k, m])
                    low_half = min(low_half, b[k, m] / 2)
                    low_late = 0.0
                else:
                    low_half = min(low_half, b[k, m])
                    low_late = min(low_late, b[k, m])
            early += counts[k] * low_early
            mixed += counts[k] * low_half
            late_only += counts[k] * low_late
        best = max(best, min(early, max(mixed, late_only)) + least_e)
    return best


@kernel
def _cell_costs(rows, row_start, i, cols, col_start, j, tau, full_area, flops, segs, seg_channels, speeds):  # type: ignore[no-untyped-def]
    """Seconds a, b, e of every kind of tile of the cell whose axes are cut as entries i and j of the tables."""
    h, w = rows[row_start[i] : row_start[i + 1]], cols[col_start[j] : col_start[j + 1]]
    device, es, sent = _kind_costs(h, w, tau, full_area, flops, segs, seg_channels)
    _seconds(device, es, sent, speeds)
    return device, sent, es


@kernel
def bound_cells(  # type: ignore[no-untyped-def]
    at, row_start, rows, row_label_start, row_label, col_start, cols, col_label_start, col_label,
    tau, full_area, flops, segs, seg_channels, speeds, device_workers, es_workers, flag
):  # fmt: skip
    """Lower bound on the latest path end of every cell at one tau.

    Parameters
    ----------
    at : (n, 2) int64
        Entries of the row and column tables (from `axis_kinds`) that each cell takes.
    """
    found = np.zeros(at.shape[0])
    for g in range(at.shape[0]):
        if is_set(flag):
            break
        i, j = at[g, 0], at[g, 1]
        a, b, e = _cell_costs(
            rows, row_start, i, cols, col_start, j, tau, full_area, flops, segs, seg_channels, speeds
        )
        in_rows = row_label[row_label_start[i] : row_label_start[i + 1]]
        in_cols = col_label[col_label_start[j] : col_label_start[j + 1]]
        of_row, of_col = (
            _count(in_rows, row_start[i + 1] - row_start[i]),
            _count(in_cols, col_start[j + 1] - col_start[j]),
        )
        counts = np.empty(of_row.size * of_col.size, np.int64)
        for y in range(of_row.size):
            for x in range(of_col.size):
                counts[y * of_col.size + x] = of_row[y] * of_col[x]
        found[g] = bound_kinds(
            a, b, e, counts, *_workers(in_rows.size * in_cols.size, device_workers, es_workers)
        )
    return found


@kernel
def _workers(paths, device_workers, es_workers):  # type: ignore[no-untyped-def]
    """Worker counts for `paths` paths: 0 is one per path, but a single path is as well served by one."""
    nd = device_workers if device_workers < paths else 0
    ns = es_workers if es_workers < paths else 0
    return (1 if paths == 1 else nd), ns


@kernel
def mw_cell(  # type: ignore[no-untyped-def]
    at, row_start, rows, row_label_start, row_label, col_start, cols, col_label_start, col_label,
    tau, full_area, flops, segs, seg_channels, speeds, device_workers, es_workers, cutoff
):  # fmt: skip
    """Latest path end of Algorithm 1 in one cell, or infinity where it is past `cutoff`; `at` (2,)."""
    i, j = at[0], at[1]
    a, b, e = _cell_costs(
        rows, row_start, i, cols, col_start, j, tau, full_area, flops, segs, seg_channels, speeds
    )
    in_rows = row_label[row_label_start[i] : row_label_start[i + 1]]
    in_cols = col_label[col_label_start[j] : col_label_start[j + 1]]
    wide = col_start[j + 1] - col_start[j]
    paths, classes = in_rows.size * in_cols.size, a.shape[0]
    class_of = np.empty(paths, np.int64)
    for y in range(in_rows.size):
        for x in range(in_cols.size):
            class_of[y * in_cols.size + x] = in_rows[y] * wide + in_cols[x]
    counts = _count(class_of, classes)
    place = np.zeros(classes, np.int64)
    for k in range(1, classes):
        place[k] = place[k - 1] + counts[k - 1]
    by_class = np.empty(paths, np.int64)
    for p in range(paths):
        by_class[place[class_of[p]]] = p
        place[class_of[p]] += 1
    order, offload = np.empty(paths, np.int64), np.empty(paths, np.int64)
    nd, ns = _workers(paths, device_workers, es_workers)
    return greedy(a, b, e, counts, by_class, nd, ns, order, offload, cutoff)
