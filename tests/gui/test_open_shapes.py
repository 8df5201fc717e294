"""A file that leaves dimensions of its inputs open: the window asks for those alone, and opens it with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from pytestqt.qtbot import QtBot
from test_flows import drop

from flgui.__main__ import _parser
from flgui.app import Parts
from flgui.panels.shape_dialog import ShapeDialog
from planner_core.errors import OpenInput

onnx = pytest.importorskip("onnx")
helper = pytest.importorskip("onnx.helper")


def write_model(path: Path, dims: tuple[object, ...]) -> Path:
    """Write a convolution, an activation, and an operator that nobody knows."""
    float32 = onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["image", "w"], ["c"], "stem"),
            helper.make_node("Relu", ["c"], ["r"], "relu"),
            helper.make_node("Fancy", ["r"], ["y"], "fancy", domain="my"),
        ],
        "g",
        [helper.make_tensor_value_info("image", float32, dims)],
        [helper.make_tensor_value_info("y", float32, ["N", 4])],
        [onnx.TensorProto(name="w", dims=(2, 3, 3, 3), data_type=float32)],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("my", 1)]
    path.write_bytes(helper.make_model(graph, opset_imports=opsets).SerializeToString())
    return path


def asked(qtbot: QtBot, parts: Parts) -> ShapeDialog:
    qtbot.waitUntil(lambda: bool(parts.window.findChildren(ShapeDialog)), timeout=60_000)
    return parts.window.findChildren(ShapeDialog)[-1]


def type_keys(text: str) -> None:
    widget = QApplication.focusWidget()
    assert widget is not None
    QTest.keyClicks(widget, text)


def gone(qtbot: QtBot, parts: Parts) -> None:
    qtbot.waitUntil(lambda: not parts.window.findChildren(ShapeDialog), timeout=60_000)


def test_missing_dimensions_are_asked_for_and_remembered(qtbot: QtBot, parts: Parts, tmp_path: Path) -> None:
    file = write_model(tmp_path / "open.onnx", ("batch", 3, "rows", None))
    drop(parts, file)
    dialog = asked(qtbot, parts)
    assert list(dialog.fields) == [("image", 1), ("image", 2)]  # channels are stated
    assert [field.value() for field in dialog.fields.values()] == [224, 224]
    qtbot.waitUntil(lambda: dialog.fields["image", 1].hasFocus())
    type_keys("20")  # over what was selected
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    type_keys("30")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    store = parts.controller.store
    qtbot.waitUntil(lambda: store.scenario.network.name == "open" and not store.stale, timeout=120_000)
    assert store.scenario.network.inputs[0].shape == (3, 20, 30)
    assert "--input-shape 3x20x30" in parts.window.status.command_text
    gone(qtbot, parts)

    # Without folding it is the same file with the same shape, and nothing is asked.
    parts.window.actions_by_key["fold_activations"].trigger()
    qtbot.waitUntil(lambda: "--no-fold" in parts.window.status.command_text, timeout=60_000)
    assert "--input-shape 3x20x30" in parts.window.status.command_text
    assert not parts.window.findChildren(ShapeDialog)

    # The next time the fields begin with what was given, and Cancel changes nothing.
    drop(parts, file)
    dialog = asked(qtbot, parts)
    assert [field.value() for field in dialog.fields.values()] == [20, 30]
    before = store.scenario
    cancel = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Cancel)
    QTest.mouseClick(cancel, Qt.MouseButton.LeftButton)
    gone(qtbot, parts)
    assert store.scenario is before
    assert not parts.window.messages.isVisible()


def test_unknown_layers_are_marked_in_table_and_drawing(qtbot: QtBot, parts: Parts, tmp_path: Path) -> None:
    drop(parts, write_model(tmp_path / "unknown.onnx", (1, 3, 8, 8)))
    store = parts.controller.store
    qtbot.waitUntil(lambda: store.scenario.network.name == "unknown" and not store.stale, timeout=120_000)
    from flgui.viewmodel.layers import layers_table
    from flgui.viewmodel.network import network_model

    table = layers_table(store.scenario.network)
    headings = [column.heading for column in table.columns]
    assert table.columns[headings.index("MFLOP")].text(1) == "unknown"
    assert table.columns[headings.index("Reads")].text(1) == "whole input"
    node = network_model(store.scenario.network).nodes[-1]
    assert (node.family, node.flop, node.kernel) == ("custom", "?", "reads whole input")
    assert ("Work", "unknown, counted as none") in node.facts
    assert network_model(store.scenario.network).summary.startswith("2 layers, 1 unknown · ")


def test_the_option_of_the_command_line_answers_beforehand(
    qtbot: QtBot, parts: Parts, tmp_path: Path
) -> None:
    """`flgui MODEL --input-shape 3x20x30` opens the file this way."""
    options = _parser().parse_args(
        [str(write_model(tmp_path / "open.onnx", (None, 3, "rows", None))), "--input-shape", "3x20x30"]
    )
    parts.controller.documents.open(options.model, True, tuple(options.input_shapes))
    store = parts.controller.store
    qtbot.waitUntil(lambda: store.scenario.network.name == "open" and not store.stale, timeout=120_000)
    assert store.scenario.network.inputs[0].shape == (3, 20, 30)
    assert "--input-shape 3x20x30" in parts.window.status.command_text
    assert not parts.window.findChildren(ShapeDialog)


def test_several_inputs_and_vectors(qtbot: QtBot) -> None:
    inputs = (
        OpenInput("tokens", (None, 1, 1), ("seq", "", "")),
        OpenInput("image", (None, 32, None)),
    )
    dialog = ShapeDialog("two.onnx", inputs, {"tokens": (77, 1, 1)})
    qtbot.addWidget(dialog)
    assert dialog.shapes() == {"tokens": (77, 1, 1), "image": (3, 32, 224)}
    assert [f.accessibleName() for f in dialog.fields.values()] == [
        "Length of tokens",
        "Channels of image",
        "Width of image",
    ]
