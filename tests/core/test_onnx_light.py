"""ONNX models of real architectures: their published figures, plans for them, and the same files damaged."""

from __future__ import annotations

import contextlib
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner_core.check import check_planset
from planner_core.errors import InputError
from planner_core.importers import load_network
from planner_core.network.model import WHOLE
from planner_core.plan import METHODS
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.stop import StopToken

onnx = pytest.importorskip("onnx")

LIGHT = Path(onnx.__file__).parent / "backend/test/data/light"

# Published multiply-accumulates; the last four by the layer tables of the papers that describe them.
LIGHT_MACS = {
    "bvlc_alexnet": 654_560_384,
    "squeezenet": 349_151_936,
    "resnet50": 4_089_184_256,
    "vgg19": 19_632_062_464,
    "inception_v1": 1_431_556_352,
    "inception_v2": 2_018_851_840,
    "densenet121": 2_834_161_664,
    "shufflenet": 124_664_528,
    "zfnet512": 1_481_727_008,
}


def light(name):
    return LIGHT / f"light_{name}.onnx"


@pytest.mark.parametrize("name", sorted(LIGHT_MACS))
def test_light_models_have_the_published_macs(name):
    network = load_network(light(name))
    assert network.macs == LIGHT_MACS[name]
    assert network.flops == load_network(light(name), fold=False).flops
    assert [t.shape for t in network.inputs] == [(3, 224, 224)]
    assert network.name == f"light_{name}"
    assert not any(layer.attributes.get("flops_unknown") for layer in network.layers)


def test_light_alexnet_folds_to_eleven_layers():
    layers = load_network(light("bvlc_alexnet")).layers
    assert [layer.op for layer in layers] == [
        "Conv", "MaxPool", "Conv", "MaxPool", "Conv", "Conv", "Conv", "MaxPool", "Gemm", "Gemm", "Gemm",
    ]  # fmt: skip
    assert layers[7].shape == (256, 6, 6)
    elements = math.prod(layers[0].shape)
    assert layers[0].flops == 2 * layers[0].macs + elements + 7 * elements  # relu, and LRN across 5


def test_shuffling_channels_needs_no_whole_map():
    network = load_network(light("shufflenet"))
    assert [layer.op for layer in network.layers if layer.receptive == WHOLE] == ["Gemm"]


def test_light_squeezenet_is_the_bundled_one():
    ours, theirs = load_network("squeezenet1_1"), load_network(light("squeezenet"))
    pairs = list(zip(ours.layers, theirs.layers, strict=True))
    assert [a.shape for a, _ in pairs] == [b.shape for _, b in pairs]
    assert [a.macs for a, _ in pairs] == [b.macs for _, b in pairs]


@pytest.mark.parametrize("name", sorted(LIGHT_MACS))
def test_a_schedule_results_for_the_light_models(name):
    network = load_network(light(name))
    planset = plan(Scenario(network, tau=3, paths=4), stop=StopToken(60.0))
    assert set(planset.plans) == set(METHODS)
    assert check_planset(planset) == []
    assert planset.plans["BF"].makespan_s <= planset.plans["MW"].makespan_s


def test_another_size_than_the_files(tmp_path):
    network = load_network(light("squeezenet"), input_shapes={"data_0": (3, 128, 96)})
    assert network.layers[0].shape == (64, 63, 47)


@pytest.mark.parametrize("data", [b"", b"not a model", b"\x08\x07", light("squeezenet").read_bytes()[:9000]])
def test_files_that_are_no_models(tmp_path, data):
    file = tmp_path / "bad.onnx"
    file.write_bytes(data)
    with pytest.raises(InputError, match=r"bad\.onnx: it (is no ONNX file|holds no ONNX graph)"):
        load_network(file)


WHOLE_FILE = light("bvlc_alexnet").read_bytes()


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(WHOLE_FILE) - 1), st.binary(max_size=4), st.integers(0, 4))
def test_damaged_models_never_raise_anything_but_input_error(tmp_path_factory, at, junk, cut):
    file = tmp_path_factory.getbasetemp() / "damaged.onnx"
    file.write_bytes(WHOLE_FILE[:at] + junk + WHOLE_FILE[at + cut :])
    with contextlib.suppress(InputError):
        load_network(file)
