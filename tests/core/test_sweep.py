"""Sweeps: the grid of values, rows of every method, files, and going on after a break."""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

import planner_core.planner
from planner_core import sweep_work
from planner_core.errors import InfeasibleError, InputError
from planner_core.importers import load_network
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.stop import StopToken
from planner_core.sweep import VARIABLES, SweepError, Vary, columns, parse_vary, sweep
from planner_core.sweep_pool import cores
from planner_core.system import System


@pytest.fixture(scope="module")
def scenario():
    return Scenario(load_network("alexnet"), tau=3, paths=4)


@pytest.fixture
def pool():
    with ThreadPoolExecutor(1) as executor:
        yield executor


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("rate-mbps=1:100:4", (1, 34, 67, 100)),
        ("rate-mbps=100:1:2", (100, 1)),
        ("rate-mbps=1:100:3:log", (1, pytest.approx(10, rel=1e-12), 100)),
        ("rate-mbps=5,0.5", (5, 0.5)),
        ("bits=1:4:7", (1, 2, 3, 4)),
        ("device-workers=1,2,inf", (1, 2, None)),
        ("tau=1:11:11", tuple(range(1, 12))),
        ("transfer-overhead-ms=0", (0,)),
    ],
)
def test_values(text, values):
    assert parse_vary(text).values == values


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rate-mbps", "is not NAME="),
        ("speed=1:2:3", "'speed' cannot be varied; there are device-gflops"),
        ("rate-mbps=1:2", "neither START:STOP:COUNT nor"),
        ("rate-mbps=1:2:3:lin", "neither START:STOP:COUNT nor"),
        ("rate-mbps=1:2:1", "COUNT '1'"),
        ("rate-mbps=1:2:2.5", "COUNT '2.5'"),
        ("rate-mbps=1:2:99999999999999999999", "COUNT '9999"),
        ("rate-mbps=1:inf:3", "finite"),
        ("rate-mbps=0:2:3", "rate-mbps cannot be 0: a finite number above 0 is needed"),
        ("rate-mbps=0:2:3:log", "logarithmic"),
        ("rate-mbps=nan", "rate-mbps cannot be nan"),
        ("rate-mbps=a,b", "'a' is not a number"),
        ("rate-mbps=", "'' is not a number"),
        ("bits=0:8:3", "bits cannot be 0"),
        ("bits=inf", "not finite"),
        ("es-workers=0", "es-workers cannot be 0"),
        ("tau=0,1", "tau cannot be 0"),
        ("tau=inf", "not finite"),
        ("transfer-overhead-ms=-1", "transfer-overhead-ms cannot be -1"),
    ],
)
def test_what_cannot_be_varied_is_one_error(text, message):
    with pytest.raises(InputError, match=r"^[^\n]+$") as caught:
        parse_vary(text)
    assert message in str(caught.value)


def test_rows_are_those_of_the_planner(scenario, pool):
    vary = [parse_vary("rate-mbps=10,100"), parse_vary("device-workers=1,inf")]
    rows = sweep(scenario, vary, executor=pool)
    assert list(rows[0]) == columns(vary) == [
        "rate-mbps", "device-workers", "method", "tau", "paths", "grid", "makespan_s", "lower_bound_s", "optimal",
    ]  # fmt: skip
    assert [(r["rate-mbps"], r["device-workers"]) for r in rows[::5]] == [
        (10, 1),
        (10, None),
        (100, 1),
        (100, None),
    ]
    assert [r["method"] for r in rows] == ["NFL", "MW", "BF", "device_only", "es_only"] * 4
    wanted = plan(Scenario(scenario.network, System(rate_bps=10e6, device_workers=None), tau=3, paths=4))
    for row in rows[5:8]:
        found = wanted.plans[row["method"]]
        assert (row["tau"], row["paths"], row["grid"]) == (found.tau, found.paths, [found.rows, found.cols])
        assert (row["makespan_s"], row["lower_bound_s"]) == (found.makespan_s, found.lower_bound_s)
        assert row["optimal"] == found.optimal
    assert rows[8]["makespan_s"] == wanted.device_only_s
    assert rows[9] == rows[8] | {"method": "es_only", "makespan_s": wanted.es_only_s}


