"""The tables of tasks and layers: what stands in them, how wide their columns are, sorting, picking and copying."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from plan_factory import alexnet, make_plan
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QApplication

from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens
from flgui.viewmodel.layers import layers_table, places
from flgui.viewmodel.moments import phases
from flgui.viewmodel.table import Column, Table, decimals, fixed, number_column, to_tsv
from flgui.viewmodel.tasks import tasks_table
from flgui.views.tables import LayersTable, TasksTable
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.system import System


def eight_tiles(system=None):
    return make_plan(
        "BF",
        alexnet(),
        2,
        (2, 4),
        [1, 3, 3, 1, 3, 3, 3, 3],
        order=[0, 3, 5, 6, 7, 1, 2, 4],
        spread=0.1,
        system=system,
    )


@pytest.fixture
def tasks(qtbot):
    made = TasksTable()
    qtbot.addWidget(made)
    made.resize(1400, 260)
    made.show()
    made.set_plan(alexnet(), eight_tiles())
    return made


@pytest.fixture
def layers(qtbot):
    made = LayersTable()
    qtbot.addWidget(made)
    made.resize(900, 320)
    made.show()
    made.set_network(alexnet())
    return made


def heading(widget, column: int) -> str:
    return widget.view.model().headerData(column, Qt.Orientation.Horizontal)


def column(widget, name: str) -> int:
    found = [c.heading for c in widget.view.array_model.table.columns]
    return found.index(name)


def shown(widget, name: str) -> list[str]:
    model, number = widget.view.model(), column(widget, name)
    return [model.index(row, number).data() for row in range(model.rowCount())]


def click_row(qtbot, widget, row: int, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    view = widget.view
    at = view.visualRect(view.model().index(row, 1)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifiers, at)


def click_heading(qtbot, widget, name: str) -> None:
    header = widget.view.horizontalHeader()
    number = column(widget, name)
    at = QPoint(header.sectionViewportPosition(number) + 20, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_decimals_follow_the_largest_value():
    assert decimals(np.array([27.52, 1.0]), 4) == 2
    assert decimals(np.array([np.nan, 0.0]), 4) == 0
    assert fixed(2)(-1.0) == "−1.00"


@pytest.mark.parametrize("descending", [False, True])
def test_nothing_sorts_to_the_end_and_equal_rows_keep_their_order(descending):
    values = np.array([2.0, np.nan, 1.0, 2.0, np.nan])
    order = number_column("x", values).order(descending).tolist()
    assert order == ([0, 3, 2, 1, 4] if descending else [2, 0, 3, 1, 4])


def test_a_column_can_be_sorted_by_another_key():
    names = Column("x", np.array(["b", "a", "c"]), str, sort_key=np.array([3, 1, 2]))
    assert names.order(False).tolist() == [1, 2, 0]


def test_tasks_are_the_schedule_in_the_unit_of_the_makespan():
    bf = eight_tiles()
    table = tasks_table(alexnet(), bf)
    by_name = {c.heading: c for c in table.columns}
    assert by_name["Link start, ms"].values.tolist() == (bf.schedule.link_start / 1e-3).tolist()
    assert by_name["Device start, ms"].text(0) == "–", "path 0 computes nothing on the device"
    assert by_name["Waits, ms"].text(6) == "5.849"
    assert by_name["Tile"].text(6) == "1, 2"
    assert by_name["Sends"].text(6) == "pool1 (o 3)"
    assert by_name["Sent, kB"].text(6) == "24.99"


def test_slow_plans_are_in_seconds():
    table = tasks_table(alexnet(), eight_tiles(System(rate_bps=1e5)))
    assert "Link end, s" in [c.heading for c in table.columns]


def test_waiting_for_the_es_has_a_column_only_where_it_happens():
    net = alexnet()
    one = System(es_workers=1, es_flops=1e9)
    crowded = make_plan("MW", net, 4, (3, 3), 2, system=one)
    assert "ES waits, s" in [c.heading for c in tasks_table(net, crowded).columns]
    assert "ES waits, ms" not in [c.heading for c in tasks_table(net, eight_tiles()).columns]


def test_tasks_of_a_real_plan_can_be_shown(qtbot):
    net = alexnet()
    made = TasksTable()
    qtbot.addWidget(made)
    for chosen in plan(Scenario(net, System(), tau=2, paths=6)).plans.values():
        made.set_plan(net, chosen)
        assert made.view.array_model.rowCount() == chosen.paths
        assert "" not in shown(made, "Sent, kB")


def test_a_click_on_a_row_picks_the_path_whatever_the_sorting(tasks, qtbot):
    click_heading(qtbot, tasks, "Link start, ms")
    assert heading(tasks, column(tasks, "Link start, ms")) == "Link start, ms\u2009↑"
    assert shown(tasks, "Path") == ["0", "3", "5", "6", "7", "1", "2", "4"]
    with qtbot.waitSignal(tasks.path_selected) as caught:
        click_row(qtbot, tasks, 3)
    assert caught.args == [6]
    click_heading(qtbot, tasks, "Link start, ms")
    assert shown(tasks, "Path")[0] == "4"
    assert [i.row() for i in tasks.view.selectionModel().selectedRows()] == [4], "the selection moves along"


def test_escape_and_a_second_control_click_take_the_selection_back(tasks, qtbot):
    picked = []
    tasks.path_selected.connect(picked.append)
    click_row(qtbot, tasks, 2)
    click_row(qtbot, tasks, 2, Qt.KeyboardModifier.ControlModifier)
    click_row(qtbot, tasks, 5)
    qtbot.keyClick(tasks.view, Qt.Key.Key_Escape)
    assert picked == [2, None, 5, None]


def test_tasks_need_no_scroll_bar_where_the_window_is_small(tasks, qtbot):
    bar, model = tasks.view.horizontalScrollBar(), tasks.view.array_model
    tasks.resize(1400, 260)
    assert "Device start, ms" in [heading(tasks, n) for n in range(model.columnCount())]
    loose = tasks.view.columnWidth(0)
    tasks.resize(743, 260)  # what a window of 1280 leaves
    qtbot.waitUntil(lambda: bar.maximum() == 0)
    assert heading(tasks, column(tasks, "Device start, ms")).startswith("Device\nstart")
    assert tasks.view.columnWidth(0) < loose
    for number, column_ in enumerate(model.table.columns):
        needed = max(QFontMetrics(font(12, 400)).horizontalAdvance(column_.text(row, 1)) for row in range(8))
        assert tasks.view.columnWidth(number) >= needed + 8, f"{column_.heading} is cut"
    tasks.resize(1400, 260)
    assert tasks.view.columnWidth(0) == loose


@pytest.mark.parametrize("width", range(728, 760, 4))
def test_a_scroll_bar_that_comes_while_columns_are_fitted_takes_its_part_of_them(qtbot, width):
    made = TasksTable()
    qtbot.addWidget(made)
    made.resize(width, 160)
    made.set_plan(alexnet(), eight_tiles())
    made.show()  # it is filled when it is seen
    qtbot.waitExposed(made)
    made.grab()
    assert made.view.verticalScrollBar().isVisible()
    assert made.view.horizontalScrollBar().maximum() == 0


def test_the_column_of_the_cursor_fits_into_the_smallest_window_at_any_moment(tasks, qtbot):
    plan, bar = eight_tiles(), tasks.view.horizontalScrollBar()
    tasks.resize(743, 260)
    qtbot.waitUntil(lambda: bar.maximum() == 0)
    for moment in np.linspace(0, plan.makespan_s, 7):
        tasks.set_phases(phases(plan, moment))
        QApplication.processEvents()
        assert bar.maximum() == 0, moment
        model = tasks.view.array_model
        for number in range(model.columnCount()):
            texts = [model.data(model.index(row, number)) for row in range(8)]
            widest = max(map(QFontMetrics(font(12, 400)).horizontalAdvance, texts))
            assert tasks.view.columnWidth(number) >= widest + 6, (
                f"{heading(tasks, number)} is cut at {moment}"
            )
    at = model.index(0, column(tasks, "Device end, ms"))
    short, whole = model.data(at), model.data(at, Qt.ItemDataRole.ToolTipRole)
    if short != whole and whole is not None:
        assert float(short) == pytest.approx(float(whole), abs=0.006)
    tasks.set_phases(None)
    assert model.data(at, Qt.ItemDataRole.ToolTipRole) is None, "without the cursor figures are whole"


def test_names_are_brief_only_where_there_is_little_room(tasks):
    names = Column("x", np.array(["a/b", "c"]), str, brief=lambda name: name.rpartition("/")[2])
    assert [names.text(0), names.text(0, 1), names.text(1, 1), names.text(0, 2)] == ["a/b", "b", "c", "b"]
    figures = Column("y", np.array([1.234, np.nan]), fixed(3), least=fixed(1))
    assert [figures.text(0, n) for n in range(3)] == ["1.234", "1.234", "1.2"]
    assert figures.text(1, 2) == "–"
    assert to_tsv(Table((names,)), [0]).splitlines() == ["x", "a/b"], "what is copied is whole"


def test_arrow_keys_pick_the_next_path(tasks, qtbot):
    tasks.set_selection(2)
    with qtbot.waitSignal(tasks.path_selected) as caught:
        qtbot.keyClick(tasks.view, Qt.Key.Key_Down)
    assert caught.args == [3]


def test_being_told_the_selection_announces_nothing(tasks, qtbot):
    with qtbot.assertNotEmitted(tasks.path_selected):
        tasks.set_selection(4)
        tasks.set_selection(None)
        tasks.set_selection(99)
        tasks.set_plan(alexnet(), eight_tiles())
        tasks.set_plan(alexnet(), None)
    assert tasks.view.model().rowCount() == 0


def test_the_selected_path_stays_selected_in_a_new_plan(tasks):
    tasks.set_selection(4)
    tasks.set_plan(alexnet(), make_plan("MW", alexnet(), 2, (3, 3), 3))
    assert [i.row() for i in tasks.view.selectionModel().selectedRows()] == [4]
    tasks.set_plan(alexnet(), make_plan("MW", alexnet(), 2, (1, 2), 3))
    assert tasks.view.selectionModel().selectedRows() == []


def test_the_same_row_can_be_picked_again_in_a_new_plan(tasks, qtbot):
    click_row(qtbot, tasks, 1)
    tasks.set_selection(None)
    tasks.set_plan(alexnet(), make_plan("MW", alexnet(), 2, (3, 3), 3))
    with qtbot.waitSignal(tasks.path_selected) as caught:
        click_row(qtbot, tasks, 1)
    assert caught.args == [1]


def test_sorting_outlives_a_new_plan(tasks, qtbot):
    click_heading(qtbot, tasks, "Link start, ms")
    tasks.set_plan(alexnet(), eight_tiles())
    assert shown(tasks, "Path") == ["0", "3", "5", "6", "7", "1", "2", "4"]


def test_copy_takes_the_selected_rows_as_shown(tasks, qtbot):
    click_row(qtbot, tasks, 1)
    click_row(qtbot, tasks, 2, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(tasks.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert [line.split("\t")[0] for line in lines] == ["Path", "1", "2"]
    assert lines[1].split("\t")[2] == "pool1 (o 3)"


def test_csv_has_full_precision_and_all_rows_when_none_is_selected(tasks):
    action = next(a for a in tasks.view.actions() if a.text() == "Copy as CSV")
    action.trigger()
    rows = list(csv.reader(io.StringIO(QGuiApplication.clipboard().text())))
    assert len(rows) == 9
    at = rows[0].index("Link end, ms")
    ends = eight_tiles().schedule.link_end / 1e-3
    assert [float(row[at]) for row in rows[1:]] == ends.tolist()
    assert rows[1][rows[0].index("Device start, ms")] == ""


def test_numbers_stand_at_the_right_and_paths_carry_their_colour(tasks):
    model = tasks.view.model()
    right = model.index(0, column(tasks, "Link end, ms")).data(Qt.ItemDataRole.TextAlignmentRole)
    assert right & Qt.AlignmentFlag.AlignRight
    for tokens in (Tokens.load("dark"), Tokens.load("light")):
        tasks.set_theme(tokens)
        swatch = model.index(6, 0).data(Qt.ItemDataRole.DecorationRole)
        assert swatch.pixmap(10, 10).toImage().pixelColor(2, 2).name().upper() == tokens.path_color(6, 2, 4)


def test_hundreds_of_paths_are_sorted_and_drawn(qtbot):
    net = alexnet()
    made = TasksTable()
    qtbot.addWidget(made)
    made.set_plan(net, make_plan("BF", net, 2, (27, 27), 3, spread=0.5))
    made.view.sortByColumn(column(made, "Sent, kB"), Qt.SortOrder.DescendingOrder)
    assert shown(made, "Path")[0] == "728"
    assert not made.grab().isNull()


def test_layers_say_size_work_and_what_they_read(layers):
    assert shown(layers, "Layer") == [str(v) for v in range(1, 12)]
    assert shown(layers, "Output")[:2] == ["64×55×55", "64×27×27"]
    assert shown(layers, "MMAC")[0] == "70.3"
    assert shown(layers, "MMAC")[1] == "–"
    assert shown(layers, "Reads")[0] == "11×11 /4"
    assert shown(layers, "Reads")[8] == "whole input"
    assert shown(layers, "Output, kB")[1] == "186.6"


def test_layers_say_where_they_run():
    net = alexnet()
    assert set(places(net, None, None)) == {""}
    assert places(net, 2, 2)[:3] == ("device", "ES", "ES, tail")
    assert places(net, 2, None)[:3] == ("per path", "per path", "ES, tail")


def test_the_placement_of_another_path_keeps_the_selected_layer(layers):
    layers.set_selection("conv2")
    layers.set_placement(4, 3)
    assert shown(layers, "Runs on")[:5] == [
        "device",
        "device",
        "ES",
        "ES",
        "ES, tail",
    ]
    assert [i.row() for i in layers.view.selectionModel().selectedRows()] == [2]


def test_a_click_on_a_layer_announces_its_name(layers, qtbot):
    click_heading(qtbot, layers, "MFLOP")
    with qtbot.waitSignal(layers.layer_selected) as caught:
        click_row(qtbot, layers, 10)
    assert caught.args == ["conv2"], "the most work stands last"


def test_being_told_a_layer_announces_nothing(layers, qtbot):
    with qtbot.assertNotEmitted(layers.layer_selected):
        layers.set_selection("fc6")
        layers.set_selection("unknown")
        layers.set_selection(None)
        layers.set_theme(Tokens.load("dark"))


def test_bits_per_element_change_the_data():
    table = layers_table(alexnet(), bits_per_element=8)
    sizes = next(c for c in table.columns if c.heading == "Output, kB")
    assert sizes.values[1] == pytest.approx(46.656)
