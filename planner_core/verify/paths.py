"""One fused-layer path, run as a plan says: the device's layers, what is sent, the layers on the ES."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from planner_core.check import frontier, hull, needed
from planner_core.network.model import Network
from planner_core.verify.boxes import (
    Array,
    Box,
    MismatchError,
    box_text,
    contains,
    cut,
    full_box,
    is_empty,
    lack_text,
)
from planner_core.verify.layers import make_box
from planner_core.verify.model import RunnableModel
from planner_core.verify.plan_file import TiledPlan, Work

__all__ = ["LayerDone", "PathRunner", "owned_cell"]

_Boxes: TypeAlias = npt.NDArray[np.int64]

LayerDone: TypeAlias = Callable[[], None]
"""Called after every layer of a path; may raise to end the run."""


class _Side:
    """What lies on the device or on the ES of one path: one box of each tensor."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.parts: dict[str, tuple[Box, Array]] = {}

    def put(self, name: str, box: Box, value: Array) -> None:
        self.parts[name] = box, value

    def take(self, name: str, box: Box) -> Array:
        have, value = self.parts.get(name, ((0, 0, 0, 0), None))
        if value is None or not contains(have, box):
            wanted, there = lack_text(box, have)
            raise MismatchError(f"it reads {wanted} of '{name}', but the {self.place} has {there}")
        return cut(value, have, box)


class PathRunner:
    """Runs the paths of one plan.

    What crosses the link is not in the plan JSON; it follows from the network and the regions there, as SPEC
    section 3 has it: of every tensor that exists on the device, the bounding box of what the path's layers on the
    ES read to make their own regions and, where a layer behind the prefix reads it, of the path's cell. The ES
    starts from nothing else. The bits of the plan's transfers must be those of these boxes.

    Parameters
    ----------
    model : RunnableModel
    plan : TiledPlan
    inputs : mapping
        Whole values of the network inputs.
    bits_per_element : int
    """

    def __init__(
        self, model: RunnableModel, plan: TiledPlan, inputs: Mapping[str, Array], bits_per_element: int
    ) -> None:
        self._model, self._plan, self._inputs, self._bits = model, plan, inputs, bits_per_element
        self._network = model.network
        self.frontier = frontier(self._network, plan.tau)
        self._crossing = {o: self._sent(o) for o in sorted(set(plan.offload))}

    def run(self, p: int, done: LayerDone) -> dict[str, tuple[Box, Array]]:
        """Run path `p` and return its cell of every frontier tensor; cells that are empty are left out.

        Raises MismatchError that names the layer, with what it lacks.
        """
        plan, network = self._plan, self._network
        split = plan.offload[p]
        device, es = _Side("device"), _Side("ES")
        for spec in network.inputs:
            box = self._region(spec.name, p)
            whole = self._inputs[spec.name]
            device.put(spec.name, box, cut(whole, full_box(whole.shape), box))
        for v in range(1, split):
            self._run_layer(v, p, device)
            done()
        sent = {name: box for name, boxes in self._crossing[split] if not is_empty(box := _box(boxes[p]))}
        for name, box in sent.items():
            try:
                es.put(name, box, device.take(name, box))
            except MismatchError as error:
                raise MismatchError(f"to be sent: {error}") from None
        for v in range(split, plan.tau + 1):
            self._run_layer(v, p, es)
            done()
        cells = self._cells(p, device, es)
        self._check_work(p, sent)  # last: what a layer lacks says more than a sum of bits
        return cells

    def _run_layer(self, v: int, p: int, side: _Side) -> None:
        layer = self._network.layers[v - 1]
        box = self._region(layer.name, p)
        if is_empty(box):
            return
        try:
            side.put(layer.name, box, make_box(self._model, layer, box, side.take))
        except MismatchError as error:
            raise MismatchError(f"layer '{layer.name}', {box_text(box)}: {error}") from None

    def _cells(self, p: int, device: _Side, es: _Side) -> dict[str, tuple[Box, Array]]:
        """Cells of the frontier: on the ES; on the device what is a result of the network and stays there."""
        found = {}
        for name in self.frontier:
            cell = owned_cell(self._network, self._plan, name, p)
            if is_empty(cell):
                continue
            read_later = any(v > self._plan.tau for v in self._network.readers[name])
            side = es if read_later or name in es.parts else device
            try:
                found[name] = cell, side.take(name, cell)
            except MismatchError as error:
                raise MismatchError(f"its tile of '{name}': {error}") from None
        return found

    def _region(self, name: str, p: int) -> Box:
        return _box(self._plan.regions[name][p])

    def _sent(self, o: int) -> list[tuple[str, _Boxes]]:
        """(P, 4) boxes of every tensor that crosses when a path is split at `o`."""
        plan, network = self._plan, self._network
        found = []
        names = [spec.name for spec in network.inputs] + [layer.name for layer in network.layers[: o - 1]]
        for name in names:
            boxes = np.zeros((plan.paths, 4), np.int64)
            if any(v > plan.tau for v in network.readers[name]):
                cells = [owned_cell(network, plan, name, p) for p in range(plan.paths)]
                boxes = hull(boxes, np.array(cells, np.int64))
            for v in network.readers[name]:
                if o <= v <= plan.tau:
                    layer = network.layers[v - 1]
                    boxes = hull(boxes, needed(layer, plan.regions[layer.name], network.shapes[name]))
            found.append((name, boxes))
        return found

    def _check_work(self, p: int, sent: Mapping[str, Box]) -> None:
        """Compare the path's tasks with what it runs and sends."""
        plan, network, work = self._plan, self._network, self._plan.work[p]
        elements = sum(
            network.shapes[name][0] * (y1 - y0) * (x1 - x0) for name, (y0, y1, x0, x1) in sent.items()
        )
        bits = elements * self._bits
        if bits != work.bits:
            raise MismatchError(f"it has to send {bits} bits, but its transfer has {work.bits:.0f}")
        if work.sent is not None and set(work.sent) != set(sent):
            raise MismatchError(f"it has to send {_names(sent)}, but its transfer has {_names(work.sent)}")
        for side, listed, layers in _sides(work, network, plan, p):
            made = [layer for layer in layers if not is_empty(self._region(layer, p))]
            if listed is not None and list(listed) != made:
                raise MismatchError(
                    f"the {side} has to run {_names(made)}, but its task has {_names(listed)}"
                )


def owned_cell(network: Network, plan: TiledPlan, name: str, p: int) -> Box:
    """Return the cell of a frontier tensor that path `p` owns (SPEC section 2)."""
    _, height, width = network.shapes[name]
    i, j = divmod(p, plan.cols)
    cell = (
        i * height // plan.rows,
        (i + 1) * height // plan.rows,
        j * width // plan.cols,
        (j + 1) * width // plan.cols,
    )
    return (0, 0, 0, 0) if is_empty(cell) else cell


def _sides(
    work: Work, network: Network, plan: TiledPlan, p: int
) -> list[tuple[str, tuple[str, ...] | None, list[str]]]:
    names = [layer.name for layer in network.layers[: plan.tau]]
    at = plan.offload[p] - 1
    return [("device", work.device, names[:at]), ("ES", work.es, names[at:])]


def _box(values: _Boxes) -> Box:
    y0, y1, x0, x1 = values.tolist()
    return y0, y1, x0, x1


def _names(names: object) -> str:
    found = list(names)  # type: ignore[call-overload]
    return f"{', '.join(found[:4])}{', ...' if len(found) > 4 else ''}" or "nothing"
