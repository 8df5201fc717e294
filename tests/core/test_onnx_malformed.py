"""ONNX files that are broken or hostile: one line each, little memory, and nothing opened but the file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from onnx_samples import constant, make_model, mobile_block, node, weight

from planner_core.errors import InputError
from planner_core.export.network_json import network_text
from planner_core.importers import load_network

onnx = pytest.importorskip("onnx")
np = pytest.importorskip("numpy")
helper = onnx.helper
X = {"x": (1, 3, 8, 8)}
OPSET = helper.make_opsetid("", 17)


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def field(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


def nested(levels: int) -> bytes:
    """If nodes in one another."""
    body = b""
    for _ in range(levels):
        attribute = field(1, b"then_branch") + field(6, body)
        body = field(1, field(4, b"If") + field(2, b"y") + field(5, attribute))
    return field(7, body)


def changed(change: Any) -> bytes:
    model = mobile_block()
    change(model)
    return model.SerializeToString()


def one(op: str, inputs: str, *weights: Any, **attributes: Any) -> bytes:
    return make_model([node(op, inputs, "y", **attributes)], X, "y", list(weights)).SerializeToString()


def chain(op: str, count: int, **attributes: Any) -> bytes:
    nodes = [node(op, "x x" if not i else f"k{i} k{i}", f"k{i + 1}", **attributes) for i in range(count)]
    return make_model(nodes, X, f"k{count}", []).SerializeToString()


def function(name: str, *calls: str) -> Any:
    body = [helper.make_node(call, ["a"], [f"c{k}"], domain="my") for k, call in enumerate(calls)]
    body += [node("Sum", " ".join(f"c{k}" for k in range(len(calls))), "b")]
    return helper.make_function("my", name, ["a"], ["b"], body, [OPSET])


def with_functions(*functions: Any) -> bytes:
    model = make_model([helper.make_node("f0", ["x"], ["y"], domain="my")], X, "y", [])
    model.functions.extend(functions)
    model.opset_import.append(helper.make_opsetid("my", 1))
    return model.SerializeToString()


def constants_in_a_row(count: int) -> bytes:
    nodes = [node("Identity", f"k{i}", f"k{i + 1}") for i in range(count)]
    nodes.append(node("Reshape", f"x k{count}", "y"))
    return make_model(nodes, X, "y", [constant("k0", [1, -1])]).SerializeToString()


def set_dim(model: Any, value: int) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[2].dim_value = value


SOUND = mobile_block().SerializeToString()
LOOP = helper.make_graph([], "body", [], [])

FILES = {
    "empty": (b"", "it is no ONNX file: it is empty"),
    "another format": (b"\x89PNG\r\n\x1a\n" + bytes(200), "it is no ONNX file: byte 10 begins no field"),
    "cut short": (
        SOUND[: len(SOUND) // 2],
        r"or cut short: what begins at byte 2 claims \d+ bytes, but \d+ are left",
    ),
    "claims 1 GB": (b"\x3a" + varint(1 << 30) + bytes(100), "claims 1073741824 bytes, but 100 are left"),
    "claims 4 EB": (b"\x3a" + varint(1 << 62) + bytes(100), "claims 4611686018427387904 bytes"),
    "deep nesting": (nested(5000), "it is nested deeper than 60 levels"),
    "subgraphs": (nested(3), r"node 'y' \(If\) holds a subgraph, 'then_branch'; what runs"),
    "loop": (one("Loop", "x x x", body=LOOP), r"node '/Loop_y' \(Loop\) holds a subgraph, 'body'"),
    "huge dimension": (
        changed(lambda m: set_dim(m, 1 << 40)),
        "input 'x' has shape .* too large to plan with",
    ),
    "negative dimension": (changed(lambda m: set_dim(m, -5)), "input 'x' leaves its height open"),
    "negative weight": (
        changed(lambda m: m.graph.initializer[0].dims.__setitem__(0, -1)),
        r"\(Conv\): the constant 'w1' has dimensions \[-1, 3, 3, 3\]",
    ),
    "huge weight": (
        changed(lambda m: m.graph.initializer[0].dims.__setitem__(0, 1 << 60)),
        "its output has shape .* too large to plan with",
    ),
    "initializer twice": (
        changed(lambda m: m.graph.initializer.append(m.graph.initializer[0])),
        "the initializer 'w1' is there twice",
    ),
    "input twice": (changed(lambda m: m.graph.input.append(m.graph.input[0])), "the name 'x' is used twice"),
    "no input": (
        changed(lambda m: m.graph.input.pop()),
        r"node '/Conv_c1' \(Conv\) reads 'x', which nothing makes",
    ),
    "input made": (
        changed(lambda m: m.graph.node[3].output.__setitem__(0, "x")),
        r"node '/Sigmoid_s2' \(Sigmoid\) makes 'x', which is an input of the network",
    ),
    "output from nowhere": (
        changed(lambda m: m.graph.output.add(name="none")),
        "its output 'none' is made by no node",
    ),
    "cycle": (
        changed(lambda m: m.graph.node[0].input.__setitem__(0, "y")),
        r"its nodes form a cycle, in or before node '/Conv_c1' \(Conv\)",
    ),
    "sequence": (
        changed(lambda m: m.graph.input[0].type.sequence_type.elem_type.tensor_type.SetInParent()),
        "input 'x' is a sequence, not a tensor",
    ),
    "NaN": (one("Resize", "x - s", constant("s", [1, 1, np.nan, 2], np.float32)), "it scales by nan"),
    "large factor": (
        one("Resize", "x - s", constant("s", [1, 1, 1e30, 2], np.float32)),
        "upsample .* is too large to plan with",
    ),
    "elements lost": (one("Reshape", "x s", constant("s", [7, -1])), r"it makes \[7, 27\] of \[1, 3, 8, 8\]"),
    "shape not known": (
        make_model([node("Relu", "x", "s"), node("Reshape", "x s", "y")], X, "y", []).SerializeToString(),
        r"its shape, '.', has no value that is known before the network runs",
    ),
    "long constant": (
        make_model(
            [node("Range", "a b c", "r"), node("Reshape", "x r", "y")],
            X,
            "y",
            [constant("a", 0), constant("b", 1 << 60), constant("c", 1)],
        ).SerializeToString(),
        r"its shape, '.', has no value that is known before the network runs",
    ),
    "large tile": (one("Tile", "x r", constant("r", [1, 1, 1 << 40, 1 << 40])), "too large to plan with"),
    "large pad": (one("Pad", "x r", constant("r", [0, 0, 1 << 60, *[0] * 5])), "padding .* is too large"),
    "functions without end": (with_functions(function("f0", "f0")), "its local function 'f0' calls itself"),
    "functions by the billion": (
        with_functions(*(function(f"f{i}", *[f"f{i + 1}"] * 9) for i in range(40)), function("f40", "f41")),
        r"with its local functions it has \d+ nodes; up to 50000",
    ),
    "constants in a row": (constants_in_a_row(20_000), "reads constants that hang together too deeply"),
    "doubled too often": (chain("Concat", 100, axis=2), r"node '/Concat_k22' .* too large to plan with"),
    "long names": (
        changed(lambda m: m.graph.node[0].input.__setitem__(0, "a" * 5000)),
        r"\(Conv\) reads 'aaa.*aaa', which nothing makes",
    ),
    "wrong type": (one("Relu", "x") + field(7, field(5, b"\x0a\x01")), "it is no ONNX file: "),
}


@pytest.mark.parametrize("name", FILES)
def test_a_malformed_file_is_one_line_that_names_it(name, tmp_path):
    data, cause = FILES[name]
    file = tmp_path / "m.onnx"
    file.write_bytes(data)
    with pytest.raises(InputError, match=cause) as caught:
        load_network(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert len(str(caught.value).splitlines()) == 1
    assert len(caught.value.cause) < 700


def test_what_is_odd_but_sound_is_read(tmp_path):
    file = tmp_path / "m.onnx"
    backwards = [node("Relu", "x" if not i else f"k{i}", f"k{i + 1}") for i in range(5000)][::-1]
    file.write_bytes(make_model(backwards, X, "k5000", []).SerializeToString())
    assert len(load_network(file, fold=False)) == 5000
    file.write_bytes(chain("Add", 100))  # 2 to the 100 ways through it
    assert len(load_network(file)) == 100


@pytest.mark.parametrize("location", ["../secret", "/etc/passwd", "weights.bin", "..\\secret"])
def test_external_data_is_never_opened(location, tmp_path):
    model = mobile_block()
    for tensor in model.graph.initializer:
        tensor.data_location = onnx.TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=location)
    shape = onnx.TensorProto(name="s", dims=[2], data_type=onnx.TensorProto.INT64)
    shape.data_location = onnx.TensorProto.EXTERNAL
    shape.external_data.add(key="location", value=location)
    file = tmp_path / "m.onnx"
    file.write_bytes(model.SerializeToString())
    opened: list[str] = []

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and watching:
            opened.append(str(arguments[0]))

    watching = False
    sys.addaudithook(audit)
    load_network(file)  # brings in the modules
    watching = True
    network = load_network(file)
    watching = False
    assert opened == [str(file)]
    assert network.macs == load_network(_written(tmp_path, mobile_block())).macs
    file.write_bytes(make_model([node("Reshape", "x s", "y")], X, "y", [shape]).SerializeToString())
    with pytest.raises(
        InputError, match=r"its shape, '.', has no value that is known before the network runs"
    ):  # its value is not here
        load_network(file)


def _written(folder: Path, model: Any) -> Path:
    (folder / "plain.onnx").write_bytes(model.SerializeToString())
    return folder / "plain.onnx"


def test_weights_are_stepped_over(tmp_path):
    """An initializer of 315 MB costs some MB of memory."""
    size = 4 * 1024 * 3 * 160 * 160
    tensor = weight("w", 1 << 10, 3, 160, 160)
    head = field(1, node("Conv", "x w", "y").SerializeToString())
    head += field(11, helper.make_tensor_value_info("x", 1, (1, 3, 200, 200)).SerializeToString())
    head += field(12, helper.make_tensor_value_info("y", 1, None).SerializeToString())
    start = tensor.SerializeToString() + varint(9 << 3 | 2) + varint(size)
    graph = head + varint(5 << 3 | 2) + varint(len(start) + size) + start
    opset = field(8, OPSET.SerializeToString())
    file = tmp_path / "large.onnx"
    data = b"\x08\x08" + opset + varint(7 << 3 | 2) + varint(len(graph) + size) + graph
    file.write_bytes(data)
    os.truncate(file, len(data) + size)  # zeros that take no place on the disk
    code = (
        "import resource, sys; from planner_core.importers import load_network, onnx_reader;"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "network = load_network(sys.argv[1]);"
        "print(network.layers[0].shape, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code, str(file)], cwd=root, check=True, capture_output=True, text=True
    )
    shape, _, grown = done.stdout.rpartition(" ")
    assert shape == "(1024, 41, 41)"
    assert int(grown) < 20 << 10  # KiB


def test_names_that_are_not_utf8_become_text(tmp_path):
    nodes = [
        helper.make_node("Conv", ["xxxx", "wwww"], ["tttt"], "nnnn", pads=[1, 1, 1, 1]),
        helper.make_node("MaxPool", ["tttt"], ["yyyy"], "mmmm", kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Odd", ["yyyy"], ["zzzz"], "oooo", domain="dddd"),
    ]
    graph = helper.make_graph(
        nodes,
        "gggg",
        [helper.make_tensor_value_info("xxxx", onnx.TensorProto.FLOAT, [1, 3, "hhhh", 8])],
        [helper.make_tensor_value_info("zzzz", onnx.TensorProto.FLOAT, [1, 2, 1, 1])],
        [weight("wwww", 4, 3, 3, 3)],
    )
    data = helper.make_model(graph, opset_imports=[OPSET]).SerializeToString()
    for letter in b"xwtnymzodgh":
        data = data.replace(bytes([letter] * 4), bytes([letter, 0xFF, 0xC3, letter]))
    data = data.replace(b"Odd", b"O\xe9d")
    path = tmp_path / "latin.onnx"
    path.write_bytes(data)

    with pytest.raises(InputError, match=r"input 'x\\xff\\xc3x' leaves its height \(h\\xff\\xc3h\) open"):
        load_network(path)
    network = load_network(path, input_shape=(3, 8, 8))

    assert [tensor.name for tensor in network.inputs] == [r"x\xff\xc3x"]
    assert [layer.name for layer in network.layers] == [r"n\xff\xc3n", r"m\xff\xc3m", r"o\xff\xc3o"]
    assert network.layers[-1].op.endswith(r"O\xe9d")
    assert r"n\\xff\\xc3n" in network_text(network)


def test_one_odd_name_of_an_attribute_is_enough_to_be_mended(tmp_path):
    pool = helper.make_node("MaxPool", ["x"], ["y"], "pool", kernel_shape=[2, 2], auto_padding="SAME")
    data = make_model([pool], X, "y", []).SerializeToString().replace(b"auto_padding", b"auto_paddin\xff")
    path = tmp_path / "attribute.onnx"
    path.write_bytes(data)

    assert load_network(path).layers[0].name == "pool"
