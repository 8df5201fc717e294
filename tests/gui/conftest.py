"""Fixtures of the window's tests: no display, settings of its own for each test, nothing left behind."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import gc
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEvent, QObject, QSettings, Signal
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from flgui.app import Parts, build
from flgui.documents import Source
from flgui.settings import Settings
from flgui.state.runner import Runner
from flgui.theme.fonts import load_fonts
from planner_core.network.model import WHOLE, Layer, Network, TensorSpec, Window
from planner_core.planner import plan
from planner_core.search import Landscape, survey
from planner_core.stop import StopToken
from planner_core.worker import Request, SurveyRequest


def small_network(name: str = "small", channels: int = 8) -> Network:
    """Return conv1, pool1, conv2 and fc3 on a 16x16 picture: planned in no time."""
    conv = Window((3, 3), (1, 1), (1, 1, 1, 1))
    pool = Window((2, 2), (2, 2))
    shape, half = (channels, 16, 16), (channels, 8, 8)
    return Network(
        name,
        (TensorSpec("input", (3, 16, 16)),),
        (
            Layer("conv1", "Conv", ("input",), shape, 27 * 2.0 * channels * 256, 27 * channels * 256, conv),
            Layer("pool1", "MaxPool", ("conv1",), half, 4.0 * channels * 64, 0, pool),
            Layer("conv2", "Conv", ("pool1",), half, 9 * 2.0 * channels**2 * 64, 9 * channels**2 * 64, conv),
            Layer("fc3", "Gemm", ("conv2",), (10, 1, 1), 20.0 * channels * 64, 10 * channels * 64, WHOLE),
        ),
    )


class FakeWorker(QObject):
    """Stands for the planning process: notes what it is sent, and answers when the test says so."""

    answered = Signal(object)
    ended = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Request | SurveyRequest] = []
        self.cancelled: list[int] = []
        self.closed = False

    def send(self, request: Request | SurveyRequest) -> None:
        self.sent.append(request)

    def cancel(self, generation: int) -> None:
        self.cancelled.append(generation)

    def kill(self) -> None:
        self.closed = True

    def close(self) -> None:
        self.closed = True


class PlanningWorker(FakeWorker):
    """Plans at once, in the test's own thread; the answers are queued like those of the process.

    A landscape is surveyed when the test says so.
    """

    def __init__(self) -> None:
        super().__init__()
        self.surveying: SurveyRequest | None = None
        self.answered.emit(("ready", 0))  # nobody listens yet: see `start`

    def survey(self, cells: int | None = None) -> Landscape:
        """Survey what is asked for; with `cells` only so many, and it goes on."""
        limit = QDeadlineTimer(20_000)
        while self.surveying is None and not limit.hasExpired():  # asked for when no slider moves
            QCoreApplication.processEvents()
        assert self.surveying is not None
        stop = StopToken()

        def enough(found: Landscape) -> None:
            if cells is not None and found.done >= cells:
                stop.cancel()

        found = survey(self.surveying.scenario, stop, enough)
        kind, generation = "surveyed" if cells is None else "cells", self.surveying.generation
        if cells is None:
            self.surveying = None
        self.answered.emit((kind, generation, found))
        return found

    def cancel(self, generation: int) -> None:
        super().cancel(generation)
        if self.surveying is not None and self.surveying.generation == generation:
            stop = StopToken()
            stop.cancel()
            asked, self.surveying = self.surveying, None
            self.answered.emit(("surveyed", generation, survey(asked.scenario, stop)))

    def send(self, request: Request | SurveyRequest) -> None:
        super().send(request)
        if isinstance(request, SurveyRequest):
            self.surveying = request
            return
        try:
            found = plan(request.scenario, on_plan=self._on_plan)
        except Exception as error:
            self.answered.emit(("failed", request.generation, error))
            return
        self.answered.emit(("done", request.generation, found))

    def _on_plan(self, found: Any) -> None:
        self.answered.emit(("plan", self.sent[-1].generation, found))


@dataclass
class Workers:
    """Makes workers for a runner and keeps them for the test."""

    kind: Callable[[], FakeWorker] = FakeWorker
    made: list[FakeWorker] = field(default_factory=list)

    def __call__(self) -> FakeWorker:
        self.made.append(self.kind())
        return self.made[-1]

    @property
    def last(self) -> FakeWorker:
        """The worker in use."""
        return self.made[-1]


@pytest.fixture(autouse=True)
def _nothing_left_behind(qapp: QApplication) -> Iterator[None]:
    """Close what a test has opened; a thread or a window that survives fails the test."""
    load_fonts()
    palette, face, style = qapp.palette(), qapp.font(), qapp.style().name()
    yield
    for widget in QApplication.topLevelWidgets():
        widget.close()
        widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    gc.collect()
    ours = [t.name for t in threading.enumerate() if t.name in ("plan-reader", "loader")]
    assert not ours, f"threads left behind: {ours}"
    qapp.setStyleSheet("")
    if qapp.palette() != palette or qapp.font() != face:  # a theme was put on, which paints what has none
        qapp.setStyle(style)
        qapp.setPalette(palette)
        qapp.setFont(face)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings in a file of the test."""
    return Settings(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))


@pytest.fixture
def small() -> Network:
    """The small network."""
    return small_network()


@pytest.fixture
def parts(qtbot: QtBot, settings: Settings, small: Network) -> Iterator[Parts]:
    """The whole window on the small network, planned and shown at 1440x900."""
    workers = Workers(PlanningWorker)
    runner = Runner(workers)
    made = build(settings, "light", runner, small, Source("small", True, False))
    made.window.resize(1440, 900)
    made.window.show()
    made.controller.start()
    workers.last.answered.emit(("ready", 0))
    qtbot.waitUntil(lambda: not made.controller.store.stale, timeout=120_000)  # compiles, the first time
    yield made
    made.controller.close()
    made.window.close()
    made.window.deleteLater()
