"""Part (a): BF against CP-SAT on the same instances, to the same proven optimum."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from multiprocessing import get_context

import numpy as np

from planner_core.costs import PathCosts, path_costs
from planner_core.methods.bf import Answer, solve
from planner_core.methods.mw import minimise_waiting
from planner_core.plan import OPTIMAL_GAP
from planner_core.stop import StopToken
from planner_core.system import WORKER_PRESETS, System, WorkerPreset
from planner_core.tiling import Tiling, auto_grid, cut_extent
from tests.benchmark.common import (
    Clock,
    Options,
    Section,
    depths,
    median_of,
    networks,
    say,
    system_of,
    table,
    time_text,
)
from tests.benchmark.cpsat import CpSat, solve_cpsat, tolerance_s

__all__ = ["Case", "Instance", "compare", "faults", "peer_pool", "run"]

PATHS = (4, 9, 16, 25, 36, 64)
RATES_MBPS = (1.0, 10.0, 100.0, 1000.0)
REPEATS = 5
QUICK_S = 0.5  # what takes less is repeated
SLOW_S = 1.0
MISSING = "OR-Tools is not installed (extra `bench`): CP-SAT was not run, and nothing is compared."


@dataclass(frozen=True)
class Instance:
    """One (tau, P, rate, workers) of a network."""

    network: str
    preset: WorkerPreset
    tau: int
    paths: int
    rate_mbps: float
    costs: PathCosts
    system: System

    def __str__(self) -> str:
        return (
            f"{self.network}, {self.preset.name}, tau {self.tau}, P {self.paths}, {self.rate_mbps:g} Mbit/s"
        )


@dataclass(frozen=True)
class Case:
    """One row: times without the tail, seconds as medians over the repeats; `peer` None without OR-Tools."""

    instance: Instance
    end: float
    bound: float
    seconds: float
    cpu_seconds: float
    peer: CpSat | None

    @property
    def makespan(self) -> float:
        return self.end + self.instance.costs.tail

    @property
    def gap(self) -> float:
        return max(0.0, (self.end - self.bound) / self.makespan)

    @property
    def proven(self) -> bool:
        return self.gap <= OPTIMAL_GAP

    @property
    def peer_proven(self) -> bool:
        return self.peer is not None and self.peer.proven


def instances(options: Options) -> Iterator[Instance]:
    """One seeded pick of tau and rate for every P, network and preset; all of them with --full."""
    rng = np.random.default_rng(options.seed)
    loaded = networks(options)
    for paths in PATHS[:2] if options.quick else PATHS:
        for network in loaded:
            for preset in WORKER_PRESETS:
                open_taus = [tau for tau in depths(network) if auto_grid(paths, *cut_extent(network, tau))]
                pairs = [(tau, rate) for tau in open_taus for rate in RATES_MBPS]
                picks = range(len(pairs)) if options.full else [int(rng.integers(len(pairs)))]
                for tau, rate in (pairs[i] for i in picks):
                    grid = auto_grid(paths, *cut_extent(network, tau))
                    assert grid is not None
                    system = system_of(preset, rate)
                    costs = path_costs(Tiling.of(network, tau, *grid), system)
                    yield Instance(network.name, preset, tau, paths, rate, costs, system)


def peer_pool() -> ProcessPoolExecutor:
    """Make the process for CP-SAT: OR-Tools and highspy bring libraries of one name that do not go together."""
    return ProcessPoolExecutor(1, get_context("spawn"))


def compare(instance: Instance, options: Options, pool: ProcessPoolExecutor | None) -> Case:
    """Ours and CP-SAT in turn; MW's plan, where both start, counts as our time only."""
    costs, system = instance.costs, instance.system
    ours: list[Clock] = []
    peers: list[CpSat] = []
    for _ in range(REPEATS):
        if not ours or ours[0].wall < QUICK_S:
            with Clock() as clock:
                order, offload, end = minimise_waiting(costs, system)
                answer = solve(costs, system, Answer(order, offload, end), StopToken(options.seconds))
            ours.append(clock)
        if pool is not None and (not peers or peers[0].seconds < QUICK_S):
            peers.append(pool.submit(solve_cpsat, costs, system, order, offload, options.seconds).result())
    peer = None
    if peers:
        last = peers[-1]
        times = median_of(p.seconds for p in peers), median_of(p.cpu_seconds for p in peers)
        peer = CpSat(last.end, last.bound, all(p.proven for p in peers), *times)
    wall, cpu = median_of(c.wall for c in ours), median_of(c.cpu for c in ours)
    return Case(instance, answer.end, answer.bound, wall, cpu, peer)


def faults(case: Case) -> list[str]:
    """What cannot be, if both are right."""
    found, near = [], OPTIMAL_GAP * case.makespan
    if case.bound > case.end + near:
        found.append(f"{case.instance}: bound {case.bound!r} above our own plan {case.end!r}")
    if case.peer is None:
        return found
    rounding = near + tolerance_s(case.instance.paths)
    if case.bound > case.peer.end + near:
        found.append(f"{case.instance}: bound {case.bound!r} above CP-SAT's plan {case.peer.end!r}")
    if case.peer.bound > case.end + rounding:
        found.append(f"{case.instance}: CP-SAT's bound {case.peer.bound!r} above our plan {case.end!r}")
    return found


