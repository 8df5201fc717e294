"""The time cursor: what happens at a moment, on the ruler, by key, and while it plays."""

from __future__ import annotations

import numpy as np
import pytest
from plan_factory import alexnet, make_plan, make_planset, timed
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QApplication

from flgui.app import Parts
from flgui.features.playback import Playback
from flgui.theme.tokens import Tokens
from flgui.viewmodel.gantt import gantt_model
from flgui.viewmodel.moments import Phase, moment_text, moments_of, next_moment, phases, phases_of, time_at
from flgui.views.gantt import GanttView
from flgui.views.gantt.ruler import axis_ticks
from planner_core.system import System


def three_paths():
    """Paths 0, 1, 2 in this order, device 2, 1, 0 s, link 1, 3, 2 s, ES 1, 0, 4 s, tail 1 s.

    Device: 0 from 0 to 2, 1 from 2 to 3; 2 computes nothing there. Link: 0 from 2 to 3, 1 from 3 to 6, 2 from 6
    to 8. ES: 0 from 3 to 4, 2 from 8 to 12. The tail ends at 13.
    """
    plan = make_plan("BF", alexnet(), 2, (1, 3), 2)
    schedule = timed([2, 1, 0], [1, 3, 2], [1, 0, 4], [0, 1, 2], 1.0, System())
    object.__setattr__(plan, "schedule", schedule)
    object.__setattr__(plan, "makespan_s", 13.0)
    return plan


@pytest.mark.parametrize(
    ("time", "expected", "words"),
    [
        (0.0, [1, 0, 2], "1 computing · 1 queued · 1 to start"),
        (2.0, [3, 1, 2], "1 sending · 1 computing · 1 queued"),
        (2.9, [3, 1, 2], "1 sending · 1 computing · 1 queued"),
        (3.5, [5, 3, 2], "1 on ES · 1 sending · 1 queued"),
        (6.0, [6, 6, 3], "2 done · 1 sending"),
        (8.0, [6, 6, 5], "2 done · 1 on ES"),
        (12.5, [6, 6, 6], "3 done · tail on ES"),
        (13.0, [6, 6, 6], "finished"),
    ],
)
def test_phases_by_hand(time: float, expected: list[int], words: str) -> None:
    plan = three_paths()
    assert phases(plan, time).tolist() == expected
    assert moment_text(plan, time) == words


def test_the_phases_of_a_plan_are_those_that_last() -> None:
    plan = three_paths()
    every = (Phase.TO_START, Phase.COMPUTING, Phase.QUEUED, Phase.SENDING, Phase.ON_ES, Phase.DONE)
    assert phases_of(plan) == every, "with unlimited ES workers nobody waits for one"
    seen = {Phase(p) for time in np.linspace(0, 13, 131) for p in phases(plan, float(time)).tolist()}
    assert seen <= set(every)


def test_waiting_for_an_es_worker_is_a_phase_of_its_own() -> None:
    plan = three_paths()
    system = System(es_workers=1)
    object.__setattr__(plan, "schedule", timed([0, 0, 0], [1, 1, 1], [5, 1, 1], [0, 1, 2], 0.0, system))
    assert phases(plan, 2.5).tolist() == [Phase.ON_ES, Phase.WAITING, Phase.SENDING]
    assert moment_text(plan, 2.5) == "1 on ES · 1 waiting for ES · 1 sending"


def test_a_single_tile_is_told_in_words() -> None:
    plan = make_plan("NFL", alexnet(), 11, (1, 1), 3)
    s = plan.schedule
    for time, words in (
        (0.0, "computing on the device"),
        (float(s.link_start[0]), "sending the map"),
        (float(s.es_start[0]), "computing on the ES"),
        (s.tail_end, "finished"),
    ):
        assert moment_text(plan, time) == words


def test_phases_never_go_back_and_end_with_done() -> None:
    net = alexnet()
    plan = make_plan("MW", net, 2, (3, 3), [1, 2, 3] * 3, spread=0.5)
    moments = moments_of(plan)
    seen = np.array([phases(plan, t) for t in moments])
    assert (np.diff(seen, axis=0) >= 0).all()
    assert (seen[-1] == Phase.DONE).all()
    middle = np.array([phases(plan, t) for t in (moments[1:] + moments[:-1]) / 2])
    assert (middle == seen[:-1]).all(), "nothing happens between two moments"


