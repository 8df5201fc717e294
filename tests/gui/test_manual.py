"""The plan made by hand: copied, dragged, split by keys, compared, put away and undone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from flgui.app import Parts
from flgui.panels.message_bar import Message
from flgui.viewmodel.gantt import LINK, GanttGroup, manual_fact
from flgui.views.gantt.copying import copy_box
from flgui.views.gantt.heading import right_text
from planner_core.by_hand import moved, plan_by_hand, split
from planner_core.check import check_plan

CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def four(qtbot: QtBot, parts: Parts) -> Parts:
    """The window with four tiles, BF copied to Manual, fast workers on the link's side."""
    controller = parts.controller
    controller.edit("rate_bps", 2e6)
    controller.edit("device_flops", 1e8)
    controller.edit("tau", 2)
    controller.edit("paths", 4)
    qtbot.waitUntil(lambda: not controller.store.stale, timeout=60_000)
    controller.undo_stack.clear()
    QTest.keyClick(parts.window, Qt.Key.Key_M, CONTROL)
    assert controller.store.manual is not None
    return parts


def group_of(parts: Parts) -> GanttGroup:
    model = parts.window.gantt.canvas.model
    assert model is not None
    group = model.group("Manual")
    assert group is not None
    return group


def bar_of(parts: Parts, path: int, resource: int) -> QPoint:
    """Return the middle of a path's bar in the viewport, scrolled to."""
    canvas, group = parts.window.gantt.canvas, group_of(parts)
    canvas.verticalScrollBar().setValue(canvas.verticalScrollBar().maximum())
    frame = canvas.frame()
    assert frame is not None
    box = frame.layout.groups[-1]
    rows = group.rows_of(resource)
    bar = next(int(b) for b in group.bars_of(path) if int(group.bars.row[b]) in rows)
    return frame.bar_rect(group, box, bar).center() - QPoint(0, frame.top)


def senders(parts: Parts) -> list[int]:
    """Paths that use the link, in the order."""
    plan = parts.controller.store.manual_plan
    assert plan is not None
    return [p for p in plan.order.tolist() if plan.schedule.link_used[p]]


def test_a_copy_is_shown_as_the_fourth_chart_and_fills_the_views(four: Parts) -> None:
    store = four.controller.store
    assert store.planset is not None
    assert store.manual_plan is not None
    assert store.manual_plan.makespan_s == store.planset.plans["BF"].makespan_s
    assert [g.method for g in four.window.gantt.canvas.model.groups] == ["NFL", "MW", "BF", "Manual"]
    assert store.active == "Manual"
    assert store.active_plan is store.manual_plan
    assert group_of(four).fact.endswith("equal to BF, the proven optimum")
    QTest.keyClick(four.window, Qt.Key.Key_3)
    assert store.active == "BF"
    QTest.keyClick(four.window, Qt.Key.Key_4)
    assert store.active == "Manual"


def test_the_chart_that_is_worked_on_is_scrolled_to_where_there_is_no_room_for_all(
    qtbot: QtBot, four: Parts
) -> None:
    canvas = four.window.gantt.canvas
    bar = canvas.verticalScrollBar()
    canvas.setFixedHeight(200)
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    boxes = canvas.layout_boxes
    assert boxes is not None
    assert bar.value() + canvas.viewport().height() >= boxes.groups[-1].bottom
    QTest.keyClick(four.window, Qt.Key.Key_1)
    assert bar.value() <= boxes.groups[0].top
    bar.setValue(bar.maximum())  # whoever scrolls elsewhere stays there
    four.controller.edit("rate_bps", 2.5e6)
    qtbot.waitUntil(lambda: not four.controller.store.stale, timeout=60_000)
    assert bar.value() == bar.maximum()


