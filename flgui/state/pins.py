"""Pins: scenarios with their plans, kept beside one another under a name; values, imports no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flgui.text import count, format_rate, format_time, join
from planner_core.plan import METHODS, Method, Plan, PlanSet
from planner_core.scenario import Scenario
from planner_core.zoo import BUNDLED

__all__ = [
    "Pin",
    "Pins",
    "annotated",
    "default_note",
    "free_name",
    "moved",
    "proposed_name",
    "renamed",
    "without",
]

_SAME = 1e-9


@dataclass(frozen=True, eq=False, slots=True)
class Pin:
    """A scenario and its plans as they stood when they were pinned.

    Parameters
    ----------
    name : str
        Unique among the pins of a window.
    note : str
        One sentence that a presentation says of it.
    planset : PlanSet
        The scenario is in it.
    method : "NFL", "MW" or "BF"
        The plan that filled network and tiles.
    path : int or None
        The selected path of that plan; of several the one picked last.
    origin : str
        File that the plans came from, where its question is wider than it says; else empty.
    more : tuple of int
        Further selected paths, in the order in which they were picked.
    """

    name: str
    note: str
    planset: PlanSet
    method: Method = "BF"
    path: int | None = None
    origin: str = ""
    more: tuple[int, ...] = ()

    @property
    def scenario(self) -> Scenario:
        """What was planned."""
        return self.planset.scenario

    @property
    def plan(self) -> Plan | None:
        """The plan of `method`; None where it was not planned."""
        return self.planset.plans.get(self.method)


Pins = tuple[Pin, ...]


def proposed_name(scenario: Scenario) -> str:
    """Return a name from what is varied most: the network and the link rate."""
    name = scenario.network.name
    title = BUNDLED[name].title if name in BUNDLED else name
    return f"{title}, {join(format_rate(scenario.system.rate_bps))}".replace("\u00a0", " ")


def free_name(wanted: str, pins: Sequence[Pin]) -> str:
    """Return `wanted`, with a number behind it where another pin has that name."""
    taken = {pin.name for pin in pins}
    name, number = wanted, 2
    while name in taken:
        name = f"{wanted} ({number})"
        number += 1
    return name


def default_note(planset: PlanSet) -> str:
    """Return one sentence on what fusing gains: "BF needs 27.52 ms instead of 45.70 ms"."""
    nfl = planset.plans.get("NFL")
    best = next((planset.plans[m] for m in reversed(METHODS) if m in planset.plans), None)
    if best is None:
        return ""
    needs = f"{best.method} needs {join(format_time(best.makespan_s))}"
    if nfl is None or best is nfl:
        return needs
    if abs(nfl.makespan_s - best.makespan_s) <= _SAME * nfl.makespan_s:
        return f"Fused layers gain nothing here: {needs}, as NFL does"
    tiles = f", with τ {best.tau} and {count(best.paths, 'tile')}" if best.paths > 1 else ""
    return f"{needs} instead of {join(format_time(nfl.makespan_s))}{tiles}"


def renamed(pins: Pins, index: int, name: str) -> Pins:
    """Return the pins with another name for one; a taken name gets a number."""
    others = pins[:index] + pins[index + 1 :]
    return _with(pins, index, replace(pins[index], name=free_name(name.strip(), others)))


def annotated(pins: Pins, index: int, note: str) -> Pins:
    """Return the pins with another sentence for one."""
    return _with(pins, index, replace(pins[index], note=note.strip()))


def moved(pins: Pins, index: int, to: int) -> Pins:
    """Return the pins with one of them at another place."""
    rest = list(pins[:index] + pins[index + 1 :])
    rest.insert(to, pins[index])
    return tuple(rest)


def without(pins: Pins, index: int) -> Pins:
    """Return the pins without one."""
    return pins[:index] + pins[index + 1 :]


def _with(pins: Pins, index: int, pin: Pin) -> Pins:
    return (*pins[:index], pin, *pins[index + 1 :])
