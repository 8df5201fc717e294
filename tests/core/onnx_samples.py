"""ONNX models as exporters write them, made with onnx.helper: seeds of tests and of the fuzz campaign."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

FLOAT, INT64 = onnx.TensorProto.FLOAT, onnx.TensorProto.INT64

__all__ = ["SAMPLES", "constant", "make_model", "node", "weight"]


def weight(name: str, *dims: int) -> Any:
    """Return an initializer without its values: only its dimensions matter."""
    return onnx.TensorProto(name=name, dims=dims, data_type=FLOAT)


def constant(name: str, value: Any, dtype: Any = np.int64) -> Any:
    """Return an initializer with a value."""
    return numpy_helper.from_array(np.array(value, dtype), name)


def node(op: str, inputs: str, outputs: str, **attributes: Any) -> Any:
    """Return a node; names are separated by blanks, and "-" is an input that is left out."""
    ins = ["" if name == "-" else name for name in inputs.split()]
    return helper.make_node(op, ins, outputs.split(), f"/{op}_{outputs.split()[0]}", **attributes)


def make_model(
    nodes: list[Any],
    inputs: Mapping[str, tuple[Any, ...]],
    outputs: str,
    weights: list[Any],
    opset: int = 17,
    **more: Any,
) -> Any:
    """Return a model with float inputs."""
    graph = helper.make_graph(
        nodes,
        "main_graph",
        [helper.make_tensor_value_info(name, FLOAT, dims) for name, dims in inputs.items()],
        [helper.make_tensor_value_info(name, FLOAT, None) for name in outputs.split()],
        weights,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8, **more)


def mobile_block() -> Any:
    """HardSwish, depthwise convolution, squeeze and excitation, as torch's tracing exporter writes them."""
    nodes = [
        node("Conv", "x w1 b1", "c1", strides=[2, 2], pads=[1, 1, 1, 1], kernel_shape=[3, 3]),
        node("HardSwish", "c1", "h1"),
        node("Conv", "h1 w2 b1", "c2", pads=[2, 2, 2, 2], group=8),
        node("Sigmoid", "c2", "s2"),
        node("Mul", "c2 s2", "m2"),
        node("GlobalAveragePool", "m2", "p"),
        node("Conv", "p w3", "e1"),
        node("Relu", "e1", "e2"),
        node("Conv", "e2 w4", "e3"),
        node("HardSigmoid", "e3", "e4", alpha=1 / 6),
        node("Mul", "m2 e4", "se"),
        node("MaxPool", "se", "mp", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=1),
        node("ReduceMean", "mp", "rm", axes=[2, 3], keepdims=0),
        node("Gemm", "rm w5 b5", "y", transB=1),
    ]
    weights = [
        weight("w1", 8, 3, 3, 3),
        weight("b1", 8),
        weight("w2", 8, 1, 5, 5),
        weight("w3", 2, 8, 1, 1),
        weight("w4", 8, 2, 1, 1),
        weight("w5", 10, 8),
        weight("b5", 10),
    ]
    return make_model(nodes, {"x": (1, 3, 32, 32)}, "y", weights)


def view_by_shape() -> Any:
    """x.view(x.size(0), -1) as older exporters write it: Shape, Gather, Unsqueeze, Concat, Reshape."""
    nodes = [
        node("Conv", "x w", "c", pads=[1, 1, 1, 1]),
        node("Shape", "c", "s"),
        node("Constant", "", "zero", value=constant("", 0)),
        node("Gather", "s zero", "n", axis=0),
        node("Unsqueeze", "n", "n1", axes=[0]),
        node("Constant", "", "rest", value=constant("", [-1])),
        node("Concat", "n1 rest", "to", axis=0),
        node("Reshape", "c to", "flat"),
        node("Transpose", "wd", "wt", perm=[1, 0]),
        node("MatMul", "flat wt", "mm"),
        node("Add", "mm b", "y"),
    ]
    weights = [weight("w", 4, 3, 3, 3), weight("wd", 10, 4 * 64), weight("b", 10)]
    return make_model(nodes, {"x": ("batch", 3, 8, 8)}, "y", weights, 11)


