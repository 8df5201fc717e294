"""The tasks of a plan (SPEC section 7): who does what when, one row per use of a resource."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from planner_core.network.model import Network
from planner_core.plan import Plan

__all__ = ["LayerNames", "Resource", "Task", "number", "tasks_json", "tasks_of"]

Resource: TypeAlias = Literal["device", "link", "es"]


@dataclass(frozen=True, slots=True)
class Task:
    """One stretch of work.

    Parameters
    ----------
    resource : "device", "link" or "es"
    worker : int
        From 0; always 0 on the link and for the tail.
    path : int or None
        None for the tail.
    layers : list of str
        The layers that are run, those of which the tile needs nothing left out; for the link the tensors
        that are sent. Tasks that name the same ones share the list.
    bits, flops : float
        What is sent and what is computed.
    start_s, end_s : float
    """

    resource: Resource
    worker: int
    path: int | None
    layers: list[str]
    bits: float
    flops: float
    start_s: float
    end_s: float


class LayerNames:
    """Which layers and tensors the tasks of a plan name, worked out once per kind of tile.

    Attributes
    ----------
    kind : (P,) list of int
        Paths of one kind are split at the same layer and need something of the same tensors.
    device, link, es : lists by kind of lists of str
    """

    def __init__(self, network: Network, plan: Plan) -> None:
        from planner_core.tiling import Tiling  # loads compiled code, which other exports do without

        tiling = Tiling.of(network, plan.tau, plan.rows, plan.cols)
        prefix = [layer.name for layer in network.layers[: plan.tau]]
        offload = np.asarray(plan.offload, np.int64)
        needed = np.stack([_filled(tiling.regions(name)) for name in prefix], axis=1)
        self._sent = {o: tiling.crossing(o) for o in np.unique(offload).tolist()}
        rows, kinds = np.unique(
            np.concatenate([offload[:, None], needed, self._crossing(offload)], axis=1),
            axis=0,
            return_inverse=True,
        )
        self.kind: list[int] = kinds.reshape(-1).tolist()
        self.device: list[list[str]] = []
        self.link: list[list[str]] = []
        self.es: list[list[str]] = []
        for row in rows:
            o, made, crosses = int(row[0]), row[1 : 1 + plan.tau], row[1 + plan.tau :]
            self.device.append([n for n, on in zip(prefix[: o - 1], made[: o - 1], strict=True) if on])
            self.es.append([n for n, on in zip(prefix[o - 1 :], made[o - 1 :], strict=True) if on])
            self.link.append([n for (n, _), on in zip(self._sent[o], crosses, strict=False) if on])

    def _crossing(self, offload: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """(P, most tensors) mask: whether the path sends anything of the k-th tensor of its split."""
        found = np.zeros((len(offload), max(map(len, self._sent.values()))), np.int64)
        for o, tensors in self._sent.items():
            mine = offload == o
            for k, (_, rectangles) in enumerate(tensors):
                found[mine, k] = _filled(rectangles[mine])
        return found


def _filled(rectangles: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """1 where a rectangle [y0, y1, x0, x1) holds anything."""
    y0, y1, x0, x1 = rectangles.T
    filled: npt.NDArray[np.int64] = ((y0 < y1) & (x0 < x1)).astype(np.int64)
    return filled


def tasks_of(network: Network, plan: Plan, names: LayerNames | None = None) -> Iterator[Task]:
    """Yield the tasks of `plan`: path by path in the order S, device before link before ES; the tail last.

    A path that takes no worker or sends nothing has no such task, and a tail of no length is none.
    """
    names = names or LayerNames(network, plan)
    s = plan.schedule
    device, link, es = (
        list(zip(*(np.asarray(column).tolist() for column in columns), strict=True))
        for columns in (
            (s.device_worker, plan.device_flop, s.device_start, s.device_end),
            (s.link_used, plan.bits, s.link_start, s.link_end),
            (s.es_worker, plan.es_flop, s.es_start, s.es_end),
        )
    )
    for p in np.asarray(plan.order).tolist():
        kind = names.kind[p]
        worker, work, start, end = device[p]
        if worker >= 0:
            yield Task("device", worker, p, names.device[kind], 0, work, start, end)
        used, work, start, end = link[p]
        if used:
            yield Task("link", 0, p, names.link[kind], work, 0, start, end)
        worker, work, start, end = es[p]
        if worker >= 0:
            yield Task("es", worker, p, names.es[kind], 0, work, start, end)
    if plan.tail_s > 0:
        rest = network.layers[plan.tau :]
        flops = float(np.sum([layer.flops for layer in rest]))
        yield Task("es", 0, None, [layer.name for layer in rest], 0, flops, s.tail_start, s.tail_end)


def tasks_json(network: Network, plan: Plan) -> list[dict[str, Any]]:
    """Return the tasks as the plan JSON has them."""
    return [
        {
            "resource": task.resource,
            "worker": task.worker,
            "path": task.path,
            "layers": task.layers,
            "bits": number(task.bits),
            "flops": number(task.flops),
            "start_s": task.start_s,
            "end_s": task.end_s,
        }
        for task in tasks_of(network, plan)
    ]


def number(value: float) -> float:
    """Return a whole number as an int: it reads better without ".0" and is the same double."""
    return int(value) if value % 1 == 0 and abs(value) < 2**53 else value
