"""Compile, or load, every kernel of BF."""

from __future__ import annotations

import numpy as np

from planner_core.costs import PathCosts
from planner_core.methods.bf.back import back_forms, solve_back, solve_exact
from planner_core.methods.bf.deadline import Refuter
from planner_core.methods.bf.filling import solve_fillings
from planner_core.methods.bf.flow import device_forms, promising, restrict, solve_flow, type_order
from planner_core.methods.bf.insertion import inserted, reinsert, resource_cost
from planner_core.methods.bf.jobs import jobs_of
from planner_core.methods.bf.loads import shops_of, solve_loads
from planner_core.methods.bf.queue import solve_queue
from planner_core.methods.bf.release import Relaxation, release_buckets
from planner_core.methods.bf.states import root_bound, solve_states
from planner_core.methods.bf.tail import solve_tail
from planner_core.system import System

__all__ = ["warm_up"]


def warm_up() -> None:
    """Run each step of `solve` once on a toy instance of two classes."""
    a = np.array([[0.0, 1.0, 3.0], [0.0, 2.0, 4.0]])
    costs = PathCosts(np.array([0, 1, 1, 0]), a, a[:, ::-1] + 1.0, 0.1 * (4.0 - a), 0.5)
    flag = np.zeros(1, np.uint8)
    for system in (System(), System(device_workers=None), System(device_workers=2, es_workers=2)):
        jobs = jobs_of(costs, system)
        solve_states(jobs, np.inf, 8, flag)
        jobs.sequence(inserted(jobs, root_bound(jobs)[1].cost, 2, 0.0, flag))
        jobs.end_of(jobs.start[jobs.class_of])
        reinsert(jobs, jobs.start[jobs.class_of], resource_cost(jobs), 2, 0.0, 1, flag)
        order = type_order(jobs)
        restrict(order, np.arange(len(order.a)) > 0)
        if order.serial:
            forms = device_forms(order)
            promising(order, forms, 1e9)
            solve_flow(order, forms, np.inf, 8, flag)
            solve_tail(order, 1e9, 8, flag)
            shops = shops_of(jobs)
            solve_loads(shops[0], 1e9, 8, flag)
            solve_queue(jobs, shops, 1e9, 8, flag)
        else:
            relaxation = Relaxation(order)
            buckets = release_buckets(relaxation, 1e9, flag)
            assert buckets is not None  # nobody sets the flag
            solve_back(order, back_forms(order, buckets), 1e9, 8, flag)
            solve_exact(order, back_forms(order, buckets), 1e9, 8, flag)
            for uneven in (False, True):
                refuter = Refuter(jobs, flag)
                refuter.worth.uneven = uneven
                refuter.bound(10.0, 2)
                refuter.decide(10.0, 8)
                refuter.decide_by_parts(10.0, 8)
    # Raw both end at 1 + 20; the device takes work off the ES.
    a, b, e = np.array([[0.0, 9.0]]), np.array([[1.0, 1.0]]), np.array([[10.0, 1.0]])
    costs = PathCosts(np.zeros(2, np.int64), a, b, e, 0.0)
    jobs = jobs_of(costs, System(device_workers=1, es_workers=1))
    solve_fillings(jobs, shops_of(jobs), 20.9, 0.0, 8, 8, flag)
