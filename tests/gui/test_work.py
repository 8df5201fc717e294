"""Work files: what they hold comes back to the last bit; bad ones are named; nothing is lost in a crash."""

from __future__ import annotations

import copy
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import PlanningWorker, Workers, small_network
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from flgui.app import Parts, build
from flgui.documents import Source
from flgui.features.work import WorkFiles
from flgui.settings import Settings
from flgui.state.pins import Pin
from flgui.state.runner import Runner
from flgui.state.work import View, Work, work_to_dict, write_work
from flgui.state.work_reader import read_work, work_from_dict
from planner_core.by_hand import decision_of, moved
from planner_core.errors import InputError
from planner_core.importers import load_network
from planner_core.planner import plan
from planner_core.resources import resource
from planner_core.scenario import Scenario
from planner_core.system import System

jsonschema = pytest.importorskip("jsonschema")
referencing = pytest.importorskip("referencing")
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class Answers:
    """Dialogs that are answered before they are asked."""

    def __init__(self, path: Path | None = None, changes: str = "cancel") -> None:
        self.path, self.changes = path, changes
        self.replaces = False
        self.asked: list[str] = []

    def save_file(self, title: str, proposal: str, kinds: str, suffix: str) -> Path | None:
        self.asked.append(proposal)
        return self.path

    def replace_changed(self, path: Path) -> bool:
        self.asked.append(f"replace {path.name}")
        return self.replaces

    def save_changes(self, name: str, what: str) -> str:
        self.asked.append(f"{what} {name}")
        return self.changes


def feature_of(parts: Parts) -> WorkFiles:
    return parts.feature(WorkFiles)


def answer(parts: Parts, path: Path | None = None, changes: str = "cancel") -> Answers:
    answers = Answers(path, changes)
    feature_of(parts).dialogs = answers  # type: ignore[assignment]
    return answers


def planned(qtbot: QtBot, parts: Parts) -> None:
    qtbot.waitUntil(lambda: not parts.controller.store.stale, timeout=60_000)


@pytest.fixture(scope="module")
def work() -> Work:
    """Two networks, two pins, a plan made by hand, odd speeds."""
    one, two = small_network(), small_network("other", 4)
    odd = System(rate_bps=1e6 / 3, device_flops=0.1 + 0.2, es_workers=2, transfer_overhead_s=1e-7)
    first = plan(Scenario(one, System(rate_bps=2e6), tau=2, paths=4))
    second = plan(Scenario(two, odd, max_paths=4))
    hand = moved(decision_of(one, first.plans["BF"]), 0, 3)
    pins = (
        Pin("one", "Says it.", first, "MW", 2),
        Pin("zwei …", "", replace(second, cancelled=True), "NFL", None, "x.json"),
    )
    view = View("Compare", "Pins", "Manual", 1, "conv2", True, (200, 900, 340), ())
    return Work(first.scenario, first, "", pins, hand, view)


def same(a: Work, b: Work) -> None:
    """Assert that two works are equal, plans to the last bit."""
    assert (a.scenario, a.origin, a.manual, a.view) == (b.scenario, b.origin, b.manual, b.view)
    sets = [(a.planset, b.planset), *((p.planset, q.planset) for p, q in zip(a.pins, b.pins, strict=True))]
    for p, q in zip(a.pins, b.pins, strict=True):
        assert (p.name, p.note, p.method, p.path, p.origin) == (q.name, q.note, q.method, q.path, q.origin)
    for mine, theirs in sets:
        assert mine is not None
        assert theirs is not None
        assert (mine.scenario, mine.cancelled) == (theirs.scenario, theirs.cancelled)
        assert (mine.es_only_s, mine.device_only_s) == (theirs.es_only_s, theirs.device_only_s)
        assert list(mine.plans) == list(theirs.plans)
        for method, found in mine.plans.items():
            other = theirs.plans[method]
            for name in (
                "makespan_s",
                "lower_bound_s",
                "optimal",
                "tail_s",
                "solve_s",
                "tau",
                "rows",
                "cols",
            ):
                assert getattr(found, name) == getattr(other, name), name
            for name in ("order", "offload", "device_flop", "es_flop", "bits"):
                assert np.array_equal(getattr(found, name), getattr(other, name)), name
            for name in found.schedule.__slots__:
                assert np.array_equal(getattr(found.schedule, name), getattr(other.schedule, name)), name


