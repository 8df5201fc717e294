"""Which P can be cut and how: equal to brute force, and errors that name the layer in the way."""

from __future__ import annotations

from fractions import Fraction

import oracle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks_for_tests import random_network

from planner_core.errors import InfeasibleError
from planner_core.importers import load_network
from planner_core.network.model import Network
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.tiling import auto_grid, check_grid, check_paths, cut_extent, feasible_paths
from planner_core.tiling.grid import grids_up_to

EXTENT = st.integers(1, 40)


def brute_force_grid(paths: int, s_l: int, s_w: int) -> tuple[int, int] | None:
    """Every grid in turn, the ratio of its tiles as a fraction."""
    fits = [(r, paths // r) for r in range(1, s_l + 1) if paths % r == 0 and paths // r <= s_w]

    def ratio(grid: tuple[int, int]) -> tuple[Fraction, int]:
        x, y = s_l * grid[1], s_w * grid[0]
        return Fraction(max(x, y), min(x, y)), grid[0]

    return min(fits, key=ratio, default=None)


@given(st.integers(1, 400), EXTENT, EXTENT)
def test_the_automatic_grid_is_that_of_brute_force(paths: int, s_l: int, s_w: int) -> None:
    assert (
        auto_grid(paths, s_l, s_w) == brute_force_grid(paths, s_l, s_w) == oracle.auto_grid(paths, s_l, s_w)
    )


@settings(deadline=None, max_examples=60)
@given(EXTENT, EXTENT, st.one_of(st.none(), st.integers(1, 500)))
def test_all_feasible_paths_come_with_their_grids(s_l: int, s_w: int, cap: int | None) -> None:
    last = s_l * s_w if cap is None else min(cap, s_l * s_w)
    wanted = [(p, *g) for p in range(1, last + 1) if (g := brute_force_grid(p, s_l, s_w)) is not None]
    assert [tuple(row) for row in grids_up_to(s_l, s_w, cap).tolist()] == wanted


@pytest.mark.parametrize("extent", [(416, 416), (1, 4000), (55, 54)])
def test_large_maps_too(extent: tuple[int, int]) -> None:
    table = grids_up_to(*extent).tolist()
    for p, rows, cols in table[:: max(1, len(table) // 300)]:
        assert (rows, cols) == auto_grid(p, *extent)
    assert len({p for p, _, _ in table}) == len(table)
    assert len(table) == len({r * c for r in range(1, extent[0] + 1) for c in range(1, extent[1] + 1)})


def test_ties_go_to_fewer_rows() -> None:
    assert auto_grid(2, 10, 10) == (1, 2)
    assert auto_grid(12, 7, 7) == (3, 4)
    assert auto_grid(7, 6, 6) is None


@pytest.mark.parametrize("seed", range(60))
def test_cut_extent_and_feasible_paths_of_random_networks(seed: int) -> None:
    net = random_network(seed)
    for tau in range(1, len(net) + 1):
        assert cut_extent(net, tau) == oracle.cut_extent(net, tau)
        assert feasible_paths(net, tau).tolist() == oracle.feasible(net, tau)
        assert feasible_paths(net, tau, 5).tolist() == oracle.feasible(net, tau, 5)


# Refusals


def test_a_grid_too_fine_names_the_layer(alexnet_file: Network) -> None:
    layer = alexnet_file.layers[7].name
    for rows, cols in ((7, 1), (1, 7), (7, 7)):
        with pytest.raises(InfeasibleError, match=rf"tau 8 .*{rows}x{cols} grid: {layer} gives a 6x6 map"):
            check_grid(alexnet_file, 8, rows, cols)
    check_grid(alexnet_file, 8, 6, 6)


@pytest.mark.parametrize(
    ("paths", "why"), [(37, "36 tiles are the most"), (7, "no grid within it has 7 tiles")]
)
def test_impossible_paths_name_the_layer(alexnet_file: Network, paths: int, why: str) -> None:
    layer = alexnet_file.layers[7].name
    with pytest.raises(InfeasibleError, match=rf"tau 8 .*into {paths} tiles: {layer} gives a 6x6 map.*{why}"):
        check_paths(alexnet_file, 8, paths)


def test_the_narrowest_frontier_tensor_is_named() -> None:
    net = load_network("yolov2")
    tau = 18  # layer 16 is read by the route, layer 17 only within the prefix
    s_l, _ = cut_extent(net, tau)
    narrow = [n for n in oracle.frontier(net, tau) if net.shapes[n][1] == s_l]
    with pytest.raises(InfeasibleError) as caught:
        check_grid(net, tau, s_l + 1, 1)
    assert any(f"{name} gives" in str(caught.value) for name in narrow)


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        ({"tau": 0}, "tau 0 is outside 1 to 11"),
        ({"tau": 12}, "tau 12 is outside 1 to 11"),
        ({"tau": -1}, "tau -1 is outside"),
        ({"paths": 0}, "P 0 is below 1"),
        ({"paths": -4}, "P -4 is below 1"),
        ({"max_paths": 0}, "the largest P 0 is below 1"),
        ({"grid": (0, 2)}, "grid 0x2 needs at least one row"),
        ({"grid": (2, -1)}, "grid 2x-1 needs at least one row"),
        ({"grid": (2, 3), "paths": 5}, "grid 2x3 makes 6 paths, not 5"),
    ],
)
def test_scenarios_that_no_network_allows(alexnet_file: Network, request_: dict, text: str) -> None:
    with pytest.raises(InfeasibleError, match=text):
        Scenario(alexnet_file, **request_)


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (
            {"tau": 9, "paths": 2},
            "tau 9 cannot be cut into 2 tiles: fc6 gives a 1x1 map, so 1 tile is the most",
        ),
        ({"tau": 2, "paths": 29}, "tau 2 cannot be cut into 29 tiles: .* gives a 27x27 map"),
        ({"tau": 2, "grid": (28, 1)}, "tau 2 cannot be cut into a 28x1 grid"),
        ({"paths": 3119}, "P 3119 cannot be cut at any tau of 'alexnet'"),
        ({"grid": (56, 56)}, "grid 56x56 cannot be cut at any tau of 'alexnet'"),
    ],
)
def test_plan_refuses_what_this_network_does_not_allow(
    alexnet_file: Network, request_: dict, text: str
) -> None:
    for methods in (("NFL", "MW", "BF"), ("MW",), ("BF",)):
        with pytest.raises(InfeasibleError, match=text):
            plan(Scenario(alexnet_file, **request_), methods)
