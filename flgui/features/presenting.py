"""Presenting: the pins, or the open scenario, one after the other on a whole screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QToolButton, QWidget

from flgui.controller import Controller
from flgui.documents import title_of
from flgui.state.pins import default_note
from flgui.state.store import surveyed_scenario
from flgui.theme.tokens import Tokens
from flgui.viewmodel.landscape import LandscapeModel, landscape_model
from flgui.widgets.present_button import PresentButton
from planner_core.plan import Method, PlanSet

if TYPE_CHECKING:
    from flgui.presentation import Stage
    from flgui.viewmodel.slides import Slide

__all__ = ["Presenting"]


class Presenting(QObject):
    """Opens the stage, and says what is on each slide.

    Without pins the open scenario is the only slide, and follows the window's plans.
    """

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller)
        self._controller = controller
        self._store = controller.store
        self._stage: Stage | None = None
        self._focus: QWidget | None = None
        self._at = 0
        self._paths: dict[int, int] = {}
        self._tokens = controller.themes.tokens
        action = controller.window.actions_by_key["present"]
        action.triggered.connect(self.start)
        self.button: QToolButton = PresentButton(action, controller.window.top_bar)
        controller.window.top_bar.add_widget(self.button)
        controller.window.add_themed(self.button)
        controller.window.about_to_close.connect(self._on_closing)
        self._store.plans_changed.connect(self._on_plans)
        self._store.survey_changed.connect(self._on_survey)
        self._store.pins_changed.connect(self._on_plans)
        self._on_plans()

    @property
    def stage(self) -> Stage | None:
        """The stage, while it is open."""
        return self._stage

    @Slot()
    def start(self) -> None:
        """Show the slides on the whole screen, beginning with the open scenario where it is pinned."""
        window = self._controller.window
        self._focus = window.focusWidget()
        stage = self.open()
        if stage is not None:
            stage.showFullScreen()
            stage.activateWindow()

    def open(self) -> Stage | None:
        """Make the stage with its first slide, not shown yet; None while there is nothing to show."""
        if not self._slides():
            return None
        if self._stage is None:
            from flgui.presentation import Stage  # not for the window's start

            stage = Stage()
            stage.setWindowIcon(self._controller.window.windowIcon())
            stage.moved.connect(self._on_moved)
            stage.left.connect(self._on_left)
            stage.theme_switched.connect(self._on_theme)
            stage.path_chosen.connect(self._on_path)
            self._stage = stage
        self._tokens = self._controller.themes.tokens
        self._stage.set_theme(self._tokens)
        self._paths = {}
        scenario = self._store.scenario
        pinned = [at for at, pin in enumerate(self._store.pins) if pin.planset.scenario == scenario]
        self._at = pinned[0] if pinned else 0
        self._show(animate=False)
        return self._stage

    def _slides(self) -> list[tuple[PlanSet, Method, tuple[int, ...], str, str, bool]]:
        """Plans, method, paths, name, sentence, from a file: of every slide."""
        store = self._store
        if store.pins:
            return [
                (
                    pin.planset,
                    pin.method,
                    () if pin.path is None else (*pin.more, pin.path),
                    pin.name,
                    "" if pin.note == default_note(pin.planset) else pin.note,
                    bool(pin.origin),
                )
                for pin in store.pins
            ]
        planset = store.planset
        if planset is None or not planset.plans or planset.scenario.network != store.scenario.network:
            return []
        return [(planset, store.active, store.selected_paths, "", "", bool(store.origin))]

    def _slide(self, at: int) -> Slide:
        from flgui.viewmodel.slides import slide

        planset, method, paths, name, sentence, saved = self._slides()[at]
        *more, path = (self._paths[at],) if at in self._paths else paths or (None,)
        title = title_of(planset.scenario.network.name)
        return slide(planset, title, method, path, name, sentence, saved, more)

    def _show(self, animate: bool) -> None:
        slides = self._slides()
        if self._stage is None or not slides:
            return
        self._at = min(max(self._at, 0), len(slides) - 1)
        place = (self._at, len(slides))
        self._stage.set_slide(self._slide(self._at), place, self._landscape(), animate)

    def _landscape(self) -> LandscapeModel | None:
        survey = self._store.survey
        planset = self._slides()[self._at][0]
        if survey is None or survey.scenario != surveyed_scenario(planset.scenario):
            return None
        nfl, best = planset.plans.get("NFL"), planset.plans.get("BF")
        return landscape_model(
            survey.scenario.network,
            survey.landscape,
            nfl.makespan_s if nfl is not None else None,
            "BF",
            (best.tau, best.rows, best.cols) if best is not None else None,
        )

    @Slot(str)
    def _on_moved(self, where: str) -> None:
        last = len(self._slides()) - 1
        goal = {"first": 0, "last": last, "next": self._at + 1, "previous": self._at - 1}[where]
        if 0 <= goal <= last and goal != self._at:
            self._at = goal
            self._show(animate=True)

    @Slot(int)
    def _on_path(self, path: int) -> None:
        self._paths[self._at] = path
        self._show(animate=False)

    @Slot()
    def _on_theme(self) -> None:
        self._tokens = Tokens.load("light" if self._tokens.dark else "dark")
        if self._stage is not None:
            self._stage.set_theme(self._tokens)

    @Slot()
    def _on_plans(self) -> None:
        self._controller.window.actions_by_key["present"].setEnabled(bool(self._slides()))
        if self._stage is not None and not self._store.stale:
            self._show(animate=True)

    @Slot()
    def _on_survey(self) -> None:
        if self._stage is not None and self._slides():
            self._stage.set_landscape(self._landscape())

    @Slot()
    def _on_left(self) -> None:
        if self._stage is not None:
            self._stage.deleteLater()
            self._stage = None
            self._controller.window.activateWindow()
            if self._focus is not None and shiboken6.isValid(self._focus) and self._focus.isVisible():
                self._focus.setFocus(Qt.FocusReason.OtherFocusReason)
            self._focus = None

    @Slot()
    def _on_closing(self) -> None:
        if self._stage is not None:
            self._stage.close()
