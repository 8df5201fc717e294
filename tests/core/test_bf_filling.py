"""All choices of splits where the ES is always busy: hand-worked, against enumeration, and what it is not for."""

from __future__ import annotations

from random import Random

import numpy as np
import oracle
import pytest
from instances import KINDS, Instance, draw, optimum, system_of

from planner_core.costs import PathCosts
from planner_core.methods.bf.filling import solve_fillings
from planner_core.methods.bf.jobs import jobs_of
from planner_core.methods.bf.loads import shops_of
from planner_core.methods.bf.states import Outcome
from planner_core.system import System
from planner_core.timing import schedule

NEAR = 1e-9
SINGLE = (1, 1)
SYSTEM = System(device_workers=1, es_workers=1)


def flag(value: int = 0) -> np.ndarray:
    return np.full(1, value, np.uint8)


def fill(costs: PathCosts, limit: float, most: int = 10**6, stopped: int = 0) -> Outcome | None:
    jobs = jobs_of(costs, SYSTEM)
    return solve_fillings(jobs, shops_of(jobs), limit, NEAR, most, most, flag(stopped))


def end_of(costs: PathCosts, outcome: Outcome) -> float:
    assert outcome.types is not None
    return schedule(costs, SYSTEM, *jobs_of(costs, SYSTEM).sequence(outcome.types)).tail_start


def slow_device(seed: int) -> Instance:
    """Some 5 paths that are sent quickly, and whose work the device does `ratio` times more slowly than the ES."""
    rng = Random(f"filling {seed}")
    classes, ratio, splits = rng.randint(1, 3), rng.choice([3.0, 10.0, 30.0]), rng.randint(2, 4)
    rows = []
    for _ in range(classes):
        work = rng.uniform(5, 15)
        done = [0.0, *sorted(rng.uniform(0.0, work) for _ in range(splits - 1))]
        sent = [rng.uniform(0.1, 2.0) for _ in done]
        loss = rng.choice([0.0, 0.0, 0.02])
        rows.append(
            [
                (ratio * d, b, work - d * (1 - loss * i))
                for i, (d, b) in enumerate(zip(done, sent, strict=True))
            ]
        )
    class_of = [k for k in range(classes) for _ in range(rng.randint(1, 2))]
    return Instance("slow device", seed, rows, class_of, 0.0)


def test_the_device_is_filled_up_to_what_follows_its_last() -> None:
    # Four paths (0, 1, 10) raw end at 1 + 40 = 41. Device work of 8 or 14 saves a tenth of it at the ES, and is sent
    # in 1 or 6. 8 + 8 + 8 = 24 ends at 1 + 40 - 2.4 = 38.6, for the last one has 1 + 9.2 to come: 34.2. More would be
    # 14 + 14 = 28, but 28 + 6 + 8.6 = 42.6; 14 + 8 + 8 = 30, but 30 + 1 + 9.2 = 40.2; 14 + 8 = 22 is less.
    a = np.array([[0.0, 8.0, 14.0]])
    costs = PathCosts(np.zeros(4, np.int64), a, np.array([[1.0, 1.0, 6.0]]), 10 - 0.1 * a, 0.0)
    found = fill(costs, 41.0)
    assert found is not None
    assert found.complete
    assert end_of(costs, found) == pytest.approx(38.6)
    assert np.sort(found.types).tolist() == [0, 1, 1, 1]


def test_the_es_waits_longer_where_the_path_sent_soonest_is_on_the_device() -> None:
    # The one path (0, 1, 10) would save 2 at the ES with a device work of 20; the others are not sent before 3, so
    # the ES ends at 3 + 8 + 20 = 31 as it does without. Weighed against its 28.5 on the device: (31 + 2.85) / 1.1.
    a = np.array([[0.0, 20.0], [0.0, 100.0]])
    costs = PathCosts(np.array([0, 1, 1]), a, np.array([[1.0, 0.5], [3.0, 0.5]]), 10 - 0.1 * a, 0.0)
    at_once = fill(costs, 30.77, most=0)
    assert at_once is not None
    assert at_once.complete
    later = fill(costs, 30.9)
    assert later is not None
    assert later.complete


def test_work_that_is_taken_off_by_rounding_alone_is_none() -> None:
    # Four times 0.39315575 less as often leaves 6e-17: all paths on the device need no ES, and end at 0.90493947.
    a, b, e = (np.array([row]) for row in ([0.0, 0.22623487], [0.57869115, 0.0], [0.39315575, 0.0]))
    costs = PathCosts(np.zeros(4, np.int64), a, b, e, 0.0)
    found = fill(costs, 0.91)
    assert found is not None
    assert found.types is not None
    assert end_of(costs, found) == pytest.approx(4 * 0.22623487)


def test_without_work_for_the_device_nothing_ends_before_all_is_sent() -> None:
    a, b, e = (np.array([row]) for row in ([0.0], [1.0], [10.0]))
    costs = PathCosts(np.zeros(2, np.int64), a, b, e, 0.0)
    found = fill(costs, 21.0)
    assert found is not None
    assert found.complete
    assert fill(costs, 21.5) is None


