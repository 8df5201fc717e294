"""The landscape's colours and where its cells stand."""

from __future__ import annotations

import numpy as np
import pytest
from landscape_factory import model
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from flgui.theme.tokens import Tokens, contrast
from flgui.views.landscape import LandscapeView
from flgui.views.landscape.places import arrange
from flgui.views.landscape.raster import cell_colors, ramp_colors


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_best_stands_out_most_and_slower_cells_are_grey(theme: str) -> None:
    tokens = Tokens.load(theme)  # type: ignore[arg-type]
    colors = cell_colors(model(), tokens, None)
    panel = tokens.color("surface.panel")
    names = {place: QColor(*colors[place].tolist()).name() for place in ((0, 1), (0, 3), (0, 0), (1, 0))}
    assert names[0, 1] == tokens.colors("heat")[0].lower()
    assert names[0, 0] == tokens.colors("heat")[-1].lower()
    assert contrast(names[0, 1], panel) > contrast(names[0, 3], panel) > contrast(names[0, 0], panel)
    assert QColor(*colors[0, 2].tolist()).name() == panel.lower()
    slower = ramp_colors(tokens, "heatSlower")
    assert colors[1, 1].tolist() == slower[-1].tolist()


def test_a_theme_that_is_set_again_changes_no_pixel(qtbot: QtBot) -> None:
    tokens, view = Tokens.load("light"), LandscapeView()
    qtbot.addWidget(view)
    view.resize(600, 300)
    view.set_theme(tokens)
    view.set_model(model())
    view.set_model(model(filled=False), fresh=True)
    dimmed = view.grab().toImage()
    view.set_theme(tokens)
    assert view.grab().toImage() == dimmed
    view.set_model(None)
    view.set_model(model(filled=False))
    assert view.grab().toImage() != dimmed


def test_cells_that_wait_keep_the_colour_they_had_dimmed() -> None:
    tokens = Tokens.load("light")
    before = cell_colors(model(), tokens, None)
    after = cell_colors(model(filled=False), tokens, before)
    panel = np.array([255, 255, 255])
    assert after[0, 1].tolist() == np.rint(panel + (before[0, 1] - panel.astype(float)) * 0.4).tolist()


def test_alexnet_fits_and_its_rows_stand_under_the_bars() -> None:
    places = arrange((842, 234), (11, 36), 80, 17, 14)
    assert places.left == 89
    assert places.beyond == (0, 0)
    assert (places.column, places.row) == (15, 18)
    assert places.at(89, 8) == (0, 0)
    assert places.at(89 + 36 * 15, 8) is None
    assert places.at(89 + 36 * 15 - 1, 8 + 11 * 18 - 1) == (10, 35)


def test_many_layers_scroll_by_whole_readable_rows() -> None:
    places = arrange((842, 234), (70, 144), 146, 17, 14, (0, 10_000))
    assert places.row == 14
    assert places.column == 7
    assert places.height % 14 == 0
    assert places.y == places.beyond[1] == 70 * 14 - places.height
    assert places.at(places.left, places.top) == (places.y // 14, 0)
    assert places.beyond[0] > 0
