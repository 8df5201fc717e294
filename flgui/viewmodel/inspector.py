"""What the inspector says of the selected node, or of the whole drawing; imports no Qt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flgui.text import MINUS, TIMES, count, format_bytes, format_flop, format_number, join
from flgui.viewmodel.editor import family_of_node
from planner_core.draft import KINDS, Draft, FieldSpec, Fix, Inference, Node, infer
from planner_core.draft.edits import apply_fix
from planner_core.draft.kinds import window_of
from planner_core.network.model import Layer, Network, Receptive, Shape, TensorSpec
from planner_core.network.operators import Facts
from planner_core.tiling import Tiling

__all__ = ["FieldShown", "Inspected", "Overview", "inspect", "overview", "parts_of"]


@dataclass(frozen=True, slots=True)
class FieldShown:
    """One field of the form; `parts` are its numbers, `suffix` says what they are ("h, w")."""

    spec: FieldSpec
    value: Any
    parts: tuple[str, ...]
    label: str
    suffix: str
    blamed: bool
    hint: str


@dataclass(frozen=True, slots=True)
class Inspected:
    """Everything about one node.

    Parameters
    ----------
    id, name, family, kind
        `kind` is the key, `kinds` are the (key, title) it can become.
    shape_in, shape_out : str
    out_blamed : bool
        Whether the output is what a problem is about.
    formula : str
        How the output follows.
    problem : str
        Title of the node's own problem.
    costs : tuple of (label, now, other)
        `other` is what it would be after the change that `costs_other` names.
    reads, links : tuple of (label, value)
    reads_note : str
    """

    id: int
    name: str
    family: str
    kind: str
    kinds: tuple[tuple[str, str], ...]
    shape_in: str
    shape_out: str
    out_blamed: bool
    formula: str
    problem: str
    fields: tuple[FieldShown, ...]
    costs: tuple[tuple[str, str, str], ...]
    costs_other: str
    reads: tuple[tuple[str, str], ...]
    reads_note: str
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """The drawing as a whole, or a selection of several nodes."""

    title: str
    facts: tuple[tuple[str, str], ...]


def inspect(draft: Draft, known: Inference, number: int, bits_per_element: int = 32) -> Inspected:
    """Return what there is to say of a node."""
    node, facts = draft.by_id[number], known.facts.get(number)
    shapes = [known.shape(i) for i in node.inputs if i is not None]
    blamed = {key: hint for p in known.problems for n, key, hint in p.fields if n == number}
    own = known.problem(number)
    blamed_out = any(p.node != number and any(n == number for n, _, _ in p.fields) for p in known.problems)
    fix = next((f for p in known.problems for f in p.fixes if f.action == "set" and f.node == number), None)
    reads, note = _reads(facts, [s for s in shapes if s is not None])
    return Inspected(
        id=number,
        name=node.name,
        family=family_of_node(node),
        kind=node.kind,
        kinds=()
        if node.kind == "input"
        else tuple((k.key, k.title) for k in KINDS.values() if k.key != "input"),
        shape_in=_ins(shapes),
        shape_out=_spaced(facts.shape) if facts is not None else "unknown",
        out_blamed=blamed_out or own is not None,
        formula=_formula(node, [s for s in shapes if s is not None], facts),
        problem=own.title if own is not None else "",
        fields=tuple(_field(node, f, blamed) for f in node.rules.fields if f.applies(node.values)),
        costs=_costs(draft, facts, number, fix, bits_per_element),
        costs_other=f"with {_field_name(draft, fix)}" if fix is not None else "",
        reads=reads,
        reads_note=note,
        links=_links(draft, node),
    )


def overview(draft: Draft, known: Inference, selected: Sequence[int] = ()) -> Overview:
    """Return what there is to say of the drawing, or of several selected nodes."""
    ids = list(selected) or [node.id for node in draft.nodes]
    facts = [known.facts[i] for i in ids if i in known.facts]
    layers = sum(draft.by_id[i].kind != "input" for i in ids)
    rows = [
        ("Layers", str(layers)),
        ("Shapes known", f"{len(facts)} of {len(ids)}"),
        ("Work", join(format_flop(math.fsum(f.flops for f in facts)))),
        ("MACs", _large(sum(f.macs for f in facts))),
    ]
    if not selected:
        ends = [draft.by_id[i].name for i in ids if not draft.readers[i] and draft.by_id[i].kind != "input"]
        rows.append(
            ("Outputs", ", ".join(ends[:4]) + (" …" if len(ends) > 4 else "") if ends else "none yet")
        )
    return Overview(f"{count(len(ids), 'node')} selected" if selected else draft.name, tuple(rows))


def parts_of(spec: FieldSpec, value: Any) -> tuple[str, ...]:
    """Return the texts of a value's boxes."""
    if isinstance(value, tuple):
        return tuple(str(v) for v in value)
    if spec.form == "number":
        return (format_number(value, 6) if abs(value) < 1e15 else f"{value:.6g}",)
    return (str(value),)


