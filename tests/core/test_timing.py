"""When everything happens: hand-worked schedules, the oracle's, and what holds for any plan."""

from __future__ import annotations

from random import Random

import numpy as np
import oracle
import pytest
from instances import KINDS, WORKERS, Instance, draw, system_of

from planner_core.plan import Schedule
from planner_core.system import System
from planner_core.timing import schedule

HAND = Instance(
    "by hand",
    0,
    [
        [(0.0, 5.0, 4.0), (3.0, 2.0, 1.0)],
        [(0.0, 4.0, 3.0), (2.0, 0.0, 2.0)],
        [(0.0, 1.0, 2.0), (1.0, 1.0, 0.0)],
    ],
    [0, 1, 2],
    0.5,
)


def timed(instance: Instance, system: System, order: list[int], offload: list[int]) -> Schedule:
    return schedule(instance.costs, system, np.array(order), np.array(offload))


def test_shared_device_by_hand() -> None:
    # Path 2: device 0-1, link 1-2, no ES. Path 0: 1-4, 4-6, 6-7. Path 1: 4-6, sends nothing, ES 6-8.
    s = timed(HAND, System(), [2, 0, 1], [2, 2, 2])
    assert (s.device_start.tolist(), s.device_end.tolist()) == ([1, 4, 0], [4, 6, 1])
    assert (s.link_start.tolist(), s.link_end.tolist()) == ([4, 6, 1], [6, 6, 2])
    assert (s.es_start.tolist(), s.es_end.tolist()) == ([6, 6, 2], [7, 8, 2])
    assert s.link_used.tolist() == [True, False, True]
    assert s.device_worker.tolist() == [0, 0, 0]
    assert s.es_worker.tolist() == [0, 1, -1]  # both at once, so a lane of its own
    assert (s.tail_start, s.tail_end) == (8, 8.5)


def test_a_path_that_sends_nothing_leaves_the_link_alone() -> None:
    s = timed(HAND, System(), [1, 2, 0], [1, 2, 1])
    assert (s.link_start.tolist(), s.link_end.tolist()) == ([1, 2, 0], [6, 2, 1])
    assert s.device_worker.tolist() == [-1, 0, -1]
    assert s.tail_end == 10.5


@pytest.mark.parametrize(
    ("workers", "end"),
    [
        ((1, 1), 15),
        ((1, 2), 11),
        ((1, None), 11),
        ((2, 1), 15),
        ((2, None), 9),
        ((None, 2), 11),
        ((None, None), 9),
    ],
)
def test_worker_counts_by_hand(workers: tuple[int | None, int | None], end: float) -> None:
    three = Instance("by hand", 0, [[(2.0, 1.0, 4.0)]], [0, 0, 0], 0.0)
    assert timed(three, system_of(workers), [0, 1, 2], [1, 1, 1]).tail_end == end


@pytest.mark.parametrize("kind", KINDS)
def test_times_are_those_of_the_oracle(kind: str) -> None:
    for seed in range(12):
        instance = draw(seed, 7, kind)
        order, offload = instance.random_plan(Random(seed))
        for workers in WORKERS:
            s = timed(instance, system_of(workers), order, offload)
            wanted = oracle.simulate(*instance.table, order, offload, system_of(workers))
            for p, times in enumerate(wanted.paths):
                assert (s.device_start[p], s.device_end[p]) == pytest.approx(times.device, rel=1e-12)
                assert (s.link_start[p], s.link_end[p]) == pytest.approx(times.link, rel=1e-12)
                assert (s.es_start[p], s.es_end[p]) == pytest.approx(times.es, rel=1e-12)
            assert s.tail_end == pytest.approx(wanted.T, rel=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_no_worker_does_two_things_at_once(kind: str) -> None:
    for seed in range(12):
        instance = draw(seed, 9, kind)
        order, offload = instance.random_plan(Random(seed))
        for workers in WORKERS:
            s = timed(instance, system_of(workers), order, offload)
            lanes = ((s.device_worker, s.device_start, s.device_end), (s.es_worker, s.es_start, s.es_end))
            for (lane, start, end), limit in zip(lanes, workers, strict=True):
                assert (lane >= 0).tolist() == (end > start).tolist() or kind == "huge ratios"
                assert limit is None or lane.max() < limit
                for number in set(lane[lane >= 0].tolist()):
                    at = np.flatnonzero(lane == number)
                    at = at[np.argsort(start[at], kind="stable")]
                    assert (end[at][:-1] <= start[at][1:]).all()


def test_more_workers_than_paths_are_as_good_as_unlimited() -> None:
    for seed in range(30):
        instance = draw(seed, 6)
        order, offload = instance.random_plan(Random(seed))
        for many, unlimited in (
            ((6, None), (None, None)),
            ((None, 9), (None, None)),
            ((1_000_000, 1), (None, 1)),
        ):
            ends = [timed(instance, system_of(w), order, offload).tail_end for w in (many, unlimited)]
            assert ends[0] == ends[1]