def test_events_by_hand() -> None:
    moments = moments_of(three_paths())
    assert moments.tolist() == [0, 2, 3, 4, 6, 8, 12, 13]
    assert next_moment(moments, None, 1) == 0
    assert next_moment(moments, None, -1) is None
    assert next_moment(moments, 3.0, 1) == 4
    assert next_moment(moments, 3.0, -1) == 2
    assert next_moment(moments, 3.5, -1) == 3
    assert next_moment(moments, 13.0, 1) is None
    assert next_moment(moments, 4 - 1e-15, 1) == 6, "rounding is no event of its own"


@pytest.mark.parametrize(
    ("seconds", "step", "text"),
    [
        (14.2e-3, 1e-4, "14.20\xa0ms"),
        (14.2034e-3, 1e-7, "14.2034\xa0ms"),
        (0.0, 1e-5, "0\xa0ms"),
        (7384.0, 10.0, "2.051\xa0h"),
        (2.5e-6, 1e-9, "2.500\xa0µs"),
    ],
)
def test_the_flag_is_as_exact_as_the_zoom(seconds: float, step: float, text: str) -> None:
    assert time_at(seconds, step) == text


def move(widget, at: QPoint, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    where = QPointF(at)
    left = Qt.MouseButton.LeftButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, where, widget.mapToGlobal(where), Qt.MouseButton.NoButton, left, modifiers
    )
    QApplication.sendEvent(widget, event)


@pytest.fixture
def gantt(qtbot):
    net = alexnet()
    model = gantt_model(
        make_planset(
            net, make_plan("NFL", net, 11, (1, 1), 3), make_plan("BF", net, 2, (2, 4), 3, spread=0.2)
        )
    )
    view = GanttView(Tokens.load("light"))
    qtbot.addWidget(view)
    view.resize(844, 376)
    view.show()
    view.set_model(model)
    view.moved = []
    view.cursor_moved.connect(view.moved.append)
    view.cursor_moved.connect(view.set_cursor)
    return view


def test_a_drag_on_the_ruler_moves_the_cursor_and_snaps_to_bar_ends(gantt, qtbot) -> None:
    model, axis = gantt.canvas.model, gantt.axis
    end = float(model.group("NFL").plan.schedule.device_end[0])
    at = QPoint(round(axis.x(end)) + 5, 12)
    qtbot.mousePress(gantt.ruler, Qt.MouseButton.LeftButton, pos=QPoint(at.x() + 60, 12))
    move(gantt.ruler, at)
    assert gantt.moved[-1] == end
    move(gantt.ruler, at, Qt.KeyboardModifier.AltModifier)
    assert gantt.moved[-1] == pytest.approx(axis.seconds(at.x()))
    move(gantt.ruler, QPoint(2000, 12), Qt.KeyboardModifier.AltModifier)
    assert gantt.moved[-1] == pytest.approx(axis.end), "the cursor stays on the axis"
    qtbot.mouseRelease(gantt.ruler, Qt.MouseButton.LeftButton, pos=at)
    before = len(gantt.moved)
    move(gantt.ruler, QPoint(300, 12))
    assert len(gantt.moved) == before, "nothing follows once the button is up"


def test_the_flag_is_taken_where_it_is_without_a_jump(gantt, qtbot) -> None:
    gantt.set_cursor(20e-3)
    grip = gantt.ruler.flag.topLeft() + QPoint(4, 6)
    qtbot.mousePress(gantt.ruler, Qt.MouseButton.LeftButton, pos=grip)
    assert gantt.moved == []
    move(gantt.ruler, grip + QPoint(50, 0), Qt.KeyboardModifier.AltModifier)
    assert gantt.moved[-1] == pytest.approx(20e-3 + 50 * gantt.axis.per_pixel)


def test_no_label_of_the_ruler_is_cut_by_the_flag(gantt) -> None:
    tick = axis_ticks(gantt.axis).times[2]
    ground = Tokens.load("light").color("surface.sunken")
    label = QRect(round(gantt.axis.x(tick)) + 4, 2, 12, 14)

    def written() -> bool:
        image = gantt.ruler.grab().toImage()
        points = [
            (x, y) for x in range(label.left(), label.right()) for y in range(label.top(), label.bottom())
        ]
        return any(QColor(image.pixel(*point)).name().upper() != ground for point in points)

    assert written()
    gantt.set_cursor(gantt.axis.whole / 2)
    flag = gantt.ruler.flag
    gantt.set_cursor(gantt.axis.seconds(label.right() + flag.width() / 2))
    assert gantt.ruler.flag.left() > label.right() - 4
    assert not written()


