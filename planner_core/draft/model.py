"""Draft and Node: a network as it is drawn, a value that edits copy."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from planner_core.draft.kinds import KINDS, Kind

__all__ = ["Draft", "Node", "Place"]

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Node:
    """A network input or a layer that is being drawn.

    Parameters
    ----------
    id : int
        Stays when the node is renamed.
    name, kind : str
        `kind` is a key of KINDS.
    values : mapping
        A value for each field of the kind.
    inputs : tuple of int or None
        Ids of the nodes read, by port; None is a port that nothing goes to.
    at : (x, y)
        Upper left corner, in pixels.
    folded : tuple of str
        Names of the operators that were folded in.
    folded_flops : float
        Their FLOP per element of the output.
    op : str
        What a file called the operator, where that is not the kind's own name for it.
    notes : mapping
        Attributes from a file that the kind has no field for.
    """

    id: int
    name: str
    kind: str
    values: Mapping[str, Any] = field(hash=False)
    inputs: tuple[int | None, ...] = ()
    at: Place = (0.0, 0.0)
    folded: tuple[str, ...] = ()
    folded_flops: float = 0.0
    op: str = ""
    notes: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def rules(self) -> Kind:
        """The kind."""
        return KINDS[self.kind]

    @property
    def sources(self) -> tuple[int, ...]:
        """Ids of the nodes read, each once."""
        return tuple(dict.fromkeys(i for i in self.inputs if i is not None))


@dataclass(frozen=True)
class Draft:
    """A drawing: any number of nodes, connected without a circle.

    Parameters
    ----------
    name : str
    nodes : tuple of Node
        In the order in which they were drawn.
    next_id : int
        Greater than every id that was ever used, so that undo and redo never give one twice.
    """

    name: str
    nodes: tuple[Node, ...] = ()
    next_id: int = 1

    @cached_property
    def by_id(self) -> Mapping[int, Node]:
        """Node by its id."""
        return MappingProxyType({node.id: node for node in self.nodes})

    @cached_property
    def by_name(self) -> Mapping[str, Node]:
        """Node by its name."""
        return MappingProxyType({node.name: node for node in self.nodes})

    @cached_property
    def readers(self) -> Mapping[int, tuple[tuple[int, int], ...]]:
        """Node id to (reader id, port) of everything that reads it."""
        found: dict[int, list[tuple[int, int]]] = {node.id: [] for node in self.nodes}
        for node in self.nodes:
            for port, source in enumerate(node.inputs):
                if source is not None:
                    found[source].append((node.id, port))
        return MappingProxyType({i: tuple(readers) for i, readers in found.items()})

    @cached_property
    def edges(self) -> tuple[tuple[int, int, int], ...]:
        """(tail id, head id, port) of every connection."""
        return tuple(
            (source, node.id, port)
            for node in self.nodes
            for port, source in enumerate(node.inputs)
            if source is not None
        )

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Ids with every node behind those it reads, and else as they were drawn.

        Nodes on a circle are left out; edits never make one.
        """
        place = {node.id: i for i, node in enumerate(self.nodes)}
        missing = {node.id: len(node.sources) for node in self.nodes}
        ready = [place[i] for i, count in missing.items() if not count]
        heapq.heapify(ready)
        found = []
        while ready:
            node = self.nodes[heapq.heappop(ready)]
            found.append(node.id)
            for reader in dict.fromkeys(reader for reader, _ in self.readers[node.id]):
                missing[reader] -= 1
                if not missing[reader]:
                    heapq.heappush(ready, place[reader])
        return tuple(found)

    @property
    def layers(self) -> int:
        """Number of nodes that are no network inputs."""
        return sum(node.kind != "input" for node in self.nodes)

    def with_nodes(self, changed: Mapping[int, Node]) -> Draft:
        """Return the draft with some nodes replaced."""
        return replace(self, nodes=tuple(changed.get(node.id, node) for node in self.nodes))

    def reaches(self, start: int, end: int) -> bool:
        """Whether data of `start` comes to `end`."""
        seen, open_ids = {start}, [start]
        while open_ids:
            at = open_ids.pop()
            if at == end:
                return True
            for reader, _ in self.readers[at]:
                if reader not in seen:
                    seen.add(reader)
                    open_ids.append(reader)
        return False
