"""Deadlines reach compiled loops through one flag, by way of one thread for all of them."""

from __future__ import annotations

import multiprocessing
import threading
import time

import numpy as np
import pytest

from planner_core.stop import StopToken
from planner_core.watch import TIME_IS_UP, disarm, set_alarm


def wait_for(flag):
    end = time.monotonic() + 30
    while not flag[0]:
        assert time.monotonic() < end
        time.sleep(0.001)


def test_a_deadline_sets_the_flag_and_takes_it_back():
    stop = StopToken(0.01)
    with stop.armed() as flag:
        wait_for(flag)
        assert flag[0] == TIME_IS_UP
        assert not stop.cancelled
    assert flag[0] == 0
    assert stop


def test_a_cancelled_flag_stays_as_it_is():
    stop = StopToken(0.01)
    with stop.armed() as flag:
        stop.cancel()
        later = np.zeros(1, np.uint8)
        set_alarm(0.02, later)
        wait_for(later)
        assert flag[0] == 1
    assert stop.cancelled


def test_the_earlier_of_two_deadlines_goes_off_first_whichever_was_set_first():
    late, soon, never = (np.zeros(1, np.uint8) for _ in range(3))
    far = set_alarm(1e9, late)
    gone = set_alarm(0.005, never)
    disarm(gone)
    set_alarm(0.01, soon)
    wait_for(soon)
    assert late[0] == 0
    assert never[0] == 0
    disarm(far)
    disarm(far)  # twice is no matter


def test_all_deadlines_share_a_thread():
    tokens = [StopToken(60) for _ in range(5)]
    for stop in tokens:
        with stop.armed() as flag:
            assert flag[0] == 0
    assert sum(thread.name == "deadlines" for thread in threading.enumerate()) == 1


def _deadline_passes():
    with StopToken(0.01).armed() as flag:
        wait_for(flag)


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork here")
def test_a_forked_process_has_deadlines_of_its_own():
    set_alarm(0.0, np.zeros(1, np.uint8))  # the thread runs here, but not in the child
    child = multiprocessing.get_context("fork").Process(target=_deadline_passes)
    child.start()
    child.join()
    assert child.exitcode == 0
