"""Chrome trace: lanes, nesting events, and arrows from the device over the link to the ES."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest
from networks_for_tests import random_network, random_system

from planner_core.errors import InputError
from planner_core.export import plan_to_dict, trace_to_dict, write_chrome_trace
from planner_core.importers import load_network
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.system import System


@pytest.fixture(scope="module")
def planset():
    return plan(Scenario(load_network("alexnet"), System(device_workers=2), tau=3, paths=6))


def by_lane(events):
    lanes = defaultdict(list)
    for event in events:
        if event["ph"] == "X":
            lanes[event["pid"], event["tid"]].append(event)
    return lanes


def assert_nests(events):
    """Two events of a lane lie apart or one in the other, whether read as numbers or cut to nanoseconds."""
    for unit in (float, lambda us: int(us * 1000)):
        open_ends = []
        for event in sorted(events, key=lambda e: (e["ts"], -e["dur"])):
            start, end = unit(event["ts"]), unit(event["ts"]) + unit(event["dur"])
            while open_ends and open_ends[-1] <= start:
                open_ends.pop()
            assert not open_ends or end <= open_ends[-1], event
            open_ends.append(end)


def test_tasks_are_those_of_the_plan_in_microseconds(planset):
    events = trace_to_dict(planset)["traceEvents"]
    for pid, entry in enumerate(plan_to_dict(planset)["plans"], 1):
        tasks = [e for e in events if e["ph"] == "X" and e["pid"] == pid and e["cat"] != "layer"]
        assert len(tasks) == len(entry["tasks"])
        for event, task in zip(tasks, entry["tasks"], strict=True):
            assert event["cat"] == task["resource"]
            assert event["ts"] == task["start_s"] * 1e6
            assert event["ts"] + event["dur"] == pytest.approx(task["end_s"] * 1e6, rel=1e-12)
            assert event["args"] == {k: task[k] for k in ("path", "layers", "bits", "flops")}


def test_every_method_is_a_named_process_and_every_worker_a_named_thread(planset):
    events = trace_to_dict(planset)["traceEvents"]
    meta = [e for e in events if e["ph"] == "M"]
    names = [e["args"]["name"] for e in meta if e["name"] == "process_name"]
    assert [name.split(":")[0] for name in names] == ["NFL", "MW", "BF"]
    threads = {(e["pid"], e["tid"]): e["args"]["name"] for e in meta if e["name"] == "thread_name"}
    order = {(e["pid"], e["tid"]) for e in meta if e["name"] == "thread_sort_index"}
    assert threads.keys() == by_lane(events).keys() == order
    mw = [name for (pid, _), name in sorted(threads.items()) if pid == 2]
    assert mw[:3] == ["Device worker 1", "Device worker 2", "Link"]
    assert all(name.startswith("ES worker") for name in mw[3:])


def test_layers_fill_their_task_without_gaps(planset):
    for lane in by_lane(trace_to_dict(planset)["traceEvents"]).values():
        tasks = [e for e in lane if e["cat"] in ("device", "es")]
        for task in tasks:
            end = task["ts"] + task["dur"]
            inside = [e for e in lane if e["cat"] == "layer" and task["ts"] <= e["ts"] < end]
            assert [e["name"] for e in inside] == task["args"]["layers"]
            assert sum(e["dur"] for e in inside) == pytest.approx(task["dur"], rel=1e-6)
            assert sum(e["args"]["flops"] for e in inside) == pytest.approx(task["args"]["flops"])


@pytest.mark.parametrize("seed", range(25))
def test_events_nest_for_random_networks(seed):
    found = plan(Scenario(random_network(seed), random_system(seed), max_paths=4), methods=["MW", "NFL"])
    for lane in by_lane(trace_to_dict(found)["traceEvents"]).values():
        assert_nests(lane)


def test_arrows_join_the_tasks_of_a_path(planset):
    events = trace_to_dict(planset)["traceEvents"]
    lanes = by_lane(events)
    starts = {e["id"]: e for e in events if e["ph"] == "s"}
    ends = {e["id"]: e for e in events if e["ph"] == "f"}
    assert starts.keys() == ends.keys()
    assert len(starts) == sum(e["ph"] == "s" for e in events)

    def task_at(event):
        (found,) = [
            e
            for e in lanes[event["pid"], event["tid"]]
            if e["cat"] != "layer" and e["ts"] <= event["ts"] < e["ts"] + e["dur"]
        ]
        return found

    hops = set()
    for key, start in starts.items():
        first, second = task_at(start), task_at(ends[key])
        assert first["args"]["path"] == second["args"]["path"]
        hops.add((first["cat"], second["cat"]))
    assert hops == {("device", "link"), ("link", "es")}


def test_file_is_the_value_and_is_written_whole(planset, tmp_path):
    write_chrome_trace(planset, tmp_path / "trace.json")
    assert json.loads((tmp_path / "trace.json").read_text("utf-8")) == trace_to_dict(planset)
    with pytest.raises(InputError, match="it is a directory"):
        write_chrome_trace(planset, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["trace.json"]
