"""Several selected paths: picked by mouse and keys in any view, shown in all of them, with their totals."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from flgui.app import Parts
from flgui.features.pins import PinsFeature
from flgui.features.presenting import Presenting
from flgui.features.work import WorkFiles
from flgui.state.selection import Selection, selected
from flgui.state.work import View, write_work
from flgui.state.work_reader import read_work
from flgui.text import format_time, join, path_list
from flgui.theme.tokens import Tokens
from flgui.viewmodel.gantt import LINK
from flgui.viewmodel.path_facts import path_facts, several_facts
from flgui.viewmodel.placement import placement
from flgui.viewmodel.slides import slide
from planner_core.importers import load_network
from planner_core.network.model import Network
from planner_core.plan import Plan
from planner_core.planner import plan as plan_of
from planner_core.scenario import Scenario

LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
TILES = 6


@pytest.fixture
def window(qtbot: QtBot, parts: Parts) -> Parts:
    """The window on 2x3 tiles that all methods share, with a link slow enough for bars to be wide."""
    store = parts.controller.store
    parts.controller.push(replace(store.scenario, tau=2, grid=(2, 3)), "Cut in six")
    qtbot.waitUntil(lambda: not store.stale, timeout=60_000)
    parts.window.bottom.tabs.setCurrentIndex(1)
    QApplication.processEvents()
    return parts


def chosen(parts: Parts) -> tuple[int, ...]:
    return parts.controller.store.selection.paths


def bar_of(parts: Parts, method: str, path: int) -> QPoint:
    """The middle of the transfer of a path, else of its first bar."""
    canvas = parts.window.gantt.canvas
    frame, model = canvas.frame(), canvas.model
    assert frame is not None
    assert model is not None
    group = model.group(method)
    assert group is not None
    bars = [int(b) for b in group.bars_of(path)]
    bar = next((b for b in bars if group.rows[group.bars.row[b]].resource == LINK), bars[0])
    box = frame.layout.groups[list(model.groups).index(group)]
    return frame.bar_rect(group, box, bar).translated(0, -frame.top).center()


def click_bar(parts: Parts, path: int, keys: Qt.KeyboardModifier = NONE, method: str = "BF") -> None:
    QTest.mouseClick(parts.window.gantt.canvas.viewport(), LEFT, keys, bar_of(parts, method, path))


def click_tile(parts: Parts, path: int, keys: Qt.KeyboardModifier = NONE) -> None:
    canvas = parts.window.tiles.canvas
    QTest.mouseClick(canvas, LEFT, keys, canvas.tile_rect(path).center().toPoint())


def click_row(parts: Parts, row: int, keys: Qt.KeyboardModifier = NONE) -> None:
    view = parts.window.tasks.view
    QTest.mouseClick(view.viewport(), LEFT, keys, view.visualRect(view.model().index(row, 1)).center())


def rows(parts: Parts) -> set[int]:
    view = parts.window.tasks.view
    return {view.array_model.source_row(i.row()) for i in view.selectionModel().selectedRows()}


def active(parts: Parts) -> Plan:
    plan = parts.controller.store.active_plan
    assert plan is not None
    return plan


def test_control_clicks_on_bars_select_several_paths_in_every_view(window: Parts) -> None:
    click_bar(window, 1)
    click_bar(window, 4, CTRL)
    click_bar(window, 2, CTRL)
    assert chosen(window) == (1, 4, 2)
    assert rows(window) == {1, 2, 4}
    facts = window.window.tiles._facts
    assert facts.accessibleDescription().startswith("3 paths, 1, 2 and 4, of 6")
    assert "paths 1, 2 and 4 of BF selected" in window.window.gantt.canvas.accessibleDescription()
    assert window.window.network._placement is not None
    assert window.window.network._placement.title == "Placement in BF, paths 1, 2 and 4"
    click_bar(window, 4, CTRL)
    assert chosen(window) == (1, 2)
    assert rows(window) == {1, 2}
    click_bar(window, 2)
    assert chosen(window) == (2,), "a plain click selects alone"
    click_bar(window, 2)
    assert chosen(window) == ()


def test_escape_takes_all_of_them_back(window: Parts) -> None:
    for path in (0, 3, 5):
        click_bar(window, path, CTRL)
    assert len(chosen(window)) == 3
    QTest.keyClick(window.window.gantt.canvas, Qt.Key.Key_Escape)
    assert chosen(window) == ()
    assert rows(window) == set()


def test_a_control_click_beside_the_bars_changes_nothing(window: Parts) -> None:
    click_bar(window, 1)
    canvas = window.window.gantt.canvas
    frame = canvas.frame()
    assert frame is not None
    lane = frame.layout.groups[0].lanes_top + 4 - frame.top
    end = round(canvas.axis.x(canvas.axis.whole)) - 2
    QTest.mouseClick(canvas.viewport(), LEFT, CTRL, QPoint(end, lane))
    assert chosen(window) == (1,)
    assert window.controller.store.active == "BF"


def test_outlines_are_drawn_around_each_of_them(window: Parts) -> None:
    click_bar(window, 1)
    viewport, ink = window.window.gantt.canvas.viewport(), Tokens.load("light").color("data.selection")

    def edges(path: int) -> int:
        at, image = bar_of(window, "BF", path), viewport.grab().toImage()
        column = [QColor(image.pixel(at.x() + 2, y)).name().upper() for y in range(at.y() - 16, at.y() + 17)]
        return sum(color == ink for color in column)

    assert edges(4) == 0
    click_bar(window, 4, CTRL)
    window.window.gantt.canvas._pointer.leave()
    assert edges(4) >= 4, "two pixels above and two below"
    assert edges(1) >= 4


def test_tiles_by_mouse_and_by_shift_and_arrows(window: Parts) -> None:
    click_tile(window, 0)
    click_tile(window, 4, CTRL)
    assert chosen(window) == (0, 4)
    canvas = window.window.tiles.canvas
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Right, SHIFT)
    assert chosen(window) == (0, 4, 5)
    QTest.keyClick(canvas, Qt.Key.Key_Left, SHIFT)
    assert chosen(window) == (0, 4), "going back leaves the one that was picked last"
    click_tile(window, 0, CTRL)
    assert chosen(window) == (4,)
    QTest.keyClick(canvas, Qt.Key.Key_Up)
    assert chosen(window) == (1,)


def test_selected_tiles_are_full_and_the_others_are_not(window: Parts) -> None:
    canvas = window.window.tiles.canvas
    tokens = Tokens.load("light")

    def full(path: int) -> bool:
        image, rect = canvas.grab().toImage(), canvas.tile_rect(path).toRect()
        points = [(x, y) for x in range(rect.left(), rect.right()) for y in range(rect.top(), rect.bottom())]
        fill = tokens.path_color(path, 2, 3)
        return sum(QColor(image.pixel(x, y)).name().upper() == fill for x, y in points) > 0.2 * len(points)

    click_tile(window, 0)
    click_tile(window, 4, CTRL)
    assert [path for path in range(TILES) if full(path)] == [0, 4]


def test_rows_of_the_tasks_by_shift_by_control_and_by_keys(window: Parts) -> None:
    click_row(window, 1)
    click_row(window, 3, SHIFT)
    assert sorted(chosen(window)) == [1, 2, 3]
    click_row(window, 5, CTRL)
    assert sorted(chosen(window)) == [1, 2, 3, 5]
    assert chosen(window)[-1] == 5
    click_row(window, 2, CTRL)
    assert sorted(chosen(window)) == [1, 3, 5]
    click_row(window, 0)
    view = window.window.tasks.view
    for _ in range(2):
        QTest.keyClick(view, Qt.Key.Key_Down, SHIFT)
    assert sorted(chosen(window)) == [0, 1, 2]
    QTest.keyClick(view, Qt.Key.Key_Up, SHIFT)
    assert sorted(chosen(window)) == [0, 1]
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert chosen(window) == ()


def test_rows_picked_elsewhere_are_where_a_shift_click_goes_on(window: Parts) -> None:
    click_tile(window, 1)
    click_row(window, 3, SHIFT)
    assert sorted(chosen(window)) == [1, 2, 3]


def test_braces_take_paths_along_in_the_order_of_their_start(window: Parts) -> None:
    canvas = window.window.gantt.canvas
    canvas.setFocus()
    model = canvas.model
    assert model is not None
    group = model.group("BF")
    assert group is not None
    order = tuple(group.sequence.tolist())
    QTest.keyClick(canvas, Qt.Key.Key_BracketRight)
    assert chosen(window) == order[:1]
    QTest.keyClick(canvas, Qt.Key.Key_BracketRight, SHIFT)
    QTest.keyClick(canvas, Qt.Key.Key_BraceRight, SHIFT)
    assert chosen(window) == order[:3]
    QTest.keyClick(canvas, Qt.Key.Key_BraceLeft, SHIFT)
    assert chosen(window) == order[:2]
    QTest.keyClick(canvas, Qt.Key.Key_F)
    bars = np.flatnonzero(np.isin(group.bars.path, order[:2]))
    assert canvas.axis.start <= group.bars.start[bars].min()
    assert canvas.axis.seconds(canvas.axis.right) >= group.bars.end[bars].max()
    QTest.keyClick(canvas, Qt.Key.Key_BracketLeft)
    assert len(chosen(window)) == 1


def test_they_stay_with_a_plan_of_the_same_tiles_and_what_a_smaller_one_has(
    qtbot: QtBot, window: Parts
) -> None:
    store = window.controller.store
    for path in (0, 5, 2):
        click_bar(window, path, CTRL)
    QTest.keyClick(window.window, Qt.Key.Key_2)
    assert (store.selection.method, chosen(window)) == ("MW", (0, 5, 2))
    assert rows(window) == {0, 2, 5}
    window.controller.push(replace(store.scenario, grid=(1, 3)), "Cut in three")
    qtbot.waitUntil(lambda: not store.stale, timeout=60_000)
    assert chosen(window) == (0, 2)
    assert rows(window) == {0, 2}


def test_the_step_of_manual_moves_the_path_that_was_picked_last(window: Parts) -> None:
    window.window.actions_by_key["manual_copy_bf"].trigger()
    store = window.controller.store
    assert store.manual is not None
    first, second = store.manual.order[:2]
    store.select("Manual", first, (store.manual.order[3],))
    window.window.actions_by_key["manual_later"].trigger()
    assert store.manual.order[:2] == (second, first)


@given(st.lists(st.integers(0, 7), max_size=30))
def test_a_path_is_selected_when_it_was_toggled_an_odd_number_of_times(toggles: list[int]) -> None:
    now = Selection()
    for path in toggles:
        now = now.toggled("BF", path)
    odd = {path for path in toggles if toggles.count(path) % 2}
    assert set(now.paths) == odd
    assert len(now.paths) == len(odd)
    last = {path: at for at, path in enumerate(toggles)}
    assert all(last[a] < last[b] for a, b in pairwise(now.paths)), "in the order in which they were picked"
    assert set(now.within(4).paths) == {path for path in odd if path < 4}
    assert selected("BF", [3, 1, 3]).paths == (1, 3)


@pytest.fixture(scope="module")
def alex() -> tuple[Network, Plan]:
    network = load_network("alexnet")
    return network, plan_of(Scenario(network, tau=2, grid=(2, 4))).plans["BF"]


def test_totals_are_the_sums_of_what_each_path_says(alex: tuple[Network, Plan]) -> None:
    _, plan = alex
    paths, s = (6, 0, 2), plan.schedule
    facts = several_facts(plan, paths)
    assert (facts.title, facts.note) == ("3 paths", "0, 2 and 6, of 8")
    lines = {line.label: line for line in facts.lines}
    own = list(paths)
    for label, begin, end in (
        ("Device", s.device_start, s.device_end),
        ("Link", s.link_start, s.link_end),
        ("ES", s.es_start, s.es_end),
    ):
        total = sum(float(end[p] - begin[p]) for p in paths)
        assert lines[label].value == join(format_time(total, 3)), label
    wait = sum(max(0.0, float(s.link_start[p] - s.device_end[p])) for p in paths)
    assert lines["Queue"].value == join(format_time(wait, 3))
    assert lines["Link"].note == f"{plan.bits[own].sum() / 8e3:.1f}\xa0kB in all"
    begin = min(float(s.device_start[p]) for p in paths)
    assert lines["Span"].value == join(format_time(float(s.es_end[own].max()) - begin, 3))


def test_the_network_counts_the_splits_of_the_selected_ones(alex: tuple[Network, Plan]) -> None:
    network, plan = alex
    raw = [p for p in range(8) if plan.offload[p] == 1]
    late = [p for p in range(8) if plan.offload[p] == 3]
    assert len(raw) >= 2
    assert late
    found = placement(network, plan, late[0], (raw[0], raw[1]))
    assert found.device.tolist()[:3] == pytest.approx([1.0, 1 / 3, 1 / 3])
    assert [cut.text for cut in found.cuts] == ["2 of 3 paths", "1 of 3 paths"]
    assert found.split is None
    assert found.title == f"Placement in BF, {path_list((raw[0], raw[1], late[0]))}"
    assert path_list(range(9)) == "9 paths"
    assert path_list((3,)) == "path 3"


def test_a_pin_keeps_all_of_them_and_undo_does_not_touch_them(window: Parts) -> None:
    for path in (1, 4, 2):
        click_bar(window, path, CTRL)
    QTest.keyClick(window.window, Qt.Key.Key_P, CTRL)
    store = window.controller.store
    (pin,) = store.pins
    assert (pin.path, pin.more) == (2, (1, 4))
    QTest.keyClick(window.window.gantt.canvas, Qt.Key.Key_Escape)
    window.feature(PinsFeature).open(0)
    assert chosen(window) == (1, 4, 2)
    assert rows(window) == {1, 2, 4}
    click_bar(window, 5, CTRL)
    window.controller.undo_stack.undo()
    assert store.pins == ()
    assert chosen(window) == (1, 4, 2, 5)
    window.controller.undo_stack.redo()
    assert store.pins == (pin,)
    assert chosen(window) == (1, 4, 2, 5)


def test_a_work_file_opens_with_all_of_them(qtbot: QtBot, window: Parts, tmp_path: Path) -> None:
    for path in (5, 0, 3):
        click_bar(window, path, CTRL)
    file, files = tmp_path / "a.flwork.json", window.feature(WorkFiles)
    write_work(files.work(), file)
    store = window.controller.store
    QTest.keyClick(window.window.gantt.canvas, Qt.Key.Key_Escape)
    files.take(read_work(file), file)
    assert chosen(window) == (5, 0, 3)
    files.take(replace(read_work(file), view=View(path=2, more=(1, 77))), file)
    assert chosen(window) == (1, 2), "what a plan does not have is left out"
    assert not store.stale


def test_a_slide_outlines_all_of_them_and_a_click_tells_about_one(qtbot: QtBot, window: Parts) -> None:
    for path in (1, 4, 2):
        click_bar(window, path, CTRL)
    presenting = window.feature(Presenting)
    stage = presenting.open()
    assert stage is not None
    stage.resize(1280, 720)
    stage.show()
    qtbot.waitExposed(stage)
    shown = stage.slide
    assert shown is not None
    assert shown.paths == (1, 4, 2)
    assert shown.facts == several_facts(active(window), (1, 2, 4))
    several = stage.grab().toImage()
    stage.path_chosen.emit(4)
    assert stage.slide is not None
    assert stage.slide.paths == (4,)
    assert stage.slide.facts == path_facts(shown.network, active(window), 4)
    assert stage.grab().toImage() != several
    stage.close()
    plan = active(window)
    planset = window.controller.store.planset
    assert planset is not None
    assert slide(planset, "", "BF", 2, more=(0, plan.paths)).paths == (0, 2)
    assert slide(planset, "", "BF", None, more=(0,)).more == ()
