"""Habits of the whole window: the tour, names for screen readers, and the keyboard's way to every pane."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QLabel,
    QLineEdit,
    QSplitter,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from flgui.actions import ACTIONS, placed_actions
from flgui.app import Parts
from flgui.documents import Source
from flgui.features.opening import Opening
from flgui.features.tour import STEPS, Tour
from flgui.settings import Settings
from flgui.viewmodel.symbols import SYMBOLS
from flgui.views.tiles.parts import FactsPanel
from flgui.widgets.coach_mark import place_beside
from planner_core.errors import InputError


def tour_of(parts: Parts) -> Tour:
    return parts.feature(Tour)


def test_the_first_start_tours_and_no_other_one(qtbot: QtBot, parts: Parts, settings: Settings) -> None:
    tour = tour_of(parts)
    assert not tour.running
    tour.begin_if_new()
    parts.controller.edit("rate_bps", 12e6)
    qtbot.waitUntil(lambda: tour.running)
    mark = tour.mark
    seen = []
    for number, (part, title, _) in enumerate(STEPS, 1):
        assert mark.title.text() == title
        assert f"{number} of {len(STEPS)}" in mark.accessibleName()
        assert parts.window.rect().contains(mark.geometry())
        outline = mark._outline.geometry()
        target = part(parts.window)
        assert outline == QRect(target.mapTo(parts.window, QPoint()), target.size())
        seen.append(outline)
        QTest.mouseClick(mark.next, Qt.MouseButton.LeftButton)
    assert len({(r.x(), r.y(), r.width()) for r in seen}) == len(STEPS)
    assert not tour.running
    assert not mark.isVisible()
    assert settings.flag("toured", False)
    tour.begin_if_new()
    parts.controller.edit("rate_bps", 13e6)
    qtbot.waitUntil(lambda: not parts.controller.store.stale)
    assert not tour.running


def test_every_note_is_as_high_as_its_text(parts: Parts) -> None:
    mark = tour_of(parts).mark
    parts.window.actions_by_key["tour"].trigger()
    flags = Qt.TextFlag.TextWordWrap
    for _ in STEPS:
        QApplication.processEvents()
        room = QRect(0, 0, mark.text.width(), 1000)
        needed = mark.text.fontMetrics().boundingRect(room, flags, mark.text.text()).height()
        assert 0 <= mark.text.height() - needed <= 4
        QTest.mouseClick(mark.next, Qt.MouseButton.LeftButton)


def test_the_tour_is_skipped_by_escape_and_comes_again_by_its_menu(parts: Parts, settings: Settings) -> None:
    tour = tour_of(parts)
    parts.window.activateWindow()
    parts.window.actions_by_key["tour"].trigger()
    assert tour.running
    assert tour.mark.next.hasFocus()
    QTest.keyClick(tour.mark, Qt.Key.Key_Right)
    assert tour.mark.title.text() == STEPS[1][1]
    QTest.keyClick(tour.mark, Qt.Key.Key_Left)
    assert tour.mark.title.text() == STEPS[0][1]
    before = tour.mark.pos()
    parts.window.resize(1120, 700)
    QApplication.processEvents()
    assert parts.window.rect().contains(tour.mark.geometry())
    assert before is not None
    QTest.keyClick(tour.mark, Qt.Key.Key_Escape)
    assert not tour.running
    assert settings.flag("toured", False)
    parts.window.actions_by_key["tour"].trigger()
    assert tour.running
    parts.window.set_workspace("Compare")
    assert not tour.running


@pytest.mark.parametrize(
    ("target", "side"),
    [
        (QRect(0, 40, 1440, 100), "below"),
        (QRect(0, 150, 250, 700), "right"),
        (QRect(1100, 150, 340, 720), "left"),
        (QRect(0, 700, 1440, 180), "above"),
        (QRect(0, 0, 1440, 900), "inside"),
    ],
)
def test_a_note_stands_beside_its_part(target: QRect, side: str) -> None:
    size, window = QSize(300, 150), QSize(1440, 900)
    note = QRect(place_beside(target, size, window), size)
    assert QRect(QPoint(), window).contains(note)
    assert note.intersects(target) == (side == "inside")
    found = {
        "below": note.top() > target.bottom(),
        "right": note.left() > target.right(),
        "left": note.right() < target.left(),
        "above": note.bottom() < target.top(),
        "inside": True,
    }
    assert found[side]


def test_the_note_on_the_tiles_leaves_the_scores_and_charts_free() -> None:
    note = QRect(place_beside(QRect(976, 148, 304, 628), QSize(300, 150), QSize(1280, 800)), QSize(300, 150))
    assert note.top() >= 571  # where the tables begin


@pytest.mark.parametrize(("width", "side"), [(1440, "right"), (1280, "right"), (1120, "none")])
def test_a_note_below_the_sliders_leaves_the_scores_to_be_read(width: int, side: str) -> None:
    size, window = QSize(280, 150), QSize(width, 800)
    right = {1440: 1096, 1280: 975, 1120: 1120}[width]
    keep = QRect(QPoint(253, 149), QPoint(right - 1, 232))
    note = QRect(place_beside(QRect(0, 40, width, 108), size, window, keep), size)
    assert QRect(QPoint(), window).contains(note)
    assert note.top() > 148
    assert note.intersects(keep) == (side == "none")


def workspaces(parts: Parts) -> tuple[str, ...]:
    switch = parts.window.top_bar.workspaces
    return switch.words if switch is not None else ("Plan",)


def name_of(widget: QWidget) -> str:
    if widget.accessibleName():
        return widget.accessibleName()
    if isinstance(widget, QAbstractButton | QLabel):
        return widget.text()
    return widget.placeholderText() if isinstance(widget, QLineEdit) else ""


def test_whatever_takes_the_focus_has_a_name_for_a_screen_reader(parts: Parts) -> None:
    nameless = []
    for title in workspaces(parts):
        parts.window.set_workspace(title)
        QApplication.processEvents()
        for widget in parts.window.findChildren(QWidget):
            parent = widget.parent()
            viewport = isinstance(parent, QAbstractScrollArea) and parent.viewport() is widget
            reachable = widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.isVisible()
            if reachable and not viewport and not widget.inherits("QMenuBar") and not name_of(widget):
                nameless.append(f"{title}: {type(widget).__name__} {widget.objectName()}")
    assert not nameless


def tab_stops(parts: Parts, most: int = 400) -> list[QWidget]:
    """Press Tab until it comes back to where it began."""
    order: list[QWidget] = []
    for _ in range(most):
        QTest.keyClick(QApplication.focusWidget() or parts.window, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        assert now is not None
        if not order or order[-1] is not now:
            order.append(now)
        if len(order) > 3 and now is order[0]:
            return order[:-1]
    raise AssertionError("Tab does not come round")


def test_tab_reaches_every_pane(parts: Parts) -> None:
    window = parts.window
    window.activateWindow()
    window.gantt.setFocus()
    stops = tab_stops(parts)
    assert len(stops) == len({id(widget) for widget in stops})
    panes = {
        "top bar": window.top_bar,
        "strip": window.strip,
        "scores": window.scores,
        "schedules": window.gantt,
        "tables": window.bottom,
        "landscape": window.landscape,
        "network": window.network,
        "tiles": window.tiles,
        "status bar": window.status,
    }
    for name, pane in panes.items():
        assert any(pane is stop or pane.isAncestorOf(stop) for stop in stops), name


def test_each_workspace_remembers_its_panes(qtbot: QtBot, parts: Parts, settings: Settings) -> None:
    from flgui.main_window import MainWindow

    def page() -> QWidget:
        whole = QSplitter(Qt.Orientation.Horizontal)
        for _ in range(2):
            part = QWidget()
            part.setMinimumWidth(50)
            whole.addWidget(part)
        holder = QWidget()
        holder.set_theme = lambda tokens: None  # type: ignore[attr-defined]
        QVBoxLayout(holder).addWidget(whole)
        return holder

    parts.window.add_workspace("Test", page)
    parts.window.set_workspace("Test")
    QApplication.processEvents()
    moved = parts.window.workspaces.currentWidget()
    assert moved is not None
    splitter = moved.findChildren(QSplitter)[0]
    splitter.setSizes([300, splitter.width() - 300])
    kept = splitter.sizes()
    parts.window.keep_layout()
    again = MainWindow(settings)
    qtbot.addWidget(again)
    other = page()
    again.add_workspace("Test", lambda: other)
    again.set_workspace("Test")
    again.resize(parts.window.size())
    again.show()
    QApplication.processEvents()
    assert other.findChildren(QSplitter)[0].sizes() == kept


def test_every_action_has_a_key_or_a_menu(parts: Parts) -> None:
    placed = {key for _, key in placed_actions()}
    listed = {
        action.objectName()
        for menu in parts.window.menus.values()
        for action in menu.actions()
        if action.objectName()
    }
    assert {spec.key for spec in ACTIONS} <= placed | listed


def test_a_file_that_takes_a_while_is_named_until_it_is_there(
    qtbot: QtBot, parts: Parts, tmp_path: Path
) -> None:
    opening = parts.feature(Opening)
    opening._delay.setInterval(0)
    asked, go_on = threading.Event(), threading.Event()

    def slow() -> object:
        asked.set()
        assert go_on.wait(60)
        raise InputError("it holds nothing")

    documents = parts.controller.documents
    documents.reading_changed.emit("/somewhere/large.onnx")
    documents._loader.run(Source("/somewhere/large.onnx"), slow)
    try:
        assert asked.wait(60)
        qtbot.waitUntil(lambda: parts.window.messages.message is not None)
        message = parts.window.messages.message
        assert message is not None
        assert message.title == "Opening large.onnx."
    finally:
        go_on.set()
    qtbot.waitUntil(lambda: parts.window.messages.message is not message)
    assert parts.window.messages.message is not None
    assert parts.window.messages.message.title == "large.onnx was not opened."
    parts.window.messages.set_message(None)
    documents.open("squeezenet")
    qtbot.waitUntil(lambda: parts.controller.store.scenario.network.name == "squeezenet", timeout=60_000)
    assert parts.window.messages.message is None


def test_a_word_of_the_facts_is_explained(parts: Parts) -> None:
    facts = parts.window.tiles.findChildren(FactsPanel)[0]
    assert SYMBOLS["o"].sentence in facts.toolTip()
