"""Random scheduling instances for BF and MW: times of a few paths, no network; odd on purpose.

Drawn in kinds that stress one thing each (`KINDS`); the same seed gives the same instance. Each comes in two
forms: `PathCosts` for the planner, and the oracle's table of lists.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from random import Random

import numpy as np
import oracle

from planner_core.arrays import IntArray
from planner_core.costs import PathCosts, path_costs
from planner_core.importers import load_network
from planner_core.methods.bf import Answer
from planner_core.methods.bf.deadline import Refuter
from planner_core.methods.bf.due import Deadlines
from planner_core.methods.bf.jobs import Jobs, jobs_of
from planner_core.system import System
from planner_core.tiling import Tiling, auto_grid, cut_extent
from planner_core.timing import schedule

__all__ = ["KINDS", "WORKERS", "Instance", "answer_of", "draw", "end_of", "optimum", "real_part", "system_of"]

WORKERS = tuple(product((1, 2, 3, None), (1, 2, None)))
"""Device and ES workers; None is unlimited."""

Times = tuple[float, float, float]
Rows = list[list[Times]]


@dataclass(frozen=True)
class Instance:
    """Times of the paths; rows[k][m] is (a, b, e) of class k at split m + 1."""

    kind: str
    seed: int
    rows: Rows
    class_of: list[int]
    tail: float

    @property
    def costs(self) -> PathCosts:
        """What the planner's methods take."""
        table = np.array(self.rows, float)
        a, b, e = (np.ascontiguousarray(table[:, :, i]) for i in range(3))
        return PathCosts(np.array(self.class_of, np.int64), a, b, e, self.tail)

    @property
    def table(self) -> oracle.Costs:
        """What the oracle's methods take."""
        paths = [self.rows[k] for k in self.class_of]
        return oracle.Costs(*([[t[i] for t in row] for row in paths] for i in range(3)), self.tail)

    def random_plan(self, rng: Random) -> tuple[list[int], list[int]]:
        """Draw an order, and an offloading layer for each path."""
        paths = len(self.class_of)
        return rng.sample(range(paths), paths), [rng.randint(1, len(self.rows[0])) for _ in range(paths)]


def system_of(workers: tuple[int | None, int | None]) -> System:
    """Return a System with these workers; its speeds do not matter, the times being given."""
    return System(device_workers=workers[0], es_workers=workers[1])


def answer_of(costs: PathCosts, system: System, order: list[int], offload: list[int]) -> Answer:
    """Turn a plan into what BF can start from."""
    s, o = np.array(order, np.int64), np.array(offload, np.int64)
    return Answer(s, o, schedule(costs, system, s, o).tail_start)


def end_of(instance: Instance, jobs: Jobs, types: IntArray) -> float:
    """Path end of a sequence of `Jobs`' types (P,)."""
    system = System(device_workers=jobs.device_workers or None, es_workers=jobs.es_workers or None)
    return schedule(instance.costs, system, *jobs.sequence(types)).tail_start


def optimum(instance: Instance, system: System) -> tuple[float, IntArray, Jobs]:
    """Optimal path end by enumeration, the types of a plan that has it, and the jobs."""
    best = oracle.bf_enumerate(instance.table, system)
    jobs = jobs_of(instance.costs, system)
    order, offload = np.array(best.order, np.int64), np.array(best.offload, np.int64)
    types = jobs.types_of(instance.costs, order, offload)
    return end_of(instance, jobs, types), types, jobs


def draw(seed: int, most_paths: int = 4, kind: str | None = None) -> Instance:
    """Draw an instance of 1 to `most_paths` paths; kinds take turns by seed unless one is asked for."""
    rng = Random(f"instance {seed}")
    kind = list(KINDS)[seed % len(KINDS)] if kind is None else kind
    # Mostly as many paths as allowed: small ones are easy.
    paths = max(rng.randint(1, most_paths), rng.randint(1, most_paths))
    rows, class_of = KINDS[kind](rng, paths)
    if rng.random() < 0.5:
        rng.shuffle(class_of)
    used = sorted(set(class_of))  # every class has a path, as in a Tiling
    tail = rng.choice((0.0, 0.0, 1.0, 0.1 * rng.random(), 1e6))
    return Instance(kind, seed, [rows[k] for k in used], [used.index(k) for k in class_of], tail)


def _classes(rng: Random, paths: int, most: int | None = None) -> list[int]:
    """Give every path a class; `most` is how many there may be."""
    count = rng.randint(1, paths if most is None else min(most, paths))
    return [*range(count), *(rng.randrange(count) for _ in range(paths - count))]


def _rows(rng: Random, classes: list[int], time: Callable[[], Times]) -> tuple[Rows, list[int]]:
    splits = rng.choice((1, 2, 3, 3, 4))
    return [[time() for _ in range(splits)] for _ in range(max(classes) + 1)], classes


def _like_tiles(rng: Random, paths: int) -> tuple[Rows, list[int]]:
    """Deeper splits take longer on the device and less on the ES, as with real layers."""
    classes = _classes(rng, paths, 3)
    splits = rng.choice((2, 3, 4, 5))
    work = [rng.random() for _ in range(splits)]
    size = [rng.random() * rng.choice((0.3, 1.0, 3.0)) for _ in range(splits)]
    speed = rng.choice((1.0, 10.0, 100.0))
    rows = []
    for _ in range(max(classes) + 1):
        more = 1 + rng.random() * 0.4
        rows.append(
            [(more * sum(work[:m]), size[m] * more, more * sum(work[m:]) / speed) for m in range(splits)]
        )
    return rows, classes


