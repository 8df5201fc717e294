"""Where the words of a graph stand, and those of its tooltips."""

from __future__ import annotations

import html

from flgui.layout.graph import Skeleton
from flgui.theme.tokens import Tokens
from flgui.viewmodel.network import NodeText

__all__ = ["crowded", "straightest_first", "tip_text"]


def straightest_first(frame: Skeleton) -> list[int]:
    """Order edges so that the one that is written beside comes first for each tail."""
    bend = [float(abs(way[1] - way[0])) for way in frame.ways]
    return sorted(range(len(frame.edges)), key=lambda i: (frame.edges[i][0], bend[i], i))


def crowded(frame: Skeleton) -> set[int]:
    """Return the tails beside whose edges there is no room for words: several edges turn right below them."""
    turns: dict[int, int] = {}
    for (tail, _), way in zip(frame.edges, frame.ways, strict=True):
        turns[tail] = turns.get(tail, 0) + int(way[1] - way[0] > 1e-6)
    return {tail for tail, n in turns.items() if n > 1}


def tip_text(node: NodeText, tokens: Tokens) -> str:
    """Return the facts of a node as a table."""
    muted = tokens.color("text.onTooltipMuted")
    rows = "".join(
        f'<tr><td style="color:{muted}; padding-right:10px">{html.escape(label)}</td>'
        f"<td>{html.escape(value)}</td></tr>"
        for label, value in node.facts
    )
    return f'<b>{html.escape(node.name)}</b><table cellspacing="0" style="margin-top:4px">{rows}</table>'
