"""Sweeps that are broken off, or fail, and what the journal keeps of them."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest
from breaks import BreakError, break_after

import planner_core.planner
from planner_core import sweep_work
from planner_core.errors import InputError
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.sweep import SweepError, parse_vary, sweep
from planner_core.system import System


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
