"""Proves on numbers that the tiles of a plan make what the whole network makes; needs the extra `verify`.

The regions, the halo and the offloading layers are those of a plan JSON. Nothing here uses the code that worked them
out (`planner_core.tiling`).
"""

from __future__ import annotations

import importlib.util

__all__ = ["HOW_TO_INSTALL", "is_available"]

HOW_TO_INSTALL = "pip install 'flgui[verify]'"


def is_available() -> bool:
    """Whether ONNX Runtime, which the extra `verify` brings along, can be imported; it is not imported."""
    return importlib.util.find_spec("onnxruntime") is not None
