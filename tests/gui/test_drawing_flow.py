"""A recorded flow: LeNet is drawn from an empty canvas with mouse and keyboard events, planned, saved, opened."""

from __future__ import annotations

import json
from pathlib import Path

from drawing_hand import Hand
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from flgui.app import Parts
from flgui.features.drawing import DrawingFeature
from planner_core.draft.convert import network_of

LENET = {
    "conv1": (6, 28, 28),
    "pool1": (6, 14, 14),
    "conv2": (16, 10, 10),
    "pool2": (16, 5, 5),
    "fc1": (120, 1, 1),
    "fc2": (84, 1, 1),
    "fc3": (10, 1, 1),
}


def draw_lenet(hand: Hand) -> None:
    """Draw LeNet-5: by keys up to pool1, by mouse and by typing from there."""
    hand.key(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier, hand.window)
    hand.fill("input", "shape", 1, 32, 32)
    hand.add("conv")
    hand.fill("conv1", "filters", 6)
    hand.fill("conv1", "kernel", 5, 5)
    hand.fill("conv1", "padding", 0, 0, 0, 0)
    hand.add("average")
    # conv2 comes with the mouse: dropped on the ground, then connected from port to port.
    hand.drop("conv", hand.below("pool1"))
    hand.wire("pool1", "conv2")
    hand.fill("conv2", "filters", 16)
    hand.fill("conv2", "kernel", 5, 5)
    hand.fill("conv2", "padding", 0, 0, 0, 0)
    # The dense layers next; the pool between them is inserted on the edge afterwards.
    hand.add("fully")
    hand.drop_on_edge("avgpool", "conv2", "fc1")
    hand.click("fc1")
    hand.fill("fc1", "units", 120)
    hand.add("fully")
    hand.fill("fc2", "units", 84)
    hand.add("fully")
    hand.fill("fc3", "units", 10)


def test_lenet_from_an_empty_canvas_to_a_file_and_back(qtbot: QtBot, parts: Parts, tmp_path: Path) -> None:
    hand, file = Hand(parts, qtbot), tmp_path / "lenet.json"
    store, stack = parts.controller.store, parts.controller.undo_stack
    hand.open_workspace()
    assert hand.page.invitation.isVisible()
    draw_lenet(hand)
    drawn = hand.drawing.draft
    network = store.scenario.network
    assert {layer.name: layer.shape for layer in network.layers} == LENET
    assert network.macs == 117600 + 240000 + 48000 + 10080 + 840
    # Planned while it was drawn, and the bar says so.
    qtbot.waitUntil(lambda: not store.stale)
    assert store.planset is not None
    assert store.planset.scenario.network == network
    assert [name for name, _ in hand.page.bar.plan.line.methods] == ["NFL", "MW", "BF"]
    # Saved: the mark of changes goes, and the file is a network file.
    assert hand.drawing.modified
    hand.answer(file)
    hand.key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert not hand.drawing.modified
    assert json.loads(file.read_text(encoding="utf-8"))["format"] == "flgui.network"
    # Undone all the way back to the empty canvas, and done again.
    steps = stack.count()
    for _ in range(steps):
        hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, hand.window)
    assert stack.index() == 0
    assert not hand.drawing.draft.nodes
    assert hand.page.invitation.isVisible()
    assert store.scenario.network.name == "small"
    for _ in range(steps):
        hand.key(
            Qt.Key.Key_Z,
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
            hand.window,
        )
    assert hand.drawing.draft == drawn
    assert not hand.drawing.modified
    assert store.scenario.network == network
    # Opened again: the same network, drawn where it was.
    parts.controller.documents.open(file)
    qtbot.waitUntil(lambda: hand.drawing.sheet.number == 2)
    again = hand.drawing.draft
    assert {n.name: n.at for n in again.nodes} == {n.name: n.at for n in drawn.nodes}
    assert network_of(again) == network


def test_the_words_of_an_empty_canvas_have_their_room_at_once(qtbot: QtBot, parts: Parts) -> None:
    parts.window.set_workspace("Draw")
    page = parts.feature(DrawingFeature).page
    invitation = page.invitation
    qtbot.waitUntil(lambda: invitation.size() == invitation.sizeHint(), timeout=30_000)
    assert invitation.isVisible()
    middle = invitation.geometry().center()
    assert abs(middle.x() - page.canvas.width() / 2) <= 2
    assert abs(middle.y() - page.canvas.height() / 2) <= 2
