"""Points in the background: order, cancelling, what is kept, processes that die; and one real process."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import pytest
from conftest import Workers, small_network
from point_worker import PointWorker
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from flgui.state.background import Background
from flgui.state.process import PlanProcess
from flgui.state.runner import Runner
from flgui.state.workers import PLANNER
from planner_core.errors import InfeasibleError
from planner_core.figures import DEVICE_ONLY, ES_ONLY
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.system import System


def at_rate(mbps: float) -> Scenario:
    return Scenario(small_network(), System(rate_bps=mbps * 1e6), max_paths=4)


RATES = [at_rate(mbps) for mbps in (1.0, 10.0, 100.0, 1000.0)]


@pytest.fixture
def workers(qapp: object) -> Workers:
    return Workers(PointWorker)


@pytest.fixture
def background(workers: Workers) -> Iterator[Background]:
    made = Background(workers)
    yield made
    made.close()


def worker(workers: Workers, at: int = 0) -> PointWorker:
    found = workers.made[at]
    assert isinstance(found, PointWorker)
    return found


def settle() -> None:
    QApplication.processEvents()


def get_ready(workers: Workers, at: int = 0) -> PointWorker:
    made = worker(workers, at)
    made.answered.emit(("ready", 0))
    settle()
    return made


def answer(made: PointWorker) -> None:
    made.answer()
    settle()


def rates(made: PointWorker) -> list[float]:
    return [request.scenario.system.rate_bps / 1e6 for request in made.sent]


def test_no_process_is_started_before_a_point_is_wanted(background: Background, workers: Workers) -> None:
    assert not workers.made
    background.want("sweep", RATES[:1])
    assert len(workers.made) == 1


def test_curves_come_before_a_sweep_and_each_in_its_order(background: Background, workers: Workers) -> None:
    background.want("sweep", [RATES[3], RATES[2]])
    made = get_ready(workers)
    background.want("curves", [RATES[1], RATES[0]])
    for _ in range(4):
        answer(made)
    assert rates(made) == [1000.0, 10.0, 1.0, 100.0]


def test_figures_equal_the_plans_at_every_point(background: Background, workers: Workers) -> None:
    background.want("curves", RATES)
    made = get_ready(workers)
    for scenario in RATES:
        answer(made)
        known, wanted = background.figures(scenario), plan(scenario)
        assert known is not None
        assert {m: known.makespan(m) for m in wanted.plans} == {
            m: p.makespan_s for m, p in wanted.plans.items()
        }
        assert known.makespan(DEVICE_ONLY) == wanted.device_only_s
        assert known.makespan(ES_ONLY) == wanted.es_only_s
        assert known.bound == wanted.plans["BF"].lower_bound_s
        assert known.final


def test_what_nobody_wants_any_more_is_cancelled_and_its_answer_is_dropped(
    qtbot: QtBot, background: Background, workers: Workers
) -> None:
    background.want("curves", RATES[:2])
    made = get_ready(workers)
    background.want("curves", RATES[2:3])
    assert made.cancelled == [made.sent[0].generation]
    with qtbot.assertNotEmitted(background.arrived):
        answer(made)
    answer(made)
    assert rates(made) == [1.0, 100.0]
    assert background.figures(RATES[0]) is None
    assert background.figures(RATES[2]) is not None


def test_a_point_that_another_owner_still_wants_goes_on(background: Background, workers: Workers) -> None:
    background.want("sweep", RATES[:1])
    made = get_ready(workers)
    background.want("curves", RATES[:1])
    background.want("sweep", [])
    assert not made.cancelled
    answer(made)
    assert rates(made) == [1.0]  # and is not begun a second time


def test_a_point_that_was_cancelled_and_is_wanted_again_is_planned(
    background: Background, workers: Workers
) -> None:
    background.want("curves", RATES[:1])
    made = get_ready(workers)
    background.want("curves", [])
    background.want("curves", RATES[:1])
    answer(made)  # of the cancelled request: nothing
    answer(made)
    assert background.figures(RATES[0]) is not None


def test_two_processes_may_answer_in_any_order(workers: Workers, qapp: object) -> None:
    background = Background(workers, 2)
    background.want("curves", RATES)
    one = get_ready(workers)
    two = get_ready(workers, 1)
    assert rates(one) + rates(two) == [1.0, 10.0]
    answer(two)
    answer(two)
    assert background.figures(RATES[0]) is None
    answer(one)
    first, second = background.figures(RATES[0]), background.figures(RATES[1])
    assert first is not None
    assert second is not None
    assert first.makespan("NFL") == plan(RATES[0]).plans["NFL"].makespan_s
    assert second.makespan("NFL") == plan(RATES[1]).plans["NFL"].makespan_s
    background.close()


def test_nothing_is_begun_while_plans_are_made(qtbot: QtBot, workers: Workers, qapp: object) -> None:
    planners = Workers()
    runner = Runner(planners, workers)
    runner.background.want("curves", RATES)
    planners.last.answered.emit(("ready", 0))
    runner.request(RATES[0])
    made = get_ready(workers)
    assert not made.sent
    planners.last.answered.emit(("done", planners.last.sent[-1].generation, plan(RATES[0])))
    settle()
    assert rates(made) == [1.0]
    runner.close()
    assert made.closed


def test_what_is_known_is_not_planned_again_unless_more_time_may_better_it(
    background: Background, workers: Workers
) -> None:
    background.want("curves", RATES[:1], 0.5)
    made = get_ready(workers)
    request = made.running
    assert request is not None
    answer(made)
    background.want("sweep", RATES[:1], 5.0)
    assert made.running is None  # it is proven
    background.want("sweep", RATES[1:2], 0.5)
    generation, made.running = made.sent[-1].generation, None
    rows = [{"method": "BF", "makespan_s": 2.0, "lower_bound_s": 1.0, "optimal": False}]
    made.answered.emit(("figures", generation, rows))
    settle()
    background.want("sweep", RATES[1:2], 0.5)
    assert made.running is None
    background.want("sweep", RATES[1:2], 5.0)
    assert made.sent[-1].seconds == 5.0


def test_a_failure_is_told_once_and_tried_again_on_demand(
    qtbot: QtBot, background: Background, workers: Workers
) -> None:
    background.want("sweep", RATES[:1])
    made = get_ready(workers)
    generation, made.running = made.sent[0].generation, None
    with qtbot.waitSignal(background.arrived):
        made.answered.emit(("failed", generation, InfeasibleError("P 7 cannot be cut")))
    assert background.failure(RATES[0]) == "P 7 cannot be cut"
    background.want("sweep", RATES[:1])
    assert len(made.sent) == 1
    background.forget_failures()
    background.want("sweep", RATES[:1])
    assert len(made.sent) == 2


def test_a_process_that_dies_costs_its_point_and_is_replaced_twice(
    background: Background, workers: Workers
) -> None:
    background.want("sweep", RATES)
    for number in range(3):
        made = get_ready(workers, number)
        made.ended.emit()
        settle()
        assert made.closed
        assert background.failure(RATES[number])
    assert len(workers.made) == 3  # no fourth
    assert background.figures(RATES[3]) is None


def test_a_real_process_plans_points_and_leaves_the_processor_to_others(qtbot: QtBot) -> None:
    made: list[PlanProcess] = []

    def process() -> PlanProcess:
        made.append(PlanProcess(PLANNER, background=True))
        return made[-1]

    background = Background(process)
    fixed = [replace(s, tau=2, paths=p, max_paths=None) for s in RATES[:2] for p in (1, 4, 11)]
    background.want("curves", fixed, 60.0)
    try:
        qtbot.waitUntil(lambda: all(background.knows(s) for s in fixed), timeout=120_000)
        with open(f"/proc/{made[0].pid}/stat") as stat:  # noqa: PTH123
            assert int(stat.read().rpartition(")")[2].split()[16]) == 19
        for scenario in fixed:
            known = background.figures(scenario)
            assert known is not None
            if scenario.paths == 11:  # a map of 8x8 has no such grid: a gap, and NFL stands
                assert math.isnan(known.makespan("BF"))
                assert known.makespan("NFL") > 0
            else:
                assert known.makespan("BF") == plan(scenario).plans["BF"].makespan_s
    finally:
        background.close()
