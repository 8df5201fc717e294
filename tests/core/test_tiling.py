"""Tiles: ownership, regions and what crosses, against the oracle and against index sets."""

from __future__ import annotations

from itertools import product

import numpy as np
import oracle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks_for_tests import random_network

from planner_core.importers import bundled_names, load_network
from planner_core.network.model import (
    POINTWISE,
    WHOLE,
    Layer,
    Network,
    TensorSpec,
    Transposed,
    Upsample,
    Window,
)
from planner_core.tiling import Tiling, cut_extent

Spots = set[tuple[int, int]]


def spots(box: list[int]) -> Spots:
    return set(product(range(box[0], box[1]), range(box[2], box[3])))


@st.composite
def tilings(draw: st.DrawFn, extent: int = 14) -> Tiling:
    """A random network, any tau, any grid that can be cut, dividing or not."""
    net = random_network(draw(st.integers(0, 10**6)), extent=extent)
    tau = draw(st.integers(1, len(net)))
    s_l, s_w = cut_extent(net, tau)
    return Tiling.of(net, tau, draw(st.integers(1, min(s_l, 7))), draw(st.integers(1, min(s_w, 7))))


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 10**6))
def test_every_tau_is_cut_as_far_as_its_frontier_can_be(seed: int) -> None:
    net = random_network(seed, extent=14)
    for tau in range(1, len(net) + 1):
        assert cut_extent(net, tau) == oracle.cut_extent(net, tau)


# Ownership


@settings(deadline=None, max_examples=150)
@given(tilings())
def test_tiles_own_every_element_of_the_frontier_exactly_once(tiling: Tiling) -> None:
    assert list(tiling.frontier) == oracle.frontier(tiling.network, tiling.tau)
    for name in tiling.frontier:
        seen = np.zeros(tiling.network.shapes[name][1:], int)
        for y0, y1, x0, x1 in tiling.owned(name).tolist():
            seen[y0:y1, x0:x1] += 1
        assert (seen == 1).all(), name


