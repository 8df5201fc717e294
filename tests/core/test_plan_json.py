"""Plan JSON: what it holds, the schema beside it, round trips, and one precise message for every fault."""

from __future__ import annotations

import copy
import dataclasses
import json

import numpy as np
import pytest
from networks_for_tests import random_network, random_system
from oracle_check import check_document

from planner_core.check import check_planset
from planner_core.errors import InputError
from planner_core.export import plan_to_dict, read_plan, write_plan
from planner_core.importers import load_network
from planner_core.importers.json_text import parse_json
from planner_core.importers.plan_json import plan_from_dict
from planner_core.network.model import WHOLE, Layer, Network, TensorSpec, Window
from planner_core.planner import plan
from planner_core.resources import resource
from planner_core.scenario import Scenario
from planner_core.system import System

jsonschema = pytest.importorskip("jsonschema")
referencing = pytest.importorskip("referencing")

SYSTEMS = (
    System(),
    System(device_workers=None),
    System(device_workers=1, es_workers=1),
    System(bits_per_element=8),
)
SCENARIOS = [
    ("alexnet", {"tau": 3, "paths": 6}),
    ("alexnet", {"tau": 8, "grid": (2, 1)}),
    ("squeezenet", {"tau": 5, "paths": 4}),
    ("yolov2", {"tau": 6, "paths": 3}),
]


@pytest.fixture(scope="module")
def validator():
    schemas = [
        json.loads(resource(f"schemas/{n}.schema.json").read_text("utf-8")) for n in ("plan", "network")
    ]
    jsonschema.Draft202012Validator.check_schema(schemas[0])
    network = referencing.Resource.from_contents(schemas[1])
    registry = referencing.Registry().with_resources([(schemas[1]["$id"], network)])
    return jsonschema.Draft202012Validator(schemas[0], registry=registry)


@pytest.fixture(scope="module")
def planset():
    return plan(Scenario(load_network("alexnet"), tau=3, paths=6))


def two_layers():
    """A 4x4 input, a 2x2 pooling with stride 2 (16 FLOP), a layer over all of it (8 FLOP)."""
    layers = (
        Layer("pool", "MaxPool", ("x",), (1, 2, 2), 16.0, 0, Window((2, 2), (2, 2))),
        Layer("fc", "Gemm", ("pool",), (1, 1, 1), 8.0, 4, WHOLE),
    )
    return Network("two", (TensorSpec("x", (1, 4, 4)),), layers)


def nearly(value):
    return pytest.approx(value, rel=1e-12)


def test_tasks_of_a_plan_worked_by_hand():
    # A quarter of the pooling is 4 FLOP: 4 s on the device, 0.4 s on the ES. A tile is 4 elements of input (32
    # bits of 8) or 1 of output (8 bits): 32 s or 8 s on the link.
    system = System(device_flops=1e0, es_flops=1e1, rate_bps=1e0, bits_per_element=8)
    found = plan(Scenario(two_layers(), system, tau=1, paths=4), methods=["BF"])
    document = plan_to_dict(found)
    (bf,) = document["plans"]
    assert bf["grid"] == [2, 2]
    assert bf["tiles"][1] == {
        "path": 1,
        "row": 0,
        "col": 1,
        "regions": {"x": [0, 2, 2, 4], "pool": [0, 1, 1, 2]},
    }
    first = bf["order"][0]
    common = {"worker": 0, "path": first}
    assert bf["offload"] == [2, 2, 2, 2]  # all pooling on the device, as the link is slow
    assert bf["tasks"][0] == common | {
        "resource": "device", "layers": ["pool"], "bits": 0, "flops": 4, "start_s": 0.0, "end_s": 4.0,
    }  # fmt: skip
    assert bf["tasks"][1] == common | {
        "resource": "link", "layers": ["pool"], "bits": 8, "flops": 0, "start_s": 4.0, "end_s": 12.0,
    }  # fmt: skip
    assert bf["tasks"][-1] == {
        "resource": "es", "worker": 0, "path": None, "layers": ["fc"], "bits": 0, "flops": 8,
        "start_s": 36.0, "end_s": nearly(36.8),
    }  # fmt: skip
    # Nothing of the prefix is left to the ES, so no path has a task there.
    assert [t["resource"] for t in bf["tasks"]] == ["device", "link"] * 4 + ["es"]
    assert bf["makespan_s"] == nearly(36.8)
    assert bf["tail_s"] == nearly(0.8)


