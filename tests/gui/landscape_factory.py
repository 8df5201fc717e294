"""A small landscape whose every value is known, for the tests of its model, pixels and hands."""

from __future__ import annotations

import numpy as np
from conftest import small_network

from flgui.viewmodel.landscape import LandscapeModel, landscape_model
from planner_core.search import Landscape

BEST, NFL = 0.020, 0.040


def landscape(filled: bool = True) -> Landscape:
    """tau 1 with P 1, 2, 4; tau 2 with P 1, 2; tau 3 and 4 with P 1 alone."""
    found = Landscape(
        np.array([1, 1, 1, 2, 2, 3, 4]), np.array([1, 1, 2, 1, 1, 1, 1]), np.array([1, 2, 2, 1, 2, 1, 1])
    )
    if filled:
        found.bf[:] = [0.040, 0.020, 0.025, 0.050, 0.080, 0.040, 0.040]
        found.mw[:] = [0.040, 0.030, 0.045, 0.050, 0.080, 0.040, 0.040]
        found.bound[:] = found.bf
        found.bound[2] = 0.024
    return found


def model(filled: bool = True, **others: object) -> LandscapeModel:
    return landscape_model(small_network(), landscape(filled), NFL, **others)  # type: ignore[arg-type]
