"""The plans of a plan JSON as they stand there: nothing is worked out again, so that mistakes stay in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planner_core.errors import InputError
from planner_core.importers.json_fields import Fields
from planner_core.importers.json_text import parse_json, read_json
from planner_core.importers.network_json import network_from_dict
from planner_core.network.model import Network

__all__ = ["PlanFile", "TiledPlan", "Work", "parse_plan_file", "read_plan_file"]

_KEYS = (
    "method", "tau", "paths", "grid", "makespan_s", "lower_bound_s", "optimal", "order", "offload", "tail_s",
    "solve_s", "tiles", "tasks",
)  # fmt: skip
_TASK_KEYS = ("resource", "worker", "path", "layers", "bits", "flops", "start_s", "end_s")


@dataclass(frozen=True)
class Work:
    """What the tasks say of one path; None where it has no such task."""

    device: tuple[str, ...] | None = None
    sent: tuple[str, ...] | None = None
    bits: float = 0.0
    es: tuple[str, ...] | None = None


@dataclass(frozen=True)
class TiledPlan:
    """One plan.

    Parameters
    ----------
    order, offload : tuple of int
        Paths in the order S, and the offloading layer of each path.
    regions : mapping
        Network input or layer of the prefix to a (P, 4) array of [y0, y1, x0, x1).
    work : tuple of Work
        By path.
    """

    method: str
    tau: int
    rows: int
    cols: int
    order: tuple[int, ...]
    offload: tuple[int, ...]
    regions: Mapping[str, npt.NDArray[np.int64]]
    work: tuple[Work, ...]

    @property
    def paths(self) -> int:
        """P."""
        return self.rows * self.cols


@dataclass(frozen=True)
class PlanFile:
    """The network, the bits per element and the plans of a plan JSON."""

    network: Network
    bits_per_element: int
    plans: tuple[TiledPlan, ...]


def read_plan_file(path: str | os.PathLike[str]) -> PlanFile:
    """Read a plan JSON file; raises InputError that names the file and the JSON path of the fault."""
    data = read_json(path)
    try:
        return _plan_file(data)
    except InputError as error:
        raise error.at(os.fspath(path)) from None


def parse_plan_file(text: str) -> PlanFile:
    """Read the text of a plan JSON; raises InputError with the JSON path of the fault."""
    return _plan_file(parse_json(text.encode()))


def _plan_file(data: Any) -> PlanFile:
    fields = Fields(data, "", ("format", "version", "network", "system", "plans"))
    fields.constant("format", "flgui.plan")
    fields.constant("version", 1)
    network = network_from_dict(fields.get("network"), "network")
    system = fields.get("system")
    system = Fields(system, "system", tuple(system) if isinstance(system, dict) else ())
    plans = tuple(_plan(item, where, network) for where, item in fields.items("plans"))
    return PlanFile(network, system.integer("bits_per_element", 1), plans)


def _plan(item: Any, where: str, network: Network) -> TiledPlan:
    fields = Fields(item, where, _KEYS)
    tau = fields.integer("tau", 1)
    if tau > len(network):
        raise InputError(f"{fields.at('tau')} is {tau}, but the network has {len(network)} layers")
    rows, cols = fields.integers("grid", 2, 1)
    count = len(list(fields.items("tiles")))
    if rows * cols != count:
        raise InputError(f"{fields.at('tiles')} has {count} tiles, but the grid has {rows * cols}")
    order, offload = fields.integers("order", count), fields.integers("offload", count, 1)
    if sorted(order) != list(range(count)):
        raise InputError(f"{fields.at('order')} does not hold every path once")
    if max(offload) > tau + 1:
        raise InputError(f"{fields.at('offload')} holds {max(offload)}; a split is from 1 to {tau + 1}")
    names = [*(spec.name for spec in network.inputs), *(layer.name for layer in network.layers[:tau])]
    regions = {name: np.zeros((count, 4), np.int64) for name in names}
    seen: set[int] = set()
    for place, value in fields.items("tiles"):
        tile = Fields(value, place, ("path", "row", "col", "regions"))
        p = tile.integer("path")
        if (p, tile.integer("row"), tile.integer("col")) != (p, *divmod(p, cols)) or p in seen or p >= count:
            raise InputError(f"{tile.at('path')} is {p}, which is no path, another's, or in another place")
        seen.add(p)
        boxes = Fields(tile.get("regions"), tile.at("regions"), tuple(names))
        for name in names:
            regions[name][p] = _box(boxes, name, network)
    work = _work(fields, count)
    return TiledPlan(fields.text("method"), tau, rows, cols, order, offload, regions, work)


def _box(fields: Fields, name: str, network: Network) -> tuple[int, int, int, int]:
    y0, y1, x0, x1 = fields.integers(name, 4)
    if y0 >= y1 or x0 >= x1:
        return 0, 0, 0, 0
    _, height, width = network.shapes[name]
    if y1 > height or x1 > width:
        raise InputError(f"{fields.at(name)} is {[y0, y1, x0, x1]}, outside the {height}x{width} map")
    return y0, y1, x0, x1


def _work(fields: Fields, count: int) -> tuple[Work, ...]:
    found: list[dict[str, Any]] = [{} for _ in range(count)]
    for where, item in fields.items("tasks"):
        task = Fields(item, where, _TASK_KEYS)
        if task.get("path") is None:
            continue
        p = task.integer("path")
        if p >= count:
            raise InputError(f"{task.at('path')} is {p}, but the last path is {count - 1}")
        resource, layers = task.text("resource"), task.texts("layers")
        if resource not in ("device", "link", "es"):
            raise InputError(f"{task.at('resource')} is '{resource}', not device, link or es")
        found[p]["sent" if resource == "link" else resource] = layers
        if resource == "link":
            found[p]["bits"] = task.number("bits", 0)
    return tuple(Work(**work) for work in found)
