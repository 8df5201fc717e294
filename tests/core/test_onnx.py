"""ONNX models: operators made one by one, and what cannot be planned."""

from __future__ import annotations

import math

import numpy as np
import pytest

from planner_core.errors import InputError, MissingShapeError, OpenInput
from planner_core.importers import load_network
from planner_core.importers.onnx_reader import trace_onnx
from planner_core.network.model import POINTWISE, WHOLE, Transposed, Upsample, Window

onnx = pytest.importorskip("onnx")
helper = pytest.importorskip("onnx.helper")
FLOAT, INT64 = onnx.TensorProto.FLOAT, onnx.TensorProto.INT64


def weight(name, *dims):
    """An initializer without its values: only its dimensions matter."""
    return onnx.TensorProto(name=name, dims=dims, data_type=FLOAT)


def ints(name, *values):
    return onnx.numpy_helper.from_array(np.array(values, np.int64), name)


def model(nodes, x=(1, 4, 8, 8), weights=(), opset=17, inputs=None, output=None):
    inputs = inputs or {"x": x}
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info(n, FLOAT, dims) for n, dims in inputs.items()],
        [helper.make_tensor_value_info(output or nodes[-1].output[0], FLOAT, None)],
        list(weights),
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])


@pytest.fixture
def read(tmp_path):
    def run(*args, fold=False, input_shapes=None, **kwargs):
        file = tmp_path / "m.onnx"
        file.write_bytes(model(*args, **kwargs).SerializeToString())
        return load_network(file, fold=fold, input_shapes=input_shapes)

    return run


def node(op, *inputs, out="y", **attributes):
    return helper.make_node(op, list(inputs), [out], name=f"{op.lower()}-{out}", **attributes)


@pytest.mark.parametrize(
    ("attributes", "shape", "window"),
    [
        ({"pads": [1, 0, 2, 3]}, (6, 9, 9), Window((3, 3), (1, 1), (1, 0, 2, 3))),
        ({"strides": [2, 1], "dilations": [1, 2]}, (6, 3, 4), Window((3, 3), (2, 1), dilation=(1, 2))),
        ({"auto_pad": "SAME_UPPER", "strides": [2, 2]}, (6, 4, 4), Window((3, 3), (2, 2), (0, 0, 1, 1))),
        ({"auto_pad": "SAME_LOWER", "strides": [2, 2]}, (6, 4, 4), Window((3, 3), (2, 2), (1, 1, 0, 0))),
        ({"auto_pad": "VALID"}, (6, 6, 6), Window((3, 3))),
    ],
)
def test_convolution(read, attributes, shape, window):
    layer = read([node("Conv", "x", "w", group=2, **attributes)], weights=[weight("w", 6, 2, 3, 3)]).layers[0]
    assert (layer.name, layer.op, layer.shape, layer.receptive) == ("conv-y", "Conv", shape, window)
    assert layer.macs == math.prod(shape) * 2 * 9
    assert layer.attributes == {"groups": 2}


@pytest.mark.parametrize("opset", [11, 17, 22])
def test_a_window_that_starts_in_the_end_padding_is_dropped_whatever_the_opset(read, opset):
    """ONNX's own inference keeps it up to opset 21; what follows must not see that size."""
    pool = dict(kernel_shape=[2, 2], strides=[3, 3], pads=[1, 1, 1, 1], ceil_mode=1)  # noqa: C408
    nodes = [
        node("MaxPool", "x", out="a", **pool),
        node("Reshape", "a", "shape", out="b"),
        node("MaxPool", "b", out="c", **pool),
        node("Flatten", "c"),
    ]
    network = read(nodes, weights=[ints("shape", 1, 4, 3, -1)], opset=opset)
    assert [layer.shape for layer in network.layers] == [(4, 3, 3), (4, 3, 3), (4, 2, 2), (16, 1, 1)]


def test_one_dimensional_convolution_runs_along_h(read):
    layer = read(
        [node("Conv", "x", "w", pads=[2, 2], strides=[2])], x=(1, 4, 20), weights=[weight("w", 6, 4, 5)]
    ).layers[0]
    assert layer.shape == (6, 10, 1)
    assert layer.receptive == Window((5, 1), (2, 1), (2, 0, 2, 0))
    assert layer.macs == 6 * 10 * 4 * 5


