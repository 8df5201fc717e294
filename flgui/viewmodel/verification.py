"""What the window says of a verification; imports no Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass

from flgui.text import count, format_number
from planner_core.verify_worker import VerifyResult

__all__ = ["Verdict", "progress_text", "verdict"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A sentence and what stands behind it."""

    passed: bool
    title: str
    text: str


def progress_text(done: int, total: int) -> str:
    """Return how far it is; the whole network is run before the first tile."""
    if not done:
        return "Running the whole network."
    return f"{100 * done // total} %, {done} of {total} layers of tiles."


def verdict(name: str, method: str, result: VerifyResult) -> Verdict:
    """Return the result in words: what agrees, and by how much at the worst tensor."""
    who = f"{name}, {method}"
    if result.failed_paths:
        paths = count(result.failed_paths, "path")
        return Verdict(
            False,
            f"{who}: {paths} cannot be run as planned.",
            f"{result.failure[:1].upper()}{result.failure[1:]}.",
        )
    scale = format_number(result.scale, 2) if math.isfinite(result.scale) else "infinity"
    difference = f"{result.difference:.1e}" if result.difference else "0"
    figures = f"Largest difference {difference} of {scale}, in {result.tensor}"
    if not result.passed:
        return Verdict(False, f"{who}: tiles differ from the whole network.", f"{figures}.")
    weights = "; with random weights" if result.random_weights else ""
    return Verdict(True, f"{who}: tiles agree with the whole network.", f"{figures}{weights}.")
