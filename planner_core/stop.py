"""Deadlines, cancel tokens and progress: how a caller ends or follows a search."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from planner_core.watch import TIME_IS_UP, disarm, set_alarm

__all__ = ["Progress", "StopToken"]


@dataclass(eq=False)
class StopToken:
    """Says when to stop: cancelled by anyone, or past a deadline.

    Parameters
    ----------
    seconds : float or None
        Time limit from now; None is no limit.
    flag : (1,) uint8 array, optional
        Non-zero is cancelled. May lie in shared memory, so that another process can cancel; compiled loops
        poll it directly.
    """

    seconds: float | None = None
    flag: npt.NDArray[np.uint8] = field(default_factory=lambda: np.zeros(1, np.uint8))
    started: float = field(default_factory=time.monotonic)

    def cancel(self) -> None:
        """Ask for the end; safe from any thread."""
        self.flag[0] = 1

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return int(self.flag[0]) not in (0, TIME_IS_UP)

    @contextmanager
    def armed(self) -> Iterator[npt.NDArray[np.uint8]]:
        """Give the flag to compiled loops, which cannot see the clock: it is set at the deadline, too."""
        if self.seconds is None:
            yield self.flag
            return
        before = int(self.flag[0])
        alarm = set_alarm(self.remaining, self.flag)
        try:
            yield self.flag
        finally:
            disarm(alarm)
            if not before and self.flag[0] == TIME_IS_UP:
                self.flag[0] = 0  # nobody cancelled: `remaining` says by itself that the time is up

    @property
    def remaining(self) -> float:
        """Seconds left to the deadline, at least 0; infinity without one."""
        if self.seconds is None:
            return float("inf")
        return max(0.0, self.started + self.seconds - time.monotonic())

    def __bool__(self) -> bool:
        return self.cancelled or self.remaining <= 0.0


class Progress(Protocol):
    """Called now and then by a search, from the thread that runs it."""

    def __call__(self, done: int, total: int, best_s: float, bound_s: float) -> None:
        """`done` of `total` (tau, P) cells settled; best makespan and proven bound so far, in seconds."""


def no_progress(done: int, total: int, best_s: float, bound_s: float) -> None:
    """Ignore progress."""


ProgressCallback = Callable[[int, int, float, float], None]
