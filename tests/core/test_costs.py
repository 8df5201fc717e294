"""Device, link and ES times of every path at every split, against the oracle's."""

from __future__ import annotations

from random import Random

import numpy as np
import oracle
import pytest
from networks_for_tests import random_network, random_system

from planner_core.costs import path_costs
from planner_core.network.model import Network
from planner_core.system import System
from planner_core.tiling import Tiling, cut_extent

REL = 1e-12


def assert_like_the_oracle(net: Network, system: System, tau: int, rows: int, cols: int) -> None:
    found = path_costs(Tiling.of(net, tau, rows, cols), system)
    wanted = oracle.costs(net, system, tau, rows, cols)
    for mine, theirs in zip((found.a, found.b, found.e), wanted[:3], strict=True):
        assert mine[found.class_of].tolist() == [pytest.approx(row, rel=REL, abs=0) for row in theirs]
    assert found.tail == pytest.approx(wanted.tail, rel=REL, abs=0)


@pytest.mark.parametrize("seed", range(80))
def test_random_networks_cost_what_the_oracle_says(seed: int) -> None:
    net, system, rng = random_network(seed), random_system(seed), Random(seed)
    for _ in range(3):
        tau = rng.randint(1, len(net))
        s_l, s_w = cut_extent(net, tau)
        assert_like_the_oracle(net, system, tau, rng.randint(1, min(s_l, 4)), rng.randint(1, min(s_w, 4)))


def test_paper_networks_cost_what_the_oracle_says(paper_network: Network) -> None:
    system = System(transfer_overhead_s=0.003, bits_per_element=16)
    for part in (0.3, 0.6):
        assert_like_the_oracle(paper_network, system, round(part * len(paper_network)), 2, 3)
    assert_like_the_oracle(paper_network, system, len(paper_network), 1, 1)


def test_overhead_is_paid_only_where_something_is_sent(alexnet_file: Network) -> None:
    tiling = Tiling.of(alexnet_file, len(alexnet_file), 1, 1)
    free, paid = (path_costs(tiling, System(transfer_overhead_s=s)) for s in (0.0, 0.5))
    assert (paid.b - free.b)[0, :-1] == pytest.approx(0.5)
    assert paid.b[0, -1] == free.b[0, -1] == 0


def test_classes_are_the_distinct_costs(paper_network: Network) -> None:
    tau = round(0.4 * len(paper_network))
    costs = path_costs(Tiling.of(paper_network, tau, 5, 4), System())
    rows = [tuple(np.concatenate([costs.a[k], costs.b[k], costs.e[k]])) for k in range(len(costs.a))]
    assert len(set(rows)) == len(rows)
    assert sorted(set(costs.class_of.tolist())) == list(range(len(rows)))
    assert costs.paths == 20


def test_speeds_change_no_geometry(alexnet_file: Network) -> None:
    tiling = Tiling.of(alexnet_file, 4, 3, 3)
    slow, fast = (path_costs(tiling, System(device_flops=f)) for f in (1e9, 2e9))
    assert slow.class_of is fast.class_of is tiling.class_of
    assert (slow.a == 2 * fast.a).all()
