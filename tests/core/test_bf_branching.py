"""Whether a limit can be met, by the linear program, its cuts and by parts: against HiGHS and enumeration."""

from __future__ import annotations

from itertools import permutations, product
from typing import Any

import highspy
import numpy as np
import pytest
from instances import KINDS, draw, end_of, optimum, system_of

from planner_core.costs import PathCosts
from planner_core.methods.bf import branching
from planner_core.methods.bf.branching import branch
from planner_core.methods.bf.cut import Relaxed, relaxed
from planner_core.methods.bf.deadline import Refuter
from planner_core.methods.bf.due import Deadlines, no_cuts
from planner_core.methods.bf.jobs import Jobs, jobs_of
from planner_core.methods.bf.order_kernels import ordered

WORKERS = (None, None)
SEEDS = 12


def flag() -> np.ndarray:
    return np.zeros(1, np.uint8)


def solved(part: Deadlines, rounds: int = 0) -> Relaxed:
    return relaxed(part, flag(), rounds)


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
        no_cuts(len(d)),
    )


def random_part(seed: int, es: bool = True) -> Deadlines:
    rng = np.random.default_rng(seed)
    classes, types = int(rng.integers(1, 6)), int(rng.integers(6, 40))
    klass = np.concatenate([np.arange(classes), rng.integers(0, classes, max(types - classes, 0))])
    rng.shuffle(klass)
    b, e = rng.uniform(0.05, 1.0, len(klass)), rng.uniform(0.0, 1.0, len(klass))
    if seed % 3 == 0:
        b, e = np.round(b * 4 + 1), np.round(e * 2)  # ties in everything
    e = e if es else 0.0 * e
    counts = rng.integers(1, 5, classes)
    d = np.sort(rng.uniform(0.0, float(rng.uniform(0.5, 2.0)) * counts.sum() * b.mean(), len(klass)))
    if seed % 3 == 0:
        d = np.round(d)
    d = d + b + e
    by = np.argsort(d, kind="stable")
    return part_of(d[by].tolist(), b[by].tolist(), e[by].tolist(), klass[by].tolist(), counts.tolist())


def by_highs(part: Deadlines, least: dict[int, float] | None = None, whole: bool = False) -> float:
    """The program as it stands: most v; a number of paths at least for some types; if `whole` no path is cut up."""
    types = len(part.b)
    room = part.d - np.minimum.accumulate(part.e)
    highs = highspy.Highs()
    highs.silent()
    inf = highspy.kHighsInf
    highs.setOptionValue("mip_rel_gap", 0.0)
    kind = highspy.HighsVarType.kInteger if whole else highspy.HighsVarType.kContinuous
    x = [highs.addVariable((least or {}).get(t, 0.0), inf, type=kind) for t in range(types)]
    v = highs.addVariable(-inf, inf)
    for t in range(types):
        if t + 1 == types or part.d[t + 1] > part.d[t]:
            highs.addConstr(sum(float(part.b[s]) * x[s] for s in range(t + 1)) + v <= float(room[t]))
    for k, count in enumerate(part.counts):
        highs.addConstr(sum(x[t] for t in range(types) if part.klass[t] == k) == int(count))
    highs.maximize(v)
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return -np.inf
    return float(highs.getObjectiveValue())


def test_a_hand_worked_program_is_solved_to_the_path() -> None:
    # Due in 4 s: a path that sends 6 s cannot be whole; in 10 s it sends 8 s, and the other class 2 s or, earlier,
    # 3 s by 5 s. One path of 8 s and one of 2 s fill the 10 s: v is 0 with whole paths. Cut up, x of the path in the
    # first 4 s saves 2x of link time, so that v = 2x there; and 6x + v <= 4: x = 1/2, v = 1.
    part = part_of([4.0, 5.0, 10.0, 10.0], [6.0, 3.0, 8.0, 2.0], [0.0] * 4, [0, 1, 0, 1], [1, 1])
    program = solved(part)
    assert program.value == pytest.approx(1.0)
    assert program.paths == pytest.approx([0.5, 0.0, 0.5, 1.0])
    # The loads weigh 1/4 and 3/4: a path of the first class costs 3/4 of 8 s, one of the other 3/4 of 2 s, and that
    # of 3 s by 5 s (3/4) 3 - 1.5 s more than that.
    assert program.price == pytest.approx([6.0, 1.5])
    assert program.dear == pytest.approx([0.0, 0.75, 0.0, 0.0])
    # Half a path is no path: rounding down what is left of the first 4 s, v is 0.
    cut = solved(part, 1)
    assert len(cut.cuts.mosts) > 0
    assert -1e-9 <= cut.value < 0.5


