"""Reader of work files: what they decide is timed again, and compared with what they say."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from flgui.state.pins import Pin
from flgui.state.work import FORMAT, VERSION, View, Work
from planner_core.by_hand import Decision
from planner_core.errors import InputError
from planner_core.importers.json_fields import Fields, as_integer, describe
from planner_core.importers.json_text import read_json
from planner_core.importers.network_json import network_from_dict
from planner_core.importers.plan_fields import bound_from, cut_from, decisions_from, method_from, system_from
from planner_core.network.model import Network
from planner_core.plan import METHODS, Method, Plan, PlanSet
from planner_core.scenario import Scenario

__all__ = ["read_work", "work_from_dict"]

_REL = 1e-9
_KEYS = ("format", "version", "networks", "scenario", "plans", "pins", "manual", "view")
_SCENARIO_KEYS = ("network", "system", "tau", "paths", "grid", "max_paths")
_PLAN_KEYS = (
    "method",
    "tau",
    "paths",
    "grid",
    "makespan_s",
    "lower_bound_s",
    "order",
    "offload",
    "solve_s",
)
_PIN_KEYS = ("name", "note", "method", "path", "more", "scenario", "plans")
_MANUAL_KEYS = ("network", "tau", "paths", "grid", "order", "offload")
_VIEW_KEYS = ("workspace", "tab", "active", "path", "more", "layer", "folded", "across", "down")
_MOST_PIXELS = 100_000


def read_work(path: str | os.PathLike[str]) -> Work:
    """Read a work file; raises InputError that names the file and the JSON path of the fault."""
    data = read_json(path)
    try:
        return work_from_dict(data)
    except InputError as error:
        raise error.at(os.fspath(path)) from None


def work_from_dict(data: Any) -> Work:
    """Return the work that `data`, parsed JSON, describes.

    Plans are worked out again from what they decide; a makespan that differs by more than 1e-9 is refused.

    Raises
    ------
    InputError
        For unknown and missing keys, wrong types and values; the JSON path comes first.
    """
    fields = Fields(data, "", _KEYS)
    fields.constant("format", FORMAT)
    fields.constant("version", VERSION)
    networks = [network_from_dict(item, where) for where, item in fields.items("networks")]
    scenario = _scenario(fields, networks)
    planset, origin = _plans(fields, scenario) if fields.get("plans") is not None else (None, "")
    return Work(scenario, planset, origin, _pins(fields, networks), _manual(fields, networks), _view(fields))


def _network(fields: Fields, networks: Sequence[Network]) -> Network:
    number = fields.integer("network")
    if number >= len(networks):
        raise InputError(f"{fields.at('network')} is {number}, but there are {len(networks)} networks")
    return networks[number]


def _scenario(parent: Fields, networks: Sequence[Network]) -> Scenario:
    from planner_core.tiling import check_grid, check_paths  # loads compiled code

    fields = Fields(parent.get("scenario"), parent.at("scenario"), _SCENARIO_KEYS)
    network, system = _network(fields, networks), system_from(fields)
    tau, paths, most = (_optional(fields, key) for key in ("tau", "paths", "max_paths"))
    rows_cols = None if fields.get("grid") is None else fields.integers("grid", 2, 1)
    grid = None if rows_cols is None else (rows_cols[0], rows_cols[1])
    try:
        scenario = Scenario(network, system, tau, paths, grid, most)
        if tau is not None and grid is not None:
            check_grid(network, tau, *grid)
        elif tau is not None and paths is not None:
            check_paths(network, tau, paths)
    except InputError as error:
        raise InputError(f"{fields.where}: {error.cause}") from None
    return scenario


def _optional(fields: Fields, key: str, least: int = 1) -> int | None:
    return None if fields.get(key) is None else fields.integer(key, least)


def _plans(parent: Fields, scenario: Scenario) -> tuple[PlanSet, str]:
    from planner_core.assemble import cut_times  # see _scenario

    fields = Fields(parent.get("plans"), parent.at("plans"), ("origin", "cancelled", "methods"))
    plans: dict[Method, Plan] = {}
    for where, item in fields.items("methods"):
        plan = _plan(Fields(item, where, _PLAN_KEYS), scenario)
        if plan.method in plans:
            raise InputError(f"{where}.method is '{plan.method}', which is there twice")
        plans[plan.method] = plan
    cuts = cut_times(scenario.network, scenario.system)
    ordered = {method: plans[method] for method in METHODS if method in plans}
    planset = PlanSet(scenario, ordered, float(cuts[0]), float(cuts[-1]), _flag(fields, "cancelled"))
    return planset, fields.text("origin", empty=True)


def _plan(fields: Fields, scenario: Scenario) -> Plan:
    from planner_core.assemble import put_together  # see _scenario
    from planner_core.by_hand import timed
    from planner_core.costs import path_costs
    from planner_core.tiling import Tiling

    network, system, method = scenario.network, scenario.system, method_from(fields)
    tau, rows, cols = cut_from(fields, network)
    if method == "NFL" and (tau, rows * cols) != (len(network), 1):
        raise InputError(f"{fields.at('method')} is 'NFL', so tau must be {len(network)} and paths 1")
    order, offload = decisions_from(fields, tau, rows * cols)
    bound = None
    if method == "BF":
        bound = bound_from(fields, method)
    elif fields.get("lower_bound_s") is not None:
        value = describe(fields.get("lower_bound_s"))
        raise InputError(f"{fields.at('lower_bound_s')} is {value}; only BF has one, so null is needed")
    tiling = Tiling.of(network, tau, rows, cols)
    costs = path_costs(tiling, system)
    schedule = timed(costs, system, order, offload)
    plan = put_together(method, system, tiling, costs, order, offload, schedule, time.perf_counter(), bound)
    said = fields.number("makespan_s", 0)
    if not math.isclose(said, plan.makespan_s, rel_tol=_REL, abs_tol=0):
        raise InputError(f"{fields.at('makespan_s')} is {said!r}, but the plan makes it {plan.makespan_s!r}")
    if bound is not None and bound > plan.makespan_s * (1 + _REL):
        raise InputError(f"{fields.at('lower_bound_s')} is {bound!r}, which exceeds the makespan {said!r}")
    return replace(plan, solve_s=fields.number("solve_s", 0))


def _pins(parent: Fields, networks: Sequence[Network]) -> tuple[Pin, ...]:
    pins: list[Pin] = []
    for where, item in parent.items("pins"):
        fields = Fields(item, where, _PIN_KEYS)
        name = fields.text("name")
        if name in (pin.name for pin in pins):
            raise InputError(f"{fields.at('name')} is '{name}', which is the name of another pin")
        planset, origin = _plans(fields, _scenario(fields, networks))
        method = method_from(fields)
        if method not in planset.plans:
            raise InputError(f"{fields.at('method')} is '{method}', which has no plan")
        path, more = _paths(fields, planset.plans[method].paths)
        pins.append(Pin(name, fields.text("note", empty=True), planset, method, path, origin, more))
    return tuple(pins)


def _paths(fields: Fields, paths: int | None = None) -> tuple[int | None, tuple[int, ...]]:
    """Return the path picked last and the others, of a plan of so many; older files name one alone."""
    path, others = _optional(fields, "path", 0), list(fields.items("more")) if "more" in fields else []
    more = tuple(as_integer(item, where) for where, item in others)
    known: set[int] = set()
    for where, number in ((fields.at("path"), path), *zip((where for where, _ in others), more, strict=True)):
        if number is None:
            continue
        if paths is not None and number >= paths:
            raise InputError(f"{where} is {number}, but the last path is {paths - 1}")
        if number in known:
            raise InputError(f"{where} is {number}, which is there twice")
        known.add(number)
    if more and path is None:
        raise InputError(f"{fields.at('more')} names paths, but {fields.at('path')} none")
    return path, more


def _manual(parent: Fields, networks: Sequence[Network]) -> Decision | None:
    if parent.get("manual") is None:
        return None
    fields = Fields(parent.get("manual"), parent.at("manual"), _MANUAL_KEYS)
    network = _network(fields, networks)
    tau, rows, cols = cut_from(fields, network)
    order, offload = decisions_from(fields, tau, rows * cols)
    return Decision(network, tau, rows, cols, tuple(order.tolist()), tuple(offload.tolist()))


def _view(parent: Fields) -> View:
    fields = Fields(parent.get("view"), parent.at("view"), _VIEW_KEYS)
    active = fields.get("active")
    if active not in (*METHODS, "Manual"):
        raise InputError(f"{fields.at('active')} is {describe(active)}; a method or 'Manual' is needed")
    path, more = _paths(fields)
    return View(
        workspace=fields.text("workspace"),
        tab=fields.text("tab", empty=True),
        active=cast(Method, active),
        path=path,
        layer=None if fields.get("layer") is None else fields.text("layer"),
        folded=_flag(fields, "folded"),
        across=_pixels(fields, "across"),
        down=_pixels(fields, "down"),
        more=more,
    )


def _pixels(fields: Fields, key: str) -> tuple[int, ...]:
    sizes = fields.integers(key, len(list(fields.items(key))))
    if len(sizes) > 3 or any(size > _MOST_PIXELS for size in sizes):
        raise InputError(f"{fields.at(key)} is no list of at most 3 sizes up to {_MOST_PIXELS} pixels")
    return sizes


def _flag(fields: Fields, key: str) -> bool:
    value = fields.get(key)
    if not isinstance(value, bool):
        raise InputError(f"{fields.at(key)} is {describe(value)}; true or false is needed")
    return value
