"""What holds for every network: JSON gives it back, folding keeps its work and its outputs."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner_core.errors import InputError
from planner_core.export.network_json import network_to_dict
from planner_core.importers.json_text import parse_json
from planner_core.importers.network_json import network_from_dict
from planner_core.network.builder import NetworkBuilder
from planner_core.network.folding import fold
from planner_core.network.model import Layer, Network

SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def networks(draw, fold=st.just(False)):
    """Random networks of the builder, folded or not."""
    b = NetworkBuilder(draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=8)))
    small = st.integers(1, 4)
    maps = [b.input("in0", (draw(small), draw(st.integers(1, 20)), draw(st.integers(1, 20))))]
    for i in range(draw(st.integers(1, 12))):
        name, source = f"l{i}", draw(st.sampled_from(maps))
        steps = (
            lambda n, s: b.conv(
                n, s, draw(small), (draw(small), draw(small)), stride=draw(small), padding=draw(small)
            ),
            lambda n, s: b.pool(n, s, draw(small), stride=draw(small), ceil_mode=draw(st.booleans())),
            lambda n, s: b.elementwise(n, s, draw(st.sampled_from(["Relu", "Softmax", "Dropout"]))),
            lambda n, s: b.merge(n, [s, s]),
            lambda n, s: b.upsample(n, s, draw(small)),
            lambda n, s: b.conv_transpose(n, s, 2, 3, stride=2, output_padding=draw(st.integers(0, 1))),
            lambda n, s: b.flatten(n, s),
            lambda n, s: b.dense(n, s, draw(small)),
        )
        try:
            maps.append(draw(st.sampled_from(steps))(name, source))
        except InputError:
            continue
    if len(maps) == 1:
        b.dense("last", maps[0], 3)
    return b.build(fold=draw(fold))


@SETTINGS
@given(networks(fold=st.booleans()))
def test_any_network_comes_back_equal(network):
    data = parse_json(json.dumps(network_to_dict(network)).encode())
    assert network_from_dict(data) == network


@SETTINGS
@given(networks())
def test_folding_keeps_work_names_and_outputs(network):
    folded = fold(network)
    assert (folded.flops, folded.macs, folded.inputs) == (network.flops, network.macs, network.inputs)
    names = [layer.name for layer in folded.layers] + [n for layer in folded.layers for n in layer.folded]
    assert sorted(names) == sorted(network.index)
    assert len(folded.outputs) == len(network.outputs)
    assert fold(folded) == folded
    assert all(layer.shape == network.shapes[layer.name] for layer in folded.layers)


@SETTINGS
@given(networks(), st.randoms(use_true_random=False))
def test_layers_in_any_order_make_a_network_in_topological_order(network, random):
    layers = list(network.layers)
    random.shuffle(layers)
    again = Network.sorted(network.name, network.inputs, layers)
    assert set(again.index) == set(network.index)
    assert Network.sorted(network.name, network.inputs, network.layers) == network


@settings(max_examples=30, deadline=None)
@given(networks())
def test_networks_travel_to_other_processes(network):
    again = pickle.loads(pickle.dumps(network))
    assert again == network
    assert hash(again) == hash(network)


@SETTINGS
@given(networks())
def test_equal_networks_are_equal_whatever_was_compared_before(network: Network) -> None:
    copies = [pickle.loads(pickle.dumps(network)) for _ in range(3)]
    other = Network(network.name + "'", network.inputs, network.layers)
    changed = Network(
        network.name, network.inputs, (*network.layers[:-1], replace(network.layers[-1], flops=1e50))
    )
    for a, b in product((network, *copies), repeat=2):
        assert a == b
        assert hash(a) == hash(b)
        assert a != other
        assert other != b
        assert a != changed
        assert changed != b
    assert network != "network"


def test_layers_of_equal_networks_are_compared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    b = NetworkBuilder("chain")
    b.conv("a", b.input("in", (1, 8, 8)), 2, 3)
    one, asked, compare = b.build(), [], Layer.__eq__
    two = pickle.loads(pickle.dumps(one))
    monkeypatch.setattr(Layer, "__eq__", lambda a, b: asked.append(a) or compare(a, b))
    assert [one == two for _ in range(5)] == [True] * 5
    assert two == one
    assert len(asked) == len(one)
