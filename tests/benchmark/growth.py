"""Part (d): time and memory as P grows to 16,384 and as the network grows to 1,000 layers."""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
from multiprocessing import get_context
from pathlib import Path

from planner_core.importers import load_network
from planner_core.network.model import POINTWISE, Layer, Network, TensorSpec, Window
from planner_core.plan import OPTIMAL_GAP
from planner_core.planner import plan, warm_up
from planner_core.scenario import Scenario
from planner_core.stop import StopToken
from planner_core.system import WORKER_PRESETS, WorkerPreset
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

__all__ = ["chain", "dense", "run"]

PATHS = (16, 64, 256, 1024, 4096, 16384)
LARGE = (256, 1024)
RATES_MBPS = (1.0, 10.0, 100.0, 1000.0)
LARGE_GAP = 1e-3
LAYERS = (10, 30, 100, 300, 1000)
BF_LIMIT_S = 1.0
SEARCH_LIMIT_S = 10.0
SEARCH_CAP = 16


@dataclass(frozen=True)
class Large:
    """One (tau, P) with many paths, BF stopped after its limit."""

    scenario: Scenario
    preset: str
    seconds: float
    gap: float

    def __str__(self) -> str:
        cell = f"tau {self.scenario.tau}, P {self.scenario.paths}, {self.scenario.system.rate_bps / 1e6:g} Mbit/s"
        return f"{self.scenario.network.name}, {self.preset}, {cell}: gap {self.gap:.1e}, {time_text(self.seconds)}"


@dataclass(frozen=True)
class Row:
    """One measurement, made in a process of its own.

    Attributes
    ----------
    geometry_s, mw_s, bf_s : float
        Regions and classes of all tiles; MW; BF up to its limit.
    gap : float
        What BF leaves open.
    search_s, search_gap : float
        MW and BF search, if asked for; else 0.
    start_mb, peak_mb : float
        Memory of the process before, code and compiled kernels, and at its peak.
    """

    name: str
    preset: str
    size: int
    classes: int
    geometry_s: float
    mw_s: float
    bf_s: float
    gap: float
    search_s: float
    search_gap: float
    start_mb: float
    peak_mb: float


def run(options: Options) -> Section:
    """Measure, and write the section."""
    section = Section("d", "Growth of time and memory")
    by_paths: list[Row] = []
    by_layers: list[Row] = []
    for make, found in ((_path_jobs, by_paths), (_layer_jobs, by_layers)):
        for job in make(options):
            # A new process for each: the peak is that of one row, and nothing is kept from the last.
            with ProcessPoolExecutor(1, get_context("spawn")) as pool:
                found.append(pool.submit(measure, *job).result())
            say(f"d: {found[-1]}")
    large = list(_large(options))
    say("\n".join(f"d: {case}" for case in large if case.gap > LARGE_GAP))
    section.claims = list(_claims(large))
    longest = max(by_layers, key=lambda row: row.search_s)
    text = f"searches that are stopped after {SEARCH_LIMIT_S:g} s end at most 1 s later: the longest took"
    text += f" {time_text(longest.search_s)} ({longest.name}, {longest.size} layers)"
    section.claims.append((text, longest.search_s <= SEARCH_LIMIT_S + 1))
    section.body = [
        f"Each row in a process of its own, code compiled before; BF gets {BF_LIMIT_S:g} s, MW's plan to start from, "
        "and is stopped then. Memory is that of the whole process, start and peak. **P grows**: yolov2 at tau 2, "
        "100 Mbit/s.",
        _paths_table(by_paths),
        f"**P = {' and '.join(map(str, LARGE))}** where six depths of the three networks allow it, at 1, 10, 100 and "
        f"1000 Mbit/s; BF stopped after {BF_LIMIT_S:g} s.",
        _large_table(large),
        _large_list(large),
        "**The network grows**: a chain of 3x3 convolutions and four poolings, and blocks as in DenseNet (every layer "
        "reads all before it in its block of 50), P = 16, half of the layers fused; then MW and BF search over every "
        f"tau and P up to {SEARCH_CAP}, stopped after {SEARCH_LIMIT_S:g} s. Workers: {WORKER_PRESETS[0].name}.",
        _layers_table(by_layers),
    ]
    return section


