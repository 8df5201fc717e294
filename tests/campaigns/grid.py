"""BF for given (tau, P) over networks, depths, paths, rates and worker presets: how much is proven, how fast.

    python -m tests.campaigns.grid --seconds 10 -o grid.csv

Prints a table by network and preset, and every case that is not proven or took longer than `--slow` seconds.
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
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.stop import StopToken
from planner_core.system import WORKER_PRESETS, System
from planner_core.tiling import feasible_paths

DEPTHS = 6


@dataclass(frozen=True)
class Case:
    """One row of the table; seconds are those of BF alone, MW's plan given."""

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
    mw_s: float


def depths(network: Network) -> list[int]:
    """Six tau, evenly spread over those that can be cut into 4 tiles at least."""
    open_taus = [tau for tau in range(1, len(network) + 1) if 4 in feasible_paths(network, tau, 4)]
    picks = np.linspace(0, len(open_taus) - 1, DEPTHS).round().astype(int)
    return sorted({open_taus[i] for i in picks})


def cases(args: argparse.Namespace) -> Iterator[Case]:
    """Plan every case in turn; infeasible P are left out."""
    for name in args.networks:
        network = load_network(name)
        for tau in depths(network):
            possible = set(feasible_paths(network, tau, max(args.paths)).tolist())
            for paths in sorted(possible.intersection(args.paths)):
                for rate in args.rates:
                    for preset in WORKER_PRESETS:
                        system = System(
                            rate_bps=rate * 1e6,
                            device_workers=preset.device_workers,
                            es_workers=preset.es_workers,
                        )
                        yield _case(Scenario(network, system, tau, paths), preset.name, args.seconds)


def _case(scenario: Scenario, preset: str, seconds: float) -> Case:
    plans = plan(scenario, ("MW", "BF"), StopToken(seconds)).plans
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
        bf.solve_s,
        mw.makespan_s,
    )


def wrong(case: Case) -> bool:
    """Whether the case breaks what must always hold."""
    return not (case.bound_s <= case.makespan_s <= case.mw_s)


def table(rows: list[Case]) -> str:
    """A line per network and preset, and one for all."""
    head = (
        f"{'network':11} {'preset':25} {'cases':>5} {'proven':>8} {'worst gap':>9} {'median':>9} {'worst':>9}"
    )
    lines = [head]
    keys = list(dict.fromkeys((row.network, row.preset) for row in rows))
    for network, preset in [*keys, ("all", "")]:
        part = [row for row in rows if (row.network, row.preset) == (network, preset)] if preset else rows
        share = 100 * sum(row.proven for row in part) / len(part)
        times = [1e3 * row.seconds for row in part]
        lines.append(
            f"{network:11} {preset:25} {len(part):5} {share:7.2f}% {max(row.gap for row in part):9.1e}"
            f" {median(times):6.1f} ms {max(times):6.0f} ms"
        )
    return "\n".join(lines)


def describe(case: Case) -> str:
    """One line for a case that stands out."""
    return (
        f"{case.network} {case.preset}, tau {case.tau}, P {case.paths}, {case.rate_mbps:g} Mbit/s: "
        f"{1e3 * case.makespan_s:.6f} ms, gap {case.gap:.2e}, {case.seconds:.2f} s"
    )


def main() -> int:
    """Run the campaign."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", nargs="+", default=["alexnet", "squeezenet", "yolov2"])
    parser.add_argument("--paths", nargs="+", type=int, default=[4, 9, 16, 25, 36, 64])
    parser.add_argument("--rates", nargs="+", type=float, default=[1, 10, 100, 1000], help="Mbit/s")
    parser.add_argument("--seconds", type=float, default=10.0, help="time limit of one case")
    parser.add_argument("--slow", type=float, default=1.0, help="list cases that took longer, in seconds")
    parser.add_argument("-o", type=Path, dest="output", help="CSV of every case")
    args = parser.parse_args()

    for preset in WORKER_PRESETS:  # compiles, so that no case pays for it
        plan(
            Scenario(
                load_network("alexnet"),
                System(10e9, 500e9, 10e6, preset.device_workers, preset.es_workers),
                7,
                9,
            )
        )
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