def _field(node: Node, spec: FieldSpec, blamed: dict[str, str]) -> FieldShown:
    suffix = {"pair": "h, w", "sides": "t l b r", "shape": "c, h, w", "number": "FLOP"}.get(spec.form, "")
    value = node.values[spec.key]
    return FieldShown(
        spec, value, parts_of(spec, value), spec.label, suffix, spec.key in blamed, blamed.get(spec.key, "")
    )


def _ins(shapes: Sequence[Shape | None]) -> str:
    if not shapes:
        return "–"
    if any(shape is None for shape in shapes):
        return "unknown"
    known = [shape for shape in shapes if shape is not None]
    if len(set(known)) == 1:
        return (f"{len(known)} of " if len(known) > 1 else "") + _spaced(known[0])
    return f"{len(known)} tensors"


def _spaced(shape: Shape) -> str:
    return f" {TIMES} ".join(str(n) for n in shape) if shape[1:] != (1, 1) else str(shape[0])


def _formula(node: Node, shapes: list[Shape], facts: Facts | None) -> str:
    """Return how the output's size follows from the fields."""
    if not shapes or facts is None or node.kind == "input":
        return ""
    x, made = shapes[0], facts.shape
    if node.kind in ("conv", "depthwise", "maxpool", "avgpool"):
        along = [_slide_formula(node, x, made, axis) for axis in range(2)]
        return along[0] if along[0] == along[1] else f"h: {along[0]}\nw: {along[1]}"
    if node.kind == "transposed":
        window, extra = window_of(node.values), node.values["extra"]
        reach = (window.kernel[0] - 1) * window.dilation[0] + 1
        pads = window.padding[0] + window.padding[2]
        return f"({x[1]} {MINUS} 1) · {window.stride[0]} + {reach} {MINUS} {pads} + {extra[0]} = {made[1]}"
    if node.kind == "concat":
        return f"{' + '.join(str(s[0]) for s in shapes)} = {made[0]} channels"
    if node.kind == "dense":
        return f"{math.prod(x)} inputs {TIMES} {made[0]} units"
    if node.kind == "matmul":
        return f"({x[1]}{TIMES}{x[2]}) · ({shapes[1][1]}{TIMES}{shapes[1][2]})"
    if node.kind == "flatten":
        return f"{x[0]} · {x[1]} · {x[2]} = {made[0]}"
    if node.kind == "reorg":
        s = node.values["stride"]
        return f"{x[0]} · {s}² = {made[0]} channels, {x[1]} / {s} = {made[1]}"
    if node.kind == "upsample":
        return f"{x[1]} · {node.values['stride'][0]} = {made[1]}"
    return ""


