"""The controller and the presenter on the whole window, with plans made in the test's own thread."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from conftest import Workers, small_network
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from flgui.app import Parts, build
from flgui.controller import UNDO_STEPS
from flgui.documents import Refusal, Source
from flgui.plan_words import proof_text, worker_text
from flgui.settings import Settings
from flgui.state.runner import Runner
from flgui.state.store import Selection
from flgui.text import (
    MINUS,
    format_bytes,
    format_flop,
    format_flops,
    format_number,
    format_percent,
    format_rate,
    format_ratio,
    format_time,
    shape_text,
)
from flgui.viewmodel.command import command_text
from flgui.viewmodel.scores import scores
from flgui.widgets.parsing import parse_count, parse_grid
from planner_core.network.model import Network
from planner_core.plan import PlanSet
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.system import System


def planned(qtbot: QtBot, parts: Parts) -> None:
    qtbot.waitUntil(lambda: not parts.controller.store.stale)


# Intents


def test_an_edit_becomes_one_undoable_step_and_new_plans(qtbot: QtBot, parts: Parts) -> None:
    controller = parts.controller
    before = controller.store.planset
    controller.edit("rate_bps", 1e6)
    assert controller.store.stale
    assert controller.undo_stack.undoText() == "Change link rate"
    planned(qtbot, parts)
    after = controller.store.planset
    assert after is not before
    assert after is not None
    assert after.scenario.system.rate_bps == 1e6
    controller.undo_stack.undo()
    planned(qtbot, parts)
    assert controller.store.planset is before


def test_an_edit_to_what_is_there_is_no_step(parts: Parts) -> None:
    parts.controller.edit("rate_bps", 100e6)
    assert parts.controller.undo_stack.count() == 0


def test_an_infeasible_p_marks_its_field_and_offers_the_nearest(qtbot: QtBot, parts: Parts) -> None:
    controller, window = parts.controller, parts.window
    controller.edit("tau", 4)
    controller.edit("paths", 4)
    assert window.strip.tiles.field.reason == "not feasible"
    message = window.messages.message
    assert message is not None
    assert "fc3" in message.title + message.text
    assert message.action == "Use P 1"
    assert controller.store.scenario.paths is None
    QTest.mouseClick(window.messages.button, Qt.MouseButton.LeftButton)
    assert controller.store.scenario.paths == 1
    assert window.strip.tiles.field.reason is None
    assert window.messages.message is None


def test_a_deeper_tau_says_that_p_had_to_change(qtbot: QtBot, parts: Parts) -> None:
    controller, window = parts.controller, parts.window
    controller.edit("tau", 2)
    controller.edit("paths", 4)
    controller.edit("tau", 4)
    assert controller.store.scenario.paths == 1
    assert window.messages.message is not None
    assert "One tile" in window.messages.message.title
    planned(qtbot, parts)
    assert window.messages.message is not None


def test_a_path_picked_anywhere_is_selected_everywhere(parts: Parts) -> None:
    store, window = parts.controller.store, parts.window
    window.gantt.path_selected.emit("MW", 0)
    assert store.selection == Selection("MW", 0)
    assert store.active == "MW"
    assert window.scores.cells["MW"].isChecked()
    assert window.gantt.canvas.selection.path == 0
    window.tiles.path_selected.emit(None)
    assert store.selection == Selection()
    assert window.gantt.canvas.selection.path is None


def test_a_layer_picked_anywhere_is_selected_everywhere(parts: Parts) -> None:
    store, window = parts.controller.store, parts.window
    window.network.layer_selected.emit("conv1")
    assert store.layer == "conv1"
    assert window.tiles.tensor == "conv1"
    window.layers.layer_selected.emit("pool1")
    assert store.layer == "pool1"


def test_the_command_can_be_copied(parts: Parts) -> None:
    parts.window.status.command.click()
    assert QGuiApplication.clipboard().text().startswith("flplan plan small --rate-mbps 100")
    assert parts.window.messages.message is not None


# Presenting


def test_stale_plans_are_dimmed_and_said_to_be_planned(
    qtbot: QtBot, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = parts.window
    assert window.status.state.text() == "Up to date"
    worker: Any = parts.controller.runner._worker
    plan_it, held = worker.send, []
    monkeypatch.setattr(worker, "send", held.append)
    parts.controller.edit("rate_bps", 2e6)
    assert not window.actions_by_key["save_plan"].isEnabled()
    qtbot.waitUntil(lambda: window.status.state.text() == "Planning")
    score = window.scores.cells["BF"].score
    assert score is not None
    assert not score.fresh
    assert score.badge is not None
    assert score.badge.texts == ("planning",)
    plan_it(held[0])
    planned(qtbot, parts)
    assert window.status.state.text() == "Up to date"
    score = window.scores.cells["BF"].score
    assert score is not None
    assert score.fresh
    assert window.actions_by_key["save_plan"].isEnabled()


def test_a_failed_scenario_is_said_and_the_old_plan_stays(parts: Parts) -> None:
    controller = parts.controller
    controller.runner.failed.emit(controller.store.scenario, "Everything is broken.")
    assert parts.window.status.state.text() == "Not planned"
    assert parts.window.messages.message is not None
    assert controller.store.planset is not None


def test_undo_goes_back_a_bounded_number_of_steps_and_no_further(parts: Parts) -> None:
    store, stack = parts.controller.store, parts.controller.undo_stack
    begun = store.scenario
    for step in range(UNDO_STEPS + 10):
        parts.controller.edit("rate_bps", 1e6 * (step + 1))
    assert stack.count() == UNDO_STEPS
    assert parts.window.isWindowModified()
    while stack.canUndo():
        stack.undo()
    assert store.scenario.system.rate_bps == 10e6, "the first ten are let go"
    assert store.scenario != begun
    assert parts.window.isWindowModified(), "what the file has can no longer be reached"
    while stack.canRedo():
        stack.redo()
    assert store.scenario.system.rate_bps == 1e6 * (UNDO_STEPS + 10)


def test_a_refused_file_is_named_and_what_was_open_stays(parts: Parts) -> None:
    before = parts.controller.store.scenario
    parts.controller.documents.refused.emit(Refusal("resnet.onnx", "Node 'Loop_3' holds a subgraph."))
    message = parts.window.messages.message
    assert message is not None
    assert message.title == "resnet.onnx was not opened."
    assert message.text == "Node 'Loop_3' holds a subgraph. small stays open."
    assert parts.controller.store.scenario is before


def test_a_message_is_put_away_by_its_button_or_the_next_edit(parts: Parts) -> None:
    refused = parts.controller.documents.refused
    refused.emit(Refusal("a.onnx", "It is empty."))
    QTest.mouseClick(parts.window.messages.close_button, Qt.MouseButton.LeftButton)
    assert parts.window.messages.message is None
    refused.emit(Refusal("a.onnx", "It is empty."))
    parts.controller.edit("rate_bps", 3e6)
    assert parts.window.messages.message is None


def test_another_network_keeps_the_system_and_can_be_undone(qtbot: QtBot, parts: Parts) -> None:
    controller = parts.controller
    controller.edit("rate_bps", 7e6)
    controller.edit("tau", 1)
    planned(qtbot, parts)
    other = small_network("other", 4)
    controller.documents.network_opened.emit(other, Source("other"))
    assert parts.window.windowTitle() == "other[*]"
    planned(qtbot, parts)
    assert controller.store.scenario == Scenario(other, System(rate_bps=7e6), max_paths=36)
    controller.undo_stack.undo()
    planned(qtbot, parts)
    assert controller.store.scenario.network.name == "small"
    assert controller.store.scenario.tau == 1


def test_auto_shows_what_the_search_chose(qtbot: QtBot, parts: Parts) -> None:
    strip, store = parts.window.strip, parts.controller.store
    assert store.planset is not None
    best = store.planset.plans["BF"]
    assert strip.fused.slider.auto
    assert strip.fused.field.text() == str(best.tau)
    assert strip.tiles.field.text() == str(best.paths)
    assert strip.grid.text() == f"{best.rows} × {best.cols}"


def test_the_proof_is_stated_with_what_it_covers() -> None:
    scenario = Scenario(small_network(), max_paths=9)
    found = plan(scenario)
    assert proof_text(found) == "BF proven on all 28 feasible (τ, P), P ≤ 9"
    assert proof_text(plan(replace(scenario, max_paths=None))) == "BF proven optimal"
    assert proof_text(plan(replace(scenario, paths=4))) == "BF proven for every τ, P 4"
    fixed = plan(replace(scenario, tau=2, paths=4))
    assert proof_text(fixed) == "BF proven for τ 2, grid 2×2"
    best = fixed.plans["BF"]
    open_plan = replace(best, optimal=False, lower_bound_s=best.makespan_s * 0.99)
    text = proof_text(PlanSet(scenario, {"BF": open_plan}))
    assert text.startswith("BF within 1.0")
    assert "proven" not in text
    assert proof_text(None) == ""


def test_the_worker_model_is_named() -> None:
    assert worker_text(System()) == "Shared device model, 32 bit per element"
    assert worker_text(System(device_workers=2, es_workers=None)).startswith("2 + ∞ workers")


# Scores


def test_scores_before_the_first_plan_say_so() -> None:
    cells = scores(None, (), False)
    assert [cell.number for cell in cells] == ["–"] * 5
    assert not any(cell.fresh for cell in cells)


def test_scores_compare_with_nfl_and_bf() -> None:
    found = plan(Scenario(small_network(), System(rate_bps=1e6), max_paths=9))
    nfl, mw, bf, es_only, device_only = scores(found, ("NFL", "MW", "BF"), True)
    assert nfl.lines[0].rest.startswith("reference · ")
    assert bf.badge is not None
    assert bf.badge.texts[0] == "proven optimal"
    assert "bound" in bf.lines[0].rest
    assert es_only.lines[0].rest.endswith("NFL time") or es_only.lines[0].rest == "equal to NFL"
    assert device_only.fresh
    assert mw.lines[-1].rest == ""


def test_an_open_gap_is_never_called_optimal() -> None:
    found = plan(Scenario(small_network(), max_paths=9))
    best = found.plans["BF"]
    looser = replace(best, optimal=False, lower_bound_s=best.makespan_s * 0.9983)
    cell = scores(replace(found, plans={**found.plans, "BF": looser}), ("BF",), True)[2]
    assert cell.descriptor == "Best known"
    assert cell.badge is not None
    assert cell.badge.texts == ("gap 0.17\u00a0%",)


# Text


def test_numbers_are_written_as_the_design_says() -> None:
    assert format_time(0.02752) == ("27.52", "ms")
    assert format_time(0.9999) == ("999.9", "ms")
    assert format_time(0.99996) == ("1.000", "s")
    assert format_time(75) == ("1.250", "min")
    assert format_time(7200) == ("2.000", "h")
    assert format_bytes(25088 * 8) == ("25.1", "kB")
    assert format_bytes(186624 * 8) == ("186.6", "kB")
    assert format_bytes(7 * 8) == ("7", "B")
    assert format_flop(1.4283e9) == ("1.43", "GFLOP")
    assert format_flops(5e9) == ("5", "GFLOPS")
    assert format_rate(250) == ("250", "bit/s")
    assert format_ratio(1.6604) == "1.66×"
    assert format_percent(0.415) == "41.5\u00a0%"
    assert format_number(-1.5) == MINUS + "1.500"
    assert format_number(float("inf")) == "∞"
    assert format_number(999.96) == "1000"
    assert shape_text((64, 55, 55)) == "64×55×55"
    assert shape_text((1000, 1, 1)) == "1000"


@pytest.mark.parametrize(
    ("scenario", "text"),
    [
        (Scenario(small_network(), max_paths=36), "flplan plan m --rate-mbps 100 --max-paths 36"),
        (
            Scenario(
                small_network(),
                System(7e9, 1e12, 250.0, None, 2, 8, 0.0015),
                tau=2,
                grid=(2, 4),
            ),
            "flplan plan m --device-gflops 7 --es-gflops 1000 --rate-mbps 0.00025 --device-workers inf "
            "--es-workers 2 --bits 8 --transfer-overhead-ms 1.5 --tau 2 --grid 2x4",
        ),
        (Scenario(small_network(), paths=4, max_paths=36), "flplan plan m --rate-mbps 100 --paths 4"),
    ],
)
def test_the_command_says_what_differs(scenario: Scenario, text: str) -> None:
    assert command_text(scenario, "m") == text


def test_a_path_with_blanks_is_quoted_in_the_command() -> None:
    scenario = Scenario(small_network())
    assert command_text(scenario, "/my nets/a.onnx") == "flplan plan '/my nets/a.onnx' --rate-mbps 100"


def test_a_first_plan_that_takes_long_is_explained(qtbot: QtBot, settings: Settings, small: Network) -> None:
    workers = Workers()
    made = build(settings, "light", Runner(workers), small, Source("small", True, False))
    made.window.show()
    made.controller.start()
    made.controller.presenter._first.setInterval(0)
    qtbot.waitUntil(lambda: "compiles the planner" in made.window.status.proof.text())
    made.controller.close()
    made.window.close()
    made.window.deleteLater()


def test_numbers_of_any_size_are_written():
    assert format_number(1e308) == str(int(1e308))
    assert format_number(-1.7e308) == MINUS + str(int(1.7e308))
    assert format_number(1e-300).startswith("0.000")


@pytest.mark.parametrize("text", ["9" * 20, "9" * 400, "9" * 5000])
def test_fields_refuse_counts_that_no_plan_can_have(text):
    with pytest.raises(ValueError, match=r"^is too large$"):
        parse_count(text)
    with pytest.raises(ValueError, match=r"^is too large$"):
        parse_grid(f"2x{text}")
