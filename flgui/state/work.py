"""Work: everything that one file keeps of a window: scenario, plans, pins, the plan made by hand, the view."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from flgui.state.pins import Pin
from planner_core.by_hand import Decision
from planner_core.errors import InputError
from planner_core.network.model import Network
from planner_core.plan import METHODS, Method, Plan, PlanSet
from planner_core.scenario import Scenario

__all__ = ["FORMAT", "SUFFIX", "VERSION", "View", "Work", "work_to_dict", "write_work"]

FORMAT = "flgui.work"
VERSION = 1
SUFFIX = ".flwork.json"


@dataclass(frozen=True, slots=True)
class View:
    """How the window stood.

    Parameters
    ----------
    workspace, tab : str
        Titles of the workspace and of the tab under the schedules.
    active : Method
        The plan that fills network and tiles.
    path : int or None
        The selected path of that plan; of several the one picked last.
    layer : str or None
        The selected layer.
    folded : bool
        Whether the pane under the schedules is.
    across, down : tuple of int
        Pixels of the panes where they were moved by hand; else empty.
    more : tuple of int
        Further selected paths, in the order in which they were picked.
    """

    workspace: str = "Plan"
    tab: str = ""
    active: Method = "BF"
    path: int | None = None
    layer: str | None = None
    folded: bool = False
    across: tuple[int, ...] = ()
    down: tuple[int, ...] = ()
    more: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Work:
    """What a work file holds.

    Parameters
    ----------
    scenario : Scenario
    planset : PlanSet or None
        The scenario's own plans; None where they were not finished.
    origin : str
        File that these plans came from, where its question is wider than it says; else empty.
    """

    scenario: Scenario
    planset: PlanSet | None = None
    origin: str = ""
    pins: tuple[Pin, ...] = ()
    manual: Decision | None = None
    view: View = field(default_factory=View)

    @property
    def networks(self) -> tuple[Network, ...]:
        """Every network that it speaks of, each once, the scenario's first."""
        found = [self.scenario.network, *(pin.scenario.network for pin in self.pins)]
        if self.manual is not None:
            found.append(self.manual.network)
        return tuple(dict.fromkeys(found))


def write_work(work: Work, path: str | os.PathLike[str]) -> None:
    """Write `work` as JSON; the file is there in full or not at all.

    Raises InputError that names the file when it cannot be written.
    """
    from planner_core.export.files import replace_file

    try:
        text = json.dumps(work_to_dict(work), ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    except (TypeError, ValueError) as error:  # attributes are the importers' and the user's own
        raise InputError(f"the work holds what JSON cannot: {error}", os.fspath(path)) from None
    replace_file(path, [text])


def work_to_dict(work: Work) -> dict[str, Any]:
    """Return the JSON value of `work`; `work_from_dict` gives the same back."""
    from planner_core.export.network_json import network_to_dict  # the writers pull in the schema checker

    networks = work.networks
    number = {network: k for k, network in enumerate(networks)}
    manual = work.manual
    return {
        "format": FORMAT,
        "version": VERSION,
        "networks": [network_to_dict(network) for network in networks],
        "scenario": _scenario(work.scenario, number),
        "plans": None if work.planset is None else _plans(work.planset, work.origin),
        "pins": [_pin(pin, number) for pin in work.pins],
        "manual": None if manual is None else {
            "network": number[manual.network],
            "tau": manual.tau,
            "paths": manual.paths,
            "grid": [manual.rows, manual.cols],
            "order": list(manual.order),
            "offload": list(manual.offload),
        },
        "view": _view(work.view),
    }  # fmt: skip


def _scenario(scenario: Scenario, number: dict[Network, int]) -> dict[str, Any]:
    from planner_core.export.plan_json import system_to_dict  # see work_to_dict

    return {
        "network": number[scenario.network],
        "system": system_to_dict(scenario.system),
        "tau": scenario.tau,
        "paths": scenario.paths,
        "grid": None if scenario.grid is None else list(scenario.grid),
        "max_paths": scenario.max_paths,
    }


def _plans(planset: PlanSet, origin: str) -> dict[str, Any]:
    plans = [planset.plans[method] for method in METHODS if method in planset.plans]
    return {"origin": origin, "cancelled": planset.cancelled, "methods": [_plan(plan) for plan in plans]}


def _plan(plan: Plan) -> dict[str, Any]:
    """Decisions alone: the rest follows from them."""
    return {
        "method": plan.method,
        "tau": plan.tau,
        "paths": plan.paths,
        "grid": [plan.rows, plan.cols],
        "makespan_s": plan.makespan_s,
        "lower_bound_s": plan.lower_bound_s,
        "order": np.asarray(plan.order).tolist(),
        "offload": np.asarray(plan.offload).tolist(),
        "solve_s": plan.solve_s,
    }


def _pin(pin: Pin, number: dict[Network, int]) -> dict[str, Any]:
    return {
        "name": pin.name,
        "note": pin.note,
        "method": pin.method,
        "path": pin.path,
        **_more(pin.more),
        "scenario": _scenario(pin.scenario, number),
        "plans": _plans(pin.planset, pin.origin),
    }


def _more(paths: tuple[int, ...]) -> dict[str, Any]:
    """Only where there are several, so that programs that know of one alone read all other files."""
    return {"more": list(paths)} if paths else {}


def _view(view: View) -> dict[str, Any]:
    return {
        "workspace": view.workspace,
        "tab": view.tab,
        "active": view.active,
        "path": view.path,
        **_more(view.more),
        "layer": view.layer,
        "folded": view.folded,
        "across": list(view.across),
        "down": list(view.down),
    }
