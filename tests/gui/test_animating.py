"""The time cursor as an animated GIF: drawn in slices, encoded by another process, whole or not at all."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from flgui.app import Parts
from flgui.features.animating import Animating


class Answers:
    """Answers the file dialog."""

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def save_file(self, title: str, proposal: str, kinds: str, suffix: str) -> Path | None:
        assert "*.gif" in kinds
        return self.path


def animating(parts: Parts, path: Path | None, frames: int = 6) -> Animating:
    found = parts.feature(Animating)
    found.dialogs = Answers(path)  # type: ignore[assignment]
    found.frames = frames
    return found


def message(parts: Parts) -> str:
    shown = parts.window.messages.message
    return "" if shown is None else f"{shown.title} {shown.text}"


def test_an_animation_is_written_frame_by_frame(qtbot: QtBot, parts: Parts, tmp_path: Path) -> None:
    made = animating(parts, tmp_path / "run.gif")
    with qtbot.waitSignal(made.finished, timeout=120_000) as done:
        parts.window.actions_by_key["export_animation"].trigger()
        assert made.running
    assert done.args == [True]
    assert message(parts).startswith("run.gif was written.")
    with Image.open(tmp_path / "run.gif") as gif:
        assert gif.n_frames == 6
        assert gif.info["loop"] == 0
        assert gif.size == (960, 540)
        seen = []
        for at in range(gif.n_frames):
            gif.seek(at)
            seen.append(gif.convert("RGB").tobytes())
            assert gif.info["duration"] == 100
    assert len(set(seen)) == 6  # the cursor stands elsewhere in each
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".ini") == ["run.gif"]
    assert parts.controller.store.cursor_s is None


def test_stop_writes_nothing_and_keeps_the_old_file(qtbot: QtBot, parts: Parts, tmp_path: Path) -> None:
    (tmp_path / "run.gif").write_bytes(b"old")
    made = animating(parts, tmp_path / "run.gif", 500)
    parts.window.actions_by_key["export_animation"].trigger()
    qtbot.waitUntil(lambda: message(parts).startswith("Drawing the animation: "))
    parts.window.messages.button.click()
    assert not made.running
    assert message(parts) == ""
    assert (tmp_path / "run.gif").read_bytes() == b"old"


def test_what_is_wrong_is_said(parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = animating(parts, tmp_path / "run.mp4")
    parts.window.actions_by_key["export_animation"].trigger()
    assert message(parts) == "run.mp4 was not written. The name of an animation ends in .gif."
    made.dialogs = Answers(tmp_path / "none" / "a.gif")  # type: ignore[assignment]
    parts.window.actions_by_key["export_animation"].trigger()
    assert message(parts).startswith("a.gif was not written. The file cannot be written")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    parts.window.actions_by_key["export_animation"].trigger()
    assert "pip install 'flgui[animation]'" in message(parts)
    assert not made.running
