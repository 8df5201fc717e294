"""A step of a slider: only what has changed is painted, what is hidden waits, and the last value is what shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from conftest import FakeWorker
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from flgui.app import Parts
from flgui.theme.tokens import Tokens
from flgui.viewmodel.tiles import Blocks, MapModel, cover
from flgui.views.tables import TasksTable
from flgui.views.tiles import pane, raster
from planner_core.planner import plan
from planner_core.worker import SurveyRequest


class Paints(QObject):
    """Counts the paint events of widgets, by the names that they are given here."""

    def __init__(self, **widgets: QWidget) -> None:
        super().__init__()
        self.count: Counter[str] = Counter()
        self._names = {id(widget): name for name, widget in widgets.items()}
        for widget in widgets.values():
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.count[self._names[id(watched)]] += 1
        return False


def planned(qtbot: QtBot, parts: Parts) -> None:
    qtbot.waitUntil(lambda: not parts.controller.store.stale)
    QApplication.processEvents()


@pytest.fixture
def fixed(qtbot: QtBot, parts: Parts) -> Parts:
    """The window with tau and a grid that the rate does not change, and everything painted."""
    scenario = replace(parts.controller.store.scenario, tau=3, grid=(2, 2))
    parts.controller.push(scenario, "Fix")
    planned(qtbot, parts)
    settle(qtbot, parts)
    return parts


def settle(qtbot: QtBot, parts: Parts) -> None:
    """Wait for the survey, answer it, and let all be painted."""
    worker = parts.controller.runner._worker
    qtbot.waitUntil(lambda: worker.surveying is not None)  # type: ignore[attr-defined]
    worker.survey()  # type: ignore[attr-defined]
    QApplication.processEvents()
    QApplication.processEvents()


def counted(monkeypatch: pytest.MonkeyPatch, where: Any, names: tuple[str, ...]) -> Counter[str]:
    """Count the calls of functions of a module."""
    calls: Counter[str] = Counter()

    def counting(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            calls[name] += 1
            return function(*args, **kwargs)

        return call

    for name in names:
        monkeypatch.setattr(where, name, counting(name, getattr(where, name)))
    return calls


def hold(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Any], Callable[[Any], None]]:
    """Keep requests back; returns them, and what answers one."""
    worker: Any = parts.controller.runner._worker
    answer, held = worker.send, []
    monkeypatch.setattr(worker, "send", held.append)
    return held, answer


# What is painted


def test_a_step_that_leaves_the_geometry_paints_no_raster_of_tiles_and_no_landscape(
    qtbot: QtBot, fixed: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = counted(monkeypatch, pane, ("map_pixels", "picture_pixels"))
    window = fixed.window
    image = window.landscape.canvas._image
    model = window.tiles.canvas._model
    before = window.gantt.canvas.model
    fixed.controller.edit("rate_bps", 60e6)
    planned(qtbot, fixed)
    assert window.gantt.canvas.model is not before
    assert window.gantt.canvas.model.groups[0].plan is fixed.controller.store.planset.plans["NFL"]
    assert not made
    assert window.tiles.canvas._model.chosen is model.chosen
    assert image is not None
    window.tiles.grab()
    assert not made  # a picture of the whole pane takes the pixels that are kept
    fixed.controller.edit("tau", 2)
    planned(qtbot, fixed)
    window.tiles.grab()
    assert made  # other tiles are painted


def test_tiles_painted_step_by_step_are_those_painted_at_once(qtbot: QtBot, fixed: Parts) -> None:
    """What is left alone must be what would be painted anew: compared to the pixel."""
    window = fixed.window
    for name, value in (("rate_bps", 3e6), ("device_flops", 40e9), ("rate_bps", 900e6), ("tau", 2)):
        fixed.controller.edit(name, value)
        planned(qtbot, fixed)
        for view in (window.tiles, window.network, window.scores, window.status):
            kept = view.grab().toImage()
            window.set_theme(fixed.controller.themes.tokens)
            window.tiles.canvas._arrange()
            QApplication.processEvents()
            assert view.grab().toImage() == kept, (name, value, view)


def test_a_step_paints_each_chart_once_and_the_network_not_at_all_where_the_split_stays(
    qtbot: QtBot, fixed: Parts
) -> None:
    window = fixed.window
    old = fixed.controller.store.active_plan
    paints = Paints(
        gantt=window.gantt.canvas.viewport(),
        network=window.network.canvas.viewport(),
        map=window.tiles.canvas,
        server=window.strip.server.slider,
    )
    fixed.controller.edit("rate_bps", 101e6)  # next to the 100 Mbit/s before
    planned(qtbot, fixed)
    new = fixed.controller.store.active_plan
    assert old is not None
    assert new is not None
    assert np.array_equal(old.offload, new.offload)
    assert paints.count["gantt"] == 1  # neither dimmed in between nor painted method by method
    assert paints.count["network"] == 0
    assert paints.count["map"] == 0


def test_values_that_stand_there_already_are_not_written_again(fixed: Parts) -> None:
    strip, system = fixed.window.strip, fixed.controller.store.scenario.system
    QApplication.processEvents()
    paints = Paints(device=strip.device.field, slider=strip.device.slider, status=fixed.window.status)
    strip.set_system(system)
    fixed.controller.presenter.refresh_strip()
    QApplication.processEvents()
    assert not paints.count


# Coalescing


def test_a_drag_shows_the_last_value_and_plans_no_more_than_it_can(
    qtbot: QtBot, fixed: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, answer = hold(fixed, monkeypatch)
    slider = fixed.window.strip.link.slider
    points = [slider.position(mbps).toPoint() for mbps in (1, 3, 10, 30, 500)]
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=points[0])
    for point in points[1:]:
        QTest.mouseMove(slider, point)
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=points[-1])
    assert len(held) == 1
    answer(held[0])
    qtbot.waitUntil(lambda: len(held) == 2)
    answer(held[1])
    planned(qtbot, fixed)
    store = fixed.controller.store
    assert store.planset is not None
    assert store.planset.scenario.system.rate_bps == pytest.approx(slider.value * 1e6)
    assert slider.value == pytest.approx(500, rel=0.02)
    shown = fixed.window.gantt.canvas.model
    assert shown.groups[2].plan is store.planset.plans["BF"]


def test_in_a_drag_numbers_and_schedules_come_first_and_all_else_in_the_next_turns(
    qtbot: QtBot, fixed: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, presenter = fixed.window, fixed.controller.presenter
    held, answer = hold(fixed, monkeypatch)
    slider = window.strip.fused.slider  # other tiles with every step
    points = [slider.position(tau).toPoint() for tau in (1, 2)]
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=points[0])
    QTest.mouseMove(slider, points[1])
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=points[1])
    answer(held[0])
    qtbot.waitUntil(lambda: len(held) == 2)
    seen: list[tuple[object, object, bool]] = []

    def look() -> None:
        seen.append((window.gantt.canvas.model.groups[2].plan, window.tiles.canvas._plan, presenter.settled))

    fixed.controller.store.plans_changed.connect(look)
    answer(held[1])
    planned(qtbot, fixed)
    qtbot.waitUntil(lambda: presenter.settled)
    new = fixed.controller.store.active_plan
    assert new is not None
    assert new.tau == 2
    schedule, tiles, settled = seen[-1]
    assert schedule is new
    assert tiles is not new
    assert not settled
    assert window.tiles.canvas._plan is new
    assert window.tiles.canvas._model.title.endswith("over pool1")
    assert window.network._placement.band == 2


def test_plans_that_come_together_are_shown_together(qtbot: QtBot, fixed: Parts) -> None:
    shown: list[Any] = []
    fixed.controller.store.plans_changed.connect(lambda: shown.append(fixed.controller.store.planset))
    fixed.controller.edit("rate_bps", 44e6)
    planned(qtbot, fixed)
    # The step itself, and its plans: the worker has sent NFL, MW and BF one by one, and then all.
    assert len(shown) == 2


def test_a_plan_that_comes_long_before_the_others_is_shown_ahead_of_them(
    qtbot: QtBot, fixed: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, answer = hold(fixed, monkeypatch)
    fixed.controller.edit("rate_bps", 44e6)
    nfl = plan(held[0].scenario).plans["NFL"]
    worker: FakeWorker = fixed.controller.runner._worker  # type: ignore[assignment]
    worker.answered.emit(("plan", held[0].generation, nfl))
    qtbot.waitUntil(lambda: fixed.controller.store.fresh == {"NFL"})
    assert fixed.window.gantt.canvas.model.groups[0].plan is nfl
    answer(held[0])
    planned(qtbot, fixed)


def test_a_plan_held_back_for_a_value_left_behind_is_never_shown(
    qtbot: QtBot, fixed: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, answer = hold(fixed, monkeypatch)
    fixed.controller.edit("rate_bps", 44e6)
    nfl = plan(held[0].scenario).plans["NFL"]
    worker: FakeWorker = fixed.controller.runner._worker  # type: ignore[assignment]
    worker.answered.emit(("plan", held[0].generation, nfl))
    QApplication.processEvents()
    fixed.controller.edit("rate_bps", 55e6)
    fixed.controller.runner._early.timeout.emit()
    assert fixed.controller.store.planset.plans["NFL"] is not nfl  # type: ignore[union-attr]
    answer(held[0])
    qtbot.waitUntil(lambda: len(held) == 2)
    answer(held[1])
    planned(qtbot, fixed)


# Freshness


def test_old_plans_are_dimmed_when_the_new_ones_take_longer_than_a_moment(
    qtbot: QtBot, fixed: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = fixed.window
    held, answer = hold(fixed, monkeypatch)
    fixed.controller.edit("rate_bps", 44e6)
    assert not window.gantt.canvas._stale
    assert window.scores.cells["BF"].score.fresh
    qtbot.waitUntil(lambda: window.gantt.canvas._stale)
    assert not window.scores.cells["BF"].score.fresh
    assert window.status.state.text() == "Planning"
    answer(held[0])
    planned(qtbot, fixed)
    assert not window.gantt.canvas._stale
    assert window.scores.cells["BF"].score.fresh
    assert window.status.state.text() == "Up to date"


def test_a_scenario_that_fails_within_that_moment_is_dimmed_at_once(
    fixed: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, _ = hold(fixed, monkeypatch)
    fixed.controller.edit("rate_bps", 44e6)
    fixed.controller.runner.failed.emit(held[0].scenario, "Everything is broken.")
    assert fixed.window.gantt.canvas._stale
    assert not fixed.window.scores.cells["BF"].score.fresh
    assert fixed.window.status.state.text() == "Not planned"


def test_no_landscape_is_begun_between_two_steps(
    qtbot: QtBot, fixed: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, answer = hold(fixed, monkeypatch)
    for k, rate in enumerate((44e6, 45e6, 46e6)):
        fixed.controller.edit("rate_bps", rate)
        answer(held[k])
        planned(qtbot, fixed)
    assert not any(isinstance(request, SurveyRequest) for request in held)
    qtbot.waitUntil(lambda: isinstance(held[-1], SurveyRequest))
    assert held[-1].scenario.system.rate_bps == 46e6


# What is hidden


def test_hidden_tables_are_written_when_they_are_seen(
    qtbot: QtBot, fixed: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = fixed.window
    written = counted(monkeypatch, TasksTable, ("_write",))
    fixed.controller.edit("rate_bps", 44e6)
    planned(qtbot, fixed)
    fixed.controller.edit("rate_bps", 45e6)
    planned(qtbot, fixed)
    assert not written
    titles = [window.bottom.tabs.tabText(i) for i in range(window.bottom.tabs.count())]
    window.bottom.tabs.setCurrentIndex(titles.index("Tasks"))
    QApplication.processEvents()
    assert written["_write"] == 1
    active = fixed.controller.store.active_plan
    assert active is not None
    column = next(c for c in window.tasks.view.array_model.table.columns if c.heading == "Device, MFLOP")
    assert np.array_equal(column.values, active.device_flop / 1e6)
    assert written["_write"] == 1


def test_a_table_of_the_same_size_keeps_its_rows_and_is_sorted_anew(qtbot: QtBot, fixed: Parts) -> None:
    window = fixed.window
    titles = [window.bottom.tabs.tabText(i) for i in range(window.bottom.tabs.count())]
    window.bottom.tabs.setCurrentIndex(titles.index("Tasks"))
    model = window.tasks.view.array_model
    resets: list[None] = []
    model.modelReset.connect(lambda: resets.append(None))
    window.tasks.view.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    fixed.controller.edit("rate_bps", 101e6)
    planned(qtbot, fixed)
    assert not resets
    shown = [model.table.columns[3].values[model.source_row(row)] for row in range(model.rowCount())]
    known = [value for value in shown if not np.isnan(value)]
    assert known == sorted(known, reverse=True)


# The raster by blocks


def test_blocks_say_the_same_as_cells_whatever_the_regions() -> None:
    random = np.random.default_rng(3)
    for _ in range(50):
        height, width = random.integers(1, 12, 2)
        ys, xs = (
            np.sort(random.integers(0, height + 1, (6, 2))),
            np.sort(random.integers(0, width + 1, (6, 2))),
        )
        regions = np.concatenate((ys, xs), axis=1)
        weights = random.random((6, 3))
        wanted = np.zeros((height, width, 3))
        for (y0, y1, x0, x1), weight in zip(regions.tolist(), weights, strict=True):
            wanted[y0:y1, x0:x1] += weight
        assert np.allclose(np.asarray(cover(regions, int(height), int(width), weights)), wanted)
        cut = Blocks.of(regions, int(height), int(width))
        assert (len(cut.row), len(cut.col)) == (height, width)


def test_the_picture_under_its_tiles_is_mixed_by_hand() -> None:
    tokens = Tokens.load("light")
    regions = np.array([[0, 4, 0, 3], [0, 4, 1, 4]])
    source = MapModel("input", (3, 4, 4), regions, np.asarray(cover(regions, 4, 4)))
    colors = raster.tile_colors(tokens, 1, 2)
    ground = np.full((4, 4, 3), 100, np.uint8)
    image = raster.picture_pixels(source, colors, tokens, ground, (4, 4), ())
    one = 100 * 0.66 + colors.fill[0] * 0.34
    both = 100 * 0.66**2 + colors.fill.mean(axis=0) * (1 - 0.66**2)
    assert np.abs(image[0, 0, :3] - one).max() <= 0.5 + 1e-3
    assert np.abs(image[2, 1, :3] - both).max() <= 0.5 + 1e-3
    assert (image[..., 3] == 255).all()
