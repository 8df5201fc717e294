"""The placement of a plan on the graph: the fused prefix as a band, a path's way as a rail, what is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtWidgets import QGraphicsScene

from flgui.layout.graph import GraphLayout
from flgui.viewmodel.placement import Placement
from flgui.views.network.edge_item import EdgeItem
from flgui.views.network.fitting import RAIL_X, Fit
from flgui.views.network.node_item import NodeItem
from flgui.views.network.placement_items import BandItem, Mark, RailItem, Stretch
from flgui.views.network.style import GraphStyle

__all__ = ["Drawn", "PlanLayer"]


@dataclass(frozen=True, eq=False, slots=True)
class Drawn:
    """A graph as it stands; `inputs` counts the network inputs, `chain` says that it is a path."""

    layout: GraphLayout
    fit: Fit
    inputs: int
    nodes: Sequence[NodeItem]
    edges: Sequence[EdgeItem]
    chain: bool


class PlanLayer:
    """Band and rail, and the marks on nodes and edges.

    Parameters
    ----------
    scene : QGraphicsScene
    style : GraphStyle
    z_band, z_rail : float
        Where the two lie between edges and nodes.
    """

    def __init__(self, scene: QGraphicsScene, style: GraphStyle, z_band: float, z_rail: float) -> None:
        self.band, self.rail = BandItem(style), RailItem(style)
        self.band.setZValue(z_band)
        self.rail.setZValue(z_rail)
        self._banded: tuple[GraphLayout, Fit, int, tuple[str, str]] | None = None
        scene.addItem(self.band)
        scene.addItem(self.rail)

    def clear(self) -> None:
        """Show no plan."""
        self._banded = None
        self.band.place([], [], (0.0, 0.0), 0.0, ("", ""), None)
        self.rail.place(0, 0, 0, (), (), False)

    def place(self, drawn: Drawn, shown: Placement | None, pills: bool) -> None:
        """Show a placement, or none; `pills` writes cuts on the rail."""
        for i, node in enumerate(drawn.nodes):
            node.set_side(None if shown is None or drawn.chain else float(shown.device[i]))
        sent = {(cut.node, reader) for cut in shown.cuts for reader in cut.readers} if shown else set()
        marked = {cut.node for cut in shown.cuts} if shown and pills else set()
        for edge in drawn.edges:
            edge.set_sent(not drawn.chain and (edge.tail, edge.head) in sent, edge.tail in marked)
        self._place_band(drawn, shown)
        self._place_rail(drawn, shown, pills)

    def _place_band(self, drawn: Drawn, shown: Placement | None) -> None:
        fit, chain = drawn.fit, drawn.chain
        titles = (shown.band_title, shown.band_note) if shown else ("", "")
        banded = (drawn.layout, fit, shown.band if shown else 0, titles)
        if self._banded is not None and self._banded[0] is drawn.layout and self._banded[1:] == banded[1:]:
            return  # the band follows the nodes alone
        self._banded = banded
        inside = range(drawn.inputs, drawn.inputs + (shown.band if shown else 0))
        boxes = [drawn.nodes[i].body() for i in inside]
        ways = []
        if not chain:
            for edge in drawn.edges:
                if edge.head is not None and edge.tail in inside and edge.head in inside:
                    ways.append(edge.way)
        gap = fit.metrics.column_gap if not chain else 24.0
        up = min(6.0, fit.metrics.gap / 2 + 0.5) if chain else fit.metrics.gap / 2 + 0.5
        pads = ((gap + 1) / 2, up) if not chain else (12.0, up)
        stem = None
        if not chain and boxes:
            first = min(inside, key=lambda i: (drawn.nodes[i].body().top(), drawn.nodes[i].body().left()))
            stem = float(drawn.layout.stem[first]) + fit.left
        self.band.place(boxes, ways, pads, fit.head, titles, stem)

    def _place_rail(self, drawn: Drawn, shown: Placement | None, pills: bool) -> None:
        if shown is None or not drawn.chain:
            self.rail.place(0, 0, 0, (), (), False)
            return
        layout, fit = drawn.layout, drawn.fit
        tops = layout.top + fit.top
        bottoms = tops + layout.metrics.node_height
        joints = np.concatenate([bottoms[:-1] + layout.metrics.gap / 2, bottoms[-1:]])
        stretches: list[Stretch] = []
        start = float(tops[0] + layout.metrics.node_height / 2)
        for i, device in enumerate(shown.device.tolist()):
            end = float(joints[i])
            if stretches and stretches[-1].device == device:
                stretches[-1] = Stretch(stretches[-1].top, end, device)
            else:
                stretches.append(Stretch(start, end, device))
            start = end
        marks = tuple(Mark(float(joints[cut.node]), cut.text) for cut in shown.cuts)
        middle = float(layout.left[0]) + fit.left + layout.metrics.node_width / 2
        right = middle + layout.metrics.node_width / 2 + 9
        self.rail.place(RAIL_X, middle, right, tuple(stretches), marks, pills, tuple(joints.tolist()))
