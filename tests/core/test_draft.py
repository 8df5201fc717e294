"""Drawings: shapes and problems node by node, edits, and the way to networks, JSON text and back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner_core.draft import KINDS, Draft, infer, inference
from planner_core.draft import edits as e
from planner_core.draft.convert import draft_of, network_of
from planner_core.draft.text import draft_from_text, draft_text
from planner_core.errors import InputError
from planner_core.export.network_json import network_to_dict
from planner_core.importers import load_network
from planner_core.importers.network_json import network_from_dict
from planner_core.network.folding import fold
from planner_core.zoo import BUNDLED


def chain(*kinds: str) -> Draft:
    """Draw an input of 3x32x32 and the kinds behind one another, each with its defaults."""
    draft, last = e.add_node(Draft("d"), "input", (0, 0), {"shape": (3, 32, 32)})
    for k, kind in enumerate(kinds):
        draft, new = e.add_node(draft, kind, (0, 67.0 * (k + 1)))
        draft = e.connect(draft, last, new)
        last = new
    return draft


def ids(draft: Draft) -> dict[str, int]:
    return {node.name: node.id for node in draft.nodes}


def inception(stride: int = 2) -> Draft:
    """The drawing of the design: three branches into cat1, of which b2 halves the map."""
    draft = chain("conv", "maxpool")
    pool = ids(draft)["pool1"]
    ends = []
    for k, kinds in enumerate((("conv",), ("conv", "conv"), ("avgpool", "conv"))):
        last = pool
        for depth, kind in enumerate(kinds):
            name = f"{'abc'[k]}{depth + 1}"
            values = {"kernel": (1, 1), "padding": (0,) * 4} if kind == "conv" else {}
            if kind == "avgpool":
                values = {"kernel": (3, 3), "stride": (1, 1), "padding": (1,) * 4}
            if name == "b2":
                values = {"kernel": (3, 3), "stride": (stride, stride), "padding": (1,) * 4}
            draft, new = e.add_node(draft, kind, (0, 0), values)
            draft = e.rename(e.connect(draft, last, new), new, name)
            last = new
        ends.append(last)
    draft, cat = e.add_node(draft, "concat", (0, 0))
    for end in ends:
        draft = e.connect(draft, end, cat)
    draft, conv = e.add_node(draft, "conv", (0, 0))
    draft, gap = e.add_node(e.connect(draft, cat, conv), "globalpool", (0, 0))
    return e.connect(draft, conv, gap)


def test_lenet_has_the_published_shapes_and_macs() -> None:
    draft = chain("conv", "avgpool", "conv", "avgpool", "dense", "dense", "dense")
    named = ids(draft)
    for conv, filters in (("conv1", 6), ("conv2", 16)):
        for key, value in (("filters", filters), ("kernel", (5, 5)), ("padding", (0,) * 4)):
            draft = e.set_value(draft, named[conv], key, value)
    draft = e.set_value(draft, named["input"], "shape", (1, 32, 32))
    for name, units in (("fc1", 120), ("fc2", 84), ("fc3", 10)):
        draft = e.set_value(draft, named[name], "units", units)
    network = network_of(draft)
    assert [layer.shape for layer in network.layers] == [
        (6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5), (120, 1, 1), (84, 1, 1), (10, 1, 1),
    ]  # fmt: skip
    # By hand: 25 * 6 * 28^2, 25 * 6 * 16 * 10^2, 400 * 120, 120 * 84, 84 * 10.
    assert [layer.macs for layer in network.layers] == [117600, 0, 240000, 0, 48000, 10080, 840]


def test_the_branch_that_halves_the_map_is_to_blame_and_its_stride_solves_it() -> None:
    draft = inception()
    known, named = infer(draft), ids(draft)
    (problem,) = known.problems
    assert problem.node == named["cat1"]
    assert problem.title == "cat1 joins maps of two sizes"
    assert problem.text == "a1 and c2 are 16×16, b2 is 8×8. Concat needs one height and one width."
    assert problem.summary == "joins maps of two sizes: a1 16×16, b2 8×8, c2 16×16"
    assert problem.ports == (1,)
    assert problem.fields == ((named["b2"], "stride", "cat1 needs 16×16: use 1"),)
    assert [fix.text for fix in problem.fixes] == ["Set b2 stride to 1", "Detach b2"]
    assert known.waiting == {named["conv2"]: named["cat1"], named["gap1"]: named["cat1"]}
    with pytest.raises(InputError, match="cat1 joins maps of two sizes"):
        network_of(draft, known)
    for fix in problem.fixes:
        assert infer(e.apply_fix(draft, fix)).problems == ()


@pytest.mark.parametrize(
    ("kind", "values", "title", "blamed", "fix"),
    [
        ("conv", {"kernel": (5, 40), "padding": (0,) * 4}, "conv1's window 5×40 is larger than the 32×32 map",
         ("kernel",), "Set conv1 kernel to 5×32"),
        ("conv", {"groups": 4}, "conv1's 4 groups do not divide 3 input and 64 output channels",
         ("groups",), "Set conv1 groups to 1"),
        ("reorg", {"stride": 3}, "reorg1's stride 3 does not divide the 32×32 map",
         ("stride",), "Set reorg1 block to 2"),
        ("shuffle", {"stride": 2}, "shuffle1's 3 channels do not divide into blocks of 2×2",
         ("stride",), "Set shuffle1 block to 1"),
        ("generic", {"reads": "pointwise", "shape": (3, 16, 16)},
         "layer1 is pointwise with a 16×16 map, but reads an input with a 32×32 map",
         ("reads",), "Set layer1 reads to whole"),
        ("generic", {"reads": "window", "shape": (3, 40, 16)},
         "layer1 has H 40, but its receptive field makes at most 32 of an input with H 32",
         ("reads",), "Set layer1 reads to whole"),
    ],
)  # fmt: skip
def test_what_cannot_be_formed_names_its_field_and_a_way_out(
    kind: str, values: dict[str, object], title: str, blamed: tuple[str, ...], fix: str
) -> None:
    draft = chain(kind)
    node = draft.nodes[1].id
    for key, value in values.items():
        draft = e.set_value(draft, node, key, value)
    (problem,) = infer(draft).problems
    assert problem.title == title
    assert tuple(key for _, key, _ in problem.fields) == blamed
    assert problem.fixes[0].text == fix
    assert infer(e.apply_fix(draft, problem.fixes[0])).problems == ()


def test_a_node_that_reads_too_little_says_so_and_what_is_behind_it_waits() -> None:
    draft, conv = e.add_node(Draft("d"), "conv", (0, 0))
    draft, relu = e.add_node(draft, "pointwise", (0, 0))
    draft = e.connect(draft, conv, relu)
    known = infer(draft)
    assert [problem.title for problem in known.problems] == ["conv1 reads nothing yet"]
    assert known.waiting == {relu: conv}
    draft = chain("conv")
    draft, add = e.add_node(draft, "merge", (0, 0))
    draft = e.connect(draft, draft.nodes[1].id, add)
    assert infer(draft).problems[0].title == "add1 reads one input and needs two"


def test_connecting_never_makes_a_circle_and_names_are_used_once() -> None:
    draft = chain("conv", "maxpool")
    named = ids(draft)
    with pytest.raises(InputError, match="no circles"):
        e.connect(draft, named["pool1"], named["conv1"])
    with pytest.raises(InputError, match="no circles"):
        e.connect(draft, named["conv1"], named["conv1"])
    with pytest.raises(InputError, match="reads nothing"):
        e.connect(draft, named["pool1"], named["input"])
    with pytest.raises(InputError, match="name of another layer"):
        e.rename(draft, named["pool1"], " conv1 ")
    with pytest.raises(InputError, match="needs a name"):
        e.rename(draft, named["pool1"], " ")


def test_a_layer_is_inserted_on_an_edge_and_removing_it_closes_the_gap() -> None:
    draft = chain("conv", "maxpool")
    named = ids(draft)
    longer, relu = e.add_node(draft, "pointwise", (0, 0))
    longer = e.insert(longer, relu, named["pool1"], 0)
    assert longer.by_id[named["pool1"]].inputs == (relu,)
    assert longer.by_id[relu].inputs == (named["conv1"],)
    assert e.remove(longer, [relu]).nodes == draft.nodes


def test_removing_a_branch_leaves_the_join_without_it() -> None:
    draft = inception(stride=1)
    named = ids(draft)
    smaller = e.remove(draft, [named["b1"], named["b2"]])
    assert [smaller.by_id[i].name for i in smaller.by_id[named["cat1"]].sources] == ["a1", "c2"]
    alone = e.remove(draft, [named["c1"]])
    assert alone.by_id[named["c2"]].inputs == (named["pool1"],)


def test_another_kind_keeps_the_values_that_both_have() -> None:
    draft = chain("conv")
    node = draft.nodes[1].id
    draft = e.set_value(draft, node, "stride", (2, 2))
    pooled = e.change_kind(draft, node, "maxpool").by_id[node]
    assert (pooled.values["stride"], pooled.values["kernel"]) == ((2, 2), (3, 3))
    assert "filters" not in pooled.values
    reorg = e.change_kind(draft, node, "reorg").by_id[node]
    assert reorg.values == {"stride": 2}


@pytest.mark.parametrize("folded", [True, False])
@pytest.mark.parametrize("name", list(BUNDLED))
def test_every_bundled_network_comes_back_from_its_drawing(name: str, folded: bool) -> None:
    network = load_network(name, fold=folded)
    draft, placed = draft_of(network)
    assert not placed
    assert network_of(draft) == network
    by_hand = [node.name for node in draft.nodes if node.kind == "generic"]
    assert by_hand == (["region"] if by_hand == ["region"] else [])


def test_a_changed_filter_count_carries_the_folded_operators_along() -> None:
    draft, _ = draft_of(load_network("alexnet"))
    conv1 = draft.by_name["conv1"]
    draft = e.set_value(draft, conv1.id, "filters", 96)
    layer = network_of(draft).layers[0]
    # 96 x 55 x 55 outputs of 2 * 3 * 11 * 11 FLOP, and one each for the folded ReLU.
    assert layer.flops == 96 * 55 * 55 * (2 * 363 + 1)
    assert layer.folded == ("relu1",)


def test_places_and_everything_else_survive_the_network_file() -> None:
    draft = inception(stride=1)
    draft = e.move(draft, {node.id: (10.5 * k, -3.0 * k) for k, node in enumerate(draft.nodes)})
    data = json.loads(json.dumps(network_to_dict(network_of(draft, places=True))))
    again, placed = draft_of(network_from_dict(data))
    assert placed
    assert {n.name: (n.kind, dict(n.values), n.at) for n in again.nodes} == {
        n.name: (n.kind, dict(n.values), n.at) for n in draft.nodes
    }
    assert network_of(again) == network_of(draft)
    assert "drawing" not in network_of(again).layers[0].attributes


def test_a_drawn_network_folds_like_any_other() -> None:
    network = fold(network_of(chain("conv", "pointwise", "flatten", "dense")))
    assert [layer.name for layer in network.layers] == ["conv1", "fc1"]


def test_a_part_is_copied_as_text_and_pasted_with_free_names() -> None:
    draft = inception()
    named = ids(draft)
    part = e.fragment(draft, [named["b1"], named["b2"], named["cat1"]])
    again = draft_from_text(draft_text(part))
    pasted, new = e.paste(draft, again, (20, 30))
    assert [pasted.by_id[i].name for i in new] == ["b3", "b4", "cat2"]
    b3, b4, cat2 = (pasted.by_id[i] for i in new)
    assert (b3.inputs, b4.inputs, cat2.inputs) == ((None,), (b3.id,), (b4.id,))
    assert b4.values == draft.by_id[named["b2"]].values
    assert b3.at == (20, 30)


def test_the_text_of_a_network_file_can_be_pasted() -> None:
    network = load_network("alexnet")
    draft = draft_from_text(json.dumps(network_to_dict(network)))
    assert network_of(draft) == network


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.update(version=2), "version is 2"),
        (lambda d: d.update(extra=1), "extra is no known key"),
        (lambda d: d["nodes"][1].update(kind="magic"), r"nodes\[1\].kind is 'magic'"),
        (lambda d: d["nodes"][1].update(inputs=["ghost"]), r"nodes\[1\].inputs\[0\] is 'ghost', which is no"),
        (lambda d: d["nodes"][1].update(inputs=["conv1"]), "in a circle"),
        (lambda d: d["nodes"][1].update(inputs=[]), r"nodes\[1\].inputs has 0 items"),
        (lambda d: d["nodes"][1]["values"].update(kernel=[0, 3]), r"kernel\[0\] is 0"),
        (lambda d: d["nodes"][1]["values"].update(kernel=[3, 1 << 30]), "too large"),
        (lambda d: d["nodes"][1]["values"].update(pace=3), r"values.pace is no known key"),
        (lambda d: d["nodes"][1].update(name="input"), "name of another node"),
        (lambda d: d["nodes"][1].update(at=[0, "x"]), r"at\[1\] is 'x'"),
    ],
)  # fmt: skip
def test_text_that_is_no_drawing_is_refused_with_its_place(change: object, message: str) -> None:
    data = json.loads(draft_text(chain("conv")))
    change(data)  # type: ignore[operator]
    with pytest.raises(InputError, match=message):
        draft_from_text(json.dumps(data))


@given(st.text(max_size=40))
@settings(max_examples=50)
def test_any_other_text_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(InputError):
        draft_from_text(text)


STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(set(KINDS) - {"input"})), st.integers(0, 20), st.integers(0, 20)),
    max_size=8,
)


@given(STEPS, st.integers(1, 40), st.integers(1, 40))
@settings(max_examples=150)
def test_every_drawing_is_told_apart_into_known_broken_and_waiting(
    steps: list[tuple[str, int, int]], height: int, width: int
) -> None:
    draft, _ = e.add_node(Draft("d"), "input", (0, 0), {"shape": (4, height, width)})
    for kind, first, second in steps:
        draft, new = e.add_node(draft, kind, (0, 0))
        for pick in (first, second):
            tail = draft.nodes[pick % len(draft.nodes)].id
            if tail != new and (KINDS[kind].ports != 1 or pick == first):
                draft = e.connect(draft, tail, new)
        known, anew = (
            infer(draft),
            inference._infer(draft),
        )  # of what an edit leaves as it was the facts are kept
        assert (known.facts, known.waiting) == (anew.facts, anew.waiting)
        assert [(p.node, p.title) for p in known.problems] == [(p.node, p.title) for p in anew.problems]
    known = infer(draft)
    broken = {problem.node for problem in known.problems}
    parts = [set(known.facts), broken, set(known.waiting)]
    assert set().union(*parts) == {node.id for node in draft.nodes}
    assert sum(map(len, parts)) == len(draft.nodes)
    assert set(known.waiting.values()) <= broken
    if not known.problems and draft.layers:
        network = network_of(draft)
        assert network_of(draft_of(network)[0]) == network
        assert draft_of(network_from_dict(network_to_dict(network)))[0].nodes
    for problem in known.problems:
        for fix in problem.fixes:  # what a button says can be done, and changes something
            assert e.apply_fix(draft, fix) != draft
            if fix.action == "set" and fix.node == problem.node:
                assert infer(e.apply_fix(draft, fix)).problem(problem.node) is None


def test_ids_are_never_used_twice() -> None:
    draft = chain("conv")
    gone = e.remove(draft, [draft.nodes[1].id])
    again, new = e.add_node(gone, "conv", (0, 0))
    assert new not in draft.by_id
    assert again.next_id == new + 1
    assert replace(draft).readers[draft.nodes[0].id] == ((draft.nodes[1].id, 0),)


def test_work_that_is_too_large_is_a_problem_of_its_node():
    draft, first = e.add_node(Draft("huge"), "input", (0.0, 0.0))
    draft, custom = e.add_node(draft, "generic", (0.0, 50.0))
    draft = e.set_value(e.connect(draft, first, custom, 0), custom, "flops", 1e308)
    known = infer(draft)
    assert custom not in known.facts
    problem = known.problem(custom)
    assert problem.title == "layer1 has flops above 1e100, too large to plan with"
    assert [(node, key) for node, key, _ in problem.fields] == [(custom, "flops")]
