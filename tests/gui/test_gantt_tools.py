"""Tools of the schedules: critical path, spans of time with totals, layers inside the bars, colours."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_factory import alexnet, make_plan, make_planset, timed
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication
from test_gantt_view import Charts, eight_tiles

from flgui.theme.tokens import Tokens
from flgui.viewmodel.critical import critical_of, critical_text, slack_line
from flgui.viewmodel.gantt import DEVICE, ES, LINK, TAIL, GanttGroup, gantt_model
from flgui.viewmodel.stretches import INPUT, layer_work, running_at, stretches_of
from flgui.viewmodel.totals import Total, share_text, span_text, span_totals
from planner_core.plan import Plan
from planner_core.planner import plan as plan_of
from planner_core.scenario import Scenario
from planner_core.system import System
from planner_core.zoo import build


def group_of(a, b, e, tail=1.0, system: System | None = None) -> GanttGroup:
    """The chart of paths with these device, link and ES seconds, in the order of their numbers."""
    system = system or System()
    made = make_plan("BF", alexnet(), 2, (1, len(a)), 2)
    schedule = timed(a, b, e, range(len(a)), tail, system)
    found = dataclasses.replace(made, schedule=schedule, makespan_s=schedule.tail_end)
    return gantt_model(make_planset(alexnet(), found, system=system)).group("BF")


def bars_by_name(group: GanttGroup) -> dict[str, int]:
    names = {DEVICE: "d", LINK: "l", ES: "e"}
    return {
        "tail" if path == TAIL else f"{names[group.rows[row].resource]}{path}": i
        for i, (row, path) in enumerate(zip(group.bars.row.tolist(), group.bars.path.tolist(), strict=True))
    }


# -- critical path -------------------------------------------------------------------------------------------


def test_the_critical_path_by_hand() -> None:
    """Device 0-2, 2-3; link 2-3, 3-6; ES 3-4 and nothing; tail 6-7.

    Link of path 1 waits for its device and for the link: both end at 3. So device 0, link 0, device 1 and link 1 are
    critical, as is the tail; the ES of path 0 ends at 4 and may end at 6.
    """
    group = group_of([2, 1], [1, 3], [1, 0])
    found, name = critical_of(group), bars_by_name(group)
    slack = {key: float(found.slack[bar]) for key, bar in name.items()}
    assert slack == pytest.approx({"d0": 0, "d1": 0, "l0": 0, "l1": 0, "e0": 2, "tail": 0})
    back = {bar: key for key, bar in name.items()}
    links = {(back[u], back[v]) for u, v in found.links.tolist()}
    assert links == {("d0", "l0"), ("d0", "d1"), ("d1", "l1"), ("l0", "l1"), ("l1", "tail")}
    chain = [back[bar] for bar in found.chain.tolist()]
    assert chain[0] == "d0"
    assert chain[-2:] == ["l1", "tail"]
    assert slack_line(group, name["e0"]) == ("may end later by", "2.00\xa0s")
    assert slack_line(group, name["l1"])[0] == "no slack: on the critical path"


def test_slack_behind_an_idle_link_by_hand() -> None:
    """Device 0-1, 1-5; link 1-2, 5-6; tail 6-7: the first transfer may end at 5, three seconds later."""
    group = group_of([1, 4], [1, 1], [0, 0])
    name, found = bars_by_name(group), critical_of(group)
    assert float(found.slack[name["l0"]]) == pytest.approx(3)
    assert found.on_path[[name["d0"], name["d1"], name["l1"], name["tail"]]].all()
    assert critical_text(group) == "critical: device 71.4\xa0%, link 14.3\xa0%, ES 14.3\xa0%"


def test_rows_of_unlimited_workers_bind_nothing() -> None:
    """Path 1 is drawn in the row of path 0's ES bar, but would have had a worker of its own."""
    group = group_of([1, 3], [1, 1], [1, 5], system=System(device_workers=None, es_workers=None))
    name, found = bars_by_name(group), critical_of(group)
    assert group.bars.row[name["e0"]] == group.bars.row[name["e1"]]
    assert float(found.slack[name["e0"]]) == pytest.approx(group.makespan_s - 1 - 3)


