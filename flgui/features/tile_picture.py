"""TilePicture: the picture under the tiles is the user's own, and is there again at the next start."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Slot

from flgui.controller import Controller
from flgui.dialogs import Dialogs
from flgui.panels.message_bar import Message
from flgui.state.loader import Loader
from flgui.views.tiles.picture import PICTURE_SUFFIXES, open_picture
from planner_core.errors import InputError

__all__ = ["TilePicture"]

_KINDS = f"Pictures ({' '.join('*' + suffix for suffix in PICTURE_SUFFIXES)})"


class TilePicture(QObject):
    """Opens pictures beside the user-interface thread; one that cannot be read changes nothing."""

    def __init__(self, controller: Controller, dialogs: Dialogs) -> None:
        super().__init__(controller)
        self._controller, self._dialogs = controller, dialogs
        self._tiles, self._settings = controller.window.tiles, controller.settings
        self._loader = Loader(self)
        self._loader.loaded.connect(self._on_loaded)
        self._loader.failed.connect(self._on_failed)
        self._tiles.picture_dropped.connect(self.open)
        self._tiles.open_picture_clicked.connect(self._on_open)
        self._tiles.sample_picture_clicked.connect(self._on_sample)
        actions = controller.window.actions_by_key
        actions["tile_picture"].triggered.connect(self._on_open)
        controller.window.about_to_close.connect(self._loader.close)
        if self._settings.picture:
            self.open(Path(self._settings.picture))

    @Slot(object)
    def open(self, path: Path) -> None:
        """Read a picture file and lay it under the tiles."""
        self._loader.run(path, partial(open_picture, path))

    @Slot()
    def _on_open(self) -> None:
        path = self._dialogs.open_file("Open a picture", self._settings.folder, _KINDS)
        if path is not None:
            self._settings.folder = str(path.parent)
            self.open(path)

    @Slot()
    def _on_sample(self) -> None:
        self._settings.picture = ""
        self._tiles.set_picture(None)

    @Slot(object, object)
    def _on_loaded(self, path: Path, image: Any) -> None:
        self._settings.picture = str(path.resolve())
        self._tiles.set_picture(image)

    @Slot(object, object)
    def _on_failed(self, path: Path, error: Exception) -> None:
        """Say what was wrong; a remembered picture that is gone is forgotten, so that it is said only once."""
        if not isinstance(error, InputError):
            raise error
        if self._settings.picture == str(path.resolve()):
            self._settings.picture = ""
        cause = error.cause[:1].upper() + error.cause[1:]
        text = f"{cause}. The tiles keep the picture that they have."
        self._controller.presenter.show_message(Message("error", f"{path.name} was not opened.", text))
