"""Networks for the tests: AlexNet by hand, and seeded random ones that are odd on purpose.

`random_network` draws chains and DAGs of windows (strided, dilated, unevenly padded, in ceil mode, narrower
than their stride, wholly in the padding), transposed windows, upsampling, pointwise layers (adds, concats,
broadcasts) and layers that read whole maps; one to three inputs, some small or read late; often several
outputs.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from planner_core.network.model import (
    POINTWISE,
    WHOLE,
    Layer,
    Network,
    Receptive,
    Shape,
    TensorSpec,
    Transposed,
    Upsample,
    Window,
)
from planner_core.system import System

__all__ = ["alexnet", "random_network", "random_system"]


def alexnet(*, activations: bool = True) -> Network:
    """AlexNet at 224 as SPEC section 1 folds it: 11 layers; ReLU costs 1 FLOP per element unless left out."""
    rows: list[tuple[str, Shape, Window | None]] = [
        ("conv1", (64, 55, 55), _square(11, 4, 2)),
        ("pool1", (64, 27, 27), _square(3, 2, 0)),
        ("conv2", (192, 27, 27), _square(5, 1, 2)),
        ("pool2", (192, 13, 13), _square(3, 2, 0)),
        ("conv3", (384, 13, 13), _square(3, 1, 1)),
        ("conv4", (256, 13, 13), _square(3, 1, 1)),
        ("conv5", (256, 13, 13), _square(3, 1, 1)),
        ("pool5", (256, 6, 6), _square(3, 2, 0)),
        ("fc6", (4096, 1, 1), None),
        ("fc7", (4096, 1, 1), None),
        ("fc8", (1000, 1, 1), None),
    ]
    layers = []
    before, shape = "data", (3, 224, 224)
    for name, (c, h, w), window in rows:
        window_size = window.kernel[0] * window.kernel[1] if window else shape[1] * shape[2]
        pool = name.startswith("pool")
        macs = 0 if pool else c * h * w * shape[0] * window_size
        relu = c * h * w if activations and not pool and name != "fc8" else 0
        flops = float(c * h * w * window_size if pool else 2 * macs + relu)
        op = "MaxPool" if pool else "Conv" if window else "Gemm"
        layers.append(Layer(name, op, (before,), (c, h, w), flops, macs, window or WHOLE))
        before, shape = name, (c, h, w)
    return Network("alexnet", (TensorSpec("data", (3, 224, 224)),), tuple(layers))


def _square(kernel: int, stride: int, padding: int) -> Window:
    return Window((kernel, kernel), (stride, stride), (padding,) * 4)


def random_system(seed: int) -> System:
    """A System whose device, link and ES times are of like size for the random networks."""
    rng = Random(f"system {seed}")
    workers = (None, 1, 1, 2, 3)
    return System(
        device_flops=rng.choice((1e3, 5e3, 2e4)),
        es_flops=rng.choice((5e3, 1e5, 1e6)),
        rate_bps=rng.choice((1e3, 2e4, 3e5)),
        device_workers=rng.choice(workers),
        es_workers=rng.choice(workers),
        bits_per_element=rng.choice((8, 16, 32)),
        transfer_overhead_s=rng.choice((0.0, 0.0, 0.01)),
    )


def random_network(seed: int, *, layers: int | None = None, extent: int = 14, chain: bool = False) -> Network:
    """Draw a valid network; the same seed gives the same one.

    Parameters
    ----------
    seed : int
    layers : int, optional
        l; 1 to 9 when not given.
    extent : int
        Largest H and W of the first input; upsampling may exceed it.
    chain : bool
        Every layer reads the one before it, and nothing else.
    """
    return _Draw(Random(f"network {seed}"), extent, chain).network(f"random {seed}", layers)


class _Draw:
    """One network in the making: shapes of the tensors so far, and the layers."""

    def __init__(self, rng: Random, extent: int, chain: bool) -> None:
        self.rng, self.extent, self.chain = rng, extent, chain
        self.shapes: dict[str, Shape] = {}
        self.layers: list[Layer] = []

    def network(self, name: str, count: int | None) -> Network:
        inputs = self._inputs()
        count = self.rng.randint(1, 9) if count is None else count
        kinds: dict[Callable[[str], None], int] = {
            self._window: 9,
            self._transposed: 2,
            self._upsample: 2,
            self._pointwise: 3 if self.chain else 6,
            self._whole: 1,
        }
        for _ in range(count):
            kind = self.rng.choices(list(kinds), list(kinds.values()))[0]
            kind(self._anchor())
        return Network(name, inputs, tuple(self.layers))

    def _inputs(self) -> tuple[TensorSpec, ...]:
        rng = self.rng
        count = 1 if self.chain else rng.choice((1, 1, 1, 2, 2, 3))
        inputs = []
        for i in range(count):
            low, high = (3, self.extent) if i == 0 else rng.choice(((1, 1), (1, 3), (3, self.extent)))
            shape = (rng.randint(1, 4), rng.randint(low, high), rng.randint(low, high))
            if i and rng.random() < 0.3:
                shape = (shape[0], *inputs[0].shape[1:])
            inputs.append(TensorSpec(f"in{i}", shape))
            self.shapes[f"in{i}"] = shape
        return tuple(inputs)

    def _anchor(self) -> str:
        """Mostly the newest tensor; at times any other, a network input included."""
        names = list(self.shapes)
        return names[-1] if self.chain or self.rng.random() < 0.6 else self.rng.choice(names)

    def _add(self, op: str, inputs: tuple[str, ...], shape: Shape, receptive: Receptive) -> None:
        name = f"{op.lower()}{len(self.layers) + 1}"
        flops = float(self.rng.choice((0, 1, 2, 2, 5, 18)) * shape[0] * shape[1] * shape[2])
        self.layers.append(Layer(name, op, inputs, shape, flops, 0, receptive))
        self.shapes[name] = shape

    def _draw_window(self) -> Window:
        rng = self.rng

        def pair(*values: int) -> tuple[int, int]:
            first = rng.choice(values)
            return first, first if rng.random() < 0.7 else rng.choice(values)

        kernel, stride = pair(1, 2, 3, 3, 3, 5), pair(1, 1, 1, 2, 2, 3, 4)
        dilation = pair(1, 1, 1, 1, 2, 3)
        style = rng.random()
        if style < 0.4:  # "same" padding
            top, left = ((k - 1) * d // 2 for k, d in zip(kernel, dilation, strict=True))
            return Window(kernel, stride, (top, left, top, left), dilation)
        if style < 0.5:  # the first window lies wholly in the padding
            top, left = ((k - 1) * d + rng.randint(0, 2) for k, d in zip(kernel, dilation, strict=True))
            return Window(kernel, stride, (top, left, rng.randint(0, 2), rng.randint(0, 2)), dilation)
        top, left, bottom, right = (rng.choice((0, 0, 1, 2)) for _ in range(4))
        return Window(kernel, stride, (top, left, bottom, right), dilation)

    def _window(self, anchor: str) -> None:
        window = self._draw_window()
        ceil_mode = self.rng.random() < 0.25
        _, h, w = self.shapes[anchor]
        extents = []
        for axis, n in enumerate((h, w)):
            span = (window.kernel[axis] - 1) * window.dilation[axis] + 1
            room = n + window.padding[axis] + window.padding[axis + 2] - span
            steps = -(-room // window.stride[axis]) if ceil_mode else room // window.stride[axis]
            extents.append(steps + 1)
        if min(extents) < 1:
            self._pointwise(anchor)
            return
        inputs = (anchor,) if self.chain or self.rng.random() < 0.9 else (anchor, *self._like(anchor)[:1])
        self._add("Conv", inputs, (self.rng.randint(1, 4), extents[0], extents[1]), window)

    def _transposed(self, anchor: str) -> None:
        window = self._draw_window()
        _, h, w = self.shapes[anchor]
        extents = []
        for axis, n in enumerate((h, w)):
            span = (window.kernel[axis] - 1) * window.dilation[axis] + 1
            padding = window.padding[axis] + window.padding[axis + 2]
            extents.append((n - 1) * window.stride[axis] + span - padding + self.rng.choice((0, 0, 1)))
        if min(extents) < 1 or max(extents) > 3 * self.extent:
            self._pointwise(anchor)
            return
        self._add("Deconv", (anchor,), (self.rng.randint(1, 4), extents[0], extents[1]), Transposed(window))

    def _upsample(self, anchor: str) -> None:
        c, h, w = self.shapes[anchor]
        up, across = self.rng.choice(((2, 2), (2, 2), (3, 3), (1, 2), (3, 1)))
        if max(h * up, w * across) > 2 * self.extent:
            self._pointwise(anchor)
            return
        self._add("Upsample", (anchor,), (c, h * up, w * across), Upsample((up, across)))

    def _like(self, anchor: str) -> list[str]:
        """Other tensors that can be put beside `anchor` position by position, in random order."""
        extents = self.shapes[anchor][1:]
        names = [
            name
            for name, shape in self.shapes.items()
            if name != anchor and all(n in (m, 1) for n, m in zip(shape[1:], extents, strict=True))
        ]
        self.rng.shuffle(names)
        return names

    def _pointwise(self, anchor: str) -> None:
        c, h, w = self.shapes[anchor]
        others = [] if self.chain else self._like(anchor)[: self.rng.choice((1, 1, 2))]
        if others and self.rng.random() < 0.5:
            same = [n for n in others if self.shapes[n][1:] == (h, w)]
            channels = c + sum(self.shapes[n][0] for n in same)
            self._add("Concat", (anchor, *same), (channels, h, w), POINTWISE)
        elif self.rng.random() < 0.1:
            self._add("Add", (anchor, anchor), (c, h, w), POINTWISE)
        else:
            self._add("Add", (anchor, *others), (c, h, w), POINTWISE)

    def _whole(self, anchor: str) -> None:
        others = [] if self.chain else self.rng.sample(list(self.shapes), self.rng.choice((0, 0, 1)))
        inputs = tuple(dict.fromkeys((anchor, *others)))
        shape = self.rng.choice(((4, 1, 1), (2, 1, 1), self.shapes[anchor]))
        self._add("Gemm", inputs, shape, WHOLE)
