"""Pins as rows of a list and as columns of a comparison; imports no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from flgui.text import (
    INFINITY,
    MINUS,
    TIMES,
    format_flops,
    format_percent,
    format_rate,
    format_ratio,
    format_time,
    join,
)
from planner_core.network.model import Network
from planner_core.plan import Method, Plan, PlanSet
from planner_core.zoo import BUNDLED

__all__ = ["Cell", "Comparison", "ComparisonRow", "PinRow", "Pinned", "comparison", "pin_rows"]

NOTHING = "–"
_SAME = 1e-9


class Pinned(Protocol):
    """What is shown of a pin."""

    @property
    def name(self) -> str:
        """What the user calls it."""

    @property
    def note(self) -> str:
        """One sentence."""

    @property
    def planset(self) -> PlanSet:
        """Scenario and plans."""


@dataclass(frozen=True, slots=True)
class PinRow:
    """One line of the list of pins, every cell as it is written."""

    name: str
    network: str
    system: str
    nfl: str
    mw: str
    bf: str
    gain: str
    note: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the comparison: what it says, how far it is from the first pin, whether it differs at all."""

    text: str
    change: str = ""
    differs: bool = False


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One property of all pins; `hint` explains it in a sentence, `head` begins a group."""

    label: str
    hint: str
    cells: tuple[Cell, ...]
    head: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Pins side by side: a heading a pin, a row a property."""

    headings: tuple[str, ...]
    rows: tuple[ComparisonRow, ...]


def pin_rows(pins: Sequence[Pinned]) -> tuple[PinRow, ...]:
    """Return the lines of the list."""
    return tuple(_row(pin) for pin in pins)


def comparison(pins: Sequence[Pinned], method: Method) -> Comparison:
    """Set pins side by side.

    Parameters
    ----------
    method : "NFL", "MW" or "BF"
        Whose tau, P and grid are shown.
    """
    sets = [pin.planset for pin in pins]
    systems = [planset.scenario.system for planset in sets]
    plans = [planset.plans.get(method) for planset in sets]
    rows = [
        _texts("Network", "", [_title(p.scenario.network) for p in sets], "Scenario"),
        _texts("Device", "Speed of one worker", [join(format_flops(s.device_flops)) for s in systems]),
        _texts("Link", "R, the rate of the link", [join(format_rate(s.rate_bps)) for s in systems]),
        _texts("Edge server", "Speed of one worker", [join(format_flops(s.es_flops)) for s in systems]),
        _texts(
            "Workers",
            "Of the device, and of the edge server",
            [f"{_workers(s.device_workers)} + {_workers(s.es_workers)}" for s in systems],
        ),
        _texts("Bits", "Bits of one element of a tensor", [str(s.bits_per_element) for s in systems]),
        _texts(
            "Overhead",
            "Added to every transfer that sends anything",
            [join(format_time(s.transfer_overhead_s)) for s in systems],
        ),
        _texts(
            "Fused layers τ",
            f"Layers that {method} fuses",
            [
                NOTHING if p is None else f"{p.tau}, to {_last(s, p)}"
                for s, p in zip(sets, plans, strict=True)
            ],
            f"Cut of {method}",
        ),
        _texts("Tiles P", "Paths", [NOTHING if p is None else str(p.paths) for p in plans]),
        _texts(
            "Grid",
            "Rows and columns of tiles",
            [NOTHING if p is None else f"{p.rows} {TIMES} {p.cols}" for p in plans],
        ),
        *(_times(name, hint, sets, name, head) for name, hint, head in _METHODS),
        _figures("BF bound", "No plan of the same question is shorter", [_bound(p) for p in sets]),
        _texts("BF proof", "Whether bound and BF agree", [_proof(p) for p in sets]),
        _texts("Speed-up", "NFL's time over BF's", [_speed_up(p) for p in sets]),
        _figures("ES only", "Everything on the edge server", [p.es_only_s for p in sets], "Baselines"),
        _figures("Device only", "Everything on the device", [p.device_only_s for p in sets]),
    ]
    return Comparison(tuple(pin.name for pin in pins), tuple(row for row in rows if row.cells))


_METHODS: tuple[tuple[Method, str, str], ...] = (
    ("NFL", "One cut, no fused layer", "Inference time"),
    ("MW", "Minimise waiting", ""),
    ("BF", "Best order and splits", ""),
)


def _row(pin: Pinned) -> PinRow:
    system = pin.planset.scenario.system
    speeds = " · ".join(
        join(part)
        for part in (
            format_flops(system.device_flops),
            format_rate(system.rate_bps),
            format_flops(system.es_flops),
        )
    )
    workers = f"{_workers(system.device_workers)} + {_workers(system.es_workers)} workers"
    nfl, mw, bf = (_time(pin.planset.plans.get(m)) for m in ("NFL", "MW", "BF"))
    return PinRow(
        pin.name,
        _title(pin.planset.scenario.network),
        f"{speeds} · {workers}",
        nfl,
        mw,
        bf,
        _speed_up(pin.planset),
        pin.note,
    )


def _texts(label: str, hint: str, texts: Sequence[str], head: str = "") -> ComparisonRow:
    cells = tuple(Cell(text, "", text != texts[0]) for text in texts)
    return ComparisonRow(label, hint, cells, head)


def _times(label: str, hint: str, sets: Sequence[PlanSet], method: Method, head: str) -> ComparisonRow:
    plans = [planset.plans.get(method) for planset in sets]
    return _figures(label, hint, [None if p is None else p.makespan_s for p in plans], head)


def _figures(label: str, hint: str, seconds: Sequence[float | None], head: str = "") -> ComparisonRow:
    """Times, with their distance from the first pin's in per cent."""
    first = seconds[0] if seconds else None
    cells = []
    for value in seconds:
        if value is None or first is None:
            text = NOTHING if value is None else join(format_time(value))
            cells.append(Cell(text, "", (value is None) != (first is None)))
            continue
        differs = abs(value - first) > _SAME * max(value, first)
        cells.append(Cell(join(format_time(value)), _change(value, first) if differs else "", differs))
    return ComparisonRow(label, hint, tuple(cells), head)


def _change(value: float, first: float) -> str:
    if first <= 0:
        return ""
    ratio = value / first
    if ratio >= 10 or ratio <= 0.1:
        return format_ratio(ratio)
    return f"{'+' if ratio > 1 else MINUS}{format_percent(abs(ratio - 1), 3)}"


def _time(plan: Plan | None) -> str:
    return NOTHING if plan is None else join(format_time(plan.makespan_s))


def _bound(planset: PlanSet) -> float | None:
    plan = planset.plans.get("BF")
    return None if plan is None else plan.lower_bound_s or None  # a bound of nothing says nothing


def _proof(planset: PlanSet) -> str:
    plan = planset.plans.get("BF")
    if plan is None or plan.gap is None:
        return NOTHING
    if plan.optimal:
        return "proven optimal"
    return f"gap {format_percent(plan.gap, 2)}" if plan.lower_bound_s else "no bound yet"


def _speed_up(planset: PlanSet) -> str:
    nfl, best = planset.plans.get("NFL"), planset.plans.get("BF")
    if nfl is None or best is None or best.makespan_s <= 0:
        return NOTHING
    return format_ratio(nfl.makespan_s / best.makespan_s)


def _last(planset: PlanSet, plan: Plan) -> str:
    return planset.scenario.network.layers[plan.tau - 1].name


def _title(network: Network) -> str:
    return BUNDLED[network.name].title if network.name in BUNDLED else network.name


def _workers(workers: int | None) -> str:
    return INFINITY if workers is None else str(workers)
