"""Selection: which paths of which plan are selected; a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from planner_core.plan import Method

__all__ = ["Selection", "selected"]


@dataclass(frozen=True, slots=True)
class Selection:
    """The selected paths of one plan: `more`, and `path`, which was picked last; `path` None selects none."""

    method: Method | None = None
    path: int | None = None
    more: tuple[int, ...] = ()

    @property
    def paths(self) -> tuple[int, ...]:
        """All of them, in the order in which they were picked."""
        return () if self.path is None else (*self.more, self.path)

    def toggled(self, method: Method, path: int) -> Selection:
        """Return the selection with a path more, or without it, as one of `method`, whose tiles are the same."""
        left = tuple(p for p in self.paths if p != path)
        return selected(method, left if path in self.paths else (*left, path))

    def within(self, paths: int) -> Selection:
        """Return what is left of it in a plan of so many paths."""
        return selected(self.method, [p for p in self.paths if p < paths])


def selected(method: Method | None, paths: Sequence[int]) -> Selection:
    """Return the selection of paths, the last of which was picked last; none of no plan."""
    if method is None or not paths:
        return Selection()
    return Selection(method, paths[-1], tuple(dict.fromkeys(p for p in paths if p != paths[-1])))
