"""Comparing: the workspace in which the pins stand side by side."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QObject, Slot

from flgui.controller import Controller
from flgui.state.pins import Pin, Pins
from flgui.viewmodel.overlay import overlay
from flgui.viewmodel.pins import comparison
from flgui.views.compare import CompareView
from planner_core.plan import Method

__all__ = ["TITLE", "Comparing"]

TITLE = "Compare"
_OPEN = "Open now, not pinned"


class Comparing(QObject):
    """Shows the pins in the workspace, while it is open."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller)
        self._window = controller.window
        self._store = controller.store
        self._method: Method = "BF"
        self.page = CompareView()
        self.page.method_chosen.connect(self._on_method)
        self._window.workspace_changed.connect(self._show)
        self._store.pins_changed.connect(self._show)
        self._store.plans_changed.connect(self._on_plans)
        self._on_plans()

    @Slot(str)
    def _on_method(self, method: str) -> None:
        self._method = cast(Method, method)
        self._show()

    @Slot()
    def _on_plans(self) -> None:
        self.page.set_can_pin(not self._store.stale and self._store.planset is not None)
        self._show()

    @Slot()
    def _show(self) -> None:
        if self._window.workspace == TITLE:
            pins, method = self._store.pins, self._method
            shown = (*pins, *self._unpinned())
            self.page.set_columns(comparison(shown, method), overlay(shown, method), len(pins))

    def _unpinned(self) -> Pins:
        """Return the open scenario and its plans, unless it is pinned or not planned yet."""
        store = self._store
        planset = store.planset
        if planset is None or store.stale or any(pin.scenario == planset.scenario for pin in store.pins):
            return ()
        return (Pin(_OPEN, "", planset),)
