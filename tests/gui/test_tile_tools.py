"""Tools of the tiles: overlap counted, the receptive cone, the user's own picture, sizes on hover."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QToolTip
from test_moments import move
from test_tiles_view import LIGHT, color_at, convs, shown

from flgui.app import Parts
from flgui.viewmodel.cone import MOST_LEVELS, cone_of
from flgui.viewmodel.overlap import blocks, even_share, overlap_scale
from flgui.viewmodel.tile_tip import level_tip, tile_tip
from flgui.viewmodel.tiles import tiles_model
from flgui.views.tiles.raster import heat_colors
from planner_core.network.model import Network
from planner_core.plan import Plan
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.tiling import Tiling
from planner_core.zoo import build


@pytest.fixture(scope="module")
def alex() -> tuple[Network, Plan]:
    network = build("alexnet")
    return network, plan(Scenario(network, tau=2, paths=8)).plans["BF"]


@pytest.fixture(scope="module")
def square() -> tuple[Network, Plan]:
    """Two 3x3 convolutions on 8x8 in 2x2 tiles: of the input each tile needs its 4x4 and two more rows and columns."""
    network = convs((4, 8, 8))
    return network, plan(Scenario(network, tau=2, grid=(2, 2)), methods=("BF",)).plans["BF"]


# -- models --------------------------------------------------------------------------------------------------


def test_overlap_by_hand(square) -> None:
    """c1: 5x5 of 8x8 each: the middle two rows and columns are needed twice, the middle 2x2 four times."""
    model = tiles_model(*square, "c1")
    scale = overlap_scale(model.chosen)
    assert scale.most == 4
    assert scale.steps == ((1, 36 / 64), (2, 24 / 64), (4, 4 / 64))
    assert scale.factor == pytest.approx(4 * 25 / 64)
    found = {(b.y0, b.y1, b.x0, b.x1): b.count for b in blocks(model.chosen)}
    assert len(found) == 9
    assert found[3, 5, 3, 5] == 4
    assert found[0, 3, 3, 5] == 2
    assert found[5, 8, 5, 8] == 1
    assert model.input_factor == pytest.approx(4 * 36 / 64)


def test_blocks_hold_one_count_each_and_cover_every_cell_once(alex) -> None:
    for tensor in ("conv1", "pool1"):
        model = tiles_model(*alex, tensor).chosen
        seen = np.zeros_like(model.count)
        for b in blocks(model):
            assert (model.count[b.y0 : b.y1, b.x0 : b.x1] == b.count).all()
            seen[b.y0 : b.y1, b.x0 : b.x1] += 1
        assert (seen == 1).all()


def test_an_even_share_is_what_a_tile_owns(alex) -> None:
    network, found = alex
    tiling = Tiling.of(network, found.tau, found.rows, found.cols)
    share = even_share(network.shapes["pool1"], found.rows, found.cols)
    assert (share == tiling.owned("pool1")).all()


def test_the_cone_by_hand(square) -> None:
    cone = cone_of(*square, 3)
    assert [level.tensor for level in cone.levels] == ["c2", "c1", "input"]
    assert [level.region for level in cone.levels] == [(4, 8, 4, 8), (3, 8, 3, 8), (2, 8, 2, 8)]
    assert [level.halo for level in cone.levels] == [(0, 0), (1, 1), (2, 2)]
    assert cone.edges == ((0, 1), (1, 2))
    title, lines = level_tip(cone, 1, 32)
    assert title == "Path 3 on c1"
    assert [(line.label, line.value) for line in lines] == [
        ("region", "5×5×4"),
        ("size", "400\xa0B"),
        ("halo", "1 row, 1 col"),
        ("share", "39.1\xa0%"),
    ]


def test_a_deep_cone_keeps_the_ends_and_stays_connected() -> None:
    network = build("squeezenet")
    found = plan(Scenario(network, tau=30, grid=(2, 2)), methods=("MW",)).plans["MW"]
    cone = cone_of(network, found, 0)
    assert len(cone.levels) <= MOST_LEVELS
    assert len(cone.levels) + cone.left_out == 31
    assert cone.levels[0].tensor == network.layers[29].name
    assert cone.levels[-1].tensor == network.inputs[0].name
    reached = {0}
    for upper, lower in cone.edges:
        if upper in reached:
            reached.add(lower)
    assert len(cone.levels) - 1 in reached


def test_bits_that_are_sent_are_compared_with_an_even_cut(square) -> None:
    network, found = square
    for o, expected in ((1, 4 * 36 / 64), (2, 4 * 25 / 64), (3, None)):
        object.__setattr__(found, "offload", np.full(4, o))
        factor = tiles_model(network, found).sent_factor
        # o = 3 is the end of this network: its output is its own, and nothing crosses
        assert factor == (pytest.approx(expected) if expected else factor)
        assert (factor is None) == (expected is None)


def test_sizes_and_halo_on_hover(alex) -> None:
    model = tiles_model(*alex)
    _, lines = tile_tip(alex[1], model, model.chosen, 6, bits=16, phase=3)
    by_label = {line.label: (line.value, line.note) for line in lines}
    assert by_label["conv1"] == ("29×15×64", "rows 26–54, cols 26–40")
    assert by_label["size"] == ("55.7\xa0kB", "16 bit per element")
    assert by_label["halo"] == ("1 row, 1 col", "beyond its 28×14")
    assert by_label["now"] == ("", "being sent")


# -- with mouse and keys -------------------------------------------------------------------------------------


def test_the_overlap_button_turns_the_map_into_a_heat_map(qtbot, square) -> None:
    view = shown(qtbot, *square)
    view.set_tensor("c1")
    button = view.mode_buttons["overlap"]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert view.canvas.mode == "overlap"
    colors = heat_colors(LIGHT, 4)
    box = view.canvas.tile_rect(0)
    cell = box.width() / 5
    alone = QPointF(box.left() + 0.5 * cell, box.top() + 0.5 * cell)
    most = QPointF(box.left() + 4.5 * cell + 4, box.top() + 4.5 * cell + 4)
    assert color_at(view, alone) == colors[1]
    assert color_at(view, most) == colors[4]
    qtbot.keyClick(view.canvas, Qt.Key.Key_R)
    assert view.canvas.mode == "cone", "one at a time"
    assert not button.isChecked()
    qtbot.keyClick(view.canvas, Qt.Key.Key_R)
    assert view.canvas.mode == "tiles"


def test_a_tile_can_be_chosen_on_the_cone(qtbot, alex) -> None:
    view = shown(qtbot, *alex)
    view.set_mode("cone")
    cone = view.canvas.cone
    assert cone.cone.path == 6, "without a selection one with neighbours on all sides"
    picked = []
    view.path_selected.connect(picked.append)
    qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=cone.spot(0, 1).toPoint())
    assert picked == [1]
    assert cone.cone.path == 1
    move(view.canvas, cone.spot(0, 4).toPoint())
    assert "on pool1" in QToolTip.text()
    assert "even share" in QToolTip.text()
    before = view.canvas.grab().toImage()
    view.set_selection(5)
    assert view.canvas.grab().toImage() != before


@pytest.mark.parametrize("name", ["squeezenet", "yolov2"])
def test_cone_and_heat_map_are_drawn_for_deep_networks(qtbot, name: str) -> None:
    network = build(name)
    found = plan(Scenario(network, tau=12, grid=(4, 4)), methods=("MW",)).plans["MW"]
    view = shown(qtbot, network, found, (304, 560))
    pictures = []
    for mode in ("tiles", "overlap", "cone"):
        view.set_mode(mode)
        pictures.append(view.canvas.grab().toImage())
    assert pictures[0] != pictures[1] != pictures[2]


def test_the_picture_can_lie_under_the_tiles_of_the_layer(qtbot, alex) -> None:
    view = shown(qtbot, *alex)
    before = view.canvas.grab().toImage()
    action = next(a for a in view.more_button.menu().actions() if a.isCheckable())
    action.trigger()
    assert view.canvas.grab().toImage() != before
    action.trigger()
    assert view.canvas.grab().toImage() == before


# -- the user's own picture ----------------------------------------------------------------------------------


def drop(widget, path: Path) -> tuple[bool, bool]:
    """Drag a file over a widget and drop it; whether each was accepted."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(60, 60), copy, data, left, none)
    enter.ignore()
    QApplication.sendEvent(widget, enter)
    if not enter.isAccepted():
        return False, False
    event = QDropEvent(QPointF(60, 60), copy, data, left, none)
    QApplication.sendEvent(widget, event)
    return True, event.isAccepted()


