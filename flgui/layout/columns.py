"""Horizontal places: a straight trunk, straight long edges, and branches as close to it as they can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from flgui.layout.ordering import Ordering

__all__ = ["LANE", "place_columns"]

LANE = 0.16
"""Width of the place of a long edge, in node widths (gap included)."""

_FIXED = 1e9
_SWEEPS = 10
_WORK = 60_000  # vertices x sweeps; more would be felt while a file opens


def place_columns(order: Ordering, count: int, weights: Sequence[float]) -> dict[int, float]:
    """Return the x of every vertex in node widths, the trunk at 0, neighbours in a rank at least one apart.

    Parameters
    ----------
    order : Ordering
        Of a graph with `count` nodes.
    weights : sequence of float
        By node; among the longest ways through the graph the heaviest becomes the trunk.
    """
    above, below = _neighbours(order)
    trunk = _trunk(order, count, weights, above)
    ranks = _mirrored([list(rank) for rank in order.ranks], trunk)
    x = {v: float(i) for rank in ranks for i, v in enumerate(rank)}
    offsets = [_offsets(rank, count) for rank in ranks]
    for rank, at in zip(ranks, offsets, strict=True):
        _settle(rank, at, x, trunk, dict.fromkeys(rank, (0.0, 1.0)))
    sweeps = max(2, min(_SWEEPS, _WORK // max(1, len(x))))
    for sweep in range(sweeps if len(x) > len(ranks) else 0):
        down = sweep % 2 == 0
        sides = [above, below] if sweep >= sweeps - 2 else [above] if down else [below]
        for r in range(len(ranks)) if down else range(len(ranks) - 1, -1, -1):
            _settle(ranks[r], offsets[r], x, trunk, _wishes(ranks[r], x, sides, count))
    _straighten(ranks, offsets, x, _strands(order, trunk, above, below))
    return x


def _neighbours(order: Ordering) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    above: dict[int, list[int]] = {}
    below: dict[int, list[int]] = {}
    for step in dict.fromkeys(s for chain in order.chains for s in pairwise(chain)):
        below.setdefault(step[0], []).append(step[1])
        above.setdefault(step[1], []).append(step[0])
    return above, below


def _trunk(
    order: Ordering, count: int, weights: Sequence[float], above: Mapping[int, Sequence[int]]
) -> frozenset[int]:
    """Return the vertices of the way with the most nodes and, among those, the most weight."""
    best: dict[int, tuple[int, float]] = {}
    came: dict[int, int] = {}
    for rank in order.ranks:
        for v in rank:
            own = (1, weights[v]) if v < count else (0, 0.0)
            before = max(above.get(v, ()), key=lambda u: best[u], default=None)
            reached = best[before] if before is not None else (0, 0.0)
            best[v] = (reached[0] + own[0], reached[1] + own[1])
            if before is not None:
                came[v] = before
    at: int | None = max(best, key=lambda v: (best[v], -v))
    way = set()
    while at is not None:
        way.add(at)
        at = came.get(at)
    return frozenset(way)


def _mirrored(ranks: list[list[int]], trunk: frozenset[int]) -> list[list[int]]:
    """Turn every stretch between two single vertices so that its branches lie right of the trunk.

    A mirrored stretch crosses as often as before, and branches on one side make a narrow drawing.
    """
    start = 0
    while start < len(ranks):
        end = start + 1
        if len(ranks[start]) > 1:
            while end < len(ranks) and len(ranks[end]) > 1:
                end += 1
            left = sum(rank.index(v) for rank in ranks[start:end] for v in rank if v in trunk)
            right = sum(
                len(rank) - 1 - rank.index(v) for rank in ranks[start:end] for v in rank if v in trunk
            )
            if left > right:
                for rank in ranks[start:end]:
                    rank.reverse()
        start = end
    return ranks


def _offsets(rank: Sequence[int], count: int) -> list[float]:
    """Return the leftmost places of a rank's vertices when they stand shoulder to shoulder."""
    at, found = 0.0, []
    for i, v in enumerate(rank):
        if i:
            at += (_width(rank[i - 1], count) + _width(v, count)) / 2
        found.append(at)
    return found


def _width(vertex: int, count: int) -> float:
    return 1.0 if vertex < count else LANE


def _wishes(
    rank: Sequence[int], x: Mapping[int, float], sides: Sequence[Mapping[int, Sequence[int]]], count: int
) -> dict[int, tuple[float, float]]:
    """Return (place, weight) that each vertex would take for short edges; edges between places weigh more."""
    found = {}
    for v in rank:
        total = weight = 0.0
        for side in sides:
            for u in side.get(v, ()):
                w = 8.0 if u >= count and v >= count else 2.0 if u >= count or v >= count else 1.0
                total += w * x[u]
                weight += w
        found[v] = (total / weight, weight) if weight else (x[v], 0.1)
    return found


def _settle(
    rank: Sequence[int],
    offsets: Sequence[float],
    x: dict[int, float],
    trunk: frozenset[int],
    wishes: Mapping[int, tuple[float, float]],
) -> None:
    """Give each vertex the place nearest to its wish that keeps order and distance.

    Without the distances that is isotonic regression: neighbours that get in each other's way are pooled.
    """
    pools: list[list[float]] = []  # place, weight, members
    for v, offset in zip(rank, offsets, strict=True):
        wish, weight = (0.0, _FIXED) if v in trunk else wishes[v]
        pools.append([wish - offset, weight, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            place, weight, members = pools.pop()
            last = pools[-1]
            last[0] = (last[0] * last[1] + place * weight) / (last[1] + weight)
            last[1] += weight
            last[2] += members
    places = [pool[0] for pool in pools for _ in range(int(pool[2]))]
    for v, offset, place in zip(rank, offsets, places, strict=True):
        x[v] = place + offset
    fixed = [v for v in rank if v in trunk]
    if fixed:  # the pooled mean misses 0 by a hair
        shift = x[fixed[0]]
        for v in rank:
            x[v] -= shift


def _strands(
    order: Ordering,
    trunk: frozenset[int],
    above: Mapping[int, Sequence[int]],
    below: Mapping[int, Sequence[int]],
) -> list[list[int]]:
    """Return the runs off the trunk whose vertices follow each other one to one: they should be straight."""
    found: list[list[int]] = []
    seen: set[int] = set()
    for rank in order.ranks:
        for v in rank:
            if v in trunk or v in seen:
                continue
            run = [v]
            while len(below.get(run[-1], ())) == 1:
                after = below[run[-1]][0]
                if after in trunk or len(above[after]) != 1:
                    break
                run.append(after)
            seen.update(run)
            if len(run) > 1:
                found.append(run)
    return found


def _straighten(
    ranks: Sequence[Sequence[int]],
    offsets: Sequence[Sequence[float]],
    x: dict[int, float],
    strands: Sequence[Sequence[int]],
) -> None:
    """Put every strand on one x where its neighbours leave room for that."""
    where = {v: (r, i) for r, rank in enumerate(ranks) for i, v in enumerate(rank)}
    for _ in range(3):
        for strand in strands:
            low, high = float("-inf"), float("inf")
            for v in strand:
                r, i = where[v]
                rank, at = ranks[r], offsets[r]
                if i:
                    low = max(low, x[rank[i - 1]] + at[i] - at[i - 1])
                if i + 1 < len(rank):
                    high = min(high, x[rank[i + 1]] - at[i + 1] + at[i])
            if low <= high:
                mean = sum(x[v] for v in strand) / len(strand)
                for v in strand:
                    x[v] = min(max(mean, low), high)