def test_parts_end_where_whole_paths_do() -> None:
    # Eight paths send 1 s by 5.5 s or 1.05 s by 10 s: with x of them early v is the lesser of 5.5 - x and 1.6 + 0.05 x,
    # at most 1.75 where x is 3, and with paths cut up 5.5 - 3.9 / 1.05, which is 1.79.
    d = np.array([5.5, 10.0])
    kinds: tuple[Any, ...] = [1.0, 1.05], [0.0, 0.0], [0, 0], [8]
    program = solved(part_of(d.tolist(), *kinds))
    assert program.value == pytest.approx(5.5 - 3.9 / 1.05)
    assert program.paths == pytest.approx([3.9 / 1.05, 8 - 3.9 / 1.05])
    found, refuted = branch(part_of((d - 1.749).tolist(), *kinds), 1_000, flag())
    assert found is not None
    assert not refuted
    assert np.bincount(found).tolist() == [3, 5]
    assert branch(part_of((d - 1.751).tolist(), *kinds), 1_000, flag()) == (None, True)


@pytest.mark.parametrize("seed", range(60))
def test_the_linear_program_is_that_of_an_independent_solver(seed: int) -> None:
    part = random_part(seed)
    program, value = solved(part), by_highs(part)
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


def in_time(part: Deadlines, types: tuple[int, ...]) -> bool:
    """Whether paths of these types, from the last of a plan to the first, meet their deadlines."""
    load = 0.0
    for t in types:
        load = max(load, part.e[t]) + part.b[t]
        if load >= part.d[t]:
            return False
    return True


def whole_paths(part: Deadlines, rng: np.random.Generator) -> np.ndarray:
    """A type for each path, drawn."""
    own = [np.flatnonzero(part.klass == k) for k in range(len(part.counts))]
    return np.concatenate([rng.choice(own[k], count) for k, count in enumerate(part.counts)])


@pytest.mark.parametrize("seed", range(60, 160))
def test_no_whole_paths_are_cut_off(seed: int) -> None:
    part = random_part(seed)
    rng = np.random.default_rng(seed)
    program = solved(part, 20)
    assert program.value <= solved(part).value + 1e-9
    room = part.d - np.minimum.accumulate(part.e)
    last = np.append(part.d[1:] > part.d[:-1], True)
    cuts = program.cuts
    for _ in range(200):
        types = np.sort(whole_paths(part, rng))
        paths = np.bincount(types, minlength=len(part.b))
        value = (room - np.cumsum(part.b * paths))[last].min()
        order = types if in_time(part, types) else types[np.argsort(part.e[types], kind="stable")]
        if in_time(part, order):
            # A plan is one with v = 0, whatever more its loads leave.
            assert program.value >= -1e-9
            assert (cuts.factors @ paths <= cuts.mosts + 1e-9).all()
            assert (program.dear[paths > 0] <= program.value + 1e-9).all()
            assert value >= -1e-9


@pytest.mark.parametrize(("rounds", "later", "tried"), [(20, 1, 8), (0, 0, 1), (20, 3, 30)])
@pytest.mark.parametrize("seed", range(160, 200))
def test_parts_tell_what_an_independent_solver_does(
    seed: int, rounds: int, later: int, tried: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"_ROUNDS": rounds, "_LATER": later, "_TRIED": tried}.items():
        monkeypatch.setattr(branching, name, value)
    # Without ES times the order of deadlines is best, so that the program with whole paths says all.
    part = random_part(seed, es=False)
    best = by_highs(part, whole=True)
    if not np.isfinite(best):
        return
    for shift in (best - 1e-6, best + 1e-6, 0.9 * best, 1.1 * best + 1e-3):
        d = part.d - shift
        if d.min() <= 0.0 or abs(shift - best) < 1e-7:
            continue
        shifted = part_of(
            d.tolist(), part.b.tolist(), part.e.tolist(), part.klass.tolist(), part.counts.tolist()
        )
        found, refuted = branch(shifted, 100_000, flag())
        assert refuted == (shift > best)
        if not refuted:
            assert found is not None
            assert (np.bincount(part.klass[found], minlength=len(part.counts)) == part.counts).all()
            assert in_time(shifted, found[::-1])


@pytest.mark.parametrize("seed", range(120))
def test_an_order_is_found_if_and_only_if_there_is_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 7))
    b, e = rng.integers(1, 6, count).astype(float), rng.integers(0, 12, count).astype(float)
    d = e + b + rng.integers(0, 12, count)
    part = part_of(d.tolist(), b.tolist(), e.tolist(), list(range(count)), [1] * count)
    possible = any(in_time(part, order) for order in permutations(range(count)))
    found, known, sequence, _ = ordered(b, e, d, 10_000, flag())
    assert known
    assert found == possible
    if found:
        assert sorted(sequence.tolist()) == list(range(count))
        assert in_time(part, tuple(sequence))


