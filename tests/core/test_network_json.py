"""Network JSON: round trips, the schema beside the reader, and one precise message for every fault."""

from __future__ import annotations

import contextlib
import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner_core.errors import InputError
from planner_core.export.network_json import network_to_dict, write_network
from planner_core.importers import bundled_names, load_network
from planner_core.importers.json_text import parse_json
from planner_core.importers.network_json import network_from_dict, read_network
from planner_core.network.builder import NetworkBuilder
from planner_core.network.model import Layer, Network, TensorSpec, Transposed, Upsample, Window
from planner_core.resources import resource

jsonschema = pytest.importorskip("jsonschema")


@pytest.fixture(scope="module")
def validator():
    schema = json.loads(resource("schemas/network.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def good():
    return {
        "format": "flgui.network",
        "version": 1,
        "name": "hand-written",
        "inputs": [{"name": "x", "shape": [3, 16, 16]}],
        "layers": [
            {
                "name": "a",
                "op": "Magic",
                "inputs": ["x"],
                "shape": [8, 16, 16],
                "flops": 1e6,
                "macs": 3,
                "receptive": {
                    "kernel": [3, 3],
                    "stride": [1, 1],
                    "padding": [1, 1, 1, 1],
                    "dilation": [1, 1],
                },
                "folded": ["a/relu"],
                "attributes": {"note": {"by": ["hand", 1, None]}},
            },
            {
                "name": "up",
                "inputs": ["a"],
                "shape": [8, 32, 32],
                "flops": 0,
                "receptive": {"upsample": [2, 2]},
            },
            {
                "name": "t",
                "inputs": ["a"],
                "shape": [8, 32, 32],
                "flops": 5,
                "receptive": {"transposed": {"kernel": [2, 2], "stride": [2, 2]}},
            },
            {
                "name": "s",
                "inputs": ["up", "t"],
                "shape": [8, 32, 32],
                "flops": 7.5,
                "receptive": "pointwise",
            },
            {"name": "f", "inputs": ["s"], "shape": [10, 1, 1], "flops": 2, "receptive": "whole"},
        ],
    }


def changed(path, value):
    """`good()` with the value at `path` replaced, or taken away where it is `...`."""
    data = good()
    at = data
    for key in path[:-1]:
        at = at[key]
    if value is ...:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return data


def test_a_hand_written_network(validator):
    validator.validate(good())
    network = network_from_dict(good())
    assert network.name == "hand-written"
    assert network.layers[0] == Layer(
        "a", "Magic", ("x",), (8, 16, 16), 1e6, 3, Window((3, 3), (1, 1), (1, 1, 1, 1)), ("a/relu",),
        {"note": {"by": ["hand", 1, None]}},
    )  # fmt: skip
    assert network.layers[1].receptive == Upsample((2, 2))
    assert network.layers[1].op == "Custom"
    assert network.layers[2].receptive == Transposed(Window((2, 2), (2, 2)))
    assert network.outputs == ("f",)


@pytest.mark.parametrize("name", bundled_names())
def test_bundled_networks_come_back_equal(name, tmp_path, validator):
    for fold in (True, False):
        network = load_network(name, fold=fold)
        validator.validate(network_to_dict(network))
        write_network(network, tmp_path / "n.json")
        assert load_network(tmp_path / "n.json") == network
    assert [file.name for file in tmp_path.iterdir()] == ["n.json"]


def test_reading_folds_nothing(tmp_path):
    b = NetworkBuilder("t")
    b.input("x", (1, 2, 2))
    b.elementwise("relu", b.conv("c", "x", 1, 1), "Relu")
    write_network(b.build(), tmp_path / "t.json")
    assert [layer.name for layer in load_network(tmp_path / "t.json", fold=True).layers] == ["c", "relu"]


def test_layers_in_any_order_are_sorted():
    data = good()
    data["layers"].reverse()
    assert network_from_dict(data).index == {"a": 1, "t": 2, "up": 3, "s": 4, "f": 5}


# Path into good(), new value, what the message must say.
STRUCTURAL = [
    (("format",), "flgui.plan", "format is 'flgui.plan'; 'flgui.network' is needed"),
    (("format",), ..., "format is missing"),
    (("version",), 2, "version is 2; 1 is needed"),
    (("version",), True, "version is true"),
    (("extra",), 1, "extra is no known key"),
    (("name",), 3, "name is 3; a string is needed"),
    (("inputs",), {}, "inputs is an object; a list is needed"),
    (("inputs", 0, "shape"), [3, 16], r"inputs\[0\].shape has 2 items"),
    (("inputs", 0, "dtype"), "f32", r"inputs\[0\].dtype is no known key"),
    (("layers", 1), "conv", r"layers\[1\] is 'conv'; an object is needed"),
    (("layers", 1, "shape"), [8, 0, 4], r"layers\[1\].shape\[1\] is 0; an integer from 1 on"),
    (("layers", 1, "shape"), [8, 1.5, 4], r"layers\[1\].shape\[1\] is 1.5"),
    (("layers", 1, "shape"), [8, True, 4], r"layers\[1\].shape\[1\] is true"),
    (("layers", 1, "shape"), ..., r"layers\[1\].shape is missing"),
    (("layers", 1, "flops"), -1, r"layers\[1\].flops is -1; a finite number from 0 on"),
    (("layers", 1, "flops"), "many", r"layers\[1\].flops is 'many'"),
    (("layers", 1, "flops"), None, r"layers\[1\].flops is null"),
    (("layers", 1, "macs"), 0.5, r"layers\[1\].macs is 0.5; an integer"),
    (("layers", 1, "name"), "", r"layers\[1\].name is ''; a non-empty string"),
    (("layers", 1, "op"), "", r"layers\[1\].op is ''"),
    (("layers", 1, "inputs"), "a", r"layers\[1\].inputs is 'a'; a list"),
    (("layers", 1, "inputs"), [], "layer 'up' reads nothing"),
    (("layers", 1, "inputs"), [1], r"layers\[1\].inputs\[0\] is 1"),
    (("layers", 1, "folded"), [""], r"layers\[1\].folded\[0\] is ''"),
    (("layers", 1, "attributes"), [], r"layers\[1\].attributes is a list"),
    (("layers", 1, "receptive"), "some", r"layers\[1\].receptive is 'some'"),
    (("layers", 1, "receptive"), ..., r"layers\[1\].receptive is missing"),
    (("layers", 1, "receptive"), {}, r"layers\[1\].receptive.kernel is missing"),
    (("layers", 1, "receptive"), {"upsample": [2]}, r"receptive.upsample has 1 items"),
    (("layers", 1, "receptive"), {"upsample": [2, 2], "kernel": [1, 1]}, r"receptive.kernel is no known key"),
    (("layers", 1, "receptive"), {"upsample": [2, 0]}, r"receptive.upsample\[1\] is 0"),
    (("layers", 2, "receptive"), {"transposed": "whole"}, r"receptive.transposed is 'whole'"),
    (("layers", 0, "receptive", "kernel"), [3, -1], r"layers\[0\].receptive.kernel\[1\] is -1"),
    (("layers", 0, "receptive", "padding"), [1, 1], r"layers\[0\].receptive.padding has 2 items; 4"),
    (("layers", 0, "receptive", "padding"), [1, 1, -1, 1], r"receptive.padding\[2\] is -1"),
    (("layers", 0, "receptive", "stride"), [1 << 30, 1], r"receptive.stride holds 1073741824"),
    (("layers", 0, "receptive", "size"), 3, r"layers\[0\].receptive.size is no known key"),
    (("inputs",), [], "the network has no input"),
    (("layers",), [], "the network has no layer"),
    (("inputs", 0, "shape"), [3, 1 << 25, 16], "input 'x' has shape .* too large"),
]

# What a schema cannot say.
SEMANTIC = [
    (("layers", 1, "name"), "a", "the name 'a' is used twice"),
    (("layers", 1, "name"), "x", "the name 'x' is used twice"),
    (("layers", 1, "inputs"), ["b"], "layer 'up' reads 'b'"),
    (("layers", 0, "inputs"), ["s"], "the layers form a cycle"),
    (("layers", 0, "inputs"), ["a"], "the layers form a cycle: a -> a"),
    (("layers", 3, "shape"), [8, 30, 32], "layer 's' is pointwise with a 30x32 map"),
    (("layers", 0, "shape"), [8, 17, 16], "layer 'a' has H 17, but its receptive field makes at most 16 "),
    (("layers", 1, "receptive"), {"upsample": [2, 1]}, "layer 'up' has W 32, but .* makes at most 16"),
    (("layers", 2, "receptive"), {"transposed": {"kernel": [2, 2]}}, "layer 't' has H 32"),
    (("inputs", 0, "shape"), [3, 1, 1], "layer 'a' has H 16, but its receptive field makes at most 1 "),
    (("layers", 4, "shape"), [1 << 24, 1 << 24, 2], "layer 'f' has shape .* too large"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "cause"), STRUCTURAL)
def test_reader_and_schema_both_refuse(path, value, cause, validator):
    data = changed(path, value)
    with pytest.raises(InputError, match=cause):
        network_from_dict(data)
    assert not validator.is_valid(data)


@pytest.mark.parametrize(("path", "value", "cause"), SEMANTIC)
def test_reader_refuses_what_a_schema_cannot_see(path, value, cause, validator):
    data = changed(path, value)
    assert validator.is_valid(data)
    with pytest.raises(InputError, match=cause):
        network_from_dict(data)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("layers", 0, "shape"), [8.0, 16, 16]),
        (("layers", 0, "macs"), ...),
        (("layers", 0, "folded"), ...),
        (("layers", 0, "attributes"), ...),
        (("layers", 0, "receptive"), {"kernel": [1, 1]}),
        (("name",), ""),
        (("layers", 4, "flops"), 0),
        (("layers", 0, "shape"), [8, 15, 16]),
    ],
)
def test_reader_and_schema_both_accept(path, value, validator):
    data = changed(path, value)
    if path[-1] == "shape" and value[1] == 15:
        data["layers"] = data["layers"][:1]
    validator.validate(data)
    network_from_dict(data)


