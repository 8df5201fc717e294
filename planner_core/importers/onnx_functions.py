"""Local functions of an ONNX model are put in place of their calls, within limits."""

from __future__ import annotations

from typing import Any

from planner_core.errors import InputError

__all__ = ["inlined"]

_MOST_NODES = 50_000
_DEEPEST = 50


def inlined(model: Any) -> Any:
    """Return `model` without local functions.

    Raises InputError where they call themselves, or would become too many nodes.
    """
    if not model.functions:
        return model
    bodies = {(f.domain, f.name): f.node for f in model.functions}
    sizes: dict[tuple[str, str], int] = {}
    total = sum(_size(node, bodies, sizes, ()) for node in model.graph.node)
    if total > _MOST_NODES:
        raise InputError(f"with its local functions it has {total} nodes; up to {_MOST_NODES} can be planned")
    from onnx import inliner  # few models have functions

    try:
        return inliner.inline_local_functions(model)
    except Exception as error:  # whatever onnx runs into
        cause = " ".join(str(error).split())[:200]
        raise InputError(f"its local functions cannot be put in place: {cause}") from None


def _size(
    node: Any,
    bodies: dict[tuple[str, str], Any],
    sizes: dict[tuple[str, str], int],
    callers: tuple[tuple[str, str], ...],
) -> int:
    """Nodes that take the place of `node`."""
    key = (node.domain, node.op_type)
    if key not in bodies:
        graphs = [g for a in node.attribute for g in (*a.graphs, *([a.g] if a.HasField("g") else []))]
        if len(callers) > _DEEPEST:
            raise InputError("its subgraphs and local functions are nested too deep")
        return 1 + sum(_size(n, bodies, sizes, (*callers, key)) for graph in graphs for n in graph.node)
    if key in callers or len(callers) > _DEEPEST:
        raise InputError(f"its local function '{key[1]}' calls itself, or functions are nested too deep")
    if key not in sizes:
        sizes[key] = sum(_size(inner, bodies, sizes, (*callers, key)) for inner in bodies[key])
    return sizes[key]
