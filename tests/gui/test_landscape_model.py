"""The landscape's matrix: how cells are graded, what is best, what the tooltip says."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import small_network
from landscape_factory import NFL, landscape, model

from flgui.viewmodel.landscape import EMPTY, FASTER, SLOWER, WAITING, landscape_model
from flgui.views.landscape.legend import _tick_words


def test_cells_are_graded_from_the_best_to_nfl() -> None:
    shown = model()
    assert shown.kind.tolist()[0] == [FASTER, FASTER, EMPTY, FASTER]
    assert shown.kind.tolist()[1] == [SLOWER, SLOWER, EMPTY, EMPTY]
    assert shown.ramp[0, 1] == 0.0
    assert shown.ramp[0, 0] == 1.0
    assert shown.ramp[0, 3] == pytest.approx(np.log(1.25) / np.log(2))
    assert shown.ramp[1, 1] == 1.0
    assert shown.best == (0, 1)
    assert (shown.done, shown.total, shown.beating) == (7, 7, 2)
    assert shown.summary() == "2 of 7 cells beat NFL"
    assert shown.unproven.sum() == 1
    assert shown.unproven[0, 3]


def test_no_two_values_of_the_legend_read_alike() -> None:
    assert [words for _, words in _tick_words(model(), "ms")] == ["25", "32"]
    close = landscape()
    close.bf[:] = [0.0400, 0.03975, 0.05, 0.05, 0.08, 0.05, 0.05]
    shown = landscape_model(small_network(), close, NFL)
    words = [text for _, text in _tick_words(shown, "ms")]
    assert words == ["39.83", "39.92"]


def test_mw_has_a_landscape_of_its_own() -> None:
    shown = model(measure="MW")
    assert shown.best_s == 0.030
    assert shown.beating == 1
    assert shown.kind[0, 3] == SLOWER


def test_what_is_not_planned_waits() -> None:
    shown = model(filled=False)
    assert shown.best is None
    assert set(shown.kind[shown.cell >= 0].tolist()) == {WAITING}
    assert (shown.summary(), shown.progress()) == ("", "0 of 7 cells drawn")
    assert shown.tip((0, 1)).lines == (("", "not planned yet", ""),)


def test_among_equals_the_plan_that_is_shown_is_the_best() -> None:
    found = landscape()
    found.bf[2] = found.bf[1]
    assert landscape_model(small_network(), found, NFL, "BF", (1, 2, 2)).best == (0, 3)
    assert landscape_model(small_network(), found, NFL, "BF", (4, 1, 1)).best == (0, 1)


def test_a_grid_of_the_user_is_no_cell() -> None:
    assert model(current=(1, 2, 2)).current == (0, 3)
    assert model(current=(1, 4, 1)).current is None


def test_nfl_is_taken_from_the_last_row_when_no_plan_has_said_it() -> None:
    assert landscape_model(small_network(), landscape(), None).nfl_s == NFL
    assert landscape_model(small_network(), landscape(False), None).nfl_s is None


def test_the_tooltip_compares_with_the_best_and_with_nfl() -> None:
    tip = model().tip((0, 3))
    assert tip.title == "1 layer fused (conv1), 4 tiles 2×2"
    assert tip.lines[0] == ("BF", "25.00\u00a0ms", "+25.0\u00a0% over the best")
    assert tip.lines[1] == ("MW", "45.00\u00a0ms", "slower than NFL")
    assert tip.lines[2] == ("", "24.00\u00a0ms", "proven lower bound of BF")
    assert tip.hint == "Click to set τ 1, P 4"
    assert model().tip((0, 1)).lines[0][2] == "the best"
    assert model().tip((2, 3)).hint == "The maps cannot be cut into 4 tiles"


def test_arrows_go_from_cell_to_cell() -> None:
    shown = model()
    assert shown.beside((0, 1), 0, 1) == (0, 3)
    assert shown.beside((0, 3), 0, 1) == (0, 3)
    assert shown.beside((0, 3), 1, 0) == (1, 1)
    assert shown.beside((1, 1), 1, 0) == (2, 0)
    assert shown.beside((3, 0), 1, 0) == (3, 0)
    assert shown.vectors_from == 2


def test_nothing_beats_nfl() -> None:
    found = landscape()
    found.bf[:] = 0.05
    found.bf[[0, 5, 6]] = NFL
    shown = landscape_model(small_network(), found, NFL)
    assert shown.beating == 0
    assert shown.ramp[0, 0] == 0.0
    assert shown.ticks() == ()


def test_a_plan_past_the_last_column_is_named_with_its_makespan() -> None:
    shown = model(beyond=(2, 1024, 0.0123))
    assert shown.beyond_text() == "not shown: 12.30\u00a0ms, τ 2 · P 1024"
    assert model().beyond_text() == ""
