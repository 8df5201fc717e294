"""Store: the only writer of what the window shows; everything else reads it and listens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from flgui.state.pins import Pin, Pins
from flgui.state.selection import Selection, selected
from planner_core.by_hand import Decision, fits, plan_by_hand
from planner_core.plan import METHODS, Method, Plan, PlanSet
from planner_core.scenario import Scenario

if TYPE_CHECKING:
    from planner_core.landscape import Landscape

__all__ = ["Progress", "Selection", "Store", "Survey", "surveyed_scenario"]

SURVEY_PATHS = 64
"""Largest P of a landscape where the scenario has no cap."""
MOST_PATHS = 256
"""Largest P of any landscape; more columns than that cannot be told apart."""


def surveyed_scenario(scenario: Scenario) -> Scenario:
    """Return the scenario whose landscape belongs to `scenario`: any tau and P, up to the cap."""
    return replace(
        scenario,
        tau=None,
        paths=None,
        grid=None,
        max_paths=min(scenario.max_paths or SURVEY_PATHS, MOST_PATHS),
    )


@dataclass(frozen=True, eq=False, slots=True)
class Survey:
    """A landscape as far as it is filled, and the scenario that it belongs to; `whole` when nothing is missing."""

    scenario: Scenario
    landscape: Landscape
    whole: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the running search is: `done` of `total` (tau, P) cells, seconds of the best plan and bound."""

    done: int
    total: int
    best_s: float
    bound_s: float