def test_the_cursor_crosses_all_plans_and_the_headers_say_what_happens(gantt) -> None:
    gantt.set_cursor(14.2e-3)
    image = gantt.canvas.viewport().grab().toImage()
    x = round(gantt.axis.x(14.2e-3))
    for group in gantt.canvas.layout_boxes.groups:
        for y in (group.top + 12, group.lanes_top + 2, group.lanes_bottom - 3):
            assert QColor(image.pixel(x, y)).name().upper() == Tokens.load("light").color("data.cursor")
    assert "BF 2 done" not in gantt.canvas.accessibleDescription()
    assert "NFL computing on the device" in gantt.canvas.accessibleDescription()
    gantt.set_cursor(None)
    image = gantt.canvas.viewport().grab().toImage()
    y = gantt.canvas.layout_boxes.groups[0].top + 12
    assert QColor(image.pixel(x, y)).name().upper() == Tokens.load("light").color("surface.panel")


def test_escape_takes_the_selection_back_and_then_the_cursor(gantt, qtbot) -> None:
    gantt.set_cursor(14e-3)
    gantt.set_selection("BF", 3)
    picked = []
    gantt.path_selected.connect(lambda method, path: picked.append((method, path)))
    qtbot.keyClick(gantt.canvas, Qt.Key.Key_Escape)
    assert picked == [(None, None)]
    assert gantt.moved == []
    gantt.set_selection(None, None)
    qtbot.keyClick(gantt.canvas, Qt.Key.Key_Escape)
    assert gantt.moved == [None]


# -- in the window -------------------------------------------------------------------------------------------


def playback_of(parts: Parts) -> Playback:
    return parts.feature(Playback)


def test_space_plays_to_the_end_and_space_stops(parts: Parts, qtbot) -> None:
    store, gantt, playback = parts.controller.store, parts.window.gantt, playback_of(parts)
    playback.set_speed(0.0)
    qtbot.keyClick(gantt.canvas, Qt.Key.Key_Space)
    assert playback.playing
    assert gantt.header.play_button.accessibleName() == "Stop (space)"
    qtbot.waitUntil(lambda: (store.cursor_s or 0) > 0, timeout=20_000)
    qtbot.keyClick(gantt.canvas, Qt.Key.Key_Space)
    assert not playback.playing
    qtbot.mouseClick(gantt.header.play_button, Qt.MouseButton.LeftButton)
    assert playback.playing
    playback.advance(20.0)
    assert not playback.playing, "the end stops it"
    assert store.cursor_s == pytest.approx(max(p.makespan_s for p in store.planset.plans.values()))
    qtbot.keyClick(gantt.canvas, Qt.Key.Key_Space)
    assert store.cursor_s < playback.end_s / 2, "from the end it starts over"
    playback.stop()


def test_speeds_are_seconds_for_a_second_of_the_plan(parts: Parts) -> None:
    store, playback = parts.controller.store, playback_of(parts)
    assert playback.speed == 200
    menu = parts.window.gantt.header.speed_button.menu()
    next(a for a in menu.actions() if a.data() == 1000).trigger()
    assert parts.window.gantt.header.speed_button.label == "1:1000"
    store.set_cursor(0.0)
    playback.advance(playback.end_s * 1000 / 4)
    assert store.cursor_s == pytest.approx(playback.end_s / 4)


def test_comma_and_period_step_from_event_to_event(parts: Parts, qtbot) -> None:
    store, canvas = parts.controller.store, parts.window.gantt.canvas
    parts.controller.edit("grid", (2, 2))
    parts.controller.edit("tau", 2)
    qtbot.waitUntil(lambda: not store.stale, timeout=60_000)
    moments = moments_of(store.active_plan).tolist()
    for expected in moments[:3]:
        qtbot.keyClick(canvas, Qt.Key.Key_Period)
        assert store.cursor_s == expected
    qtbot.keyClick(parts.window.tiles.canvas, Qt.Key.Key_Comma)
    assert store.cursor_s == moments[1]


def test_a_grip_on_the_ruler_stops_the_play(parts: Parts, qtbot) -> None:
    playback, ruler = playback_of(parts), parts.window.gantt.ruler
    playback.toggle()
    qtbot.mouseClick(ruler, Qt.MouseButton.LeftButton, pos=QPoint(400, 12))
    assert not playback.playing
    assert parts.controller.store.cursor_s == pytest.approx(
        parts.window.gantt.axis.seconds(400), abs=7 * parts.window.gantt.axis.per_pixel
    )


