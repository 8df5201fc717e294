"""Parameter sweeps: one plan per combination of varied values, on as many processes as there are cores."""

from __future__ import annotations

import itertools
import math
import os
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from queue import SimpleQueue
from typing import Any, Final, TypeAlias

from planner_core.cores import cores
from planner_core.errors import InputError, PlannerError
from planner_core.plan import METHODS, Method
from planner_core.scenario import Scenario
from planner_core.sweep_files import COLUMNS, Journal, Row, check_output, fingerprint, write_rows
from planner_core.sweep_pool import local_pool
from planner_core.sweep_work import Done, Failure, Point, Request, plan_batch
from planner_core.system import System

__all__ = ["VARIABLES", "SweepError", "Vary", "columns", "parse_vary", "sweep"]

Value: TypeAlias = float | int | None

MAX_POINTS: Final = 1_000_000

_WIDTH = 64
"""Tasks that an executor of the caller's is taken to work on at once unless told."""

_MOST_PROCESSES = 61
"""What Windows takes."""

_LARGEST_BATCH = 256


class SweepError(PlannerError):
    """A sweep that broke off through no fault of its values: where the output has a journal, that is kept."""


@dataclass(frozen=True, slots=True)
class _Variable:
    """A field that can be varied: of the System, or tau or paths of the Scenario."""

    field: str
    scale: float = 1.0
    divisor: float = 1.0
    whole: bool = False
    unlimited: bool = False

    def field_value(self, value: float) -> float:
        """Return `value` in the unit of the field, which is SI."""
        return value if self.whole else value * self.scale / self.divisor


VARIABLES: Final = {
    "device-gflops": _Variable("device_flops", scale=1e9),
    "es-gflops": _Variable("es_flops", scale=1e9),
    "rate-mbps": _Variable("rate_bps", scale=1e6),
    "bits": _Variable("bits_per_element", whole=True),
    "transfer-overhead-ms": _Variable("transfer_overhead_s", divisor=1e3),
    "device-workers": _Variable("device_workers", whole=True, unlimited=True),
    "es-workers": _Variable("es_workers", whole=True, unlimited=True),
    "tau": _Variable("tau", whole=True),
    "paths": _Variable("paths", whole=True),
}
"""What can be varied, by the name of its option."""


@dataclass(frozen=True, slots=True)
class Vary:
    """One thing to vary.

    Parameters
    ----------
    name : str
        A key of VARIABLES, which also says the unit.
    values : tuple of numbers
        In that unit; None is unlimited workers.

    Raises
    ------
    InputError
        For an unknown name, no values, or a value that the field does not take.
    """

    name: str
    values: tuple[Value, ...]

    def __post_init__(self) -> None:
        if self.name not in VARIABLES:
            raise InputError(f"'{self.name}' cannot be varied; there are {', '.join(VARIABLES)}")
        if not self.values:
            raise InputError(f"{self.name} has no values")
        for value in self.values:
            self._check(value)

    @property
    def column(self) -> str:
        """Name of its column: that of the option, but for tau and paths, which the plan has too."""
        return f"vary-{self.name}" if self.name in COLUMNS else self.name

    def field_value(self, value: Value) -> Value:
        """Return `value` in the unit of the field, which is SI."""
        return None if value is None else VARIABLES[self.name].field_value(value)

    def _check(self, value: Value) -> None:
        field, shown = VARIABLES[self.name].field, "inf" if value is None else f"{value:g}"
        try:
            if field in ("tau", "paths"):
                if not isinstance(value, int) or value < 1:
                    raise InputError("a whole number from 1 on is needed")
            else:
                System(**{field: self.field_value(value)})  # type: ignore[arg-type]
        except InputError as error:
            raise InputError(f"{self.name} cannot be {shown}: {error.cause.split('; ')[-1]}") from None


def parse_vary(text: str) -> Vary:
    """Return what NAME=VALUES varies.

    VALUES is START:STOP:COUNT, evenly spaced and both ends included; START:STOP:COUNT:log, evenly spaced in
    ratio; or a list A,B,C. `inf` in a list is unlimited workers. Whole numbers are rounded, and then each is
    kept once.

    Raises InputError that says what is wrong.
    """
    name, equals, values = text.partition("=")
    if not equals:
        raise InputError(f"'{text}' is not NAME=START:STOP:COUNT, such as rate-mbps=1:100:25")
    if name not in VARIABLES:
        return Vary(name, ())
    variable = VARIABLES[name]
    found: list[Value]
    if ":" in values:
        found = list(_range(values))
    else:
        found = [None if variable.unlimited and v == "inf" else _number(v) for v in values.split(",")]
    if variable.whole:
        if any(v is not None and not math.isfinite(v) for v in found):
            raise InputError(f"{name} has values that are not finite numbers")
        found = list(dict.fromkeys(None if v is None else round(v) for v in found))
    return Vary(name, tuple(found))


