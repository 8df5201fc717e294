"""A node of an ONNX graph, with what is asked of it over and over taken out of the message once."""

from __future__ import annotations

from typing import Any

__all__ = ["Node"]


class Node:
    """A NodeProto; its fields have the names that they have there.

    Parameters
    ----------
    proto : NodeProto
    """

    __slots__ = ("_attributes", "domain", "input", "name", "op_type", "output", "proto")

    def __init__(self, proto: Any) -> None:
        self.proto = proto
        self.name: str = proto.name
        self.op_type: str = proto.op_type
        self.domain: str = "" if proto.domain == "ai.onnx" else proto.domain
        self.input: tuple[str, ...] = tuple(proto.input)
        self.output: tuple[str, ...] = tuple(proto.output)
        self._attributes: dict[str, Any] | None = None

    @property
    def attributes(self) -> dict[str, Any]:
        """Name to AttributeProto; of those that are there twice the first."""
        if self._attributes is None:
            self._attributes = {a.name: a for a in reversed(self.proto.attribute)}
        return self._attributes

    @property
    def label(self) -> str:
        """How messages name the node."""
        name = self.name or next((o for o in self.output if o), "")
        return f"node '{name}' ({self.op_type})"
