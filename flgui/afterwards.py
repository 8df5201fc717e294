"""Afterwards: what a start does without is loaded in small steps, once the first picture stands."""

from __future__ import annotations

import gc
import linecache
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from typing import Final, TypeAlias

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication

__all__ = ["MODULES", "Afterwards"]

MODULES: Final = (
    "flgui.panels.command_palette",
    "flgui.widgets.coach_mark",
    "flgui.panels.help",
    "planner_core.draft.convert",
    "flgui.viewmodel.inspector",
    "flgui.views.editor",
    "flgui.features.drawing_page",
    "flgui.features.drawing",
    "flgui.viewmodel.sweep",
    "flgui.views.sweep",
    "flgui.features.sweeping",
    "flgui.features.comparing",
    "flgui.presentation",
    "flgui.pictures",
)
"""What workspaces and dialogs need when they are first opened; each is loaded in a few dozen milliseconds."""

_Step: TypeAlias = Callable[[], object]

_DRAGGED_MS = 100
_AT_LATEST_MS = 5000  # a window that begins minimised paints nothing


def _plotting() -> Iterator[_Step]:
    """Load pyqtgraph; it names every class of Qt, and PySide6 makes each of these when it is first named."""
    for name in ("PySide6.QtCore", "PySide6.QtGui", "PySide6.QtWidgets"):
        yield partial(_name_all, name)
    yield partial(import_module, "flgui.views.sweep.chart")


def _name_all(module: str) -> None:
    found = import_module(module)
    for name in dir(found):
        getattr(found, name)


class Afterwards(QObject):
    """Takes one step each time that the loop has nothing else to do, then lets garbage be collected again.

    What was made by then lives as long as the program: it is frozen, so that no collection walks it and holds up
    a frame.

    Parameters
    ----------
    first, last : sequence of callable
        Steps before and behind the MODULES.
    """

    def __init__(self, first: Sequence[_Step], last: Sequence[_Step], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._left: deque[_Step] = deque(
            [*first, *(partial(import_module, name) for name in MODULES), *_plotting(), *last]
        )
        self._step = QTimer(self)
        self._step.timeout.connect(self._on_idle)
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.timeout.connect(self.begin)
        self._limit.start(_AT_LATEST_MS)

    @property
    def done(self) -> bool:
        """Whether every step was taken."""
        return not self._left

    @Slot()
    def begin(self) -> None:
        """The first picture stands."""
        self._limit.stop()
        self._step.start(0)

    def stop(self) -> None:
        """Take no further step."""
        self._limit.stop()
        self._step.stop()

    @Slot()
    def _on_idle(self) -> None:
        if QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton:
            self._step.start(_DRAGGED_MS)  # a drag goes first
            return
        self._step.setInterval(0)
        if self._left:
            self._left.popleft()()
            return
        self._step.stop()
        linecache.clearcache()  # PySide6 has read the source of every module by it
        gc.freeze()
        gc.enable()