class Store(QObject):
    """Scenario, plans, selection. Signals say what has already changed; nothing is emitted for no change.

    Parameters
    ----------
    scenario : Scenario
        What to start with.
    """

    scenario_changed = Signal(object)
    """The new Scenario; its plan is still to come."""
    plans_changed = Signal()
    """`planset` or `fresh` changed."""
    survey_changed = Signal()
    """`survey` or `survey_stale` changed."""
    progress_changed = Signal(object)
    """Progress of the running search, or None."""
    selection_changed = Signal(object)
    active_changed = Signal(str)
    layer_changed = Signal(object)
    """Name of the selected layer, or None."""
    cursor_changed = Signal(object)
    """Seconds at the time cursor, or None."""
    pins_changed = Signal()
    manual_changed = Signal()
    """`manual` or `manual_plan` changed."""

    def __init__(self, scenario: Scenario, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scenario = scenario
        self._revision = 0
        self._planset: PlanSet | None = None
        self._fresh: frozenset[Method] = frozenset()
        self._complete = False
        self._origin = ""
        self._progress: Progress | None = None
        self._survey: Survey | None = None
        self._selection = Selection()
        self._active: Method = "BF"
        self._layer: str | None = None
        self._cursor_s: float | None = None
        self._pins: Pins = ()
        self._manual: Decision | None = None
        self._manual_plan: Plan | None = None

    @property
    def scenario(self) -> Scenario:
        """What is to be planned."""
        return self._scenario

    @property
    def revision(self) -> int:
        """Counts the changes of the scenario."""
        return self._revision

    @property
    def planset(self) -> PlanSet | None:
        """What is on screen: the scenario's plans, or older ones meanwhile; None before the first."""
        return self._planset

    @property
    def fresh(self) -> frozenset[Method]:
        """Methods whose plan belongs to the scenario as it stands."""
        return self._fresh

    @property
    def stale(self) -> bool:
        """Whether anything on screen belongs to an older scenario, or is still missing."""
        return not self._complete

    @property
    def origin(self) -> str:
        """Name of the file that the plans came from, where its question is wider than it says; else empty."""
        return self._origin

    @property
    def progress(self) -> Progress | None:
        """Progress of the running search, if any is known."""
        return self._progress

    @property
    def survey(self) -> Survey | None:
        """The landscape on screen: the scenario's own, or an older one of the same network."""
        return self._survey

    @property
    def survey_stale(self) -> bool:
        """Whether the landscape belongs to an older scenario."""
        return self._survey is not None and self._survey.scenario != surveyed_scenario(self._scenario)

    @property
    def selection(self) -> Selection:
        """The selected path."""
        return self._selection

    @property
    def active(self) -> Method:
        """The method whose plan fills the network and the tiles."""
        return self._active

    @property
    def layer(self) -> str | None:
        """Name of the selected layer."""
        return self._layer

    @property
    def cursor_s(self) -> float | None:
        """The moment at the time cursor, the same in all plans; None where there is no cursor."""
        return self._cursor_s

    @property
    def pins(self) -> tuple[Pin, ...]:
        """Scenarios that were pinned, in the order in which they are shown."""
        return self._pins

    @property
    def manual(self) -> Decision | None:
        """What was decided by hand; kept also while it does not fit the scenario."""
        return self._manual

    @property
    def manual_plan(self) -> Plan | None:
        """The plan made by hand, always of the scenario as it stands; None where it does not fit."""
        return self._manual_plan

    @property
    def active_plan(self) -> Plan | None:
        """Plan of the active method, as far as it belongs to the network on screen."""
        if self._active == "Manual":
            return self._manual_plan
        if self._planset is None or self._planset.scenario.network != self._scenario.network:
            return None
        return self._planset.plans.get(self._active)

    @property
    def shown_plan(self) -> Plan | None:
        """What fills network, tiles and tables: the active plan, or MW's until a search of BF has a first one."""
        plan = self.active_plan
        if plan is None and self._active == "BF" and self._planset is not None:
            known = self._planset.scenario.network == self._scenario.network
            return self._planset.plans.get("MW") if known else None
        return plan

    @property
    def selected_path(self) -> int | None:
        """The path that was picked last, when it belongs to the plan that is shown."""
        return self._selection.path if self._selection.method == self._active else None

    @property
    def selected_paths(self) -> tuple[int, ...]:
        """The selected paths, when they belong to the plan that is shown; that picked last at the end."""
        return self._selection.paths if self._selection.method == self._active else ()

    def set_scenario(self, scenario: Scenario) -> None:
        """Put in a new scenario; what is on screen becomes stale."""
        if scenario == self._scenario:
            return
        other_network = scenario.network != self._scenario.network
        self._revision += 1
        self._fresh = frozenset()
        self._complete = False
        self._origin = ""
        self._progress = None
        was_stale = self.survey_stale
        self._scenario = scenario
        self._plan_manual()
        if other_network:
            self._survey = None
            self.select(None, None)
            self.set_layer(None)
        self.scenario_changed.emit(scenario)
        self.plans_changed.emit()
        if self._manual is not None:
            self.manual_changed.emit()
        if other_network or was_stale != self.survey_stale:
            self.survey_changed.emit()

    def take_plan(self, scenario: Scenario, plan: Plan) -> None:
        """Take one method's plan ahead of the others; refused when the scenario has moved on."""
        if scenario != self._scenario or self._complete:
            return
        old = self._planset
        keep = old is not None and old.scenario.network == scenario.network
        plans = {**(old.plans if old is not None and keep else {}), plan.method: plan}
        if old is not None and old.scenario == scenario:
            base = old
        else:  # the two baselines take no search: they belong to the scenario at once
            from planner_core.assemble import cut_times  # not needed before the first plan

            cuts = cut_times(scenario.network, scenario.system)
            base = PlanSet(scenario, es_only_s=float(cuts[0]), device_only_s=float(cuts[-1]))
        self._planset = replace(base, plans={m: plans[m] for m in METHODS if m in plans})
        self._fresh |= {plan.method}
        self._keep_selection()
        self.plans_changed.emit()

    def take_plans(self, planset: PlanSet, origin: str = "") -> None:
        """Take finished plans; those of an older scenario are kept as stale."""
        self._planset = planset
        self._origin = origin
        self._complete = planset.scenario == self._scenario
        self._fresh = frozenset(planset.plans) if self._complete else frozenset()
        self._progress = None
        self._keep_selection()
        self.plans_changed.emit()
        if self._join_plans():
            self.survey_changed.emit()

    def take_survey(self, scenario: Scenario, landscape: Landscape, whole: bool) -> None:
        """Take a landscape, perhaps not yet filled; refused when it belongs to an older scenario."""
        if scenario == surveyed_scenario(self._scenario):
            self._survey = Survey(scenario, landscape, whole)
            self._join_plans()
            self.survey_changed.emit()

    def _join_plans(self) -> bool:
        """Let the landscape's cells be no worse than the plans that are known; True where one was."""
        survey, planset = self._survey, self._planset
        if survey is None or planset is None or not self._complete or self._origin or self.survey_stale:
            return False
        joined = survey.landscape
        for plan in planset.plans.values():
            joined = joined.with_plan(plan)
        if joined is survey.landscape:
            return False
        self._survey = replace(survey, landscape=joined)
        return True

    def set_progress(self, progress: Progress | None) -> None:
        """Say how far the running search is."""
        if progress != self._progress:
            self._progress = progress
            self.progress_changed.emit(progress)

    def set_active(self, method: Method) -> None:
        """Choose the plan that fills network and tiles; the selection stays where tau and grid are equal."""
        if method == self._active:
            return
        before, self._active = self._active, method
        if self._selection.path is not None:
            shared = self._same_tiles(before, method)
            self._selection = replace(self._selection, method=method) if shared else Selection()
            self.selection_changed.emit(self._selection)
        self.active_changed.emit(method)

    def select(self, method: Method | None, path: int | None, more: Sequence[int] = ()) -> None:
        """Select a path of a method's plan, which becomes the active one, and `more` with it; None for none."""
        self._set_selection(selected(method, () if path is None else (*more, path)))

    def toggle(self, method: Method, path: int) -> None:
        """Add a path to the selected ones, or take it out; where those have other tiles, it is selected alone."""
        before = self._selection
        joins = before.method is not None and (
            before.method == method or self._same_tiles(before.method, method)
        )
        self._set_selection(before.toggled(method, path) if joins else selected(method, (path,)))

    def _set_selection(self, selection: Selection) -> None:
        if selection == self._selection:
            return
        self._selection = selection
        moved = selection.method is not None and selection.method != self._active
        if selection.method is not None:
            self._active = selection.method
        if moved:
            self.active_changed.emit(self._active)
        self.selection_changed.emit(selection)

    def set_layer(self, name: str | None) -> None:
        """Select a layer by name."""
        if name != self._layer:
            self._layer = name
            self.layer_changed.emit(name)

    def set_cursor(self, time_s: float | None) -> None:
        """Put the time cursor at a moment, or take it away."""
        moment = None if time_s is None else max(0.0, float(time_s))
        if moment != self._cursor_s:
            self._cursor_s = moment
            self.cursor_changed.emit(moment)

    def set_pins(self, pins: tuple[Pin, ...]) -> None:
        """Put in other pins."""
        if pins != self._pins:  # a pin is the same only as the same object
            self._pins = pins
            self.pins_changed.emit()

    def set_manual(self, decision: Decision | None) -> None:
        """Put in what is decided by hand, and time it; None puts it away."""
        if decision != self._manual:
            self._manual = decision
            self._plan_manual()
            self._keep_selection()
            self.manual_changed.emit()

    def _plan_manual(self) -> None:
        """Time the decision in the scenario as it stands; without a plan it cannot stay the one that is shown."""
        decision = self._manual
        fitting = decision is not None and fits(decision, self._scenario)
        self._manual_plan = (
            plan_by_hand(decision, self._scenario.system) if decision is not None and fitting else None
        )
        if self._manual_plan is None and self._active == "Manual":
            self.set_active("BF")

    def _plan_of(self, method: Method) -> Plan | None:
        if method == "Manual":
            return self._manual_plan
        return self._planset.plans.get(method) if self._planset is not None else None

    def _same_tiles(self, a: Method, b: Method) -> bool:
        one, two = self._plan_of(a), self._plan_of(b)
        return (
            one is not None
            and two is not None
            and (one.tau, one.rows, one.cols) == (two.tau, two.rows, two.cols)
        )

    def _keep_selection(self) -> None:
        """Drop a selection that the new plans do not have."""
        if self._selection.method is not None:
            plan = self._plan_of(self._selection.method)
            self._set_selection(self._selection.within(plan.paths if plan is not None else 0))
