"""Drawing: what is open is edited, planned and kept; nothing is lost unasked."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawing_hand import LEFT, Hand, small_chain, undo
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from flgui.app import Parts

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def hand(qtbot: QtBot, parts: Parts) -> Hand:
    return small_chain(qtbot, parts)


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


def test_a_bundled_network_has_one_name_in_plan_and_draw(hand: Hand) -> None:
    hand.answer()
    hand.parts.controller.documents.open("squeezenet")
    store = hand.parts.controller.store
    hand.qtbot.waitUntil(lambda: store.scenario.network.name == "squeezenet", timeout=60_000)
    hand.feature.files.edit_copy()
    hand.feature.files.edit_copy()  # the drawing that was there is asked about once
    hand.qtbot.waitUntil(lambda: hand.drawing.draft.name == "squeezenet", timeout=60_000)
    assert hand.page.bar.title.toolTip().startswith("SqueezeNet 1.0, 38 layers")
    name = hand.page.inspector.name
    assert name.text() == "SqueezeNet 1.0"
    name.setFocus()
    QTest.keyClicks(name, "x")
    QTest.keyClick(name, Qt.Key.Key_Backspace)
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert hand.drawing.draft.name == "squeezenet", "a name that is left as it was renames nothing"
    name.selectAll()
    QTest.keyClicks(name, "mine")
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert hand.drawing.draft.name == "mine"
    assert hand.page.bar.title.toolTip().startswith("mine, 38 layers")


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


def test_the_plans_behind_the_drawing_are_in_place_when_they_are_opened(hand: Hand) -> None:
    hand.add("convolution")
    hand.window.set_workspace("Plan")
    store = hand.parts.controller.store
    assert hand.window.network._network == store.scenario.network
    assert len(hand.window.layers.view.array_model.table) == len(store.scenario.network)
    assert hand.parts.controller.presenter.settled
