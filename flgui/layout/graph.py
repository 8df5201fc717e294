"""From a graph to node places and edge routes in pixels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from flgui.layout.columns import LANE, place_columns
from flgui.layout.ordering import Edge, Ordering, order_vertices

__all__ = ["GraphLayout", "Metrics", "Skeleton", "lay_out", "skeleton"]

FloatArray = npt.NDArray[np.float64]

_PORT_SPAN = 0.46  # of a node's width, either side of its middle
_LANE_AWAY = 0.5  # of the gap between columns: from an edge that passes to the node that it passes


@dataclass(frozen=True, slots=True)
class Metrics:
    """Sizes in pixels.

    Parameters
    ----------
    node_width, node_height : float
    gap : float
        Between two ranks.
    column_gap : float
        Between two nodes of a rank.
    first_gap : float
        Added between the first two ranks, for the title of the fused prefix.
    stem : float
        Where straight edges leave and arrive, as a share of the node's width; left of the middle leaves room
        for words beside them.
    """

    node_width: float
    node_height: float
    gap: float
    column_gap: float = 12.0
    first_gap: float = 0.0
    stem: float = 0.5


@dataclass(frozen=True, eq=False)
class Skeleton:
    """A graph's layout without sizes: it is made once for a graph and stretched to any pane.

    Parameters
    ----------
    rank : (n,) int array
    x : (n,) float array
        Middle of each node in node widths, from 0 at the left edge of the drawing.
    width : float
        Of the drawing, in node widths.
    ranks : int
        Number of ranks.
    edges : tuple of (tail, head)
    ways : tuple of float arrays
        For each edge the x of its vertices, one a rank, tail and head included.
    slack : tuple of float
        For each edge how far its places between tail and head could move left, in node widths.
    """

    rank: npt.NDArray[np.int64]
    x: FloatArray
    width: float
    ranks: int
    edges: tuple[Edge, ...]
    ways: tuple[FloatArray, ...]
    slack: tuple[float, ...]

    @property
    def is_path(self) -> bool:
        """Whether every rank holds one node and nothing passes it."""
        return len(self.edges) == len(self.x) - 1 == self.ranks - 1


@dataclass(frozen=True, eq=False)
class GraphLayout:
    """Places in pixels from (0, 0), y downwards.

    Parameters
    ----------
    left, top : (n,) float arrays
        Upper left corner of each node.
    node_width : (n,) float array
        A node that has its rank to itself takes the width that the edges passing it leave.
    stem : (n,) float array
        Where straight edges leave and arrive.
    routes : tuple of (k, 2) float arrays
        For each edge its points. Two points on one x are joined by a line, any other two by a curve that
        leaves and arrives vertically; such a curve stays between two ranks and so meets no node.
    width, height : float
    """

    left: FloatArray
    top: FloatArray
    node_width: FloatArray
    stem: FloatArray
    routes: tuple[FloatArray, ...]
    width: float
    height: float
    metrics: Metrics


def skeleton(count: int, edges: Sequence[Edge], weights: Sequence[float] | None = None) -> Skeleton:
    """Lay an acyclic graph out from top to bottom, without sizes.

    Parameters
    ----------
    count : int
        Number of nodes, from 1.
    edges : sequence of (tail, head)
        Doubles are dropped.
    weights : sequence of float, optional
        By node; the heaviest of the longest ways becomes the straight trunk.
    """
    unique = tuple(dict.fromkeys(edges))
    order = order_vertices(count, unique)
    x = place_columns(order, count, weights if weights is not None else [0.0] * count)
    half = {v: 0.5 if v < count else LANE / 2 for v in x}
    left = min(at - half[v] for v, at in x.items())
    right = max(at + half[v] for v, at in x.items())
    rank = np.zeros(count, dtype=np.int64)
    for r, members in enumerate(order.ranks):
        for v in members:
            if v < count:
                rank[v] = r
    return Skeleton(
        rank=rank,
        x=np.array([x[v] - left for v in range(count)]),
        width=right - left,
        ranks=len(order.ranks),
        edges=unique,
        ways=tuple(np.array([x[v] - left for v in chain]) for chain in order.chains),
        slack=tuple(_slack(order, x, half)),
    )


def _slack(order: Ordering, x: Mapping[int, float], half: Mapping[int, float]) -> Iterator[float]:
    room: dict[int, float] = {}
    for rank in order.ranks:
        for left, right in pairwise(rank):
            room[right] = x[right] - half[right] - x[left] - half[left]
    for chain in order.chains:
        yield min((room.get(v, float("inf")) for v in chain[1:-1]), default=0.0)


def lay_out(frame: Skeleton, metrics: Metrics) -> GraphLayout:
    """Stretch a skeleton to the sizes of `metrics`."""
    pitch = metrics.node_width + metrics.column_gap
    middle = frame.x * pitch - metrics.column_gap / 2
    tops = _rank_tops(frame.ranks, metrics)
    tail_port, head_port = _ports(frame, metrics)
    stem = (metrics.stem - 0.5) * metrics.node_width
    width = frame.width * pitch - metrics.column_gap
    aside = _aside(frame, middle, width, metrics)
    routes = []
    for i, ((tail, head), way) in enumerate(zip(frame.edges, frame.ways, strict=True)):
        xs = way * pitch - metrics.column_gap / 2
        if stem < 0 and len(way) > 2 and abs(way[1] - way[0]) < 1e-6 and frame.slack[i] * pitch >= -stem:
            xs[1:-1] += stem  # straight on from where it leaves
        if i in aside:
            xs[1:-1] = aside[i]
        span = tops[frame.rank[tail] : frame.rank[head] + 1]
        routes.append(_route(xs, span, metrics.node_height, tail_port[i], head_port[i]))
    left, right = _widened(frame, metrics, middle, routes, width)
    return GraphLayout(
        left=left,
        top=tops[frame.rank],
        node_width=right - left,
        stem=middle + stem,
        routes=tuple(routes),
        width=width,
        height=float(tops[-1]) + metrics.node_height,
        metrics=metrics,
    )


def _widened(
    frame: Skeleton, metrics: Metrics, middle: FloatArray, routes: Sequence[FloatArray], width: float
) -> tuple[FloatArray, FloatArray]:
    """Return the sides of every node; one that has a rank to itself reaches to the next passing edge."""
    left, right = middle - metrics.node_width / 2, middle + metrics.node_width / 2
    passing: dict[int, list[float]] = {}
    for (tail, _), route in zip(frame.edges, routes, strict=True):
        for k, (x, _) in enumerate(route[1:-1:2]):
            passing.setdefault(int(frame.rank[tail]) + 1 + k, []).append(float(x))
    away = metrics.column_gap * _LANE_AWAY
    alone = np.bincount(frame.rank, minlength=frame.ranks)[frame.rank] == 1
    for v in np.flatnonzero(alone).tolist():
        lanes = passing.get(int(frame.rank[v]), [])
        left[v] = min(left[v], max((x + away for x in lanes if x < middle[v]), default=0.0))
        right[v] = max(right[v], min((x - away for x in lanes if x > middle[v]), default=width))
    return left, right


def _aside(frame: Skeleton, middle: FloatArray, width: float, metrics: Metrics) -> dict[int, float]:
    """Return the x of edges that pass single nodes only, on their right: they go along the edge of the drawing.

    The node then has the width to itself. An edge with another one right of it that cannot move stays, too.
    """
    alone = np.bincount(frame.rank, minlength=frame.ranks) == 1
    node_of = np.zeros(frame.ranks, dtype=np.int64)
    node_of[frame.rank] = np.arange(len(frame.rank))
    long = [i for i, way in enumerate(frame.ways) if len(way) > 2]
    steps: dict[int, list[int]] = {}
    found: dict[int, float] = {}
    for i in sorted(long, key=lambda i: (-float(frame.ways[i][1:-1].max()), i)):
        first, last = frame.rank[frame.edges[i][0]] + 1, frame.rank[frame.edges[i][1]]
        ranks = range(int(first), int(last))
        outer = {j for r in ranks for j in steps.get(r, ())}
        right = (frame.ways[i][1:-1] > frame.x[node_of[first:last]]).all()
        if alone[first:last].all() and right and all(j in found for j in outer):
            place = min((found[j] for j in outer), default=width + metrics.column_gap * (_LANE_AWAY - 0.2))
            place -= metrics.column_gap * _LANE_AWAY
            if place > float(middle[node_of[first:last]].max()) + metrics.node_width * (0.5 + LANE / 2):
                found[i] = place
        for r in ranks:
            steps.setdefault(r, []).append(i)
    return found


def _rank_tops(ranks: int, metrics: Metrics) -> FloatArray:
    tops = np.arange(ranks, dtype=np.float64) * (metrics.node_height + metrics.gap)
    tops[1:] += metrics.first_gap
    return tops


def _route(xs: FloatArray, tops: FloatArray, height: float, leave: float, arrive: float) -> FloatArray:
    points = [(xs[0] + leave, tops[0] + height)]
    for x, top in zip(xs[1:-1], tops[1:-1], strict=True):
        points += [(x, top), (x, top + height)]
    points.append((xs[-1] + arrive, tops[-1]))
    return np.array(points)


def _ports(frame: Skeleton, metrics: Metrics) -> tuple[FloatArray, FloatArray]:
    """Return how far from the middle each edge leaves its tail and reaches its head.

    Straight edges take the stem; the others are spread on their side, nearest first.
    """
    stem = (metrics.stem - 0.5) * metrics.node_width
    leave, arrive = np.full(len(frame.edges), stem), np.full(len(frame.edges), stem)
    outgoing: dict[int, list[tuple[float, int]]] = {}
    incoming: dict[int, list[tuple[float, int]]] = {}
    for i, ((tail, head), way) in enumerate(zip(frame.edges, frame.ways, strict=True)):
        outgoing.setdefault(tail, []).append((way[1] - way[0], i))
        incoming.setdefault(head, []).append((way[-2] - way[-1], i))
    end = _PORT_SPAN * metrics.node_width
    for ports, groups in ((leave, outgoing), (arrive, incoming)):
        for group in groups.values():
            if len(group) < 2:
                continue
            for sign in (-1, 1):
                side = sorted((sign * dx, i) for dx, i in group if sign * dx > 1e-6)
                for k, (_, i) in enumerate(side, 1):
                    ports[i] = stem + (sign * end - stem) * k / len(side)
    return leave, arrive
