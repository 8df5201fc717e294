"""The network view: what it says, where it puts the placement, and the mouse on it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from plan_factory import alexnet, make_plan, two_branches
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from flgui.layout.graph import skeleton
from flgui.theme.tokens import Tokens
from flgui.viewmodel.network import (
    kernel_text,
    network_model,
    operator_family,
    short_flop,
)
from flgui.viewmodel.placement import placement
from flgui.views.lettering import metrics
from flgui.views.network import NetworkView
from flgui.views.network.node_item import NodeItem
from planner_core.network.model import (
    POINTWISE,
    WHOLE,
    Layer,
    Network,
    TensorSpec,
    Transposed,
    Upsample,
    Window,
)
from planner_core.plan import Plan
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.zoo import build

LIGHT, DARK = Tokens.load("light"), Tokens.load("dark")


def planned(network: Network, tau: int, paths: int) -> Plan:
    return plan(Scenario(network, tau=tau, paths=paths)).plans["BF"]


@pytest.fixture(scope="module")
def alex_plan() -> Plan:
    return planned(build("alexnet"), 2, 8)


def shown(qtbot: QtBot, network: Network, size: tuple[int, int] = (252, 700)) -> NetworkView:
    view = NetworkView(LIGHT)
    qtbot.addWidget(view)
    view.resize(*size)
    view.set_network(network)
    view.show()
    return view


def pixels(view: NetworkView) -> QImage:
    return view.grab().toImage()


def has_color(image: QImage, color: str, box: tuple[int, int, int, int] | None = None) -> bool:
    x, y, width, height = box or (0, 0, image.width(), image.height())
    data = image.convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(data.constBits(), dtype=np.uint32).reshape(image.height(), image.width())
    part = flat[y : y + height, x : x + width] & 0xFFFFFF
    return bool(np.any(part == int(color[1:], 16)))


# -- words ---------------------------------------------------------------------------------------------------


def test_words_of_alexnet() -> None:
    model = network_model(build("alexnet"))
    conv1 = model.nodes[1]
    assert (model.title, model.summary) == ("AlexNet", "11 layers · 1.43\xa0GFLOP")
    assert (conv1.name, conv1.family, conv1.kernel, conv1.flop, conv1.shape) == (
        "conv1",
        "conv",
        "11×11 /4",
        "141 M",
        "64×55×55",
    )
    assert ("Folded in", "relu1") in conv1.facts
    assert ("MACs", "70\u202f276\u202f800") in conv1.facts
    assert max(node.share for node in model.nodes) == 1.0
    assert model.is_chain
    assert not network_model(two_branches()).is_chain


@pytest.mark.parametrize(
    ("receptive", "text"),
    [
        (Window((3, 3)), "3×3"),
        (Window((3, 1), (2, 1)), "3×1 /2×1"),
        (Window((3, 3), dilation=(2, 2)), "3×3 d2"),
        (Transposed(Window((2, 2), (2, 2))), "2×2 ×2"),
        (Upsample((2, 2)), "up ×2"),
        (POINTWISE, ""),
        (WHOLE, ""),
    ],
)
def test_kernel_words(receptive: object, text: str) -> None:
    assert kernel_text(receptive) == text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("flop", "text"),
    [
        (0, "0"),
        (999, "999"),
        (8192, "8 k"),
        (82900, "0.1 M"),
        (420000, "0.4 M"),
        (8.19e6, "8 M"),
        (3.699e9, "3.7 G"),
    ],
)
def test_flop_in_a_narrow_column(flop: float, text: str) -> None:
    assert short_flop(flop) == text


def test_operator_families() -> None:
    def family(op: str) -> str:
        return operator_family(Layer("x", op, ("y",), (1, 1, 1), 0.0, 0, POINTWISE))

    assert [
        family(op) for op in ("Conv", "MaxPool", "Gemm", "Concat", "Relu", "LRN", "Reorg", "Mystery")
    ] == [
        "conv",
        "pool",
        "fc",
        "merge",
        "act",
        "norm",
        "reshape",
        "custom",
    ]


# -- placement -----------------------------------------------------------------------------------------------


def test_placement_of_a_path_that_is_cut_behind_the_prefix(alex_plan: Plan) -> None:
    found = placement(build("alexnet"), alex_plan, 6)
    assert found.title == "Placement of path 6 in BF"
    assert (found.band, found.band_title, found.band_note) == (2, "Fused, τ 2", "8 tiles")
    assert found.device.tolist() == [1.0] * 3 + [0.0] * 9
    assert [(cut.node, cut.readers, cut.text) for cut in found.cuts] == [(2, (3,), "64×14×7 · 25.1\xa0kB")]


def test_placement_of_all_paths_counts_them(alex_plan: Plan) -> None:
    found = placement(build("alexnet"), alex_plan, None)
    assert found.title == "Placement in BF, all 8 paths"
    assert found.device.tolist() == [1.0, 0.75, 0.75] + [0.0] * 9
    assert [(cut.node, cut.text) for cut in found.cuts] == [(0, "2 of 8 paths"), (2, "6 of 8 paths")]


def test_a_cut_between_branches_sends_two_tensors() -> None:
    network = two_branches()
    found = placement(network, make_plan("BF", network, 5, (1, 1), 3), 0)
    assert [(cut.node, cut.readers) for cut in found.cuts] == [(1, (3,)), (2, (4,))]
    assert found.device.tolist() == [1, 1, 1, 0, 0, 0]


def test_device_only_sends_nothing() -> None:
    network = two_branches()
    found = placement(network, make_plan("NFL", network, 5, (1, 1), 6), None)
    assert found.cuts == ()
    assert found.band == 0
    assert found.device.tolist() == [1.0] * 6


# -- picture -------------------------------------------------------------------------------------------------


def test_a_chain_shows_rail_band_and_link_in_their_colours(qtbot: QtBot, alex_plan: Plan) -> None:
    view = shown(qtbot, build("alexnet"))
    view.set_placement(alex_plan, 6)
    image = pixels(view)
    rail = (20, 60, 30, 600)
    for name in ("device", "link", "es"):
        assert has_color(image, LIGHT.color(f"resource.{name}"), rail)
    assert has_color(image, LIGHT.color("accent.subtle"))
    view.set_placement(None, None)
    image = pixels(view)
    assert not has_color(image, LIGHT.color("accent.subtle"))
    assert not has_color(image, LIGHT.color("resource.es"), rail)


@pytest.mark.parametrize("tokens", [LIGHT, DARK])
def test_the_theme_reaches_ground_and_stripes(qtbot: QtBot, tokens: Tokens) -> None:
    view = shown(qtbot, build("alexnet"))
    view.set_theme(tokens)
    image = pixels(view)
    for path in ("surface.panel", "surface.sunken", "operator.conv", "operator.pool", "operator.fc"):
        assert has_color(image, tokens.color(path))


def test_other_graphs_mark_each_node(qtbot: QtBot) -> None:
    network = build("resnet18")
    view = shown(qtbot, network)
    view.set_placement(make_plan("BF", network, 5, (1, 2), [1, 6]), 1)
    box = view.canvas.node_box(1)
    at = view.canvas.viewport().mapTo(view, QPoint(box.left() - 6, box.center().y()))
    assert view.grab().toImage().pixelColor(at).name().upper() == LIGHT.color("resource.device")
    view.set_placement(make_plan("BF", network, 5, (1, 2), [1, 6]), 0)
    assert view.grab().toImage().pixelColor(at).name().upper() == LIGHT.color("resource.es")


@pytest.mark.parametrize("name", ["alexnet", "vgg16", "yolov2", "googlenet", "resnet18", "mobilenetv2"])
@pytest.mark.parametrize("size", [(232, 620), (252, 800)])
def test_the_first_view_shows_text_or_the_whole_graph(qtbot: QtBot, name: str, size: tuple[int, int]) -> None:
    view = shown(qtbot, build(name), size)
    canvas, scene = view.canvas, view.canvas.sceneRect()
    fits = scene.height() * canvas.zoom <= canvas.viewport().height() + 1
    assert scene.width() * canvas.zoom <= canvas.viewport().width() + 1
    assert canvas.shows_text or fits


@pytest.mark.parametrize("width", [232, 252])
def test_both_halves_of_a_fire_module_are_named_in_full(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    view = shown(qtbot, build("squeezenet"), (width, 600))
    written: list[tuple[str, float]] = []
    one = NodeItem._name

    def noted(node: NodeItem, free: float, px: int, small_px: int) -> tuple[str, int]:
        found = one(node, free, px, small_px)
        written.append((found[0], metrics(found[1], 600).horizontalAdvance(found[0]) - free))
        assert found[1] >= 11
        return found

    monkeypatch.setattr(NodeItem, "_name", noted)
    view.grab()
    names = [name for name, _ in written]
    assert {"expand1x1", "expand3x3"} & {name.replace("×", "x").rpartition("/")[2] for name in names}
    assert not [name for name in names if "…" in name]
    assert max(over for _, over in written) <= 0


def test_fifteen_hundred_layers_open_readable(qtbot: QtBot) -> None:
    same = Window((3, 3), (1, 1), (1, 1, 1, 1))
    names = ["input", *(f"layer{i}" for i in range(1500))]
    layers = tuple(Layer(b, "Conv", (a,), (4, 32, 32), 1e6, 500000, same) for a, b in pairwise(names))
    view = shown(qtbot, Network("deep", (TensorSpec("input", (4, 32, 32)),), layers))
    assert view.canvas.shows_text
    assert view.canvas.zoom == 1.0
    view.canvas.fit(overview=True)
    assert view.canvas.sceneRect().height() * view.canvas.zoom <= view.canvas.viewport().height() + 1


# -- mouse ---------------------------------------------------------------------------------------------------


def test_a_click_selects_a_layer_and_a_click_on_the_ground_none(qtbot: QtBot) -> None:
    view = shown(qtbot, build("alexnet"))
    port = view.canvas.viewport()
    with qtbot.waitSignal(view.layer_selected) as caught:
        qtbot.mouseClick(port, Qt.MouseButton.LeftButton, pos=view.canvas.node_box(3).center())
    assert caught.args == ["conv2"]
    assert has_color(pixels(view), LIGHT.color("data.selection"))
    with qtbot.waitSignal(view.layer_selected) as caught:
        qtbot.mouseClick(port, Qt.MouseButton.LeftButton, pos=QPoint(6, 300))
    assert caught.args == [None]


def test_selecting_from_outside_brings_the_layer_into_view_without_a_signal(qtbot: QtBot) -> None:
    view = shown(qtbot, build("mobilenetv2"))
    with qtbot.assertNotEmitted(view.layer_selected):
        view.set_selected_layer(build("mobilenetv2").layers[-1].name)
    box = view.canvas.node_box(64)
    assert view.canvas.viewport().rect().contains(box)
    view.set_selected_layer("no such layer")


def wheel(view: NetworkView, at: QPoint, steps: int) -> None:
    port = view.canvas.viewport()
    none = Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(
        QPointF(at),
        QPointF(port.mapToGlobal(at)),
        QPoint(),
        QPoint(0, steps),
        Qt.MouseButton.NoButton,
        none,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(port, event)


def test_the_wheel_zooms_at_the_pointer_and_double_click_fits_again(qtbot: QtBot) -> None:
    view = shown(qtbot, build("alexnet"))
    canvas = view.canvas
    at = canvas.node_box(5).center()
    fitted, before = canvas.zoom, canvas.mapToScene(at)
    wheel(view, at, 240)
    assert canvas.zoom > fitted
    after = canvas.mapToScene(at)
    assert abs(after.x() - before.x()) < 1.5
    assert abs(after.y() - before.y()) < 1.5
    zoomed = canvas.zoom
    view.resize(260, 690)
    assert canvas.zoom == zoomed  # the user's view stays
    qtbot.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(6, 300))
    assert canvas.zoom == pytest.approx(fitted)


def test_dragging_pans_and_selects_nothing(qtbot: QtBot) -> None:
    view = shown(qtbot, build("mobilenetv2"))
    port = view.canvas.viewport()
    before = view.canvas.verticalScrollBar().value()
    with qtbot.assertNotEmitted(view.layer_selected):
        qtbot.mousePress(port, Qt.MouseButton.LeftButton, pos=QPoint(120, 400))
        qtbot.mouseMove(port, QPoint(120, 380))
        qtbot.mouseMove(port, QPoint(120, 300))
        qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=QPoint(120, 300))
    assert view.canvas.verticalScrollBar().value() - before == 100


def test_double_click_goes_between_readable_and_whole(qtbot: QtBot) -> None:
    view = shown(qtbot, build("mobilenetv2"))
    port = view.canvas.viewport()
    readable = view.canvas.zoom
    qtbot.mouseDClick(port, Qt.MouseButton.LeftButton, pos=QPoint(6, 300))
    assert view.canvas.zoom < readable
    qtbot.mouseDClick(port, Qt.MouseButton.LeftButton, pos=QPoint(6, 300))
    assert view.canvas.zoom == readable


def test_hovering_tells_the_facts_of_a_layer(qtbot: QtBot) -> None:
    view = shown(qtbot, build("alexnet"))
    port = view.canvas.viewport()
    qtbot.mouseMove(port, QPoint(4, 4))
    qtbot.mouseMove(port, view.canvas.node_box(1).center())
    qtbot.waitUntil(lambda: "conv1" in QToolTip.text())
    assert "70\u202f276\u202f800" in QToolTip.text()
    assert "relu1" in QToolTip.text()
    qtbot.mouseMove(port, QPoint(4, 300))
    qtbot.waitUntil(lambda: not QToolTip.isVisible())


def test_another_network_replaces_the_first(qtbot: QtBot, alex_plan: Plan) -> None:
    view = shown(qtbot, build("alexnet"))
    view.set_placement(alex_plan, 6)
    view.set_network(two_branches())
    assert len(view.canvas.scene().items()) == 6 + 6 + 1 + 2  # nodes, edges, the arrow out, band and rail
    assert not has_color(pixels(view), LIGHT.color("accent.subtle"))
    view.set_network(alexnet())
    view.set_compact(True)
    assert view.canvas.node_box(1).height() <= 30


# -- find, map and keys --------------------------------------------------------------------------------------


def test_find_goes_through_the_layers_by_name_and_operator(qtbot: QtBot) -> None:
    view = shown(qtbot, build("mobilenetv2"))
    view.begin_find()
    bar = view.find_bar
    qtbot.keyClicks(bar.line, "add")
    named = [i for i, layer in enumerate(build("mobilenetv2").layers, 1) if layer.op == "Add"]
    assert bar.count.text() == f"1 of {len(named)}"
    for i in [*named[1:], named[0]]:
        qtbot.keyClick(bar.line, Qt.Key.Key_Return)
        assert view.canvas.viewport().rect().contains(view.canvas.node_box(i).center())
    qtbot.keyClick(bar.line, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert bar.count.text() == f"{len(named)} of {len(named)}"
    assert has_color(pixels(view), LIGHT.color("status.warning"))
    qtbot.keyClicks(bar.line, " nowhere")
    assert bar.count.text() == "none"
    qtbot.keyClick(bar.line, Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert not has_color(pixels(view), LIGHT.color("status.warning"))


def test_the_map_beside_a_tall_graph_scrolls_it_and_a_graph_in_view_has_none(qtbot: QtBot) -> None:
    view = shown(qtbot, build("mobilenetv2"))
    small = view.canvas.map
    assert small.isVisible()
    before = view.canvas.verticalScrollBar().value()
    qtbot.mousePress(small, Qt.MouseButton.LeftButton, pos=small.frame().center().toPoint())
    qtbot.mouseMove(small, small.frame().center().toPoint() + QPoint(0, 80))
    qtbot.mouseRelease(small, Qt.MouseButton.LeftButton)
    assert view.canvas.verticalScrollBar().value() > before + 200
    view.set_network(build("alexnet"))
    assert not small.isVisible()


def test_keys_walk_the_layers_and_zoom(qtbot: QtBot) -> None:
    view = shown(qtbot, build("alexnet"))
    picked: list[object] = []
    view.layer_selected.connect(picked.append)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Escape):
        qtbot.keyClick(view.canvas, key)
    assert picked == ["input", "conv1", "input", None]
    fitted = view.canvas.zoom
    qtbot.keyClick(view.canvas, Qt.Key.Key_Plus)
    assert view.canvas.zoom > fitted
    qtbot.keyClick(view.canvas, Qt.Key.Key_0)
    assert view.canvas.zoom == fitted


def test_a_large_graph_is_laid_out_elsewhere_and_a_hidden_one_built_when_it_is_shown(qtbot: QtBot) -> None:
    asked: list[tuple[object, ...]] = []

    def arranger(*request: object) -> int:
        asked.append(request)
        return len(asked)

    view = NetworkView(LIGHT)
    qtbot.addWidget(view)
    view.resize(252, 700)
    view.set_arranger(arranger)
    network = ladder(150)
    view.set_network(network)
    ((count, edges, weights, done),) = asked
    view.set_selected_layer("b7")
    assert view.frame is None
    done(1, skeleton(count, edges, weights))  # type: ignore[operator, arg-type]
    assert view.frame is not None
    view.show()
    assert len([i for i in view.canvas.scene().items() if type(i).__name__ == "NodeItem"]) == 452
    view.set_network(ladder(150))  # kept: asks for nothing
    assert len(asked) == 1


def ladder(steps: int) -> Network:
    """Two convolutions and a sum, again and again."""
    same = Window((3, 3), (1, 1), (1, 1, 1, 1))
    shape = (4, 32, 32)
    layers = [Layer("stem", "Conv", ("input",), shape, 1e6, 500000, same)]
    for k in range(steps):
        last = layers[-1].name
        layers.append(Layer(f"a{k}", "Conv", (last,), shape, 1e6, 500000, same))
        layers.append(Layer(f"b{k}", "Conv", (f"a{k}",), shape, 1e6, 500000, same))
        layers.append(Layer(f"sum{k}", "Add", (last, f"b{k}"), shape, 4096.0, 0, POINTWISE))
    return Network("ladder", (TensorSpec("input", shape),), tuple(layers))
