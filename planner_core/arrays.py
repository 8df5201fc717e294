"""Names for the arrays that the core passes around."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["BoolArray", "FlagArray", "FloatArray", "IntArray"]

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
FlagArray: TypeAlias = npt.NDArray[np.uint8]
"""(1,) stop flag that compiled loops poll; see `stop.StopToken`."""
