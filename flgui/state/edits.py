"""Edits: one field of the scenario changes, the rest follows; imports no Qt.

A value that no System or Scenario takes raises InputError; one that this network cannot be cut into
raises InfeasibleError. Where an edit makes the chosen P or grid impossible, the nearest possible P is
taken and said.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np

from flgui.text import TIMES, count
from planner_core.errors import InfeasibleError
from planner_core.network.model import Network
from planner_core.plan import IntArray
from planner_core.scenario import Scenario
from planner_core.system import System
from planner_core.tiling import check_grid, check_paths, feasible_paths

__all__ = [
    "EDIT_TEXTS",
    "SLIDER_PATHS",
    "Edit",
    "apply_edit",
    "capitalised",
    "carry_over",
    "cell_count",
    "fit_to_network",
    "path_stops",
    "way_out",
]

SLIDER_PATHS = 36
"""End of the P slider where the scenario has no smaller cap; larger P are typed."""

_COUNTED = 4096

EDIT_TEXTS = {
    "device_flops": "device speed",
    "es_flops": "edge server speed",
    "rate_bps": "link rate",
    "device_workers": "device workers",
    "es_workers": "edge server workers",
    "workers": "worker model",
    "bits_per_element": "bits per element",
    "transfer_overhead_s": "transfer overhead",
    "tau": "fused layers",
    "paths": "tiles",
    "grid": "grid",
    "max_paths": "largest P",
}

_SYSTEM_FIELDS = frozenset(f.name for f in fields(System))


@dataclass(frozen=True, slots=True)
class Edit:
    """The scenario after an edit, and one sentence on what else had to change, if anything."""

    scenario: Scenario
    note: str | None = None


def apply_edit(scenario: Scenario, name: str, value: Any) -> Edit:
    """Return the scenario with field `name` set to `value`.

    `name` is a field of System, "workers" with a pair (device, ES), or "tau", "paths", "grid", "max_paths".
    """
    if name in _SYSTEM_FIELDS:
        return Edit(replace(scenario, system=replace(scenario.system, **{name: value})))
    if name == "workers":
        device, es = value
        system = replace(scenario.system, device_workers=device, es_workers=es)
        return Edit(replace(scenario, system=system))
    if name == "tau":
        return _with_tau(scenario, value)
    if name == "paths":
        return Edit(_with_paths(scenario, value))
    if name == "grid":
        return Edit(_with_grid(scenario, value))
    if name == "max_paths":
        return Edit(replace(scenario, max_paths=value))
    raise KeyError(name)


def path_stops(scenario: Scenario) -> IntArray:
    """Return the feasible P that the P slider stops at, ascending; with tau on Auto those of any tau."""
    cap = min(SLIDER_PATHS, scenario.max_paths or SLIDER_PATHS)
    chosen = _chosen_paths(scenario)
    return _feasible(scenario.network, scenario.tau, max(cap, chosen or 1), cap, chosen)


@lru_cache(maxsize=32)
def cell_count(network: Network, tau: int | None, max_paths: int | None) -> int:
    """Return how many feasible (tau, P) a search goes over; 0 where counting them would take too long."""
    if max_paths is None or max_paths > _COUNTED:
        return 0
    taus = (tau,) if tau is not None else range(1, len(network) + 1)
    return sum(len(feasible_paths(network, t, max_paths)) for t in taus)


def way_out(scenario: Scenario, name: str, value: Any) -> tuple[str, Any, str] | None:
    """Return the edit (field, value) nearest to a refused one that is feasible, and its words on a button."""
    if name not in ("paths", "grid"):
        return None
    wanted = value if name == "paths" else value[0] * value[1]
    taus = (scenario.tau,) if scenario.tau is not None else range(1, len(scenario.network) + 1)
    found = np.unique(np.concatenate([feasible_paths(scenario.network, t, 2 * wanted) for t in taus]))
    if not len(found):
        return None
    nearest = int(found[np.abs(found - wanted).argmin()])
    return ("paths", nearest, f"Use P {nearest}")


def fit_to_network(scenario: Scenario, network: Network) -> Edit:
    """Return the scenario for another network; a tau, P or grid that it does not have goes back to Auto."""
    free = replace(scenario, network=network, tau=None, paths=None, grid=None)
    if scenario.tau is None and scenario.paths is None and scenario.grid is None:
        return Edit(free)
    return Edit(free, "τ and P are on Auto again.")


def carry_over(scenario: Scenario, network: Network) -> Edit:
    """Return the scenario for a changed network, with its tau, P and grid where that can still be cut so."""
    try:
        moved = replace(scenario, network=network)
        if moved.grid is not None:
            _with_grid(moved, moved.grid)
        elif moved.paths is not None:
            _check_paths_any(moved, moved.paths)
    except InfeasibleError:
        return fit_to_network(scenario, network)
    return Edit(moved)


def capitalised(text: str) -> str:
    """Begin a sentence with a capital, but leave the symbol τ alone."""
    return text if text.startswith("τ") else text[:1].upper() + text[1:]


def _with_tau(scenario: Scenario, tau: int | None) -> Edit:
    moved = replace(scenario, tau=tau)
    chosen = _chosen_paths(scenario)
    if tau is None or chosen is None:
        return Edit(moved)
    try:
        if scenario.grid is not None:
            check_grid(scenario.network, tau, *scenario.grid)
        else:
            check_paths(scenario.network, tau, chosen)
    except InfeasibleError as error:
        stops = feasible_paths(scenario.network, tau, chosen)
        nearest = int(stops[-1])  # all are <= chosen, and the largest is the nearest
        fitted = replace(moved, paths=nearest, grid=None)
        return Edit(
            fitted,
            f"{_sentence(error)} {count(nearest, 'tile')} are used instead."
            if nearest > 1
            else f"{_sentence(error)} One tile is used instead.",
        )
    return Edit(moved)


def _with_paths(scenario: Scenario, paths: int | None) -> Scenario:
    if paths is not None:
        _check_paths_any(scenario, paths)
    return replace(scenario, paths=paths, grid=None)


def _with_grid(scenario: Scenario, grid: tuple[int, int] | None) -> Scenario:
    if grid is None:
        chosen = _chosen_paths(scenario)
        return replace(scenario, paths=chosen, grid=None)
    taus = (scenario.tau,) if scenario.tau is not None else range(1, len(scenario.network) + 1)
    _first_feasible(
        taus, lambda tau: check_grid(scenario.network, tau, *grid), f"grid {grid[0]}{TIMES}{grid[1]}"
    )
    return replace(scenario, paths=None, grid=grid)


def _check_paths_any(scenario: Scenario, paths: int) -> None:
    if paths < 1:
        raise InfeasibleError(f"P {paths} is below 1")
    taus = (scenario.tau,) if scenario.tau is not None else range(1, len(scenario.network) + 1)
    _first_feasible(taus, lambda tau: check_paths(scenario.network, tau, paths), f"P {paths}")


def _first_feasible(taus: Any, check: Any, what: str) -> None:
    """Return when any tau passes `check`; with one tau its own error, else one for all of them."""
    last: InfeasibleError | None = None
    taus = tuple(taus)
    for tau in taus:
        try:
            check(tau)
        except InfeasibleError as error:
            last = error
        else:
            return
    if len(taus) == 1 and last is not None:
        raise last
    raise InfeasibleError(f"{what} cannot be cut at any tau of this network")


def _feasible(network: Network, tau: int | None, most: int, cap: int, chosen: int | None) -> IntArray:
    taus = (tau,) if tau is not None else range(1, len(network) + 1)
    found = np.sort(np.concatenate([feasible_paths(network, t, most) for t in taus]))
    found = found[np.diff(found, prepend=-1) > 0]  # np.unique loads numpy.ma, in the middle of a start
    kept: IntArray = found[(found <= cap) | (found == (chosen or 1))]
    return kept


def _chosen_paths(scenario: Scenario) -> int | None:
    if scenario.grid is not None:
        return scenario.grid[0] * scenario.grid[1]
    return scenario.paths


def _sentence(error: InfeasibleError) -> str:
    text = str(error).replace("tau ", "τ ")
    return capitalised(text) + ("" if text.endswith(".") else ".")