def test_weights_from_nodes_and_unused_branches(read):
    nodes = [
        helper.make_node("ConstantOfShape", ["dims"], ["w"]),
        helper.make_node("Constant", [], ["b"], value=onnx.numpy_helper.from_array(np.zeros(6, np.float32))),
        helper.make_node("Relu", ["x"], ["dead"]),
        node("Conv", "x", "w", "b"),
    ]
    network = read(nodes, weights=[ints("dims", 6, 4, 1, 1)])
    assert [(layer.name, layer.inputs) for layer in network.layers] == [("conv-y", ("x",))]


@pytest.mark.parametrize(
    ("nodes", "shape", "flops", "receptive"),
    [
        (
            [node("MaxPool", "x", kernel_shape=[3, 3], strides=[2, 2])],
            (4, 3, 3),
            4 * 9 * 9,
            Window((3, 3), (2, 2)),
        ),
        (
            [node("MaxPool", "x", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)],
            (4, 4, 4),
            4 * 16 * 9,
            Window((3, 3), (2, 2)),
        ),
        (
            [node("AveragePool", "x", kernel_shape=[2, 2], strides=[3, 3], pads=[1, 1, 1, 1], ceil_mode=1)],
            (4, 3, 3),  # the fourth window would start at 9 of the padded 10, which is end padding
            4 * 9 * 4,
            Window((2, 2), (3, 3), (1, 1, 1, 1)),
        ),
        ([node("GlobalAveragePool", "x")], (4, 1, 1), 256, WHOLE),
        ([node("ReduceMean", "x", axes=[2, 3], keepdims=0)], (4, 1, 1), 256, WHOLE),
        ([node("ReduceMax", "x", axes=[1])], (1, 8, 8), 256, POINTWISE),
        ([node("Softmax", "x", axis=1)], (4, 8, 8), 768, POINTWISE),
        ([node("Softmax", "x")], (4, 8, 8), 768, WHOLE),
        ([node("LRN", "x", size=5)], (4, 8, 8), 7 * 256, POINTWISE),
        ([node("LeakyRelu", "x")], (4, 8, 8), 256, POINTWISE),
        ([node("Sum", "x", "x", "x")], (4, 8, 8), 512, POINTWISE),
        ([node("Flatten", "x")], (256, 1, 1), 0, WHOLE),
        ([node("Transpose", "x", perm=[0, 1, 3, 2])], (4, 8, 8), 0, WHOLE),
        ([node("Concat", "x", "x", axis=1)], (8, 8, 8), 0, POINTWISE),
        ([node("Concat", "x", "x", axis=-1)], (4, 8, 16), 0, WHOLE),
        ([node("SpaceToDepth", "x", blocksize=2)], (16, 4, 4), 0, Window((2, 2), (2, 2))),
        ([node("DepthToSpace", "x", blocksize=2)], (1, 16, 16), 0, Upsample((2, 2))),
        ([node("InstanceNormalization", "x", "s", "s")], (4, 8, 8), 512, WHOLE),
    ],
)  # fmt: skip
def test_operator_facts(read, nodes, shape, flops, receptive):
    layer = read(nodes, weights=[weight("s", 4)]).layers[0]
    assert (layer.shape, layer.flops, layer.receptive) == (shape, flops, receptive)