def red(path: Path) -> Path:
    image = QImage(40, 40, QImage.Format.Format_RGB888)
    image.fill(Qt.GlobalColor.red)
    assert image.save(str(path))
    return path


def test_a_picture_that_is_dropped_is_shown_and_remembered(parts: Parts, qtbot, tmp_path: Path) -> None:
    tiles, settings = parts.window.tiles, parts.controller.settings
    before = tiles.canvas.grab().toImage()
    assert drop(tiles, red(tmp_path / "red.png")) == (True, True)
    qtbot.waitUntil(lambda: settings.picture.endswith("red.png"), timeout=20_000)
    assert tiles.canvas.grab().toImage() != before
    next(a for a in tiles.more_button.menu().actions() if "sample" in a.text()).trigger()
    assert settings.picture == ""
    assert tiles.canvas.grab().toImage() == before


def test_a_broken_picture_gives_one_message_and_keeps_the_old(parts: Parts, qtbot, tmp_path: Path) -> None:
    tiles, messages = parts.window.tiles, parts.window.messages
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n" + b"nothing")
    before = tiles.canvas.grab().toImage()
    assert drop(tiles, broken) == (True, True)
    qtbot.waitUntil(lambda: messages.isVisible(), timeout=20_000)
    assert messages.message.title == "broken.png was not opened."
    assert messages.message.text == (
        "This is no picture that can be read. The tiles keep the picture that they have."
    )
    qtbot.waitUntil(lambda: tiles.canvas.grab().toImage() == before, timeout=20_000)
    assert parts.controller.settings.picture == ""


def test_networks_that_are_dropped_on_the_tiles_go_to_the_window(parts: Parts, tmp_path: Path) -> None:
    file = tmp_path / "net.json"
    file.write_text("{}")
    pictures, files = [], []
    parts.window.tiles.picture_dropped.connect(pictures.append)
    parts.window.files_dropped.connect(files.append)
    drop(parts.window.tiles, file)  # Qt asks the parents when a widget does not accept
    assert (pictures, files) == ([], [[file]])
