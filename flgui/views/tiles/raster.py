"""Tile maps and veiled pictures as arrays of pixels: any number of tiles, no loop over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from flgui.theme.path_fills import path_fills
from flgui.theme.tokens import Tokens, mix
from flgui.viewmodel.tiles import Blocks, MapModel
from planner_core.plan import FloatArray, IntArray

__all__ = [
    "TileColors",
    "cell_edges",
    "heat_colors",
    "heat_pixels",
    "map_pixels",
    "picture_pixels",
    "rgb",
    "tile_colors",
]

Pixels = npt.NDArray[np.uint8]

_CELL_LINES = 4.0  # pixels a cell from which cells are told apart
_HATCH_STEP = 7
_VEIL = 0.34  # tokens: rules.tint
_HALO = 0.62
_LINE = 0.30
_HALO_LIGHT = 0.40
_HEAT_OVER = 0.80
_HEAT_ALONE = 0.15


def rgb(color: str) -> FloatArray:
    """Return (3,) channels 0..255 of "#RRGGBB"."""
    return np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)], dtype=np.float64)


@dataclass(frozen=True, eq=False)
class TileColors:
    """Colours of the tiles of one grid in one theme.

    Parameters
    ----------
    kinds : tuple of str
        Distinct fills "#RRGGBB".
    kind : (P,) int array
        Fill of each tile, as a place in `kinds`.
    hatched : (P,) bool array
        Tiles that wear a hatch, which tells equal fills apart.
    fill, tint : (P, 3) float arrays
    """

    kinds: tuple[str, ...]
    kind: IntArray
    hatched: npt.NDArray[np.bool_]
    fill: FloatArray
    tint: FloatArray


def tile_colors(tokens: Tokens, rows: int, cols: int) -> TileColors:
    """Return the colours of a rows x cols grid."""
    if rows * cols == 1:
        kinds, kind, hatched = (tokens.color("data.whole"),), np.zeros(1, np.int64), np.zeros(1, np.bool_)
    else:
        code, hatched = path_fills(tokens, rows, cols)
        used, kind = np.unique(code, return_inverse=True)
        kinds = tuple(tokens.colors("path")[i] for i in used.tolist())
    return TileColors(
        kinds=kinds,
        kind=kind,
        hatched=hatched,
        fill=np.stack([rgb(k) for k in kinds])[kind],
        tint=np.stack([rgb(tokens.tile_tint(k)) for k in kinds])[kind],
    )


def cell_edges(cells: int, pixels: int) -> IntArray:
    """Return the pixel at which each of `cells` cells begins, and the end: (cells + 1,)."""
    return np.round(np.arange(cells + 1) * pixels / cells).astype(np.int64)


def map_pixels(
    shown: MapModel,
    colors: TileColors,
    tokens: Tokens,
    size: tuple[int, int],
    selected: Sequence[int],
    strength: FloatArray | None = None,
    ratio: float = 1.0,
) -> Pixels:
    """Paint the tiles of a feature map.

    Parameters
    ----------
    size : (height, width)
        In device pixels.
    selected : sequence of int
        Tiles in full colour, their halos hatched.
    strength : (P,) float array, optional
        Share of each tile's colour in its fill, 0 to 1; without it all have their tint.
    ratio : float
        Device pixels a logical pixel.

    Returns
    -------
    (height, width, 4) uint8 array, RGBA
    """
    _, height, width = shown.shape
    cut = Blocks.of(shown.regions, height, width)
    counted = np.asarray(cut.cover(np.ones(len(shown.regions), np.int64)))
    owner = np.asarray(cut.cover(np.arange(1, len(shown.regions) + 1))) - 1
    alone = counted == 1
    blocks = np.empty((*cut.shape, 3))
    blocks[:] = rgb(tokens.color("surface.sunken"))
    fills, panel = colors.tint, rgb(tokens.color("surface.panel"))
    if strength is not None:
        fills = panel + (colors.fill - panel) * strength[:, None]
    blocks[alone] = fills[owner[alone]]
    blocks[counted > 1] = rgb(mix(tokens.color("surface.panel"), tokens.color("text.tertiary"), 0.38))
    hatch = np.zeros(cut.shape, dtype=np.bool_)
    hatch[alone] = colors.hatched[owner[alone]]
    halo = np.zeros_like(hatch)
    for tile in selected:
        y0, y1, x0, x1 = cut.regions[tile]
        full, inside = colors.fill[tile], (slice(y0, y1), slice(x0, x1))
        shared = (counted[inside] > 1)[..., None]
        blocks[inside] = np.where(shared, panel * (1 - _HALO) + full * _HALO, full)
        halo[inside] |= shared[..., 0]
    at = _block_of_pixel(cut, (height, width), size)
    image = blocks.astype(np.float32)[at]
    _cell_lines(image, (height, width), size, rgb(tokens.color("surface.panel")), ratio)
    ink = rgb(tokens.color("data.selection"))
    stripes = _stripes(size, ratio)
    if hatch.any():
        soft = stripes & hatch[at]
        image[soft] = image[soft] * 0.62 + ink * 0.38
    if halo.any():
        image[stripes & halo[at]] = ink
    return _opaque(image)


def picture_pixels(
    source: MapModel,
    colors: TileColors,
    tokens: Tokens,
    picture: Pixels | None,
    size: tuple[int, int],
    selected: Sequence[int],
    ratio: float = 1.0,
) -> Pixels:
    """Paint the input under the veils of its tiles; selected tiles are clear, their halos hatched.

    Parameters
    ----------
    picture : (height, width, 3) uint8 array or None
        Of `size`; None for a plain ground.
    """
    _, height, width = source.shape
    cut = Blocks.of(source.regions, height, width)
    if picture is None:
        ground = np.empty((*size, 3), np.float32)
        ground[:] = rgb(tokens.color("surface.sunken"))
    else:
        ground = picture.astype(np.float32)
    counted = np.asarray(cut.cover(np.ones(len(source.regions), np.int64)))
    seen = counted[..., None]
    veil = np.where(seen > 0, 1 - (1 - _VEIL) ** np.minimum(seen, 3), 0.0)
    shade = np.asarray(cut.cover(colors.fill)) / np.maximum(seen, 1)
    halo = np.zeros(cut.shape, dtype=np.bool_)
    for tile in selected:
        y0, y1, x0, x1 = cut.regions[tile]
        inside = (slice(y0, y1), slice(x0, x1))
        halo[inside] |= counted[inside] > 1
        veil[inside][counted[inside] <= 1] = 0.0
    at = _block_of_pixel(cut, (height, width), size)
    image = ground * (1 - veil).astype(np.float32)[at] + (shade * veil).astype(np.float32)[at]
    if halo.any():
        shared = halo[at]
        # Light under dark stripes, whatever the picture holds.
        light = rgb(tokens.color("data.barLabelLight"))
        image[shared] = image[shared] * (1 - _HALO_LIGHT) + light * _HALO_LIGHT
        image[_stripes(size, ratio) & shared] = rgb(tokens.color("data.barLabelDark"))
    return _opaque(image)


def heat_colors(tokens: Tokens, most: int) -> tuple[str, ...]:
    """Return the colour of each count 0..most: ground for none, then the ramp from faint to strong."""
    ramp = tokens.colors("heat")[::-1]
    first = [tokens.color("surface.sunken")]
    if most <= 1:
        return (*first, ramp[0])[: most + 1]
    places = np.linspace(0, len(ramp) - 1, most)
    inner = [mix(ramp[int(x)], ramp[min(int(x) + 1, len(ramp) - 1)], float(x % 1)) for x in places]
    return (*first, *inner)


def heat_pixels(
    shown: MapModel, tokens: Tokens, picture: Pixels | None, size: tuple[int, int], ratio: float = 1.0
) -> Pixels:
    """Paint how many tiles need each cell, over a picture where there is one.

    Parameters
    ----------
    picture : (height, width, 3) uint8 array or None
        Of `size`; cells that one tile needs let it through.

    Returns
    -------
    (height, width, 4) uint8 array, RGBA
    """
    _, height, width = shown.shape
    colors = np.stack([rgb(color) for color in heat_colors(tokens, int(shown.count.max()))])
    ys, xs = _cell_of_pixel(height, size[0]), _cell_of_pixel(width, size[1])
    image = colors[shown.count][ys][:, xs]
    if picture is None:
        _cell_lines(image, (height, width), size, rgb(tokens.color("surface.panel")), ratio)
        return _opaque(image)
    strength = np.where(shown.count > 1, _HEAT_OVER, _HEAT_ALONE)[..., None][ys][:, xs]
    return _opaque(picture * (1 - strength) + image * strength)


def _cell_of_pixel(cells: int, pixels: int) -> IntArray:
    edges = cell_edges(cells, pixels)
    return np.clip(np.searchsorted(edges, np.arange(pixels), side="right") - 1, 0, cells - 1)


def _block_of_pixel(cut: Blocks, cells: tuple[int, int], size: tuple[int, int]) -> tuple[IntArray, IntArray]:
    """Return the index that takes an array of blocks to one of pixels."""
    ys, xs = cut.row[_cell_of_pixel(cells[0], size[0])], cut.col[_cell_of_pixel(cells[1], size[1])]
    return ys[:, None], xs[None, :]


def _cell_lines(
    image: npt.NDArray[np.floating],
    cells: tuple[int, int],
    size: tuple[int, int],
    line: FloatArray,
    ratio: float,
) -> None:
    least = _CELL_LINES * ratio
    if size[0] < least * cells[0] or size[1] < least * cells[1]:
        return
    width = np.arange(max(1, round(ratio)))  # device pixels of one line
    rows, cols = (
        (cell_edges(n, pixels)[1:-1, None] + width).ravel() for n, pixels in zip(cells, size, strict=True)
    )
    image[rows] = image[rows] * (1 - _LINE) + line * _LINE
    image[:, cols] = image[:, cols] * (1 - _LINE) + line * _LINE


@lru_cache(maxsize=4)
def _stripes(size: tuple[int, int], ratio: float) -> npt.NDArray[np.bool_]:
    """45 degree lines, one pixel and a half wide, six pixels apart."""
    y, x = np.ogrid[: size[0], : size[1]]
    stripes = np.asarray((x + y) % (_HATCH_STEP * ratio) < 2 * ratio)
    stripes.setflags(write=False)
    return stripes


def _opaque(image: npt.NDArray[np.floating]) -> Pixels:
    """Round to bytes; mixtures of colours cannot leave their range."""
    out = np.empty((*image.shape[:2], 4), dtype=np.uint8)
    out[..., :3] = image + 0.5
    out[..., 3] = 255
    return out
