"""Writer of the plan JSON (SPEC section 7); its schema is resources/schemas/plan.schema.json."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from planner_core.errors import InputError
from planner_core.export.files import replace_file
from planner_core.export.network_json import network_to_dict
from planner_core.export.tasks import number, tasks_json
from planner_core.network.model import Network
from planner_core.plan import METHODS, Plan, PlanSet
from planner_core.system import System

__all__ = ["FORMAT", "VERSION", "plan_text", "plan_to_dict", "system_to_dict", "write_plan"]

FORMAT = "flgui.plan"
VERSION = 1


def plan_to_dict(planset: PlanSet) -> dict[str, Any]:
    """Return the JSON value of `planset`: its network, system and plans, in the order NFL, MW, BF."""
    return _head(planset) | {
        "plans": [_plan(planset.scenario.network, plan) for plan in _plans(planset)],
    }


def write_plan(planset: PlanSet, path: str | os.PathLike[str]) -> None:
    """Write `planset` as JSON, a tile or task per line; the file is there in full or not at all.

    Raises InputError that names the file when it cannot be written.
    """
    try:
        replace_file(path, _text(planset))
    except (TypeError, ValueError) as error:  # attributes are the importers' and the user's own
        raise InputError(f"the plan holds what JSON cannot: {error}", os.fspath(path)) from None


def plan_text(planset: PlanSet) -> str:
    """Return what `write_plan` writes; raises InputError for what JSON cannot hold."""
    try:
        return "".join(_text(planset))
    except (TypeError, ValueError) as error:
        raise InputError(f"the plan holds what JSON cannot: {error}") from None


def system_to_dict(system: System) -> dict[str, Any]:
    """Return the JSON value of `system`; null stands for unlimited workers."""
    return {
        "device_flops": number(float(system.device_flops)),
        "es_flops": number(float(system.es_flops)),
        "rate_bps": number(float(system.rate_bps)),
        "device_workers": system.device_workers,
        "es_workers": system.es_workers,
        "bits_per_element": system.bits_per_element,
        "transfer_overhead_s": number(float(system.transfer_overhead_s)),
    }


def _plans(planset: PlanSet) -> list[Plan]:
    return [planset.plans[method] for method in METHODS if method in planset.plans]


def _head(planset: PlanSet) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "network": network_to_dict(planset.scenario.network),
        "system": system_to_dict(planset.scenario.system),
    }


def _plan(network: Network, plan: Plan) -> dict[str, Any]:
    from planner_core.tiling import Tiling  # loads compiled code, which other exports do without
    from planner_core.tiling.geometry import tiles_json

    return {
        "method": plan.method,
        "tau": plan.tau,
        "paths": plan.paths,
        "grid": [plan.rows, plan.cols],
        "makespan_s": plan.makespan_s,
        "lower_bound_s": plan.lower_bound_s,
        "optimal": None if plan.optimal is None else bool(plan.optimal),
        "order": np.asarray(plan.order).tolist(),
        "offload": np.asarray(plan.offload).tolist(),
        "tail_s": plan.tail_s,
        "solve_s": plan.solve_s,
        "tiles": tiles_json(Tiling.of(network, plan.tau, plan.rows, plan.cols)),
        "tasks": tasks_json(network, plan),
    }


def _text(planset: PlanSet) -> Iterator[str]:
    """Yield the file piece by piece: plan by plan, so that only one is held as JSON at a time.

    Layers, tiles and tasks are a line each. Indenting all of it would be ten times as slow and as long.
    """
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
    head = _head(planset)
    network = head.pop("network")
    layers = network.pop("layers")
    yield f'{{"format": {encode(FORMAT)}, "version": {VERSION},\n'
    yield f'"network": {encode(network)[:-1]}, "layers": [\n'
    yield from _lines(encode(layer) for layer in layers)
    yield f']}},\n"system": {encode(head["system"])},\n"plans": ['
    for k, plan in enumerate(_plans(planset)):
        value = _plan(planset.scenario.network, plan)
        tiles, tasks = value.pop("tiles"), value.pop("tasks")
        yield f'{"," if k else ""}\n{encode(value)[:-1]},\n"tiles": [\n'
        yield from _lines(encode(tile) for tile in tiles)
        yield '],\n"tasks": [\n'
        yield from _lines(encode(task) for task in tasks)
        yield "]}"
    yield "\n]}\n"


def _lines(items: Iterable[str]) -> Iterator[str]:
    for k, item in enumerate(items):
        yield f",\n{item}" if k else item
