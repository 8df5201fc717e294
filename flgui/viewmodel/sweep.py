"""One chart of a sweep as arrays: curves, crossings, savings and what is missing; imports no Qt."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from flgui.text import MINUS, count, format_flop, format_percent, format_ratio, format_time, join
from flgui.viewmodel.sweep_axes import Axis, Spec, scenario_with
from flgui.viewmodel.sweep_cuts import Crossing, Singles, cut_crossings
from planner_core.figures import Figures
from planner_core.scenario import Scenario

__all__ = ["ChartModel", "Largest", "chart_model", "points_of", "to_refine"]

FloatArray: TypeAlias = npt.NDArray[np.float64]
Known: TypeAlias = Callable[[Scenario], Figures | None]

_DENSE = 8
"""Values of the exact curves between two points."""
_SAME = 1e-9
_PAYS = 0.01
_NARROW = 1.002
"""Ratio of the ends between which a crossing of MW is known well enough: three digits."""
_REFINED = 4


@dataclass(frozen=True, slots=True)
class Largest:
    """The largest saving of BF: the number of the point, its value, the share, and BF's tau and P there."""

    point: int
    x: float
    share: float
    tau: int
    paths: int


@dataclass(frozen=True, eq=False)
class ChartModel:
    """A chart.

    Parameters
    ----------
    title, facts : str
        The network, and how large it is.
    spec : Spec
    x : (n,) float array
        Values of the points, in the unit of the axis.
    nfl, mw, bf, bound : (n,) float arrays
        Seconds; NaN where there is no plan, or none yet.
    open_gap : (n,) float array
        Relative gap of BF that is left open; 0 where it is proven, NaN where there is no plan.
    tau, paths : (n,) int arrays
        Of BF; 0 where there is none.
    exact : Singles
        NFL, device-only and ES-only, more finely.
    crossings : tuple of Crossing
    failures : mapping from point to one sentence
    pending : (n,) bool array
        Points still to come.
    """

    title: str
    facts: str
    spec: Spec
    x: FloatArray
    nfl: FloatArray
    mw: FloatArray
    bf: FloatArray
    bound: FloatArray
    open_gap: FloatArray
    tau: npt.NDArray[np.int64]
    paths: npt.NDArray[np.int64]
    exact: Singles
    crossings: tuple[Crossing, ...]
    failures: Mapping[int, str]
    pending: npt.NDArray[np.bool_]

    @property
    def axis(self) -> Axis:
        """What is varied."""
        return self.spec.axis

    @property
    def done(self) -> int:
        """Points that are planned, or have failed."""
        return len(self.x) - int(self.pending.sum())

    def saved(self, method: str) -> FloatArray:
        """(n,) share of NFL's time that "MW" or "BF" saves."""
        times = self.mw if method == "MW" else self.bf
        return 1.0 - times / self.nfl

    def curve(self, method: str) -> tuple[FloatArray, FloatArray]:
        """Return values and seconds of "MW" or "BF" to draw a line through; NaN where a point has no plan.

        Between the points that are planned by now the share saved is interpolated, not the time: NFL's time is known
        exactly everywhere, and a straight line would cross it where the method does not.
        """
        there = ~self.pending
        if not there.any():
            return np.empty(0), np.empty(0)
        planned = self._place(self.x[there])
        dense = self._place(self.exact.x)
        inside = (dense >= planned[0]) & (dense <= planned[-1])
        share = np.interp(dense[inside], planned, self.saved(method)[there])
        return self.exact.x[inside], self.exact.nfl[inside] * (1.0 - share)

    def mean_saved(self, method: str) -> float:
        """Mean of `saved` over the points with a plan; NaN before the first."""
        return _mean(self.saved(method))

    def speed_up(self, method: str) -> FloatArray:
        """(n,) how many times faster than NFL "MW" or "BF" is."""
        return self.nfl / (self.mw if method == "MW" else self.bf)

    def mean_speed_up(self, method: str) -> float:
        """Mean of `speed_up` over the points with a plan; NaN before the first."""
        return _mean(self.speed_up(method))

    def best_speed_up(self, method: str) -> float:
        """Largest speed-up; NaN before the first point."""
        known = self.speed_up(method)
        return float(np.nanmax(known)) if not np.isnan(known).all() else math.nan

    @property
    def largest(self) -> Largest | None:
        """The largest saving of BF, where it saves anything."""
        saved = self.saved("BF")
        if np.isnan(saved).all() or np.nanmax(saved) <= _SAME:
            return None
        k = int(np.nanargmax(saved))
        return Largest(k, float(self.x[k]), float(saved[k]), int(self.tau[k]), int(self.paths[k]))

    @property
    def pays(self) -> tuple[tuple[float, float], ...]:
        """Stretches of the axis where BF is at least 1 % below NFL, by interpolation between the points."""
        return _stretches(self._place(self.x), self.saved("BF"), self._value)

    @property
    def times_shown(self) -> tuple[float, float]:
        """The least and the greatest time that the chart has to show."""
        shown = np.concatenate([self.nfl, self.mw, self.bf])
        shown = shown[np.isfinite(shown) & (shown > 0)]
        return float(shown.min()), float(shown.max())

    def open_points(self) -> npt.NDArray[np.int64]:
        """Numbers of the points of which BF's bound is open."""
        found: npt.NDArray[np.int64] = np.flatnonzero(np.nan_to_num(self.open_gap) > _SAME)
        return found

    def nearest(self, x: float) -> int:
        """Return the point that is nearest to a value, by the scale of the axis."""
        return int(np.abs(self._place(self.x) - self._place(np.array([x]))[0]).argmin())

    def tip(self, point: int) -> tuple[str, tuple[tuple[str, str, str], ...]]:
        """Return what the tooltip of a point says: a heading, and lines of name, value and remark."""
        heading = self.axis.text(float(self.x[point]))
        if point in self.failures:
            return heading, (("", "not planned", self.failures[point]),)
        lines = [("NFL", _time(self.nfl[point]), "")]
        if self.pending[point]:
            return heading, (*lines, ("", "not planned yet", ""))
        lines.append(("MW", _time(self.mw[point]), _against(self.mw[point], self.nfl[point])))
        remark = _against(self.bf[point], self.nfl[point])
        if self.tau[point]:
            remark += f" · τ {self.tau[point]} · P {self.paths[point]}"
        lines.append(("BF", _time(self.bf[point]), remark))
        if point in self.open_points():
            gap = format_percent(float(self.open_gap[point]), 2)
            lines.append(("", _time(self.bound[point]), f"proven lower bound, {gap} below"))
        k = int(np.abs(self.exact.x - self.x[point]).argmin())
        lines.append(("Device only", _time(self.exact.device_only[k]), ""))
        lines.append(("ES only", _time(self.exact.es_only[k]), ""))
        return heading, tuple(lines)

    def _place(self, x: FloatArray) -> FloatArray:
        placed: FloatArray = np.log10(x) if self.spec.log else x
        return placed

    def _value(self, place: float) -> float:
        return 10.0**place if self.spec.log else place


