"""Presenter: shows what the store holds in every view; only what has changed is pushed."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QSignalBlocker, QTimer, Signal, Slot

from flgui.documents import Documents, title_of
from flgui.main_window import MainWindow
from flgui.panels.message_bar import Message
from flgui.panels.scenario_strip import TilingShown
from flgui.plan_words import grid_shown, progress_text, proof_text, same, shared_cut, worker_text
from flgui.state.edits import path_stops
from flgui.state.store import Progress, Selection, Store
from flgui.theme.tokens import Tokens
from flgui.viewmodel.command import command_text
from flgui.viewmodel.gantt import gantt_model
from flgui.viewmodel.scores import scores
from planner_core.network.model import Network
from planner_core.plan import Plan
from planner_core.scenario import Scenario

__all__ = ["Presenter"]

_FIRST_START_MS = 3000
_GRACE_MS = 90
"""So long old plans stand undimmed: in a drag new ones mostly land before, and nothing flickers."""
_NEXT_TURN_MS = 6
"""Longer than Qt gathers updates before it paints (5 ms): what was shown last is painted first."""
_FIRST_START = "The first start compiles the planner; until then it is slow, for some minutes"


class Presenter(QObject):
    """Listens to the store and writes to the window, with the views' own signals blocked meanwhile.

    Parameters
    ----------
    store : Store
    window : MainWindow
    documents : Documents
        Knows where the network came from.
    """

    shown = Signal()
    """Network, tiles and tables have the plan: whatever else follows it may do so now."""

    def __init__(
        self, store: Store, window: MainWindow, documents: Documents, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._window = window
        self._documents = documents
        self._shown: dict[str, Any] = {}
        self._failed = self._planned = False
        self._current = False  # whether what is on screen was up to date when it was shown last
        self._busy = QTimer(self)
        self._busy.setSingleShot(True)
        self._busy.setInterval(Tokens.load("light").px("motion.busyDelay_ms"))
        self._busy.timeout.connect(self._show_busy)
        self._first = QTimer(self)  # runs out when the very first plan takes as long as only compiling does
        self._first.setSingleShot(True)
        self._first.setInterval(_FIRST_START_MS)
        self._first.timeout.connect(self._show_busy)
        self._dimming = QTimer(self)
        self._dimming.setSingleShot(True)
        self._dimming.setInterval(_GRACE_MS)
        self._dimming.timeout.connect(self._show_freshness)
        # In every other turn nothing is shown, but what was shown before is painted, by itself.
        rest = self._rest
        self._parts = (
            self._show_tiling,
            rest,
            self._show_network,
            rest,
            self._show_tiles,
            rest,
            self._show_placement,
            rest,
            self.shown.emit,
        )
        self._next_part = 0
        self._dragging = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_NEXT_TURN_MS)
        self._later.timeout.connect(self._show_next_part)
        window.workspace_changed.connect(self._on_workspace)
        store.scenario_changed.connect(self._on_scenario)
        store.plans_changed.connect(self._on_plans)
        store.manual_changed.connect(self._on_manual)
        store.progress_changed.connect(self._on_progress)
        store.selection_changed.connect(self._on_selection)
        store.active_changed.connect(self._on_active)
        store.layer_changed.connect(self._on_layer)

    def show_all(self) -> None:
        """Show everything, at the start."""
        self._first.start()
        self._on_scenario(self._store.scenario)
        self._on_active()
        self._on_plans()

    def show_message(self, message: Message | None) -> None:
        """Put a message above the schedules, or take it away."""
        self._window.messages.set_message(message)

    def show_failed(self, text: str) -> None:
        """Say that the scenario as it stands could not be planned."""
        self._failed = True
        self._dimming.stop()
        self._show_freshness()
        self.show_message(Message("error", "There is no plan for this scenario.", text))
        self._show_state()

    def refresh_strip(self) -> None:
        """Write the store's values into the strip again, over drafts that came to nothing."""
        self._window.strip.set_system(self._store.scenario.system)
        self._shown.pop("tiling", None)
        self._show_tiling()

    # Scenario

    @Slot(object)
    def _on_scenario(self, scenario: Scenario) -> None:
        window = self._window
        self._failed = False
        window.strip.set_system(scenario.system)
        if self._changed("title", scenario.network):
            window.strip.set_network(scenario.network.name)
            window.setWindowTitle(f"{title_of(scenario.network.name)}[*]")
        if not self._hidden:
            self._show_network()
            self._show_tiling()
        self._show_status(scenario)
        if not self._busy.isActive() and not window.status.stop.isVisible():
            self._busy.start()

    @property
    def _hidden(self) -> bool:
        """Whether another workspace covers the plans."""
        return self._window.workspace != self._window.workspace_titles[0]

    def _show_network(self) -> None:
        window, scenario = self._window, self._store.scenario
        if self._changed("network", scenario.network):
            with QSignalBlocker(window.network):
                window.network.set_network(scenario.network)
        with QSignalBlocker(window.layers):
            window.layers.set_network(scenario.network, scenario.system.bits_per_element)

    @Slot()
    def _on_workspace(self) -> None:
        """Catch up with what was put off while another workspace covered it."""
        if not self._hidden and self._later.isActive():
            self._show_active_plan()

    def _show_status(self, scenario: Scenario) -> None:
        window, source = self._window, self._documents.source_of(scenario.network)
        window.status.set_workers(worker_text(scenario.system), window.menus["workers"])
        window.status.set_command(command_text(scenario, source.argument, source.fold, source.input_shapes))
        actions = window.actions_by_key
        actions["auto_tau"].setChecked(scenario.tau is None)
        actions["auto_paths"].setChecked(scenario.paths is None and scenario.grid is None)
        actions["fold_activations"].setChecked(source.fold)
        actions["fold_activations"].setEnabled(source.can_fold)

    def _show_tiling(self) -> None:
        scenario, best = self._store.scenario, self._best()
        network = scenario.network
        tau = scenario.tau or (best.tau if best is not None else None)
        grid = grid_shown(scenario, best, tau)
        auto = scenario.paths is None and scenario.grid is None
        paths = scenario.paths or (grid[0] * grid[1] if grid is not None else None)
        key = (network, scenario.tau, scenario.max_paths, None if auto else paths)
        if self._changed("stops", key):
            self._shown["stop list"] = path_stops(scenario).tolist()
        if auto and paths not in self._shown["stop list"]:
            paths = grid = None  # the search of the new tau has not said yet
        shown = TilingShown(
            tau=tau,
            tau_auto=scenario.tau is None,
            layer=network.layers[tau - 1].name if tau else "",
            layers=len(network),
            paths=paths,
            paths_auto=auto,
            stops=self._shown["stop list"],
            grid=grid,
        )
        if self._changed("tiling", shown):
            self._window.strip.set_tiling(shown)

    def _best(self) -> Plan | None:
        """BF's plan, as far as it belongs to the network on screen."""
        planset = self._store.planset
        if planset is None or planset.scenario.network != self._store.scenario.network:
            return None
        return planset.plans.get("BF")

    # Plans

    @Slot()
    def _on_plans(self) -> None:
        store, window = self._store, self._window
        planset = store.planset
        manual = (store.scenario, store.manual_plan) if store.manual_plan is not None else None
        if self._changed("planset", (planset, store.manual_plan)):
            with QSignalBlocker(window.gantt):
                window.gantt.set_model(gantt_model(planset, manual) if planset is not None else None)
            window.balance()
        if not store.stale:
            self._planned = True
            self._busy.stop()
            window.scores.set_progress(None)
            window.status.set_stoppable(False)
        if store.stale and planset is not None and self._current:
            self._dimming.start()
        self._current = not store.stale
        self._show_freshness()
        if not self._hidden:
            self._show_tiling()
        dragging = self._dragging and store.cursor_s is None and self._cuts_otherwise()
        if dragging or self._hidden:
            self._next_part = 0
            self._later.start()
        else:  # whoever shows a moment of the plan finds it in place
            self._show_active_plan()
        window.actions_by_key["save_plan"].setEnabled(not store.stale)
        window.actions_by_key["export_trace"].setEnabled(not store.stale)

    @Slot()
    def _on_manual(self) -> None:
        """Show a plan made by hand at once, and everywhere: it follows the pointer."""
        self._on_plans()
        self._show_active_plan()

    @Slot()
    def _show_freshness(self) -> None:
        """Dim what is out of date and say that it is being planned, but not for the blink of an eye."""
        store, window = self._store, self._window
        planset = store.planset
        if not store.stale:
            self._dimming.stop()
        graced = self._dimming.isActive() and planset is not None
        fresh = frozenset(planset.plans) if graced and planset is not None else store.fresh
        window.gantt.set_stale(store.stale and planset is not None and not graced)
        current = planset is not None and planset.scenario == store.scenario
        shown = scores(planset, fresh, graced or current, store.origin, store.manual_plan, self._failed)
        window.scores.set_scores(shown)
        if not graced:
            self._show_state()

    @Slot(object)
    def _on_progress(self, progress: Progress | None) -> None:
        if progress is not None and self._window.status.stop.isVisible():
            self._show_state()

    @Slot()
    def _show_busy(self) -> None:
        """Only a search that takes a while is worth a word and a button."""
        if self._store.stale and not self._failed:
            self._window.status.set_stoppable(True)
            self._show_state()

    def _show_state(self) -> None:
        store, window = self._store, self._window
        progress, slow = store.progress, window.status.stop.isVisible()
        if self._failed:
            window.status.set_stoppable(False)
            window.scores.set_progress(None)
            window.status.set_state("error", "Not planned")
            window.status.set_proof("")
        elif store.stale:
            window.status.set_state("busy", "Planning")
            window.scores.set_progress(progress.done / progress.total if progress and slow else None)
            compiling = not self._planned and not self._first.isActive()
            waiting = _FIRST_START if compiling else ""
            window.status.set_proof(progress_text(progress) or waiting if slow else "")
        else:
            planset = store.planset
            stopped = planset is not None and planset.cancelled
            window.status.set_state("ready", "Stopped" if stopped else "Up to date")
            proof = f"Plans as saved in {store.origin}" if store.origin else proof_text(planset)
            window.status.set_proof(proof)

    # Selection

    @Slot()
    def _on_active(self) -> None:
        method = self._store.active
        self._window.scores.set_active(method)
        self._window.gantt.follow(method)
        self._window.actions_by_key[f"show_{method.lower()}"].setChecked(True)
        self._show_active_plan()

    @Slot(object)
    def _on_selection(self, selection: Selection) -> None:
        with QSignalBlocker(self._window.gantt):
            self._window.gantt.set_selection(selection.method, selection.path, selection.more)
        self._show_active_plan()

    @Slot(object)
    def _on_layer(self, name: str | None) -> None:
        window = self._window
        with QSignalBlocker(window.network), QSignalBlocker(window.layers), QSignalBlocker(window.tiles):
            window.network.set_selected_layer(name)
            window.layers.set_selection(name)
            window.tiles.set_tensor(name)

    def set_dragging(self, dragging: bool) -> None:
        """Say whether scenarios follow one another under the hand.

        Where the tiles are other ones, numbers and schedules then come first, and all else in the next turns of
        the event loop, so that no turn holds the hand up.
        """
        self._dragging = dragging

    @property
    def settled(self) -> bool:
        """Whether every view has what the store holds."""
        return not self._later.isActive()

    @staticmethod
    def _rest() -> None:
        """Do nothing."""

    def _show_active_plan(self) -> None:
        """Fill network, tiles and tables with the active plan and the selected path."""
        self._later.stop()
        for show in self._parts:
            show()

    @Slot()
    def _show_next_part(self) -> None:
        part, self._next_part = self._next_part, self._next_part + 1
        if self._next_part < len(self._parts):
            self._later.start()
        self._parts[part]()

    def _shown_plan(self) -> tuple[Network, Plan | None, tuple[int, ...]]:
        """Network, plan and paths that network, tiles and tables show."""
        store = self._store
        plan, paths = store.shown_plan, store.selected_paths
        if plan is None or any(path >= plan.paths for path in paths):
            paths = ()
        return store.scenario.network, plan, paths

    def _cuts_otherwise(self) -> bool:
        """Whether the active plan has other tiles than those that are shown: then there is much to paint."""
        plan, shown = self._store.shown_plan, self._shown.get("tiles", (None, None))[1]
        return _tiles_of(plan) != _tiles_of(shown)

    def _show_tiles(self) -> None:
        tiles = self._window.tiles
        network, plan, paths = self._shown_plan()
        with QSignalBlocker(tiles):
            if self._changed("tiles", (network, plan)):
                tiles.set_plan(network, plan)
            tiles.set_selection(*_last_first(paths))

    def _show_placement(self) -> None:
        window = self._window
        network, plan, paths = self._shown_plan()
        other = self._changed("placement", (network, plan))
        if not self._changed("paths", paths) and not other:
            return
        with QSignalBlocker(window.tasks), QSignalBlocker(window.network):
            if other:
                window.tasks.set_plan(network, plan)
            window.tasks.set_selection(*_last_first(paths))
            window.network.set_placement(plan, *_last_first(paths))
        with QSignalBlocker(window.layers):
            window.layers.set_placement(plan.tau if plan else None, shared_cut(plan, paths))

    def _changed(self, key: str, value: Any) -> bool:
        """Whether `value` is another one than was shown last under `key`; it counts as shown from now on."""
        if key in self._shown and same(self._shown[key], value):
            return False
        self._shown[key] = value
        return True


def _last_first(paths: tuple[int, ...]) -> tuple[int | None, tuple[int, ...]]:
    """Return the path that was picked last, and the others."""
    return (paths[-1], paths[:-1]) if paths else (None, ())


def _tiles_of(plan: Plan | None) -> tuple[int, int, int] | None:
    return (plan.tau, plan.rows, plan.cols) if plan is not None else None
