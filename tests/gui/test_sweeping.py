"""The Sweep workspace with real mouse and keyboard: filling, stopping, choosing, exporting."""

from __future__ import annotations

import csv
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Workers
from point_worker import PointWorker, start, window_with_points
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from flgui.app import Parts
from flgui.features.sweeping import TITLE, Sweeping
from flgui.settings import Settings
from flgui.viewmodel.sweep_axes import Spec
from flgui.views.sweep.chart import Chart
from planner_core.cli import main
from planner_core.network.model import Network
from planner_core.planner import plan


@pytest.fixture
def points() -> Workers:
    return Workers(PointWorker)


@pytest.fixture
def parts(qtbot: QtBot, settings: Settings, small: Network, points: Workers) -> Iterator[Parts]:
    yield from window_with_points(qtbot, settings, small, points)


def feature(parts: Parts) -> Sweeping:
    return parts.feature(Sweeping)


def open_sweep(parts: Parts, spec: Spec | None = None) -> Sweeping:
    """Open the workspace by a click on its word, on a sweep of a few points."""
    sweeping = feature(parts)
    sweeping._spec = spec or Spec("rate-mbps", 1.0, 1000.0, 7)
    switch = parts.window.top_bar.workspaces
    assert switch is not None
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton, pos=switch.box(TITLE).center().toPoint())
    assert parts.window.workspace == TITLE
    QApplication.processEvents()
    return sweeping


def fill(qtbot: QtBot, sweeping: Sweeping) -> None:
    qtbot.waitUntil(lambda: sweeping.complete, timeout=240_000)  # kernels may have to be compiled


def test_the_plotting_library_comes_with_the_first_use(parts: Parts) -> None:
    assert not feature(parts).page.charts


def test_a_chart_made_beforehand_is_the_first_one_shown(parts: Parts) -> None:
    page = feature(parts).page
    page.prepare()
    (chart,) = page.findChildren(Chart)
    assert not page.charts
    assert not chart.isVisibleTo(page)
    parts.controller.themes.set_choice("dark")
    open_sweep(parts)
    assert page.charts == [chart]
    assert chart.isVisible()
    assert chart.model is not None
    page.prepare()
    assert page.findChildren(Chart) == [chart]


def test_the_curves_equal_the_plans_of_their_points(qtbot: QtBot, parts: Parts, points: Workers) -> None:
    sweeping = open_sweep(parts)
    start(qtbot, points)
    fill(qtbot, sweeping)
    (model,) = sweeping.charts
    assert model.done == 7
    for k, value in enumerate(model.x):
        scenario = parts.controller.store.scenario
        system = type(scenario.system)(
            **{name: getattr(scenario.system, name) for name in scenario.system.__slots__}
            | {"rate_bps": value * 1e6}
        )
        found = plan(type(scenario)(scenario.network, system, max_paths=scenario.max_paths))
        assert model.nfl[k] == found.plans["NFL"].makespan_s
        assert model.mw[k] == found.plans["MW"].makespan_s
        assert model.bf[k] == found.plans["BF"].makespan_s
        assert (model.tau[k], model.paths[k]) == (found.plans["BF"].tau, found.plans["BF"].paths)


def test_it_counts_stops_and_goes_on_where_it_was(qtbot: QtBot, parts: Parts, points: Workers) -> None:
    sweeping = open_sweep(parts)
    worker = start(qtbot, points, at_once=False)
    bar, status = sweeping.page.bar, parts.window.status
    for _ in range(3):
        qtbot.waitUntil(lambda: worker.running is not None, timeout=20_000)
        worker.answer()
    qtbot.waitUntil(lambda: bar.progress.text() == "3 of 7 points", timeout=20_000)
    assert status.state.text() == "Sweeping"
    qtbot.waitUntil(lambda: worker.running is not None, timeout=20_000)
    running = worker.running
    assert running is not None
    QTest.mouseClick(bar.stop, Qt.MouseButton.LeftButton)
    assert running.generation in worker.cancelled
    assert bar.stop.text() == "Go on"
    assert status.state.text() == "Stopped"
    worker.answer()
    QApplication.processEvents()
    assert worker.running is None
    assert sweeping.charts[0].done == 3
    worker.at_once = True
    before = len(worker.sent)
    QTest.mouseClick(bar.stop, Qt.MouseButton.LeftButton)
    fill(qtbot, sweeping)
    assert sweeping.charts[0].done == 7
    again = [r.scenario for r in worker.sent]
    assert len(again) - before >= 4
    assert not set(again[before:]) & set(again[:3])
    assert not bar.stop.isVisible()
    assert "BF proven optimal at 7" in status.proof.text()


def test_a_click_takes_the_rate_for_the_scenario_and_undo_brings_it_back(
    qtbot: QtBot, parts: Parts, points: Workers
) -> None:
    sweeping = open_sweep(parts)
    start(qtbot, points)
    fill(qtbot, sweeping)
    chart = sweeping.page.charts[0]
    QTest.mouseClick(chart.plots.viewport(), Qt.MouseButton.LeftButton, pos=chart.scene_x(31.6))
    store = parts.controller.store
    assert store.scenario.system.rate_bps / 1e6 == pytest.approx(31.6, rel=0.03)
    shown = sweeping.charts
    assert shown[0].done == 7  # the curves are those of any rate
    parts.controller.undo_stack.undo()
    assert store.scenario.system.rate_bps == 100e6