@lru_cache(maxsize=64)
def points_of(scenario: Scenario, spec: Spec) -> tuple[Scenario, ...]:
    """Return the scenario of every point; raises InputError where the network has no such value."""
    values = spec.vary().values
    return tuple(scenario_with(scenario, spec.axis, float(v)) for v in values if v is not None)


@lru_cache(maxsize=64)
def _exact(scenario: Scenario, spec: Spec) -> tuple[Singles, Singles, tuple[Crossing, ...]]:
    """Return what needs no planning: the exact curves at the points and more finely, and their crossings."""
    x = np.array(spec.vary().values, float)
    fine = Singles.at(scenario, spec.axis, _finer(x, spec))
    return Singles.at(scenario, spec.axis, x), fine, tuple(cut_crossings(scenario, spec.axis, fine.x))


def chart_model(
    scenario: Scenario,
    spec: Spec,
    title: str,
    known: Known,
    failure: Callable[[Scenario], str | None],
    extra: Sequence[float] = (),
) -> ChartModel:
    """Lay a sweep out as a chart.

    Parameters
    ----------
    scenario : Scenario
        What is not varied.
    known, failure : callable
        The figures of a point, and why it could not be planned; None where there are none.
    extra : sequence of float
        Values beside those of the points of which MW may be known: they narrow its crossings.
    """
    x = np.array(spec.vary().values, float)
    points = points_of(scenario, spec)
    found = [known(point) for point in points]
    failures = {
        k: text for k, point in enumerate(points) if found[k] is None and (text := failure(point)) is not None
    }
    at_points, exact, cuts = _exact(scenario, spec)
    flop = sum(layer.flops for layer in scenario.network.layers)
    best = [f.row("BF") if f is not None else None for f in found]
    model = ChartModel(
        title=title,
        facts=f"{count(len(scenario.network), 'layer')} · {' '.join(format_flop(flop))}",
        spec=spec,
        x=x,
        nfl=at_points.nfl,
        mw=_times(found, "MW"),
        bf=_times(found, "BF"),
        bound=np.array([f.bound if f is not None else math.nan for f in found]),
        open_gap=np.array([_gap(f) for f in found]),
        tau=np.array([row["tau"] or 0 if row else 0 for row in best], np.int64),
        paths=np.array([row["paths"] or 0 if row else 0 for row in best], np.int64),
        exact=exact,
        crossings=(),
        failures=failures,
        pending=np.array([f is None and k not in failures for k, f in enumerate(found)]),
    )
    crossings = [*cuts, *_mw_crossings(model, _mw_at(scenario, spec.axis, model, known, extra))]
    return replace(model, crossings=tuple(sorted(crossings, key=lambda c: c.x)))


