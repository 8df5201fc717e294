"""The process that lays out large graphs: the window stays quick meanwhile."""

from __future__ import annotations

from multiprocessing.connection import Connection
from typing import Any

from flgui.layout.graph import skeleton

__all__ = ["serve"]


def serve(pipe: Connection[Any, Any]) -> None:
    """Answer each (number, count, edges, weights) with (number, Skeleton), until None or the end of the pipe."""
    while True:
        try:
            asked = pipe.recv()
        except (EOFError, OSError):
            return
        if asked is None:
            return
        number, count, edges, weights = asked
        pipe.send((number, skeleton(count, edges, weights)))
