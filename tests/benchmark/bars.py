"""Part (g): repaint of schedules with many bars against pyqtgraph's BarGraphItem, contestants in turn."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from planner_core.arrays import FloatArray
from planner_core.network.model import Layer as NetworkLayer
from planner_core.network.model import Network, TensorSpec, Window
from planner_core.plan import Plan, PlanSet, Schedule
from planner_core.scenario import Scenario
from tests.benchmark.common import Clock, Options, Section, median_of, say, table, time_text

__all__ = ["run"]

COUNTS = (1_000, 10_000, 100_000)
SIZE = (1600, 1000)
RUNS = 9
ZOOM = 4.0
COLOURS = 12
MISSING = "PySide6 is not installed: nothing is drawn, and this part was not measured."
NAMES = ("BarGraphItem, a brush a bar", "BarGraphItem, one brush", "schedules")


@dataclass(frozen=True)
class Case:
    """CPU seconds of a repaint by contestant, in the order of NAMES: every bar in sight, and zoomed in."""

    bars: int
    what: str
    seconds: tuple[float, float, float]

    @property
    def gain(self) -> float:
        """How many times faster the schedules are than a brush a bar."""
        return self.seconds[0] / self.seconds[2]

    @property
    def ratio(self) -> float:
        """Schedules over one brush in all, which has no colours, labels, hatches or lanes to draw."""
        return self.seconds[2] / self.seconds[1]


def run(options: Options) -> Section:
    """Measure, and write the section."""
    section = Section("g", "Repaint of many bars")
    if find_spec("PySide6") is None:
        section.body = [MISSING]
        return section
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    cases: list[Case] = []
    for count in COUNTS[:1] if options.quick else COUNTS:
        cases += _cases(count, 2 if options.quick else RUNS)
        say(f"g: {count} bars")
    worst = min(case.gain for case in cases)
    text = f"a repaint is never slower than with a brush a bar: {worst:.1f} times faster at least"
    section.claims = [(text, worst >= 1)]
    if not options.quick:
        slowest = max(case.seconds[2] for case in cases)
        section.claims.append((f"100,000 bars repaint in {time_text(slowest)}: below 100 ms", slowest < 0.1))
    section.body = [
        f"CPU time of one repaint of {SIZE[0]}x{SIZE[1]} pixels, off screen, in software: the median of {RUNS}, the "
        "contestants taking turns. The bars are those of one plan, a third each on device, link and ES, in the same "
        f"three rows for everybody, {COLOURS} colours. New data: bars that were not drawn before, everything in sight. "
        f"Zoom step: the same bars again, {ZOOM:g} times less time in sight. The schedules also draw lanes, hatches, "
        "labels and the ruler's grid, and where bars crowd below 3 pixels they draw how busy the row is.",
        _table(cases),
    ]
    return section


def _cases(count: int, runs: int) -> Iterator[Case]:
    contestants = (_Graph(brushes=True), _Graph(brushes=False), _Schedules())
    times: dict[str, list[list[float]]] = {"new data": [[], [], []], "zoom step": [[], [], []]}
    for number in range(runs):
        planset = _planset(count, number)
        for place, contestant in enumerate(contestants):
            draw = contestant.prepare(planset)
            times["new data"][place].append(_cpu(draw))
            times["zoom step"][place].append(_cpu(contestant.zoom))
    for contestant in contestants:
        contestant.close()
    for what, found in times.items():
        yield Case(count, what, tuple(median_of(each) for each in found))  # type: ignore[arg-type]


def _cpu(job: Callable[[], None]) -> float:
    with Clock() as clock:
        job()
    return clock.cpu


class _Graph:
    """A PlotWidget with one BarGraphItem and no pen."""

    def __init__(self, brushes: bool) -> None:
        import pyqtgraph as pg  # this part only

        from flgui.app import application

        application()
        self._pg, self._brushes = pg, brushes
        self.widget = pg.PlotWidget()
        self.widget.resize(*SIZE)
        self.item: Any = None
        self._end = 1.0
        self.widget.show()

    def prepare(self, planset: PlanSet) -> Callable[[], None]:
        """Return the job that shows the bars of a plan and paints them."""
        start, end, row, path = _bars(planset)
        self._end = float(end.max())
        kinds = [self._pg.intColor(k, COLOURS) for k in range(COLOURS)]

        def draw() -> None:
            if self.item is not None:
                self.widget.removeItem(self.item)
            look = (
                {"brushes": [kinds[p % COLOURS] for p in path.tolist()]}
                if self._brushes
                else {"brush": kinds[0]}
            )
            self.item = self._pg.BarGraphItem(x0=start, x1=end, y0=row, height=0.75, pen=None, **look)
            self.widget.addItem(self.item)
            self.widget.setRange(xRange=(0, self._end), yRange=(0, 3), padding=0)
            self.widget.grab()

        return draw

    def zoom(self) -> None:
        """Show a part of the time."""
        self.widget.setRange(xRange=(0, self._end / ZOOM), padding=0)
        self.widget.grab()

    def close(self) -> None:
        """Let the widget go, at once: pyqtgraph's must not be closed twice."""
        from PySide6.QtCore import QCoreApplication, QEvent

        self.widget.close()
        self.widget.deleteLater()
        QCoreApplication.sendPostedEvents(self.widget, QEvent.Type.DeferredDelete)


