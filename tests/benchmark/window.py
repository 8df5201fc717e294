"""Part (h): the first picture of the window, and slider drags with the real planning process."""

from __future__ import annotations

import ast
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

from planner_core.importers import load_network
from planner_core.network.model import Network
from planner_core.scenario import Scenario
from tests.benchmark.common import (
    Options,
    Section,
    median_of,
    networks,
    percentile,
    say,
    table,
    time_text,
)

__all__ = ["run"]

MOVES = 60
FRAME_S = 1 / 60
FRAME_LIMIT_S = 0.1
STARTS = 7
START_RATIO = 1.5
SEARCH_CAP = 36
MISSING = "PySide6 is not installed: nothing is drawn, and this part was not measured."


@dataclass
class Drag:
    """What one drag across the link slider brought; seconds."""

    network: str
    kind: str
    loaded: bool
    painted: list[float] = field(default_factory=list)
    """From a value to the picture with its plans, where nothing newer came between."""
    bare: list[float] = field(default_factory=list)
    """Painting the same charts again."""
    painted_cpu: list[float] = field(default_factory=list)
    bare_cpu: list[float] = field(default_factory=list)
    """Of both, what the window's thread has computed: other programs do not lengthen that."""
    blocked: list[float] = field(default_factory=list)
    """How long the window was busy at a time with the mouse or its loop, at 60 values a second."""
    blocked_cpu: list[float] = field(default_factory=list)
    pictures: int = 0
    """Pictures with newer plans in that drag."""


def run(options: Options) -> Section:
    """Measure, and write the section."""
    section = Section("h", "The window: first picture and slider drags")
    if find_spec("PySide6") is None:
        section.body = [MISSING]
        return section
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    starts, solvers = _starts(1 if options.quick else STARTS)
    drags = []
    for network in networks(options):
        for loaded in (False, True):
            for kind in ("fixed", "search"):
                drags.append(_drag(network, kind, loaded, 6 if options.quick else MOVES))
                say(f"h: {network.name}, {kind}{', searching' if loaded else ''}")
    ratio = median_of(ours / bare for (bare, _), (ours, _) in starts)
    work = median_of(ours / bare for (_, bare), (_, ours) in starts)
    section.claims = [
        (
            f"first picture {ratio:.2f} times as late as that of a bare PySide6 and pyqtgraph window "
            f"({time_text(median_of(o for _, (o, _) in starts))} against "
            f"{time_text(median_of(b for (b, _), _ in starts))}; {START_RATIO:g} times promised), "
            f"with {work:.2f} times its processor time",
            ratio <= START_RATIO,
        ),
        (f"solver libraries loaded before the first picture: {', '.join(solvers) or 'none'}", not solvers),
    ]
    for loaded in (False, True):
        worst = max(max(d.blocked) for d in drags if d.loaded is loaded)
        computed = max(max(d.blocked_cpu) for d in drags if d.loaded is loaded)
        section.claims.append(
            (
                f"{'with a search running beside it' if loaded else 'alone'}: no frame over 100 ms in a drag; "
                f"the longest {time_text(worst)}, of which the window computed at most {time_text(computed)}",
                worst <= FRAME_LIMIT_S,
            )
        )
    section.body = [
        f"Start: from the start of the process to the first picture, {STARTS} starts of each in turn, off screen. "
        f"Drag: the mouse moves the link slider from 0.1 to 1000 Mbit/s in {MOVES} values, in the real window of "
        "1440x900, off screen, with the real planning process. Value to picture: each value waits until its plans "
        "are painted; bare: schedules, tiles, network and scores painted again with the same plans. Frames: the "
        "same drag at 60 values a second without waiting; how long the window was busy at once, with a move of the "
        "mouse or a turn of its loop, and pictures with newer plans. CPU: what the window's own thread computed in "
        "that time. Fixed: tau and P as BF chose them; search: both searched, P up to "
        f"{SEARCH_CAP}. Searching: a process beside it searches YOLOv2 without end.",
        _table(drags),
    ]
    return section


def _table(drags: list[Drag]) -> str:
    head = ["drag", "value to picture: median", "95 %", "CPU: median", "95 %", "bare: median", "95 %", "CPU: median",
            "frame: median", "95 %", "worst", "CPU: median", "worst", "pictures"]  # fmt: skip
    rows = []
    for d in drags:
        row: list[object] = [f"{d.network}, {d.kind}{', searching' if d.loaded else ''}"]
        for values in (d.painted, d.painted_cpu, d.bare):
            row += [time_text(median_of(values)), time_text(percentile(values, 0.95))]
        row.append(time_text(median_of(d.bare_cpu)))
        row += [time_text(x) for x in (median_of(d.blocked), percentile(d.blocked, 0.95), max(d.blocked))]
        row += [time_text(median_of(d.blocked_cpu)), time_text(max(d.blocked_cpu)), d.pictures]
        rows.append(row)
    return table(head, rows)


_Start: TypeAlias = "tuple[float, float]"
"""Seconds until the first picture, and of processor time until then."""


