"""The random networks that other tests draw: they cover what they promise."""

from __future__ import annotations

from itertools import product

import oracle
from networks_for_tests import random_network

from planner_core.network.model import (
    POINTWISE,
    Network,
    Window,
)

SEEDS = range(120)


def test_random_networks_are_reproducible_and_chains_are_chains() -> None:
    assert random_network(7) == random_network(7)
    for seed in SEEDS:
        net = random_network(seed, chain=True)
        before = ["in0", *(layer.name for layer in net.layers)]
        assert all(set(layer.inputs) == {name} for layer, name in zip(net.layers, before, strict=False))


def features(net: Network) -> set[str]:
    found = {f"{type(x.receptive).__name__} {x.op}" for x in net.layers}
    for x in net.layers:
        field = x.receptive
        if isinstance(field, Window):
            for axis in (0, 1):
                k, s, d, q = (f[axis] for f in (field.kernel, field.stride, field.dilation, field.padding))
                end = q + field.padding[axis + 2]
                room = net.shapes[x.inputs[0]][1 + axis] + end - (k - 1) * d - 1
                found |= {"strided"} if s > 1 else set()
                found |= {"dilated"} if d > 1 and k > 1 else set()
                found |= {"k < s"} if k < s else set()
                found |= {"uneven padding"} if q != field.padding[axis + 2] else set()
                found |= {"in the padding"} if (k - 1) * d + 1 <= q else set()
                found |= {"ceil mode"} if x.shape[1 + axis] > room // s + 1 else set()
        if field == POINTWISE and any(net.shapes[n][1:] != x.shape[1:] for n in x.inputs):
            found.add("broadcast")
        if len(set(x.inputs)) < len(x.inputs):
            found.add("read twice")
    found |= {"several inputs"} if len(net.inputs) > 1 else set()
    found |= {"several outputs"} if len(net.outputs) > 1 else set()
    for tau in range(1, len(net) + 1):
        late = [t for t in net.inputs if t.name in oracle.frontier(net, tau)]
        found |= {"late input"} if late else set()
        s_l, s_w = oracle.cut_extent(net, tau)
        found |= {"small late input"} if any(t.shape[1] < s_l or t.shape[2] < s_w for t in late) else set()
    return found


def test_random_networks_cover_what_they_promise() -> None:
    found = set().union(*(features(random_network(seed)) for seed in SEEDS))
    wanted = {"strided", "dilated", "k < s", "uneven padding", "in the padding", "ceil mode", "broadcast"}
    wanted |= {"read twice", "several inputs", "several outputs", "late input", "small late input"}
    wanted |= {"Transposed Deconv", "Upsample Upsample", "str Add", "str Concat", "str Gemm", "Window Conv"}
    assert wanted <= found


def test_owned_cells_cover_every_frontier_tensor_once() -> None:
    for seed in SEEDS:
        net = random_network(seed, extent=6)
        tau = 1 + seed % len(net)
        paths = oracle.feasible(net, tau, 6)[-1]
        rows, cols = oracle.auto_grid(paths, *oracle.cut_extent(net, tau)) or (0, 0)
        boxes = [oracle.regions(net, tau, rows, cols, p) for p in range(paths)]
        for name in oracle.frontier(net, tau):
            cells = [oracle.owned(net, tau, rows, cols, p, name) for p in range(paths)]
            spots = [(y, x) for y0, y1, x0, x1 in cells for y in range(y0, y1) for x in range(x0, x1)]
            assert sorted(spots) == list(product(*(range(n) for n in net.shapes[name][1:])))
            for (y0, y1, x0, x1), box in zip(cells, boxes, strict=True):
                inside = (
                    box[name][0] <= y0 and y1 <= box[name][1] and box[name][2] <= x0 and x1 <= box[name][3]
                )
                assert inside or y0 == y1 or x0 == x1