def test_methods_that_are_asked_for(scenario, pool):
    rows = sweep(scenario, [parse_vary("bits=8,32")], methods=["MW"], executor=pool)
    assert [r["method"] for r in rows] == ["MW", "device_only", "es_only"] * 2


def test_infeasible_points_have_rows_without_figures(scenario, pool):
    rows = sweep(scenario, [parse_vary("paths=4,29")], executor=pool)
    assert all(r["makespan_s"] is not None for r in rows[:5])
    blank = {r["method"]: r for r in rows[5:]}
    assert blank["MW"]["vary-paths"] == 29
    for name in ("MW", "BF"):
        figures = ("tau", "paths", "grid", "makespan_s", "lower_bound_s", "optimal")
        assert all(blank[name][key] is None for key in figures)
    assert blank["NFL"]["makespan_s"] == rows[0]["makespan_s"]
    assert blank["es_only"]["makespan_s"] == rows[4]["makespan_s"]


def test_what_no_network_allows_is_refused_before_planning(scenario, pool, tmp_path):
    with pytest.raises(InfeasibleError, match="tau 12"):
        sweep(scenario, [parse_vary("tau=1,12")], output=tmp_path / "out.csv", executor=pool)
    for vary, message in (
        ([], "nothing is varied"),
        ([parse_vary("bits=8"), parse_vary("bits=16")], "varied twice"),
        ([parse_vary("rate-mbps=1:2:2000"), parse_vary("es-gflops=1:2:2000")], "more than 1000000"),
    ):
        with pytest.raises(InputError, match=message):
            sweep(scenario, vary, output=tmp_path / "out.csv", executor=pool)
    gridded = Scenario(scenario.network, tau=3, grid=(2, 2))
    with pytest.raises(InputError, match="grid is fixed"):
        sweep(gridded, [parse_vary("paths=4")], executor=pool)
    assert list(tmp_path.iterdir()) == []


def test_csv_and_json_hold_the_rows(scenario, pool, tmp_path):
    vary = [parse_vary("device-workers=1,inf"), parse_vary("paths=4,29")]
    rows = sweep(scenario, vary, output=tmp_path / "out.json", executor=pool)
    assert json.loads((tmp_path / "out.json").read_text("utf-8")) == rows
    sweep(scenario, vary, output=tmp_path / "out.csv", executor=pool)
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as stream:
        cells = list(csv.DictReader(stream))
    assert [c["device-workers"] for c in cells] == ["1"] * 10 + ["inf"] * 10
    for cell, row in zip(cells, rows, strict=True):
        assert cell["makespan_s"] == ("" if row["makespan_s"] is None else repr(row["makespan_s"]))
        assert cell["grid"] == ("" if row["grid"] is None else "x".join(map(str, row["grid"])))
        assert cell["optimal"] == {None: "", True: "true", False: "false"}[row["optimal"]]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.csv", "out.json"]


class BreakError(Exception):
    pass


def break_after(count):
    def progress(done, total):
        if done == count:
            raise BreakError

    return progress


def test_a_broken_sweep_goes_on_where_it_was(scenario, pool, tmp_path):
    vary = [parse_vary("rate-mbps=1:100:6")]
    whole, output, journal = tmp_path / "whole.csv", tmp_path / "out.csv", tmp_path / "out.csv.part"
    sweep(scenario, vary, output=whole, executor=pool)
    with pytest.raises(BreakError):
        sweep(scenario, vary, output=output, executor=pool, progress=break_after(3))
    assert not output.exists()
    lines = journal.read_bytes().split(b"\n")
    assert len(lines) == 1 + 3 + 1
    journal.write_bytes(journal.read_bytes()[:-20])  # the machine went down while the third was written
    seen = []
    sweep(scenario, vary, output=output, executor=pool, progress=lambda done, _: seen.append(done))
    assert seen == [3, 4, 5, 6]
    assert output.read_bytes() == whole.read_bytes()
    assert not journal.exists()


