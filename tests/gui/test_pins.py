"""Pins: kept, named, put in order, opened again; every step undone; and what is said of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from conftest import small_network
from plan_factory import make_plan, make_planset
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from flgui.app import Parts
from flgui.features.comparing import Comparing
from flgui.features.pins import PinsFeature
from flgui.panels.pins_list import PinsList
from flgui.state.pins import Pin, default_note, free_name, moved, renamed
from flgui.theme.tokens import Tokens
from flgui.viewmodel.overlay import overlay
from flgui.viewmodel.pins import comparison
from flgui.views.compare.overlay import _name_lines, _uncovered
from planner_core.plan import PlanSet
from planner_core.scenario import Scenario
from planner_core.system import System

CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def feature_of(parts: Parts) -> PinsFeature:
    return parts.feature(PinsFeature)


def planned(qtbot: QtBot, parts: Parts) -> None:
    qtbot.waitUntil(lambda: not parts.controller.store.stale, timeout=60_000)


def names(parts: Parts) -> list[str]:
    return [pin.name for pin in parts.controller.store.pins]


def pin_two(qtbot: QtBot, parts: Parts) -> PinsList:
    """Pin the scenario at 100 and at 1 Mbit/s, and show the list."""
    window, listed = parts.window, feature_of(parts).list
    window.bottom.tabs.setCurrentIndex(next(i for i in range(9) if window.bottom.tabs.tabText(i) == "Pins"))
    QTest.keyClick(window, Qt.Key.Key_P, CONTROL)
    parts.controller.edit("rate_bps", 1e6)
    planned(qtbot, parts)
    QTest.keyClick(window, Qt.Key.Key_P, CONTROL)
    return listed


def click(listed: PinsList, row: int, column: int = 1) -> None:
    index = listed.table.model().index(row, column)
    centre = listed.table.visualRect(index).center()
    QTest.mouseClick(listed.table.viewport(), Qt.MouseButton.LeftButton, pos=centre)


def type_into(qtbot: QtBot, listed: PinsList, text: str) -> None:
    editor = listed.table.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: listed.table.findChild(QLineEdit) is None)


def test_a_pin_keeps_the_scenario_its_plans_and_the_path(qtbot: QtBot, parts: Parts) -> None:
    store = parts.controller.store
    store.select("MW", 0)
    QTest.keyClick(parts.window, Qt.Key.Key_P, CONTROL)
    (pin,) = store.pins
    assert pin.planset is store.planset
    assert (pin.method, pin.path) == ("MW", 0)
    assert pin.scenario == store.scenario
    assert pin.name == "small, 100 Mbit/s"
    assert pin.note == default_note(pin.planset)


def test_pinning_is_undone_and_done_again(parts: Parts) -> None:
    QTest.keyClick(parts.window, Qt.Key.Key_P, CONTROL)
    pins = parts.controller.store.pins
    QTest.keyClick(parts.window, Qt.Key.Key_Z, CONTROL)
    assert parts.controller.store.pins == ()
    QTest.keyClick(parts.window, Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert parts.controller.store.pins == pins


def test_a_scenario_without_its_plans_cannot_be_pinned(parts: Parts) -> None:
    parts.controller.edit("rate_bps", 1e6)
    assert parts.controller.store.stale
    assert not parts.window.actions_by_key["pin"].isEnabled()
    QTest.keyClick(parts.window, Qt.Key.Key_P, CONTROL)
    assert parts.controller.store.pins == ()


def test_a_click_opens_the_pin_and_undo_goes_back(qtbot: QtBot, parts: Parts) -> None:
    listed, store = pin_two(qtbot, parts), parts.controller.store
    before, first = store.scenario, store.pins[0]
    click(listed, 0)
    assert store.scenario == first.scenario
    assert store.planset is first.planset
    assert not store.stale
    assert listed.table.model().index(0, 0).data(Qt.ItemDataRole.FontRole).bold()
    QTest.keyClick(parts.window, Qt.Key.Key_Z, CONTROL)
    assert store.scenario == before
    planned(qtbot, parts)


def test_enter_opens_the_pin_that_the_keyboard_is_on(qtbot: QtBot, parts: Parts) -> None:
    listed, store = pin_two(qtbot, parts), parts.controller.store
    listed.table.setFocus()
    listed.set_current(1)
    QTest.keyClick(listed.table, Qt.Key.Key_Up)
    QTest.keyClick(listed.table, Qt.Key.Key_Return)
    assert store.scenario == store.pins[0].scenario


@pytest.mark.parametrize(("column", "typed"), [(0, "slow link"), (5, "Here nothing helps.")])
def test_names_and_sentences_are_typed_in_place(qtbot: QtBot, parts: Parts, column: int, typed: str) -> None:
    listed, store = pin_two(qtbot, parts), parts.controller.store
    listed.table.setFocus()
    listed.set_current(1)
    listed.table.setCurrentIndex(listed.table.model().index(1, column))
    QTest.keyClick(listed.table, Qt.Key.Key_F2)
    type_into(qtbot, listed, typed)
    assert (store.pins[1].name, store.pins[1].note)[column == 5] == typed
    parts.controller.undo_stack.undo()
    assert typed not in (store.pins[1].name, store.pins[1].note)


def test_an_empty_name_is_not_taken(qtbot: QtBot, parts: Parts) -> None:
    listed = pin_two(qtbot, parts)
    steps, before = parts.controller.undo_stack.count(), names(parts)
    listed.table.setCurrentIndex(listed.table.model().index(0, 0))
    QTest.keyClick(listed.table, Qt.Key.Key_F2)
    type_into(qtbot, listed, " ")
    assert names(parts) == before
    assert parts.controller.undo_stack.count() == steps


def test_pins_are_put_in_another_order_by_key_and_by_button(qtbot: QtBot, parts: Parts) -> None:
    listed = pin_two(qtbot, parts)
    first, second = names(parts)
    listed.table.setFocus()
    listed.set_current(1)
    QTest.keyClick(listed.table, Qt.Key.Key_Up, ALT)
    assert names(parts) == [second, first]
    assert listed.current == 0
    assert not listed._up.isEnabled()
    QTest.mouseClick(listed._down, Qt.MouseButton.LeftButton)
    assert names(parts) == [first, second]
    QTest.keyClick(parts.window, Qt.Key.Key_Z, CONTROL)
    assert names(parts) == [second, first]


def test_a_pin_is_deleted_and_comes_back(qtbot: QtBot, parts: Parts) -> None:
    listed = pin_two(qtbot, parts)
    first, second = names(parts)
    listed.table.setFocus()
    listed.set_current(0)
    QTest.keyClick(listed.table, Qt.Key.Key_Delete)
    assert names(parts) == [second]
    QTest.keyClick(parts.window, Qt.Key.Key_Z, CONTROL)
    assert names(parts) == [first, second]


def test_without_pins_the_tab_offers_to_make_one(parts: Parts) -> None:
    window, listed = parts.window, feature_of(parts).list
    window.bottom.tabs.setCurrentIndex(3)
    assert listed.pin_button.isVisible()
    QTest.mouseClick(listed.pin_button, Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    assert len(parts.controller.store.pins) == 1
    assert listed.table.isVisible()
    assert not listed.pin_button.isVisible()


def test_a_name_that_is_taken_gets_a_number() -> None:
    planset = PlanSet(Scenario(small_network()))
    pins = (Pin("a", "", planset), Pin("b", "", planset), Pin("c", "", planset))
    assert free_name("a", pins) == "a (2)"
    assert [pin.name for pin in renamed(pins, 1, "a")] == ["a", "a (2)", "c"]
    assert [pin.name for pin in renamed(pins, 1, "b")] == ["a", "b", "c"]
    assert [pin.name for pin in moved(pins, 0, 2)] == ["b", "c", "a"]
    assert [pin.name for pin in moved(pins, 2, 0)] == ["c", "a", "b"]


def test_the_sentence_says_what_fusing_gains() -> None:
    network = small_network()
    nfl, bf = make_plan("NFL", network, 4, (1, 1), 3), make_plan("BF", network, 2, (2, 2), 3)
    shorter = replace(bf, makespan_s=0.02755)
    longer = replace(nfl, makespan_s=0.04574)
    text = default_note(make_planset(network, longer, shorter)).replace("\u00a0", " ")
    assert text == "BF needs 27.55 ms instead of 45.74 ms, with τ 2 and 4 tiles"
    same = replace(bf, makespan_s=0.04574)
    text = default_note(make_planset(network, longer, same)).replace("\u00a0", " ")
    assert text == "Fused layers gain nothing here: BF needs 45.74 ms, as NFL does"
    assert default_note(PlanSet(Scenario(network))) == ""


def test_the_comparison_marks_what_differs_from_the_first_pin() -> None:
    network = small_network()
    plans = [make_plan(m, network, 4 if m == "NFL" else 2, (1, 1), 3) for m in ("NFL", "MW", "BF")]
    one = make_planset(network, *plans)
    slow = System(rate_bps=1e6, device_workers=None)
    faster = replace(plans[2], makespan_s=plans[2].makespan_s / 2, rows=2, cols=3)
    two = make_planset(network, plans[0], plans[1], faster, system=slow)
    found = comparison([Pin("one", "", one), Pin("two", "", two)], "BF")
    rows = {row.label: [(c.text.replace("\u00a0", " "), c.differs) for c in row.cells] for row in found.rows}
    assert found.headings == ("one", "two")
    assert rows["Network"] == [("small", False), ("small", False)]
    assert rows["Link"] == [("100 Mbit/s", False), ("1 Mbit/s", True)]
    assert rows["Workers"] == [("1 + ∞", False), ("∞ + ∞", True)]
    assert rows["Grid"] == [("1 × 1", False), ("2 × 3", True)]
    assert [
        c.change.replace("\u00a0", " ") for c in next(r for r in found.rows if r.label == "BF").cells
    ] == [
        "",
        "−50.0 %",
    ]
    assert not any(cell.differs for row in found.rows for cell in row.cells[:1])


def test_the_workspace_shows_pins_side_by_side_and_opens_them(qtbot: QtBot, parts: Parts) -> None:
    pin_two(qtbot, parts)
    window, page, store = parts.window, parts.feature(Comparing).page, parts.controller.store
    switch = window.top_bar.workspaces
    assert switch is not None
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton, pos=switch.box("Compare").center().toPoint())
    assert window.workspace == "Compare"
    assert page.table.isVisible()
    model = page.table.model()
    assert [model.headerData(i, Qt.Orientation.Horizontal) for i in range(2)] == names(parts)
    before = store.scenario
    QTest.mouseClick(page.chart, Qt.MouseButton.LeftButton, pos=page.chart.row_box(0).center())
    assert store.scenario == store.pins[0].scenario
    QTest.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert store.scenario == before
    header = page.table.horizontalHeader()
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(30, 8))
    assert store.scenario == store.pins[0].scenario
    planned(qtbot, parts)


def test_the_keyboard_chooses_and_opens_a_pin_in_the_chart(qtbot: QtBot, parts: Parts) -> None:
    pin_two(qtbot, parts)
    parts.window.set_workspace("Compare")
    chart = parts.feature(Comparing).page.chart
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Return):
        QTest.keyClick(chart, key)
    assert parts.controller.store.scenario == parts.controller.store.pins[0].scenario


def test_all_pins_have_one_axis_and_their_own_ends(qtbot: QtBot, parts: Parts) -> None:
    pin_two(qtbot, parts)
    pins = parts.controller.store.pins
    shown = overlay(pins, "BF")
    spans = [pin.planset.plans["BF"].makespan_s for pin in pins]
    assert [row.makespan_s for row in shown.rows] == spans
    assert shown.axis_s == pytest.approx(1.05 * max(spans))
    for pin, row in zip(pins, shown.rows, strict=True):
        schedule = pin.planset.plans["BF"].schedule
        link = row.lanes[1]
        assert sorted(link.start.tolist()) == sorted(schedule.link_start[schedule.link_used].tolist())
        assert max(lane.end.max(initial=0) for lane in row.lanes) == pytest.approx(row.makespan_s)


def test_bars_of_the_comparison_carry_the_numbers_of_their_paths(qtbot: QtBot, parts: Parts) -> None:
    pin_two(qtbot, parts)
    parts.window.set_workspace("Compare")
    chart = parts.feature(Comparing).page.chart
    least, most = chart.fill(0), chart.fill(2000)
    assert least < most
    assert chart.fill(most - 1) < most
    chart.fill(2000)
    chart.resize(1000, most)
    tokens, row = Tokens.load("light"), overlay(parts.controller.store.pins, "BF").rows[0]
    number, lane = max(enumerate(row.lanes[:2]), key=lambda at: at[1].end.max(initial=0))
    bar = int(np.argmax(lane.end - lane.start))
    whole = row.grid == (1, 1)
    fill = tokens.color("data.whole") if whole else tokens.path_color(int(lane.path[bar]), *row.grid)
    box = chart.lane_box(0, number)
    start, end = round(chart.place(float(lane.start[bar]))), round(chart.place(float(lane.end[bar])))
    image = chart.grab().toImage()
    seen = {
        image.pixelColor(x, y).name()
        for x in range(start + 1, end - 2)
        for y in range(box.top(), box.bottom() + 1)
    }
    assert fill.lower() in seen
    assert tokens.label_color(fill).lower() in seen


def test_a_bound_of_nothing_is_not_compared(qtbot: QtBot, parts: Parts) -> None:
    pin_two(qtbot, parts)
    pin = parts.controller.store.pins[0]
    best = replace(pin.planset.plans["BF"], optimal=False, lower_bound_s=0.0)
    open_one = replace(pin, planset=replace(pin.planset, plans={**pin.planset.plans, "BF": best}))
    cells = {row.label: row.cells[0].text for row in comparison([open_one], "BF").rows}
    assert (cells["BF bound"], cells["BF proof"]) == ("–", "no bound yet")


def test_long_names_of_pins_keep_the_end_in_which_they_differ(qtbot: QtBot) -> None:
    lines = _name_lines("SqueezeNet 1.0, 100 Mbit/s", 132).split("\n")
    assert lines == ["SqueezeNet 1.0,", "100 Mbit/s"]
    assert _name_lines("AlexNet", 132) == "AlexNet"
    assert _name_lines("a name without any comma that is long", 132).endswith("…")


def test_the_method_of_the_comparison_is_chosen(qtbot: QtBot, parts: Parts) -> None:
    pin_two(qtbot, parts)
    parts.window.set_workspace("Compare")
    page = parts.feature(Comparing).page
    QTest.mouseClick(page.switch, Qt.MouseButton.LeftButton, pos=page.switch.box("NFL").center().toPoint())
    model = page.table.model()
    labels = [str(model.headerData(i, Qt.Orientation.Vertical)).strip() for i in range(model.rowCount())]
    assert "Cut of NFL" in labels
    assert model.index(labels.index("Tiles P"), 0).data() == "1"


def test_without_pins_the_open_scenario_is_shown_and_pinned_from_there(qtbot: QtBot, parts: Parts) -> None:
    planned(qtbot, parts)
    parts.window.set_workspace("Compare")
    page, store = parts.feature(Comparing).page, parts.controller.store
    model = page.table.model()
    assert model.columnCount() == 1
    assert model.headerData(0, Qt.Orientation.Horizontal) == "Open now, not pinned"
    QTest.mouseClick(page.pin_button, Qt.MouseButton.LeftButton)
    assert [pin.name for pin in store.pins] == names(parts)
    assert [model.headerData(i, Qt.Orientation.Horizontal) for i in range(model.columnCount())] == names(
        parts
    )
    assert not page.pin_button.isVisible()


def test_the_open_scenario_stands_behind_the_pins_until_it_is_one(qtbot: QtBot, parts: Parts) -> None:
    planned(qtbot, parts)
    parts.window.actions_by_key["pin"].trigger()
    parts.window.set_workspace("Compare")
    page, store = parts.feature(Comparing).page, parts.controller.store
    model = page.table.model()
    assert model.columnCount() == 1
    parts.controller.edit("rate_bps", 1e6)
    planned(qtbot, parts)
    assert [model.headerData(i, Qt.Orientation.Horizontal) for i in range(model.columnCount())] == [
        *names(parts),
        "Open now, not pinned",
    ]
    QTest.mouseClick(page.chart, Qt.MouseButton.LeftButton, pos=page.chart.row_box(1).center())
    assert parts.window.workspace == "Plan"
    assert store.scenario.system.rate_bps == 1e6


def test_bars_that_later_ones_cover_are_not_painted() -> None:
    left, wide, high = (
        np.array([0.0, 5, 0, 0, 5, 0]),
        np.array([1.0, 2, 1, 3, 2, 1]),
        np.array([13.0, 13, 13, 13, 7, 13]),
    )
    assert _uncovered(left, wide, high).tolist() == [1, 3, 4, 5]
