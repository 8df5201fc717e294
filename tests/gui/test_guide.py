"""The guide names only what exists, and every picture in it can be taken from the program."""

from __future__ import annotations

import re

from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from flgui.app import Parts
from scripts.guide import GUIDE, README_SHOTS, SHOTS, palette_picture, problems

_MOST_BYTES = 3_000_000


def test_every_key_entry_and_picture_of_the_guide_exists(parts: Parts) -> None:
    assert problems(GUIDE.read_text(encoding="utf-8"), parts) == []


def test_what_does_not_exist_is_found(parts: Parts) -> None:
    text = "![x](guide/nothing.png) <kbd>Ctrl+Alt+F12</kbd> **File › Fly\nhome** **Help › Tour**"
    found = problems(text, parts)
    assert found[:1] == ["there is no way to take the picture 'nothing'"]
    assert found[-2:] == ["there is no key 'Ctrl+Alt+F12'", "there is no entry 'File › Fly home'"]
    assert len(found) == 3 + len(SHOTS)


def test_every_picture_can_be_taken_and_is_the_same_twice(qtbot: QtBot, parts: Parts) -> None:
    parts.window.resize(1280, 800)
    parts.controller.runner._worker.survey()  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: parts.controller.store.survey is not None)
    first = {}
    for name, take in SHOTS.items():
        first[name] = take(parts)
        colours = {first[name].pixel(x, y) for x in range(0, first[name].width(), 9) for y in range(0, 99, 3)}
        assert len(colours) > 4, name
    for name in ("path", "tiles", "present", "keys"):
        assert SHOTS[name](parts) == first[name], name


def test_the_pictures_are_there_and_small() -> None:
    folder = GUIDE.parent / "guide"
    assert {path.stem for path in folder.glob("*.png")} == set(SHOTS)
    assert sum(path.stat().st_size for path in folder.glob("*.png")) < _MOST_BYTES
    for path in folder.glob("*.png"):
        assert QImage(str(path)).format() == QImage.Format.Format_Indexed8, path.name


def test_the_pictures_of_the_readme_are_those_of_the_script() -> None:
    root = GUIDE.parent.parent
    shown = set(re.findall(r"docs/([a-z0-9-]+)\.png", (root / "README.md").read_text(encoding="utf-8")))
    assert shown == set(README_SHOTS)
    for name, (_, _, size, _) in README_SHOTS.items():
        image = QImage(str(root / "docs" / f"{name}.png"))
        assert (image.width(), image.height()) == size, name


def test_a_palette_keeps_plain_grounds_and_is_near(parts: Parts) -> None:
    image = parts.window.strip.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    small = palette_picture(image).convertToFormat(QImage.Format.Format_RGB32)
    off = [
        max(abs((image.pixel(x, y) >> s & 255) - (small.pixel(x, y) >> s & 255)) for s in (0, 8, 16))
        for x in range(0, image.width(), 5)
        for y in range(0, image.height(), 3)
    ]
    assert max(off) < 48
    assert sum(off) / len(off) < 1.5
