"""What the score cells say of a PlanSet; imports no Qt."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from flgui.text import format_percent, format_ratio, format_time, join
from planner_core.network.model import Network
from planner_core.plan import Method, Plan, PlanSet

__all__ = ["SCORE_KEYS", "Line", "Score", "ScoreBadge", "cut_text", "scores"]

ScoreKey: TypeAlias = Literal["NFL", "MW", "BF", "Manual", "esOnly", "deviceOnly"]
SCORE_KEYS: tuple[ScoreKey, ...] = ("NFL", "MW", "BF", "Manual", "esOnly", "deviceOnly")

_NAMES: Mapping[ScoreKey, tuple[str, str]] = {
    "NFL": ("NFL", "No fusing"),
    "MW": ("MW", "Minimise waiting"),
    "BF": ("BF", "Optimal"),
    "Manual": ("Manual", "By hand"),
    "esOnly": ("ES only", ""),
    "deviceOnly": ("Device only", ""),
}
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text: a bold beginning and the rest."""

    bold: str
    rest: str = ""


@dataclass(frozen=True, slots=True)
class ScoreBadge:
    """Kind of a badge and its texts, the longest first."""

    kind: Literal["success", "warning", "error", "info"]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """One cell: name, what it stands for, number and unit, a badge, and its third line, the longest first."""

    key: ScoreKey
    name: str
    descriptor: str
    number: str
    unit: str
    badge: ScoreBadge | None
    lines: tuple[Line, ...]
    fresh: bool


def scores(
    planset: PlanSet | None,
    fresh: Collection[str],
    complete: bool,
    origin: str = "",
    manual: Plan | None = None,
    failed: bool = False,
) -> tuple[Score, ...]:
    """Return the cells in the order of SCORE_KEYS; that of Manual only where there is one.

    Parameters
    ----------
    planset : PlanSet or None
        What is on screen; None before the first plan.
    fresh : collection of str
        Methods whose plan belongs to the scenario as it stands.
    complete : bool
        Whether the baselines belong to it.
    origin : str
        File that the plans came from, when it does not say how far BF was searched.
    manual : Plan, optional
        The plan made by hand, always of the scenario as it stands.
    failed : bool
        Whether no plan is on its way, since the scenario could not be planned.
    """
    waits = ScoreBadge("warning", ("not planned",)) if failed else ScoreBadge("info", ("planning",))
    cells = []
    for key in SCORE_KEYS:
        if key == "Manual":
            if manual is not None:
                cells.append(_manual_score(manual, planset, fresh))
        elif key in ("NFL", "MW", "BF"):
            cells.append(_method_score(key, planset, None if key in fresh else waits, bool(origin)))
        else:
            cells.append(_baseline(key, planset, complete))
    return tuple(cells)


def cut_text(plan: Plan, network: Network) -> str:
    """Say where a plan with one path is cut: "cut after pool1"."""
    cut = int(plan.offload[0])
    if cut == 1:
        return "the input is sent"
    if cut > len(network):
        return "nothing is sent"
    return f"cut after {network.layers[cut - 2].name}"


def _method_score(key: ScoreKey, planset: PlanSet | None, waits: ScoreBadge | None, saved: bool) -> Score:
    name, descriptor = _NAMES[key]
    plan = planset.plans.get(cast(Method, key)) if planset is not None else None
    if planset is None or plan is None:
        return Score(key, name, descriptor, "\u2013", "", waits, (), False)
    number, unit = format_time(plan.makespan_s)
    if key == "NFL":
        cut = cut_text(plan, planset.scenario.network)
        lines: tuple[Line, ...] = (Line("", f"reference · {cut}"), Line("", cut), Line("", "reference"))
    else:
        lines = _compared(plan, planset)
    badge = waits
    if key == "BF":
        descriptor = "Optimal" if plan.optimal else "Best known"
        badge = badge or (ScoreBadge("info", ("as saved",)) if saved else _proof(plan))
    return Score(key, name, descriptor, number, unit, badge, lines, waits is None)


