"""Sweeps: the grid of values, every parameter, and rows of every method."""

from __future__ import annotations

import csv
import json
import time

import pytest

from planner_core import sweep_work
from planner_core.errors import InfeasibleError, InputError
from planner_core.importers import load_network
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.stop import StopToken
from planner_core.sweep import VARIABLES, columns, parse_vary, sweep
from planner_core.system import System


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
