"""Reader of Darknet .cfg files; layers are named by their kind and Darknet's index."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from planner_core.errors import InputError, MissingShapeError, OpenInput
from planner_core.importers.darknet_cfg import Section, parse_sections
from planner_core.network import operators as ops
from planner_core.network.builder import NetworkBuilder, make_window
from planner_core.network.given_shapes import by_name
from planner_core.network.model import POINTWISE, Network, Shape, Transposed, Window

__all__ = ["read_darknet"]

_MAX_BYTES = 16 << 20

_ACTIVATIONS: Mapping[str, str | None] = {
    "linear": None,
    "logistic": "Sigmoid",
    "sigmoid": "Sigmoid",
    "relu": "Relu",
    "relu6": "Relu6",
    "leaky": "LeakyRelu",
    "tanh": "Tanh",
    "elu": "Elu",
    "selu": "Selu",
    "gelu": "Gelu",
    "mish": "Mish",
    "swish": "Swish",
    "hard_mish": "Activation",
    "hardtan": "Activation",
    "lhtan": "Activation",
    "loggy": "Activation",
    "plse": "Activation",
    "ramp": "Activation",
    "relie": "Activation",
    "revleaky": "Activation",
    "stair": "Activation",
}

# Options of Darknet's forks that change what a layer computes, and the value with which they do nothing.
_UNSUPPORTED = {
    "antialiasing": "0",
    "maxpool_depth": "0",
    "weights_type": "none",
    "deform": "0",
    "flatten": "0",
}


def read_darknet(
    path: str | os.PathLike[str], fold: bool = True, input_shapes: Mapping[str, Shape] | None = None
) -> Network:
    """Read a Darknet .cfg file for batch 1; its input is called `input`.

    Options of training are passed over.

    Parameters
    ----------
    input_shapes : mapping, optional
        {"input": (C, H, W)} in place of channels, height and width of [net].

    Raises
    ------
    InputError
        That names the file, and the line or layer where there is one.
    """
    file = Path(path)
    try:
        with file.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise InputError(f"it is larger than the {_MAX_BYTES >> 20} MiB that are read")
        # Only comments hold anything but ASCII, in whatever encoding.
        return _network(
            file.stem, parse_sections(data.decode("utf-8", "replace")), dict(input_shapes or {}), fold
        )
    except InputError as error:
        raise error.at(str(file)) from None
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror or error}", str(file)) from None


def _network(name: str, sections: list[Section], input_shapes: dict[str, Shape], fold: bool) -> Network:
    if not sections or sections[0].kind not in ("net", "network"):
        raise InputError("it does not begin with a [net] section, as Darknet files do")
    shape = by_name(input_shapes, ["input"]).get("input")
    reader = _Reader(NetworkBuilder(name))
    reader.builder.input("input", shape or _input_shape(sections[0]))
    for section in sections[1:]:
        reader.add(section)
    return reader.builder.build(fold)


def _input_shape(net: Section) -> Shape:
    keys = ("channels", "height", "width")
    c, h, w = (net.integer(key, 0, 1) if key in net else None for key in keys)
    if c is None or h is None or w is None:  # there is no default for them
        missing = " and ".join(key for key in keys if key not in net)
        raise MissingShapeError(
            f"line {net.line}: [{net.kind}] has no {missing}; give the shape, such as --input-shape "
            f"{c or 3}x{h or 416}x{w or 416}",
            inputs=(OpenInput("input", (c, h, w)),),
        )
    return c, h, w


class _Reader:
    """Adds one section after the other; `outputs[i]` is the tensor of Darknet's layer i."""

    def __init__(self, builder: NetworkBuilder) -> None:
        self.builder = builder
        self.outputs: list[str] = []

    @property
    def last(self) -> str:
        return self.outputs[-1] if self.outputs else "input"

    def add(self, section: Section) -> None:
        """Add the layers of a section."""
        if section.kind not in _KINDS:
            raise InputError(f"line {section.line}: [{section.kind}] is no layer that can be planned")
        for key, harmless in _UNSUPPORTED.items():
            if section.text(key, harmless) != harmless:
                raise section.error(key, f"only {harmless} can be planned")
        prefix, write = _KINDS[section.kind]
        name = f"{prefix}{len(self.outputs)}"
        try:
            self.outputs.append(write(self, section, name))
        except InputError as error:
            at_line = error.cause.startswith("line ")
            raise error if at_line else InputError(f"line {section.line}: {error.cause}") from None

    def layer(self, section: Section, key: str, index: int) -> str:
        """Return the tensor of a layer that an option names by its index, from here if it is negative."""
        here = len(self.outputs)
        at = here + index if index < 0 else index
        if not 0 <= at < here:
            raise section.error(key, f"there is no layer {at} before layer {here}")
        return self.outputs[at]

    def normalise(self, section: Section, name: str) -> str:
        """Add BatchNorm behind the layer `name` if the section asks for it."""
        if section.integer("batch_normalize", 0):
            return self.builder.elementwise(f"{name}/bn", name, "BatchNormalization")
        return name

    def activate(self, section: Section, source: str, name: str, default: str) -> str:
        """Add the activation of the section's layer `name` behind `source`."""
        activation = section.text("activation", default)
        if activation not in _ACTIVATIONS:
            raise section.error("activation", f"known are {', '.join(_ACTIVATIONS)}")
        op = _ACTIVATIONS[activation]
        return self.builder.elementwise(f"{name}/{op.lower()}", source, op) if op else source