def test_a_bar_is_dragged_along_the_order_in_one_step(four: Parts) -> None:
    store, canvas = four.controller.store, four.window.gantt.canvas
    before = store.manual
    assert before is not None
    first, last = senders(four)[0], senders(four)[-1]
    assert first != last
    start, end = bar_of(four, first, LINK), bar_of(four, last, LINK)
    QTest.mousePress(canvas.viewport(), LEFT, pos=start)
    seen = set()
    for step in range(1, 9):
        QTest.mouseMove(canvas.viewport(), start + (end + QPoint(30, 0) - start) * step / 8)
        seen.add(store.manual)
    assert len(seen) > 1  # it is timed while it moves
    QTest.mouseRelease(canvas.viewport(), LEFT, pos=end + QPoint(30, 0))
    after = store.manual
    assert after is not None
    assert after.order.index(first) > after.order.index(last)
    assert [p for p in after.order if p != first] == [p for p in before.order if p != first]
    assert store.selection.path == first
    assert four.controller.undo_stack.count() == 2  # the copy and the drag
    assert store.manual_plan is not None
    assert check_plan(store.scenario.network, store.scenario.system, store.manual_plan) == []
    QTest.keyClick(four.window, Qt.Key.Key_Z, CONTROL)
    assert store.manual == before
    QTest.keyClick(four.window, Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert store.manual == after


def mark_of(parts: Parts, path: int) -> QPoint:
    """Select a path of Manual and return where its split is on the rail of the network."""
    parts.controller.store.select("Manual", path)
    mark = parts.window.network.split.mark()
    assert mark is not None
    return mark


def test_the_split_is_dragged_along_the_rail_in_one_step(four: Parts) -> None:
    store, network = four.controller.store, four.window.network
    path, viewport = senders(four)[0], network.canvas.viewport()
    before = store.manual
    assert before is not None
    mark = mark_of(four, path)
    joints = network.canvas.rail_joints()
    QTest.mousePress(viewport, LEFT, pos=mark)
    seen = set()
    for joint in (joints[0], joints[1], joints[2], joints[-1]):
        QTest.mouseMove(viewport, QPoint(mark.x() + 3, joint))
        assert store.manual is not None
        seen.add(store.manual.offload[path])
    assert seen == {1, 2, 3}  # tau is 2: behind the prefix the split stays at its end
    QTest.mouseMove(viewport, QPoint(mark.x(), joints[1]))
    QTest.mouseRelease(viewport, LEFT, pos=QPoint(mark.x(), joints[1]))
    after = store.manual
    assert after is not None
    assert after.offload[path] == 2
    assert [o for p, o in enumerate(after.offload) if p != path] == [
        o for p, o in enumerate(before.offload) if p != path
    ]
    assert store.manual_plan is not None
    assert check_plan(store.scenario.network, store.scenario.system, store.manual_plan) == []
    assert network.split.mark() == QPoint(mark.x(), joints[1])
    assert four.controller.undo_stack.count() == (2 if after != before else 1)
    QTest.keyClick(four.window, Qt.Key.Key_Z, CONTROL)
    assert store.manual in (before, None)


def test_escape_takes_the_split_back(four: Parts) -> None:
    store, network = four.controller.store, four.window.network
    path, viewport = senders(four)[0], network.canvas.viewport()
    before, steps = store.manual, four.controller.undo_stack.count()
    mark = mark_of(four, path)
    assert before is not None
    other = network.canvas.rail_joints()[0 if before.offload[path] != 1 else 2]
    QTest.mousePress(viewport, LEFT, pos=mark)
    QTest.mouseMove(viewport, QPoint(mark.x(), other))
    assert store.manual != before
    QTest.keyClick(network.canvas, Qt.Key.Key_Escape)
    assert store.manual == before
    QTest.mouseRelease(viewport, LEFT, pos=QPoint(mark.x(), other))
    assert (store.manual, four.controller.undo_stack.count()) == (before, steps)


@pytest.mark.qt_log_ignore("This plugin does not support")  # of popups, says the offscreen platform
def test_a_node_offers_to_split_the_path_behind_it(four: Parts, qtbot: QtBot) -> None:
    store, network = four.controller.store, four.window.network
    path = senders(four)[0]
    mark_of(four, path)
    canvas = network.canvas
    before = store.manual
    assert before is not None
    node = 0 if before.offload[path] != 1 else 1
    at = canvas.node_box(node).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, canvas.viewport().mapToGlobal(at))
    QApplication.sendEvent(canvas.viewport(), event)
    menu = canvas.findChild(QMenu)
    assert menu is not None
    (action,) = menu.actions()
    assert action.isEnabled()
    assert action.text().startswith(f"Split path {path} after ")
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
    assert store.manual is not None
    assert store.manual.offload[path] == node + 1


def test_the_split_of_another_plan_stays(four: Parts) -> None:
    four.controller.store.select("BF", 0)
    assert four.window.network.split.mark() is None


def test_escape_takes_a_drag_back_and_leaves_no_step(four: Parts) -> None:
    store, canvas = four.controller.store, four.window.gantt.canvas
    before, steps = store.manual, four.controller.undo_stack.count()
    first, last = senders(four)[0], senders(four)[-1]
    start, end = bar_of(four, first, LINK), bar_of(four, last, LINK)
    QTest.mousePress(canvas.viewport(), LEFT, pos=start)
    QTest.mouseMove(canvas.viewport(), start + QPoint(10, 0))
    QTest.mouseMove(canvas.viewport(), end + QPoint(30, 0))
    assert store.manual != before
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert store.manual == before
    QTest.mouseRelease(canvas.viewport(), LEFT, pos=end)
    assert store.manual == before
    assert four.controller.undo_stack.count() == steps


def test_the_selected_path_moves_and_is_split_by_keys(four: Parts) -> None:
    store, window = four.controller.store, four.window
    decision = store.manual
    assert decision is not None
    path = decision.order[0]
    store.select("Manual", path)
    for key, expected in (
        (Qt.Key.Key_Right, moved(decision, path, 1)),
        (Qt.Key.Key_Left, decision),
        (Qt.Key.Key_PageUp, split(decision, path, decision.offload[path] - 1)),
    ):
        QTest.keyClick(window, key, ALT)
        assert store.manual == expected
    QTest.keyClick(window, Qt.Key.Key_PageDown, ALT)
    assert store.manual is not None
    assert store.manual_plan is not None
    assert store.manual_plan.makespan_s == plan_by_hand(store.manual, store.scenario.system).makespan_s