def test_the_tiles_show_how_far_they_are(parts: Parts, qtbot) -> None:
    store, tiles = parts.controller.store, parts.window.tiles
    parts.controller.edit("grid", (2, 2))
    parts.controller.edit("tau", 2)
    qtbot.waitUntil(lambda: not store.stale, timeout=60_000)
    method = "BF"
    before = tiles.canvas.grab().toImage()
    store.set_cursor(store.planset.plans[method].schedule.tail_start)
    after = tiles.canvas.grab().toImage()
    assert before != after
    store.set_cursor(None)
    assert tiles.canvas.grab().toImage() == before


def test_hover_is_linked_both_ways(parts: Parts, qtbot) -> None:
    parts.controller.edit("grid", (2, 2))
    parts.controller.edit("tau", 2)
    store, gantt, tiles = parts.controller.store, parts.window.gantt, parts.window.tiles
    qtbot.waitUntil(lambda: not store.stale, timeout=60_000)
    seen = tiles.canvas.grab().toImage()
    gantt.path_hovered.emit("BF", 2)
    assert tiles.canvas.grab().toImage() != seen
    gantt.path_hovered.emit(None, None)
    assert tiles.canvas.grab().toImage() == seen
    move(tiles.canvas, tiles.canvas.tile_rect(1).center().toPoint())
    assert (gantt.canvas.marks.hover.method, gantt.canvas.marks.hover.path) == ("BF", 1)
    QApplication.sendEvent(tiles.canvas, QEvent(QEvent.Type.Leave))
    assert gantt.canvas.marks.hover.path is None


def test_tables_and_network_show_the_moment_and_a_cell_sets_it(parts: Parts, qtbot) -> None:
    parts.controller.edit("grid", (2, 2))
    parts.controller.edit("tau", 2)
    store, window = parts.controller.store, parts.window
    qtbot.waitUntil(lambda: not store.stale, timeout=60_000)
    store.set_active("MW")
    plan = store.active_plan
    table = window.tasks.view
    headings = [c.heading for c in table.array_model.table.columns]
    assert "Now" not in headings
    column = next(i for i, h in enumerate(headings) if h.startswith("Link end"))
    path = int(np.flatnonzero(plan.schedule.link_used)[0])
    network = window.network.canvas.viewport().grab().toImage()
    table.activated.emit(table.array_model.index(table.array_model.shown_row(path), column))
    assert store.cursor_s == plan.schedule.link_end[path]
    shown = table.array_model.table
    now = next(c for c in shown.columns if c.heading == "Now")
    assert now.text(path) != "being sent"
    store.set_cursor(float(plan.schedule.link_start[path]))
    now = next(c for c in table.array_model.table.columns if c.heading == "Now")
    assert now.text(path) == "being sent"
    store.set_cursor(float(plan.schedule.tail_start + plan.schedule.tail_end) / 2)
    assert window.network.canvas.viewport().grab().toImage() != network
    store.set_cursor(None)
    assert window.network.canvas.viewport().grab().toImage() == network
    assert "Now" not in [c.heading for c in table.array_model.table.columns]


def test_a_plan_by_hand_is_played_and_pointed_at_like_the_others(parts: Parts, qtbot) -> None:
    parts.controller.edit("grid", (2, 2))
    parts.controller.edit("tau", 2)
    store, window = parts.controller.store, parts.window
    qtbot.waitUntil(lambda: not store.stale, timeout=60_000)
    window.actions_by_key["manual_copy_mw"].trigger()
    assert store.manual_plan is not None
    assert playback_of(parts).end_s >= store.manual_plan.makespan_s
    store.set_active("Manual")
    store.set_cursor(float(store.manual_plan.schedule.tail_start))
    seen = window.tiles.canvas.grab().toImage()
    window.gantt.path_hovered.emit("Manual", 1)
    assert window.tiles.canvas.grab().toImage() != seen


def test_another_network_takes_the_cursor_away(parts: Parts) -> None:
    from conftest import small_network

    parts.controller.store.set_cursor(1e-5)
    parts.controller.documents.network_opened.emit(
        small_network("other", 4),
        parts.controller.documents.source_of(parts.controller.store.scenario.network),
    )
    assert parts.controller.store.cursor_s is None
