"""The benchmark itself, in short: its peers are right, and its command writes the table.

What needs OR-Tools (extra `bench`) says so where that is missing; the drawing part needs Qt and is not run here.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import oracle
import pytest

# ruff: noqa: E402 - the path comes before what it is for
ROOT = str(Path(__file__).resolve().parents[2])
if ROOT not in sys.path:  # `pytest` alone puts in only the folder of this file
    sys.path.append(ROOT)

from planner_core.costs import path_costs
from planner_core.importers import load_network
from planner_core.methods.bf import Answer, solve
from planner_core.methods.mw import minimise_waiting
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.stop import StopToken
from planner_core.system import WORKER_PRESETS, System, WorkerPreset
from planner_core.tiling import Tiling
from tests.benchmark import __main__ as command
from tests.benchmark import drawing, exact, opening
from tests.benchmark.common import NETWORKS, Options, Section, forget_geometry, percentile, system_of, table
from tests.benchmark.cpsat import CpSat, tolerance_s, undominated
from tests.benchmark.growth import chain, dense
from tests.benchmark.literal import Literal

PRESETS = pytest.mark.parametrize("preset", WORKER_PRESETS, ids=lambda preset: preset.name)


def instance(preset: WorkerPreset, paths: int = 4) -> exact.Instance:
    network, system = load_network("alexnet"), system_of(preset)
    costs = path_costs(Tiling.of(network, 2, 2, paths // 2), system)
    return exact.Instance("alexnet", preset, 2, paths, 100.0, costs, system)


# The literal loop


@PRESETS
def test_the_literal_loop_is_that_of_the_oracle(preset: WorkerPreset) -> None:
    network, system = load_network("alexnet"), system_of(preset, 20.0)
    mine = Literal(network).search(system, 6)
    theirs = oracle.mw_search(network, system, 6)
    assert mine.makespan == pytest.approx(theirs.T, rel=1e-12)
    assert (mine.tau, mine.rows, mine.cols) == (theirs.tau, theirs.rows, theirs.cols)
    assert (mine.order, mine.offload) == (theirs.order, theirs.offload)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_literal_loop_finds_what_mw_search_finds(name: str) -> None:
    network = load_network(name)
    mine = Literal(network).search(System(), 4)
    found = plan(Scenario(network, max_paths=4), ("MW",)).plans["MW"]
    assert mine.makespan == pytest.approx(found.makespan_s, rel=1e-12)
    assert (mine.tau, mine.order, mine.offload) == (found.tau, found.order.tolist(), found.offload.tolist())


# CP-SAT


@pytest.fixture(scope="module")
def peers() -> Iterator[ProcessPoolExecutor]:
    pytest.importorskip("ortools", reason="OR-Tools (extra `bench`) is not installed: CP-SAT is not compared")
    with exact.peer_pool() as pool:
        yield pool


@PRESETS
def test_cp_sat_proves_our_optimum(preset: WorkerPreset, peers: ProcessPoolExecutor) -> None:
    case = exact.compare(instance(preset), command.Options(seconds=60.0), peers)
    assert case.proven
    assert case.peer is not None
    assert case.peer.proven
    assert abs(case.peer.end - case.end) <= tolerance_s(4)
    assert exact.faults(case) == []


def test_a_bound_above_the_peers_plan_is_a_fault() -> None:
    one = instance(WORKER_PRESETS[0])
    order, offload, end = minimise_waiting(one.costs, one.system)
    answer = solve(one.costs, one.system, Answer(order, offload, end), StopToken())
    good = CpSat(answer.end, answer.end, True, 1.0, 2.0)
    assert exact.faults(exact.Case(one, answer.end, answer.bound, 0.1, 0.1, good)) == []
    too_high = exact.Case(one, answer.end * 1.01, answer.end * 1.001, 0.1, 0.1, good)
    assert "above CP-SAT's plan" in exact.faults(too_high)[0]
    too_good = CpSat(answer.end, answer.end * 1.01, True, 1.0, 2.0)
    assert "above our plan" in exact.faults(exact.Case(one, answer.end, answer.bound, 0.1, 0.1, too_good))[0]
    assert "above our own plan" in exact.faults(exact.Case(one, 1.0, 1.1, 0.1, 0.1, None))[0]


def test_only_splits_that_nothing_beats_are_left() -> None:
    a, b, e = np.array([0.0, 1, 1, 2]), np.array([3.0, 2, 2, 2]), np.array([1.0, 1, 1, 1])
    assert undominated(a, b, e) == [0, 1]


# Networks that grow


@pytest.mark.parametrize(("make", "layers"), [(chain, 30), (dense, 130)])
def test_networks_grow_to_the_layer(make: object, layers: int) -> None:
    assert callable(make)
    network = make(layers)
    assert len(network) == layers
    assert plan(Scenario(network, tau=layers // 2, paths=4), ("MW",)).plans["MW"].paths == 4
    assert min(layer.shape[1] for layer in network.layers) >= 4


# The table


def test_a_section_says_what_is_not_met_and_what_is_wrong() -> None:
    section = Section("a", "Title", ["text"], [("fast", True), ("faster", False)], ["a bound"])
    text = section.text()
    assert text.startswith("## (a) Title\n")
    for line in ("- Met: fast", "- **Not met**: faster", "- **WRONG**: a bound"):
        assert line in text.splitlines()
    assert table(["P", "cases"], [[4, 1]]) == "| P | cases |\n|---|---:|\n| 4 | 1 |"
    assert percentile([3.0, 1.0, 2.0, 4.0], 0.95) == 4.0
    assert percentile([3.0, 1.0, 2.0, 4.0], 0.5) == 2.0


def test_sections_are_replaced_in_their_place(tmp_path: Path) -> None:
    file = tmp_path / "table.md"
    for key, text in (("b", "old"), ("a", "first"), ("b", "new")):
        command.write(file, Section(key, "Title", [text]))
    written = file.read_text(encoding="utf-8")
    assert written.count("# Benchmark\n") == 1
    assert written.index("\nfirst\n") < written.index("\nnew\n")
    assert "old" not in written
    assert list(tmp_path.iterdir()) == [file]


def test_forgetting_empties_the_kept_geometry() -> None:
    network = load_network("alexnet")
    kept = Tiling.of(network, 2, 2, 2)
    assert Tiling.of(network, 2, 2, 2) is kept
    forget_geometry()
    assert Tiling.of(network, 2, 2, 2) is not kept


def test_the_command_measures_without_or_tools(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(exact, "find_spec", lambda name: None)
    monkeypatch.setattr(drawing, "find_spec", lambda name: None)
    file = tmp_path / "table.md"
    assert command.main(["--quick", "--only", "a,b,c,e", "--seconds-per-case", "5", "-o", str(file)]) == 0
    text = file.read_text(encoding="utf-8")
    assert exact.MISSING in text
    assert drawing.MISSING in text
    assert [f"## ({key})" in text for key in "abcde"] == [True, True, True, False, True]
    assert "WRONG" not in text


def test_opening_is_measured_against_onnx(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MODELS", ("zfnet512",))
    section = opening.run(Options(quick=True))
    assert re.search(r"worst [0-9.]+, all nine together [0-9.]+$", section.claims[0][0])
    assert "| zfnet512 | 38 |" in section.body[1]


def test_an_unknown_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        command.main(["--only", "a,x"])
    assert stop.value.code == 2
    assert "no part x; parts are a, b, c, d, e" in capsys.readouterr().err


def test_a_wrong_answer_fails_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "warm_up", lambda: None)
    monkeypatch.setattr(exact, "run", lambda options: Section("a", "Title", failures=["a bound too high"]))
    assert command.main(["--only", "a", "-o", str(tmp_path / "table.md")]) == 1
