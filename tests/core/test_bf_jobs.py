"""Which splits BF looks at: those that no other of the class beats or equals, by brute force."""

from __future__ import annotations

import numpy as np
import pytest
from instances import WORKERS, draw, system_of

from planner_core.costs import PathCosts
from planner_core.methods.bf import jobs
from planner_core.system import System
from planner_core.timing import schedule


def kept_by_hand(a: np.ndarray, b: np.ndarray, e: np.ndarray) -> list[int]:
    """Indices of one class that stay."""
    times = [*zip(a, b, e, strict=True)]
    return [
        j
        for j, own in enumerate(times)
        if not any(
            all(x <= y for x, y in zip(other, own, strict=True)) and (other != own or i < j)
            for i, other in enumerate(times)
            if i != j
        )
    ]


@pytest.mark.parametrize("at_once", [None, 1, 150, 4_000_000])
def test_dominated_splits_go_class_by_class(at_once: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiled, and as for an interpreter, so many pairs at once."""
    if at_once is not None:
        monkeypatch.setattr(jobs, "_MOST_PAIRS", at_once)
        monkeypatch.setattr(jobs, "_undominated", jobs._in_parts)
    rng = np.random.default_rng(3)
    a, b, e = (rng.integers(0, 4, (9, 7)).astype(float) for _ in range(3))
    costs = PathCosts(np.arange(9), a, b, e, 0.0)
    found = jobs.jobs_of(costs, System(1e9, 1e10, 1e6))
    for k in range(9):
        own = slice(found.start[k], found.start[k + 1])
        assert (found.split[own] - 1).tolist() == kept_by_hand(a[k], b[k], e[k])
        assert (found.class_of_type[own] == k).all()
        assert (found.a[own] == a[k][found.split[own] - 1]).all()


@pytest.mark.parametrize("workers", WORKERS)
def test_a_sequence_of_types_ends_as_its_plan_to_the_bit(workers: tuple[int | None, int | None]) -> None:
    rng = np.random.default_rng(8)
    for seed in range(20):
        instance = draw(seed, 9)
        costs, system = instance.costs, system_of(workers)
        found = jobs.jobs_of(costs, system)
        classes = rng.permutation(costs.class_of)
        types = rng.integers(found.start[classes], found.start[classes + 1])
        order, offload = found.sequence(types)
        assert sorted(order.tolist()) == list(range(costs.paths))
        assert (costs.class_of[order] == classes).all()
        assert (offload[order] == found.split[types]).all()
        for k in range(len(found.counts)):
            assert (np.diff(order[classes == k]) > 0).all()
        assert found.end_of(types) == schedule(costs, system, order, offload).tail_start
