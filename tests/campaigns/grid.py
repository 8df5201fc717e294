"""BF for given (tau, P) over networks, depths, paths, rates and worker presets: how much is proven, how fast.

    python -m tests.campaigns.grid -o grid.csv
    python -m tests.campaigns.grid --every 7              # a sample of all, spread evenly
    python -m tests.campaigns.grid --open-in grid.csv     # only what an earlier run left open

A case is stopped after `--seconds`, all methods together, so nothing else should run meanwhile. CPU time is told as
well: BF with a worker per path on both sides works on several cores. Prints a table by network and preset, where the
open cases lie, and each of them.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from statistics import median

import numpy as np

from planner_core.importers import load_network
from planner_core.network.model import Network
from planner_core.planner import plan, warm_up
from planner_core.scenario import Scenario
from planner_core.stop import StopToken
from planner_core.system import WORKER_PRESETS, System
from planner_core.tiling import feasible_paths

DEPTHS = 6


@dataclass(frozen=True)
class Case:
    """One row of the table; both times are those of MW and BF."""

    network: str
    preset: str
    tau: int
    paths: int
    rate_mbps: float
    makespan_s: float
    bound_s: float
    gap: float
    proven: bool
    seconds: float
    cpu_seconds: float
    mw_s: float


def depths(network: Network) -> list[int]:
    """Six tau, evenly spread over those that can be cut into 4 tiles at least."""
    open_taus = [tau for tau in range(1, len(network) + 1) if 4 in feasible_paths(network, tau, 4)]
    picks = np.linspace(0, len(open_taus) - 1, DEPTHS).round().astype(int)
    return sorted({open_taus[i] for i in picks})


def cases(args: argparse.Namespace) -> Iterator[Case]:
    """Plan every case in turn, or those picked; infeasible P are left out."""
    number = 0
    wanted = _open_in(args.open_in) if args.open_in else None
    for name in args.networks:
        network = load_network(name)
        for tau in depths(network):
            possible = set(feasible_paths(network, tau, max(args.paths)).tolist())
            for paths in sorted(possible.intersection(args.paths)):
                for rate in args.rates:
                    for preset in WORKER_PRESETS:
                        if args.presets and preset.name not in args.presets:
                            continue
                        system = System(
                            rate_bps=rate * 1e6,
                            device_workers=preset.device_workers,
                            es_workers=preset.es_workers,
                        )
                        number += 1
                        key = (name, preset.name, str(tau), str(paths), str(float(rate)))
                        if number % args.every == 0 and (wanted is None or key in wanted):
                            yield _case(Scenario(network, system, tau, paths), preset.name, args.seconds)


def _open_in(path: Path) -> set[tuple[str, str, str, str, str]]:
    """Keys of the cases that a CSV does not call proven."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["proven"] != "True"]
    return {(r["network"], r["preset"], r["tau"], r["paths"], r["rate_mbps"]) for r in rows}


def _case(scenario: Scenario, preset: str, seconds: float) -> Case:
    stop = StopToken(seconds)
    before, spent_before = time.perf_counter(), time.process_time()
    plans = plan(scenario, ("MW", "BF"), stop).plans
    took, spent = time.perf_counter() - before, time.process_time() - spent_before
    bf, mw = plans["BF"], plans["MW"]
    assert bf.lower_bound_s is not None
    assert bf.gap is not None
    return Case(
        scenario.network.name,
        preset,
        bf.tau,
        bf.paths,
        scenario.system.rate_bps / 1e6,
        bf.makespan_s,
        bf.lower_bound_s,
        bf.gap,
        bool(bf.optimal),
        took,
        spent,
        mw.makespan_s,
    )


def wrong(case: Case) -> bool:
    """Whether the case breaks what must always hold."""
    return not (case.bound_s <= case.makespan_s <= case.mw_s)


