"""A stand-in for the background's process: it holds what it is sent, and plans when the test says so."""

from __future__ import annotations

from conftest import FakeWorker

from planner_core.stop import StopToken
from planner_core.sweep_work import plan_rows
from planner_core.worker import PointRequest

__all__ = ["PointWorker"]


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
            rows = plan_rows(request.scenario, request.methods, StopToken(request.seconds))
        self.answered.emit(("figures", request.generation, rows))
