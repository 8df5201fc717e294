"""The tile view: regions, shared cells, what is sent, and the mouse on them."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from plan_factory import make_plan, two_branches
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QToolTip
from pytestqt.qtbot import QtBot

from flgui.theme.tokens import Tokens
from flgui.viewmodel.path_facts import overall_facts, path_facts
from flgui.viewmodel.tile_tip import tile_tip
from flgui.viewmodel.tiles import cover, tiles_model
from flgui.views.tiles import TilesView
from flgui.views.tiles.picture import open_picture, picture_array, sample_picture
from flgui.views.tiles.raster import cell_edges, tile_colors
from planner_core.errors import InputError
from planner_core.network.model import Layer, Network, TensorSpec, Window
from planner_core.plan import Plan
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.zoo import build

LIGHT, DARK = Tokens.load("light"), Tokens.load("dark")
SAME = Window((3, 3), (1, 1), (1, 1, 1, 1))


def convs(shape: tuple[int, int, int], depth: int = 2) -> Network:
    names = ["input", *(f"c{i}" for i in range(1, depth + 1))]
    layers = [Layer(b, "Conv", (a,), shape, 1e6, 500000, SAME) for a, b in pairwise(names)]
    return Network("convs", (TensorSpec("input", shape),), tuple(layers))


@pytest.fixture(scope="module")
def alex() -> tuple[Network, Plan]:
    network = build("alexnet")
    return network, plan(Scenario(network, tau=2, paths=8)).plans["BF"]


def shown(
    qtbot: QtBot, network: Network, found: Plan | None, size: tuple[int, int] = (344, 718)
) -> TilesView:
    view = TilesView(LIGHT)
    qtbot.addWidget(view)
    view.resize(*size)
    view.set_plan(network, found)
    view.show()
    return view


def color_at(view: TilesView, at: QPointF) -> str:
    return view.canvas.grab().toImage().pixelColor(at.toPoint()).name().upper()


def inner(rect: QRectF) -> QPointF:
    """A point off the middle, where the number is, and off the cell lines."""
    return QPointF(rect.left() + rect.width() * 0.25, rect.top() + rect.height() * 0.25)


# -- model ---------------------------------------------------------------------------------------------------


def test_cover_counts_by_hand() -> None:
    regions = np.array([[0, 2, 0, 3], [1, 3, 2, 4], [0, 0, 0, 0]])
    assert np.asarray(cover(regions, 3, 4)).tolist() == [[1, 1, 1, 0], [1, 1, 2, 1], [0, 0, 1, 1]]
    weights = np.array([10.0, 1.0, 5.0])
    assert np.asarray(cover(regions, 3, 4, weights)).tolist() == [
        [10, 10, 10, 0],
        [10, 10, 11, 1],
        [0, 0, 1, 1],
    ]


def test_alexnet_as_in_the_picture_of_the_design(alex: tuple[Network, Plan]) -> None:
    model = tiles_model(*alex)
    assert model.title == "BF, 2×4 over pool1"
    assert model.tensors == ("pool1", "conv1")
    assert model.chosen.tensor == "conv1"  # pool1 has no halo to show
    assert model.chosen.regions[6].tolist() == [26, 55, 26, 41]
    assert [(g.words, g.paths.tolist()) for g in model.groups] == [
        ("input", [0, 3]),
        ("pool1", [1, 2, 4, 5, 6, 7]),
    ]
    assert f"{model.work_factor:.2f} {model.input_factor:.2f}" == "1.07 1.20"


def test_the_tail_is_said_in_brief_where_the_name_of_a_layer_is_long(alex: tuple[Network, Plan]) -> None:
    network, plan = alex
    tail = overall_facts(network, plan).lines[-1]
    left = len(network) - plan.tau
    assert tail.note == f"{left} layers after {network.layers[plan.tau - 1].name}, on the ES"
    assert tail.brief == f"{left} layers, on the ES"


def test_facts_of_a_path(alex: tuple[Network, Plan]) -> None:
    facts = path_facts(*alex, 6)
    assert (facts.title, facts.note) == ("Path 6", "row 1, col 2 · cut after pool1 (o = 3)")
    by_label = {line.label: (line.value, line.note) for line in facts.lines}
    assert by_label["Device"][1] == "20.3\xa0MFLOP, halo included"
    times = alex[
        1
    ].schedule  # equal tiles may change places in an optimal plan: its own times say who is before
    ahead = (
        (times.link_end > times.device_end[6]) & (times.link_start < times.link_start[6]) & times.link_used
    )
    first, second = np.flatnonzero(ahead)
    assert by_label["Queue"][1] == f"behind paths {first} and {second}"
    assert by_label["Link"] == ("2.01\xa0ms", "14×7 cells of 64 maps, 25.1\xa0kB")
    assert by_label["Reads"] == ("", "122×67 input px, 29×15 of conv1")


def test_facts_of_all_paths_add_up(alex: tuple[Network, Plan]) -> None:
    facts = overall_facts(*alex)
    assert facts.title == "All 8 paths"
    assert facts.lines[1].note == f"{float(np.sum(alex[1].bits)) / 8e3:.1f}\xa0kB in all"


def test_regions_in_the_tooltip(alex: tuple[Network, Plan]) -> None:
    model = tiles_model(*alex)
    title, lines = tile_tip(alex[1], model, model.chosen, 6)
    assert title == "Path 6"
    assert [(line.label, line.value, line.note) for line in lines] == [
        ("conv1", "29×15×64", "rows 26–54, cols 26–40"),
        ("size", "111.4\xa0kB", "32 bit per element"),
        ("halo", "1 row, 1 col", "beyond its 28×14"),
        ("shared", "71", "of 435 cells"),
        ("input", "122×67×3", "rows 102–223, cols 102–168"),
        ("sends", "", "pool1"),
    ]


def test_two_tensors_are_sent_between_branches() -> None:
    network = two_branches()
    model = tiles_model(network, make_plan("BF", network, 4, (2, 2), 3))
    assert [g.words for g in model.groups] == ["a + b"]


def test_one_tile_shows_what_it_sends() -> None:
    network = build("alexnet")
    found = plan(Scenario(network), methods=("NFL",)).plans["NFL"]
    model = tiles_model(network, found)
    assert (model.chosen.tensor, model.title) == ("pool1", "NFL, one tile, nothing fused")
    assert model.work_factor == pytest.approx(1.0)
    assert path_facts(network, found, 0).title == "One tile"


def test_a_tile_under_a_cell_is_the_nearest() -> None:
    network = convs((4, 16, 16))
    shown_map = tiles_model(network, make_plan("BF", network, 2, (2, 2), 1), "c1").chosen
    assert shown_map.at(0, 0).tolist() == [0]
    assert shown_map.at(7, 7).tolist() == [0, 1, 2, 3]


def test_cells_have_whole_pixels() -> None:
    assert cell_edges(3, 10).tolist() == [0, 3, 7, 10]
    assert cell_edges(5, 3)[-1] == 3


# -- picture -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tokens", [LIGHT, DARK])
def test_tiles_are_tinted_and_the_selected_one_is_full(
    qtbot: QtBot, alex: tuple[Network, Plan], tokens: Tokens
) -> None:
    view = shown(qtbot, *alex)
    view.set_theme(tokens)
    view.set_tensor("pool1")
    view.set_picture(None)
    rect = view.canvas.tile_rect(6)
    assert color_at(view, inner(rect)) in (tokens.tile_tint(tokens.path_color(6, 2, 4)),)
    view.set_selection(6)
    assert color_at(view, inner(rect)) == tokens.path_color(6, 2, 4)
    assert color_at(view, inner(view.canvas.tile_rect(1))) == tokens.tile_tint(tokens.path_color(1, 2, 4))


def test_shared_cells_are_grey(qtbot: QtBot) -> None:
    network = convs((4, 16, 16), 3)
    view = shown(qtbot, network, make_plan("BF", network, 3, (1, 2), 1))
    view.set_tensor("c1")
    left, right = view.canvas.tile_rect(0), view.canvas.tile_rect(1)
    assert left.right() > right.left()
    image = view.canvas.grab().toImage()
    strip = [
        image.pixelColor(x, y)
        for x in range(int(right.left()) + 3, int(left.right()) - 3)
        for y in range(30, 60)
    ]
    assert any(abs(c.red() - c.blue()) < 24 and c.red() < 220 for c in strip)
    assert QColor(LIGHT.tile_tint(LIGHT.path_color(0, 1, 2))) not in strip


def test_the_selected_region_of_the_picture_is_clear(qtbot: QtBot, alex: tuple[Network, Plan]) -> None:
    view = shown(qtbot, *alex)
    rect = view.canvas.tile_rect(6, picture=True)
    at = QPoint(int(rect.center().x()), int(rect.top() + rect.height() * 0.8))
    veiled = view.canvas.grab().toImage().pixelColor(at)
    view.set_selection(6)
    clear = view.canvas.grab().toImage().pixelColor(at)
    whole = view.canvas.tile_rect(0, picture=True)
    size = (
        round(rect.bottom() - whole.top()),
        round(view.canvas.tile_rect(7, picture=True).right() - whole.left()),
    )
    expected = picture_array(sample_picture(), (3, 224, 224), size)
    assert expected is not None
    want = expected[at.y() - round(whole.top()), at.x() - round(whole.left())]
    assert np.abs(np.array([clear.red(), clear.green(), clear.blue()]) - want).max() <= 2
    assert veiled != clear


@pytest.mark.parametrize("width", [280, 304, 344])
@pytest.mark.parametrize("selected", [None, 0])
def test_what_a_path_sends_is_written_whole(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, width: int, selected: int | None
) -> None:
    network = build("squeezenet")
    view = shown(qtbot, network, make_plan("BF", network, 4, (3, 4), 4), (width, 620))
    view.set_selection(selected)
    written: list[str] = []
    monkeypatch.setattr("flgui.views.tiles.legend._write", lambda painter, room, text: written.append(text))
    view.grab()
    assert "squeeze" in written or "fire2/squeeze" in written
    assert not [text for text in written if "…" in text]


def test_more_than_twelve_paths_are_listed_in_groups(qtbot: QtBot) -> None:
    network = build("alexnet")
    offload = [1 if p < 7 else 3 for p in range(36)]
    view = shown(qtbot, network, make_plan("BF", network, 2, (6, 6), offload))
    seen: list[object] = []
    view.path_selected.connect(seen.append)
    row = QPoint(290, 20 + 12)
    for _ in range(2):
        qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=row)
    assert seen == [0, 1]
    colors = tile_colors(LIGHT, 6, 6)
    assert len(colors.kinds) == 12
    assert colors.hatched.sum() == sum(LIGHT.path_hatched(p, 6, 6) for p in range(36))


@pytest.mark.parametrize(
    ("shape", "grid"),
    [((8, 1, 1), (1, 1)), ((8, 1, 400), (1, 5)), ((8, 200, 80), (3, 2)), ((1, 9, 30), (2, 3))],
)
def test_maps_of_any_shape_are_shown(
    qtbot: QtBot, shape: tuple[int, int, int], grid: tuple[int, int]
) -> None:
    network = convs(shape)
    view = shown(qtbot, network, make_plan("BF", network, 2, grid, 1), (304, 620))
    for picture in (False, True):
        for path in range(grid[0] * grid[1]):
            rect = view.canvas.tile_rect(path, picture=picture)
            assert not rect.isEmpty()
            assert QRectF(view.canvas.rect()).contains(rect)
    view.set_selection(0)
    assert not view.grab().isNull()


def test_sixteen_thousand_tiles_are_shown(qtbot: QtBot) -> None:
    network = convs((2, 128, 128))
    found = make_plan("BF", network, 2, (128, 128), 1)
    view = shown(qtbot, network, found)
    view.set_selection(128 * 64 + 64)
    assert not view.grab().isNull()
    rect = view.canvas.tile_rect(128 * 64 + 64)
    at = rect.center().toPoint()
    with qtbot.waitSignal(view.path_selected) as caught:
        qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=at + QPoint(0, 40))
    assert isinstance(caught.args[0], int)


def test_the_empty_view_says_what_comes(qtbot: QtBot) -> None:
    view = shown(qtbot, build("alexnet"), None)
    image = view.canvas.grab().toImage()
    assert len({image.pixel(x, image.height() // 2) for x in range(image.width())}) > 2
    view.set_selection(3)
    assert view.tensor is None


# -- mouse and keys ------------------------------------------------------------------------------------------


def test_a_click_selects_a_tile_and_a_second_one_none(qtbot: QtBot, alex: tuple[Network, Plan]) -> None:
    view = shown(qtbot, *alex)
    seen: list[object] = []
    view.path_selected.connect(seen.append)
    at = view.canvas.tile_rect(6).center().toPoint()
    qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=at)
    on_picture = view.canvas.tile_rect(3, picture=True).center().toPoint()
    qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=on_picture)
    assert seen == [6, None, 3]


def test_selecting_from_outside_emits_nothing(qtbot: QtBot, alex: tuple[Network, Plan]) -> None:
    view = shown(qtbot, *alex)
    with qtbot.assertNotEmitted(view.path_selected):
        view.set_selection(2)
        view.set_selection(99)
        view.set_selection(None)


def test_a_row_of_the_legend_selects_its_path(qtbot: QtBot, alex: tuple[Network, Plan]) -> None:
    view = shown(qtbot, *alex)
    with qtbot.waitSignal(view.path_selected) as caught:
        qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=QPoint(290, 20 + 24 + 12))
    assert caught.args == [1]


def test_arrow_keys_go_from_tile_to_tile(qtbot: QtBot, alex: tuple[Network, Plan]) -> None:
    view = shown(qtbot, *alex)
    seen: list[object] = []
    view.path_selected.connect(seen.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Left):
        qtbot.keyClick(view.canvas, key)
    assert seen == [0, 1, 5, 4]


def test_the_switch_shows_another_layer(qtbot: QtBot, alex: tuple[Network, Plan]) -> None:
    view = shown(qtbot, *alex)
    assert view.tensor == "conv1"
    with qtbot.waitSignal(view.layer_chosen) as caught:
        at = view.switch.segment("pool1").center().toPoint()
        qtbot.mouseClick(view.switch, Qt.MouseButton.LeftButton, pos=at)
    assert caught.args == ["pool1"]
    assert view.tensor == "pool1"
    qtbot.keyClick(view.switch, Qt.Key.Key_Right)
    assert view.tensor == "conv1"


def test_many_layers_are_chosen_from_a_list_and_the_choice_outlives_a_plan(qtbot: QtBot) -> None:
    network = build("vgg16")
    view = shown(qtbot, network, make_plan("BF", network, 6, (2, 2), 1))
    box = view.switch.list_box
    assert box.isVisible()
    assert [box.itemText(i) for i in range(box.count())][-1] == "conv1_1"
    with qtbot.waitSignal(view.layer_chosen):
        box.setFocus()
        qtbot.keyClick(box, Qt.Key.Key_End)
    assert view.tensor == "conv1_1"
    view.set_plan(network, make_plan("BF", network, 3, (2, 3), 1))
    assert view.tensor == "conv1_1"


def test_hovering_tells_the_regions(qtbot: QtBot, alex: tuple[Network, Plan]) -> None:
    view = shown(qtbot, *alex)
    qtbot.mouseMove(view.canvas, QPoint(2, 2))
    qtbot.mouseMove(view.canvas, view.canvas.tile_rect(6).center().toPoint())
    qtbot.waitUntil(lambda: "Path 6" in QToolTip.text())
    assert "29×15" in QToolTip.text()


def test_a_selection_that_the_next_plan_lacks_is_dropped(qtbot: QtBot, alex: tuple[Network, Plan]) -> None:
    view = shown(qtbot, *alex)
    view.set_selection(6)
    view.set_plan(alex[0], make_plan("BF", alex[0], 2, (1, 2), 3))
    at = view.canvas.tile_rect(0).center().toPoint()
    with qtbot.waitSignal(view.path_selected) as caught:
        qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=at)
    assert caught.args == [0]


def test_a_picture_of_the_user_and_a_file_that_is_none(
    qtbot: QtBot, alex: tuple[Network, Plan], tmp_path: Path
) -> None:
    view = shown(qtbot, *alex)
    red = QImage(20, 10, QImage.Format.Format_RGB32)
    red.fill(QColor("#FF0000"))
    red.save(str(tmp_path / "red.png"))
    view.set_selection(6)
    view.set_picture(open_picture(tmp_path / "red.png"))
    rect = view.canvas.tile_rect(6, picture=True)
    at = QPointF(rect.center().x(), rect.top() + rect.height() * 0.8)
    assert color_at(view, at) == "#FF0000"
    (tmp_path / "text.png").write_text("no picture", encoding="utf-8")
    with pytest.raises(InputError, match=r"text\.png"):
        open_picture(tmp_path / "text.png")


def test_without_a_picture_the_ground_is_plain(qtbot: QtBot, alex: tuple[Network, Plan]) -> None:
    view = shown(qtbot, *alex)
    view.set_selection(6)
    qtbot.mouseClick(view.picture_button, Qt.MouseButton.LeftButton)
    rect = view.canvas.tile_rect(6, picture=True)
    at = QPointF(rect.center().x(), rect.top() + rect.height() * 0.8)
    assert color_at(view, at) == LIGHT.color("surface.sunken")


def test_a_huge_picture_is_read_no_larger_than_it_is_seen(tmp_path: Path) -> None:
    QImage(4000, 1000, QImage.Format.Format_RGB888).save(str(tmp_path / "wide.png"))
    read = open_picture(tmp_path / "wide.png")
    assert (read.width(), read.height()) == (2048, 512)


def test_a_grey_network_gets_a_grey_picture() -> None:
    found = picture_array(sample_picture(), (1, 28, 28), (56, 56))
    assert found is not None
    assert np.all(found[..., 0] == found[..., 2])
    assert picture_array(sample_picture(), (64, 1, 1), (56, 56)) is None


def test_a_pipe_that_is_called_a_picture_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(InputError, match="this is no file"):
        open_picture(tmp_path / "pipe.png")
