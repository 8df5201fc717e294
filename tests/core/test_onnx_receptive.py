"""What the ONNX reader says a layer reads, by experiment: all else is changed, and the part must stay the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from onnx_samples import constant, make_model, node, weight
from oracle_tiles import clean, need
from test_onnx_shapes import draw_layer, drop

from planner_core.errors import InputError
from planner_core.importers import load_network
from planner_core.network.model import POINTWISE, WHOLE

onnx = pytest.importorskip("onnx")
np = pytest.importorskip("numpy")
onnxruntime = pytest.importorskip("onnxruntime")


def random_weights(model: Any, chance: Any) -> Any:
    """Give values to the weights that have none."""
    for tensor in model.graph.initializer:
        if tensor.data_type == onnx.TensorProto.FLOAT and not tensor.raw_data and not tensor.float_data:
            values = chance.uniform(-1, 1, tuple(tensor.dims)).astype(np.float32)
            tensor.raw_data = values.tobytes()
    return model


def as_map(array: Any, shape: tuple[int, int, int]) -> Any:
    """The planner's view (C, H, W) of a tensor."""
    return array.reshape(shape)


def check_reading(model: Any, path: Path, seed: int, parts: int = 6) -> str | Any:
    """Change what the last layer does not read; returns its receptive field."""
    chance = np.random.default_rng(seed)
    path.write_bytes(random_weights(model, chance).SerializeToString())
    network = load_network(path, fold=False)
    layer, tensor = network.layers[-1], network.inputs[0]
    assert layer.inputs == (tensor.name,)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    dims = tuple(d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim)
    x = chance.uniform(-1, 1, dims).astype(np.float32)
    y = as_map(session.run(None, {"x": x})[0], layer.shape)
    _, height, width = layer.shape
    for _ in range(parts):
        rows, cols = sorted(chance.integers(0, height + 1, 2)), sorted(chance.integers(0, width + 1, 2))
        box = (int(rows[0]), int(rows[1]), int(cols[0]), int(cols[1]))
        if clean(box) is None:
            continue
        read = need(layer, box, tensor.shape)
        changed = as_map(chance.uniform(5, 9, dims).astype(np.float32), tensor.shape)
        if read is not None:
            y0, y1, x0, x1 = read
            changed[:, y0:y1, x0:x1] = as_map(x, tensor.shape)[:, y0:y1, x0:x1]
        again = as_map(session.run(None, {"x": changed.reshape(dims)})[0], layer.shape)
        y0, y1, x0, x1 = box
        np.testing.assert_allclose(again[:, y0:y1, x0:x1], y[:, y0:y1, x0:x1], rtol=1e-4, atol=1e-5)
    return layer.receptive


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.integers(0, 1 << 30))
def test_drawn_operators_read_no_more_than_is_said(tmp_path_factory, data, seed):
    size = (1, 4, data.draw(st.integers(6, 13)), data.draw(st.integers(6, 13)))
    nodes, weights, _ = draw_layer(data.draw, "x", "y", 4)
    opset = 9 if nodes[0].op_type == "Upsample" else 19
    if nodes[0].op_type == "AveragePool":
        drop(nodes[0], "dilations")
    model = make_model(nodes, {"x": size}, "y", weights, opset)
    try:
        check_reading(model, tmp_path_factory.getbasetemp() / "read.onnx", seed)
    except InputError:
        assume(False)
    except Exception as error:
        assume("onnxruntime" not in type(error).__module__)  # it refuses some that ONNX allows
        raise


def resize(opset: int, factors: list[float], **attributes: Any) -> Any:
    name = "Upsample" if opset < 10 else "Resize"
    inputs = "x s" if opset < 11 else "x - s"
    return make_model(
        [node(name, inputs, "y", **attributes)],
        {"x": (1, 2, 6, 12)},
        "y",
        [constant("s", [1, 1, *factors], np.float32)],
        opset,
    )


FACTORS = [[2, 3], [3, 2], [4, 5], [0.5, 1 / 3], [1, 2], [1.5, 2], [1 / 3, 0.25]]
MODES: list[tuple[int, dict[str, Any]]] = [
    (9, {"mode": "nearest"}),
    (9, {"mode": "linear"}),
    (10, {"mode": "nearest"}),
    (10, {"mode": "linear"}),
    (13, {"mode": "cubic"}),
    *(
        (18, {"mode": "nearest", "coordinate_transformation_mode": where, "nearest_mode": rounding})
        for where in ("half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel")
        for rounding in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")
    ),
    *(
        (18, {"mode": "linear", "coordinate_transformation_mode": where, "antialias": anti})
        for where in ("half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel")
        for anti in (0, 1)
    ),
]


