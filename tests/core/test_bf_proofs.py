"""What is proven holds, whatever rounding has done to a tableau: no limit is refuted that a plan meets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from instances import KINDS, answer_of, draw, optimum, real_part, system_of

from planner_core.methods.bf import deadline
from planner_core.methods.bf.branching import branch
from planner_core.methods.bf.cut import relaxed
from planner_core.methods.bf.cut_kernels import rooms
from planner_core.methods.bf.deadline import Refuter
from planner_core.methods.bf.parting_kernels import _side, _widest, opened_whole, parted
from planner_core.methods.bf.rounding_kernels import no_cuts
from planner_core.methods.bf.run import Run

WORKERS = (None, None)

SENDING = sorted(set(KINDS) - {"zeros", "device only", "nothing sent"})
"""Kinds in which something must be sent, so that there is a tableau."""


def flag() -> np.ndarray:
    return np.zeros(1, np.uint8)


@pytest.mark.parametrize("above", [0.00535, 0.0023, 0.00662])
def test_a_real_limit_that_a_plan_meets_is_not_refuted(above: float) -> None:
    # The best plan ends at 2.0259198 s. Hundreds of pivots that gain nothing made numbers of paths like -335, after
    # which there was "no" number of early paths left to look at.
    part = real_part("yolov2", 26, 64, 100, 2.02592 * (1 + above))
    _, refuted = branch(part, 100.0, flag())
    assert not refuted


def spoiled(node: Any, how: str, rng: np.random.Generator) -> Any:
    tab, basis, slot, rows, *rest = node
    tab, basis, slot = tab.copy(), basis.copy(), slot.copy()
    size = tab[:rows].shape
    if how == "noise":
        tab[:rows] += rng.normal(0.0, 1.0, size) * (tab[:rows] != 0.0)
    elif how == "right-hand sides":
        tab[1:rows, -1] = rng.normal(0.0, 300.0, rows - 1)
    elif how == "costs":
        tab[0] = rng.normal(0.0, 1e3, size[1])
    elif how == "huge":
        tab[:rows] *= 10.0 ** rng.uniform(-12.0, 300.0, size)
    else:
        tab[:rows][rng.random(size) < 0.3] = np.nan
    return tab, basis, slot, rows, *rest


@pytest.mark.parametrize("how", ["noise", "right-hand sides", "costs", "huge", "not a number"])
@pytest.mark.parametrize("kind", SENDING)
def test_a_tableau_may_be_anything_and_yet_proves_nothing_wrong(kind: str, how: str) -> None:
    found_some = refuted_some = 0
    for seed in range(8):
        instance = draw(seed + 4_000, 4, kind)
        end, _, jobs = optimum(instance, system_of(WORKERS))
        if end == 0.0:
            continue
        for beyond in (1e-9, 0.05, -1e-9, -0.05):
            part = Refuter(jobs, flag()).deadlines(end * (1 + beyond))
            if part is None or not len(part.classes):
                assert part is not None or beyond < 0.0
                continue
            whole = opened_whole(
                part.d, part.b, part.e, part.klass, part.counts, *part.cuts, seed % 3, flag()
            )
            for turn in range(3):
                node = spoiled(whole, how, np.random.default_rng([seed, turn]))
                total = int(part.counts.sum())
                found, sequence, told, _, nodes, _ = parted(
                    node, part.d, part.b, part.e, total, 1, 8, 5_000.0, flag()
                )
                if found:
                    found_some += 1
                    types = part.rank[sequence][::-1]
                    paths = np.bincount(jobs.class_of_type[types], minlength=len(jobs.counts))
                    assert (paths[part.classes] >= 0).all()
                    assert paths.sum() == total
                    assert beyond > 0.0
                elif told and not nodes:
                    refuted_some += 1
                    assert beyond < 0.0
    assert found_some + refuted_some > 20


@pytest.mark.parametrize("how", ["noise", "right-hand sides", "costs", "huge", "not a number"])
@pytest.mark.parametrize("kind", SENDING)
def test_no_number_of_early_paths_is_left_out_that_a_plan_has(kind: str, how: str) -> None:
    looked_at = 0
    for seed in range(12):
        instance = draw(seed + 5_000, 4, kind)
        end, types, jobs = optimum(instance, system_of(WORKERS))
        part = Refuter(jobs, flag()).deadlines(end * (1 + 1e-9))
        if end == 0.0:
            continue
        assert part is not None
        if not len(part.classes):
            continue
        assert part.like is not None
        place = {int(kind): at for at, kind in enumerate(part.rank)}
        sent = [place[like] for like in part.like[types].tolist() if like >= 0]
        link, _, level, _, _ = rooms(part.d, part.b, part.e, part.d[-1])
        whole = opened_whole(part.d, part.b, part.e, part.klass, part.counts, *part.cuts, 2, flag())
        rng = np.random.default_rng(seed)
        for at in rng.permutation(len(part.b))[:10].tolist():
            node = spoiled(whole, how, rng)
            cuts = no_cuts(len(part.b))
            count = len(node[-1][2])
            for cut, few in zip(cuts, node[-1], strict=True):
                cut[:count] = few
            k = part.klass[at]
            side = ((part.klass == k) & (np.arange(len(part.b)) <= at)).astype(float)
            begin = int(rng.integers(0, part.counts[k] + 1))
            left = []
            for early, step in ((begin, -1), (begin + 1, 1)):
                nodes, values, _ = _side(
                    (*node[:-1], cuts), level, link, count, side, at, early, step, flag()
                )
                assert len(nodes) == len(values)
                left += [int(other[6][k]) for other in nodes]
            looked_at += part.counts[k] > 0
            assert int(side[sent].sum()) in left
    assert looked_at > 2


def test_a_class_of_two_types_is_parted_whatever_its_price() -> None:
    d, klass = np.array([10.0, 14.0, 15.0]), np.array([0, 0, 1])
    for price in (1.0, 0.0, -0.3, -1e9, -np.inf, np.nan):
        assert _widest(d, klass, np.array([2, 1]), np.array([price, 1.0])) == 0
    assert _widest(d, klass, np.array([0, 1]), np.array([np.inf, 1.0])) == -1


@pytest.mark.parametrize("spoil", [-335.0, np.nan, 1e9, 0.0, 0.4])
def test_a_first_plan_has_all_paths_whatever_the_program_says(
    spoil: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = 0
    for seed in range(30):
        instance = draw(seed + 6_000, 4, "all different")
        end, _, jobs = optimum(instance, system_of(WORKERS))
        real = relaxed

        def spoilt(*args: Any, real: Any = real) -> Any:
            program = real(*args)
            program.paths[int(program.paths.argmax())] = spoil
            return program

        monkeypatch.setattr(deadline, "relaxed", spoilt)
        refuter = Refuter(jobs, flag())
        refuter.worth.uneven = False
        types = refuter.dive(end * 1.2, 250)
        if types is not None:
            found += 1
            paths = np.bincount(jobs.class_of_type[types], minlength=len(jobs.counts))
            assert (paths == jobs.counts).all()
    assert found > 5


def test_a_plan_below_the_bound_is_an_error_and_not_a_result() -> None:
    instance = draw(4, 4, "all different")
    system = system_of(WORKERS)
    end, types, jobs = optimum(instance, system)
    order, offload = jobs.sequence(types)
    answer = answer_of(instance.costs, system, order.tolist(), offload.tolist())
    answer.end = 2 * end
    run = Run(answer, jobs, instance.costs, flag(), np.inf)
    answer.bound = end * (1 + 1e-7)
    with pytest.raises(ArithmeticError, match="which is wrong"):
        run._try(types)
    assert answer.end == 2 * end
    answer.bound = end * (1 + 1e-10)  # rounding
    assert run._try(types)
    assert answer.end == end
