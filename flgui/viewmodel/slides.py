"""One scenario as a slide of a presentation: everything it says, in words for a room; imports no Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from flgui.text import (
    INFINITY,
    TIMES,
    count,
    format_bytes,
    format_flops,
    format_percent,
    format_rate,
    format_ratio,
    format_time,
)
from flgui.text import join as joined
from flgui.viewmodel.gantt import GanttModel, gantt_model
from flgui.viewmodel.gantt_text import layers_text
from flgui.viewmodel.path_facts import PathFacts, path_facts, several_facts
from flgui.viewmodel.tiles import TilesModel, tiles_model
from planner_core.network.model import Network
from planner_core.plan import Method, Plan, PlanSet
from planner_core.system import System

__all__ = ["PLAIN_NAMES", "Headline", "Slide", "idle_link_s", "slide"]

PLAIN_NAMES: Final = {"NFL": "No fusing", "MW": "Minimising waiting", "BF": "Best plan"}
_SAME: Final = 5e-4
_LITTLE: Final = 0.05
_NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
BadgeKind: TypeAlias = Literal["success", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Headline:
    """What stands over one plan: its name in words, its letters, its time, and how it compares with NFL."""

    name: str
    method: str
    time: str
    compared: str
    saved: str


@dataclass(frozen=True, eq=False)
class Slide:
    """What a presentation shows of one scenario.

    Parameters
    ----------
    title, name : str
        The network, and the pin's own name or nothing.
    system : ((icon, words), ...)
        Device, link and edge server in the order of the data.
    gantt : GanttModel
    heads : tuple of Headline
        One for each chart.
    plan : Plan or None
        The plan whose tiles are shown; None where there is none yet.
    path : int or None
        The path that is told about; of several the one picked last.
    more : tuple of int
        Further paths, with which it is told about.
    tiles : TilesModel or None
    tiles_titles : tuple of str
        What the tiles are, in full and ever shorter.
    facts : PathFacts or None
    conclusion, sentence : str
        The large line and the one below.
    badge : (kind, words) or None
    """

    title: str
    name: str
    network: Network
    system: tuple[tuple[str, str], ...]
    gantt: GanttModel
    heads: tuple[Headline, ...]
    plan: Plan | None
    path: int | None
    more: tuple[int, ...]
    tiles: TilesModel | None
    tiles_titles: tuple[str, ...]
    facts: PathFacts | None
    conclusion: str
    sentence: str
    badge: tuple[BadgeKind, str] | None

    @property
    def paths(self) -> tuple[int, ...]:
        """All paths that are told about."""
        return () if self.path is None else (*self.more, self.path)


def slide(
    planset: PlanSet,
    title: str,
    method: Method = "BF",
    path: int | None = None,
    name: str = "",
    sentence: str = "",
    saved: bool = False,
    more: Sequence[int] = (),
) -> Slide:
    """Return the slide of a scenario's plans.

    Parameters
    ----------
    method, path
        Plan and path that the tiles show; a plan that is missing gives way to the best one there is.
    sentence : str
        What the presenter says of it; without one the plans' own reason is stated.
    saved : bool
        The plans come from a file that does not say how far was searched, so no proof is claimed.
    more : sequence of int
        Further paths that the tiles show with `path`.
    """
    plans, network = planset.plans, planset.scenario.network
    best = plans.get("BF") or next(reversed(list(plans.values())), None)
    plan = plans.get(method, best)
    if plan is not None and plan.paths == 1:
        path, more = None, ()
    elif plan is not None and (path is None or path >= plan.paths):
        path, more = int(_told(plan)), ()
    others = () if plan is None else tuple(other for other in more if other < plan.paths)
    gantt = gantt_model(planset)
    return Slide(
        title=title,
        name=name,
        network=network,
        system=_system(planset.scenario.system),
        gantt=gantt,
        heads=tuple(_headline(group.method, plans) for group in gantt.groups),
        plan=plan,
        path=path,
        more=others,
        tiles=tiles_model(network, plan) if plan is not None else None,
        tiles_titles=_tiles_titles(network, plan) if plan is not None else ("",),
        facts=_facts(network, plan, path, others) if plan is not None else None,
        conclusion=_conclusion(plans, best),
        sentence=sentence or _reason(plans, best),
        badge=_badge(planset, best, saved),
    )


def idle_link_s(plan: Plan) -> float:
    """Seconds until the end of the last transfer in which nothing crosses the link; 0 without any transfer."""
    s = plan.schedule
    if not s.link_used.any():
        return 0.0
    busy = float(np.sum((s.link_end - s.link_start)[s.link_used]))
    return max(0.0, float(s.link_end[s.link_used].max()) - busy)


def _facts(network: Network, plan: Plan, path: int | None, more: tuple[int, ...]) -> PathFacts:
    if path is None or not more:
        return path_facts(network, plan, path or 0)
    return several_facts(plan, (*more, path))


def _told(plan: Plan) -> int:
    """The path that waits longest for the link; it has most to tell."""
    s = plan.schedule
    wait = np.where(s.link_used, s.link_start - s.device_end, -1.0)
    wait = np.where(s.device_worker >= 0, wait, -1.0)
    return int(np.argmax(wait))


def _system(system: System) -> tuple[tuple[str, str], ...]:
    device, server = _workers(system.device_workers, 1), _workers(system.es_workers, None)
    return (
        ("chip", f"device {joined(format_flops(system.device_flops))}{device}"),
        ("link", f"link {joined(format_rate(system.rate_bps))}"),
        ("server", f"edge server {joined(format_flops(system.es_flops))}{server}"),
    )


def _workers(workers: int | None, usual: int | None) -> str:
    if workers == usual:
        return ""
    return f" {TIMES} {INFINITY if workers is None else workers}"


def _headline(method: str, plans: Mapping[Method, Plan]) -> Headline:
    plan, nfl = next((p for m, p in plans.items() if m == method), None), plans.get("NFL")
    name = PLAIN_NAMES[method]
    if method == "BF" and plan is not None:
        name = "Optimal plan" if plan.optimal else "Best known plan"
    if plan is None:
        return Headline(name, method, "planning", "", "")
    compared = saved = ""
    if nfl is not None and method != "NFL" and plan.makespan_s > 0:
        ratio = nfl.makespan_s / plan.makespan_s
        if abs(ratio - 1) <= _SAME:
            compared = "as fast"
        elif ratio > 1:
            compared = f"{format_ratio(ratio)} faster"
            saved = f"{joined(format_time(nfl.makespan_s - plan.makespan_s))} saved"
        else:
            compared = f"{format_ratio(1 / ratio)} slower"
    return Headline(name, method, joined(format_time(plan.makespan_s)), compared, saved)


def _tiles_titles(network: Network, plan: Plan) -> tuple[str, ...]:
    if plan.paths == 1:
        return ("One tile, nothing is cut apart",)
    tiles, last = count(plan.paths, "tile"), network.layers[plan.tau - 1].name
    return (
        f"{tiles}, fused over {layers_text(network, 1, plan.tau).replace(', ', ' and ')}",
        f"{tiles}, fused up to {last}",
        f"{tiles}, {count(plan.tau, 'layer')} fused",
    )


def _conclusion(plans: Mapping[Method, Plan], best: Plan | None) -> str:
    nfl = plans.get("NFL")
    if best is None:
        return "Planning"
    mine = joined(format_time(best.makespan_s))
    if nfl is None or best is nfl:
        return mine
    if abs(nfl.makespan_s / best.makespan_s - 1) <= _SAME:
        return f"{mine} with fusing and without"
    return f"{mine} instead of {joined(format_time(nfl.makespan_s))}"


def _reason(plans: Mapping[Method, Plan], best: Plan | None) -> str:
    nfl = plans.get("NFL")
    if best is None:
        return ""
    if best.paths == 1:
        return "Nothing is gained by cutting the maps into tiles: one cut through the network is as good."
    sent = best.schedule.link_used
    raw = int(np.count_nonzero(best.offload == 1))
    if nfl is None or not sent.any() or not nfl.schedule.link_used.any():
        return (
            f"{count(best.paths, 'tile')} flow through device, link and edge server like jobs through a shop."
        )
    if idle_link_s(nfl) < _LITTLE * nfl.makespan_s and float(best.bits.sum()) < float(nfl.bits.sum()):
        sent_now, sent_before = (joined(format_bytes(float(p.bits.sum()))) for p in (best, nfl))
        return f"{sent_now} cross the link instead of {sent_before}: the device computes tiles while others are sent."
    if idle_link_s(nfl) < _LITTLE * nfl.makespan_s:
        return _at_once(best.paths, raw)
    idle = f"The link idles {joined(format_time(idle_link_s(best), 3))} until its last transfer"
    before = f", not {joined(format_time(idle_link_s(nfl), 3))}"
    others = best.paths - raw
    if raw and others:
        tiles = "tile fills" if raw == 1 else "tiles fill"
        what = f"{_word(raw)} raw input {tiles} it while the device computes the other {_word(others)}"
        return f"{idle}{before}: {what}."
    return f"{idle}{before}: one tile crosses it while the device computes the next."


def _at_once(paths: int, raw: int) -> str:
    """Say what works at the same time, where the link was never idle and so cannot have gained."""
    if raw == paths:
        return f"All {_word(paths)} tiles are sent raw: the edge server computes one while the next crosses the link."
    if raw:
        tiles = "tile crosses" if raw == 1 else "tiles cross"
        others = _word(paths - raw)
        return f"{_word(raw).capitalize()} raw input {tiles} the link while the device computes the other {others}."
    return "One tile crosses the link while the device computes the next and the edge server the one before."


def _word(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def _badge(planset: PlanSet, best: Plan | None, saved: bool) -> tuple[BadgeKind, str] | None:
    if best is None or best.method != "BF":
        return None
    if saved:
        return "info", "as saved in its file"
    scenario = planset.scenario
    if best.optimal:
        if scenario.paths is not None or scenario.grid is not None:
            return "success", f"proven optimal for {count(best.paths, 'tile')}"
        cap = scenario.max_paths
        return "success", "proven optimal" if cap is None else f"proven optimal for up to {cap} tiles"
    if best.lower_bound_s is None:
        return None
    if best.lower_bound_s <= 0:  # a bound of nothing says nothing
        return "warning", "not proven optimal"
    above = best.makespan_s / best.lower_bound_s - 1
    return "warning", f"at most {format_percent(above, 2)} above the optimum"
