"""The walk from the latest release back, on instances that once went wrong."""

from __future__ import annotations

import numpy as np
import pytest

from planner_core.methods.bf.back import back_forms, link_forms, solve_back
from planner_core.methods.bf.flow import TypeOrder
from planner_core.methods.bf.release import Relaxation, release_buckets
from planner_core.methods.bf.states import root_bound


@pytest.fixture
def order() -> TypeOrder:
    """Class 0 may be computed whole on the device (b = 0) at the latest release of all."""
    return TypeOrder(
        rank=np.arange(7),
        klass=np.array([0, 1, 1, 0, 1, 0, 0]),
        a=np.array([0.0, 0, 1, 3, 3, 4, 4]),
        b=np.array([4.0, 2, 4, 3, 3, 0, 3]),
        e=np.array([4.0, 4, 0, 2, 0, 0, 0]),
        serial=False,
        counts=np.array([1, 2]),
    )


@pytest.mark.parametrize("limit", [6.0006, 7.0, 1e9])
def test_a_path_that_sends_nothing_may_be_ready_after_the_latest_that_is_sent(order, limit):
    flag = np.zeros(1, np.uint8)
    buckets = release_buckets(Relaxation(order), limit, flag)
    for forms in (link_forms(order), back_forms(order, buckets)):
        found = solve_back(order, forms, limit, 1000, flag)
        assert found.bound == pytest.approx(6.0)
        # Class 1 raw, then class 1 after 3 s, while class 0 needs no link at all.
        assert sorted(found.types.tolist()) == [1, 4, 5]


def test_the_root_bound_counts_a_single_es(order):
    from planner_core.methods.bf.jobs import Jobs

    # Two equal paths, raw or after 1 s on the device; the ES, not the link, is the bottleneck.
    jobs = Jobs(
        counts=np.array([2]),
        start=np.array([0, 2]),
        split=np.array([1, 2]),
        a=np.array([0.0, 8.0]),
        b=np.array([1.0, 1.0]),
        e=np.array([8.0, 0.0]),
        device_workers=1,
        es_workers=1,
        class_of=np.zeros(2, np.int64),
        class_of_type=np.zeros(2, np.int64),
    )
    # Half the device and half the ES: each path costs at least 4 s of the mean.
    assert root_bound(jobs)[0] >= 8.0
