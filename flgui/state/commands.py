"""Undoable changes: they hold scenarios, pins and decisions, which are values, and nothing of the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtGui import QUndoCommand

from flgui.state.pins import Pin
from flgui.state.store import Store
from planner_core.by_hand import Decision
from planner_core.scenario import Scenario

__all__ = ["SetManual", "SetPins", "SetScenario", "let_go"]

_V = TypeVar("_V")
_MERGE_SCENARIO, _MERGE_MANUAL = 1, 3


def let_go(merged: QUndoCommand) -> None:
    """Let a command that another has taken over hold nothing any more.

    The stack deletes it inside of `push`; PySide6 counts it as the stack's own only when `push` returns, and so keeps
    what Python knows of it until the program ends: with the store, its scenario and plans, once for each step of
    a drag.
    """
    merged.__dict__.clear()


class _Put(QUndoCommand, Generic[_V]):
    """Put a value into the store, and the one before back again.

    Parameters
    ----------
    put : callable
        Takes the value.
    before, after
    text : str
        What the Edit menu calls it.
    gesture : int
        Changes of one gesture (one drag of one slider) become one step; 0 is never merged.
    """

    _merge = -1

    def __init__(
        self, put: Callable[[_V], object], before: _V, after: _V, text: str, gesture: int = 0
    ) -> None:
        super().__init__(text)
        self._put = put
        self._before = before
        self._after = after
        self._gesture = gesture

    def id(self) -> int:
        """Return the merge id of Qt's undo stack; -1 is never merged."""
        return self._merge if self._gesture else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take over a later change of the same gesture."""
        if not isinstance(other, _Put) or type(other) is not type(self) or other._gesture != self._gesture:
            return False
        self._after = other._after
        self.setText(other.text())
        self.setObsolete(self._after == self._before)
        let_go(other)
        return True

    def redo(self) -> None:
        """Put in the value after the change."""
        self._put(self._after)

    def undo(self) -> None:
        """Put in the value before the change."""
        self._put(self._before)


class SetScenario(_Put[Scenario]):
    """Put a scenario into the store; the changes of one drag of one slider are one step."""

    _merge = _MERGE_SCENARIO

    def __init__(self, store: Store, before: Scenario, after: Scenario, text: str, gesture: int = 0) -> None:
        super().__init__(store.set_scenario, before, after, text, gesture)


class SetPins(_Put[tuple[Pin, ...]]):
    """Put other pins into the store; `flgui.state.pins` makes one tuple of pins from another."""

    def __init__(self, store: Store, after: tuple[Pin, ...], text: str) -> None:
        super().__init__(store.set_pins, store.pins, after, text)


class SetManual(_Put[Decision | None]):
    """Put what is decided by hand into the store; the changes of one drag of one path are one step."""

    _merge = _MERGE_MANUAL

    def __init__(self, store: Store, after: Decision | None, text: str, gesture: int = 0) -> None:
        super().__init__(store.set_manual, store.manual, after, text, gesture)
