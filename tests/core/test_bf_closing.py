"""Closing the gap for one device worker and one ES worker per path: each part by itself against enumeration."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from instances import KINDS, Instance, draw, end_of, optimum, system_of

from planner_core.costs import PathCosts
from planner_core.methods.bf import deadline
from planner_core.methods.bf.closing import Closing, closes
from planner_core.methods.bf.deadline import Refuter
from planner_core.methods.bf.jobs import Jobs, jobs_of
from planner_core.methods.mw import minimise_waiting

WORKERS = (None, None)
NEAR = 1e-9
SEEDS = 12


def flag() -> np.ndarray:
    return np.zeros(1, np.uint8)


def two_classes() -> Jobs:
    """Two paths of a class that may send 4 s at once or 1 s at 5 s, one of a class that sends 3 s at 2 s or 2 s at 6 s.

    The link is busy for 4 + 1 + ... s; see the tests.
    """
    a = np.array([[0.0, 5.0], [2.0, 6.0]])
    b = np.array([[4.0, 1.0], [3.0, 2.0]])
    return jobs_of(PathCosts(np.array([0, 0, 1]), a, b, np.zeros((2, 2)), 0.0), system_of(WORKERS))


def test_a_hand_worked_instance_is_decided_to_the_second() -> None:
    # Best: one path of the first class at once, 0-4; the other class 4-7; then the last path, ready at 5, 7-8. With
    # both of the first class at 5 s the link works from 2 (2-5, 5-6, 6-7): 7 s. With 6 s the late split of either
    # class fits alone only: 2-5, 5-6 and one more path, which has no place.
    refuter = Refuter(two_classes(), flag())
    assert refuter.decide(6.999, 100).bound >= 6.999
    found = refuter.decide(7.001, 100)
    assert found.bound == pytest.approx(7.0)  # all was looked at, so this is the best
    assert found.types is not None
    assert sorted(found.types.tolist()) == [1, 1, 2]
    # What ends before 6.9 s ends not at all, but by the types that might a plan is found that ends before 8 s.
    near = refuter.decide(6.9, 100, reach=8.0)
    assert near.bound >= 6.9 or near.types is not None
    assert refuter.refute_cut(5.9)
    assert not refuter.refute_cut(7.001)
    assert refuter.bound(5.9, 20) == 5.9
    assert 5.9 <= refuter.bound(7.001, 200) <= 7.0
    found_near = refuter.dive(7.5, 100)
    assert found_near is not None
    assert len(found_near) == 3


def refuter_of(jobs: Jobs, uneven: bool) -> Refuter:
    refuter = Refuter(jobs, flag())
    refuter.worth.uneven = uneven
    return refuter


@pytest.mark.parametrize("few", [0, 1_000_000])
@pytest.mark.parametrize("uneven", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_limit_is_refuted_if_and_only_if_no_plan_meets_it(
    kind: str, uneven: bool, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline, "_FEW", few)  # labels are compared from the first on, or never
    for seed in range(int(uneven), SEEDS, 2):
        instance = draw(seed, 4, kind)
        end, _, jobs = optimum(instance, system_of(WORKERS))
        if end == 0.0:
            continue
        for above in (1e-9, 1e-6, 0.01, 0.3, 3.0):
            assert not refuter_of(jobs, uneven).refute_cut(end * (1 + above))
            assert refuter_of(jobs, uneven).bound(end * (1 + above), 30) <= end * (1 + 1e-12)
            near = refuter_of(jobs, uneven).dive(end * (1 + above), 100)
            assert near is None or end_of(instance, jobs, near) < end * (1 + above) * (1 + 1e-12)
            for onward in (True, False):
                verdict = refuter_of(jobs, uneven).decide(end * (1 + above), 10_000, onward=onward)
                assert verdict.bound <= end * (1 + 1e-12)
                assert verdict.types is not None
                assert end_of(instance, jobs, verdict.types) <= end * (1 + above) * (1 + 1e-12)
        for below, onward in product((1e-9, 1e-3, 0.2), (True, False)):
            refuter = refuter_of(jobs, uneven)
            assert refuter.decide(end * (1 - below), 10_000, onward=onward).bound >= end * (1 - below)


@pytest.mark.parametrize("width", [1, 3, 3_000])
@pytest.mark.parametrize("kind", KINDS)
def test_no_bound_is_above_the_optimum_however_far_plans_may_reach(kind: str, width: int) -> None:
    told = 0
    for seed in range(2 * SEEDS):
        instance = draw(seed + 400, 4, kind)
        end, _, jobs = optimum(instance, system_of(WORKERS))
        if end == 0.0:
            continue
        refuter = refuter_of(jobs, bool(seed % 2))
        for times, reach in ((0.8, 1.2), (0.99, 1.01), (1 - 1e-9, 1.5), (1.1, 1.2), (1 + 1e-9, 2.0)):
            for strict in (True, False):  # asked again what was left out may be known already
                verdict = refuter.decide(end * times, width, end * reach, strict)
                assert verdict.bound <= end * (1 + 1e-12)
                if verdict.types is not None:
                    assert end_of(instance, jobs, verdict.types) >= end * (1 - 1e-12)
                told += verdict.bound > 0.0 or verdict.types is not None
            refuted = verdict.bound >= end * times * (1 - 1e-12)
            assert width < 3_000 or times > 1.0 or refuted or verdict.types is not None
    assert told > 0


@pytest.mark.parametrize("uneven", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_the_types_of_a_best_plan_are_never_left_out(kind: str, uneven: bool) -> None:
    for seed in range(int(uneven), SEEDS, 2):
        instance = draw(seed + 100, 4, kind)
        end, types, jobs = optimum(instance, system_of(WORKERS))
        if end == 0.0:
            continue
        refuter = refuter_of(jobs, uneven)
        # What is left out for a limit stays out for those below it, in whatever order they are asked.
        for above in (0.5, 0.02, 1e-9, 0.1, 1e-9):
            part = refuter.deadlines(end * (1 + above))
            assert part is not None
            sent = part.passing[jobs.class_of_type[types]] < 0
            assert set(types[sent]) <= set(part.rank.tolist())
            if not sent.any():
                continue
            reduced = refuter._reduce(part, end * (1 + above), 10)
            assert reduced is not None
            assert set(types[sent]) <= set(reduced[0].rank.tolist())


@pytest.mark.parametrize("uneven", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_left_out_at_one_limit_decides_no_lower_one_otherwise(kind: str, uneven: bool) -> None:
    left_out = 0
    for seed in range(int(uneven), SEEDS, 2):
        instance = draw(seed + 300, 4, kind)
        end, _, jobs = optimum(instance, system_of(WORKERS))
        if end == 0.0:
            continue
        refuter = refuter_of(jobs, uneven)
        for times in (1.5, 1.1, 1 + 1e-9):
            verdict = refuter.decide(end * times, 10_000)
            assert verdict.types is not None
            assert end_of(instance, jobs, verdict.types) <= end * times * (1 + 1e-12)
        assert refuter.decide(end * (1 - 1e-9), 10_000).bound >= end * (1 - 1e-9)
        assert refuter.decide(end * (1 + 1e-9), 10_000).bound <= end * (1 + 1e-12)
        left_out += len(refuter.narrowed)
    assert left_out > 0 or kind != "like tiles"


@pytest.mark.parametrize("uneven", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_run_ends_with_the_optimum_and_its_proof(
    kind: str, uneven: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if uneven:
        monkeypatch.setattr(deadline, "_MOST_LOST", -1.0)
    for seed in range(int(uneven), SEEDS, 2):
        instance = draw(seed + 200, 5 if kind != "all different" else 4, kind)
        end, _, jobs = optimum(instance, system_of(WORKERS))
        order, offload, found = minimise_waiting(instance.costs, system_of(WORKERS))
        best, bound = [found], [0.0]

        def attempt(
            types: np.ndarray, instance: Instance = instance, jobs: Jobs = jobs, best: list[float] = best
        ) -> bool:
            value = end_of(instance, jobs, types)
            if value >= best[0]:
                return False
            best[0] = value
            return True

        def prove(value: float, bound: list[float] = bound) -> None:
            bound[0] = max(bound[0], value)

        assert closes(jobs)
        own = jobs.types_of(instance.costs, order, offload)
        run = Closing(
            jobs,
            own,
            attempt,
            prove,
            lambda best=best, bound=bound: (bound[0], best[0] * (1 - 5e-10)),
            flag(),
        )
        assert run.run(64_000) or end == 0.0
        assert best[0] == pytest.approx(end, rel=NEAR)
        assert bound[0] <= end * (1 + 1e-12)


def test_a_set_flag_ends_a_run_without_a_proof() -> None:
    jobs = two_classes()
    stop = np.ones(1, np.uint8)
    run = Closing(jobs, np.array([0, 2, 0]), lambda types: True, pytest.fail, lambda: (0.0, 11.0), stop)
    assert not run.run(64_000)
