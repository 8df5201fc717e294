"""Plans made by hand: timed exactly as the compiled loop times them, accepted by the checker."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks_for_tests import random_network, random_system

from planner_core.by_hand import Decision, decision_of, fits, moved, plan_by_hand, split, timed
from planner_core.check import check_plan
from planner_core.costs import PathCosts
from planner_core.importers import load_network
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.system import System
from planner_core.tiling import feasible_paths
from planner_core.timing import schedule

WORKERS = st.sampled_from([1, 2, 3, 5, None])
SECONDS = st.sampled_from([0.0, 0.0, 1.0, 1.0, 2.0, 0.1, 1 / 3, 7.5, 1e-9, 1e6])


@st.composite
def timings(draw):
    paths, splits = draw(st.integers(1, 9)), draw(st.integers(1, 4))
    table = st.lists(st.lists(SECONDS, min_size=splits, max_size=splits), min_size=paths, max_size=paths).map(
        np.array
    )
    costs = PathCosts(np.arange(paths), draw(table), draw(table), draw(table), draw(SECONDS))
    system = System(device_workers=draw(WORKERS), es_workers=draw(WORKERS))
    order = np.array(draw(st.permutations(range(paths))), np.int64)
    offload = np.array(draw(st.lists(st.integers(1, splits), min_size=paths, max_size=paths)), np.int64)
    return costs, system, order, offload


@settings(max_examples=300, deadline=None)
@given(timings())
def test_it_is_timed_to_the_last_bit_as_by_the_compiled_loop(case):
    mine, theirs = timed(*case), schedule(*case)
    for name in mine.__slots__:
        assert np.array_equal(getattr(mine, name), getattr(theirs, name)), name


@pytest.mark.parametrize("seed", range(12))
def test_the_checker_accepts_every_plan_made_by_hand(seed):
    rng = np.random.default_rng(seed)
    network, system = random_network(rng), random_system(rng)
    tau = int(rng.integers(1, len(network) + 1))
    paths = int(rng.choice(feasible_paths(network, tau, 12)))
    start = plan(Scenario(network, system, tau=tau, paths=paths)).plans["MW"]
    decision = decision_of(network, start)
    for _ in range(8):
        path = int(rng.integers(paths))
        decision = moved(decision, path, int(rng.integers(paths)))
        decision = split(decision, path, int(rng.integers(1, tau + 2)))
        made = plan_by_hand(decision, system)
        assert check_plan(network, system, made) == []
        assert decision_of(network, made) == decision


def test_a_copy_is_the_plan_itself():
    scenario = Scenario(load_network("alexnet"), tau=3, paths=6)
    for method, found in plan(scenario).plans.items():
        if method != "NFL":
            made = plan_by_hand(decision_of(scenario.network, found), scenario.system)
            assert made.makespan_s == found.makespan_s
            assert made.method == "Manual"
            assert (made.lower_bound_s, made.optimal) == (None, None)


def test_a_path_moves_and_the_others_keep_their_order():
    decision = Decision(load_network("alexnet"), 2, 2, 2, (0, 1, 2, 3), (1, 2, 3, 1))
    assert moved(decision, 0, 2).order == (1, 2, 0, 3)
    assert moved(decision, 3, 0).order == (3, 0, 1, 2)
    assert moved(decision, 1, 99).order == (0, 2, 3, 1)
    assert moved(decision, 1, -1).order == (1, 0, 2, 3)
    assert split(decision, 1, 99).offload == (1, 3, 3, 1)
    assert split(decision, 1, 0).offload == (1, 1, 3, 1)


def test_it_fits_where_the_scenario_leaves_the_cut_open_or_has_the_same():
    network = load_network("alexnet")
    decision = Decision(network, 2, 2, 2, (0, 1, 2, 3), (1, 2, 3, 1))
    assert fits(decision, Scenario(network))
    assert fits(decision, Scenario(network, System(rate_bps=1.0), tau=2, paths=4))
    assert fits(decision, Scenario(network, grid=(2, 2)))
    for other in (
        Scenario(network, tau=3),
        Scenario(network, paths=8),
        Scenario(network, grid=(1, 4)),
        Scenario(load_network("squeezenet")),
    ):
        assert not fits(decision, other)
    flat = Decision(network, 2, 1, 4, (0, 1, 2, 3), (1, 2, 3, 1))
    assert not fits(flat, Scenario(network, tau=2, paths=4))  # whose automatic grid is 2x2


def test_the_timing_loads_no_compiled_loops_of_its_own():
    code = "import sys, planner_core.by_hand; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
