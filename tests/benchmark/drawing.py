"""Part (c): planning against drawing for each step of a slider that moves the rate or the device's speed."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from planner_core.network.model import Network
from planner_core.plan import Plan
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.stop import StopToken
from planner_core.system import WORKER_PRESETS, System
from planner_core.tiling import auto_grid, cut_extent
from tests.benchmark.common import (
    Clock,
    Options,
    Section,
    depths,
    median_of,
    networks,
    percentile,
    say,
    system_of,
    table,
    time_text,
)

__all__ = ["run"]

PATHS = (4, 16, 36, 64)
SEARCH_CAP = 36
STEPS = 6
LIMIT_S = 2.0  # nobody waits longer for a step; the next one has long been asked for
MISSING = "PySide6 is not installed: nothing is drawn, and this part was not measured."


@dataclass(frozen=True)
class Step:
    """Seconds of one step: all three plans, then the schedules' view alone, then the whole window.

    `first_s` is when BF's first plan and bound stood beside the others, which is when the window draws; `first_gap` is
    what the bound left open then.
    """

    network: str
    kind: str
    first_s: float
    first_gap: float
    plan_s: float
    view_s: float
    window_s: float
    proven: bool
    scenario: Scenario


def run(options: Options) -> Section:
    """Measure, and write the section."""
    section = Section("c", "Planning against drawing, per slider step")
    if find_spec("PySide6") is None:
        section.body = [MISSING]
        return section
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    steps = []
    for network in networks(options):
        window = _Window(network)
        steps += list(_steps(network, window, options))
        window.close()
        say(f"c: {network.name}: {len(steps)} steps")
    for kind in dict.fromkeys(step.kind for step in steps):
        part = [step for step in steps if step.kind == kind]
        section.claims += _claims(kind, part)
    section.body = [
        f"All three methods planned anew for each of {STEPS} rates from 1 to 1000 Mbit/s and {STEPS} device speeds "
        "from 1 to 50 GFLOPS, geometry kept, for every network and worker preset; then the same result is drawn. "
        f"Fixed: P {', '.join(map(str, PATHS))} at three tau each. Searched: tau and P up to {SEARCH_CAP}. Schedules: "
        "the view's model is made, set and painted. First BF: MW, NFL and BF's first plan with a bound stand, and the "
        "window draws; the proof goes on. Window: everything takes the plans and the whole 1440x900 window is painted, "
        "off screen, in software. The window plans in a process of its own, so the slower of the two "
        f"sets the pace. Plans are stopped after {LIMIT_S:g} s.",
        _table(steps),
        _slow(steps),
    ]
    return section


class _Window:
    """The real window, off screen, with a planning process that never answers: plans are handed in."""

    def __init__(self, network: Network) -> None:
        from PySide6.QtCore import QObject, QSettings, Signal  # this part only: the core needs no Qt

        from flgui.app import application, build
        from flgui.documents import Source
        from flgui.settings import Settings
        from flgui.state.runner import Runner
        from flgui.theme.fonts import load_fonts

        class Silent(QObject):
            answered = Signal(object)
            ended = Signal()

            def send(self, request: Any) -> None: ...
            def cancel(self, generation: int) -> None: ...
            def kill(self) -> None: ...
            def close(self) -> None: ...

        self.app = application()
        load_fonts()
        runner = Runner(Silent)
        runner.close()
        self._folder = tempfile.TemporaryDirectory()
        settings = Settings(
            QSettings(str(Path(self._folder.name) / "settings.ini"), QSettings.Format.IniFormat)
        )
        self.parts = build(settings, "light", runner, network, Source(network.name))
        self.parts.window.resize(1440, 900)
        self.parts.window.show()
        self.parts.controller.start()

    def take(self, planset: Any) -> tuple[float, float]:
        """Show a result; seconds of the schedules' view alone and of the whole window."""
        from flgui.viewmodel.gantt import gantt_model

        window, store = self.parts.window, self.parts.controller.store
        store.set_scenario(planset.scenario)
        self.app.processEvents()
        with Clock() as view:
            window.gantt.set_model(gantt_model(planset))
            window.gantt.grab()
        window.gantt.set_model(None)
        with Clock() as whole:
            store.take_plans(planset)
            self.app.processEvents()
            window.grab()
        return view.wall, whole.wall

    def close(self) -> None:
        """End it."""
        self.parts.controller.close()
        self.parts.window.close()
        self.parts.window.deleteLater()
        self.app.processEvents()
        self._folder.cleanup()


