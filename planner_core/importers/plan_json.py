"""Reader of the plan JSON (SPEC section 7): the plans are rebuilt, timed again and compared with the file."""

from __future__ import annotations

import math
import os
import time
from dataclasses import replace
from typing import Any

from planner_core.errors import InputError
from planner_core.importers.json_fields import Fields, describe
from planner_core.importers.json_text import read_json
from planner_core.importers.network_json import network_from_dict
from planner_core.importers.plan_fields import bound_from, cut_from, decisions_from, method_from, system_from
from planner_core.importers.plan_parts import REL, check_tasks, check_tiles
from planner_core.network.model import Network
from planner_core.plan import METHODS, Method, Plan, PlanSet
from planner_core.scenario import Scenario
from planner_core.system import System

__all__ = ["FORMAT", "VERSION", "plan_from_dict", "read_plan"]

FORMAT = "flgui.plan"
VERSION = 1

_PLAN_KEYS = (
    "method",
    "tau",
    "paths",
    "grid",
    "makespan_s",
    "lower_bound_s",
    "optimal",
    "order",
    "offload",
    "tail_s",
    "solve_s",
    "tiles",
    "tasks",
)


def read_plan(path: str | os.PathLike[str]) -> PlanSet:
    """Read a plan JSON file.

    Raises InputError that names the file and the JSON path of the fault; see `plan_from_dict`.
    """
    data = read_json(path)
    try:
        return plan_from_dict(data)
    except InputError as error:
        raise error.at(os.fspath(path)) from None


def plan_from_dict(data: Any) -> PlanSet:
    """Return the plans that `data`, parsed JSON, describes.

    Only the decisions are taken from the file: method, tau, grid, order, offload, and BF's lower bound. Every
    other figure is worked out again, and one in the file that differs by more than 1e-9 of it is refused. The
    baselines, which the file does not hold, are worked out too.

    The file does not say what had been left open to the search. The scenario that comes back fixes tau and P
    (the grid where it is not the automatic one) when MW and BF share them; where they differ, or where NFL is
    alone, both are left to the search.

    Raises
    ------
    InputError
        For unknown and missing keys, wrong types and values, and figures that contradict SPEC section 4; the
        JSON path comes first.
    """
    from planner_core.assemble import cut_times  # compiled code is loaded once the file looks sound

    fields = Fields(data, "", ("format", "version", "network", "system", "plans"))
    fields.constant("format", FORMAT)
    fields.constant("version", VERSION)
    network = network_from_dict(fields.get("network"), "network")
    system = system_from(fields)
    plans: dict[Method, Plan] = {}
    for where, item in fields.items("plans"):
        plan = _plan(item, where, network, system)
        if plan.method in plans:
            raise InputError(f"{where}.method is '{plan.method}', which is there twice")
        plans[plan.method] = plan
    cuts = cut_times(network, system)
    return PlanSet(
        scenario=_scenario(network, system, plans),
        plans={method: plans[method] for method in METHODS if method in plans},
        es_only_s=float(cuts[0]),
        device_only_s=float(cuts[-1]),
    )


def _plan(value: Any, where: str, network: Network, system: System) -> Plan:
    from planner_core.assemble import build_plan  # see plan_from_dict
    from planner_core.tiling import Cell

    fields = Fields(value, where, _PLAN_KEYS)
    method, cell = method_from(fields), Cell(*cut_from(fields, network))
    if method == "NFL" and (cell.tau, cell.paths) != (len(network), 1):
        raise InputError(f"{fields.at('method')} is 'NFL', so tau must be {len(network)} and paths 1")
    order, offload = decisions_from(fields, cell.tau, cell.paths)
    bound = bound_from(fields, method)
    scenario = Scenario(network, system)
    plan = build_plan(method, scenario, cell, order, offload, time.perf_counter(), bound)
    _near(fields, "makespan_s", plan.makespan_s)
    _near(fields, "tail_s", plan.tail_s)
    _check_bound(fields, plan, bound)
    check_tiles(fields, network, plan)
    check_tasks(fields, network, system, plan)
    return replace(plan, solve_s=fields.number("solve_s", 0))


def _check_bound(fields: Fields, plan: Plan, bound: float | None) -> None:
    if bound is None:
        return
    if bound > plan.makespan_s * (1 + REL):
        raise InputError(
            f"{fields.at('lower_bound_s')} is {bound!r}, which exceeds the makespan {plan.makespan_s!r}"
        )
    optimal = fields.get("optimal")
    if not isinstance(optimal, bool):
        raise InputError(f"{fields.at('optimal')} is {describe(optimal)}; true or false is needed")
    if optimal != plan.optimal:
        raise InputError(f"{fields.at('optimal')} is {describe(optimal)}, which the lower bound contradicts")


def _near(fields: Fields, key: str, wanted: float) -> None:
    value = fields.number(key, 0)
    if not math.isclose(value, wanted, rel_tol=REL, abs_tol=0):
        raise InputError(f"{fields.at(key)} is {value!r}, but the plan makes it {wanted!r}")


def _scenario(network: Network, system: System, plans: dict[Method, Plan]) -> Scenario:
    from planner_core.tiling import auto_grid, cut_extent  # see plan_from_dict

    found = {(p.tau, p.rows, p.cols) for p in plans.values() if p.method != "NFL"}
    if len(found) != 1:
        return Scenario(network, system)
    tau, rows, cols = found.pop()
    if auto_grid(rows * cols, *cut_extent(network, tau)) == (rows, cols):
        return Scenario(network, system, tau=tau, paths=rows * cols)
    return Scenario(network, system, tau=tau, grid=(rows, cols))
