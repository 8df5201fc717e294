"""The command line: what it prints, what it writes, and how it fails."""

from __future__ import annotations

import json
import os
import shlex
import signal
import threading
from pathlib import Path

import pytest

from planner_core.cli import main
from planner_core.cli.formatting import bits_text, significant, table, time_text
from planner_core.errors import Cancelled
from planner_core.export.network_json import write_network
from planner_core.importers import bundled_names, load_network
from planner_core.importers.network_json import network_from_dict
from planner_core.importers.plan_json import read_plan

PLAN = ["plan", "alexnet", "--tau", "3", "--paths", "4"]


@pytest.fixture
def run(capfd):
    def call(*argv):
        code = main([str(a) for a in argv])
        out, err = capfd.readouterr()
        return code, out, err

    return call


@pytest.fixture
def fails(run):
    def call(*argv):
        code, out, err = run(*argv)
        assert (code, out) == (2, "")
        assert err.startswith("flplan: ")
        assert err.endswith("\n")
        assert err.count("\n") == 1
        return err.removeprefix("flplan: ").rstrip("\n")

    return call


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0404894, "40.49 ms"), (1, "1.000 s"), (0.99999, "1.000 s"), (12345.6, "12350 s"), (0, "0 ms"),
     (1.5e-6, "0.001500 ms"), (0.9994, "999.4 ms"), (123.456, "123.5 s")],
)  # fmt: skip
def test_times_have_four_significant_digits(value, text):
    assert time_text(value) == text


def test_amounts_of_data_and_figures():
    assert [bits_text(b) for b in (0, 999, 1e3, 4.8e6, 2.5e15)] == [
        "0 bit", "999 bit", "1.000 kbit", "4.800 Mbit", "2500 Tbit",
    ]  # fmt: skip
    assert [significant(x) for x in (9.99996, 0.0123456, 1e20)] == ["10.00", "0.01235", "1.000e+20"]


def test_table_is_aligned_and_keeps_a_row_on_a_line():
    text = table(["name", "n"], [["a\nb", "1"], ["c", "100"]], left=["name"])
    assert text.split("\n") == ["name    n", "a\\nb    1", "c     100"]


def test_models_lists_every_bundled_network(run):
    code, out, err = run("models")
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()[1:]] == list(bundled_names())


def test_show_prints_a_line_per_layer_in_full_figures(run):
    code, out, _ = run("show", "alexnet")
    lines = out.splitlines()
    assert code == 0
    assert lines[1].split() == ["index", "name", "op", "inputs", "output", "FLOPs", "MACs", "output", "bits"]
    assert lines[2].split() == ["1", "conv1", "Conv", "input", "64x55x55", "140747200", "70276800", "6195200"]
    assert len([line for line in lines if line.split()[0].isdigit()]) == 11


def test_show_json_is_the_network_json(run, tmp_path):
    code, out, _ = run("show", "squeezenet", "--json")
    network = load_network("squeezenet")
    write_network(network, tmp_path / "n.json")
    assert code == 0
    assert out == (tmp_path / "n.json").read_text("utf-8")
    assert network_from_dict(json.loads(out)) == network


def test_no_fold_and_input_shape(run):
    _, out, _ = run("show", "resnet18", "--no-fold", "--json", "--input-shape", "input=3x64x96")
    assert network_from_dict(json.loads(out)) == load_network("resnet18", False, {"input": (3, 64, 96)})
    for text in ("3x64x96", "1x3x64x96"):  # the only input needs no name, and a batch of 1 may be said
        assert run("show", "resnet18", "--no-fold", "--json", "--input-shape", text)[1] == out