def _proof(plan: Plan) -> ScoreBadge:
    if plan.optimal:
        return ScoreBadge("success", ("proven optimal", "proven"))
    if not plan.lower_bound_s:
        return ScoreBadge("warning", ("no bound yet", "no bound"))
    gap = format_percent(plan.gap or 0.0, 2)
    return ScoreBadge("warning", (f"gap {gap}",))


def _compared(plan: Plan, planset: PlanSet) -> tuple[Line, ...]:
    """Speed-up over NFL first, then one fact, which goes first when there is no room."""
    nfl, best = planset.plans.get("NFL"), planset.plans.get("BF")
    faster, words = "", ""
    if nfl is not None and plan.makespan_s > 0:
        ratio = nfl.makespan_s / plan.makespan_s
        if abs(ratio - 1) <= 5e-4:
            faster, words = "as fast", " as NFL"
        elif ratio > 1:
            faster, words = f"{format_ratio(ratio)} faster", " than NFL"
        else:
            faster, words = f"{format_ratio(1 / ratio)} slower", " than NFL"
    fact = short = ""
    if plan.lower_bound_s:  # a bound of nothing says nothing
        bound = format_time(plan.lower_bound_s)
        fact, short = f" · bound {join(bound)}", f" · bound {bound[0]}"
    elif best is not None and best.makespan_s > 0:
        above = plan.makespan_s / best.makespan_s - 1
        fact = short = " · equal to BF" if abs(above) <= _SAME else f" · {_signed(above)} BF"
    return (Line(faster, words + fact), Line(faster, fact), Line(faster, short), Line(faster))


def _manual_score(plan: Plan, planset: PlanSet | None, fresh: Collection[str]) -> Score:
    """What the plan made by hand costs, against BF, its bound and MW as far as they belong to the scenario."""
    name, descriptor = _NAMES["Manual"]
    number, unit = format_time(plan.makespan_s)
    known = planset.plans if planset is not None else {}
    best = known.get("BF") if "BF" in fresh else None
    mw = known.get("MW") if "MW" in fresh else None
    badge, facts = None, []
    if best is not None:
        above = plan.makespan_s / best.makespan_s - 1
        if best.optimal and abs(above) <= _SAME:
            badge = ScoreBadge("success", ("equals the bound", "optimal"))
        facts.append("equal to BF" if abs(above) <= _SAME else f"{_signed(above)} BF")
        if best.lower_bound_s and not best.optimal:
            descriptor = f"{_signed(plan.makespan_s / best.lower_bound_s - 1)} bound"
    if mw is not None:
        above = plan.makespan_s / mw.makespan_s - 1
        facts.append("equal to MW" if abs(above) <= _SAME else f"{_signed(above)} MW")
    lines = tuple(
        Line(facts[0], "".join(f" · {fact}" for fact in facts[1:shown])) for shown in range(len(facts), 0, -1)
    )
    return Score("Manual", name, descriptor, number, unit, badge, lines, True)


def _signed(above: float) -> str:
    digits = 2 if abs(above) < 0.01 else 3
    return f"{format_percent(abs(above), digits)} {'above' if above > 0 else 'below'}"


def _baseline(key: ScoreKey, planset: PlanSet | None, fresh: bool) -> Score:
    name, descriptor = _NAMES[key]
    seconds = 0.0
    if planset is not None:
        seconds = planset.es_only_s if key == "esOnly" else planset.device_only_s
    if planset is None or seconds <= 0:
        return Score(key, name, descriptor, "\u2013", "", None, (), False)
    number, unit = format_time(seconds)
    nfl = planset.plans.get("NFL")
    if nfl is None or nfl.makespan_s <= 0:
        return Score(key, name, descriptor, number, unit, None, (), fresh)
    ratio = seconds / nfl.makespan_s
    text = "equal to NFL" if abs(ratio - 1) <= _SAME else f"{format_ratio(ratio)} NFL time"
    return Score(
        key, name, descriptor, number, unit, None, (Line("", text), Line("", format_ratio(ratio))), fresh
    )
