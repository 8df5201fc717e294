"""Runner: asks for plans and landscapes, off the user-interface thread; the newest request wins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from flgui.state.background import Background
from flgui.state.kept import Kept
from flgui.state.meanwhile import NotStarted, PlansMeanwhile, Worker
from flgui.state.store import Progress
from flgui.state.workers import foreground, in_background
from planner_core.cores import cores
from planner_core.plan import Plan, PlanSet
from planner_core.scenario import Scenario
from planner_core.worker import Request, SurveyRequest

__all__ = ["Runner"]

_KEPT = 24
_KEPT_SURVEYS = 12
_GRACE_MS = 150
_AHEAD_MS = 60  # plans that come no more than that ahead of the others are shown with them
_REST_MS = 150  # a survey begun between two steps of a drag would only be in the way of the next plan
_RESTARTS = 3
_PATIENCE_MS = 60_000  # the first compilation ever takes long, and cannot be cancelled


class Runner(QObject):
    """Plans scenarios one after the other in a process of its own.

    At most one request runs and one waits. A newer request takes the place of the waiting one and cancels
    the running one, which is first given 150 ms: in a drag every request would otherwise be cut short, and
    nothing would ever be seen. What a superseded request has found by then is handed out, and its Scenario
    says that it is old; an answer older than the last one handed out is dropped. Results are kept for a few
    scenarios, so that undo needs no planning.

    A landscape is surveyed when nothing is planned, and nothing was asked for a moment ago; any request for
    plans ends the survey at once, and what is found by then is kept by the process.

    Parameters
    ----------
    worker_factory : callable
        Makes a `PlanProcess` or a stand-in; called again when the process dies.
    background_factory : callable, optional
        Makes the processes of `background`. With a stand-in for the planner and none for them, nothing is
        planned in the background.

    at_once : bool
        Whether the process starts now, or with `start`; what is asked for until then waits.

    Attributes
    ----------
    background : Background
        Figures of many scenarios, while nothing is planned here.
    """

    planned = Signal(object)
    """A PlanSet; its `scenario` is the object that was asked for."""
    method_planned = Signal(object, object)
    """Scenario and the Plan of one method, ahead of the others."""
    progressed = Signal(object)
    surveyed = Signal(object, object, bool)
    """Scenario, its Landscape as far as it is filled, and whether that is all of it."""
    failed = Signal(object, str)
    """Scenario and one sentence: this cannot be planned, or the planner broke."""
    restarted = Signal()
    """The process had died and was started again."""

    def __init__(
        self,
        worker_factory: Any = None,
        background_factory: Any = None,
        parent: QObject | None = None,
        *,
        at_once: bool = True,
    ) -> None:
        super().__init__(parent)
        self._factory = worker_factory or foreground
        if worker_factory is None and background_factory is None:
            background_factory = in_background
        self.background = Background(background_factory, 1 if cores() < 4 else 2, self)
        self._generation = 0
        self._delivered = 0
        self._running: Request | None = None
        self._pending: Request | None = None
        self._survey: Scenario | None = None  # asked for, not yet complete
        self._surveying: SurveyRequest | None = None
        self._halted: Scenario | None = None  # its survey was stopped by hand
        self._ready = False
        self._closed = False
        self._deaths = 0
        self._left_open: Scenario | None = None  # planned last, in plain Python, and not proven
        self._fallen = False  # it died each time: no process is started until the next request
        self._kept: Kept[Scenario, PlanSet] = Kept(_KEPT)
        self._kept_surveys: Kept[Scenario, Any] = Kept(_KEPT_SURVEYS)
        self._ahead: list[Plan] = []  # of the running request, not yet handed out
        self._grace = self._timer(_GRACE_MS, self._cancel_superseded)
        self._patience = self._timer(_PATIENCE_MS, self._on_no_answer)
        self._early = self._timer(_AHEAD_MS, self._hand_out_ahead)
        self._rest = self._timer(_REST_MS, self._submit)
        self._worker: Worker = self._start_worker() if at_once else NotStarted(self)

    @Slot()
    def start(self) -> None:
        """Start the process, if that was to wait."""
        if isinstance(self._worker, NotStarted) and not self._closed:
            self._worker = self._start_worker()

    @property
    def generation(self) -> int:
        """Number of the newest request."""
        return self._generation

    @property
    def busy(self) -> bool:
        """Whether the newest request is still without an answer."""
        return self._running is not None or self._pending is not None

    def _timer(self, milliseconds: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(slot)
        return timer

    def request(self, scenario: Scenario) -> int:
        """Ask for the plans of `scenario`; returns the request's generation."""
        if self._closed:
            return self._generation
        self._left_open = None
        self._generation += 1
        self._rest.start()
        self._drop_ahead()
        kept = self._kept.use(scenario)
        if kept is not None:
            self._pending = None
            self._cancel_superseded()
            self._survey = None
            self._delivered = self._generation
            self.planned.emit(kept)
            return self._generation
        self._pending = Request(self._generation, scenario)
        if self._fallen:
            self._fallen, self._deaths = False, 0
            self._worker = self._start_worker()
        self.background.hold(True)
        if self._running is not None and not self._grace.isActive():
            self._cancel_superseded()
        self._leave_survey()
        self._submit()
        return self._generation

    def survey(self, scenario: Scenario) -> None:
        """Ask for the landscape of `scenario` as soon as nothing is planned; the last one asked for counts."""
        if self._closed:
            return
        kept = self._kept_surveys.get(scenario)
        if scenario != self._halted:
            self._halted = None
        self._survey = scenario if kept is None and self._halted is None else None
        if kept is not None:
            self.surveyed.emit(scenario, kept, True)
        if self._surveying is not None and self._surveying.scenario != scenario:
            self._cancel(self._surveying)
        self._submit()

    def stop_survey(self) -> None:
        """End the survey with what is found so far; it is not begun again until `resume_survey`."""
        self._halted = self._survey
        self._leave_survey()

    def resume_survey(self) -> None:
        """Let `survey` go on with what was stopped."""
        self._halted = None

    def _leave_survey(self) -> None:
        """End the survey: plans are asked for, and whoever wants the landscape asks again after them."""
        self._survey = None
        if self._surveying is not None:
            self._cancel(self._surveying)

    def drop(self) -> None:
        """Drop what is running and waiting: the plans came from elsewhere."""
        self._generation += 1
        self._delivered = self._generation
        self._pending = self._survey = None
        self._cancel_superseded()

    def stop(self) -> None:
        """End the running search with what it has found so far."""
        if self._running is not None:
            self._cancel(self._running)

    def close(self) -> None:
        """Refuse new work and end the process."""
        if self._closed:
            return
        self._closed = True
        self._drop_ahead()
        for timer in (self._grace, self._patience, self._rest):
            timer.stop()
        self._running = self._pending = self._survey = self._surveying = None
        self.background.close()
        self._worker.close()

    def _start_worker(self) -> Worker:
        worker: Worker = self._factory()
        worker.answered.connect(self._on_answer, Qt.ConnectionType.QueuedConnection)
        worker.ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)
        if isinstance(worker, PlansMeanwhile):
            worker.took_over.connect(self._on_took_over, Qt.ConnectionType.QueuedConnection)
        return worker

    @Slot()
    def _submit(self) -> None:
        self.background.hold(self.busy or self._compiling())
        if self._running is not None or self._surveying is not None or not self._ready:
            return
        if self._pending is None:
            self._submit_survey()
            return
        kept = self._kept.get(self._pending.scenario)
        if kept is not None:  # planned meanwhile, as an earlier request for the same
            self._delivered, self._pending = self._pending.generation, None
            self.planned.emit(kept)
            return
        self._running, self._pending = self._pending, None
        self._worker.send(self._running)
        self._grace.start()

    @Slot()
    def _on_took_over(self) -> None:
        """Plan again what plain Python has left open: with compiled code the same time goes much further."""
        for scenario in [s for s, planset in self._kept.items() if _is_open(planset)]:
            del self._kept[scenario]
        again, self._left_open = self._left_open, None
        if again is not None and not self.busy:
            self.request(again)
        self._submit()

    def _compiling(self) -> bool:
        """Whether the kernels are being compiled for the first time; another process would do it again."""
        return isinstance(self._worker, PlansMeanwhile) and not self._worker.compiled

    def _submit_survey(self) -> None:
        """Send it, but not to a process that plans in plain Python: its cells would be cut short."""
        if self._survey is not None and not self._rest.isActive() and not self._compiling():
            self._surveying = SurveyRequest(self._generation, self._survey)
            self._worker.send(self._surveying)

    @Slot()
    def _cancel_superseded(self) -> None:
        """Cancel the running request when a newer one has been made."""
        if self._running is not None and self._running.generation != self._generation:
            self._cancel(self._running)

    def _cancel(self, request: Request | SurveyRequest) -> None:
        self._worker.cancel(request.generation)
        if not self._patience.isActive():
            self._patience.start()

    @Slot()
    def _on_no_answer(self) -> None:
        """Replace a process that was asked to stop and does not."""
        if self._running is None and self._surveying is None:
            return
        stopped, self._running, self._surveying = self._running, None, None
        self._worker.kill()
        self._ready = False
        self._worker = self._start_worker()
        self.restarted.emit()
        if self._pending is None and stopped is not None:
            self._delivered = stopped.generation
            self.failed.emit(stopped.scenario, "The search did not end when it was stopped.")

    @Slot(object)
    def _on_answer(self, message: tuple[Any, ...]) -> None:
        kind, generation, *rest = message
        if self._closed or not self._from_worker():
            return
        if kind == "ready":
            self._ready = True
            self._submit()
        elif self._surveying is not None:
            self._on_survey_answer(kind, rest[0])
        elif self._running is None or generation != self._running.generation:
            return  # an answer that nobody waits for any more
        elif kind == "progress":
            if generation == self._generation:
                self.progressed.emit(Progress(*rest))
        elif kind == "plan":
            if generation == self._generation:
                self._ahead.append(rest[0])
                if not self._early.isActive():
                    self._early.start()
        else:
            self._finish(kind, generation, rest[0])

    @Slot()
    def _hand_out_ahead(self) -> None:
        """Hand out the plans of the methods that are done while others still run."""
        ahead, self._ahead = self._ahead, []
        for plan in ahead:
            if self._running is not None:
                self.method_planned.emit(self._running.scenario, plan)

    def _drop_ahead(self) -> None:
        self._early.stop()
        self._ahead.clear()

    def _on_survey_answer(self, kind: str, found: Any) -> None:
        """Hand out the landscape as far as it is filled; a survey that fails leaves none, the plans stand."""
        assert self._surveying is not None
        scenario, wanted = self._surveying.scenario, self._surveying.scenario == self._survey
        whole = kind == "surveyed" and found.done == len(found.tau)
        if kind != "cells":
            self._surveying = None
            self._patience.stop()
            if wanted and (whole or kind != "surveyed"):
                self._survey = None
            if whole:
                self._kept_surveys.put(scenario, found)
        if kind in ("cells", "surveyed") and wanted:
            self.surveyed.emit(scenario, found, whole)
        if kind != "cells":
            self._submit()

    def _finish(self, kind: str, generation: int, result: Any) -> None:
        assert self._running is not None
        scenario, self._running = self._running.scenario, None
        self._drop_ahead()
        self._grace.stop()
        self._patience.stop()
        self._deaths = 0
        newest = generation == self._generation
        if kind == "done":
            self._deliver(generation, replace(result, scenario=scenario))
        elif newest:
            self._delivered = generation
            self.failed.emit(scenario, str(result) if kind == "failed" else _last_line(result))
        self._submit()

    def _deliver(self, generation: int, planset: PlanSet) -> None:
        if not planset.cancelled:
            self._kept.put(planset.scenario, planset)
        waits = self._pending is not None and self._pending.scenario == planset.scenario
        if generation > self._delivered and not (planset.cancelled and waits):
            self._delivered = generation
            self._left_open = planset.scenario if self._compiling() and _is_open(planset) else None
            self.planned.emit(planset)

    def _from_worker(self) -> bool:
        """Whether a signal comes from the process in use, and not from one that was given up."""
        sender: Any = self.sender()
        return sender is self._worker

    @Slot()
    def _on_ended(self) -> None:
        """Start the process again and repeat the newest request; give up when it dies each time."""
        if self._closed or not self._from_worker():
            return
        self._worker.close()
        self._ready = False
        self._grace.stop()
        self._patience.stop()
        lost = self._pending or self._running
        self._running = self._pending = self._survey = self._surveying = None
        self._deaths += 1
        if self._deaths < _RESTARTS:
            self._worker = self._start_worker()
            self._pending = lost
            self.restarted.emit()
            return
        self._fallen = True
        if lost is not None:
            self._delivered = lost.generation
            self.failed.emit(lost.scenario, "The planning process ended three times on this scenario.")


def _is_open(planset: PlanSet) -> bool:
    """Whether BF is not proven."""
    plan = planset.plans.get("BF")
    return plan is not None and not plan.optimal


def _last_line(trace: str) -> str:
    lines = [line for line in trace.strip().splitlines() if line.strip()]
    return (
        f"The planner stopped on an error of its own: {lines[-1].strip()}"
        if lines
        else "The planner stopped."
    )