def test_paths_start_where_the_caller_says():
    with pytest.raises(InputError, match=r"^network.layers\[1\].flops is -1"):
        network_from_dict(changed(("layers", 1, "flops"), -1), "network")
    with pytest.raises(InputError, match=r"^network: the layers form a cycle"):
        network_from_dict(changed(("layers", 0, "inputs"), ["s"]), "network")


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (b"", "it is not JSON: expecting value in line 1"),
        (b"{", "it is not JSON"),
        (b'{"a": 1, "a": 2}', "the key 'a' is there twice"),
        (b'{"flops": NaN}', "NaN is no JSON number"),
        (b'{"flops": -Infinity}', "-Infinity is no JSON number"),
        (b'{"flops": 1e999}', "the number 1e999 is too large"),
        (b'{"flops": ' + b"9" * 5000 + b"}", "is too large"),
        (b"[" * 100_000, "nested deeper than 64 levels"),
        (b"[" * 70 + b"]" * 70, "nested deeper than 64 levels"),
        (b"\xff\xfe{}", "it is not UTF-8 text"),
        (b'{"name": "\\ud800"}', "half a surrogate pair"),
        (b"[]", "it is JSON of another program"),
        (b"{}", "it is JSON of another program"),
        (b'{"format": "other", "version": 1}', "What opens is a network, plan or work file of this planner"),
        (b'{"type": "FeatureCollection", "features": []}', "an ONNX model .* or a Darknet configuration"),
        (b'{"traceEvents": []}', "it is a Chrome trace"),
        (b'{"layers": []}', "format is missing"),
        (b'{"format": "flgui.network", "version": 1, "nodes": []}', "nodes is no known key"),
    ],
)
def test_a_bad_file_gives_one_sentence_with_its_name(text, cause, tmp_path):
    file = tmp_path / "bad.json"
    file.write_bytes(text)
    with pytest.raises(InputError, match=cause) as caught:
        load_network(file)
    assert str(caught.value).startswith(str(file))
    assert "\n" not in str(caught.value)


