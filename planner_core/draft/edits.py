"""Edits of a drawing: each returns another Draft, or raises an InputError that says why not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from planner_core.draft.kinds import KINDS
from planner_core.draft.model import Draft, Node, Place
from planner_core.draft.problems import Fix
from planner_core.errors import InputError
from planner_core.network.operators import FLOPS_UNKNOWN

__all__ = [
    "add_node",
    "apply_fix",
    "change_kind",
    "connect",
    "detach",
    "fragment",
    "free_name",
    "insert",
    "move",
    "paste",
    "remove",
    "rename",
    "set_value",
]


def free_name(taken: Collection[str], stem: str) -> str:
    """Return `stem` with the least number that makes it a new name; an input needs none at first."""
    if stem == "input" and stem not in taken:
        return stem
    number = 1
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"


def add_node(
    draft: Draft, kind: str, at: Place, values: Mapping[str, Any] | None = None, stem: str = ""
) -> tuple[Draft, int]:
    """Add a node that is connected to nothing; returns the draft and the node's id."""
    rules = KINDS[kind]
    node = Node(
        id=draft.next_id,
        name=free_name(draft.by_name, stem or rules.stem),
        kind=kind,
        values={**rules.defaults, **(values or {})},
        inputs=(None,) * (rules.ports or 0),
        at=at,
    )
    return replace(draft, nodes=(*draft.nodes, node), next_id=draft.next_id + 1), node.id


def connect(draft: Draft, tail: int, head: int, port: int | None = None) -> Draft:
    """Let `head` read `tail`: at a port, at the first free one, or at a new one where it has any number.

    What went to the port before is replaced.
    """
    node, source = draft.by_id[head], draft.by_id[tail]
    if node.kind == "input":
        raise InputError(f"'{node.name}' is a network input and reads nothing")
    if draft.reaches(head, tail):
        raise InputError(f"'{source.name}' reads '{node.name}' already, this way or another: no circles")
    inputs = list(node.inputs)
    if port is None:
        free = [i for i, read in enumerate(inputs) if read is None]
        port = free[0] if free else len(inputs) if node.rules.ports is None else len(inputs) - 1
    if port < len(inputs):
        inputs[port] = tail
    elif node.rules.ports is None:
        inputs.append(tail)
    else:
        raise InputError(f"'{node.name}' reads {node.rules.ports} at most")
    return draft.with_nodes({head: replace(node, inputs=tuple(inputs))})


def detach(draft: Draft, head: int, port: int) -> Draft:
    """Take a connection away."""
    node = draft.by_id[head]
    inputs = list(node.inputs)
    if node.rules.ports is None:
        del inputs[port]
    else:
        inputs[port] = None
    return draft.with_nodes({head: replace(node, inputs=tuple(inputs))})


def insert(draft: Draft, node: int, head: int, port: int) -> Draft:
    """Put a node on the connection that goes to `port` of `head`."""
    tail = draft.by_id[head].inputs[port]
    if tail is None:
        raise InputError("there is no connection to insert it on")
    if draft.by_id[node].kind == "input":
        raise InputError("a network input cannot stand between two layers")
    return connect(connect(draft, tail, node), node, head, port)


def remove(draft: Draft, ids: Collection[int]) -> Draft:
    """Take nodes away; what read a node with one input reads that from now on, unless a branch went with it."""
    gone = set(ids)
    kept = []
    for node in draft.nodes:
        if node.id in gone:
            continue
        if gone.isdisjoint(node.sources):
            kept.append(node)
            continue
        bridged = [_bridge(draft, source, gone, node.rules.ports is None) for source in node.inputs]
        if node.rules.ports is None:
            bridged = [source for source in bridged if source is not None]
        kept.append(replace(node, inputs=tuple(bridged)))
    return replace(draft, nodes=tuple(kept))


def _bridge(draft: Draft, source: int | None, gone: set[int], any_number: bool) -> int | None:
    """Return what a reader of `source` reads once the nodes `gone` are gone."""
    at = source
    while at is not None and at in gone:
        node = draft.by_id[at]
        at = node.inputs[0] if len(node.inputs) == 1 else None
        if at is not None and any_number and at not in gone:
            others = {reader for reader, _ in draft.readers[at]} - gone
            if others:  # a whole branch was removed: a join does not read the branching point instead
                return None
    return at


