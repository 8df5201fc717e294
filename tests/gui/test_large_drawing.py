"""Large drawings: what takes long is done in turns, and ends as if it had been done at once."""

from __future__ import annotations

import pytest
from drawing_hand import Hand
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from flgui.app import Parts
from flgui.documents import Source
from flgui.features import drawing_files
from flgui.features.tidying import tidied
from flgui.theme.tokens import Tokens
from flgui.viewmodel.editor import editor_model
from flgui.views.editor import EditorCanvas, wiring
from planner_core.draft import infer
from planner_core.draft.convert import draft_of, network_of
from planner_core.zoo import build

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
FILTERS = "filters"


@pytest.fixture
def hand(qtbot: QtBot, parts: Parts, monkeypatch: pytest.MonkeyPatch) -> Hand:
    """A hand in a window where SqueezeNet counts as large."""
    monkeypatch.setattr(drawing_files, "MANY", 10)
    monkeypatch.setattr(wiring, "_MANY", 10)
    monkeypatch.setattr(wiring, "_SLICE_S", 0.0)
    parts.controller.documents.network_opened.emit(build("squeezenet"), Source("squeezenet"))
    qtbot.waitUntil(lambda: not parts.controller.store.stale, timeout=120_000)
    return Hand(parts, qtbot)


def drawn(canvas: EditorCanvas) -> dict[tuple[int, int], list[tuple[float, float]]]:
    """Points of every edge."""
    paths = {key: edge._path for key, edge in canvas.edges.items()}
    return {
        key: [(path.elementAt(k).x, path.elementAt(k).y) for k in range(path.elementCount())]
        for key, path in paths.items()
    }


def at_once(qtbot: QtBot, hand: Hand) -> EditorCanvas:
    """Draw the same in one go on another canvas."""
    canvas = EditorCanvas(Tokens.load("light"))
    qtbot.addWidget(canvas)
    canvas.set_model(editor_model(hand.drawing.draft, hand.drawing.known))
    canvas.reroute()
    return canvas


def settle(hand: Hand) -> None:
    hand.qtbot.waitUntil(
        lambda: hand.canvas.wiring.done and not hand.parts.controller.store.stale, timeout=60_000
    )


def test_a_copy_is_made_in_turns_and_ends_as_if_made_at_once(qtbot: QtBot, hand: Hand) -> None:
    hand.key(Qt.Key.Key_D, CTRL | SHIFT, hand.window)
    assert not hand.drawing.draft.nodes, "nothing of it is shown before it is whole"
    qtbot.waitUntil(lambda: bool(hand.drawing.draft.nodes), timeout=20_000)
    assert not hand.canvas.wiring.done
    assert hand.window.workspace == "Draw"
    settle(hand)
    assert hand.drawing.draft.nodes == tidied(draft_of(build("squeezenet"))[0]).nodes
    assert network_of(hand.drawing.draft) == hand.parts.controller.store.scenario.network
    assert drawn(hand.canvas) == drawn(at_once(qtbot, hand))
    hand.key(Qt.Key.Key_Z, CTRL, hand.window)
    assert not hand.drawing.draft.nodes
    assert not hand.canvas.edges


def test_a_new_drawing_takes_the_place_of_a_copy_that_is_not_there_yet(qtbot: QtBot, hand: Hand) -> None:
    hand.key(Qt.Key.Key_D, CTRL | SHIFT, hand.window)
    hand.key(Qt.Key.Key_N, CTRL, hand.window)
    qtbot.wait(50)  # turns in which a copy that was not given up would come
    assert [node.kind for node in hand.drawing.draft.nodes] == ["input"]


def test_a_network_that_is_opened_while_one_draws_is_laid_out_by_itself(qtbot: QtBot, hand: Hand) -> None:
    """The layout at hand is that of the network before: here of as many layers, read in another order."""
    hand.key(Qt.Key.Key_D, CTRL | SHIFT, hand.window)
    qtbot.waitUntil(lambda: bool(hand.drawing.draft.nodes), timeout=20_000)
    settle(hand)
    opened = build("alexnet")
    hand.parts.controller.documents.network_opened.emit(opened, Source("alexnet"))
    qtbot.waitUntil(lambda: hand.drawing.draft.name == "alexnet", timeout=60_000)
    settle(hand)
    assert hand.drawing.draft.nodes == tidied(draft_of(opened)[0]).nodes
    assert drawn(hand.canvas) == drawn(at_once(qtbot, hand))


def test_a_field_that_is_typed_while_edges_are_still_laid_is_drawn_and_planned_exactly(
    qtbot: QtBot, hand: Hand
) -> None:
    hand.key(Qt.Key.Key_D, CTRL | SHIFT, hand.window)
    qtbot.waitUntil(lambda: bool(hand.drawing.draft.nodes), timeout=20_000)
    assert not hand.canvas.wiring.done
    name = next(n.name for n in hand.drawing.draft.nodes if n.kind == "conv" and n.values[FILTERS] == 64)
    hand.drawing.select([hand.id(name)])
    hand.fill(name, FILTERS, 80)
    settle(hand)
    store = hand.parts.controller.store
    assert store.scenario.network == network_of(hand.drawing.draft, infer(hand.drawing.draft))
    assert store.planset is not None
    assert store.planset.scenario.network == store.scenario.network
    assert next(layer for layer in store.scenario.network.layers if layer.name == name).shape[0] == 80
    assert drawn(hand.canvas) == drawn(at_once(qtbot, hand))
