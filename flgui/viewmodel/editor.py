"""What the drawing canvas shows of a draft: nodes, edges, problems; imports no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from flgui.text import shape_text
from flgui.viewmodel.network import NodeText, family_of, kernel_text, short_flop
from planner_core.draft import Draft, Fix, Inference, Node
from planner_core.draft.kinds import KINDS, window_of
from planner_core.network.model import Transposed
from planner_core.network.operators import Facts

__all__ = [
    "GROUPS",
    "Choice",
    "EditorEdge",
    "EditorModel",
    "EditorNode",
    "NodeState",
    "ProblemRow",
    "choices",
    "editor_model",
    "family_of_node",
    "problem_rows",
]

NodeState: TypeAlias = Literal["known", "error", "waits"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of the palette.

    Parameters
    ----------
    key : str
        What the canvas and the controller call it.
    title, group, family : str
    kind : str
        Key of the kind, with `values` other than its defaults.
    stem : str
        New layers are called this and a number.
    listed : bool
        Whether it stands in the palette; else it is found by typing only.
    """

    key: str
    title: str
    group: str
    family: str
    kind: str
    values: tuple[tuple[str, object], ...] = ()
    stem: str = ""
    listed: bool = True

    @property
    def words(self) -> str:
        """What it is found by, in small letters: names of this program, and the operator that files call it."""
        kind = KINDS[self.kind]
        op = kind.op({**kind.defaults, **dict(self.values)})
        return f"{self.title} {self.key} {self.group} {self.kind} {kind.stem} {op}".lower()


_SHORT = 10  # letters of a name that a node has room to wait for

GROUPS = ("Convolution", "Pooling", "Dense", "Join", "Element by element", "Shape", "By hand")


def _pointwise(function: str, title: str, family: str = "act", listed: bool = False) -> Choice:
    stem = {"BatchNormalization": "bn"}.get(function, function.lower())
    values = (("function", function),)
    return Choice(function, title, GROUPS[4], family, "pointwise", values, stem, listed)


def _merge(function: str, title: str) -> Choice:
    return Choice(
        function,
        title,
        "Join",
        "merge",
        "merge",
        (("function", function),),
        function.lower(),
        function == "Add",
    )


_CHOICES = (
    Choice("conv", "Convolution", GROUPS[0], "conv", "conv"),
    Choice("depthwise", "Depthwise", GROUPS[0], "conv", "depthwise"),
    Choice("transposed", "Transposed", GROUPS[0], "conv", "transposed"),
    Choice("maxpool", "Max pool", GROUPS[1], "pool", "maxpool"),
    Choice("avgpool", "Average pool", GROUPS[1], "pool", "avgpool"),
    Choice("globalpool", "Global pool", GROUPS[1], "whole", "globalpool"),
    Choice("dense", "Fully connected", GROUPS[2], "fc", "dense"),
    Choice("matmul", "MatMul", GROUPS[2], "fc", "matmul"),
    _merge("Add", "Add"),
    Choice("concat", "Concat", GROUPS[3], "merge", "concat"),
    _merge("Mul", "Multiply"),
    _merge("Sub", "Subtract"),
    _merge("Max", "Maximum"),
    _pointwise("Relu", "ReLU", listed=True),
    _pointwise("BatchNormalization", "Batch norm", "norm", listed=True),
    Choice("softmax", "Softmax", GROUPS[4], "act", "softmax"),
    _pointwise("LeakyRelu", "Leaky ReLU"),
    _pointwise("Relu6", "ReLU6"),
    _pointwise("Sigmoid", "Sigmoid"),
    _pointwise("Tanh", "Tanh"),
    _pointwise("HardSwish", "Hard swish"),
    _pointwise("Silu", "SiLU"),
    _pointwise("Gelu", "GELU"),
    _pointwise("Dropout", "Dropout", "reshape"),
    Choice("lrn", "Local response norm", GROUPS[4], "norm", "lrn", listed=False),
    Choice("reorg", "Reorg", GROUPS[5], "reshape", "reorg"),
    Choice("upsample", "Upsample", GROUPS[5], "reshape", "upsample"),
    Choice("flatten", "Flatten", GROUPS[5], "reshape", "flatten"),
    Choice("pad", "Pad", GROUPS[5], "reshape", "pad", listed=False),
    Choice("shuffle", "Depth to space", GROUPS[5], "reshape", "shuffle", listed=False),
    Choice("input", "Network input", GROUPS[6], "io", "input"),
    Choice("generic", "Generic layer", GROUPS[6], "custom", "generic"),
)


def choices() -> Mapping[str, Choice]:
    """Return every entry of the palette by its key, in order."""
    return {choice.key: choice for choice in _CHOICES}


@dataclass(frozen=True, slots=True)
class EditorNode:
    """One node as it is drawn.

    `ports` counts its inputs, `open_ended` says that it takes more; `output` is the shape that nothing reads.
    """

    id: int
    text: NodeText
    at: tuple[float, float]
    state: NodeState
    ports: int
    open_ended: bool
    output: str
    op: str


@dataclass(frozen=True, slots=True)
class EditorEdge:
    """A connection; the label is empty on all but one edge of a tensor."""

    tail: int
    head: int
    port: int
    label: str
    state: NodeState


