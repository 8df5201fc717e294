"""Network > Verify the tiles: a process of its own runs them, and the message bar says how it goes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from flgui.app import Parts
from flgui.features import verifying
from flgui.features.verifying import Verifying
from flgui.viewmodel.verification import progress_text, verdict
from planner_core.verify_worker import VerifyRequest, VerifyResult, serve_verification

# A menu that pops up takes the keyboard, which the offscreen platform has not.
pytestmark = pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)

_TIMEOUT = 120_000

RESULT = VerifyResult(True, "conv5", 2.44e-6, 8.123, 0, "", True)


def two_convolutions(path: Path, name: str = "net.onnx") -> Path:
    """Write a model of two convolutions with weights."""
    rng = np.random.default_rng(0)
    weights = [
        numpy_helper.from_array(rng.standard_normal(dims).astype(np.float32), key)
        for key, dims in (("w1", (4, 3, 3, 3)), ("w2", (4, 4, 3, 3)))
    ]
    nodes = [
        helper.make_node("Conv", ["x", "w1"], ["a"], "conv1", pads=[1, 1, 1, 1]),
        helper.make_node("Conv", ["a", "w2"], ["y"], "conv2", pads=[1, 1, 1, 1]),
    ]
    kind = onnx.TensorProto.FLOAT
    x = helper.make_tensor_value_info("x", kind, [1, 3, 16, 16])
    y = helper.make_tensor_value_info("y", kind, None)
    graph = helper.make_graph(nodes, "net", [x], [y], weights)
    file = path / name
    file.write_bytes(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]).SerializeToString()
    )
    return file


def feature(parts: Parts) -> Verifying:
    return parts.feature(Verifying)


def message(parts: Parts) -> str:
    shown = parts.window.messages.message
    return f"{shown.title} {shown.text}" if shown is not None else ""


def click_action(qtbot: QtBot, parts: Parts) -> None:
    """Open the Network menu and click the entry; Qt takes no click where the pointer has been all along."""
    action = parts.window.actions_by_key["verify"]
    menu = next(m for m in action.associatedObjects() if isinstance(m, QMenu))
    menu.popup(parts.window.mapToGlobal(parts.window.rect().topLeft()))
    qtbot.waitUntil(menu.isVisible)
    place = menu.actionGeometry(action).center()
    qtbot.mouseMove(menu, menu.rect().bottomRight())
    for step in range(9):
        qtbot.mouseMove(menu, place - QPoint(8 - step, 0))
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=place)
    menu.close()


@pytest.fixture
def opened(parts: Parts, qtbot: QtBot, tmp_path: Path) -> Iterator[Parts]:
    """The window on a network from an .onnx file, planned."""
    parts.controller.documents.open(two_convolutions(tmp_path))
    store = parts.controller.store
    qtbot.waitUntil(lambda: store.scenario.network.name == "net" and not store.stale, timeout=_TIMEOUT)
    yield parts
    feature(parts).close()
    assert not [t for t in threading.enumerate() if t.name == "verify-reader"]


def test_a_network_that_came_from_no_onnx_file_cannot_be_run_and_says_why(parts: Parts) -> None:
    action = parts.window.actions_by_key["verify"]
    assert not action.isEnabled()
    assert ".onnx" in action.toolTip()
    menu = next(m for m in action.associatedObjects() if isinstance(m, QMenu))
    assert menu.toolTipsVisible()


def test_a_click_verifies_the_shown_plan_and_says_the_result(opened: Parts, qtbot: QtBot) -> None:
    opened.controller.store.set_active("MW")
    click_action(qtbot, opened)
    assert feature(opened).running
    assert message(opened).startswith("Verifying net, MW.")
    assert opened.window.actions_by_key["verify"].text() == "Stop &verifying the tiles"
    qtbot.waitUntil(lambda: not feature(opened).running, timeout=_TIMEOUT)
    assert message(opened).startswith("net, MW: tiles agree with the whole network. Largest difference ")
    assert opened.window.messages.message.kind == "info"  # type: ignore[union-attr]
    assert opened.window.actions_by_key["verify"].text() == "&Verify the tiles…"


def test_the_stop_button_ends_the_process_at_once(opened: Parts, qtbot: QtBot) -> None:
    click_action(qtbot, opened)
    process = feature(opened)._process
    assert process is not None
    qtbot.mouseClick(opened.window.messages.button, Qt.MouseButton.LeftButton)
    assert not feature(opened).running
    assert message(opened) == f"Verifying net, {opened.controller.store.active} was stopped. "
    click_action(qtbot, opened)  # and it can begin anew
    qtbot.waitUntil(lambda: not feature(opened).running, timeout=_TIMEOUT)
    assert "tiles agree" in message(opened)


def test_the_action_stops_what_runs_when_its_message_was_put_away(opened: Parts, qtbot: QtBot) -> None:
    click_action(qtbot, opened)
    qtbot.mouseClick(opened.window.messages.close_button, Qt.MouseButton.LeftButton)
    feature(opened)._on_answered(("progress", 1, 4))
    assert opened.window.messages.message is None
    click_action(qtbot, opened)
    assert not feature(opened).running


def test_a_file_that_is_gone_is_one_message(opened: Parts, qtbot: QtBot) -> None:
    source = opened.controller.documents.source_of(opened.controller.store.scenario.network)
    Path(source.argument).unlink()
    click_action(qtbot, opened)
    qtbot.waitUntil(lambda: not feature(opened).running, timeout=_TIMEOUT)
    assert message(opened).startswith(f"Verifying net, {opened.controller.store.active} failed. ")
    assert "cannot be read" in message(opened) or "no file" in message(opened)


def test_a_process_that_dies_is_one_message(opened: Parts, qtbot: QtBot) -> None:
    click_action(qtbot, opened)
    process = feature(opened)._process
    assert process is not None
    process._process.kill()
    qtbot.waitUntil(lambda: not feature(opened).running, timeout=_TIMEOUT)
    assert message(opened).endswith("Its process ended unexpectedly.")


def test_without_onnx_runtime_the_entry_says_how_to_get_it(
    opened: Parts, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feature(opened), "_available", lambda: False)
    click_action(qtbot, opened)
    assert not feature(opened).running
    assert message(opened) == (
        "ONNX Runtime is not installed. Verifying needs it: pip install 'flgui[verify]'"
    )


def test_a_slider_moved_meanwhile_leaves_the_progress_and_its_stop_button(
    opened: Parts, qtbot: QtBot
) -> None:
    click_action(qtbot, opened)
    rate = opened.controller.store.scenario.system.rate_bps
    opened.controller.edit("rate_bps", rate / 2)
    feature(opened)._show_progress(1, 4)
    assert message(opened).endswith("25 %, 1 of 4 layers of tiles.")
    before = opened.controller.store.scenario
    qtbot.mouseClick(opened.window.messages.button, Qt.MouseButton.LeftButton)
    assert not feature(opened).running
    assert opened.controller.store.scenario == before


class Pipe:
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def send(self, message: Any) -> None:
        self.sent.append(message)


def test_the_process_reports_progress_and_a_result_that_needs_no_runtime_to_read(
    opened: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened.controller.store
    assert store.planset is not None
    monkeypatch.setattr("planner_core.verify_worker.leave_with_parent", lambda: None)
    monkeypatch.setattr("planner_core.verify_worker.signal.signal", lambda *_: None)
    monkeypatch.setattr("planner_core.verify_worker.os.nice", lambda _: 0)
    pipe = Pipe()
    source = opened.controller.documents.source_of(store.scenario.network)
    serve_verification(pipe, VerifyRequest(source.argument, store.planset))  # type: ignore[arg-type]
    assert pipe.sent[0][0] == "progress"
    kind, result = pipe.sent[-1]
    assert (kind, type(result).__module__) == ("done", "planner_core.verify_worker")
    assert result.passed
    assert verifying.VerifyResult is VerifyResult


def test_the_words_of_a_result() -> None:
    said = verdict("AlexNet", "BF", RESULT)
    assert said.title == "AlexNet, BF: tiles agree with the whole network."
    assert said.text == "Largest difference 2.4e-06 of 8.1, in conv5; with random weights."
    wrong = VerifyResult(False, "conv5", 0.5, 8.123, 0, "", False)
    assert verdict("AlexNet", "BF", wrong).title == "AlexNet, BF: tiles differ from the whole network."
    broken = VerifyResult(False, "conv5", 0.5, 8.123, 2, "path 1: too small", False)
    assert verdict("AlexNet", "MW", broken).title == "AlexNet, MW: 2 paths cannot be run as planned."
    assert verdict("AlexNet", "MW", broken).text == "Path 1: too small."
    assert progress_text(0, 9) == "Running the whole network."
    assert progress_text(3, 9) == "33 %, 3 of 9 layers of tiles."
