"""Ways of edges between nodes that stand anywhere: around the nodes between, and beside one another."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence

import numpy as np

from flgui.layout.graph import FloatArray

__all__ = ["Box", "port_x", "route_all", "route_steps"]

Box = tuple[float, float, float, float]
"""Left, top, width, height."""

_CLEAR = 14.0  # between an edge that passes and the node that it passes
_LANE = 9.0  # between two edges beside one another
_PORT_PITCH = 40.0


def port_x(box: Box, slot: int, ports: int, straight: int | None = None) -> float:
    """Return the x of an input port, counted from the left.

    Ports are spread around the middle; `straight` is the one that stands in the middle itself, because what it
    reads is straight above.
    """
    pitch = min(_PORT_PITCH, (box[2] - 24) / max(1, ports - 1)) if ports > 1 else 0.0
    centre = (ports - 1) / 2
    if straight is not None and pitch * max(straight, ports - 1 - straight) <= box[2] / 2 - 10:
        centre = straight
    return box[0] + box[2] / 2 + (slot - centre) * pitch


def route_all(boxes: Mapping[int, Box], edges: Sequence[tuple[int, int]]) -> list[FloatArray]:
    """Return for each edge its points, as `layout.graph.GraphLayout.routes` has them.

    Parameters
    ----------
    boxes : mapping
        Node id to its box.
    edges : sequence of (tail, head)
        Each arrives in the middle of its head; only the last point has to be moved for another port.
    """
    steps = route_steps(boxes, edges)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            routes: list[FloatArray] = end.value
            return routes


def route_steps(
    boxes: Mapping[int, Box], edges: Sequence[tuple[int, int]]
) -> Generator[None, None, list[FloatArray]]:
    """Do the work of `route_all` edge by edge, so that it can be put off in the middle."""
    ids = list(boxes)
    corners = np.array([boxes[i] for i in ids], dtype=np.float64).reshape(-1, 4)
    by_top = np.argsort(corners[:, 1])
    tops, tallest = corners[by_top, 1], float(corners[:, 3].max(initial=0.0))
    place = {i: k for k, i in enumerate(ids)}
    taken: list[tuple[float, float, float, int]] = []  # x, y0, y1, tail of the vertical parts so far
    routes: list[FloatArray] = [np.zeros((0, 2))] * len(edges)
    lengths = [boxes[head][1] - boxes[tail][1] for tail, head in edges]
    for k in sorted(range(len(edges)), key=lambda k: (abs(lengths[k]), k)):
        tail, head = edges[k]
        start = (port_x(boxes[tail], 0, 1), boxes[tail][1] + boxes[tail][3])
        end = (port_x(boxes[head], 0, 1), boxes[head][1])
        # Only what begins above the head and may end below the tail can be in the way.
        low, high = np.searchsorted(tops, (start[1] - tallest, end[1])).tolist()
        near = [i for i in sorted(by_top[low:high].tolist()) if i not in (place[tail], place[head])]
        routes[k] = _route(start, end, corners[near], taken, tail)
        yield
    return routes


def _route(
    start: tuple[float, float],
    end: tuple[float, float],
    others: FloatArray,
    taken: list[tuple[float, float, float, int]],
    tail: int,
) -> FloatArray:
    (x0, y0), (x1, y1) = start, end
    if y1 <= y0 + 4:  # upwards, while a node is being moved: an S that leaves and arrives vertically
        return np.array([(x0, y0), (x0, y0 + 18), (x1, y1 - 18), (x1, y1)])
    inside = (others[:, 1] < y1 - 2) & (others[:, 1] + others[:, 3] > y0 + 2)
    near = others[inside]
    if not len(near):
        return np.array([(x0, y0), (x1, y1)])
    top, bottom = float(near[:, 1].min()), float((near[:, 1] + near[:, 3]).max())
    top, bottom = max(top, y0 + 6), min(bottom, y1 - 6)
    spans = np.stack([near[:, 0] - _CLEAR, near[:, 0] + near[:, 2] + _CLEAR], axis=1)
    lane = _lane(x0, x1, spans, (top, bottom), taken, tail)
    taken.append((lane, top, bottom, tail))
    return np.array([(x0, y0), (lane, top), (lane, bottom), (x1, y1)])


def _lane(
    x0: float,
    x1: float,
    spans: FloatArray,
    reach: tuple[float, float],
    taken: Sequence[tuple[float, float, float, int]],
    tail: int,
) -> float:
    """Return the x nearest to both ends where no node and no other tensor's edge is."""
    rivals = [x for x, y0, y1, other in taken if other != tail and y0 < reach[1] + 1 and y1 > reach[0] - 1]
    wanted = [x0, x1, *spans[:, 0].tolist(), *spans[:, 1].tolist()]
    wanted += [x + side * _LANE for x in rivals for side in (-1, 1)]
    best, least = x0, float("inf")
    for x in wanted:
        cost = abs(x - x0) + abs(x - x1)
        if cost >= least:
            continue
        if ((spans[:, 0] + 0.5 < x) & (x < spans[:, 1] - 0.5)).any():
            continue
        if any(abs(x - rival) < _LANE - 0.5 for rival in rivals):
            continue
        best, least = x, cost
    return best
