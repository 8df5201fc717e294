"""Two resources as a flow shop, the third as a load: hand-worked values, and never above what enumeration finds."""

from __future__ import annotations

import numpy as np
import oracle
import pytest
from instances import KINDS, Instance, draw, system_of

from planner_core.costs import PathCosts
from planner_core.methods.bf.jobs import Jobs, jobs_of
from planner_core.methods.bf.loads import (
    Shop,
    device_es_shop,
    device_link_shop,
    link_es_shop,
    solve_loads,
    unsent_end,
)
from planner_core.system import System

SEEDS = 8


def flag(value: int = 0) -> np.ndarray:
    return np.full(1, value, np.uint8)


def jobs(*rows: list[tuple[float, float, float]], class_of: list[int], es_workers: int | None = 1) -> Jobs:
    a, b, e = (np.array([[split[i] for split in row] for row in rows]) for i in range(3))
    costs = PathCosts(np.array(class_of), a, b, e, 0.0)
    return jobs_of(costs, System(device_workers=1, es_workers=es_workers))


def bound(shop: Shop, limit: float = 1e6) -> float:
    return solve_loads(shop, limit, 1000, flag()).bound


def test_link_and_es_wait_for_each_other() -> None:
    # (b, e) = (2, 3) and (4, 1): Johnson's order sends 0-2, 2-6; the ES works 2-5, 6-7.
    found = jobs([(0.0, 2.0, 3.0)], [(0.0, 4.0, 1.0)], class_of=[0, 1])
    outcome = solve_loads(link_es_shop(found), 100.0, 1000, flag())
    assert outcome.bound == 7.0
    assert outcome.complete
    assert outcome.types is not None
    assert outcome.types.tolist() == [0, 1]


def test_the_device_as_a_load_forbids_what_link_and_es_alone_would_choose() -> None:
    # Two paths, each sent at once (0, 5, 4) or worked on first (8, 1, 1). Both on the device would leave link and ES
    # 3 in all, but the device works 16, and then 2 follow. One each: 1 + 5 + 4 at link and ES, device 8 + 2.
    both = [(0.0, 5.0, 4.0), (8.0, 1.0, 1.0)]
    found = jobs(both, class_of=[0, 0])
    assert bound(link_es_shop(found)) == 10.0
    assert solve_loads(link_es_shop(found), 10.0, 1000, flag()).types is None


def test_the_es_time_of_the_last_path_sent_follows_though_another_ends_later() -> None:
    # One path can only stay on the device (10); the other takes 1, is sent in 2 and needs 9 at the ES.
    found = jobs([(10.0, 0.0, 0.0)], [(1.0, 2.0, 9.0)], class_of=[0, 1], es_workers=None)
    outcome = solve_loads(device_link_shop(found), 100.0, 1000, flag())
    assert outcome.bound == 12.0
    assert outcome.types is not None
    assert outcome.types.tolist() == [1, 0], "what is not sent comes behind"
    assert unsent_end(found) == np.inf


def test_of_paths_sent_one_is_the_last() -> None:
    # (a, b, e) = (1, 3, 5) and (2, 2, 1). The second last: max(4, 3) + 2 + 1 = 7; the first last: max(4, 3) + 3 + 5.
    found = jobs([(1.0, 3.0, 5.0)], [(2.0, 2.0, 1.0)], class_of=[0, 1], es_workers=None)
    assert bound(device_link_shop(found)) == 7.0
    # A single ES works 6 and cannot begin before 4.
    alone = jobs([(1.0, 3.0, 5.0)], [(2.0, 2.0, 1.0)], class_of=[0, 1])
    assert bound(device_link_shop(alone)) == 10.0


def test_device_and_es_with_the_link_between() -> None:
    # (a, b, e) = (1, 3, 5) twice: ES from 4 to 14; the link alone would be done at 7.
    found = jobs([(1.0, 3.0, 5.0)], class_of=[0, 0])
    assert bound(device_es_shop(found)) == 14.0
    # With a short ES time the link is the load: begins at 1, works 6, and e follows.
    found = jobs([(1.0, 3.0, 0.5)], class_of=[0, 0])
    assert bound(device_es_shop(found)) == 7.5


def test_plans_that_send_nothing_are_bounded_apart() -> None:
    found = jobs([(0.0, 4.0, 1.0), (3.0, 0.0, 0.0)], [(0.0, 4.0, 1.0), (2.0, 0.0, 0.0)], class_of=[0, 0, 1])
    assert unsent_end(found) == 8.0


