"""The graph layout: straight chains, no node on another, edges around nodes, few crossings."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flgui.layout.graph import GraphLayout, Metrics, Skeleton, lay_out, skeleton
from flgui.viewmodel.network import network_model
from planner_core.zoo import BUNDLED, build

METRICS = Metrics(100, 20, 12, 18, 17, 0.24)


def graph_of(name: str) -> Skeleton:
    model = network_model(build(name))
    return skeleton(len(model.nodes), model.edges, model.weights)


def overlapping(layout: GraphLayout) -> list[tuple[int, int]]:
    left, right, high = layout.left, layout.left + layout.node_width, layout.metrics.node_height
    close = (left[:, None] < right - 1e-6) & (left < right[:, None] - 1e-6)
    close &= abs(layout.top[:, None] - layout.top) < high - 1e-6
    return [(int(a), int(b)) for a, b in np.argwhere(np.triu(close, 1))]


def nodes_hit(frame: Skeleton, layout: GraphLayout) -> list[tuple[tuple[int, int], int]]:
    """Vertical parts of edges that run through a node; curves stay between the ranks."""
    found = []
    wide, high = layout.node_width, layout.metrics.node_height
    for (tail, head), route in zip(frame.edges, layout.routes, strict=True):
        for (x0, y0), (x1, y1) in pairwise(route):
            inside = (layout.left + 1e-6 < max(x0, x1)) & (min(x0, x1) < layout.left + wide - 1e-6)
            inside &= (layout.top + 1e-6 < y1) & (y0 < layout.top + high - 1e-6)
            inside[[tail, head]] = False
            found += [((tail, head), int(v)) for v in np.flatnonzero(inside)]
    return found


def crossings(frame: Skeleton) -> int:
    steps: dict[int, list[tuple[float, float]]] = {}
    for (tail, _), way in zip(frame.edges, frame.ways, strict=True):
        for k in range(len(way) - 1):
            steps.setdefault(int(frame.rank[tail]) + k, []).append((way[k], way[k + 1]))
    return sum(
        (a[0] - b[0]) * (a[1] - b[1]) < -1e-9
        for members in steps.values()
        for i, a in enumerate(members)
        for b in members[i + 1 :]
    )


def test_a_chain_is_a_straight_column() -> None:
    frame = graph_of("alexnet")
    layout = lay_out(frame, Metrics(164, 32, 21, first_gap=21))
    assert frame.is_path
    assert set(layout.left) == {0.0}
    assert layout.top.tolist() == [0.0, 74.0] + [74.0 + 53 * k for k in range(1, 11)]
    assert all(route[0][0] == route[1][0] == 82 for route in layout.routes)


@pytest.mark.parametrize("name", list(BUNDLED))
def test_bundled_networks_have_no_crossing_and_nothing_on_a_node(name: str) -> None:
    frame = graph_of(name)
    layout = lay_out(frame, METRICS)
    assert overlapping(layout) == []
    assert nodes_hit(frame, layout) == []
    assert crossings(frame) == 0


def test_the_way_with_most_layers_is_straight() -> None:
    frame = graph_of("resnet18")
    straight = np.isclose(frame.x, frame.x[0])
    assert straight.sum() == len(frame.x) - 3  # the three projections stand beside it
    assert graph_of("googlenet").width == pytest.approx(4.0)


def test_a_node_that_has_its_rank_to_itself_takes_the_width() -> None:
    frame = graph_of("yolov2")
    layout = lay_out(frame, METRICS)
    alone = np.bincount(frame.rank)[frame.rank] == 1
    assert layout.node_width[0] == pytest.approx(layout.width)
    assert (layout.node_width[alone] > 1.3 * METRICS.node_width).all()
    assert (layout.node_width[~alone] == METRICS.node_width).all()


def test_edges_point_down_and_end_at_their_nodes() -> None:
    frame = graph_of("yolov2")
    layout = lay_out(frame, METRICS)
    for (tail, head), route in zip(frame.edges, layout.routes, strict=True):
        assert frame.rank[tail] < frame.rank[head]
        assert route[0][1] == layout.top[tail] + METRICS.node_height
        assert route[-1][1] == layout.top[head]
        for node, x in ((tail, route[0][0]), (head, route[-1][0])):
            assert layout.left[node] <= x <= layout.left[node] + layout.node_width[node]


def test_parts_without_an_edge_between_them_stand_beside_each_other() -> None:
    frame = skeleton(5, [(0, 1), (2, 3)])
    layout = lay_out(frame, METRICS)
    assert frame.rank.tolist() == [0, 1, 0, 1, 0]
    assert overlapping(layout) == []


def test_a_double_edge_is_drawn_once() -> None:
    assert skeleton(2, [(0, 1), (0, 1)]).edges == ((0, 1),)


def test_a_lone_node_has_a_place() -> None:
    layout = lay_out(skeleton(1, []), METRICS)
    assert (layout.width, layout.height) == (100, 20)


@st.composite
def acyclic(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]]]:
    count = draw(st.integers(1, 14))
    pairs = [(a, b) for b in range(count) for a in range(b)]
    edges = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=24)) if pairs else []
    return count, edges


@settings(max_examples=60, deadline=None)
@given(acyclic())
def test_any_graph_keeps_nodes_apart_and_edges_off_them(graph: tuple[int, list[tuple[int, int]]]) -> None:
    frame = skeleton(*graph)
    layout = lay_out(frame, METRICS)
    assert overlapping(layout) == []
    assert nodes_hit(frame, layout) == []
    assert layout.left.min() >= -1e-6
    assert (layout.left + layout.node_width).max() <= layout.width + 1e-6
    assert layout.node_width.min() >= METRICS.node_width - 1e-6


@settings(max_examples=20, deadline=None)
@given(acyclic())
def test_the_same_graph_is_laid_out_the_same_way(graph: tuple[int, list[tuple[int, int]]]) -> None:
    first, second = skeleton(*graph), skeleton(*graph)
    assert np.array_equal(first.x, second.x)
    assert all(np.array_equal(a, b) for a, b in zip(first.ways, second.ways, strict=True))


def test_passages_of_one_part_are_no_nodes_of_another() -> None:
    frame = skeleton(10, [(1, 3), (1, 6), (5, 6), (1, 2), (2, 5), (0, 9)])
    assert [len(way) for way in frame.ways] == [2, 4, 2, 2, 2, 2]  # (1, 6) passes two ranks
    layout = lay_out(frame, METRICS)
    assert overlapping(layout) == []
    assert nodes_hit(frame, layout) == []


def test_fifteen_hundred_layers_are_laid_out() -> None:
    frame = skeleton(1501, [(i, i + 1) for i in range(1500)] + [(i, i + 3) for i in range(0, 1497, 3)])
    layout = lay_out(frame, METRICS)
    assert frame.ranks == 1501
    assert overlapping(layout) == []
