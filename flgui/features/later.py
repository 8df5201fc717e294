"""Later: a workspace whose feature is imported and made when it is first wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from flgui.controller import Controller

__all__ = ["Later", "WorkspaceFeature"]


class WorkspaceFeature(Protocol):
    """A feature with a page that fills the window."""

    @property
    def page(self) -> QWidget:
        """The page."""
        ...


class Later(QObject):
    """Stands for a feature until its workspace is opened or one of its actions is triggered.

    The feature connects its actions itself; the one that it was made for is then triggered anew.

    Parameters
    ----------
    controller : Controller
    title : str
        Of the workspace.
    make : callable
        Imports the feature and makes it, a child of the controller.
    wakes : sequence of str
        Keys of the actions that need it in any workspace.
    """

    def __init__(
        self,
        controller: Controller,
        title: str,
        make: Callable[[], WorkspaceFeature],
        wakes: tuple[str, ...] = (),
    ) -> None:
        super().__init__(controller)
        self._window = controller.window
        self.title = title
        self._make = make
        self._feature: WorkspaceFeature | None = None
        self._actions = [self._window.actions_by_key[key] for key in wakes]
        for action in self._actions:
            action.triggered.connect(self._on_wake)
        self._window.add_workspace(title, self._page)

    @property
    def made(self) -> bool:
        """Whether the feature is there."""
        return self._feature is not None

    @property
    def feature(self) -> WorkspaceFeature:
        """The feature, with its page in the window."""
        if self._feature is None:
            self._window.complete_workspace(self.title)
        assert self._feature is not None
        return self._feature

    def _page(self) -> QWidget:
        """Make the feature, for its page."""
        for action in self._actions:
            action.triggered.disconnect(self._on_wake)
        self._feature = self._make()
        return self._feature.page

    @Slot()
    def _on_wake(self) -> None:
        action = self.sender()
        self._window.complete_workspace(self.title)
        next(known for known in self._actions if known is action).trigger()
