"""Searches over tau and P at full range: MW against a loop over every cell, BF with its proof and its time.

    python -m tests.campaigns.search --networks alexnet --seconds 60

The loop plans each cell by `minimise_waiting` over its own Tiling, with no bound and no table.
"""

from __future__ import annotations

import argparse
import time

from planner_core.costs import path_costs
from planner_core.importers import load_network
from planner_core.methods.mw import minimise_waiting
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.stop import StopToken
from planner_core.system import WORKER_PRESETS, System
from planner_core.tiling import Cell, Tiling, cut_extent
from planner_core.tiling.grid import grids_up_to

EQUAL = 1e-12


def loop(scenario: Scenario) -> tuple[float, Cell]:
    """The double loop: the last cell of those that share the least makespan."""
    network, system = scenario.network, scenario.system
    ends: list[tuple[float, Cell]] = []
    for tau in range(1, len(network) + 1):
        for _, rows, cols in grids_up_to(*cut_extent(network, tau), scenario.max_paths).tolist():
            costs = path_costs(Tiling(network, tau, rows, cols), system)
            end = minimise_waiting(costs, system)[2] + costs.tail
            ends.append((end, Cell(tau, rows, cols)))
    least = min(end for end, _ in ends)
    return [(end, cell) for end, cell in ends if end - least <= EQUAL * least][-1]


def main() -> int:
    """Run the campaign."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", nargs="+", default=["alexnet", "squeezenet", "yolov2"])
    parser.add_argument("--rates", nargs="+", type=float, default=[100], help="Mbit/s")
    parser.add_argument("--seconds", type=float, default=60.0, help="time limit of one BF search")
    parser.add_argument("--max-paths", type=int, help="cap on P")
    parser.add_argument("--no-loop", action="store_true", help="leave the loop over every cell out")
    args = parser.parse_args()

    plan(Scenario(load_network("alexnet"), System(), max_paths=4))  # compiles
    wrong = 0
    print(f"{'network':11} {'preset':25} {'Mbit/s':>7} {'MW':>12} {'MW search':>10} {'loop':>9}", end="")
    print(f" {'BF':>12} {'gap':>8} {'BF search':>10}")
    for name in args.networks:
        for rate in args.rates:
            for preset in WORKER_PRESETS:
                system = System(
                    rate_bps=rate * 1e6, device_workers=preset.device_workers, es_workers=preset.es_workers
                )
                scenario = Scenario(load_network(name), system, max_paths=args.max_paths)
                plans = plan(scenario, ("MW", "BF"), StopToken(args.seconds)).plans
                mw, bf = plans["MW"], plans["BF"]
                looped = "-"
                if not args.no_loop:
                    started = time.perf_counter()
                    end, cell = loop(scenario)
                    looped = f"{time.perf_counter() - started:.2f} s"
                    if (mw.tau, mw.rows, mw.cols, mw.makespan_s) != (cell.tau, cell.rows, cell.cols, end):
                        print(f"WRONG: the loop ends at {end!r} with {cell}")
                        wrong += 1
                print(
                    f"{name:11} {preset.name:25} {rate:7g} {1e3 * mw.makespan_s:9.3f} ms {mw.solve_s:8.2f} s"
                    f" {looped:>9} {1e3 * bf.makespan_s:9.3f} ms {bf.gap:8.1e} {bf.solve_s:8.2f} s",
                    flush=True,
                )
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
