"""Habits: the palette runs everything by keyboard, the sheets and tooltips say what is true."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from flgui.actions import ACTIONS
from flgui.app import Parts
from flgui.features.finding import Finding
from flgui.panels.command_palette import CommandPalette
from flgui.panels.help import VIEW_KEYS, KeySheet, SymbolSheet
from flgui.viewmodel.commands import Command, find
from flgui.viewmodel.symbols import SYMBOLS

COMMANDS = [
    Command("Open network", "File"),
    Command("Save plan", "File"),
    Command("Layer conv1", "Conv, layer 1"),
    Command("Choose τ by search", "Scenario"),
    Command("Path 12", "BF, row 1, column 2"),
    Command("Path 1", "BF, row 0, column 1"),
    Command("Fit schedules and network", "View"),
]


def titles(query: str) -> list[str]:
    return [COMMANDS[found.place].title for found in find(COMMANDS, query)]


def test_words_find_starts_before_insides_before_scattered_letters() -> None:
    assert titles("netw")[0] == "Open network"
    assert titles("path 1")[:2] == ["Path 12", "Path 1"]
    assert titles("pl sa") == ["Save plan"]
    assert titles("tau") == ["Choose τ by search"]
    assert titles("opnw")[0] == "Open network"
    assert titles("row 0") == ["Path 1"]
    assert titles("zzz") == []
    assert titles("") == [command.title for command in COMMANDS]


@given(st.text(alphabet="abcdeno pt", max_size=8))
def test_what_is_found_holds_the_letters_and_more_letters_find_no_more(query: str) -> None:
    found = find(COMMANDS, query)
    for one in found:
        command = COMMANDS[one.place]
        typed = {command.title[at].casefold() for at in one.spots}
        assert typed <= set(query.casefold())
        text = f"{command.title} {command.where}".casefold().replace("τ", "tau")
        assert all(letter in text for letter in query.replace(" ", ""))
    more = {one.place for one in find(COMMANDS, query + "n")}
    assert more <= {one.place for one in found} or query.endswith(" ") or not query


def palette(parts: Parts) -> CommandPalette:
    found = parts.feature(Finding)
    return found.palette


def ask(parts: Parts, words: str) -> CommandPalette:
    QTest.keyClick(parts.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    shown = palette(parts)
    assert shown.isVisible()
    assert shown.field.hasFocus()
    QTest.keyClicks(shown.field, words)
    return shown


def test_the_keyboard_alone_runs_what_was_typed(parts: Parts) -> None:
    parts.window.activateWindow()
    parts.window.gantt.setFocus()
    before = QApplication.focusWidget()
    shown = ask(parts, "dark theme")
    QTest.keyClick(shown.field, Qt.Key.Key_Return)
    assert not shown.isVisible()
    assert parts.controller.themes.tokens.name == "dark"
    assert QApplication.focusWidget() is before
    shown = ask(parts, "layer conv2")
    QTest.keyClick(shown.field, Qt.Key.Key_Return)
    assert parts.controller.store.layer == "conv2"
    shown = ask(parts, "path")
    paths = [
        i.text() for i in (shown.list.item(r) for r in range(shown.list.count())) if i.text()[:4] == "Path"
    ]
    plan = parts.controller.store.active_plan
    assert plan is not None
    assert len(paths) == (plan.paths if plan.paths > 1 else 0)
    QTest.keyClick(shown.field, Qt.Key.Key_Escape)
    assert not shown.isVisible()


def test_arrows_move_and_the_mouse_runs(parts: Parts) -> None:
    parts.window.activateWindow()
    shown = ask(parts, "show in network")
    rows = shown.list.count()
    assert rows >= 3
    assert shown.list.currentRow() == 0
    QTest.keyClick(shown.field, Qt.Key.Key_Up)
    assert shown.list.currentRow() == rows - 1
    QTest.keyClick(shown.field, Qt.Key.Key_Down)
    QTest.keyClick(shown.field, Qt.Key.Key_PageDown)
    assert shown.list.currentRow() == rows - 1
    item = next(shown.list.item(r) for r in range(rows) if "MW" in shown.list.item(r).text())
    at = shown.list.visualItemRect(item).center()
    QTest.mouseClick(shown.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert parts.controller.store.active == "MW"


def test_what_cannot_be_done_now_is_shown_and_not_run(parts: Parts) -> None:
    parts.window.activateWindow()
    shown = ask(parts, "undo")
    assert not parts.window.actions_by_key["undo"].isEnabled()
    assert shown.list.item(0).text().startswith("Undo")
    QTest.keyClick(shown.field, Qt.Key.Key_Return)
    assert shown.isVisible()  # nothing was run
    shown.field.selectAll()
    QTest.keyClicks(shown.field, "qqqq")
    assert shown.nothing.isVisible()
    QTest.keyClick(shown.field, Qt.Key.Key_Return)
    parts.window.gantt.canvas.setFocus()
    assert not shown.isVisible()  # the focus went elsewhere


def test_every_action_is_in_the_palette(parts: Parts) -> None:
    QTest.mouseClick(parts.window.top_bar.finder, Qt.MouseButton.LeftButton)
    finding = parts.feature(Finding)
    offered = {target.objectName() for kind, target in finding._targets if kind == "action"}
    assert {spec.key for spec in ACTIONS} <= offered
    names = {command.title for command, _ in finding._all()}
    assert {"AlexNet", "YOLOv2", "Layer fc3"} <= names


def test_the_key_sheet_opens_by_both_keys_and_lists_every_shortcut(qtbot: QtBot, parts: Parts) -> None:
    for key in (Qt.Key.Key_F1, Qt.Key.Key_Question):
        parts.window.activateWindow()
        qtbot.waitUntil(parts.window.isActiveWindow)
        QTest.keyClick(parts.window, key)
        sheets = parts.window.findChildren(KeySheet)
        assert len(sheets) == 1
        words = [label.text() for label in sheets[0].findChildren(QLabel)]
        for spec in ACTIONS:
            if spec.shortcut:
                row = next(n for n, w in enumerate(words) if spec.shortcut in w.split(", "))
                assert words[row + 1].endswith(spec.text.replace("&", "").rstrip("…"))
        sheets[0].close()
        qtbot.waitUntil(lambda: not parts.window.findChildren(KeySheet))


_NAMES = {"Page up and down": ("PgUp", "PgDown"), "Arrows": ("Left", "Right", "Up", "Down")}
_BY_HAND = re.compile(r"wheel|drag|click|Shift|Ctrl|Alt", re.IGNORECASE)


def keys_of(row: str) -> list[int]:
    """Return the keys that a row of the sheet names; what is done with the mouse is left out."""
    found: list[int] = []
    for part in re.split(r"\s*(?:\bor\b|  |, )\s*", row):
        for name in _NAMES.get(part, (part,)):
            if name and not _BY_HAND.search(name):
                found.append(QKeySequence(name)[0].key())
    return found


@pytest.mark.parametrize("section", ["Schedules", "Landscape", "Sliders"])
def test_every_key_of_the_sheet_does_something_in_its_view(parts: Parts, section: str) -> None:
    window = parts.window
    parts.controller.runner._worker.survey()  # type: ignore[attr-defined]
    QApplication.processEvents()
    view: QWidget = {
        "Schedules": window.gantt.canvas,
        "Landscape": window.landscape.canvas,
        "Sliders": window.strip.link.slider,
    }[section]
    start = next(n for n, (keys, what) in enumerate(VIEW_KEYS) if keys == section and not what) + 1
    rows = []
    for keys, what in VIEW_KEYS[start:]:
        if not what:
            break
        rows.append((keys, what))
    assert rows
    tried = 0
    for keys, _ in rows:
        for key in keys_of(keys):
            parts.controller.store.select("BF", 0)
            parts.controller.store.set_cursor(0.0)
            view.setFocus(Qt.FocusReason.TabFocusReason)
            event = QKeyEvent(QKeyEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
            QApplication.sendEvent(view, event)
            assert event.isAccepted(), (section, QKeySequence(key).toString())
            tried += 1
    assert tried >= len([row for row in rows if not _BY_HAND.search(row[0])])
    parts.features[0].stop()  # type: ignore[attr-defined]


def test_names_explain_themselves(parts: Parts) -> None:
    strip, scores = parts.window.strip, parts.window.scores
    for group, key in ((strip.device, "f_end"), (strip.link, "R"), (strip.fused, "tau"), (strip.tiles, "P")):
        tips = [label.toolTip() for label in group.findChildren(QLabel) if label.toolTip()]
        assert any(SYMBOLS[key].name in tip and SYMBOLS[key].sentence in tip for tip in tips), key
    for method in ("NFL", "MW", "BF"):
        assert SYMBOLS[method].name in scores.cells[method].toolTip()
    assert SYMBOLS["bound"].name in scores.cells["BF"].toolTip()
    parts.window.actions_by_key["symbols"].trigger()
    sheet = parts.window.findChildren(SymbolSheet)[0]
    shown = "\n".join(label.text() for label in sheet.findChildren(QLabel))
    for symbol in SYMBOLS.values():
        assert symbol.sentence in shown
        assert symbol.formula in shown


def test_the_legend_explains_halo_shared_and_overlap(parts: Parts) -> None:
    canvas = parts.window.tiles.canvas
    legend = canvas._legend
    plan = parts.controller.store.active_plan
    assert plan is not None
    found = set()
    for y in range(canvas.height()):
        term = legend.term_at(QPoint(legend._box.left() + 5, y).toPointF())
        found.add(term)
    assert found >= ({"halo", "shared", "overlap"} if plan.paths > 1 else {"overlap"})


def test_a_question_mark_can_be_typed(parts: Parts) -> None:
    parts.window.activateWindow()
    field = QLineEdit(parts.window)
    field.show()
    field.setFocus()
    QTest.keyClicks(field, "why?")
    assert field.text() == "why?"
    assert not parts.window.findChildren(KeySheet)
