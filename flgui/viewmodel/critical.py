"""The critical path: the bars of a plan that no delay may touch, and how late each of the others may be.

Order, splits and workers stay as the plan has them. Each bar then follows the bar before it on its worker and the one
before it on its path (SPEC section 4), and the tail follows all paths; how late a bar may end without a later makespan
is found from the end backward. Imports no Qt.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from flgui.text import format_percent, format_time, join
from flgui.viewmodel.gantt import DEVICE, ES, LINK, TAIL, GanttGroup
from planner_core.plan import FloatArray, IntArray

__all__ = ["Critical", "critical_of", "critical_text", "slack_line"]

_NAMES = ("device", "link", "ES")
_SAME = 1e-9
"""Slack up to this share of the makespan is rounding."""


@dataclass(frozen=True, eq=False, slots=True)
class Critical:
    """How much each bar of a chart matters.

    Parameters
    ----------
    slack : (n,) float array
        Seconds by which each bar may end later; 0 on the critical path.
    on_path : (n,) bool array
        Bars without slack.
    links : (m, 2) int array
        Pairs of such bars of which the second starts when the first ends, and has to wait for it.
    chain : (k,) int array
        One unbroken chain of them from 0 to the makespan, in order.
    """

    slack: FloatArray
    on_path: npt.NDArray[np.bool_]
    links: IntArray
    chain: IntArray


@lru_cache(maxsize=8)
def critical_of(group: GanttGroup) -> Critical:
    """Return what is critical in a chart."""
    n = len(group.bars)
    if group.plan is None or not n:
        none = np.zeros(0, np.int64)
        return Critical(np.zeros(n), np.zeros(n, bool), none.reshape(0, 2), none)
    number = _numbers(group)
    sequences = _sequences(group)
    slack = _slack(group, number, sequences)
    least = _SAME * group.makespan_s
    slack[slack <= least] = 0.0
    on_path = slack == 0.0
    pairs = _pairs(number, sequences)
    start, end = group.bars.start, group.bars.end
    held = on_path[pairs[:, 0]] & on_path[pairs[:, 1]] & (start[pairs[:, 1]] - end[pairs[:, 0]] <= least)
    links = np.column_stack(
        np.divmod(np.sort(pairs[held] @ (n, 1)), n)
    )  # none is there twice; numbers sort fast
    return Critical(slack, on_path, links, _chain(group, on_path, links))


def critical_text(group: GanttGroup) -> str:
    """Say what a chain of critical bars is made of: "critical: device 32.1 %, link 58.4 %, ES 9.50 %"."""
    chain, bars = critical_of(group).chain, group.bars
    if not len(chain):
        return ""
    resource = np.array([row.resource for row in group.rows])[bars.row[chain]]
    length = np.bincount(resource, bars.end[chain] - bars.start[chain], 3) / group.makespan_s
    parts = [f"{name} {format_percent(s)}" for name, s in zip(_NAMES, length.tolist(), strict=True) if s > 0]
    return f"critical: {', '.join(parts)}"


def slack_line(group: GanttGroup, bar: int) -> tuple[str, str]:
    """Say how late a bar may be, as a line of its tooltip."""
    found = critical_of(group)
    if found.on_path[bar]:
        return "no slack: on the critical path", ""
    return "may end later by", join(format_time(float(found.slack[bar]), 3))


def _numbers(group: GanttGroup) -> IntArray:
    """(4, P) Number of the bar of each path on device, link and ES, and of the tail; -1 for none."""
    assert group.plan is not None
    bars = group.bars
    resource = np.array([row.resource for row in group.rows])[bars.row]
    number = np.full((4, group.plan.paths), -1, np.int64)
    tail = bars.path == TAIL
    own = np.flatnonzero(~tail)
    number[resource[own], bars.path[own]] = own
    number[3] = int(np.argmax(tail)) if tail.any() else -1
    return number


def _sequences(group: GanttGroup) -> list[IntArray]:
    """Bars that have to follow one another: those of a worker, where there are fewer workers than paths.

    With a worker for each path the rows are drawn as low as they fit, which binds nothing.
    """
    plan, bars = group.plan, group.bars
    assert plan is not None
    limits = {DEVICE: group.system.device_workers, LINK: 1, ES: group.system.es_workers}
    found = []
    for row, made in enumerate(group.rows):
        limit = limits[made.resource]
        if made.resource != LINK and (limit is None or limit >= plan.paths):
            continue
        of_row = np.arange(bars.first[row], bars.first[row + 1])
        found.append(of_row[bars.path[of_row] != TAIL])
    return found


def _slack(group: GanttGroup, number: IntArray, sequences: list[IntArray]) -> FloatArray:
    assert group.plan is not None
    bars = group.bars
    length = bars.end - bars.start
    latest = np.full(len(bars), group.plan.schedule.tail_start)  # of the end
    latest[bars.path == TAIL] = group.makespan_s
    resource = np.array([row.resource for row in group.rows])[bars.row]
    follower = np.full(number.shape[1], -1, np.int64)  # the bar that comes next on each path
    for place in (ES, LINK, DEVICE):
        own = number[place]
        bound = (own >= 0) & (follower >= 0)
        latest[own[bound]] = latest[follower[bound]] - length[follower[bound]]
        for bars_of_worker in sequences:
            if len(bars_of_worker) and resource[bars_of_worker[0]] == place:
                latest[bars_of_worker] = _one_after_another(latest[bars_of_worker], length[bars_of_worker])
        follower = np.where(own >= 0, own, follower)
    slack: FloatArray = np.maximum(latest - bars.end, 0.0)
    return slack


def _one_after_another(latest: FloatArray, length: FloatArray) -> FloatArray:
    """Return latest ends such that each bar leaves room for all that follow it on its worker."""
    done = np.cumsum(length)  # the whole worker, packed: what is left of each deadline is a running minimum
    left = np.minimum.accumulate((latest - done)[::-1])[::-1]
    found: FloatArray = left + done
    return found


def _pairs(number: IntArray, sequences: list[IntArray]) -> IntArray:
    """(m, 2) Bars of which the second has to wait for the first."""
    found = [np.zeros((0, 2), np.int64)]
    before = np.full(number.shape[1], -1, np.int64)
    for own in number:
        both = (before >= 0) & (own >= 0)
        found.append(np.column_stack((before[both], own[both])))
        before = np.where(own >= 0, own, before)
    found += [np.column_stack((bars[:-1], bars[1:])) for bars in sequences if len(bars) > 1]
    return np.concatenate(found)


def _chain(group: GanttGroup, on_path: npt.NDArray[np.bool_], links: IntArray) -> IntArray:
    """Go back from the end, where there is a choice along the worker that is longer busy."""
    bars = group.bars
    last = np.flatnonzero(on_path & (bars.end >= group.makespan_s * (1 - _SAME)))
    if not len(last):
        return np.zeros(0, np.int64)
    at = int(last[np.argmin(bars.start[last])])
    first, second = links.T
    by_start = np.argsort(bars.start, kind="stable")
    place = np.empty_like(by_start)
    place[by_start] = np.arange(len(bars))
    earliest = np.full(len(bars), len(bars))  # of the bars that each waits for, as a place in that order
    np.minimum.at(earliest, second, place[first])
    before = np.append(by_start, -1)[earliest].tolist()
    found = [at]
    while before[at] >= 0:
        at = before[at]
        found.append(at)
    return np.array(found[::-1], np.int64)
