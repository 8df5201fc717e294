"""The oracle against examples worked by hand, so that it may judge the planner."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations, product

import oracle
import pytest
from networks_for_tests import alexnet, random_network, random_system

from planner_core.network.model import (
    POINTWISE,
    WHOLE,
    Layer,
    Network,
    Receptive,
    Shape,
    TensorSpec,
    Transposed,
    Upsample,
    Window,
)
from planner_core.system import System

SEEDS = range(120)


def layer(
    name: str, inputs: str, shape: Shape, receptive: Receptive = POINTWISE, flops: float = 0.0
) -> Layer:
    return Layer(name, "Any", tuple(inputs.split()), shape, flops, 0, receptive)


def network(inputs: dict[str, Shape], *layers: Layer) -> Network:
    return Network("n", tuple(TensorSpec(n, s) for n, s in inputs.items()), layers)


def line(extent_in: int, extent_out: int, receptive: Receptive) -> Network:
    """One layer over a map of one column."""
    return network({"x": (1, extent_in, 1)}, layer("y", "x", (1, extent_out, 1), receptive))


def column(kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> Window:
    return Window((kernel, 1), (stride, 1), (padding, 0, padding, 0), (dilation, 1))


def rows_of(net: Network, parts: int, tensor: str = "x", tau: int = 1) -> list[tuple[int, int]]:
    return [oracle.regions(net, tau, parts, 1, p)[tensor][:2] for p in range(parts)]


# Section 2


def test_a_padded_window_needs_its_halo_and_padding_only_at_the_border() -> None:
    assert rows_of(line(8, 8, column(3, 1, 1)), 4) == [(0, 3), (1, 5), (3, 7), (5, 8)]


def test_stride_and_dilation_spread_the_window() -> None:
    # Outputs 0..2 of stride 2 read rows 0..2, 2..4, 4..6; with dilation 2 rows 0..4, 2..6, 4..8.
    assert rows_of(line(8, 3, column(3, 2)), 3) == [(0, 3), (2, 5), (4, 7)]
    assert rows_of(line(9, 3, column(3, 2, 0, 2)), 3) == [(0, 5), (2, 7), (4, 9)]


def test_a_window_narrower_than_its_stride_leaves_rows_unread() -> None:
    assert rows_of(line(7, 3, column(1, 3)), 3) == [(0, 1), (3, 4), (6, 7)]
    assert rows_of(line(7, 3, column(1, 3)), 1) == [(0, 7)]


def test_a_window_wholly_in_the_padding_needs_nothing() -> None:
    # Kernel 2, padding 3: output 0 reads rows -3 and -2, output 1 rows -2 and -1, output 2 rows -1 and 0.
    net = line(2, 7, column(2, 1, 3))
    assert rows_of(net, 7) == [(0, 0), (0, 0), (0, 1), (0, 2), (1, 2), (0, 0), (0, 0)]
    assert oracle.crossing(net, 1, 7, 1, 0, 1) == {}
    assert oracle.crossing(net, 1, 7, 1, 2, 1) == {"x": (0, 1, 0, 1)}


def test_a_region_that_is_empty_in_one_direction_is_empty() -> None:
    window = Window((2, 1), (1, 1), (2, 0, 2, 0))
    net = network({"x": (1, 4, 4)}, layer("y", "x", (1, 7, 4), window))
    assert oracle.regions(net, 1, 7, 2, 1)["x"] == oracle.EMPTY


def test_upsampling_reads_the_source_rows() -> None:
    assert rows_of(line(3, 6, Upsample((2, 1))), 4) == [(0, 1), (0, 2), (1, 2), (2, 3)]


def test_a_transposed_window_reads_every_row_that_writes_to_it() -> None:
    # Kernel 3, stride 2, padding 1: input i writes rows 2i - 1 .. 2i + 1.
    net = line(4, 7, Transposed(column(3, 2, 1)))
    assert rows_of(net, 7) == [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (2, 4), (3, 4)]


def test_a_transposed_window_narrower_than_its_stride_leaves_rows_that_read_nothing() -> None:
    # Kernel 1, stride 2: rows 1 and 3 are written by nobody.
    assert rows_of(line(3, 5, Transposed(column(1, 2))), 5) == [(0, 1), (0, 0), (1, 2), (0, 0), (2, 3)]


def test_whole_and_broadcast_readers() -> None:
    assert rows_of(line(5, 4, WHOLE), 2) == [(0, 5), (0, 5)]
    net = network({"x": (1, 4, 1), "g": (1, 1, 1)}, layer("y", "x g", (1, 4, 1)))
    assert rows_of(net, 2, "g") == [(0, 1), (0, 1)]


def test_several_readers_need_the_bounding_box() -> None:
    net = network(
        {"x": (1, 8, 1)},
        layer("a", "x", (1, 8, 1)),
        layer("b", "a", (1, 8, 1), column(5, 1, 2)),
        layer("c", "a b", (1, 8, 1)),
    )
    assert rows_of(net, 4, "a", tau=3) == [(0, 4), (0, 6), (2, 8), (4, 8)]


def diamond() -> Network:
    """Two outputs, d and e; x and the 2x2 input `small` are read late, a by two layers."""
    return network(
        {"x": (2, 8, 8), "small": (1, 2, 2)},
        layer("a", "x", (3, 8, 8), Window((3, 3), padding=(1, 1, 1, 1)), 192.0),
        layer("b", "a", (3, 4, 4), Window((2, 2), (2, 2)), 48.0),
        layer("c", "a", (1, 8, 8), POINTWISE, 64.0),
        layer("d", "b small", (5, 1, 1), WHOLE, 10.0),
        layer("e", "x c", (2, 8, 8), POINTWISE, 128.0),
    )


def test_frontier_and_cut_follow_the_readers_behind_the_prefix() -> None:
    net = diamond()
    assert oracle.frontier(net, 1) == ["x", "small", "a"]
    assert oracle.frontier(net, 2) == ["x", "small", "a", "b"]
    assert oracle.frontier(net, 3) == ["x", "small", "b", "c"]
    assert oracle.frontier(net, 4) == ["x", "c", "d"]
    assert oracle.frontier(net, 5) == ["d", "e"]
    # Network inputs bound no cut: small has 2 rows.
    assert [oracle.cut_extent(net, tau) for tau in range(1, 6)] == [(8, 8), (4, 4), (4, 4), (1, 1), (1, 1)]


def test_owned_cells_split_by_floor_and_small_inputs_have_empty_cells() -> None:
    net = diamond()
    assert [oracle.owned(net, 3, 3, 1, p, "b")[:2] for p in range(3)] == [(0, 1), (1, 2), (2, 4)]
    assert [oracle.owned(net, 3, 4, 1, p, "small")[:2] for p in range(4)] == [(0, 0), (0, 1), (0, 0), (1, 2)]
    assert oracle.owned(net, 3, 2, 2, 2, "c") == (4, 8, 0, 4)
    assert oracle.owned(net, 3, 2, 2, 2, "a") == oracle.EMPTY


def test_automatic_grid_is_the_squarest_and_prefers_fewer_rows() -> None:
    assert oracle.auto_grid(8, 27, 27) == (2, 4)
    assert oracle.auto_grid(6, 4, 13) == (1, 6)  # tiles 4 x 13/6 against 2 x 13/3: 24/13 < 26/12
    assert oracle.auto_grid(7, 6, 6) is None
    assert oracle.auto_grid(36, 6, 6) == (6, 6)
    assert oracle.feasible(line(4, 4, POINTWISE), 1) == [1, 2, 3, 4]
    square = network({"x": (1, 3, 3)}, layer("y", "x", (1, 3, 3)))
    assert oracle.feasible(square, 1) == [1, 2, 3, 4, 6, 9]
    assert oracle.feasible(square, 1, cap=4) == [1, 2, 3, 4]


def test_alexnet_tile_of_a_2x2_grid_over_pool5() -> None:
    boxes = oracle.regions(alexnet(), 8, 2, 2, 0)
    assert [box[1] - 1 for box in boxes.values()] == [192, 46, 22, 20, 9, 8, 7, 6, 2]
    assert all((y0, y1) == (x0, x1) for y0, y1, x0, x1 in boxes.values())


# Section 3


def test_what_crosses_is_what_the_es_reads_and_each_tensor_once() -> None:
    net = diamond()
    # Tile 0 of 2x2 at tau 3 owns b 0:2, c 0:4, x 0:4, small 0:1, so it needs a 0:4 and x 0:5.
    corner = {
        1: {"x": (0, 5, 0, 5), "small": (0, 1, 0, 1)},
        2: {"x": (0, 4, 0, 4), "small": (0, 1, 0, 1), "a": (0, 4, 0, 4)},
        3: {"x": (0, 4, 0, 4), "small": (0, 1, 0, 1), "a": (0, 4, 0, 4), "b": (0, 2, 0, 2)},
        4: {"x": (0, 4, 0, 4), "small": (0, 1, 0, 1), "b": (0, 2, 0, 2), "c": (0, 4, 0, 4)},
    }
    assert {o: oracle.crossing(net, 3, 2, 2, 0, o) for o in corner} == corner


def test_only_the_readers_on_the_es_decide_what_crosses() -> None:
    # The wide reader b runs on the device when o = 3, so c reads only its own rows of a.
    net = network(
        {"x": (1, 8, 1)},
        layer("a", "x", (1, 8, 1)),
        layer("b", "a", (1, 8, 1), column(5, 1, 2)),
        layer("c", "a b", (1, 8, 1)),
    )
    assert oracle.crossing(net, 3, 4, 1, 1, 2) == {"a": (0, 6, 0, 1)}
    assert oracle.crossing(net, 3, 4, 1, 1, 3) == {"a": (2, 4, 0, 1), "b": (2, 4, 0, 1)}
    assert oracle.crossing(net, 3, 4, 1, 1, 4) == {}


def test_costs_of_one_corner_by_hand() -> None:
    system = System(
        device_flops=10, es_flops=100, rate_bps=1000, bits_per_element=10, transfer_overhead_s=0.5
    )
    c = oracle.costs(diamond(), system, 3, 2, 2)
    # a: 192*16/64 = 48; b: 48*4/16 = 12; c: 64*16/64 = 16 FLOP.
    assert c.a[0] == pytest.approx([0, 4.8, 6.0, 7.6], rel=1e-15)
    assert c.e[0] == pytest.approx([0.76, 0.28, 0.16, 0], rel=1e-15)
    # Elements: x 2*25 + small 1; x 32 + 1 + a 48; 81 + b 12; x 32 + 1 + b 12 + c 16.
    assert c.b[0] == pytest.approx([1.01, 1.31, 1.43, 1.11], rel=1e-15)
    assert c.tail == pytest.approx(1.38, rel=1e-15)


def test_nothing_is_sent_when_all_of_the_network_runs_on_the_device() -> None:
    net = diamond()
    c = oracle.costs(net, System(transfer_overhead_s=1.0), 5, 1, 1)
    assert c.b[0][-1] == 0
    assert c.tail == 0


def test_exact_costs_agree_with_floats() -> None:
    for seed in SEEDS:
        net, system = random_network(seed, layers=4), random_system(seed)
        grid = oracle.auto_grid(2, *oracle.cut_extent(net, 2)) or (1, 1)
        floats, fractions = (oracle.costs(net, system, 2, *grid, exact=exact) for exact in (False, True))
        for one, other in zip(floats[:3], fractions[:3], strict=True):
            assert [x for row in one for x in row] == pytest.approx([float(x) for row in other for x in row])
        assert isinstance(fractions.tail, Fraction)


# Section 4

A = [[0.0, 3.0], [0.0, 2.0], [0.0, 1.0]]
B = [[5.0, 2.0], [4.0, 0.0], [1.0, 1.0]]
E = [[4.0, 1.0], [3.0, 2.0], [2.0, 0.0]]


def test_shared_device_by_hand() -> None:
    timing = oracle.simulate(A, B, E, 0.5, [2, 0, 1], [2, 2, 2], System())
    # Path 2: device 0-1, link 1-2, no ES. Path 0: 1-4, 4-6, 6-7. Path 1: 4-6, sends nothing, ES 6-8.
    assert timing.paths == [
        ((1, 4), (4, 6), (6, 7)),
        ((4, 6), (6, 6), (6, 8)),
        ((0, 1), (1, 2), (2, 2)),
    ]
    assert timing.T == 8.5


def test_a_path_that_sends_nothing_leaves_the_link_alone() -> None:
    timing = oracle.simulate(A, B, E, 0.0, [1, 2, 0], [1, 2, 1], System())
    # Path 1: device 0-2, passes, ES 2-4. Path 2: raw 0-1 though it comes later. Path 0: raw 1-6, ES 6-10.
    assert [path.link for path in timing.paths] == [(1, 6), (2, 2), (0, 1)]
    assert [path.es for path in timing.paths] == [(6, 10), (2, 4), (1, 3)]
    assert timing.T == 10


def test_no_es_time_takes_no_es_worker() -> None:
    system = System(es_workers=1)
    timing = oracle.simulate(A, B, E, 0.0, [2, 1, 0], [1, 1, 2], system)
    # Path 2 ends with its transfer at 2; path 1 raw 2-6, ES 6-9; path 0 raw 6-11, ES 11-15.
    assert [path.es for path in timing.paths] == [(11, 15), (6, 9), (2, 2)]


def test_worker_counts_by_hand() -> None:
    a, b, e = [[2.0]] * 3, [[1.0]] * 3, [[4.0]] * 3
    ends = {
        (1, 1): 15,  # device 2, 4, 6; link 3, 5, 7; ES 3-7, 7-11, 11-15
        (1, 2): 11,  # ES 3-7, 5-9, 7-11
        (1, None): 11,
        (2, 1): 15,
        (None, 1): 15,  # device 2, 2, 2; link 3, 4, 5; ES 3-7, 7-11, 11-15
        (2, None): 9,  # device 2, 2, 4; link 3, 4, 5; ES -9
        (None, None): 9,
        (None, 2): 11,  # ES 3-7, 4-8, 7-11
    }
    for (device, es), end in ends.items():
        system = System(device_workers=device, es_workers=es)
        assert end == oracle.simulate(a, b, e, 0, [0, 1, 2], [1, 1, 1], system).T, (device, es)


# Section 5


def test_mw_starts_with_the_quickest_and_then_waits_least() -> None:
    answer = oracle.mw(oracle.Costs(A, B, E, 0.0), System())
    # First path 2 raw: a + b = 1, link free at 1. Then |1 - device end| is 1 for path 0 raw, path 1
    # raw and path 1 split at 2: the lowest path wins, raw, link 1-6. Last path 1: |6 - 0| raw, |6 - 2| split.
    assert (answer.order, answer.offload) == ([2, 0, 1], [1, 2, 1])
    assert answer.T == 10  # path 0: ES 6-10


def test_mw_counts_nearly_equal_waits_as_ties() -> None:
    # Link free at 1; waits are 0 exactly for path 2 and 1e-13 for path 1: tied, so path 1 goes first.
    a, b, e = [[0.0], [1.0 + 1e-13], [1.0]], [[1.0], [9.0], [9.0]], [[0.0]] * 3
    assert oracle.mw(oracle.Costs(a, b, e, 0.0), System(device_workers=None)).order == [0, 1, 2]
    a[1] = [1.0 + 1e-11]
    assert oracle.mw(oracle.Costs(a, b, e, 0.0), System(device_workers=None)).order == [0, 2, 1]


def test_mw_search_keeps_the_last_of_equals() -> None:
    # The device is so slow that both tau send the input: 1 s, then 2/3 s on the ES, summed in different ways.
    net = network(
        {"x": (1, 1, 1)}, layer("a", "x", (9, 1, 1), WHOLE, 1.0), layer("b", "a", (1, 1, 1), WHOLE, 1.0)
    )
    answer = oracle.mw_search(net, System(device_flops=0.1, es_flops=3.0, rate_bps=32.0))
    assert (answer.tau, answer.rows, answer.cols, answer.offload) == (2, 1, 1, [1])
    assert pytest.approx(5 / 3) == answer.T


def every_plan(c: oracle.Costs, system: System) -> float:
    choices = [range(1, len(row) + 1) for row in c.a]
    plans = product(permutations(range(len(c.a))), product(*choices))
    return min(oracle.simulate(*c, order, offload, system).T for order, offload in plans)


def test_brute_force_is_the_least_of_all_plans() -> None:
    for seed in range(40):
        net, system = random_network(seed, layers=3, extent=8), random_system(seed)
        s_l, s_w = oracle.cut_extent(net, 2)
        grid = oracle.auto_grid(3, s_l, s_w) or oracle.auto_grid(2, s_l, s_w) or (1, 1)
        c = oracle.costs(net, system, 2, *grid, exact=True)
        found = oracle.bf_enumerate(c, system)
        assert found.T == every_plan(c, system) == oracle.bf_frontier(c, system)
        assert oracle.simulate(*c, found.order, found.offload, system).T == found.T
        assert found.T <= oracle.mw(c, system).T


def test_alexnet_figures_without_activations() -> None:
    net, system = alexnet(activations=False), System()
    assert net.macs == 714_188_480
    assert pytest.approx(45.70e-3, abs=5e-6) == oracle.nfl(net, system).T
    assert oracle.es_only(net, system) == pytest.approx(51.03e-3, abs=5e-6)
    assert oracle.device_only(net, system) == pytest.approx(285.83e-3, abs=5e-6)
    answer = oracle.mw_search(net, system, 36)
    assert (answer.tau, answer.rows, answer.cols) == (2, 3, 3)
    assert pytest.approx(35.11e-3, abs=5e-6) == answer.T
    best = oracle.bf_frontier(oracle.costs(net, system, 2, 2, 4), system)
    assert best == pytest.approx(27.52e-3, abs=5e-6)
    slow = System(rate_bps=50e6)
    assert oracle.bf_frontier(oracle.costs(net, slow, 4, 3, 3), slow) == pytest.approx(64.3415e-3, abs=5e-8)
