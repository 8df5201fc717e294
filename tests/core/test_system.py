"""Speeds and workers that no machine has are refused, by name."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest

from planner_core.errors import InputError
from planner_core.system import WORKER_PRESETS, System

SPEEDS = ("device_flops", "es_flops", "rate_bps")
WORKERS = ("device_workers", "es_workers")


@pytest.mark.parametrize("field", SPEEDS)
@pytest.mark.parametrize(
    "value", [0, 0.0, -0.0, -1.0, math.nan, math.inf, -math.inf, True, "5", None, 1e-7, 1e31, 1j, [1.0]]
)
def test_speeds_must_be_finite_numbers_above_zero(field: str, value: object) -> None:
    with pytest.raises(InputError, match=rf"^{field} is .*above 0"):
        System(**{field: value})


@pytest.mark.parametrize("field", WORKERS)
@pytest.mark.parametrize("value", [0, -1, 1.0, math.nan, math.inf, True, "2", 1_000_001, np.int64(2)])
def test_workers_must_be_whole_numbers_from_one_on_or_unlimited(field: str, value: object) -> None:
    with pytest.raises(InputError, match=rf"^{field} is .*unlimited"):
        System(**{field: value})


@pytest.mark.parametrize("value", [0, -1, 8.0, True, "8", None, 1025, np.int32(8)])
def test_bits_per_element_must_be_a_whole_number(value: object) -> None:
    with pytest.raises(InputError, match=r"^bits_per_element is"):
        System(bits_per_element=value)


@pytest.mark.parametrize("value", [-1e-9, math.nan, math.inf, True, "0", None, 1e10])
def test_overhead_must_be_a_finite_number_from_zero_on(value: object) -> None:
    with pytest.raises(InputError, match=r"^transfer_overhead_s is"):
        System(transfer_overhead_s=value)


@pytest.mark.parametrize("field", [*SPEEDS, "transfer_overhead_s"])
@pytest.mark.parametrize("value", [10**400, -(10**400)], ids=["huge", "minus huge"])
def test_integers_beyond_any_float_are_refused_like_other_numbers(field: str, value: int) -> None:
    with pytest.raises(InputError, match=f"^{field} is"):
        System(**{field: value})


@pytest.mark.parametrize("field", SPEEDS)
def test_numpy_numbers_are_taken_only_where_they_are_python_numbers(field: str) -> None:
    assert getattr(System(**{field: np.float64(7.5)}), field) == 7.5  # a float by inheritance
    with pytest.raises(InputError, match=f"^{field} is"):
        System(**{field: np.float32(7.5)})


def test_defaults_and_presets_are_those_of_the_specification() -> None:
    assert System() == System(5e9, 500e9, 100e6, 1, None, 32, 0.0)
    found = {preset.name: (preset.device_workers, preset.es_workers) for preset in WORKER_PRESETS}
    assert found == {
        "Shared device": (1, None),
        "One accelerator per path": (None, None),
        "Single accelerators": (1, 1),
    }


def test_systems_are_values() -> None:
    system = System(rate_bps=1e6, es_workers=2)
    assert pickle.loads(pickle.dumps(system)) == system
    assert len({system, System(rate_bps=1e6, es_workers=2)}) == 1
