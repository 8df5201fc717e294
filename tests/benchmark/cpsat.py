"""The peer: an OR-Tools CP-SAT model of BF for given path costs, one or unlimited workers on either side.

Every path has one start and end on each resource and, for each of its undominated splits, an optional interval of
that split's length there; exactly one split of a path is present. Device (with one worker), link and ES (with one
worker) are NoOverlap. Paths of one class are interchangeable, so by rising index they are split no earlier, and at
equal split start their transfers no earlier. The loads of the resources are stated once more as linear constraints,
and MW's plan is both hint and horizon, since our solver starts from it, too.

The model lets every resource have an order of its own, while SPEC section 4 has one for all three. With one device
worker and one or unlimited ES workers, or with both unlimited, the optimum is the same: a path that skips the link
skips the ES, and three machines in series need no order but that of the link.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from planner_core.arrays import FloatArray, IntArray
from planner_core.costs import PathCosts
from planner_core.system import System
from planner_core.timing import schedule
from tests.benchmark.common import Clock

__all__ = ["UNIT_S", "CpSat", "solve_cpsat", "tolerance_s"]

UNIT_S = 1e-9
"""Seconds of one unit of the model's integer time; every duration is rounded to the nearest unit."""

WORKERS = 2


@dataclass(frozen=True)
class CpSat:
    """What CP-SAT brought, in seconds and without the tail.

    Attributes
    ----------
    end : float
        Latest path end of its best plan, timed by section 4 in floating point; infinity without a plan.
    bound : float
        What it proves that no plan undercuts, in its rounded time.
    proven : bool
        Plan and bound met.
    seconds, cpu_seconds : float
        Wall and CPU time, building of the model included.
    """

    end: float
    bound: float
    proven: bool
    seconds: float
    cpu_seconds: float


def tolerance_s(paths: int) -> float:
    """How far rounding can move an optimum: a longest chain holds at most `paths` + 2 durations."""
    return (paths + 2) * UNIT_S / 2


def solve_cpsat(costs: PathCosts, system: System, start: IntArray, split: IntArray, seconds: float) -> CpSat:
    """Solve to the proven optimum, or for `seconds`.

    Parameters
    ----------
    costs : PathCosts
    system : System
        One or unlimited (None) workers on either side; unlimited device workers need unlimited ES workers.
    start, split : (P,) int64
        Order and offloading layers of a plan to begin with.
    """
    from ortools.sat.python import cp_model  # in the extra `bench` only

    pairs = (system.device_workers, system.es_workers)
    if pairs not in ((1, None), (1, 1), (None, None)):
        raise ValueError(f"the model is not exact for the workers {pairs}")
    with Clock() as clock:
        model = _Model(cp_model, costs, system, start, split)
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = seconds
        solver.parameters.num_workers = WORKERS
        solver.parameters.random_seed = 1
        status = solver.solve(model.model)
    end, proven = np.inf, status == cp_model.OPTIMAL
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        order, offload = model.plan(solver)
        end = schedule(costs, system, order, offload).tail_start
    return CpSat(end, solver.best_objective_bound * UNIT_S, proven, clock.wall, clock.cpu)


class _Model:
    """Variables and constraints for one instance."""

    def __init__(
        self, cp_model: Any, costs: PathCosts, system: System, order: IntArray, offload: IntArray
    ) -> None:
        self.model = cp_model.CpModel()
        self.costs, self.system = costs, system
        times = schedule(costs, system, order, offload)
        self.horizon = _units(times.tail_start) + costs.paths + 2
        self.end = self.model.new_int_var(0, self.horizon, "end")
        self._workers = {"device": system.device_workers, "link": 1, "es": system.es_workers}
        self.chosen: list[dict[int, Any]] = []
        self.link_start: list[Any] = []
        self._on: dict[str, list[Any]] = {"device": [], "link": [], "es": []}
        self._load: dict[str, list[Any]] = {"device": [], "link": [], "es": []}
        self._hints = zip(
            times.device_start,
            times.device_end,
            times.link_start,
            times.link_end,
            times.es_start,
            times.es_end,
            strict=True,
        )
        splits = [undominated(*rows) for rows in zip(costs.a, costs.b, costs.e, strict=True)]
        for p, k in enumerate(costs.class_of.tolist()):
            self._add_path(p, k, splits[k], int(offload[p]) - 1)
        self._add_resources()
        self._order_equal_paths()
        self.model.minimize(self.end)

    def _add_path(self, p: int, k: int, columns: list[int], hinted: int) -> None:
        model, costs = self.model, self.costs
        chosen = {m: model.new_bool_var(f"x{p},{m}") for m in columns}
        model.add_exactly_one(chosen.values())
        moments = [model.new_int_var(0, self.horizon, f"t{p},{i}") for i in range(6)]
        for i, (name, time_of) in enumerate((("device", costs.a), ("link", costs.b), ("es", costs.e))):
            begin, end = moments[2 * i], moments[2 * i + 1]
            for m, present in chosen.items():
                length = _units(time_of[k, m])
                interval = model.new_optional_interval_var(begin, length, end, present, f"{name}{p},{m}")
                if length:
                    self._on[name].append(interval)
                    self._load[name].append(length * present)
            before = moments[2 * i - 1] if i else 0
            model.add(begin == before if self._workers[name] is None else begin >= before)
        model.add(moments[5] <= self.end)
        for m, present in chosen.items():
            model.add_hint(present, m == hinted)
        for moment, seconds in zip(moments, next(self._hints), strict=True):
            model.add_hint(moment, _units(seconds))
        self.chosen.append(chosen)
        self.link_start.append(moments[2])

    def _add_resources(self) -> None:
        for name, workers in self._workers.items():
            if workers is not None:
                self.model.add_no_overlap(self._on[name])
                self.model.add(sum(self._load[name]) <= self.end)

    def _order_equal_paths(self) -> None:
        for k in range(len(self.costs.a)):
            same = np.flatnonzero(self.costs.class_of == k).tolist()
            for one, other in pairwise(same):
                first, second = self.chosen[one], self.chosen[other]
                self.model.add(_split(first) <= _split(second))
                for m, present in first.items():
                    in_order = self.model.add(self.link_start[one] <= self.link_start[other])
                    in_order.only_enforce_if([present, second[m]])

    def plan(self, solver: Any) -> tuple[IntArray, IntArray]:
        """Order by the start of the transfer, and the offloading layers, of the solution."""
        begins = [solver.value(t) for t in self.link_start]
        offload = [next(m + 1 for m, x in chosen.items() if solver.value(x)) for chosen in self.chosen]
        return np.argsort(begins, kind="stable").astype(np.int64), np.array(offload, np.int64)


def undominated(a: FloatArray, b: FloatArray, e: FloatArray) -> list[int]:
    """Splits that no other equals or beats on all three resources; the first of equals stays."""
    kept: list[int] = []
    rows = list(zip(a.tolist(), b.tolist(), e.tolist(), strict=True))
    for m, row in enumerate(rows):
        beaten = any(
            all(x <= y for x, y in zip(other, row, strict=True)) and (other != row or n < m)
            for n, other in enumerate(rows)
        )
        if not beaten:
            kept.append(m)
    return kept


def _split(chosen: dict[int, Any]) -> Any:
    return sum(m * present for m, present in chosen.items())


def _units(seconds: float) -> int:
    return round(float(seconds) / UNIT_S)
