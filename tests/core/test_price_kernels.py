"""What the two ways to price classes share: hand-worked steps, and pieces that make up every number."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from planner_core.methods.bf.price_kernels import in_whole_units, is_moved, piece, pieces, step_size


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 8, 12, 31, 40])
def test_some_pieces_make_up_every_number_and_all_of_them_the_count(count: int) -> None:
    found = [piece(count, i) for i in range(pieces(count))]
    sums = {sum(some) for n in range(len(found) + 1) for some in combinations(found, n)}
    assert sums == set(range(count + 1))
    assert len(found) == count.bit_length()


def test_profits_are_whole_and_those_of_all_paths_add_up() -> None:
    share, counts, profit = np.array([0.5, 0.25, 0.25]), np.array([3, 2, 0]), np.zeros(3, np.int64)
    # 100 * 0.5 / 3 = 16.67, 100 * 0.25 / 2 = 12.5, and of a class with no paths as of one path.
    assert in_whole_units(share, counts, 100, 0.0, profit) == 3 * 16 + 2 * 12
    assert profit.tolist() == [16, 12, 25]
    assert in_whole_units(share, counts, 100, 0.5, profit) == 3 * 17 + 2 * 13
    assert profit.tolist() == [17, 13, 25]


def test_steps_are_halved_after_three_without_progress() -> None:
    scale, stale = 1.0, 0
    seen = []
    for progress in (True, False, False, True, False, False, False, False):
        scale, stale = step_size(progress, scale, stale)
        seen.append((scale, stale))
    assert seen == [(1, 0), (1, 1), (1, 2), (1, 0), (1, 1), (1, 2), (0.5, 0), (0.5, 1)]


def test_a_step_makes_dear_what_a_packing_takes_too_little_of() -> None:
    share, counts = np.array([0.5, 0.5]), np.array([2, 4])
    # Uses twice and half of what there is: +1 and -0.5, norm 1.25; 0.1 + 0.001 beyond all profit.
    assert is_moved(share, np.array([4.0, 2.0]), counts, 0.1, 1.0)
    moved = np.array([0.5 - 0.101 / 1.25, 0.5 + 0.101 * 0.5 / 1.25])
    assert share == pytest.approx(moved / moved.sum(), abs=1e-15)


def test_a_packing_that_takes_every_path_moves_nothing() -> None:
    share = np.array([0.3, 0.7, 0.0])
    assert not is_moved(share, np.array([2.0, 4.0, 9.0]), np.array([2, 4, 0]), 0.0, 1.0)
    assert share.tolist() == [0.3, 0.7, 0.0]


def test_a_step_that_leaves_no_share_moves_nothing_on() -> None:
    # The only class is used twice and earns twice its profit beyond what is needed: a step makes it worth nothing.
    share = np.array([1.0])
    assert not is_moved(share, np.array([4.0]), np.array([2]), 2.0, 1.0)
    assert np.isfinite(share).all()
