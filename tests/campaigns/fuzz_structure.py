"""Sound files of every format, and changes to them that keep the format: odd numbers, names, kinds, order."""

from __future__ import annotations

import copy
import json
import math
import random
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from darknet_samples import CONFIGS
from onnx import helper, numpy_helper
from onnx_samples import SAMPLES

from planner_core.export import write_network, write_plan
from planner_core.importers import load_network
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.stop import StopToken

__all__ = ["change", "seeds"]

_LIGHT = Path(onnx.__file__).parent / "backend/test/data/light"
_INTEGERS = (0, 1, -1, 2, 3, 7, 255, 65536, -(1 << 31), (1 << 31) - 1, 1 << 40, (1 << 63) - 1, -(1 << 63))
_FLOATS = (0.0, -1.0, 0.5, 1e30, math.nan, math.inf, -math.inf)
_WORDS = ("", "x", "..", "../../etc/passwd", "/etc/passwd", "\0", "\n", "é", "名", "a" * 5000, "NaN")


def seeds(reader: str) -> list[bytes]:
    """Return sound files of a reader's format."""
    if reader == "onnx":
        light = [
            (_LIGHT / f"light_{n}.onnx").read_bytes() for n in ("bvlc_alexnet", "squeezenet", "zfnet512")
        ]
        return [*light, *(made().SerializeToString() for made in SAMPLES.values())]
    if reader == "darknet":
        return [text.encode() for text in CONFIGS.values()]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "seed.json"
        found = []
        for name in ("alexnet", "squeezenet", "yolov2-tiny"):
            network = load_network(name)
            if reader == "network-json":
                write_network(network, path)
            else:
                scenario = Scenario(network, tau=min(4, len(network)), paths=4)
                write_plan(plan(scenario, stop=StopToken(5.0)), path)
            found.append(path.read_bytes())
        return found


def change(reader: str, data: bytes, chance: random.Random) -> bytes:
    """Return `data`, a sound file, with one to three changes that keep its format."""
    times = chance.choice((1, 1, 2, 3))
    if reader == "onnx":
        model = onnx.ModelProto.FromString(data)
        for _ in range(times):
            _change_model(model, chance)
        return bytes(model.SerializeToString())
    if reader == "darknet":
        lines = data.decode().split("\n")
        for _ in range(times):
            _change_lines(lines, chance)
        return "\n".join(lines).encode("utf-8", "surrogateescape")
    value = json.loads(data)
    for _ in range(times):
        _change_json(value, chance)
    return json.dumps(value, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")


def _change_model(model: Any, chance: random.Random) -> None:
    graph = model.graph
    if not graph.node:
        return
    node = chance.choice(graph.node)
    names = [name for n in graph.node for name in (*n.input, *n.output)] or ["x"]
    kind = chance.randrange(22)
    if kind == 0 and node.input:
        node.input[chance.randrange(len(node.input))] = chance.choice([*names, *_WORDS])
    elif kind == 1 and node.output:
        node.output[chance.randrange(len(node.output))] = chance.choice([*names, *_WORDS])
    elif kind == 2:
        node.op_type = chance.choice(_operators())
    elif kind == 3:
        node.domain = chance.choice(["my", "com.microsoft", "ai.onnx.ml", "ai.onnx", ""])
    elif kind == 4 and node.attribute:
        _change_attribute(chance.choice(node.attribute), chance)
    elif kind == 5:
        name = chance.choice(
            ["axis", "pads", "strides", "kernel_shape", "group", "perm", "auto_pad", "axes", "to"]
        )
        value = chance.choice([-1, 3, 1 << 40, [1, 2], [-1, -1], [], "SAME_UPPER", "x", 1.5, [0.5]])
        if value != []:
            node.attribute.append(helper.make_attribute(name, value))
    elif kind == 6:
        del node.attribute[:]
    elif kind == 7 and node.input:
        del node.input[chance.randrange(len(node.input))]
    elif kind == 8:
        del node.output[:]
    elif kind == 9:
        graph.node.append(copy.deepcopy(node))
    elif kind == 10:
        graph.node.remove(node)
    elif kind == 11:
        moved = copy.deepcopy(node)
        graph.node.remove(node)
        graph.node.insert(0, moved)
    elif kind == 12 and graph.initializer:
        tensor = chance.choice(graph.initializer)
        if tensor.dims and chance.random() < 0.7:
            tensor.dims[chance.randrange(len(tensor.dims))] = chance.choice(_INTEGERS)
        else:
            tensor.dims.append(chance.choice(_INTEGERS))
    elif kind == 13 and graph.initializer:
        tensor = chance.choice(graph.initializer)
        tensor.data_type = chance.randrange(0, 30)
    elif kind == 14 and graph.initializer:
        tensor = chance.choice(graph.initializer)
        tensor.ClearField("raw_data")
        values = np.array([chance.choice(_INTEGERS) for _ in range(chance.randrange(6))], np.int64)
        tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
    elif kind == 15 and graph.initializer:
        tensor = chance.choice(graph.initializer)
        tensor.data_location = onnx.TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=chance.choice(_WORDS))
    elif kind == 16 and graph.input:
        shape = chance.choice(graph.input).type.tensor_type.shape
        if shape.dim and chance.random() < 0.7:
            shape.dim[chance.randrange(len(shape.dim))].dim_value = chance.choice(_INTEGERS)
        else:
            shape.dim.add(dim_param=chance.choice(_WORDS))
    elif kind == 17:
        model.opset_import[0].version = chance.choice(
            [-1, 0, 1, 6, 7, 8, 9, 10, 11, 13, 18, 23, 28, 99, 1 << 40]
        )
    elif kind == 18:
        body = helper.make_graph([copy.deepcopy(node)], "body", [], list(graph.output))
        branch = helper.make_node("If", [names[0]], [f"if{chance.randrange(9)}"], then_branch=body)
        graph.node.insert(chance.randrange(len(graph.node)), branch)
    elif kind == 19:
        opset = helper.make_opsetid("", 17)
        called = chance.choice([node.op_type, "Relu", "f"])
        inner = helper.make_node("f", ["a"], ["b"], domain=chance.choice(["", node.domain, "my"]))
        model.functions.append(
            helper.make_function(node.domain or "my", called, ["a"], ["b"], [inner], [opset])
        )
    elif kind == 20 and graph.input:
        tensor = chance.choice(graph.input)
        tensor.type.Clear()
        if chance.random() < 0.5:
            tensor.type.sequence_type.elem_type.tensor_type.elem_type = 1
    else:
        node.name = chance.choice(_WORDS[2:])


