"""Shapes against ONNX Runtime: real architectures, what exporters write, and generated operators."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from onnx_samples import SAMPLES, constant, make_model, node, weight
from runtime_shapes import disagreements, fill_weights
from verify_mutants import assert_agrees, checked

from planner_core.errors import InputError
from planner_core.importers import load_network
from planner_core.network.model import WHOLE
from planner_core.tiling import cut_extent
from planner_core.verify.model import load_model

onnx = pytest.importorskip("onnx")
np = pytest.importorskip("numpy")
pytest.importorskip("onnxruntime")

LIGHT = Path(onnx.__file__).parent / "backend/test/data/light"
SMALL = ("bvlc_alexnet", "squeezenet", "shufflenet", "zfnet512", "inception_v1", "resnet50")
LARGE = ("vgg19", "inception_v2", "densenet121")


@pytest.mark.parametrize("name", [*SMALL, *(pytest.param(name, marks=pytest.mark.slow) for name in LARGE)])
def test_every_tensor_of_the_light_models_has_the_shape_that_onnxruntime_gives_it(name):
    path = LIGHT / f"light_{name}.onnx"
    network = load_network(path)
    dims = {tensor.name: (1, *tensor.shape) for tensor in network.inputs}
    count, differ = disagreements(path, dims)
    assert count > 30
    assert differ == []


# Layers, MACs, and layers that read their whole input, by hand from the graphs in onnx_samples.
EXPECTED = {
    "mobile_block": (11, 106_608, ["/GlobalAveragePool_p", "/ReduceMean_rm", "/Gemm_y"]),
    "view_by_shape": (2, 4 * 64 * 27 + 256 * 10, ["/MatMul_mm"]),
    "one_dimensional": (4, 8 * 20 * 20 + 8 * 10 * 6 * 4, ["/ReduceMax_y"]),
    "shuffled_channels": (6, 8 * 36 * 4 + 36 * 2 * 49, []),
    "with_function": (5, 4 * 36 * 27, []),
    "made_weights": (5, 6 * 36 * 27 + 216 * 5, ["/Gemm_y"]),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_what_exporters_write(name, tmp_path):
    path = tmp_path / f"{name}.onnx"
    model = fill_weights(SAMPLES[name]())
    path.write_bytes(model.SerializeToString())
    network = load_network(path)
    assert not any(layer.attributes.get("flops_unknown") for layer in network.layers)
    if name in EXPECTED:
        whole = [layer.name for layer in network.layers if layer.receptive == WHOLE]
        assert (len(network), network.macs, whole) == EXPECTED[name]
    dims = {
        tensor.name: tuple(d.dim_value or 1 for d in tensor.type.tensor_type.shape.dim)
        for tensor in model.graph.input
    }
    assert disagreements(path, dims)[1] == []


def draw_layer(draw: Any, x: str, y: str, channels: int) -> tuple[list[Any], list[Any], int]:
    """Draw one operator on a map; returns nodes, weights and the channels it makes."""
    sides = st.integers(1, 4)
    kernel, stride = [draw(sides), draw(sides)], [draw(st.integers(1, 3)), draw(st.integers(1, 3))]
    dilation = [draw(st.integers(1, 2)), draw(st.integers(1, 2))]
    window = {"kernel_shape": kernel, "strides": stride, "dilations": dilation}
    auto = draw(st.sampled_from(["", "", "SAME_UPPER", "SAME_LOWER", "VALID"]))
    if auto:
        window["auto_pad"] = auto
        if auto != "VALID":  # ONNX Runtime refuses dilation here, and forgets it in pooling
            window["dilations"] = [1, 1]
    else:
        window["pads"] = [draw(st.integers(0, (k - 1))) for k in (*kernel, *kernel)]
    kind = draw(st.sampled_from(["conv", "transposed", "max", "average", "resize", "pad", "slice", "up"]))
    if kind == "conv":
        group = draw(st.sampled_from([1, 2]))
        made = draw(st.sampled_from([2, 4]))
        w = weight(f"{y}w", made, channels // group, *kernel)
        return [node("Conv", f"{x} {y}w", y, group=group, **window)], [w], made
    if kind == "transposed":
        w = weight(f"{y}w", channels, 2, *kernel)
        if auto:
            del window["auto_pad"]
            if all(k >= s for k, s in zip(kernel, stride, strict=True)):
                # With a smaller kernel ONNX Runtime makes less than ONNX's input times stride.
                window["auto_pad"] = "SAME_UPPER"
        elif draw(st.booleans()):
            window["output_padding"] = [draw(st.integers(0, s - 1)) for s in stride]
        return [node("ConvTranspose", f"{x} {y}w", y, **window)], [w], 2
    if kind in ("max", "average"):
        op = "MaxPool" if kind == "max" else "AveragePool"
        return [node(op, x, y, ceil_mode=int(not auto and draw(st.booleans())), **window)], [], channels
    if kind == "resize":
        scales = constant(f"{y}s", [1, 1, draw(st.sampled_from([0.5, 1, 1.5, 2, 3])), 2], np.float32)
        mode = draw(st.sampled_from(["nearest", "linear"]))
        return [node("Resize", f"{x} - {y}s", y, mode=mode)], [scales], channels
    if kind == "up":
        return [node("Upsample", f"{x} {y}s", y)], [constant(f"{y}s", [1, 1, 2, 3], np.float32)], channels
    if kind == "pad":
        pads = [
            0,
            0,
            *(draw(st.integers(0, 2)) for _ in "tl"),
            0,
            0,
            *(draw(st.integers(0, 2)) for _ in "br"),
        ]
        return [node("Pad", f"{x} {y}p", y)], [constant(f"{y}p", pads)], channels
    ends = constant(f"{y}e", [draw(st.sampled_from([5, 9, -1, 1 << 40])), 1 << 40])
    starts = constant(f"{y}b", [draw(st.integers(-4, 2)), draw(st.integers(0, 2))])
    steps = constant(f"{y}t", [draw(st.integers(1, 2)), 1])
    axes = constant(f"{y}a", [2, 3])
    names = f"{x} {y}b {y}e {y}a {y}t"
    return [node("Slice", names, y)], [starts, ends, axes, steps], channels


def drop(n: Any, *names: str) -> None:
    """Take attributes off a node."""
    kept = [a for a in n.attribute if a.name not in names]
    del n.attribute[:]
    n.attribute.extend(kept)


@st.composite
def models(draw: Any) -> Any:
    """Two operators one after the other, or beside each other and joined by Add or Concat."""
    size = (1, 4, draw(st.integers(6, 13)), draw(st.integers(6, 13)))
    join = draw(st.sampled_from(["", "Concat", "Add"]))
    nodes, weights, channels = draw_layer(draw, "x", "a", 4)
    if join:  # two readers, and Add with the same map
        nodes += [node("Relu", "a", "b"), node("Sigmoid", "a", "c")]
        nodes += [node(join, "b c", "y", **({"axis": 1} if join == "Concat" else {}))]
    else:
        more, also, _ = draw_layer(draw, "a", "y", channels)
        nodes, weights = nodes + more, weights + also
    upsampled = any(n.op_type == "Upsample" for n in nodes)
    sliced = {n.op_type for n in nodes} & {"Resize", "Pad", "Slice"}
    assume(not (upsampled and sliced))  # Upsample ended with opset 9, before the others took their form
    opset = 9 if upsampled else draw(st.sampled_from([13, 17, 19, 22]))
    for n in nodes:
        if n.op_type == "AveragePool" and opset < 19:  # it knows no dilation before
            drop(n, "dilations")
        if n.op_type in ("AveragePool", "MaxPool") and opset < 10:
            drop(n, "dilations", "ceil_mode")
    return size, make_model(nodes, {"x": size}, "y", weights, opset)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(models())
def test_shapes_of_generated_operators_agree_with_onnxruntime(tmp_path_factory, drawn):
    size, model = drawn
    path = tmp_path_factory.getbasetemp() / "drawn.onnx"
    path.write_bytes(fill_weights(model).SerializeToString())
    try:
        _, differ = disagreements(path, {"x": size})
    except InputError as error:
        if "is larger than the" not in error.cause:  # ONNX Runtime rounds a negative room to one window
            with pytest.raises(Exception, match=r".*"):
                runtime_says_no(path, size)
        return
    except Exception as error:  # what ONNX Runtime cannot run says nothing
        if "onnxruntime" in type(error).__module__:
            assume(False)
        raise
    assert differ == [], [onnx.helper.printable_node(n) for n in model.graph.node]


def runtime_says_no(path: Path, size: tuple[int, ...]) -> None:
    """Run a model; raises where ONNX Runtime cannot, or where it makes nothing."""
    from runtime_shapes import runtime_shapes

    made = runtime_shapes(onnx.load(str(path)), {"x": size})
    if any(0 in shape for shape in made.values()):
        raise ValueError("an empty tensor")


@pytest.mark.parametrize("name", SAMPLES)
def test_the_tiles_of_what_exporters_write_make_what_the_whole_network_makes(name, tmp_path):
    path = tmp_path / f"{name}.onnx"
    path.write_bytes(fill_weights(SAMPLES[name]()).SerializeToString())
    shapes = {"view_by_shape": (3, 8, 8), "channels_last": (3, 32, 32)}
    network = load_network(path, input_shape=shapes.get(name))
    model = load_model(path, network)
    for tau in {1, 2, len(network) // 2 + 1, len(network)}:
        rows, cols = (min(3, n) for n in cut_extent(network, tau))
        assert_agrees(checked(network, model, tau, (rows, cols)))