def finish(lengths, group: GanttGroup) -> float:
    """Time the chart again with other lengths, same order and same workers: a plain forward pass."""
    end: dict[int, float] = {}
    ready = np.zeros(group.plan.paths)
    free: dict[int, float] = {}
    bars = group.bars
    limits = {DEVICE: group.system.device_workers, LINK: 1, ES: group.system.es_workers}
    for resource in (DEVICE, LINK, ES):
        own = [b for b in range(len(bars)) if group.rows[bars.row[b]].resource == resource]
        for bar in sorted(
            (b for b in own if bars.path[b] != TAIL), key=lambda b: (bars.start[b], bars.end[b])
        ):
            path, row = int(bars.path[bar]), int(bars.row[bar])
            limit = limits[resource]
            bound = limit is not None and (resource == LINK or limit < group.plan.paths)
            start = max(ready[path], free.get(row, 0.0) if bound else 0.0)
            end[bar] = ready[path] = start + lengths[bar]
            free[row] = end[bar]
    tail = [b for b in range(len(bars)) if bars.path[b] == TAIL]
    return float(ready.max()) + sum(float(lengths[b]) for b in tail)


times = st.lists(st.integers(0, 6), min_size=5, max_size=5)
counts = st.sampled_from([1, 2, None])


@settings(max_examples=60, deadline=None)
@given(times, times, times, counts, counts)
def test_slack_is_what_a_bar_may_grow_and_no_more(a, b, e, device, es) -> None:
    group = group_of(a, b, e, 1.0, System(device_workers=device, es_workers=es))
    found = critical_of(group)
    lengths = group.bars.end - group.bars.start
    assert finish(lengths, group) == pytest.approx(group.makespan_s)
    for bar in range(len(lengths)):
        grown = lengths.copy()
        grown[bar] += found.slack[bar]
        assert finish(grown, group) == pytest.approx(group.makespan_s)
        grown[bar] += 0.25
        assert finish(grown, group) == pytest.approx(group.makespan_s + 0.25)
    chain = found.chain
    assert group.bars.start[chain[0]] == 0 or not len(lengths)
    assert group.bars.start[chain[1:]] == pytest.approx(group.bars.end[chain[:-1]])
    assert group.bars.end[chain[-1]] == pytest.approx(group.makespan_s)


# -- layers inside the bars ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real() -> tuple[GanttGroup, Plan]:
    network = build("alexnet")
    found = plan_of(Scenario(network, max_paths=12))
    return gantt_model(found).group("BF"), found.plans["BF"]


def test_the_work_of_layers_adds_up_to_that_of_the_paths(real) -> None:
    group, found = real
    work = layer_work(group.network, found.tau, found.rows, found.cols)
    number = np.arange(found.tau)[:, None]
    device = np.where(number < found.offload - 1, work, 0).sum(axis=0)
    assert device == pytest.approx(found.device_flop)
    assert work.sum(axis=0) - device == pytest.approx(found.es_flop)


def test_stretches_fill_their_bars_without_a_gap(real) -> None:
    group, found = real
    parts = stretches_of(group)
    for bar in range(len(group.bars)):
        own = np.flatnonzero(parts.bar == bar)
        assert parts.start[own[0]] == pytest.approx(group.bars.start[bar])
        assert parts.end[own[-1]] == pytest.approx(group.bars.end[bar])
        assert parts.start[own[1:]] == pytest.approx(parts.end[own[:-1]])
        assert (np.diff(parts.layer[own]) > 0).all()
    device = group.bars_of(int(np.flatnonzero(found.offload == found.tau + 1)[0]))[0]
    assert parts.layer[parts.at(device, float(group.bars.start[device]))] == 0


