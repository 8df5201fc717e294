"""Parameter sweeps: one plan per combination of varied values, on as many processes as there are cores."""

from __future__ import annotations

import itertools
import math
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from multiprocessing import connection, parent_process
from typing import Any, Final, TypeAlias

from planner_core.errors import Cancelled, InfeasibleError, InputError
from planner_core.network.model import Network
from planner_core.plan import METHODS, Method, Plan
from planner_core.scenario import Scenario
from planner_core.stop import StopToken
from planner_core.sweep_files import COLUMNS, Journal, Row, check_output, fingerprint, write_rows
from planner_core.system import System

__all__ = ["VARIABLES", "Vary", "columns", "parse_vary", "sweep"]

Value: TypeAlias = float | int | None

MAX_POINTS: Final = 1_000_000

_AHEAD = 64
"""Points handed to the executor at once: enough for any machine, few enough to keep in memory."""


@dataclass(frozen=True, slots=True)
class _Variable:
    """A field that can be varied: of the System, or tau or paths of the Scenario."""

    field: str
    scale: float = 1.0
    divisor: float = 1.0
    whole: bool = False
    unlimited: bool = False


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
        variable = VARIABLES[self.name]
        return value if value is None or variable.whole else value * variable.scale / variable.divisor

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
        the same sweep goes on from there; that file goes when all is written.
    executor : concurrent.futures.Executor, optional
        Where to plan; by default a pool of `jobs` fresh processes, one per core.
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
    """
    points = _points(scenario, vary)
    tasks = [_Task(point, tuple(methods), time_limit) for _, point in points]
    done: dict[int, list[Row]] = {}
    with _journal(output, fingerprint(scenario, vary, methods, time_limit), len(points)) as journal:
        if journal is not None:
            done.update(journal.done)
        todo = [k for k in range(len(points)) if k not in done]
        heads = [{v.column: x for v, x in zip(vary, values, strict=True)} for values, _ in points]
        with _executor(executor, jobs, len(todo)) as pool:
            for k, rows in _finished(pool, tasks, todo):
                done[k] = [heads[k] | row for row in rows]
                if journal is not None:
                    journal.add(k, done[k])
                if progress is not None:
                    progress(len(done), len(points))
        found = [row for k in range(len(points)) for row in done[k]]
        if output is not None and journal is not None:
            write_rows(output, columns(vary), found)
            journal.remove()
    return found


def _points(scenario: Scenario, vary: Sequence[Vary]) -> list[tuple[tuple[Value, ...], Scenario]]:
    """Varied values and scenario of every point."""
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
    return [
        (values, _varied(scenario, vary, values)) for values in itertools.product(*(v.values for v in vary))
    ]


def _varied(scenario: Scenario, vary: Sequence[Vary], values: Sequence[Value]) -> Scenario:
    system: dict[str, Any] = {}
    cut: dict[str, Any] = {}
    for v, value in zip(vary, values, strict=True):
        field = VARIABLES[v.name].field
        (cut if field in ("tau", "paths") else system)[field] = v.field_value(value)
    return replace(scenario, system=replace(scenario.system, **system), **cut)


@contextmanager
def _journal(output: str | os.PathLike[str] | None, request: str, points: int) -> Iterator[Journal | None]:
    if output is None:
        yield None
        return
    check_output(output)
    with Journal(output, request, points) as journal:
        yield journal


def _finished(pool: Executor, tasks: list[_Task], todo: list[int]) -> Iterator[tuple[int, list[Row]]]:
    """Yield points as they are done, in any order."""
    waiting = iter(todo)
    running: dict[Future[list[Row]], int] = {}
    try:
        while True:
            for k in itertools.islice(waiting, _AHEAD - len(running)):
                running[pool.submit(_plan_point, tasks[k])] = k
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), future.result()
    finally:
        for future in running:
            future.cancel()


# In the processes ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Task:
    scenario: Scenario
    methods: tuple[Method, ...]
    time_limit: float | None


def _plan_point(task: _Task) -> list[Row]:
    """Plan one point and return its rows without the varied values."""
    from planner_core.planner import plan  # loads compiled code, which the parent does not need

    scenario = replace(task.scenario, network=_known(task.scenario.network))
    wanted = [m for m in METHODS if m in task.methods]
    stop = StopToken(seconds=task.time_limit)
    try:
        planset = plan(scenario, methods=wanted, stop=stop)
    except (InfeasibleError, Cancelled):
        # NFL and the baselines know neither tau nor P, so there they stand.
        free = replace(scenario, tau=None, paths=None, grid=None)
        planset = plan(free, methods=[m for m in wanted if m == "NFL"])
    whole = len(scenario.network)
    baselines = (("device_only", planset.device_only_s), ("es_only", planset.es_only_s))
    return [_row(m, planset.plans.get(m)) for m in wanted] + [
        _figures(name, whole, 1, [1, 1], seconds, None, None) for name, seconds in baselines
    ]


def _row(method: Method, plan: Plan | None) -> Row:
    if plan is None:
        return _figures(method, None, None, None, None, None, None)
    optimal = None if plan.optimal is None else bool(plan.optimal)
    grid = [plan.rows, plan.cols]
    return _figures(method, plan.tau, plan.paths, grid, plan.makespan_s, plan.lower_bound_s, optimal)


def _figures(*values: object) -> Row:
    return dict(zip(COLUMNS, values, strict=True))


@lru_cache(maxsize=4)
def _known(network: Network) -> Network:
    """Return the first network that equals this one: what the planner keeps for it is then found at once."""
    return network


@contextmanager
def _executor(given: Executor | None, jobs: int | None, points: int) -> Iterator[Executor]:
    """Hand on the caller's executor, or have processes that end at once when the sweep breaks off."""
    if given is not None:
        yield given
        return
    context = multiprocessing.get_context("spawn")
    processes = max(1, min(jobs or os.cpu_count() or 1, points, 61))  # Windows takes no more than 61
    reader, writer = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(processes, context, _start_process, (reader,))
    try:
        yield pool
    except BaseException:
        writer.close()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        writer.close()
        reader.close()


def _start_process(reader: connection.Connection) -> None:
    """Leave Ctrl+C to the parent, and end when it says so or is gone, in whatever search this process is."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    sentinels: list[Any] = [reader] if parent is None else [reader, parent.sentinel]

    def watch() -> None:
        connection.wait(sentinels)
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
