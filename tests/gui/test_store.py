"""The store and the undoable commands."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace

import pytest
from conftest import small_network
from PySide6.QtGui import QUndoStack
from pytestqt.qtbot import QtBot

from flgui.state.commands import SetScenario
from flgui.state.edits import EDIT_TEXTS, apply_edit, fit_to_network, path_stops, way_out
from flgui.state.store import Progress, Selection, Store
from planner_core.errors import InfeasibleError, InputError
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.system import System


@pytest.fixture
def scenario() -> Scenario:
    return Scenario(small_network(), tau=2, paths=4, max_paths=9)


@pytest.fixture
def store(qapp: object, scenario: Scenario) -> Store:
    return Store(scenario)


def faster(scenario: Scenario, factor: float = 2.0) -> Scenario:
    system = scenario.system
    return replace(scenario, system=replace(system, rate_bps=system.rate_bps * factor))


def test_a_new_scenario_makes_the_plans_stale(qtbot: QtBot, store: Store, scenario: Scenario) -> None:
    store.take_plans(plan(scenario))
    assert not store.stale
    assert store.fresh == {"NFL", "MW", "BF"}
    with qtbot.waitSignals([store.scenario_changed, store.plans_changed]):
        store.set_scenario(faster(scenario))
    assert store.stale
    assert store.fresh == frozenset()
    assert store.planset is not None
    assert store.revision == 1


def test_an_equal_scenario_is_no_change(qtbot: QtBot, store: Store, scenario: Scenario) -> None:
    with qtbot.assertNotEmitted(store.scenario_changed):
        store.set_scenario(replace(scenario))
    assert store.revision == 0


def test_plans_of_an_older_scenario_stay_stale(store: Store, scenario: Scenario) -> None:
    store.set_scenario(faster(scenario))
    store.take_plans(plan(scenario))
    assert store.stale
    assert store.fresh == frozenset()


def test_one_methods_plan_is_fresh_before_the_others(store: Store, scenario: Scenario) -> None:
    store.take_plans(plan(scenario))
    newer = faster(scenario)
    store.set_scenario(newer)
    found = plan(newer)
    store.take_plan(newer, found.plans["MW"])
    assert store.fresh == {"MW"}
    assert store.stale
    assert store.planset is not None
    assert list(store.planset.plans) == ["NFL", "MW", "BF"]
    assert store.planset.plans["MW"] is found.plans["MW"]
    assert (store.planset.es_only_s, store.planset.device_only_s) == (found.es_only_s, found.device_only_s)


def test_a_plan_of_an_older_scenario_is_refused(store: Store, scenario: Scenario) -> None:
    found = plan(scenario)
    store.set_scenario(faster(scenario))
    store.take_plan(scenario, found.plans["MW"])
    assert store.planset is None


def test_a_first_plan_of_another_network_takes_no_old_plans_along(store: Store, scenario: Scenario) -> None:
    store.take_plans(plan(scenario))
    other = replace(scenario, network=small_network("other", 4))
    store.set_scenario(other)
    assert store.active_plan is None
    store.take_plan(other, plan(other, methods=("NFL",)).plans["NFL"])
    assert store.planset is not None
    assert list(store.planset.plans) == ["NFL"]


def test_selecting_a_path_of_another_plan_makes_it_active(
    qtbot: QtBot, store: Store, scenario: Scenario
) -> None:
    store.take_plans(plan(scenario))
    with qtbot.waitSignals([store.active_changed, store.selection_changed]):
        store.select("MW", 3)
    assert store.active == "MW"
    assert store.selected_path == 3


def test_plans_with_equal_tiles_share_the_selected_path(store: Store, scenario: Scenario) -> None:
    store.take_plans(plan(scenario))
    store.select("MW", 3)
    store.set_active("BF")
    assert store.selection == Selection("BF", 3)
    store.set_active("NFL")
    assert store.selection == Selection()


def test_a_path_that_a_new_plan_does_not_have_is_not_selected_any_more(
    store: Store, scenario: Scenario
) -> None:
    store.take_plans(plan(scenario))
    store.select("BF", 3)
    fewer = replace(scenario, paths=2)
    store.set_scenario(fewer)
    store.take_plans(plan(fewer))
    assert store.selection == Selection()


def test_progress_is_forgotten_with_its_scenario(store: Store, scenario: Scenario) -> None:
    store.set_progress(Progress(1, 4, 0.1, 0.05))
    store.set_scenario(faster(scenario))
    assert store.progress is None


# Commands


def test_a_command_goes_back_and_forth(store: Store, scenario: Scenario) -> None:
    stack = QUndoStack()
    newer = faster(scenario)
    stack.push(SetScenario(store, scenario, newer, "Change link rate"))
    assert store.scenario == newer
    stack.undo()
    assert store.scenario == scenario
    stack.redo()
    assert store.scenario == newer


def test_the_changes_of_one_gesture_are_one_step(store: Store, scenario: Scenario) -> None:
    stack = QUndoStack()
    before = scenario
    for factor in (2.0, 3.0, 4.0):
        after = faster(scenario, factor)
        stack.push(SetScenario(store, before, after, "Change link rate", gesture=7))
        before = after
    stack.push(SetScenario(store, before, faster(scenario, 5.0), "Change link rate", gesture=8))
    assert stack.count() == 2
    stack.undo()
    assert store.scenario == faster(scenario, 4.0)
    stack.undo()
    assert store.scenario == scenario


def test_a_gesture_that_ends_where_it_began_leaves_no_step(store: Store, scenario: Scenario) -> None:
    stack = QUndoStack()
    newer = faster(scenario)
    stack.push(SetScenario(store, scenario, newer, "Change link rate", gesture=7))
    stack.push(SetScenario(store, newer, scenario, "Change link rate", gesture=7))
    assert stack.count() == 0
    assert store.scenario == scenario


# Edits


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("device_flops", 7e9),
        ("es_flops", 1e12),
        ("rate_bps", 3e6),
        ("device_workers", None),
        ("es_workers", 2),
        ("bits_per_element", 8),
        ("transfer_overhead_s", 0.001),
        ("max_paths", None),
        ("tau", None),
        ("paths", None),
    ],
)
def test_an_edit_changes_its_field_only(scenario: Scenario, name: str, value: object) -> None:
    edit = apply_edit(scenario, name, value)
    assert edit.note is None
    holder = edit.scenario.system if name in System.__dataclass_fields__ else edit.scenario
    assert getattr(holder, name) == value
    assert name in EDIT_TEXTS
    back = apply_edit(
        edit.scenario, name, getattr(scenario.system if holder is edit.scenario.system else scenario, name)
    )
    assert back.scenario == scenario


def test_the_workers_of_both_sides_change_together(scenario: Scenario) -> None:
    system = apply_edit(scenario, "workers", (None, 3)).scenario.system
    assert (system.device_workers, system.es_workers) == (None, 3)


def test_a_tau_that_cannot_be_cut_so_often_takes_the_nearest_feasible_p(scenario: Scenario) -> None:
    edit = apply_edit(scenario, "tau", 4)
    assert edit.scenario.tau == 4
    assert edit.scenario.paths == 1
    assert edit.note is not None
    assert "fc3" in edit.note
    assert "One tile" in edit.note


def test_a_grid_that_a_tau_does_not_allow_falls_back_to_p(scenario: Scenario) -> None:
    wide = apply_edit(scenario, "grid", (1, 8)).scenario
    assert (wide.grid, wide.paths) == ((1, 8), None)
    edit = apply_edit(wide, "tau", 4)
    assert (edit.scenario.grid, edit.scenario.paths) == (None, 1)


def test_an_infeasible_p_is_refused_and_offers_a_way_out(scenario: Scenario) -> None:
    deep = replace(scenario, tau=4, paths=1)
    with pytest.raises(InfeasibleError, match="fc3"):
        apply_edit(deep, "paths", 4)
    assert way_out(deep, "paths", 4) == ("paths", 1, "Use P 1")
    with pytest.raises(InfeasibleError):
        apply_edit(replace(scenario, tau=None), "paths", 17 * 19)


def test_an_infeasible_grid_is_refused(scenario: Scenario) -> None:
    with pytest.raises(InfeasibleError, match="pool1"):
        apply_edit(scenario, "grid", (9, 1))
    assert way_out(scenario, "grid", (9, 1)) is not None
    assert way_out(scenario, "tau", 2) is None


def test_a_number_that_no_system_takes_is_refused(scenario: Scenario) -> None:
    with pytest.raises(InputError, match="rate_bps"):
        apply_edit(scenario, "rate_bps", 0.0)


def test_an_emptied_grid_keeps_p(scenario: Scenario) -> None:
    wide = apply_edit(scenario, "grid", (1, 4)).scenario
    assert apply_edit(wide, "grid", None).scenario == scenario


def test_the_stops_of_p_are_the_feasible_ones(scenario: Scenario) -> None:
    assert path_stops(scenario).tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert path_stops(replace(scenario, tau=4, paths=1)).tolist() == [1]
    assert 13 in path_stops(replace(scenario, tau=1, paths=None, max_paths=36)).tolist()
    assert 17 not in path_stops(replace(scenario, tau=1, paths=None, max_paths=36)).tolist()
    assert path_stops(replace(scenario, paths=16)).tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 16]


def test_another_network_starts_on_auto(scenario: Scenario) -> None:
    other = small_network("other", 4)
    edit = fit_to_network(scenario, other)
    assert edit.scenario == Scenario(other, scenario.system, max_paths=9)
    assert edit.note
    assert fit_to_network(edit.scenario, scenario.network).note is None


def test_the_time_cursor_never_stands_before_the_start(qtbot: QtBot, store: Store) -> None:
    with qtbot.waitSignal(store.cursor_changed) as moved:
        store.set_cursor(-1.0)
    assert moved.args == [0.0]
    assert store.cursor_s == 0.0
    with qtbot.assertNotEmitted(store.cursor_changed):
        store.set_cursor(0.0)
    store.set_cursor(None)
    assert store.cursor_s is None


def test_a_drag_keeps_no_store_alive(qapp: object, scenario: Scenario) -> None:
    stack, store = QUndoStack(), Store(scenario)
    for number in range(1, 6):
        after = faster(scenario, 1.0 + number / 10)
        stack.push(SetScenario(store, store.scenario, after, "Change link rate", gesture=7))
    stack.undo()
    assert store.scenario == scenario
    gone = weakref.ref(store)
    del stack, store
    gc.collect()
    assert gone() is None


def test_tiles_need_not_wait_for_the_first_plan_of_bf(store: Store, scenario: Scenario) -> None:
    found = plan(scenario)
    assert store.active == "BF"
    store.take_plan(scenario, found.plans["NFL"])
    assert store.shown_plan is None
    store.take_plan(scenario, found.plans["MW"])
    assert store.shown_plan is found.plans["MW"]
    store.take_plan(scenario, found.plans["BF"])
    assert store.shown_plan is found.plans["BF"]
