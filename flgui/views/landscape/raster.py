"""Pixels of the landscape: numpy arrays from kinds and shares to colours; no item per cell."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from flgui.theme.tokens import Tokens
from flgui.viewmodel.landscape import FASTER, SLOWER, WAITING, LandscapeModel

__all__ = ["Colors", "cell_colors", "dimmed", "pixels", "ramp_colors", "to_image"]

Colors: TypeAlias = npt.NDArray[np.uint8]
Edges: TypeAlias = npt.NDArray[np.int64]

_STEPS = 256
_STALE = 0.4
_CORNER = 3


def rgb(color: str) -> Colors:
    """Return "#RRGGBB" as three bytes."""
    return np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)], np.uint8)


@lru_cache(maxsize=8)
def ramp_colors(tokens: Tokens, name: str) -> Colors:
    """Return (256, 3) colours of the ramp "heat" or "heatSlower"."""
    stops = np.stack([rgb(color) for color in tokens.colors(name)]).astype(np.float64)
    at = np.linspace(0, len(stops) - 1, _STEPS)
    found = [np.interp(at, np.arange(len(stops)), stops[:, c]) for c in range(3)]
    return np.rint(np.stack(found, axis=1)).astype(np.uint8)


def cell_colors(model: LandscapeModel, tokens: Tokens, before: Colors | None) -> Colors:
    """Return (rows, columns, 3) colours; cells that wait keep what they had `before`, dimmed, or stay empty."""
    panel = rgb(tokens.color("surface.panel"))
    found = np.empty((*model.kind.shape, 3), np.uint8)
    found[:] = panel
    index = np.rint(model.ramp * (_STEPS - 1)).astype(np.int64)
    for kind, name in ((FASTER, "heat"), (SLOWER, "heatSlower")):
        cells = model.kind == kind
        found[cells] = ramp_colors(tokens, name)[index[cells]]
    if before is not None and before.shape == found.shape:
        waiting = model.kind == WAITING
        found[waiting] = dimmed(before, tokens)[waiting]
    return found


def dimmed(colors: Colors, tokens: Tokens) -> Colors:
    """Return colours mixed with the panel, for what is out of date."""
    panel = rgb(tokens.color("surface.panel")).astype(np.float64)
    return np.rint(panel + (colors - panel) * _STALE).astype(np.uint8)


def pixels(
    kind: Edges,
    unproven: npt.NDArray[np.bool_],
    colors: Colors,
    tokens: Tokens,
    xs: Edges,
    ys: Edges,
    scale: int,
) -> Colors:
    """Return (height, width, 3) device pixels of a matrix of cells.

    Parameters
    ----------
    kind, unproven : (rows, columns) arrays
        As in LandscapeModel.
    colors : (rows, columns, 3) uint8
    xs, ys : (columns + 1,) and (rows + 1,) int arrays
        Edges of the cells in device pixels, from 0.
    scale : int
        Width of the lattice in device pixels.
    """
    panel = rgb(tokens.color("surface.panel"))
    column, row = (
        np.repeat(np.arange(len(xs) - 1), np.diff(xs)),
        np.repeat(np.arange(len(ys) - 1), np.diff(ys)),
    )
    image = colors[row[:, None], column[None, :]]
    right, bottom = xs[column + 1] - 1 - np.arange(len(column)), ys[row + 1] - 1 - np.arange(len(row))
    left, top = np.arange(len(column)) - xs[column], np.arange(len(row)) - ys[row]
    # What waits is an outline: it says that there is a cell and that its value is not known.
    waits = (kind == WAITING)[row[:, None], column[None, :]]
    edge = (left < scale)[None, :] | (top < scale)[:, None]
    edge |= ((right >= scale) & (right < 2 * scale))[None, :] | ((bottom >= scale) & (bottom < 2 * scale))[
        :, None
    ]
    image[waits & edge] = rgb(tokens.color("border.subtle"))
    corner = (right - scale)[None, :] + top[:, None] < _CORNER * scale
    image[corner & unproven[row[:, None], column[None, :]]] = rgb(tokens.color("text.primary"))
    image[:, right < scale] = panel
    image[bottom < scale] = panel
    return image


def to_image(image: Colors, ratio: float) -> QImage:
    """Return an image of its own memory."""
    height, width, _ = image.shape
    image = np.ascontiguousarray(image)
    made = QImage(image.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
    made.setDevicePixelRatio(ratio)
    return made
