"""Looking: Ctrl+F and the zoom of whichever canvas is in front, the network's or that of an open workspace."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from PySide6.QtCore import QObject, Slot

from flgui.controller import Controller

__all__ = ["Looking"]


@runtime_checkable
class _Canvas(Protocol):
    """A page that has a canvas of its own."""

    def begin_find(self) -> None: ...
    def zoom_to_selection(self) -> None: ...
    def fit(self) -> None: ...


class Looking(QObject):
    """Sends the actions for a network's canvas to the one that is in front; without one, to that in "Plan"."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller)
        self._window = controller.window
        actions = self._window.actions_by_key
        actions["find_layer"].triggered.connect(self._on_find)
        actions["zoom_layer"].triggered.connect(self._on_zoom)
        actions["fit"].triggered.connect(self._on_fit)

    def _canvas(self) -> _Canvas | None:
        page = self._window.workspaces.currentWidget()
        return page if isinstance(page, _Canvas) else None

    @Slot()
    def _on_find(self) -> None:
        if (canvas := self._canvas()) is not None:
            canvas.begin_find()
            return
        self._window.set_workspace("Plan")
        if self._window.side.has_both:
            self._window.side.tabs.setCurrentIndex(0)
        self._window.network.begin_find()

    @Slot()
    def _on_zoom(self) -> None:
        if (canvas := self._canvas()) is not None:
            canvas.zoom_to_selection()
        else:
            self._window.network.zoom_to_selection()

    @Slot()
    def _on_fit(self) -> None:
        if (canvas := self._canvas()) is not None:
            canvas.fit()
