"""The layers of a drawing as a table, whole or not; imports no Qt."""

from __future__ import annotations

import math

import numpy as np

from flgui.text import shape_text
from flgui.viewmodel.layers import reads_text, words_column
from flgui.viewmodel.table import Column, Table, number_column
from planner_core.draft import Draft, Inference

__all__ = ["drawn_rows", "drawn_table"]

_NAN = float("nan")


def drawn_rows(draft: Draft) -> tuple[int, ...]:
    """Return the node of each row: those that are no inputs, in topological order."""
    return tuple(i for i in draft.order if draft.by_id[i].kind != "input")


def drawn_table(draft: Draft, known: Inference, bits_per_element: int = 32) -> Table:
    """Return the table of the layers that are drawn; what is not known stays empty."""
    rows = drawn_rows(draft)
    nodes = [draft.by_id[i] for i in rows]
    facts = [known.facts.get(i) for i in rows]
    elements = np.array([float(math.prod(f.shape)) if f else _NAN for f in facts])
    flops = np.array([f.flops / 1e6 if f else _NAN for f in facts])
    macs = np.array([f.macs / 1e6 if f and f.macs else _NAN for f in facts])
    states = [
        "known" if f else "waits" if i in known.waiting else "problem"
        for f, i in zip(facts, rows, strict=True)
    ]
    return Table(
        (
            Column("Layer", np.arange(1, len(rows) + 1), str, hint="Number in topological order"),
            words_column("Name", [node.name for node in nodes], "Name of the layer and of its output"),
            words_column("Operator", [node.op or node.rules.op(node.values) for node in nodes], "Operator"),
            Column(
                "Output",
                np.array([shape_text(f.shape) if f else "–" for f in facts]),
                str,
                hint="Channels, height, width",
                sort_key=elements,
            ),
            number_column("MFLOP", flops, hint="Of the whole output"),
            number_column("MMAC", macs, hint="Of convolution, FC and MatMul"),
            number_column("Output, kB", elements * bits_per_element / 8e3, hint="1 kB is 1000 B"),
            words_column(
                "Reads", [reads_text(f.receptive) if f else "–" for f in facts], "Kernel and stride"
            ),
            words_column("State", states, "Whether the layer can be formed, or what it waits for"),
        )
    )