def test_what_a_file_leaves_open_and_what_nobody_knows(run, tmp_path):
    onnx = pytest.importorskip("onnx")
    helper, float32 = onnx.helper, onnx.TensorProto.FLOAT
    nodes = [
        helper.make_node("Conv", ["image", "w"], ["c"], "stem"),
        helper.make_node("Fancy", ["c"], ["y"], "fancy", domain="my"),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("image", float32, ["N", 3, "rows", None])],
        [helper.make_tensor_value_info("y", float32, ["N", 4])],
        [onnx.TensorProto(name="w", dims=(2, 3, 3, 3), data_type=float32)],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("my", 1)]
    model = tmp_path / "open.onnx"
    model.write_bytes(helper.make_model(graph, opset_imports=opsets).SerializeToString())
    for command in (["show"], ["plan"], ["sweep", "--vary", "bits=8", "-o", str(tmp_path / "o.csv")]):
        code, out, err = run(command[0], str(model), *command[1:])
        assert (code, out) == (2, "")
        assert err == (
            f"flplan: {model}: input 'image' leaves its height (rows) and width open; give the shape, such as "
            "--input-shape 3x224x224\n"
        )
        code, out, err = run(command[0], str(model), *command[1:], "--input-shape", "image=3x20x30")
        assert code == 0
        note = "1 layer has unknown FLOPs, which count as 0, so times come out too short: fancy (Fancy)."
        assert note in (err if command[0] == "sweep" else out)
    table = run("show", str(model), "--input-shape", "3x20x30")[1]
    assert next(line for line in table.splitlines() if " fancy " in line).split()[5] == "unknown"
    written = json.loads(run("show", str(model), "--input-shape", "3x20x30", "--json")[1])
    assert written["layers"][1]["flops"] == 0
    assert written["layers"][1]["attributes"] == {"flops_unknown": True}


def test_plan_prints_methods_and_baselines(run):
    code, out, err = run(*PLAN)
    assert (code, err) == (0, "")
    rows = {line.split()[0]: line for line in out.splitlines() if line}
    assert rows["method"].split()[:6] == ["method", "tau", "P", "grid", "makespan", "over"]
    assert rows["BF"].split()[:4] == ["BF", "3", "4", "2x2"]
    assert "proven optimal" in rows["BF"]
    assert rows["NFL"].split()[1:4] == ["11", "1", "1x1"]
    assert "1.000x" in rows["NFL"]
    assert "285.9 ms" in rows["device-only"]
    assert "51.03 ms" in rows["ES-only"]
    assert "send pool1" in rows["MW:"]


def test_plan_writes_the_plan_with_the_options_in_si_units(run, tmp_path):
    options = shlex.split(
        "--device-gflops 2.5 --es-gflops 80 --rate-mbps 12.5 --device-workers inf --es-workers 3"
    )
    options += shlex.split("--bits 16 --transfer-overhead-ms 0.1 --tau 2 --grid 1x3 --method bf,mw")
    code, _, _ = run("plan", "alexnet", *options, "-o", tmp_path / "plan.json")
    assert code == 0
    assert [p.name for p in tmp_path.iterdir()] == ["plan.json"]
    found = read_plan(tmp_path / "plan.json")
    assert list(found.plans) == ["MW", "BF"]
    assert found.scenario.grid == (1, 3) or found.scenario.paths == 3
    assert json.loads((tmp_path / "plan.json").read_text())["system"] == {
        "device_flops": 2500000000, "es_flops": 80000000000, "rate_bps": 12500000, "device_workers": None,
        "es_workers": 3, "bits_per_element": 16, "transfer_overhead_s": 0.0001,
    }  # fmt: skip


def test_plan_writes_a_trace(run, tmp_path):
    code, _, _ = run(*PLAN, "-o", tmp_path / "t.json", "--format", "chrome-trace")
    assert code == 0
    assert "traceEvents" in json.loads((tmp_path / "t.json").read_text("utf-8"))


def test_searched_plan_and_time_limit(run):
    code, out, _ = run(
        "plan", "alexnet", "--max-paths", "4", "--tau", "auto", "--paths", "auto", "--time-limit", "60"
    )
    assert code == 0
    assert "Stopped" not in out


def test_sweep_writes_rows(run, tmp_path):
    out_file = tmp_path / "out.csv"
    code, out, _ = run(
        "sweep", "alexnet", "--vary", "rate-mbps=1:10:2", "--tau", "2", "--paths", "2", "--methods", "mw",
        "--jobs", "1", "-o", out_file,
    )  # fmt: skip
    assert code == 0
    assert out == f"6 rows written to {out_file}\n"
    assert len(out_file.read_text().splitlines()) == 7


