"""Afterwards: what a start does without is loaded in small steps, once the first picture stands."""

from __future__ import annotations

import gc
import linecache
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Final, TypeAlias

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication

__all__ = ["MODULES", "Afterwards"]

MODULES: Final = (
    "numpy.ma",  # np.unique asks for it, with the first plans
    "flgui.panels.command_palette",
    "flgui.widgets.coach_mark",
    "flgui.panels.help",
    "planner_core.draft.convert",
    "flgui.viewmodel.inspector",
    "flgui.views.editor",
    "flgui.features.drawing_page",
    "flgui.features.drawing",
    "planner_core.sweep",
    "flgui.viewmodel.sweep_axes",
    "flgui.viewmodel.sweep_cuts",
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


_PLOTTING_NEEDS: Final = (
    "decimal", "pydoc", "cProfile", "colorama", "PySide6.QtTest", "PySide6.QtOpenGLWidgets",
)  # fmt: skip
_NAMED_AT_ONCE: Final = 80
_READ_AT_ONCE: Final = 40


def _classes() -> Iterator[_Step]:
    """Name every class of Qt, as pyqtgraph does in one go: PySide6 makes each when it is first named."""
    for name in ("PySide6.QtCore", "PySide6.QtGui", "PySide6.QtWidgets"):
        module = import_module(name)
        names = dir(module)
        for begin in range(0, len(names), _NAMED_AT_ONCE):
            yield partial(_name_all, module, names[begin : begin + _NAMED_AT_ONCE])


def _name_all(module: ModuleType, names: Sequence[str]) -> None:
    for name in names:
        getattr(module, name)


def _plotting() -> Iterator[_Step]:
    """Load pyqtgraph, behind all else that it loads; itself it comes in one step.

    PySide6 looks into the source of every module that is imported, with `linecache`: a quarter of that step, if the
    files were not read before.
    """
    for name in _PLOTTING_NEEDS:
        yield partial(import_module, name)
    files = _files_of("pyqtgraph")
    for begin in range(0, len(files), _READ_AT_ONCE):
        yield partial(_read_all, files[begin : begin + _READ_AT_ONCE])
    yield partial(import_module, "flgui.views.sweep.chart")


def _files_of(package: str) -> list[Path]:
    found = find_spec(package)
    folders = found.submodule_search_locations if found is not None else None
    return [
        file
        for folder in folders or ()
        for file in sorted(Path(folder).rglob("*.py"))
        if "examples" not in file.parts
    ]


def _read_all(files: Sequence[Path]) -> None:
    for file in files:
        linecache.getlines(str(file))


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
        named = (partial(import_module, name) for name in MODULES)
        self._left: Iterator[_Step] = chain(first, _classes(), named, _plotting(), last)
        self._done = False
        self._step = QTimer(self)
        self._step.timeout.connect(self._on_idle)
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.timeout.connect(self.begin)
        self._limit.start(_AT_LATEST_MS)

    @property
    def done(self) -> bool:
        """Whether every step was taken."""
        return self._done

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
        step = next(self._left, None)
        if step is not None:
            step()
            return
        self._done = True
        self._step.stop()
        linecache.clearcache()  # PySide6 has read the source of every module by it
        gc.freeze()
        gc.enable()
