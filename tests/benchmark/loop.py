"""Part (b): MW search against the literal double loop in plain Python."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from planner_core.network.model import Network
from planner_core.plan import Plan
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.system import WORKER_PRESETS, WorkerPreset
from tests.benchmark.common import (
    Clock,
    Options,
    Section,
    forget_geometry,
    median_of,
    networks,
    say,
    system_of,
    table,
    time_text,
)
from tests.benchmark.literal import Literal, Search

__all__ = ["Case", "run"]

CAPS = (16, 36, 64, 100, 144, 256)
REPEATS = 5


@dataclass(frozen=True)
class Case:
    """One search; `cold` is with nothing kept from searches before, `warm` after a change of speeds."""

    network: str
    preset: str
    max_paths: int
    loop_s: float
    cold_s: float
    warm_s: float
    same: bool
    equal_makespan: bool

    @property
    def ratio(self) -> float:
        return self.loop_s / self.cold_s


def run(options: Options) -> Section:
    """Measure, and write the section."""
    section = Section("b", "MW search against the literal double loop")
    cases = []
    for network in networks(options):
        for preset in WORKER_PRESETS:
            for case in _cases(network, preset, options):
                cases.append(case)
                say(
                    f"b: {case.network}, {case.preset}, P up to {case.max_paths}: {case.ratio:.0f}, same {case.same}"
                )
    for case in cases:
        if not case.same:
            what = "another plan of the same makespan" if case.equal_makespan else "another makespan"
            section.failures.append(f"{case.network}, {case.preset}, P up to {case.max_paths}: {what}")
    largest = list({(case.network, case.preset): case for case in cases}.values())  # caps rise
    least = min(case.ratio for case in largest)
    smallest = [case.ratio for case in cases if case.max_paths == CAPS[0]]
    section.claims = [
        ("the same plan as the double loop wherever both ran", not section.failures),
        (
            f"{least:.0f} times as fast at the largest P that the loop affords, in the worst of "
            f"{len(largest)} searches (median {median_of(c.ratio for c in largest):.0f}; 100 promised); "
            f"the smallest cap leaves less to save: {median_of(smallest):.0f} times at P up to {CAPS[0]}",
            least >= 100,
        ),
    ]
    section.body = [
        "The loop is `tests/benchmark/literal.py`: plain Python, lists, every tau and every P up to the cap, Algorithm "
        '1 over all paths and splits at every step. Ours is `plan(methods=("MW",))`: cold with every cache of the '
        "planner emptied before, warm with the geometry kept, as after a change of speeds. Ratio: loop over cold. Caps "
        f"rise until the loop would take more than {options.seconds:g} s; full range, without a loop, is in (e).",
        _table(cases),
    ]
    return section


def _cases(network: Network, preset: WorkerPreset, options: Options) -> Iterator[Case]:
    literal, previous = Literal(network), None
    for cap in CAPS[:1] if options.quick else CAPS:
        # The loop's time grows with the cube of the cap.
        if previous is not None and previous.loop_s * (cap / previous.max_paths) ** 3 > options.seconds:
            return
        previous = _case(network, literal, preset, cap)
        yield previous


def _case(network: Network, literal: Literal, preset: WorkerPreset, cap: int) -> Case:
    system = system_of(preset)
    scenario = Scenario(network, system, max_paths=cap)
    cold, warm = [], []
    for repeat in range(REPEATS):
        forget_geometry()
        with Clock() as clock:
            plan(scenario, ("MW",))
        cold.append(clock.wall)
        with Clock() as clock:
            found = plan(scenario, ("MW",)).plans["MW"]
        warm.append(clock.wall)
        if repeat == REPEATS // 2:
            with Clock() as loop:
                answer = literal.search(system, cap)
    equal = abs(answer.makespan - found.makespan_s) <= 1e-11 * answer.makespan
    return Case(
        network.name,
        preset.name,
        cap,
        loop.wall,
        median_of(cold),
        median_of(warm),
        _same(answer, found),
        equal,
    )


def _same(answer: Search, found: Plan) -> bool:
    cell = (answer.tau, answer.rows, answer.cols) == (found.tau, found.rows, found.cols)
    return cell and answer.order == found.order.tolist() and answer.offload == found.offload.tolist()


def _table(cases: list[Case]) -> str:
    head = ["search", "P up to", "loop", "ours, cold", "ours, warm", "ratio", "same plan"]
    rows = [
        [
            f"{case.network}, {case.preset}",
            case.max_paths,
            time_text(case.loop_s),
            time_text(case.cold_s),
            time_text(case.warm_s),
            f"{case.ratio:.0f}",
            "yes" if case.same else "NO",
        ]
        for case in cases
    ]
    return table(head, rows)
