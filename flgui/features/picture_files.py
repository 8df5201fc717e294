"""Picture files: made by a process of their own and written by the window, whole or not at all."""

from __future__ import annotations

import itertools
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from flgui.picture_process import serve
from flgui.state.process import ChildProcess
from planner_core.errors import InputError

if TYPE_CHECKING:
    from flgui.pictures import Taken

__all__ = ["PictureFiles"]

_GONE = "the process that makes pictures has ended"


class _PictureProcess(ChildProcess):
    """One run of `flgui.picture_process.serve`."""

    def __init__(self, parent: QObject) -> None:
        from concurrent.futures import ThreadPoolExecutor  # not for the window's start

        super().__init__(serve, (), "pictures", parent)

        # A bitmap of the window has 20 MB: sending it waits for the process to read, which starts first.
        self._sender = ThreadPoolExecutor(1, "pictures-sender")

    def send(self, request: tuple[int, Taken]) -> None:
        self._sender.submit(self._send, request)

    def _send(self, request: tuple[int, Taken]) -> None:
        with suppress(OSError):  # `ended` says so
            self._pipe.send(request)

    def kill(self) -> None:
        self._closing = True
        self._process.kill()  # ends what is being sent
        self._sender.shutdown(cancel_futures=True)
        self._clean_up()


class PictureFiles(QObject):
    """Writes pictures one after the other; the process starts with the first one."""

    written = Signal(object)
    """Path of a file that is there now."""
    refused = Signal(object, object)
    """Path of a file that is not there, and why: the file of that name is as it was."""
    busy_changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._numbers = itertools.count(1)
        self._process: _PictureProcess | None = None
        self._waiting: dict[int, Path] = {}

    @property
    def waiting(self) -> tuple[Path, ...]:
        """Files that are still to be written, the next one first."""
        return tuple(self._waiting.values())

    def write(self, path: Path, taken: Taken) -> None:
        """Make a file of a picture, and write it."""
        if self._process is None:
            self._process = _PictureProcess(self)
            self._process.answered.connect(self._on_answered, Qt.ConnectionType.QueuedConnection)
            self._process.ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)
        number = next(self._numbers)
        self._waiting[number] = path
        self._process.send((number, taken))
        self.busy_changed.emit()

    @Slot()
    def stop(self) -> None:
        """Write nothing of what is not yet written, and end the process."""
        self._waiting.clear()
        if self._process is not None:
            process, self._process = self._process, None
            process.kill()
        self.busy_changed.emit()

    @Slot(object)
    def _on_answered(self, answer: tuple[int, Any]) -> None:
        number, found = answer
        path = self._waiting.pop(number, None)
        if path is None:
            return
        self.busy_changed.emit()
        if isinstance(found, Exception):
            self.refused.emit(path, found)
            return
        from planner_core.export.files import replace_bytes  # not for the window's start

        try:
            replace_bytes(path, [found])
        except (InputError, OSError) as error:
            self.refused.emit(path, error)
        else:
            self.written.emit(path)

    @Slot()
    def _on_ended(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process = None
        lost = self.waiting
        self._waiting.clear()
        self.busy_changed.emit()
        for path in lost:
            self.refused.emit(path, InputError(_GONE))
