"""The chart of a sweep: what is marked follows the model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyqtgraph as pg
import pytest
from conftest import small_network
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from flgui.theme.tokens import Tokens
from flgui.viewmodel.sweep import ChartModel, chart_model
from flgui.viewmodel.sweep_axes import Spec
from flgui.viewmodel.sweep_cuts import KINDS, Crossing
from flgui.views.sweep.chart import Chart
from planner_core.figures import Figures
from planner_core.scenario import Scenario


@pytest.fixture
def model() -> ChartModel:
    """Every point planned and proven, no faster than NFL."""
    spec = Spec("rate-mbps", 1.0, 100.0, 3)

    def known(point: Scenario) -> Figures:
        names = {"NFL": (None, None), "MW": (None, None), "BF": (1.0, True)}
        return Figures(
            tuple(
                {"method": name, "tau": 1, "paths": 1, "grid": [1, 1], "makespan_s": 1.0}
                | {"lower_bound_s": low, "optimal": optimal}
                for name, (low, optimal) in names.items()
            )
        )

    return chart_model(Scenario(small_network()), spec, "Small", known, lambda _: None)


@pytest.fixture
def chart(qtbot: QtBot) -> Iterator[Chart]:
    made = Chart(Tokens.load("light"))
    qtbot.addWidget(made)
    made.resize(600, 500)
    yield made
    made.release()


def test_a_point_that_is_left_open_gets_its_ring_though_nothing_else_changes(
    qtbot: QtBot, model: ChartModel
) -> None:
    chart = Chart(Tokens.load("light"))
    qtbot.addWidget(chart)
    chart.resize(600, 400)
    chart.set_model(model, chart.decades_needed(model))
    rings = chart._marks._rings
    assert len(rings.data) == 0
    opened = replace(model, open_gap=np.array([0.0, 1e-3, 0.0]))
    chart.set_model(opened, chart.decades_needed(opened))
    assert list(rings.data["x"]) == [pytest.approx(1.0)]
    closed = replace(model, open_gap=np.zeros(3))
    chart.set_model(closed, chart.decades_needed(closed))
    assert len(rings.data) == 0
    chart.release()


@pytest.mark.parametrize("ratio", [1, 2])
def test_curves_are_as_wide_on_a_fine_screen(chart: Chart, model: ChartModel, ratio: int) -> None:
    chart.set_model(model, chart.decades_needed(model))
    image = QImage(600 * ratio, 500 * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    chart.render(image)
    ink = QColor(Tokens.load("light").method_color("BF"))
    column = [image.pixelColor(300 * ratio, y) for y in range(image.height())]
    dark = sum(abs(c.red() - ink.red()) < 60 and abs(c.blue() - ink.blue()) < 60 for c in column)
    assert dark == pytest.approx(2.75 * ratio, abs=1.3)


@pytest.mark.parametrize("ratio", [1, 2])
def test_the_line_of_the_scenario_is_as_wide_on_a_fine_screen(
    chart: Chart, model: ChartModel, ratio: int
) -> None:
    chart.set_model(model, chart.decades_needed(model))
    rows = []
    for mark in (None, 10.0):
        chart.set_mark(mark, ())
        image = QImage(600 * ratio, 500 * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        chart.render(image)
        rows.append([image.pixelColor(x, 120 * ratio).green() for x in range(image.width())])
    ink = QColor(Tokens.load("light").color("accent.base")).green()
    covered = sum(
        max(0, before - after) / (before - ink) for before, after in zip(*rows, strict=True) if before > ink
    )
    assert covered == pytest.approx(1.5 * ratio, abs=0.6)


def test_crossings_at_one_place_share_a_mark(chart: Chart, model: ChartModel) -> None:
    first, second, third = (kind for kind, _, _ in KINDS[:3])
    places = ((first, 8.06), (second, 8.06), (third, 40.0))
    met = replace(model, crossings=tuple(Crossing(kind, x, 0.5) for kind, x in places))
    chart.set_model(met, chart.decades_needed(met))
    words = [item.toPlainText() for item in chart._letters.items if isinstance(item, pg.TextItem)]
    assert words == ["a b", "c"]


@pytest.mark.parametrize("share", [0.5, 0.85, 0.89, 0.95, 0.999])
def test_the_words_of_a_baseline_and_of_the_scenario_never_meet(
    chart: Chart, model: ChartModel, share: float
) -> None:
    model = replace(model, bf=np.full(len(model.x), 0.02))  # a chart of two decades
    high = float(np.log10(model.times_shown[1])) + 0.16
    low = high - chart.decades_needed(model)
    # "ES only" falls from so high in the chart to its foot; its name is beside it, if there is room.
    x = model.exact.x
    level = np.linspace(low + share * (high - low), low, len(x))
    falling = replace(model, exact=replace(model.exact, es_only=10.0**level))
    chart.set_model(falling, chart.decades_needed(falling))
    assert chart.times.getViewBox().viewRange()[1] == pytest.approx([low, high], abs=0.01)
    (name,) = [
        item
        for item in chart.times.items
        if isinstance(item, pg.TextItem) and item.toPlainText() == "ES only"
    ]
    for place in np.geomspace(1.0, 100.0, 40):
        chart.set_mark(float(place), ())
        chart.grab()  # words find their place when they are painted
        badge = chart._own._word
        mine = name.mapRectToScene(name.boundingRect())
        assert not mine.intersects(badge.mapRectToScene(badge.boundingRect()))