def _convolutional(r: _Reader, section: Section, name: str) -> str:
    size = section.integer("size", 1, 1)
    stride = section.integer("stride", 1, 1)
    dilation = section.integer("dilation", 1, 1)
    x = r.builder.conv(
        name,
        r.last,
        section.integer("filters", 1, 1),
        size,
        stride=(section.integer("stride_y", stride, 1), section.integer("stride_x", stride, 1)),
        # Darknet's padding is for the kernel without its gaps.
        padding=_padding(section, size) * dilation,
        dilation=dilation,
        groups=section.integer("groups", 1, 1),
    )
    return r.activate(section, r.normalise(section, x), name, "logistic")


def _deconvolutional(r: _Reader, section: Section, name: str) -> str:
    size = section.integer("size", 1, 1)
    x = r.builder.conv_transpose(
        name,
        r.last,
        section.integer("filters", 1, 1),
        size,
        stride=section.integer("stride", 1, 1),
        padding=_padding(section, size),
    )
    return r.activate(section, r.normalise(section, x), name, "logistic")


def _padding(section: Section, size: int) -> int:
    """`pad=1` stands for half the kernel, and goes before a number in `padding`."""
    return size // 2 if section.integer("pad", 0) else section.integer("padding", 0)


def _maxpool(r: _Reader, section: Section, name: str) -> str:
    return _pool(r, section, name, "MaxPool")


def _local_avgpool(r: _Reader, section: Section, name: str) -> str:
    return _pool(r, section, name, "AveragePool")


def _pool(r: _Reader, section: Section, name: str, op: str) -> str:
    stride = section.integer("stride", 1, 1)
    strides = (section.integer("stride_y", stride, 1), section.integer("stride_x", stride, 1))
    size = section.integer("size", stride, 1)
    total = section.integer("padding", size - 1)
    begin = total // 2
    padding = (begin, begin, total - begin, total - begin)
    return r.builder.pool(name, r.last, size, stride=strides, padding=padding, op=op)


def _avgpool(r: _Reader, section: Section, name: str) -> str:
    return r.builder.global_pool(name, r.last)


def _connected(r: _Reader, section: Section, name: str) -> str:
    x = r.builder.dense(name, r.last, section.integer("output", 1, 1))
    return r.activate(section, r.normalise(section, x), name, "logistic")