def test_device_only_plan_sends_nothing_and_has_no_tail():
    system = System(device_flops=1e9, es_flops=1e9, rate_bps=1e-3)
    found = plan(Scenario(two_layers(), system), methods=["NFL"])
    (nfl,) = plan_to_dict(found)["plans"]
    assert nfl["offload"] == [3]
    assert [(t["resource"], t["layers"]) for t in nfl["tasks"]] == [("device", ["pool", "fc"])]


def test_unlimited_workers_are_null_and_whole_numbers_have_no_fraction(planset):
    system = plan_to_dict(planset)["system"]
    assert system["es_workers"] is None
    assert json.dumps(system["device_flops"]) == "5000000000"


@pytest.mark.parametrize(("name", "cut"), SCENARIOS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_plans_hold_before_the_oracle_the_checker_and_the_schema(name, cut, system, validator, tmp_path):
    found = plan(Scenario(load_network(name), system, **cut))
    write_plan(found, tmp_path / "plan.json")
    document = json.loads((tmp_path / "plan.json").read_text("utf-8"))
    assert document == plan_to_dict(found)
    assert check_document(document) == []
    assert check_planset(found) == []
    validator.validate(document)


LARGER_THAN_A_FILE_MAY_CLAIM = {0, 3, 5, 12, 19, 23, 35}
"""Seeds whose networks have a layer with more output than its receptive field makes."""


@pytest.mark.parametrize("seed", range(40))
def test_random_networks_hold_and_round_trip(seed, validator):
    network, system = random_network(seed), random_system(seed)
    found = plan(Scenario(network, system, max_paths=4))
    document = parse_json(json.dumps(plan_to_dict(found), allow_nan=False).encode())
    assert check_document(document) == []
    validator.validate(document)
    if seed in LARGER_THAN_A_FILE_MAY_CLAIM:
        with pytest.raises(InputError, match="receptive field makes at most"):
            plan_from_dict(document)
        return
    again = plan_from_dict(document)
    assert plan_to_dict(again) == document
    assert check_planset(again) == []
    assert again.es_only_s == found.es_only_s
    assert again.device_only_s == found.device_only_s


def test_write_read_write_gives_the_same_bytes(planset, tmp_path):
    write_plan(planset, tmp_path / "a.json")
    again = read_plan(tmp_path / "a.json")
    write_plan(again, tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert again.scenario.network == planset.scenario.network
    assert again.scenario.system == planset.scenario.system
    for method, old in planset.plans.items():
        for field in dataclasses.fields(old.schedule):
            new = getattr(again.plans[method].schedule, field.name)
            assert np.array_equal(new, getattr(old.schedule, field.name)), field.name


def test_thousands_of_paths_share_their_layer_lists(tmp_path):
    found = plan(Scenario(load_network("yolov2"), tau=3, paths=64 * 64), methods=["MW"])
    write_plan(found, tmp_path / "plan.json")
    again = read_plan(tmp_path / "plan.json")
    assert again.plans["MW"].paths == 4096
    tasks = plan_to_dict(again)["plans"][0]["tasks"]
    assert len({id(task["layers"]) for task in tasks}) < 100


def test_reopened_scenario_fixes_what_mw_and_bf_share(planset):
    assert plan_from_dict(plan_to_dict(planset)).scenario == planset.scenario
    odd = plan(Scenario(load_network("alexnet"), tau=3, grid=(1, 6)))
    assert plan_from_dict(plan_to_dict(odd)).scenario == odd.scenario
    searched = plan(Scenario(load_network("alexnet"), max_paths=5))
    assert searched.plans["MW"].paths != searched.plans["BF"].paths
    scenario = plan_from_dict(plan_to_dict(searched)).scenario
    assert (scenario.tau, scenario.paths, scenario.grid) == (None, None, None)
    alone = plan(Scenario(load_network("alexnet")), methods=["NFL"])
    assert plan_from_dict(plan_to_dict(alone)).scenario.tau is None


def test_tiles_and_tasks_may_come_in_any_order_and_lanes_may_differ(planset):
    document = plan_to_dict(planset)
    for entry in document["plans"]:
        entry["tiles"].reverse()
        entry["tasks"].reverse()
        for task in entry["tasks"]:
            if task["resource"] == "es":
                task["worker"] += 7  # the ES is unlimited
    again = plan_from_dict(document)
    assert plan_to_dict(again) == plan_to_dict(planset)


def edit(path, value):
    def change(document):
        *steps, last = path
        for step in steps:
            document = document[step]
        if value is KeyError:
            del document[last]
        else:
            document[last] = value

    return change


def scale(*path):
    def change(document):
        *steps, last = path
        for step in steps:
            document = document[step]
        document[last] *= 1 + 1e-8

    return change


FAULTS = [
    (edit(["format"], "flgui.network"), "format is 'flgui.network'"),
    (edit(["version"], 2), "version is 2"),
    (edit(["note"], 1), "note is no known key"),
    (edit(["network", "layers", 0, "colour"], 1), "network.layers[0].colour is no known key"),
    (edit(["network", "layers", 0, "inputs"], ["gone"]), "network: "),
    (edit(["system", "speed"], 1), "system.speed is no known key"),
    (edit(["system", "rate_bps"], KeyError), "system.rate_bps is missing"),
    (edit(["system", "rate_bps"], 0), "system.rate_bps is 0"),
    (edit(["system", "rate_bps"], "fast"), "system.rate_bps is 'fast'"),
    (edit(["system", "device_workers"], 0), "system.device_workers is 0"),
    (edit(["system", "bits_per_element"], 2.5), "system.bits_per_element is 2.5"),
    (edit(["system", "rate_bps"], 2e8), "plans[0].makespan_s is"),
    (edit(["plans"], {}), "plans is an object"),
    (edit(["plans", 1, "method"], "NFL"), "plans[1].method is 'NFL', so tau must be 11"),
    (edit(["plans", 1, "method"], "DP"), "plans[1].method is 'DP'"),
    (edit(["plans", 1, "method"], ["MW"]), "plans[1].method is a list"),
    (edit(["plans", 1, "note"], 1), "plans[1].note is no known key"),
    (edit(["plans", 1, "tau"], 12), "plans[1].tau is 12"),
    (edit(["plans", 1, "paths"], 5), "plans[1].paths is 5"),
    (edit(["plans", 1, "grid"], [2]), "plans[1].grid has 1 items"),
    (edit(["plans", 1, "grid"], [6, 1]), "plans[1].makespan_s is"),
    (edit(["plans", 1, "order"], [0, 1, 2, 3, 4, 4]), "plans[1].order[5] is 4, which is there twice"),
    (edit(["plans", 1, "order", 0], 6), "plans[1].order[0] is 6, which is no path"),
    (edit(["plans", 1, "order", 0], 10**30), "plans[1].order[0] is 1000"),
    (edit(["plans", 1, "offload", 2], 5), "plans[1].offload[2] is 5"),
    (edit(["plans", 1, "offload", 2], 10**30), "plans[1].offload[2] is 1000"),
    (edit(["plans", 1, "offload"], [1]), "plans[1].offload has 1 items"),
    (edit(["plans", 1, "lower_bound_s"], 0.01), "plans[1].lower_bound_s is 0.01; only BF has one"),
    (edit(["plans", 1, "optimal"], False), "plans[1].optimal is false; only BF has one"),
    (edit(["plans", 2, "optimal"], False), "plans[2].optimal is false, which the lower bound contradicts"),
    (edit(["plans", 2, "optimal"], None), "plans[2].optimal is null"),
    (edit(["plans", 2, "lower_bound_s"], None), "plans[2].lower_bound_s is null"),
    (scale("plans", 2, "lower_bound_s"), "plans[2].lower_bound_s is"),
    (scale("plans", 1, "makespan_s"), "plans[1].makespan_s is"),
    (scale("plans", 1, "tail_s"), "plans[1].tail_s is"),
    (edit(["plans", 1, "solve_s"], -1), "plans[1].solve_s is -1"),
    (edit(["plans", 1, "tiles"], []), "plans[1].tiles lacks the tile of path 0"),
    (edit(["plans", 1, "tiles", 2, "row"], 2), "plans[1].tiles[2].row is 2"),
    (edit(["plans", 1, "tiles", 0, "row"], False), "plans[1].tiles[0].row is false"),
    (edit(["plans", 1, "tiles", 2, "path"], 1), "plans[1].tiles[2]."),
    (edit(["plans", 1, "tiles", 2, "path"], 9), "plans[1].tiles[2].path is 9"),
    (
        edit(["plans", 1, "tiles", 2, "regions", "conv2"], KeyError),
        "plans[1].tiles[2].regions.conv2 is missing",
    ),
    (
        edit(["plans", 1, "tiles", 2, "regions", "fc6"], [0, 1, 0, 1]),
        "plans[1].tiles[2].regions.fc6 is no known",
    ),
    (
        edit(["plans", 1, "tiles", 2, "regions", "conv2"], [0, 1, 0, 1]),
        "plans[1].tiles[2].regions.conv2 is [0",
    ),
    (edit(["plans", 1, "tasks"], []), "plans[1].tasks lacks the "),
    (edit(["plans", 1, "tasks", 0, "resource"], "gpu"), "plans[1].tasks[0] is a 'gpu' task of path"),
    (edit(["plans", 1, "tasks", 0, "path"], None), "plans[1].tasks[0] is a 'device' task of the tail"),
    (edit(["plans", 1, "tasks", 0, "layers"], ["fc8"]), "plans[1].tasks[0].layers is [fc8]"),
    (edit(["plans", 1, "tasks", 0, "worker"], 1), "plans[1].tasks[0].worker is 1, but the last"),
    (edit(["plans", 1, "tasks", 0, "worker"], None), "plans[1].tasks[0].worker is null"),
    (edit(["plans", 1, "tasks", 0, "bits"], 1), "plans[1].tasks[0].bits is 1"),
    (edit(["plans", 1, "tasks", 0, "note"], 1), "plans[1].tasks[0].note is no known key"),
    (scale("plans", 1, "tasks", 0, "flops"), "plans[1].tasks[0].flops is"),
    (scale("plans", 1, "tasks", 0, "end_s"), "plans[1].tasks[0].end_s is"),
]


@pytest.mark.parametrize(("change", "message"), FAULTS, ids=[m for _, m in FAULTS])
def test_a_fault_is_refused_with_its_path(change, message, planset, tmp_path):
    document = copy.deepcopy(plan_to_dict(planset))
    change(document)
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(document))
    with pytest.raises(InputError) as caught:
        read_plan(file)
    assert str(caught.value).startswith(f"{file}: {message}")
    assert "\n" not in str(caught.value)


def test_a_method_or_task_that_is_there_twice_is_refused(planset):
    document = plan_to_dict(planset)
    document["plans"].append(document["plans"][1])
    with pytest.raises(InputError, match=r"plans\[3\].method is 'MW', which is there twice"):
        plan_from_dict(document)
    document = plan_to_dict(planset)
    tasks = document["plans"][1]["tasks"]
    tasks[1] = tasks[0]
    with pytest.raises(InputError, match=r"plans\[1\].tasks\[1\] is a second 'device' task"):
        plan_from_dict(document)


def test_a_worker_that_does_two_things_at_once_is_refused():
    found = plan(
        Scenario(load_network("alexnet"), System(device_workers=None), tau=3, paths=4), methods=["MW"]
    )
    document = plan_to_dict(found)
    for task in document["plans"][0]["tasks"]:
        if task["resource"] == "device":
            task["worker"] = 0
    with pytest.raises(InputError, match=r"plans\[0\].tasks\[\d+\].worker is 0, which is still busy then"):
        plan_from_dict(document)


@pytest.mark.parametrize("text", [b"", b"[]", b'{"format": NaN}', b"\xff", b'{"format": "flgui.plan"}'])
def test_what_is_no_plan_is_one_error_with_the_file(text, tmp_path):
    file = tmp_path / "plan.json"
    file.write_bytes(text)
    with pytest.raises(InputError) as caught:
        read_plan(file)
    assert str(caught.value).startswith(str(file))


def test_missing_file_is_one_error(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_plan(tmp_path / "none.json")


def test_nothing_is_left_behind_when_writing_fails(planset, tmp_path):
    bad = dataclasses.replace(planset.plans["MW"], solve_s=float("nan"))
    broken = dataclasses.replace(planset, plans={"MW": bad})
    target = tmp_path / "plan.json"
    target.write_text("old")
    with pytest.raises(InputError, match="holds what JSON cannot"):
        write_plan(broken, target)
    assert [p.name for p in tmp_path.iterdir()] == ["plan.json"]
    assert target.read_text() == "old"
    with pytest.raises(InputError, match="it is a directory"):
        write_plan(planset, tmp_path)
    with pytest.raises(InputError, match="there is no directory"):
        write_plan(planset, tmp_path / "none" / "plan.json")
    with pytest.raises(InputError, match="no ordinary file"):
        write_plan(planset, "/dev/null")


def test_a_link_stays_a_link(planset, tmp_path):
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("old")
    link.symlink_to(real)
    write_plan(planset, link)
    assert link.is_symlink()
    assert json.loads(real.read_text("utf-8"))["format"] == "flgui.plan"
