"""Scents: the curves over the five sliders, filled in the background while nothing else is planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any, TypeAlias

from PySide6.QtCore import QObject, QTimer, Slot

from flgui.controller import Controller
from flgui.panels.groups import Group
from flgui.state.kept import Kept
from flgui.widgets.scales import Scale
from flgui.widgets.scent import METHODS_DRAWN, Scent
from planner_core.figures import Figures
from planner_core.network.model import Network
from planner_core.scenario import Scenario

__all__ = ["Scents", "scenario_at"]

_SECONDS = 1.0
"""Limit of one point; what is not proven by then is drawn with the best plan found."""
_REST_MS = 150
_DRAWN_MS = 120
_LEAST = 3  # points of a curve that begins to show
_KEPT = 60


@dataclass(eq=False, slots=True)
class _Slider:
    """One slider of the strip: the field that it sets, and how many SI units its unit is."""

    group: Group
    field: str
    factor: float
    network: Network | None = None
    base: _Base | None = None


_Base: TypeAlias = tuple[str, Scale, Scenario]
"""What a curve belongs to: a field, the range of its slider, and the scenario with that field set to one value."""


class Scents(QObject):
    """Asks for the points of the curves once the plans are there, and shows what is known of them.

    A curve belongs to everything but the value of its own slider, so it stays while that one is dragged. All
    others turn grey at once, and are drawn anew when the first points of the scenario are there.
    """

    def __init__(self, controller: Controller, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = controller.store
        self._background = controller.runner.background
        self._strip = strip = controller.window.strip
        self._sliders = (
            _Slider(strip.link, "rate_bps", 1e6),
            _Slider(strip.device, "device_flops", 1e9),
            _Slider(strip.server, "es_flops", 1e9),
            _Slider(strip.fused, "tau", 1.0),
            _Slider(strip.tiles, "paths", 1.0),
        )
        self._kept: Kept[_Base, Scent] = Kept(_KEPT)
        self._rest = _timer(_REST_MS, self._ask, self)
        self._drawing = _timer(_DRAWN_MS, self._draw, self)
        self._store.scenario_changed.connect(self._on_changed)
        self._store.plans_changed.connect(self._on_plans)
        self._background.arrived.connect(self._on_arrived)
        controller.window.workspace_changed.connect(self._on_plans)

    @property
    def complete(self) -> bool:
        """Whether every point of every curve is drawn, or has failed."""
        background = self._background
        resting = not (self._store.stale or self._rest.isActive() or self._drawing.isActive())
        return resting and all(
            background.knows(scenario) or background.failure(scenario) is not None
            for slider in self._sliders
            for scenario in self._points(slider).values()
        )

    @property
    def _wanted(self) -> bool:
        """Whether the sliders are to be seen, and no plans are being made."""
        return self._strip.isVisible() and not self._store.stale

    @Slot()
    def _on_changed(self) -> None:
        """Drop what is under way for another scenario, and begin again when all is at rest.

        A drag comes by here with every step, so the points are not looked up: a curve stays, is one of the last
        ones, or is grey until it is asked for.
        """
        for slider in self._sliders:
            base, widget = self._base(slider), slider.group.slider
            if base == slider.base:
                continue
            kept, old = self._kept.get(base), widget.scent
            slider.base = base if kept is not None else None
            same = slider.network is self._store.scenario.network
            if kept is not None:
                widget.set_scent(kept)
            elif old is not None:
                widget.set_scent((old if old.stale else replace(old, stale=True)) if same else None)
        self._on_plans()

    @Slot()
    def _on_plans(self) -> None:
        if not self._wanted:
            self._background.want("curves", ())
        self._rest.start()

    @Slot()
    def _on_arrived(self) -> None:
        if not self._drawing.isActive():
            self._drawing.start()

    @Slot()
    def _ask(self) -> None:
        """Ask for the points: the coarse ones of all sliders in turn, ends and middle first, then all others."""
        if not self._wanted:
            return
        first: list[list[Scenario]] = []
        then: list[Scenario] = []
        for slider in self._sliders:
            coarse, fine = slider.group.slider.scale.samples()
            points = self._points(slider)
            first.append([points[value] for value in bisected(coarse)])
            then += [points[value] for value in fine]
        turns = [point for turn in zip_longest(*first) for point in turn if point is not None]
        self._background.want("curves", dict.fromkeys(turns + then), _SECONDS)
        self._draw()

    def _base(self, slider: _Slider) -> _Base:
        scale = slider.group.slider.scale
        least = scale.value(0.0) * slider.factor
        return slider.field, scale, scenario_at(self._store.scenario, slider.field, least)

    def _points(self, slider: _Slider) -> dict[float, Scenario]:
        """Return the scenario at each value of a slider."""
        coarse, fine = slider.group.slider.scale.samples()
        scenario = self._store.scenario
        return {value: scenario_at(scenario, slider.field, value * slider.factor) for value in coarse + fine}

    @Slot()
    def _draw(self) -> None:
        for slider in self._sliders:
            slider.group.slider.set_scent(self._scent(slider))

    def _scent(self, slider: _Slider) -> Scent | None:
        scale, background = slider.group.slider.scale, self._background
        points = self._points(slider)
        known = {v: f for v, s in points.items() if (f := background.figures(s)) is not None}
        coarse, _ = scale.samples()
        missing = [v for v in coarse if v not in known and background.failure(points[v]) is None]
        old = slider.group.slider.scent
        if missing or not known:
            slider.base = None
            same = slider.network is self._store.scenario.network
            enough = len(coarse) / 2 if old is not None and same else _LEAST
            if len(known) >= enough:  # grey until it is whole
                slider.network = self._store.scenario.network
                return replace(scent_of(scale, dict(sorted(known.items()))), stale=True)
            return replace(old, stale=True) if old is not None and same else None
        slider.network, slider.base = self._store.scenario.network, self._base(slider)
        return self._kept.put(slider.base, scent_of(scale, dict(sorted(known.items()))))


def bisected(values: Sequence[float]) -> list[float]:
    """Return the values with both ends first, then the middle, then the middles of what is left."""
    order, spans = [0, len(values) - 1], [(0, len(values) - 1)]
    for low, high in spans:  # grows meanwhile
        middle = (low + high) // 2
        if low < middle < high:
            order.append(middle)
            spans += [(low, middle), (middle, high)]
    return [values[k] for k in dict.fromkeys(order)]


def scent_of(scale: Scale, known: dict[float, Figures]) -> Scent:
    """Return the curves through what is known, values ascending."""
    return Scent(
        tuple(known),
        tuple(scale.fraction(value) for value in known),
        tuple((m, tuple(f.makespan(m) for f in known.values())) for m, _ in METHODS_DRAWN),
    )


def scenario_at(scenario: Scenario, field: str, value: float) -> Scenario:
    """Return the scenario that a slider would make; everything else stays, Auto included."""
    if field == "tau":
        return replace(scenario, tau=round(value))
    if field == "paths":
        return replace(scenario, paths=round(value), grid=None)
    changed: dict[str, Any] = {field: value}
    return replace(scenario, system=replace(scenario.system, **changed))


def _timer(milliseconds: int, slot: object, parent: QObject) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(slot)
    return timer
