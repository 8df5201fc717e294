"""Drawings and parts of them as JSON text, for the clipboard."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from planner_core.draft.convert import draft_of
from planner_core.draft.kinds import KINDS, FieldSpec
from planner_core.draft.model import Draft, Node
from planner_core.errors import InputError
from planner_core.importers.json_fields import Fields, as_integer, as_text, describe
from planner_core.importers.json_text import parse_json
from planner_core.importers.network_json import network_from_dict

__all__ = ["FORMAT", "draft_from_text", "draft_text"]

FORMAT = "flgui.drawing"
VERSION = 1
_MOST = 1 << 24
_NODE_KEYS = ("name", "kind", "values", "inputs", "at", "folded", "folded_flops", "op", "notes")


def draft_text(draft: Draft) -> str:
    """Return the JSON text of a drawing; `draft_from_text` gives its nodes back, with ids from 1 on."""
    nodes = [_node_dict(draft, node) for node in draft.nodes]
    data = {"format": FORMAT, "version": VERSION, "name": draft.name, "nodes": nodes}
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def draft_from_text(text: str) -> Draft:
    """Read the text of a drawing, or a network JSON; raise InputError for anything else."""
    data = parse_json(text.encode("utf-8", "replace"))
    if isinstance(data, dict) and data.get("format") == "flgui.network":
        return draft_of(network_from_dict(data))[0]
    fields = Fields(data, "", ("format", "version", "name", "nodes"))
    fields.constant("format", FORMAT)
    fields.constant("version", VERSION)
    items = [(where, Fields(item, where, _NODE_KEYS)) for where, item in fields.items("nodes")]
    ids: dict[str, int] = {}
    for number, (where, item) in enumerate(items, 1):
        name = item.text("name")
        if name in ids:
            raise InputError(f"{where}.name is '{name}', which is the name of another node")
        ids[name] = number
    nodes = tuple(_node(item, number, ids) for number, (_, item) in enumerate(items, 1))
    draft = Draft(fields.text("name", empty=True), nodes, len(nodes) + 1)
    if len(draft.order) < len(nodes):
        raise InputError("nodes read one another in a circle")
    return draft


def _node_dict(draft: Draft, node: Node) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": node.name,
        "kind": node.kind,
        "values": {k: list(v) if isinstance(v, tuple) else v for k, v in node.values.items()},
        "inputs": [None if i is None else draft.by_id[i].name for i in node.inputs],
        "at": list(node.at),
    }
    if node.folded:
        found |= {"folded": list(node.folded), "folded_flops": node.folded_flops}
    if node.op:
        found["op"] = node.op
    if node.notes:
        found["notes"] = dict(node.notes)
    return found


def _node(fields: Fields, number: int, ids: Mapping[str, int]) -> Node:
    kind = fields.text("kind")
    if kind not in KINDS:
        raise InputError(f"{fields.at('kind')} is '{kind}'; known are {', '.join(KINDS)}")
    rules = KINDS[kind]
    values = Fields(fields.get("values"), fields.at("values"), tuple(f.key for f in rules.fields))
    inputs = [_source(value, where, ids) for where, value in fields.items("inputs")]
    if rules.ports is not None and len(inputs) != rules.ports:
        raise InputError(f"{fields.at('inputs')} has {len(inputs)} items; a {rules.title} has {rules.ports}")
    if rules.ports is None and None in inputs:
        raise InputError(f"{fields.at('inputs')} has an open port, which a {rules.title} does not have")
    at = [_number(value, where) for where, value in fields.items("at")]
    if len(at) != 2 or max(abs(v) for v in at) > 1e7:
        raise InputError(f"{fields.at('at')} is no place: two numbers are needed")
    notes = fields.get("notes") if "notes" in fields else {}
    if not isinstance(notes, dict):
        raise InputError(f"{fields.at('notes')} is {describe(notes)}; an object is needed")
    return Node(
        number,
        fields.text("name"),
        kind,
        {f.key: _value(f, values) for f in rules.fields},
        tuple(inputs),
        (at[0], at[1]),
        fields.texts("folded") if "folded" in fields else (),
        fields.number("folded_flops", 0) if "folded_flops" in fields else 0.0,
        fields.text("op") if "op" in fields else "",
        notes,
    )


def _source(value: Any, where: str, ids: Mapping[str, int]) -> int | None:
    if value is None:
        return None
    name = as_text(value, where)
    if name not in ids:
        raise InputError(f"{where} is '{name}', which is no node")
    return ids[name]


def _value(field: FieldSpec, values: Fields) -> Any:
    if field.key not in values:
        return field.default
    where = values.at(field.key)
    if field.form in ("pair", "sides", "shape"):
        count = {"pair": 2, "sides": 4, "shape": 3}[field.form]
        return tuple(_limited(v, where) for v in values.integers(field.key, count, field.least))
    if field.form == "count":
        limit = math.inf if field.key == "macs" else _MOST
        return _limited(as_integer(values.get(field.key), where, field.least), where, limit)
    if field.form == "number":
        return values.number(field.key, field.least)
    text = values.text(field.key)
    if field.choices and text not in field.choices:
        raise InputError(f"{where} is '{text}'; known are {', '.join(field.choices)}")
    return text


def _limited(value: int, where: str, limit: float = _MOST) -> int:
    if value > limit:
        raise InputError(f"{where} holds {value}, which is too large to plan with")
    return value


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{where} is {describe(value)}; a number is needed")
    return float(value)
