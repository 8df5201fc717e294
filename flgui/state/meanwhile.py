"""PlansMeanwhile: two planning processes that look like one, for the start before the kernels were ever compiled."""

from __future__ import annotations

from typing import Any, Protocol

from PySide6.QtCore import QObject, Qt, Signal, SignalInstance, Slot

from planner_core.worker import Request, SurveyRequest

__all__ = ["NotStarted", "PlansMeanwhile", "Worker"]


class Worker(Protocol):
    """What is needed of PlanProcess; tests put in their own."""

    @property
    def answered(self) -> SignalInstance:
        """One of the worker's tuples, as `planner_core.worker` lists them."""

    @property
    def ended(self) -> SignalInstance:
        """The process is gone, though nobody asked for it."""

    def send(self, request: Request | SurveyRequest) -> None:
        """Hand over a request."""

    def cancel(self, generation: int) -> None:
        """End a request with what it has found."""

    def kill(self) -> None:
        """End the process at once."""

    def close(self) -> None:
        """End the process, and all that belongs to it."""


class NotStarted(QObject):
    """Stands for a process that is to start later: it never says that it is ready, so that nothing is sent to it."""

    answered = Signal(object)
    ended = Signal()

    def send(self, request: Request | SurveyRequest) -> None:
        """Nothing is sent before the process says that it is ready."""
        raise RuntimeError("the planning process was not started")

    def cancel(self, generation: int) -> None:
        """Nothing runs."""

    def kill(self) -> None:
        """Nothing runs."""

    def close(self) -> None:
        """Nothing runs."""


class PlansMeanwhile(QObject):
    """The first process answers, slowly, in plain Python, until the second has compiled; then that one does.

    A request that is under way when the second is ready is handed over to it. The first is gone from then on. A first
    process that dies leaves its request to the second, a second one that dies ends both.

    Parameters
    ----------
    slow, fast : PlanProcess or a stand-in
        Owned, and closed with this object.
    """

    answered = Signal(object)
    """One of the worker's tuples, as `planner_core.worker` lists them."""
    ended = Signal()
    """The second process is gone, though nobody asked for it."""
    took_over = Signal()
    """The kernels are compiled."""

    def __init__(self, slow: Worker, fast: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._slow: Worker | None = slow
        self._fast = fast
        self._compiled = self._ready = False
        self._under_way: Request | SurveyRequest | None = None
        slow.answered.connect(self._on_slow, Qt.ConnectionType.QueuedConnection)
        slow.ended.connect(self._on_slow_ended, Qt.ConnectionType.QueuedConnection)
        fast.answered.connect(self._on_fast, Qt.ConnectionType.QueuedConnection)
        fast.ended.connect(self._on_fast_ended, Qt.ConnectionType.QueuedConnection)

    @property
    def compiled(self) -> bool:
        """Whether the second process has compiled."""
        return self._compiled

    def send(self, request: Request | SurveyRequest) -> None:
        """Hand over a request to the process in use."""
        self._under_way = request
        self._in_use.send(request)

    def cancel(self, generation: int) -> None:
        """Stop a request at once; its answer is still awaited."""
        self._in_use.cancel(generation)

    def kill(self) -> None:
        """End both at once."""
        self._drop_slow()
        self._fast.kill()

    def close(self) -> None:
        """End both: ask, wait for a limited time, then force it; compiling does not hear that it is asked."""
        self._drop_slow()
        if self._compiled:
            self._fast.close()
        else:
            self._fast.kill()

    @property
    def _in_use(self) -> Worker:
        return self._fast if self._slow is None else self._slow

    def _drop_slow(self) -> None:
        if self._slow is not None:
            self._slow.answered.disconnect(self._on_slow)
            self._slow.ended.disconnect(self._on_slow_ended)
            self._slow.kill()
            self._slow = None

    @Slot(object)
    def _on_slow(self, message: tuple[Any, ...]) -> None:
        if self._slow is not None:  # an answer may have been queued before it was dropped
            self._pass_on(message)

    @Slot(object)
    def _on_fast(self, message: tuple[Any, ...]) -> None:
        if message[0] == "compiled":
            self._compiled = True
            self._take_over()
            self.took_over.emit()
        elif message[0] == "ready":
            if self._slow is None:
                self._pass_on(message)
        else:
            self._pass_on(message)

    @Slot()
    def _on_slow_ended(self) -> None:
        if self._slow is not None:
            self._take_over()

    @Slot()
    def _on_fast_ended(self) -> None:
        self._drop_slow()
        self.ended.emit()

    def _take_over(self) -> None:
        """Give all that comes, and what is under way, to the second process."""
        if self._slow is None:
            return
        self._drop_slow()
        if self._under_way is not None:
            self._fast.send(self._under_way)
        elif not self._ready:
            self._pass_on(("ready", 0))

    def _pass_on(self, message: tuple[Any, ...]) -> None:
        if message[0] == "ready":
            if self._ready:
                return
            self._ready = True
        elif message[0] not in ("plan", "progress", "cells"):
            self._under_way = None
        self.answered.emit(message)
