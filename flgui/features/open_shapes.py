"""Files that leave dimensions of their inputs open: the window asks for those, and opens the file with them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Slot

from flgui.controller import Controller
from flgui.dialogs import Dialogs
from flgui.documents import Source
from planner_core.errors import MissingShapeError

__all__ = ["OpenShapes"]


class OpenShapes(QObject):
    """Asks for the missing dimensions of a file that is opened.

    Parameters
    ----------
    controller : Controller
    dialogs : Dialogs
        Shows the question.
    """

    def __init__(self, controller: Controller, dialogs: Dialogs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._dialogs = dialogs
        self._source = Source("")
        controller.documents.shapes_missing.connect(self._on_missing)

    @Slot(object, object)
    def _on_missing(self, source: Source, error: MissingShapeError) -> None:
        self._source = source
        path = Path(source.argument)
        usual = self._controller.settings.shapes_of(path)
        dialog = self._dialogs.shapes(path.name, error.inputs, usual)
        dialog.answered.connect(self._on_answered)

    @Slot(object)
    def _on_answered(self, shapes: object) -> None:
        assert isinstance(shapes, dict)
        source = self._source
        given = dict(source.input_shapes) | shapes
        self._controller.settings.keep_shapes(Path(source.argument), given)
        self._controller.documents.open(source.argument, source.fold, tuple(given.items()))
