"""Out of the program: files and the clipboard, as a user asks for them from the Export menu."""

from __future__ import annotations

import csv
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from flgui.actions import MENUS, placed_actions
from flgui.app import Parts
from flgui.features import exporting as exporting_module
from flgui.features.exporting import Exporting
from flgui.pictures import Taken, encode, take
from flgui.text import file_stem


@dataclass
class Answers:
    """Answers the file dialog, and notes what was asked."""

    path: Path | None
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def save_file(self, title: str, proposal: str, kinds: str, suffix: str) -> Path | None:
        self.asked.append((title, Path(proposal).name, kinds))
        return self.path


def answer(parts: Parts, path: Path | None) -> Answers:
    answers = Answers(path)
    exporting = parts.feature(Exporting)
    exporting.dialogs = answers  # type: ignore[assignment]
    return answers


def until_written(qtbot: QtBot, parts: Parts) -> None:
    """Wait until pictures are in their files, or refused."""
    files = parts.feature(Exporting).files
    qtbot.waitUntil(lambda: not files.waiting, timeout=60_000)


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def message(parts: Parts) -> str:
    shown = parts.window.messages.message
    assert shown is not None
    return f"{shown.title} {shown.text}"


@pytest.mark.parametrize("chart", ["window", "workspace", "schedules", "tiles", "network", "landscape"])
def test_every_chart_goes_into_a_file_of_any_kind(
    qtbot: QtBot, parts: Parts, tmp_path: Path, chart: str
) -> None:
    kinds = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}
    for suffix, start in kinds.items():
        path = tmp_path / f"chart{suffix}"
        asked = answer(parts, path).asked
        parts.window.actions_by_key[f"export_{chart}"].trigger()
        until_written(qtbot, parts)
        assert path.read_bytes().startswith(start)
        assert asked[0][1] == f"small-{chart}.png"
        assert all(f"*{kind}" in asked[0][2] for kind in kinds)
        assert message(parts) == f"chart{suffix} was written. {tmp_path}"
    drawing = ET.parse(tmp_path / "chart.svg").getroot()
    assert drawing.findtext("{http://www.w3.org/2000/svg}title") == f"small: {chart}"


def test_a_chart_goes_to_the_clipboard_as_a_picture(parts: Parts) -> None:
    for chart, view in (("tiles", parts.window.tiles), ("window", parts.window)):
        parts.window.actions_by_key[f"copy_{chart}"].trigger()
        image = QGuiApplication.clipboard().image()
        assert image.size() == view.size() * 2
        assert len({image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, 200, 7)}) > 3
        assert message(parts).startswith(f"The picture of the {chart} was copied.")


def test_tables_hold_full_precision(parts: Parts, tmp_path: Path) -> None:
    plan = parts.controller.store.active_plan
    assert plan is not None
    answer(parts, tmp_path / "tasks.csv")
    parts.window.actions_by_key["csv_tasks"].trigger()
    rows = table(tmp_path / "tasks.csv")
    assert len(rows) == plan.paths
    unit = next(name for name in rows[0] if name.startswith("Device end")).split(", ")[1]
    scale = {"µs": 1e-6, "ms": 1e-3, "s": 1.0}[unit]
    used = plan.schedule.device_worker >= 0
    for path in used.nonzero()[0]:
        written = float(rows[path][f"Device end, {unit}"]) * scale
        assert written == pytest.approx(plan.schedule.device_end[path], rel=1e-12)
    answer(parts, tmp_path / "layers.csv")
    parts.window.actions_by_key["csv_layers"].trigger()
    layers = table(tmp_path / "layers.csv")
    assert [row["Name"] for row in layers] == ["conv1", "pool1", "conv2", "fc3"]


def test_the_landscape_is_offered_when_it_is_there(qtbot: QtBot, parts: Parts, tmp_path: Path) -> None:
    action = parts.window.actions_by_key["csv_landscape"]
    assert not action.isEnabled()
    worker = parts.controller.runner._worker
    found = worker.survey()  # type: ignore[attr-defined]
    qtbot.waitUntil(action.isEnabled)
    answer(parts, tmp_path / "landscape.csv")
    action.trigger()
    rows = table(tmp_path / "landscape.csv")
    assert len(rows) == len(found.tau)
    for at, row in enumerate(rows):
        assert (int(row["tau"]), int(row["P"])) == (found.tau[at], found.paths[at])
        assert float(row["BF, ms"]) == pytest.approx(found.bf[at] * 1e3, rel=1e-12)
        assert row["BF proven optimal"] == ("yes" if found.proven[at] else "no")


