"""Processes beside the window, above all the planning process; their answers come out as Qt signals."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import connection
from typing import Any

from PySide6.QtCore import QObject, Signal

from planner_core.worker import SLOTS, Kernels, PointRequest, Request, SurveyRequest, serve

__all__ = ["ChildProcess", "PlanProcess"]

_END_WITHIN_S = 2.0


class ChildProcess(QObject):
    """A process of the program's own, and the thread that reads its pipe.

    The process is started anew (spawn), never forked: a fork would copy Qt's threads and locks.

    Parameters
    ----------
    target : callable
        Main function of the process; gets the pipe and `arguments`.
    name : str
        Of the process; that of the thread ends in "-reader".
    """

    answered = Signal(object)
    """Whatever the process sends."""
    ended = Signal()
    """The process is gone, though nobody asked for it."""

    def __init__(
        self,
        target: Callable[..., None],
        arguments: tuple[Any, ...],
        name: str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._closing = False
        self._process = context.Process(target=target, args=(theirs, *arguments), name=name, daemon=True)
        self._process.start()
        theirs.close()  # else the pipe stays open when the process dies
        self._reader = threading.Thread(
            target=self._read, args=(self._pipe,), name=f"{name}-reader", daemon=True
        )
        self._reader.start()

    @property
    def pid(self) -> int | None:
        """Process id."""
        return self._process.pid

    def kill(self) -> None:
        """End the process at once: it does not answer."""
        self._closing = True
        self._process.kill()
        self._clean_up()

    def _clean_up(self) -> None:
        self._process.join()
        self._reader.join()
        self._pipe.close()
        self._process.close()

    def _read(self, pipe: connection.Connection[Any, Any]) -> None:
        while True:
            try:
                message: Any = pipe.recv()
            except (EOFError, OSError):
                break
            if not self._closing:
                self.answered.emit(message)
        if not self._closing:
            self.ended.emit()


class PlanProcess(ChildProcess):
    """One run of `planner_core.worker.serve`, whose tuples `answered` hands out.

    In the `background` it leaves the processor to all others.
    """

    def __init__(
        self,
        plan_function: str,
        kernels: Kernels = "as needed",
        parent: QObject | None = None,
        background: bool = False,
    ) -> None:
        flags = multiprocessing.get_context("spawn").RawArray("B", SLOTS)
        super().__init__(serve, (flags, plan_function, kernels, background), "plan", parent)
        self._flags = flags

    def send(self, request: Request | SurveyRequest | PointRequest) -> None:
        """Hand over a request; only while the process waits for one, else the pipe could fill up."""
        self._flags[request.generation % SLOTS] = 0
        with suppress(BrokenPipeError, ConnectionResetError):  # `ended` says so
            self._pipe.send(request)

    def cancel(self, generation: int) -> None:
        """Stop a request at once; its answer is still awaited."""
        self._flags[generation % SLOTS] = 1

    def close(self) -> None:
        """End the process: ask, wait for a limited time, then force it."""
        self._closing = True
        for slot in range(SLOTS):
            self._flags[slot] = 1
        with suppress(OSError, ValueError):
            self._pipe.send(None)
        self._process.join(_END_WITHIN_S)
        if self._process.is_alive():
            self._process.kill()
        self._clean_up()
