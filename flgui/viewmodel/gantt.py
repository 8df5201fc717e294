"""A PlanSet as the three Gantt charts: rows, bars and captions (SPEC section 4); imports no Qt."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from flgui.text import TIMES, count, format_time, join
from flgui.viewmodel.moments import moments_of
from planner_core.network.model import Network
from planner_core.plan import METHODS, FloatArray, IntArray, Plan, PlanSet
from planner_core.scenario import Scenario
from planner_core.system import System

__all__ = [
    "DEVICE",
    "ES",
    "LINK",
    "TAIL",
    "Bars",
    "GanttGroup",
    "GanttModel",
    "GanttRow",
    "Load",
    "gantt_model",
    "manual_fact",
]

DEVICE: Final = 0
LINK: Final = 1
ES: Final = 2
TAIL: Final = -1
"""The path number of the bar of the merged rest."""

RESOURCE_NAMES: Final = ("Device", "Link", "ES")
AXIS_MARGIN: Final = 0.05
_SAME: Final = 1e-9


@dataclass(frozen=True, slots=True)
class GanttRow:
    """One lane: worker number `worker` of `workers` of a resource (DEVICE, LINK or ES)."""

    resource: int
    worker: int
    workers: int

    @property
    def label(self) -> str:
        """ "Device", or "Device 3" where there are several."""
        name = RESOURCE_NAMES[self.resource]
        return name if self.workers == 1 else f"{name} {self.worker + 1}"


@dataclass(frozen=True, eq=False, slots=True)
class Bars:
    """The bars of one chart, n of them, sorted by row, then start.

    Parameters
    ----------
    row : (n,) int array
        Index into the rows of the chart.
    start, end : (n,) float arrays
        Seconds.
    path : (n,) int array
        Path index, or TAIL.
    first : (rows + 1,) int array
        The bars of row r are first[r] to first[r + 1].
    """

    row: IntArray
    start: FloatArray
    end: FloatArray
    path: IntArray
    first: IntArray

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, eq=False, slots=True)
class Load:
    """How many workers of one resource are busy: `busy[i]` from `time[i]` to `time[i + 1]` seconds."""

    time: FloatArray
    busy: IntArray


@dataclass(frozen=True, eq=False)
class GanttGroup:
    """One method's chart; empty while `plan` is None.

    Parameters
    ----------
    method : str
    network : Network
    system : System
    plan : Plan or None
        None while the search runs.
    caption : str
        What was planned: "tau 2 · 8 tiles, 2x4", "one cut, after pool1", or "planning".
    rows : tuple of GanttRow
        Device workers, link, ES workers.
    bars : Bars
    less_than_nfl_s : float or None
        NFL's makespan minus this one; None for NFL and while either is missing.
    fact : str
        How a plan made by hand stands against MW, BF and the bound; else empty.
    """

    method: str
    network: Network
    system: System
    plan: Plan | None
    caption: str
    rows: tuple[GanttRow, ...]
    bars: Bars
    less_than_nfl_s: float | None = None
    fact: str = ""
    _loads: dict[int, Load] = field(default_factory=dict, repr=False)

    @property
    def makespan_s(self) -> float:
        """T, or 0 while there is no plan."""
        return 0.0 if self.plan is None else self.plan.makespan_s

    @property
    def grid(self) -> tuple[int, int, int] | None:
        """(tau, rows, cols): charts that agree in it share the selected path."""
        plan = self.plan
        return None if plan is None else (plan.tau, plan.rows, plan.cols)

    def rows_of(self, resource: int) -> range:
        """Indices of the rows of a resource; they are neighbours."""
        return self._spans[resource]

    @cached_property
    def _spans(self) -> tuple[range, range, range]:
        device = sum(row.resource == DEVICE for row in self.rows)
        return range(device), range(device, device + 1), range(device + 1, len(self.rows))

    def load(self, resource: int) -> Load:
        """Return the number of busy workers of a resource over time, the tail left out."""
        if resource not in self._loads:
            rows = self.rows_of(resource)
            lo, hi = self.bars.first[rows.start], self.bars.first[rows.stop]
            own = self.bars.path[lo:hi] != TAIL
            self._loads[resource] = _load(self.bars.start[lo:hi][own], self.bars.end[lo:hi][own])
        return self._loads[resource]

    def bars_of(self, path: int) -> IntArray:
        """Indices of the bars of a path, in the order device, link, ES."""
        return np.flatnonzero(self.bars.path == path)

    @cached_property
    def sequence(self) -> IntArray:
        """(P,) The paths by the start of their first bar, then by number."""
        if self.plan is None:
            return np.zeros(0, np.int64)
        s = self.plan.schedule
        start = np.where(
            s.device_worker >= 0, s.device_start, np.where(s.link_used, s.link_start, s.es_start)
        )
        return np.lexsort((np.arange(len(start)), start))

    def bar_at(self, row: int, time_s: float, slack_s: float = 0.0) -> int | None:
        """Return the bar of a row that covers a moment, or the nearest one at most `slack_s` away."""
        lo, hi = int(self.bars.first[row]), int(self.bars.first[row + 1])
        at = lo + int(np.searchsorted(self.bars.start[lo:hi], time_s, side="right")) - 1
        near: list[tuple[float, int]] = []
        for i in (at, at + 1):
            if lo <= i < hi:
                away = max(self.bars.start[i] - time_s, time_s - self.bars.end[i], 0.0)
                near.append((away, i))
        if not near:
            return None
        away, best = min(near)
        return best if away <= slack_s else None


@dataclass(frozen=True, eq=False)
class GanttModel:
    """The charts of all methods on one time axis from 0 to `axis_s` seconds."""

    groups: tuple[GanttGroup, ...]
    axis_s: float

    @cached_property
    def moments(self) -> FloatArray:
        """Every moment at which a bar starts or ends, in order."""
        found = [moments_of(g.plan) for g in self.groups if g.plan is not None]
        return np.unique(np.concatenate(found)) if found else np.zeros(0)

    def near(self, time_s: float, reach_s: float) -> float:
        """Return the start or end of a bar that is nearest to a moment, or the moment where none is in reach."""
        at = int(np.searchsorted(self.moments, time_s))
        around = self.moments[max(0, at - 1) : at + 1].tolist()
        best = min(around, key=lambda moment: abs(moment - time_s), default=time_s)
        return best if abs(best - time_s) <= reach_s else time_s

    def group(self, method: str | None) -> GanttGroup | None:
        """Return the chart of a method, None when there is none."""
        return next((g for g in self.groups if g.method == method), None)


def gantt_model(planset: PlanSet, by_hand: tuple[Scenario, Plan] | None = None) -> GanttModel:
    """Return the charts of a PlanSet; a method without a plan gets an empty one that says so.

    The axis ends 5 % after the longest plan; the device-only baseline does not count.

    Parameters
    ----------
    planset : PlanSet
    by_hand : (Scenario, Plan), optional
        A plan made by hand, and the scenario that it belongs to; its chart is the last one.
    """
    network, system = planset.scenario.network, planset.scenario.system
    nfl = planset.plans.get("NFL")
    groups = tuple(_group(m, planset.plans.get(m), nfl, network, system) for m in METHODS)
    if by_hand is not None:
        groups = (*groups, _manual(planset, *by_hand))
    longest = max((g.makespan_s for g in groups), default=0.0)
    return GanttModel(groups, (longest or 1e-3) * (1 + AXIS_MARGIN))


def _group(method: str, plan: Plan | None, nfl: Plan | None, network: Network, system: System) -> GanttGroup:
    if plan is None:
        rows = tuple(GanttRow(resource, 0, 1) for resource in (DEVICE, LINK, ES))
        return GanttGroup(method, network, system, None, "planning", rows, _no_bars(len(rows)))
    rows = _rows(plan, system)
    less = None if method == "NFL" or nfl is None else nfl.makespan_s - plan.makespan_s
    return GanttGroup(method, network, system, plan, _caption(plan, network), rows, _bars(plan, rows), less)


def _manual(planset: PlanSet, scenario: Scenario, plan: Plan) -> GanttGroup:
    """The chart of a plan made by hand; compared only with plans of the same scenario."""
    same = planset.scenario == scenario
    nfl = planset.plans.get("NFL") if same else None
    group = _group("Manual", plan, nfl, scenario.network, scenario.system)
    return replace(group, fact=manual_fact(plan, planset) if same else "")


def manual_fact(plan: Plan, planset: PlanSet) -> str:
    """Compare a plan made by hand: "7.590 ms below MW · 3.100 ms above BF · 3.200 ms above the bound"."""
    mw, bf = planset.plans.get("MW"), planset.plans.get("BF")
    parts = []
    if mw is not None:
        parts.append(_against(plan.makespan_s, mw.makespan_s, "MW"))
    if bf is not None:
        parts.append(
            _against(plan.makespan_s, bf.makespan_s, "BF, the proven optimum" if bf.optimal else "BF")
        )
        if bf.lower_bound_s is not None and not bf.optimal:
            parts.append(_against(plan.makespan_s, bf.lower_bound_s, "the bound"))
    return " · ".join(parts)


def _against(mine: float, other: float, name: str) -> str:
    if abs(mine - other) <= _SAME * max(mine, other):
        return f"equal to {name}"
    return f"{join(format_time(abs(mine - other)))} {'above' if mine > other else 'below'} {name}"


def _caption(plan: Plan, network: Network) -> str:
    if plan.paths > 1:
        return f"τ {plan.tau} · {count(plan.paths, 'tile')}, {plan.rows}{TIMES}{plan.cols}"
    cut = int(plan.offload[0])
    if cut == 1:
        text = "all on ES"
    elif cut > len(network):
        text = "device only"
    else:
        text = f"one cut, after {network.layers[cut - 2].name}"
    return text if plan.method == "NFL" else f"τ {plan.tau} · 1 tile, {text}"


def _rows(plan: Plan, system: System) -> tuple[GanttRow, ...]:
    """One row a worker; unlimited workers as many as work at once, others no more than there are paths."""
    s = plan.schedule
    device = _lanes(s.device_worker, system.device_workers, plan.paths)
    es = _lanes(s.es_worker, system.es_workers, plan.paths)
    return (
        *(GanttRow(DEVICE, w, device) for w in range(device)),
        GanttRow(LINK, 0, 1),
        *(GanttRow(ES, w, es) for w in range(es)),
    )


def _lanes(worker: IntArray, workers: int | None, paths: int) -> int:
    used = int(worker.max(initial=-1)) + 1
    return max(1, used if workers is None else min(workers, paths), used)


def _bars(plan: Plan, rows: tuple[GanttRow, ...]) -> Bars:
    s = plan.schedule
    devices = sum(row.resource == DEVICE for row in rows)
    path = np.arange(plan.paths)
    parts = []
    for row, start, end, keep in (
        (s.device_worker, s.device_start, s.device_end, s.device_worker >= 0),
        (np.full(plan.paths, devices), s.link_start, s.link_end, s.link_used),
        (devices + 1 + s.es_worker, s.es_start, s.es_end, s.es_worker >= 0),
    ):
        parts.append((row[keep], start[keep], end[keep], path[keep]))
    if s.tail_end > s.tail_start:
        tail = (devices + 1, s.tail_start, s.tail_end, TAIL)
        parts.append(tuple(np.array([value]) for value in tail))  # type: ignore[arg-type]
    row, start, end, path = (np.concatenate(column) for column in zip(*parts, strict=True))
    by = np.lexsort((end, start, row))
    row = row[by].astype(np.int64)
    first = np.searchsorted(row, np.arange(len(rows) + 1))
    return Bars(
        _frozen(row), _frozen(start[by]), _frozen(end[by]), _frozen(path[by].astype(np.int64)), _frozen(first)
    )


def _no_bars(rows: int) -> Bars:
    whole, real = _frozen(np.zeros(0, np.int64)), _frozen(np.zeros(0))
    return Bars(whole, real, real, whole, _frozen(np.zeros(rows + 1, np.int64)))


def _load(start: FloatArray, end: FloatArray) -> Load:
    time = np.concatenate((start, end))
    step = np.concatenate((np.ones(len(start), np.int64), -np.ones(len(end), np.int64)))
    by = np.argsort(time, kind="stable")
    time, busy = time[by], np.cumsum(step[by])
    last = np.ones(len(time), bool)
    last[:-1] = time[1:] > time[:-1]  # of equal moments the last one holds the final number
    return Load(_frozen(time[last]), _frozen(busy[last]))


def _frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    array.setflags(write=False)
    return array
