"""Looking: Ctrl+F and the zoom of whichever canvas is in front, the network's or the drawing's."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from flgui.controller import Controller
from flgui.features.drawing_page import DrawingPage

__all__ = ["Looking"]


class Looking(QObject):
    """Sends the actions for a network's canvas to the one that is in front.

    Parameters
    ----------
    page : DrawingPage
        Of the workspace "Draw"; in every other one the actions go to the network in "Plan".
    """

    def __init__(self, controller: Controller, page: DrawingPage, parent: QObject) -> None:
        super().__init__(parent)
        self._window = controller.window
        self._page = page
        actions = self._window.actions_by_key
        actions["find_layer"].triggered.connect(self._on_find)
        actions["zoom_layer"].triggered.connect(self._on_zoom)
        actions["fit"].triggered.connect(self._on_fit)

    @Slot()
    def _on_find(self) -> None:
        if self._window.workspace == "Draw":
            self._page.begin_find()
            return
        self._window.set_workspace("Plan")
        if self._window.side.has_both:
            self._window.side.tabs.setCurrentIndex(0)
        self._window.network.begin_find()

    @Slot()
    def _on_zoom(self) -> None:
        if self._window.workspace == "Draw":
            self._page.canvas.fit_selection()
        else:
            self._window.network.zoom_to_selection()

    @Slot()
    def _on_fit(self) -> None:
        if self._window.workspace == "Draw":
            self._page.canvas.fit_whole()
