"""The schedules on screen: what is painted where, what mouse, wheel and keys do, and what folds and scrolls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from plan_factory import alexnet, make_plan, make_planset
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolButton

from flgui.theme.tokens import Tokens
from flgui.viewmodel.gantt import DEVICE, ES, LINK, TAIL, gantt_model
from flgui.views.gantt import GanttView
from planner_core.system import System


def eight_tiles():
    net = alexnet()
    return gantt_model(
        make_planset(
            net,
            make_plan("NFL", net, 11, (1, 1), 3),
            make_plan("MW", net, 2, (3, 3), [3, 2, 3, 3, 3, 2, 3, 3, 3], spread=0.3),
            make_plan(
                "BF", net, 2, (2, 4), [1, 3, 3, 1, 3, 3, 3, 3], order=[0, 3, 5, 6, 7, 1, 2, 4], spread=0.1
            ),
        )
    )


def unlimited(grid=(3, 3)):
    net, system = alexnet(), System(device_workers=None)
    plans = (
        make_plan("NFL", net, 11, (1, 1), 3, system=system),
        make_plan("MW", net, 2, grid, 3, system=system, spread=0.4),
    )
    return gantt_model(make_planset(net, *plans, system=system))


class Charts:
    """A shown view, and points in it by what is drawn there."""

    def __init__(self, qtbot, model, size=(844, 376)) -> None:
        self.view = GanttView(Tokens.load("light"))
        qtbot.addWidget(self.view)
        self.view.resize(*size)
        self.view.show()
        self.view.set_model(model)
        self.qtbot, self.model = qtbot, model
        self.canvas = self.view.canvas
        self.area = self.canvas.viewport()
        self.picked: list[tuple[object, object]] = []
        self.view.path_selected.connect(self._on_path)

    def _on_path(self, method, path):
        self.picked.append((method, path))
        self.view.set_selection(method, path)

    def rect(self, method, path, resource):
        frame = self.canvas.frame()
        group = self.model.group(method)
        box = frame.layout.groups[self.model.groups.index(group)]
        bar = next(int(b) for b in group.bars_of(path) if group.rows[group.bars.row[b]].resource == resource)
        return frame.bar_rect(group, box, bar).translated(0, -frame.top)

    def box(self, method):
        return self.canvas.layout_boxes.groups[self.model.groups.index(self.model.group(method))]

    def click(self, at: QPoint) -> None:
        self.qtbot.mouseClick(self.area, Qt.MouseButton.LeftButton, pos=at)

    def hover(self, at: QPoint) -> None:
        where = QPointF(at)
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            where,
            self.area.mapToGlobal(where),
            Qt.MouseButton.NoButton,
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(self.area, event)

    def drag(self, start: QPoint, end: QPoint, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.mousePress(self.area, Qt.MouseButton.LeftButton, modifiers, pos=start)
        for step in (1, 2, 3):
            at = QPointF(start + (end - start) * step / 3)
            event = QMouseEvent(
                QEvent.Type.MouseMove,
                at,
                self.area.mapToGlobal(at),
                Qt.MouseButton.NoButton,
                Qt.MouseButton.LeftButton,
                modifiers,
            )
            QApplication.sendEvent(self.area, event)
        self.qtbot.mouseRelease(self.area, Qt.MouseButton.LeftButton, pos=end)

    def wheel(self, at: QPoint, notches: float, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
        where = QPointF(at)
        event = QWheelEvent(
            where,
            self.area.mapToGlobal(where),
            QPoint(),
            QPoint(0, round(120 * notches)),
            Qt.MouseButton.NoButton,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.area, event)

    def key(self, key) -> None:
        self.qtbot.keyClick(self.canvas, key)

    def key_with(self, key, modifiers) -> None:
        self.qtbot.keyClick(self.canvas, key, modifiers)

    def image(self) -> QImage:
        return self.area.grab().toImage()


@pytest.fixture
def charts(qtbot):
    return Charts(qtbot, eight_tiles())


def color(image: QImage, at: QPoint) -> str:
    return QColor(image.pixel(at)).name().upper()


def test_bars_wear_the_colour_of_their_path_and_the_tail_its_own(charts):
    image, tokens = charts.image(), Tokens.load("light")
    for method, path, rows, cols in (("MW", 4, 3, 3), ("BF", 7, 2, 4), ("NFL", 0, 1, 1)):
        inside = charts.rect(method, path, DEVICE).topLeft() + QPoint(2, 2)
        assert color(image, inside) == tokens.path_color(path, rows, cols)
    tail = charts.rect("BF", TAIL, ES).topLeft() + QPoint(2, 2)
    assert color(image, tail) == tokens.color("data.tail")


def test_bars_below_two_pixels_are_two_pixels_wide(charts):
    assert charts.rect("MW", 1, ES).width() == 2


def test_a_click_selects_the_path_and_a_second_one_takes_it_back(charts):
    at = charts.rect("BF", 6, LINK).center()
    charts.click(at)
    charts.click(at)
    assert charts.picked == [("BF", 6), (None, None)]


def test_a_click_beside_the_bars_takes_the_selection_back(charts):
    charts.click(charts.rect("MW", 3, DEVICE).center())
    charts.click(charts.rect("MW", 8, DEVICE).center() + QPoint(80, 0))
    assert charts.picked == [("MW", 3), (None, None)]


def test_a_click_on_the_tail_or_an_empty_lane_selects_nothing(charts):
    charts.click(charts.rect("BF", TAIL, ES).center())
    assert charts.picked == []


def test_escape_takes_the_selection_back(charts):
    charts.view.set_selection("BF", 6)
    charts.key(Qt.Key.Key_Escape)
    assert charts.picked == [(None, None)]


def test_set_selection_announces_nothing(charts):
    charts.view.set_selection("BF", 6)
    charts.view.set_selection(None, None)
    assert charts.picked == []


def test_selected_bars_get_an_ink_outline_with_a_gap_inside(charts):
    before = charts.image()
    charts.view.set_selection("BF", 6)
    image, tokens = charts.image(), Tokens.load("light")
    for resource in (DEVICE, LINK):
        rect = charts.rect("BF", 6, resource)
        for outside in (QPoint(-1, 9), QPoint(-2, 9), QPoint(rect.width(), 9), QPoint(9, -2)):
            assert color(image, rect.topLeft() + outside) == tokens.color("data.selection")
        assert color(image, rect.topLeft() + QPoint(0, 9)) == tokens.color("data.selectionGap")
    other = charts.rect("MW", 6, DEVICE)
    assert image.copy(other.adjusted(-3, -3, 3, 3)) == before.copy(other.adjusted(-3, -3, 3, 3))


def test_the_selection_shows_in_plans_with_the_same_tau_and_grid(qtbot):
    net = alexnet()
    plans = make_plan("MW", net, 2, (2, 2), 3), make_plan("BF", net, 2, (2, 2), 2)
    charts = Charts(qtbot, gantt_model(make_planset(net, *plans)))
    charts.view.set_selection("BF", 1)
    rect = charts.rect("MW", 1, DEVICE)
    assert color(charts.image(), rect.topLeft() + QPoint(-1, 9)) == Tokens.load("light").color(
        "data.selection"
    )


def test_waiting_for_the_link_is_a_line_between_the_two_bars(charts):
    charts.view.set_selection("BF", 6)
    device, link = charts.rect("BF", 6, DEVICE), charts.rect("BF", 6, LINK)
    between = QPoint((device.right() + link.left()) // 2, charts.box("BF").lanes[1].top)
    assert color(charts.image(), between) == Tokens.load("light").color("data.selection")


def test_a_click_on_a_header_activates_its_plan(charts, qtbot):
    with qtbot.waitSignal(charts.view.plan_activated) as caught:
        charts.click(QPoint(60, charts.box("MW").top + 10))
    assert caught.args == ["MW"]
    assert charts.picked == []


def test_tab_goes_through_the_paths_by_start_time_and_leaves_after_the_last(charts):
    charts.canvas.setFocus()
    charts.view.set_selection("BF", None)
    for _ in range(9):
        charts.key(Qt.Key.Key_Tab)
    assert [path for _, path in charts.picked] == charts.model.group("BF").sequence.tolist()


def test_shift_tab_goes_back(charts):
    charts.canvas.setFocus()
    sequence = charts.model.group("BF").sequence.tolist()
    charts.view.set_selection("BF", sequence[2])
    charts.qtbot.keyClick(charts.canvas, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert charts.picked == [("BF", sequence[1])]


def test_brackets_step_and_wrap_around(charts):
    sequence = charts.model.group("MW").sequence.tolist()
    charts.view.set_selection("MW", sequence[-1])
    charts.key(Qt.Key.Key_BracketRight)
    charts.key(Qt.Key.Key_BracketLeft)
    charts.key(Qt.Key.Key_BracketLeft)
    assert charts.picked == [("MW", sequence[0]), ("MW", sequence[-1]), ("MW", sequence[-2])]


def test_the_wheel_zooms_at_the_pointer(charts):
    at = charts.rect("BF", 1, DEVICE).center()
    time = charts.view.axis.seconds(at.x())
    charts.wheel(at, 3)
    assert charts.view.axis.seconds(at.x()) == pytest.approx(time)
    assert charts.view.axis.end - charts.view.axis.start < 0.6 * charts.view.axis.whole


def test_shift_and_the_wheel_pan(charts):
    charts.view.axis.zoom(4)
    start = charts.view.axis.start
    charts.wheel(QPoint(400, 60), -1, Qt.KeyboardModifier.ShiftModifier)
    assert charts.view.axis.start > start
    assert charts.picked == []


def test_a_drag_pans_and_selects_nothing(charts):
    charts.view.axis.zoom(4)
    at = charts.rect("NFL", 0, DEVICE)
    time = charts.view.axis.seconds(400)
    charts.drag(QPoint(400, at.center().y()), QPoint(300, at.center().y()))
    assert charts.view.axis.seconds(300) == pytest.approx(time)
    assert charts.picked == []


def test_keys_zoom_pan_and_fit(charts):
    axis = charts.view.axis
    charts.key(Qt.Key.Key_W)
    charts.key(Qt.Key.Key_W)
    start, span = axis.start, axis.end - axis.start
    assert span == pytest.approx(axis.whole / 1.25**2)
    charts.key(Qt.Key.Key_D)
    assert axis.start > start
    charts.key(Qt.Key.Key_A)
    assert axis.start == pytest.approx(start)
    charts.key(Qt.Key.Key_S)
    assert axis.end - axis.start == pytest.approx(span * 1.25)
    charts.key(Qt.Key.Key_0)
    assert axis.fitted


def test_f_shows_the_selected_path_as_wide_as_it_gets(charts):
    charts.view.set_selection("BF", 6)
    charts.key(Qt.Key.Key_F)
    device, link = charts.rect("BF", 6, DEVICE), charts.rect("BF", 6, LINK)
    assert device.left() > charts.view.axis.left
    assert link.right() < charts.view.axis.right
    assert link.right() - device.left() > 0.7 * (charts.view.axis.right - charts.view.axis.left)


def test_a_double_click_selects_and_zooms_to_the_path(charts):
    charts.qtbot.mouseDClick(charts.area, Qt.MouseButton.LeftButton, pos=charts.rect("MW", 5, LINK).center())
    assert charts.picked == [("MW", 5)]
    assert not charts.view.axis.fitted


def test_the_ruler_fits_on_double_click_and_zooms_on_the_wheel(charts):
    ruler = next(w for w in charts.view.children() if getattr(w, "accessibleName", str)() == "Time axis")
    charts.view.axis.zoom(5)
    charts.qtbot.mouseDClick(ruler, Qt.MouseButton.LeftButton, pos=QPoint(300, 10))
    assert charts.view.axis.fitted


def test_zoom_buttons_have_names_and_work(charts):
    buttons = {b.accessibleName(): b for b in charts.view.findChildren(QToolButton)}
    assert set(buttons) >= {"Zoom out in time", "Zoom in on time", "Show the whole time"}
    axis = charts.view.axis
    charts.qtbot.mouseClick(buttons["Zoom in on time"], Qt.MouseButton.LeftButton)
    charts.qtbot.mouseClick(buttons["Zoom in on time"], Qt.MouseButton.LeftButton)
    charts.qtbot.mouseClick(buttons["Zoom out in time"], Qt.MouseButton.LeftButton)
    assert axis.end - axis.start == pytest.approx(axis.whole / 1.25)
    charts.qtbot.mouseClick(buttons["Show the whole time"], Qt.MouseButton.LeftButton)
    assert axis.fitted


def test_the_tooltip_speaks_of_the_hovered_bar_and_never_covers_its_rows(charts):
    at = charts.rect("BF", 6, LINK).center()
    charts.hover(at)
    tooltip = charts.canvas.tooltip
    assert tooltip.text is not None
    assert tooltip.text.title == "Path 6 on the link"
    group_top = charts.area.mapToGlobal(QPoint(0, charts.box("BF").lanes_top)).y()
    group_bottom = charts.area.mapToGlobal(QPoint(0, charts.box("BF").lanes_bottom)).y()
    assert tooltip.geometry().top() >= group_bottom or tooltip.geometry().bottom() < group_top


def test_the_tooltip_goes_when_the_pointer_does(charts):
    charts.hover(charts.rect("MW", 5, LINK).center())
    QApplication.sendEvent(charts.area, QEvent(QEvent.Type.Leave))
    assert charts.canvas.tooltip.text is None
    charts.hover(charts.rect("MW", 5, LINK).center())
    charts.view.set_model(charts.model)
    assert charts.canvas.tooltip.text is None
    charts.hover(QPoint(400, charts.box("MW").top + 4))
    assert charts.canvas.tooltip.text is None


def test_a_bar_narrower_than_the_pointer_is_hit_from_beside(charts):
    charts.hover(charts.rect("MW", 1, ES).center() + QPoint(3, 0))
    assert charts.canvas.tooltip.text is not None
    assert charts.canvas.tooltip.text.title == "Path 1 on the ES"


def test_more_than_six_rows_start_folded_and_unfold_on_their_label(qtbot):
    charts = Charts(qtbot, unlimited())
    assert [lane.label for lane in charts.box("MW").lanes] == ["Device × 9", "Link", "ES"]
    charts.click(QPoint(50, charts.box("MW").lanes_top + 8))
    assert [lane.label for lane in charts.box("MW").lanes][:9] == [f"Device {i}" for i in range(1, 10)]
    assert charts.canvas.verticalScrollBar().maximum() > 0
    charts.view.set_model(unlimited())
    assert len(charts.box("MW").lanes) == 11, "new plans keep what the user unfolded"
    charts.click(QPoint(50, charts.box("MW").lanes_top + 8))
    assert len(charts.box("MW").lanes) == 3


def test_a_folded_row_tells_how_many_are_busy(qtbot):
    charts = Charts(qtbot, unlimited())
    charts.hover(QPoint(round(charts.view.axis.x(1e-4)), charts.box("MW").lanes_top + 12))
    assert charts.canvas.tooltip.text is not None
    assert charts.canvas.tooltip.text.title == "9 of 9 device workers busy"


def test_a_few_workers_have_a_row_each(qtbot):
    charts = Charts(qtbot, unlimited((2, 2)))
    assert [lane.label for lane in charts.box("MW").lanes][:4] == [f"Device {i}" for i in range(1, 5)]


def test_row_labels_scroll_and_the_wheel_over_them_scrolls(qtbot):
    charts = Charts(qtbot, unlimited())
    charts.canvas.toggle_fold(charts.model.group("MW"), DEVICE)
    charts.wheel(QPoint(40, 100), -2)
    assert charts.canvas.verticalScrollBar().value() > 0
    assert charts.view.axis.fitted


def test_compact_lanes_are_lower_and_a_tall_window_has_taller_ones(charts):
    assert charts.canvas.layout_boxes.metrics.lane == 24
    charts.view.set_compact(True)
    assert (charts.canvas.layout_boxes.metrics.lane, charts.canvas.layout_boxes.metrics.bar) == (20, 15)
    charts.view.set_compact(False)
    charts.view.resize(844, 500)
    assert (charts.canvas.layout_boxes.metrics.lane, charts.canvas.layout_boxes.metrics.bar) == (28, 22)


def test_at_its_usual_height_nothing_scrolls(charts):
    assert charts.canvas.verticalScrollBar().maximum() == 0


def test_stale_charts_are_dimmed_until_new_ones_land(charts):
    at = charts.rect("BF", 7, DEVICE).topLeft() + QPoint(2, 2)
    fresh = color(charts.image(), at)
    charts.view.set_stale(True)
    assert color(charts.image(), at) != fresh
    charts.view.set_stale(False)
    assert color(charts.image(), at) == fresh


def test_the_theme_can_change_at_any_time(charts):
    dark = Tokens.load("dark")
    charts.view.set_theme(dark)
    image = charts.image()
    assert color(image, charts.rect("BF", 7, DEVICE).topLeft() + QPoint(2, 2)) == dark.path_color(7, 2, 4)
    assert color(image, QPoint(4, 4)) == dark.color("surface.panel")


def test_idle_is_hatched_and_the_hatch_does_not_stretch_with_the_zoom(charts):
    def idle() -> set[str]:
        y = charts.box("NFL").lanes[2].top + 12
        return {color(charts.image(), QPoint(x, y)) for x in range(200, 217)}

    before = idle()
    assert len(before) > 2
    charts.view.axis.zoom(1.5, charts.view.axis.left)
    assert idle() == before


def test_a_missing_plan_and_no_model_are_drawn_without_bars(qtbot):
    net = alexnet()
    charts = Charts(qtbot, gantt_model(make_planset(net, make_plan("NFL", net, 11, (1, 1), 3))))
    charts.hover(QPoint(300, charts.box("BF").lanes_top + 12))
    charts.click(QPoint(300, charts.box("BF").lanes_top + 12))
    charts.key(Qt.Key.Key_BracketRight)
    assert charts.picked == [("NFL", 0)], "steps go through the last plan there is"
    charts.view.set_model(None)
    assert color(charts.image(), QPoint(300, 100)) == Tokens.load("light").color("surface.panel")


def test_a_selected_path_that_a_new_plan_lacks_is_not_drawn(charts):
    charts.view.set_selection("MW", 8)
    net = alexnet()
    charts.view.set_model(gantt_model(make_planset(net, make_plan("MW", net, 2, (1, 1), 3))))
    assert not charts.image().isNull()


def test_hundreds_of_tiles_are_drawn_and_found(qtbot):
    net = alexnet()
    rng = np.random.default_rng(0)
    bf = make_plan("BF", net, 2, (27, 27), rng.integers(1, 4, 729), order=rng.permutation(729), spread=0.5)
    charts = Charts(qtbot, gantt_model(make_planset(net, bf)))
    assert not charts.image().isNull()
    rect = charts.rect("BF", 700, LINK)
    charts.hover(rect.center())
    assert charts.canvas.tooltip.text is not None
    charts.view.set_selection("BF", 700)
    charts.key(Qt.Key.Key_F)
    charts.click(charts.rect("BF", 700, LINK).center())
    assert charts.picked == [(None, None)]


def test_what_is_shown_is_said_to_screen_readers(charts):
    charts.view.set_selection("BF", 6)
    assert charts.canvas.accessibleName() == "Schedules"
    said = charts.canvas.accessibleDescription()
    assert "NFL 45.70\u00a0ms, one cut, after pool1" in said
    assert said.endswith("path 6 of BF selected")


@pytest.mark.parametrize("width", [260, 480, 700, 1200])
def test_every_width_can_be_drawn(qtbot, width):
    charts = Charts(qtbot, eight_tiles(), (width, 300))
    assert not charts.view.grab().isNull()


def test_long_layer_names_never_run_into_the_figures(qtbot):
    net = alexnet()
    long = replace(net, layers=(replace(net.layers[0], name="stem/" + 60 * "x"),), name="long")
    plans = make_plan("NFL", long, 1, (1, 1), 2), make_plan("MW", long, 1, (2, 2), 2)
    charts = Charts(qtbot, gantt_model(make_planset(long, *plans)), (420, 300))
    before = charts.image()
    header = charts.box("NFL")
    gap = [color(before, QPoint(x, header.top + 13)) for x in range(404, 420)]
    assert set(gap) == {Tokens.load("light").color("surface.panel")}, "text ends at the inset"


def test_a_click_means_the_plans_that_are_shown_when_it_ends(charts):
    at = charts.rect("BF", 4, DEVICE).center()
    charts.qtbot.mousePress(charts.area, Qt.MouseButton.LeftButton, pos=at)
    net = alexnet()
    charts.view.set_model(gantt_model(make_planset(net, make_plan("BF", net, 2, (1, 2), 3))))
    charts.qtbot.mouseRelease(charts.area, Qt.MouseButton.LeftButton, pos=at)
    assert charts.picked in ([], [("BF", 0)], [("BF", 1)])
