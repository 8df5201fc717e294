"""Lagrangian bounds that are carried from type to type, against what they are sums of."""

from __future__ import annotations

import numpy as np
import pytest

from planner_core.methods.bf.bound_kernels import (
    bound_tables,
    bound_with,
    ranked,
    rerank,
    weigh_all,
    weigh_others,
)

CLASSES, TYPES, FORMS = 5, 14, 7


def drawn(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Class of each type, at least one each, and weighted work and what the last path adds (F, T)."""
    rng = np.random.default_rng(seed)
    klass = rng.permutation([*range(CLASSES), *rng.integers(0, CLASSES, TYPES - CLASSES)])
    work = rng.integers(0, 4, (FORMS, TYPES)) + rng.random((FORMS, TYPES)) * (seed % 2)
    last = rng.integers(0, 4, (FORMS, TYPES)).astype(float)
    last[:, rng.random(TYPES) < 0.2] = np.inf  # such a type is no one's last
    return klass, work, last


@pytest.mark.parametrize("seed", range(12))
def test_tables_are_the_least_of_the_types_left(seed: int) -> None:
    klass, work, last = drawn(seed)
    phi, extra = bound_tables(klass, work, last, CLASSES)
    for t in range(TYPES + 1):
        for k in range(CLASSES):
            own = np.flatnonzero(klass == k)
            own = own[own >= t]
            if not len(own):
                assert np.isinf(phi[t, k]).all()
                assert np.isinf(extra[t, k]).all()
                continue
            assert (phi[t, k] == work[:, own].min(axis=1)).all()
            assert phi[t, k] + extra[t, k] == pytest.approx((work + last)[:, own].min(axis=1))


@pytest.mark.parametrize("seed", range(12))
def test_what_is_carried_from_type_to_type_is_what_it_is_a_sum_of(seed: int) -> None:
    klass, work, last = drawn(seed)
    rng = np.random.default_rng(seed + 100)
    weights = rng.random((3, FORMS))
    phi, extra = bound_tables(klass, work, last, CLASSES)
    order = ranked(extra[0])
    others, more, base = np.empty(FORMS), np.empty(FORMS), np.empty(FORMS)
    for t in range(TYPES):
        k = int(klass[t])
        rerank(order, k, extra[t + 1])
        for f in range(FORMS):
            assert sorted(order[f].tolist()) == list(range(CLASSES))
            assert (np.diff(np.where(np.isinf(v := extra[t + 1, order[f], f]), 1e9, v)) >= 0).all()
        for _ in range(8):
            # Of a class whose types are all behind there is no path left.
            left = np.where(np.isinf(phi[t, :, 0]), 0, rng.integers(0, 3, CLASSES)).astype(np.int32)
            some = weigh_others(
                left, k, weigh_all(left, np.where(left[:, None] > 0, phi[t], 0.0)), phi[t, k], extra[t + 1], order,
                others, more,
            )  # fmt: skip
            rest = [q for q in range(CLASSES) if q != k and left[q] > 0]
            assert some == bool(rest)
            least = sum((left[q] * phi[t + 1, q] for q in rest), np.zeros(FORMS))
            assert others == pytest.approx(least, abs=1e-12)
            adds = extra[t + 1, rest].min(axis=0) if rest else np.full(FORMS, np.inf)
            if rest:
                assert (more == adds).all()
            keep = int(rng.integers(0, left[k] + 1)) if np.isfinite(phi[t + 1, k, 0]) else 0
            x, y, z = rng.random(3)
            expected = max(x, y, z)
            if keep:
                least, adds = least + keep * phi[t + 1, k], np.minimum(adds, extra[t + 1, k])
            if keep or rest:
                expected = max(
                    expected, (weights[0] * x + weights[1] * y + weights[2] * z + least + adds).max()
                )
            found = bound_with(
                x, y, z, keep, some, others, more, weights, phi[t + 1, k], extra[t + 1, k], base
            )
            assert found == pytest.approx(expected)
            if keep or rest:
                assert base == pytest.approx(least, abs=1e-12)
