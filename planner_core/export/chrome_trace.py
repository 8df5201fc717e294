"""Writer of Chrome Trace Events, which Perfetto and chrome://tracing open (SPEC section 7).

A method is a process and a worker is a thread. A task is a complete event ("X") with the layers that it runs
as complete events inside it; flow events ("s", "f") lead from the device over the link to the ES.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from itertools import count, pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from planner_core.errors import InputError
from planner_core.export.files import replace_file
from planner_core.export.tasks import Resource, Task, number, tasks_of
from planner_core.network.model import Network
from planner_core.plan import METHODS, Plan, PlanSet

__all__ = ["trace_to_dict", "write_chrome_trace"]

Event: TypeAlias = dict[str, Any]
_Lane: TypeAlias = tuple[Resource, int]

_US = 1e6
_TITLES: dict[Resource, str] = {"device": "Device worker", "link": "Link", "es": "ES worker"}
_RANK: dict[Resource, int] = {"device": 0, "link": 1, "es": 2}


def trace_to_dict(planset: PlanSet) -> dict[str, Any]:
    """Return the JSON value of the trace of every plan in `planset`; times in microseconds."""
    return _head(planset) | {"traceEvents": list(_events(planset))}


def write_chrome_trace(planset: PlanSet, path: str | os.PathLike[str]) -> None:
    """Write the trace, an event per line; the file is there in full or not at all.

    Raises InputError that names the file when it cannot be written.
    """
    try:
        replace_file(path, _text(planset))
    except (TypeError, ValueError) as error:
        raise InputError(f"the trace holds what JSON cannot: {error}", os.fspath(path)) from None


def _head(planset: PlanSet) -> dict[str, Any]:
    return {"displayTimeUnit": "ms", "otherData": {"network": planset.scenario.network.name}}


def _text(planset: PlanSet) -> Iterator[str]:
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
    yield f'{encode(_head(planset))[:-1]}, "traceEvents": [\n'
    for k, event in enumerate(_events(planset)):
        yield f",\n{encode(event)}" if k else encode(event)
    yield "\n]}\n"


def _events(planset: PlanSet) -> Iterator[Event]:
    flows = count(1)
    for pid, method in enumerate((m for m in METHODS if m in planset.plans), 1):
        yield from _PlanTrace(pid, planset.scenario.network, planset.plans[method], flows).events()


class _PlanTrace:
    """The events of one plan; `flows` numbers its flow events."""

    def __init__(self, pid: int, network: Network, plan: Plan, flows: Iterator[int]) -> None:
        self.pid, self.plan, self.flows = pid, plan, flows
        self.tasks = list(tasks_of(network, plan))
        lanes = sorted({(t.resource, t.worker) for t in self.tasks}, key=lambda x: (_RANK[x[0]], x[1]))
        self.tids: dict[_Lane, int] = {lane: tid for tid, lane in enumerate(lanes, 1)}
        self.work = _layer_flops(network, plan)
        self.column = {name: v - 1 for name, v in network.index.items()}

    def events(self) -> Iterator[Event]:
        """Yield names of process and threads, then the tasks, then the flows."""
        yield from self._metadata()
        for task in self.tasks:
            yield from self._task(task)
        yield from self._flows()

    def _metadata(self) -> Iterator[Event]:
        plan = self.plan
        title = f"{plan.method}: tau {plan.tau}, {plan.rows}x{plan.cols} tiles"
        yield self._meta("process_name", 0, {"name": title})
        yield self._meta("process_sort_index", 0, {"sort_index": self.pid})
        for (resource, worker), tid in self.tids.items():
            name = _TITLES[resource] if resource == "link" else f"{_TITLES[resource]} {worker + 1}"
            yield self._meta("thread_name", tid, {"name": name})
            yield self._meta("thread_sort_index", tid, {"sort_index": tid})

    def _meta(self, name: str, tid: int, args: dict[str, Any]) -> Event:
        return {"name": name, "ph": "M", "pid": self.pid, "tid": tid, "args": args}

    def _task(self, task: Task) -> Iterator[Event]:
        tid = self.tids[task.resource, task.worker]
        start, length = task.start_s * _US, _length(task.start_s * _US, task.end_s * _US)
        args = {
            "path": task.path,
            "layers": task.layers,
            "bits": number(task.bits),
            "flops": number(task.flops),
        }
        name = "tail" if task.path is None else f"path {task.path}"
        yield self._complete(name, task.resource, tid, start, length, args)
        if task.resource == "link":
            return
        columns = [self.column[layer] for layer in task.layers]
        # The tail runs whole layers, which are the last row.
        flops = self.work[-1 if task.path is None else task.path, columns]
        for k, (begin, span) in enumerate(_inside(start, length, flops)):
            args = {"path": task.path, "flops": number(float(flops[k]))}
            if span > 0:
                yield self._complete(task.layers[k], "layer", tid, begin, span, args)

    def _flows(self) -> Iterator[Event]:
        """Yield an arrow from each task of a path to its next one."""
        for first, second in pairwise(self.tasks):
            if first.path != second.path:
                continue
            common = {"name": "path", "cat": "flow", "id": next(self.flows), "pid": self.pid}
            # Just before its end: at the end itself a viewer may take the next task for it.
            begin, length = first.start_s * _US, (first.end_s - first.start_s) * _US
            yield common | {
                "ph": "s",
                "ts": begin + 0.999 * length,
                "tid": self.tids[first.resource, first.worker],
            }
            yield common | {
                "ph": "f",
                "bp": "e",
                "ts": second.start_s * _US,
                "tid": self.tids[second.resource, second.worker],
            }

    def _complete(
        self, name: str, category: str, tid: int, start: float, length: float, args: dict[str, Any]
    ) -> Event:
        return {
            "name": name,
            "cat": category,
            "ph": "X",
            "ts": start,
            "dur": length,
            "pid": self.pid,
            "tid": tid,
            "args": args,
        }


def _layer_flops(network: Network, plan: Plan) -> npt.NDArray[np.float64]:
    """(P + 1, l) FLOP of every layer: its share d_{p,v} of each path, and in the last row the whole of it."""
    from planner_core.tiling import Tiling  # loads compiled code, which other exports do without

    tiling = Tiling.of(network, plan.tau, plan.rows, plan.cols)
    found = np.zeros((plan.paths + 1, len(network)))
    found[-1] = [layer.flops for layer in network.layers]
    for v, layer in enumerate(network.layers[: plan.tau]):
        y0, y1, x0, x1 = tiling.regions(layer.name).T
        found[:-1, v] = layer.flops * ((y1 - y0) * (x1 - x0) / (layer.shape[1] * layer.shape[2]))
    return found


def _length(start: float, end: float) -> float:
    """Return end - start, so that start plus it never exceeds the end by a rounding error."""
    length = end - start
    return max(0.0, length - math.ulp(end)) if start + length > end else length


def _inside(start: float, length: float, flops: npt.NDArray[np.float64]) -> list[tuple[float, float]]:
    """Divide a task among its layers by their FLOP, without gaps: start and length of each, in us."""
    total = float(flops.sum())
    if total <= 0:
        return []
    end = start + length
    marks = [start, *(start + length * np.cumsum(flops) / total).tolist()]
    marks = [min(mark, end) for mark in marks[:-1]] + [end]
    pieces = [(a, _length(a, b)) for a, b in pairwise(marks)]
    # Perfetto drops an event that ends after the one around it, and cuts start and length to nanoseconds one
    # by one: the last layer may come out a nanosecond late.
    begin, span = pieces[-1]
    late = _ns(begin) + _ns(span) - _ns(start) - _ns(length)
    return [*pieces[:-1], (begin, max(0.0, span - late / 1000))] if late > 0 else pieces


def _ns(us: float) -> int:
    return int(us * 1000)