@pytest.mark.parametrize("name", bundled_names())
def test_bundled_networks_are_owned_exactly_once_on_grids_that_do_not_divide(name: str) -> None:
    net = load_network(name)
    for tau in range(1, len(net) + 1, max(1, len(net) // 8)):
        s_l, s_w = cut_extent(net, tau)
        for rows, cols in {(min(s_l, 5), min(s_w, 3)), (min(s_l, 7), 1), (min(s_l, 4), min(s_w, 11))}:
            tiling = Tiling.of(net, tau, rows, cols)
            for tensor in tiling.frontier:
                seen = np.zeros(net.shapes[tensor][1:], int)
                for y0, y1, x0, x1 in tiling.owned(tensor).tolist():
                    seen[y0:y1, x0:x1] += 1
                assert (seen == 1).all(), (tau, rows, cols, tensor)


def test_only_frontier_tensors_have_owners(alexnet_file: Network) -> None:
    tiling = Tiling.of(alexnet_file, 2, 2, 2)
    assert tiling.frontier == (alexnet_file.layers[1].name,)
    with pytest.raises(KeyError):
        tiling.owned(alexnet_file.layers[0].name)


# Regions


def test_alexnet_example_of_the_field(alexnet_file: Network) -> None:
    tiling = Tiling.of(alexnet_file, 8, 2, 2)
    last = [tiling.regions(name)[0].tolist() for name in tiling.tensors]
    assert [y1 - 1 for _, y1, _, _ in last] == [192, 46, 22, 20, 9, 8, 7, 6, 2]
    assert [x1 - 1 for _, _, _, x1 in last] == [192, 46, 22, 20, 9, 8, 7, 6, 2]
    assert all(y0 == x0 == 0 for y0, _, x0, _ in last)


def assert_like_the_oracle(tiling: Tiling) -> None:
    net, tau, rows, cols = tiling.network, tiling.tau, tiling.rows, tiling.cols
    regions = {name: tiling.regions(name).tolist() for name in tiling.tensors}
    crossing = {o: {n: r.tolist() for n, r in tiling.crossing(o)} for o in range(1, tau + 2)}
    for p in range(tiling.paths):
        assert {n: tuple(r[p]) for n, r in regions.items()} == oracle.regions(net, tau, rows, cols, p)
        for o, sent in crossing.items():
            there = {n: tuple(r[p]) for n, r in sent.items() if any(r[p])}
            assert there == oracle.crossing(net, tau, rows, cols, p, o)
        for name in tiling.frontier:
            box = tiling.owned(name)[p].tolist()
            assert spots(box) == spots(list(oracle.owned(net, tau, rows, cols, p, name)))


@settings(deadline=None, max_examples=120)
@given(tilings())
def test_regions_and_crossings_are_those_of_the_oracle(tiling: Tiling) -> None:
    assert_like_the_oracle(tiling)


def test_regions_of_the_paper_networks_are_those_of_the_oracle(paper_network: Network) -> None:
    for part in (0.2, 0.55, 0.8):
        tau = max(1, round(part * len(paper_network)))
        s_l, s_w = cut_extent(paper_network, tau)
        tiling = Tiling.of(paper_network, tau, min(3, s_l), min(2, s_w))
        for name in tiling.tensors:
            for p, box in enumerate(tiling.regions(name).tolist()):
                assert tuple(box) == oracle.regions(paper_network, tau, tiling.rows, tiling.cols, p)[name]


def test_a_rectangle_that_is_empty_along_one_axis_adds_nothing_along_the_other() -> None:
    # The first row of y reads padding only, so its tiles need nothing of x, in columns neither.
    window = Window((1, 3), (3, 1), (1, 1, 0, 1))
    net = Network(
        "n",
        (TensorSpec("x", (1, 5, 4)),),
        (
            Layer("y", "Any", ("x",), (1, 2, 4), 8.0, 0, window),
            Layer("z", "Any", ("y",), (1, 2, 4), 8.0, 0, POINTWISE),
        ),
    )
    tiling = Tiling.of(net, 1, 2, 2)
    assert tiling.regions("x").tolist() == [[0, 0, 0, 0], [0, 0, 0, 0], [2, 3, 0, 3], [2, 3, 1, 4]]
    assert tiling.elements[tiling.class_of[0]].tolist() == [0, 2]
    assert_like_the_oracle(tiling)


def reads(layer: Layer, spot: tuple[int, int], extent: tuple[int, int]) -> Spots:
    """Input positions that one output position really reads, tap by tap; dilation and stride leave gaps."""
    field = layer.receptive
    if field == WHOLE:
        return spots([0, extent[0], 0, extent[1]])
    if field == POINTWISE:
        wide = zip(spot, extent, layer.shape[1:], strict=True)
        return {tuple(0 if n == 1 and m != 1 else i for i, n, m in wide)}
    if isinstance(field, Upsample):
        return {(spot[0] // field.stride[0], spot[1] // field.stride[1])}
    axes: list[set[int]] = []
    window = field.window if isinstance(field, Transposed) else field
    for axis, at in enumerate(spot):
        k, s, d, q = (f[axis] for f in (window.kernel, window.stride, window.dilation, window.padding))
        if isinstance(field, Transposed):
            axes.append({i for i in range(extent[axis]) for j in range(k) if i * s - q + j * d == at})
        else:
            axes.append({at * s - q + j * d for j in range(k)} & set(range(extent[axis])))
    return set(product(*axes))


@settings(deadline=None, max_examples=60)
@given(tilings(extent=8))
def test_regions_hold_every_position_that_is_really_read(tiling: Tiling) -> None:
    net = tiling.network
    for p in range(tiling.paths):
        wanted = {name: spots(tiling.owned(name)[p].tolist()) for name in tiling.frontier}
        for layer in reversed(net.layers[: tiling.tau]):
            made = wanted.get(layer.name, set())
            assert made <= spots(tiling.regions(layer.name)[p].tolist())
            for name in layer.inputs:
                for spot in made:
                    wanted.setdefault(name, set()).update(reads(layer, spot, net.shapes[name][1:]))
        for name in tiling.tensors:
            assert wanted.get(name, set()) <= spots(tiling.regions(name)[p].tolist()), name


@settings(deadline=None, max_examples=40)
@given(tilings(extent=8), st.data())
def test_what_crosses_is_enough_for_the_rest(tiling: Tiling, data: st.DataObject) -> None:
    """With the device's tensors gone but for what was sent, the ES has all that it reads."""
    net, o = tiling.network, data.draw(st.integers(1, tiling.tau + 1))
    sent = dict(tiling.crossing(o))
    for p in range(tiling.paths):
        there = {name: spots(boxes[p].tolist()) for name, boxes in sent.items()}
        for v in range(o, tiling.tau + 1):
            layer = net.layers[v - 1]
            made = spots(tiling.regions(layer.name)[p].tolist())
            for name in layer.inputs:
                for spot in made:
                    assert reads(layer, spot, net.shapes[name][1:]) <= there.get(name, set())
            there[layer.name] = made
        for name in tiling.frontier:
            if any(v > tiling.tau for v in net.readers[name]):
                assert spots(tiling.owned(name)[p].tolist()) <= there.get(name, set())


def test_one_tile_needs_no_more_than_the_maps(paper_network: Network) -> None:
    tiling = Tiling.of(paper_network, len(paper_network), 1, 1)
    assert tiling.device_flop[0, -1] == pytest.approx(paper_network.flops, rel=1e-15)
    assert tiling.es_flop[0, 0] == pytest.approx(paper_network.flops, rel=1e-15)
    assert tiling.tail_flop == 0


def test_tilings_are_kept(alexnet_file: Network) -> None:
    assert Tiling.of(alexnet_file, 3, 2, 2) is Tiling.of(alexnet_file, 3, 2, 2)
    assert Tiling.of(load_network("alexnet"), 3, 2, 2) is Tiling.of(alexnet_file, 3, 2, 2)
