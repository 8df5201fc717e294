"""A window that is closed is gone: its objects are collected, its processes have ended."""

from __future__ import annotations

import gc
import multiprocessing
import weakref
from collections import Counter
from functools import partial

import pytest
from conftest import PlanningWorker, Workers
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from flgui.app import Parts, build
from flgui.documents import Source
from flgui.features.arranging import Arranger
from flgui.settings import Settings
from flgui.state.runner import Runner
from flgui.theme.delays import QuickTips
from planner_core.network.model import Network


def ours() -> Counter[str]:
    """Qt objects of our own classes that are alive, by class."""
    gc.collect()
    things = (thing for thing in gc.get_objects() if isinstance(thing, QObject))
    kinds = Counter(type(thing).__name__ for thing in things if type(thing).__module__.startswith("flgui"))
    # The application wears the style, not the window, and only one at a time.
    assert kinds.pop(QuickTips.__name__, 0) <= 1
    return kinds


def let_go(parts: Parts) -> dict[str, weakref.ref[QObject]]:
    """Close a window as its user does, and return what is to die."""
    doomed: dict[str, QObject] = {"window": parts.window, "controller": parts.controller}
    doomed |= {"store": parts.controller.store, "runner": parts.controller.runner, "menus": parts.menus}
    doomed |= {type(feature).__name__: feature for feature in parts.features}
    refs = {name: weakref.ref(thing) for name, thing in doomed.items()}
    parts.controller.undo_stack.setClean()
    parts.controller.close()
    parts.window.close()
    parts.window.deleteLater()
    return refs


def until_gone() -> None:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    gc.collect()


def work_at(parts: Parts, qtbot: QtBot) -> None:
    """Open everything that a window can open."""
    window, actions = parts.window, parts.window.actions_by_key
    for title in (*window.workspace_titles, "Plan"):
        window.set_workspace(title)
        QApplication.processEvents()
    for key in ("pin", "manual_copy_bf", "keys", "symbols", "about", "tour", "theme_dark", "edit_copy"):
        actions[key].trigger()
        QApplication.processEvents()
    actions["find"].trigger()
    QTest.keyClicks(QApplication.focusWidget() or window, "conv")
    actions["present"].trigger()
    QApplication.processEvents()
    QTest.keyClick(QApplication.activeWindow() or window, Qt.Key.Key_Escape)
    parts.controller.edit("rate_bps", 2e7)
    qtbot.waitUntil(lambda: not parts.controller.store.stale, timeout=120_000)
    for widget in QApplication.topLevelWidgets():
        if widget is not window:
            widget.close()


@pytest.mark.parametrize("worked", [False, True])
def test_a_closed_window_is_collected_with_all_that_belongs_to_it(
    qtbot: QtBot, settings: Settings, small: Network, worked: bool
) -> None:
    before = ours()
    workers = Workers(PlanningWorker)
    parts = build(settings, "light", Runner(workers), small, Source("small", True, False))
    parts.window.show()
    parts.controller.start()
    workers.last.answered.emit(("ready", 0))
    qtbot.waitUntil(partial(_planned, parts.controller.store), timeout=120_000)
    if worked:
        work_at(parts, qtbot)
    refs = let_go(parts)
    workers.made.clear()
    del parts
    until_gone()
    assert [name for name, ref in refs.items() if ref() is not None] == []
    assert ours() - before == Counter()


def _planned(store) -> bool:
    return not store.stale


def test_the_processes_of_a_closed_window_have_ended(settings: Settings, small: Network) -> None:
    others = multiprocessing.active_children()
    parts = build(settings, "light", Runner(), small, Source("small", True, False))
    parts.window.show()
    parts.controller.start()
    parts.feature(Arranger).ask(3, ((0, 1), (1, 2)), (1.0, 1.0, 1.0), print)
    begun = [child.name for child in multiprocessing.active_children() if child not in others]
    assert {"plan", "layout"} <= set(begun)
    let_go(parts)
    assert [child for child in multiprocessing.active_children() if child not in others] == []
