"""What the processes of a sweep do: plan points, a batch at a time, and hand back their rows."""

from __future__ import annotations

import pickle
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from planner_core.errors import Cancelled, InfeasibleError
from planner_core.plan import METHODS, Method, Plan
from planner_core.scenario import Scenario
from planner_core.stop import StopToken
from planner_core.sweep_files import COLUMNS, Row
from planner_core.system import System

__all__ = ["Done", "Failure", "Point", "Request", "plan_batch", "plan_rows", "point_rows"]

BATCH_S: Final = 0.25
"""Seconds after which a batch begins no further point: long beside the cost of handing it over, short beside
what one minds losing when the sweep breaks off."""


@dataclass(frozen=True, slots=True)
class Request:
    """What all points of a sweep share; `scenario` is the one that points vary."""

    scenario: Scenario
    methods: tuple[Method, ...]
    time_limit: float | None


@dataclass(frozen=True, slots=True)
class Point:
    """What is a point's own; `number` counts the points of a sweep."""

    number: int
    system: System
    tau: int | None
    paths: int | None


@dataclass(frozen=True, slots=True)
class Failure:
    """A point that the planner failed at: the error in one line, and where it came from."""

    number: int
    text: str
    trace: str


@dataclass(frozen=True, slots=True)
class Done:
    """The points of a batch that are planned, without the varied values, and the one that failed."""

    rows: dict[int, list[Row]]
    failure: Failure | None = None


def plan_batch(request: bytes, points: bytes) -> Done:
    """Plan the first points of a batch, as many as BATCH_S allows, but at least one.

    Takes a pickled Request and a pickled list of Point. As bytes the network is unpickled once in each
    process, and an executor that looks into arguments, as Dask's does, has nothing to look into.
    """
    shared = _shared(request)
    batch: list[Point] = pickle.loads(points)
    rows: dict[int, list[Row]] = {}
    started = time.perf_counter()
    for point in batch:
        try:
            rows[point.number] = _plan_point(shared, point)
        except Exception as error:  # a fault of the planner's; the points before it are not lost by it
            return Done(rows, Failure(point.number, _line(error), traceback.format_exc()))
        if time.perf_counter() - started > BATCH_S:
            break
    return Done(rows)


@lru_cache(maxsize=2)
def _shared(request: bytes) -> Request:
    """Unpickle once, so that the planner finds what it keeps for this very network."""
    found: Request = pickle.loads(request)
    return found


def _line(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}".removesuffix(": ")


def _plan_point(request: Request, point: Point) -> list[Row]:
    scenario = replace(request.scenario, system=point.system, tau=point.tau, paths=point.paths)
    return plan_rows(scenario, request.methods, StopToken(seconds=request.time_limit))


def plan_rows(scenario: Scenario, methods: Iterable[Method], stop: StopToken) -> list[Row]:
    """Return a point's rows: one for every method of `methods` and two for the baselines, in this order.

    Where tau, P and grid do not go together, or `stop` fires before anything is found, MW and BF have rows
    without figures.
    """
    from planner_core.planner import plan  # loads compiled code, which the parent does not need

    asked = set(methods)
    wanted = [m for m in METHODS if m in asked]
    try:
        planset = plan(scenario, methods=wanted, stop=stop)
    except (InfeasibleError, Cancelled):
        # NFL and the baselines know neither tau nor P, so there they stand.
        free = replace(scenario, tau=None, paths=None, grid=None)
        planset = plan(free, methods=[m for m in wanted if m == "NFL"])
    whole = len(scenario.network)
    baselines = (("device_only", planset.device_only_s), ("es_only", planset.es_only_s))
    return [_row(m, planset.plans.get(m)) for m in wanted] + [
        _figures((name, whole, 1, [1, 1], seconds, None, None)) for name, seconds in baselines
    ]


def point_rows(scenario: Scenario, methods: Iterable[Method], stop: StopToken) -> list[Row]:
    """Return `plan_rows`, but with a row of MW only where its search has come to its end.

    When the time is up a plan by BF has its bound to say how good it may be; one by MW's search has nothing.
    So MW is then given the same time again, alone.
    """
    rows = plan_rows(scenario, methods, stop)
    open_bf = any(row["method"] == "BF" and not row["optimal"] for row in rows)
    at = next((k for k, row in enumerate(rows) if row["method"] == "MW"), None)
    if at is None or not open_bf or stop.remaining > 0 or stop.cancelled:
        return rows
    again = StopToken(stop.seconds, stop.flag)
    alone = plan_rows(scenario, ("MW",), again)[0]
    rows[at] = _row("MW", None) if again else alone
    return rows


def _row(method: Method, plan: Plan | None) -> Row:
    if plan is None:
        return _figures((method, None, None, None, None, None, None))
    optimal = None if plan.optimal is None else bool(plan.optimal)
    grid = [plan.rows, plan.cols]
    return _figures((method, plan.tau, plan.paths, grid, plan.makespan_s, plan.lower_bound_s, optimal))


def _figures(values: Iterable[object]) -> Row:
    return dict(zip(COLUMNS, values, strict=True))