def test_the_line_of_the_scenario_can_be_dragged_as_one_step(
    qtbot: QtBot, parts: Parts, points: Workers
) -> None:
    sweeping = open_sweep(parts)
    start(qtbot, points)
    fill(qtbot, sweeping)
    chart, store = sweeping.page.charts[0], parts.controller.store
    view = chart.plots.viewport()
    begin, end = chart.scene_x(100.0), chart.scene_x(10.0)
    QTest.mouseMove(view, begin)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=begin)
    for share in (0.2, 0.4, 0.6, 0.8, 1.0):
        place = begin + (end - begin) * share
        QTest.mouseMove(view, QPoint(place.x(), begin.y()))
        QTest.qWait(1)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
    assert store.scenario.system.rate_bps / 1e6 == pytest.approx(10.0, rel=0.05)
    parts.controller.undo_stack.undo()
    assert store.scenario.system.rate_bps == 100e6


def test_the_keys_read_points_and_take_one(qtbot: QtBot, parts: Parts, points: Workers) -> None:
    sweeping = open_sweep(parts)
    start(qtbot, points)
    fill(qtbot, sweeping)
    chart = sweeping.page.charts[0]
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Right)
    assert chart.sight is not None
    first = chart.sight
    QTest.keyClick(chart, Qt.Key.Key_Right)
    assert chart.sight == first + 1
    assert "BF" in chart.accessibleDescription()
    QTest.keyClick(chart, Qt.Key.Key_Return)
    value = sweeping.charts[0].x[first + 1]
    assert parts.controller.store.scenario.system.rate_bps / 1e6 == pytest.approx(value, rel=1e-2)
    QTest.keyClick(chart, Qt.Key.Key_Escape)
    assert chart.sight is None


def test_another_scenario_is_swept_anew_and_what_was_under_way_is_cancelled(
    qtbot: QtBot, parts: Parts, points: Workers
) -> None:
    sweeping = open_sweep(parts)
    worker = start(qtbot, points, at_once=False)
    qtbot.waitUntil(lambda: worker.running is not None, timeout=20_000)
    old = worker.running
    assert old is not None
    workers = sweeping.page.bar.workers
    QTest.mouseClick(workers, Qt.MouseButton.LeftButton, pos=workers.box("One per path").center().toPoint())
    assert parts.controller.store.scenario.system.device_workers is None
    assert old.generation in worker.cancelled
    worker.at_once = True
    worker.answer()
    fill(qtbot, sweeping)
    assert sweeping.charts[0].done == 7
    assert all(r.scenario.system.device_workers is None for r in worker.sent[1:])
    parts.controller.undo_stack.undo()
    assert workers.current == "Shared device"
    parts.controller.edit("device_workers", 3)
    assert workers.current == ""  # no preset


def test_fields_that_cannot_be_are_marked_and_change_nothing(
    qtbot: QtBot, parts: Parts, points: Workers
) -> None:
    sweeping = open_sweep(parts)
    start(qtbot, points)
    high = sweeping.page.bar.high
    high.setFocus()
    high.selectAll()
    QTest.keyClicks(high, "0.5")
    QTest.keyClick(high, Qt.Key.Key_Return)
    assert high.reason == "above 1 is needed"
    assert sweeping._spec.high == 1000.0
    high.selectAll()
    QTest.keyClicks(high, "10")
    QTest.keyClick(high, Qt.Key.Key_Return)
    assert high.reason is None
    assert sweeping._spec.high == 10.0
    fill(qtbot, sweeping)
    axis = sweeping.page.bar.axis
    axis.setCurrentIndex(4)
    axis.activated.emit(4)
    fill(qtbot, sweeping)
    assert sweeping.charts[0].x.tolist() == [1, 2, 3, 4]
    assert sweeping.charts[0].done == 4
    steps = sweeping.page.bar.steps
    high.selectAll()
    high.setFocus()
    QTest.keyClicks(high, "9")
    QTest.keyClick(high, Qt.Key.Key_Return)
    assert high.reason is not None
    assert "τ 9" in high.reason
    assert steps.reason is None