def test_the_journal_of_another_sweep_is_not_used(scenario, pool, tmp_path):
    vary = [parse_vary("rate-mbps=1:100:4")]
    output = tmp_path / "out.csv"
    for other in (
        {"scenario": Scenario(scenario.network, System(es_flops=1e9), tau=3, paths=4)},
        {"vary": [parse_vary("rate-mbps=1:99:4")]},
        {"methods": ["MW"]},
        {"time_limit": 100.0},
    ):
        with pytest.raises(BreakError):
            sweep(scenario, vary, output=output, executor=pool, progress=break_after(2))
        request = {"scenario": scenario, "vary": vary} | other
        seen = []
        rows = sweep(output=output, executor=pool, progress=lambda done, _, s=seen: s.append(done), **request)
        assert seen == [1, 2, 3, 4]
        assert rows == sweep(executor=pool, **request)


def test_what_cannot_be_written_is_known_before_planning(scenario, tmp_path):
    for name, message in (("out.txt", "none of .csv, .json"), ("none/out.csv", "no directory")):
        with pytest.raises(InputError, match=message):
            sweep(scenario, [parse_vary("bits=8")], output=tmp_path / name)
    (tmp_path / "dir.csv").mkdir()
    with pytest.raises(InputError, match="is a directory"):
        sweep(scenario, [parse_vary("bits=8")], output=tmp_path / "dir.csv")
    (tmp_path / "out.csv.part").mkdir()
    with pytest.raises(InputError, match=r"out\.csv\.part: the file cannot be written: it is a directory"):
        sweep(scenario, [parse_vary("bits=8")], output=tmp_path / "out.csv")


def test_processes_of_its_own_give_the_same_rows(scenario, pool):
    vary = [Vary("rate-mbps", (10.0, 20.0, 50.0))]
    assert sweep(scenario, vary, methods=["NFL", "MW"], jobs=2) == sweep(
        scenario, vary, methods=["NFL", "MW"], executor=pool
    )


def test_a_break_ends_processes_of_its_own(scenario):
    with pytest.raises(BreakError):
        sweep(scenario, [parse_vary("bits=8,16")], methods=["NFL"], jobs=1, progress=break_after(1))
    assert multiprocessing.active_children() == []


# Every parameter, several at once -----------------------------------------------------------------


def test_every_system_parameter_can_be_varied():
    assert {v.field for v in VARIABLES.values()} == {*System.__slots__, "tau", "paths"}


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("device-gflops=2,7", [{"device_flops": 2e9}, {"device_flops": 7e9}]),
        ("es-gflops=50,900", [{"es_flops": 50e9}, {"es_flops": 900e9}]),
        ("rate-mbps=3,40", [{"rate_bps": 3e6}, {"rate_bps": 40e6}]),
        ("bits=8,16", [{"bits_per_element": 8}, {"bits_per_element": 16}]),
        ("transfer-overhead-ms=0,2.5", [{}, {"transfer_overhead_s": 0.0025}]),
        ("device-workers=2,inf", [{"device_workers": 2}, {"device_workers": None}]),
        ("es-workers=1,3", [{"es_workers": 1}, {"es_workers": 3}]),
    ],
)
def test_a_varied_parameter_takes_the_place_of_the_given_one(text, fields, scenario, pool):
    rows = sweep(scenario, [parse_vary(text)], executor=pool)
    for k, changed in enumerate(fields):
        wanted = plan(Scenario(scenario.network, System(**changed), tau=3, paths=4))
        found = {row["method"]: row["makespan_s"] for row in rows[5 * k : 5 * k + 5]}
        assert found == {m: p.makespan_s for m, p in wanted.plans.items()} | {
            "device_only": wanted.device_only_s,
            "es_only": wanted.es_only_s,
        }


