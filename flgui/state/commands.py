"""Undoable changes: they hold scenarios, pins and decisions, which are values, and nothing of the window."""

from __future__ import annotations

from PySide6.QtGui import QUndoCommand

from flgui.state.pins import Pin
from flgui.state.store import Store
from planner_core.by_hand import Decision
from planner_core.scenario import Scenario

__all__ = ["SetManual", "SetPins", "SetScenario"]

_MERGE_ID, _MERGE_MANUAL = 1, 2


class SetScenario(QUndoCommand):
    """Put a scenario into the store, and the one before back again.

    Parameters
    ----------
    store : Store
    before, after : Scenario
    text : str
        What the Edit menu calls it.
    gesture : int
        Changes of one gesture (one drag of one slider) become one step; 0 is never merged.
    """

    def __init__(self, store: Store, before: Scenario, after: Scenario, text: str, gesture: int = 0) -> None:
        super().__init__(text)
        self._store = store
        self._before = before
        self._after = after
        self._gesture = gesture

    def id(self) -> int:
        """Return the merge id of Qt's undo stack; -1 is never merged."""
        return _MERGE_ID if self._gesture else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take over a later change of the same gesture."""
        if not isinstance(other, SetScenario) or other._gesture != self._gesture:
            return False
        self._after = other._after
        self.setText(other.text())
        self.setObsolete(self._after == self._before)
        return True

    def redo(self) -> None:
        """Put in the scenario after the change."""
        self._store.set_scenario(self._after)

    def undo(self) -> None:
        """Put in the scenario before the change."""
        self._store.set_scenario(self._before)


class SetPins(QUndoCommand):
    """Put other pins into the store, and those before back again.

    Parameters
    ----------
    store : Store
    after : tuple of Pin
        See `flgui.state.pins` for what makes one tuple of pins from another.
    text : str
        What the Edit menu calls it.
    """

    def __init__(self, store: Store, after: tuple[Pin, ...], text: str) -> None:
        super().__init__(text)
        self._store = store
        self._before = store.pins
        self._after = after

    def redo(self) -> None:
        """Put in the pins after the change."""
        self._store.set_pins(self._after)

    def undo(self) -> None:
        """Put in the pins before the change."""
        self._store.set_pins(self._before)


class SetManual(QUndoCommand):
    """Put what is decided by hand into the store, and what was before back again.

    Parameters
    ----------
    store : Store
    after : Decision or None
    text : str
        What the Edit menu calls it.
    gesture : int
        Changes of one gesture (one drag of one path) become one step; 0 is never merged.
    """

    def __init__(self, store: Store, after: Decision | None, text: str, gesture: int = 0) -> None:
        super().__init__(text)
        self._store = store
        self._before = store.manual
        self._after = after
        self._gesture = gesture

    def id(self) -> int:
        """Return the merge id of Qt's undo stack; -1 is never merged."""
        return _MERGE_MANUAL if self._gesture else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take over a later change of the same gesture."""
        if not isinstance(other, SetManual) or other._gesture != self._gesture:
            return False
        self._after = other._after
        self.setText(other.text())
        self.setObsolete(self._after == self._before)
        return True

    def redo(self) -> None:
        """Put in the decision after the change."""
        self._store.set_manual(self._after)

    def undo(self) -> None:
        """Put in the decision before the change."""
        self._store.set_manual(self._before)
