"""A monkey at the window: random but reproducible clicks, drags, keys, menus, files, sizes, openings and closings.

`python -m tests.campaigns.monkey --minutes 10 --seed 1` works the real window, off screen, with the real planning
process, and fails on an exception, on a word from Qt, on a picture that painting anew would change, and on memory that
grows from one window to the next.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import shiboken6
from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QObject,
    QPoint,
    QPointF,
    QSettings,
    Qt,
    QTimer,
    QtMsgType,
    Slot,
    qInstallMessageHandler,
)
from PySide6.QtGui import QAction, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QWidget

from flgui.app import Parts, application, build
from flgui.documents import Source, read
from flgui.features.animating import Animating
from flgui.features.verifying import Verifying
from flgui.settings import Settings
from flgui.state.runner import Runner
from flgui.theme.fonts import load_fonts
from planner_core.importers import bundled_names
from planner_core.network.model import Network

__all__ = ["Findings", "Monkey", "main"]

_KEYS = (
    *"wasdfcb0123456789[],.?/+-",
    *(Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Delete),
    *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End),
    *(Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Backspace, Qt.Key.Key_F5),
)
_COMBINED = "zcvxadfknp0"
_TEXTS = ("7", "0", "-3", "1e9", "250", "2x3", "inf", "abc", "", "1000000000000", "0.5", "∞", "conv")
_SIZES = ((1120, 700), (1280, 800), (1440, 900), (1920, 1080), (1200, 760))
_SPARED = frozenset({"quit"})
_IGNORED = ("This plugin does not support",)
_QUIET_S = 20.0
_STILL_S = 0.3
"""Longer than what arrives may wait until it is drawn (`flgui.features.scents`, `flgui.features.sweeping`)."""
_STEPS_BETWEEN_LOOKS = 40
_STEPS_OF_A_WINDOW = 240
_ALLOWED_GROWTH_MB = 0.5
"""A window may leave this much behind: allocators do not give everything back."""


@dataclass
class Findings:
    """What went wrong, and what was done."""

    faults: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    looks: int = 0
    unquiet: int = 0
    """Looks at which nothing could be said, since something moved all the time."""
    memory_mb: list[float] = field(default_factory=list)
    """Resident memory after each window was closed."""
    last: str = ""

    def fault(self, text: str) -> None:
        """Note a fault with what was done last."""
        self.faults.append(f"after '{self.last}': {text}")

    def growth_mb(self) -> float:
        """Memory that a window leaves behind, by a line through the second half of the windows."""
        used = self.memory_mb[len(self.memory_mb) // 2 :]
        if len(used) < 3:
            return 0.0
        middle = (len(used) - 1) / 2
        mean = sum(used) / len(used)
        across = sum((i - middle) ** 2 for i in range(len(used)))
        return sum((i - middle) * (mb - mean) for i, mb in enumerate(used)) / across


class _Answers(QObject):
    """Answers what is modal or pops up, from a timer, since that runs a loop of its own."""

    def __init__(self, random: Random, findings: Findings) -> None:
        super().__init__()
        self._random, self._findings = random, findings
        self._timer = QTimer(self)
        self._timer.setInterval(30)
        self._timer.timeout.connect(self._answer)
        self._timer.start()

    @Slot()
    def _answer(self) -> None:
        popup, modal = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        if isinstance(popup, QMenu):
            actions = [a for a in popup.actions() if _may(a) and a.menu() is None]
            if actions and self._random.random() < 0.3:
                QTest.mouseClick(
                    popup, Qt.MouseButton.LeftButton, pos=popup.actionGeometry(actions[0]).center()
                )
            popup.close()
        elif popup is not None:
            popup.close()
        elif modal is not None:
            self._findings.done["answered a dialog"] += 1
            key = Qt.Key.Key_Return if self._random.random() < 0.4 else Qt.Key.Key_Escape
            QTest.keyClick(modal, key)
            if modal.isVisible() and self._random.random() < 0.2:
                modal.close()


class _Arrivals(QObject):
    """Counts what comes from the processes of a window, whatever becomes of it."""

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self.heard = 0
        runner = parts.controller.runner
        for signal in (runner.planned, runner.method_planned, runner.surveyed, runner.background.arrived):
            signal.connect(self._on_arrival)

    @Slot()
    def _on_arrival(self) -> None:
        self.heard += 1


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
    """

    def __init__(self, seed: int, folder: Path, models: Sequence[str]) -> None:
        self.random = Random(seed)
        self.findings = Findings()
        self._folder, self._models = folder, tuple(models)
        self._app = application()
        # A text cursor blinks by itself: two pictures of one state would differ by it.
        self._app.setCursorFlashTime(0)
        load_fonts()
        self._answers = _Answers(self.random, self.findings)
        self._spoil_files()
        self._parts: Parts | None = None

    def run(self, seconds: float = float("inf"), steps: float = float("inf")) -> Findings:
        """Act until the time or the steps are up; returns what was found."""
        until, done = time.monotonic() + seconds, 0
        before = (
            sys.excepthook,
            qInstallMessageHandler(self._on_message),
            QFileDialog.getOpenFileName,
            QFileDialog.getSaveFileName,
        )
        sys.excepthook = self._on_exception
        QFileDialog.getOpenFileName = self._open_name  # type: ignore[method-assign, assignment]
        QFileDialog.getSaveFileName = self._save_name  # type: ignore[method-assign, assignment]
        try:
            while time.monotonic() < until and done < steps:
                self._open()
                for _ in range(_STEPS_OF_A_WINDOW):
                    self._act()
                    done += 1
                    if done % _STEPS_BETWEEN_LOOKS == 0:
                        self._look()
                    if time.monotonic() >= until or done >= steps:
                        break
                self._close()
        finally:
            sys.excepthook = before[0]
            qInstallMessageHandler(before[1])
            QFileDialog.getOpenFileName = before[2]  # type: ignore[method-assign]
            QFileDialog.getSaveFileName = before[3]  # type: ignore[method-assign]
        return self.findings

    # Windows

    def _open(self) -> None:
        name = self.random.choice(self._models)
        network = read(name, fold=True)
        assert isinstance(network, Network)
        settings = Settings(QSettings(str(self._folder / "settings.ini"), QSettings.Format.IniFormat))
        self._parts = build(settings, "light", Runner(), network, Source(name))
        self._arrivals = _Arrivals(self._parts)
        self._parts.window.resize(1440, 900)
        self._parts.window.show()
        self._parts.controller.start()
        self._settle(0.2)

    def _close(self) -> None:
        assert self._parts is not None
        self.findings.last = "close the window"
        self._parts.window.close()
        self._parts.controller.close()
        for widget in QApplication.topLevelWidgets():
            if shiboken6.isValid(widget):  # closing one may delete another
                widget.close()
                widget.deleteLater()
        self._parts = None
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self._app.processEvents()
        gc.collect()
        self.findings.memory_mb.append(_resident_mb())

    # Actions

    def _act(self) -> None:
        kinds: tuple[tuple[Callable[[], str], int], ...] = (
            (self._click, 40),
            (self._drag, 14),
            (self._wheel, 10),
            (self._key, 16),
            (self._type, 6),
            (self._trigger, 10),
            (self._open_model, 2),
            (self._resize, 2),
        )
        action = self.random.choices([k for k, _ in kinds], [w for _, w in kinds])[0]
        self.findings.done[action.__name__.strip("_")] += 1
        self.findings.last = action.__name__.strip("_")
        try:
            self.findings.last = action()
            self._settle(0.0)
        except RuntimeError as error:  # a widget that went away between choosing and using it
            if "already deleted" not in str(error):
                self.findings.fault(traceback.format_exc(limit=-4))
        except Exception:
            self.findings.fault(traceback.format_exc(limit=-4))

    def _widget(self) -> QWidget:
        tops = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
        top = self.random.choice(tops) if len(tops) > 1 and self.random.random() < 0.3 else self._window
        shown = [w for w in top.findChildren(QWidget) if w.isVisible() and w.isEnabled() and w.width() > 2]
        return self.random.choice(shown) if shown else top

    def _point(self, widget: QWidget) -> QPoint:
        return QPoint(
            self.random.randrange(max(1, widget.width())), self.random.randrange(max(1, widget.height()))
        )

    def _click(self) -> str:
        widget = self._widget()
        at, modifier = self._point(widget), Qt.KeyboardModifier.NoModifier
        if self.random.random() < 0.1:
            modifier = self.random.choice(
                (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier)
            )
        button = Qt.MouseButton.RightButton if self.random.random() < 0.05 else Qt.MouseButton.LeftButton
        click = QTest.mouseDClick if self.random.random() < 0.1 else QTest.mouseClick
        said = f"click {_name(widget)} at {at.x()},{at.y()}"
        self.findings.last = said
        click(widget, button, modifier, at)
        return said

    def _drag(self) -> str:
        widget = self._widget()
        at = self._point(widget)
        said = f"drag {_name(widget)} from {at.x()},{at.y()}"
        self.findings.last = said
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=at)
        for _ in range(self.random.randint(2, 8)):
            QTest.mouseMove(widget, self._point(widget))
            self._app.processEvents()
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=self._point(widget))
        return said

    def _wheel(self) -> str:
        widget = self._widget()
        at = QPointF(self._point(widget))
        turn = QPoint(0, self.random.choice((-120, 120, -360, 360)))
        event = QWheelEvent(
            at,
            widget.mapToGlobal(at),
            QPoint(),
            turn,
            Qt.MouseButton.NoButton,
            self.random.choice((Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier)),
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(widget, event)
        return f"wheel {_name(widget)}"

    def _key(self) -> str:
        focus = QApplication.focusWidget() or self._window
        if self.random.random() < 0.25:
            letter = self.random.choice(_COMBINED)
            QTest.keyClick(focus, letter, Qt.KeyboardModifier.ControlModifier)
            return f"Ctrl+{letter} in {_name(focus)}"
        key = self.random.choice(_KEYS)
        QTest.keyClick(focus, key)
        return f"{key} in {_name(focus)}"

    def _type(self) -> str:
        focus = QApplication.focusWidget() or self._window
        text = self.random.choice(_TEXTS)
        if text.isascii():
            QTest.keyClicks(focus, text)
        if self.random.random() < 0.7:
            QTest.keyClick(focus, Qt.Key.Key_Return)
        return f"type '{text}' in {_name(focus)}"

    def _trigger(self) -> str:
        actions = [a for a in self._window.findChildren(QAction) if _may(a)]
        if not actions:
            return "no action"
        action = self.random.choice(actions)
        self.findings.last = f"menu '{action.text()}'"
        action.trigger()
        return self.findings.last

    def _open_model(self) -> str:
        assert self._parts is not None
        what: str | Path = self.random.choice((*self._models, *sorted(self._folder.iterdir())))
        self._parts.controller.documents.open(what)
        return f"open {what if isinstance(what, str) else what.name}"

    def _resize(self) -> str:
        size = self.random.choice(_SIZES)
        self._window.resize(*size)
        return f"resize to {size}"

    # Looking

    def _look(self) -> None:
        """Wait until all is quiet; painting everything anew must not change the picture."""
        parts = self._parts
        assert parts is not None
        self.findings.looks += 1
        QTest.keyClick(self._window, Qt.Key.Key_Escape)
        until, background = time.monotonic() + _QUIET_S, parts.controller.runner.background
        while True:
            before = self._quiet_picture(until)
            if before is None:
                self.findings.unquiet += 1
                background.hold(False)
                return  # something moves all the time: a search, an animation
            heard = self._arrivals.heard
            self._window.set_theme(parts.controller.themes.tokens)
            for widget in self._window.findChildren(QWidget):
                widget.update()
            self._settle(0.05)
            anew = self._picture()
            if heard == self._arrivals.heard:
                break  # else figures came between the two: they may differ, and say nothing
        background.hold(False)
        if anew != before:
            self._settle(0.3)
            if self._picture() == anew:
                kept = Path(tempfile.gettempdir()) / f"monkey-{self.findings.looks}"
                before.save(f"{kept}-stale.png")
                anew.save(f"{kept}-anew.png")
                self.findings.fault(f"stale picture, see {kept.name}-stale.png and -anew.png")

    def _quiet_picture(self, until: float) -> QImage | None:
        """Wait until nothing is on its way and the picture stands still; None where it never does."""
        parts = self._parts
        assert parts is not None
        before, heard = self._picture(), self._arrivals.heard
        while time.monotonic() < until:
            parts.controller.runner.background.hold(True)  # curves would go on to fill for a minute
            self._settle(_STILL_S)
            now, same = self._picture(), heard == self._arrivals.heard
            if same and now == before and not self._at_work():
                return before
            before, heard = now, self._arrivals.heard
        return None

    def _at_work(self) -> bool:
        """Whether plans, an animation or a verification are under way, whose progress is written as it comes."""
        parts = self._parts
        assert parts is not None
        busy = parts.feature(Animating).running or parts.feature(Verifying).running
        return busy or parts.controller.store.stale

    def _picture(self) -> QImage:
        return self._window.grab().toImage()

    def _settle(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        self._app.processEvents()
        while time.monotonic() < until:
            time.sleep(0.005)
            self._app.processEvents()

    # What is put in

    @property
    def _window(self) -> Any:
        assert self._parts is not None
        return self._parts.window

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


def main(arguments: Sequence[str] | None = None) -> int:
    """Let it loose, and say what it found; 1 where that is anything."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.campaigns.monkey", description="Random work at the window."
    )
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(arguments)
    models = [n for n in bundled_names() if n in ("alexnet", "squeezenet", "yolov2", "googlenet", "resnet18")]
    with tempfile.TemporaryDirectory() as folder:
        found = Monkey(args.seed, Path(folder), models).run(seconds=60 * args.minutes)
    growth = found.growth_mb()
    for fault, times in Counter(found.faults).most_common():
        print(f"{times} x {fault}")
    print(", ".join(f"{count} {what}" for what, count in sorted(found.done.items())))
    print(
        f"seed {args.seed}, {args.minutes:g} min: {sum(found.done.values())} actions in {len(found.memory_mb)} "
        f"windows, {found.looks} looks ({found.unquiet} never still), {len(found.faults)} faults; memory "
        f"{' '.join(f'{mb:.0f}' for mb in found.memory_mb)} MB, {growth:+.2f} MB a window"
    )
    return 1 if found.faults or growth > _ALLOWED_GROWTH_MB else 0


def _may(action: QAction) -> bool:
    return action.isEnabled() and not action.isSeparator() and action.objectName() not in _SPARED


def _name(widget: QWidget) -> str:
    return f"{type(widget).__name__} '{widget.accessibleName() or widget.objectName()}'"


def _resident_mb() -> float:
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:  # only Linux says so there
        return 0.0
    return float(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)


if __name__ == "__main__":
    raise SystemExit(main())
