"""Controller: turns what the user wants into commands, and wires store, runner, files and window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication, QUndoStack

from flgui.documents import Documents, Refusal, Source, source_of_plan, title_of
from flgui.landscape_presenter import LandscapePresenter
from flgui.main_window import MainWindow
from flgui.panels.message_bar import Message
from flgui.presenter import Presenter
from flgui.settings import Settings
from flgui.state.commands import SetScenario
from flgui.state.edits import EDIT_TEXTS, apply_edit, capitalised, fit_to_network, way_out
from flgui.state.runner import Runner
from flgui.state.store import Store, surveyed_scenario
from flgui.theme.manager import ThemeManager
from planner_core.errors import InfeasibleError, InputError
from planner_core.network.model import Network
from planner_core.plan import METHODS, Method, PlanSet
from planner_core.scenario import Scenario

__all__ = ["UNDO_STEPS", "Controller"]

UNDO_STEPS = 128
"""Steps that can be undone. In a drawing of 1,500 layers each holds 0.75 MB: 100 MB are the most that they come to."""

MANUAL: Method = "Manual"


class Controller(QObject):
    """The one place where intents become changes.

    Parameters
    ----------
    window, store, runner, documents, themes, settings
        Built by `flgui.app`; the controller owns none of them.
    """

    def __init__(
        self,
        window: MainWindow,
        store: Store,
        runner: Runner,
        documents: Documents,
        themes: ThemeManager,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.window = window
        self.store = store
        self.runner = runner
        self.documents = documents
        self.themes = themes
        self.settings = settings
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(UNDO_STEPS)
        self.presenter = Presenter(store, window, documents, self)
        self.landscape = LandscapePresenter(store, window.landscape, self)
        self._way_out: tuple[str, Any] | None = None
        self._way_out_of: Message | None = None
        self._opened: tuple[PlanSet, str] | None = None
        self._gesture = 0
        self._closed = False
        self._connect_state()
        self._connect_window()

    def start(self) -> None:
        """Show the scenario and ask for its plans."""
        self.window.set_theme(self.themes.tokens)
        self.presenter.show_all()
        self.window.gantt.setFocus()
        self.runner.request(self.store.scenario)

    def close(self) -> None:
        """End the planning process and whatever is being read."""
        if self._closed:
            return
        self._closed = True
        self.undo_stack.blockSignals(True)
        self.documents.close()
        self.runner.close()
        self.settings.sync()

    @property
    def closed(self) -> bool:
        """Whether the planning process was ended."""
        return self._closed

    def _connect_state(self) -> None:
        self.store.scenario_changed.connect(self._on_scenario_changed)
        self.runner.planned.connect(self.store.take_plans)
        self.runner.method_planned.connect(self.store.take_plan)
        self.runner.progressed.connect(self.store.set_progress)
        self.runner.surveyed.connect(self.store.take_survey)
        self.store.plans_changed.connect(self._on_plans_changed)
        self.presenter.shown.connect(self.landscape.follow)
        self.runner.failed.connect(self._on_failed)
        self.runner.restarted.connect(self._on_restarted)
        self.documents.network_opened.connect(self._on_network_opened)
        self.documents.plan_opened.connect(self._on_plan_opened)
        self.documents.refused.connect(self._on_refused)
        self.themes.changed.connect(self.window.set_theme)
        self.undo_stack.cleanChanged.connect(self._on_clean_changed)

    def _connect_window(self) -> None:
        window = self.window
        window.strip.edited.connect(self.edit)
        window.scores.activated.connect(self.activate)
        window.gantt.path_selected.connect(self._on_path_in_method)
        window.gantt.plan_activated.connect(self.activate)
        window.gantt.path_toggled.connect(self._on_toggled_in_method)
        window.tiles.path_selected.connect(self._on_path)
        window.tiles.path_toggled.connect(self._on_toggled)
        window.tasks.path_selected.connect(self._on_path)
        window.tasks.paths_selected.connect(self._on_paths)
        window.tiles.layer_chosen.connect(self.store.set_layer)
        window.network.layer_selected.connect(self.store.set_layer)
        window.layers.layer_selected.connect(self.store.set_layer)
        window.landscape.cell_chosen.connect(self.choose_cell)
        window.landscape.stop_clicked.connect(self._on_landscape_button)
        window.messages.acted.connect(self._on_message_action)
        window.status.copy_requested.connect(self._on_copy)
        window.status.stop_requested.connect(self.runner.stop)
        window.files_dropped.connect(self._on_dropped)
        window.about_to_close.connect(self.close)

    # Edits

    @Slot(str, object, int)
    def edit(self, name: str, value: Any, gesture: int = 0) -> None:
        """Change one field of the scenario; a refused value marks its field and changes nothing."""
        before = self.store.scenario
        try:
            edit = apply_edit(before, name, value)
        except InfeasibleError as error:
            self._refuse(name, "not feasible", error, way_out(before, name, value))
            return
        except InputError as error:
            self._refuse(name, "not possible", error, None)
            return
        self.push(edit.scenario, f"Change {EDIT_TEXTS[name]}", gesture)
        if edit.note:
            self._show_way_out(Message("warning", edit.note), None)
        self.presenter.refresh_strip()

    @Slot(int, int)
    def choose_cell(self, tau: int, paths: int) -> None:
        """Take tau and P of a cell of the landscape, with its automatic grid; that ends the searches."""
        chosen = replace(self.store.scenario, tau=tau, paths=paths, grid=None)
        self.push(chosen, f"Choose τ {tau}, P {paths}")
        self.presenter.refresh_strip()

    def push(self, scenario: Scenario, text: str, gesture: int = 0) -> None:
        """Put a scenario into the store, as one step of the Edit menu."""
        before = self.store.scenario
        self.presenter.set_dragging(gesture != 0 and gesture == self._gesture)
        self._gesture = gesture
        self._show_way_out(None, None)
        if scenario != before:
            self.undo_stack.push(SetScenario(self.store, before, scenario, text, gesture))

    def _refuse(self, name: str, word: str, error: InputError, out: tuple[str, Any, str] | None) -> None:
        self.window.strip.show_refusal(name, word)
        title, _, text = str(error).replace("tau ", "τ ").partition(": ")
        title = capitalised(title)
        message = Message("warning", f"{title}:" if text else f"{title}.", f"{text}." if text else "")
        self._show_way_out(message, out)

    def _show_way_out(self, message: Message | None, out: tuple[str, Any, str] | None) -> None:
        """Show a message whose button makes an edit."""
        self._way_out = out[:2] if out is not None else None
        if message is not None and out is not None:
            message = Message(message.kind, message.title, message.text, out[2])
        self._way_out_of = message
        self.presenter.show_message(message)

    @Slot()
    def _on_message_action(self) -> None:
        if self._way_out is not None and self.window.messages.message is self._way_out_of:
            self.edit(*self._way_out)

    # Plans

    @Slot(object)
    def _on_scenario_changed(self, scenario: Scenario) -> None:
        if self._opened is not None and self._opened[0].scenario == scenario:
            self.runner.drop()
            self.store.take_plans(*self._opened)
        else:
            self.runner.request(scenario)

    @Slot()
    def _on_plans_changed(self) -> None:
        """Ask for the landscape when the plans are complete and it is not there yet."""
        survey = self.store.survey
        if self.store.stale or (survey is not None and survey.whole and not self.store.survey_stale):
            return
        self.runner.survey(surveyed_scenario(self.store.scenario))

    @Slot()
    def _on_landscape_button(self) -> None:
        """Stop filling the landscape, or go on."""
        stopped = not self.landscape.stopped
        if stopped:
            self.runner.stop_survey()
        else:
            self.runner.resume_survey()
        self.landscape.set_stopped(stopped)
        self._on_plans_changed()

    @Slot(object, str)
    def _on_failed(self, scenario: Scenario, text: str) -> None:
        if scenario == self.store.scenario:
            self.presenter.show_failed(text)

    @Slot()
    def _on_restarted(self) -> None:
        self.presenter.show_message(
            Message("warning", "The planning process had ended.", "It was started again and plans anew.")
        )

    # Selection

    @Slot(str)
    def activate(self, method: str) -> None:
        """Fill network and tiles with the plan of a method."""
        for known in (*METHODS, MANUAL):
            if known == method:
                self.store.set_active(known)

    @Slot(object, object)
    def _on_path_in_method(self, method: Any, path: int | None) -> None:
        self.store.select(method, path)

    @Slot(object, object)
    def _on_toggled_in_method(self, method: Any, path: int) -> None:
        self.store.toggle(method, path)

    @Slot(object)
    def _on_path(self, path: int | None) -> None:
        self.store.select(self._shown_method(), path)

    @Slot(int)
    def _on_toggled(self, path: int) -> None:
        self.store.toggle(self._shown_method(), path)

    @Slot(object)
    def _on_paths(self, paths: Sequence[int]) -> None:
        self.store.select(self._shown_method(), paths[-1], paths[:-1])

    def _shown_method(self) -> Method:
        """The method whose plan fills tiles and tables."""
        shown = self.store.shown_plan
        return shown.method if shown is not None else self.store.active

    @Slot()
    def _on_copy(self) -> None:
        command = self.window.status.command_text
        QGuiApplication.clipboard().setText(command)
        self._show_way_out(Message("info", "The command was copied.", command), None)

    # Files

    @Slot(object)
    def _on_dropped(self, paths: Sequence[Path]) -> None:
        self.documents.open(paths[0])

    @Slot(object, object)
    def _on_network_opened(self, network: Network, source: Source) -> None:
        path = Path(source.argument)
        if path.is_file():
            self.settings.add_recent(path)
        edit = fit_to_network(self.store.scenario, network)
        if network == self.store.scenario.network:
            self.presenter.show_message(None)
            return
        self.push(edit.scenario, f"Open {title_of(network.name)}")
        if edit.note:
            self.presenter.show_message(Message("info", f"{title_of(network.name)} is open.", edit.note))

    @Slot(object, object)
    def _on_plan_opened(self, planset: PlanSet, path: Path) -> None:
        self.settings.add_recent(path)
        network = planset.scenario.network
        self.documents.remember(network, source_of_plan(network, path))
        # A file does not say up to which P was searched: the cap stays, and the proof is the file's own.
        scenario = replace(planset.scenario, max_paths=self.store.scenario.max_paths)
        searched = scenario.tau is None or (scenario.paths is None and scenario.grid is None)
        origin = path.name if searched else ""
        self.show_plans(replace(planset, scenario=scenario), f"Open {path.name}", origin)
        self.presenter.show_message(None)

    def show_plans(self, planset: PlanSet, text: str, origin: str = "") -> None:
        """Go to the scenario of finished plans and show these, without planning; one step of the Edit menu.

        Parameters
        ----------
        planset : PlanSet
            Where a method is missing, all are planned anew.
        text : str
            What the Edit menu calls it.
        origin : str
            File that the plans came from, where its question is wider than it says.
        """
        complete = set(planset.plans) == set(METHODS)
        self._opened = (planset, origin) if complete else None
        if planset.scenario != self.store.scenario:
            self.push(planset.scenario, text)
        else:
            self._on_scenario_changed(planset.scenario)
        self._opened = None
        if "BF" not in planset.plans and planset.plans:
            self.store.set_active(next(iter(planset.plans)))

    @Slot(object)
    def _on_refused(self, refusal: Refusal) -> None:
        stays = "" if refusal.writing else f" {title_of(self.store.scenario.network.name)} stays open."
        done = "written" if refusal.writing else "opened"
        message = Message("error", f"{refusal.name} was not {done}.", refusal.cause + stays)
        self._show_way_out(message, None)

    @Slot(bool)
    def _on_clean_changed(self, clean: bool) -> None:
        self.window.setWindowModified(not clean)