def attention_block() -> Any:
    """A transformer's block: patches, LayerNormalization, attention in single products, GELU by Erf."""
    nodes = [
        node("Conv", "x wp", "patch", strides=[8, 8], kernel_shape=[8, 8]),
        node("Reshape", "patch to3", "tokens"),
        node("Transpose", "tokens", "t", perm=[0, 2, 1]),
        node("Concat", "cls t", "tc", axis=1),
        node("Add", "tc pos", "a"),
        node("LayerNormalization", "a g b", "ln", axis=-1),
        node("MatMul", "ln wqkv", "qkv"),
        node("Reshape", "qkv to5", "q5"),
        node("Transpose", "q5", "q5t", perm=[2, 0, 3, 1, 4]),
        node("Split", "q5t", "q0 k0 v0", axis=0),
        node("Squeeze", "q0 ax0", "q"),
        node("Squeeze", "k0 ax0", "k"),
        node("Squeeze", "v0 ax0", "v"),
        node("Transpose", "k", "kt", perm=[0, 1, 3, 2]),
        node("MatMul", "q kt", "qk"),
        node("Mul", "qk scale", "qks"),
        node("Softmax", "qks", "soft", axis=-1),
        node("MatMul", "soft v", "ctx"),
        node("Transpose", "ctx", "ctxt", perm=[0, 2, 1, 3]),
        node("Reshape", "ctxt toc", "ctxr"),
        node("MatMul", "ctxr wo", "o"),
        node("Add", "a o", "r1"),
        node("MatMul", "r1 wm", "m"),
        node("Div", "m sqrt2", "d"),
        node("Erf", "d", "e"),
        node("Add", "e one", "e1"),
        node("Mul", "m e1", "me"),
        node("Mul", "me half", "ge"),
        node("Einsum", "ge wn", "em", equation="bnd,dc->bnc"),
        node("Slice", "em zero1 one1 one1", "first"),
        node("Squeeze", "first one1", "y"),
    ]
    weights = [
        weight("wp", 32, 3, 8, 8),
        constant("to3", [0, 32, -1]),
        weight("cls", 1, 1, 32),
        weight("pos", 1, 17, 32),
        weight("g", 32),
        weight("b", 32),
        weight("wqkv", 32, 96),
        constant("to5", [1, 17, 3, 4, 8]),
        constant("ax0", [0]),
        constant("scale", 0.35, np.float32),
        constant("toc", [1, 17, 32]),
        weight("wo", 32, 32),
        weight("wm", 32, 64),
        constant("sqrt2", 1.414, np.float32),
        constant("one", 1, np.float32),
        constant("half", 0.5, np.float32),
        weight("wn", 64, 10),
        constant("zero1", [0]),
        constant("one1", [1]),
    ]
    return make_model(nodes, {"x": (1, 3, 32, 32)}, "y", weights)


def up_and_down() -> Any:
    """A U-Net's way: transposed convolution, Resize both ways, Pad, Slice, Split, DepthToSpace."""
    nodes = [
        node("Conv", "x w1", "a", pads=[1, 1, 1, 1]),
        node("LeakyRelu", "a", "al", alpha=0.1),
        node("Conv", "al w2", "b", strides=[2, 2], auto_pad="SAME_UPPER"),
        node("ConvTranspose", "b w3", "t", strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1]),
        node("Concat", "al t", "cat", axis=1),
        node("Pad", "cat pads", "pr", mode="reflect"),
        node("Conv", "pr w4", "c", dilations=[1, 1]),
        node("InstanceNormalization", "c s8 s8", "in"),
        node("Split", "in", "p q", axis=1),
        node("Pad", "p pads2", "pp"),
        node("Resize", "b - scales", "un", coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
        node("Resize", "b - - sizes", "ul", mode="linear", coordinate_transformation_mode="half_pixel"),
        node(
            "Resize", "un - - small", "dn", coordinate_transformation_mode="asymmetric", nearest_mode="floor"
        ),
        node("Add", "un ul", "u"),
        node("DepthToSpace", "in", "d2s", blocksize=2, mode="CRD"),
        node("Slice", "x st0 big ax23 steps", "f0"),
        node("Slice", "x st1 big ax23 steps", "f1"),
        node("Concat", "f0 f1", "focus", axis=1),
        node("AveragePool", "al", "ap", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=1),
        node("Softmax", "ap", "sm", axis=1),
        node("Expand", "gate wide", "ex"),
        node("GlobalMaxPool", "q", "gate"),
        node("Mul", "ex q", "gated"),
    ]
    weights = [
        weight("w1", 8, 3, 3, 3),
        weight("w2", 16, 8, 3, 3),
        weight("w3", 16, 8, 3, 3),
        weight("w4", 8, 16, 3, 3),
        weight("s8", 8),
        constant("pads", [0, 0, 1, 1, 0, 0, 1, 1]),
        constant("pads2", [0, 0, 0, 1, 0, 0, 1, 2]),
        constant("scales", [1, 1, 2, 2], np.float32),
        constant("sizes", [1, 16, 16, 16]),
        constant("small", [1, 16, 8, 8]),
        constant("st0", [0, 0]),
        constant("st1", [1, 0]),
        constant("big", [1 << 62, 1 << 62]),
        constant("ax23", [2, 3]),
        constant("steps", [2, 2]),
        constant("wide", [1, 4, 16, 16]),
    ]
    return make_model(nodes, {"x": (1, 3, 16, 16)}, "pp dn u d2s focus sm gated", weights)


