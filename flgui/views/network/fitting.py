"""Which sizes and which zoom show a graph best in a pane: pure arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

from flgui.layout.graph import Metrics, Skeleton
from flgui.views.network.node_item import NODE_TEXT_HEIGHT, NODE_TEXT_WIDTH

__all__ = ["DAG_LEFT", "RAIL_X", "Fit", "choose_fit", "readable"]

RAIL_X = 34.0
_RAIL_LEFT = 70.0  # of a chain's nodes
DAG_LEFT = 20.0
_RIGHT = (18.0, 14.0)  # chain, other graphs
_TOP = 8.0
_BOTTOM = 26.0  # the arrow below the last node, and its shape
_DAG_COLUMN_GAPS = (18.0, 12.0)  # where nodes are wide enough for their names with the first one, and else
_CHAIN_WIDTH = (120.0, 280.0)
_DAG_WIDTH = (84.0, 168.0)
_DAG_STEM = 0.24
_NAMED = 80.0  # pixels of a node that has room for most names
_OVERVIEW = 0.12  # smaller than that, a whole graph says nothing


@dataclass(frozen=True, slots=True)
class _Density:
    node: float
    gap: float
    head: float  # room above the fused prefix for its title


_NORMAL = _Density(32, 21, 21)
_COMPACT = _Density(28, 16, 19)
_DENSE_CHAIN = _Density(20, 9, 21)
_DENSE_DAG = _Density(20, 12, 21)


@dataclass(frozen=True, slots=True)
class Fit:
    """How a graph is shown.

    Parameters
    ----------
    metrics : Metrics
    zoom : float
        Screen pixels per scene unit.
    left, top, right, bottom : float
        Room around the layout, in scene units.
    head : float
        Part of the first gap that belongs to the title of the band.
    whole : bool
        Whether all of it is in the pane; else its width is, and it scrolls.
    """

    metrics: Metrics
    zoom: float
    left: float
    top: float
    right: float
    bottom: float
    head: float
    whole: bool


def choose_fit(frame: Skeleton, width: float, height: float, compact: bool, overview: bool = False) -> Fit:
    """Choose sizes and zoom for a pane of `width` x `height` pixels.

    The loosest sizes that show the whole graph with text are taken. Where text would be lost, a graph whose
    text can be read at the width of the pane scrolls; every other is shown whole, as stripes and bars.

    Parameters
    ----------
    compact : bool
        Start from the compact sizes.
    overview : bool
        Show all of it even where text is lost.
    """
    dense = _DENSE_CHAIN if frame.is_path else _DENSE_DAG
    steps = ([] if compact else [_NORMAL]) + [_COMPACT, dense]
    for density in steps:
        fit = _fit(frame, density, width, height)
        if fit.zoom >= 0.98 or (density is dense and readable(fit)):
            return fit
    wide = _fit(frame, _COMPACT, width, None)
    if not overview and (readable(wide) or fit.zoom < _OVERVIEW):
        return wide
    return fit


def readable(fit: Fit) -> bool:
    """Say whether nodes carry text."""
    return (
        fit.metrics.node_height * fit.zoom >= NODE_TEXT_HEIGHT
        and fit.metrics.node_width * fit.zoom >= NODE_TEXT_WIDTH
    )


def _fit(frame: Skeleton, density: _Density, width: float, height: float | None) -> Fit:
    """Fit into width x height, or with no height into the width alone; nodes take what width is left."""
    tall = frame.ranks * (density.node + density.gap) - density.gap + density.head + _TOP + _BOTTOM
    zoom = 1.0 if height is None else min(1.0, height / tall)
    left = _RAIL_LEFT if frame.is_path else DAG_LEFT
    gap = 12.0 if frame.is_path else _DAG_COLUMN_GAPS[0]
    right = _RIGHT[0] if frame.is_path else _RIGHT[1]
    least, most = _CHAIN_WIDTH if frame.is_path else _DAG_WIDTH
    node = ((width / zoom - left - right) + gap) / frame.width - gap
    if node < _NAMED and not frame.is_path:
        gap = _DAG_COLUMN_GAPS[1]
        node = ((width / zoom - left - right) + gap) / frame.width - gap
    node = min(max(node, least), most)
    total = frame.width * (node + gap) - gap + left + right
    zoom = min(zoom, width / total)
    spare = max(0.0, width / zoom - total)  # a graph narrower than the pane stands in its middle
    shift = 0.0 if frame.is_path else spare / 2
    written = density.node * zoom >= NODE_TEXT_HEIGHT and node * zoom >= NODE_TEXT_WIDTH
    stem = _DAG_STEM if written and not frame.is_path else 0.5
    return Fit(
        metrics=Metrics(node, density.node, density.gap, gap, density.head, stem),
        zoom=zoom,
        left=left + shift,
        top=_TOP,
        right=right + spare - shift,
        bottom=_BOTTOM,
        head=density.head,
        whole=height is not None,
    )
