"""Where a plan puts the layers of a network, and what crosses the link; imports no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from flgui.text import count, format_bytes, join, path_list, shape_text
from flgui.viewmodel.network import network_model
from planner_core.network.model import Network
from planner_core.plan import FloatArray, IntArray, Plan
from planner_core.tiling import Tiling

__all__ = ["Cut", "Placement", "Split", "placement"]


@dataclass(frozen=True, slots=True)
class Cut:
    """A tensor that crosses the link.

    Parameters
    ----------
    node : int
        Node whose output it is.
    readers : tuple of int
        Nodes on the ES that read it.
    text : str
        "64×14×7 · 25.1 kB" of one path, "6 of 8 paths" of all.
    words : str
        The same where the tensor has to be named: "pool1 64×14×7 · 25.1 kB", "6 send pool1".
    """

    node: int
    readers: tuple[int, ...]
    text: str
    words: str


@dataclass(frozen=True, slots=True)
class Split:
    """Where a path is split that the user may split elsewhere: o, and the largest o, tau + 1."""

    path: int
    offload: int
    most: int


@dataclass(frozen=True, eq=False)
class Placement:
    """Where a plan computes each node.

    Parameters
    ----------
    title : str
        "Placement of path 6 in BF".
    band : int
        Fused layers to mark, 0 for none (NFL fuses nothing).
    band_title, band_note : str
        "Fused, τ 2" and "8 tiles".
    device : (n,) float array
        Share of the paths that compute the node on the device, 0..1; inputs are 1.
    cuts : tuple of Cut
        In the order of their nodes.
    split : Split or None
        The split of the path, in a plan that is made by hand.
    """

    title: str
    band: int
    band_title: str
    band_note: str
    device: FloatArray
    cuts: tuple[Cut, ...]
    split: Split | None = None

    def same(self, other: Placement | None) -> bool:
        """Whether the other one shows the same."""
        return (
            other is not None
            and (self.title, self.band, self.band_title, self.band_note, self.cuts, self.split)
            == (other.title, other.band, other.band_title, other.band_note, other.cuts, other.split)
            and np.array_equal(self.device, other.device)
        )


def placement(network: Network, plan: Plan, path: int | None, more: Sequence[int] = ()) -> Placement:
    """Say where `plan` computes the layers: for one path, for it and `more`, or with path None for all of them."""
    several = (*more, path) if path is not None and more else ()
    model = network_model(network)
    layer = np.arange(1, len(network) + 1)
    if path is not None and not several:
        device = (layer < plan.offload[path]).astype(np.float64)
        cuts = _cuts_of_path(network, plan, path)
        title = (
            f"Placement of path {path} in {plan.method}" if plan.paths > 1 else f"Placement in {plan.method}"
        )
    else:
        ordered = np.sort(plan.offload[list(several)] if several else plan.offload)
        device = 1.0 - np.searchsorted(ordered, layer, side="right") / len(ordered)
        cuts = _cuts_of_all(network, plan, ordered)
        whole = "one tile" if plan.paths == 1 else f"all {plan.paths} paths"
        title = f"Placement in {plan.method}, {path_list(several) if several else whole}"
    fused = plan.method != "NFL"
    mine = path is not None and not several and plan.method == "Manual"
    return Placement(
        title=title,
        band=plan.tau if fused else 0,
        band_title=f"Fused, τ {plan.tau}" if fused else "",
        band_note=count(plan.paths, "tile") if fused else "",
        device=np.concatenate([np.ones(model.inputs), device]),
        cuts=cuts,
        split=Split(path, int(plan.offload[path]), plan.tau + 1) if path is not None and mine else None,
    )


def _cuts_of_path(network: Network, plan: Plan, path: int) -> tuple[Cut, ...]:
    offload = int(plan.offload[path])
    sent = Tiling.of(network, plan.tau, plan.rows, plan.cols).crossing(offload)
    sizes = []
    for name, regions in sent:
        y0, y1, x0, x1 = (int(v) for v in regions[path])
        sizes.append((name, (network.shapes[name][0], y1 - y0, x1 - x0)))
    elements = sum(c * h * w for _, (c, h, w) in sizes)
    bits = float(plan.bits[path]) / max(1, elements)  # of one element
    found = []
    for name, (c, h, w) in sizes:
        if c * h * w:
            text = f"{shape_text((c, h, w))} · {join(format_bytes(c * h * w * bits))}"
            readers = _readers(network, name, offload)
            found.append(Cut(_node(network, name), readers, text, f"{name} {text}"))
    return tuple(found)


def _cuts_of_all(network: Network, plan: Plan, offload: IntArray) -> tuple[Cut, ...]:
    """Cuts of paths with these offloading layers, by tensor; readers are those on the ES of the path cut first."""
    tiling = Tiling.of(network, plan.tau, plan.rows, plan.cols)
    paths: dict[str, int] = {}
    first: dict[str, int] = {}
    offloads, counts = np.unique(offload, return_counts=True)
    for o, n in zip(offloads.tolist(), counts.tolist(), strict=True):
        for name, _ in tiling.crossing(o):
            paths[name] = paths.get(name, 0) + n
            first.setdefault(name, o)
    found = [
        Cut(
            _node(network, name),
            _readers(network, name, first[name]),
            f"{n} of {len(offload)} paths" if plan.paths > 1 else shape_text(network.shapes[name]),
            f"{n} send {name}" if plan.paths > 1 else f"{name} {shape_text(network.shapes[name])}",
        )
        for name, n in paths.items()
    ]
    return tuple(sorted(found, key=lambda cut: cut.node))


def _node(network: Network, tensor: str) -> int:
    if tensor in network.index:
        return len(network.inputs) + network.index[tensor] - 1
    return [t.name for t in network.inputs].index(tensor)


def _readers(network: Network, tensor: str, offload: int) -> tuple[int, ...]:
    shift = len(network.inputs) - 1
    return tuple(v + shift for v in network.readers[tensor] if v >= offload)
