"""What a span of time holds: busy, idle and waiting time of every resource in every plan; imports no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from flgui.text import TIMES, format_percent
from flgui.viewmodel.gantt import DEVICE, ES, LINK, RESOURCE_NAMES, GanttGroup, GanttModel
from flgui.viewmodel.moments import time_at
from planner_core.plan import FloatArray

__all__ = ["Total", "share_text", "short_time", "span_text", "span_title", "span_totals"]

_LEAST_SHARE: Final = 1e-3
_PARTS: Final = 300
"""Lengths are written to this part of the span."""


@dataclass(frozen=True, slots=True)
class Total:
    """One resource of one plan in a span of time.

    Parameters
    ----------
    rows : int
        Its workers; of unlimited ones as many as ever work at once.
    busy_s : float
        Seconds in which they compute or send, summed over the workers.
    idle_s : float
        Seconds in which they do not, up to the plan's end.
    waiting_s : float
        Seconds that paths wait for the resource, summed over the paths: for the device from 0 on, for the link from the
        end on the device, for the ES from the end of the transfer.
    """

    method: str
    resource: int
    rows: int
    busy_s: float
    idle_s: float
    waiting_s: float

    @property
    def name(self) -> str:
        """ "Link", "Device × 9"."""
        name = RESOURCE_NAMES[self.resource]
        return name if self.rows == 1 else f"{name} {TIMES} {self.rows}"

    @property
    def share(self) -> float:
        """Busy time over the time that there is; 0 where there is none."""
        whole = self.busy_s + self.idle_s
        return self.busy_s / whole if whole > 0 else 0.0


def span_totals(model: GanttModel, start_s: float, end_s: float) -> tuple[Total, ...]:
    """Return the totals of all resources from `start_s` to `end_s`, plan by plan."""
    return tuple(
        _total(group, resource, start_s, end_s)
        for group in model.groups
        if group.plan is not None
        for resource in (DEVICE, LINK, ES)
    )


def span_title(start_s: float, end_s: float) -> str:
    """Write "5.00 ms to 14.20 ms, 9.20 ms long", as exact as the span is short."""
    step = (end_s - start_s) / _PARTS
    return f"{time_at(start_s, step)} to {time_at(end_s, step)}, {time_at(end_s - start_s, step)} long"


def short_time(seconds: float, span_s: float) -> str:
    """Write a length inside a span; nothing for none."""
    return time_at(seconds, span_s / _PARTS) if seconds > span_s * 1e-9 else "\u2013"


def share_text(total: Total) -> str:
    """Write the share of busy time; one that is nearly nothing as such."""
    return (
        f"<\u00a0{format_percent(_LEAST_SHARE, 1)}"
        if 0 < total.share < _LEAST_SHARE
        else format_percent(total.share)
    )


def span_text(totals: tuple[Total, ...], start_s: float, end_s: float) -> str:
    """Write the totals as a table to copy: tabs between columns, seconds in full precision."""
    lines = [span_title(start_s, end_s), "method\tresource\tbusy s\tbusy\tidle s\twaiting s"]
    lines += [
        f"{t.method}\t{t.name}\t{t.busy_s!r}\t{format_percent(t.share)}\t{t.idle_s!r}\t{t.waiting_s!r}"
        for t in totals
    ]
    return "\n".join(lines) + "\n"


def _total(group: GanttGroup, resource: int, start_s: float, end_s: float) -> Total:
    assert group.plan is not None
    rows, bars, s = group.rows_of(resource), group.bars, group.plan.schedule
    part = slice(int(bars.first[rows.start]), int(bars.first[rows.stop]))
    busy = _overlap(bars.start[part], bars.end[part], start_s, end_s)
    there = max(0.0, min(end_s, group.makespan_s) - max(start_s, 0.0))
    used, since, until = {
        DEVICE: (s.device_worker >= 0, np.zeros(len(s.device_start)), s.device_start),
        LINK: (s.link_used, s.device_end, s.link_start),
        ES: (s.es_worker >= 0, s.link_end, s.es_start),
    }[resource]
    waiting = _overlap(since[used], until[used], start_s, end_s)
    return Total(group.method, resource, len(rows), busy, max(0.0, len(rows) * there - busy), waiting)


def _overlap(start: FloatArray, end: FloatArray, lo: float, hi: float) -> float:
    return float(np.maximum(np.minimum(end, hi) - np.maximum(start, lo), 0.0).sum())
