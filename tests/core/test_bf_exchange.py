"""Exchanges of splits that fill the resources: hand-worked, never worse, always a plan of the same paths."""

from __future__ import annotations

import numpy as np
import pytest
from instances import KINDS, draw, system_of

from planner_core.costs import PathCosts
from planner_core.methods.bf.exchange import exchange
from planner_core.methods.bf.jobs import jobs_of
from planner_core.system import System
from planner_core.timing import schedule


def flag(value: int = 0) -> np.ndarray:
    return np.full(1, value, np.uint8)


def test_two_splits_change_at_once_where_neither_alone_is_better() -> None:
    # Two paths with a choice of (a, b, e) = (6, 1, 5) or (1, 1, 8), the other (0, 3, 9) or (5, 3, 2). From first and
    # first: device 6, link 6-7; other: link 0-3, ES 3-12, 12-17: 17. Second and second: device 1 and 6, ES 2-10,
    # 10-12: 12. The second of one alone ends at 19, of the other alone at 16 at best.
    a, b, e = (
        np.array([[6.0, 1.0], [0.0, 5.0]]),
        np.array([[1.0, 1.0], [3.0, 3.0]]),
        np.array([[5.0, 8.0], [9.0, 2.0]]),
    )
    costs, system = PathCosts(np.array([0, 1]), a, b, e, 0.0), System(device_workers=1, es_workers=1)
    jobs = jobs_of(costs, system)
    start = jobs.types_of(costs, np.array([1, 0]), np.array([1, 1]))
    assert schedule(costs, system, *jobs.sequence(start)).tail_start == 17.0
    found = exchange(jobs, start, 1, flag())
    assert schedule(costs, system, *jobs.sequence(found)).tail_start == 12.0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("es_workers", [1, None])
def test_exchanges_make_no_plan_worse(kind: str, es_workers: int | None) -> None:
    system = system_of((1, es_workers))
    for seed in range(10):
        instance = draw(seed, 9, kind)
        jobs = jobs_of(instance.costs, system)
        start = jobs.start[jobs.class_of]
        before = schedule(instance.costs, system, *jobs.sequence(start)).tail_start
        found = exchange(jobs, start, 10, flag())
        assert np.array_equal(np.sort(jobs.class_of_type[found]), np.sort(jobs.class_of))
        assert schedule(instance.costs, system, *jobs.sequence(found)).tail_start <= before * (1 + 1e-12)


def test_three_splits_fill_the_device() -> None:
    # Raw, each path takes 10 at the ES; 3, 5, 7 or 11 on the device save 0.1 of it each. The device may work as long
    # as the ES: the best sum is found though no single change, nor any two, come as near.
    depth = np.array([0.0, 3.0, 5.0, 7.0, 11.0])
    a, b, e = depth[None], np.full((1, 5), 0.01), (10 - 0.1 * depth)[None]
    costs, system = PathCosts(np.zeros(6, np.int64), a, b, e, 0.0), System(device_workers=1, es_workers=1)
    jobs = jobs_of(costs, system)
    found = exchange(jobs, jobs.start[jobs.class_of], 50, flag())
    load = float(jobs.a[found].sum())
    end = schedule(costs, system, *jobs.sequence(found)).tail_start
    assert end == pytest.approx(0.01 + 60 - 0.1 * load)
    assert load >= 43


def test_the_flag_leaves_the_plan_as_it_is() -> None:
    jobs = jobs_of(draw(3, 9, "like tiles").costs, system_of((1, 1)))
    start = jobs.start[jobs.class_of]
    assert np.array_equal(exchange(jobs, start, 10, flag(1)), start)