def run(options: Options) -> Section:
    """Measure, and write the section."""
    section = Section("a", "BF against CP-SAT")
    cases = []
    for case in _cases(options):
        cases.append(case)
        section.failures += faults(case)
        peer = "" if case.peer is None else f", CP-SAT {case.peer.seconds:.2f} s {case.peer.proven}"
        say(f"a: {case.instance}: {time_text(case.seconds)} {case.proven}{peer}")
    _claim(section, cases, options)
    section.body += [_text(options), _table("P", cases, lambda c: c.instance.paths)]
    section.body += [_table("workers", cases, lambda c: c.instance.preset.name)]
    section.body.append(_left(cases))
    return section


def _cases(options: Options) -> Iterator[Case]:
    if find_spec("ortools") is None:
        yield from (compare(instance, options, None) for instance in instances(options))
        return
    with peer_pool() as pool:
        for i, instance in enumerate(instances(options)):
            if i == 0:  # what CP-SAT needs to start is nobody's time
                compare(instance, options, pool)
            yield compare(instance, options, pool)


def _claim(section: Section, cases: list[Case], options: Options) -> None:
    proven = sum(case.proven for case in cases) / len(cases)
    worst_gap = max(case.gap for case in cases)
    worst = max(case.seconds for case in cases)
    section.claims += [
        (f"proven optimal in {100 * proven:.1f} % of the cases (99 % promised)", proven >= 0.99),
        (f"worst gap {worst_gap:.1e} (1e-4 promised)", worst_gap <= 1e-4),
        (f"worst case {time_text(worst)} (1 s promised)", worst < 1),
    ]
    both = [case for case in cases if case.peer_proven]
    if both:
        wall, cpu = median_of(_wall_ratio(c) for c in both), median_of(_cpu_ratio(c) for c in both)
        text = f"median {wall:.0f} times as fast as CP-SAT where it proves its optimum within {options.seconds:g} s"
        section.claims.append((f"{text} ({cpu:.0f} times by CPU time; 100 promised)", min(wall, cpu) >= 100))


def _wall_ratio(case: Case) -> float:
    assert case.peer is not None
    return case.peer.seconds / case.seconds


def _cpu_ratio(case: Case) -> float:
    """CPU seconds, CP-SAT's shared among its two workers: a busy machine moves it less than wall time."""
    assert case.peer is not None
    return case.peer.cpu_seconds / 2 / case.cpu_seconds


def _text(options: Options) -> str:
    if find_spec("ortools") is None:
        return MISSING
    sample = "all tau at six depths and all four rates" if options.full else (
        f"one (tau, rate) of each, drawn with seed {options.seed} from six depths x 1, 10, 100, 1000 Mbit/s"
    )  # fmt: skip
    return (
        f"Every network x worker preset x P; {sample}. Limit {options.seconds:g} s a case for either. Ours: MW's plan "
        "and the solver, geometry and compiled code at hand. CP-SAT: `tests/benchmark/cpsat.py`, 2 workers, building "
        "of the model included, MW's plan as hint; its time is whole nanoseconds, so optima may differ by (P + 2) / 2 "
        "ns, which the comparison allows. Both in turn, the median of five runs where one takes less than 0.5 s. "
        'Ratio: CP-SAT\'s time over ours where CP-SAT proves its optimum; "CPU" takes half of the CPU time of its '
        "two workers, over ours, and suffers less from other load."
    )


def _table(name: str, cases: list[Case], key: object) -> str:
    assert callable(key)
    head = [name, "cases", "proven: ours", "CP-SAT", "ours: median", "worst", "CP-SAT: median"]
    head += ["ratio: median", "least", "CPU median", "disagree"]
    rows = []
    for value in [*dict.fromkeys(key(case) for case in cases), "all"]:
        part = cases if value == "all" else [case for case in cases if key(case) == value]
        ratios = [_wall_ratio(case) for case in part if case.peer_proven]
        ran = any(case.peer is not None for case in part)
        rows.append(
            [
                value,
                len(part),
                sum(case.proven for case in part),
                sum(case.peer_proven for case in part) if ran else "–",
                time_text(median_of(case.seconds for case in part)),
                time_text(max(case.seconds for case in part)),
                time_text(median_of(case.peer.seconds for case in part if case.peer is not None)),
                f"{median_of(ratios):.0f}" if ratios else "–",
                f"{min(ratios):.1f}" if ratios else "–",
                f"{median_of(_cpu_ratio(c) for c in part if c.peer_proven):.0f}" if ratios else "–",
                sum(bool(faults(case)) for case in part) if ran else "–",
            ]
        )
    return table(head, rows)


def _left(cases: list[Case]) -> str:
    lines = []
    for case in cases:
        beaten = case.peer_proven and _wall_ratio(case) < 1
        if not case.proven or case.seconds > SLOW_S or beaten:
            lines.append(
                f"- {case.instance}: gap {case.gap:.1e}, {time_text(case.seconds)}{_peer_text(case)}"
            )
    text = "Ours not proven, slower than 1 s, or slower than CP-SAT:"
    return text + ("\n\n" + "\n".join(lines) if lines else " none.")


def _peer_text(case: Case) -> str:
    if case.peer is None:
        return ""
    return f"; CP-SAT {'proves it' if case.peer.proven else 'does not prove it'} in {time_text(case.peer.seconds)}"
