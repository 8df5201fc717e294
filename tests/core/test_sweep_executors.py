"""Sweeps by processes, threads and executors of others."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest
from breaks import BreakError, break_after

from planner_core import sweep_work
from planner_core.cores import cores
from planner_core.sweep import SweepError, Vary, parse_vary, sweep


def test_processes_of_its_own_give_the_same_rows(scenario, pool):
    vary = [Vary("rate-mbps", (10.0, 20.0, 50.0))]
    assert sweep(scenario, vary, methods=["NFL", "MW"], jobs=2) == sweep(
        scenario, vary, methods=["NFL", "MW"], executor=pool
    )


def test_a_break_ends_processes_of_its_own(scenario):
    with pytest.raises(BreakError):
        sweep(scenario, [parse_vary("bits=8,16")], methods=["NFL"], jobs=1, progress=break_after(1))
    assert multiprocessing.active_children() == []


class Counting(ThreadPoolExecutor):
    """Counts the calls that are handed to it."""

    calls = 0

    def submit(self, fn, /, *args, **kwargs):
        self.calls += 1
        return super().submit(fn, *args, **kwargs)


@pytest.mark.parametrize("seconds", [0.0, float("inf")])
def test_batches_of_any_length_give_the_same_rows(scenario, pool, seconds, monkeypatch):
    vary = [parse_vary("rate-mbps=1:100:40")]
    wanted = sweep(scenario, vary, methods=["NFL", "MW"], executor=pool)
    monkeypatch.setattr(sweep_work, "BATCH_S", seconds)
    with Counting(2) as executor:
        assert sweep(scenario, vary, methods=["NFL", "MW"], executor=executor, jobs=2) == wanted
    if seconds:
        assert executor.calls < 20  # batches of 10, 8, 6, ..., 1, 1
    else:
        assert executor.calls == 40  # a batch that has no time plans one point and gives the others back


def test_threads_give_the_rows_of_one(scenario, pool):
    vary = [parse_vary("rate-mbps=1:100:12"), parse_vary("device-workers=1,inf")]
    with ThreadPoolExecutor(4) as threads:
        assert sweep(scenario, vary, executor=threads) == sweep(scenario, vary, executor=pool)


def test_the_network_is_unpickled_once_in_a_process(scenario, pool):
    before = sweep_work._shared.cache_info().misses
    sweep(scenario, [parse_vary("rate-mbps=1:77:30")], methods=["NFL"], executor=pool)
    assert sweep_work._shared.cache_info().misses == before + 1


def kernels_loaded():
    """How many kernels this process has compiled or loaded so far."""
    from numba.core.dispatcher import Dispatcher

    modules = [m for name, m in sys.modules.items() if name.startswith("planner_core.")]
    kernels = {id(k): k for m in modules for k in vars(m).values() if isinstance(k, Dispatcher)}
    return sum(len(k.signatures) + k.stats.cache_hits.total() for k in kernels.values())


def test_a_worker_loads_its_kernels_once(scenario):
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        sweep(scenario, [parse_vary("rate-mbps=1:100:4")], executor=process)
        first = process.submit(kernels_loaded).result()
        sweep(scenario, [parse_vary("rate-mbps=2:90:4")], executor=process)
        assert process.submit(kernels_loaded).result() == first > 0


def test_all_cores_are_used_unless_told(scenario, monkeypatch):
    asked = []

    class NoPool:
        def __init__(self, processes):
            asked.append(processes)

        def __enter__(self):
            raise BreakError

        def __exit__(self, *_):
            raise AssertionError

    monkeypatch.setattr("planner_core.sweep.local_pool", NoPool)
    monkeypatch.setattr("planner_core.sweep.cores", lambda: 12)
    for points, jobs in ((40, None), (5, None), (40, 3), (100, 80)):
        with pytest.raises(BreakError):
            sweep(scenario, [parse_vary(f"rate-mbps=1:100:{points}")], jobs=jobs)
    assert asked == [12, 5, 3, 61]
    assert 1 <= cores() <= (os.cpu_count() or 1)


def test_an_executor_that_takes_no_work_is_one_line(scenario):
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    with pytest.raises(SweepError, match=r"^the workers cannot go on: RuntimeError: .*after shutdown$"):
        sweep(scenario, [parse_vary("bits=8")], executor=executor)


def test_work_that_an_executor_drops_is_one_line(scenario):
    with ThreadPoolExecutor(1) as executor:
        held = threading.Event()
        executor.submit(held.wait)

        def drop(*_):
            executor.shutdown(wait=False, cancel_futures=True)
            held.set()

        threading.Timer(0.05, drop).start()
        with pytest.raises(SweepError, match=r"^the work was dropped before it was done"):
            sweep(scenario, [parse_vary("bits=8")], executor=executor)