def test_a_stretch_is_as_long_as_its_share_of_the_work_by_hand() -> None:
    """conv1 of AlexNet takes 64*55*55*121*3*2 FLOP, pool1 64*27*27*9: NFL's device bar is cut in that ratio."""
    net = alexnet()
    group = gantt_model(make_planset(net, make_plan("NFL", net, 11, (1, 1), 3))).group("NFL")
    parts = stretches_of(group)
    conv, pool = 64 * 55 * 55 * 121 * 3 * 2, 64 * 27 * 27 * 9
    cut = parts.end[parts.of_layer(0)[0]] / group.bars.end[group.bars_of(0)[0]]
    assert cut == pytest.approx(conv / (conv + pool))
    link = next(i for i in range(len(parts.bar)) if group.rows[group.bars.row[parts.bar[i]]].resource == LINK)
    assert parts.layer[link] == 1, "the link carries what pool1 made"


def test_a_path_that_sends_the_input_says_so() -> None:
    net = alexnet()
    group = gantt_model(make_planset(net, make_plan("BF", net, 2, (1, 2), 1))).group("BF")
    parts = stretches_of(group)
    assert INPUT in parts.layer


# -- totals --------------------------------------------------------------------------------------------------


def test_totals_by_hand() -> None:
    """Device 0-2, 2-3; link 2-3, 3-6; ES 3-4; tail 6-7. From 1 to 5:

    device busy 1-3, idle 3-5, path 1 waits for it 1-2; link busy 2-5, idle 1-2, nobody waits; ES busy 3-4.
    """
    group = group_of([2, 1], [1, 3], [1, 0])
    model = gantt_model(make_planset(alexnet(), group.plan))
    device, link, es = span_totals(model, 1.0, 5.0)
    assert (device.busy_s, device.idle_s, device.waiting_s) == (2, 2, 1)
    assert (link.busy_s, link.idle_s, link.waiting_s) == (3, 1, 0)
    assert (es.busy_s, es.idle_s, es.waiting_s) == (1, 3, 0)
    late = span_totals(model, 6.5, 100.0)
    assert [(t.busy_s, t.idle_s) for t in late] == [(0, 0.5), (0, 0.5), (0.5, 0)], (
        "nothing idles after the end"
    )
    assert span_text((device,), 1.0, 5.0).splitlines()[2] == "BF\tDevice\t2.0\t50.0\xa0%\t2.0\t1.0"


@pytest.mark.parametrize(
    ("busy", "idle", "text"),
    [(0.0, 1.0, "0\xa0%"), (1e-6, 1.0, "<\xa00.1\xa0%"), (1.0, 1.0, "50.0\xa0%"), (1.0, 0.0, "100\xa0%")],
)
def test_shares_that_are_nearly_nothing_say_so(busy: float, idle: float, text: str) -> None:
    assert share_text(Total("BF", LINK, 1, busy, idle, 0.0)) == text


def test_totals_of_parts_add_up_to_the_whole() -> None:
    model = eight_tiles()
    end = model.axis_s
    whole = span_totals(model, 0.0, end)
    cuts = [0.0, 7e-3, 9.5e-3, 30e-3, end]
    parts = [span_totals(model, a, b) for a, b in pairwise(cuts)]
    for i, total in enumerate(whole):
        for name in ("busy_s", "idle_s", "waiting_s"):
            assert sum(getattr(p[i], name) for p in parts) == pytest.approx(getattr(total, name))


# -- with mouse and keys -------------------------------------------------------------------------------------


@pytest.fixture
def charts(qtbot):
    return Charts(qtbot, eight_tiles())


def color(charts: Charts, at: QPoint) -> str:
    return QColor(charts.image().pixel(at)).name().upper()


