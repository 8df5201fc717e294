"""verify from the outside: progress, stop, weights, inputs, and the command `flplan verify`."""

from __future__ import annotations

import json
import random

import numpy as np
import onnx
import pytest
from verify_models import Maker, random_model
from verify_mutants import assert_agrees, checked, planned

from planner_core.cli import main
from planner_core.errors import Cancelled, InputError
from planner_core.importers import load_network
from planner_core.stop import StopToken
from planner_core.verify import is_available
from planner_core.verify.plan_file import parse_plan_file
from planner_core.verify.run import verify


def test_progress_rises_to_the_end_and_stop_ends_it(open_model):
    network, model = open_model(random_model(3, blocks=4))
    plan = parse_plan_file(planned(network, 3, (2, 2))).plans[0]
    seen = []
    verify(model, plan, progress=lambda done, total: seen.append((done, total)))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (12, 12)
    stop = StopToken()
    with pytest.raises(Cancelled):
        verify(model, plan, stop=stop, progress=lambda done, total: done >= 5 and stop.cancel())


def test_weights_kept_in_another_file_are_made_up_and_the_file_is_not_opened(open_model):
    maker = Maker(4)
    x = maker.conv(maker.input("x", (2, 12, 12)), pads=[1, 1, 1, 1])
    maker.conv(x, pads=[1, 1, 1, 1])
    built = maker.model()
    tensor = built.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../not-there.bin")
    network, model = open_model(built)
    assert (model.weights, model.random_weights) == (4, 1)
    assert_agrees(checked(network, model, 2, (3, 2)))


def test_an_image_that_comes_channels_last_is_fed_as_the_planner_has_it(open_model):
    maker = Maker(6)
    maker.input("x", (14, 12, 3))
    turned = maker.node("Transpose", ["x"], perm=[0, 3, 1, 2])
    maker.conv(maker.node("Relu", [maker.conv(turned, filters=4, pads=[1, 1, 1, 1])]), pads=[1, 1, 1, 1])
    network, model = open_model(maker.model())
    assert [spec.shape for spec in network.inputs] == [(3, 14, 12)]
    assert_agrees(checked(network, model, 2, (3, 2)))


def test_open_dimensions_are_those_of_the_plan(tmp_path, capsys):
    maker = Maker(7)
    maker.conv(maker.conv(maker.input("x", (3, 14, 12)), pads=[1, 1, 1, 1]), pads=[1, 1, 1, 1])
    built = maker.model()
    for dim in built.graph.input[0].type.tensor_type.shape.dim[2:]:
        dim.Clear()
    file, plan = tmp_path / "m.onnx", tmp_path / "plan.json"
    file.write_bytes(built.SerializeToString())
    network = load_network(file, input_shapes={"x": (3, 17, 11)})
    plan.write_text(planned(network, 2, (2, 2)))
    assert main(["verify", str(file), str(plan)]) == 0
    assert main(["verify", str(file), "--input-shape", "x=3x9x9", "--tau", "1", "--paths", "3"]) == 0
    assert "reads x 3x9x9" in capsys.readouterr().out
    assert main(["verify", str(file)]) == 2


def test_the_same_seed_gives_the_same_figures_and_another_one_others(open_model, tmp_path):
    network, model = open_model(random_model(3, blocks=4))
    plan = parse_plan_file(planned(network, 2, (2, 2))).plans[0]
    first, second, other = (verify(model, plan, seed=seed).comparisons for seed in (0, 0, 1))
    assert first == second
    assert first[0].scale != other[0].scale


