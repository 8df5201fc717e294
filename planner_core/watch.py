"""One thread that sets flags when their time is up.

A thread of its own for each deadline costs more than many a plan.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

__all__ = ["TIME_IS_UP", "Alarm", "disarm", "set_alarm"]

TIME_IS_UP = 2
"""What a flag is set to if it is not set by then."""

_LONGEST_S = 1e6


@dataclass(eq=False, slots=True)
class Alarm:
    """One flag and when, by `time.monotonic`, it is to be set."""

    due: float
    flag: npt.NDArray[np.uint8]


@dataclass(eq=False)
class _Watch:
    alarms: set[Alarm] = field(default_factory=set)
    changed: threading.Condition = field(default_factory=threading.Condition)
    wakes: float = float("inf")
    thread: threading.Thread | None = None

    def add(self, alarm: Alarm) -> None:
        with self.changed:
            self.alarms.add(alarm)
            if self.thread is None:
                self.thread = threading.Thread(target=self.run, name="deadlines", daemon=True)
                self.thread.start()
            elif alarm.due < self.wakes:
                self.changed.notify()

    def remove(self, alarm: Alarm) -> None:
        # The thread may wake in vain: that is cheaper than telling it.
        with self.changed:
            self.alarms.discard(alarm)

    def run(self) -> None:
        with self.changed:
            while True:
                now = time.monotonic()
                for alarm in [alarm for alarm in self.alarms if alarm.due <= now]:
                    self.alarms.discard(alarm)
                    if not alarm.flag[0]:
                        alarm.flag[0] = TIME_IS_UP
                self.wakes = min((alarm.due for alarm in self.alarms), default=now + _LONGEST_S)
                self.changed.wait(min(self.wakes - now, _LONGEST_S))


_watch = _Watch()


def set_alarm(seconds: float, flag: npt.NDArray[np.uint8]) -> Alarm:
    """Have the (1,) flag set to `TIME_IS_UP` in so many seconds, unless it is set already."""
    alarm = Alarm(time.monotonic() + seconds, flag)
    _watch.add(alarm)
    return alarm


def disarm(alarm: Alarm) -> None:
    """Take back an alarm; from here on its flag is left alone."""
    _watch.remove(alarm)


def _begin_anew() -> None:
    global _watch
    _watch = _Watch()  # a forked process has its parent's alarms, but not the thread


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
