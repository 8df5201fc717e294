"""Whether a limit can be met, by the linear program and by parts: against HiGHS, whole assignments and enumeration."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import highspy
import numpy as np
import pytest
from instances import KINDS, draw, end_of, optimum, system_of

from planner_core.methods.bf import branching
from planner_core.methods.bf.branching import branch
from planner_core.methods.bf.cut import Relaxed, relaxed
from planner_core.methods.bf.deadline import Refuter
from planner_core.methods.bf.due import Deadlines
from planner_core.methods.bf.jobs import Jobs

WORKERS = (None, None)
SEEDS = 12


def flag() -> np.ndarray:
    return np.zeros(1, np.uint8)


def solved(part: Deadlines, tried: int = 0) -> Relaxed:
    return relaxed(part, flag(), tried)


def part_of(d: list[float], b: list[float], e: list[float], klass: list[int], counts: list[int]) -> Deadlines:
    """The types of classes that must send; the limit, and with it the release, are of no account."""
    classes, types = np.arange(len(counts)), np.arange(len(d))
    return Deadlines(
        classes,
        np.full(len(counts), -1),
        types,
        np.array(klass),
        np.zeros(len(d)),
        np.array(b),
        np.array(e),
        np.array(d),
        np.array(counts),
    )


def random_part(seed: int) -> Deadlines:
    rng = np.random.default_rng(seed)
    classes, types = int(rng.integers(1, 6)), int(rng.integers(6, 40))
    klass = np.concatenate([np.arange(classes), rng.integers(0, classes, max(types - classes, 0))])
    rng.shuffle(klass)
    b, e = rng.uniform(0.05, 1.0, len(klass)), rng.uniform(0.0, 1.0, len(klass))
    if seed % 3 == 0:
        b, e = np.round(b * 4 + 1), np.round(e * 2)  # ties in everything
    counts = rng.integers(1, 5, classes)
    d = np.sort(rng.uniform(0.0, float(rng.uniform(0.5, 2.0)) * counts.sum() * b.mean(), len(klass)))
    if seed % 3 == 0:
        d = np.round(d)
    d = d + b + e
    by = np.argsort(d, kind="stable")
    return part_of(d[by].tolist(), b[by].tolist(), e[by].tolist(), klass[by].tolist(), counts.tolist())


def by_highs(
    part: Deadlines, least: dict[int, float] | None = None, given: tuple[Any, float] | None = None
) -> float:
    """The program as it stands: most v; a number of paths at least for some types, or in all for some."""
    types = len(part.b)
    room = part.d - np.minimum.accumulate(part.e)
    highs = highspy.Highs()
    highs.silent()
    inf = highspy.kHighsInf
    x = [highs.addVariable((least or {}).get(t, 0.0), inf) for t in range(types)]
    v = highs.addVariable(-inf, inf)
    for t in range(types):
        if t + 1 == types or part.d[t + 1] > part.d[t]:
            highs.addConstr(sum(float(part.b[s]) * x[s] for s in range(t + 1)) + v <= float(room[t]))
    for k, count in enumerate(part.counts):
        highs.addConstr(sum(x[t] for t in range(types) if part.klass[t] == k) == int(count))
    if given is not None:
        highs.addConstr(sum(x[t] for t in np.flatnonzero(given[0])) == given[1])
    highs.maximize(v)
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return -np.inf
    return float(highs.getObjectiveValue())


def test_a_hand_worked_program_is_solved_to_the_path() -> None:
    # Due in 4 s: a path that sends 6 s cannot be whole; in 10 s it sends 8 s, and the other class 2 s or, earlier,
    # 3 s by 5 s. One path of 8 s and one of 2 s fill the 10 s: v is 0 with whole paths. Cut up, x of the path in the
    # first 4 s saves 2x of link time, so that v = 2x there; and 6x + v <= 4: x = 1/2, v = 1.
    part = part_of([4.0, 5.0, 10.0, 10.0], [6.0, 3.0, 8.0, 2.0], [0.0] * 4, [0, 1, 0, 1], [1, 1])
    program = solved(part, 8)
    assert program.value == pytest.approx(1.0)
    assert program.paths == pytest.approx([0.5, 0.0, 0.5, 1.0])
    # The loads weigh 1/4 and 3/4: a path of the first class costs 3/4 of 8 s, one of the other 3/4 of 2 s, and that
    # of 3 s by 5 s (3/4) 3 - 1.5 s more than that.
    assert program.price == pytest.approx([6.0, 1.5])
    assert program.dear == pytest.approx([0.0, 0.75, 0.0, 0.0])
    # Parted after the early type: with none there v is 0, with the one there it is -2.
    assert program.at == 0
    assert program.values[0] == pytest.approx(0.0)
    assert program.values[1] < 0.0


def test_all_numbers_of_a_part_that_may_be_are_known() -> None:
    # Eight paths send 1 s by 5.5 s or 1.05 s by 10 s: with x of them early v is the lesser of 5.5 - x and 1.6 + 0.05 x.
    program = solved(part_of([5.5, 10.0], [1.0, 1.05], [0.0, 0.0], [0, 0], [8]), 8)
    early = 3.9 / 1.05
    assert program.value == pytest.approx(5.5 - early)
    assert program.paths == pytest.approx([early, 8 - early])
    assert program.at == 0
    assert program.values[:6] == pytest.approx([1.6, 1.65, 1.7, 1.75, 1.5, 0.5])
    assert (program.values[6:] < 0.0).all()


@pytest.mark.parametrize("seed", range(60))
def test_the_linear_program_is_that_of_an_independent_solver(seed: int) -> None:
    part = random_part(seed)
    program, value = solved(part, 8), by_highs(part)
    if value < 0.0:
        assert program.value < 1e-9
        return
    assert program.value == pytest.approx(value, abs=1e-8)
    # The paths keep all loads, and are all there.
    room = part.d - np.minimum.accumulate(part.e)
    last = np.append(part.d[1:] > part.d[:-1], True)
    assert (room - np.cumsum(part.b * program.paths))[last].min() >= value - 1e-8
    assert np.bincount(part.klass, program.paths, len(part.counts)) == pytest.approx(part.counts)
    # What a path of a type costs is no more than it does.
    for t in range(len(part.b)):
        assert by_highs(part, {t: 1.0}) <= program.value - program.dear[t] + 1e-8


@pytest.mark.parametrize("seed", range(60, 120))
def test_parts_are_refuted_only_where_they_cannot_be(seed: int) -> None:
    part = random_part(seed)
    program = solved(part, 8)
    if program.at < 0:
        assert program.value < 0.0 or program.paths == pytest.approx(np.round(program.paths))
        return
    k = part.klass[program.at]
    early = (part.klass == k) & (np.arange(len(part.b)) <= program.at)
    assert program.values.shape == (part.counts[k] + 1,)
    for number, value in enumerate(program.values):
        true = by_highs(part, given=(early, float(number)))
        if value >= 0.0:
            assert value >= true - 1e-8
        else:
            assert true < 1e-8
    # The number that the whole program takes lies between two that are known.
    between = np.flatnonzero(program.values >= 0.0)
    assert all(after - before == 1 for before, after in pairwise(between))


@pytest.mark.parametrize("seed", range(120, 160))
def test_no_whole_assignment_beats_the_program(seed: int) -> None:
    part = random_part(seed)
    rng = np.random.default_rng(seed)
    program = solved(part)
    room = part.d - np.minimum.accumulate(part.e)
    last = np.append(part.d[1:] > part.d[:-1], True)
    for _ in range(200):
        paths = np.zeros(len(part.b))
        for k, count in enumerate(part.counts):
            own = np.flatnonzero(part.klass == k)
            paths += np.bincount(rng.choice(own, count), minlength=len(paths))
        value = (room - np.cumsum(part.b * paths))[last].min()
        assert value < 0.0 or value <= program.value + 1e-9
        if value >= 0.0:
            assert (program.dear[paths > 0] <= program.value + 1e-9).all()


def refuter_of(jobs: Jobs, uneven: bool) -> Refuter:
    refuter = Refuter(jobs, flag())
    refuter.worth.uneven = uneven
    return refuter


@pytest.mark.parametrize(("every", "free"), [(3, 15), (1, 0), (1_000, 0)])
@pytest.mark.parametrize("uneven", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_limit_is_refuted_by_parts_if_and_only_if_no_plan_meets_it(
    kind: str, uneven: bool, every: int, free: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(branching, "_EVERY", every)  # with a table for every part, or without
    monkeypatch.setattr(branching, "_FREE", free)
    for seed in range(int(uneven), SEEDS, 2):
        instance = draw(seed + 700, 4, kind)
        end, _, jobs = optimum(instance, system_of(WORKERS))
        if end == 0.0:
            continue
        for above in (1e-9, 0.01, 0.3):
            refuter = refuter_of(jobs, uneven)
            verdict = refuter.decide_by_parts(end * (1 + above), 100_000)
            assert not verdict.refuted
            assert verdict.types is not None
            if end_of(instance, jobs, verdict.types) > end * (1 + above) * (1 + 1e-12):
                # A plan may seem to meet a limit where its end was taken for in order; then it is looked at closely.
                refuter.misled()
                verdict = refuter.decide_by_parts(end * (1 + above), 100_000)
                assert verdict.types is not None
                assert end_of(instance, jobs, verdict.types) <= end * (1 + above) * (1 + 1e-12)
        for below in (1e-9, 1e-3, 0.2):
            assert refuter_of(jobs, uneven).decide_by_parts(end * (1 - below), 100_000).refuted


def test_a_set_flag_or_few_parts_prove_nothing() -> None:
    needed = 0
    for seed in range(20):
        instance = draw(seed, 5, "all different")
        end, _, jobs = optimum(instance, system_of(WORKERS))
        refuter = refuter_of(jobs, True)
        part = refuter.deadlines(end * (1 - 1e-9))
        if part is None or not len(part.classes) or branch(refuter, part, 1) != (None, False):
            continue
        needed += 1
        assert branch(refuter, part, 1_000) == (None, True)
        refuter.flag[0] = 1
        assert branch(refuter, part, 1_000) == (None, False)
    assert needed > 2
