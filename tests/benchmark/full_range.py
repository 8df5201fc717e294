"""Part (e): MW and BF search over every tau and every P, at the default scenario and the three worker presets."""

from __future__ import annotations

from dataclasses import dataclass

from planner_core.network.model import Network
from planner_core.plan import OPTIMAL_GAP, Plan
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.search import tables_of
from planner_core.stop import StopToken
from planner_core.system import WORKER_PRESETS, WorkerPreset
from tests.benchmark.common import (
    Clock,
    Options,
    Section,
    forget_geometry,
    networks,
    say,
    system_of,
    table,
    time_text,
)

__all__ = ["run"]

LIMIT_S = 60.0
GAP = 1e-4


@dataclass(frozen=True)
class Case:
    """One scenario; seconds include the geometry of every cell, but for `again_s`, which has it."""

    network: str
    preset: str
    cells: int
    mw_s: float
    both_s: float
    again_s: float
    mw: Plan
    bf: Plan

    @property
    def gap(self) -> float:
        assert self.bf.gap is not None
        return self.bf.gap


def run(options: Options) -> Section:
    """Measure, and write the section."""
    section = Section("e", "Searches at full range")
    cases = []
    for network in networks(options):
        for preset in WORKER_PRESETS[:1] if options.quick else WORKER_PRESETS:
            cases.append(_case(network, preset, options))
            say(f"e: {network.name}, {preset.name}: {cases[-1].both_s:.2f} s, gap {cases[-1].gap:.1e}")
    for case in cases:
        bound = case.bf.lower_bound_s
        assert bound is not None
        if not bound <= case.bf.makespan_s <= case.mw.makespan_s:
            section.failures.append(f"{case.network}, {case.preset}: bound, BF and MW are out of order")
    worst = max(case.gap for case in cases)
    slowest = max(case.both_s for case in cases)
    section.claims = [
        (
            f"global gap at most {worst:.1e} (1e-4 promised); the slowest takes {time_text(slowest)}",
            worst <= GAP,
        )
    ]
    section.body = [
        "Default speeds and rate, no cap on P; nothing kept from searches before, code compiled. MW: `plan` with MW "
        f"alone. MW + BF: `plan` with both, stopped after {_limit(options):g} s. Again: the same at 101 Mbit/s, "
        "geometry kept.",
        _table(cases),
    ]
    return section


def _limit(options: Options) -> float:
    return options.seconds if options.quick else LIMIT_S


def _case(network: Network, preset: WorkerPreset, options: Options) -> Case:
    cap = 100 if options.quick else None
    scenario = Scenario(network, system_of(preset), max_paths=cap)
    forget_geometry()
    with Clock() as mw_clock:
        plan(scenario, ("MW",), StopToken(_limit(options)))
    forget_geometry()
    with Clock() as both:
        found = plan(scenario, ("MW", "BF"), StopToken(_limit(options))).plans
    other = Scenario(network, system_of(preset, 101.0), max_paths=cap)
    with Clock() as again:
        plan(other, ("MW", "BF"), StopToken(_limit(options)))
    cells = sum(len(depth.grids) for depth in tables_of(scenario))
    return Case(
        network.name, preset.name, cells, mw_clock.wall, both.wall, again.wall, found["MW"], found["BF"]
    )


def _table(cases: list[Case]) -> str:
    head = ["scenario", "cells (tau, P)", "MW", "MW + BF", "again"]
    head += ["MW's plan", "BF's plan", "tau, P of BF", "global gap"]
    rows = [
        [
            f"{case.network}, {case.preset}",
            f"{case.cells:,}",
            *map(time_text, (case.mw_s, case.both_s, case.again_s, case.mw.makespan_s, case.bf.makespan_s)),
            f"{case.bf.tau}, {case.bf.paths}",
            "proven" if case.gap <= OPTIMAL_GAP else f"{case.gap:.1e}",
        ]
        for case in cases
    ]
    return table(head, rows)