def to_refine(
    scenario: Scenario, model: ChartModel, known: Known, extra: Sequence[float]
) -> tuple[float, ...]:
    """Return the values to plan next, so that the first crossings of MW and NFL are known to three digits."""
    if model.axis.counts or model.pending.any():
        return ()
    at = _mw_at(scenario, model.axis, model, known, extra)
    brackets = [b for b in _brackets(at)[:_REFINED] if b[1] / b[0] > _NARROW]
    return tuple(math.sqrt(low * high) for low, high in brackets)


def _mw_at(
    scenario: Scenario, axis: Axis, model: ChartModel, known: Known, extra: Sequence[float]
) -> list[tuple[float, bool]]:
    """(value, whether MW is faster than NFL) wherever it is known, ascending."""
    faster = model.mw < model.nfl * (1 - _SAME)
    found = [(float(x), bool(f)) for x, f, t in zip(model.x, faster, model.mw, strict=True) if t > 0]
    for value in extra:
        figures = known(scenario_with(scenario, axis, value))
        if figures is not None and figures.makespan("MW") > 0:
            nfl = float(Singles.at(scenario, axis, [value]).nfl[0])
            found.append((value, figures.makespan("MW") < nfl * (1 - _SAME)))
    return sorted(found)


def _brackets(at: Sequence[tuple[float, bool]]) -> list[tuple[float, float]]:
    """Neighbours between which MW meets NFL; where it parts from NFL again is no meeting."""
    return [
        (low, high)
        for (low, before), (high, after) in itertools.pairwise(at)
        if before and not after and low > 0
    ]


def _mw_crossings(model: ChartModel, at: Sequence[tuple[float, bool]]) -> list[Crossing]:
    if model.axis.counts:
        return []
    found = []
    for low, high in _brackets(at):
        x = math.sqrt(low * high)
        nfl = np.exp(np.interp(math.log(x), np.log(model.exact.x), np.log(model.exact.nfl)))
        found.append(Crossing("MW = NFL", x, float(nfl)))
    return found


def _finer(x: FloatArray, spec: Spec) -> FloatArray:
    """Return the values with some between each pair of neighbours."""
    if spec.axis.counts or len(x) < 2:
        return x
    space = np.geomspace if spec.log else np.linspace
    parts = [space(a, b, _DENSE + 1)[:-1] for a, b in itertools.pairwise(x)]
    return np.concatenate([*parts, x[-1:]])


def _times(found: Sequence[Figures | None], method: str) -> FloatArray:
    return np.array([f.makespan(method) if f is not None else math.nan for f in found])


def _gap(figures: Figures | None) -> float:
    row = figures.row("BF") if figures is not None else None
    if figures is None or row is None or row["makespan_s"] is None:
        return math.nan
    return 0.0 if row["optimal"] else max(0.0, 1 - figures.bound / figures.makespan("BF"))


def _stretches(
    place: FloatArray, saved: FloatArray, value: Callable[[float], float]
) -> tuple[tuple[float, float], ...]:
    """Return where a line through (place, saved) is at least _PAYS, gaps left out."""
    found: list[tuple[float, float]] = []
    for k in range(len(place) - 1):
        a, b = saved[k], saved[k + 1]
        if not (np.isfinite(a) and np.isfinite(b)) or max(a, b) < _PAYS:
            continue
        left, right = float(place[k]), float(place[k + 1])
        edge = left + (right - left) * (_PAYS - a) / (b - a) if a != b else left
        start, end = (left if a >= _PAYS else edge), (right if b >= _PAYS else edge)
        if found and found[-1][1] == value(start):
            found[-1] = (found[-1][0], value(end))
        else:
            found.append((value(start), value(end)))
    return tuple(found)


def _mean(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else math.nan


def _time(seconds: float) -> str:
    return "no plan" if math.isnan(seconds) else join(format_time(float(seconds)))


def _against(seconds: float, nfl: float) -> str:
    """Say how a time stands against NFL's."""
    if math.isnan(seconds):
        return ""
    share = 1 - seconds / nfl
    if abs(share) <= _SAME:
        return "as NFL"
    if share < 0:
        return f"+{format_percent(-share)}"
    return f"{MINUS}{format_percent(share)} · {format_ratio(nfl / seconds)}"