def channels_last() -> Any:
    """As tf2onnx writes an image network: a Transpose at the input, explicit Pad, Squeeze at the end."""
    nodes = [
        node("Transpose", "x", "t", perm=[0, 3, 1, 2]),
        node("Pad", "t pads", "p"),
        node("Conv", "p w1 b1", "c1", strides=[2, 2], auto_pad="VALID"),
        node("Clip", "c1 lo hi", "r6"),
        node("Conv", "r6 w2", "c2", group=8, auto_pad="SAME_LOWER", strides=[2, 2]),
        node("Mul", "c2 scale", "bn1"),
        node("Add", "bn1 shift", "bn2"),
        node("Relu", "bn2", "r"),
        node("ReduceMean", "r", "m", axes=[2, 3], keepdims=1),
        node("Transpose", "m", "back", perm=[0, 2, 3, 1]),
        node("Squeeze", "back ax", "sq"),
        node("MatMul", "sq wd", "y"),
    ]
    weights = [
        constant("pads", [0, 0, 0, 0, 0, 0, 1, 1]),
        weight("w1", 8, 3, 3, 3),
        weight("b1", 8),
        constant("lo", 0, np.float32),
        constant("hi", 6, np.float32),
        weight("w2", 8, 1, 3, 3),
        weight("scale", 1, 8, 1, 1),
        weight("shift", 1, 8, 1, 1),
        constant("ax", [1, 2]),
        weight("wd", 8, 10),
    ]
    return make_model(nodes, {"x": ("unk__1", 32, 32, 3)}, "y", weights, 13)


def one_dimensional() -> Any:
    """Sound: convolutions along time, transposed as well, and a mean over time."""
    nodes = [
        node("Conv", "x w1", "a", strides=[2], pads=[2, 2]),
        node("Tanh", "a", "b"),
        node("MaxPool", "b", "mp", kernel_shape=[2], strides=[2]),
        node("ConvTranspose", "mp w2", "t", strides=[2], pads=[1, 1]),
        node("ReduceMax", "t", "y", axes=[2], keepdims=0),
    ]
    return make_model(nodes, {"x": (1, 4, 40)}, "y", [weight("w1", 8, 4, 5), weight("w2", 8, 6, 4)])


def shuffled_channels() -> Any:
    """Reshape, Transpose, Reshape between grouped convolutions; spatial attention by means over channels."""
    nodes = [
        node("Conv", "x w1", "c", group=2),
        node("Reshape", "c s5", "r5"),
        node("Transpose", "r5", "rt", perm=[0, 2, 1, 3, 4]),
        node("Reshape", "rt s4", "r"),
        node("ReduceMean", "r", "mean", axes=[1]),
        node("ReduceMax", "r", "max", axes=[1]),
        node("Concat", "mean max", "mm", axis=1),
        node("Conv", "mm w2", "att", pads=[3, 3, 3, 3]),
        node("Sigmoid", "att", "sig"),
        node("Mul", "r sig", "y"),
    ]
    weights = [
        weight("w1", 8, 4, 1, 1),
        constant("s5", [1, 2, 4, 6, 6]),
        constant("s4", [1, -1, 6, 6]),
        weight("w2", 1, 2, 7, 7),
    ]
    return make_model(nodes, {"x": (1, 8, 6, 6)}, "y", weights)


def with_function() -> Any:
    """A local function that is called twice, as torch's newer exporter wrote them for a while."""
    opset = helper.make_opsetid("", 17)
    body = [node("Relu", "a", "b"), node("Add", "a b", "c")]
    function = helper.make_function("pkg.torch", "act", ["a"], ["c"], body, [opset])
    nodes = [
        node("Conv", "x w", "c1"),
        helper.make_node("act", ["c1"], ["c2"], "act1", domain="pkg.torch"),
        helper.make_node("act", ["c2"], ["y"], "act2", domain="pkg.torch"),
    ]
    model = make_model(nodes, {"x": (1, 3, 8, 8)}, "y", [weight("w", 4, 3, 3, 3)])
    model.functions.append(function)
    model.opset_import.append(helper.make_opsetid("pkg.torch", 1))
    return model


def made_weights() -> Any:
    """Weights that are nodes, BatchNormalization, Sum, Dropout with its mask, LRN."""
    nodes = [
        node("ConstantOfShape", "wshape", "w"),
        node("Identity", "w", "w0"),
        node("Conv", "x w0", "c"),
        node("BatchNormalization", "c s s s s", "bn"),
        node("LRN", "bn", "l", size=5),
        node("Sum", "l bn c", "sum"),
        node("Dropout", "sum", "drop mask"),
        node("Flatten", "drop", "f"),
        node("Gemm", "f wg bg", "y"),
    ]
    weights = [constant("wshape", [6, 3, 3, 3]), weight("s", 6), weight("wg", 6 * 36, 5), weight("bg", 5)]
    return make_model(nodes, {"x": (1, 3, 8, 8)}, "y", weights, 9)


SAMPLES: Mapping[str, Callable[[], Any]] = {
    made.__name__: made
    for made in (
        mobile_block,
        view_by_shape,
        attention_block,
        up_and_down,
        channels_last,
        one_dimensional,
        shuffled_channels,
        with_function,
        made_weights,
    )
}
