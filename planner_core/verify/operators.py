"""One ONNX operator on a piece of its output: what it reads, and the operator as it runs there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from onnx import helper

from planner_core.importers.onnx_context import spatial_axes
from planner_core.verify import axis as along
from planner_core.verify.axis import Cut
from planner_core.verify.boxes import Array, Box, Dims, MismatchError, box_dims

__all__ = ["Piece", "Tensors", "attributes_of", "piece_of"]

Span: TypeAlias = tuple[int, int]

# Constants of these are spread over the map from the right, as numpy does.
_SPREADS = frozenset((
    "Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Sum", "Mean", "Mod", "And", "Or", "Xor", "Equal",
    "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "BitShift", "Where", "PRelu", "Concat",
))  # fmt: skip
_TO_SHAPE = ("Reshape", "Expand")
_END = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Piece:
    """An operator that makes one box of its output.

    Parameters
    ----------
    node : NodeProto
        With the padding that is left at the true border, and without what the size of the piece decides.
    cuts : mapping
        Index of each computed input to its cuts along H and W.
    constants : mapping
        Index of an input to the constant that takes its place.
    dims : tuple of int
        ONNX dimensions of the box.
    skip : (int, int) or None
        Rows and columns of the result in front of the box, where there may be some around it; None where the
        operator makes the box and nothing else.
    """

    node: Any
    cuts: Mapping[int, tuple[Cut, Cut]]
    constants: Mapping[int, Array]
    dims: Dims
    skip: tuple[int, int] | None = None

    def box(self, index: int) -> Box:
        """Box of the input `index` that is read."""
        ys, xs = self.cuts[index]
        return ys.begin, ys.end, xs.begin, xs.end


@dataclass(frozen=True)
class Tensors:
    """Dimensions of all tensors, and the values of the constants."""

    dims: Mapping[str, Dims]
    constants: Mapping[str, Array] = field(repr=False)


def attributes_of(node: Any) -> dict[str, Any]:
    """Return the attributes of a node as numbers, lists and bytes."""
    return {a.name: helper.get_attribute_value(a) for a in node.attribute}


def piece_of(node: Any, tensors: Tensors, output: str, box: Box) -> Piece:
    """Return how `node` makes `box` of its output tensor.

    Raises MismatchError for what cannot be made in pieces.
    """
    known = node.domain in ("", "ai.onnx") or (node.domain, node.op_type) == ("com.microsoft", "FusedConv")
    maker = _MAKERS.get(node.op_type) if known else None
    return (maker or _pointwise)(_Job(node, tensors, output, box))


class _Job:
    """A node, and the axes of the map that its output has."""

    def __init__(self, node: Any, tensors: Tensors, output: str, box: Box) -> None:
        self.node, self.tensors, self.box = node, tensors, box
        self.attributes = attributes_of(node)
        self.made = tensors.dims[output]
        self.axes = list(spatial_axes(len(self.made)))
        self.spans: list[Span] = [(box[2 * k], box[2 * k + 1]) for k in range(len(self.axes))]

    @property
    def source(self) -> Dims:
        return self.tensors.dims[self.node.input[0]]

    def extents(self) -> list[int]:
        """Extents of the first input's map, which has the rank of the output."""
        if len(self.source) != len(self.made) or not self.axes:
            raise MismatchError(f"{self.node.op_type} of {list(self.source)} cannot be run in tiles")
        return [self.source[axis] for axis in self.axes]

    def constant(self, index: int, attribute: str) -> Array | None:
        """An operand that newer operator sets take as an input and older ones as an attribute."""
        if index < len(self.node.input) and self.node.input[index]:
            return self.tensors.constants[self.node.input[index]]
        value = self.attributes.get(attribute)
        return None if value is None else np.asarray(value)

    def computed(self) -> list[int]:
        """Indices of the inputs that are no constants."""
        names = self.node.input
        return [i for i, name in enumerate(names) if name and name not in self.tensors.constants]

    def finish(
        self,
        cuts: Sequence[Cut],
        changes: Mapping[str, Any] | None = None,
        constants: Mapping[int, Array] | None = None,
        inputs: int | None = None,
        drop: Sequence[str] = (),
        exact: bool = False,
    ) -> Piece:
        """Return the piece of an operator with one computed input, which it cuts by `cuts`."""
        pair = (*cuts, Cut(0, 1))[:2]
        node = _changed(self.node, changes or {}, drop, inputs)
        return Piece(
            node,
            {0: (pair[0], pair[1])},
            constants or {},
            box_dims(self.made, self.box),
            None if exact else (pair[0].skip, pair[1].skip),
        )


