"""LandscapePresenter: shows the store's landscape, with the cell of the plan that is shown elsewhere."""

from __future__ import annotations

from typing import Any, cast

from PySide6.QtCore import QObject, QSignalBlocker, Slot

from flgui.state.store import Store, Survey, surveyed_scenario
from flgui.viewmodel.landscape import Measure, landscape_model
from flgui.views.landscape import LandscapeView
from planner_core.scenario import Scenario

__all__ = ["LandscapePresenter"]


class LandscapePresenter(QObject):
    """Listens to the store and writes to the landscape.

    Parameters
    ----------
    store : Store
    view : LandscapeView
    """

    def __init__(self, store: Store, view: LandscapeView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._view = view
        self._measure: Measure = "BF"
        self._shown: Survey | None = None
        self._nfl_s: float | None = None
        self._stopped: Scenario | None = None
        self._pushed: tuple[Any, ...] | None = None
        store.survey_changed.connect(self._refresh)
        store.active_changed.connect(self._refresh)
        view.measure_chosen.connect(self._on_measure)

    @property
    def stopped(self) -> bool:
        """Whether the landscape of the scenario was stopped by hand before it was full."""
        return self._stopped is not None and self._stopped == surveyed_scenario(self._store.scenario)

    def set_stopped(self, stopped: bool) -> None:
        """Offer to go on, or to stop."""
        self._stopped = surveyed_scenario(self._store.scenario) if stopped else None
        self._refresh()

    @Slot()
    def follow(self) -> None:
        """Follow the plans; of an old landscape only the cell that is marked can change."""
        store, pushed = self._store, self._pushed
        if pushed and store.survey_stale and pushed[:2] == (store.survey, True) and pushed[5] == self._cell():
            return
        self._refresh()

    def _cell(self) -> tuple[int, int, int] | None:
        """(tau, rows, cols) of the plan that is shown elsewhere."""
        plan = self._store.active_plan
        return (plan.tau, plan.rows, plan.cols) if plan is not None else None

    @Slot(str)
    def _on_measure(self, measure: str) -> None:
        self._measure = cast(Measure, measure)
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        survey = self._store.survey
        if not self.stopped:
            self._stopped = None  # another scenario begins anew
        if survey is None:
            if self._pushed == ():
                return
            self._shown, self._pushed = None, ()
            self._view.set_model(None)
            self._view.set_progress("", "")
            return
        fresh = self._shown is None or self._shown.scenario != survey.scenario
        self._shown = survey
        if fresh or not self._store.survey_stale:
            self._nfl_s = self._nfl_of(survey) if fresh else self._nfl_of(survey) or self._nfl_s
        stale = self._store.survey_stale
        what = (self._nfl_s, self._measure, self._cell(), self._beyond(survey))
        pushed = (survey, stale, self.stopped, *what)
        if pushed == self._pushed:
            return  # a step of a slider leaves an old landscape as it is
        self._pushed = pushed
        model = landscape_model(survey.scenario.network, survey.landscape, *what)
        filling = not survey.whole and not stale
        button = ("Go on" if self.stopped else "Stop") if filling else ""
        self._view.set_progress(model.progress() if filling else "", button)
        with QSignalBlocker(self._view):
            self._view.set_model(model, stale, fresh)

    def _beyond(self, survey: Survey) -> tuple[int, int, float] | None:
        """(tau, P, seconds) of the measure's plan where its P is larger than the landscape goes."""
        planset = self._store.planset
        plan = planset.plans.get(self._measure) if planset is not None else None
        if plan is None or self._store.stale or self._store.survey_stale:
            return None
        most = int(survey.landscape.paths.max())
        return (plan.tau, plan.paths, plan.makespan_s) if plan.paths > most else None

    def _nfl_of(self, survey: Survey) -> float | None:
        """NFL's makespan in the landscape's scenario, as far as a plan says it."""
        planset = self._store.planset
        if planset is None or planset.scenario.network != survey.scenario.network:
            return None
        plan = planset.plans.get("NFL")
        return (
            plan.makespan_s
            if plan is not None and planset.scenario.system == survey.scenario.system
            else None
        )
