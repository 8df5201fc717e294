"""What the monkey found, and the verdict on memory."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

__all__ = ["ALLOWED_GROWTH_MB", "STEPS_OF_A_WINDOW", "Findings", "growth_mb"]

STEPS_OF_A_WINDOW = 36
"""Short lives: the question is what a window leaves behind, and ten minutes hold fifty of these and more."""
ALLOWED_GROWTH_MB = 0.075
"""A window may leave this much behind: 0.5 MB in 240 actions, in every stretch of them."""


@dataclass
class Findings:
    """What went wrong, and what was done."""

    faults: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    looks: int = 0
    unquiet: Counter[str] = field(default_factory=Counter)
    """Looks at which nothing could be said, by what moved all the time."""
    memory_mb: list[float] = field(default_factory=list)
    """What is in use after each window was closed; see `memory.in_use`."""
    last: str = ""

    def fault(self, text: str) -> None:
        """Note a fault with what was done last."""
        self.faults.append(f"after '{self.last}': {text}")

    def growth_mb(self) -> float:
        """Memory that a window leaves behind; see `growth_mb`."""
        return growth_mb(self.memory_mb)


def growth_mb(memory_mb: Sequence[float]) -> float:
    """Memory that each time leaves behind: the median of the slopes between any two of the second half.

    Theil's line. The first half fills the caches. One time after which a lot was in use for once would tilt a line of
    least squares; what leaks makes one step after the other, and lifts most of the slopes.
    """
    used = list(enumerate(memory_mb))[len(memory_mb) // 2 :]
    if len(used) < 3:
        return 0.0
    return median((after - before) / (j - i) for (i, before), (j, after) in itertools.combinations(used, 2))
