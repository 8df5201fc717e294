"""The curves over the sliders: what they show, when they are dropped, and what the pointer reads off them."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from conftest import Workers
from point_worker import PointWorker, start, window_with_points
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from flgui.app import Parts
from flgui.features.scents import Scents, bisected, scenario_at
from flgui.settings import Settings
from flgui.theme.tokens import Tokens
from flgui.widgets.scale_slider import ScaleSlider
from flgui.widgets.scales import LogScale, StopScale
from flgui.widgets.scent import Scent
from planner_core.network.model import Network
from planner_core.planner import plan


@pytest.fixture
def points() -> Workers:
    return Workers(PointWorker)


@pytest.fixture
def parts(qtbot: QtBot, settings: Settings, small: Network, points: Workers) -> Iterator[Parts]:
    yield from window_with_points(qtbot, settings, small, points)


def feature(parts: Parts) -> Scents:
    return parts.feature(Scents)


def fill(qtbot: QtBot, parts: Parts) -> None:
    qtbot.waitUntil(lambda: feature(parts).complete, timeout=240_000)


def test_every_curve_equals_the_plans_of_the_scenarios_that_its_slider_makes(
    qtbot: QtBot, parts: Parts, points: Workers
) -> None:
    start(qtbot, points)
    fill(qtbot, parts)
    strip, scenario = parts.window.strip, parts.controller.store.scenario
    for group, field, factor in (
        (strip.link, "rate_bps", 1e6),
        (strip.device, "device_flops", 1e9),
        (strip.server, "es_flops", 1e9),
        (strip.fused, "tau", 1),
        (strip.tiles, "paths", 1),
    ):
        scent = group.slider.scent
        assert scent is not None
        assert scent.values == tuple(sorted(sum(group.slider.scale.samples(), ())))
        for k in (0, len(scent.values) // 2, len(scent.values) - 1):
            wanted = plan(scenario_at(scenario, field, scent.values[k] * factor)).plans
            for method in ("NFL", "MW", "BF"):
                assert scent.of(method)[k] == wanted[method].makespan_s


def test_a_drag_keeps_its_own_curve_and_turns_the_others_grey_at_once(
    qtbot: QtBot, parts: Parts, points: Workers
) -> None:
    worker = start(qtbot, points)
    fill(qtbot, parts)
    worker.at_once = False
    strip = parts.window.strip
    before = strip.device.slider.scent
    slider = strip.link.slider
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=slider.position(10.0).toPoint())
    assert slider.scent is not None
    assert not slider.scent.stale
    others = (strip.device, strip.server, strip.fused, strip.tiles)
    assert all(group.slider.scent.stale for group in others)
    assert strip.device.slider.scent.nearest(0.5) is None  # grey curves are not read off
    # Undo brings the curves back without a single new point.
    sent = len(worker.sent)
    parts.controller.undo_stack.undo()
    assert strip.device.slider.scent == before
    qtbot.waitUntil(lambda: not parts.controller.store.stale, timeout=20_000)
    assert len(worker.sent) == sent


def test_points_of_an_older_scenario_are_cancelled_and_never_drawn(
    qtbot: QtBot, parts: Parts, points: Workers
) -> None:
    qtbot.waitUntil(lambda: bool(points.made), timeout=20_000)
    worker = points.made[0]
    assert isinstance(worker, PointWorker)
    worker.answered.emit(("ready", 0))
    qtbot.waitUntil(lambda: worker.running is not None, timeout=20_000)
    old = worker.running
    assert old is not None
    parts.controller.edit("transfer_overhead_s", 0.5)
    assert old.generation in worker.cancelled
    worker.at_once = True
    worker.answer()
    fill(qtbot, parts)
    assert all(r.scenario.system.transfer_overhead_s == 0.5 for r in worker.sent[1:])
    link = parts.window.strip.link.slider.scent
    assert link.of("NFL")[0] == plan(worker_scenario(parts, link.values[0])).plans["NFL"].makespan_s


def worker_scenario(parts: Parts, mbps: float) -> object:
    return scenario_at(parts.controller.store.scenario, "rate_bps", mbps * 1e6)


def test_the_first_points_are_spread_over_the_whole_slider_and_over_all_sliders(
    qtbot: QtBot, parts: Parts, points: Workers
) -> None:
    worker = start(qtbot, points)
    fill(qtbot, parts)
    systems = [r.scenario.system for r in worker.sent[:15]]
    assert sorted({s.rate_bps / 1e6 for s in systems}) == pytest.approx([0.1, 10, 100, 1000])
    assert {s.device_flops / 1e9 for s in systems} >= {1, 1000}
    assert {s.es_flops / 1e9 for s in systems} >= {10, 10000}
    assert {r.scenario.tau for r in worker.sent[:15]} >= {1, 4}
    assert bisected([1, 2, 3, 4, 5, 6]) == [1, 6, 3, 2, 4, 5]
    assert bisected([7]) == [7]


def test_a_curve_shows_in_grey_from_three_points_on(qtbot: QtBot, parts: Parts, points: Workers) -> None:
    qtbot.waitUntil(lambda: bool(points.made), timeout=20_000)
    worker = points.made[0]
    assert isinstance(worker, PointWorker)
    worker.answered.emit(("ready", 0))
    slider = parts.window.strip.link.slider
    for _ in range(40):
        qtbot.waitUntil(lambda: worker.running is not None, timeout=20_000)
        worker.answer()
        feature(parts)._draw()
        if slider.scent is not None:
            break
    assert slider.scent is not None
    assert slider.scent.stale
    assert slider.scent.values == pytest.approx((0.1, 10, 1000))
    worker.at_once = True
    fill(qtbot, parts)
    assert not slider.scent.stale


def test_the_pointer_reads_a_computed_point_off_the_curve(
    qtbot: QtBot, parts: Parts, points: Workers
) -> None:
    start(qtbot, points)
    fill(qtbot, parts)
    slider = parts.window.strip.link.slider
    place = QPoint(slider.position(252.0).toPoint().x(), 10)
    QTest.mouseMove(slider, place - QPoint(9, 0))
    QTest.mouseMove(slider, place)
    assert slider.sight is not None
    value = slider.scent.values[slider.sight]
    assert abs(slider.position(value).x() - place.x()) < 4
    wanted = plan(scenario_at(parts.controller.store.scenario, "rate_bps", value * 1e6)).plans["BF"]
    shown = QToolTip.text().replace("\u00a0", " ")
    number, _, rest = shown.partition(" Mbit/s: BF ")
    assert float(number) == pytest.approx(value, rel=1e-3)
    assert float(rest.split()[0]) == pytest.approx(wanted.makespan_s * 1e3, rel=1e-3)
    QTest.mouseMove(slider, QPoint(5, -40))
    QApplication.processEvents()


def test_samples_are_values_of_the_handle() -> None:
    few, many = LogScale(1, 1000).samples()
    assert few == (1, 2.37, 5.62, 13.3, 31.6, 75, 178, 422, 1000)
    assert len(few) + len(many) == 25
    few, many = StopScale.of([1, 2, 3, 4, 6]).samples()
    assert few == (1, 2, 3, 4, 6)
    assert not many
    few, many = StopScale.of(range(1, 41)).samples()
    assert few[0] == 1
    assert few[-1] == 40
    assert len(few) <= 10
    assert sorted(few + many) == list(range(1, 41))


def test_gaps_stay_gaps_and_a_flat_curve_stays_flat(qtbot: QtBot) -> None:
    nan = math.nan
    scent = Scent((1, 2, 3), (0.0, 0.5, 1.0), (("BF", (1.0, nan, 4.0)), ("MW", (2.0, nan, 4.0))))
    assert scent.nearest(0.5) in (0, 2)
    assert scent.height(1.0) == 0.0
    assert scent.height(2.0) == pytest.approx(0.5)
    assert scent.height(4.0) == 1.0
    flat = Scent((1, 2), (0.0, 1.0), (("BF", (1.0, 1.001)),))
    assert abs(flat.height(1.001) - flat.height(1.0)) < 0.02
    slider = ScaleSlider("Test")
    qtbot.addWidget(slider)
    slider.resize(QSize(141, 68))
    slider.set_scale(LogScale(1, 10))
    slider.set_theme(Tokens.load("light"))
    slider.set_scent(scent)
    image = slider.grab().toImage()
    middle = [image.pixelColor(image.width() // 2, y).lightness() for y in range(2, 24)]
    assert min(middle) > 200  # nothing is drawn through the gap but the ground
