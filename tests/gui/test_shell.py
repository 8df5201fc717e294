"""The window's frame: sizes, panes, menus, start-up checks and the snapshot."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from flgui.__main__ import check_display, check_pyside, main
from flgui.actions import ACTIONS, placed_actions
from flgui.app import Parts
from flgui.pane_sizes import first_size, pane_widths, schedules_height
from flgui.settings import Settings
from flgui.theme.tokens import Tokens
from planner_core.errors import InputError

SIZES = [(1120, 700), (1280, 800), (1440, 900), (1920, 1080)]


def resize(parts: Parts, size: tuple[int, int]) -> None:
    parts.window.resize(*size)
    QApplication.processEvents()


@pytest.mark.parametrize("size", SIZES)
def test_no_pane_is_lost_or_squeezed(parts: Parts, size: tuple[int, int]) -> None:
    resize(parts, size)
    window = parts.window
    assert (window.width(), window.height()) == size
    assert window.gantt.width() >= 620
    assert window.gantt.height() >= 150
    assert window.network.width() >= 216
    narrow = size[0] < 1240
    assert window.side.has_both is narrow
    assert window.bottom.folded is (size[1] < 760)
    assert window.status.geometry().bottom() == window.centralWidget().height() - 1
    if not narrow:
        assert window.tiles.isVisible()
        assert window.tiles.width() >= 280


@pytest.mark.parametrize("size", SIZES)
def test_no_label_or_button_is_cut(parts: Parts, size: tuple[int, int]) -> None:
    resize(parts, size)
    for part in (parts.window.strip, parts.window.status, parts.window.top_bar):
        for child in part.findChildren(QWidget):
            if child.isVisible() and isinstance(child, QLabel) and child.text():
                assert child.width() >= child.sizeHint().width(), child.text()
            if child.isVisible() and isinstance(child, QAbstractButton):
                assert part.rect().contains(child.geometry().center()), child.accessibleName()


def test_a_narrow_window_keeps_the_tiles_behind_a_tab(parts: Parts) -> None:
    resize(parts, (1120, 800))
    side = parts.window.side
    assert not parts.window.tiles.isVisible()
    QTest.mouseClick(side.tabs, Qt.MouseButton.LeftButton, pos=side.tabs.tabRect(1).center())
    assert parts.window.tiles.isVisible()
    assert not parts.window.network.isVisible()
    resize(parts, (1440, 900))
    assert parts.window.tiles.isVisible()
    assert parts.window.network.isVisible()


def test_wide_windows_share_the_rest_by_three_and_two() -> None:
    tokens = Tokens.load("light")
    network, centre, tiles = pane_widths(1600, False, tokens)
    wide = pane_widths(2000, False, tokens)
    assert (network, tiles) == (252, 344)
    assert wide == [252, centre + 240, tiles + 160]
    assert pane_widths(1300, True, tokens)[0::2] == [232, 304]


def test_schedules_get_the_height_of_their_lanes() -> None:
    tokens = Tokens.load("light")
    assert schedules_height([3, 3, 3], (1440, 900), tokens) < 400
    more = schedules_height([3, 3, 6], (1440, 900), tokens)
    assert more - schedules_height([3, 3, 3], (1440, 900), tokens) == 3 * 24


def test_a_double_click_on_a_tab_folds_the_tables(parts: Parts) -> None:
    bottom = parts.window.bottom
    QTest.mouseDClick(bottom.tabs, Qt.MouseButton.LeftButton, pos=bottom.tabs.tabRect(0).center())
    assert bottom.folded
    assert bottom.height() == 34
    assert not parts.window.actions_by_key["fold_tables"].isChecked()
    parts.window.actions_by_key["fold_tables"].trigger()
    assert not bottom.folded
    QTest.mouseClick(bottom.fold_button, Qt.MouseButton.LeftButton)
    assert bottom.folded


def test_the_window_remembers_its_layout(qtbot: QtBot, parts: Parts, settings: Settings) -> None:
    parts.window.bottom.set_folded(True)
    parts.window.resize(1500, 870)
    parts.window.close()
    assert settings.bytes_of("geometry") is not None
    assert settings.flag("folded", False)
    from flgui.main_window import MainWindow

    again = MainWindow(settings)
    qtbot.addWidget(again)
    assert again.bottom.folded


def test_every_action_is_in_a_menu_and_does_something(parts: Parts) -> None:
    placed = {key for _, key in placed_actions()} | {"bits_other", "cap_other"}
    assert placed == {spec.key for spec in ACTIONS}
    for spec in ACTIONS:
        action = parts.window.actions_by_key[spec.key]
        assert action.receivers("2triggered(bool)") + action.receivers("2triggered()") > 0, spec.key
    shortcuts = [spec.shortcut for spec in ACTIONS if spec.shortcut]
    assert len(shortcuts) == len(set(shortcuts))


def test_every_control_of_the_shell_has_a_name(parts: Parts) -> None:
    window = parts.window
    for part in (window.strip, window.scores, window.status, window.top_bar, window.messages):
        for child in part.findChildren(QWidget):
            takes_focus = child.focusPolicy() != Qt.FocusPolicy.NoFocus
            named = child.accessibleName() or (isinstance(child, QAbstractButton) and child.text())
            if takes_focus and child.isVisible() and not child.inherits("QMenuBar"):
                assert named, f"{type(child).__name__} {child.objectName()} has no name"


def test_the_theme_is_changed_and_remembered(parts: Parts, settings: Settings) -> None:
    parts.window.actions_by_key["theme_dark"].trigger()
    assert parts.controller.themes.tokens.name == "dark"
    assert settings.theme == "dark"
    shot = parts.window.grab().toImage()
    panel = Tokens.load("dark").color("surface.raised").lower()
    assert shot.pixelColor(480, 8).name() == panel
    parts.window.actions_by_key["theme_light"].trigger()
    assert settings.theme == "light"


def test_help_opens_windows_that_block_nothing(parts: Parts) -> None:
    for key in ("keys", "about"):
        parts.window.actions_by_key[key].trigger()
    dialogs = parts.window.findChildren(QDialog)
    assert len(dialogs) == 2
    assert all(dialog.isVisible() and not dialog.isModal() for dialog in dialogs)
    for dialog in dialogs:
        dialog.close()


def test_settings_keep_the_newest_files_first(settings: Settings, tmp_path: Path) -> None:
    for number in range(10):
        settings.add_recent(tmp_path / f"{number}.onnx")
    settings.add_recent(tmp_path / "5.onnx")
    assert settings.recent[0].endswith("5.onnx")
    assert len(settings.recent) == 8
    assert len(set(settings.recent)) == 8


# Start


@pytest.mark.parametrize(
    ("screen", "window"),
    [((1920, 1080), (1440, 900)), ((1366, 740), (1366, 700)), ((1280, 800), (1280, 760))],
)
def test_the_first_window_is_no_larger_than_its_screen(
    screen: tuple[int, int], window: tuple[int, int]
) -> None:
    assert first_size(QSize(*screen)).toTuple() == window


@pytest.mark.parametrize("python", [(3, 10), (3, 11)])
def test_the_broken_pyside_is_refused_in_one_line(python: tuple[int, int]) -> None:
    with pytest.raises(InputError, match=r"PySide6 6\.12\.0 crashes on Python 3\.1") as caught:
        check_pyside("6.12.0", python)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("version", "python"), [("6.11.3", (3, 11)), ("6.12.0", (3, 12)), ("6.13.0", (3, 11))]
)
def test_other_pysides_are_not(version: str, python: tuple[int, int]) -> None:
    check_pyside(version, python)


def test_the_guard_comes_before_any_qt_import(tmp_path: Path) -> None:
    code = (
        "import sys, importlib.metadata as m; m.version = lambda name: '6.12.0'\n"
        "import flgui.__main__ as f\n"
        "sys.version_info = (3, 11, 7, 'final', 0)\n"
        "code = f.main([])\n"
        "assert not any(name.startswith('PySide6') for name in sys.modules), 'Qt was imported'\n"
        "sys.exit(code)\n"
    )
    done = _run(["-c", code], dict(os.environ))
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("flgui: PySide6 6.12.0 crashes on Python 3.11")
    assert done.stderr.count("\n") == 1


def test_the_window_is_seen_before_anything_compiled_is_imported() -> None:
    code = (
        "import sys\n"
        "from flgui.app import Source, application, build\n"
        "from flgui.documents import read\n"
        "from flgui.settings import Settings\n"
        "from flgui.state.runner import Runner\n"
        "from PySide6.QtCore import QObject, QSettings, Signal\n"
        "class Worker(QObject):\n"
        "    answered, ended = Signal(object), Signal()\n"
        "    def close(self): pass\n"
        "app = application()\n"
        "settings = Settings(QSettings('/dev/null', QSettings.Format.IniFormat))\n"
        "parts = build(settings, 'light', Runner(Worker), read('alexnet', fold=True), Source('alexnet'))\n"
        "parts.window.show()\n"
        "parts.controller.start()\n"
        "app.processEvents()\n"
        "assert not parts.window.grab().isNull()\n"
        "found = {'numba', 'llvmlite', 'onnx', 'highspy', 'jsonschema', 'scipy'} & set(sys.modules)\n"
        "parts.controller.close()\n"
        "assert not found, found\n"
    )
    done = _run(["-W", "error", "-c", code], {**os.environ, "QT_QPA_PLATFORM": "offscreen"})
    assert done.returncode == 0, done.stderr


def test_no_display_is_said_and_not_aborted() -> None:
    done = _run(["-m", "flgui"], _no_display())
    assert done.returncode == 2
    assert done.stderr.startswith("flgui: there is no display")
    assert done.stderr.count("\n") == 1


def test_displays_are_checked_where_qt_would_abort() -> None:
    check_display({"QT_QPA_PLATFORM": "offscreen"}, "linux")
    check_display({"WAYLAND_DISPLAY": "wayland-0"}, "linux")
    check_display({}, "darwin")
    with pytest.raises(InputError, match="does not answer"):
        check_display({"DISPLAY": ":4093"}, "linux")


def test_a_model_that_cannot_be_read_ends_a_snapshot_with_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "window.png"
    assert main(["nonet", "--snapshot", str(picture)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("flgui: ")
    assert "nonet" in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--theme", "pink"], "--theme: invalid choice: 'pink'"),
        (["--bad"], "unrecognized arguments: --bad"),
        (["--size", "0x0", "--snapshot", "a.png"], "--size: '0x0' is not WIDTHxHEIGHT"),
        (["--size", "99999x99999", "--snapshot", "a.png"], "--size: '99999x99999' is not"),
        (["--size", "800x600"], "--size: it goes with --snapshot"),
        (["--input-shape", "3x8x8"], "--input-shape: it goes with a model"),
        (["a.onnx", "--input-shape", "3x8x"], "--input-shape: '3x8x' is neither CxHxW nor NAME=CxHxW"),
        (
            ["alexnet", "--input-shape", "3x9x9", "--snapshot", "a.png"],
            "alexnet: the shape of its input is fixed",
        ),
        (["--plan", "p.json"], "--plan: it goes with --snapshot"),
        (["--snapshot", "a.png", "--plan", "./a.png"], "--plan: it is the file that --snapshot writes"),
        (["--snapshot", "a.png", "--plan", "."], ".: the file cannot be written: it is a directory"),
        (["--snapshot", "missing/a.png"], "missing/a.png: the file cannot be written: there is no directory"),
        (["--snapshot", "a.jpg"], "a.jpg: the name of a picture ends in .png, .svg or .pdf"),
        (["--snapshot", "pipe"], "pipe: the file cannot be written: it is no ordinary file"),
        (["--snapshot", "a.png", ""], "'' is no file and no bundled network"),
        (
            ["--snapshot", "a.png", "x" * 300 + ".json"],
            "x" * 300 + ".json: the file cannot be read: File name",
        ),
        (["--snapshot", "a.png", "deep.json"], "deep.json: it is nested deeper than 64 levels"),
        (["--snapshot", "a.png", "--plan", "deep.json", "deep.json"], "--plan: it is the model itself"),
    ],
)
def test_a_wrong_option_is_one_line_and_writes_nothing(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deep.json").write_text("[" * 100_000)
    os.mkfifo(tmp_path / "pipe")
    assert main(arguments) == 2
    out, error = capsys.readouterr()
    assert error.startswith(f"flgui: {message}")
    assert error.count("\n") == 1
    assert out == ""
    assert sorted(file.name for file in tmp_path.iterdir()) == ["deep.json", "pipe"]


def test_a_snapshot_writes_picture_and_plan_and_says_where(tmp_path: Path) -> None:
    from conftest import small_network

    from planner_core.export import write_network

    model, picture, plan = tmp_path / "small.json", tmp_path / "window.png", tmp_path / "plan.json"
    write_network(small_network(), model)
    arguments = [str(model), "--theme", "dark", "--snapshot", str(picture), "--plan", str(plan)]
    done = _run(["-W", "error", "-m", "flgui", *arguments, "--size", "1280x800"], _no_display())
    assert done.returncode == 0, done.stderr
    assert str(picture) in done.stdout
    assert str(plan) in done.stdout
    assert done.stderr == ""
    image = QImage(str(picture))
    assert (image.width(), image.height()) == (1280, 800)
    saved = json.loads(plan.read_text(encoding="utf-8"))
    assert [entry["method"] for entry in saved["plans"]] == ["NFL", "MW", "BF"]


def _run(arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=root, env=environment, timeout=120)


def _no_display() -> dict[str, str]:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return {key: value for key, value in os.environ.items() if key not in hidden}


class Page(QWidget):
    """A workspace for tests that remembers its tokens."""

    tokens: Tokens | None = None

    def set_theme(self, tokens: Tokens) -> None:
        self.tokens = tokens


def test_a_second_workspace_brings_the_switch_and_a_click_opens_it(parts: Parts, qtbot: QtBot) -> None:
    window, page, titles = parts.window, Page(), ("Plan", "Somewhere")
    known = window.workspaces.count()
    window.add_workspace(titles[1], lambda: page)
    switch = window.top_bar.workspaces
    assert switch is not None
    assert page.tokens is None  # not in the window yet
    assert window.workspace == "Plan"
    with qtbot.waitSignal(window.workspace_changed) as changed:
        QTest.mouseClick(switch, Qt.MouseButton.LeftButton, pos=switch.box(titles[1]).center().toPoint())
    assert changed.args == [titles[1]]
    assert page.tokens is not None
    assert window.workspaces.currentIndex() == known
    assert page.isVisible()
    window.set_workspace("Plan")
    assert switch.current == "Plan"
    assert window.strip.isVisible()