def test_four_at_once_run_like_nested_loops(scenario, pool):
    texts = ("tau=2,3", "paths=1,4", "rate-mbps=10,100", "device-workers=1,inf")
    rows = sweep(scenario, [parse_vary(t) for t in texts], methods=["MW"], executor=pool)[::3]
    heads = [(t, p, r, w) for t in (2, 3) for p in (1, 4) for r in (10, 100) for w in (1, None)]
    names = ("vary-tau", "vary-paths", "rate-mbps", "device-workers")
    assert [tuple(row[name] for name in names) for row in rows] == heads
    for (tau, paths, rate, workers), row in zip(heads, rows, strict=True):
        system = System(rate_bps=rate * 1e6, device_workers=workers)
        wanted = plan(Scenario(scenario.network, system, tau=tau, paths=paths), methods=["MW"]).plans["MW"]
        assert (row["tau"], row["paths"], row["makespan_s"]) == (tau, paths, wanted.makespan_s)


# Executors and batches ----------------------------------------------------------------------------


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


# What goes wrong ----------------------------------------------------------------------------------


def test_a_point_that_fails_is_named_and_those_before_it_are_kept(scenario, pool, tmp_path, monkeypatch):
    def fails_at_20(asked, **options):
        if asked.system.rate_bps == 20e6 and asked.system.device_workers is None:
            raise ArithmeticError("nothing\nfits")
        return plan(asked, **options)

    output = tmp_path / "out.csv"
    vary = [parse_vary("rate-mbps=10,20,30"), parse_vary("device-workers=1,inf")]
    monkeypatch.setattr(planner_core.planner, "plan", fails_at_20)
    monkeypatch.setattr(sweep_work, "BATCH_S", float("inf"))
    with pytest.raises(SweepError) as caught:
        sweep(scenario, vary, methods=["MW"], output=output, executor=pool, jobs=1)
    assert str(caught.value) == (
        "planning rate-mbps=20, device-workers=inf failed: ArithmeticError: nothing fits; "
        f"{output}.part keeps what is done for the same sweep to go on from"
    )
    assert "in fails_at_20" in caught.value.__notes__[0]
    assert not output.exists()
    monkeypatch.undo()
    seen = []
    sweep(scenario, vary, ["MW"], output, pool, progress=lambda done, _: seen.append(done))
    assert seen == [4, 5, 6]


def test_a_process_that_is_killed_is_one_line_and_the_next_run_goes_on(scenario, pool, tmp_path):
    whole, output = tmp_path / "whole.csv", tmp_path / "out.csv"
    vary = [parse_vary("rate-mbps=1:100:300")]
    killed, seen = [], []

    def kill(done, _):
        seen.append(done)
        if not killed:
            killed.append(multiprocessing.active_children()[0])
            killed[0].kill()
            killed[0].join()

    with pytest.raises(SweepError) as caught:
        sweep(scenario, vary, ["MW"], output, jobs=1, progress=kill)
    assert str(caught.value) == (
        "a planning process ended in the middle of its work: it was killed, or memory ran out; "
        f"{output}.part keeps what is done for the same sweep to go on from"
    )
    assert multiprocessing.active_children() == []
    kept, again = seen[-1], []
    sweep(scenario, vary, ["MW"], output, pool, progress=lambda done, _: again.append(done))
    assert again == list(range(kept + 1, 301))
    sweep(scenario, vary, ["MW"], whole, pool)
    assert output.read_bytes() == whole.read_bytes()


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