def _range(text: str) -> list[float]:
    parts = text.split(":")
    if len(parts) not in (3, 4) or parts[3:] not in ([], ["log"]):
        raise InputError(f"'{text}' is neither START:STOP:COUNT nor START:STOP:COUNT:log")
    first, last = _number(parts[0]), _number(parts[1])
    if not (parts[2].isascii() and parts[2].isdigit() and 2 <= int(parts[2][:9]) <= MAX_POINTS):
        raise InputError(f"COUNT '{parts[2]}' is not a whole number from 2 to {MAX_POINTS}")
    if not (math.isfinite(first) and math.isfinite(last)):
        raise InputError(f"'{text}' does not run between finite numbers")
    if parts[3:] and min(first, last) <= 0:
        raise InputError(f"'{text}' is logarithmic, so both ends must be above 0")
    import numpy as np  # the names and lists above do without

    space = np.geomspace if parts[3:] else np.linspace
    values: list[float] = space(first, last, int(parts[2])).tolist()
    return values


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(f"'{text}' is not a number") from None


def columns(vary: Sequence[Vary]) -> list[str]:
    """Return the names of the columns of a sweep's rows."""
    return [v.column for v in vary] + list(COLUMNS)


def sweep(
    scenario: Scenario,
    vary: Sequence[Vary],
    methods: Sequence[Method] = METHODS,
    output: str | os.PathLike[str] | None = None,
    executor: Executor | None = None,
    jobs: int | None = None,
    time_limit: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Row]:
    """Plan every combination of the varied values, the last of `vary` running fastest.

    Parameters
    ----------
    scenario : Scenario
        What is not varied.
    output : path, optional
        `.csv` or `.json` to write. What is done so far is kept in `output` + ".part", and a later call for
        the same sweep goes on from there, wherever either plans; that file goes when all is written.
    executor : concurrent.futures.Executor, optional
        Where to plan; by default a pool of `jobs` fresh processes. Anything that keeps the protocol will do,
        such as `distributed.Client(...).get_executor()` of Dask or `mpi4py.futures.MPIPoolExecutor()`. It is
        not shut down.
    jobs : int, optional
        How many points are worked on at once: one per core by default; with `executor` its workers, taken to
        be at most 64 unless said.
    time_limit : float, optional
        Seconds per point.
    progress : callable, optional
        Gets (points done, points) after every point.

    Returns
    -------
    list of Row
        Per point one for every method and two for the baselines, in this order. Where tau, P and grid do not
        go together, MW and BF have rows without figures.

    Raises
    ------
    InputError
        For values that no plan can have, and for files that cannot be written.
    SweepError
        If planning a point failed, which it names, or if the executor broke.
    """
    points = _points(scenario, vary)
    done: dict[int, list[Row]] = {}
    with _journal(output, fingerprint(scenario, vary, methods, time_limit), len(points)) as journal:
        if journal is not None:
            done.update(journal.done)
        todo = (_point(scenario, vary, points[k], k) for k in range(len(points)) if k not in done)
        request = Request(scenario, tuple(methods), time_limit)
        with _executor(executor, jobs, len(points) - len(done)) as (pool, width), _going_on(journal):
            for batch in _finished(pool, width, request, todo, len(points) - len(done)):
                found = {k: _headed(vary, points[k], rows) for k, rows in batch.rows.items()}
                if journal is not None:
                    journal.add(found)
                for k, rows in found.items():
                    done[k] = rows
                    if progress is not None:
                        progress(len(done), len(points))
                if batch.failure is not None:
                    raise _failed(vary, points[batch.failure.number], batch.failure)
        rows = [row for k in range(len(points)) for row in done[k]]
        if output is not None and journal is not None:
            write_rows(output, columns(vary), rows)
            journal.remove()
    return rows


def _points(scenario: Scenario, vary: Sequence[Vary]) -> list[tuple[Value, ...]]:
    """Varied values of every point; each value has been tried on the scenario."""
    if not vary:
        raise InputError("nothing is varied")
    names = [v.name for v in vary]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{name} is varied twice")
    if "paths" in names and scenario.grid is not None:
        raise InputError("paths cannot be varied while the grid is fixed")
    if math.prod(len(v.values) for v in vary) > MAX_POINTS:
        raise InputError(f"there are more than {MAX_POINTS} combinations")
    for v in vary:
        for value in v.values:
            point = _point(scenario, [v], [value], 0)
            replace(scenario, system=point.system, tau=point.tau, paths=point.paths)
    return list(itertools.product(*(v.values for v in vary)))


