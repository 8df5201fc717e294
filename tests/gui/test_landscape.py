"""The landscape in the window: it fills, and mouse and keys choose on it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from conftest import PlanningWorker
from landscape_factory import NFL
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from flgui.app import Parts
from flgui.state.store import surveyed_scenario
from flgui.theme.tokens import Tokens, contrast
from flgui.viewmodel.landscape import WAITING, landscape_model
from flgui.views.landscape import LandscapeView
from flgui.views.landscape.canvas import LandscapeCanvas
from flgui.views.landscape.raster import cell_colors
from planner_core.network.model import POINTWISE, Layer, Network, TensorSpec
from planner_core.search import Landscape


def worker(parts: Parts) -> PlanningWorker:
    found = parts.controller.runner._worker
    assert isinstance(found, PlanningWorker)
    return found


def canvas(parts: Parts) -> LandscapeCanvas:
    return parts.window.landscape.canvas


def filled(qtbot: QtBot, parts: Parts) -> Landscape:
    qtbot.waitUntil(lambda: worker(parts).surveying is not None)
    found = worker(parts).survey()
    qtbot.waitUntil(lambda: parts.controller.store.survey is not None and parts.controller.store.survey.whole)
    return found


def click(parts: Parts, tau: int, paths: int) -> None:
    view = canvas(parts).viewport()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=canvas(parts).cell_box(tau, paths).center())


def move_over(widget: QWidget, at: QPoint) -> None:
    QTest.mouseMove(widget, QPoint(1, 1))
    QTest.mouseMove(widget, at)
    QApplication.processEvents()


def test_the_landscape_is_open_first_and_comes_after_the_plans(qtbot: QtBot, parts: Parts) -> None:
    bottom = parts.window.bottom
    assert [bottom.tabs.tabText(i) for i in range(3)] == ["Landscape", "Tasks", "Layers"]
    assert parts.window.landscape.isVisible()
    assert canvas(parts).model is None
    found = filled(qtbot, parts)
    shown = canvas(parts).model
    assert shown is not None
    best = parts.controller.store.planset.plans["BF"]  # type: ignore[union-attr]
    assert shown.best_s == pytest.approx(best.makespan_s)
    assert shown.best == shown.current == (best.tau - 1, best.paths - 1)
    assert shown.total == len(found.tau)


def test_the_landscape_fills(qtbot: QtBot, parts: Parts) -> None:
    qtbot.waitUntil(lambda: worker(parts).surveying is not None)
    worker(parts).survey(12)
    qtbot.waitUntil(lambda: canvas(parts).model is not None)
    shown = canvas(parts).model
    assert shown is not None
    assert shown.progress() == f"12 of {shown.total} cells drawn"
    assert (shown.kind == WAITING).any()


def test_filling_can_be_stopped_and_go_on(qtbot: QtBot, parts: Parts) -> None:
    qtbot.waitUntil(lambda: worker(parts).surveying is not None)
    asked = worker(parts).surveying
    assert asked is not None
    found = worker(parts).survey(12)
    view = parts.window.landscape
    qtbot.waitUntil(lambda: view.stop.isVisible())
    assert view.progress.text() == f"12 of {len(found.tau)} cells drawn"
    QTest.mouseClick(view.stop, Qt.MouseButton.LeftButton)
    assert asked.generation in worker(parts).cancelled
    assert view.stop.text() == "Go on"
    QApplication.processEvents()
    parts.controller.store.plans_changed.emit()  # whoever asks for the landscape again, it stays stopped
    assert worker(parts).surveying is None
    assert view.stop.text() == "Go on"
    QTest.mouseClick(view.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: worker(parts).surveying is not None)
    assert view.stop.text() == "Stop"
    filled(qtbot, parts)
    assert not view.stop.isVisible()
    assert not view.progress.isVisible()


def test_another_scenario_fills_its_landscape_though_the_last_was_stopped(qtbot: QtBot, parts: Parts) -> None:
    qtbot.waitUntil(lambda: worker(parts).surveying is not None)
    worker(parts).survey(5)
    view = parts.window.landscape
    qtbot.waitUntil(lambda: view.stop.isVisible())
    QTest.mouseClick(view.stop, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    parts.controller.edit("rate_bps", 3e6)
    qtbot.waitUntil(lambda: worker(parts).surveying is not None, timeout=20_000)
    worker(parts).survey(7)
    qtbot.waitUntil(lambda: not parts.controller.store.survey_stale)
    assert view.stop.text() == "Stop"


def test_p_beyond_the_columns_is_not_lost(qtbot: QtBot, parts: Parts) -> None:
    parts.controller.edit("max_paths", 4)
    parts.controller.edit("tau", 1)
    parts.controller.edit("paths", 64)
    qtbot.waitUntil(lambda: not parts.controller.store.stale, timeout=20_000)
    filled(qtbot, parts)
    shown = canvas(parts).model
    assert shown is not None
    assert shown.columns == 4
    assert shown.current is None
    plan = parts.controller.store.planset.plans["BF"]  # type: ignore[union-attr]
    assert shown.beyond == (1, 64, plan.makespan_s)


def test_a_click_sets_tau_and_p_as_one_step_that_ends_the_searches(qtbot: QtBot, parts: Parts) -> None:
    filled(qtbot, parts)
    store, stack = parts.controller.store, parts.controller.undo_stack
    before = store.scenario
    click(parts, 1, 9)
    assert (store.scenario.tau, store.scenario.paths, store.scenario.grid) == (1, 9, None)
    assert stack.count() == 1
    assert stack.undoText() == "Choose τ 1, P 9"
    qtbot.waitUntil(lambda: not store.stale)
    shown = canvas(parts).model
    assert shown is not None
    assert shown.current == (0, 8)
    assert shown.current != shown.best
    assert not parts.window.actions_by_key["auto_tau"].isChecked()
    assert not parts.window.actions_by_key["auto_paths"].isChecked()
    assert worker(parts).surveying is None  # the same landscape: nothing to survey again
    stack.undo()
    assert store.scenario == before


def test_a_click_where_nothing_can_be_cut_does_nothing(qtbot: QtBot, parts: Parts) -> None:
    filled(qtbot, parts)
    click(parts, 4, 9)
    assert parts.controller.undo_stack.count() == 0


def test_the_pointer_shows_what_a_cell_is(qtbot: QtBot, parts: Parts) -> None:
    filled(qtbot, parts)
    move_over(canvas(parts).viewport(), canvas(parts).cell_box(1, 9).center())
    qtbot.waitUntil(QToolTip.isVisible)
    assert "1 layer fused (conv1), 9 tiles 3×3" in QToolTip.text()
    assert "Click to set τ 1, P 9" in canvas(parts).accessibleDescription()
    move_over(canvas(parts).viewport(), QPoint(2, 2))
    qtbot.waitUntil(lambda: not QToolTip.isVisible())


def test_arrows_and_enter_choose_a_cell(qtbot: QtBot, parts: Parts) -> None:
    filled(qtbot, parts)
    shown = canvas(parts).model
    assert shown is not None
    canvas(parts).setFocus(Qt.FocusReason.TabFocusReason)
    start = canvas(parts).cursor_place
    assert start == shown.current
    QTest.keyClick(canvas(parts), Qt.Key.Key_Up)
    QTest.keyClick(canvas(parts), Qt.Key.Key_Home)
    QTest.keyClick(canvas(parts), Qt.Key.Key_Right)
    place = canvas(parts).cursor_place
    assert place is not None
    assert place == (max(0, start[0] - 1), 1)
    QTest.keyClick(canvas(parts), Qt.Key.Key_Return)
    scenario = parts.controller.store.scenario
    assert (scenario.tau, scenario.paths) == (place[0] + 1, 2)
    QTest.keyClick(canvas(parts), Qt.Key.Key_Escape)
    assert canvas(parts).cursor_place is None


def test_the_switch_shows_mw_and_goes_with_the_tab(qtbot: QtBot, parts: Parts) -> None:
    filled(qtbot, parts)
    switch = parts.window.landscape.switch
    assert switch.isVisible()
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton, pos=switch.box("MW").center().toPoint())
    shown = canvas(parts).model
    assert shown is not None
    assert shown.measure == "MW"
    QTest.keyClick(switch, Qt.Key.Key_Left)
    assert canvas(parts).model.measure == "BF"  # type: ignore[union-attr]
    tabs = parts.window.bottom.tabs
    QTest.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.tabRect(1).center())
    assert not switch.isVisible()
    assert parts.window.tasks.isVisible()


def test_another_rate_dims_the_landscape_until_new_cells_come(qtbot: QtBot, parts: Parts) -> None:
    filled(qtbot, parts)
    shown = canvas(parts).model
    assert shown is not None
    box = canvas(parts).cell_box(shown.best[0] + 1, shown.best[1] + 1)  # type: ignore[index]
    at = box.center()
    strong = canvas(parts).viewport().grab().toImage().pixelColor(at)
    parts.controller.edit("rate_bps", 3e6)
    assert parts.controller.store.survey_stale
    pale = canvas(parts).viewport().grab().toImage().pixelColor(at)
    assert contrast(pale.name(), "#FFFFFF") < contrast(strong.name(), "#FFFFFF")
    qtbot.waitUntil(lambda: not parts.controller.store.stale)
    qtbot.waitUntil(lambda: worker(parts).surveying is not None)
    assert parts.controller.store.survey_stale
    worker(parts).survey(5)
    qtbot.waitUntil(lambda: not parts.controller.store.survey_stale)
    fresh = canvas(parts).model
    assert fresh is not None
    assert fresh.done == 5


def test_a_new_plan_ends_the_survey(qtbot: QtBot, parts: Parts) -> None:
    qtbot.waitUntil(lambda: worker(parts).surveying is not None)
    asked = worker(parts).surveying
    assert asked is not None
    parts.controller.edit("rate_bps", 3e6)
    assert asked.generation in worker(parts).cancelled
    qtbot.waitUntil(lambda: not parts.controller.store.stale)
    qtbot.waitUntil(lambda: worker(parts).surveying is not None)
    assert worker(parts).surveying.scenario.system.rate_bps == 3e6  # type: ignore[union-attr]


@pytest.mark.parametrize("size", [(1120, 760), (1280, 800), (1920, 1080)])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_cells_and_legend_share_the_pane(
    qtbot: QtBot, parts: Parts, size: tuple[int, int], theme: str
) -> None:
    filled(qtbot, parts)
    parts.window.actions_by_key[f"theme_{theme}"].trigger()
    parts.window.resize(*size)
    QApplication.processEvents()
    places = canvas(parts).places
    assert places is not None
    assert places.left + places.width <= places.legend
    assert places.legend + 100 <= canvas(parts).viewport().width()
    assert places.top + places.height + 20 <= canvas(parts).viewport().height()
    panel = Tokens.load(theme).color("surface.panel")  # type: ignore[arg-type]
    shot = canvas(parts).viewport().grab().toImage()
    assert shot.pixelColor(2, 2).name() == panel.lower()


def test_a_view_without_a_landscape_says_what_will_come(qtbot: QtBot) -> None:
    view = LandscapeView()
    qtbot.addWidget(view)
    view.resize(600, 200)
    view.show()
    QTest.keyClick(view.canvas, Qt.Key.Key_Right)
    QTest.mouseClick(view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(120, 40))
    assert view.canvas.cursor_place is None
    assert not view.grab().isNull()


def test_a_long_landscape_scrolls_by_wheel_and_keys(qtbot: QtBot) -> None:
    layers, columns = 60, 36
    tau = np.repeat(np.arange(1, layers + 1), columns)
    found = Landscape(tau, np.ones_like(tau), np.tile(np.arange(1, columns + 1), layers))
    found.bf[:] = found.mw[:] = found.bound[:] = np.linspace(0.02, 0.06, len(tau))
    view = LandscapeView()
    qtbot.addWidget(view)
    view.resize(842, 234)
    view.show()
    view.set_model(landscape_model(long_chain(layers), found, NFL))
    bar, port = view.canvas.verticalScrollBar(), view.canvas.viewport()
    assert bar.maximum() > 0
    wheel = QWheelEvent(
        QPointF(300, 80),
        QPointF(port.mapToGlobal(QPoint(300, 80))),
        QPoint(),
        QPoint(0, -240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(port, wheel)
    assert bar.value() > 0
    bar.setValue(bar.maximum())
    at = view.canvas.cell_box(60, 20).center()
    with qtbot.waitSignal(view.cell_chosen) as caught:
        QTest.mouseClick(port, Qt.MouseButton.LeftButton, pos=at)
    assert caught.args == [60, 20]
    shown = cell_colors(view.canvas.model, Tokens.load("light"), None)[59, 19]  # type: ignore[arg-type]
    assert port.grab().toImage().pixelColor(at).getRgb()[:3] == tuple(shown.tolist())
    view.canvas.setFocus()
    for _ in range(3):
        QTest.keyClick(view.canvas, Qt.Key.Key_Up)
    assert bar.value() == 0  # from the best cell in the first row
    QTest.keyClick(view.canvas, Qt.Key.Key_End)
    assert view.canvas.cursor_place == (0, 35)


def long_chain(layers: int) -> Network:
    shape = (4, 8, 8)
    names = ["input", *(f"block{i}/conv" for i in range(layers))]
    chain = (Layer(b, "Add", (a,), shape, 1.0, 0, POINTWISE) for a, b in pairwise(names))
    return Network("long", (TensorSpec("input", shape),), tuple(chain))


def test_a_cell_that_was_cut_short_shows_the_plan_that_is_known(parts: Parts, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: worker(parts).surveying is not None)
    store = parts.controller.store
    plan = store.planset.plans["BF"]  # type: ignore[union-attr]
    found = worker(parts).survey()
    cell = np.flatnonzero((found.tau == plan.tau) & (found.paths == plan.paths)).item()
    found.bf[cell], found.bound[cell] = 2 * plan.makespan_s, 0.5 * plan.makespan_s
    store.take_survey(surveyed_scenario(store.scenario), found, True)
    shown = parts.window.landscape._canvas.model
    assert shown is not None
    place = (plan.tau - 1, plan.paths - 1)
    assert shown.bf[place] == plan.makespan_s
    assert not shown.unproven[place]
    assert shown.best == place