BAD = [
    (["plan", "alexnet", option, value], option)
    for option, values in {
        "--device-gflops": ["0", "-1", "nan", "inf", "x", "", "1e-30", "1e40"],
        "--es-gflops": ["0", "nan"],
        "--rate-mbps": ["0", "-5", "inf"],
        "--device-workers": ["0", "-1", "1.5", "many", "10000000"],
        "--es-workers": ["0", "x"],
        "--bits": ["0", "2.5", "nan", "4096"],
        "--transfer-overhead-ms": ["-1", "nan", "inf"],
        "--tau": ["0", "12", "x", "1.5"],
        "--paths": ["0", "x", "1000000"],
        "--grid": ["2", "2x", "0x2", "2x2x2", "-1x2", "axb", "300x300"],
        "--max-paths": ["0", "x"],
        "--method": ["dp", "", "mw,,bf"],
        "--time-limit": ["0", "-1", "nan", "inf", "x"],
        "--format": ["xml", "json"],
        "--input-shape": ["3x2x2x2", "2x3x8x8", "input=3x-2", "input=0x2x2", "=1x1x1", "x", "3x9999999999"],
        "--no-such": ["1"],
    }.items()
    for value in values
]


@pytest.mark.parametrize(("argv", "option"), BAD, ids=["=".join(argv[2:]) for argv, _ in BAD])
def test_a_bad_option_is_one_line_that_names_it(argv, option, fails):
    if option in ("--paths", "--grid"):
        argv = [*argv, "--tau", "3"]
    assert fails(*argv).startswith(f"{option}: ")


