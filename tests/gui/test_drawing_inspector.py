"""Drawing: problems and ways out, the fields of a layer, and the table of all of them."""

from __future__ import annotations

import re

import pytest
from drawing_hand import LEFT, Hand, small_chain, undo
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from flgui.app import Parts
from flgui.theme.tokens import Tokens
from flgui.viewmodel.inspector import inspect
from planner_core.draft import infer

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def hand(qtbot: QtBot, parts: Parts) -> Hand:
    return small_chain(qtbot, parts)


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
