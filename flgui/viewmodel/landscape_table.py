"""The landscape as a table: one row for each cell that can be cut (SPEC section 5); imports no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flgui.viewmodel.table import Column, Table, number_column
from planner_core.network.model import Network

if TYPE_CHECKING:
    from planner_core.landscape import Landscape

__all__ = ["landscape_table"]


def landscape_table(network: Network, landscape: Landscape) -> Table:
    """Return tau, layer, P, grid and the makespans in ms of every cell; NaN where nothing is planned yet."""
    names = np.array([network.layers[tau - 1].name for tau in landscape.tau.tolist()])
    proven = np.where(np.isnan(landscape.bf), "", np.where(landscape.proven, "yes", "no"))
    return Table(
        (
            Column("tau", landscape.tau, str, hint="Number of fused layers"),
            Column("Last fused layer", names, str, numeric=False),
            Column("P", landscape.paths, str, hint="Number of tiles"),
            Column("Rows", landscape.rows, str),
            Column("Columns", landscape.cols, str),
            number_column("MW, ms", landscape.mw * 1e3),
            number_column("BF, ms", landscape.bf * 1e3),
            number_column("Bound of BF, ms", landscape.bound * 1e3),
            Column("BF proven optimal", proven, str, numeric=False),
        )
    )
