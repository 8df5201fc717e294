"""Cancelling: how long the planner goes on after it is told to stop, at random moments of long plans.

    python -m tests.campaigns.cancel
    python -m tests.campaigns.cancel --cases 40 --seed 3

Time is CPU time of the planning thread from the moment of the cancellation, so that other load does not count; 50 ms
are allowed. What comes back must be a plan with a valid bound, cancelled or not.
"""

from __future__ import annotations

import argparse
import random
import threading
import time
from dataclasses import dataclass
from statistics import median

import numpy as np

from planner_core.importers import load_network
from planner_core.plan import PlanSet
from planner_core.planner import plan, warm_up
from planner_core.scenario import Scenario
from planner_core.stop import StopToken
from planner_core.system import WORKER_PRESETS, System
from planner_core.tiling import feasible_paths

ALLOWED_S = 0.05


@dataclass(frozen=True)
class Case:
    """One cancellation; `after_s` is None where the plan was done before."""

    scenario: Scenario
    at_s: float
    after_s: float | None
    sound: bool


def cancel_at(scenario: Scenario, at_s: float) -> Case:
    """Plan in a thread and cancel it after `at_s` seconds."""
    stop, read = StopToken(), threading.Event()
    found: list[PlanSet] = []
    ended: list[float] = []

    def work() -> None:
        found.append(plan(scenario, ("MW", "BF"), stop))
        ended.append(time.thread_time())
        read.wait()  # the clock of a thread that has ended must not be asked for

    thread = threading.Thread(target=work)
    thread.start()
    assert thread.ident is not None
    clock = time.pthread_getcpuclockid(thread.ident)
    thread.join(at_s)
    before = time.clock_gettime(clock)
    stop.cancel()
    read.set()
    thread.join()
    bf, mw = found[0].plans["BF"], found[0].plans["MW"]
    assert bf.lower_bound_s is not None
    sound = bf.lower_bound_s <= bf.makespan_s <= mw.makespan_s
    under_way = found[0].cancelled and before < ended[0]
    return Case(scenario, at_s, ended[0] - before if under_way else None, sound)


def scenarios(number: int, seed: int) -> list[Scenario]:
    """Random cells, and every fifth a search over a whole range."""
    rng = random.Random(seed)
    networks = [load_network(name) for name in ("alexnet", "squeezenet", "yolov2")]
    found: list[Scenario] = []
    while len(found) < number:
        network, preset = rng.choice(networks), rng.choice(WORKER_PRESETS)
        system = System(
            device_flops=10 ** rng.uniform(9, 11),
            rate_bps=10 ** rng.uniform(6, 9.3),
            device_workers=preset.device_workers,
            es_workers=preset.es_workers,
        )
        if len(found) % 5 == 4:
            found.append(Scenario(network, system))
            continue
        tau = rng.randrange(1, len(network) + 1)
        cuts = [p for p in feasible_paths(network, tau, 1024).tolist() if p >= 25]
        if cuts:
            found.append(Scenario(network, system, tau, rng.choice(cuts)))
    return found


def long_ones() -> list[Scenario]:
    """Cells that take BF at least some ten seconds, one with each kind of device workers."""
    network = load_network("yolov2")
    shared = System(device_flops=5e9, rate_bps=251.2e6, device_workers=1, es_workers=1)
    own = System(rate_bps=100e6, device_workers=None, es_workers=None)
    return [Scenario(network, shared, 32, 64), Scenario(network, own, 26, 64)]


def describe(case: Case) -> str:
    """One line."""
    scenario, system = case.scenario, case.scenario.system
    after = "done before" if case.after_s is None else f"{1e3 * case.after_s:.1f} ms"
    workers = [count or "inf" for count in (system.device_workers, system.es_workers)]
    return (
        f"{scenario.network.name}, workers {workers[0]}/{workers[1]}, tau {scenario.tau}, P {scenario.paths}, "
        f"{system.device_flops / 1e9:.3g} GFLOPS, {system.rate_bps / 1e6:.4g} Mbit/s, "
        f"cancelled after {1e3 * case.at_s:.0f} ms: {after}"
    )


def main() -> int:
    """Run the campaign."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--longest", type=float, default=1.5, help="latest moment of a cancellation, seconds")
    args = parser.parse_args()

    warm_up()
    rng = random.Random(args.seed + 1)
    rows = [
        cancel_at(scenario, args.longest * rng.random() ** 2) for scenario in scenarios(args.cases, args.seed)
    ]
    after = [1e3 * row.after_s for row in rows if row.after_s is not None]
    bad = [row for row in rows if not row.sound]
    if after:
        print(
            f"{len(after)} of {len(rows)} plans were under way: median {median(after):.1f} ms, "
            f"95 % {np.percentile(after, 95):.1f} ms, worst {max(after):.1f} ms of CPU to the end"
        )
    late = [row for row in rows if row.after_s is not None and row.after_s > ALLOWED_S]
    print(f"{len(late)} took more than {1e3 * ALLOWED_S:.0f} ms:")
    for row in sorted(late, key=lambda row: -(row.after_s or 0.0)):
        print(f"  {describe(row)}")
    for row in bad:
        print(f"WRONG bound or plan: {describe(row)}")
    return 1 if bad or late else 0


if __name__ == "__main__":
    raise SystemExit(main())
