"""The checker accepts what the planner makes, and finds every kind of fault put into a plan."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from networks_for_tests import random_network, random_system

import planner_core.check
from planner_core.check import check_plan, check_planset
from planner_core.importers import load_network
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.system import System


@pytest.fixture(scope="module")
def planset():
    return plan(Scenario(load_network("alexnet"), System(device_workers=2, es_workers=2), tau=3, paths=6))


@pytest.mark.parametrize("seed", range(60))
def test_accepts_plans_of_random_networks(seed):
    network, system = random_network(seed), random_system(seed)
    assert check_planset(plan(Scenario(network, system, max_paths=5))) == []


@pytest.mark.parametrize(
    ("name", "tau", "paths"), [("googlenet", 20, 9), ("yolov2", 12, 12), ("resnet18", 9, 49)]
)
def test_accepts_plans_of_real_networks(name, tau, paths):
    found = plan(Scenario(load_network(name), tau=tau, paths=paths), methods=["NFL", "MW"])
    assert check_planset(found) == []


def test_shares_no_code_with_what_it_judges():
    tree = ast.parse(Path(planner_core.check.__file__).read_text("utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    mine = {name for name in modules if name and name.startswith("planner_core")}
    allowed = {"network.model", "plan", "scenario", "system"}
    assert mine <= {f"planner_core.{name}" for name in allowed}


def bumped(values, by=1e-3):
    changed = np.array(values, float)
    changed[0] += by
    return changed


PLAN_FAULTS = {
    "tau is 12": lambda p: {"tau": 12},
    "cannot be cut": lambda p: {"rows": 28},
    "no permutation": lambda p: {"order": np.zeros(6, np.int64)},
    "offloading layer": lambda p: {"offload": np.full(6, 5)},
    "makespan is": lambda p: {"makespan_s": p.makespan_s * (1 + 1e-8)},
    "tail is": lambda p: {"tail_s": p.tail_s * 2},
    "bits of path 0": lambda p: {"bits": bumped(p.bits)},
    "device FLOP of path 0": lambda p: {"device_flop": bumped(p.device_flop, 10)},
    "ES FLOP of path 0": lambda p: {"es_flop": bumped(p.es_flop, 10)},
    "not within the makespan": lambda p: {"lower_bound_s": p.makespan_s * 1.1},
    "optimal is": lambda p: {"optimal": not p.optimal},
    "no lower bound": lambda p: {"lower_bound_s": None},
    "which only BF may have": lambda p: {"method": "MW"},
    "NFL does not have one path": lambda p: {"method": "NFL"},
}


@pytest.mark.parametrize("message", PLAN_FAULTS)
def test_finds_a_wrong_figure(message, planset):
    bf = planset.plans["BF"]
    changed = replace(bf, **PLAN_FAULTS[message](bf))
    problems = check_plan(planset.scenario.network, planset.scenario.system, changed)
    assert any(message in text for text in problems), problems


SCHEDULE_FAULTS = {
    "device end of path 0": lambda s: {"device_end": bumped(s.device_end)},
    "link start of path 0": lambda s: {"link_start": bumped(s.link_start)},
    "ES start of path 0": lambda s: {"es_start": bumped(s.es_start)},
    "uses the link": lambda s: {"link_used": ~s.link_used},
    "takes no device worker": lambda s: {"device_worker": np.full_like(s.device_worker, -1)},
    "no device worker 9": lambda s: {"device_worker": np.where(s.device_worker >= 0, 9, -1)},
    "device worker 0 does two": lambda s: {"device_worker": np.where(s.device_worker >= 0, 0, -1)},
    "tail end": lambda s: {"tail_end": s.tail_end + 1},
}


@pytest.mark.parametrize("message", SCHEDULE_FAULTS)
def test_finds_a_wrong_schedule(message, planset):
    mw = planset.plans["MW"]
    assert np.sum(mw.schedule.device_worker >= 0) > 2
    changed = replace(mw, schedule=replace(mw.schedule, **SCHEDULE_FAULTS[message](mw.schedule)))
    problems = check_plan(planset.scenario.network, planset.scenario.system, changed)
    assert any(message in text for text in problems), problems


def test_finds_what_does_not_fit_together(planset):
    mw, bf = planset.plans["MW"], planset.plans["BF"]
    assert mw.makespan_s > bf.makespan_s

    def swapped(**changes):
        return check_planset(replace(planset, **changes))

    as_bf = replace(mw, method="BF", lower_bound_s=mw.makespan_s, optimal=True)
    as_mw = replace(bf, method="MW", lower_bound_s=None, optimal=None)
    (problem,) = swapped(plans={"MW": as_mw, "BF": as_bf})
    assert "longer than MW" in problem
    assert "MW: it calls itself NFL" in swapped(plans={"MW": planset.plans["NFL"]})
    assert "device-only" in swapped(device_only_s=1.0)[0]
    assert "ES-only" in swapped(es_only_s=1.0)[0]
    other = replace(planset.scenario, tau=4)
    assert any("tau is 3, not 4 as asked for" in text for text in swapped(scenario=other))
    other = replace(planset.scenario, paths=4)
    assert any("P is 6, not 4" in text for text in swapped(scenario=other))
    other = replace(planset.scenario, paths=None, grid=(1, 6))
    assert any("the grid is" in text for text in swapped(scenario=other))
    other = replace(planset.scenario, paths=None, max_paths=3)
    assert any("above the cap 3" in text for text in swapped(scenario=other))


def test_searched_bf_may_not_be_longer_than_nfl(planset):
    free = replace(planset.scenario, tau=None, paths=None)
    mw = planset.plans["MW"]
    as_bf = replace(mw, method="BF", lower_bound_s=mw.makespan_s, optimal=True)
    problems = check_planset(
        replace(planset, scenario=free, plans={"NFL": planset.plans["NFL"], "BF": as_bf})
    )
    longer = mw.makespan_s > planset.plans["NFL"].makespan_s
    assert longer == any("longer than NFL" in text for text in problems)
