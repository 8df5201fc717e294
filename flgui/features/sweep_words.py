"""What the sweep says in words, and small things that it asks of scenarios and networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from flgui.text import format_flops, format_percent, format_rate
from flgui.viewmodel.sweep import ChartModel
from planner_core.network.model import Network
from planner_core.scenario import Scenario
from planner_core.system import WORKER_PRESETS, WorkerPreset

__all__ = [
    "facts_text",
    "is_fixed",
    "open_text",
    "preset_of",
    "proof_text",
    "same_network",
    "with_workers",
    "workers_of",
]


def facts_text(scenario: Scenario, field: str, cap: int | None) -> str:
    """Say what is not varied; with `cap` tau and P are searched up to it, else as the scenario says."""
    system = scenario.system
    words = []
    if field != "device_flops":
        words.append(f"device {' '.join(format_flops(system.device_flops))}")
    if field != "es_flops":
        words.append(f"ES {' '.join(format_flops(system.es_flops))}")
    if field != "rate_bps":
        words.append(" ".join(format_rate(system.rate_bps)))
    words += [f"P ≤ {cap}"] if cap is not None else _cut_words(scenario, field)
    return " · ".join(words)


def is_fixed(scenario: Scenario, field: str) -> bool:
    """Whether MW and BF search nothing where `field` is varied."""
    tau = scenario.tau is not None or field == "tau"
    return tau and (scenario.paths is not None or scenario.grid is not None or field == "paths")


def same_network(one: Network, other: Network) -> bool:
    """Whether two networks are equal; most that are not are told apart at once."""
    return one is other or (hash(one) == hash(other) and one == other)


def workers_of(thing: Scenario | WorkerPreset) -> tuple[int | None, int | None]:
    """Device and ES workers."""
    system = thing.system if isinstance(thing, Scenario) else thing
    return system.device_workers, system.es_workers


def with_workers(scenario: Scenario, preset: WorkerPreset) -> Scenario:
    """Return the scenario under another worker model."""
    device, es = workers_of(preset)
    return replace(scenario, system=replace(scenario.system, device_workers=device, es_workers=es))


def preset_of(scenario: Scenario) -> int | None:
    """Return the number of the scenario's worker preset, if it has one."""
    found = [k for k, preset in enumerate(WORKER_PRESETS) if workers_of(preset) == workers_of(scenario)]
    return found[0] if found else None


def _cut_words(scenario: Scenario, field: str) -> list[str]:
    """Say what of tau and P is fixed."""
    words = []
    if scenario.tau is not None and field != "tau":
        words.append(f"τ {scenario.tau}")
    if field == "paths":
        return words
    if scenario.grid is not None:
        words.append(f"grid {scenario.grid[0]}×{scenario.grid[1]}")
    elif scenario.paths is not None:
        words.append(f"P {scenario.paths}")
    elif scenario.max_paths is not None:
        words.append(f"P ≤ {scenario.max_paths}")
    return words


def _gaps(charts: Sequence[ChartModel]) -> list[float]:
    return [float(chart.open_gap[k]) for chart in charts for k in chart.open_points()]


def open_text(charts: Sequence[ChartModel]) -> str:
    """Say how far the bounds are open, or nothing."""
    gaps = _gaps(charts)
    return f"BF bound open, gap ≤ {format_percent(max(gaps), 2)}" if gaps else ""


def proof_text(charts: Sequence[ChartModel]) -> str:
    """Say at how many points BF is proven, and how far the others are."""
    gaps = _gaps(charts)
    proven = sum(int(np.isfinite(chart.bf).sum()) for chart in charts) - len(gaps)
    if not proven and not gaps:
        return "no plan yet"
    rest = f", bound within {format_percent(max(gaps), 2)} at {len(gaps)}" if gaps else ""
    return f"BF proven optimal at {proven}{rest}"