def _route(r: _Reader, section: Section, name: str) -> str:
    sources = [r.layer(section, "layers", index) for index in section.integers("layers")]
    groups = section.integer("groups", 1, 1)
    if groups == 1:
        if len(sources) == 1:
            return r.builder.elementwise(name, sources[0], "Identity")
        return r.builder.concat(name, sources)
    group = section.integer("group_id", 0)
    if group >= groups:
        raise section.error("group_id", f"there are {groups} groups")
    names = [name] if len(sources) == 1 else [f"{name}/{i}" for i in range(len(sources))]
    for part, source in zip(names, sources, strict=True):
        channels = r.builder.shape(source)[0]
        if channels % groups:
            raise section.error("groups", f"it must divide {channels} channels")
        count = channels // groups
        attributes = {"groups": groups, "group_id": group}
        r.builder.add_layer(part, "Slice", [source], _select(count), attributes)
    return name if len(names) == 1 else r.builder.concat(name, names)


def _select(count: int) -> Callable[[Shape], ops.Facts]:
    return lambda x: ops.select(x, count)


def _shortcut(r: _Reader, section: Section, name: str) -> str:
    """Add earlier maps to the last one, whose shape stays.

    Darknet lets channels and sizes differ: it adds the channels that both have, and of a map that is twice as
    large every second position; a map that is half as large goes to every second position.
    """
    shape = r.builder.shape(r.last)
    sources, added = [r.last], 0
    for number, index in enumerate(section.integers("from")):
        source = r.layer(section, "from", index)
        if r.builder.shape(source)[1:] != shape[1:]:
            source = _fit(r, section, source, f"{name}/from{number or ''}")
        c, h, w = r.builder.shape(source)
        added += min(c, shape[0]) * h * w
        sources.append(source)
    r.builder.add_layer(name, "Add", sources, ops.Facts(shape, float(added), 0, POINTWISE))
    return r.activate(section, name, name, "linear")


