"""Animating: the time cursor running over the plans, as an animated GIF.

Frames are drawn one a turn of the event loop, so that the window stays alive, and encoded by another process.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QPoint, QProcess, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from flgui.controller import Controller
from flgui.dialogs import Dialogs
from flgui.documents import refusal, title_of
from flgui.panels.message_bar import Message
from flgui.text import file_stem
from planner_core.errors import InputError

if TYPE_CHECKING:
    import tempfile

    from flgui.presentation import Stage

__all__ = ["Animating"]

FRAMES: Final = 100
_FRAME_MS: Final = 100
_SIZE: Final = (960, 540)
_MISSING: Final = "Pillow writes it and is not installed; run: pip install 'flgui[animation]'"


class Animating(QObject):
    """Draws, encodes and writes one animation at a time; Stop ends it with nothing written."""

    finished = Signal(bool)
    """Whether the file was written."""

    def __init__(self, controller: Controller, dialogs: Dialogs) -> None:
        super().__init__(controller)
        self._controller = controller
        self.dialogs = dialogs
        self._stage: Stage | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._target = Path()
        self._frame = 0
        self.frames = FRAMES
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_frame)
        self._process = QProcess(self)
        self._process.finished.connect(self._on_encoded)
        action = controller.window.actions_by_key["export_animation"]
        action.triggered.connect(self.start)
        controller.store.plans_changed.connect(self._on_plans)
        controller.window.messages.acted.connect(self.stop)
        controller.window.about_to_close.connect(self.stop)
        self._on_plans()

    @property
    def running(self) -> bool:
        """Whether an animation is being made."""
        return self._folder is not None

    @Slot()
    def start(self) -> None:
        """Ask for a file and begin."""
        if self.running:
            return
        settings, store = self._controller.settings, self._controller.store
        name = f"{file_stem(store.scenario.network.name)}-animation.gif"
        proposal = str(Path(settings.folder) / name)
        if importlib.util.find_spec("PIL") is None:
            self._refuse(Path(name), InputError(_MISSING))
            return
        path = self.dialogs.save_file("Save an animation", proposal, "Animated GIF (*.gif)", ".gif")
        planset = store.planset
        if path is None or planset is None:
            return
        import tempfile  # this and the following are not for the window's start

        from flgui.presentation import Stage
        from flgui.viewmodel.slides import slide
        from planner_core.export.files import check_target

        settings.folder = str(path.parent)
        try:
            if path.suffix.lower() != ".gif":
                raise InputError("the name of an animation ends in .gif")
            check_target(path)
        except InputError as error:
            self._refuse(path, error)
            return
        self._target, self._frame = path, 0
        self._folder = tempfile.TemporaryDirectory(prefix="flgui-")
        self._stage = Stage()
        self._stage.resize(*_SIZE)
        self._stage.set_theme(self._controller.themes.tokens)
        title = title_of(planset.scenario.network.name)
        last, more = store.selected_path, store.selected_paths[:-1]
        shown = slide(planset, title, store.active, last, saved=bool(store.origin), more=more)
        self._stage.set_slide(shown, (0, 1), None, animate=False)
        self._timer.start(0)

    @Slot()
    def stop(self) -> None:
        """Give up; nothing is written."""
        if self.running:
            self._process.kill()
            self._process.waitForFinished()
            self._end(False)

    @Slot()
    def _on_frame(self) -> None:
        if self._stage is None or self._folder is None:
            return
        if self._frame == self.frames:
            self._timer.stop()
            out = str(Path(self._folder.name) / "out.gif")
            self._process.start(sys.executable, ["-m", "flgui.gif", self._folder.name, out, str(_FRAME_MS)])
            self._say("Encoding the animation", f"{self.frames} frames")
            return
        self._stage.show_share(self._frame / (self.frames - 1))
        image = QImage(self._stage.size(), QImage.Format.Format_RGB32)
        self._stage.render(image, QPoint())
        if not image.save(str(Path(self._folder.name) / f"{self._frame:04}.png")):
            self._refuse(self._target, InputError("the folder for temporary files is full"))
            self._end(False)
            return
        self._frame += 1
        if self._frame % 10 == 1:
            self._say("Drawing the animation", f"{self._frame} of {self.frames} frames")

    @Slot()
    def _on_encoded(self) -> None:
        if not self.running or self._folder is None:
            return
        if self._process.exitCode() != 0 or self._process.exitStatus() != QProcess.ExitStatus.NormalExit:
            said = bytes(self._process.readAllStandardError().data()).decode(errors="replace").strip()
            self._refuse(self._target, InputError(said.splitlines()[-1] if said else "the encoder ended"))
            self._end(False)
            return
        from planner_core.export.files import replace_bytes

        try:
            replace_bytes(self._target, [(Path(self._folder.name) / "out.gif").read_bytes()])
        except (InputError, OSError) as error:
            self._refuse(self._target, error)
            self._end(False)
            return
        folder = str(self._target.parent)
        self._end(True)
        self._controller.presenter.show_message(Message("info", f"{self._target.name} was written.", folder))

    def _end(self, written: bool) -> None:
        self._timer.stop()
        if self._stage is not None:
            self._stage.deleteLater()
            self._stage = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
        message = self._controller.window.messages.message
        if message is not None and message.action == "Stop":
            self._controller.presenter.show_message(None)
        self.finished.emit(written)

    def _say(self, title: str, text: str) -> None:
        self._controller.presenter.show_message(Message("info", f"{title}:", text, "Stop"))

    def _refuse(self, path: Path, error: Exception) -> None:
        self._controller.documents.refused.emit(refusal(str(path), error, writing=True))

    @Slot()
    def _on_plans(self) -> None:
        store = self._controller.store
        action = self._controller.window.actions_by_key["export_animation"]
        action.setEnabled(store.planset is not None and not store.stale)
