from __future__ import annotations

import pytest

from flgui.viewmodel.ticks import make_ticks, unit_of
from flgui.views.gantt.axis import TimeAxis


@pytest.fixture
def axis(qapp) -> TimeAxis:
    made = TimeAxis()
    made.set_whole(0.048)
    made.place(90, 480)
    return made


@pytest.mark.parametrize(
    ("longest", "unit"),
    [
        (5e-9, "ns"),
        (9e-7, "ns"),
        (2e-6, "µs"),
        (2e-3, "ms"),
        (0.99, "ms"),
        (1.0, "s"),
        (119.0, "s"),
        (121.0, "min"),
        (7300.0, "h"),
    ],
)
def test_the_unit_follows_the_longest_time(longest, unit):
    assert unit_of(longest)[0] == unit


def test_ticks_are_round_and_carry_as_many_decimals_as_they_need():
    ticks = make_ticks(0.0, 0.048, 10)
    assert ticks.unit == "ms"
    assert ticks.labels == ("0", "5", "10", "15", "20", "25", "30", "35", "40", "45")
    fine = make_ticks(0.0153, 0.01531, 5)
    assert fine.labels == ("15.300", "15.302", "15.304", "15.306", "15.308", "15.310")


def test_minutes_are_cut_as_on_a_clock():
    assert make_ticks(0.0, 6000.0, 8).labels == ("0", "15", "30", "45", "60", "75", "90")


def test_pixels_and_seconds_are_each_others_inverse(axis):
    assert axis.x(0.0) == 90
    assert axis.x(0.048) == 570
    assert axis.seconds(axis.x(0.0123)) == pytest.approx(0.0123)


def test_zooming_keeps_the_moment_under_the_pointer(axis):
    at = axis.seconds(300)
    axis.zoom(4, 300)
    assert axis.seconds(300) == pytest.approx(at)
    assert axis.end - axis.start == pytest.approx(0.012)


def test_the_range_never_leaves_zero_to_the_end(axis):
    axis.zoom(4, 90)
    axis.pan(10_000)
    assert axis.start == 0
    axis.pan(-10_000)
    assert axis.end == 0.048
    axis.zoom(1e-9)
    assert axis.fitted


def test_zooming_in_ends_somewhere(axis):
    for _ in range(200):
        axis.zoom(2, 300)
    assert axis.end - axis.start == pytest.approx(0.048e-7)


def test_a_fitted_axis_follows_new_plans_and_a_zoomed_one_stays(axis):
    axis.set_whole(0.1)
    assert axis.fitted
    axis.show(0.02, 0.04)
    axis.set_whole(0.2)
    assert (axis.start, axis.end) == pytest.approx((0.02, 0.04))
    axis.set_whole(0.03)
    assert (axis.start, axis.end) == pytest.approx((0.01, 0.03))


def test_only_real_changes_are_announced(axis, qtbot):
    with qtbot.assertNotEmitted(axis.changed):
        axis.fit()
        axis.place(90, 480)
    with qtbot.waitSignal(axis.changed):
        axis.zoom(2)
