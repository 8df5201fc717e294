"""Design tokens: semantic colours and sizes; imports no Qt, so that view-models may read them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from planner_core.resources import resource

__all__ = ["THEME_NAMES", "ThemeName", "Tokens", "contrast", "mix"]

ThemeName: TypeAlias = Literal["light", "dark"]
THEME_NAMES: tuple[ThemeName, ...] = ("light", "dark")
_Whole = TypeVar("_Whole", int, npt.NDArray[np.int64])


@dataclass(frozen=True, eq=False)
class Tokens:
    """One theme's colours and the sizes that both themes share.

    Parameters
    ----------
    name : "light" or "dark"
    theme : mapping
        Colours of this theme, nested.
    shared : mapping
        Everything outside the theme part: sizes in logical pixels, weights, milliseconds.
    """

    name: ThemeName
    theme: Mapping[str, Any]
    shared: Mapping[str, Any]

    @staticmethod
    def load(name: ThemeName) -> Tokens:
        """Return the tokens of "light" or "dark"; the same object for the same name."""
        return _load(name)

    @property
    def dark(self) -> bool:
        """Whether this is the dark theme."""
        return self.name == "dark"

    def color(self, path: str) -> str:
        """Return the colour "#RRGGBB" at a dotted path of the theme, e.g. "data.cursor" or "path.3"."""
        value = _walk(self.theme, path)
        if not isinstance(value, str):
            raise KeyError(f"token '{path}' is no colour")
        return value

    def colors(self, path: str) -> tuple[str, ...]:
        """Return the list of colours at a dotted path of the theme, e.g. "path" or "heat"."""
        value = _walk(self.theme, path)
        if not isinstance(value, list):
            raise KeyError(f"token '{path}' is no list of colours")
        return tuple(value)

    def size(self, path: str) -> float:
        """Return the number at a dotted path outside the themes, e.g. "row.ganttLane"."""
        value = _walk(self.shared, path)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise KeyError(f"token '{path}' is no size")
        return value

    def px(self, path: str) -> int:
        """Return `size` as a whole number of logical pixels."""
        return round(self.size(path))

    def pair(self, path: str) -> tuple[int, int]:
        """Return two whole numbers, e.g. of "size.minWindow"."""
        first, second = _walk(self.shared, path)
        return int(first), int(second)

    def path_color(self, path: int, rows: int, cols: int) -> str:
        """Return the fill of path `path` on a rows x cols grid (tokens: rules.pathColour)."""
        if rows * cols == 1:
            return self.color("data.whole")
        palette = self.colors("path")
        return palette[self.path_key(path, rows, cols) % len(palette)]

    def path_hatched(self, path: int, rows: int, cols: int) -> bool:
        """Say whether path `path` wears a hatch, which tells equal fills apart (tokens: rules.pathColour)."""
        count = len(self.colors("path"))
        return rows * cols > count and (self.path_key(path, rows, cols) // count) % 2 == 1

    @staticmethod
    def path_key(path: _Whole, rows: int, cols: int) -> _Whole:
        """Number that fill and hatch of a path follow from; of an array of paths all at once.

        Below 13 paths the path itself; above, a key that keeps equal colours three cells apart.
        """
        return path if rows * cols <= 12 else 3 * (path // cols) + path % cols

    def method_color(self, method: str) -> str:
        """Return the colour of "NFL", "MW", "BF", "esOnly" or "deviceOnly"."""
        return self.color(f"method.{method}")

    def label_color(self, fill: str) -> str:
        """Return the label colour, dark or light, that has the higher contrast on `fill`."""
        dark, light = self.color("data.barLabelDark"), self.color("data.barLabelLight")
        return dark if contrast(dark, fill) >= contrast(light, fill) else light

    def bar_edge(self, fill: str) -> str | None:
        """Return the 1 px inside edge of a bar, or None where the theme has none (tokens: rules.barEdge)."""
        return None if self.dark else mix(fill, self.color("data.selection"), 0.42)

    def stripe_edge(self, fill: str) -> str | None:
        """Return the 1 px edge of an operator's stripe, or None where the fill alone stands out 3:1 (WCAG 1.4.11).

        Other fills would do without edges, but they could no longer be told apart by people who see fewer colours.
        """
        if contrast(fill, self.color("surface.hover")) >= 3:
            return None
        return mix(fill, self.color("data.selection"), 0.42)

    def tile_tint(self, fill: str) -> str:
        """Return the opaque tint of a tile on the panel (tokens: rules.tint)."""
        return mix(self.color("surface.panel"), fill, 0.38 if self.dark else 0.30)


def mix(a: str, b: str, share: float) -> str:
    """Return the opaque sRGB mix of two "#RRGGBB" colours; `share` of `b`, 0..1."""
    pairs = zip(_channels(a), _channels(b), strict=True)
    return "#" + "".join(f"{round(x + (y - x) * share):02X}" for x, y in pairs)


def contrast(a: str, b: str) -> float:
    """Return the WCAG contrast ratio of two "#RRGGBB" colours, 1..21."""
    high, low = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _luminance(color: str) -> float:
    def linear(byte: int) -> float:
        c = byte / 255
        return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4

    r, g, b = (linear(c) for c in _channels(color))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _walk(node: Any, path: str) -> Any:
    for key in path.split("."):
        try:
            node = node[int(key)] if isinstance(node, list) else node[key]
        except (KeyError, IndexError, ValueError, TypeError):
            raise KeyError(f"there is no token '{path}'") from None
    return node


@cache
def _load(name: ThemeName) -> Tokens:
    whole = json.loads(resource("themes/tokens.json").read_text(encoding="utf-8"))
    theme = whole.pop("theme")
    return Tokens(name, theme[name], whole)
