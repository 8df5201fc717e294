"""The start before anything was compiled: one process answers in plain Python until the other has compiled."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from conftest import FakeWorker, small_network
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from flgui.state.meanwhile import PlansMeanwhile
from flgui.state.process import PlanProcess
from flgui.state.runner import Runner
from flgui.state.workers import PLANNER
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.system import WORKER_PRESETS, System
from planner_core.worker import Request, SurveyRequest


@pytest.fixture
def slow() -> FakeWorker:
    return FakeWorker()


@pytest.fixture
def fast() -> FakeWorker:
    return FakeWorker()


@pytest.fixture
def both(qapp: QApplication, slow: FakeWorker, fast: FakeWorker) -> PlansMeanwhile:
    return PlansMeanwhile(slow, fast)


def answers_of(both: PlansMeanwhile) -> list[object]:
    seen: list[object] = []
    both.answered.connect(seen.append)
    return seen


def say(worker: FakeWorker, *messages: tuple[object, ...]) -> None:
    for message in messages:
        worker.answered.emit(message)
    QApplication.processEvents()


def request(generation: int = 1) -> Request:
    return Request(generation, Scenario(small_network(), tau=2, paths=4))


def test_the_slow_process_answers_until_the_other_has_compiled(
    both: PlansMeanwhile, slow: FakeWorker, fast: FakeWorker
) -> None:
    seen = answers_of(both)
    say(fast, ("ready", 0))
    say(slow, ("ready", 0))
    both.send(request())
    say(slow, ("plan", 1, "nfl"), ("done", 1, "plans"))
    assert seen == [("ready", 0), ("plan", 1, "nfl"), ("done", 1, "plans")]
    say(fast, ("compiled", 0))
    assert slow.closed
    assert not fast.closed
    both.send(request(2))
    both.cancel(2)
    assert [len(worker.sent) for worker in (slow, fast)] == [1, 1]
    assert fast.cancelled == [2]
    say(fast, ("done", 2, "more"))
    assert seen[3:] == [("done", 2, "more")]


def test_what_is_under_way_is_handed_over(both: PlansMeanwhile, slow: FakeWorker, fast: FakeWorker) -> None:
    seen = answers_of(both)
    say(slow, ("ready", 0))
    both.send(asked := request())
    slow.answered.emit(("plan", 1, "queued, and too late"))
    both._on_fast(("compiled", 0))
    QApplication.processEvents()
    assert fast.sent == [asked]
    say(slow, ("done", 1, "too late"))
    say(fast, ("done", 1, "plans"))
    assert seen == [("ready", 0), ("done", 1, "plans")]


def test_a_slow_process_that_dies_leaves_its_work_to_the_other(
    both: PlansMeanwhile, slow: FakeWorker, fast: FakeWorker, qtbot: QtBot
) -> None:
    seen = answers_of(both)
    with qtbot.assertNotEmitted(both.ended):
        slow.ended.emit()
        QApplication.processEvents()
    assert seen == [("ready", 0)]
    both.send(asked := request())
    assert fast.sent == [asked]


def test_the_end_of_the_compiling_process_is_told(
    both: PlansMeanwhile, slow: FakeWorker, fast: FakeWorker, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(both.ended):
        fast.ended.emit()
    assert slow.closed


def test_a_process_that_compiles_is_not_waited_for_at_the_end(
    both: PlansMeanwhile, slow: FakeWorker, fast: FakeWorker
) -> None:
    both.close()
    assert slow.closed
    assert fast.closed


def test_a_landscape_waits_for_the_compiled_process(
    qtbot: QtBot, slow: FakeWorker, fast: FakeWorker, both: PlansMeanwhile
) -> None:
    runner = Runner(worker_factory=lambda: both)
    say(slow, ("ready", 0))
    runner.survey(request().scenario)
    qtbot.wait(20)
    assert (slow.sent, fast.sent) == ([], [])
    say(fast, ("ready", 0), ("compiled", 0))
    qtbot.waitUntil(lambda: len(fast.sent) == 1)
    assert isinstance(fast.sent[0], SurveyRequest)
    assert slow.sent == []
    runner.close()


@pytest.mark.parametrize("proven", [True, False])
def test_what_plain_python_left_open_is_planned_again(
    qtbot: QtBot, slow: FakeWorker, fast: FakeWorker, both: PlansMeanwhile, proven: bool
) -> None:
    runner = Runner(worker_factory=lambda: both)
    say(slow, ("ready", 0))
    asked = request().scenario
    runner.request(asked)
    found = plan(asked)
    best = replace(found.plans["BF"], optimal=proven)
    with qtbot.waitSignal(runner.planned):
        say(slow, ("done", 1, replace(found, plans={**found.plans, "BF": best})))
    say(fast, ("ready", 0), ("compiled", 0))
    QApplication.processEvents()
    assert [r.scenario for r in fast.sent] == ([] if proven else [asked])
    assert runner.busy != proven
    runner.close()


def test_plain_python_plans_what_compiled_code_plans(qtbot: QtBot) -> None:
    process = PlanProcess(PLANNER, "interpret")
    seen: list[tuple[object, ...]] = []
    process.answered.connect(seen.append)
    try:
        for number, preset in enumerate(WORKER_PRESETS, 1):
            system = System(rate_bps=2e7, device_workers=preset.device_workers, es_workers=preset.es_workers)
            wanted = Scenario(small_network(channels=16), system, max_paths=6)
            process.send(Request(number, wanted))
            qtbot.waitUntil(lambda n=number: bool(seen) and seen[-1][:2] == ("done", n), timeout=120_000)
            found, expected = seen[-1][2], plan(wanted)
            for method, one in expected.plans.items():
                other = found.plans[method]  # type: ignore[attr-defined]
                assert math.isclose(one.makespan_s, other.makespan_s, rel_tol=1e-12), method
                assert (one.tau, one.paths, one.optimal) == (other.tau, other.paths, other.optimal)
    finally:
        process.close()
