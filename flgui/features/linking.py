"""Linking: the time cursor, the selected layer and the tile under the pointer show in every view that has them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Slot

from flgui.controller import Controller
from flgui.viewmodel.moments import phases
from flgui.viewmodel.stretches import running_at

__all__ = ["Linking"]


class Linking(QObject):
    """Shows in each view what is pointed at in another one; the hover is not state and lives only here."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller)
        self._store = controller.store
        window = controller.window
        self._gantt, self._tiles = window.gantt, window.tiles
        self._tasks, self._network = window.tasks, window.network
        self._store.cursor_changed.connect(self._on_cursor)
        self._store.layer_changed.connect(self._gantt.set_layer)
        self._gantt.layer_selected.connect(self._store.set_layer)
        self._store.plans_changed.connect(self._show_phases)
        self._store.manual_changed.connect(self._show_phases)
        self._store.active_changed.connect(self._show_phases)
        self._store.selection_changed.connect(self._show_phases)
        self._gantt.path_hovered.connect(self._on_gantt_hover)
        self._tasks.moment_chosen.connect(self._store.set_cursor)
        self._tiles.path_hovered.connect(self._on_tile_hover)
        self._store.scenario_changed.connect(self._on_scenario)
        self._on_scenario()

    @Slot(object)
    def _on_cursor(self, time_s: float | None) -> None:
        self._gantt.set_cursor(time_s)
        self._show_phases()

    @Slot()
    def _on_scenario(self) -> None:
        self._tiles.set_bits(self._store.scenario.system.bits_per_element)

    @Slot()
    def _show_phases(self) -> None:
        """Show in tiles, tasks and network what happens at the cursor in the plan that they show."""
        plan, time = self._store.shown_plan, self._store.cursor_s
        found = phases(plan, time) if plan is not None and time is not None else None
        self._tiles.set_phases(found)
        self._tasks.set_phases(found)
        model = self._gantt.canvas.model
        group = model.group(self._store.active) if model is not None else None
        running: frozenset[str] = frozenset()
        if found is not None and time is not None and group is not None and group.plan is plan:
            running = running_at(group, time, self._store.selected_paths)
        self._network.set_running(running)

    @Slot(object, object)
    def _on_gantt_hover(self, method: Any, path: Any) -> None:
        """Frame the tile of a bar, where the tiles shown are those of its plan."""
        model, shown = self._gantt.canvas.model, self._store.shown_plan
        group = model.group(method) if model is not None else None
        plan = group.plan if group is not None else None
        same = (
            plan is not None
            and shown is not None
            and (plan.tau, plan.rows, plan.cols) == (shown.tau, shown.rows, shown.cols)
        )
        self._tiles.set_hover(path if same else None)

    @Slot(object)
    def _on_tile_hover(self, path: Any) -> None:
        self._gantt.set_hover(self._store.active if path is not None else None, path)