def test_work_comes_back_from_its_file_to_the_last_bit(work: Work, tmp_path: Path) -> None:
    file = tmp_path / "a.flwork.json"
    write_work(work, file)
    same(read_work(file), work)
    again = tmp_path / "b.flwork.json"
    write_work(read_work(file), again)
    assert again.read_bytes() == file.read_bytes()


def test_the_command_line_takes_a_work_file_as_a_network(work: Work, tmp_path: Path) -> None:
    file = tmp_path / "a.flwork.json"
    write_work(work, file)
    assert load_network(file) == work.scenario.network
    file.write_text('{"format": "flgui.work", "networks": [], "scenario": {"network": 0}}', "utf-8")
    with pytest.raises(InputError, match="network names none of the networks"):
        load_network(file)


def test_the_schema_accepts_what_is_written_and_refuses_unknown_keys(work: Work) -> None:
    schemas = [
        json.loads(resource(f"schemas/{n}.schema.json").read_text("utf-8"))
        for n in ("work", "plan", "network")
    ]
    jsonschema.Draft202012Validator.check_schema(schemas[0])
    registry = referencing.Registry().with_resources(
        [(schema["$id"], referencing.Resource.from_contents(schema)) for schema in schemas[1:]]
    )
    validator = jsonschema.Draft202012Validator(schemas[0], registry=registry)
    data = work_to_dict(work)
    validator.validate(data)
    validator.validate(work_to_dict(Work(work.scenario)))
    for at in ((), ("scenario",), ("pins", 0), ("pins", 0, "plans", "methods", 0), ("manual",), ("view",)):
        bad = copy.deepcopy(data)
        spot: Any = bad
        for key in at:
            spot = spot[key]
        spot["huh"] = 1
        assert not validator.is_valid(bad)
        with pytest.raises(InputError, match="huh is no known key"):
            work_from_dict(bad)


@pytest.mark.parametrize(
    ("at", "value", "says"),
    [
        (("version",), 2, "version is 2"),
        (("scenario", "network"), 9, "scenario.network is 9, but there are 2 networks"),
        (("scenario", "tau"), 99, "scenario: tau 99 is outside 1 to 4"),
        (("scenario", "system", "rate_bps"), 0, "scenario.system.rate_bps is 0"),
        (("pins", 0, "name"), "zwei …", "pins[1].name is 'zwei …', which is the name of another pin"),
        (("pins", 0, "path"), 4, "pins[0].path is 4, but the last path is 3"),
        (("pins", 1, "plans", "methods", 0, "makespan_s"), 1.0, "pins[1].plans.methods[0].makespan_s is 1.0"),
        (("plans", "methods", 1, "order", 0), 7, "plans.methods[1].order[0] is 7, which is no path"),
        (("plans", "methods", 0, "lower_bound_s"), 0.5, "only BF has one"),
        (("manual", "offload", 2), 4, "manual.offload[2] is 4, but a split is from 1 to tau + 1 = 3"),
        (("view", "active"), "XY", "view.active is 'XY'"),
        (("view", "down"), [1, 2, 3, 4], "view.down is no list of at most 3 sizes"),
        (("view", "folded"), 1, "view.folded is 1; true or false is needed"),
    ],
)
def test_a_fault_is_named_with_its_place(work: Work, at: tuple[Any, ...], value: Any, says: str) -> None:
    data = copy.deepcopy(work_to_dict(work))
    spot: Any = data
    for key in at[:-1]:
        spot = spot[key]
    spot[at[-1]] = value
    with pytest.raises(InputError) as caught:
        work_from_dict(data)
    assert says in str(caught.value)


def outcome_of(file: Path) -> str:
    """Read a file: "read", or the one line that it is refused with."""
    try:
        read_work(file)
    except InputError as error:
        text = str(error)
    else:
        return "read"
    assert text.startswith(f"{file}: ")
    assert "\n" not in text
    return text


