"""The table under the charts of a sweep: crossings, savings and speed-ups in words; imports no Qt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from flgui.text import count, format_number, format_percent, format_ratio, trim
from flgui.viewmodel.sweep import ChartModel
from flgui.viewmodel.sweep_cuts import KINDS, Kind

__all__ = ["Group", "SweepTable", "sweep_table"]

_NOTHING = "–"
_HEADS: dict[Kind, str] = {
    "splits": "splits",
    "device = ES": "dev = ES",
    "ES only": "ES only",
    "MW = NFL": "MW = NFL",
}


@dataclass(frozen=True, slots=True)
class Group:
    """Columns under one heading; `weight` is their share of the width."""

    title: str
    heads: tuple[str, ...]
    weights: tuple[float, ...]
    strong: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class SweepTable:
    """Groups of columns, a row of cells for each chart, and lines of explanation below."""

    groups: tuple[Group, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]

    def as_text(self) -> str:
        """Return the table with tabs between cells."""
        heads = [f"{group.title} {head}".strip() for group in self.groups for head in group.heads]
        return "\n".join("\t".join(line) for line in (heads, *self.rows)) + "\n"


def sweep_table(
    charts: Sequence[ChartModel], other: tuple[str, Sequence[ChartModel]] | None = None
) -> SweepTable:
    """Return the table of some charts over one axis.

    Parameters
    ----------
    other : (name, charts), optional
        The same charts under another worker model, of which the speed-ups are stated as well.
    """
    axis = charts[0].axis
    groups = [Group("", ("Network",), (1.7,), (True,))]
    if not axis.counts:
        heads = tuple(f"{letter}  {_HEADS[kind]}" for kind, letter, _ in KINDS)
        groups.append(Group(f"Crossing points, {axis.unit}", heads, (0.8, 0.9, 0.9, 1.1)))
    groups += [
        Group("Largest saving, BF", ("BF", "at, plan"), (0.7, 1.6), (True, False)),
        Group("Mean saving", ("MW", "BF"), (0.75, 0.75), (False, True)),
        Group("Mean speed-up over NFL", ("MW", "BF"), (1.0, 0.8), (False, True)),
    ]
    if other is not None:
        title = f"{other[0]}: speed-up"
        groups.append(
            Group(
                title,
                ("MW mean", "best", "BF mean", "best"),
                (0.95, 0.7, 0.9, 0.7),
                (False, False, True, True),
            )
        )
    rows = []
    for k, chart in enumerate(charts):
        cells = [chart.title]
        if not axis.counts:
            cells += [_crossing(chart, kind) for kind, _, _ in KINDS]
        cells += _savings(chart)
        if other is not None:
            cells += _speed_ups(other[1][k])
        rows.append(tuple(cells))
    return SweepTable(tuple(groups), tuple(rows), _notes(charts))


def _crossing(chart: ChartModel, kind: Kind) -> str:
    """Write the first crossing of a kind; how many more there are follows."""
    found = [c.x for c in chart.crossings if c.kind == kind]
    if not found:
        return _NOTHING
    more = f" +{len(found) - 1}" if len(found) > 1 else ""
    return format_number(found[0], 3) + more


def _savings(chart: ChartModel) -> list[str]:
    largest = chart.largest
    if largest is None:
        first = ["0 %" if np.isfinite(chart.bf).any() else _NOTHING, _NOTHING]
    else:
        at = str(round(largest.x)) if chart.axis.counts else format_number(largest.x, 3)
        first = [format_percent(largest.share), f"{at} · τ {largest.tau} · P {largest.paths}"]
    means = [_percent(chart.mean_saved(method)) for method in ("MW", "BF")]
    return [*first, *means, *(_ratio(chart.mean_speed_up(method)) for method in ("MW", "BF"))]


def _speed_ups(chart: ChartModel) -> list[str]:
    return [
        _ratio(value)
        for method in ("MW", "BF")
        for value in (chart.mean_speed_up(method), chart.best_speed_up(method))
    ]


def _percent(share: float) -> str:
    return _NOTHING if math.isnan(share) else format_percent(share)


def _ratio(value: float) -> str:
    return _NOTHING if math.isnan(value) else format_ratio(value)


def _notes(charts: Sequence[ChartModel]) -> tuple[str, ...]:
    """Say what the letters mean, what the means are over, and what else there is to know."""
    first = charts[0]
    lines = []
    if not first.axis.counts:
        texts = {kind: text for kind, _, text in KINDS}
        texts["splits"] = "NFL first splits" if first.axis.key == "rate-mbps" else texts["splits"]
        texts["ES only"] = (
            "ES only becomes the best single cut" if first.axis.key == "rate-mbps" else texts["ES only"]
        )
        lines.append("    ".join(f"{letter}  {texts[kind]}" for kind, letter, _ in KINDS))
    spaced = "log-spaced" if first.spec.log else "evenly spaced"
    known = sum(int(np.isfinite(chart.bf).sum()) for chart in charts)
    total = sum(len(chart.x) for chart in charts)
    scope = f"Means over the {len(first.x)} {spaced} points of the chart."
    if known < total:
        scope = f"Means and crossing points from {known} of {total} {spaced} points."
    again = [_again(chart) for chart in charts]
    lines.append(" ".join([scope, *(text for text in again if text)]))
    failed = [
        f"{chart.title} at {chart.axis.text(float(chart.x[k]))}: {text}"
        for chart in charts
        for k, text in chart.failures.items()
    ]
    if failed:
        rest = f" and {count(len(failed) - 1, 'more point')}" if len(failed) > 1 else ""
        lines.append(f"Not planned: {failed[0]}{rest}.")
    return tuple(lines)


def _again(chart: ChartModel) -> str:
    """Name the crossings of MW behind the first."""
    found = [c.x for c in chart.crossings if c.kind == "MW = NFL"][1:]
    if not found:
        return ""
    values = ", ".join(trim(format_number(x, 3)) for x in found)
    return f"{chart.title}: MW meets NFL again at {values} {chart.axis.unit}."
