"""The scenario strip and its controls, with real mouse and keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from flgui.panels.scenario_strip import ScenarioStrip, TilingShown
from flgui.widgets.scale_slider import ScaleSlider
from flgui.widgets.scales import LogScale, StopScale
from flgui.widgets.unit_field import UnitField
from planner_core.system import System

TILING = TilingShown(
    tau=2,
    tau_auto=True,
    layer="pool1",
    layers=11,
    paths=8,
    paths_auto=True,
    stops=[1, 2, 3, 4, 6, 8, 9, 12],
    grid=(2, 4),
)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[QWidget]:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(1440, 300)
    yield made  # noqa: PT022 - a window that nobody holds is deleted


@pytest.fixture
def strip(window: QWidget) -> ScenarioStrip:
    made = ScenarioStrip(window)
    made.setGeometry(0, 0, 1440, 108)
    made.set_network("alexnet")
    made.set_system(System())
    made.set_tiling(TILING)
    window.show()
    window.activateWindow()
    return made


@pytest.fixture
def edits(strip: ScenarioStrip) -> list[tuple[str, Any, int]]:
    seen: list[tuple[str, Any, int]] = []
    strip.edited.connect(lambda name, value, gesture: seen.append((name, value, gesture)))
    return seen


def at(slider: ScaleSlider, value: float) -> QPoint:
    return slider.position(value).toPoint()


def drag(slider: ScaleSlider, values: list[float]) -> None:
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=at(slider, values[0]))
    for value in values[1:]:
        QTest.mouseMove(slider, at(slider, value))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=at(slider, values[-1]))


def type_in(field: UnitField, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def turn_wheel(widget: QWidget, notches: int) -> None:
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        widget.mapToGlobal(middle),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def test_a_drag_is_one_gesture_of_log_values(strip: ScenarioStrip, edits: list[tuple[str, Any, int]]) -> None:
    drag(strip.link.slider, [100.0, 10.0, 1.0])
    assert {name for name, _, _ in edits} == {"rate_bps"}
    assert len({gesture for _, _, gesture in edits}) == 1
    assert edits[-1][1] == pytest.approx(1e6, rel=0.05)
    drag(strip.link.slider, [1.0, 50.0])
    assert len({gesture for _, _, gesture in edits}) == 2


def test_arrow_keys_step_and_shift_is_fine(strip: ScenarioStrip, edits: list[tuple[str, Any, int]]) -> None:
    slider = strip.device.slider
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert edits[-1][1] == pytest.approx(5e9 * 10 ** (1 / 20), rel=0.01)
    QTest.keyClick(slider, Qt.Key.Key_Left)
    assert edits[-1][1] == pytest.approx(5e9, rel=0.01)
    QTest.keyClick(slider, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    fine = edits[-1][1] / 5e9
    assert 1 < fine < 1.02
    QTest.keyClick(slider, Qt.Key.Key_End)
    assert edits[-1][1] == 1000e9
    QTest.keyClick(slider, Qt.Key.Key_Home)
    assert edits[-1][1] == 1e9
    assert len({gesture for _, _, gesture in edits}) == len(edits)


def test_the_wheel_steps_only_with_focus(strip: ScenarioStrip, edits: list[tuple[str, Any, int]]) -> None:
    slider = strip.server.slider
    strip.device.slider.setFocus()
    turn_wheel(slider, 1)
    assert edits == []
    slider.setFocus()
    turn_wheel(slider, 1)
    turn_wheel(slider, 1)
    assert [name for name, _, _ in edits] == ["es_flops", "es_flops"]
    assert edits[0][1] > 500e9
    assert edits[0][2] == edits[1][2]


def test_tau_and_p_stop_at_feasible_values_only(
    strip: ScenarioStrip, edits: list[tuple[str, Any, int]]
) -> None:
    drag(strip.tiles.slider, [8.0, 7.4, 6.9, 5.2, 10.1, 12.0])
    values = [value for _, value, _ in edits]
    assert set(values) <= set(TILING.stops)
    assert values[-1] == 12
    edits.clear()
    strip.fused.slider.setFocus()
    QTest.keyClick(strip.fused.slider, Qt.Key.Key_Right)
    assert [edit[:2] for edit in edits] == [("tau", 3)]


def test_a_drag_ends_auto_even_where_the_value_stays(
    strip: ScenarioStrip, edits: list[tuple[str, Any, int]]
) -> None:
    slider = strip.fused.slider
    assert slider.auto
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=at(slider, 2.0))
    assert [edit[:2] for edit in edits] == [("tau", 2)]
    assert not slider.auto


def test_the_auto_toggle_asks_for_the_search_and_back(
    strip: ScenarioStrip, edits: list[tuple[str, Any, int]]
) -> None:
    QTest.mouseClick(strip.tiles.auto, Qt.MouseButton.LeftButton)
    assert edits[-1][:2] == ("paths", 8)
    QTest.mouseClick(strip.tiles.auto, Qt.MouseButton.LeftButton)
    assert edits[-1][:2] == ("paths", None)


def test_fields_take_numbers_with_units(strip: ScenarioStrip, edits: list[tuple[str, Any, int]]) -> None:
    type_in(strip.device.field, "7.5")
    type_in(strip.link.field, "0,25")
    type_in(strip.overhead, "3")
    type_in(strip.device_workers, "inf")
    type_in(strip.es_workers, "4")
    type_in(strip.fused.field, "5")
    type_in(strip.tiles.field, "9")
    type_in(strip.grid, "1x8")
    assert [edit[:2] for edit in edits] == [
        ("device_flops", 7.5e9),
        ("rate_bps", 0.25e6),
        ("transfer_overhead_s", 0.003),
        ("device_workers", None),
        ("es_workers", 4),
        ("tau", 5),
        ("paths", 9),
        ("grid", (1, 8)),
    ]


@pytest.mark.parametrize("text", ["0", "-5", "nan", "inf", "abc", "", "1e999"])
def test_a_rate_that_is_no_rate_marks_the_field_and_goes_nowhere(
    strip: ScenarioStrip, edits: list[tuple[str, Any, int]], text: str
) -> None:
    field = strip.link.field
    field.setFocus()
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert edits == []
    assert field.reason
    assert field.property("invalid")
    bubble = strip.window().findChild(QLabel, "fieldReason")
    assert isinstance(bubble, QLabel)
    assert bubble.isVisible()
    assert bubble.text() == field.reason
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "100"
    assert field.reason is None
    assert not bubble.isVisible()


@pytest.mark.parametrize(
    ("name", "text"),
    [("device_workers", "0"), ("es_workers", "1.5"), ("overhead", "-1"), ("grid", "2y4"), ("grid", "0x3")],
)
def test_other_fields_refuse_what_makes_no_sense(
    strip: ScenarioStrip, edits: list[tuple[str, Any, int]], name: str, text: str
) -> None:
    field: UnitField = getattr(strip, name)
    type_in(field, text)
    assert edits == []
    assert field.reason


def test_a_draft_survives_what_happens_elsewhere_but_not_a_change_of_its_own_value(
    strip: ScenarioStrip,
) -> None:
    field = strip.link.field
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "25")
    strip.set_system(System(device_flops=6e9))
    assert field.text() == "25"
    strip.set_system(System(rate_bps=7e6))
    assert field.text() == "7"


def test_up_and_down_step_a_field(strip: ScenarioStrip, edits: list[tuple[str, Any, int]]) -> None:
    strip.device_workers.setFocus()
    QTest.keyClick(strip.device_workers, Qt.Key.Key_Up)
    QTest.keyClick(strip.link.field, Qt.Key.Key_Down)
    assert [edit[:2] for edit in edits] == [("device_workers", 2), ("rate_bps", 90e6)]


def test_presets_are_those_of_the_network(strip: ScenarioStrip, edits: list[tuple[str, Any, int]]) -> None:
    assert strip.device.presets.label == "Raspberry Pi Zero 2 W"
    assert strip.link.presets.label == "Fast Ethernet"
    assert strip.server.presets.label == "Custom"
    menu = strip.device.presets.menu()
    pi5 = next(action for action in menu.actions() if action.text().startswith("Raspberry Pi 5"))
    pi5.trigger()
    assert edits[-1] == ("device_flops", 68e9, 0)
    strip.set_network("resnet18")
    texts = [action.text() for action in strip.device.presets.menu().actions()]
    assert any(text.startswith("Raspberry Pi 5\t182") for text in texts)
    assert "ResNet18" in texts[-1]


@pytest.mark.qt_log_ignore("This plugin does not support")  # of popups, says the offscreen platform
def test_the_worker_menu_starts_with_the_presets(
    qtbot: QtBot, strip: ScenarioStrip, edits: list[tuple[str, Any, int]]
) -> None:
    field = strip.device_workers
    right = QPoint(field.width() - 14, field.height() // 2)
    QTest.mouseClick(field, Qt.MouseButton.LeftButton, pos=right)
    menu = QApplication.activePopupWidget()
    assert menu is not None
    texts = [action.text() for action in menu.actions()]
    assert texts[:3] == ["Shared device", "One accelerator per path", "Single accelerators"]
    menu.actions()[1].trigger()
    menu.close()
    assert edits[-1] == ("workers", (None, None), 0)


def test_values_beyond_the_slider_widen_it_by_decades(strip: ScenarioStrip) -> None:
    strip.set_system(System(rate_bps=250.0))
    scale = strip.link.slider.scale
    assert isinstance(scale, LogScale)
    assert scale.low == pytest.approx(1e-4)
    assert strip.link.presets.label == "LoRa SF12"
    assert strip.link.field.text() == "0.00025"


def test_a_long_layer_name_is_shortened_and_whole_in_the_tooltip(strip: ScenarioStrip) -> None:
    assert strip.up_to.text() == "up to pool1"
    strip.set_tiling(replace(TILING, layer="inception_4a/pool_proj"))
    assert "…" in strip.up_to.text()
    assert strip.up_to.toolTip() == "up to inception_4a/pool_proj"


def test_everything_fits_at_the_least_width(strip: ScenarioStrip) -> None:
    strip.window().resize(1120, 300)
    strip.setGeometry(0, 0, 1120, 108)
    for group, right in zip(strip.groups, strip.groups[1:], strict=False):
        assert group.geometry().right() < right.geometry().left() + 8
    for group in strip.groups:
        assert group.corner is not None
        assert group.corner.x() >= group._title.geometry().right()
        assert group.slider.geometry().right() < group.fields[0].x()


def test_the_slider_tells_assistive_technology_its_value(strip: ScenarioStrip) -> None:
    assert strip.link.slider.accessibleName() == "Link"
    assert strip.link.slider.accessibleDescription() == "100"


# Scales


def test_a_log_scale_rounds_to_three_digits() -> None:
    scale = LogScale(0.1, 1000)
    assert scale.value(0.5) == 10.0
    assert scale.value(-1) == 0.1
    assert scale.value(2) == 1000
    assert [tick.label for tick in scale.ticks()] == ["0.1", "1", "10", "100", "1k"]
    assert scale.step(100, 1, "fine") > 100
    assert scale.step(1000, 1, "normal") == 1000


def test_a_stop_scale_of_one_stop_stays_there() -> None:
    scale = StopScale.of([1])
    assert scale.value(0.7) == 1
    assert scale.fraction(1) == 0
    assert scale.step(1, 5, "coarse") == 1


def test_a_stop_scale_goes_from_stop_to_stop() -> None:
    scale = StopScale.of([1, 2, 4, 9])
    assert scale.step(4, 1, "normal") == 9
    assert scale.step(4, -1, "normal") == 2
    assert scale.step(3, 0, "normal") in (2, 4)
    assert scale.value(1.0) == 9
