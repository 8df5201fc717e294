"""Parts looked at by several threads: the same answers as by one, errors that reach the caller, an end when asked."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import pytest
from instances import real_part

from planner_core.methods.bf import branching
from planner_core.methods.bf.branching import branch
from planner_core.methods.bf.due import Deadlines

OPTIMUM = {("squeezenet", 30, 1000): 0.0268189059, ("yolov2", 20, 100): 0.6705467645}
"""Latest path end in seconds, without the tail, at P = 64."""

QUESTIONS = [
    ("squeezenet", 30, 1000, -3e-4, 20_000.0),  # no plan, after hundreds of parts
    ("squeezenet", 30, 1000, -1e-5, 300.0),  # more than the effort
    ("squeezenet", 30, 1000, 1e-3, 2_000.0),  # a plan
    ("yolov2", 20, 100, -1e-5, 20_000.0),
    ("yolov2", 20, 100, 2e-4, 2_000.0),
]


def part_of(name: str, tau: int, rate_mbps: float, away: float) -> Deadlines:
    """What may end before the optimum and this share of it."""
    return real_part(name, tau, 64, rate_mbps, OPTIMUM[name, tau, int(rate_mbps)] * (1 + away))


def flag() -> np.ndarray:
    return np.zeros(1, np.uint8)


def on_cores(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(branching, "cores", lambda: number)


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("parts")]


@pytest.mark.parametrize(("name", "tau", "rate_mbps", "away", "most"), QUESTIONS)
def test_any_number_of_threads_gives_the_same_answer(
    monkeypatch: pytest.MonkeyPatch, name: str, tau: int, rate_mbps: float, away: float, most: float
) -> None:
    part = part_of(name, tau, rate_mbps, away)
    looked_at: list[tuple[float, float]] = []

    class Noted(branching._Search):
        def _hopes(self) -> bool:
            hopes = super()._hopes()
            looked_at.append((self._effort, self._unsettled))
            return hopes

    monkeypatch.setattr(branching, "_Search", Noted)
    answers = []
    for number in (1, 2, 4):
        on_cores(monkeypatch, number)
        looked_at.clear()
        types, refuted = branch(part, most, flag())
        answers.append((None if types is None else types.tolist(), refuted, list(looked_at)))
    assert len(answers[0][2]) > 3 or answers[0][0] is not None
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][1] == (most == 20_000.0)
    assert (answers[0][0] is not None) == (most == 2_000.0)
    assert not threads()


@pytest.mark.parametrize("at", [2, 5, 6])
def test_an_error_in_any_thread_reaches_the_caller(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    part = part_of("squeezenet", 30, 1000, -3e-4)
    on_cores(monkeypatch, 3)
    looks, real, lock = [0], branching.parted, threading.Lock()

    def failing(*args: Any) -> Any:
        with lock:
            looks[0] += 1
            number = looks[0]
        if number == at:
            raise MemoryError(f"look {number}")
        return real(*args)

    monkeypatch.setattr(branching, "parted", failing)
    with pytest.raises(MemoryError, match=f"look {at}"):
        branch(part, 20_000.0, flag())
    assert not threads()


def test_a_thread_waits_where_the_other_has_the_only_part(monkeypatch: pytest.MonkeyPatch) -> None:
    part = part_of("squeezenet", 30, 1000, -3e-4)
    on_cores(monkeypatch, 2)
    lock, looks, at_once = threading.Lock(), [0], []

    def one_left(node: Any, *_: Any) -> Any:
        assert lock.acquire(blocking=False)
        looks[0] += 1
        time.sleep(0.001)
        at_once.append(len(threads()))
        lock.release()
        left = [node] if looks[0] < 30 else []
        return False, np.zeros(0, np.int64), True, 1.0, left, [1.0] * len(left)

    monkeypatch.setattr(branching, "parted", one_left)
    assert branch(part, 20_000.0, flag()) == (None, True)
    assert looks[0] == 30
    assert max(at_once) == 1  # besides the caller's own
    assert not threads()


def test_a_flag_set_under_way_ends_all_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    part = part_of("squeezenet", 30, 1000, -1e-6)
    branch(part, 10.0, flag())  # compiled
    on_cores(monkeypatch, 2)
    stop = flag()
    timer = threading.Timer(0.1, lambda: stop.__setitem__(0, 1))
    timer.start()
    assert branch(part, 1e9, stop) == (None, False)
    timer.join()
    assert not threads()
