"""The drawing: every gesture with mouse and keys, problems and ways out, clipboard, files, undo of it all."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from drawing_hand import LEFT, Hand
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from flgui.app import Parts
from flgui.theme.tokens import Tokens
from flgui.viewmodel.inspector import inspect
from planner_core.draft import infer
from planner_core.draft.text import draft_from_text

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def hand(qtbot: QtBot, parts: Parts) -> Hand:
    """A hand on a new drawing: input, conv1, pool1 and fc1 in a chain."""
    made = Hand(parts, qtbot)
    made.open_workspace()
    made.key(Qt.Key.Key_N, CTRL, made.window)
    made.fill("input", "shape", 3, 32, 32)
    for words in ("convolution", "max pool", "fully"):
        made.add(words)
    return made


def names_read(hand: Hand, name: str) -> list[str | None]:
    draft = hand.drawing.draft
    return [None if i is None else draft.by_id[i].name for i in draft.by_name[name].inputs]


def undo(hand: Hand) -> None:
    hand.key(Qt.Key.Key_Z, CTRL, hand.window)


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


def test_a_problem_is_shown_at_the_layer_the_field_and_the_list_and_is_solved_by_a_button(hand: Hand) -> None:
    hand.qtbot.waitUntil(lambda: not hand.parts.controller.store.stale)
    network = hand.parts.controller.store.scenario.network
    hand.click("conv1")
    hand.fill("conv1", "groups", 2)
    draft, known = hand.drawing.draft, hand.drawing.known
    assert [problem.title for problem in known.problems] == [
        "conv1's 2 groups do not divide 3 input and 64 output channels"
    ]
    states = {item.node.text.name: item.node.state for item in hand.canvas.nodes.values()}
    assert states == {"input": "known", "conv1": "error", "pool1": "waits", "fc1": "waits"}
    assert hand.canvas.nodes[hand.id("fc1")].node.text.flop == "waits for conv1"
    row = hand.page.inspector.rows["groups"]
    assert row.shown.blamed
    assert row.shown.hint == "use 1"
    assert [(r.kind, r.name) for r in hand.page.problems.rows] == [
        ("error", "conv1"), ("waits", "pool1, fc1"), ("note", ""),
    ]  # fmt: skip
    # The last valid plan stays.
    assert hand.parts.controller.store.scenario.network == network
    line = hand.page.bar.plan.line
    assert line.caption == "Last valid plan, ms"
    assert line.badge is not None
    assert line.badge.text == "planning paused, 1 error"
    assert len(line.methods) == 3
    callout = hand.page.callout
    assert callout.isVisible()
    QTest.mouseClick(callout.buttons[0], LEFT)
    assert hand.drawing.draft.by_name["conv1"].values["groups"] == 1
    assert not hand.drawing.known.problems
    assert not callout.isVisible()
    undo(hand)
    assert hand.drawing.draft == draft
    button = hand.page.problems.fix_box(0)
    QTest.mouseClick(hand.page.problems, LEFT, pos=button.center().toPoint())
    assert not hand.drawing.known.problems


def test_the_inspector_says_how_the_shape_follows_and_what_halves_read(hand: Hand) -> None:
    hand.click("conv1")
    hand.fill("conv1", "kernel", 5, 5)
    hand.fill("conv1", "stride", 2, 2)
    node = inspect(hand.drawing.draft, hand.drawing.known, hand.id("conv1"))
    assert (node.shape_in, node.shape_out) == ("3 × 32 × 32", "64 × 15 × 15")
    assert node.formula == "⌊(32 + 1 + 1 − 5) / 2⌋ + 1 = 15"
    # By hand: rows [0, 7) of the output read [-1, 6 * 2 - 1 + 5), rows [7, 15) read [7 * 2 - 1, 32).
    assert node.reads == (
        ("Output rows 0–7", "input rows 0–16 of 32"),
        ("Output rows 7–15", "input rows 13–32 of 32"),
    )
    assert node.reads_note == "Halo between two halves: 3 rows, sent twice"
    assert node.costs[0][:2] == ("Work", "2.16\u00a0MFLOP")  # 2 * 64 * 15^2 * 3 * 5^2
    assert node.links == (("Read by", "pool1"), ("Reads from", "input"))
    row = hand.page.inspector.rows["stride"]
    assert [box.text() for box in row.boxes] == ["2", "2"]  # type: ignore[attr-defined]


def test_steps_of_a_field_are_steps_of_undo_and_a_wrong_number_goes_nowhere(hand: Hand) -> None:
    stack = hand.parts.controller.undo_stack
    hand.click("conv1")
    steps = stack.count()
    box = hand.page.inspector.rows["filters"].boxes[0]
    box.setFocus()
    hand.key(Qt.Key.Key_Up, widget=box)
    assert hand.drawing.draft.by_name["conv1"].values["filters"] == 65
    assert stack.count() == steps + 1
    hand.key(Qt.Key.Key_A, CTRL, box)
    hand.type("0")
    hand.key(Qt.Key.Key_Return)
    assert box.reason == "must be 1 or more"  # type: ignore[attr-defined]
    assert stack.count() == steps + 1
    hand.key(Qt.Key.Key_Escape, widget=box)
    assert box.text() == "65"  # type: ignore[attr-defined]


def test_a_generic_layer_is_given_shape_work_and_receptive_field_by_hand(hand: Hand) -> None:
    hand.click("pool1")
    hand.add("generic")
    hand.fill("layer1", "shape", 8, 16, 16)
    hand.fill("layer1", "flops", "1e6")
    inspector = hand.page.inspector
    assert "kernel" not in inspector.rows
    box = inspector.rows["reads"].boxes[0]
    box.setFocus()
    QTest.keyClicks(box, "window")
    assert hand.drawing.draft.by_name["layer1"].values["reads"] == "window"
    hand.fill("layer1", "kernel", 3, 3)
    known = infer(hand.drawing.draft)
    facts = known.facts[hand.id("layer1")]
    assert (facts.shape, facts.flops) == ((8, 16, 16), 1e6)
    hand.fill("layer1", "shape", 8, 20, 20)
    assert infer(hand.drawing.draft).problems[0].title.startswith("layer1 has H 20")


def test_renaming_with_f2_and_a_name_that_is_taken(hand: Hand) -> None:
    hand.click("conv1")
    hand.key(Qt.Key.Key_F2, widget=hand.canvas)
    hand.type("stem")
    hand.key(Qt.Key.Key_Return)
    assert "stem" in hand.drawing.draft.by_name
    hand.click("pool1")
    hand.key(Qt.Key.Key_F2, widget=hand.canvas)
    hand.type("stem")
    hand.key(Qt.Key.Key_Return)
    assert "pool1" in hand.drawing.draft.by_name
    assert hand.page.inspector.name.text() == "pool1"
    message = hand.page.messages.message
    assert message is not None
    assert "the name of another layer" in message.title


def test_another_kind_is_chosen_in_the_inspector(hand: Hand) -> None:
    hand.click("pool1")
    kinds = hand.page.inspector.kinds
    kinds.setFocus()
    QTest.keyClicks(kinds, "Average")
    assert hand.drawing.draft.by_name["pool1"].kind == "avgpool"
    undo(hand)
    assert hand.drawing.draft.by_name["pool1"].kind == "maxpool"


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


def test_a_copy_of_the_open_network_is_edited_and_planned(hand: Hand) -> None:
    hand.answer()
    undo_steps = hand.parts.controller.undo_stack.index()
    for _ in range(undo_steps):
        undo(hand)
    QTest.mouseClick(hand.page.invitation.copy, LEFT)
    assert [node.name for node in hand.drawing.draft.nodes] == ["input", "conv1", "pool1", "conv2", "fc3"]
    assert not hand.drawing.modified
    hand.click("conv2")
    hand.fill("conv2", "filters", 12)
    layers = hand.parts.controller.store.scenario.network.layers
    assert layers[2].shape == (12, 8, 8)
    assert hand.drawing.modified


def test_closing_asks_for_a_drawing_that_no_file_has(hand: Hand, tmp_path: Path) -> None:
    answers = hand.answer(changes="cancel")
    assert not hand.window.close()
    assert answers.asked == ["sketch-1"]
    assert hand.window.isVisible()
    file = tmp_path / "mine.json"
    hand.answer(file, "save")
    assert hand.feature.files.may_close()
    assert file.is_file()
    assert hand.feature.files.may_close()
    hand.click("conv1")
    hand.fill("conv1", "filters", 7)
    hand.answer(changes="discard")
    assert hand.feature.files.may_close()


def test_a_drawing_with_a_problem_is_not_saved_and_nothing_is_lost(hand: Hand, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    hand.answer(file)
    hand.key(Qt.Key.Key_S, CTRL)
    before = file.read_bytes()
    hand.click("conv1")
    hand.fill("conv1", "groups", 2)
    hand.key(Qt.Key.Key_S, CTRL)
    message = hand.page.messages.message
    assert message is not None
    assert message.title == "sketch-1 was not saved."
    assert file.read_bytes() == before
    assert hand.drawing.modified


def test_a_drawing_that_another_window_has_written_meanwhile_is_not_replaced_unasked(
    hand: Hand, tmp_path: Path
) -> None:
    file = tmp_path / "mine.json"
    answers = hand.answer(file)
    hand.key(Qt.Key.Key_S, CTRL)
    file.write_text("theirs", "utf-8")
    hand.key(Qt.Key.Key_S, CTRL)
    assert answers.replaced == ["mine.json"]
    assert file.read_text("utf-8") == "theirs"
    answers.replaces = True
    hand.key(Qt.Key.Key_S, CTRL)
    hand.key(Qt.Key.Key_S, CTRL)
    assert answers.replaced == ["mine.json"] * 2
    assert file.read_text("utf-8").startswith("{")


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


def test_the_table_lists_what_is_drawn_known_or_not_and_is_copied(hand: Hand) -> None:
    tabs = hand.page.bottom.tabs
    QTest.mouseClick(tabs, LEFT, pos=tabs.tabRect(1).center())
    table = hand.page.table
    assert table.array_model.rowCount() == 3
    table.setFocus()
    table.pick(1)
    table.copy()
    cells = QGuiApplication.clipboard().text().splitlines()[1].split("\t")
    assert cells[1:4] == ["pool1", "MaxPool", "64×16×16"]
    hand.click("conv1")
    hand.fill("conv1", "groups", 2)
    states = [table.array_model.table.columns[-1].text(row) for row in range(3)]
    assert states == ["problem", "waits", "waits"]
    row = table.visualRect(table.array_model.index(2, 1)).center()
    QTest.mouseClick(table.viewport(), LEFT, pos=row)
    assert hand.drawing.selection == {hand.id("fc1")}


@pytest.mark.parametrize("chosen", ["conv1", None])
def test_colours_that_are_written_into_texts_follow_the_theme(hand: Hand, chosen: str | None) -> None:
    hand.click("conv1")
    if chosen is None:
        QTest.keyClick(hand.canvas, Qt.Key.Key_Escape)
    light, dark = (
        set(re.findall("#[0-9A-F]{6}", repr(Tokens.load(name).theme))) for name in ("light", "dark")
    )
    for key, wrong in (("theme_dark", light - dark), ("theme_light", dark - light)):
        hand.parts.window.actions_by_key[key].trigger()
        texts = [label.text() for label in hand.page.findChildren(QLabel) if label.isVisible()]
        written = [set(re.findall("#[0-9A-F]{6}", text.upper())) for text in texts]
        assert any(written)
        assert not any(colors & wrong for colors in written)


@pytest.mark.parametrize(("typed", "key"), [("gemm", "dense"), ("fc", "dense"), ("averagepool", "avgpool")])
def test_a_kind_is_found_by_what_files_call_it(hand: Hand, typed: str, key: str) -> None:
    palette = hand.page.palette_pane
    palette.begin()
    QTest.keyClicks(palette.search, typed)
    assert set(palette.list.keys()) >= {key}


def test_the_plans_behind_the_drawing_are_in_place_when_they_are_opened(hand: Hand) -> None:
    hand.add("convolution")
    hand.window.set_workspace("Plan")
    store = hand.parts.controller.store
    assert hand.window.network._network == store.scenario.network
    assert len(hand.window.layers.view.array_model.table) == len(store.scenario.network)
    assert hand.parts.controller.presenter.settled