def _fit(r: _Reader, section: Section, source: str, name: str) -> str:
    """Add the layer that takes every n-th position of a map, or puts it to every n-th, to suit the last map."""
    (c, h, w), (_, height, width) = r.builder.shape(source), r.builder.shape(r.last)
    shrunk, enlarged = (h // height, w // width), (height // h, width // w)
    if shrunk[0] == shrunk[1] >= 1 and -(-h // shrunk[0]) >= height and -(-w // shrunk[1]) >= width:
        facts = ops.Facts((c, height, width), 0.0, 0, Window((1, 1), shrunk))
        return r.builder.add_layer(name, "Slice", [source], facts, {"steps": list(shrunk)})
    if enlarged[0] == enlarged[1] >= 1 and (h * enlarged[0], w * enlarged[1]) == (height, width):
        facts = ops.Facts((c, height, width), 0.0, 0, Transposed(Window((1, 1), enlarged)))
        return r.builder.add_layer(name, "Spread", [source], facts, {"steps": list(enlarged)})
    raise section.error("from", f"a {h}x{w} map cannot be added to one of {height}x{width}")


def _local(r: _Reader, section: Section, name: str) -> str:
    """Add a convolution whose weights differ from place to place: the same work, the same window."""
    size = section.integer("size", 1, 1)
    begin = size // 2 if section.integer("pad", 0) else 0
    end = size - 1 - begin if begin else 0
    stride = section.integer("stride", 1, 1)
    window = make_window(size, stride, (begin, begin, end, end))
    filters = section.integer("filters", 1, 1)
    x = r.builder.add_layer(name, "Local", [r.last], lambda x: ops.convolution(x, filters, window))
    return r.activate(section, x, name, "logistic")


def _crop(r: _Reader, section: Section, name: str) -> str:
    """Take the middle of the map, as Darknet does when it does not train.

    A window cannot begin at an offset, so it spans from there: more than is needed, but never less.
    """
    c, h, w = r.builder.shape(r.last)
    height, width = section.integer("crop_height", 1, 1), section.integer("crop_width", 1, 1)
    if height > h or width > w:
        raise section.error("crop_height", f"the map is {h}x{w}")
    window = Window(((h - height) // 2 + 1, (w - width) // 2 + 1))
    return r.builder.add_layer(name, "Crop", [r.last], ops.Facts((c, height, width), 0.0, 0, window))


def _l2norm(r: _Reader, section: Section, name: str) -> str:
    return r.builder.add_layer(name, "LpNormalization", [r.last], lambda x: ops.elementwise(x, 2))


def _scale_channels(r: _Reader, section: Section, name: str) -> str:
    source = r.layer(section, "from", section.integer("from", 0, -len(r.outputs)))
    return r.activate(section, r.builder.merge(name, [source, r.last], op="Mul"), name, "linear")


def _reorg(r: _Reader, section: Section, name: str) -> str:
    stride = section.integer("stride", 1, 1)
    if section.integer("reverse", 0):
        return r.builder.add_layer(name, "Reorg", [r.last], lambda x: ops.pixel_shuffle(x, stride))
    return r.builder.reorg(name, r.last, stride)


def _upsample(r: _Reader, section: Section, name: str) -> str:
    return r.builder.upsample(name, r.last, section.integer("stride", 2, 1))


def _softmax(r: _Reader, section: Section, name: str) -> str:
    over_space = not section.integer("spatial", 0)
    return r.builder.add_layer(name, "Softmax", [r.last], lambda x: ops.softmax(x, over_space))


def _lrn(r: _Reader, section: Section, name: str) -> str:
    return r.builder.lrn(name, r.last, section.integer("size", 5, 1))


def _activation(r: _Reader, section: Section, name: str) -> str:
    activation = section.text("activation", "linear")
    if activation not in _ACTIVATIONS:
        raise section.error("activation", f"known are {', '.join(_ACTIVATIONS)}")
    return r.builder.elementwise(name, r.last, _ACTIVATIONS[activation] or "Identity")


def _as(op: str) -> Callable[[_Reader, Section, str], str]:
    return lambda r, section, name: r.builder.elementwise(name, r.last, op)


# What the names begin with, and what adds the layers.
_KINDS: Mapping[str, tuple[str, Callable[[_Reader, Section, str], str]]] = {
    "convolutional": ("conv", _convolutional),
    "conv": ("conv", _convolutional),
    "deconvolutional": ("deconv", _deconvolutional),
    "maxpool": ("max", _maxpool),
    "max": ("max", _maxpool),
    "avgpool": ("avg", _avgpool),
    "avg": ("avg", _avgpool),
    "connected": ("fc", _connected),
    "conn": ("fc", _connected),
    "route": ("route", _route),
    "shortcut": ("shortcut", _shortcut),
    "scale_channels": ("scale", _scale_channels),
    "sam": ("sam", _scale_channels),
    "reorg": ("reorg", _reorg),
    "reorg3d": ("reorg", _reorg),
    "upsample": ("upsample", _upsample),
    "softmax": ("softmax", _softmax),
    "soft": ("softmax", _softmax),
    "normalization": ("lrn", _lrn),
    "lrn": ("lrn", _lrn),
    "local": ("local", _local),
    "crop": ("crop", _crop),
    "local_avgpool": ("avg", _local_avgpool),
    "l2norm": ("l2norm", _l2norm),
    "batchnorm": ("bn", _as("BatchNormalization")),
    "activation": ("act", _activation),
    "dropout": ("dropout", _as("Dropout")),
    "cost": ("cost", _as("Identity")),
    "region": ("region", _as("Region")),
    "detection": ("detection", _as("Region")),
    "yolo": ("yolo", _as("Yolo")),
    "gaussian_yolo": ("yolo", _as("Yolo")),
    "logistic": ("logistic", _as("Sigmoid")),
}
