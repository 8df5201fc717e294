"""Sweeps: the grid of values, rows of every method, files, and going on after a break."""

from __future__ import annotations

import csv
import json
import multiprocessing
from concurrent.futures import ThreadPoolExecutor

import pytest

from planner_core.errors import InfeasibleError, InputError
from planner_core.importers import load_network
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.sweep import Vary, columns, parse_vary, sweep
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
