"""Verifying: runs the tiles of the shown plan against the whole network, in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot

from flgui.controller import Controller
from flgui.documents import Source, title_of
from flgui.panels.message_bar import Message
from flgui.state.process import ChildProcess
from flgui.viewmodel.verification import progress_text, verdict
from planner_core.verify import HOW_TO_INSTALL, is_available
from planner_core.verify_worker import VerifyRequest, VerifyResult, serve_verification

__all__ = ["Verifying"]

_IDLE = "&Verify the tiles…"
_BUSY = "Stop &verifying the tiles"
_WHAT = "Run the shown plan's tiles and the whole network in ONNX Runtime, and compare"
_ONLY_ONNX = "Only networks that were opened from an .onnx file can be run"
_NO_PLAN = "There is no plan to verify yet"


class Verifying(QObject):
    """The action of the Network menu, and what the message bar says meanwhile.

    The plan is that of the active method when it begins; planning goes on beside it. The message with the progress has
    the Stop button; when another message takes its place the action stops.

    Parameters
    ----------
    controller : Controller
    available : callable
        Whether ONNX Runtime can be imported.
    """

    def __init__(self, controller: Controller, available: Callable[[], bool] = is_available) -> None:
        super().__init__(controller)
        self._controller = controller
        self._store = controller.store
        self._messages = controller.window.messages
        self._available = available
        self._action = controller.window.actions_by_key["verify"]
        self._process: ChildProcess | None = None
        self._title = ("", "")
        self._shown: Message | None = None
        self._quiet = False
        self._action.triggered.connect(self._on_triggered)
        for menu in self._action.associatedObjects():
            if hasattr(menu, "setToolTipsVisible"):
                menu.setToolTipsVisible(True)
        self._messages.acted.connect(self._on_acted)
        self._messages.closed.connect(self._on_closed)
        self._store.plans_changed.connect(self._show_action)
        self._store.active_changed.connect(self._show_action)
        self._store.scenario_changed.connect(self._show_action)
        controller.window.about_to_close.connect(self.close)
        self._show_action()

    @property
    def running(self) -> bool:
        """Whether a plan is being verified."""
        return self._process is not None

    @Slot()
    def close(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            process, self._process = self._process, None
            process.kill()
            process.deleteLater()

    # The action

    @Slot()
    def _show_action(self) -> None:
        """Say what the action does, or why it cannot."""
        why = "" if self.running else self._hindrance()
        self._action.setText(_BUSY if self.running else _IDLE)
        self._action.setEnabled(not why)
        self._action.setToolTip(why or _WHAT)
        self._action.setStatusTip(why or _WHAT)

    def _hindrance(self) -> str:
        if not _is_onnx(self._source()):
            return _ONLY_ONNX
        return _NO_PLAN if self._store.active_plan is None else ""

    def _source(self) -> Source:
        return self._controller.documents.source_of(self._store.scenario.network)

    @Slot()
    def _on_triggered(self) -> None:
        if self.running:
            self._stop()
        elif not self._available():
            title = "ONNX Runtime is not installed."
            self._controller.presenter.show_message(
                Message("warning", title, f"Verifying needs it: {HOW_TO_INSTALL}")
            )
        else:
            self._start()

    def _start(self) -> None:
        planset, plan, source = self._store.planset, self._store.active_plan, self._source()
        if planset is None or plan is None:
            return
        alone = replace(planset, plans={plan.method: plan})
        request = VerifyRequest(source.argument, alone)
        self._title = title_of(self._store.scenario.network.name), plan.method
        self._quiet = False
        self._process = ChildProcess(serve_verification, (request,), "verify", self)
        self._process.answered.connect(self._on_answered, Qt.ConnectionType.QueuedConnection)
        self._process.ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)
        self._show_action()
        self._show_progress(0, 1)

    def _stop(self) -> None:
        self._finish(Message("info", f"{self._name} was stopped."))

    @property
    def _name(self) -> str:
        return f"Verifying {self._title[0]}, {self._title[1]}"

    # Messages

    def _show(self, message: Message) -> None:
        self._shown = message
        self._controller.presenter.show_message(message)

    def _show_progress(self, done: int, total: int) -> None:
        """Leave a message that came from elsewhere alone, and one that was put away."""
        free = self._messages.message is None or self._messages.message is self._shown
        if free and not self._quiet:
            self._show(Message("info", f"{self._name}.", progress_text(done, total), "Stop"))

    @Slot()
    def _on_acted(self) -> None:
        if self.running and self._messages.message is self._shown:
            self._stop()

    @Slot()
    def _on_closed(self) -> None:
        self._quiet = True

    @Slot(object)
    def _on_answered(self, answer: tuple[object, ...]) -> None:
        if self._process is None:  # what was under way when it was stopped
            return
        match answer:
            case ("progress", int(done), int(total)):
                self._show_progress(done, total)
            case ("done", VerifyResult() as result):
                said = verdict(*self._title, result)
                self._finish(Message("info" if said.passed else "error", said.title, said.text))
            case (_, text):
                self._finish(Message("error", f"{self._name} failed.", str(text)))

    @Slot()
    def _on_ended(self) -> None:
        """The process has gone: after its answer, or because something ended it."""
        if self._process is not None:
            self._finish(Message("error", f"{self._name} failed.", "Its process ended unexpectedly."))

    def _finish(self, message: Message) -> None:
        self.close()
        self._show_action()
        self._show(message)


def _is_onnx(source: Source) -> bool:
    return source.can_fold and Path(source.argument).suffix.lower() == ".onnx"
