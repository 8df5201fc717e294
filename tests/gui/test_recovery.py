"""Work after a crash: offered at the next start, and only then."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PlanningWorker, Workers, small_network
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from work_factory import answer, feature_of, odd_work

from flgui.app import Parts, build
from flgui.documents import Source
from flgui.settings import Settings
from flgui.state.runner import Runner
from flgui.state.work import Work, write_work


@pytest.fixture(scope="module")
def work() -> Work:
    return odd_work()


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
