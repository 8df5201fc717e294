"""Autosave: a copy of the work in a folder of the program, which is left behind only by a crash."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QLockFile

from flgui.state.work import SUFFIX, Work, write_work
from planner_core.errors import InputError

__all__ = ["Autosave"]


class Autosave:
    """Writes in a thread of its own, the newest work last.

    Parameters
    ----------
    folder : Path
        Made when something is written; files in it belong to windows, each with a lock while that runs.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.path = folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}-{id(self):x}{SUFFIX}"
        self._lock: QLockFile | None = None
        self._writing = threading.Lock()
        self._number = 0
        self._threads: list[threading.Thread] = []

    def left_behind(self) -> list[Path]:
        """Return the files of windows that are gone without having ended, the newest first."""
        found = []
        for path in sorted(self._folder.glob(f"*{SUFFIX}"), reverse=True):
            lock = _lock_of(path)
            if path != self.path and lock.tryLock(0):  # a lock whose process is gone is taken over
                lock.unlock()
                found.append(path)
        return found

    def write(self, work: Work) -> None:
        """Write the work soon; a disk that refuses is no reason to disturb anyone."""
        if self._lock is None:
            with suppress(OSError):
                self._folder.mkdir(parents=True, exist_ok=True)
            self._lock = _lock_of(self.path)
            self._lock.tryLock(0)
        self._number += 1
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=self._write, args=(self._number, work), name="loader", daemon=True)
        self._threads.append(thread)
        thread.start()

    def remove(self) -> None:
        """Take the file away: the work is saved, or given up."""
        self._number += 1
        for thread in self._threads:
            thread.join()
        self._threads = []
        forget(self.path)
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None

    def _write(self, number: int, work: Work) -> None:
        with self._writing:
            if number == self._number:
                with suppress(InputError):
                    write_work(work, self.path)


def forget(path: Path) -> None:
    """Delete a file that was left behind."""
    with suppress(OSError):
        path.unlink(missing_ok=True)


def _lock_of(path: Path) -> QLockFile:
    lock = QLockFile(f"{path}.lock")
    lock.setStaleLockTime(0)  # only a process that is gone makes a lock stale, not its age
    return lock
