"""The checker of plan files, which knows nothing of the planner, against a plan written by hand and its faults."""

from __future__ import annotations

import copy
import json

import pytest
from oracle_check import check_document, network_of

from planner_core.network.model import (
    WHOLE,
    Transposed,
    Upsample,
    Window,
)


def plan_file() -> dict:
    """The diamond at tau 3 in 2x1 tiles, written down by hand from the numbers above each task."""
    shape = {"kernel": [3, 3], "stride": [1, 1], "padding": [1, 1, 1, 1], "dilation": [1, 1]}
    layers = [
        {"name": "a", "op": "Conv", "inputs": ["x"], "shape": [1, 4, 1], "flops": 8, "receptive": shape},
        {
            "name": "b",
            "op": "Relu",
            "inputs": ["a"],
            "shape": [1, 4, 1],
            "flops": 4,
            "receptive": "pointwise",
        },
        {"name": "c", "op": "Gemm", "inputs": ["b"], "shape": [1, 1, 1], "flops": 20, "receptive": "whole"},
    ]
    names = ("resource", "worker", "path", "layers", "bits", "flops", "start_s", "end_s")
    tasks = [
        ("device", 0, 1, ["a"], 0, 4, 0, 2),  # rows 2:4 of a: 8 * 2/4 FLOP at 2 FLOP/s
        ("link", 0, 1, ["a"], 8, 0, 2, 4),  # 2 elements of 4 bits at 4 bit/s
        ("es", 0, 1, ["b"], 0, 2, 4, 4.5),  # 4 * 2/4 FLOP at 4 FLOP/s
        ("link", 0, 0, [], 12, 0, 4, 7),  # x 0:3
        ("es", 0, 0, ["a", "b"], 0, 6, 7, 8.5),
        ("es", 0, None, ["c"], 0, 20, 8.5, 13.5),
    ]
    regions = [
        {"x": [0, 3, 0, 1], "a": [0, 2, 0, 1], "b": [0, 2, 0, 1]},
        {"x": [1, 4, 0, 1], "a": [2, 4, 0, 1], "b": [2, 4, 0, 1]},
    ]
    plan = {
        "method": "BF",
        "tau": 2,
        "paths": 2,
        "grid": [2, 1],
        "makespan_s": 13.5,
        "lower_bound_s": 10.0,
        "optimal": False,
        "order": [1, 0],
        "offload": [1, 2],
        "tail_s": 5,
        "solve_s": 0.0,
        "tiles": [{"path": p, "row": p, "col": 0, "regions": regions[p]} for p in (0, 1)],
        "tasks": [dict(zip(names, task, strict=True)) for task in tasks],
    }
    system = {"device_flops": 2.0, "es_flops": 4.0, "rate_bps": 4.0, "device_workers": 1, "es_workers": None}
    system |= {"bits_per_element": 4, "transfer_overhead_s": 0.0}
    net = {"name": "n", "inputs": [{"name": "x", "shape": [1, 4, 1]}], "layers": layers}
    return {"network": net, "system": system, "plans": [plan]}


def test_checker_accepts_the_hand_made_plan() -> None:
    assert check_document(plan_file()) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("tasks", 0, "end_s"), 2.00000001),
        (("tasks", 1, "bits"), 12),
        (("tasks", 3, "start_s"), 3.5),
        (("tasks", 4, "flops"), 7),
        (("tasks", 4, "layers"), ["a"]),
        (("tasks", 2, "layers"), ["a", "b"]),
        (("tasks", 5, "path"), 0),
        (("tasks", 0, "worker"), 1),
        (("tiles", 0, "regions", "x"), [0, 4, 0, 1]),
        (("tiles", 0, "row"), 1),
        (("makespan_s",), 13.6),
        (("lower_bound_s",), 14.0),
        (("optimal",), True),
        (("grid",), [1, 2]),
        (("order",), [0, 0]),
        (("offload",), [1, 4]),
        (("method",), "NFL"),
    ],
)
def test_checker_finds_each_fault(place: tuple[str | int, ...], value: object) -> None:
    document = copy.deepcopy(plan_file())
    target = document["plans"][0]
    for step in place[:-1]:
        target = target[step]
    target[place[-1]] = value
    assert check_document(document)


def test_checker_notices_a_task_that_is_left_out() -> None:
    document = plan_file()
    del document["plans"][0]["tasks"][2]
    assert check_document(document) == ["BF: task ('es', 1) is missing"]


def test_checker_reads_every_receptive_field() -> None:
    window = {"kernel": [3, 2], "stride": [2, 1], "padding": [1, 0, 0, 0], "dilation": [1, 2]}
    base = {"name": "y", "op": "Any", "inputs": ["x"], "shape": [1, 4, 4], "flops": 1}
    wanted = Window((3, 2), (2, 1), (1, 0, 0, 0), (1, 2))
    cases = [({"upsample": [2, 2]}, Upsample((2, 2))), ({"transposed": window}, Transposed(wanted))]
    for given, receptive in [*cases, (window, wanted), ("whole", WHOLE)]:
        data = {"name": "n", "inputs": [{"name": "x", "shape": [1, 4, 4]}]}
        data["layers"] = [base | {"receptive": given}]
        assert network_of(json.loads(json.dumps(data))).layers[0].receptive == receptive
