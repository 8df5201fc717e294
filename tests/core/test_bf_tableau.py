"""The dual simplex method's tableau, which thousands of parts go on from: it stays true, and says what cannot be."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from instances import real_part

from planner_core.methods.bf.cut_kernels import MOST_PIVOTS, proven, rooms
from planner_core.methods.bf.parting_kernels import _place, _sequenced, _tightened, _with_early, opened_whole
from planner_core.methods.bf.rounding_kernels import kept, no_cuts
from planner_core.methods.bf.simplex_kernels import (
    _entering,
    _leaving,
    filled,
    loosened,
    opened,
    settled,
    tableau,
)


def flag() -> np.ndarray:
    return np.zeros(1, np.uint8)


def test_of_what_costs_nearly_the_same_the_largest_takes_a_rows_place() -> None:
    # Columns: costs, then the row to be kept, whose paths are -1.
    def entering(costs: list[float], row: list[float]) -> int:
        return int(_entering(np.array([[*costs, 1.0], [*row, -1.0]]), len(costs), 1))

    assert entering([0.5, 0.2, 0.1], [-1.0, -1.0, 0.0]) == 1
    assert entering([0.0, 1e-14, 0.1], [-1e-6, -2.0, -1.0]) == 1
    # What would be divided by next to nothing is no choice, and there may be none.
    assert entering([0.0, 0.3], [-1e-8, -1.0]) == 1
    assert entering([0.0, 0.3], [-1e-8, 1.0]) == -1


def test_where_nothing_is_gained_each_row_that_is_not_kept_has_its_turn() -> None:
    tab = np.zeros((6, 3))
    tab[:, -1] = [0.0, -1.0, -3.0, 1.0, -2.0, -1e-12]
    assert {int(_leaving(tab, 6, idle)) for idle in range(30)} == {2}
    assert {int(_leaving(tab, 6, idle)) for idle in range(1000, 1030)} == {1, 2, 4}
    tab[:, -1] = 0.0
    assert _leaving(tab, 6, 0) == _leaving(tab, 6, 1000) == -1


def test_a_row_that_no_paths_keep_proves_that_there_are_none() -> None:
    # One path sends 1 s or 2 s. A cut that says that three paths are of the two types cannot be kept: weighed often
    # enough it makes v less than any number.
    b, klass, counts = np.array([1.0, 2.0]), np.zeros(2, np.int64), np.array([1])
    room, level = np.array([5.0, 9.0]), np.ones(2, np.bool_)
    cuts = no_cuts(2)
    cuts[0][0], cuts[1][0], cuts[2][0] = -1.0, 0.0, -3.0
    tab, basis, slot = tableau(2, 1)
    rows = opened(b, room, klass, counts, tab, basis, slot)
    price, dear = np.empty(1), np.empty(2)
    assert proven(tab, slot, b, room, klass, counts, cuts, price, dear) == pytest.approx(8.0)
    rows, _ = settled(tab, basis, slot, rows, b, room, level, cuts, 1, MOST_PIVOTS, np.empty(2), flag())
    assert tab[0, -1] < 0.0
    assert proven(tab, slot, b, room, klass, counts, cuts, price, dear) < 0.0


@pytest.mark.parametrize("weight", [1.0, 1e6, 1e9])
def test_large_weights_prove_no_more_than_they_do_by_fractions(weight: float) -> None:
    # n paths of 1/n s fill 1 s, and a cut says so again: whatever the cut weighs, v may be 0, and the cut's part of the
    # bound cancels out but for rounding.
    for n in range(3, 60):
        b, room, counts = np.array([1.0 / n]), np.array([1.0]), np.array([n])
        cuts = no_cuts(1)
        cuts[0][0], cuts[1][0], cuts[2][0] = 1.0 / n, 0.0, 1.0
        tab, _, slot = tableau(1, 1)
        slot[0], slot[1] = 0, 1
        tab[0, 1], tab[0, 2] = 1.0, weight
        exact = (1 + Fraction(weight)) * (1 - n * Fraction(1.0 / n))
        found = proven(tab, slot, b, room, np.zeros(1, np.int64), counts, cuts, np.empty(1), np.empty(1))
        assert exact <= Fraction(float(found)) <= exact + Fraction(2e-12 * weight)


def test_paths_that_are_not_those_of_the_classes_are_no_plan() -> None:
    b, e, d = np.ones(3), np.zeros(3), np.full(3, 99.0)
    kind, number = np.array([0, 0, 1]), np.array([3, 1])
    sequence = np.full(4, -1)

    def answer(*paths: float) -> tuple[bool, bool]:
        found, known, _ = _sequenced(np.array(paths), kind, number, b, e, d, sequence, flag())
        return bool(found), bool(known)

    assert answer(2.0, 1.0, 1.0) == answer(0.0, 3.0, 1.0) == (True, True)
    assert sorted(sequence.tolist()) == [1, 1, 1, 2]
    # Where rounding has got the better of a tableau: too many or too few, of the wrong class, or less than none.
    for paths in (
        (2, 2, 1),
        (1, 1, 1),
        (2, 2, 0),
        (1, 1, 2),
        (-1, 4, 1),
        (4, -1, 1),
        (np.nan, 3, 1),
        (np.nan, np.nan, 1),
        (1e300, 3, 1),
    ):
        assert answer(*map(float, paths)) == (False, False)


@pytest.mark.parametrize(
    ("name", "tau", "rate_mbps", "limit"),
    [
        ("yolov2", 20, 100, 0.6705467645 * (1 - 1e-9)),
        ("squeezenet", 37, 1000, 0.0439247),
        ("squeezenet", 30, 1000, 0.0268189),
    ],
)
def test_however_deep_the_parts_a_tableau_says_what_its_weights_prove(
    name: str, tau: int, rate_mbps: float, limit: float
) -> None:
    part = real_part(name, tau, 64, rate_mbps, limit)
    d, b, e = part.d, part.b, part.e
    scale, stop = d[-1], flag()
    nodes = [opened_whole(d, b, e, part.klass, part.counts, *part.cuts, 20, stop)]
    seen = 0
    while nodes and seen < 1000:
        node, count, refuted, _ = _tightened(nodes.pop(), d, b, e, scale, 1, stop)
        tab, basis, slot, rows, own, kind, number, room, cuts = node
        seen += 1
        price, dear, paths = np.empty(len(number)), np.empty(len(own)), np.empty(len(own))
        link, _, level, _, _ = rooms(d[own], b[own], e[own], scale)
        value = proven(tab, slot, link, room, kind, number, cuts, price, dear)
        assert value == pytest.approx(tab[0, -1], abs=1e-8) or max(value, tab[0, -1]) < 0.0
        assert value < 0.0 or not refuted
        if value < 0.0:
            continue
        filled(tab, basis, rows, paths)
        assert np.bincount(kind, paths, len(number)) == pytest.approx(number, abs=1e-8)
        assert paths.min() > -1e-7
        at, _ = _place(
            tab, basis, slot, rows, link, room, level, kind, number, cuts, count, 8, paths.copy(), stop
        )
        if at < 0:
            continue
        side = (kind == kind[at]) & (np.arange(len(own)) <= at)
        rows = loosened(tab, basis, slot, rows, len(own))
        count = kept(slot, cuts, count, len(own))
        node = tab, basis, slot, rows, own, kind, number, room, cuts
        middle, found = int(np.floor((paths * side).sum() + 1e-9)), []
        for numbers in (range(middle, -1, -1), range(middle + 1, number[kind[at]] + 1)):
            for early in numbers:
                other, value, _ = _with_early(node, level, link, count, side.astype(float), at, early, stop)
                if value < 0.0:
                    break
                found.append((value, other))
        nodes += [other for _, other in sorted(found, key=lambda entry: entry[0])]
    assert seen > 100
