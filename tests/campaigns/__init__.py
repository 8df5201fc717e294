"""Longer runs of what tests/core checks in short: commands of their own, `python -m tests.campaigns.NAME`.

They exit with 1 when the planner is wrong; their tables say how fast and how often proven it is.
"""

from __future__ import annotations

import sys
from pathlib import Path

_HELPERS = str(Path(__file__).resolve().parent.parent / "core")
if _HELPERS not in sys.path:  # as pytest does for the tests there: they are no package
    sys.path.insert(0, _HELPERS)