def _change_attribute(attribute: Any, chance: random.Random) -> None:
    kind = chance.randrange(6)
    if kind == 0:
        attribute.i = chance.choice(_INTEGERS)
    elif kind == 1 and attribute.ints:
        attribute.ints[chance.randrange(len(attribute.ints))] = chance.choice(_INTEGERS)
    elif kind == 2 and attribute.ints:
        attribute.ints.append(chance.choice(_INTEGERS))
    elif kind == 3:
        attribute.f = chance.choice(_FLOATS)
    elif kind == 4:
        attribute.type = chance.randrange(0, 15)
    else:
        attribute.s = chance.choice(_WORDS).encode()


def _operators() -> list[str]:
    return sorted({schema.name for schema in onnx.defs.get_all_schemas()})


def _change_lines(lines: list[str], chance: random.Random) -> None:
    at = chance.randrange(len(lines))
    kind = chance.randrange(8)
    if kind == 0:
        del lines[at]
        lines.extend([""] * (not lines))
    elif kind == 1:
        lines.insert(at, chance.choice(lines))
    elif kind == 2:
        other = chance.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    elif kind in (3, 4, 5):
        numbers = list(re.finditer(r"-?[0-9.]+", lines[at]))
        if numbers:
            found = chance.choice(numbers)
            value = str(chance.choice([*_INTEGERS, *_FLOATS, 10**400, "1e9", "-", "٣"]))
            lines[at] = lines[at][: found.start()] + value + lines[at][found.end() :]
    elif kind == 6:
        key, equals, value = lines[at].partition("=")
        lines[at] = key + chance.choice(["=", "==", " ", ""]) + (value if equals else chance.choice(_WORDS))
    else:
        kinds = [line for line in lines if line.startswith("[")] or ["[x]"]
        lines.insert(at, chance.choice([*kinds, "[crnn]", "[rnn]", "[]", "[", "[local]", "[yolo", "#", ";"]))


def _change_json(value: Any, chance: random.Random) -> None:
    holders: list[Any] = []

    def collect(item: Any) -> None:
        if isinstance(item, (dict, list)) and item:
            holders.append(item)
            for inner in item.values() if isinstance(item, dict) else item:
                collect(inner)

    collect(value)
    if not holders:
        return
    holder = chance.choice(holders)
    keys: Sequence[Any] = list(holder) if isinstance(holder, dict) else range(len(holder))
    key = chance.choice(keys)
    kind = chance.randrange(7)
    odd = [*_INTEGERS, *_FLOATS, *_WORDS, None, True, [], {}, [[[]]], 10**400, "\ud800", 0.1, 2.0]
    if kind in (0, 1, 2):
        holder[key] = chance.choice(odd)
    elif kind == 3:
        del holder[key]
    elif kind == 4 and isinstance(holder, list):
        holder.insert(chance.randrange(len(holder) + 1), copy.deepcopy(chance.choice(holder)))
    elif kind == 4:
        holder[chance.choice([w for w in _WORDS if len(w) < 99])] = holder[key]
    elif kind == 5:
        other = chance.choice(holders)
        place = chance.choice(list(other) if isinstance(other, dict) else range(len(other)))
        holder[key] = copy.deepcopy(other[place])
    else:
        nested: Any = 1
        for _ in range(chance.choice((3, 70))):
            nested = [nested]
        holder[key] = nested