def _ties(rng: Random, paths: int) -> tuple[Rows, list[int]]:
    return _rows(rng, _classes(rng, paths), lambda: tuple(float(rng.randint(0, 2)) for _ in range(3)))


def _integers(rng: Random, paths: int) -> tuple[Rows, list[int]]:
    return _rows(rng, _classes(rng, paths), lambda: tuple(float(rng.randint(0, 20)) for _ in range(3)))


def _zeros(rng: Random, paths: int) -> tuple[Rows, list[int]]:
    def time() -> Times:
        return tuple(0.0 if rng.random() < 0.45 else rng.random() for _ in range(3))

    return _rows(rng, _classes(rng, paths), time)


def _nothing_sent(rng: Random, paths: int) -> tuple[Rows, list[int]]:
    """Some paths need no link and yet the ES; others only link and ES."""

    def time() -> Times:
        a, b, e = (float(rng.randint(1, 12)) for _ in range(3))
        return rng.choice(((a, 0.0, e), (a, 0.0, e), (0.0, b, e), (0.0, b, e), (a, b, e), (0.0, 0.0, e)))

    return _rows(rng, _classes(rng, paths), time)


def _one_class(rng: Random, paths: int) -> tuple[Rows, list[int]]:
    return _rows(rng, [0] * paths, lambda: (rng.random(), rng.random(), rng.random()))


def _all_different(rng: Random, paths: int) -> tuple[Rows, list[int]]:
    return _rows(rng, list(range(paths)), lambda: (rng.random(), rng.random(), rng.random()))


def _nearly_equal(rng: Random, paths: int) -> tuple[Rows, list[int]]:
    """All different, but only from the seventh to the twelfth digit on."""
    scale = rng.choice((1e-7, 1e-10, 1e-12))

    def time() -> Times:
        return tuple(rng.randint(1, 3) * (1 + scale * rng.random()) for _ in range(3))

    return _rows(rng, list(range(paths)), time)


def _huge_ratios(rng: Random, paths: int) -> tuple[Rows, list[int]]:
    return _rows(rng, _classes(rng, paths), lambda: tuple(10 ** rng.uniform(-6, 6) for _ in range(3)))


def _long_es(rng: Random, paths: int) -> tuple[Rows, list[int]]:
    """ES times far above the transfers, so that the last transfer does not decide."""
    scale = rng.choice((5.0, 50.0))
    return _rows(rng, _classes(rng, paths), lambda: (rng.random(), rng.random(), scale * rng.random()))


def _device_only(rng: Random, paths: int) -> tuple[Rows, list[int]]:
    """Doing all on the device is best, or nearly so; then nothing is sent."""
    rows, classes = _rows(rng, _classes(rng, paths), lambda: (rng.random(), 1 + rng.random(), rng.random()))
    return [[*row[:-1], (rng.choice((0.2, 1.0, 2.0)) * rng.random(), 0.0, 0.0)] for row in rows], classes


def _overhead(rng: Random, paths: int) -> tuple[Rows, list[int]]:
    """Every transfer costs something, however small it is; a raw tile needs no device."""
    over = rng.choice((0.1, 1.0))

    def time() -> Times:
        sent = rng.choice((0.0, 0.3 * rng.random(), rng.random()))
        return rng.choice((0.0, rng.random())), sent + over if sent else 0.0, rng.choice((0.0, rng.random()))

    return _rows(rng, _classes(rng, paths), time)


def _halves(rng: Random, paths: int) -> tuple[Rows, list[int]]:
    """Times that fit together to the last unit in few ways, as in number partitioning."""
    whole = rng.randint(8, 30)

    def time() -> Times:
        part = rng.randint(0, whole)
        return float(part), float(whole - part), float(rng.choice((0, whole // 2, whole)))

    return _rows(rng, _classes(rng, paths), time)


KINDS: dict[str, Callable[[Random, int], tuple[Rows, list[int]]]] = {
    "like tiles": _like_tiles,
    "ties": _ties,
    "integers": _integers,
    "zeros": _zeros,
    "nothing sent": _nothing_sent,
    "one class": _one_class,
    "all different": _all_different,
    "nearly equal": _nearly_equal,
    "huge ratios": _huge_ratios,
    "long ES": _long_es,
    "device only": _device_only,
    "overhead": _overhead,
    "halves": _halves,
}


def real_part(name: str, tau: int, paths: int, rate_mbps: float, limit: float) -> Deadlines:
    """Of a network's plans with a worker per path on both sides, what may end before a limit."""
    system = System(rate_bps=rate_mbps * 1e6, device_workers=None, es_workers=None)
    network = load_network(name)
    grid = auto_grid(paths, *cut_extent(network, tau))
    assert grid is not None
    jobs = jobs_of(path_costs(Tiling.of(network, tau, *grid), system), system)
    part = Refuter(jobs, np.zeros(1, np.uint8)).deadlines(limit)
    assert part is not None
    return part
