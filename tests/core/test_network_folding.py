"""Folding: what goes into which layer, and what stays."""

from __future__ import annotations

from planner_core.network.builder import NetworkBuilder
from planner_core.network.folding import fold
from planner_core.network.model import POINTWISE, WHOLE, Layer, Network, TensorSpec


def builder(shape=(4, 6, 6)):
    b = NetworkBuilder("t")
    b.input("x", shape)
    return b


def layers(b):
    return {layer.name: layer for layer in b.build(fold=True).layers}


def test_a_chain_folds_into_its_first_layer_in_order():
    b = builder()
    b.conv("c", "x", 4, 1)
    b.elementwise("bn", "c", "BatchNormalization")
    b.elementwise("relu", "bn", "Relu")
    b.pool("p", "relu", 2)
    folded = layers(b)
    assert list(folded) == ["c", "p"]
    assert folded["c"].folded == ("bn", "relu")
    assert folded["c"].flops == 2 * 4 * 36 * 4 + 3 * 4 * 36
    assert folded["p"].inputs == ("c",)


def test_an_activation_of_a_network_input_stays():
    b = builder()
    b.elementwise("relu", "x", "Relu")
    b.elementwise("drop", "relu", "Dropout")
    b.conv("c", "drop", 4, 1)
    folded = layers(b)
    assert list(folded) == ["relu", "c"]
    assert folded["relu"].folded == ("drop",)


def test_an_activation_stays_when_another_layer_reads_its_input():
    b = builder()
    b.conv("c", "x", 4, 1)
    b.elementwise("relu", "c", "Relu")
    b.merge("add", ["relu", "c"])
    assert list(layers(b)) == ["c", "relu", "add"]


def test_an_activation_with_two_readers_folds():
    b = builder()
    b.conv("c", "x", 4, 1)
    b.elementwise("relu", "c", "Relu")
    b.conv("d", "relu", 4, 1)
    b.merge("add", ["d", "relu"])
    b.elementwise("relu2", "add", "Relu")
    folded = layers(b)
    assert list(folded) == ["c", "d", "add"]
    assert folded["add"].inputs == ("d", "c")
    assert folded["add"].folded == ("relu2",)
    assert b.build(fold=True).outputs == ("add",)


def test_two_branches_of_one_tensor_do_not_fold():
    b = builder()
    b.conv("c", "x", 4, 1)
    b.elementwise("relu", "c", "Relu")
    b.elementwise("tanh", "c", "Tanh")
    assert list(layers(b)) == ["c", "relu", "tanh"]


def test_flatten_in_front_of_a_dense_layer_disappears():
    b = builder()
    b.pool("p", "x", 2, stride=2)
    b.flatten("flat", "p")
    b.elementwise("relu", "flat", "Relu")
    b.dense("fc", "relu", 5)
    folded = layers(b)
    assert list(folded) == ["p", "fc"]
    assert folded["p"].shape == (4, 3, 3)
    assert folded["p"].folded == ("flat", "relu")
    assert folded["p"].flops == 36 * 4 + 36
    assert folded["fc"].inputs == ("p",)


def test_flatten_of_a_network_input_goes_into_the_layer_behind_it():
    b = builder()
    b.flatten("flat", "x")
    b.dense("fc", "flat", 5)
    b.elementwise("relu", "fc", "Relu")
    folded = layers(b)
    assert folded["fc"].inputs == ("x",)
    assert folded["fc"].folded == ("flat", "relu")


def test_flatten_of_a_map_that_others_read_too():
    b = builder()
    b.pool("p", "x", 2, stride=2)
    b.flatten("flat", "p")
    b.elementwise("relu", "flat", "Relu")
    b.dense("fc1", "relu", 5)
    b.dense("fc2", "relu", 5)
    b.conv("c", "p", 4, 1)
    network = b.build()
    folded = fold(network)
    by_name = {layer.name: layer for layer in folded.layers}
    assert list(by_name) == ["p", "fc1", "fc2", "c"]
    assert by_name["fc1"].inputs == by_name["fc2"].inputs == ("p",)
    assert by_name["fc1"].folded == ("flat", "relu")
    assert by_name["p"].folded == ()
    assert folded.flops == network.flops


def test_flatten_stays_as_an_output_and_in_front_of_other_readers():
    b = builder()
    b.conv("c", "x", 4, 1)
    b.flatten("flat", "c")
    assert list(layers(b)) == ["c", "flat"]
    b.dense("fc", "flat", 144)
    b.merge("add", ["fc", "flat"])
    assert layers(b)["add"].inputs == ("fc", "flat")


def test_flatten_of_a_single_position_folds_like_an_identity():
    b = builder()
    b.global_pool("gap", "x")
    b.flatten("flat", "gap")
    assert [(layer.name, layer.folded) for layer in b.build(fold=True).layers] == [("gap", ("flat",))]


def test_made_up_operators_and_operators_that_read_the_map_whole_stay():
    network = Network(
        "t",
        (TensorSpec("x", (4, 6, 6)),),
        (
            Layer("a", "Magic", ("x",), (4, 6, 6), 1.0, 0, POINTWISE),
            Layer("b", "Magic", ("a",), (4, 6, 6), 1.0, 0, POINTWISE),
            Layer("c", "Softmax", ("b",), (4, 6, 6), 1.0, 0, WHOLE),
        ),
    )
    assert fold(network) == network


def test_folding_twice_changes_nothing():
    b = builder()
    b.conv("c", "x", 4, 1)
    b.elementwise("relu", "c", "Relu")
    b.flatten("flat", "relu")
    b.dense("fc", "flat", 3)
    once = b.build(fold=True)
    assert fold(once) == once