def test_the_export_and_the_command_of_the_status_bar_write_the_same(
    qtbot: QtBot, parts: Parts, points: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The network of the tests has no name that the command knows: its own JSON stands for it.
    from flgui.documents import Source
    from planner_core.export import write_network

    network = parts.controller.store.scenario.network
    write_network(network, tmp_path / "small.json")
    parts.controller.documents.remember(network, Source(str(tmp_path / "small.json"), True, False))
    sweeping = open_sweep(parts, Spec("device-gflops", 1.0, 10.0, 3))
    start(qtbot, points)
    fill(qtbot, sweeping)
    out = tmp_path / "window.csv"
    monkeypatch.setattr(sweeping.dialogs, "save_file", lambda *_: out)
    QTest.mouseClick(sweeping.page.bar.export, Qt.MouseButton.LeftButton)
    assert out.exists()
    QTest.mouseClick(parts.window.status.command, Qt.MouseButton.LeftButton)
    command = shlex.split(QGuiApplication.clipboard().text())
    assert command[:2] == ["flplan", "sweep"]
    monkeypatch.chdir(tmp_path)
    assert main([*command[1:], "--jobs", "1"]) == 0
    with out.open() as ours, Path(command[-1]).open() as theirs:
        assert list(csv.DictReader(ours)) == list(csv.DictReader(theirs))
    # A file that cannot be written is said in the workspace.
    monkeypatch.setattr(sweeping.dialogs, "save_file", lambda *_: tmp_path / "no" / "such.csv")
    QTest.mouseClick(sweeping.page.bar.export, Qt.MouseButton.LeftButton)
    assert "such.csv was not written" in sweeping.page._note.text()


def test_the_papers_charts_come_with_one_click(
    qtbot: QtBot, parts: Parts, points: Workers, small: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    from conftest import small_network

    from flgui.features import sweeping as module

    sizes = {"alexnet": 8, "squeezenet": 4, "yolov2": 16}
    monkeypatch.setattr(module, "read", lambda name, fold: small_network(name, sizes[name]))
    monkeypatch.setattr(module, "PAPER", Spec("rate-mbps", 1.0, 1000.0, 3))
    sweeping = open_sweep(parts)
    start(qtbot, points)
    fill(qtbot, sweeping)
    QTest.mouseClick(sweeping.page.bar.paper, Qt.MouseButton.LeftButton)
    fill(qtbot, sweeping)
    assert [c.title for c in sweeping.charts] == ["AlexNet", "SqueezeNet 1.0", "YOLOv2"]
    assert len(sweeping.page.charts) == 3
    ranges = [c.times.getViewBox().viewRange()[1] for c in sweeping.page.charts]
    decades = [high - low for low, high in ranges]
    assert decades == pytest.approx([decades[0]] * 3)  # equal decades
    table = sweeping.page.table.table
    assert table.groups[-1].title == "One accelerator per path: speed-up"
    assert all("–" not in row[-4:] for row in table.rows)
    assert parts.window.status.command_text.count("flplan sweep") == 3
    QTest.mouseClick(sweeping.page.bar.paper, Qt.MouseButton.LeftButton)
    assert len(sweeping.page.charts) == 1
    assert sweeping.charts[0].title == "small"


def test_the_plans_state_comes_back_with_the_workspace(qtbot: QtBot, parts: Parts, points: Workers) -> None:
    status = parts.window.status
    before = status.proof.text(), status.command_text
    open_sweep(parts)
    start(qtbot, points)
    assert status.command_text.startswith("flplan sweep")
    parts.controller.edit("rate_bps", 50e6)
    assert status.command_text.startswith("flplan sweep")
    parts.controller.undo_stack.undo()
    qtbot.waitUntil(lambda: not parts.controller.store.stale, timeout=20_000)
    parts.window.set_workspace("Plan")
    assert (status.proof.text(), status.command_text) == before


def test_a_point_that_fails_is_a_gap_with_its_reason(qtbot: QtBot, parts: Parts, points: Workers) -> None:
    sweeping = open_sweep(parts)
    worker = start(qtbot, points, at_once=False)
    qtbot.waitUntil(lambda: worker.running is not None, timeout=20_000)
    request, worker.running = worker.running, None
    assert request is not None
    worker.at_once = True
    worker.answered.emit(("broken", request.generation, "Traceback\nMemoryError: no room\n"))
    fill(qtbot, sweeping)
    (model,) = sweeping.charts
    assert list(model.failures.values()) == ["MemoryError: no room"]
    assert any("MemoryError: no room" in note for note in sweeping.page.table.table.notes)
    box = QRect(QPoint(0, 0), sweeping.page.size())
    assert box.contains(sweeping.page.charts[0].geometry())


_OPEN_AND_CLOSE = """
import sys, tempfile
from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from flgui.app import application, build
from flgui.documents import Source, read
from flgui.settings import Settings
from flgui.state.runner import Runner

if __name__ == "__main__":
    app = application()
    for _ in range(2):
        settings = Settings(QSettings(tempfile.mkdtemp() + "/s.ini", QSettings.Format.IniFormat))
        parts = build(settings, "light", Runner(), read("alexnet", True), Source("alexnet"))
        parts.window.show()
        parts.window.set_workspace("Sweep")
        app.processEvents()
        parts.window.grab()
        parts.window.close()
        parts.controller.close()
        parts.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        app.processEvents()
    print("closed")
"""


def test_a_window_whose_charts_were_drawn_is_deleted_without_a_crash(tmp_path: Path) -> None:
    """In a process of its own: what it is about ends the process without a traceback."""
    script = tmp_path / "open_and_close.py"
    script.write_text(_OPEN_AND_CLOSE, "utf-8")
    root = Path(__file__).resolve().parents[2]
    env = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=200, env=env, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.endswith("closed\n")