def test_input_shapes_are_refused_for_json(tmp_path):
    write_network(load_network("alexnet"), tmp_path / "a.json")
    with pytest.raises(InputError, match="states its own input shapes"):
        load_network(tmp_path / "a.json", input_shapes={"input": (3, 1, 1)})


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        write_network(load_network("alexnet"), tmp_path / "missing" / "a.json")
    layer = Layer("a", "A", ("x",), (1, 1, 1), 0.0, 0, "whole", (), {"v": {1}})
    odd = Network("n", (TensorSpec("x", (1, 1, 1)),), (layer,))
    with pytest.raises(InputError, match="holds what JSON cannot"):
        write_network(odd, tmp_path / "a.json")
    assert list(tmp_path.iterdir()) == []


FILE = json.dumps(good()).encode()


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(FILE) - 1), st.binary(max_size=6), st.integers(0, 12))
def test_damaged_json_never_raises_anything_but_input_error(at, junk, cut):
    with contextlib.suppress(InputError):
        network_from_dict(parse_json(FILE[:at] + junk + FILE[at + cut :]))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
PLACES = [path for path, _, _ in STRUCTURAL if path[-1] not in ("extra", "dtype", "size")]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLACES), JSON)
def test_any_value_anywhere_is_taken_or_refused_as_the_schema_says(validator, path, value):
    data = changed(path, copy.deepcopy(value))
    try:
        network_from_dict(data)
        taken = True
    except InputError:
        taken = False
    if taken:
        assert validator.is_valid(data)


def test_read_network_names_the_file(tmp_path):
    with pytest.raises(InputError, match="cannot be read") as caught:
        read_network(tmp_path / "none.json")
    assert caught.value.where == str(tmp_path / "none.json")


def test_a_plan_file_gives_its_network(tmp_path):
    network = load_network("alexnet")
    (tmp_path / "p.json").write_text(
        json.dumps({"format": "flgui.plan", "network": network_to_dict(network)})
    )
    assert load_network(tmp_path / "p.json") == network
    (tmp_path / "q.json").write_text(json.dumps({"format": "flgui.plan"}))
    with pytest.raises(InputError, match="network"):
        load_network(tmp_path / "q.json")


@pytest.mark.parametrize(("key", "value"), [("flops", 1e308), ("macs", 10**300)])
def test_work_that_sums_would_not_hold_is_refused(key, value):
    data = network_to_dict(load_network("alexnet"))
    for layer in data["layers"][:2]:
        layer[key] = value
    with pytest.raises(InputError, match=rf"^layer 'conv1' has {key} above 1e100, too large to plan with$"):
        network_from_dict(data)
