"""Colours of all paths of a grid at once, as places in the theme's list: by arithmetic, with no loop over paths."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from flgui.theme.tokens import Tokens
from planner_core.arrays import IntArray

__all__ = ["path_fills"]


def path_fills(tokens: Tokens, rows: int, cols: int) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """Return what `Tokens.path_color` and `Tokens.path_hatched` say of every path.

    Parameters
    ----------
    rows, cols : int
        The grid, of more than one tile.

    Returns
    -------
    (P,) int array
        Places in `tokens.colors("path")`.
    (P,) bool array
        Paths that wear a hatch.
    """
    kinds, key = len(tokens.colors("path")), tokens.path_key(np.arange(rows * cols), rows, cols)
    hatched = (key // kinds) % 2 == 1 if rows * cols > kinds else np.zeros(rows * cols, np.bool_)
    return key % kinds, hatched
