"""What every worker and every tile does at one moment of a plan (SPEC section 4); imports no Qt."""

from __future__ import annotations

from enum import IntEnum
from itertools import pairwise
from typing import Final

import numpy as np

from flgui.text import MINUS, format_time, join
from planner_core.plan import FloatArray, IntArray, Plan

__all__ = [
    "Phase",
    "moment_text",
    "moments_of",
    "next_moment",
    "phase_brief",
    "phase_words",
    "phases",
    "phases_of",
    "time_at",
]


class Phase(IntEnum):
    """How far a path is; the phases follow one another in this order, some of them may be empty."""

    TO_START = 0
    COMPUTING = 1
    QUEUED = 2
    SENDING = 3
    WAITING = 4
    ON_ES = 5
    DONE = 6


_TALLY: Final = (
    (Phase.DONE, "done"),
    (Phase.ON_ES, "on ES"),
    (Phase.WAITING, "waiting for ES"),
    (Phase.SENDING, "sending"),
    (Phase.COMPUTING, "computing"),
    (Phase.QUEUED, "queued"),
    (Phase.TO_START, "to start"),
)
_BRIEF: Final = dict(_TALLY)
_ALONE: Final = {
    Phase.TO_START: "to start",
    Phase.COMPUTING: "computing on the device",
    Phase.QUEUED: "waiting for the link",
    Phase.SENDING: "sending the map",
    Phase.WAITING: "waiting for the ES",
    Phase.ON_ES: "computing on the ES",
}
_OF_TILES: Final = {**_ALONE, Phase.SENDING: "being sent", Phase.DONE: "done"}
_UNITS: Final = {"µs": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}


def phases(plan: Plan, time_s: float) -> IntArray:
    """(P,) Phase of each path at a moment; at the end of a bar what comes after it."""
    s = plan.schedule
    passed = np.zeros(plan.paths, np.int64)
    for border in (s.device_start, s.device_end, s.link_start, s.link_end, s.es_start, s.es_end):
        passed += border <= time_s
    return passed


def phases_of(plan: Plan) -> tuple[Phase, ...]:
    """Return the phases that paths of a plan go through, in their order; TO_START and DONE are always among them."""
    s = plan.schedule
    borders = (s.device_start, s.device_end, s.link_start, s.link_end, s.es_start, s.es_end)
    lasting = [bool(np.any(end > start)) for start, end in pairwise(borders)]
    inner = (Phase.COMPUTING, Phase.QUEUED, Phase.SENDING, Phase.WAITING, Phase.ON_ES)
    found = [phase for phase, lasts in zip(inner, lasting, strict=True) if lasts]
    return (Phase.TO_START, *found, Phase.DONE)


def phase_words(phase: int) -> str:
    """Say what a tile does: "being sent"."""
    return _OF_TILES[Phase(phase)]


def phase_brief(phase: int) -> str:
    """Say the same in a narrow column: "sending"."""
    return _BRIEF[Phase(phase)]


def moment_text(plan: Plan, time_s: float) -> str:
    """Say what happens at a moment: "2 done · 1 sending · 1 computing · 2 queued · 2 to start".

    Of a plan with a single tile: "computing on the device".
    """
    s = plan.schedule
    if time_s >= s.tail_end:
        return "finished"
    now = phases(plan, time_s)
    if plan.paths == 1:
        phase = Phase(int(now[0]))
        return "tail on ES" if phase is Phase.DONE else _ALONE[phase]
    counts = np.bincount(now, minlength=len(Phase))
    parts = [f"{counts[phase]} {words}" for phase, words in _TALLY if counts[phase]]
    if time_s >= s.tail_start:
        parts.append("tail on ES")
    return " · ".join(parts)


def moments_of(plan: Plan) -> FloatArray:
    """Return the moments at which a bar of the plan starts or ends, in order, each once, 0 among them."""
    s = plan.schedule
    device, es = s.device_worker >= 0, s.es_worker >= 0
    found = np.concatenate(
        (
            [0.0, s.tail_start, s.tail_end],
            s.device_start[device],
            s.device_end[device],
            s.link_start[s.link_used],
            s.link_end[s.link_used],
            s.es_start[es],
            s.es_end[es],
        )
    )
    return np.unique(found)


def next_moment(moments: FloatArray, time_s: float | None, by: int) -> float | None:
    """Return the moment after (`by` 1) or before (`by` -1) a time; None where there is none.

    Moments closer than rounding to the time are taken for the time itself.
    """
    if time_s is None:
        return float(moments[0]) if len(moments) and by > 0 else None
    slack = 1e-12 * float(moments[-1]) if len(moments) else 0.0
    if by > 0:
        at = int(np.searchsorted(moments, time_s + slack, side="right"))
        return float(moments[at]) if at < len(moments) else None
    at = int(np.searchsorted(moments, time_s - slack, side="left")) - 1
    return float(moments[at]) if at >= 0 else None


def time_at(seconds: float, step_s: float) -> str:
    """Write a moment so exactly that steps of `step_s` can be told apart: "14.20 ms", "14.2034 ms"."""
    figure, unit = format_time(seconds)
    scale = _UNITS[unit]
    digits = len(figure.partition(".")[2])
    while digits < 9 and 10.0**-digits * scale > step_s * (1 + 1e-9):
        digits += 1
    text = f"{abs(seconds) / scale:.{digits}f}" if seconds else "0"
    return join(((MINUS if seconds < 0 else "") + text, unit))
