"""`flplan plan`."""

from __future__ import annotations

import threading
from argparse import Namespace
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from planner_core.assemble import cut_times
from planner_core.cli.formatting import bits_text, printable, significant, table, time_text
from planner_core.cli.networks import headline, load, unknown_text
from planner_core.cli.scenarios import blame_cut, check_output, scenario
from planner_core.errors import Cancelled, InputError
from planner_core.export.chrome_trace import write_chrome_trace
from planner_core.export.plan_json import write_plan
from planner_core.plan import METHODS, Plan, PlanSet
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.stop import StopToken
from planner_core.system import System
from planner_core.tiling import Tiling

__all__ = ["plan_command", "plan_text"]

_T = TypeVar("_T")

_HEAD = ["method", "tau", "P", "grid", "makespan", "over NFL", "bound", "gap", "proof", "sent", "solved in"]
_LEFT = ["method", "proof"]


def plan_command(options: Namespace) -> int:
    """Plan, print the table, and write the file that is asked for."""
    if options.format is not None and options.output is None:
        raise InputError("it says what -o writes, which is missing", "--format")
    if options.output is not None:
        check_output(options)
    network = load(options)
    request = scenario(options, network)
    stop = StopToken(seconds=options.time_limit)
    with blame_cut(options, network):
        try:
            planset = _interruptible(lambda: plan(request, methods=options.methods, stop=stop), stop)
        except Cancelled as error:
            raise InputError(str(error), "--time-limit") from None
    if options.output is not None:
        write = write_chrome_trace if options.format == "chrome-trace" else write_plan
        write(planset, options.output)
    print(plan_text(planset))
    if stop:
        print("Stopped by --time-limit: these are the best plans known by then.")
    if options.output is not None:
        print(f"Written to {printable(options.output)}")
    return 0


def _interruptible(work: Callable[[], _T], stop: StopToken) -> _T:
    """Call `work` beside the main thread, which alone hears of Ctrl+C while compiled code runs."""
    found: list[_T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            found.append(work())
        except BaseException as error:  # raised again below
            failed.append(error)

    thread = threading.Thread(target=run, name="plan", daemon=True)
    try:
        thread.start()
        thread.join()
    except KeyboardInterrupt:
        stop.cancel()
        if thread.is_alive():
            thread.join(timeout=2)  # a clean end where the search soon looks at the token
        raise
    if failed:
        raise failed[0]
    return found[0]


def plan_text(planset: PlanSet) -> str:
    """Return what `flplan plan` prints of `planset`."""
    request = planset.scenario
    nfl = float(cut_times(request.network, request.system).min())
    plans = [planset.plans[method] for method in METHODS if method in planset.plans]
    rows = [_row(p, nfl) for p in plans]
    rows += _baselines(planset, nfl)
    unknown = unknown_text(request.network)
    lines = [
        headline(request.network),
        *([] if unknown is None else [unknown]),
        _system_text(request.system),
        "",
        table(_HEAD, rows, _LEFT),
        "",
        *(_sent_text(request, p) for p in plans),
    ]
    return "\n".join(lines)


def _row(found: Plan, nfl: float) -> list[str]:
    bound, gap, proof = "-", "-", "-"
    if found.lower_bound_s is not None and found.gap is not None:
        bound = time_text(found.lower_bound_s)
        gap = "0 %" if found.optimal else f"{significant(100 * found.gap)} %"
        proof = "proven optimal" if found.optimal else "not proven"
    return [
        found.method,
        str(found.tau),
        str(found.paths),
        f"{found.rows}x{found.cols}",
        time_text(found.makespan_s),
        _speed_up(nfl, found.makespan_s),
        bound,
        gap,
        proof,
        bits_text(float(found.bits.sum())),
        time_text(found.solve_s),
    ]


def _baselines(planset: PlanSet, nfl: float) -> list[list[str]]:
    network, system = planset.scenario.network, planset.scenario.system
    whole = Tiling.of(network, len(network), 1, 1)
    bits = float(whole.elements[0, 0]) * system.bits_per_element
    found = []
    for name, makespan, sent in (
        ("device-only", planset.device_only_s, 0.0),
        ("ES-only", planset.es_only_s, bits),
    ):
        ratio = _speed_up(nfl, makespan)
        cut = [str(len(network)), "1", "1x1"]
        found.append([name, *cut, time_text(makespan), ratio, "-", "-", "-", bits_text(sent), "-"])
    return found


def _speed_up(nfl: float, makespan: float) -> str:
    return f"{significant(nfl / makespan)}x" if makespan > 0 else "-"


def _system_text(system: System) -> str:
    overhead = system.transfer_overhead_s
    parts = [
        f"device {significant(system.device_flops / 1e9)} GFLOP/s x {_workers(system.device_workers)}",
        f"ES {significant(system.es_flops / 1e9)} GFLOP/s x {_workers(system.es_workers)}",
        f"link {significant(system.rate_bps / 1e6)} Mbit/s"
        + (f" + {time_text(overhead)} per transfer" if overhead else ""),
        f"{system.bits_per_element} bits per element",
    ]
    return ", ".join(parts)


def _workers(count: int | None) -> str:
    return "unlimited" if count is None else f"{count} {'worker' if count == 1 else 'workers'}"


def _sent_text(request: Scenario, found: Plan) -> str:
    """Return what the paths of a plan send, by offloading layer."""
    tiling = Tiling.of(request.network, found.tau, found.rows, found.cols)
    parts = []
    for o in np.unique(found.offload).tolist():
        mine = found.offload == o
        count = int(mine.sum())
        who = f"{count} {'path' if count == 1 else 'paths'} split at {o}"
        used = mine & found.schedule.link_used
        names = [name for name, boxes in tiling.crossing(o) if boxes[used].any()]
        verb = "sends" if count == 1 else "send"
        sent = f"{', '.join(names)} ({bits_text(float(found.bits[mine].sum()))})" if names else "nothing"
        parts.append(f"{who} {verb} {sent}")
    return printable(f"{found.method}: {'; '.join(parts)}.")
