"""A plan that is cut short is a plan, with a bound that holds; the campaign of the same name says how soon."""

from __future__ import annotations

import pytest

from tests.campaigns.cancel import cancel_at, long_ones, scenarios


@pytest.mark.parametrize("at_s", [0.0, 0.02, 0.1])
def test_whatever_is_cancelled_brings_a_sound_plan(at_s: float) -> None:
    assert all(cancel_at(scenario, at_s).sound for scenario in scenarios(10, 5))
    for scenario in long_ones():
        case = cancel_at(scenario, at_s)
        assert case.sound
        assert case.after_s is not None, "no machine is so quick that this is done"
