"""Schedules and tiles of very many paths: work that nobody would see is left out, and nothing that is seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from plan_factory import make_plan, make_planset, timed
from pytestqt.qtbot import QtBot
from test_tiles_view import convs, shown

from flgui.theme.path_fills import path_fills
from flgui.theme.tokens import THEME_NAMES, Tokens
from flgui.viewmodel.critical import critical_of
from flgui.viewmodel.gantt import GanttGroup, GanttModel, gantt_model
from flgui.viewmodel.moments import Phase, phases
from flgui.viewmodel.overlap import block_count, blocks
from flgui.viewmodel.tiles import tiles_model
from flgui.views.gantt import GanttView, bars, marking
from flgui.views.tiles import heat
from flgui.views.tiles.pane import TilePane
from planner_core.system import System

SIDE = 48


def crowd(equal: bool) -> GanttModel:
    """2,304 paths, one worker each; with equal lengths nearly every bar is critical, else all on the device are."""
    network, system = convs((4, SIDE, SIDE)), System(device_workers=1, es_workers=1)
    made = make_plan("BF", network, 2, (SIDE, SIDE), 2)
    rng = np.random.default_rng(5)
    lengths = [np.full(made.paths, 1e-3)] * 3
    if not equal:
        lengths = [rng.uniform(5e-4, 1e-3, made.paths), np.full(made.paths, 2e-4), np.full(made.paths, 1e-4)]
    schedule = timed(*lengths, range(made.paths), 0.01, system)
    found = replace(made, schedule=schedule, makespan_s=schedule.tail_end)
    return gantt_model(make_planset(network, found, system=system))


def literal_chain(group: GanttGroup) -> list[int]:
    """From the end back, from each bar to the earliest one that it waits for, of equals the first."""
    found, bars = critical_of(group), group.bars
    last = np.flatnonzero(found.on_path & np.isclose(bars.end, group.makespan_s, rtol=1e-9))
    at = int(last[np.argmin(bars.start[last])])
    chain = [at]
    while True:
        before = sorted((bars.start[a], a) for a, b in found.links.tolist() if b == at)
        if not before:
            return chain[::-1]
        at = int(before[0][1])
        chain.append(at)


@pytest.mark.parametrize("equal", [False, True])
def test_the_critical_chain_is_the_one_found_step_by_step(equal: bool) -> None:
    model = crowd(equal)
    group = model.group("BF")
    assert group is not None
    found = critical_of(group)
    assert len({tuple(link) for link in found.links.tolist()}) == len(found.links)
    assert found.links.tolist() == sorted(found.links.tolist())
    end = int(found.chain[-1])
    head = set(found.chain[-40:].tolist())  # the literal way takes too long for all of them
    links = found.links[np.isin(found.links[:, 1], list(head))]
    object.__setattr__(found, "links", links)
    assert literal_chain(group)[-40:] == found.chain[-40:].tolist()
    assert group.bars.end[end] == pytest.approx(group.makespan_s)


@pytest.mark.parametrize("equal", [False, True])
def test_critical_bars_that_others_cover_are_not_painted_and_not_missed(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, equal: bool
) -> None:
    view = GanttView(Tokens.load("dark"))  # light bars have edges where there are few
    qtbot.addWidget(view)
    view.resize(900, 500)
    view.show()
    view.set_model(crowd(equal))
    painted: list[int] = []
    draw = bars.draw_rects

    def counted(painter, rects, fill) -> None:
        painted.append(len(rects))
        draw(painter, rects, fill)

    monkeypatch.setattr(bars, "draw_rects", counted)
    monkeypatch.setattr(marking, "draw_rects", counted)
    view.set_critical(True)
    found = view.grab().toImage()
    assert sum(painted) < 8 * view.width()
    monkeypatch.setattr(bars, "_seen", lambda row, x0, code, bar: bar)
    view.set_critical(False)
    view.set_critical(True)
    assert view.grab().toImage() == found


@pytest.mark.parametrize("name", THEME_NAMES)
def test_fills_of_a_grid_are_those_of_its_paths(name: str) -> None:
    tokens = Tokens.load(name)  # type: ignore[arg-type]
    palette = tokens.colors("path")
    for rows, cols in ((1, 2), (3, 4), (1, 13), (6, 6), (7, 31), (64, 5)):
        code, hatched = path_fills(tokens, rows, cols)
        paths = range(rows * cols)
        assert [palette[c] for c in code.tolist()] == [tokens.path_color(p, rows, cols) for p in paths]
        assert hatched.tolist() == [tokens.path_hatched(p, rows, cols) for p in paths]


def test_a_moment_looks_only_at_tiles_that_have_room_for_a_sign(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = convs((2, 128, 128))
    plan = make_plan("BF", network, 2, (128, 128), 1)
    view = shown(qtbot, network, plan)
    before = view.canvas.grab().toImage()
    asked: list[int] = []
    one = TilePane.tile_rect
    monkeypatch.setattr(TilePane, "tile_rect", lambda pane, path: asked.append(path) or one(pane, path))
    found = phases(plan, plan.makespan_s / 2)
    assert len(set(found.tolist()) - {Phase.TO_START, Phase.DONE}) > 0
    view.set_phases(found)
    assert view.canvas.grab().toImage() != before
    assert asked == []


def test_numbers_of_a_heat_map_without_room_are_not_even_made(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = convs((2, 128, 128))
    plan = make_plan("BF", network, 2, (64, 64), 1)
    model = tiles_model(network, plan)
    assert block_count(model.chosen) == len(blocks(model.chosen))
    made: list[object] = []
    monkeypatch.setattr(heat, "blocks", lambda shown: made.append(shown) or ())
    view = shown(qtbot, network, plan)
    view.set_mode("overlap")
    assert not view.canvas.grab().isNull()
    assert made == []