def test_the_command_passes_fails_and_refuses_by_its_exit_code(tmp_path, capsys):
    model, plan = tmp_path / "m.onnx", tmp_path / "plan.json"
    model.write_bytes(random_model(3, blocks=4).SerializeToString())
    network = load_network(model)
    assert main(["verify", str(model), "--tau", "3", "--grid", "2x3", "--offload", "1,2,3,4,2,1"]) == 0
    out = capsys.readouterr().out
    assert "MW: tau 3, 6 paths in 2x3 tiles, offloading layers (paths) 1 (2), 2 (2), 3 (1), 4 (1)" in out
    assert "PASSED" in out

    data = json.loads(planned(network, 3, (2, 3)))
    plan.write_text(json.dumps(data))
    assert main(["verify", str(model), str(plan)]) == 0
    data["plans"][0]["tiles"][2]["regions"]["x"][0] += 1
    plan.write_text(json.dumps(data))
    assert main(["verify", str(model), str(plan)]) == 1
    out = capsys.readouterr().out
    assert "path 2: " in out
    assert "FAILED" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["alexnet"], "alexnet: only an ONNX model"),
        (["MODEL", "--tau", "3", "--grid", "2x2", "--offload", "9"], "--offload: 9 is above tau + 1 = 4"),
        (["MODEL", "--tau", "3", "--grid", "2x2", "--offload", "1,2"], "--offload: it has 2 layers for 4"),
        (["MODEL", "--tau", "3", "--grid", "900x2"], "--grid: "),
        (["MODEL", "PLAN", "--tau", "3"], "--tau: the plans of"),
        (["MODEL", "PLAN", "--input-shape", "x=3x9x9"], "--input-shape: the plans of"),
        (["MODEL", "PLAN", "--no-fold"], "--no-fold: the plans of"),
        (["MODEL", "PLAN", "--method", "bf"], "it has no plan of a method"),
        (["OTHER", "PLAN"], "it has no input 'x'"),
        (["MODEL", "missing.json"], "missing.json: "),
        (["MODEL", "--seed", "-1"], "--seed: '-1' is not a whole number"),
    ],
)
def test_the_command_says_in_one_line_what_it_cannot_take(tmp_path, capsys, arguments, words):
    names = {"MODEL": tmp_path / "m.onnx", "OTHER": tmp_path / "o.onnx", "PLAN": tmp_path / "plan.json"}
    names["MODEL"].write_bytes(random_model(3, blocks=4).SerializeToString())
    maker = Maker(0)
    maker.conv(maker.input("other", (2, 12, 12)))
    names["OTHER"].write_bytes(maker.model().SerializeToString())
    names["PLAN"].write_text(planned(load_network(names["MODEL"]), 3, (2, 2)))
    assert main(["verify", *(str(names.get(a, a)) for a in arguments)]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


def test_a_network_that_overflows_fails_and_says_so(tmp_path, capsys):
    maker = Maker(0)
    x = maker.input("x", (2, 6, 6))
    maker.conv(maker.node("Mul", [x, maker.constant([3e38], np.float32)]), pads=[1, 1, 1, 1])
    file = tmp_path / "m.onnx"
    file.write_bytes(maker.model().SerializeToString())
    assert main(["verify", str(file), "--tau", "2", "--grid", "2x2"]) == 1
    assert "NOT FINITE in the whole run" in capsys.readouterr().out


def test_plan_files_with_random_faults_are_refused_or_read(open_model):
    """Values replaced or taken away anywhere: nothing but InputError comes out."""
    network, _ = open_model(random_model(3, blocks=4))
    text, rng, refused = planned(network, 3, (2, 2)), random.Random(0), 0
    values = (None, True, -1, 0, 1.5, 1e300, 10**30, "", "x", [], {}, [1], [0, 1, 0, 1])
    for _ in range(300):
        data = json.loads(text)
        place = data
        while isinstance(place, dict | list) and place:
            key = rng.choice(list(place) if isinstance(place, dict) else range(len(place)))
            if not isinstance(place[key], dict | list) or rng.random() < 0.2:
                place[key] = rng.choice(values)
                break
            place = place[key]
        try:
            parse_plan_file(json.dumps(data))
        except InputError:
            refused += 1
    assert refused > 100


def test_without_onnx_runtime_the_command_says_how_to_get_it(monkeypatch, capsys):
    assert is_available()
    monkeypatch.setattr("planner_core.cli.verifying.is_available", lambda: False)
    assert main(["verify", "m.onnx"]) == 2
    assert "pip install 'flgui[verify]'" in capsys.readouterr().err
