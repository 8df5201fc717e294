"""What the parts of the benchmark share: options, sections, tables, clocks and the cases' networks."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from statistics import median

import numpy as np

from planner_core.importers import load_network
from planner_core.network.model import Network
from planner_core.system import System, WorkerPreset
from planner_core.tiling import feasible_paths

__all__ = [
    "NETWORKS",
    "Clock",
    "Options",
    "Section",
    "depths",
    "forget_geometry",
    "machine",
    "median_of",
    "networks",
    "percentile",
    "say",
    "system_of",
    "table",
    "time_text",
]

NETWORKS = ("alexnet", "squeezenet", "yolov2")
DEPTHS = 6


@dataclass(frozen=True)
class Options:
    """How much is measured.

    Attributes
    ----------
    seconds : float
        Limit of one case.
    quick : bool
        A smoke run on AlexNet: says that the benchmark works, nothing else.
    full : bool
        Part (a) over all its cases.
    seed : int
        Draws the sample of part (a).
    """

    seconds: float = 30.0
    quick: bool = False
    full: bool = False
    seed: int = 1


@dataclass
class Section:
    """One part's result.

    Attributes
    ----------
    key, title : str
    body : list of str
        Paragraphs and tables of Markdown.
    claims : list of (str, bool)
        What issue and README promise, with the measured figure, and whether it is met.
    failures : list of str
        Wrong answers; any of them fails the run.
    """

    key: str
    title: str
    body: list[str] = field(default_factory=list)
    claims: list[tuple[str, bool]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def text(self) -> str:
        """The section in Markdown."""
        lines = [f"## ({self.key}) {self.title}"]
        if self.failures:
            lines.append("\n".join(f"- **WRONG**: {text}" for text in self.failures))
        if self.claims:
            lines.append(
                "\n".join(f"- {'Met' if met else '**Not met**'}: {text}" for text, met in self.claims)
            )
        return "\n\n".join([*lines, *self.body])


class Clock:
    """Wall and CPU seconds of a `with` block; CPU is that of the whole process."""

    def __enter__(self) -> Clock:
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall = time.perf_counter() - self._wall
        self.cpu = time.process_time() - self._cpu


def networks(options: Options) -> list[Network]:
    """The networks to measure."""
    return [load_network(name) for name in (NETWORKS[:1] if options.quick else NETWORKS)]


def depths(network: Network) -> list[int]:
    """Six tau, evenly spread over those that can be cut into at least 4 tiles."""
    taus = [tau for tau in range(1, len(network) + 1) if 4 in feasible_paths(network, tau, 4)]
    return sorted({taus[i] for i in np.linspace(0, len(taus) - 1, DEPTHS).round().astype(int)})


def system_of(preset: WorkerPreset, rate_mbps: float = 100.0, device_gflops: float = 5.0) -> System:
    """The default system with these workers, rate and device speed."""
    return System(
        device_flops=device_gflops * 1e9,
        rate_bps=rate_mbps * 1e6,
        device_workers=preset.device_workers,
        es_workers=preset.es_workers,
    )


def forget_geometry() -> None:
    """Empty every cache of the planner, as if the process had just started (its code stays compiled)."""
    for name, module in list(sys.modules.items()):
        if name.startswith("planner_core"):
            for thing in vars(module).values():
                clear = None if isinstance(thing, type) else getattr(thing, "cache_clear", None)
                if callable(clear):
                    clear()


def median_of(values: Iterable[float]) -> float:
    """Median, or NaN of nothing."""
    found = list(values)
    return median(found) if found else float("nan")


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of `values` do not exceed."""
    return sorted(values)[max(0, int(np.ceil(share * len(values))) - 1)]


def time_text(seconds: float) -> str:
    """Seconds for a person."""
    if not np.isfinite(seconds):
        return "–"
    if seconds < 1:
        return f"{1e3 * seconds:.3g} ms"
    return f"{seconds:.3g} s" if seconds < 1000 else f"{seconds:.0f} s"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; the first column is text, the others are numbers."""
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def machine() -> str:
    """Facts of the machine: cores, load and versions."""
    packages = []
    for name in ("numpy", "numba", "highspy", "PySide6-Essentials", "ortools"):
        try:
            packages.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            packages.append(f"no {name}")
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load {load}; "
        f"Python {platform.python_version()}, {', '.join(packages)}"
    )


def say(text: str) -> None:
    """Progress, beside the table."""
    print(text, file=sys.stderr, flush=True)
