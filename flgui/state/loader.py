"""Loader: reads files beside the user-interface thread; the newest file wins."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

__all__ = ["Loader"]


class Loader(QObject):
    """Runs one job after another in threads of their own and hands out the result of the newest only."""

    loaded = Signal(object, object)
    """The key that was given with the job, and what it returned."""
    failed = Signal(object, object)
    """The key, and the exception."""
    _finished = Signal(int, object, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._number = 0
        self._threads: list[threading.Thread] = []
        self._finished.connect(self._on_finished, Qt.ConnectionType.QueuedConnection)

    def run(self, key: object, job: Callable[[], Any]) -> None:
        """Start a job; results of jobs that were started before are dropped."""
        self._number += 1
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(
            target=self._work, args=(self._number, key, job), name="loader", daemon=True
        )
        self._threads.append(thread)
        thread.start()

    def close(self) -> None:
        """Drop what is still to come, and wait for the files that are being read."""
        self._number += 1
        for thread in self._threads:
            thread.join()

    def _work(self, number: int, key: object, job: Callable[[], Any]) -> None:
        try:
            result, error = job(), None
        except Exception as raised:  # told apart in the user-interface thread
            result, error = None, raised
        self._finished.emit(number, key, result, error)

    @Slot(int, object, object, object)
    def _on_finished(self, number: int, key: object, result: Any, error: Exception | None) -> None:
        if number != self._number:
            return
        if error is not None:
            self.failed.emit(key, error)
        else:
            self.loaded.emit(key, result)
