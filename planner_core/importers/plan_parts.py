"""Compares the tiles and tasks of a plan file with those of the plan as it is worked out again."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any, TypeAlias

from planner_core.errors import InputError
from planner_core.importers.json_fields import Fields, as_integer, describe
from planner_core.network.model import Network
from planner_core.plan import Plan
from planner_core.system import System

__all__ = ["REL", "check_tasks", "check_tiles"]

REL = 1e-9
"""Figures that differ by less than this share are the same."""

_TILE_KEYS = ("path", "row", "col", "regions")
_TASK_KEYS = ("resource", "worker", "path", "layers", "bits", "flops", "start_s", "end_s")

Json: TypeAlias = dict[str, Any]
_Key: TypeAlias = tuple[str, int | None]


def check_tiles(fields: Fields, network: Network, plan: Plan) -> None:
    """Raise InputError unless `tiles` holds the tiles of `plan`, each once, in any order."""
    from planner_core.tiling import Tiling  # loads compiled code
    from planner_core.tiling.geometry import tiles_json

    wanted = tiles_json(Tiling.of(network, plan.tau, plan.rows, plan.cols))
    if _same_text(fields.get("tiles"), wanted):
        return
    seen: set[int] = set()
    for where, item in fields.items("tiles"):
        tile = Fields(item, where, _TILE_KEYS)
        p = _path(tile, plan)
        _equal(tile, "row", p // plan.cols)
        _equal(tile, "col", p % plan.cols)
        regions = wanted[p]["regions"]
        assert isinstance(regions, dict)
        given = Fields(tile.get("regions"), tile.at("regions"), tuple(regions))
        for name, box in regions.items():
            _check_region(given, name, box)
        if p in seen:
            raise InputError(f"{tile.at('path')} is {p}, which has a tile already")
        seen.add(p)
    if len(seen) < plan.paths:
        raise InputError(f"{fields.at('tiles')} lacks the tile of path {min(set(range(plan.paths)) - seen)}")


def _check_region(given: Fields, name: str, box: list[int]) -> None:
    y0, y1, x0, x1 = found = list(given.integers(name, 4))
    if y0 >= y1 or x0 >= x1:  # nothing is nothing, wherever it lies
        found = [0, 0, 0, 0]
    if found != box:
        raise InputError(f"{given.at(name)} is {[y0, y1, x0, x1]}, but the tile needs {box}")


def check_tasks(fields: Fields, network: Network, system: System, plan: Plan) -> None:
    """Raise InputError unless `tasks` holds the tasks of `plan`, each once, in any order.

    Which of several free workers takes a task is left to the file, as long as none does two at once.
    """
    from planner_core.export.tasks import tasks_json  # loads compiled code

    tasks = tasks_json(network, plan)
    if _same_text(fields.get("tasks"), tasks):
        return
    wanted: dict[_Key, Json] = {(task["resource"], task["path"]): task for task in tasks}
    found: dict[_Key, Fields] = {}
    for where, item in fields.items("tasks"):
        task = Fields(item, where, _TASK_KEYS)
        key = (task.text("resource"), None if task.get("path") is None else _path(task, plan))
        if key in found:
            raise InputError(f"{where} is a second {_title(key)}")
        if key not in wanted:
            raise InputError(f"{where} is a {_title(key)}, which this plan does not have")
        _check_task(task, wanted[key])
        found[key] = task
    for key in wanted:
        if key not in found:
            raise InputError(f"{fields.at('tasks')} lacks the {_title(key)}")
    _check_lanes(found, wanted, system)


def _check_task(task: Fields, wanted: Json) -> None:
    for key in ("bits", "flops", "start_s", "end_s"):
        value = task.number(key, 0)
        if not math.isclose(value, wanted[key], rel_tol=REL, abs_tol=0):
            raise InputError(f"{task.at(key)} is {value!r}, but the plan makes it {wanted[key]!r}")
    layers = list(task.texts("layers"))
    if layers != wanted["layers"]:
        raise InputError(
            f"{task.at('layers')} is {_brief(layers)}, but the plan makes it {_brief(wanted['layers'])}"
        )


def _check_lanes(found: dict[_Key, Fields], wanted: dict[_Key, Json], system: System) -> None:
    """Look for a worker that does not exist, and for one that does two things at once."""
    limit = {"device": system.device_workers, "link": 1, "es": system.es_workers}
    busy = []
    for key, task in found.items():
        resource, worker = key[0], task.integer("worker")
        most = limit[resource]
        if most is not None and worker >= most:
            raise InputError(f"{task.at('worker')} is {worker}, but the last worker there is {most - 1}")
        busy.append((resource, worker, wanted[key]["start_s"], wanted[key]["end_s"], task))
    busy.sort(key=lambda row: row[:4])
    for first, second in pairwise(busy):
        if first[:2] == second[:2] and first[3] - second[2] > REL * first[3]:
            raise InputError(f"{second[4].at('worker')} is {second[1]}, which is still busy then")


def _path(fields: Fields, plan: Plan) -> int:
    p = fields.integer("path")
    if p >= plan.paths:
        raise InputError(f"{fields.at('path')} is {p}, but the last path is {plan.paths - 1}")
    return p


def _equal(fields: Fields, key: str, wanted: int) -> None:
    if as_integer(fields.get(key), fields.at(key)) != wanted:
        raise InputError(f"{fields.at(key)} is {describe(fields.get(key))}, but {wanted} is its place")


def _same_text(given: Any, wanted: list[Any]) -> bool:
    """Whether both are the same JSON to the letter, as in a file of the planner's own; false is no verdict.

    Compared as text, since for Python true equals 1.
    """
    encode: Callable[[Any], str] = json.JSONEncoder().encode
    return isinstance(given, list) and len(given) == len(wanted) and encode(given) == encode(wanted)


def _title(key: _Key) -> str:
    resource, path = key
    return f"'{resource}' task of the tail" if path is None else f"'{resource}' task of path {path}"


def _brief(names: list[str]) -> str:
    shown = ", ".join(names[:4])
    return f"[{shown}{', ...' if len(names) > 4 else ''}]"
