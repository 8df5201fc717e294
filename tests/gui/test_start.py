"""What a start does without, until the first picture stands, and what is made when it is first wanted."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import textwrap
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from flgui.actions import DRAWING_EDITS
from flgui.afterwards import MODULES, Afterwards
from flgui.app import Parts
from flgui.features.later import Later

CONTROL = Qt.KeyboardModifier.ControlModifier
FOREIGN = (
    "asyncio",
    "concurrent.futures",
    "fast_sugiyama",
    "highspy",
    "jsonschema",
    "llvmlite",
    "networkx",
    "numba",
    "numpy.ma",
    "onnx",
    "PIL",
    "pyqtgraph",
    "scipy",
    "xml",
)
BEGIN = """
import gc, multiprocessing, sys
from flgui.__main__ import prepare
prepare()
assert not [name for name in sys.modules if name.startswith("PySide6")]
from flgui.app import application, show_window
from flgui.afterwards import Afterwards
from flgui.features.later import Later
app, seen = application(), []
"""
START = f"""{BEGIN}
parts = show_window(None, "light")
def note():
    made = [f.title for f in parts.features if isinstance(f, Later) and f.made]
    seen.extend([sorted(sys.modules), made, gc.isenabled(), len(multiprocessing.active_children())])
parts.window.first_painted.connect(note)
late = parts.controller.findChild(Afterwards)
while not (seen and late.done and gc.isenabled()):
    app.processEvents()
parts.controller.close()
parts.window.close()
print(repr((*seen, sorted(sys.modules), gc.get_freeze_count())))
"""
WORK = f"""{BEGIN}
parts = show_window(None, "light")
window, store, stack = parts.window, parts.controller.store, parts.controller.undo_stack
def until(condition):
    while not condition():
        app.processEvents()
until(lambda: not store.stale and store.survey is not None)
window.actions_by_key["manual_copy_bf"].trigger()
assert store.manual_plan is not None
store.select("Manual", 0)
window.actions_by_key["manual_later"].trigger()
for title in (*window.workspace_titles, "Plan"):
    window.set_workspace(title)
    app.processEvents()
window.actions_by_key["present"].trigger()
app.processEvents()
from pathlib import Path
from flgui.documents import read
from planner_core.export.plan_json import plan_text
file = Path(sys.argv[0]).with_name("plans.json")
file.write_text(plan_text(store.planset), "utf-8")
assert read(str(file), fold=True).plans.keys() == store.planset.plans.keys()
stack.setClean()
parts.controller.close()
print(repr([name for name in ("numba", "llvmlite", "highspy", "scipy", "onnx") if name in sys.modules]))
"""


def run(script: str, folder: Path) -> Any:
    """Run a script as a program of its own, and return what its last line says."""
    kept = str(folder)
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": kept, "XDG_DATA_HOME": kept}
    file = folder / "program.py"  # the planning process imports it again
    file.write_text(f"if __name__ == '__main__':\n{textwrap.indent(script, '    ')}", encoding="utf-8")
    env["PYTHONPATH"] = str(Path(__file__).parents[2])
    done = subprocess.run([sys.executable, str(file)], env=env, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    return ast.literal_eval(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, ...]:
    """At the first picture: modules, workspaces made, collecting, processes; in the end: modules, frozen objects."""
    found: tuple[Any, ...] = run(START, tmp_path_factory.mktemp("start"))
    return found


@pytest.mark.parametrize("name", [*FOREIGN, *MODULES])
def test_the_first_picture_needs_neither_foreign_libraries_nor_what_is_opened_later(name: str, start) -> None:
    assert name not in start[0]


def test_the_first_picture_comes_before_workspaces_processes_and_the_collection_of_garbage(start) -> None:
    assert start[1:4] == ([], False, 0)


def test_all_that_is_opened_later_is_loaded_soon_after_and_is_no_garbage(start) -> None:
    *_, loaded, frozen = start
    assert set(MODULES) <= set(loaded)
    assert frozen > 10_000


def test_the_compiler_stays_in_the_planning_process(tmp_path: Path) -> None:
    """Plans, landscape, Manual, every workspace, the stage, files: what loads it would hold up the window."""
    assert run(WORK, tmp_path) == []


def test_no_step_is_taken_while_the_mouse_drags(qtbot: QtBot) -> None:
    widget, taken = QWidget(), []
    qtbot.addWidget(widget)
    widget.show()
    late = Afterwards([partial(taken.append, 1)], [])
    QTest.mousePress(widget, Qt.MouseButton.LeftButton)
    late.begin()
    for _ in range(20):
        QApplication.processEvents()
    assert taken == []
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: taken == [1], timeout=20_000)
    late.stop()


def later(parts: Parts) -> dict[str, Later]:
    return {f.title: f for f in parts.features if isinstance(f, Later)}


def test_a_workspace_is_made_when_it_is_opened(parts: Parts) -> None:
    titles = parts.window.workspace_titles
    assert titles == ("Plan", "Draw", "Sweep", "Compare")
    for at, title in enumerate(titles[1:], 1):
        assert not later(parts)[title].made
        parts.window.set_workspace(title)
        assert later(parts)[title].made
        assert parts.window.workspaces.widget(at) is later(parts)[title].feature.page
        assert parts.window.workspaces.count() == len(titles)
        assert later(parts)[title].feature.page.isVisible()


@pytest.mark.parametrize(
    ("key", "modifier"),
    [(Qt.Key.Key_N, CONTROL), (Qt.Key.Key_D, CONTROL | Qt.KeyboardModifier.ShiftModifier)],
)
def test_a_key_of_a_workspace_that_was_never_opened_makes_it_and_works(parts: Parts, key, modifier) -> None:
    actions = parts.window.actions_by_key
    assert not any(actions[name].isEnabled() for name in DRAWING_EDITS)
    parts.window.activateWindow()
    QTest.keyClick(parts.window, key, modifier)
    assert parts.window.workspace == "Draw"
    drawn = later(parts)["Draw"].feature.drawing.draft  # type: ignore[attr-defined]
    assert len(drawn.nodes) == (1 if key == Qt.Key.Key_N else 5)
    assert all(actions[name].isEnabled() for name in DRAWING_EDITS)
    assert parts.controller.undo_stack.count() == 1
    QTest.keyClick(parts.window, Qt.Key.Key_Z, CONTROL)
    assert not later(parts)["Draw"].feature.drawing.draft.nodes  # type: ignore[attr-defined]
