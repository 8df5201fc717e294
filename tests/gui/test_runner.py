"""The runner: newest wins, nothing old is handed out after something newer, a dead process is replaced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from conftest import FakeWorker, Workers, small_network
from pytestqt.qtbot import QtBot

from flgui.state.process import PlanProcess
from flgui.state.runner import Runner
from planner_core.errors import InfeasibleError
from planner_core.plan import PlanSet
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.search import Landscape
from planner_core.worker import Request, SurveyRequest


@pytest.fixture
def workers(qapp: object) -> Workers:
    return Workers()


@pytest.fixture
def runner(qtbot: QtBot, workers: Workers) -> Iterator[Runner]:
    made = Runner(workers)
    workers.last.answered.emit(("ready", 0))
    settle(qtbot)
    yield made
    made.close()


def settle(qtbot: QtBot) -> None:
    """Let queued answers arrive."""
    from PySide6.QtWidgets import QApplication

    QApplication.processEvents()


def scenario(paths: int = 1) -> Scenario:
    return Scenario(small_network(), tau=1, paths=paths)


def done(worker: FakeWorker, at: int, cancelled: bool = False) -> PlanSet:
    """Answer the request number `at` of those that were sent."""
    request = worker.sent[at]
    # The process hands back a network of its own.
    copy = replace(request.scenario, network=small_network())
    result = PlanSet(copy, {}, 1.0, 2.0, cancelled)
    worker.answered.emit(("done", request.generation, result))
    return result


def test_a_runner_that_is_to_wait_starts_once_and_then_plans_what_was_asked_for(qtbot: QtBot) -> None:
    workers = Workers()
    runner = Runner(workers, at_once=False)
    runner.request(scenario(1))
    runner.request(scenario(2))
    assert workers.made == []
    runner.start()
    runner.start()
    assert len(workers.made) == 1
    workers.last.answered.emit(("ready", 0))
    settle(qtbot)
    assert [request.scenario for request in workers.last.sent] == [scenario(2)]
    runner.close()
    assert workers.last.closed


def test_a_runner_that_was_closed_before_it_started_never_starts() -> None:
    workers = Workers()
    runner = Runner(workers, at_once=False)
    runner.request(scenario())
    runner.close()
    runner.start()
    assert workers.made == []


def test_a_result_carries_the_scenario_that_was_asked_for(
    qtbot: QtBot, runner: Runner, workers: Workers
) -> None:
    wanted = scenario()
    runner.request(wanted)
    with qtbot.waitSignal(runner.planned) as caught:
        done(workers.last, 0)
    assert caught.args is not None
    assert caught.args[0].scenario is wanted
    assert not runner.busy


def test_one_runs_one_waits_and_the_newest_wins(qtbot: QtBot, runner: Runner, workers: Workers) -> None:
    for paths in (1, 2, 3, 4):
        runner.request(scenario(paths))
    worker = workers.last
    assert [r.scenario.paths for r in worker.sent] == [1]
    done(worker, 0)
    settle(qtbot)
    assert [r.scenario.paths for r in worker.sent] == [1, 4]


def test_a_request_that_runs_long_enough_is_cancelled_at_once(
    qtbot: QtBot, runner: Runner, workers: Workers
) -> None:
    first = runner.request(scenario(1))
    runner._grace.stop()  # as if 150 ms had gone by
    runner.request(scenario(2))
    assert workers.last.cancelled == [first]


def test_a_young_request_is_cancelled_when_its_time_is_up(
    qtbot: QtBot, runner: Runner, workers: Workers
) -> None:
    first = runner.request(scenario(1))
    runner.request(scenario(2))
    assert workers.last.cancelled == []
    qtbot.waitUntil(lambda: workers.last.cancelled == [first])


def test_answers_out_of_order_never_put_an_old_plan_over_a_newer_one(
    qtbot: QtBot, runner: Runner, workers: Workers
) -> None:
    seen: list[int | None] = []
    runner.planned.connect(lambda planset: seen.append(planset.scenario.paths))
    runner.request(scenario(1))
    done(workers.last, 0)
    settle(qtbot)
    runner.request(scenario(2))
    runner.request(scenario(1))  # kept: answered at once
    done(workers.last, 1)
    settle(qtbot)
    assert seen == [1, 1]


def test_an_answer_to_no_request_is_dropped(qtbot: QtBot, runner: Runner, workers: Workers) -> None:
    runner.request(scenario(1))
    with qtbot.assertNotEmitted(runner.planned):
        workers.last.answered.emit(("done", 99, PlanSet(scenario(1))))
        settle(qtbot)
    assert runner.busy


def test_a_superseded_result_is_handed_out_once_with_its_own_scenario(
    qtbot: QtBot, runner: Runner, workers: Workers
) -> None:
    seen: list[int | None] = []
    runner.planned.connect(lambda planset: seen.append(planset.scenario.paths))
    runner.request(scenario(1))
    runner.request(scenario(2))
    done(workers.last, 0, cancelled=True)
    settle(qtbot)
    assert seen == [1]
    done(workers.last, 1)
    settle(qtbot)
    assert seen == [1, 2]


def test_partial_plans_and_progress_of_a_superseded_request_are_dropped(
    qtbot: QtBot, runner: Runner, workers: Workers
) -> None:
    first = runner.request(scenario(1))
    found = plan(scenario(1)).plans["NFL"]
    with qtbot.waitSignals([runner.method_planned, runner.progressed]):
        workers.last.answered.emit(("plan", first, found))
        workers.last.answered.emit(("progress", first, 1, 2, 0.1, 0.05))
    runner.request(scenario(2))
    with qtbot.assertNotEmitted(runner.method_planned), qtbot.assertNotEmitted(runner.progressed):
        workers.last.answered.emit(("plan", first, found))
        workers.last.answered.emit(("progress", first, 2, 2, 0.1, 0.05))
        settle(qtbot)


def test_plans_are_kept_so_that_undo_asks_for_nothing(qtbot: QtBot, runner: Runner, workers: Workers) -> None:
    runner.request(scenario(1))
    done(workers.last, 0)
    settle(qtbot)
    with qtbot.waitSignal(runner.planned):
        runner.request(scenario(1))
    assert len(workers.last.sent) == 1


def test_a_stopped_plan_is_not_kept(qtbot: QtBot, runner: Runner, workers: Workers) -> None:
    runner.request(scenario(1))
    runner.stop()
    assert workers.last.cancelled == [1]
    with qtbot.waitSignal(runner.planned):
        done(workers.last, 0, cancelled=True)
    runner.request(scenario(1))
    assert len(workers.last.sent) == 2


def test_plans_from_elsewhere_are_not_overwritten_by_what_was_running(
    qtbot: QtBot, runner: Runner, workers: Workers
) -> None:
    first = runner.request(scenario(1))
    runner.drop()
    assert workers.last.cancelled == [first]
    with qtbot.assertNotEmitted(runner.planned):
        done(workers.last, 0)
        settle(qtbot)
    assert not runner.busy


def test_a_failure_of_the_newest_request_is_told(qtbot: QtBot, runner: Runner, workers: Workers) -> None:
    runner.request(scenario(1))
    with qtbot.waitSignal(runner.failed) as caught:
        workers.last.answered.emit(("failed", 1, InfeasibleError("P 1 cannot be cut")))
    assert caught.args == [scenario(1), "P 1 cannot be cut"]
    runner.request(scenario(2))
    with qtbot.waitSignal(runner.failed) as caught:
        workers.last.answered.emit(("broken", 2, "Traceback\n  File\nZeroDivisionError: division by zero\n"))
    assert caught.args is not None
    assert "division by zero" in caught.args[1]


def test_a_failure_of_an_older_request_is_not(qtbot: QtBot, runner: Runner, workers: Workers) -> None:
    runner.request(scenario(1))
    runner.request(scenario(2))
    with qtbot.assertNotEmitted(runner.failed):
        workers.last.answered.emit(("failed", 1, InfeasibleError("P 1 cannot be cut")))
        settle(qtbot)
    assert [r.scenario.paths for r in workers.last.sent] == [1, 2]


def test_a_dead_process_is_replaced_and_asked_again(qtbot: QtBot, runner: Runner, workers: Workers) -> None:
    runner.request(scenario(1))
    with qtbot.waitSignal(runner.restarted):
        workers.last.ended.emit()
    assert len(workers.made) == 2
    assert workers.made[0].closed
    workers.last.answered.emit(("ready", 0))
    settle(qtbot)
    assert [r.scenario.paths for r in workers.last.sent] == [1]


def test_a_request_that_kills_the_process_three_times_is_given_up(
    qtbot: QtBot, runner: Runner, workers: Workers
) -> None:
    runner.request(scenario(1))
    for _ in range(2):
        with qtbot.waitSignal(runner.restarted):
            workers.last.ended.emit()
    with qtbot.waitSignal(runner.failed):
        workers.last.ended.emit()
    assert not runner.busy
    assert len(workers.made) == 3  # no fourth one that would die as well
    runner.request(scenario(2))
    assert len(workers.made) == 4
    workers.last.answered.emit(("ready", 0))
    settle(qtbot)
    assert [r.scenario.paths for r in workers.last.sent] == [2]


def test_a_process_that_does_not_stop_is_replaced(qtbot: QtBot, runner: Runner, workers: Workers) -> None:
    runner.request(scenario(1))
    runner._grace.stop()  # as if 150 ms had gone by
    runner.request(scenario(2))
    assert runner._patience.isActive()
    with qtbot.waitSignal(runner.restarted):
        runner._patience.timeout.emit()
    assert workers.made[0].closed
    workers.last.answered.emit(("ready", 0))
    settle(qtbot)
    assert [r.scenario.paths for r in workers.last.sent] == [2]
    done(workers.last, 0)
    settle(qtbot)
    assert not runner.busy


def test_nothing_is_asked_of_a_closed_runner(qtbot: QtBot, runner: Runner, workers: Workers) -> None:
    runner.close()
    assert workers.last.closed
    runner.request(scenario(1))
    assert workers.last.sent == []


# Landscapes


def survey_answer(worker: FakeWorker, done: int, kind: str = "cells") -> Landscape:
    """Answer the last request, a survey, with `done` of four cells."""
    found = Landscape(np.array([1, 1, 2, 2]), np.ones(4, np.int64), np.array([1, 2, 1, 2]))
    found.bf[:done] = found.mw[:done] = found.bound[:done] = 1.0
    worker.answered.emit((kind, worker.sent[-1].generation, found))
    return found


def test_a_survey_waits_for_the_plans(qtbot: QtBot, runner: Runner, workers: Workers) -> None:
    runner.request(scenario(2))
    runner.survey(scenario(1))
    assert len(workers.last.sent) == 1
    done(workers.last, 0)
    settle(qtbot)
    assert len(workers.last.sent) == 1  # in a drag the next request follows at once
    qtbot.waitUntil(lambda: len(workers.last.sent) == 2)
    assert isinstance(workers.last.sent[1], SurveyRequest)
    assert not runner.busy
    seen: list[tuple[int, bool]] = []
    runner.surveyed.connect(lambda _, found, whole: seen.append((found.done, whole)))
    survey_answer(workers.last, 1)
    survey_answer(workers.last, 4, "surveyed")
    settle(qtbot)
    assert seen == [(1, False), (4, True)]


def test_a_request_cancels_the_survey_and_is_sent_when_it_has_ended(
    qtbot: QtBot, runner: Runner, workers: Workers
) -> None:
    runner.survey(scenario(1))
    surveying = workers.last.sent[0].generation
    runner.request(scenario(2))
    assert workers.last.cancelled == [surveying]
    assert len(workers.last.sent) == 1
    with qtbot.assertNotEmitted(runner.surveyed):
        survey_answer(workers.last, 2, "surveyed")
        settle(qtbot)
    assert [type(request) for request in workers.last.sent] == [SurveyRequest, Request]
    done(workers.last, 1)
    settle(qtbot)
    assert len(workers.last.sent) == 2  # nobody has asked for the landscape again


def test_another_survey_takes_the_place_of_the_running_one(
    qtbot: QtBot, runner: Runner, workers: Workers
) -> None:
    runner.survey(scenario(1))
    runner.survey(scenario(2))
    runner.survey(scenario(2))
    assert len(workers.last.cancelled) > 0
    survey_answer(workers.last, 2, "surveyed")
    settle(qtbot)
    assert [request.scenario.paths for request in workers.last.sent] == [1, 2]


def test_a_whole_landscape_is_kept(qtbot: QtBot, runner: Runner, workers: Workers) -> None:
    runner.survey(scenario(1))
    survey_answer(workers.last, 4, "surveyed")
    settle(qtbot)
    with qtbot.waitSignal(runner.surveyed):
        runner.survey(scenario(1))
    assert len(workers.last.sent) == 1


def test_a_survey_that_breaks_leaves_the_plans_alone(qtbot: QtBot, runner: Runner, workers: Workers) -> None:
    runner.survey(scenario(1))
    with qtbot.assertNotEmitted(runner.failed):
        workers.last.answered.emit(("broken", workers.last.sent[0].generation, "Traceback"))
        settle(qtbot)
    runner.request(scenario(2))
    assert len(workers.last.sent) == 2


def test_a_survey_that_does_not_stop_is_ended_with_its_process(
    qtbot: QtBot, runner: Runner, workers: Workers
) -> None:
    runner.survey(scenario(1))
    runner.request(scenario(2))
    with qtbot.waitSignal(runner.restarted):
        runner._patience.timeout.emit()
    workers.last.answered.emit(("ready", 0))
    settle(qtbot)
    assert [request.scenario.paths for request in workers.last.sent] == [2]


# The real process


def test_the_process_surveys_until_plans_are_asked_for_and_goes_on_later(qtbot: QtBot) -> None:
    runner = Runner()
    try:
        free = Scenario(small_network(channels=16), max_paths=36)
        with qtbot.waitSignal(runner.surveyed, timeout=240_000):
            runner.survey(free)
        with qtbot.waitSignal(runner.planned, timeout=240_000):
            runner.request(scenario(4))
        seen: list[Landscape] = []
        runner.surveyed.connect(lambda _, found, whole: seen.append(found) if whole else None)
        runner.survey(free)
        qtbot.waitUntil(lambda: bool(seen), timeout=240_000)
        assert seen[0].done == len(seen[0].tau)
    finally:
        runner.close()


def test_the_process_plans_cancels_and_ends(qtbot: QtBot) -> None:
    runner = Runner()
    try:
        wanted = replace(scenario(), paths=4)
        with qtbot.waitSignal(runner.planned, timeout=60_000) as caught:
            runner.request(wanted)
        assert caught.args is not None
        found: PlanSet = caught.args[0]
        expected = plan(wanted)
        assert {m: p.makespan_s for m, p in found.plans.items()} == {
            m: p.makespan_s for m, p in expected.plans.items()
        }
    finally:
        runner.close()


def test_a_killed_process_says_so(qtbot: QtBot) -> None:
    import os
    import signal

    process = PlanProcess("planner_core.planner:plan")
    try:
        with qtbot.waitSignal(process.ended, timeout=60_000):
            os.kill(process.pid or 0, signal.SIGKILL)
    finally:
        process.close()