def test_a_drag_on_an_empty_lane_selects_time_with_totals_that_can_be_copied(charts) -> None:
    y = charts.box("NFL").lanes[2].top + 12
    start = charts.canvas.axis.start
    charts.drag(QPoint(150, y), QPoint(300, y))
    assert charts.canvas.axis.start == start, "nothing pans"
    span = charts.canvas.marks.span
    axis = charts.canvas.axis
    assert span == pytest.approx((axis.seconds(150), axis.seconds(300)), abs=6 * axis.per_pixel)
    panel = charts.canvas.span_panel
    assert panel.isVisible()
    expected = span_text(span_totals(charts.model, *span), *span)
    charts.key_with(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == expected
    charts.key(Qt.Key.Key_F)
    assert (axis.start, axis.end) == pytest.approx(span)
    charts.key(Qt.Key.Key_Escape)
    assert charts.canvas.marks.span is None
    assert not panel.isVisible()


def test_a_click_takes_the_span_back_without_losing_the_selection(charts) -> None:
    charts.view.set_selection("BF", 2)
    y = charts.box("NFL").lanes[2].top + 12
    charts.drag(QPoint(150, y), QPoint(300, y))
    charts.click(QPoint(120, y))
    assert charts.canvas.marks.span is None
    assert charts.canvas.selection.path == 2


def test_a_span_snaps_to_the_ends_of_bars(charts) -> None:
    end = float(charts.model.group("NFL").plan.schedule.device_end[0])
    x = round(charts.canvas.axis.x(end))
    y = charts.box("NFL").lanes[2].top + 12
    charts.drag(QPoint(x - 4, y), QPoint(x - 100, y))
    assert charts.canvas.marks.span[1] in charts.model.moments
    assert charts.canvas.marks.span[1] != pytest.approx(charts.canvas.axis.seconds(x - 4))


def test_shift_and_a_drag_on_a_bar_select_time(charts, qtbot) -> None:
    at = charts.rect("NFL", 0, DEVICE).center()
    charts.drag(at, at + QPoint(60, 0), Qt.KeyboardModifier.ShiftModifier)
    assert charts.canvas.marks.span is not None
    assert charts.picked == []


def test_new_plans_write_the_totals_anew(charts) -> None:
    charts.canvas.set_span((1e-3, 9e-3))
    before = charts.canvas.span_panel.text
    net = alexnet()
    charts.view.set_model(gantt_model(make_planset(net, make_plan("NFL", net, 11, (1, 1), 1))))
    assert charts.canvas.span_panel.text != before
    charts.view.set_model(None)
    assert not charts.canvas.span_panel.isVisible()


def test_c_lets_the_critical_path_stand_out(charts) -> None:
    group = charts.model.group("MW")
    found = critical_of(group)
    off = next(b for b in range(len(group.bars)) if not found.on_path[b])
    on = next(b for b in range(len(group.bars)) if found.on_path[b] and group.bars.row[b] == 0)
    frame, box = charts.canvas.frame(), charts.box("MW")
    corner = QPoint(2, 2)
    faint, strong = (frame.bar_rect(group, box, b).topLeft() + corner for b in (off, on))
    before = color(charts, faint), color(charts, strong)
    charts.key(Qt.Key.Key_C)
    assert charts.view.header.critical_button.isChecked()
    assert color(charts, faint) != before[0]
    assert color(charts, strong) == before[1]
    assert color(charts, strong - corner - QPoint(0, 1)) == Tokens.load("light").color("data.selection")
    charts.hover(strong)
    assert charts.canvas.tooltip.text.lines[-1] == ("no slack: on the critical path", "")
    charts.qtbot.mouseClick(charts.view.header.critical_button, Qt.MouseButton.LeftButton)
    assert (color(charts, faint), color(charts, strong)) == before


def test_colours_can_stand_for_layers_or_resources(charts) -> None:
    tokens = Tokens.load("light")
    inside = charts.rect("NFL", 0, DEVICE).topLeft() + QPoint(2, 2)
    menu = charts.view.header.colours_button.menu()
    next(a for a in menu.actions() if a.data() == "layer").trigger()
    assert color(charts, inside) == tokens.colors("path")[0]
    assert charts.view.header.colours_button.label == "Colour: layer"
    next(a for a in menu.actions() if a.data() == "resource").trigger()
    assert color(charts, inside) == tokens.color("resource.device")
    next(a for a in menu.actions() if a.data() == "path").trigger()
    assert color(charts, inside) == tokens.color("data.whole")


def test_a_click_on_a_layer_in_a_bar_selects_it_and_the_path(charts) -> None:
    layers = []
    charts.view.layer_selected.connect(layers.append)
    charts.view.layer_selected.connect(charts.view.set_layer)
    charts.view.set_colours("layer")
    at = charts.rect("MW", 4, DEVICE).center()
    charts.click(at)
    assert (layers, charts.picked) == (["conv1"], [("MW", 4)])
    charts.click(at)
    assert charts.picked[-1] == (None, None), "the same again takes the path back"
    charts.hover(at)
    assert ("here: conv1", "") in charts.canvas.tooltip.text.lines


def test_the_selected_layer_is_underlined_in_every_bar_that_computes_it(charts) -> None:
    rect = charts.rect("MW", 4, DEVICE)
    spot = QPoint(rect.center().x(), rect.bottom() + 1)
    ink = Tokens.load("light").color("data.selection")
    assert color(charts, spot) != ink
    charts.view.set_layer("conv1")
    assert color(charts, spot) == ink
    charts.view.set_layer("conv2")  # in the tail only, and first there
    assert color(charts, spot) != ink
    tail = charts.rect("MW", TAIL, ES)
    assert color(charts, QPoint(tail.left() + 2, tail.bottom() + 1)) == ink
    assert color(charts, QPoint(tail.right() - 2, tail.bottom() + 1)) != ink
    charts.view.set_layer("no such layer")
    assert color(charts, spot) != ink


def test_waiting_for_an_es_worker_is_a_line_from_the_transfer_to_the_es(qtbot) -> None:
    group = group_of([1, 1, 1], [1, 1, 1], [6, 6, 6], system=System(es_workers=1))
    planset = make_planset(alexnet(), group.plan, system=System(es_workers=1))
    charts = Charts(qtbot, gantt_model(planset))
    charts.view.set_selection("BF", 2)
    link, es = charts.rect("BF", 2, LINK), charts.rect("BF", 2, ES)
    between = QPoint((link.right() + es.left()) // 2, charts.box("BF").lanes[2].top)
    assert color(charts, between) == Tokens.load("light").color("data.selection")


def test_layers_that_run_at_a_moment_by_hand() -> None:
    """NFL cuts after pool1: the device computes conv1, then pool1; the ES begins with conv2."""
    net = alexnet()
    group = gantt_model(make_planset(net, make_plan("NFL", net, 11, (1, 1), 3))).group("NFL")
    s = group.plan.schedule
    assert running_at(group, 0.0) == {"conv1"}
    assert running_at(group, float(s.device_end[0]) * (1 - 1e-9)) == {"pool1"}
    assert running_at(group, float(s.link_start[0] + s.link_end[0]) / 2) == frozenset()
    assert running_at(group, float(s.es_start[0])) == {"conv2"}
    assert running_at(group, group.makespan_s) == frozenset()
    assert running_at(group, 0.0, paths=[0]) == {"conv1"}
    assert running_at(group, 0.0, paths=[5]) == frozenset()


def test_ctrl_c_copies_the_totals_in_the_window_whatever_the_menus_hold(parts, qtbot) -> None:
    gantt = parts.window.gantt
    parts.window.activateWindow()
    gantt.canvas.setFocus()
    gantt.canvas.set_span((0.0, gantt.axis.whole / 2))
    QGuiApplication.clipboard().setText("before")
    qtbot.keyClick(parts.window.windowHandle(), Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == gantt.canvas.span_panel.text
