"""Opening and closing in one window: what each round leaves behind.

`python -m tests.campaigns.openings --rounds 50` opens and closes the presentation, the comparison, the drawing editor,
every dialog for a file, and writes every picture, in one window off screen with the real planning process, and fails
where memory in use, widgets or parts of the program grow with the rounds.
"""

from __future__ import annotations

import argparse
import gc
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSettings, Qt, QTimer, Slot
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from flgui.app import Parts, application, build
from flgui.documents import Source, read
from flgui.features.exporting import Exporting
from flgui.features.presenting import Presenting
from flgui.settings import Settings
from flgui.state.runner import Runner
from flgui.theme.fonts import load_fonts
from planner_core.network.model import Network
from tests.campaigns.monkey.findings import growth_mb
from tests.campaigns.monkey.memory import in_use_mb, of_a_window

__all__ = ["ALLOWED_GROWTH_MB", "DOORS", "Growth", "Openings"]

ALLOWED_GROWTH_MB: Final = 0.02
"""A round may leave this much behind: a stage, a dialog or a picture that stayed would be many times that."""
_DISCARD: Final = QMessageBox.StandardButton.Discard
_WAIT_S: Final = 120.0
_CHARTS: Final = ("window", "workspace", "schedules", "tiles", "network", "landscape")


@dataclass(frozen=True)
class Growth:
    """What the rounds at one door left behind."""

    door: str
    memory_mb: tuple[float, ...]
    """What is in use after each round; see `tests.campaigns.monkey.memory`."""
    widgets: int
    """Widgets more after the last round than in the middle."""
    parts: Counter[str]
    """Parts of the program more after the last round than in the middle."""

    @property
    def growth_mb(self) -> float:
        """What a round leaves behind."""
        return growth_mb(self.memory_mb)

    @property
    def faulty(self) -> bool:
        """Whether anything grows with the rounds."""
        return self.growth_mb > ALLOWED_GROWTH_MB or self.widgets > 0 or bool(self.parts)

    def __str__(self) -> str:
        more = "".join(f", {count:+d} {name}" for name, count in self.parts.items())
        return (
            f"{self.door}: {len(self.memory_mb)} rounds, {self.memory_mb[0]:.2f} to {self.memory_mb[-1]:.2f} MB, "
            f"{1000 * self.growth_mb:+.1f} kB a round, {self.widgets:+d} widgets{more}"
        )


