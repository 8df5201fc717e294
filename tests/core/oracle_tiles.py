"""SPEC section 2 for the tests: frontier, grids and tiles, literal and slow, with explicit rectangles.

Nothing of the planner's own tiling is used: only the input types. H and W are not taken apart here: every
region is a rectangle `(y0, y1, x0, x1)`, half open; an empty one is `None` inside, `EMPTY` in results.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from planner_core.network.model import Layer, Network, Transposed, Upsample, Window

Box = tuple[int, int, int, int]
EMPTY: Box = (0, 0, 0, 0)


def frontier(network: Network, tau: int) -> list[str]:
    """Network inputs and prefix tensors read after the prefix, and network outputs made in the prefix."""
    names = []
    for name in [t.name for t in network.inputs]:
        if readers(network, name, tau + 1, len(network)):
            names.append(name)
    for layer in network.layers[:tau]:
        everyone = readers(network, layer.name, 1, len(network))
        if not everyone or readers(network, layer.name, tau + 1, len(network)):
            names.append(layer.name)
    return names


def readers(network: Network, tensor: str, first: int, last: int) -> list[Layer]:
    """Layers first..last that read `tensor`."""
    return [layer for layer in network.layers[first - 1 : last] if tensor in layer.inputs]


def shape_of(network: Network, tensor: str) -> tuple[int, int, int]:
    for entry in (*network.inputs, *network.layers):
        if entry.name == tensor:
            return entry.shape
    raise KeyError(tensor)


def cut_extent(network: Network, tau: int) -> tuple[int, int]:
    """(S^L, S^W): smallest H and smallest W over the frontier tensors that the prefix produces."""
    made = {layer.name for layer in network.layers[:tau]}
    shapes = [shape_of(network, name) for name in frontier(network, tau) if name in made]
    return min(h for _, h, _ in shapes), min(w for _, _, w in shapes)


def auto_grid(paths: int, s_l: int, s_w: int) -> tuple[int, int] | None:
    """Grid of `paths` tiles nearest to square; fewer rows on a tie; None when P is infeasible."""
    best: tuple[Fraction, int] | None = None
    for rows in range(1, min(paths, s_l) + 1):
        cols, rest = divmod(paths, rows)
        if rest or cols > s_w:
            continue
        x, y = s_l * cols, s_w * rows
        ratio = Fraction(max(x, y), min(x, y))
        if best is None or ratio < best[0]:
            best = (ratio, rows)
    return None if best is None else (best[1], paths // best[1])


def feasible(network: Network, tau: int, cap: int | None = None) -> list[int]:
    """Every feasible P, ascending, up to `cap`."""
    s_l, s_w = cut_extent(network, tau)
    last = s_l * s_w if cap is None else min(cap, s_l * s_w)
    return [paths for paths in range(1, last + 1) if auto_grid(paths, s_l, s_w) is not None]


def owned(network: Network, tau: int, rows: int, cols: int, p: int, tensor: str) -> Box:
    """Cell of a frontier tensor that tile p owns; EMPTY when it has no position or `tensor` no owner."""
    if tensor not in frontier(network, tau):
        return EMPTY
    _, h, w = shape_of(network, tensor)
    i, j = divmod(p, cols)
    box = (i * h // rows, (i + 1) * h // rows, j * w // cols, (j + 1) * w // cols)
    return clean(box) or EMPTY


def clean(box: Box) -> Box | None:
    return box if box[0] < box[1] and box[2] < box[3] else None


def hull(boxes: Sequence[Box | None]) -> Box | None:
    """Bounding box of the union of the rectangles that are not empty."""
    real = [box for box in boxes if box is not None]
    if not real:
        return None
    return (
        min(b[0] for b in real),
        max(b[1] for b in real),
        min(b[2] for b in real),
        max(b[3] for b in real),
    )


def need(layer: Layer, box: Box | None, tensor_shape: tuple[int, int, int]) -> Box | None:
    """What `layer` reads of an input of `tensor_shape` to make `box` of its output."""
    if box is None:
        return None
    _, h, w = tensor_shape
    if layer.receptive == "whole":
        return (0, h, 0, w)
    y0, y1 = _interval(layer, 0, box[0], box[1], h)
    x0, x1 = _interval(layer, 1, box[2], box[3], w)
    return clean((max(y0, 0), min(y1, h), max(x0, 0), min(x1, w)))


def _interval(layer: Layer, axis: int, lo: int, hi: int, extent: int) -> tuple[int, int]:
    """One axis of the receptive field of the output interval [lo, hi), lo < hi, before clipping."""
    field = layer.receptive
    if isinstance(field, Window):
        return _window(field, axis, lo, hi)
    if isinstance(field, Upsample):
        s = field.stride[axis]
        return lo // s, (hi - 1) // s + 1
    if isinstance(field, Transposed):
        # The inverse: every input position whose window, in the convolution inverted, meets [lo, hi).
        spans = [(i, _window(field.window, axis, i, i + 1)) for i in range(extent)]
        hit = [i for i, (start, end) in spans if start < hi and lo < end]
        return (hit[0], hit[-1] + 1) if hit else (0, 0)
    if field != "pointwise":
        raise ValueError(f"unknown receptive field {field!r}")
    if extent == 1 and layer.shape[1 + axis] != 1:  # broadcast
        return 0, 1
    return lo, hi


def _window(window: Window, axis: int, lo: int, hi: int) -> tuple[int, int]:
    k, s, d, q = window.kernel[axis], window.stride[axis], window.dilation[axis], window.padding[axis]
    return lo * s - q, (hi - 1) * s - q + (k - 1) * d + 1


def boxes_of(network: Network, tau: int, rows: int, cols: int, p: int) -> dict[str, Box | None]:
    """Region of every network input and prefix tensor that tile p needs, halo included."""
    names = [t.name for t in network.inputs] + [layer.name for layer in network.layers[:tau]]
    found: dict[str, Box | None] = {}
    for name in reversed(names):  # readers come later in the order, so they are known
        shape = shape_of(network, name)
        reads = [need(r, found[r.name], shape) for r in readers(network, name, 1, tau)]
        found[name] = hull([*reads, clean(owned(network, tau, rows, cols, p, name))])
    return {name: found[name] for name in names}


def regions(network: Network, tau: int, rows: int, cols: int, p: int) -> dict[str, Box]:
    """Region of each network input and each layer 1..tau for tile p; EMPTY where nothing is needed."""
    return {name: box or EMPTY for name, box in boxes_of(network, tau, rows, cols, p).items()}


def area(box: Box | None) -> int:
    """Positions in a rectangle."""
    return 0 if box is None else (box[1] - box[0]) * (box[3] - box[2])