def test_the_keys_of_manual_are_off_for_paths_of_other_plans(four: Parts) -> None:
    store, actions = four.controller.store, four.window.actions_by_key
    before = store.manual
    store.select("BF", 0)
    assert not actions["manual_later"].isEnabled()
    QTest.keyClick(four.window, Qt.Key.Key_Right, ALT)
    assert store.manual == before


def test_the_button_in_the_header_copies_a_plan(four: Parts) -> None:
    canvas, store = four.window.gantt.canvas, four.controller.store
    four.window.actions_by_key["manual_drop"].trigger()
    assert store.manual is None
    assert store.active == "BF"
    canvas.verticalScrollBar().setValue(0)
    frame = canvas.frame()
    assert frame is not None
    group, box = frame.model.groups[1], frame.layout.groups[1]
    button = copy_box(frame, group, box, right_text(frame, group, box, None))
    assert button is not None
    QTest.mouseClick(canvas.viewport(), LEFT, pos=button.center() - QPoint(0, frame.top))
    assert store.planset is not None
    assert store.manual is not None
    assert store.manual.order == tuple(store.planset.plans["MW"].order.tolist())
    assert store.active == "Manual"


def test_other_speeds_are_timed_at_once_and_another_cut_puts_it_away(qtbot: QtBot, four: Parts) -> None:
    controller, store = four.controller, four.controller.store
    decision = store.manual
    assert decision is not None
    controller.edit("rate_bps", 4e6)
    assert store.manual_plan is not None
    assert store.manual_plan.makespan_s == plan_by_hand(decision, store.scenario.system).makespan_s
    controller.edit("paths", 2)
    assert store.manual_plan is None
    assert store.manual == decision
    assert store.active == "BF"
    message = four.window.messages.message
    assert message is not None
    assert message.title == "Manual is put away."
    assert "τ 2 and 4 tiles, 2×2" in message.text
    QTest.keyClick(four.window, Qt.Key.Key_Z, CONTROL)
    assert store.manual_plan is not None
    qtbot.waitUntil(lambda: not store.stale, timeout=60_000)


def test_what_is_said_against_the_others() -> None:
    from dataclasses import replace

    from plan_factory import make_plan, make_planset, two_branches

    network = two_branches()
    mw, bf = make_plan("MW", network, 2, (2, 2), 3), make_plan("BF", network, 2, (2, 2), 3)
    mw, bf = replace(mw, makespan_s=0.0352), replace(bf, makespan_s=0.02752, lower_bound_s=0.02742)
    hand = replace(mw, method="Manual", makespan_s=0.03062)
    planset = make_planset(network, mw, replace(bf, optimal=False))
    text = manual_fact(hand, planset).replace("\u00a0", " ")
    assert text == "4.580 ms below MW · 3.100 ms above BF · 3.200 ms above the bound"
    planset = make_planset(network, mw, replace(bf, optimal=True))
    text = manual_fact(replace(hand, makespan_s=0.02752), planset).replace("\u00a0", " ")
    assert text == "7.680 ms below MW · equal to BF, the proven optimum"


def test_its_cost_stands_beside_the_others(four: Parts) -> None:
    strip, store = four.window.scores, four.controller.store
    cell = strip.cells["Manual"]
    assert cell.isVisible()
    assert cell.isChecked()
    assert cell.score is not None
    assert cell.score.lines[0].bold == "equal to BF"
    decision = store.manual
    assert decision is not None
    for path in range(decision.paths):  # every input tile is sent
        decision = split(decision, path, 1)
    store.set_manual(decision)
    assert store.manual_plan is not None
    assert store.planset is not None
    above = store.manual_plan.makespan_s / store.planset.plans["BF"].makespan_s - 1
    assert above > 0
    assert cell.score.lines[0].bold.endswith("above BF")
    assert cell.score.badge is None
    boxes = [strip.cells[key].geometry() for key in ("NFL", "MW", "BF", "Manual", "esOnly", "deviceOnly")]
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert all(strip.rect().contains(box) for box in boxes)
    QTest.mouseClick(strip.cells["MW"], LEFT)
    QTest.mouseClick(cell, LEFT)
    assert store.active == "Manual"
    four.window.actions_by_key["manual_drop"].trigger()
    assert not cell.isVisible()


def test_the_tables_make_room_for_it_and_come_back(qtbot: QtBot, four: Parts) -> None:
    window, canvas = four.window, four.window.gantt.canvas
    window.resize(1280, 800)
    window.messages.set_message(Message("error", "A file was not opened.", "It is broken."))
    qtbot.waitUntil(lambda: window.bottom.folded)
    QApplication.processEvents()
    assert canvas.verticalScrollBar().maximum() == 0  # all four charts are seen, under the message
    window.messages.set_message(None)
    QTest.mouseClick(window.bottom.fold_button, LEFT)
    QApplication.processEvents()
    assert not window.bottom.folded  # who wants the tables keeps them
    QTest.mouseClick(window.bottom.fold_button, LEFT)
    window.actions_by_key["manual_drop"].trigger()
    qtbot.waitUntil(lambda: not window.bottom.folded)
