"""Ranks, places for long edges, and the order in each rank (the part that fast-sugiyama does)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Edge", "Ordering", "order_vertices"]

Edge = tuple[int, int]

_SPACING = 100
_SWEEP_PASSES = 3


@dataclass(frozen=True, slots=True)
class Ordering:
    """Vertices by rank and place.

    Parameters
    ----------
    ranks : tuple of tuple of int
        Vertices of each rank from left to right; 0..n-1 are nodes, n and above stand for the places where a
        long edge passes a rank.
    chains : tuple of tuple of int
        For each edge its vertices from tail to head, one a rank.
    """

    ranks: tuple[tuple[int, ...], ...]
    chains: tuple[tuple[int, ...], ...]


def order_vertices(count: int, edges: Sequence[Edge]) -> Ordering:
    """Rank the nodes 0..count-1 so that every edge points down, and order the ranks for few crossings.

    Parameters
    ----------
    count : int
        Number of nodes.
    edges : sequence of (tail, head)
        Of an acyclic graph, each pair once. Nodes without an edge go to the first rank.
    """
    if _is_path(count, edges):
        return Ordering(tuple((v,) for v in range(count)), tuple(edges))
    links: dict[int, list[int]] = {}
    placed: dict[int, tuple[int, float, int]] = {}
    fresh = count  # numbers of the library's own vertices differ from run to run
    parts = _parts(edges)
    for number, part in enumerate(parts):
        # The library numbers its own vertices from behind the greatest of a part: those that are linked are made dense.
        linked = sorted({v for edge in part for v in edge})
        positions, segments = _positions(linked, part)
        lowest = max(y for _, _, y in positions)  # the library counts y upwards
        names = dict(enumerate(linked))
        for vertex, x, y in sorted(positions, key=_reading_order):
            if vertex not in names:
                names[vertex] = fresh
                fresh += 1
            placed[names[vertex]] = (round((lowest - y) / _SPACING), x, number)
        for tail, head in segments:
            links.setdefault(names[tail], []).append(names[head])
    for vertex in range(count):
        placed.setdefault(vertex, (0, 0.0, len(parts) + vertex))
    chains = _follow(count, edges, links)
    return Ordering(_untangle(_by_rank(placed), chains), chains)


def _is_path(count: int, edges: Sequence[Edge]) -> bool:
    """Say whether the graph is 0 -> 1 -> ... -> count-1, for which there is nothing to order."""
    return len(edges) == count - 1 and all(edge == (v, v + 1) for v, edge in enumerate(edges))


def _parts(edges: Sequence[Edge]) -> list[list[Edge]]:
    """Return the edges of each connected part of the graph, the part with the least node first."""
    parent: dict[int, int] = {}

    def root(vertex: int) -> int:
        while parent.setdefault(vertex, vertex) != vertex:
            parent[vertex] = vertex = parent[parent[vertex]]
        return vertex

    for tail, head in edges:
        a, b = root(tail), root(head)
        parent[max(a, b)] = min(a, b)
    found: dict[int, list[Edge]] = {}
    for edge in sorted(edges):
        found.setdefault(root(edge[0]), []).append(edge)
    return [found[least] for least in sorted(found)]


def _positions(
    linked: Sequence[int], edges: Sequence[Edge]
) -> tuple[list[tuple[int, float, float]], list[Edge]]:
    """Return (vertex, x, y) and the edges between vertices for one part; vertex i is `linked[i]`, or a passage."""
    from fast_sugiyama import from_edges  # the window's first network has no use for it

    dense = {v: i for i, v in enumerate(linked)}
    ((positions, _, _, segments),) = from_edges(
        [(dense[tail], dense[head]) for tail, head in edges],
        vertex_spacing=_SPACING,
        dummy_vertices=True,
        dummy_size=20,
        ranking_type="minimize",
    )
    places = [(int(v), float(x), float(y)) for v, (x, y) in positions]
    return places, [(int(a), int(b)) for a, b in segments or ()]


def _reading_order(place: tuple[int, float, float]) -> tuple[float, float]:
    return -place[2], place[1]


def _by_rank(placed: dict[int, tuple[int, float, int]]) -> list[list[int]]:
    ranks: list[list[int]] = [[] for _ in range(1 + max(rank for rank, _, _ in placed.values()))]
    for vertex in sorted(placed, key=lambda v: (placed[v][2], placed[v][1], v)):
        ranks[placed[vertex][0]].append(vertex)
    return ranks


def _follow(count: int, edges: Sequence[Edge], links: dict[int, list[int]]) -> tuple[tuple[int, ...], ...]:
    """Find the places that each edge passes; every place has exactly one way on."""
    found: dict[Edge, tuple[int, ...]] = {}
    for tail in range(count):
        for vertex in links.get(tail, ()):
            trail = [tail, vertex]
            while trail[-1] >= count:
                trail.append(links[trail[-1]][0])
            found[tail, trail[-1]] = tuple(trail)
    return tuple(found[edge] for edge in edges)


def _untangle(ranks: list[list[int]], chains: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    """Swap neighbours where that saves crossings; the library's last sweep leaves a few."""
    above: dict[int, list[int]] = {}
    below: dict[int, list[int]] = {}
    for chain in chains:
        for tail, head in pairwise(chain):
            below.setdefault(tail, []).append(head)
            above.setdefault(head, []).append(tail)
    place = {v: i for rank in ranks for i, v in enumerate(rank)}
    for _ in range(_SWEEP_PASSES):
        changed = False
        for rank in ranks:
            for i in range(len(rank) - 1):
                left, right = rank[i], rank[i + 1]
                gain = 0
                for side in (above, below):
                    a = [place[v] for v in side.get(left, ())]
                    b = [place[v] for v in side.get(right, ())]
                    gain += sum((p > q) - (p < q) for p in a for q in b)
                if gain > 0:
                    rank[i], rank[i + 1] = right, left
                    place[right], place[left] = i, i + 1
                    changed = True
        if not changed:
            break
    return tuple(tuple(rank) for rank in ranks)