def _slide_formula(node: Node, x: Shape, made: Shape, axis: int) -> str:
    window = window_of(node.values)
    k, s, d = window.kernel[axis], window.stride[axis], window.dilation[axis]
    reach = str(k) if d == 1 else f"(({k} {MINUS} 1) · {d} + 1)"
    pads = [window.padding[axis], window.padding[axis + 2]]
    room = f"{x[1 + axis]}" + "".join(f" + {p}" for p in pads if p)
    up = node.values.get("rounding") == "ceil"
    left, right = ("⌈", "⌉") if up else ("⌊", "⌋")
    if s == 1:
        return f"{room} {MINUS} {reach} + 1 = {made[1 + axis]}"
    return f"{left}({room} {MINUS} {reach}) / {s}{right} + 1 = {made[1 + axis]}"


def _costs(
    draft: Draft, facts: Facts | None, number: int, fix: Fix | None, bits: int
) -> tuple[tuple[str, str, str], ...]:
    other = None
    if fix is not None:
        other = infer(apply_fix(draft, fix)).facts.get(number)
    rows = []
    for label, write in (("Work", _work), ("MACs", _macs), ("Output", lambda f: _bytes(f, bits))):
        rows.append((label, write(facts) if facts else "unknown", write(other) if other else ""))
    return tuple(rows)


def _work(facts: Facts) -> str:
    return join(format_flop(facts.flops)) if facts.flops else "none"


def _macs(facts: Facts) -> str:
    return _large(facts.macs)


def _bytes(facts: Facts, bits: int) -> str:
    return join(format_bytes(math.prod(facts.shape) * bits))


def _large(number: int) -> str:
    if not number:
        return "none"
    value, unit = format_flop(float(number))
    return f"{value}\u00a0{unit.removesuffix('FLOP')}".strip()


def _field_name(draft: Draft, fix: Fix) -> str:
    spec = draft.by_id[fix.node].rules.field(fix.key)
    value = fix.value
    if isinstance(value, tuple):
        value = value[0] if len(set(value)) == 1 else TIMES.join(str(v) for v in value)
    return f"{(spec.label if spec is not None else fix.key).lower()} {value}"


def _reads(facts: Facts | None, shapes: list[Shape]) -> tuple[tuple[tuple[str, str], ...], str]:
    """Say what the upper and the lower half of the output read: the halo of a cut in two."""
    if facts is None or not shapes or facts.shape[1] < 2:
        return (), "" if facts is None or not shapes else "The output has one row and is not cut."
    upper, lower = _halves(facts.receptive, facts.shape, shapes[0])
    half, rows, read = facts.shape[1] // 2, facts.shape[1], shapes[0][1]
    said = (
        (f"Output rows 0–{half}", f"input rows {upper[0]}–{upper[1]} of {read}"),
        (f"Output rows {half}–{rows}", f"input rows {lower[0]}–{lower[1]} of {read}"),
    )
    shared = max(0, upper[1] - lower[0])
    if not shared:
        return said, "Two halves share no row."
    return said, f"Halo between two halves: {count(shared, 'row')}, sent twice"


@lru_cache(maxsize=64)
def _halves(receptive: Receptive, shape: Shape, source: Shape) -> tuple[tuple[int, int], tuple[int, int]]:
    layer = Layer("layer", "Custom", ("input",), shape, 0.0, 0, receptive)
    network = Network("one", (TensorSpec("input", source),), (layer,))
    regions = Tiling(network, 1, 2, 1).regions("input").tolist()
    return (regions[0][0], regions[0][1]), (regions[1][0], regions[1][1])


def _links(draft: Draft, node: Node) -> tuple[tuple[str, str], ...]:
    rows = []
    readers = draft.readers[node.id]
    said = []
    for reader, port in readers[:4]:
        other = draft.by_id[reader]
        where = f", input {port + 1} of {len(other.inputs)}" if len(other.inputs) > 1 else ""
        said.append(other.name + where)
    more = f" and {len(readers) - 4} more" if len(readers) > 4 else ""
    rows.append(("Read by", ("; ".join(said) + more) or "nothing: a network output"))
    if node.kind != "input":
        sources = [draft.by_id[i].name for i in node.inputs if i is not None]
        rows.append(("Reads from", ", ".join(sources) or "nothing"))
    if node.folded:
        rows.append(("Folded in", ", ".join(node.folded)))
    return tuple(rows)
