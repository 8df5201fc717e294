"""Shapes, FLOPs and problems of a drawing, node by node."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from planner_core.draft.model import Draft, Node
from planner_core.draft.problems import Problem, diagnose, open_ports
from planner_core.errors import InputError
from planner_core.network.extents import check_reads
from planner_core.network.model import Shape, check_shape, check_work
from planner_core.network.operators import Facts

__all__ = ["Inference", "infer", "infer_node"]


@dataclass(frozen=True, eq=False)
class Inference:
    """What is known of a drawing.

    Parameters
    ----------
    facts : mapping
        Node id to Facts, folded operators included, of every node whose shape is known.
    problems : tuple of Problem
        One for each node that cannot be formed.
    waiting : mapping
        Node id to the id of the node with a problem that it waits for.
    """

    facts: Mapping[int, Facts]
    problems: tuple[Problem, ...]
    waiting: Mapping[int, int]

    def shape(self, node: int) -> Shape | None:
        """Return (C, H, W) of a node's output, if it is known."""
        known = self.facts.get(node)
        return known.shape if known is not None else None

    def problem(self, node: int) -> Problem | None:
        """Return the problem of a node."""
        return next((p for p in self.problems if p.node == node), None)


_last: list[tuple[Draft, Inference]] = []


def infer(draft: Draft) -> Inference:
    """Work out every node of a drawing from the inputs on; the last drawing's answer is kept."""
    if _last and _last[0][0] is draft:
        return _last[0][1]
    known = _infer(draft, *(_last[0] if _last else (None, None)))
    _last[:] = [(draft, known)]
    return known


def _infer(draft: Draft, before: Draft | None = None, answer: Inference | None = None) -> Inference:
    """Work out a drawing; a node that an edit left as it was, and that reads what it read, keeps its facts."""
    old = before.by_id if before is not None else {}
    kept = answer.facts if answer is not None else {}
    facts: dict[int, Facts] = {}
    problems: list[Problem] = []
    waiting: dict[int, int] = {}
    broken: set[int] = set()
    for i in draft.order:
        node = draft.by_id[i]
        root = next((waiting.get(s, s) for s in node.sources if s in waiting or s in broken), None)
        if (missing := open_ports(draft, node)) is not None:
            problems.append(missing)
            broken.add(i)
        elif root is not None:
            waiting[i] = root
        else:
            sources = [s for s in node.inputs if s is not None]
            shapes = [facts[s].shape for s in sources]
            if i in kept and _alike(old[i], node) and all(facts[s].shape == kept[s].shape for s in sources):
                facts[i] = kept[i]
                continue
            try:
                facts[i] = infer_node(node, shapes)
            except InputError as error:
                problems.append(diagnose(draft, node, shapes, facts, error))
                broken.add(i)
    return Inference(facts, tuple(problems), waiting)


def _alike(before: Node, node: Node) -> bool:
    """Whether a node can only have been moved or renamed: neither changes what it makes."""
    return before is node or (
        before.values is node.values
        and before.kind == node.kind
        and before.inputs == node.inputs
        and before.folded_flops == node.folded_flops
    )


def infer_node(node: Node, shapes: list[Shape]) -> Facts:
    """Return the facts of one node that reads these shapes; raise InputError where it cannot be formed."""
    known = node.rules.facts(node.values, shapes)
    check_shape(known.shape, "its output")
    if node.kind != "input":
        check_reads(known.receptive, known.shape, shapes)
    if node.folded_flops:
        known = replace(known, flops=known.flops + node.folded_flops * math.prod(known.shape))
    check_work(known.flops, known.macs, "it")
    return known