@pytest.mark.skipif(os.name == "nt", reason="Windows kills in another way")
def test_a_sweep_that_is_killed_goes_on_where_it_was(scenario, pool, tmp_path):
    count = 4000
    whole, output, journal = tmp_path / "whole.json", tmp_path / "out.json", tmp_path / "out.json.part"
    argv = ["sweep", "alexnet", "--vary", f"rate-mbps=1:100:{count}", "--tau", "3", "--paths", "4"]
    argv += ["--methods", "nfl,mw", "--jobs", "2", "-o", str(output)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    command = [sys.executable, "-m", "planner_core", *argv]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        while process.poll() is None and not (journal.exists() and journal.read_bytes().count(b"\n") > 9):
            pass
        process.kill()
        process.communicate(timeout=100)  # returns once its own processes have ended, too
    assert process.returncode == -9
    assert not output.exists()
    kept = journal.read_bytes().count(b"\n") - 1
    assert 9 <= kept < count
    vary, seen = [parse_vary(f"rate-mbps=1:100:{count}")], []
    sweep(scenario, vary, ["NFL", "MW"], output, jobs=2, progress=lambda done, _: seen.append(done))
    assert seen == list(range(kept + 1, count + 1))
    sweep(scenario, vary, ["NFL", "MW"], whole, pool)
    assert output.read_bytes() == whole.read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.json", "whole.json"]


def test_a_point_without_time_never_passes_off_a_search_cut_short_as_that_of_mw():
    scenario = Scenario(load_network("alexnet"), max_paths=9)
    wanted = plan(scenario).plans["MW"]

    def row_of_mw(stop):
        return next(
            r for r in sweep_work.point_rows(scenario, ("MW", "NFL", "BF"), stop) if r["method"] == "MW"
        )

    assert row_of_mw(StopToken(60.0))["makespan_s"] == wanted.makespan_s
    # The time was up before MW's search began; given it again the search ends.
    late = StopToken(60.0, started=time.monotonic() - 61.0)
    assert (row_of_mw(late)["makespan_s"], row_of_mw(late)["tau"]) == (wanted.makespan_s, wanted.tau)
    # And where that is no time at all there is no figure rather than a wrong one.
    assert row_of_mw(StopToken(0.0))["makespan_s"] is None


def test_two_sweeps_do_not_write_one_journal(scenario, pool, tmp_path):
    vary, output = [parse_vary("rate-mbps=1:100:4")], tmp_path / "out.csv"
    refused = []

    def start_another(done, total):
        with pytest.raises(InputError, match=r"out\.csv\.part: another sweep is writing it"):
            sweep(scenario, [parse_vary("rate-mbps=1:9:3")], output=output, executor=pool)
        refused.append(done)

    rows = sweep(scenario, vary, output=output, executor=pool, progress=start_another)
    assert refused == [1, 2, 3, 4]
    assert len(output.read_text().splitlines()) == 1 + len(rows)
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]


def test_a_file_that_is_no_journal_is_kept(scenario, pool, tmp_path):
    output, other = tmp_path / "out.csv", tmp_path / "out.csv.part"
    for content in (b"my notes\n", b'{"format": "mine"}\n', b"[1, 2]\n", b"my notes"):
        other.write_bytes(content)
        with pytest.raises(InputError, match=r"out\.csv\.part: it is no journal of a sweep"):
            sweep(scenario, [parse_vary("rate-mbps=1:100:4")], output=output, executor=pool)
        assert other.read_bytes() == content
        assert not output.exists()


def test_points_of_a_journal_that_make_no_sense_are_planned_again(scenario, pool, tmp_path):
    vary = [parse_vary("rate-mbps=1:100:4")]
    whole, output, journal = tmp_path / "whole.csv", tmp_path / "out.csv", tmp_path / "out.csv.part"
    sweep(scenario, vary, output=whole, executor=pool)
    for line in (b"[]", b'{"point": [], "rows": []}', b'{"point": 9, "rows": []}', b'{"point": true, "rows": []}',
                 b'{"point": 0, "rows": 1}', b'{"point": 0, "rows": [{"tau": 1}]}'):  # fmt: skip
        with pytest.raises(BreakError):
            sweep(scenario, vary, output=output, executor=pool, progress=break_after(1))
        with journal.open("ab") as stream:
            stream.write(line + b"\n")
        sweep(scenario, vary, output=output, executor=pool)
        assert output.read_bytes() == whole.read_bytes()