@pytest.mark.parametrize(
    ("argv", "start"),
    [
        ([], "COMMAND: "),
        (["fly"], "COMMAND: invalid choice: 'fly'"),
        (["plan"], "MODEL: it is missing"),
        (["plan", "alexnt"], "alexnt: 'alexnt' is no file and no bundled network; did you mean 'alexnet'?"),
        (["show", "no/such.onnx"], "no/such.onnx: "),
        (["show", ""], "MODEL: "),
        (["plan", "alexnet", "--ta", "3"], "--ta: there is no such option"),
        (["plan", "alexnet", "--tau"], "--tau: expected one argument"),
        (
            ["plan", "alexnet", "--grid", "2x2", "--paths", "3", "--tau", "2"],
            "--grid: grid 2x2 makes 4 paths",
        ),
        (["plan", "alexnet", "--grid", "300x2"], "--grid: "),
        (["show", "alexnet", "--input-shape", "x=3x224x224"], "alexnet: it has no input 'x'"),
        (["show", "alexnet", "--input-shape", "a=1x1x1", "--input-shape", "a=1x1x1"], "--input-shape: "),
        (["sweep", "alexnet", "-o", "x.csv"], "--vary: it is missing"),
        (["sweep", "alexnet", "--vary", "bits=8"], "-o: it is missing"),
        (["sweep", "alexnet", "--vary", "speed=1", "-o", "x.csv"], "--vary: 'speed' cannot be varied"),
        (["sweep", "alexnet", "--vary", "bits=8", "-o", "x.txt"], "x.txt: the ending is none of .csv, .json"),
        (["sweep", "alexnet", "--vary", "bits=8", "-o", "x.csv", "--jobs", "0"], "--jobs: "),
        (["sweep", "alexnet", "--vary", "tau=1,12", "-o", "x.csv"], "--vary: tau 12 is outside"),
        (["sweep", "alexnet", "--vary", "tau=1", "--tau", "2", "-o", "x.csv"], "--vary: tau is fixed"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_misuse_is_one_line(argv, start, fails, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert fails(*argv).startswith(start)
    assert list(tmp_path.iterdir()) == []


def test_bad_files_are_one_line_that_names_them(fails, tmp_path):
    for name, content in (
        ("a.json", b"{"), ("b.json", b'{"format": "flgui.plan"}'), ("c.onnx", b"junk"), ("d.cfg", b"["),
        ("e.txt", b""), ("f.json", b"\xff"), ("with\nbreak.json", b"[]"),
    ):  # fmt: skip
        file = tmp_path / name
        file.write_bytes(content)
        for command in ("show", "plan"):
            assert fails(command, file).startswith(str(file).replace("\n", "\\n"))
    assert fails("show", tmp_path).startswith(f"{tmp_path}: ")


def test_output_that_cannot_be_written_is_known_before_planning(fails, tmp_path, monkeypatch):
    def never(*_, **__):
        raise AssertionError("planned in vain")

    monkeypatch.setattr("planner_core.cli.planning.plan", never)
    (tmp_path / "dir.json").mkdir()
    model = tmp_path / "model.json"
    write_network(load_network("alexnet"), model)
    assert "it is a directory" in fails(*PLAN, "-o", tmp_path / "dir.json")
    assert "there is no directory" in fails(*PLAN, "-o", tmp_path / "none" / "p.json")
    assert "no ordinary file" in fails(*PLAN, "-o", "/dev/null")
    assert "is empty" in fails(*PLAN, "-o", "")
    assert "the model itself" in fails("plan", model, "-o", model)
    assert network_from_dict(json.loads(model.read_text())) == load_network("alexnet")
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "write-protected" in fails(*PLAN, "-o", tmp_path / "p.json")


def test_a_disk_that_fills_leaves_nothing_behind(fails, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    text = fails(*PLAN, "--method", "nfl", "-o", tmp_path / "p.json")
    assert text == f"{tmp_path / 'p.json'}: the file cannot be written: No space left on device"
    assert list(tmp_path.iterdir()) == []


def test_a_limit_before_the_first_plan_names_the_option(fails, monkeypatch):
    def plan(*_, **__):
        raise Cancelled("stopped before the first plan")

    monkeypatch.setattr("planner_core.cli.planning.plan", plan)
    assert fails(*PLAN, "--time-limit", "1") == "--time-limit: stopped before the first plan"


def test_ctrl_c_cancels_the_search_and_leaves_no_file(run, tmp_path, monkeypatch):
    ended = threading.Event()

    def plan(*_, stop, **__):
        os.kill(os.getpid(), signal.SIGINT)
        while not stop.cancelled:
            ended.wait(0.001)
        ended.set()

    monkeypatch.setattr("planner_core.cli.planning.plan", plan)
    code, out, err = run(*PLAN, "-o", tmp_path / "p.json")
    assert (code, out, err) == (130, "", "flplan: interrupted\n")
    assert ended.is_set()
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_in_a_sweep_says_how_to_go_on(run, tmp_path, monkeypatch):
    def sweep(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("planner_core.cli.sweeping.sweep", sweep)
    output = tmp_path / "out.csv"
    code, out, err = run("sweep", "alexnet", "--vary", "bits=8", "-o", output)
    assert (code, out) == (130, "")
    assert err.startswith(f"flplan: interrupted; {output}.part keeps")
    assert err.count("\n") == 1


@pytest.mark.parametrize("command", [[], ["models"], ["show"], ["plan"], ["sweep"]])
def test_help_is_on_standard_output(command, run):
    code, out, err = run(*command, "--help")
    assert (code, err) == (0, "")
    assert out.startswith("usage: flplan")
    if command in (["plan"], ["sweep"]):
        assert all(unit in out for unit in ("GFLOP/s", "Mbit/s", "ms added", "bits per element"))


def test_version(run):
    code, out, _ = run("--version")
    assert code == 0
    assert out.startswith("flplan 0.")


@pytest.mark.parametrize(
    "argv",
    [
        ["plan", "alexnet", "--tau", "3", "--paths", "4"],
        ["plan", "alexnet", "--grid", "2x2"],
        ["sweep", "alexnet", "--vary", "paths=1,2,3", "--tau", "3", "-o", "out.csv"],
        ["sweep", "alexnet", "--vary", "rate-mbps=1,2", "--paths", "3", "-o", "out.csv"],
    ],
)
def test_a_limit_of_the_search_is_refused_where_nothing_is_searched(fails, tmp_path, monkeypatch, argv):
    monkeypatch.chdir(tmp_path)
    text = fails(*argv, "--max-paths", "2")
    which = next(name for name in ("--vary paths", "--paths", "--grid") if name in " ".join(argv))
    assert text == f"--max-paths: {which} says how many paths there are, so there is no search to limit"
    assert not list(tmp_path.iterdir())
