"""verify: tiles against the whole network in ONNX Runtime, and mistakes that it has to find."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from verify_models import Maker, random_model
from verify_mutants import Judge, assert_agrees, checked, mutants, planned

from planner_core.cli.verifying import _split_by_hand
from planner_core.errors import InputError
from planner_core.export.plan_json import plan_text
from planner_core.importers import load_network
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.tiling import cut_extent
from planner_core.verify import axis
from planner_core.verify import paths as verify_paths
from planner_core.verify.model import load_model
from planner_core.verify.plan_file import parse_plan_file
from planner_core.verify.run import TOLERANCE, verify
from planner_core.verify.sessions import Sessions

LIGHT = Path(onnx.__file__).parent / "backend/test/data/light"


# What one operator reads along an axis, by brute force ---------------------------------------------


def test_a_transposed_window_reads_the_rows_that_reach_the_interval():
    rng = np.random.default_rng(0)
    for _ in range(2000):
        n, k, s = int(rng.integers(1, 12)), int(rng.integers(1, 7)), int(rng.integers(1, 6))
        q = int(rng.integers(0, k))
        out = (n - 1) * s - q + k
        lo = int(rng.integers(0, out))
        hi = int(rng.integers(lo + 1, out + 1))
        reaches = [i for i in range(n) if any(lo <= i * s - q + j < hi for j in range(k))]
        found = axis.transposed(lo, hi, n, k, s, q)
        assert list(range(found.begin, found.end)) == (
            list(range(reaches[0], reaches[-1] + 1)) if reaches else []
        )
        rows = found.zeros[0] + found.end - found.begin + found.zeros[1]
        assert (rows - 1) * s + k - found.skip >= hi - lo > 0 <= found.skip


def test_padding_is_left_only_where_a_window_reaches_over_the_border():
    assert axis.window(0, 3, 10, 3, 1, (1, 1)) == axis.Cut(0, 4, (1, 0))
    assert axis.window(3, 6, 10, 3, 1, (1, 1)) == axis.Cut(2, 7)
    assert axis.window(7, 10, 10, 3, 1, (1, 1)) == axis.Cut(6, 10, (0, 1))
    assert axis.window(4, 5, 9, 3, 2, (0, 1)) == axis.Cut(8, 9, (0, 1), ceil=True)
    assert axis.window(0, 1, 4, 2, 1, (3, 0)) == axis.Cut(0, 0, zeros=(2, 0))


# Real and generated networks ------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "cuts"),
    [
        ("bvlc_alexnet", [(4, (5, 3)), (8, (2, 5))]),
        ("squeezenet", [(7, (3, 3)), (30, (4, 3))]),
        ("resnet50", [(12, (3, 5)), (41, (2, 3))]),
        ("inception_v1", [(13, (3, 2)), (60, (3, 3))]),
        ("vgg19", [(10, (3, 5))]),
    ],
)
def test_the_tiles_of_the_light_models_make_what_the_whole_network_makes(name, cuts):
    file = LIGHT / f"light_{name}.onnx"
    network = load_network(file)
    model = load_model(file, network)
    assert model.random_weights > 0  # 0.02 everywhere would hide mixed-up channels
    for tau, grid in cuts:
        assert_agrees(checked(network, model, tau, grid))


@pytest.mark.parametrize("seed", range(24))
def test_the_tiles_of_generated_networks_make_what_the_whole_network_makes(open_model, seed):
    network, model = open_model(random_model(seed, blocks=5), fold=bool(seed % 3))
    assert model.random_weights == 0
    rng = np.random.default_rng(seed)
    for tau in {len(network), int(rng.integers(1, len(network) + 1))}:
        rows, cols = (int(rng.integers(1, min(5, n + 1))) for n in cut_extent(network, tau))
        assert_agrees(checked(network, model, tau, (rows, cols)))


def one_layer(kind, maker, x):
    weight = maker.weight
    c = maker.shapes[x][0]
    match kind:
        case "average without padding":
            return maker.node(
                "AveragePool",
                [x],
                kernel_shape=[3, 3],
                pads=[2, 1, 1, 2],
                strides=[2, 2],
                count_include_pad=0,
            )
        case "average with padding, ceil":
            return maker.node(
                "AveragePool",
                [x],
                kernel_shape=[4, 3],
                pads=[1, 1, 1, 0],
                strides=[3, 2],
                count_include_pad=1,
                ceil_mode=1,
            )
        case "maximum, ceil, dilated":
            return maker.node(
                "MaxPool",
                [x],
                kernel_shape=[2, 3],
                dilations=[3, 1],
                pads=[0, 1, 1, 1],
                strides=[2, 2],
                ceil_mode=1,
            )
        case "longer stride than kernel":
            return maker.conv(x, kernel=(1, 2), strides=[3, 4])
        case "padding alone":
            return maker.conv(x, kernel=(3, 3), pads=[6, 0, 7, 5])
        case "groups":
            return maker.conv(x, group=2, dilations=[2, 3], pads=[3, 2, 1, 4])
        case "transposed with gaps":
            return maker.node(
                "ConvTranspose",
                [x, weight(c, 3, 2, 3), weight(3)],
                strides=[4, 5],
                pads=[1, 0, 0, 2],
                output_padding=[2, 3],
            )
        case "transposed by groups":
            return maker.node(
                "ConvTranspose", [x, weight(c, 2, 4, 3)], group=2, strides=[2, 3], auto_pad="SAME_LOWER"
            )
        case "linear upsampling":
            scales = maker.constant([1, 1, 3, 2], np.float32)
            return maker.node("Resize", [x, "", scales], mode="linear")
        case "linear upsampling from the edge":
            scales = maker.constant([1, 1, 2, 3], np.float32)
            mode = {"mode": "linear", "coordinate_transformation_mode": "asymmetric"}
            return maker.node("Resize", [x, "", scales], **mode)
        case "linear shrinking":
            even = maker.conv(x, kernel=(2, 2), pads=[0, 0, 0, 1])
            sizes = maker.constant([1, c, 4, 3], np.int64)
            return maker.node("Resize", [even, "", "", sizes], mode="linear")
        case "nearest upsampling by sizes":
            sizes = maker.constant([1, c, 26, 45], np.int64)
            return maker.node("Resize", [x, "", "", sizes], mode="nearest")
        case "reflecting padding":
            pads = maker.constant([0, 0, 2, 1, 0, 0, 1, 3], np.int64)
            return maker.node("Pad", [x, pads], mode="reflect")
        case "repeating padding":
            pads = maker.constant([0, 0, 5, 1, 0, 0, 1, 6], np.int64)
            return maker.node("Pad", [x, pads], mode="edge")
        case "rows and columns left out":
            starts, ends = maker.constant([2, -9], np.int64), maker.constant([12, 99], np.int64)
            axes, steps = maker.constant([2, 3], np.int64), maker.constant([2, 1], np.int64)
            return maker.node("Slice", [x, starts, ends, axes, steps])
        case "shuffled channels":
            _, h, w = maker.shapes[x]
            groups = maker.node("Reshape", [x, maker.constant([1, 2, c // 2, h, w], np.int64)])
            turned = maker.node("Transpose", [groups], perm=[0, 2, 1, 3, 4])
            return maker.node("Reshape", [turned, maker.constant([0, c, h, -1], np.int64)])
        case "shape worked out from the input":
            _, h, w = maker.shapes[x]
            size = maker.node(
                "Slice", [maker.node("Shape", [x]), *(maker.constant([n], np.int64) for n in (2, 4))]
            )
            full = maker.node("Concat", [maker.constant([1, c], np.int64), size], axis=0)
            return maker.node("Reshape", [x, full])
        case "instance normalisation":
            return maker.node("InstanceNormalization", [x, weight(c), weight(c)])
        case "three kinds of factors":
            flat = maker.node("Mul", [x, weight(c, 1, 1)])
            wide = maker.node("Add", [flat, weight(maker.shapes[x][2])])
            return maker.node("PRelu", [wide, weight(c, 1, 1)])
    raise AssertionError(kind)


@pytest.mark.parametrize(
    "kind",
    [
        "average without padding", "average with padding, ceil", "maximum, ceil, dilated",
        "longer stride than kernel", "padding alone", "groups", "transposed with gaps", "transposed by groups",
        "linear upsampling", "linear upsampling from the edge", "linear shrinking",
        "nearest upsampling by sizes", "reflecting padding", "repeating padding", "rows and columns left out",
        "shuffled channels",
        "shape worked out from the input", "instance normalisation", "three kinds of factors",
    ],
)  # fmt: skip
def test_single_operators_between_convolutions(open_model, kind):
    maker = Maker(1, opset=22)
    x = maker.conv(maker.input("x", (4, 13, 15)), pads=[1, 1, 1, 1])
    y = one_layer(kind, maker, x)
    maker.conv(y, filters=3, kernel=(2, 2), pads=[0, 1, 1, 0])
    network, model = open_model(maker.model())
    rows, cols = (min(n, k) for n, k in zip(cut_extent(network, len(network)), (3, 4), strict=True))
    for grid in ((rows, cols), (2, 1)):
        assert_agrees(checked(network, model, len(network), grid))
    assert_agrees(checked(network, model, 2, (3, 2)))


@pytest.mark.parametrize("opset", [9, 10])
def test_operands_that_older_operator_sets_take_otherwise(open_model, opset):
    maker = Maker(opset, opset=opset)
    x = maker.conv(maker.input("x", (4, 11, 9)), pads=[1, 1, 1, 1])
    x = maker.node("Pad", [x], pads=[0, 0, 1, 2, 0, 0, 0, 1], value=0.3)
    scales = maker.constant([1, 1, 2, 3], np.float32)
    x = maker.node("Upsample" if opset == 9 else "Resize", [x, scales], mode="nearest")
    if opset == 9:
        x = maker.node("Slice", [x], axes=[1, 2], starts=[1, 3], ends=[4, 1000])
    x = maker.node("Dropout", [maker.conv(x, pads=[1, 1, 1, 1], strides=[2, 2])])
    maker.node("Softmax", [maker.node("Reshape", [x, maker.constant([1, -1], np.int64)])])
    network, model = open_model(maker.model())
    for tau in range(2, len(network) + 1):
        rows, cols = (min(n, k) for n, k in zip(cut_extent(network, tau), (3, 4), strict=True))
        assert_agrees(checked(network, model, tau, (rows, cols)))


def test_not_more_sessions_are_kept_than_allowed():
    sessions = Sessions(random_model(3), limit=2)
    x = np.ones((1, 2), np.float32)
    for op in ("Relu", "Abs", "Neg", "Relu"):
        (made,) = sessions.run([onnx.helper.make_node(op, ["x"], ["y"])], {"x": x}, {}, ["y"])
        assert made.shape == x.shape
        assert len(sessions) <= 2


def test_every_split_of_a_plan_is_run(open_model):
    network, model = open_model(random_model(3, blocks=4))
    tau = len(network) - 1
    planset = plan(Scenario(network, tau=tau, grid=(2, 3)), methods=["MW"])
    for o in range(1, tau + 2):
        file = parse_plan_file(plan_text(_split_by_hand(planset, (o,))))
        assert set(file.plans[0].offload) == {o}
        assert_agrees(verify(model, file.plans[0]))


# Mistakes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seed", "grid"), [(1, (2, 2)), (4, (2, 3)), (8, (1, 3))])
def test_every_region_that_is_a_row_or_a_column_too_small_is_found(open_model, seed, grid):
    network, model = open_model(random_model(seed, blocks=3))
    tau = max(1, len(network) - 1)
    judge = Judge(model, text := planned(network, tau, grid))
    assert not judge.refuses(text, 0)
    tried = found = 0
    for p, tensor, side, mutant in mutants(text):
        tried += 1
        if judge.refuses(mutant, p):
            found += 1
        else:  # a Slice leaves rows out, which the planner's window spans
            assert not judge.matters(mutant, p), (p, tensor, side)
    assert found > max(50, 0.8 * tried)


def test_what_is_refused_would_have_changed_the_result(open_model):
    """With garbage in place of what is missing, and no check of sizes: the comparison alone would show it."""
    network, model = open_model(random_model(4, blocks=3))
    judge = Judge(model, text := planned(network, len(network) - 1, (2, 2)))
    assert all(judge.matters(mutant, p) for p, _, _, mutant in mutants(text))


def test_a_failure_names_path_layer_and_rows(open_model):
    maker = Maker(0)
    x = maker.conv(maker.input("x", (2, 12, 12)), pads=[1, 1, 1, 1])
    maker.conv(x, pads=[1, 1, 1, 1])
    network, model = open_model(maker.model())

    def shrink(data):
        box = data["plans"][0]["tiles"][1]["regions"]["conv0"]
        assert box == [5, 12, 0, 12]
        box[0] += 1

    found = checked(network, model, 2, (2, 1), shrink)
    assert not found.passed
    assert list(found.failures) == [1]
    assert found.failures[1] == (
        "layer 'conv1', rows 6..12 and columns 0..12: it reads rows 5..12 of 'conv0', but the ES has rows 6..12"
    )


def test_the_es_has_nothing_but_what_was_sent(open_model, monkeypatch):
    """A row less crosses the link: the device has it, the ES must not."""
    network, model = open_model(random_model(5, blocks=3))
    needed = verify_paths.needed

    def less(layer, made, shape):
        boxes = needed(layer, made, shape)
        boxes[:, 1] -= boxes[:, 1] - boxes[:, 0] > 1
        return boxes

    monkeypatch.setattr(verify_paths, "needed", less)
    monkeypatch.setattr(verify_paths.PathRunner, "_check_work", lambda *_: None)
    file = parse_plan_file(planned(network, 2, (2, 2)))
    chosen = file.plans[0]
    assert min(chosen.offload) <= 2
    found = verify(model, chosen)
    assert set(found.failures) == {p for p, o in enumerate(chosen.offload) if o <= 2}
    assert all("the ES has" in cause for cause in found.failures.values())


def test_a_layer_that_is_no_tile_of_the_whole_differs(open_model):
    """Normalising each tile by itself has the right sizes and the wrong values."""
    maker = Maker(2)
    x = maker.conv(maker.input("x", (3, 10, 10)), pads=[1, 1, 1, 1])
    maker.node("InstanceNormalization", [x, maker.weight(3), maker.weight(3)])
    network, model = open_model(maker.model())
    assert_agrees(checked(network, model, 2, (2, 2)))
    wrong = replace(network, layers=(network.layers[0], replace(network.layers[1], receptive="pointwise")))
    found = checked(wrong, replace(model, network=wrong), 2, (2, 2))
    assert not found.failures
    assert not found.passed
    assert found.largest.relative > 100 * TOLERANCE


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda plan: plan["tasks"][-2].update(bits=1), "its transfer has"),
        (lambda plan: plan["tasks"][0]["layers"].pop(), "its task has"),
    ],
)
def test_tasks_that_do_not_fit_the_regions_are_failures(open_model, change, words):
    network, model = open_model(random_model(3, blocks=4))

    def alter(data):
        plan = data["plans"][0]
        plan["tasks"].sort(key=lambda task: (task["resource"] == "link", task["resource"] != "device"))
        plan["tasks"].append({**plan["tasks"][-1], "resource": "es", "path": None})
        change(plan)

    found = checked(network, model, len(network) - 1, (2, 2), alter)
    assert any(words in cause for cause in found.failures.values())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data["plans"][0]["tiles"].pop(), "plans[0].tiles has 3 tiles, but the grid has 4"),
        (lambda data: data["plans"][0]["tiles"][0]["regions"].pop("x"), "regions.x is missing"),
        (lambda data: data["plans"][0]["tiles"][0]["regions"].update(x=[0, 99, 0, 1]), "outside the"),
        (lambda data: data["plans"][0]["offload"].__setitem__(0, 99), "plans[0].offload holds 99"),
        (lambda data: data["plans"][0]["order"].__setitem__(0, 3), "does not hold every path once"),
        (lambda data: data.update(format="other"), "format is 'other'"),
    ],
)
def test_a_plan_json_that_cannot_be_run_is_refused_with_the_place(open_model, change, words):
    network, _ = open_model(random_model(3, blocks=4))
    data = json.loads(planned(network, 2, (2, 2)))
    change(data)
    with pytest.raises(InputError, match=".*" + words.replace("[", r"\[").replace(".", r"\.")):
        parse_plan_file(json.dumps(data))
