"""The parts of BF that count every ES time, each by itself against enumeration.

A limit a hair above the optimum must let a plan be found, one a hair below must be proven out of reach; and whatever
narrows the types first must keep those of every plan below the limit.
"""

from __future__ import annotations

import numpy as np
import oracle
import pytest
from instances import KINDS, Instance, draw, system_of

from planner_core.methods.bf.back import back_forms, solve_exact
from planner_core.methods.bf.flow import (
    TypeOrder,
    device_forms,
    es_order,
    promising,
    restrict,
    solve_flow,
    type_order,
)
from planner_core.methods.bf.insertion import inserted, reinsert, resource_cost
from planner_core.methods.bf.jobs import Jobs, jobs_of
from planner_core.methods.bf.release import Relaxation, possible_types, release_buckets
from planner_core.methods.bf.states import Outcome, root_bound
from planner_core.methods.bf.tail import solve_tail
from planner_core.timing import schedule

NEAR = 1e-9
SEEDS = 6


def flag() -> np.ndarray:
    return np.zeros(1, np.uint8)


def best_plan(instance: Instance, workers: tuple[int | None, int | None]) -> tuple[float, np.ndarray, Jobs]:
    """Optimal path end, the types of a plan that has it, and the jobs."""
    costs, system = instance.costs, system_of(workers)
    best = oracle.bf_enumerate(instance.table, system)
    jobs = jobs_of(costs, system)
    order, offload = np.array(best.order, np.int64), np.array(best.offload, np.int64)
    types = jobs.types_of(costs, order, offload)
    end = schedule(costs, system, *jobs.sequence(types)).tail_start
    assert end <= float(best.T) - instance.tail + NEAR * float(best.T)
    return end, types, jobs


def keeps(order: TypeOrder, kept: np.ndarray, types: np.ndarray) -> bool:
    place = np.empty(len(order.rank), np.int64)
    place[order.rank] = np.arange(len(order.rank))
    return bool(kept[place[types]].all())


def exact_walk(jobs: Jobs, limit: float) -> Outcome | None:
    order = type_order(jobs)
    buckets = release_buckets(Relaxation(order), limit, flag())
    assert buckets is not None
    return solve_exact(order, back_forms(order, buckets), limit, 50_000, flag())


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind not in ("nothing sent", "zeros", "overhead")]
)
@pytest.mark.parametrize("device_workers", [1, None], ids=["shared", "each"])
def test_a_walk_that_counts_every_es_time_decides(kind: str, device_workers: int | None) -> None:
    workers = (device_workers, None)
    for seed in range(SEEDS):
        instance = draw(seed, 4, kind)
        end, _, jobs = best_plan(instance, workers)
        if end == 0.0 or not (jobs.b > 0).all():
            continue  # what is not sent is looked at elsewhere
        for limit in (end * (1 + 1e-6), end * (1 - NEAR)):
            if device_workers == 1:
                found = solve_tail(type_order(jobs), limit, 50_000, flag())
            else:
                found = exact_walk(jobs, limit)
            assert found is not None
            if limit > end:
                assert found.types is not None, (kind, seed)
                plan = schedule(instance.costs, system_of(workers), *jobs.sequence(found.types))
                assert plan.tail_start < limit
            else:
                assert found.types is None, (kind, seed)
                assert found.complete
                assert found.bound == limit


@pytest.mark.parametrize("kind", KINDS)
def test_types_of_a_plan_below_the_limit_are_never_left_out(kind: str) -> None:
    known = None  # weights that served another instance
    for seed in range(SEEDS):
        instance = draw(seed, 4, kind)
        for workers in ((1, None), (None, None), (1, 1)):
            end, types, jobs = best_plan(instance, workers)
            limit = end * (1 + 1e-6)
            if end == 0.0:
                continue
            order = type_order(jobs)
            if order.serial:
                assert keeps(order, promising(order, device_forms(order), limit), types), (
                    kind,
                    seed,
                    workers,
                )
            elif (jobs.b[types] > 0).any():
                relaxation = Relaxation(order, known)
                for anew in (False, True):
                    buckets = release_buckets(relaxation, limit, flag(), anew, anew)
                    assert buckets is not None
                    assert keeps(order, possible_types(order, buckets, limit), types), (kind, seed, workers)
                    assert min(bucket.value for bucket in buckets) <= end * (1 + 1e-12)
                known = relaxation.thresholds
            if workers == (1, 1):
                order = es_order(jobs)
                assert keeps(order, promising(order, device_forms(order), limit), types), (kind, seed)


@pytest.mark.parametrize("kind", KINDS)
def test_the_shop_of_device_and_es_bounds_from_below(kind: str) -> None:
    for seed in range(2 * SEEDS):
        end, _, jobs = best_plan(draw(seed, 4, kind), (1, 1))
        order = es_order(jobs)
        for width in (1, 1000):
            found = solve_flow(order, device_forms(order), 2 * end + 1, width, flag())
            assert found.bound <= end * (1 + 1e-12)


def test_a_class_without_a_type_left_leaves_no_order() -> None:
    jobs = best_plan(draw(1, 4, "all different"), (1, None))[2]
    order = type_order(jobs)
    assert restrict(order, order.klass > 0) is None


@pytest.mark.parametrize("workers", [(1, None), (None, None), (1, 1), (None, 1)], ids=str)
def test_insertion_times_its_plans_as_section_4_does_and_makes_none_worse(
    workers: tuple[int | None, int | None],
) -> None:
    for seed in range(3 * len(KINDS)):
        instance = draw(seed, 8)
        jobs = jobs_of(instance.costs, system_of(workers))
        start = jobs.start[jobs.class_of]
        before = schedule(instance.costs, system_of(workers), *jobs.sequence(start)).tail_start
        types, end = reinsert(jobs, start, resource_cost(jobs), 60, 0.0, seed, flag())
        plan = schedule(instance.costs, system_of(workers), *jobs.sequence(types))
        assert end == pytest.approx(plan.tail_start, rel=1e-12)
        assert end <= before * (1 + 1e-12)


@pytest.mark.parametrize("workers", [(1, None), (None, None), (1, 1), (None, 1)], ids=str)
def test_a_plan_by_insertion_is_near_the_optimum_and_has_every_path(
    workers: tuple[int | None, int | None],
) -> None:
    losses = []
    for seed in range(3 * len(KINDS)):
        instance = draw(seed, 4)
        end, _, jobs = best_plan(instance, workers)
        root, tables = root_bound(jobs)
        for steps in (0, 20):
            types = inserted(jobs, tables.cost, steps, root, flag())
            counts = np.bincount(jobs.class_of_type[types], minlength=len(jobs.counts))
            assert counts.tolist() == jobs.counts.tolist()
            assert jobs.end_of(types) >= end * (1 - NEAR)
        losses.append((jobs.end_of(types) - end) / (end + instance.tail + 1e-30))
    assert np.median(losses) <= NEAR


def test_insertion_is_stopped_by_the_flag() -> None:
    jobs = jobs_of(draw(3, 8, "like tiles").costs, system_of((1, None)))
    tables = root_bound(jobs)[1]
    types = inserted(jobs, tables.cost, 10**9, 0.0, np.ones(1, np.uint8))
    counts = np.bincount(jobs.class_of_type[types], minlength=len(jobs.counts))
    assert counts.tolist() == jobs.counts.tolist()