@dataclass(frozen=True, eq=False)
class EditorModel:
    """A drawing as the canvas shows it."""

    nodes: tuple[EditorNode, ...]
    edges: tuple[EditorEdge, ...]


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """A line of the list of problems; `node` is selected by a click, the fix done by the button."""

    kind: Literal["error", "waits", "note"]
    node: int | None
    name: str
    text: str
    fix: Fix | None = None


def editor_model(draft: Draft, known: Inference) -> EditorModel:
    """Return nodes and edges of a drawing."""
    most = max((facts.flops for facts in known.facts.values()), default=0.0) or 1.0
    broken = {problem.node: problem for problem in known.problems}
    nodes = tuple(_kept_node(draft, known, node, most, node.id in broken) for node in draft.nodes)
    for gone in _nodes.keys() - draft.by_id.keys():
        del _nodes[gone]
    edges = []
    labelled: set[int] = set()
    for tail, head, port in sorted(draft.edges, key=lambda edge: _bend(draft, edge)):
        shape = known.shape(tail)
        blamed = head in broken and port in broken[head].ports and shape is not None
        label = "" if shape is None or (tail in labelled and not blamed) else shape_text(shape)
        labelled.add(tail)
        edges.append(EditorEdge(tail, head, port, label, _edge_state(shape is None, blamed)))
    return EditorModel(nodes, tuple(edges))


_nodes: dict[int, tuple[tuple[Any, ...], EditorNode]] = {}
"""What each node of the last drawing was made of, and what came of it: an edit changes few."""


def _kept_node(draft: Draft, known: Inference, node: Node, most: float, error: bool) -> EditorNode:
    facts, waits = known.facts.get(node.id), known.waiting.get(node.id)
    behind = draft.by_id[waits].name if waits is not None else None
    made_of = (node, facts, most, error, behind, bool(draft.readers[node.id]))
    kept = _nodes.get(node.id)
    if kept is None or kept[0][0] is not node or kept[0][1] is not facts or kept[0][2:] != made_of[2:]:
        kept = _nodes[node.id] = made_of, _node(draft, known, node, most, error)
    return kept[1]


def _edge_state(unknown: bool, blamed: bool) -> NodeState:
    return "error" if blamed else "waits" if unknown else "known"


def _bend(draft: Draft, edge: tuple[int, int, int]) -> tuple[int, float, int, int]:
    """Put the straightest edge of a tail first: it carries the shape."""
    tail, head, port = edge
    (x0, y0), (x1, y1) = draft.by_id[tail].at, draft.by_id[head].at
    return tail, abs(x1 - x0) + abs(y1 - y0) * 1e-3, head, port


def _node(draft: Draft, known: Inference, node: Node, most: float, error: bool) -> EditorNode:
    facts = known.facts.get(node.id)
    waits = known.waiting.get(node.id)
    state: NodeState = "error" if error else "waits" if waits is not None else "known"
    if waits is not None:
        name = draft.by_id[waits].name
        note = f"waits for {name}" if len(name) <= _SHORT else "waits"
    else:
        note = "" if facts is None or node.kind == "input" else short_flop(facts.flops)
    text = NodeText(
        name=node.name,
        family=family_of_node(node),
        kernel=_detail(node, facts),
        flop=note,
        share=facts.flops / most if facts is not None else 0.0,
        shape=shape_text(facts.shape) if facts is not None else "",
        facts=(),
    )
    output = "" if draft.readers[node.id] else text.shape
    op = node.op or node.rules.op(node.values)
    ports, more = len(node.inputs), node.rules.ports is None
    return EditorNode(node.id, text, node.at, state, ports, more, output, op)


def family_of_node(node: Node) -> str:
    """Return the key of the operator colours that a node belongs to."""
    if node.kind in ("input", "generic"):
        return "io" if node.kind == "input" else "custom"
    if node.kind == "globalpool":
        return "whole"
    return family_of(node.rules.op(node.values))


def _detail(node: Node, facts: Facts | None) -> str:
    """Return the words behind the name: the window, or what tells the layer apart."""
    values = node.values
    if node.kind == "dense":
        return str(values["units"])
    if node.kind in ("globalpool", "concat", "flatten"):
        return {"globalpool": "global", "concat": "concat", "flatten": ""}[node.kind]
    if "kernel" in values and node.kind != "generic":
        window = window_of(values)
        return kernel_text(Transposed(window) if node.kind == "transposed" else window)
    return "" if facts is None else kernel_text(facts.receptive)


def problem_rows(draft: Draft, known: Inference) -> tuple[ProblemRow, ...]:
    """Return the list of problems: each with its way out, and what waits for them."""
    rows = []
    for problem in known.problems:
        fix = problem.fixes[0] if problem.fixes else None
        rows.append(ProblemRow("error", problem.node, draft.by_id[problem.node].name, problem.summary, fix))
        behind = [i for i, root in known.waiting.items() if root == problem.node]
        if behind:
            names = [draft.by_id[i].name for i in behind]
            shown = (
                ", ".join(names) if len(names) <= 4 else f"{', '.join(names[:3])} and {len(names) - 3} more"
            )
            waits = f"shape unknown until {draft.by_id[problem.node].name} is valid"
            rows.append(ProblemRow("waits", behind[0], shown, waits))
    if rows:
        rows.append(
            ProblemRow("note", None, "", "The schedules keep the last valid network until this is solved.")
        )
    return tuple(rows)