class _Refusing(QObject):
    """Closes every dialog with Escape, or Discard, from a timer, since that runs a loop of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._refuse)
        self._timer.start(10)

    @Slot()
    def _refuse(self) -> None:
        dialog = QApplication.activeModalWidget()
        if dialog is not None:
            self.closed += 1
            discard = dialog.button(_DISCARD) if isinstance(dialog, QMessageBox) else None
            if discard is not None:
                discard.click()
            else:
                QTest.keyClick(dialog, Qt.Key.Key_Escape)


class Openings:
    """One window with two pins, at whose doors one goes in and out.

    Parameters
    ----------
    folder : Path
        Where settings and pictures are written.
    model : str
        Bundled name of its network.
    """

    def __init__(self, folder: Path, model: str = "alexnet") -> None:
        self._app = application()
        self._app.setCursorFlashTime(0)
        load_fonts()
        self._folder = folder
        network = read(model, fold=True)
        assert isinstance(network, Network)
        settings = Settings(QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat))
        self.parts: Parts = build(settings, "light", Runner(), network, Source(model))
        self._window = self.parts.window
        self._window.resize(1440, 900)
        self._window.show()
        for title in self._window.workspace_titles:
            self._window.complete_workspace(title)
        self.parts.controller.start()
        self._until(lambda: not self._busy() and self.parts.controller.store.planset is not None)
        self._trigger("pin")
        self._trigger("reset")
        self._trigger("auto_paths")
        self._until(lambda: not self._busy())
        self._trigger("pin")
        self._until(lambda: not self._busy())
        self.parts.controller.runner.background.hold(True)

    def close(self) -> None:
        """Close the window, and end its processes."""
        refusing = _Refusing()  # says Discard where it is asked about changes
        self._window.close()
        refusing.deleteLater()
        self.parts.controller.close()

    def weigh(self, door: str, rounds: int) -> Growth:
        """Go in and out of one door so many times."""
        memory: list[float] = []
        half, widgets, parts = rounds // 2, 0, Counter[str]()
        for at in range(rounds):
            DOORS[door](self)
            self._turn()
            gc.collect()
            memory.append(in_use_mb())
            if at == half:
                widgets, parts = len(QApplication.allWidgets()), of_a_window()
        more = of_a_window() - parts
        return Growth(door, tuple(memory), len(QApplication.allWidgets()) - widgets, more)

    # The doors

    def present(self) -> None:
        """Show both pins on the whole screen, and leave."""
        self._trigger("present")
        stage = self.parts.feature(Presenting).stage
        assert stage is not None
        assert stage.isVisible()
        for key in (Qt.Key.Key_Right, Qt.Key.Key_T, Qt.Key.Key_Left, Qt.Key.Key_Escape):
            QTest.keyClick(stage, key)
            self._turn()
        assert self.parts.feature(Presenting).stage is None

    def compare(self) -> None:
        """Look at the comparison."""
        self._visit("Compare")

    def draw(self) -> None:
        """Look at the drawing editor, and draw a copy of the network."""
        self._trigger("edit_copy")
        self._turn()
        assert self._window.workspace == "Draw"
        for key in ("select_all", "tidy", "undo"):
            self._trigger(key)
        self._visit("Draw")

    def file_dialogs(self) -> None:
        """Open every dialog that asks for a file to write, and think better of it."""
        refusing = _Refusing()
        keys = (*(f"export_{chart}" for chart in _CHARTS), "csv_tasks", "csv_layers", "export_animation")
        for key in (*keys, "save_work_as", "open_network"):
            before = refusing.closed
            self._trigger(key)
            assert refusing.closed > before, f"{key} asked nothing"
        refusing.deleteLater()

    def exports(self) -> None:
        """Write every picture in every format."""
        asked = QFileDialog.getSaveFileName
        try:
            for suffix in (".png", ".svg", ".pdf"):
                path = self._folder / f"picture{suffix}"
                QFileDialog.getSaveFileName = lambda *_, path=path: (str(path), "")  # type: ignore[method-assign, assignment]
                for chart in _CHARTS:
                    path.unlink(missing_ok=True)
                    self._trigger(f"export_{chart}")
                    self._until(lambda: not self.parts.feature(Exporting).files.waiting)
                    assert path.stat().st_size > 0
        finally:
            QFileDialog.getSaveFileName = asked  # type: ignore[method-assign]

    def copies(self) -> None:
        """Copy every picture to the clipboard."""
        for chart in _CHARTS:
            self._trigger(f"copy_{chart}")

    # How

    def _trigger(self, key: str) -> None:
        action = self._window.actions_by_key[key]
        assert action.isEnabled(), key
        action.trigger()
        self._turn()

    def _visit(self, title: str) -> None:
        self._window.set_workspace(title)
        self._turn()
        self._window.grab()
        self._window.set_workspace(self._window.workspace_titles[0])
        self._turn()

    def _busy(self) -> bool:
        return self.parts.controller.runner.busy

    def _turn(self) -> None:
        for _ in range(3):
            self._app.processEvents()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def _until(self, done: Callable[[], bool]) -> None:
        until = time.monotonic() + _WAIT_S
        while time.monotonic() < until:
            self._turn()
            if done():
                return
            time.sleep(0.01)
        raise TimeoutError("the window does not come to rest")


DOORS: Final[dict[str, Callable[[Openings], None]]] = {
    "presentation": Openings.present,
    "comparison": Openings.compare,
    "drawing": Openings.draw,
    "file dialogs": Openings.file_dialogs,
    "exports": Openings.exports,
    "copies": Openings.copies,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Go in and out of every door; 1 where anything grows."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.openings", description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument(
        "--door", action="append", choices=tuple(DOORS), help="all of them where none is named"
    )
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        openings = Openings(Path(folder))
        grown = []
        for door in args.door or DOORS:
            grown.append(openings.weigh(door, args.rounds))
            print(grown[-1], "- GROWS" if grown[-1].faulty else "", flush=True)
        openings.close()
    return 1 if any(growth.faulty for growth in grown) else 0


if __name__ == "__main__":
    raise SystemExit(main())