def measure(
    name: str, network: Network, preset: WorkerPreset, size: int, scenario: Scenario, search: bool
) -> Row:
    """Measure one row, in this process."""
    warm_up()
    start = _memory_mb()
    assert scenario.tau is not None
    assert scenario.paths is not None
    with Clock() as geometry:
        grid = auto_grid(scenario.paths, *cut_extent(network, scenario.tau))
        assert grid is not None
        tiling = Tiling.of(network, scenario.tau, *grid)
    plans = plan(scenario, ("MW", "BF"), StopToken(BF_LIMIT_S)).plans
    bf = plans["BF"]
    assert bf.gap is not None
    search_s = search_gap = 0.0
    if search:
        everywhere = Scenario(network, scenario.system, max_paths=SEARCH_CAP)
        with Clock() as clock:
            best = plan(everywhere, ("MW", "BF"), StopToken(SEARCH_LIMIT_S)).plans["BF"]
        assert best.gap is not None
        search_s, search_gap = clock.wall, best.gap
    return Row(
        name,
        preset.name,
        size,
        len(tiling.device_flop),
        geometry.wall,
        plans["MW"].solve_s,
        bf.solve_s,
        bf.gap,
        search_s,
        search_gap,
        start,
        _memory_mb(),
    )


def chain(layers: int) -> Network:
    """A chain of `layers` layers: 3x3 convolutions of 16 channels, and a pooling after each fifth of them."""
    every = max(2, layers // 5)
    made, shape, before = [], (16, 128, 128), "input"
    for v in range(1, layers + 1):
        pool = v % every == 0 and shape[1] > 8
        made.append(_step(f"layer{v}", (before,), shape, pool))
        before, shape = made[-1].name, made[-1].shape
    return Network(f"chain{layers}", (TensorSpec("input", (16, 128, 128)),), tuple(made))


def dense(layers: int) -> Network:
    """Blocks as in DenseNet: 3x3 convolutions of 8 channels that read all before them in their block."""
    made: list[Layer] = []
    block, shape, block_size = ["input"], (8, 128, 128), 50
    channels = [8]
    for v in range(1, layers + 1):
        if v % (2 * block_size) == 0 and shape[1] > 8:
            made.append(_step(f"pool{v}", (block[-1],), shape, True))
            shape, block, channels = made[-1].shape, [made[-1].name], [made[-1].shape[0]]
        elif len(made) and made[-1].op == "Concat":
            joined = made[-1]
            made.append(_step(f"conv{v}", (joined.name,), (8, *shape[1:]), False, joined.shape[0]))
            block, channels = [*block, made[-1].name], [*channels, 8]
        else:
            if len(block) > block_size:
                block, channels = block[-1:], channels[-1:]
            wide = (sum(channels), *shape[1:])
            made.append(Layer(f"concat{v}", "Concat", tuple(block), wide, 0.0, 0, POINTWISE))
    return Network(f"dense{layers}", (TensorSpec("input", (8, 128, 128)),), tuple(made))


def _step(
    name: str, inputs: tuple[str, ...], shape: tuple[int, int, int], pool: bool, reads: int = 0
) -> Layer:
    c, h, w = shape
    if pool:
        return Layer(
            name, "MaxPool", inputs, (c, h // 2, w // 2), float(c * h * w), 0, Window((2, 2), (2, 2))
        )
    macs = 9 * (reads or c) * c * h * w
    return Layer(name, "Conv", inputs, shape, 2.0 * macs, macs, Window((3, 3), padding=(1, 1, 1, 1)))


Job = tuple[str, Network, WorkerPreset, int, Scenario, bool]


def _path_jobs(options: Options) -> Iterator[Job]:
    network = load_network("yolov2")
    for preset in WORKER_PRESETS[:1] if options.quick else WORKER_PRESETS:
        for paths in PATHS[:1] if options.quick else PATHS:
            yield "yolov2", network, preset, paths, Scenario(network, system_of(preset), 2, paths), False


def _layer_jobs(options: Options) -> Iterator[Job]:
    makers: tuple[tuple[str, Callable[[int], Network]], ...] = (("chain", chain), ("DenseNet-like", dense))
    for name, make in makers[1:] if options.quick else makers:
        for layers in LAYERS[:1] if options.quick else LAYERS:
            network, preset = make(layers), WORKER_PRESETS[0]
            yield name, network, preset, layers, Scenario(network, system_of(preset), layers // 2, 16), True


def _large(options: Options) -> Iterator[Large]:
    for paths in () if options.quick else LARGE:
        for network in networks(options):
            taus = [tau for tau in depths(network) if auto_grid(paths, *cut_extent(network, tau))]
            for tau, preset, rate in product(taus, WORKER_PRESETS, RATES_MBPS):
                scenario = Scenario(network, system_of(preset, rate), tau, paths)
                bf = plan(scenario, ("MW", "BF"), StopToken(BF_LIMIT_S)).plans["BF"]
                assert bf.gap is not None
                yield Large(scenario, preset.name, bf.solve_s, bf.gap)


def _claims(large: list[Large]) -> Iterator[tuple[str, bool]]:
    if large:
        worst, met = max(case.gap for case in large), sum(case.gap <= LARGE_GAP for case in large)
        text = f"P in {', '.join(map(str, LARGE))}: gap at most 1e-3 within {BF_LIMIT_S:g} s in {met} of {len(large)}"
        yield f"{text} cases; worst {worst:.1e}", worst <= LARGE_GAP


def _large_table(large: list[Large]) -> str:
    rows = []
    for key in dict.fromkeys((case.scenario.paths, case.preset) for case in large):
        part = [case for case in large if (case.scenario.paths, case.preset) == key]
        times = [case.seconds for case in part]
        counts = [sum(case.gap <= limit for case in part) for limit in (OPTIMAL_GAP, LARGE_GAP)]
        rows.append([key[0], key[1], len(part), *counts, _gap_text(max(case.gap for case in part))])
        rows[-1] += [time_text(median_of(times)), time_text(max(times))]
    return table(["P", "workers", "cases", "proven", "gap ≤ 1e-3", "worst gap", "median", "worst"], rows)


def _large_list(large: list[Large]) -> str:
    lines = [f"- {case}" for case in sorted(large, key=lambda c: -c.gap) if case.gap > LARGE_GAP]
    return f"Gaps above 1e-3: {len(lines)}" + ("; the widest:\n\n" + "\n".join(lines[:20]) if lines else ".")


def _gap_text(gap: float) -> str:
    return "proven" if gap <= OPTIMAL_GAP else f"{gap:.1e}"


def _paths_table(rows: list[Row]) -> str:
    head = ["workers", "P", "classes", "geometry", "MW", "BF", "gap", "memory: start", "peak"]
    return table(
        head,
        [[row.preset, row.size, row.classes, *_common(row), *_memory(row)] for row in rows],
    )


def _layers_table(rows: list[Row]) -> str:
    head = [
        "network",
        "layers",
        "geometry",
        "MW",
        "BF",
        "gap",
        "search",
        "gap of search",
        "memory: start",
        "peak",
    ]
    return table(
        head,
        [
            [
                row.name,
                row.size,
                *_common(row),
                time_text(row.search_s),
                _gap_text(row.search_gap),
                *_memory(row),
            ]
            for row in rows
        ],
    )


def _common(row: Row) -> list[str]:
    return [*map(time_text, (row.geometry_s, row.mw_s, row.bf_s)), _gap_text(row.gap)]


def _memory(row: Row) -> list[str]:
    return [f"{row.start_mb:.0f} MB", f"{row.peak_mb:.0f} MB"]


def _memory_mb() -> float:
    """Peak of this process so far; Linux's getrusage would count the parent before exec, too."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
