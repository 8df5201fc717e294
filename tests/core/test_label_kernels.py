"""What the labels of all walks share, against numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner_core.methods.bf.label_kernels import (
    copied,
    in_groups,
    most_promising,
    noted,
    same_group,
    sorted_by,
    unrolled,
)

CALM = np.zeros(1, np.uint8)
SIZES = [0, 1, 2, 15, 16, 17, 31, 33, 64, 1000, 4097]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kinds", [1, 3, 10**9])
def test_the_sort_is_numpys_stable_one(size: int, kinds: int) -> None:
    rng = np.random.default_rng(size + kinds)
    values = rng.integers(0, kinds, size + 5).astype(float)
    chosen = rng.permutation(size + 5)[:size]
    expected = chosen[np.argsort(values[chosen], kind="stable")]
    assert sorted_by(chosen, values, CALM).tolist() == expected.tolist()
    words = rng.integers(-(2**62), 2**62, size + 5)
    expected = chosen[np.argsort(words[chosen], kind="stable")]
    assert sorted_by(chosen, words, CALM).tolist() == expected.tolist()


def test_infinities_sort_last_and_a_set_flag_ends_it() -> None:
    values = np.array([np.inf, 1.0, -np.inf, 0.0] * 1000)
    order = sorted_by(np.arange(4000), values, CALM)
    assert (np.diff(values[order][1000:3000]) >= 0).all()
    assert np.isinf(values[order][3000:]).all()
    stopped = sorted_by(np.arange(4000), values, np.ones(1, np.uint8))
    assert sorted(stopped.tolist()) == list(range(4000))
    assert (np.diff(values[stopped][np.isfinite(values[stopped])]) < 0).any()


@settings(deadline=None)  # the first example compiles
@given(st.lists(st.sampled_from([0.0, 1.0, 2.0, np.inf]), max_size=40), st.integers(1, 12))
def test_the_most_promising_are_kept_and_the_least_bound_lost_is_told(lower: list[float], width: int) -> None:
    given = np.random.default_rng(width).permutation(len(lower))
    keep, lost = most_promising(given, np.array(lower), width, CALM)
    ranked = sorted(given.tolist(), key=lambda i: lower[i])  # sorted() is stable
    assert keep.tolist() == sorted(ranked[:width])
    assert lost == (lower[ranked[width]] if len(lower) > width else np.inf)


@pytest.mark.parametrize("keys", [1, 2, 50, 10**9])
@pytest.mark.parametrize("step", [1, 4096, 2**32 + 1, -(2**62) // 10**9])
def test_groups_stay_together_as_they_come_and_are_sorted_by_three_values(keys: int, step: int) -> None:
    rng = np.random.default_rng(keys)
    for count in (0, 1, 5, 40, 700):
        key = rng.integers(0, keys, count + 3) * step
        x, y, z = (rng.integers(0, 4, count + 3).astype(float) for _ in range(3))
        found = in_groups(key, x, y, z, count, CALM)
        _, first, of_key = np.unique(key[:count], return_index=True, return_inverse=True)
        come = first[of_key]
        assert found.tolist() == np.lexsort((z[:count], y[:count], x[:count], come)).tolist()


def test_labels_are_of_one_group_if_they_have_the_same_paths_left_whatever_the_key_says() -> None:
    left, key = np.array([[1, 2], [1, 2], [2, 1], [1, 2]]), np.array([7, 7, 7, 8])
    order = np.array([0, 1, 2, 3])
    assert [bool(same_group(order, r, key, left)) for r in range(4)] == [False, True, False, False]


def test_a_chain_of_nodes_unrolls_from_its_head_however_often_the_tree_grew() -> None:
    tree = np.empty((1, 3), np.int64)
    for nodes, row in enumerate([(-1, 4, 2), (0, 9, 0), (0, 3, 1), (2, 5, 2)]):
        tree = noted(tree, nodes, *row)
    assert tree[:4].tolist() == [[-1, 4, 2], [0, 9, 0], [0, 3, 1], [2, 5, 2]]
    assert unrolled(tree, 3, 5).tolist() == [5, 5, 3, 4, 4]
    assert unrolled(tree, 1, 2).tolist() == [4, 4]


@pytest.mark.parametrize("kind", [np.int32, np.int64, np.float64])
def test_a_row_is_copied_whole_and_its_neighbours_stay(kind: type) -> None:
    rows = np.arange(33, dtype=kind).reshape(3, 11)
    copied(rows[2], rows[1])
    assert rows[1].tolist() == rows[2].tolist() == list(range(22, 33))
    assert rows[0].tolist() == list(range(11))
