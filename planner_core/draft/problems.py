"""Why a node cannot be formed, in a sentence, with what is to blame and what would help."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from planner_core.draft.kinds import JOINS
from planner_core.draft.model import Draft, Node
from planner_core.errors import InputError
from planner_core.network.model import Shape
from planner_core.network.operators import Facts

__all__ = ["Fix", "Problem", "diagnose", "open_ports"]

_NUMBERS = {2: "two", 3: "three", 4: "four"}


@dataclass(frozen=True, slots=True)
class Fix:
    """One edit that solves a problem, or takes away what causes it.

    Parameters
    ----------
    text : str
        On a button: "Set b2 stride to 1".
    action : "set", "detach" or "remove"
        `set` puts `value` into field `key` of `node`; `detach` opens `port` of `node`; `remove` removes it.
    """

    text: str
    action: Literal["set", "detach", "remove"]
    node: int
    key: str = ""
    value: Any = None
    port: int = -1


@dataclass(frozen=True, slots=True)
class Problem:
    """A node that cannot be formed.

    Parameters
    ----------
    node : int
    title : str
        "cat1 joins maps of two sizes".
    text : str
        What is there and what is needed, in full sentences.
    summary : str
        Both in one line, without the node's name.
    fields : tuple of (node id, key, hint)
        Fields to blame, and what would be right there; the hint may be empty.
    ports : tuple of int
        Ports of the node whose connection is to blame.
    fixes : tuple of Fix
        The best one first.
    """

    node: int
    title: str
    text: str
    summary: str
    fields: tuple[tuple[int, str, str], ...] = ()
    ports: tuple[int, ...] = ()
    fixes: tuple[Fix, ...] = ()


def open_ports(draft: Draft, node: Node) -> Problem | None:
    """Return the problem of a node that reads less than it needs, or None."""
    rules = node.rules
    read = sum(i is not None for i in node.inputs)
    if rules.ports is not None:
        missing = tuple(port for port, i in enumerate(node.inputs) if i is None)
    else:
        missing = () if read >= rules.least_ports else (read,)
    if not missing:
        return None
    if not read:
        what = "reads nothing yet"
        text = "Drag from the port under another layer to the one on top of it."
    else:
        needs = _NUMBERS.get(max(rules.least_ports, rules.ports or 0), "more")
        what = f"reads {read} of {needs} inputs" if read > 1 else f"reads one input and needs {needs}"
        text = "Drag from the port under another layer to a free one on top of it."
    remove = Fix(f"Remove {node.name}", "remove", node.id)
    return Problem(node.id, f"{node.name} {what}", text, what, ports=missing, fixes=(remove,))


def diagnose(
    draft: Draft, node: Node, shapes: Sequence[Shape], facts: Mapping[int, Facts], error: InputError
) -> Problem:
    """Return the problem of a node that reads `shapes` and cannot be formed from them."""
    if node.kind in JOINS and len(set(shapes)) > 1:
        return _misfit(draft, node, shapes, facts)
    fields, fix = _blame(node, shapes)
    for key in ("flops", "macs"):
        if f"it has {key} " in error.cause:
            fields, fix = (key,), None
    cause = _with_times(error.cause)
    words = cause.removeprefix("its ").removeprefix("it ")
    subject = f"{node.name}'s" if cause.startswith("its ") else node.name
    sources = [draft.by_id[i].name for i in node.inputs if i is not None]
    read = ", ".join(f"{name} is {_shape(shape)}" for name, shape in zip(sources, shapes, strict=True))
    hint = f"use {_value(fix.value)}" if fix is not None else ""
    hints = tuple((node.id, key, hint) for key in fields)
    return Problem(
        node.id,
        f"{subject} {words}",
        f"{read}." if read else "The shape has to be smaller.",
        cause,
        fields=hints,
        fixes=(fix,) if fix is not None else (),
    )


def _misfit(draft: Draft, node: Node, shapes: Sequence[Shape], facts: Mapping[int, Facts]) -> Problem:
    """Return the problem of a join whose inputs do not fit each other: those in the minority are to blame."""
    join = node.kind == "concat"
    sizes = [shape[1:] if join else shape for shape in shapes]
    counts = Counter(sizes)
    most = max(counts.values())
    wanted = next(size for size in sizes if counts[size] == most)
    names = [draft.by_id[i].name for i in node.inputs if i is not None]
    groups: dict[tuple[int, ...], list[str]] = {}
    for name, size in zip(names, sizes, strict=True):
        groups.setdefault(size, []).append(name)
    parts = [f"{_listed(list(dict.fromkeys(who)))} {_is(who)} {_shape(size)}" for size, who in groups.items()]
    needs = "Concat needs one height and one width." if join else f"{_op(node)} needs one shape."
    each = ", ".join(f"{name} {_shape(size)}" for name, size in zip(names, sizes, strict=True))
    kinds = _NUMBERS.get(len(groups), str(len(groups)))
    what = f"joins maps of {kinds} sizes" if join else f"merges tensors of {kinds} shapes"
    blamed = tuple(port for port, size in enumerate(sizes) if size != wanted)
    fixes, fields = [], []
    for port in blamed:
        source = node.inputs[port]
        assert source is not None
        producer = draft.by_id[source]
        fix = _refit(draft, producer, facts, wanted)
        if fix is not None:
            fixes.append(fix)
            fields.append((source, fix.key, f"{node.name} needs {_shape(wanted)}: use {_value(fix.value)}"))
    fixes += [Fix(f"Detach {names[port]}", "detach", node.id, port=port) for port in blamed]
    return Problem(
        node.id,
        f"{node.name} {what}",
        f"{', '.join(parts)}. {needs}",
        f"{what}: {each}",
        fields=tuple(fields),
        ports=blamed,
        fixes=tuple(dict.fromkeys(fixes)),
    )


def _refit(draft: Draft, node: Node, facts: Mapping[int, Facts], wanted: tuple[int, ...]) -> Fix | None:
    """Return the change of one field that gives a node's output the wanted size."""
    shapes = [facts[i].shape for i in node.inputs if i is not None]
    for key, value in _candidates(node, wanted):
        if node.values.get(key) == value:
            continue
        try:
            made = node.rules.facts({**node.values, key: value}, shapes).shape
        except InputError:
            continue
        if made[-len(wanted) :] == wanted:
            field = node.rules.field(key)
            label = "shape" if node.kind == "input" or field is None else field.label.lower()
            return Fix(f"Set {node.name} {label} to {_value(value)}", "set", node.id, key, value)
    return None