@pytest.mark.parametrize("kind", KINDS)
def test_no_bound_is_above_the_optimum_at_any_width_and_limit(kind: str) -> None:
    for seed in range(SEEDS):
        instance = draw(seed, 5 if seed % 2 else 4, kind)
        for workers in ((1, 1), (1, None), (1, 2)):
            system = system_of(workers)
            found = jobs_of(instance.costs, system)
            end = float(oracle.bf_enumerate(instance.table, system).T) - instance.tail
            shops = [device_link_shop(found)]
            if workers == (1, 1):
                shops += [device_es_shop(found), link_es_shop(found)]
            for shop in shops:
                other = unsent_end(found) if shop.last_sent else np.inf
                for limit in (end * (1 + 1e-6), 1.3 * end, 2 * end + 1):
                    for width in (1, 3, 1000):
                        outcome = solve_loads(shop, limit, width, flag())
                        least = min(outcome.bound, other)
                        assert least <= end + 1e-12 * (end + instance.tail), (kind, seed, workers)
                        if outcome.types is not None:
                            assert np.array_equal(
                                np.bincount(found.class_of_type[outcome.types], minlength=len(found.counts)),
                                found.counts,
                            )


def test_more_labels_prove_no_less() -> None:
    gained = False
    for seed in range(30):
        found = jobs_of(draw(seed, 8, "like tiles").costs, system_of((1, 1)))
        for make in (device_link_shop, device_es_shop, link_es_shop):
            narrow, wide = (solve_loads(make(found), 1e3, width, flag()).bound for width in (1, 1000))
            assert narrow <= wide * (1 + 1e-12)
            gained = gained or narrow < wide * (1 - 1e-6)
    assert gained


def test_the_flag_ends_the_walk_with_a_bound_that_holds() -> None:
    found = jobs_of(draw(3, 8, "like tiles").costs, system_of((1, 1)))
    for make in (device_link_shop, device_es_shop, link_es_shop):
        whole = solve_loads(make(found), 1e3, 1000, flag())
        cut = solve_loads(make(found), 1e3, 1000, flag(1))
        assert cut.types is None
        assert not cut.complete
        assert cut.bound <= whole.bound


def test_raw_paths_reach_the_es_by_way_of_the_link() -> None:
    # (b, e) = (3, 4) twice and (6, 7), no device: link 3, 6, 12; ES 3-7, 7-11, 12-19. Lag and ES alone would say 18.
    found = jobs([(0.0, 3.0, 4.0)], [(0.0, 6.0, 7.0)], class_of=[0, 0, 1])
    assert bound(device_es_shop(found)) == 19.0


def test_a_path_that_is_sent_quickly_may_come_between() -> None:
    # As before, and a third class that works 2 on the device and is sent in 1: behind the first it is at the ES by 4,
    # which need not stand idle before 12: link 3, 4, 7, 13; ES 3-7, 7-12, 12-16, 16-23.
    found = jobs([(0.0, 3.0, 4.0)], [(0.0, 6.0, 7.0)], [(2.0, 1.0, 5.0)], class_of=[0, 0, 1, 2])
    assert bound(device_es_shop(found)) <= 23.0


def test_long_es_times_behind_raw_paths_are_never_bounded_above_the_optimum() -> None:
    rng = np.random.default_rng(11)
    system = System(device_workers=1, es_workers=1)
    coupled = tight = 0
    for _ in range(60):
        classes = int(rng.integers(2, 5))
        b = np.round(1 + 3 * rng.random((classes, 1)), 1)
        e = np.round(b * (1 + 0.3 * rng.random((classes, 1))), 1)
        deep = rng.random((classes, 2))
        a = np.concatenate([0 * b, np.round(deep * rng.choice([3.0, 15.0]), 1)], axis=1)
        b = np.concatenate([b, np.round(b * rng.random((classes, 2)) * 1.5, 1)], axis=1)
        e = np.concatenate([e, np.round(e * (1 - deep / 2), 1)], axis=1)
        instance = Instance("raw", 0, np.stack([a, b, e], axis=2).tolist(), [*range(classes), 0], 0.0)
        end = float(oracle.bf_enumerate(instance.table, system).T)
        shop = device_es_shop(jobs_of(instance.costs, system))
        coupled += shop.coupled > 1
        for limit in (end * (1 + 1e-6), 2 * end):
            least = solve_loads(shop, limit, 1000, flag()).bound
            assert least <= end * (1 + 1e-12)
            tight += least >= end * (1 - 1e-9)
    assert coupled > 10
    assert tight > 20