def _changed(node: Any, changes: Mapping[str, Any], drop: Sequence[str], inputs: int | None) -> Any:
    made = type(node)()
    made.CopyFrom(node)
    kept = [a for a in node.attribute if a.name not in changes and a.name not in drop]
    del made.attribute[:]
    made.attribute.extend([*kept, *(helper.make_attribute(name, value) for name, value in changes.items())])
    if inputs is not None:
        del made.input[inputs:]
        made.input.extend([""] * (inputs - len(made.input)))
    return made


def _sides(cuts: Sequence[Cut]) -> list[int]:
    return [c.pads[0] for c in cuts] + [c.pads[1] for c in cuts]


def _window(job: _Job) -> Piece:
    extents, space = job.extents(), len(job.axes)
    kernel = _kernel(job)
    strides = job.attributes.get("strides") or [1] * space
    dilations = job.attributes.get("dilations") or [1] * space
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True)]
    pads = _pads(job, extents, reach, strides)
    cuts = [
        along.window(*span, n, k, s, q)
        for span, n, k, s, q in zip(job.spans, extents, reach, strides, pads, strict=True)
    ]
    changes: dict[str, Any] = {"pads": _sides(cuts)}
    drop = ["auto_pad"]
    if job.node.op_type.endswith("Pool"):
        changes["ceil_mode"] = int(any(c.ceil for c in cuts))
        if not changes["ceil_mode"]:
            del changes["ceil_mode"]
            drop.append("ceil_mode")
    return job.finish(cuts, changes, drop=drop, exact=True)


def _kernel(job: _Job) -> list[int]:
    if job.node.op_type.endswith("Pool"):
        return list(job.attributes["kernel_shape"])
    weights = job.node.input[3 if job.node.op_type == "QLinearConv" else 1]
    return list(job.tensors.constants[weights].shape[2:])