def test_damaged_files_are_read_or_refused_in_one_line(work: Work, tmp_path: Path) -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "core"))
    from tests.campaigns.fuzz_structure import change

    file, chance, outcomes = tmp_path / "a.flwork.json", random.Random(7), []
    write_work(work, file)
    sound = file.read_bytes()
    for _ in range(120):
        file.write_bytes(change("plan-json", sound, chance))
        outcomes.append(outcome_of(file))
    for cut in range(0, len(sound), len(sound) // 25):
        file.write_bytes(sound[:cut])
        with pytest.raises(InputError):
            read_work(file)
    assert 0 < outcomes.count("read") < len(outcomes)
    assert len(set(outcomes)) > 30


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


_CRASHES = """
import os, sys, time
from pathlib import Path
from PySide6.QtCore import QSettings
from conftest import PlanningWorker, Workers, small_network
from flgui.app import application, build
from flgui.documents import Source
from flgui.features.work import WorkFiles
from flgui.settings import Settings
from flgui.state.runner import Runner

app = application()
settings = Settings(QSettings(sys.argv[1], QSettings.Format.IniFormat))
workers = Workers(PlanningWorker)
parts = build(settings, "light", Runner(workers), small_network(), Source("small", True, False))
parts.window.show()
parts.controller.start()
workers.last.answered.emit(("ready", 0))
work = parts.feature(WorkFiles)
while parts.controller.store.stale:
    app.processEvents()
parts.window.actions_by_key["pin"].trigger()
parts.controller.edit("rate_bps", 5e6)
while not work.autosave.path.is_file():
    app.processEvents()
print("kept", flush=True)
while True:
    app.processEvents()
    time.sleep(0.01)
"""


def test_a_killed_program_offers_its_work_at_the_next_start(
    qtbot: QtBot, settings: Settings, tmp_path: Path
) -> None:
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join([str(Path(__file__).parent), *sys.path]))
    with subprocess.Popen(
        [sys.executable, "-c", _CRASHES, str(tmp_path / "settings.ini")],
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "kept\n"
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
    parts = build(settings, "light", Runner(Workers(PlanningWorker)), small_network("x"), Source("x"))
    parts.window.resize(1440, 900)
    parts.window.show()
    parts.controller.start()
    messages = parts.window.messages
    qtbot.waitUntil(lambda: messages.message is not None)
    assert messages.message is not None
    assert messages.message.title.endswith("was not saved.")
    QTest.mouseClick(messages.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(parts.controller.store.pins) == 1, timeout=60_000)
    store, feature = parts.controller.store, feature_of(parts)
    assert store.pins[0].name == "small, 100 Mbit/s"
    assert store.scenario.system.rate_bps == 5e6
    assert feature.unsaved
    assert feature.path is None
    assert parts.window.isWindowModified()
    assert feature.autosave.left_behind() == []
    answer(parts, None, "discard")
    parts.window.close()
    assert not list(feature.autosave.path.parent.glob("*.json"))


def test_a_program_that_ended_in_order_leaves_nothing_to_offer(qtbot: QtBot, parts: Parts) -> None:
    feature = feature_of(parts)
    parts.controller.edit("rate_bps", 5e6)
    feature.keep()
    qtbot.waitUntil(feature.autosave.path.is_file)
    other = type(feature.autosave)(feature.autosave.path.parent)
    assert other.left_behind() == []  # its window is still there
    parts.window.close()
    assert not feature.autosave.path.exists()


def test_what_is_not_wanted_back_is_deleted(qtbot: QtBot, parts: Parts, work: Work) -> None:
    feature = feature_of(parts)
    folder = feature.autosave.path.parent
    folder.mkdir(parents=True, exist_ok=True)
    left = folder / "20200101-000000-1-1.flwork.json"
    write_work(work, left)
    feature.offer()
    messages = parts.window.messages
    assert messages.message is not None
    QTest.mouseClick(messages.close_button, Qt.MouseButton.LeftButton)
    assert not left.exists()


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