def _point(scenario: Scenario, vary: Sequence[Vary], values: Sequence[Value], number: int) -> Point:
    system: dict[str, Any] = {}
    cut: dict[str, Any] = {"tau": scenario.tau, "paths": scenario.paths}
    for v, value in zip(vary, values, strict=True):
        field = VARIABLES[v.name].field
        (cut if field in cut else system)[field] = v.field_value(value)
    return Point(number, replace(scenario.system, **system), **cut)


def _headed(vary: Sequence[Vary], values: Sequence[Value], rows: list[Row]) -> list[Row]:
    """Put the varied values in front of a point's rows."""
    head = {v.column: value for v, value in zip(vary, values, strict=True)}
    return [head | row for row in rows]


def _failed(vary: Sequence[Vary], values: Sequence[Value], failure: Failure) -> SweepError:
    point = ", ".join(f"{v.name}={_shown(x)}" for v, x in zip(vary, values, strict=True))
    error = SweepError(f"planning {point} failed: {failure.text}")
    error.add_note(failure.trace)
    return error


def _shown(value: Value) -> str:
    return "inf" if value is None else f"{value:.12g}"


@contextmanager
def _journal(output: str | os.PathLike[str] | None, request: str, points: int) -> Iterator[Journal | None]:
    if output is None:
        yield None
        return
    check_output(output)
    with Journal(output, request, points) as journal:
        yield journal


@contextmanager
def _going_on(journal: Journal | None) -> Iterator[None]:
    """Say in a SweepError where the points are that are done."""
    try:
        yield
    except SweepError as error:
        if journal is not None:
            error.args = (f"{error}; {journal.path} keeps what is done for the same sweep to go on from",)
        raise


@contextmanager
def _executor(given: Executor | None, jobs: int | None, points: int) -> Iterator[tuple[Executor, int]]:
    """Where to plan, and how many tasks that works on at once."""
    if given is not None:
        yield given, jobs or _WIDTH
        return
    processes = max(1, min(jobs or cores(), points, _MOST_PROCESSES))
    with local_pool(processes) as pool:
        yield pool, processes


def _finished(
    pool: Executor, width: int, request: Request, todo: Iterable[Point], count: int
) -> Iterator[Done]:
    """Yield batches as they are done, in any order.

    A worker gives back what it had no time for, so batches may be large while points are many. They shrink
    towards the end, for all workers to end together.
    """
    shared = pickle.dumps(request)
    fresh, returned = iter(todo), deque[Point]()
    running: dict[Future[Done], list[Point]] = {}
    ended: SimpleQueue[Future[Done]] = SimpleQueue()
    try:
        while count or running:
            while count and len(running) < 2 * width:
                size = min(_LARGEST_BATCH, math.ceil(count / (2 * width)))
                batch = [returned.popleft() if returned else next(fresh) for _ in range(size)]
                future = _submit(pool, shared, batch)
                running[future] = batch
                future.add_done_callback(ended.put)
                count -= size
            # Those that failed come last: what the others bring is not to be lost.
            for future in sorted(_waited(ended), key=_broke):
                batch, done = running.pop(future), _result(future)
                left = [] if done.failure else [point for point in batch if point.number not in done.rows]
                returned.extend(left)
                count += len(left)
                yield done
    finally:
        for future in running:
            future.cancel()


def _waited(ended: SimpleQueue[Future[Done]]) -> list[Future[Done]]:
    """Wait for a batch and return all that have ended.

    `concurrent.futures.wait` would sleep on when a shutdown of the executor cancels what it waits for.
    """
    found = [ended.get()]
    while not ended.empty():
        found.append(ended.get())
    return found


def _submit(pool: Executor, shared: bytes, batch: list[Point]) -> Future[Done]:
    try:
        return pool.submit(plan_batch, shared, pickle.dumps(batch))
    except (BrokenExecutor, RuntimeError) as error:  # RuntimeError: it was shut down
        raise _broken(error) from error


def _broke(future: Future[Done]) -> bool:
    return future.cancelled() or future.exception() is not None


def _result(future: Future[Done]) -> Done:
    """Return a batch. Faults of the planner's are part of it, so what is raised came from the executor."""
    try:
        return future.result()
    except Exception as error:
        raise _broken(error) from error


def _broken(error: Exception) -> SweepError:
    if isinstance(error, BrokenExecutor):
        return SweepError(
            "a planning process ended in the middle of its work: it was killed, or memory ran out"
        )
    if isinstance(error, CancelledError):
        return SweepError("the work was dropped before it was done: the executor or its scheduler is gone")
    text = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
    return SweepError(f"the workers cannot go on: {text}")
