"""The presentation: what slides say, how bars move, and a presenter's keys on the stage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from flgui.app import Parts
from flgui.features.presenting import Presenting
from flgui.presentation.stage import PANELS, Stage, lay_out_panels
from flgui.state.pins import Pin
from flgui.theme.style import style_sheet
from flgui.theme.tokens import Tokens, contrast
from flgui.viewmodel.gantt import gantt_model
from flgui.viewmodel.slides import idle_link_s, slide
from flgui.viewmodel.tween import between, ends_between
from planner_core.network.model import Network
from planner_core.plan import PlanSet
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.system import System


@pytest.fixture(scope="module")
def alexnet() -> Network:
    from planner_core.importers import load_network

    return load_network("alexnet")


@pytest.fixture(scope="module")
def plans(alexnet: Network) -> dict[str, PlanSet]:
    """AlexNet cut 2x4 after pool1, at two link rates."""
    base = Scenario(alexnet, tau=2, grid=(2, 4))
    return {
        "fast": plan(replace(base, system=System(rate_bps=100e6))),
        "slow": plan(replace(base, system=System(rate_bps=20e6), grid=(3, 3))),
    }


def test_a_slide_says_the_scenario_the_gain_and_the_reason(plans: dict[str, PlanSet]) -> None:
    shown = slide(plans["fast"], "AlexNet", "BF", 6)
    assert [words for _, words in shown.system] == [
        "device 5\u00a0GFLOPS",
        "link 100\u00a0Mbit/s",
        "edge server 500\u00a0GFLOPS",
    ]
    names = [(head.name, head.method) for head in shown.heads]
    assert names == [("No fusing", "NFL"), ("Minimising waiting", "MW"), ("Optimal plan", "BF")]
    assert shown.heads[2].time == "27.55\u00a0ms"  # what README and flplan say, too
    assert shown.heads[2].compared == "1.66× faster"
    assert shown.conclusion == "27.55\u00a0ms instead of 45.74\u00a0ms"
    assert shown.tiles_titles[0] == "8 tiles, fused over conv1 and pool1"
    best, nfl = plans["fast"].plans["BF"], plans["fast"].plans["NFL"]
    assert idle_link_s(nfl) == pytest.approx(nfl.schedule.device_end[0])
    s = best.schedule
    gaps = float(s.link_end.max()) - float((s.link_end - s.link_start).sum())
    assert idle_link_s(best) == pytest.approx(gaps, abs=1e-12)
    assert shown.sentence.endswith("two raw input tiles fill it while the device computes the other six.")
    assert shown.badge == ("success", "proven optimal for 8 tiles")


def test_a_slide_does_not_speak_of_a_link_that_was_never_idle(alexnet: Network) -> None:
    weak = System(device_flops=1e6, rate_bps=200e6, es_flops=5e9)
    shown = slide(plan(Scenario(alexnet, weak, tau=2, grid=(1, 2))), "AlexNet", "BF", None)
    assert shown.sentence.startswith("All two tiles are sent raw: the edge server computes one while")
    assert "idles" not in shown.sentence


def test_a_slide_claims_no_more_than_is_known(plans: dict[str, PlanSet]) -> None:
    assert slide(plans["fast"], "A", saved=True).badge == ("info", "as saved in its file")
    assert slide(plans["fast"], "A", sentence="So it is.").sentence == "So it is."
    only = replace(plans["fast"], plans={"NFL": plans["fast"].plans["NFL"]})
    lone = slide(only, "A", "BF")
    assert lone.badge is None
    assert lone.heads[2].time == "planning"
    assert lone.path is None
    empty = slide(replace(plans["fast"], plans={}), "A")
    assert (empty.conclusion, empty.plan, empty.tiles) == ("Planning", None, None)
    best = plans["fast"].plans["BF"]
    open_bound = replace(best, optimal=False, lower_bound_s=best.makespan_s / 1.01)
    shown = slide(replace(plans["fast"], plans={**plans["fast"].plans, "BF": open_bound}), "A")
    assert shown.heads[2].name == "Best known plan"
    assert shown.badge is not None
    assert shown.badge[0] == "warning"


@given(st.floats(0, 1))
def test_bars_move_from_where_they_were_to_where_they_are(plans: dict[str, PlanSet], share: float) -> None:
    one, two = gantt_model(plans["fast"]), gantt_model(plans["slow"])
    mid = between(one, two, share)
    assert [len(g.bars) for g in mid.groups] == [len(g.bars) for g in two.groups]
    for old, now, new in zip(one.groups, mid.groups, two.groups, strict=True):
        assert np.all(now.bars.end >= now.bars.start - 1e-15)
        low = np.minimum(new.bars.start, min(old.bars.start.min(), new.bars.start.min()))
        assert np.all(now.bars.start >= low - 1e-15)
    assert between(one, two, 1.0) is two
    start = between(one, two, 0.0)
    for old, now in zip(one.groups, start.groups, strict=True):
        for path in range(min(8, 9 if now.method != "NFL" else 1)):
            for bar in now.bars_of(path):
                resource = now.rows[int(now.bars.row[bar])].resource
                was = [b for b in old.bars_of(path) if old.rows[int(old.bars.row[b])].resource == resource]
                where = old.bars.start[was[0]] if was else two.group(now.method).bars.start[bar]  # type: ignore[union-attr]
                assert now.bars.start[bar] == where
    ends = ends_between(one, two, share)
    for end, old, new in zip(ends, one.groups, two.groups, strict=True):
        assert (
            min(old.makespan_s, new.makespan_s) - 1e-12 <= end <= max(old.makespan_s, new.makespan_s) + 1e-12
        )


def presenting(parts: Parts) -> Presenting:
    return parts.feature(Presenting)


@pytest.fixture
def stage(qtbot: QtBot, parts: Parts, plans: dict[str, PlanSet]) -> Iterator[Stage]:
    """The stage with two pins, in a window of 1280x720."""
    pins = (
        Pin("Fast link", "Here it pays.", plans["fast"], "BF", 6),
        Pin("Slow link", "", plans["slow"], "MW"),
    )
    parts.controller.store.set_pins(pins)
    shown = presenting(parts).open()
    assert shown is not None
    shown.resize(1280, 720)
    shown.show()
    shown.activateWindow()
    qtbot.waitExposed(shown)
    yield shown
    if presenting(parts).stage is not None:
        shown.close()


def test_arrow_keys_step_through_the_pins_and_bars_move(qtbot: QtBot, stage: Stage) -> None:
    assert stage.slide is not None
    assert (stage.slide.name, stage.slide.sentence, stage.slide.path) == ("Fast link", "Here it pays.", 6)
    first = stage.grab().toImage()
    stage._moving_ms = 60_000  # as good as standing still
    QTest.keyClick(stage, Qt.Key.Key_Right)
    assert stage.slide.name == "Slow link"
    moving = stage.grab().toImage()
    stage.finish_motion()
    second = stage.grab().toImage()
    assert first != second
    assert moving not in (first, second)
    QTest.keyClick(stage, Qt.Key.Key_PageDown)
    assert stage.slide.name == "Slow link"  # the last one
    stage._moving_ms = 1
    QTest.keyClick(stage, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: not stage._motion.isActive())
    assert stage.grab().toImage() == first


def test_panels_go_on_and_off_by_number(stage: Stage) -> None:
    assert stage.panels == {"schedules", "tiles"}
    for number, name in enumerate(PANELS, 1):
        before = stage.panels
        shot = stage.grab().toImage()
        QTest.keyClick(stage, Qt.Key(Qt.Key.Key_0 + number))
        assert stage.panels == before ^ {name}
        assert stage.grab().toImage() != shot, name
        QTest.keyClick(stage, Qt.Key(Qt.Key.Key_0 + number))
    QTest.keyClick(stage, Qt.Key.Key_1)
    QTest.keyClick(stage, Qt.Key.Key_2)
    assert stage.panels == {"tiles"}  # the last one stays


def test_panels_never_overlap_and_stay_inside() -> None:
    room = QRectF(64, 118, 1792, 782)
    for mask in range(1, 16):
        panels = frozenset(name for at, name in enumerate(PANELS) if mask >> at & 1)
        boxes = lay_out_panels(room, panels)
        assert set(boxes) == panels
        for name, box in boxes.items():
            assert room.adjusted(-1e-6, -1e-6, 1e-6, 1e-6).contains(box)
            assert box.width() > 300
            assert not any(box.intersects(other) for key, other in boxes.items() if key != name)


def test_space_plays_time_to_the_end(stage: Stage) -> None:
    QTest.keyClick(stage, Qt.Key.Key_Space)
    assert stage.playing
    assert stage.cursor_s == 0.0
    stage.advance(5.0)
    groups = stage.slide.gantt.groups if stage.slide is not None else ()
    longest = max(group.makespan_s for group in groups)
    assert stage.cursor_s == pytest.approx(longest / 2, rel=1e-6)
    shot = stage.grab().toImage()
    stage.advance(100.0)
    assert (stage.playing, stage.cursor_s) == (False, longest)
    assert stage.grab().toImage() != shot
    QTest.keyClick(stage, Qt.Key.Key_Right)
    assert stage.cursor_s is None


def test_the_mouse_brings_controls_that_do_the_same(qtbot: QtBot, parts: Parts, stage: Stage) -> None:
    assert not stage.controls.isVisible()
    QTest.mouseMove(stage.windowHandle(), QPoint(300, 300))
    qtbot.waitUntil(stage.controls.isVisible)
    assert stage.rect().contains(stage.controls.geometry())
    for name, button in stage.controls.buttons.items():
        assert button.accessibleName(), name
    QTest.mouseClick(stage.controls.buttons["next"], Qt.MouseButton.LeftButton)
    assert stage.slide is not None
    assert stage.slide.name == "Slow link"
    QTest.mouseClick(stage.controls.buttons["network"], Qt.MouseButton.LeftButton)
    assert "network" in stage.panels
    stage._away.setInterval(1)
    stage._away.start()
    qtbot.waitUntil(lambda: not stage.controls.isVisible())
    QTest.mouseMove(stage.windowHandle(), QPoint(400, 300))
    qtbot.waitUntil(stage.controls.isVisible)
    QTest.mouseClick(stage.controls.buttons["leave"], Qt.MouseButton.LeftButton)
    assert presenting(parts).stage is None


def test_escape_leaves_and_nothing_of_the_window_has_changed(parts: Parts, stage: Stage) -> None:
    store = parts.controller.store
    before = (store.scenario, store.active, store.selected_path, store.cursor_s)
    QTest.keyClick(stage, Qt.Key.Key_Right)
    QTest.keyClick(stage, Qt.Key.Key_Space)
    QTest.keyClick(stage, Qt.Key.Key_T)
    QTest.keyClick(stage, Qt.Key.Key_Escape)
    assert presenting(parts).stage is None
    assert (store.scenario, store.active, store.selected_path, store.cursor_s) == before
    assert parts.controller.themes.tokens.name == "light"


@pytest.mark.parametrize("where", ["tiles", "network"])
def test_the_keyboard_is_back_where_it_was_after_the_presentation(
    qtbot: QtBot, parts: Parts, plans: dict[str, PlanSet], where: str
) -> None:
    window = parts.window
    window.activateWindow()
    view = window.tiles.canvas if where == "tiles" else window.network.canvas
    view.setFocus()
    parts.controller.store.set_pins((Pin("One", "", plans["fast"]),))
    window.actions_by_key["present"].trigger()
    shown = presenting(parts).stage
    assert shown is not None
    qtbot.waitExposed(shown)
    window.status.setFocus()  # what some window systems do when another window comes up
    QTest.keyClick(shown, Qt.Key.Key_Escape)
    assert presenting(parts).stage is None
    assert window.focusWidget() is view


def test_numbers_on_tiles_are_drawn_at_the_size_of_the_stage(qtbot: QtBot, stage: Stage) -> None:
    """Not as an enlarged picture of small ones: twice the size has finer edges, not the same in blocks."""
    box, tile = stage._boxes["tiles"], QRectF(stage._tiles._pane.tile_rect(6))
    scale = stage.width() / 1920
    at = tile.center() * 1.8
    spot = QPoint(round((box.left() + at.x()) * scale), round((box.top() + 44 + at.y()) * scale))
    image = stage.grab().toImage()
    inks = {image.pixelColor(spot.x() + x, spot.y() + y).rgb() for x in range(-9, 10) for y in range(-9, 10)}
    assert len(inks) > 40, (
        "a picture that is enlarged by the nearest pixel has no other colours than the small one"
    )


def test_a_click_on_a_tile_tells_about_it(stage: Stage) -> None:
    box = stage._boxes["tiles"]
    scale = min(stage.width() / 1920, stage.height() / 1080)
    rect = stage._tiles._pane.tile_rect(1)
    at = QPoint(round((box.left() + 2 * rect.center().x()) * scale), round((box.top() + 52 + 2 * 12) * scale))
    QTest.mouseClick(stage, Qt.MouseButton.LeftButton, pos=at)
    assert stage.slide is not None
    assert stage.slide.path == 1
    assert stage.slide.facts is not None


def test_without_pins_the_open_scenario_is_shown_and_followed(qtbot: QtBot, parts: Parts) -> None:
    action = parts.window.actions_by_key["present"]
    assert action.isEnabled()
    QTest.mouseClick(presenting(parts).button, Qt.MouseButton.LeftButton)
    stage = presenting(parts).stage
    assert stage is not None
    assert stage.slide is not None
    assert stage.isFullScreen()
    assert stage.slide.network is parts.controller.store.scenario.network
    before = stage.slide
    parts.controller.edit("rate_bps", 10e6)
    qtbot.waitUntil(lambda: not parts.controller.store.stale)
    assert stage.slide is not before
    assert stage.slide.system[1][1] == "link 10\u00a0Mbit/s"
    worker: Any = parts.controller.runner._worker
    qtbot.waitUntil(lambda: worker.surveying is not None)
    worker.survey()
    qtbot.waitUntil(lambda: stage._views.has_landscape)
    parts.window.close()
    assert presenting(parts).stage is None


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_on_the_stage_can_be_read_from_the_last_row(theme: str) -> None:
    tokens = Tokens.load(theme)  # type: ignore[arg-type]
    ground = tokens.color("surface.panel")
    assert contrast(tokens.color("text.primary"), ground) >= 12
    assert contrast(tokens.color("text.secondary"), ground) >= 7
    assert contrast(tokens.color("data.selection"), ground) >= 12
    cursor = tokens.color("data.cursor")
    assert contrast(tokens.label_color(cursor), cursor) >= 4.5
    for kind in ("success", "warning", "info"):
        assert contrast(tokens.color(f"status.{kind}"), tokens.color(f"status.{kind}Subtle")) >= 4.5
    least = min(tokens.px(f"type.present.{name}") for name in ("axis", "label", "body"))
    assert least >= 1.8 * 11  # the window's least size, times 1.8


@pytest.mark.parametrize(
    ("share", "says"), [(0.8, "at most 25\u00a0% above the optimum"), (0.0, "not proven optimal")]
)
def test_a_slide_claims_no_more_than_the_bound(plans: dict[str, PlanSet], share: float, says: str) -> None:
    found = plans["fast"]
    best = found.plans["BF"]
    looser = replace(best, optimal=False, lower_bound_s=best.makespan_s * share)
    shown = slide(replace(found, plans={**found.plans, "BF": looser}), "AlexNet", "BF", None)
    assert shown.badge is not None
    assert shown.badge[1] == says


def test_the_controls_of_the_stage_wear_the_theme_of_the_stage(stage: Stage) -> None:
    for name in ("dark", "light"):
        stage.set_theme(Tokens.load(name))
        assert stage.styleSheet() == style_sheet(Tokens.load(name))