def rename(draft: Draft, node: int, name: str) -> Draft:
    """Give a node another name."""
    name = name.strip()
    if not name:
        raise InputError("a layer needs a name")
    other = draft.by_name.get(name)
    if other is not None and other.id != node:
        raise InputError(f"'{name}' is the name of another layer")
    return draft.with_nodes({node: replace(draft.by_id[node], name=name)})


def set_value(draft: Draft, node: int, key: str, value: Any) -> Draft:
    """Change one field; what a file had noted about the operator is dropped, for it may no longer be true."""
    old = draft.by_id[node]
    if old.values.get(key) == value:
        return draft
    values = {**old.values, key: value}
    if old.kind == "generic":  # its figures are its own; only FLOPs that were not known may now be
        notes = {k: v for k, v in old.notes.items() if k != FLOPS_UNKNOWN or key != "flops"}
        return draft.with_nodes({node: replace(old, values=values, notes=notes)})
    return draft.with_nodes({node: replace(old, values=values, notes={}, op="")})


def change_kind(draft: Draft, node: int, kind: str, values: Mapping[str, Any] | None = None) -> Draft:
    """Make a node one of another kind; fields that both have keep their values."""
    old, rules = draft.by_id[node], KINDS[kind]
    if "input" in (old.kind, kind):
        raise InputError("a network input cannot become a layer, nor the other way round")
    kept = {
        f.key: old.values[f.key]
        for f in rules.fields
        if f.key in old.values
        and (not f.choices or old.values[f.key] in f.choices)
        and isinstance(old.values[f.key], tuple) == isinstance(f.default, tuple)
    }
    inputs = tuple(i for i in old.inputs if i is not None)
    if rules.ports is not None:
        inputs = (inputs + (None,) * rules.ports)[: rules.ports]  # type: ignore[assignment]
    changed = replace(
        old, kind=kind, values={**rules.defaults, **kept, **(values or {})}, inputs=inputs, notes={}, op=""
    )
    return draft.with_nodes({node: changed})


def move(draft: Draft, places: Mapping[int, Place]) -> Draft:
    """Put nodes elsewhere."""
    moved = {i: replace(draft.by_id[i], at=at) for i, at in places.items() if i in draft.by_id}
    return draft.with_nodes(moved)


def fragment(draft: Draft, ids: Collection[int]) -> Draft:
    """Return the part of a drawing that the clipboard takes; what it read from outside is left open."""
    wanted = set(ids)
    nodes = []
    for node in draft.nodes:
        if node.id not in wanted:
            continue
        inputs: Iterable[int | None] = (i if i in wanted else None for i in node.inputs)
        if node.rules.ports is None:
            inputs = (i for i in inputs if i is not None)
        nodes.append(replace(node, inputs=tuple(inputs)))
    return Draft(draft.name, tuple(nodes), draft.next_id)


def paste(draft: Draft, part: Draft, shift: Place) -> tuple[Draft, tuple[int, ...]]:
    """Add the nodes of `part`, moved by `shift` and with names that are free; returns their ids too."""
    ids = {node.id: draft.next_id + k for k, node in enumerate(part.nodes)}
    taken = set(draft.by_name)
    added = []
    for node in part.nodes:
        name = node.name
        if name in taken:
            name = free_name(taken, node.name.rstrip("0123456789") or node.rules.stem)
        taken.add(name)
        inputs = tuple(None if i is None else ids[i] for i in node.inputs)
        at = (node.at[0] + shift[0], node.at[1] + shift[1])
        added.append(replace(node, id=ids[node.id], name=name, inputs=inputs, at=at))
    joined = replace(draft, nodes=(*draft.nodes, *added), next_id=draft.next_id + len(added))
    return joined, tuple(ids.values())


def apply_fix(draft: Draft, fix: Fix) -> Draft:
    """Do what a problem's button says."""
    if fix.action == "set":
        return set_value(draft, fix.node, fix.key, fix.value)
    if fix.action == "detach":
        return detach(draft, fix.node, fix.port)
    return remove(draft, [fix.node])
