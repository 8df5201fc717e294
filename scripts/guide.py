"""`python -m scripts.guide`: takes the pictures of docs/guide.md from the program, and checks what it names.

With `--check` nothing is written; the pictures are still taken. With `--readme` those of the README are taken instead.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEventLoop
from PySide6.QtGui import QAction, QImage, qRgb
from PySide6.QtWidgets import QMenu, QWidget

from flgui.actions import menu_keys
from flgui.app import Parts
from flgui.features.finding import Finding
from flgui.features.presenting import Presenting
from flgui.features.sweeping import Sweeping
from flgui.panels.help import VIEW_KEYS, KeySheet
from flgui.state.pins import Pin
from planner_core.planner import plan as plan_of

__all__ = ["GUIDE", "README_SHOTS", "SHOTS", "main", "palette_picture", "problems"]

GUIDE = Path(__file__).parent.parent / "docs" / "guide.md"
SIZE = (1280, 800)
README_SHOTS: dict[str, tuple[str, Literal["light", "dark"], tuple[int, int], float | None]] = {
    "alexnet-light": ("alexnet", "light", (1440, 900), None),
    "alexnet-dark": ("alexnet", "dark", (1440, 900), None),
    "yolov2-light": ("yolov2", "light", (1280, 800), None),
    "yolov2-dark": ("yolov2", "dark", (1920, 1080), 10e6),
}
"""Network, theme, size and link rate of each picture of the README; None is the rate of the first start."""
_PATIENCE = 60  # the pictures show a filled landscape, on any machine
_PICTURE = re.compile(r"!\[[^\]]+\]\(guide/([a-z-]+)\.png\)")
_KEY = re.compile(r"<kbd>([^<]+)</kbd>")
_ENTRY = re.compile(r"\*\*([^*]+ › [^*]+)\*\*")
_COLOURS = 256
_RARE = 96


def _window(parts: Parts) -> QImage:
    _settle(parts)
    return _grab(parts.window)


def _strip(parts: Parts) -> QImage:
    _settle(parts)
    return _grab(parts.window.strip)


def _landscape(parts: Parts) -> QImage:
    _settle(parts)
    parts.window.bottom.tabs.setCurrentIndex(0)
    return _grab(parts.window.bottom)


def _path(parts: Parts) -> QImage:
    _settle(parts)
    store = parts.controller.store
    plan = store.active_plan
    if plan is not None:
        store.select(plan.method, min(6, plan.paths - 1))
        store.set_cursor(plan.makespan_s / 2)
    return _grab(parts.window.gantt)


def _tiles(parts: Parts) -> QImage:
    _settle(parts)
    plan = parts.controller.store.active_plan
    if plan is not None:
        parts.controller.store.select(plan.method, min(6, plan.paths - 1))
    return _grab(parts.window.tiles)


def _compare(parts: Parts) -> QImage:
    _pin_two(parts)
    parts.window.set_workspace("Compare")
    return _grab(parts.window)


def _sweep(parts: Parts) -> QImage:
    _settle(parts)
    parts.window.set_workspace("Sweep")
    sweeping = parts.feature(Sweeping)
    while parts.controller.runner.background.able and not sweeping.complete:
        QEventLoop().processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    return _grab(parts.window)


def _draw(parts: Parts) -> QImage:
    _settle(parts)
    parts.window.actions_by_key["edit_copy"].trigger()
    _run_events()
    return _grab(parts.window)


def _present(parts: Parts) -> QImage:
    _pin_two(parts)
    stage = parts.feature(Presenting).open()
    assert stage is not None
    stage.resize(1280, 720)
    image = _grab(stage)
    stage.close()
    return image


def _palette(parts: Parts) -> QImage:
    _settle(parts)
    finding = parts.feature(Finding)
    finding.open()
    finding.palette.field.setText("copy")
    finding.palette.field.textEdited.emit("copy")
    finding.palette.field.deselect()
    finding.palette.setFocus()
    image = _grab(finding.palette)
    finding.palette.hide()
    return image


def _keys(parts: Parts) -> QImage:
    _settle(parts)
    sheet = KeySheet(menu_keys(), parts.window)
    sheet.adjustSize()
    image = _grab(sheet)
    sheet.close()
    return image


SHOTS: dict[str, Callable[[Parts], QImage]] = {
    "window": _window,
    "strip": _strip,
    "landscape": _landscape,
    "path": _path,
    "tiles": _tiles,
    "compare": _compare,
    "sweep": _sweep,
    "present": _present,
    "palette": _palette,
    "keys": _keys,
    "draw": _draw,
}
"""How each picture is taken, in an order in which none disturbs a later one."""


_SLOWER = "A fifth of the link rate: more is worth computing before it is sent."


def _settle(parts: Parts) -> None:
    """Show the plans with nothing selected, whatever was done before."""
    parts.window.set_workspace("Plan")
    store = parts.controller.store
    store.select(None, None)
    store.set_cursor(None)
    store.set_layer(None)
    store.set_pins(())
    _run_events()


def _pin_two(parts: Parts) -> None:
    """Pin the scenario as it stands, and once more with a fifth of the link rate."""
    _settle(parts)
    store = parts.controller.store
    planset = store.planset
    assert planset is not None
    system = planset.scenario.system
    slower = replace(planset.scenario, system=replace(system, rate_bps=system.rate_bps / 5))
    store.set_pins((Pin("As it stands", "", planset), Pin("A slower link", _SLOWER, plan_of(slower))))
    _run_events()


def _run_events() -> None:
    for _ in range(5):
        QEventLoop().processEvents()


def _grab(widget: QWidget) -> QImage:
    focused = widget.window().focusWidget()
    if focused is not None:
        focused.clearFocus()  # a blinking text cursor is not the same twice
    _run_events()
    return widget.grab().toImage()


def palette_picture(image: QImage) -> QImage:
    """Return a picture with at most 256 colours, the most frequent ones, as it is small in a file."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    height, width = image.height(), image.width()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
    colours = rows[:, : 3 * width].reshape(-1, 3).astype(np.int64)
    bins = (colours >> 3) @ np.array([1024, 32, 1])
    _, where, count = np.unique(bins, return_inverse=True, return_counts=True)
    means = np.stack([np.bincount(where, colours[:, c]) / count for c in range(3)], axis=1)
    table = np.rint(means[_kept(means, count)])
    far = ((means[:, None, :] - table[None, :, :]) ** 2).sum(axis=2)
    index = far.argmin(axis=1).astype(np.uint8)[where]
    line = -(-width // 4) * 4
    data = np.zeros((height, line), np.uint8)
    data[:, :width] = index.reshape(height, width)
    small = QImage(data.data, width, height, line, QImage.Format.Format_Indexed8).copy()
    small.setColorTable([qRgb(int(r), int(g), int(b)) for r, g, b in table])
    return small


def _kept(means: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Choose most colours by how often they come, and the rest by how far they are from those: marks are small."""
    often = np.argsort(-count, kind="stable")[: _COLOURS - _RARE]
    chosen = list(often)
    far = ((means[:, None, :] - means[often][None, :, :]) ** 2).sum(axis=2).min(axis=1)
    for _ in range(min(_RARE, len(means) - len(chosen))):
        chosen.append(int(far.argmax()))
        far = np.minimum(far, ((means - means[chosen[-1]]) ** 2).sum(axis=1))
    return np.array(chosen)


def problems(text: str, parts: Parts) -> list[str]:
    """Return what the guide names that does not exist, and pictures that it does not show."""
    named = _PICTURE.findall(text)
    found = [f"there is no way to take the picture '{name}'" for name in named if name not in SHOTS]
    found += [f"the picture '{name}' is not shown" for name in SHOTS if name not in named]
    known = _known_keys()
    found += [f"there is no key '{key}'" for key in _KEY.findall(text) if key not in known]
    entries = set(_entries(parts.window.top_bar.menus.actions(), ()))
    spelled = (" ".join(entry.split()) for entry in _ENTRY.findall(text))
    found += [f"there is no entry '{entry}'" for entry in spelled if entry not in entries]
    return found


def _known_keys() -> set[str]:
    known: set[str] = set()
    for keys, _ in (*menu_keys(), *((keys, what) for keys, what in VIEW_KEYS if what)):
        known.update(part.strip() for part in re.split(r"\s+or\s+|\s{2,}|(?<=\w), ", keys) if part.strip())
    return known


def _entries(actions: Sequence[QAction], path: tuple[str, ...]) -> Iterator[str]:
    for action in actions:
        text = action.text().replace("&", "").rstrip("…")
        menu = action.menu()
        if isinstance(menu, QMenu):
            yield from _entries(menu.actions(), (*path, text))
        else:
            yield " › ".join((*path, text))


def _take_readme(folder: Path) -> None:
    from flgui.snapshot import window_off_screen

    for name, (network, theme, size, rate_bps) in README_SHOTS.items():
        with window_off_screen(network, theme, size, patience=_PATIENCE, rate_bps=rate_bps) as parts:
            _grab(parts.window).save(str(folder / f"{name}.png"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Take every picture; returns 1 when the guide names what does not exist."""
    from flgui.snapshot import window_off_screen

    given = sys.argv[1:] if arguments is None else arguments
    if "--readme" in given:
        _take_readme(GUIDE.parent)
        return 0
    write = "--check" not in given
    text = GUIDE.read_text(encoding="utf-8")
    with window_off_screen("alexnet", "light", SIZE, patience=_PATIENCE) as parts:
        wrong = problems(text, parts)
        for name, take in SHOTS.items():
            picture = palette_picture(take(parts))
            if write:
                (GUIDE.parent / "guide").mkdir(exist_ok=True)
                picture.save(str(GUIDE.parent / "guide" / f"{name}.png"))
    for line in wrong:
        print(f"{GUIDE.name}: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