@pytest.mark.parametrize(
    ("attributes", "receptive"),
    [
        ({}, Upsample((2, 2))),
        ({"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}, Upsample((2, 2))),
        ({"coordinate_transformation_mode": "asymmetric", "nearest_mode": "ceil"}, WHOLE),
        ({"mode": "linear"}, Transposed(Window((4, 4), (2, 2), (1, 1, 1, 1)))),
        ({"mode": "linear", "coordinate_transformation_mode": "align_corners"}, WHOLE),
        ({"mode": "cubic"}, WHOLE),
    ],
)
def test_resize(read, attributes, receptive):
    sizes = ints("sizes", 1, 4, 16, 16)
    layer = read([node("Resize", "x", "", "", "sizes", **attributes)], weights=[sizes]).layers[0]
    assert (layer.shape, layer.receptive) == ((4, 16, 16), receptive)


def test_pad_slice_and_split(read):
    pads = ints("pads", 0, 0, 1, 2, 0, 0, 3, 4)
    layer = read([node("Pad", "x", "pads")], weights=[pads]).layers[0]
    assert (layer.shape, layer.receptive) == ((4, 12, 14), Window((1, 1), (1, 1), (1, 2, 3, 4)))
    cut = [ints("from", 1), ints("to", 3), ints("axes", 1)]
    layer = read([node("Slice", "x", "from", "to", "axes")], weights=cut).layers[0]
    assert (layer.shape, layer.receptive) == ((2, 8, 8), POINTWISE)
    cut[2] = ints("axes", 2)
    layer = read([node("Slice", "x", "from", "to", "axes")], weights=cut).layers[0]
    # A window cannot begin at 1: it reads from there, one row more than is kept.
    assert (layer.shape, layer.receptive) == ((4, 2, 8), Window((2, 1)))
    split = helper.make_node("Split", ["x"], ["a", "b"], axis=1)
    network = read([split, node("Add", "a", "b")])
    assert [(layer.name, layer.shape, layer.inputs) for layer in network.layers] == [
        ("a", (2, 8, 8), ("x",)),
        ("b", (2, 8, 8), ("x",)),
        ("add-y", (2, 8, 8), ("a", "b")),
    ]


def test_transposed_convolution(read):
    layer = read(
        [node("ConvTranspose", "x", "w", strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1])],
        weights=[weight("w", 4, 6, 3, 3)],
    ).layers[0]
    assert (layer.shape, layer.macs) == ((6, 16, 16), 4 * 64 * 6 * 9)
    assert layer.receptive == Transposed(Window((3, 3), (2, 2), (1, 1, 1, 1)))
    layer = read(
        [node("ConvTranspose", "x", "w", strides=[2, 2], auto_pad="SAME_UPPER")],
        weights=[weight("w", 4, 6, 3, 3)],
    ).layers[0]
    assert layer.shape == (6, 16, 16)


def test_quantised_convolution(read):
    scales = [weight(name) for name in ("xs", "ws", "ys")]
    zeros = [onnx.TensorProto(name=n, data_type=onnx.TensorProto.UINT8) for n in ("xz", "wz", "yz")]
    nodes = [
        node("QuantizeLinear", "x", "xs", "xz", out="q"),
        node("QLinearConv", "q", "xs", "xz", "w", "ws", "wz", "ys", "yz", out="c"),
        node("DequantizeLinear", "c", "ys", "yz"),
    ]
    network = read(nodes, weights=[*scales, *zeros, weight("w", 6, 4, 3, 3)], fold=True)
    assert [(layer.op, layer.macs) for layer in network.layers] == [
        ("QuantizeLinear", 0),
        ("QLinearConv", 6 * 36 * 36),
    ]


def test_a_scale_by_constants_folds_and_counts_one_each(read):
    nodes = [
        node("Conv", "x", "w", out="a"),
        node("Mul", "a", "s", out="b"),
        node("Add", "b", "s", out="c"),
        node("Clip", "c"),
    ]
    network = read(nodes, weights=[weight("w", 6, 4, 1, 1), weight("s", 1, 6, 1, 1)], fold=True)
    assert [layer.folded for layer in network.layers] == [("mul-b", "add-c", "clip-y")]
    assert network.flops == 2 * 6 * 64 * 4 + 3 * 6 * 64


def test_squeeze_and_excitation_broadcasts(read):
    nodes = [
        node("GlobalAveragePool", "x", out="p"),
        node("Conv", "p", "w", out="s"),
        node("Mul", "x", "s"),
    ]
    layer = read(nodes, weights=[weight("w", 4, 4, 1, 1)]).layers[-1]
    assert (layer.shape, layer.receptive, layer.inputs) == ((4, 8, 8), POINTWISE, ("x", "conv-s"))


def test_shapes_computed_from_shapes(read):
    """x.view(x.size(0), -1) the way exporters write it, in front of a dense layer."""
    nodes = [
        node("Shape", "x", out="shape"),
        node("Gather", "shape", "zero", out="n"),
        node("Unsqueeze", "n", "axis", out="n1"),
        node("Concat", "n1", "rest", out="target", axis=0),
        node("Reshape", "x", "target", out="flat"),
        node("Gemm", "flat", "w", transB=1),
    ]
    zero = onnx.numpy_helper.from_array(np.array(0, np.int64), "zero")
    weights = [zero, ints("axis", 0), ints("rest", -1), weight("w", 10, 256)]
    network = read(nodes, weights=weights, fold=True)
    assert [(layer.name, layer.inputs, layer.macs) for layer in network.layers] == [("gemm-y", ("x",), 2560)]


def test_channels_last_images_are_turned(read):
    nodes = [node("Transpose", "x", out="t", perm=[0, 3, 1, 2]), node("Conv", "t", "w")]
    network = read(nodes, x=(1, 8, 10, 4), weights=[weight("w", 6, 4, 3, 3)])
    assert network.inputs[0].shape == (4, 8, 10)
    assert [layer.shape for layer in network.layers] == [(6, 6, 8)]


def test_matmul_between_computed_tensors(read):
    layer = read([node("MatMul", "a", "b")], inputs={"a": (1, 5, 6), "b": (1, 6, 7)}).layers[0]
    assert (layer.macs, layer.receptive, layer.inputs) == (5 * 6 * 7, WHOLE, ("a", "b"))


def test_flops_unknowns_read_everything(read):
    nodes = [node("Conv", "x", "w", out="c"), node("TopK", "c", "k")]
    nodes[1].output.append("indices")
    network = read(nodes, weights=[weight("w", 6, 4, 1, 1), ints("k", 2)])
    layer = network.layers[-1]
    assert (layer.op, layer.receptive, layer.flops) == ("TopK", WHOLE, 0)
    assert layer.attributes == {"flops_unknown": True}


def test_nodes_in_any_order(read):
    nodes = [node("Relu", "a"), node("Conv", "x", "w", out="a")]
    network = read(nodes, weights=[weight("w", 6, 4, 1, 1)], output="y")
    assert [layer.name for layer in network.layers] == ["conv-a", "relu-y"]


def test_open_dimensions_are_asked_for(read):
    nodes = [node("Conv", "x", "w")]
    x, weights = ("batch", 3, "height", None), [weight("w", 6, 3, 3, 3)]
    with pytest.raises(
        MissingShapeError, match=r"'x' leaves its height \(height\) and width open; .*"
    ) as caught:
        read(nodes, x=x, weights=weights)
    assert caught.value.cause.endswith("such as --input-shape 3x224x224")
    assert caught.value.inputs == (OpenInput("x", (3, None, None), ("", "height", "")),)
    assert caught.value.where.endswith("m.onnx")
    network = read(nodes, x=x, weights=weights, input_shapes={"x": (3, 20, 30)})
    assert network.layers[0].shape == (6, 18, 28)
    with pytest.raises(InputError, match="it has no input 'data'; its inputs are x"):
        read(nodes, weights=weights, input_shapes={"data": (3, 20, 30)})


def test_another_batch_than_1_is_read_with_1_when_the_shape_is_given(read):
    nodes, weights = [node("Conv", "x", "w")], [weight("w", 6, 3, 3, 3)]
    with pytest.raises(
        InputError, match=r"input 'x' has batch 8; plans are for batch 1, .* --input-shape 3x9x7$"
    ):
        read(nodes, x=(8, 3, 9, 7), weights=weights)
    network = read(nodes, x=(8, 3, 9, 7), weights=weights, input_shapes={"": (3, 9, 7)})
    assert network.layers[0].shape == (6, 7, 5)


def test_every_operator_set_from_9_on_is_read(read):
    """One small network in each: what changed its form is written as that set has it."""
    for opset in range(9, onnx.defs.onnx_opset_version() + 1):
        axes = [ints("axes", 2, 3)] if opset >= 18 else []
        squeezed = [ints("front", 0)] if opset >= 13 else []
        mean = (
            node("ReduceMean", "p", "axes", out="m")
            if axes
            else node("ReduceMean", "p", axes=[2, 3], out="m")
        )
        tail = node("Squeeze", "m", "front") if squeezed else node("Squeeze", "m", axes=[0])
        resize = (
            node("Resize", "d", "", "scales", out="u")
            if opset >= 11
            else node("Upsample", "d", "scales", out="u")
        )
        nodes = [
            node("Conv", "x", "w", out="c", pads=[1, 1, 1, 1]),
            node("BatchNormalization", "c", "s", "s", "s", "s", out="b"),
            node("Dropout", "b", out="d"),
            resize,
            node("MaxPool", "u", out="p", kernel_shape=[2, 2], strides=[2, 2]),
            mean,
            tail,
        ]
        scales = onnx.numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), "scales")
        weights = [weight("w", 6, 4, 3, 3), weight("s", 6), scales, *axes, *squeezed]
        layers = read(nodes, weights=weights, opset=opset, fold=True).layers
        assert [(layer.shape, layer.receptive) for layer in layers] == [
            ((6, 8, 8), Window((3, 3), (1, 1), (1, 1, 1, 1))),
            ((6, 16, 16), Upsample((2, 2))),
            ((6, 8, 8), Window((2, 2), (2, 2))),
            ((6, 1, 1), WHOLE),
        ], opset


