"""What the window writes of a scenario and its plans: worker model, proof, progress; imports no Qt of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from flgui.state.edits import cell_count
from flgui.state.store import Progress
from flgui.text import format_percent, format_time, join
from planner_core.plan import Plan, PlanSet
from planner_core.scenario import Scenario
from planner_core.system import WORKER_PRESETS, System
from planner_core.tiling import auto_grid, cut_extent

__all__ = ["grid_shown", "progress_text", "proof_text", "same", "shared_cut", "worker_text"]


def worker_text(system: System) -> str:
    """Name the worker model and the bits per element."""
    name = next(
        (
            preset.name
            for preset in WORKER_PRESETS
            if (preset.device_workers, preset.es_workers) == (system.device_workers, system.es_workers)
        ),
        None,
    )
    model = (
        f"{name} model" if name else f"{_count(system.device_workers)} + {_count(system.es_workers)} workers"
    )
    return f"{model}, {system.bits_per_element} bit per element"


def proof_text(planset: PlanSet | None) -> str:
    """Say what is proven of BF's plan, and over what."""
    best = planset.plans.get("BF") if planset is not None else None
    if planset is None or best is None:
        return ""
    scenario = planset.scenario
    chosen = scenario.paths is not None or scenario.grid is not None
    cap = "" if chosen or scenario.max_paths is None else f", P ≤ {scenario.max_paths}"
    if best.optimal and chosen:
        where = "every τ" if scenario.tau is None else f"τ {best.tau}"
        any_grid = scenario.tau is None and scenario.grid is None  # each τ has an automatic grid of its own
        what = f"P {best.paths}" if any_grid else f"grid {best.rows}×{best.cols}"
        return f"BF proven for {where}, {what}"
    if best.optimal:
        cells = cell_count(scenario.network, scenario.tau, scenario.max_paths)
        return f"BF proven on all {cells} feasible (τ, P){cap}" if cells else f"BF proven optimal{cap}"
    if best.lower_bound_s is None:
        return ""
    if best.lower_bound_s <= 0:
        return f"BF not proven: no bound was found in the time{cap}"
    gap = format_percent(best.gap or 0.0, 2)
    return f"BF within {gap} of its bound {join(format_time(best.lower_bound_s))}{cap}"


def progress_text(progress: Progress | None) -> str:
    """Say how far the search is, and its best plan so far."""
    if progress is None:
        return ""
    best = f" · best so far {join(format_time(progress.best_s))}" if np.isfinite(progress.best_s) else ""
    return f"{progress.done} of {progress.total} (τ, P){best}"


def grid_shown(scenario: Scenario, best: Plan | None, tau: int | None) -> tuple[int, int] | None:
    """Return the grid that the strip shows: the scenario's own, the automatic one of its P, or that of BF's plan."""
    if scenario.grid is not None:
        return scenario.grid
    if scenario.paths is not None and tau is not None:
        grid = auto_grid(scenario.paths, *cut_extent(scenario.network, tau))
        if grid is not None:
            return grid
    return (best.rows, best.cols) if best is not None else None


def shared_cut(plan: Plan | None, paths: Sequence[int]) -> int | None:
    """Offloading layer of the selected paths, or of all where none is, when they share it."""
    if plan is None:
        return None
    offload = plan.offload[list(paths)] if paths else plan.offload
    first = int(offload[0])
    return first if bool((offload == first).all()) else None


def same(a: Any, b: Any) -> bool:
    """Whether two values, or the values of two tuples, are the same object or equal."""
    if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        return all(same(x, y) for x, y in zip(a, b, strict=True))
    return a is b or bool(a == b)


def _count(workers: int | None) -> str:
    return "∞" if workers is None else str(workers)
