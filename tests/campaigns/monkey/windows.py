"""One window after the other: opened, worked, looked at, closed, and weighed."""

from __future__ import annotations

import gc
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from random import Random
from types import TracebackType

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QSettings, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QFileDialog

from flgui.afterwards import MODULES
from flgui.app import Parts, application, build
from flgui.documents import Source, read
from flgui.settings import Settings
from flgui.state.runner import Runner
from flgui.theme.fonts import load_fonts
from planner_core.network.model import Network
from tests.campaigns.monkey.answers import Answers, Arrivals
from tests.campaigns.monkey.findings import STEPS_OF_A_WINDOW, Findings
from tests.campaigns.monkey.hand import Hand
from tests.campaigns.monkey.looking import look
from tests.campaigns.monkey.memory import Remaining, in_use_mb, of_a_window

__all__ = ["Monkey"]

_IGNORED = ("This plugin does not support",)
_STEPS_BETWEEN_LOOKS = 40
_LATER = (
    "flgui.views.sweep.chart",
    "flgui.state.work_reader",
    "planner_core.importers.darknet",
    "planner_core.importers.onnx_reader",
)
"""What a window loads when it stands, or with the first file of a kind, is there before the first is weighed."""


class Monkey:
    """Works one window after the other.

    Parameters
    ----------
    seed : int
        Draws every action; the planning process answers in its own time, so a run is reproducible up to that.
    folder : Path
        Where files are written, and read from.
    models : sequence of str
        Bundled names that it opens.
    tell : callable, optional
        Is told after each window what it left behind.
    """

    def __init__(
        self, seed: int, folder: Path, models: Sequence[str], tell: Callable[[str], object] | None = None
    ) -> None:
        self.random = Random(seed)
        self.findings = Findings()
        self._folder, self._models, self._tell = folder, tuple(models), tell
        self._remaining = Remaining()
        self._app = application()
        # A text cursor blinks by itself: two pictures of one state would differ by it.
        self._app.setCursorFlashTime(0)
        load_fonts()
        for module in (*MODULES, *_LATER):
            import_module(module)
        self._answers = Answers(self.random, self.findings)
        self._spoil_files()
        self._outlived = of_a_window()

    def run(self, seconds: float = float("inf"), steps: float = float("inf")) -> Findings:
        """Act until the time or the steps are up; returns what was found."""
        until, done = time.monotonic() + seconds, 0
        with self._in_charge():
            while time.monotonic() < until and done < steps:
                parts = self._open()
                arrivals = Arrivals(parts)
                hand = Hand(parts, self.random, self.findings, self._models, self._folder)
                for _ in range(STEPS_OF_A_WINDOW):
                    hand.act()
                    done += 1
                    if done % _STEPS_BETWEEN_LOOKS == 0:
                        look(parts, arrivals, self.findings, self._settle)
                    if time.monotonic() >= until or done >= steps:
                        break
                self._close(parts)
                del parts, arrivals, hand
                self._weigh()
        return self.findings

    @contextmanager
    def _in_charge(self) -> Iterator[None]:
        """Hear of every exception and every word of Qt, and choose in dialogs for files."""
        hooks = sys.excepthook, qInstallMessageHandler(self._on_message)
        choosers = QFileDialog.getOpenFileName, QFileDialog.getSaveFileName
        sys.excepthook = self._on_exception
        QFileDialog.getOpenFileName = self._open_name  # type: ignore[method-assign, assignment]
        QFileDialog.getSaveFileName = self._save_name  # type: ignore[method-assign, assignment]
        try:
            yield
        finally:
            sys.excepthook = hooks[0]
            qInstallMessageHandler(hooks[1])
            QFileDialog.getOpenFileName, QFileDialog.getSaveFileName = choosers  # type: ignore[method-assign]

    def _open(self) -> Parts:
        name = self.random.choice(self._models)
        network = read(name, fold=True)
        assert isinstance(network, Network)
        settings = Settings(QSettings(str(self._folder / "settings.ini"), QSettings.Format.IniFormat))
        parts = build(settings, "light", Runner(), network, Source(name))
        parts.window.resize(1440, 900)
        parts.window.show()
        parts.controller.start()
        self._settle(0.2)
        return parts

    def _close(self, parts: Parts) -> None:
        self.findings.last = "close the window"
        try:
            self._close_all(parts)
        except Exception:
            self.findings.fault(traceback.format_exc(limit=-4))
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self._app.processEvents()

    def _close_all(self, parts: Parts) -> None:
        parts.window.close()
        parts.controller.close()
        for widget in QApplication.topLevelWidgets():
            if shiboken6.isValid(widget):  # closing one may delete another
                widget.close()
                widget.deleteLater()

    def _weigh(self) -> None:
        """Note what is in use, and what of the window is still alive."""
        gc.collect()
        alive = of_a_window()
        more = alive - self._outlived
        self._outlived |= alive
        if more:
            named = ", ".join(f"{count} {name}" for name, count in Counter(more).most_common(5))
            self.findings.fault(f"outlived its window: {named}")
        self.findings.memory_mb.append(in_use_mb())
        if self._tell is not None:
            self._tell(f"{self.findings.memory_mb[-1]:.1f} MB, {self._remaining.more()}")

    def _settle(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        self._app.processEvents()
        while time.monotonic() < until:
            time.sleep(0.005)
            self._app.processEvents()

    # What is put in

    def _open_name(self, *_: object, **__: object) -> tuple[str, str]:
        files = sorted(self._folder.iterdir())
        return (str(self.random.choice(files)) if self.random.random() < 0.8 else "", "")

    def _save_name(self, _parent: object, _title: str, proposal: str, *_: object) -> tuple[str, str]:
        name = Path(proposal).name or "saved"
        return (str(self._folder / name) if self.random.random() < 0.8 else "", "")

    def _spoil_files(self) -> None:
        (self._folder / "broken.json").write_text('{"format": "flgui.network", "version": 1', "utf-8")
        (self._folder / "nothing.onnx").write_bytes(b"")
        (self._folder / "wrong.cfg").write_text("[net]\nwidth=oops\n", "utf-8")

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        self.findings.fault("".join(traceback.format_exception(kind, error, trace, limit=-5)))

    def _on_message(self, kind: QtMsgType, _context: object, text: str) -> None:
        if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) and not text.startswith(_IGNORED):
            self.findings.fault(f"Qt says: {text}")
