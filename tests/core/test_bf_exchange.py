"""Labels of the walk by deadlines: what outdoes and what refutes them, against literal code."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from planner_core.importers import load_network
from planner_core.methods.bf import deadline
from planner_core.methods.bf.exchange_kernels import dearness, outdone
from planner_core.methods.bf.label_kernels import salts
from planner_core.methods.bf.remainder_kernels import refuted
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.system import System

SEEDS = 40


def flag() -> np.ndarray:
    return np.zeros(1, np.uint8)


def draw_types(rng: np.random.Generator, classes: int, types: int) -> tuple[np.ndarray, ...]:
    """Classes, deadlines, link and ES times of types by rising deadline; small whole numbers, so many are equal."""
    klass = np.concatenate([np.arange(classes), rng.integers(0, classes, types - classes)])
    d, b, e = rng.integers(3, 9, types), rng.integers(1, 4, types), rng.integers(0, 3, types)
    order = np.lexsort((e, d))
    return klass[order], d[order].astype(float), b[order].astype(float), e[order].astype(float)


def literal_dearness(klass, d, b, e, t, least, classes):  # type: ignore[no-untyped-def]
    dear = np.full((classes, classes), -np.inf)
    for j, k in product(range(classes), repeat=2):
        for s in range(t, len(klass)):
            if klass[s] != k:
                continue
            ways = [
                b[f] - b[s]
                for f in range(t, len(klass))
                if klass[f] == j and d[f] >= d[s] and e[f] <= max(e[s], least)
            ]
            dear[j, k] = max(dear[j, k], min(ways, default=np.inf))
    return dear


def completes(klass, d, b, e, t, left, load):  # type: ignore[no-untyped-def]
    """Whether the paths left can all be sent in time, by types from t on in the order given."""
    if not any(left):
        return True
    if t == len(klass):
        return False
    begin, k = max(load, e[t]), klass[t]
    for x in range(left[k] + 1):
        end = begin + x * b[t] if x else load
        if x and end > d[t]:
            break
        rest = list(left)
        rest[k] -= x
        if completes(klass, d, b, e, t + 1, rest, end):
            return True
    return False


def outdoes(dear, most, left, load, j, i):  # type: ignore[no-untyped-def]
    """Whether label j has a path less than i left, or an easier one in place of one, and no greater load."""
    change = left[j] - left[i]
    less, more = np.flatnonzero(change < 0), np.flatnonzero(change > 0)
    if change.min() < -1 or change.max() > 1 or len(less) != 1 or len(more) > 1:
        return False
    rise = float(dear[more[0], less[0]]) if len(more) else -np.inf
    return rise <= most and bool(load[j] + max(rise, 0.0) <= load[i])


def labels(rng: np.random.Generator, counts: np.ndarray, most: int) -> tuple[np.ndarray, ...]:
    """Different paths left, each with a load, alive but for a few; and their keys."""
    every = np.array(list(product(*(range(count + 1) for count in counts))))
    left = every[rng.permutation(len(every))[: min(most, len(every))]].astype(np.int32)
    keys = (left * salts(len(counts))).sum(axis=1)
    return left, rng.integers(0, 6, len(left)).astype(float), keys, rng.random(len(left)) < 0.9


def test_an_easier_path_is_worth_what_it_saves_and_one_that_is_due_sooner_cannot_take_the_place() -> None:
    # Class 0 sends 2 s by 10 s; class 1 sends 3 s by 10 s, or 1 s by 8 s. For 1, 0 is never dearer than by 1 s.
    klass, d = np.array([1, 0, 1]), np.array([8.0, 10.0, 10.0])
    b, e = np.array([1.0, 2.0, 3.0]), np.zeros(3)
    assert dearness(klass, d, b, e, 0, 0.0, 2).tolist() == [[0.0, 1.0], [1.0, 0.0]]
    # Once only the types due at 10 s are left, 0 saves a second; and 1 costs it.
    assert dearness(klass, d, b, e, 1, 0.0, 2).tolist() == [[0.0, -1.0], [1.0, 0.0]]
    # A type that has to wait for its ES time longer than the other is no substitute, unless no load is less.
    e = np.array([0.0, 2.0, 1.0])
    assert dearness(klass, d, b, e, 1, 1.0, 2)[0, 1] == np.inf
    assert dearness(klass, d, b, e, 1, 2.0, 2)[0, 1] == -1.0


def test_dearness_is_that_of_the_definition() -> None:
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        classes = int(rng.integers(1, 5))
        types = draw_types(rng, classes, int(rng.integers(classes, 14)))
        for t in range(len(types[0])):
            least = float(rng.integers(0, 4))
            expected = literal_dearness(*types, t, least, classes)
            assert np.array_equal(dearness(*types, t, least, classes), expected)


@pytest.mark.parametrize("most", [0.0, 2.0, np.inf])
def test_a_label_goes_if_and_only_if_one_that_stays_outdoes_it(most: float) -> None:
    gone = 0
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        counts = rng.integers(1, 4, int(rng.integers(1, 5)))
        dear = rng.integers(-1, 4, (len(counts), len(counts))).astype(float)
        dear[rng.random(dear.shape) < 0.3] = np.inf
        left, load, keys, alive = labels(rng, counts, 60)
        before = alive.copy()
        dead = outdone(
            dear, most, True, counts, left, load, keys, alive, len(load), salts(len(counts)), flag()
        )
        assert dead == np.count_nonzero(before & ~alive)
        gone += dead
        for i in range(len(load)):
            by = [j for j in range(len(load)) if outdoes(dear, most, left, load, j, i)]
            if not before[i]:
                assert not alive[i]
            elif alive[i]:
                assert not alive[by].any()
            else:
                assert before[by].any()
    assert gone > 50


def test_where_some_label_leads_to_a_plan_one_that_does_stays() -> None:
    lost = 0
    for seed in range(4 * SEEDS):
        rng = np.random.default_rng(seed)
        counts = rng.integers(1, 3, 3)
        klass, d, b, e = draw_types(rng, 3, 7)
        e = np.minimum.accumulate(e[::-1])[::-1].copy()  # so that one order is best
        left, load, keys, alive = labels(rng, counts, 20)
        t = int(rng.integers(0, 4))
        before = alive.copy()
        dear = dearness(klass, d, b, e, t, float(load[alive].min(initial=np.inf)), 3)
        outdone(dear, np.inf, True, counts, left, load, keys, alive, len(load), salts(3), flag())
        good = [i for i in range(len(load)) if before[i] and completes(klass, d, b, e, t, left[i], load[i])]
        lost += sum(not alive[i] for i in good)
        assert not good or any(alive[i] for i in good)
    assert lost > 20  # else nothing was at stake


@pytest.mark.parametrize("size", [1, 4, 1_000])
def test_no_label_that_leads_to_a_plan_is_refuted_by_the_paths_it_has_left(size: int) -> None:
    gone = 0
    for seed in range(4 * SEEDS):
        rng = np.random.default_rng(seed)
        counts = rng.integers(1, 4, 3)
        klass, d, b, e = draw_types(rng, 3, 7)
        begin = np.minimum.accumulate(e[::-1])[::-1].copy()
        left, load, _, alive = labels(rng, counts, 30)
        profit = rng.integers(0, 50, 3)
        before, t = alive.copy(), int(rng.integers(0, 4))
        dead = refuted(klass, d, b, begin, t, profit, left, load, alive, len(load), size, flag())
        assert dead == np.count_nonzero(before & ~alive)
        gone += dead
        for i in np.flatnonzero(before & ~alive):
            assert not completes(klass, d, b, begin, t, left[i], load[i])
    assert gone > 100


@pytest.mark.parametrize(("name", "tau", "paths", "rate"), [
    ("alexnet", 5, 16, 100), ("squeezenet", 23, 25, 1000), ("squeezenet", 37, 16, 100), ("yolov2", 20, 16, 100),
    ("yolov2", 26, 25, 1000),
])  # fmt: skip
def test_the_optimum_is_the_same_whether_labels_are_compared_or_not(
    name: str, tau: int, paths: int, rate: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = System(rate_bps=rate * 1e6, device_workers=None, es_workers=None)
    scenario = Scenario(load_network(name), system, tau, paths)
    found = []
    for few in (0, 1_000_000):
        monkeypatch.setattr(deadline, "_FEW", few)
        best = plan(scenario, ("BF",)).plans["BF"]
        assert best.optimal
        found.append(best.makespan_s)
    assert found[0] == pytest.approx(found[1], rel=1e-9)
