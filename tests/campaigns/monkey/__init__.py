"""A monkey at the window: random but reproducible clicks, drags, keys, menus, files, sizes, openings and closings.

`python -m tests.campaigns.monkey --minutes 10 --seed 1` works the real window, off screen, with the real planning
process, and fails on an exception, on a word from Qt, on a picture that painting anew would change, on a part of a
window that outlives it, and on memory that grows from one window to the next.
"""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from tests.campaigns.monkey.findings import Findings
from tests.campaigns.monkey.windows import Monkey

__all__ = ["Findings", "Monkey"]