def test_a_path_that_is_due_late_may_have_to_wait_for_one_that_is_not() -> None:
    # Due first of what may begin goes the long one at once, and the short one, which may begin 1 s later, is late:
    # the link has to be left idle for that second.
    b, e, d = np.array([5.0, 1.0]), np.array([0.0, 1.0]), np.array([20.0, 3.0])
    found, known, sequence, cases = ordered(b, e, d, 10, flag())
    assert (found, known, sequence.tolist(), cases > 1) == (True, True, [1, 0], True)
    assert ordered(b, e, d, 1, flag())[:2] == (False, False)


def refuter_of(jobs: Jobs, uneven: bool) -> Refuter:
    refuter = Refuter(jobs, flag())
    refuter.worth.uneven = uneven
    return refuter


@pytest.mark.parametrize(("rounds", "later", "tried"), [(20, 1, 8), (0, 0, 1), (20, 3, 30)])
@pytest.mark.parametrize("uneven", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_limit_is_refuted_by_parts_if_and_only_if_no_plan_meets_it(
    kind: str, uneven: bool, rounds: int, later: int, tried: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"_ROUNDS": rounds, "_LATER": later, "_TRIED": tried}.items():
        monkeypatch.setattr(branching, name, value)
    for seed in range(int(uneven), SEEDS, 2):
        instance = draw(seed + 700, 4, kind)
        end, _, jobs = optimum(instance, system_of(WORKERS))
        if end == 0.0:
            continue
        for above in (1e-9, 0.01, 0.3):
            refuter = refuter_of(jobs, uneven)
            verdict = refuter.decide_by_parts(end * (1 + above), 100_000)
            assert verdict.bound == 0.0
            assert verdict.types is not None
            assert end_of(instance, jobs, verdict.types) <= end * (1 + above) * (1 + 1e-12)
        for below in (1e-9, 1e-3, 0.2):
            limit = end * (1 - below)
            assert refuter_of(jobs, uneven).decide_by_parts(limit, 100_000).bound >= limit


def test_a_set_flag_or_few_parts_prove_nothing() -> None:
    needed = 0
    for seed in range(20):
        instance = draw(seed, 5, "all different")
        end, _, jobs = optimum(instance, system_of(WORKERS))
        refuter = refuter_of(jobs, True)
        part = refuter.deadlines(end * (1 - 1e-9))
        if part is None or not len(part.classes) or branch(part, 0.1, refuter.flag) != (None, False):
            continue
        needed += 1
        assert branch(part, 1_000, refuter.flag) == (None, True)
        refuter.flag[0] = 1
        assert branch(part, 1_000, refuter.flag) == (None, False)
    assert needed > 2


def alike() -> Jobs:
    """Two classes that differ in their last split alone, which takes the device too long, and one of its own."""
    a = np.array([[0.0, 1.0, 9.0], [0.0, 1.0, 9.0], [0.0, 2.0, 9.0]])
    b = np.array([[3.0, 1.0, 0.2], [3.0, 1.0, 0.1], [2.5, 1.5, 0.2]])
    e = np.array([[1.0, 0.5, 0.1], [1.0, 0.5, 0.1], [1.0, 0.2, 0.1]])
    costs = PathCosts(np.array([0, 1, 2, 0, 1, 1]), a, b, e, 0.0)
    return jobs_of(costs, system_of(WORKERS))


def test_classes_with_the_same_types_are_one_and_get_their_own_paths_back() -> None:
    jobs = alike()
    ends = [
        jobs.end_of(np.array(order))
        for splits in product(*(range(jobs.start[k], jobs.start[k + 1]) for k in jobs.class_of))
        for order in {tuple(sorted(splits, key=lambda t: (jobs.a[t], -jobs.e[t])))}
    ]
    best = min(ends)
    assert best < 9.0
    for ask in ("decide", "decide_by_parts"):
        refuter = refuter_of(jobs, True)
        part = refuter.deadlines(best * (1 + 1e-9))
        apart = refuter.deadlines(best * (1 + 1e-9), merged=False)
        assert part is not None
        assert apart is not None
        assert part.counts.tolist() == [5, 1]
        assert apart.counts.tolist() == [2, 3, 1]
        verdict = getattr(refuter, ask)(best * (1 + 1e-9), 1_000)
        assert verdict.types is not None
        assert np.bincount(refuter.klass[verdict.types], minlength=3).tolist() == [2, 3, 1]
        assert jobs.end_of(verdict.types) == pytest.approx(best)
        assert getattr(refuter, ask)(best * (1 - 1e-9), 1_000).bound >= best * (1 - 1e-9)
        # What was left out is so for both of them.
        again = refuter.deadlines(best * (1 - 1e-9))
        assert again is None or again.counts.tolist() == [5, 1]