class _Schedules:
    """The pane of the window."""

    def __init__(self) -> None:
        from flgui.app import application
        from flgui.theme.fonts import load_fonts
        from flgui.views.gantt import GanttView

        application()
        load_fonts()
        self.view = GanttView()
        self.view.resize(*SIZE)
        self.view.show()
        self.view.grab()

    def prepare(self, planset: PlanSet) -> Callable[[], None]:
        """Return the job that shows a plan and paints it."""
        from flgui.viewmodel.gantt import gantt_model

        model = gantt_model(planset)

        def draw() -> None:
            self.view.set_model(model)
            self.view.fit()
            self.view.grab()

        return draw

    def zoom(self) -> None:
        """Show a part of the time."""
        self.view.axis.show(0.0, self.view.axis.whole / ZOOM)
        self.view.grab()

    def close(self) -> None:
        """Let the widget go."""
        self.view.close()
        self.view.deleteLater()


def _planset(count: int, seed: int) -> PlanSet:
    """One plan of about `count` bars: paths with made-up lengths through device, link and ES, one worker each."""
    paths = count // 3
    side = int(np.ceil(np.sqrt(paths)))
    rng = np.random.default_rng(seed)
    same = Window((3, 3), (1, 1), (1, 1, 1, 1))
    shape = (1, side, side)
    layers = (
        NetworkLayer("one", "Conv", ("input",), shape, 1e6, 500_000, same),
        NetworkLayer("two", "Conv", ("one",), shape, 1e6, 500_000, same),
    )
    network = Network(f"bars{count}", (TensorSpec("input", shape),), layers)
    paths = side * side
    starts, ends = [], []
    ready = np.zeros(paths)
    for _ in range(3):  # one worker each, in the order of the paths
        length = rng.uniform(0.2, 1.0, paths) * 1e-3
        done = np.cumsum(length)
        end = done + np.maximum.accumulate(ready - (done - length))
        starts.append(end - length)
        ends.append(end)
        ready = end
    none = np.zeros(paths, np.int64)
    last = float(ready.max())
    used = np.ones(paths, bool)
    schedule = Schedule(
        none, starts[0], ends[0], used, starts[1], ends[1], none, starts[2], ends[2], last, last
    )
    order, offload = np.arange(paths), np.full(paths, 2)
    work = np.ones(paths)
    found = Plan("BF", 2, side, side, order, offload, last, last, True, 0.0, 0.0, schedule, work, work, work)
    return PlanSet(Scenario(network), {"BF": found})


def _bars(planset: PlanSet) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Start, end, row and path of the bars of a plan."""
    s = planset.plans["BF"].schedule
    start = np.concatenate((s.device_start, s.link_start, s.es_start))
    end = np.concatenate((s.device_end, s.link_end, s.es_end))
    row = np.repeat(np.array([2.0, 1.0, 0.0]), len(s.device_start))
    return start, end, row, np.tile(np.arange(len(s.device_start)), 3)


def _table(cases: list[Case]) -> str:
    head = ["repaint", "bars", *NAMES, "against a brush a bar", "against one brush"]
    rows = [
        [
            case.what,
            f"{case.bars:,}",
            *map(time_text, case.seconds),
            f"{case.gain:.1f} times faster",
            f"{case.ratio:.2f}",
        ]
        for case in sorted(cases, key=lambda case: case.what)
    ]
    return table(head, rows)
