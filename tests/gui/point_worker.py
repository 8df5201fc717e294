"""A stand-in for the background's process: it holds what it is sent, and plans when the test says so."""

from __future__ import annotations

from collections.abc import Iterator

from conftest import FakeWorker, PlanningWorker, Workers
from pytestqt.qtbot import QtBot

from flgui.app import Parts, build
from flgui.documents import Source
from flgui.settings import Settings
from flgui.state.runner import Runner
from planner_core.network.model import Network
from planner_core.stop import StopToken
from planner_core.sweep_work import plan_rows
from planner_core.worker import PointRequest

__all__ = ["PointWorker", "start", "window_with_points"]


class PointWorker(FakeWorker):
    """Answers by `answer`; with `at_once` as soon as it is asked."""

    def __init__(self, at_once: bool = False) -> None:
        super().__init__()
        self.at_once = at_once
        self.running: PointRequest | None = None

    def send(self, request: PointRequest) -> None:  # type: ignore[override]
        assert self.running is None, "one point at a time"
        super().send(request)  # type: ignore[arg-type]
        self.running = request
        if self.at_once:
            self.answer()

    def answer(self) -> None:
        """Plan what was asked for; a cancelled request is answered by nothing, as the process does."""
        assert self.running is not None
        request, self.running = self.running, None
        rows = None
        if request.generation not in self.cancelled:
            # Without the limit of a point: what comes must not depend on how busy the machine is.
            rows = plan_rows(request.scenario, request.methods, StopToken())
        self.answered.emit(("figures", request.generation, rows))


def window_with_points(
    qtbot: QtBot, settings: Settings, network: Network, points: Workers
) -> Iterator[Parts]:
    """Yield the whole window, planned and shown at 1440x900, with `points` for its background."""
    planners = Workers(PlanningWorker)
    made = build(settings, "light", Runner(planners, points), network, Source(network.name, True, False))
    made.window.resize(1440, 900)
    made.window.show()
    made.controller.start()
    planners.last.answered.emit(("ready", 0))
    qtbot.waitUntil(lambda: not made.controller.store.stale, timeout=120_000)
    yield made
    made.controller.close()
    made.window.close()
    made.window.deleteLater()


def start(qtbot: QtBot, points: Workers, at_once: bool = True) -> PointWorker:
    """Wait for the process of the points and let it read; with `at_once` it plans what comes."""
    qtbot.waitUntil(lambda: bool(points.made), timeout=20_000)
    worker = points.made[0]
    assert isinstance(worker, PointWorker)
    worker.at_once = at_once
    worker.answered.emit(("ready", 0))
    return worker