def test_what_cannot_be_written_is_said_and_nothing_is_lost(parts: Parts, tmp_path: Path) -> None:
    kept = tmp_path / "kept.bmp"
    kept.write_bytes(b"old")
    answer(parts, kept)
    parts.window.actions_by_key["export_tiles"].trigger()
    assert message(parts) == "kept.bmp was not written. The name of a picture ends in .png, .svg or .pdf."
    assert kept.read_bytes() == b"old"
    answer(parts, tmp_path / "none" / "a.csv")
    parts.window.actions_by_key["csv_layers"].trigger()
    assert message(parts).startswith(
        "a.csv was not written. The file cannot be written: there is no directory"
    )
    answer(parts, None)
    parts.window.messages.set_message(None)
    parts.window.actions_by_key["export_window"].trigger()
    assert parts.window.messages.message is None
    assert sorted(p.name for p in tmp_path.iterdir() if p.suffix != ".ini") == ["kept.bmp"]


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("AlexNet-5.5", "AlexNet-5.5"),
        ("main/graph:0", "main-graph-0"),
        ("../../etc", "-..-etc"),
        ("a\nb", "a-b"),
        ("netz " * 100, "netz " * 23 + "netz"),
        ("\u7f51" * 100, "\u7f51" * 40),
        ("...", "network"),
    ],
)
def test_a_file_is_called_after_its_network_as_far_as_a_file_may_be(name: str, stem: str) -> None:
    assert file_stem(name) == stem


def test_a_network_with_slashes_in_its_name_is_written_where_the_user_is(
    qtbot: QtBot, parts: Parts, tmp_path: Path
) -> None:
    controller = parts.controller
    scenario = controller.store.scenario
    named = replace(scenario.network, name="main/graph")
    controller.push(replace(scenario, network=named), "Open main/graph")
    qtbot.waitUntil(lambda: not controller.store.stale)
    controller.settings.folder = str(tmp_path)
    asked = answer(parts, None).asked
    parts.window.actions_by_key["export_tiles"].trigger()
    assert asked[0][1] == "main-graph-tiles.png"


def test_a_long_name_leaves_room_for_what_is_said_of_it(parts: Parts, tmp_path: Path) -> None:
    answer(parts, tmp_path / f"{'n' * 300}.csv")
    parts.window.actions_by_key["csv_layers"].trigger()
    said = message(parts)
    assert said.startswith(f"{'n' * 40}…{'n' * 15}.csv was not written. The file cannot be written: ")
    assert said.endswith("name too long.")


def test_the_command_is_copied(parts: Parts) -> None:
    parts.window.actions_by_key["copy_command"].trigger()
    assert QGuiApplication.clipboard().text() == parts.window.status.command_text
    assert message(parts).startswith("The command was copied.")


def test_submenus_hold_their_actions(parts: Parts) -> None:
    titles = {key: path for path, key in placed_actions()}
    assert titles["export_tiles"] == ("Export", "Picture")
    export = next(m for m in parts.window.top_bar.menus.actions() if m.text() == "E&xport").menu()
    picture = next(a for a in export.actions() if a.text() == "&Picture").menu()
    assert parts.window.actions_by_key["export_tiles"] in picture.actions()
    assert any(title == "E&xport" for title, _ in MENUS)


