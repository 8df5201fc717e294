"""Arranger: layouts of large graphs from a process of their own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

from PySide6.QtCore import QObject, Qt, Slot

from flgui.layout.graph import Skeleton, skeleton
from flgui.layout.ordering import Edge
from flgui.layout.worker import serve
from flgui.state.process import ChildProcess

__all__ = ["MANY", "Arranger"]

MANY = 300
"""Nodes from which a layout is felt while it is made."""

_Done: TypeAlias = Callable[[int, Skeleton], None]


class _LayoutProcess(ChildProcess):
    """One run of `flgui.layout.worker.serve`."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(serve, (), "layout", parent)

    def send(self, request: tuple[Any, ...]) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):  # `ended` says so
            self._pipe.send(request)

    def close(self) -> None:
        with suppress(OSError, ValueError):
            self._pipe.send(None)
        self.kill()


class Arranger(QObject):
    """Lays graphs out; the process starts with the first large one.

    Where the process has died, the layout is made here: late is better than never.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._numbers = itertools.count(1)
        self._process: _LayoutProcess | None = None
        self._waiting: dict[int, tuple[_Done, tuple[Any, ...]]] = {}
        self._closed = False

    def ask(self, count: int, edges: Sequence[Edge], weights: Sequence[float], done: _Done) -> int:
        """Lay out a graph; `done` gets the number that is returned here, and the Skeleton, later on."""
        number = next(self._numbers)
        if self._process is None and not self._closed:
            self._process = _LayoutProcess(self)
            self._process.answered.connect(self._on_answered, Qt.ConnectionType.QueuedConnection)
            self._process.ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)
        self._waiting[number] = (done, (count, tuple(edges), tuple(weights)))
        if self._process is not None:
            self._process.send((number, count, tuple(edges), tuple(weights)))
        return number

    @Slot()
    def close(self) -> None:
        """End the process and drop what is waited for."""
        self._closed = True
        self._waiting.clear()
        if self._process is not None:
            process, self._process = self._process, None
            process.close()

    @Slot(object)
    def _on_answered(self, answer: tuple[int, Skeleton]) -> None:
        number, frame = answer
        waiting = self._waiting.pop(number, None)
        if waiting is not None:
            waiting[0](number, frame)

    @Slot()
    def _on_ended(self) -> None:
        self._process = None
        for number, (done, graph) in list(self._waiting.items()):
            del self._waiting[number]
            done(number, skeleton(*graph))