def table(rows: list[Case]) -> str:
    """A line per network and preset, and one for all."""
    head = (
        f"{'network':11} {'preset':25} {'cases':>5} {'proven':>8} {'<= 1e-4':>8} {'worst gap':>9}"
        f" {'median':>12} {'95 %':>8} {'worst':>8} {'CPU: worst':>11}"
    )
    lines = [head]
    keys = list(dict.fromkeys((row.network, row.preset) for row in rows))
    presets = list(dict.fromkeys(row.preset for row in rows))
    for network, preset in [*keys, *(("all", preset) for preset in presets), ("all", "")]:
        part = [r for r in rows if network in ("all", r.network) and preset in ("", r.preset)]
        share = 100 * sum(row.proven for row in part) / len(part)
        near = 100 * sum(row.gap <= 1e-4 for row in part) / len(part)
        times = [1e3 * row.seconds for row in part]
        lines.append(
            f"{network:11} {preset:25} {len(part):5} {share:7.2f}% {near:7.2f}% {max(r.gap for r in part):9.1e}"
            f" {median(times):9.1f} ms {np.percentile(times, 95):5.0f} ms {max(times):5.0f} ms"
            f" {1e3 * max(row.cpu_seconds for row in part):8.0f} ms"
        )
    return "\n".join(lines)


def where_open(rows: list[Case]) -> str:
    """How many cases are open by network, preset, rate and tau, with the widest gap."""
    groups: dict[tuple[str, str, float, int], list[Case]] = {}
    for row in rows:
        groups.setdefault((row.network, row.preset, row.rate_mbps, row.tau), []).append(row)
    lines = [f"{'network':11} {'preset':25} {'Mbit/s':>7} {'tau':>4} {'open':>8} {'worst gap':>9}"]
    for (network, preset, rate, tau), part in groups.items():
        count = sum(not row.proven for row in part)
        if count:
            worst = max(row.gap for row in part)
            lines.append(f"{network:11} {preset:25} {rate:7g} {tau:4} {count:3} of {len(part)} {worst:9.1e}")
    return "\n".join(lines)


def describe(case: Case) -> str:
    """One line for a case that stands out."""
    return (
        f"{case.network} {case.preset}, tau {case.tau}, P {case.paths}, {case.rate_mbps:g} Mbit/s: "
        f"{1e3 * case.makespan_s:.6f} ms, gap {case.gap:.2e}, {case.seconds:.2f} s, {case.cpu_seconds:.2f} s of CPU"
    )


def main() -> int:
    """Run the campaign."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", nargs="+", default=["alexnet", "squeezenet", "yolov2"])
    parser.add_argument("--paths", nargs="+", type=int, default=[4, 9, 16, 25, 36, 64])
    parser.add_argument("--rates", nargs="+", type=float, default=[1, 10, 100, 1000], help="Mbit/s")
    parser.add_argument("--presets", nargs="+", choices=[preset.name for preset in WORKER_PRESETS])
    parser.add_argument("--seconds", type=float, default=1.0, help="time limit of one case")
    parser.add_argument("--slow", type=float, default=1.1, help="list cases that took longer")
    parser.add_argument("--every", type=int, default=1, help="only every N-th case")
    parser.add_argument("--open-in", type=Path, help="only cases that this CSV does not call proven")
    parser.add_argument("-o", type=Path, dest="output", help="CSV of every case")
    args = parser.parse_args()

    warm_up()  # so that no case pays for it
    rows: list[Case] = []
    shown = time.monotonic()
    for row in cases(args):
        rows.append(row)
        if time.monotonic() - shown > 30:
            shown = time.monotonic()
            print(f"... {len(rows)} cases, {describe(row)}", file=sys.stderr, flush=True)
    if args.output:
        with args.output.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, [field.name for field in fields(Case)])
            writer.writeheader()
            writer.writerows(asdict(row) for row in rows)
    print(table(rows))
    print("\nWhere they are open:")
    print(where_open(rows))
    print("\nNot proven, or slow:")
    for row in rows:
        if not row.proven or row.seconds > args.slow:
            print(f"  {describe(row)}")
    bad = [row for row in rows if wrong(row)]
    for row in bad:
        print(f"WRONG: {describe(row)}")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
