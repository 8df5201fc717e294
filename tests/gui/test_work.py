"""Work files in the window: saved, opened, asked about, and every change of a scenario undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import PlanningWorker, Workers, small_network
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from work_factory import answer, feature_of, odd_work, planned, same

from flgui.app import Parts, build
from flgui.documents import Source
from flgui.settings import Settings
from flgui.state.pins import Pin
from flgui.state.runner import Runner
from flgui.state.work import Work, write_work
from flgui.state.work_reader import read_work


@pytest.fixture(scope="module")
def work() -> Work:
    return odd_work()


CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_saved_work_opens_in_another_window_as_it_was(
    qtbot: QtBot, parts: Parts, tmp_path: Path, settings: Settings
) -> None:
    controller, window, file = parts.controller, parts.window, tmp_path / "mine.flwork.json"
    controller.edit("tau", 2)
    controller.edit("paths", 4)
    planned(qtbot, parts)
    QTest.keyClick(window, Qt.Key.Key_P, CONTROL)
    QTest.keyClick(window, Qt.Key.Key_M, CONTROL)
    controller.store.select("Manual", 1)
    window.bottom.tabs.setCurrentIndex(1)
    answers = answer(parts, file)
    QTest.keyClick(window, Qt.Key.Key_S, CONTROL)
    assert answers.asked == [str(Path("small.flwork.json"))]
    assert window.windowTitle() == "mine.flwork.json[*] – small"
    assert not window.isWindowModified()
    assert not feature_of(parts).unsaved
    assert controller.settings.recent == (str(file),)
    saved = feature_of(parts).work()
    other = build(settings, "light", Runner(Workers(PlanningWorker)), small_network("x"), Source("x"))
    other.window.show()
    other.controller.start()
    other.controller.documents.open(file)
    qtbot.waitUntil(lambda: other.window.windowTitle().startswith("mine"), timeout=60_000)
    same(feature_of(other).work(), saved)
    assert not other.controller.store.stale
    assert other.controller.store.active == "Manual"
    assert other.controller.store.selected_path == 1
    assert not other.controller.undo_stack.canUndo()
    other.controller.close()
    other.window.close()


def test_work_that_another_window_has_written_meanwhile_is_not_replaced_unasked(
    parts: Parts, work: Work, tmp_path: Path
) -> None:
    file, store = tmp_path / "a.flwork.json", parts.controller.store
    answers = answer(parts, file)
    qwait_pin(parts)
    save = parts.window.actions_by_key["save_work"].trigger
    save()
    save()
    assert answers.asked == ["small.flwork.json"]  # its own file it writes again and again
    write_work(work, file)  # the other window
    theirs = file.read_bytes()
    store.set_pins(())
    save()
    assert answers.asked[1:] == ["replace a.flwork.json"]
    assert file.read_bytes() == theirs
    assert feature_of(parts).unsaved
    answers.replaces = True
    save()
    assert read_work(file).pins == ()
    assert not feature_of(parts).unsaved
    save()
    file.unlink()  # what is gone cannot be lost
    save()
    assert len(answers.asked) == 3
    assert file.is_file()


def test_closing_asks_only_where_something_would_be_lost(parts: Parts, tmp_path: Path) -> None:
    controller, window = parts.controller, parts.window
    answers = answer(parts, tmp_path / "a.flwork.json")
    controller.edit("rate_bps", 5e6)
    assert not feature_of(parts).unsaved  # a slider is not worth a question
    controller.edit("rate_bps", 1e8)
    qwait_pin(parts)
    window.close()
    assert answers.asked == ["work small"]
    assert window.isVisible()
    assert not controller.closed
    answers.changes = "save"
    window.close()
    assert (tmp_path / "a.flwork.json").is_file()
    assert not window.isVisible()


def qwait_pin(parts: Parts) -> None:
    """Pin what is planned, without waiting for anything."""
    store = parts.controller.store
    assert store.planset is not None
    store.set_pins((Pin("a", "", store.planset),))


def test_opening_work_asks_before_pins_are_lost(
    qtbot: QtBot, parts: Parts, work: Work, tmp_path: Path
) -> None:
    file = tmp_path / "a.flwork.json"
    write_work(work, file)
    qwait_pin(parts)
    answers = answer(parts, None, "cancel")
    parts.controller.documents.open(file)
    qtbot.waitUntil(lambda: bool(answers.asked))
    assert [pin.name for pin in parts.controller.store.pins] == ["a"]
    answers.changes = "discard"
    parts.controller.documents.open(file)
    qtbot.waitUntil(lambda: len(parts.controller.store.pins) == 2)
    assert parts.window.workspace == "Compare"


def test_a_refused_work_file_leaves_all_as_it_was(qtbot: QtBot, parts: Parts, tmp_path: Path) -> None:
    file = tmp_path / "bad.flwork.json"
    file.write_text('{"format": "flgui.work", "version": 1, "huh": 1}', "utf-8")
    before = parts.controller.store.scenario
    parts.controller.documents.open(file)
    messages = parts.window.messages
    qtbot.waitUntil(lambda: messages.message is not None)
    assert messages.message is not None
    assert messages.message.title == "bad.flwork.json was not opened."
    assert "Huh is no known key" in messages.message.text
    assert parts.controller.store.scenario is before


def test_work_that_cannot_be_written_stays_unsaved(parts: Parts, tmp_path: Path) -> None:
    qwait_pin(parts)
    answer(parts, tmp_path / "no" / "a.flwork.json")
    parts.window.actions_by_key["save_work"].trigger()
    message = parts.window.messages.message
    assert message is not None
    assert message.title == "a.flwork.json was not written."
    assert feature_of(parts).unsaved


Change = Callable[[Parts], None]
CHANGES: dict[str, Change] = {
    "workers": lambda p: p.window.menus["workers"].actions()[2].trigger(),
    "bits": lambda p: p.window.menus["bits"].actions()[0].trigger(),
    "cap": lambda p: p.window.menus["cap"].actions()[0].trigger(),
    "tau": lambda p: p.controller.edit("tau", 2),
    "grid": lambda p: p.controller.edit("grid", (2, 2)),
    "paths": lambda p: p.controller.edit("paths", 4),
    "auto tau": lambda p: p.window.actions_by_key["auto_tau"].trigger(),
    "auto P": lambda p: p.window.actions_by_key["auto_paths"].trigger(),
    "device": lambda p: p.controller.edit("device_flops", 2e9),
    "device workers": lambda p: p.controller.edit("device_workers", None),
    "ES workers": lambda p: p.controller.edit("es_workers", 3),
    "overhead": lambda p: p.controller.edit("transfer_overhead_s", 1e-3),
    "cell of the landscape": lambda p: p.controller.choose_cell(3, 2),
    "reset": lambda p: p.window.actions_by_key["reset"].trigger(),
    "network": lambda p: p.controller.documents.network_opened.emit(small_network("n", 2), Source("n")),
}


def test_every_change_of_a_scenario_is_undone_and_done_again(qtbot: QtBot, parts: Parts) -> None:
    controller, store = parts.controller, parts.controller.store
    controller.edit("rate_bps", 3e6)  # so that a reset changes something
    for name, change in CHANGES.items():
        before, steps = store.scenario, controller.undo_stack.index()
        change(parts)
        after = store.scenario
        assert after != before, name
        assert controller.undo_stack.index() == steps + 1, name
        QTest.keyClick(parts.window, Qt.Key.Key_Z, CONTROL)
        assert store.scenario == before, name
        QTest.keyClick(parts.window, Qt.Key.Key_Z, CONTROL | SHIFT)
        assert store.scenario == after, name
    while controller.undo_stack.canUndo():
        controller.undo_stack.undo()
    assert store.scenario.network.name == "small"
    planned(qtbot, parts)
