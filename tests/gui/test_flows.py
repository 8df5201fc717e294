"""Whole ways through the window: edit, replan, undo, save, open; and what bad input does not do."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import small_network
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from flgui.app import Parts
from flgui.documents import Source
from planner_core.export import write_plan
from planner_core.importers import load_network
from planner_core.plan import METHODS, PlanSet
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.system import System


class Answers:
    """Dialogs that are answered before they are asked."""

    def __init__(self, path: Path | None = None, number: int | None = None) -> None:
        self.path = path
        self.value = number
        self.asked: list[str] = []

    def open_file(self, title: str, folder: str, kinds: str) -> Path | None:
        self.asked.append(title)
        return self.path

    def save_file(self, title: str, proposal: str, kinds: str, suffix: str) -> Path | None:
        self.asked.append(proposal)
        return self.path

    def number(self, title: str, label: str, value: int, low: int, high: int) -> int | None:
        self.asked.append(label)
        return self.value


def answer(parts: Parts, path: Path | None = None, number: int | None = None) -> Answers:
    answers = Answers(path, number)
    parts.menus.dialogs = answers  # type: ignore[assignment]
    return answers


def planned(qtbot: QtBot, parts: Parts) -> None:
    qtbot.waitUntil(lambda: not parts.controller.store.stale)


def trigger(parts: Parts, key: str) -> None:
    parts.window.actions_by_key[key].trigger()


def drop(parts: Parts, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    window, left = parts.window, Qt.MouseButton.LeftButton
    with warnings.catch_warnings():
        # Qt 6.12 deprecates the only constructor that older versions have.
        warnings.simplefilter("ignore", DeprecationWarning)
        enter = QDragEnterEvent(
            QPoint(500, 400), Qt.DropAction.CopyAction, data, left, Qt.KeyboardModifier.NoModifier
        )
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    event = QDropEvent(
        QPointF(500, 400), Qt.DropAction.CopyAction, data, left, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(window, event)


def refused(qtbot: QtBot, parts: Parts) -> str:
    """Wait for a message of an error and return its text."""
    messages = parts.window.messages
    qtbot.waitUntil(lambda: messages.message is not None and messages.message.kind == "error")
    assert messages.message is not None
    return f"{messages.message.title} {messages.message.text}"


def test_a_drag_replans_and_is_undone_in_one_step(qtbot: QtBot, parts: Parts) -> None:
    store, slider = parts.controller.store, parts.window.strip.link.slider
    before = store.scenario
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=slider.position(100).toPoint())
    for value in (50, 20, 5, 1):
        QTest.mouseMove(slider, slider.position(value).toPoint())
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=slider.position(1).toPoint())
    assert store.scenario.system.rate_bps == pytest.approx(1e6, rel=0.05)
    planned(qtbot, parts)
    assert store.planset is not None
    assert store.planset.scenario == store.scenario
    assert parts.controller.undo_stack.count() == 1
    QTest.keyClick(parts.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert store.scenario == before
    planned(qtbot, parts)
    QTest.keyClick(
        parts.window,
        Qt.Key.Key_Z,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    assert store.scenario.system.rate_bps == pytest.approx(1e6, rel=0.05)


def test_a_plan_is_saved_and_opens_again(qtbot: QtBot, parts: Parts, tmp_path: Path) -> None:
    controller, file = parts.controller, tmp_path / "plan.json"
    controller.edit("rate_bps", 1e6)
    controller.edit("tau", 2)
    controller.edit("grid", (2, 4))
    planned(qtbot, parts)
    saved = controller.store.planset
    assert saved is not None
    answer(parts, file)
    trigger(parts, "save_plan")
    assert json.loads(file.read_text(encoding="utf-8"))["format"] == "flgui.plan"
    assert parts.controller.settings.recent == (str(file),)
    controller.documents.network_opened.emit(small_network("other", 4), Source("other"))
    planned(qtbot, parts)
    trigger(parts, "open_plan")
    qtbot.waitUntil(lambda: controller.store.scenario.network.name == "small")
    planned(qtbot, parts)
    opened = controller.store.planset
    assert opened is not None
    assert {m: opened.plans[m].makespan_s for m in METHODS} == {m: saved.plans[m].makespan_s for m in METHODS}
    assert {m: opened.plans[m].order.tolist() for m in METHODS} == {
        m: saved.plans[m].order.tolist() for m in METHODS
    }
    assert controller.store.scenario.system == saved.scenario.system
    assert parts.window.scores.cells["deviceOnly"].score == (
        replace(parts.window.scores.cells["deviceOnly"].score, fresh=True)  # type: ignore[type-var]
    )


def test_an_opened_plan_is_shown_as_saved_and_claims_no_more(
    qtbot: QtBot, parts: Parts, tmp_path: Path
) -> None:
    controller, window, file = parts.controller, parts.window, tmp_path / "auto.json"
    wide = Scenario(controller.store.scenario.network, System(rate_bps=1e6))
    one = plan(replace(wide, tau=1, paths=2))
    two = plan(replace(wide, tau=2, paths=4))
    saved = PlanSet(wide, {**one.plans, "BF": two.plans["BF"]})
    write_plan(saved, file)
    controller.edit("max_paths", 9)
    planned(qtbot, parts)
    answer(parts, file)
    trigger(parts, "open_plan")
    qtbot.waitUntil(lambda: controller.store.scenario.system.rate_bps == 1e6)
    assert not controller.store.stale
    assert controller.store.scenario.max_paths == 9
    assert controller.store.planset is not None
    assert controller.store.planset.plans["BF"].makespan_s == saved.plans["BF"].makespan_s
    assert window.status.proof.text() == "Plans as saved in auto.json"
    score = window.scores.cells["BF"].score
    assert score is not None
    assert score.badge is not None
    assert score.badge.texts == ("as saved",)
    controller.edit("rate_bps", 3e6)
    planned(qtbot, parts)
    controller.undo_stack.undo()
    planned(qtbot, parts)
    assert window.status.proof.text().startswith("BF proven on all")


def test_the_keys_1_2_3_choose_the_plan_in_network_and_tiles(parts: Parts) -> None:
    for key, method in ((Qt.Key.Key_1, "NFL"), (Qt.Key.Key_2, "MW"), (Qt.Key.Key_3, "BF")):
        QTest.keyClick(parts.window, key)
        assert parts.controller.store.active == method
        assert parts.window.scores.cells[method].isChecked()


def test_a_click_on_a_score_chooses_its_plan(parts: Parts) -> None:
    QTest.mouseClick(parts.window.scores.cells["MW"], Qt.MouseButton.LeftButton)
    assert parts.controller.store.active == "MW"
    assert parts.window.actions_by_key["show_mw"].isChecked()


def test_a_bundled_network_opens_from_the_menu(qtbot: QtBot, parts: Parts) -> None:
    menu = parts.window.menus["networks"]
    names = [action.data() for action in menu.actions()]
    assert {"alexnet", "squeezenet", "yolov2", "vgg16"} <= set(names)
    next(action for action in menu.actions() if action.data() == "yolov2-tiny").trigger()
    expected = load_network("yolov2-tiny")
    qtbot.waitUntil(lambda: parts.controller.store.scenario.network == expected)
    parts.controller.edit("max_paths", 2)
    assert "yolov2-tiny" in parts.window.status.command_text
    parts.controller.undo_stack.undo()


def test_a_dropped_network_file_opens_and_is_remembered(qtbot: QtBot, parts: Parts, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    answer(parts, file)
    trigger(parts, "save_network")
    text = file.read_text(encoding="utf-8").replace('"small"', '"mine"')
    file.write_text(text, encoding="utf-8")
    drop(parts, file)
    qtbot.waitUntil(lambda: parts.controller.store.scenario.network.name == "mine")
    planned(qtbot, parts)
    assert parts.controller.settings.recent == (str(file),)
    parts.menus._fill_recent()
    assert [action.data() for action in parts.window.menus["recent"].actions()] == [str(file)]
    assert str(file) in parts.window.status.command_text


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.onnx", b"", "empty.onnx was not opened."),
        ("noise.onnx", b"\x00\x01not a model", "noise.onnx was not opened."),
        ("half.json", b'{"format": "flgui.network", ', "half.json was not opened."),
        ("odd.json", b'{"format": "flgui.network", "version": 1, "name": "x", "huh": 1}', "odd.json was not"),
        ("plan.json", b'{"format": "flgui.plan", "version": 1}', "plan.json was not opened."),
        ("bad.cfg", b"[net]\nwidth=oops\n", "bad.cfg was not opened."),
        ("notes.txt", b"hello", "notes.txt was not opened."),
    ],
)
def test_a_bad_file_is_named_and_what_is_open_stays(
    qtbot: QtBot, parts: Parts, tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    before, planset = parts.controller.store.scenario, parts.controller.store.planset
    drop(parts, file)
    text = refused(qtbot, parts)
    assert text.startswith(says)
    assert text.endswith("small stays open.")
    assert parts.controller.store.scenario is before
    assert parts.controller.store.planset is planset
    assert parts.controller.settings.recent == ()


def test_a_cycle_is_named(qtbot: QtBot, parts: Parts, tmp_path: Path) -> None:
    layer = {"op": "X", "shape": [1, 4, 4], "flops": 1, "macs": 0, "receptive": "pointwise"}
    layers = [{"name": "a", "inputs": ["b"], **layer}, {"name": "b", "inputs": ["a"], **layer}]
    for entry in layers:
        entry.update(folded=[], attributes={})
    file = tmp_path / "ring.json"
    network = {"format": "flgui.network", "version": 1, "name": "ring"}
    network |= {"inputs": [{"name": "x", "shape": [1, 4, 4]}], "layers": layers}
    file.write_text(json.dumps(network), encoding="utf-8")
    drop(parts, file)
    assert "cycle" in refused(qtbot, parts)


def test_a_file_that_is_gone_is_named(qtbot: QtBot, parts: Parts, tmp_path: Path) -> None:
    answer(parts, tmp_path / "gone.onnx")
    trigger(parts, "open_network")
    assert refused(qtbot, parts).startswith("gone.onnx was not opened.")


def test_a_plan_that_cannot_be_written_leaves_nothing(qtbot: QtBot, parts: Parts, tmp_path: Path) -> None:
    answer(parts, tmp_path / "no such folder" / "plan.json")
    trigger(parts, "save_plan")
    assert refused(qtbot, parts).startswith("plan.json was not written.")
    assert list(tmp_path.glob("**/*plan*")) == []


def test_a_cancelled_dialog_does_nothing(parts: Parts) -> None:
    before = parts.controller.store.scenario
    answers = answer(parts, None)
    for key in ("open_network", "open_plan", "save_plan", "save_network", "export_trace"):
        trigger(parts, key)
    trigger(parts, "bits_other")
    trigger(parts, "cap_other")
    assert len(answers.asked) == 7
    assert parts.controller.store.scenario is before
    assert parts.window.messages.message is None


def test_the_trace_is_exported(parts: Parts, tmp_path: Path) -> None:
    answer(parts, tmp_path / "trace.json")
    trigger(parts, "export_trace")
    assert json.loads((tmp_path / "trace.json").read_text(encoding="utf-8"))
    assert parts.window.messages.message is not None
    assert parts.window.messages.message.title == "trace.json was written."


def test_a_bad_rate_keeps_the_last_plan_current(qtbot: QtBot, parts: Parts) -> None:
    field = parts.window.strip.link.field
    before = parts.controller.store.planset
    for text in ("0", "-3", "nan", "inf"):
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert field.reason
    assert parts.controller.store.planset is before
    assert not parts.controller.store.stale
    assert parts.window.status.state.text() == "Up to date"


def test_what_cannot_be_planned_is_not_called_on_its_way(qtbot: QtBot, parts: Parts) -> None:
    planned(qtbot, parts)
    parts.controller.edit("rate_bps", 3e6)
    parts.controller.presenter.show_failed("The planning process ended three times on this scenario.")
    cells = parts.window.scores.cells.values()
    waiting = [cell.accessibleName() for cell in cells if "planning" in cell.accessibleName()]
    assert waiting == []
    assert sum("not planned" in cell.accessibleName() for cell in cells) == 3
    parts.controller.edit("rate_bps", 4e6)
    planned(qtbot, parts)
    assert not any("not planned" in cell.accessibleName() for cell in cells)


def test_scenario_menus_change_the_scenario(qtbot: QtBot, parts: Parts) -> None:
    store, menus = parts.controller.store, parts.window.menus
    menus["workers"].actions()[1].trigger()
    assert (store.scenario.system.device_workers, store.scenario.system.es_workers) == (None, None)
    menus["bits"].actions()[0].trigger()
    assert store.scenario.system.bits_per_element == 8
    answer(parts, number=12)
    trigger(parts, "bits_other")
    assert store.scenario.system.bits_per_element == 12
    trigger(parts, "cap_other")
    assert store.scenario.max_paths == 12
    next(action for action in menus["cap"].actions() if action.text() == "16").trigger()
    assert store.scenario.max_paths == 16
    trigger(parts, "auto_tau")
    assert store.scenario.tau is not None
    trigger(parts, "auto_paths")
    assert store.scenario.paths is not None
    trigger(parts, "reset")
    assert store.scenario.system.bits_per_element == 32
    planned(qtbot, parts)


def test_unfolding_reads_the_network_again(qtbot: QtBot, parts: Parts) -> None:
    parts.controller.edit("max_paths", 1)
    parts.controller.documents.open("alexnet")
    qtbot.waitUntil(lambda: len(parts.controller.store.scenario.network) == 11)
    assert parts.window.actions_by_key["fold_activations"].isChecked()
    trigger(parts, "fold_activations")
    qtbot.waitUntil(lambda: len(parts.controller.store.scenario.network) > 11)
    assert not parts.window.actions_by_key["fold_activations"].isChecked()
    planned(qtbot, parts)
