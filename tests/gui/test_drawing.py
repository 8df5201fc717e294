"""Drawing: every gesture with mouse and keys on the canvas, its clipboard, and undo of it all."""

from __future__ import annotations

import json

import pytest
from drawing_hand import LEFT, Hand, names_read, small_chain, undo
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from flgui.app import Parts
from planner_core.draft.text import draft_from_text

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def hand(qtbot: QtBot, parts: Parts) -> Hand:
    """See `small_chain`."""
    return small_chain(qtbot, parts)


def test_typing_adds_behind_the_selected_layer_and_plans_at_once(hand: Hand) -> None:
    assert [node.name for node in hand.drawing.draft.nodes] == ["input", "conv1", "pool1", "fc1"]
    assert names_read(hand, "pool1") == ["conv1"]
    network = hand.parts.controller.store.scenario.network
    assert [layer.name for layer in network.layers] == ["conv1", "pool1", "fc1"]
    hand.qtbot.waitUntil(lambda: not hand.parts.controller.store.stale)
    line = hand.page.bar.plan.line
    assert line.caption == "Plan, ms"
    assert line.badge is None


def test_a_click_in_the_palette_adds_and_escape_gives_the_keys_back(hand: Hand) -> None:
    rows = hand.page.palette_pane.list
    top, high = rows.box_of("concat")
    QTest.mouseClick(rows, LEFT, pos=QPoint(60, top + high // 2))
    assert names_read(hand, "cat1") == ["fc1"]
    hand.key(Qt.Key.Key_A, widget=hand.canvas)
    hand.type("nonsense")
    hand.key(Qt.Key.Key_Return)
    assert len(hand.drawing.draft.nodes) == 5
    hand.key(Qt.Key.Key_Escape)
    assert hand.canvas.hasFocus()


def test_dragging_moves_in_one_step_and_plans_nothing_anew(hand: Hand) -> None:
    store, stack = hand.parts.controller.store, hand.parts.controller.undo_stack
    revision, steps = store.revision, stack.count()
    start = hand.on(hand.canvas.nodes[hand.id("pool1")].body().center())
    hand.drag(start, start + QPoint(150, 40))
    assert hand.drawing.draft.by_name["pool1"].at == (150, 174)
    assert (store.revision, stack.count()) == (revision, steps + 1)
    assert stack.undoText() == "Move pool1"
    undo(hand)
    assert hand.drawing.draft.by_name["pool1"].at == (0, 134)


def test_ctrl_and_arrows_nudge_and_arrows_walk(hand: Hand) -> None:
    hand.click("conv1")
    hand.key(Qt.Key.Key_Down)
    assert hand.drawing.selection == {hand.id("pool1")}
    hand.key(Qt.Key.Key_Right, CTRL, hand.canvas)
    assert hand.drawing.draft.by_name["pool1"].at == (8, 134)
    hand.key(Qt.Key.Key_Up)
    hand.key(Qt.Key.Key_Up)
    assert hand.drawing.selection == {hand.id("input")}


def test_shift_and_a_drag_select_what_they_touch(hand: Hand) -> None:
    hand.key(Qt.Key.Key_Escape, widget=hand.canvas)
    first = hand.on(hand.canvas.nodes[hand.id("conv1")].body().topLeft())
    last = hand.on(hand.canvas.nodes[hand.id("pool1")].body().bottomRight())
    hand.drag(first - QPoint(20, 8), last + QPoint(10, 4), SHIFT)
    assert hand.drawing.selection == {hand.id("conv1"), hand.id("pool1")}
    hand.click("conv1", CTRL)
    assert hand.drawing.selection == {hand.id("pool1")}
    hand.key(Qt.Key.Key_Escape, widget=hand.canvas)
    assert not hand.drawing.selection


def test_dragging_the_ground_pans_and_a_click_there_selects_nothing(hand: Hand) -> None:
    port = hand.canvas.viewport()
    corner = QPoint(40, 40)
    before = hand.canvas.mapToScene(corner)
    hand.drag(corner, corner + QPoint(60, 30))
    assert hand.canvas.mapToScene(corner + QPoint(60, 30)) == before
    QTest.mouseClick(port, LEFT, pos=corner)
    assert not hand.drawing.selection


def test_connections_are_drawn_moved_and_pulled_off(hand: Hand) -> None:
    hand.drop("Add", hand.below("fc1"))
    hand.wire("fc1", "add1")
    # Backwards, from a free input to what it reads.
    item = hand.canvas.nodes[hand.id("add1")]
    item.set_spare(True)
    start = hand.on(item.input_port(1))
    item.set_spare(False)
    hand.drag(hand.on(hand.canvas.nodes[hand.id("pool1")].output_port()), start)
    assert names_read(hand, "add1") == ["fc1", "pool1"]
    assert hand.page.bar.plan.line.badge is not None  # a map and a vector do not add up
    # The second input is pulled off and dropped on the ground.
    plug = hand.on(item.input_port(1))
    hand.drag(plug, plug + QPoint(200, 30))
    assert names_read(hand, "add1") == ["fc1"]
    undo(hand)
    assert names_read(hand, "add1") == ["fc1", "pool1"]


def test_a_circle_is_refused_in_a_sentence(hand: Hand) -> None:
    steps = hand.parts.controller.undo_stack.count()
    hand.wire("pool1", "conv1")
    assert hand.parts.controller.undo_stack.count() == steps
    message = hand.page.messages.message
    assert message is not None
    assert "no circles" in message.title


def test_the_connect_mode_wires_from_anywhere_on_a_layer_and_c_does_it_by_keys(hand: Hand) -> None:
    hand.drop("conv", hand.below("pool1") + QPointF(230, 0))
    modes = hand.page.bar.modes
    QTest.mouseClick(modes, LEFT, pos=modes.box("Connect").center().toPoint())
    start = hand.on(hand.canvas.nodes[hand.id("pool1")].body().center())
    hand.drag(start, hand.on(hand.canvas.nodes[hand.id("conv2")].body().center()))
    assert names_read(hand, "conv2") == ["pool1"]
    hand.key(Qt.Key.Key_Escape, widget=hand.canvas)
    assert modes.current == "Select"
    hand.click("conv1")
    hand.key(Qt.Key.Key_C, widget=hand.canvas)
    hand.click("conv2", CTRL)
    hand.click("conv1", CTRL)
    hand.key(Qt.Key.Key_Return, widget=hand.canvas)
    assert names_read(hand, "conv2") == ["conv1"]


def test_plus_on_an_edge_inserts_between_and_makes_room(hand: Hand) -> None:
    edge = hand.canvas.edges[hand.id("pool1"), 0]
    at = hand.on(edge.middle)
    QTest.mouseMove(hand.canvas.viewport(), at + QPoint(2, 2))
    QTest.mouseMove(hand.canvas.viewport(), at)
    QTest.mouseClick(hand.canvas.viewport(), LEFT, pos=at)
    assert "between conv1 and pool1" in hand.page.palette_pane.hint.text()
    hand.type("batch")
    hand.key(Qt.Key.Key_Return)
    assert names_read(hand, "bn1") == ["conv1"]
    assert names_read(hand, "pool1") == ["bn1"]
    tops = [hand.drawing.draft.by_name[n].at[1] for n in ("conv1", "bn1", "pool1", "fc1")]
    assert tops == [67, 134, 201, 268]


def test_a_loose_layer_dropped_on_an_edge_is_inserted(hand: Hand) -> None:
    hand.drop("Relu", hand.below("pool1") + QPointF(230, 0))
    start = hand.on(hand.canvas.nodes[hand.id("relu1")].body().center())
    hand.drag(start, hand.on(hand.canvas.edges[hand.id("pool1"), 0].middle))
    assert names_read(hand, "pool1") == ["relu1"]
    assert hand.parts.controller.undo_stack.undoText() == "Insert relu1"


def test_delete_closes_the_gap(hand: Hand) -> None:
    hand.click("pool1")
    hand.key(Qt.Key.Key_Delete, widget=hand.canvas)
    assert names_read(hand, "fc1") == ["conv1"]
    undo(hand)
    assert names_read(hand, "fc1") == ["pool1"]


def test_copies_go_through_the_clipboard_as_json_also_to_another_drawing(hand: Hand) -> None:
    hand.click("conv1")
    hand.click("pool1", CTRL)
    hand.key(Qt.Key.Key_C, CTRL, hand.canvas)
    text = QGuiApplication.clipboard().text()
    assert json.loads(text)["format"] == "flgui.drawing"
    assert [node.name for node in draft_from_text(text).nodes] == ["conv1", "pool1"]
    hand.key(Qt.Key.Key_V, CTRL, hand.canvas)
    assert names_read(hand, "pool2") == ["conv2"]
    assert hand.drawing.selection == {hand.id("conv2"), hand.id("pool2")}
    hand.key(Qt.Key.Key_D, CTRL, hand.canvas)
    assert names_read(hand, "pool3") == ["conv3"]
    hand.key(Qt.Key.Key_X, CTRL, hand.canvas)
    assert "pool3" not in hand.drawing.draft.by_name
    hand.answer()
    hand.key(Qt.Key.Key_N, CTRL, hand.window)
    hand.key(Qt.Key.Key_N, CTRL, hand.window)  # asked whether the drawing may go, and meant it
    assert [node.name for node in hand.drawing.draft.nodes] == ["input"]
    hand.key(Qt.Key.Key_V, CTRL, hand.canvas)
    assert [node.name for node in hand.drawing.draft.nodes] == ["input", "conv3", "pool3"]
    QGuiApplication.clipboard().setText("no drawing at all")
    hand.key(Qt.Key.Key_V, CTRL, hand.canvas)
    message = hand.page.messages.message
    assert message is not None
    assert message.title == "Nothing was pasted."


def test_tidy_and_fold_are_steps_of_undo(hand: Hand) -> None:
    hand.click("conv1")
    hand.add("relu")
    draft = hand.drawing.draft
    hand.wire("relu1", "pool1")
    hand.key(Qt.Key.Key_L, CTRL, hand.canvas)
    assert {node.at[0] for node in hand.drawing.draft.nodes} == {0}
    QTest.mouseClick(hand.page.bar.fold, LEFT)
    assert [n.name for n in hand.drawing.draft.nodes] == ["input", "conv1", "pool1", "fc1"]
    assert hand.drawing.draft.by_name["conv1"].folded == ("relu1",)
    for _ in range(3):
        undo(hand)
    assert hand.drawing.draft == draft


def test_find_marks_centres_counts_and_goes_round(hand: Hand) -> None:
    hand.click("conv1")
    hand.add("conv")
    hand.key(Qt.Key.Key_F, CTRL, hand.window)
    bar = hand.page.find_bar
    hand.type("conv")
    assert bar.count.text() == "1 of 2"
    found = {item.node.text.name for item in hand.canvas.nodes.values() if item._found}
    assert found == {"conv1", "conv2"}
    hand.key(Qt.Key.Key_Return)
    assert bar.count.text() == "2 of 2"
    hand.key(Qt.Key.Key_Return)
    assert bar.count.text() == "1 of 2"
    hand.key(Qt.Key.Key_A, CTRL)
    hand.type("gemm")  # by operator
    assert bar.count.text() == "1 of 1"
    hand.key(Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert not any(item._found for item in hand.canvas.nodes.values())


def test_the_map_shows_what_is_in_view_and_its_frame_is_dragged(hand: Hand) -> None:
    small = hand.page.minimap
    hand.key(Qt.Key.Key_Plus, widget=hand.canvas)
    hand.key(Qt.Key.Key_Plus, widget=hand.canvas)
    before = hand.canvas.visible_box().center()
    start = small.frame().center().toPoint()
    QTest.mousePress(small, LEFT, pos=start)
    QTest.mouseMove(small, start + QPoint(0, 10))
    QTest.mouseRelease(small, LEFT, pos=start + QPoint(0, 10))
    after = hand.canvas.visible_box().center()
    assert after.y() > before.y() + 20
    assert abs(after.x() - before.x()) < 6