def test_external_data_is_not_opened(tmp_path):
    secret = tmp_path / "secret"
    tensor = weight("w", 6, 4, 3, 3)
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=str(secret))
    file = tmp_path / "m.onnx"
    file.write_bytes(model([node("Conv", "x", "w")], weights=[tensor]).SerializeToString())
    assert load_network(file).macs == 6 * 36 * 4 * 9


def branch():
    body = helper.make_graph([node("Relu", "x")], "b", [], [helper.make_tensor_value_info("y", FLOAT, None)])
    return node("If", "x", then_branch=body, else_branch=body)


@pytest.mark.parametrize(
    ("nodes", "kwargs", "cause"),
    [
        ([branch()], {}, r"node 'if-y' \(If\) holds a subgraph"),
        ([node("Relu", "x")], {"x": (2, 4, 8, 8)}, "input 'x' has batch 2"),
        ([node("Relu", "x")], {"x": (1, 1, 4, 8, 8)}, "input 'x' has 5 dimensions"),
        ([node("Relu", "z")], {}, r"node 'relu-y' \(Relu\) reads 'z', which nothing makes"),
        ([node("Relu", "y")], {}, "its nodes form a cycle"),
        ([node("Relu", "x"), node("Tanh", "x")], {}, "makes 'y', which another node makes too"),
        (
            [node("Conv", "x", "x", group=2)],
            {"x": (1, 3, 8, 8)},
            r"weights \[1, 3, 8, 8\] in 2 groups do not fit",
        ),
        ([node("Conv", "x", "w")], {}, "do not fit 4 input channels"),
        ([node("Conv", "x", "w", strides=[0, 0])], {"x": (1, 9, 8, 8)}, "stride .* integers from 1"),
        ([node("Conv", "x", "w", group="a")], {"x": (1, 9, 8, 8)}, "its group is no integer"),
        ([node("Conv", "x", "w")], {"x": (1, 9, 2, 8)}, "is larger than the 2x8 map"),
        ([node("MaxPool", "x")], {}, r"node 'maxpool-y' \(MaxPool\): .*kernel"),
        ([node("Relu", "w")], {}, "no input"),
        (
            [helper.make_node("Foo", ["x"], ["y"], domain="my")],
            {},
            "no rule is known for the operator my.Foo",
        ),
        ([helper.make_node("Conv", ["x"], ["y"])], {}, r"node 'y' \(Conv\) lacks an input"),
    ],
)
def test_one_sentence_for_what_cannot_be_planned(read, nodes, kwargs, cause):
    with pytest.raises(InputError, match=cause) as caught:
        read(nodes, weights=[weight("w", 6, 9, 3, 3)], **kwargs)
    assert str(caught.value).split(": ")[0].endswith("m.onnx")


def test_a_trace_says_which_tensor_each_layer_makes(tmp_path):
    nodes = [
        node("Conv", "x", "w", out="a"),
        helper.make_node("Relu", ["a"], ["b"], name="twice"),
        helper.make_node("Relu", ["b"], ["c"], name="twice"),  # its name is taken: the tensor's is used
        node("Add", "b", "c"),
    ]
    file = tmp_path / "m.onnx"
    file.write_bytes(model(nodes, weights=[weight("w", 6, 4, 3, 3)]).SerializeToString())
    trace = trace_onnx(file)
    assert dict(trace.layers) == {"x": "x", "a": "conv-a", "b": "twice", "c": "c", "y": "add-y"}
    assert trace.dims["b"] == (1, 6, 6, 6)
    assert trace.constants == {"w"}
    assert [layer.name for layer in load_network(file, fold=False).layers] == list(trace.layers.values())[1:]
