"""Where the data files of the planner are, installed or in a checkout."""

from __future__ import annotations

import importlib.resources
from functools import cache
from pathlib import Path

__all__ = ["resource"]

_CHECKOUT = Path(__file__).resolve().parent.parent / "resources"


@cache
def _packaged() -> Path:
    return Path(str(importlib.resources.files("planner_core"))) / "resources"


def resource(name: str) -> Path:
    """Return the path of a data file or folder such as "themes/tokens.json".

    Raises FileNotFoundError when neither the installed package nor the checkout holds it.
    """
    for candidate in (_packaged() / name, _CHECKOUT / name):
        if candidate.exists():
            return candidate
    raise FileNotFoundError(f"the data file '{name}' is not part of this installation")
