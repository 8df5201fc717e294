"""An independent reading of SPEC sections 2 to 5, for the tests: literal, slow, plain Python.

Nothing of the planner's own tiling, costs, timing or methods is used: only the input types (`Network` and
`System`). Section 2 is in `oracle_tiles` and offered from here too; `oracle_check` checks plan files. Times
are floats; with `exact=True` the costs are Fractions, and all that is computed from them stays exact.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import groupby
from math import fsum
from typing import NamedTuple

from oracle_tiles import (
    EMPTY,
    Box,
    area,
    auto_grid,
    boxes_of,
    clean,
    cut_extent,
    feasible,
    frontier,
    hull,
    need,
    owned,
    readers,
    regions,
    shape_of,
)

from planner_core.network.model import Network
from planner_core.system import System

__all__ = [
    "EMPTY",
    "Answer",
    "Costs",
    "PathTimes",
    "Timing",
    "auto_grid",
    "bf_enumerate",
    "bf_frontier",
    "costs",
    "crossing",
    "cut_extent",
    "device_only",
    "es_only",
    "feasible",
    "frontier",
    "mw",
    "mw_search",
    "nfl",
    "owned",
    "path_bits",
    "path_flops",
    "regions",
    "simulate",
]

Number = float | Fraction
TIE = 1e-12


# Section 3: one path ------------------------------------------------------------------------------


class Costs(NamedTuple):
    """Seconds: a[p][o-1], b[p][o-1], e[p][o-1] for o in 1..tau+1, and the tail."""

    a: list[list[Number]]
    b: list[list[Number]]
    e: list[list[Number]]
    tail: Number


def crossing(network: Network, tau: int, rows: int, cols: int, p: int, o: int) -> dict[str, Box]:
    """Tensor regions that path p sends when it is split at o; those that are empty are left out."""
    return _crossing(network, tau, rows, cols, p, o, boxes_of(network, tau, rows, cols, p))


def _crossing(
    network: Network, tau: int, rows: int, cols: int, p: int, o: int, boxes: dict[str, Box | None]
) -> dict[str, Box]:
    on_device = [t.name for t in network.inputs] + [layer.name for layer in network.layers[: o - 1]]
    sent = {}
    for name in on_device:
        shape = shape_of(network, name)
        reads = [need(r, boxes[r.name], shape) for r in readers(network, name, o, tau)]
        if readers(network, name, tau + 1, len(network)):
            reads.append(clean(owned(network, tau, rows, cols, p, name)))
        box = hull(reads)
        if box is not None:
            sent[name] = box
    return sent


def path_bits(network: Network, system: System, sent: dict[str, Box]) -> int:
    """Bits of the regions of `crossing`."""
    return sum(shape_of(network, n)[0] * area(box) * system.bits_per_element for n, box in sent.items())


def path_flops(network: Network, tau: int, boxes: dict[str, Box]) -> list[Fraction]:
    """d_{p,v} for v in 1..tau, exact."""
    return [
        Fraction(layer.flops) * area(boxes[layer.name]) / (layer.shape[1] * layer.shape[2])
        for layer in network.layers[:tau]
    ]


def costs(network: Network, system: System, tau: int, rows: int, cols: int, *, exact: bool = False) -> Costs:
    """Costs of every path and offloading layer; Fractions when `exact`."""
    total: Callable[[list[Number]], Number] = sum if exact else fsum
    number: Callable[[Number], Number] = Fraction if exact else float
    f_end, f_es, rate = number(system.device_flops), number(system.es_flops), number(system.rate_bps)
    overhead = number(system.transfer_overhead_s)
    a, b, e = [], [], []
    for p in range(rows * cols):
        boxes = boxes_of(network, tau, rows, cols, p)
        d = [number(x) for x in path_flops(network, tau, {n: box or EMPTY for n, box in boxes.items()})]
        a.append([total(d[: o - 1]) / f_end for o in range(1, tau + 2)])
        e.append([total(d[o - 1 :]) / f_es for o in range(1, tau + 2)])
        b.append([])
        for o in range(1, tau + 2):
            bits = path_bits(network, system, _crossing(network, tau, rows, cols, p, o, boxes))
            b[p].append(number(bits) / rate + overhead if bits else number(0))
    tail = total([number(layer.flops) for layer in network.layers[tau:]]) / f_es
    return Costs(a, b, e, tail)


# Section 4: timing --------------------------------------------------------------------------------


class PathTimes(NamedTuple):
    """Start and end on device, link and ES in seconds; start == end where the path only passes."""

    device: tuple[Number, Number]
    link: tuple[Number, Number]
    es: tuple[Number, Number]


class Timing(NamedTuple):
    """Times by path index, and the makespan T."""

    paths: list[PathTimes]
    T: Number


class _State(NamedTuple):
    """When each device worker, the link and each ES worker is free (None: unlimited); latest path end."""

    device: tuple[Number, ...] | None
    link: Number
    es: tuple[Number, ...] | None
    latest: Number


def _start(system: System, paths: int) -> _State:
    def free(workers: int | None) -> tuple[Number, ...] | None:
        return None if workers is None else (0,) * min(workers, paths)  # more workers than paths never matter

    return _State(free(system.device_workers), 0, free(system.es_workers), 0)


def _take(
    free: tuple[Number, ...] | None, ready: Number, length: Number
) -> tuple[tuple[Number, ...] | None, Number, Number]:
    """Give work to the earliest free worker; returns free times (ascending), start and end."""
    if length == 0:
        return free, ready, ready
    start = ready if free is None else max(ready, min(free))
    if free is not None:
        free = tuple(sorted([*sorted(free)[1:], start + length]))
    return free, start, start + length


def _advance(state: _State, a: Number, b: Number, e: Number) -> tuple[_State, PathTimes]:
    device, d0, d1 = _take(state.device, 0, a)
    link, t0, t1 = state.link, d1, d1
    if b != 0:
        t0 = max(state.link, d1)
        link = t1 = t0 + b
    es, e0, e1 = _take(state.es, t1, e)
    return _State(device, link, es, max(state.latest, e1)), PathTimes((d0, d1), (t0, t1), (e0, e1))


def simulate(
    a: list[list[Number]],
    b: list[list[Number]],
    e: list[list[Number]],
    tail: Number,
    order: Sequence[int],
    offload: Sequence[int],
    system: System,
) -> Timing:
    """Times of the plan (order S, offloading O by path index)."""
    if sorted(order) != list(range(len(a))) or len(offload) != len(a):
        raise ValueError("order is no permutation of the paths, or offload has another length")
    state = _start(system, len(a))
    times: dict[int, PathTimes] = {}
    for p in order:
        k = offload[p] - 1
        if k < 0:
            raise ValueError(f"path {p} is split at {offload[p]}")
        state, times[p] = _advance(state, a[p][k], b[p][k], e[p][k])
    return Timing([times[p] for p in range(len(a))], state.latest + tail)


# Section 5: methods -------------------------------------------------------------------------------


class Answer(NamedTuple):
    """T and the plan that has it; grid and tau are 0 where the caller gave the costs."""

    T: Number
    order: list[int]
    offload: list[int]
    tau: int = 0
    rows: int = 0
    cols: int = 0


def _one_path(network: Network, system: System, exact: bool) -> list[Number]:
    """T of P = 1, tau = l for o in 1..l+1."""
    c = costs(network, system, len(network), 1, 1, exact=exact)
    return [simulate(c.a, c.b, c.e, c.tail, [0], [o], system).T for o in range(1, len(network) + 2)]


def nfl(network: Network, system: System, *, exact: bool = False) -> Answer:
    """Best single path; the lowest o of equals."""
    times = _one_path(network, system, exact)
    o = next(o for o, t in enumerate(times, 1) if t - min(times) <= TIE * min(times))
    return Answer(times[o - 1], [0], [o], len(network), 1, 1)


def device_only(network: Network, system: System, *, exact: bool = False) -> Number:
    """T of P = 1, tau = l, o = l + 1."""
    return _one_path(network, system, exact)[-1]


def es_only(network: Network, system: System, *, exact: bool = False) -> Number:
    """T of P = 1, tau = l, o = 1."""
    return _one_path(network, system, exact)[0]


def mw(c: Costs, system: System) -> Answer:
    """Algorithm 1 for given costs: minimise waiting."""
    left = list(range(len(c.a)))
    order: list[int] = []
    offload = [0] * len(left)
    state = _start(system, len(left))
    while left:
        scores = []
        for p in left:
            for k in range(len(c.a[p])):
                if not order:
                    score = c.a[p][k] + c.b[p][k]
                else:
                    score = abs(state.link - _take(state.device, 0, c.a[p][k])[2])
                scores.append((score, p, k))
        least = min(score for score, _, _ in scores)
        scale = max(least, state.link) if order else least
        p, k = min((p, k) for score, p, k in scores if score - least <= TIE * scale)
        state, _ = _advance(state, c.a[p][k], c.b[p][k], c.e[p][k])
        order.append(p)
        offload[p] = k + 1
        left.remove(p)
    return Answer(simulate(*c, order, offload, system).T, order, offload)


def mw_search(
    network: Network, system: System, max_paths: int | None = None, *, exact: bool = False
) -> Answer:
    """The double loop over tau and P: the last plan in loop order of those that share the least T."""
    answers = []
    for tau in range(1, len(network) + 1):
        for paths in feasible(network, tau, max_paths):
            rows, cols = auto_grid(paths, *cut_extent(network, tau)) or (0, 0)
            found = mw(costs(network, system, tau, rows, cols, exact=exact), system)
            answers.append(found._replace(tau=tau, rows=rows, cols=cols))
    least = min(answer.T for answer in answers)
    return [answer for answer in answers if answer.T - least <= TIE * least][-1]


def _classes(c: Costs) -> list[list[int]]:
    """Paths with identical costs, together; swapping two of them changes no time."""

    def key(p: int) -> tuple[list[Number], list[Number], list[Number]]:
        return c.a[p], c.b[p], c.e[p]

    return [list(group) for _, group in groupby(sorted(range(len(c.a)), key=key), key=key)]


def bf_enumerate(c: Costs, system: System) -> Answer:
    """Least T over all orders and offloadings, by depth-first enumeration.

    Skipped are only permutations of identical paths, and prefixes that cannot end before the best plan known.
    """
    groups = _classes(c)
    best: list[Answer] = []

    def descend(state: _State, used: list[int], order: list[int], offload: dict[int, int]) -> None:
        if best and state.latest + c.tail >= best[0].T:
            return
        if len(order) == len(c.a):
            best[:] = [Answer(state.latest + c.tail, order, [offload[p] for p in range(len(order))])]
            return
        for g, group in enumerate(groups):
            if used[g] == len(group):
                continue
            p = group[used[g]]
            more = [n + (i == g) for i, n in enumerate(used)]
            for k in range(len(c.a[p])):
                after, _ = _advance(state, c.a[p][k], c.b[p][k], c.e[p][k])
                descend(after, more, [*order, p], offload | {p: k + 1})

    descend(_start(system, len(c.a)), [0] * len(groups), [], {})
    return best[0]


def bf_frontier(c: Costs, system: System) -> Number:
    """Least T as `bf_enumerate` finds it, but for more paths: keeps undominated states only.

    Of two states with the same paths done, one that is nowhere later can do whatever the other can.
    """
    groups = _classes(c)
    layer: dict[tuple[int, ...], list[_State]] = {(0,) * len(groups): [_start(system, len(c.a))]}
    for _ in range(len(c.a)):
        grown: dict[tuple[int, ...], set[_State]] = {}
        for used, states in layer.items():
            for g in [g for g, group in enumerate(groups) if used[g] < len(group)]:
                p = groups[g][0]
                more = tuple(n + (i == g) for i, n in enumerate(used))
                options = set(zip(c.a[p], c.b[p], c.e[p], strict=True))
                grown.setdefault(more, set()).update(_advance(s, *abe)[0] for s in states for abe in options)
        layer = {used: _undominated(states) for used, states in grown.items()}
    return min(state.latest for states in layer.values() for state in states) + c.tail


def _undominated(states: set[_State]) -> list[_State]:
    kept: list[tuple[Number, ...]] = []
    result = []
    for state in sorted(states, key=lambda s: (s.link, s.latest, s.device or (), s.es or ())):
        flat = (state.link, state.latest, *(state.device or ()), *(state.es or ()))
        if not any(all(x <= y for x, y in zip(other, flat, strict=True)) for other in kept):
            kept.append(flat)
            result.append(state)
    return result
