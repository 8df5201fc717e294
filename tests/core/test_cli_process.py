"""The command line as a process: start-up, pipes, and Ctrl+C from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENV = os.environ | {"PYTHONPATH": str(ROOT)}


def flplan(*argv, **options):
    command = [sys.executable, "-W", "error", "-m", "planner_core", *map(str, argv)]
    return subprocess.run(
        command, capture_output=True, text=True, env=ENV, timeout=200, check=False, **options
    )


def test_plan_from_outside(tmp_path):
    output = tmp_path / "plan.json"
    done = flplan("plan", "alexnet", "--tau", "2", "--paths", "2", "-o", output)
    assert (done.returncode, done.stderr) == (0, "")
    assert output.exists()
    done = flplan("plan", "alexnet", "--rate-mbps", "nan")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "flplan: --rate-mbps: 'nan' is not a finite number above 0\n"


@pytest.mark.parametrize(
    "argv", [["models"], ["show", "alexnet"], ["show", "alexnet", "--json"], ["plan", "--help"]]
)
def test_light_commands_load_no_heavy_package(argv):
    code = (
        f"import sys; from planner_core.cli import main; code = main({argv!r})\n"
        "heavy = {'numba', 'onnx', 'networkx', 'jsonschema', 'scipy'} & set(sys.modules)\n"
        "sys.exit(code or (str(heavy) if heavy else 0))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=ENV, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_reader_that_goes_away_needs_no_words():
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "planner_core", "show", "googlenet"]
    with os.fdopen(writer, "wb") as stream:
        done = subprocess.run(command, stdout=stream, stderr=subprocess.PIPE, env=ENV, check=False)
    assert (done.returncode, done.stderr) == (141, b"")


def test_odd_names_print_on_any_terminal(tmp_path):
    model = tmp_path / "odd.json"
    layer = '{"name": "\\u03c4 \\n\\u001b[2J", "inputs": ["x"], "shape": [1,1,1], "flops": 1, "receptive": "whole"}'
    model.write_text(
        '{"format": "flgui.network", "version": 1, "name": "n", "inputs": [{"name": "x", "shape": [1,1,1]}],'
        f' "layers": [{layer}]}}'
    )
    command = [sys.executable, "-m", "planner_core", "show", str(model)]
    environment = ENV | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u03c4 \\n\\x1b[2J" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")
def test_ctrl_c_breaks_a_sweep_off_and_the_next_run_goes_on(tmp_path):
    output = tmp_path / "out.csv"
    journal = tmp_path / "out.csv.part"
    argv = ["sweep", "alexnet", "--vary", "rate-mbps=1:100:4000", "--tau", "2", "--paths", "2"]
    argv += ["--methods", "nfl,mw", "--jobs", "1", "-o", output]
    command = [sys.executable, "-m", "planner_core", *map(str, argv)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENV) as process:
        while process.poll() is None and not (journal.exists() and journal.read_bytes().count(b"\n") > 3):
            pass
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=100)
    assert (process.returncode, out) == (130, b"")
    assert err.startswith(b"flplan: interrupted; ")
    assert err.count(b"\n") == 1
    assert not output.exists()
    assert 4 <= journal.read_bytes().count(b"\n") <= 4001
    done = flplan(*argv)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(output.read_text().splitlines()) == 1 + 4000 * 4
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
@pytest.mark.parametrize("argv", ["models", "show alexnet --json"])
def test_closed_streams_are_no_fault(argv):
    command = f"{sys.executable} -m planner_core {argv}"
    done = subprocess.run(f"{command} >&-", shell=True, stderr=subprocess.PIPE, env=ENV, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
