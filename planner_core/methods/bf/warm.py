"""Compile, or load, every kernel of BF."""

from __future__ import annotations

import numpy as np

from planner_core.costs import PathCosts
from planner_core.methods.bf.flow import device_forms, link_form, solve_flow, type_order
from planner_core.methods.bf.jobs import jobs_of
from planner_core.methods.bf.release import Relaxation, release_counts, release_forms
from planner_core.methods.bf.states import solve_states
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
        order = type_order(jobs)
        solve_flow(order, device_forms(order) if order.serial else link_form(order), np.inf, 8, flag)
        if not order.serial:
            relaxation = Relaxation(order)
            release_counts(relaxation, flag)
            forms = release_forms(relaxation, 1e9, flag)
            if forms is not None:
                solve_flow(order, forms, 1e9, 8, flag)
