"""Inputs of an ONNX graph: their dimensions, those that the file leaves open, and images with channels last."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import onnx

from planner_core.errors import InputError, MissingShapeError, OpenInput
from planner_core.network.given_shapes import by_name
from planner_core.network.model import Shape, check_shape

__all__ = ["Dims", "GraphInput", "settle_inputs", "to_shape"]

Dims: TypeAlias = tuple[int, ...]

_CHANNELS_LAST = (0, 3, 1, 2)


@dataclass(frozen=True)
class GraphInput:
    """An input that a node reads.

    Parameters
    ----------
    name : str
    dims : tuple of int
        In ONNX's order, batch 1.
    type : int
        ONNX element type.
    turned : NodeProto or None
        The Transpose that turns an image with channels last round, where it alone reads the input: the planner
        takes the input as (C, H, W) and leaves that node out.
    """

    name: str
    dims: Dims
    type: int
    turned: Any = None

    @property
    def shape(self) -> Shape:
        """(C, H, W)."""
        if self.turned is not None:
            return to_shape(tuple(self.dims[axis] for axis in _CHANNELS_LAST))
        return to_shape(self.dims)


def to_shape(dims: Dims) -> Shape:
    """Turn ONNX dimensions into (C, H, W), row-major order kept.

    The last two of four or more are H and W; the last of three is H; all others multiply into C.
    """
    if len(dims) >= 4:
        return math.prod(dims[:-2]), dims[-2], dims[-1]
    if len(dims) == 3:
        return math.prod(dims[:-1]), dims[-1], 1
    return math.prod(dims), 1, 1


def settle_inputs(
    tensors: Sequence[Any], nodes: Sequence[Any], given: Mapping[str, Shape]
) -> list[GraphInput]:
    """Return the inputs with all their dimensions.

    Raises
    ------
    InputError
        For a stated batch other than 1 where no shape is given, more than four dimensions, and a shape in `given`
        that does not fit.
    MissingShapeError
        For dimensions that neither the file nor `given` states; it lists all inputs that have such.
    """
    turning = _turned(tensors, nodes)
    partial = {tensor.name: _stated(tensor) for tensor in tensors}
    missing = [name for name, (dims, _) in partial.items() if dims is None or None in dims]
    shapes = by_name(given, list(partial), missing)
    found, still_open = [], []
    for tensor in tensors:
        dims, symbols = partial[tensor.name]
        turned = turning.get(tensor.name) if dims is None or len(dims) == 4 else None
        if tensor.name in shapes:
            dims = _from_shape(tensor.name, shapes[tensor.name], dims, turned is not None)
        elif dims is not None and len(dims) > 1 and dims[0] != 1:
            raise InputError(
                f"input '{tensor.name}' has batch {dims[0]}; plans are for batch 1, with which it is read when its "
                f"shape is given, such as {_example(tensor.name, dims, len(tensors) > 1)}"
            )
        if dims is None or None in dims:
            still_open.append(_open_input(tensor.name, dims, symbols, turned is not None))
            continue
        kind = tensor.type.tensor_type.elem_type or onnx.TensorProto.FLOAT
        settled = GraphInput(tensor.name, tuple(int(d) for d in dims if d is not None), kind, turned)
        check_shape(settled.shape, f"input '{tensor.name}'")
        found.append(settled)
    if still_open:
        raise MissingShapeError(_ask(still_open), inputs=tuple(still_open))
    return found


def _turned(tensors: Sequence[Any], nodes: Sequence[Any]) -> dict[str, Any]:
    """Inputs that only one node reads, which turns an image with channels last round."""
    reads = Counter(name for node in nodes for name in node.input)
    names = {tensor.name for tensor in tensors}
    return {
        node.input[0]: node
        for node in nodes
        if node.op_type == "Transpose"
        and len(node.input) == 1
        and node.input[0] in names
        and reads[node.input[0]] == 1
        and any(a.name == "perm" and tuple(a.ints) == _CHANNELS_LAST for a in node.attributes.values())
    }


def _stated(tensor: Any) -> tuple[tuple[int | None, ...] | None, tuple[str, ...]]:
    """Dimensions as the file states them, None for open ones, and what it calls them; an open batch is 1."""
    kind = tensor.type
    if kind.WhichOneof("value") not in (None, "tensor_type"):
        raise InputError(f"input '{tensor.name}' is a {kind.WhichOneof('value')[:-5]}, not a tensor")
    if not kind.tensor_type.HasField("shape"):
        return None, ()
    dim = kind.tensor_type.shape.dim
    if len(dim) > 4:
        raise InputError(
            f"input '{tensor.name}' has {len(dim)} dimensions; up to four (N, C, H, W) can be planned"
        )
    sizes = [d.dim_value if d.HasField("dim_value") and d.dim_value > 0 else None for d in dim]
    if len(dim) > 1:
        sizes[0] = sizes[0] or 1
    return tuple(sizes), tuple(d.dim_param for d in dim)


def _from_shape(name: str, given: Shape, stated: tuple[int | None, ...] | None, turned: bool) -> Dims:
    rank = 4 if stated is None else len(stated)
    shape = tuple(given)
    check_shape(shape, f"the shape given for input '{name}'")
    keep = rank - 1 if rank > 1 else rank
    if any(n != 1 for n in shape[keep:]):
        raise InputError(
            f"the shape given for input '{name}' is {_times(shape)}, but it has {rank} dimensions"
        )
    if turned:
        shape = (shape[1], shape[2], shape[0])
    return ((1,) if rank > 1 else ()) + shape[:keep]


def _open_input(
    name: str, dims: tuple[int | None, ...] | None, symbols: tuple[str, ...], turned: bool
) -> OpenInput:
    if dims is None:
        return OpenInput(name, (None, None, None))
    space = slice(1 if len(dims) > 1 else 0, None)
    sizes, words = list(dims[space]), list(symbols[space])
    if turned:
        sizes, words = [sizes[2], *sizes[:2]], [words[2], *words[:2]]
    sizes += [1] * (3 - len(sizes))
    words += [""] * (3 - len(words))
    return OpenInput(name, (sizes[0], sizes[1], sizes[2]), (words[0], words[1], words[2]))


def _ask(inputs: Sequence[OpenInput]) -> str:
    """Say which dimensions are missing, and how to give them."""
    said = []
    for missing in inputs:
        labels = [
            f"{word} ({symbol})" if symbol else word
            for word, size, symbol in zip(
                ("channels", "height", "width"), missing.shape, missing.symbols, strict=True
            )
            if size is None
        ]
        said.append(f"input '{missing.name}' leaves its {' and '.join(labels)} open")
    examples = " ".join(_option(m.name, m.shape, len(inputs) > 1) for m in inputs)
    return f"{'; '.join(said)}; give the shape, such as {examples}"


def _example(name: str, dims: tuple[int | None, ...], named: bool) -> str:
    return _option(name, (*dims[1:], *[1] * (4 - len(dims))), named)


def _option(name: str, shape: tuple[int | None, ...], named: bool) -> str:
    filled = tuple(u if n is None else n for n, u in zip(shape, (3, 224, 224), strict=True))
    return f"--input-shape {name + '=' if named else ''}{_times(filled)}"


def _times(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))