def _steps(network: Network, window: _Window, options: Options) -> Iterator[Step]:
    for kind, base in _bases(network, options):
        warm = plan(base, stop=StopToken(min(LIMIT_S, options.seconds)))  # makes the geometry
        window.take(warm)
        for system in _systems(base.system, options):
            scenario = replace(base, system=system)
            firsts: list[tuple[float, float]] = []
            with Clock() as clock:
                started = time.perf_counter()

                def note(known: Plan, started: float = started, firsts: Any = firsts) -> None:
                    if known.method == "BF":
                        firsts.append((time.perf_counter() - started, known.gap or 0.0))

                found = plan(scenario, stop=StopToken(min(LIMIT_S, options.seconds)), on_plan=note)
            view, whole = window.take(found)
            yield Step(
                network.name,
                kind,
                *firsts[0],
                clock.wall,
                view,
                whole,
                bool(found.plans["BF"].optimal),
                scenario,
            )


def _bases(network: Network, options: Options) -> Iterator[tuple[str, Scenario]]:
    taus = depths(network)
    for preset in WORKER_PRESETS[:1] if options.quick else WORKER_PRESETS:
        system = system_of(preset)
        for paths in PATHS[:1] if options.quick else PATHS:
            for tau in taus[1::2]:
                if auto_grid(paths, *cut_extent(network, tau)):
                    yield "fixed", Scenario(network, system, tau, paths)
        yield f"search, P ≤ {SEARCH_CAP}", Scenario(network, system, max_paths=SEARCH_CAP)


def _systems(system: System, options: Options) -> Iterator[System]:
    steps = 2 if options.quick else STEPS
    for rate in np.geomspace(1e6, 1e9, steps).tolist():
        yield replace(system, rate_bps=rate)
    for speed in np.geomspace(1e9, 50e9, steps).tolist():
        yield replace(system, device_flops=speed)


def _claims(kind: str, steps: list[Step]) -> Iterator[tuple[str, bool]]:
    for said, plans in (
        ("planning costs", [step.plan_s for step in steps]),
        ("a first plan and bound of BF beside the other plans cost", [step.first_s for step in steps]),
    ):
        for what, drawn in (
            ("the schedules", [s.view_s for s in steps]),
            ("the window", [s.window_s for s in steps]),
        ):
            pairs = [(of(plans), of(drawn)) for of in (median_of, _p95)]
            text = "; ".join(
                f"{name} {time_text(one)} against {time_text(other)}"
                for name, (one, other) in zip(("median", "95 %"), pairs, strict=True)
            )
            yield f"{kind}: {said} no more than drawing {what}: {text}", all(p <= d for p, d in pairs)


def _p95(values: list[float]) -> float:
    return percentile(values, 0.95)


def _table(steps: list[Step]) -> str:
    head = ["network", "steps", "first BF: median", "95 %", "its gap: 95 %", "plan: median", "95 %", "worst"]
    head += ["schedules: median", "95 %"]
    head += ["window: median", "95 %", "plan ≤ schedules", "plan ≤ window", "BF proven"]
    rows = []
    for key in dict.fromkeys((s.network, s.kind) for s in steps):
        part = [s for s in steps if (s.network, s.kind) == key]
        plans, views, windows = ([getattr(s, n) for s in part] for n in ("plan_s", "view_s", "window_s"))
        row: list[object] = [
            ", ".join(key),
            len(part),
            *map(time_text, (median_of([s.first_s for s in part]), _p95([s.first_s for s in part]))),
            f"{_p95([s.first_gap for s in part]):.1e}",
            *map(time_text, (median_of(plans), _p95(plans), max(plans))),
        ]
        row += map(time_text, (median_of(views), _p95(views), median_of(windows), _p95(windows)))
        row.append(f"{100 * sum(p <= v for p, v in zip(plans, views, strict=True)) / len(part):.0f} %")
        row.append(f"{100 * sum(p <= v for p, v in zip(plans, windows, strict=True)) / len(part):.0f} %")
        row.append(f"{100 * sum(s.proven for s in part) / len(part):.1f} %")
        rows.append(row)
    return table(head, rows)


def _slow(steps: list[Step]) -> str:
    worst = sorted((s for s in steps if s.plan_s > 1 or not s.proven), key=lambda s: -s.plan_s)
    lines = []
    for step in worst[:20]:
        system, scenario = step.scenario.system, step.scenario
        cell = "search" if scenario.tau is None else f"tau {scenario.tau}, P {scenario.paths}"
        lines.append(
            f"- {step.network}, workers {system.device_workers or 'inf'}/{system.es_workers or 'inf'}, {cell}, "
            f"{system.rate_bps / 1e6:.4g} Mbit/s, {system.device_flops / 1e9:.4g} GFLOPS: {time_text(step.plan_s)}"
            f"{'' if step.proven else ', BF not proven'}"
        )
    text = f"Steps that took more than 1 s or left BF unproven: {len(worst)} of {len(steps)}"
    return text + ("; the slowest:\n\n" + "\n".join(lines) if lines else ".")