def test_resizing_reads_no_more_than_is_said(tmp_path):
    kinds = {"whole": 0, "part": 0}
    for opset, attributes in MODES:
        for factors in FACTORS:
            if opset < 10 and min(factors) < 1:  # Upsample only enlarges
                continue
            try:
                read = check_reading(resize(opset, factors, **attributes), tmp_path / "r.onnx", 7)
            except AssertionError as error:
                raise AssertionError(f"opset {opset}, {attributes}, factors {factors}: {error}") from None
            kinds["whole" if read == WHOLE else "part"] += 1
    assert kinds["part"] > 40  # few cases are left to the whole map


OTHERS = {
    "reflect": (node("Pad", "x p", "y", mode="reflect"), [constant("p", [0, 0, 2, 1, 0, 0, 1, 3])], None),
    "edge": (node("Pad", "x p", "y", mode="edge"), [constant("p", [0, 0, 2, 1, 0, 0, 1, 3])], None),
    "constant": (node("Pad", "x p", "y"), [constant("p", [0, 0, 2, 1, 0, 0, 1, 3])], None),
    "crop": (node("Pad", "x p", "y"), [constant("p", [0, 0, -1, 0, 0, 0, 0, -2])], WHOLE),
    "softmax over channels": (node("Softmax", "x", "y", axis=1), [], POINTWISE),
    "softmax over a row": (node("Softmax", "x", "y", axis=3), [], WHOLE),
    "mean of channels": (node("ReduceMean", "x", "y", axes=[1]), [], POINTWISE),
    "argmax": (node("ArgMax", "x", "y", axis=1), [], POINTWISE),
    "einsum as 1x1": (node("Einsum", "x w", "y", equation="bchw,oc->bohw"), [weight("w", 5, 4)], POINTWISE),
    "einsum over a row": (node("Einsum", "x w", "y", equation="bchw,wo->bcho"), [weight("w", 9, 5)], WHOLE),
    "gather channels": (node("Gather", "x i", "y", axis=1), [constant("i", [2, 0, 0])], POINTWISE),
    "gather a channel": (node("Gather", "x i", "y", axis=1), [constant("i", 2)], None),
    "gather rows": (node("Gather", "x i", "y", axis=2), [constant("i", [5, 1])], WHOLE),
    "depth to space": (node("DepthToSpace", "x", "y", blocksize=2), [], None),
    "space to depth": (node("SpaceToDepth", "x", "y", blocksize=2), [], None),
    "transpose": (node("Transpose", "x", "y", perm=[0, 1, 3, 2]), [], WHOLE),
    "channels in two axes": (node("Reshape", "x s", "y"), [constant("s", [1, 2, 2, 8, 10])], POINTWISE),
    "another width": (node("Reshape", "x s", "y"), [constant("s", [1, 4, 10, 8])], WHOLE),
    "tile": (node("Tile", "x r", "y"), [constant("r", [1, 1, 2, 1])], WHOLE),
    "LRN": (node("LRN", "x", "y", size=3), [], POINTWISE),
    "instance norm": (node("InstanceNormalization", "x s s", "y"), [weight("s", 4)], WHOLE),
    "unit length": (node("LpNormalization", "x", "y", axis=1), [], POINTWISE),
    "running sum": (node("CumSum", "x a", "y"), [constant("a", 2)], WHOLE),
    "a row's mean": (node("LayerNormalization", "x s", "y", axis=-1), [weight("s", 10)], WHOLE),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_others_read_no_more_than_is_said(name, tmp_path):
    made, weights, receptive = OTHERS[name]
    size = (1, 4, 8, 9) if name == "einsum over a row" else (1, 4, 8, 10)
    model = make_model([made], {"x": size}, "y", weights, 17)
    if name == "argmax":
        model.graph.output[0].type.tensor_type.elem_type = onnx.TensorProto.INT64
    found = check_reading(model, tmp_path / "o.onnx", 3, 12)
    assert receptive is None or found == receptive
    assert receptive == WHOLE or name == "gather a channel" or found != WHOLE


def test_weights_from_the_left_leave_places_alone(tmp_path):
    model = make_model([node("MatMul", "w x", "y")], {"x": (1, 4, 12)}, "y", [weight("w", 5, 4)])
    assert check_reading(model, tmp_path / "m.onnx", 5) == POINTWISE