def _candidates(node: Node, wanted: tuple[int, ...]) -> list[tuple[str, Any]]:
    values = node.values
    found: list[tuple[str, Any]] = []
    if "stride" in values and "kernel" in values:
        found.append(("stride", (1, 1)))
    if "padding" in values and "kernel" in values:
        (kh, kw), (dh, dw) = values["kernel"], values.get("dilation", (1, 1))
        h, w = (kh - 1) * dh, (kw - 1) * dw
        found.append(("padding", (h // 2, w // 2, h - h // 2, w - w // 2)))
    if node.kind in ("maxpool", "avgpool"):
        found.append(("rounding", "ceil" if values["rounding"] == "floor" else "floor"))
    if "stride" in values and "kernel" in values:
        found.append(("stride", (2, 2)))
    if node.kind in ("upsample", "input", "generic"):
        if node.kind == "upsample":
            found += [("stride", (k, k)) for k in (1, 2, 4)]
        elif len(wanted) == 3:
            found.append(("shape", wanted))
        else:
            found.append(("shape", (values["shape"][0], *wanted)))
    if len(wanted) == 3:
        found += [(key, wanted[0]) for key in ("filters", "units") if key in values]
    return found


def _blame(node: Node, shapes: Sequence[Shape]) -> tuple[tuple[str, ...], Fix | None]:
    """Return the fields to blame and, where there is one, the change that solves it."""
    candidates: list[tuple[str, Any]] = []
    values = node.values
    if (
        shapes
        and "groups" in values
        and shapes[0][0] % values["groups"] + values["filters"] % values["groups"]
    ):
        common = math.gcd(shapes[0][0], values["filters"])
        candidates = [("groups", max(g for g in range(1, values["groups"] + 1) if common % g == 0))]
    elif shapes and "kernel" in values and node.kind != "generic":
        top, left, bottom, right = values["padding"]
        room = (shapes[0][1] + top + bottom, shapes[0][2] + left + right)
        kernel = tuple(min(k, n) for k, n in zip(values["kernel"], room, strict=True))
        candidates = [("dilation", (1, 1)), ("kernel", kernel)]
    elif shapes and node.kind == "reorg":
        common = math.gcd(*shapes[0][1:])
        candidates = [("stride", max(s for s in range(1, values["stride"] + 1) if common % s == 0))]
    elif shapes and node.kind == "shuffle":
        channels = shapes[0][0]
        candidates = [("stride", max(s for s in range(1, values["stride"] + 1) if channels % s**2 == 0))]
    elif node.kind == "generic":
        candidates = [("reads", "whole")]
    for key, value in candidates:
        if values[key] == value:
            continue
        try:
            node.rules.facts({**values, key: value}, shapes)
        except InputError:
            continue
        field = node.rules.field(key)
        label = field.label.lower() if field is not None else key
        return (key,), Fix(f"Set {node.name} {label} to {_value(value)}", "set", node.id, key, value)
    if node.kind in ("generic", "input"):
        return ("shape",), None
    return tuple(dict.fromkeys(key for key, _ in candidates))[-1:], None


def _with_times(text: str) -> str:
    """Write 3x3 with a real times sign."""
    out = []
    for i, c in enumerate(text):
        between = c == "x" and 0 < i < len(text) - 1 and text[i - 1].isdigit() and text[i + 1].isdigit()
        out.append("×" if between else c)
    return "".join(out)


def _op(node: Node) -> str:
    return node.op or node.rules.op(node.values)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _is(names: Sequence[str]) -> str:
    return "is" if len(set(names)) == 1 else "are"


def _shape(shape: Sequence[int]) -> str:
    return "×".join(str(n) for n in shape)


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return str(value[0]) if len(set(value)) == 1 else _shape(value)
    return str(value)