def test_what_an_export_says_is_in_no_later_picture(
    qtbot: QtBot, parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def look(*args: Any) -> Taken:
        seen.append(parts.window.messages.isVisible())
        return take(*args)

    monkeypatch.setattr("flgui.pictures.take", look)
    for name in ("one.png", "two.png"):
        answer(parts, tmp_path / name)
        parts.window.actions_by_key["export_window"].trigger()
        until_written(qtbot, parts)
        assert message(parts).startswith(f"{name} was written.")
    assert seen == [False, False]


def test_a_picture_of_the_process_is_the_one_made_here(qtbot: QtBot, parts: Parts, tmp_path: Path) -> None:
    """To the bit, but for outlines of letters: FreeType rounds these otherwise after other letters."""
    found = {}
    for kind in (".svg", ".png"):
        answer(parts, tmp_path / f"tiles{kind}")
        parts.window.actions_by_key["export_tiles"].trigger()
        until_written(qtbot, parts)
        there = (tmp_path / f"tiles{kind}").read_bytes()
        found[kind] = there, encode(parts.window.tiles, kind, "small: tiles")
    assert found[".png"][0] == found[".png"][1]
    there, here = (text.decode() for text in found[".svg"])
    outline = re.compile(r' d="([^"]*)"')
    assert outline.sub("", there) == outline.sub("", here)
    for one, other in zip(outline.findall(there), outline.findall(here), strict=True):
        number = re.compile(r"-?[0-9.]+")
        assert number.sub("", one) == number.sub("", other)
        points = [np.array(number.findall(text), float) for text in (one, other)]
        assert np.abs(points[0] - points[1]).max(initial=0) < 0.05


def test_stop_leaves_the_file_as_it_was_and_the_next_picture_is_written(
    qtbot: QtBot, parts: Parts, tmp_path: Path
) -> None:
    exporting, path = parts.feature(Exporting), tmp_path / "tiles.svg"
    path.write_text("old")
    exporting._delay.setInterval(0)
    answer(parts, path)
    parts.window.actions_by_key["export_tiles"].trigger()
    qtbot.waitUntil(lambda: parts.window.messages.message is not None)  # the process still starts
    assert message(parts) == "Writing tiles.svg. "
    QTest.mouseClick(parts.window.messages.button, Qt.MouseButton.LeftButton)
    assert exporting.files.waiting == ()
    assert parts.window.messages.message is None
    assert path.read_text() == "old"
    assert not list(tmp_path.glob("*.part*"))
    parts.window.actions_by_key["export_tiles"].trigger()
    until_written(qtbot, parts)
    assert path.read_text().startswith("<?xml")


def test_a_process_that_dies_is_said_and_replaced(qtbot: QtBot, parts: Parts, tmp_path: Path) -> None:
    exporting, path = parts.feature(Exporting), tmp_path / "window.pdf"
    answer(parts, path)
    parts.window.actions_by_key["export_window"].trigger()
    process = exporting.files._process
    assert process is not None
    process._process.kill()  # from outside, as by a system that is out of memory
    until_written(qtbot, parts)
    assert message(parts) == "window.pdf was not written. The process that makes pictures has ended."
    assert not path.exists()
    parts.window.actions_by_key["export_window"].trigger()
    until_written(qtbot, parts)
    assert path.read_bytes().startswith(b"%PDF")


def test_a_long_table_is_written_in_turns_and_holds_the_same(
    qtbot: QtBot, parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("layers", "tasks"):
        answer(parts, tmp_path / f"{name}-at-once.csv")
        parts.window.actions_by_key[f"csv_{name}"].trigger()
    monkeypatch.setattr(exporting_module, "ROWS_AT_ONCE", 1)
    for name in ("layers", "tasks"):
        answer(parts, tmp_path / f"{name}.csv")
        parts.window.actions_by_key[f"csv_{name}"].trigger()
    assert not (tmp_path / "layers.csv").exists()
    for name in ("layers", "tasks"):
        qtbot.waitUntil((tmp_path / f"{name}.csv").exists)
    for name in ("layers", "tasks"):
        assert (tmp_path / f"{name}.csv").read_bytes() == (tmp_path / f"{name}-at-once.csv").read_bytes()


def test_a_table_that_is_being_written_is_whole_when_the_window_closes(
    parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting_module, "ROWS_AT_ONCE", 1)
    answer(parts, tmp_path / "layers.csv")
    parts.window.actions_by_key["csv_layers"].trigger()
    parts.controller.undo_stack.setClean()
    parts.window.close()
    assert [row["Name"] for row in table(tmp_path / "layers.csv")] == ["conv1", "pool1", "conv2", "fc3"]
