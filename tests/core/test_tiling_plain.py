"""The loops in numpy give the same bits as the compiled ones."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks_for_tests import random_network

from planner_core.importers import bundled_names, load_network
from planner_core.network.model import Network
from planner_core.tiling import Tiling, cut_extent, geometry, kernels, plain
from planner_core.tiling.program import program_of


def same(network: Network, tau: int, rows: int, cols: int) -> None:
    """Every loop in both, each on what the compiled ones hand on."""
    program = program_of(network)
    reading = (program.reader_start, program.reader_edge)
    asked = (tau, program.n_inputs, *reading, program.edge_layer, program.last_reader)
    segs = kernels.segments(*asked)
    assert np.array_equal(plain.segments(*asked), segs)
    axes: list[tuple[np.ndarray, np.ndarray]] = []
    whole = np.stack(np.divmod(np.arange(rows * cols, dtype=np.int64), cols))
    for pick, cell, parts in (
        ([0], np.arange(rows)[None, :], [rows]),
        ([1], np.arange(cols)[None, :], [cols]),
        ([0, 1], whole, [rows, cols]),
    ):
        given_to = (
            tau, program.n_inputs, cell, np.array(parts, np.int64), np.ascontiguousarray(program.extent[pick]),
            program.frontier(tau), program.edge_start, program.edge_tensor,
            np.ascontiguousarray(program.edge_rule[pick]), *reading, segs,
        )  # fmt: skip
        need, cross, hollow = kernels.walk(*given_to)
        found = plain.walk(*given_to)
        assert np.array_equal(found[0], need)
        assert np.array_equal(found[1], cross)
        assert found[2] is bool(hollow)
        axes.append((need[0], cross[0]))
    sizes = [(lengths(need[program.n_inputs :]), lengths(cross)) for need, cross in axes[:2]]
    for table in (np.concatenate(pair, axis=1) for pair in sizes):
        for one, other in zip(plain.distinct_rows(table), kernels.distinct_rows(table), strict=True):
            assert np.array_equal(one, other)
    span = slice(program.n_inputs, program.n_inputs + tau)
    pairs = np.stack(np.divmod(np.arange(rows * cols, dtype=np.int64), cols), axis=1)
    costs = (
        sizes[0][0], sizes[1][0], sizes[0][1], sizes[1][1], pairs, tau,
        program.extent[0, span] * program.extent[1, span], program.flops[:tau], segs, program.channels[segs[:, 0]],
    )  # fmt: skip
    for one, other in zip(plain.class_costs(*costs), kernels.class_costs(*costs), strict=True):
        assert one.tobytes() == other.tobytes()


def lengths(spans: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray((spans[..., 1] - spans[..., 0]).T)


@pytest.mark.parametrize("name", bundled_names())
def test_on_bundled_networks(name: str) -> None:
    network = load_network(name)
    for tau in {1, 2, len(network) // 2, len(network)}:
        height, width = cut_extent(network, tau)
        same(network, tau, min(height, 3), min(width, 4))


@settings(deadline=None, max_examples=120)
@given(st.integers(0, 10**6), st.data())
def test_on_random_networks(seed: int, data: st.DataObject) -> None:
    network = random_network(seed)
    tau = data.draw(st.integers(1, len(network)))
    height, width = cut_extent(network, tau)
    same(network, tau, data.draw(st.integers(1, min(height, 7))), data.draw(st.integers(1, min(width, 7))))


def test_without_the_compiler_a_tiling_is_made_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    network = load_network("squeezenet")
    compiled = Tiling(network, 5, 3, 2)
    for kept in (geometry._axis, geometry.segments_of):
        kept.cache_clear()
    monkeypatch.delitem(sys.modules, "numba")
    assert geometry._kernels() is plain
    found = Tiling(network, 5, 3, 2)
    for name in ("class_of", "device_flop", "es_flop", "elements"):
        assert getattr(found, name).tobytes() == getattr(compiled, name).tobytes()