def _starts(count: int) -> tuple[list[tuple[_Start, _Start]], list[str]]:
    """(bare, ours) of each pair of starts, and the solver libraries that ours had loaded."""
    found, solvers = [], set()
    _start("bare"), _start("flgui")  # files into memory
    for _ in range(count):
        bare, _loaded = _start("bare")
        ours, loaded = _start("flgui")
        found.append((bare, ours))
        solvers.update(loaded)
    return found, sorted(solvers)


def _start(which: str) -> tuple[_Start, list[str]]:
    begun = time.time()
    command = [sys.executable, "-m", "tests.benchmark.first_picture", which]
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}  # as users start it
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120, env=env)
    at, work, loaded = ast.literal_eval(done.stdout.strip().splitlines()[-1])
    return (at - begun, work), loaded


class _Window:
    """The real window, off screen, with the real planning process."""

    def __init__(self, network: Network) -> None:
        from PySide6.QtCore import QSettings  # this part only: the core needs no Qt

        from flgui.app import application, build
        from flgui.documents import Source
        from flgui.settings import Settings
        from flgui.state.runner import Runner
        from flgui.theme.fonts import load_fonts

        self.app = application()
        load_fonts()
        self._folder = tempfile.TemporaryDirectory()
        settings = Settings(
            QSettings(str(Path(self._folder.name) / "settings.ini"), QSettings.Format.IniFormat)
        )
        self.parts = build(settings, "light", Runner(), network, Source(network.name))
        self.store = self.parts.controller.store
        self.parts.window.resize(1440, 900)
        self.parts.window.show()
        self.parts.controller.start()
        self.until_planned()

    def until_planned(self, limit_s: float = 60.0) -> None:
        """Let the loop run until nothing is stale, every view has the plans, and all is painted."""
        end, controller = time.monotonic() + limit_s, self.parts.controller
        while time.monotonic() < end:
            self.app.processEvents()
            if not self.store.stale and controller.presenter.settled:
                break
            time.sleep(0.0005)
        self.app.processEvents()

    def fix(self) -> None:
        """Take tau and P as BF chose them."""
        plan = self.store.planset.plans["BF"]
        fixed = replace(self.store.scenario, tau=plan.tau, paths=None, grid=(plan.rows, plan.cols))
        self.parts.controller.push(fixed, "Fix")
        self.until_planned()

    def bare(self) -> tuple[float, float]:
        """Seconds, and seconds of the processor, of painting the charts as they stand."""
        window = self.parts.window
        started, computed = time.perf_counter(), time.thread_time()
        for part in (window.gantt.canvas, window.tiles, window.network, window.scores):
            part.grab()
        return time.perf_counter() - started, time.thread_time() - computed

    def close(self) -> None:
        """End it."""
        self.parts.controller.undo_stack.setClean()
        self.parts.controller.close()
        self.parts.window.close()
        self.parts.window.deleteLater()
        self.app.processEvents()
        self._folder.cleanup()


def _drag(network: Network, kind: str, loaded: bool, moves: int) -> Drag:
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    found, window = Drag(network.name, kind, loaded), _Window(network)
    if kind == "fixed":
        window.fix()
    slider = window.parts.window.strip.link.slider
    points = [slider.position(10 ** (-1 + 4 * i / (moves - 1))).toPoint() for i in range(moves)]
    button = Qt.MouseButton.LeftButton
    with _searching(loaded):
        QTest.mousePress(slider, button, pos=points[0])
        window.until_planned()
        for point in points[1:]:
            before = window.store.revision
            started, computed = time.perf_counter(), time.thread_time()
            QTest.mouseMove(slider, point)
            window.until_planned()
            if window.store.revision > before:
                found.painted.append(time.perf_counter() - started)
                found.painted_cpu.append(time.thread_time() - computed)
                wall, cpu = window.bare()
                found.bare.append(wall)
                found.bare_cpu.append(cpu)
        QTest.mouseRelease(slider, button, pos=points[-1])
        QTest.mousePress(slider, button, pos=points[-1])
        seen: Any = None
        for point in reversed(points):
            until = time.perf_counter() + FRAME_S
            turn: Callable[[], object] = partial(QTest.mouseMove, slider, point)
            while time.perf_counter() < until:
                now, computed = time.perf_counter(), time.thread_time()
                turn()
                found.blocked.append(time.perf_counter() - now)
                found.blocked_cpu.append(time.thread_time() - computed)
                turn = window.app.processEvents
                if window.store.planset is not seen:
                    seen, found.pictures = window.store.planset, found.pictures + 1
                time.sleep(0.001)
        QTest.mouseRelease(slider, button, pos=points[0])
    # A pass of the loop with nothing to do says nothing of frames.
    found.blocked = [seconds for seconds in found.blocked if seconds > 0.001] or [0.0]
    found.blocked_cpu = [seconds for seconds in found.blocked_cpu if seconds > 0.001] or [0.0]
    window.close()
    return found


@contextmanager
def _searching(on: bool) -> Iterator[None]:
    """A process beside it that searches without end."""
    if not on:
        yield
        return
    process = multiprocessing.get_context("spawn").Process(target=_search, daemon=True)
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()


def _search() -> None:
    from planner_core.planner import plan  # in the other process only

    network = load_network("yolov2")
    while True:
        plan(Scenario(network))
