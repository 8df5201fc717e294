"""Random ONNX models of all kinds of layers that tiles have to get right, seeded; weights are in the file."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import helper, numpy_helper

FLOAT = onnx.TensorProto.FLOAT

__all__ = ["Maker", "random_model"]


class Maker:
    """Writes a model node by node and knows every tensor's (C, H, W)."""

    def __init__(self, seed: int, opset: int = 17) -> None:
        self.rng = np.random.default_rng(seed)
        self.opset = opset
        self.nodes: list = []
        self.weights: list = []
        self.inputs: dict[str, tuple[int, int, int]] = {}
        self.shapes: dict[str, tuple[int, int, int]] = {}

    def input(self, name, shape):
        self.inputs[name] = self.shapes[name] = shape
        return name

    def pick(self, *values):
        return values[int(self.rng.integers(len(values)))]

    def weight(self, *dims, scale=1.0, shift=0.0):
        name = f"w{len(self.weights)}"
        value = (self.rng.standard_normal(dims) * scale + shift).astype(np.float32)
        self.weights.append(numpy_helper.from_array(value, name))
        return name

    def constant(self, values, kind):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.array(values, kind), name))
        return name

    def node(self, op, inputs, outputs=1, **attributes):
        names = [f"t{len(self.nodes)}_{k}" if outputs > 1 else f"t{len(self.nodes)}" for k in range(outputs)]
        self.nodes.append(
            helper.make_node(op, list(inputs), names, f"{op.lower()}{len(self.nodes)}", **attributes)
        )
        self._infer()
        return names[0] if outputs == 1 else names

    def model(self, outputs=None):
        read = {name for node in self.nodes for name in node.input}
        loose = [o for node in self.nodes for o in node.output if o not in read]
        graph = helper.make_graph(
            self.nodes,
            "generated",
            [helper.make_tensor_value_info(n, FLOAT, (1, *s)) for n, s in self.inputs.items()],
            [helper.make_tensor_value_info(o, FLOAT, None) for o in outputs or loose],
            self.weights,
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=8)

    def _infer(self):
        made = onnx.shape_inference.infer_shapes(self.model(), data_prop=True).graph
        for value in [*made.value_info, *made.output]:
            dims = [d.dim_value for d in value.type.tensor_type.shape.dim][1:]
            if dims and 0 not in dims:
                self.shapes[value.name] = (*dims, 1, 1)[:3]

    # Layers

    def conv(self, x, filters=None, **attributes):
        c = self.shapes[x][0]
        kernel = attributes.pop("kernel", (3, 3))
        groups = attributes.get("group", 1)
        filters = filters or c
        scale = (2 / (c // groups * kernel[0] * kernel[1])) ** 0.5
        inputs = [x, self.weight(filters, c // groups, *kernel, scale=scale), self.weight(filters, scale=0.1)]
        return self.node("Conv", inputs, **attributes)

    def odd_conv(self, x):
        """Kernel, stride, dilation and four different pads by chance."""
        c, h, w = self.shapes[x]
        kernel = tuple(int(k) for k in self.rng.integers(1, 4, 2))
        dilations = [int(d) for d in self.rng.integers(1, 4, 2)]
        reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True)]
        strides = [int(s) for s in self.rng.integers(1, 3, 2)] if min(h, w) > 12 else [1, 1]
        pads = [int(self.rng.integers(0, 1 + min(r, 4))) for r in (*reach, *reach)]
        for k, n in enumerate((h, w)):
            pads[2 + k] += max(0, reach[k] - n - pads[k] - pads[2 + k])
        group = self.pick(1, 1, 2, c) if c % 2 == 0 else 1
        return self.conv(x, kernel=kernel, dilations=dilations, strides=strides, pads=pads, group=group)

    def same_conv(self, x):
        mode = self.pick("SAME_UPPER", "SAME_LOWER")
        kernel, stride = self.pick((3, 3), (2, 4), (5, 2)), self.pick(1, 2)
        return self.conv(x, kernel=kernel, strides=[stride, stride], auto_pad=mode)

    def pool(self, x):
        op = self.pick("MaxPool", "AveragePool")
        kernel = [int(k) for k in self.rng.integers(2, 4, 2)]
        strides = [int(s) for s in self.rng.integers(1, 3, 2)]
        pads = [int(self.rng.integers(0, kernel[k % 2])) for k in range(4)]
        more = {"count_include_pad": self.pick(0, 1)} if op == "AveragePool" else {}
        ceil = self.pick(0, 1)
        return self.node(op, [x], kernel_shape=kernel, strides=strides, pads=pads, ceil_mode=ceil, **more)

    def transposed(self, x):
        c = self.shapes[x][0]
        kernel = [int(k) for k in self.rng.integers(1, 5, 2)]
        strides = [int(s) for s in self.rng.integers(1, 4, 2)]
        dilations = [self.pick(1, 1, 2), 1]
        reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True)]
        pads = [int(self.rng.integers(0, r)) for r in (*reach, *reach)]
        extra = [int(self.rng.integers(0, s)) for s in strides]
        scale = (2 / (c * max(1, kernel[0] * kernel[1] // (strides[0] * strides[1])))) ** 0.5
        inputs = [x, self.weight(c, c, *kernel, scale=scale), self.weight(c, scale=0.3)]
        return self.node(
            "ConvTranspose", inputs, strides=strides, pads=pads, dilations=dilations, output_padding=extra
        )

    def resize(self, x):
        scales = [1.0, 1.0, float(self.rng.integers(1, 4)), float(self.rng.integers(1, 4))]
        mode = self.pick("nearest", "linear")
        inputs = [x, "", self.constant(scales, np.float32)]
        return self.node("Resize", inputs, mode=mode, coordinate_transformation_mode="half_pixel")

    def shuffle_up(self, x):
        wide = self.conv(x, filters=4 * self.shapes[x][0], kernel=(1, 1))
        return self.node("DepthToSpace", [wide], blocksize=2)

    def space_to_depth(self, x):
        _, h, w = self.shapes[x]
        pads = self.constant([0, 0, h % 2, 0, 0, 0, 0, w % 2], np.int64)
        even = self.node("Pad", [x, pads, self.constant(0.7, np.float32)])
        return self.conv(self.node("SpaceToDepth", [even], blocksize=2), self.shapes[x][0], kernel=(1, 1))

    def padded(self, x):
        pads = [0, 0, *self.rng.integers(0, 4, 2).tolist(), 0, 0, *self.rng.integers(0, 4, 2).tolist()]
        return self.node("Pad", [x, self.constant(pads, np.int64), self.constant(-0.4, np.float32)])

    def normalised(self, x):
        c = self.shapes[x][0]
        scale, shift = self.weight(c, scale=0.2, shift=1), self.weight(c, scale=0.2)
        mean, variance = self.weight(c, scale=0.2), self.constant(self.rng.random(c) + 0.5, np.float32)
        made = self.node("BatchNormalization", [x, scale, shift, mean, variance])
        return self.node(self.pick("Relu", "HardSigmoid"), [made])

    def lrn(self, x):
        return self.node("LRN", [x], size=3)

    def biased(self, x):
        """A constant map is added: it has to be cut like the tile."""
        return self.node("Add", [x, self.weight(*self.shapes[x][1:])])

    def residual(self, x):
        branch = self.conv(
            self.node("Relu", [self.conv(x, pads=[1, 1, 1, 1])]), pads=[2, 2, 2, 2], dilations=[2, 2]
        )
        return self.node("Relu", [self.node(self.pick("Add", "Sum"), [x, branch])])

    def branches(self, x):
        a = self.conv(x, filters=2, kernel=(1, 1))
        b = self.conv(x, filters=2, kernel=(5, 3), pads=[2, 1, 2, 1])
        c = self.node("MaxPool", [x], kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[1, 1])
        return self.conv(self.node("Concat", [a, b, c], axis=1), filters=self.shapes[x][0], kernel=(1, 1))

    def split(self, x):
        half = self.shapes[x][0] // 2
        a, b = self.node("Split", [x, self.constant([half, self.shapes[x][0] - half], np.int64)], 2, axis=1)
        return self.node("Concat", [self.conv(b, pads=[1, 1, 1, 1]), a], axis=1)

    def squeeze_excite(self, x):
        """Reads the whole map in the middle of the network."""
        c = self.shapes[x][0]
        pooled = self.node("GlobalAveragePool", [x])
        gate = self.node("Sigmoid", [self.conv(pooled, filters=c, kernel=(1, 1))])
        return self.node("Mul", [x, gate])

    def sliced(self, x):
        begin, end = self.constant([1], np.int64), self.constant([self.shapes[x][0]], np.int64)
        most = self.node("Slice", [x, begin, end, self.constant([1], np.int64)])
        return self.conv(most, filters=self.shapes[x][0], kernel=(1, 1))

    def cropped(self, x):
        _, h, w = self.shapes[x]
        ends = self.constant([h, w - 1], np.int64)
        return self.node("Slice", [x, self.constant([1, 0], np.int64), ends, self.constant([2, 3], np.int64)])


_BLOCKS = (
    "odd_conv", "odd_conv", "same_conv", "pool", "pool", "transposed", "resize", "shuffle_up", "space_to_depth",
    "padded", "normalised", "lrn", "biased", "residual", "branches", "split", "squeeze_excite", "sliced", "cropped",
)  # fmt: skip
_MOST, _LEAST = 40, 6


def random_model(seed: int, blocks: int = 6) -> onnx.ModelProto:
    """A model of `blocks` random blocks on a map of odd extents, sometimes with a second output and a head."""
    maker = Maker(seed, opset=22)
    channels = int(maker.pick(4, 6))
    x = maker.input("x", (channels, int(maker.rng.integers(11, 26)), int(maker.rng.integers(11, 26))))
    side = ""
    for _ in range(blocks):
        h, w = maker.shapes[x][1:]
        kind = maker.pick(*_BLOCKS)
        if max(h, w) > _MOST:
            kind = "pool"
        elif min(h, w) < _LEAST:
            kind = maker.pick("resize", "residual", "normalised", "padded")
        if kind == "pool" and min(h, w) < 4:
            continue
        x = getattr(maker, kind)(x)
        if not side and maker.rng.random() < 0.15:
            side = maker.conv(x, filters=2, kernel=(1, 1))
    head = maker.pick("none", "dense", "map")
    if head == "dense":
        flat = maker.node("Flatten", [maker.node("Relu", [x])])
        count = int(np.prod(maker.shapes[x]))
        weight = maker.weight(count, 7, scale=count**-0.5)
        maker.node("Softmax", [maker.node("Gemm", [flat, weight, maker.weight(7)])])
    elif head == "map" or not maker.nodes:
        maker.conv(x, filters=3, kernel=(1, 1))
    return maker.model()