def _pads(job: _Job, extents: list[int], reach: list[int], strides: list[int]) -> list[Span]:
    """Begin and end padding along each axis, auto_pad worked out for the whole input."""
    space = len(extents)
    mode = job.attributes.get("auto_pad", b"NOTSET")
    if mode in (b"NOTSET", b""):
        pads = job.attributes.get("pads") or [0] * (2 * space)
        return list(zip(pads[:space], pads[space:], strict=True))
    if mode == b"VALID":
        return [(0, 0)] * space
    totals = [max((-(-n // s) - 1) * s + k - n, 0) for n, k, s in zip(extents, reach, strides, strict=True)]
    return [_split(total, more_at_end=mode == b"SAME_UPPER") for total in totals]


def _split(total: int, more_at_end: bool) -> Span:
    small = total // 2
    return (small, total - small) if more_at_end else (total - small, small)


def _transposed(job: _Job) -> Piece:
    extents, space = job.extents(), len(job.axes)
    kernel = list(job.tensors.constants[job.node.input[1]].shape[2:])
    strides = job.attributes.get("strides") or [1] * space
    dilations = job.attributes.get("dilations") or [1] * space
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True)]
    mode = job.attributes.get("auto_pad", b"NOTSET")
    if mode in (b"NOTSET", b"", b"VALID") and "output_shape" not in job.attributes:
        before = list((job.attributes.get("pads") or [0] * space)[:space])
        before = [0] * space if mode == b"VALID" else before
    else:
        extra = job.attributes.get("output_padding") or [0] * space
        before = []
        for axis, n, k, s, more in zip(job.axes, extents, reach, strides, extra, strict=True):
            total = max((n - 1) * s + more + k - job.made[axis], 0)
            before.append(_split(total, more_at_end=mode == b"SAME_UPPER")[0])
    cuts = [
        along.transposed(*span, n, k, s, q)
        for span, n, k, s, q in zip(job.spans, extents, reach, strides, before, strict=True)
    ]
    return job.finish(cuts, drop=("pads", "auto_pad", "output_padding", "output_shape"))


def _resize(job: _Job) -> Piece:
    extents = job.extents()
    made = [job.made[axis] for axis in job.axes]
    if all(n % m == 0 for n, m in zip(extents, made, strict=True)) and made != extents:
        return _shrink(job, [n // m for n, m in zip(extents, made, strict=True)])
    if any(m % n for n, m in zip(extents, made, strict=True)):
        raise MismatchError(f"{job.node.op_type} by a fraction cannot be run in tiles")
    factors = [m // n for n, m in zip(extents, made, strict=True)]
    old = (
        job.node.op_type == "Upsample" or len(job.node.input) == 2
    )  # no sizes, and rows count from their edge
    where = job.attributes.get("coordinate_transformation_mode", b"asymmetric" if old else b"half_pixel")
    cuts = []
    for span, n, factor in zip(job.spans, extents, factors, strict=True):
        if job.attributes.get("mode", b"nearest") == b"nearest":
            cuts.append(along.nearest(*span, factor))
        else:
            cuts.append(along.linear(*span, n, factor, centred=where != b"asymmetric"))
    return _scaled(job, cuts, [float(factor) for factor in factors])


def _shrink(job: _Job, factors: list[int]) -> Piece:
    """Row y comes from rows y * factor to (y + 1) * factor - 1, whichever way they are mixed."""
    cuts = [Cut(lo * f, hi * f) for (lo, hi), f in zip(job.spans, factors, strict=True)]
    if len(job.node.input) < 3:
        return _scaled(job, cuts, [1 / factor for factor in factors])
    sizes = np.array(box_dims(job.made, job.box), np.int64)
    node = _changed(job.node, {}, ("axes", "keep_aspect_ratio_policy"), 4)
    node.input[1] = node.input[2] = ""
    node.input[3] = "sizes"
    pair = (*cuts, Cut(0, 1))[:2]
    return Piece(node, {0: (pair[0], pair[1])}, {3: sizes}, box_dims(job.made, job.box))


def _scaled(job: _Job, cuts: Sequence[Cut], factors: Sequence[float]) -> Piece:
    """Give the factors explicitly; sizes would be those of the whole."""
    if job.node.op_type == "Upsample" and len(job.node.input) < 2:
        return job.finish(cuts)  # they are an attribute
    scales = np.ones(len(job.made), np.float32)
    scales[job.axes] = factors
    index = 1 if job.node.op_type == "Upsample" or len(job.node.input) == 2 else 2
    drop = ("axes", "keep_aspect_ratio_policy")
    return job.finish(cuts, constants={index: scales}, inputs=index + 1, drop=drop)


def _space_to_depth(job: _Job) -> Piece:
    block = job.attributes["blocksize"]
    return job.finish([Cut(lo * block, hi * block) for lo, hi in job.spans], exact=True)


def _depth_to_space(job: _Job) -> Piece:
    return job.finish([along.nearest(*span, job.attributes["blocksize"]) for span in job.spans])


def _pad(job: _Job) -> Piece:
    extents, rank = job.extents(), len(job.made)
    pads = job.constant(1, "pads")
    pads = job.constant(1, "paddings") if pads is None else pads
    axes = job.constant(3, "axes")
    if pads is None:
        raise MismatchError("Pad without pads cannot be run in tiles")
    where = range(rank) if axes is None else [int(a) % rank for a in axes]
    begin = dict.fromkeys(range(rank), 0) | {a: int(pads[k]) for k, a in enumerate(where)}
    constant = job.attributes.get("mode", b"constant") == b"constant"
    cuts = [
        (along.padded if constant else along.mirrored)(*span, n, begin[axis])
        for span, n, axis in zip(job.spans, extents, job.axes, strict=True)
    ]
    sides = np.zeros(2 * rank, np.int64)
    for axis, c in zip(job.axes, cuts, strict=True):
        sides[axis], sides[rank + axis] = c.pads
    if "pads" in job.attributes:
        return job.finish(cuts, {"pads": sides.tolist()})
    return job.finish(cuts, constants={1: sides}, inputs=min(len(job.node.input), 3))


def _slice(job: _Job) -> Piece:
    """Cuts along the map are worked out here; those along other axes stay with the operator."""
    rank = len(job.made)
    starts, ends = job.constant(1, "starts"), job.constant(2, "ends")
    axes, steps = job.constant(3, "axes"), job.constant(4, "steps")
    if starts is None or ends is None:
        raise MismatchError("Slice without starts and ends cannot be run in tiles")
    where = list(range(len(starts))) if axes is None else [int(a) % rank for a in axes]
    strides = [1] * len(where) if steps is None else [int(s) for s in steps]
    begins, stops = [int(v) for v in starts], [int(v) for v in ends]
    cuts = [Cut(lo, hi) for lo, hi in job.spans]
    for k, axis in enumerate(where):
        if axis in job.axes:
            if strides[k] < 0:
                raise MismatchError("Slice that turns the map round cannot be run in tiles")
            n = job.source[axis]
            start = min(max(begins[k] + (n if begins[k] < 0 else 0), 0), n)
            at = job.axes.index(axis)
            cuts[at] = along.sliced(*job.spans[at], start, strides[k])
            begins[k], stops[k] = 0, _END
    if "starts" in job.attributes:
        return job.finish(cuts, {"starts": begins, "ends": stops}, exact=True)
    kind = starts.dtype
    if kind == np.int32:
        stops = [min(s, int(np.iinfo(np.int32).max)) for s in stops]
    return job.finish(cuts, constants={1: np.array(begins, kind), 2: np.array(stops, kind)}, exact=True)


def _pointwise(job: _Job) -> Piece:
    """The same positions of every input; an input with a single row is read whole."""
    cuts: dict[int, tuple[Cut, Cut]] = {}
    constants: dict[int, Array] = {}
    dims = box_dims(job.made, job.box)
    for index, name in enumerate(job.node.input):
        if not name:
            continue
        if name not in job.tensors.constants:
            cuts[index] = _same_places(job, name)
        elif job.node.op_type in _SPREADS:
            constants[index] = _spread(job, job.tensors.constants[name])
    if job.node.op_type in _TO_SHAPE:
        constants[1] = np.array(dims, np.int64)
        node = _changed(job.node, {}, ("allowzero",), None)
        if "shape" in job.attributes:
            node, constants = _changed(job.node, {"shape": list(dims)}, (), None), {}
        return Piece(node, cuts, constants, dims)
    return Piece(job.node, cuts, constants, dims)


def _same_places(job: _Job, name: str) -> tuple[Cut, Cut]:
    made = [job.made[axis] for axis in job.axes] + [1, 1]
    read = job.tensors.dims[name]
    extents = [read[axis] for axis in spatial_axes(len(read))] + [1, 1]
    found = []
    for k in range(2):
        lo, hi = job.box[2 * k], job.box[2 * k + 1]
        if extents[k] not in (made[k], 1):
            raise MismatchError(
                f"{job.node.op_type} turns a map of {extents[0]}x{extents[1]} into {made[0]}x{made[1]}, which is "
                "not position by position"
            )
        found.append(Cut(lo, hi) if extents[k] == made[k] else Cut(0, 1))
    return found[0], found[1]


def _spread(job: _Job, value: Array) -> Array:
    """The part of a constant that falls on the box."""
    where: list[slice] = [slice(None)] * value.ndim
    for axis, (lo, hi) in zip(job.axes, job.spans, strict=True):
        mine = axis - (len(job.made) - value.ndim)
        if mine >= 0 and value.shape[mine] == job.made[axis] > 1:
            where[mine] = slice(lo, hi)
    return np.ascontiguousarray(value[tuple(where)])


_MAKERS: Mapping[str, Callable[[_Job], Piece]] = {
    "Conv": _window,
    "FusedConv": _window,
    "ConvInteger": _window,
    "QLinearConv": _window,
    "MaxPool": _window,
    "AveragePool": _window,
    "LpPool": _window,
    "ConvTranspose": _transposed,
    "Resize": _resize,
    "Upsample": _resize,
    "SpaceToDepth": _space_to_depth,
    "DepthToSpace": _depth_to_space,
    "Pad": _pad,
    "Slice": _slice,
}