@pytest.mark.parametrize("seed", [1721, 1725, 2161, 2237])
@pytest.mark.parametrize("most", [30, 10**6])
def test_the_first_order_that_is_found_is_not_taken_for_the_best(seed: int, most: int) -> None:
    # The right splits are found, in an order that ends in time but could end sooner.
    instance = slow_device(seed)
    best, _, _ = optimum(instance, SYSTEM)
    found = fill(instance.costs, best * 1.02, most)
    assert found is not None
    assert found.bound <= best * (1 + 1e-12)


@pytest.mark.parametrize("paths", [2, 3])
def test_no_path_may_need_the_es(paths: int) -> None:
    # Raw (0, 1, 10), or all on the device in 2: that ends soonest, and no ES has to begin.
    costs = PathCosts(
        np.zeros(paths, np.int64),
        np.array([[0.0, 2.0]]),
        np.array([[1.0, 0.0]]),
        np.array([[10.0, 0.0]]),
        0.0,
    )
    found = fill(costs, 2.0 * paths + 0.1)
    assert found is not None
    assert found.types is not None
    assert end_of(costs, found) == 2.0 * paths
    none = fill(costs, 2.0 * paths)
    assert none is not None
    assert none.types is None
    assert none.complete


def test_the_es_waits_for_the_second_path_too() -> None:
    # Raw (0, 1, 1) and twice (0, 3, 9): the ES has a path at 1, the next at 4, and ends at 4 + 9 + 9 = 22 at least, or
    # at 3 + 9 + 1 + 9 = 22 the other way round. The device takes no work off it that would be worth its time.
    a = np.array([[0.0, 50.0], [0.0, 50.0]])
    costs = PathCosts(
        np.array([0, 1, 1]), a, np.array([[1.0, 0.5], [3.0, 0.5]]), np.array([[1.0, 0.0], [9.0, 0.1]]), 0.0
    )
    found = fill(costs, 21.9, most=0)
    assert found is not None
    assert found.complete
    assert fill(costs, 22.1) is None


def test_it_finds_the_enumerations_optimum_or_a_bound_below_it() -> None:
    settled = 0
    for seed in range(150):
        instance = slow_device(seed)
        best = float(oracle.bf_enumerate(instance.table, SYSTEM).T)
        for limit, most in ((best * 1.02, 30), (best * 1.02, 10**6), (best * 1.2, 10**6)):
            loose = fill(instance.costs, limit, most)
            assert loose is None or loose.bound <= best * (1 + 1e-12)
        above = fill(instance.costs, best * (1 + 1e-3))
        if above is None:
            continue
        assert above.bound <= best * (1 + 1e-12)
        below = fill(instance.costs, best * (1 - NEAR))
        assert below is not None
        assert below.types is None
        assert below.bound <= best
        if above.types is not None:
            assert best <= end_of(instance.costs, above) * (1 + 1e-12)
            if above.complete:
                assert end_of(instance.costs, above) == pytest.approx(best, rel=2 * NEAR)
                settled += below.complete
    assert settled > 60


@pytest.mark.parametrize("kind", KINDS)
def test_no_bound_exceeds_the_optimum_whatever_the_instance(kind: str) -> None:
    for seed in range(40):
        instance = draw(seed, 4, kind)
        best = float(oracle.bf_enumerate(instance.table, system_of(SINGLE)).T) - instance.tail
        for limit in (best * (1 + 1e-6), best * 1.05, best * 1.5):
            found = fill(instance.costs, limit)
            if found is not None:
                assert found.bound <= max(best, NEAR) * (1 + 1e-12)
                assert found.types is None or end_of(instance.costs, found) >= best * (1 - 1e-12)


def test_few_choices_still_prove_something() -> None:
    costs = slow_device(11).costs
    whole, some = fill(costs, 1e3), fill(costs, 1e3, most=1)
    assert whole is None  # plans without any device work end before
    assert some is None
    for seed in range(40):
        costs = slow_device(seed).costs
        raw = float((costs.a + costs.b)[:, 0].min() + costs.e[costs.class_of, 0].sum())
        whole, some = fill(costs, raw), fill(costs, raw, most=0)
        if whole is not None and some is not None:
            assert some.types is None
            assert 0 < some.bound <= whole.bound


def test_the_flag_leaves_the_question_open() -> None:
    for seed in range(40):
        costs = slow_device(seed).costs
        found = fill(costs, float(costs.e[costs.class_of, 0].sum()), stopped=1)
        assert found is None or found.types is None


def test_it_is_not_for_classes_with_several_splits_that_need_no_device() -> None:
    a, b, e = (np.array([row]) for row in ([0.0, 0.0, 3.0], [2.0, 1.0, 1.0], [1.0, 2.0, 0.5]))
    assert fill(PathCosts(np.zeros(2, np.int64), a, b, e, 0.0), 1.0) is None
