"""The bundled networks against published figures."""

from __future__ import annotations

import math

import pytest

from planner_core.errors import InputError
from planner_core.importers import bundled_names, load_network
from planner_core.network.model import POINTWISE, WHOLE, Window

# Multiply-accumulates of convolution and FC at the usual input size; YOLOv2's from Darknet's listing, halved.
MACS = {
    "alexnet": 714_188_480,
    "squeezenet": 818_924_576,
    "squeezenet1_1": 349_151_936,
    "yolov2": 29_464_168_448 // 2,
    "vgg16": 15_470_264_320,
    "resnet18": 1_814_073_344,
    "mobilenetv2": 300_774_272,
    "googlenet": 1_498_376_192,
}


@pytest.mark.parametrize("name", sorted(MACS))
def test_macs_equal_the_published_count(name):
    assert load_network(name).macs == MACS[name]


def test_tiny_yolo_has_the_published_gflop():
    assert round(2 * load_network("yolov2-tiny").macs / 1e9, 2) == 5.41


def test_yolov2_at_608_has_the_published_flop():
    assert 2 * load_network("yolov2", input_shapes={"input": (3, 608, 608)}).macs == 62_938_253_312


@pytest.mark.parametrize("name", bundled_names())
def test_folding_keeps_flops_and_macs_and_leaves_nothing_to_fold(name):
    raw, folded = load_network(name, fold=False), load_network(name)
    assert (raw.flops, raw.macs) == (folded.flops, folded.macs)
    gone = [n for layer in folded.layers for n in layer.folded]
    assert sorted(gone + [layer.name for layer in folded.layers]) == sorted(
        layer.name for layer in raw.layers
    )
    assert raw.name == folded.name == name


def test_alexnet_is_eleven_layers():
    network = load_network("alexnet")
    assert [(layer.name, layer.shape) for layer in network.layers] == [
        ("conv1", (64, 55, 55)),
        ("pool1", (64, 27, 27)),
        ("conv2", (192, 27, 27)),
        ("pool2", (192, 13, 13)),
        ("conv3", (384, 13, 13)),
        ("conv4", (256, 13, 13)),
        ("conv5", (256, 13, 13)),
        ("pool5", (256, 6, 6)),
        ("fc6", (4096, 1, 1)),
        ("fc7", (4096, 1, 1)),
        ("fc8", (1000, 1, 1)),
    ]
    assert network.inputs[0].name == "input"
    assert network.inputs[0].shape == (3, 224, 224)
    assert network.layers[0].receptive == Window((11, 11), (4, 4), (2, 2, 2, 2))
    assert network.layers[8].receptive == WHOLE
    assert network.layers[8].inputs == ("pool5",)
    # 2 x MACs and one FLOP per element for the activation; pooling 3 x 3 per element.
    assert network.layers[0].flops == 2 * 64 * 55 * 55 * 3 * 11 * 11 + 64 * 55 * 55
    assert network.layers[1].flops == 64 * 27 * 27 * 9


@pytest.mark.parametrize(
    ("name", "convs", "pools", "sizes"),
    [
        ("squeezenet", 26, 3, {109, 54, 27, 13, 1}),
        ("squeezenet1_1", 26, 3, {111, 55, 27, 13, 1}),
        ("vgg16", 13, 5, {224, 112, 56, 28, 14, 7, 1}),
        ("resnet18", 20, 1, {112, 56, 28, 14, 7, 1}),
        ("mobilenetv2", 52, 0, {112, 56, 28, 14, 7, 1}),
        ("googlenet", 57, 13, {112, 56, 28, 14, 7, 1}),
        ("yolov2", 23, 5, {416, 208, 104, 52, 26, 13}),
        ("yolov2-tiny", 9, 6, {416, 208, 104, 52, 26, 13}),
    ],
)
def test_layer_counts_and_map_sizes(name, convs, pools, sizes):
    layers = load_network(name).layers
    assert sum(layer.op == "Conv" for layer in layers) == convs
    assert sum(layer.op == "MaxPool" for layer in layers) == pools
    assert {layer.shape[1] for layer in layers} == sizes


def test_yolov2_layers_carry_darknets_indices():
    layers = load_network("yolov2").layers
    assert [int("".join(c for c in layer.name if c.isdigit())) for layer in layers] == list(range(32))
    by_name = {layer.name: layer for layer in layers}
    assert by_name["route28"].inputs == ("reorg27", "conv24")
    assert by_name["route28"].shape == (1280, 13, 13)
    assert by_name["route25"].inputs == ("conv16",)
    assert by_name["reorg27"].receptive == Window((2, 2), (2, 2))
    assert by_name["region31"].receptive == POINTWISE
    assert by_name["conv0"].folded == ("conv0/bn", "conv0/leakyrelu")
    elements = math.prod(by_name["conv0"].shape)
    assert by_name["conv0"].flops == 2 * by_name["conv0"].macs + 3 * elements


def test_residual_takes_the_activation_behind_its_sum():
    by_name = {layer.name: layer for layer in load_network("resnet18").layers}
    assert by_name["res2a/add"].folded == ("res2a/relu",)
    assert by_name["res2a/add"].inputs == ("res2a/conv2", "pool1")
    assert by_name["res3a/add"].inputs == ("res3a/conv2", "res3a/proj")


@pytest.mark.parametrize(
    ("name", "shapes", "cause"),
    [
        ("alexnet", {"input": (3, 256, 256)}, "fixed to 3x224x224"),
        ("resnet18", {"input": (1, 224, 224)}, "fixed to 3"),
        ("resnet18", {"data": (3, 224, 224)}, "no input 'data'"),
        ("yolov2", {"input": (3, 400, 400)}, "reorg27"),
    ],
)
def test_a_size_that_the_network_does_not_take_is_refused(name, shapes, cause):
    with pytest.raises(InputError, match=cause) as caught:
        load_network(name, input_shapes=shapes)
    assert caught.value.where == name


def test_an_unknown_name_lists_what_there_is():
    with pytest.raises(InputError, match="bundled are alexnet, squeezenet"):
        load_network("nosuchthing")
    with pytest.raises(InputError, match="did you mean 'yolov2-tiny'"):
        load_network("yolo-v2-tiny")


def test_a_bundled_name_wins_only_as_an_exact_match(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "alexnet").write_text("")
    assert load_network("alexnet").name == "alexnet"
    with pytest.raises(InputError, match="the ending '' is none of"):
        load_network("./alexnet")
    with pytest.raises(InputError, match="no file"):
        load_network(tmp_path)
