"""A plan that is cut short is a plan, with a bound that holds; the campaign of the same name says how soon."""

from __future__ import annotations

import pytest

from tests.campaigns.cancel import cancel_at, scenarios


@pytest.mark.parametrize("at_s", [0.0, 0.02, 0.1])
def test_whatever_is_cancelled_brings_a_sound_plan(at_s: float) -> None:
    found = [cancel_at(scenario, at_s) for scenario in scenarios(10, 5)]
    assert all(case.sound for case in found)
    assert any(case.after_s is not None for case in found)
