"""Drawing: the draft on the canvas, what is selected in it, and which file holds it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand

from flgui.state.commands import let_go
from flgui.state.store import Store
from planner_core.draft import Draft, Inference, infer
from planner_core.scenario import Scenario

__all__ = ["Drawing", "EditDraft", "Sheet"]

_MERGE_ID = 2


@dataclass(frozen=True, slots=True)
class Sheet:
    """A draft and the number of the sheet that it is on; a new drawing begins a new sheet."""

    draft: Draft
    number: int = 0


class Drawing(QObject):
    """The only writer of the draft. Signals say what has already changed.

    The selection and what is known of the file are no part of undo.
    """

    changed = Signal()
    """`sheet` and `known` are others."""
    selection_changed = Signal()
    file_changed = Signal()
    """`path` or `modified` may be another."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        blank = Draft("sketch")
        self._sheet = Sheet(blank)
        self._known = infer(blank)
        self._selection: frozenset[int] = frozenset()
        self._files: dict[int, tuple[Path | None, Draft]] = {0: (None, blank)}

    @property
    def sheet(self) -> Sheet:
        """What is on the canvas."""
        return self._sheet

    @property
    def draft(self) -> Draft:
        """The drawing itself."""
        return self._sheet.draft

    @property
    def known(self) -> Inference:
        """Shapes and problems of the drawing."""
        return self._known

    @property
    def selection(self) -> frozenset[int]:
        """Ids of the selected nodes."""
        return self._selection

    @property
    def path(self) -> Path | None:
        """File that the drawing came from or was saved to last."""
        return self._files[self._sheet.number][0]

    @property
    def modified(self) -> bool:
        """Whether the drawing differs from what was last saved, opened or begun."""
        return self._files[self._sheet.number][1] != self._sheet.draft

    def begin(self, draft: Draft, path: Path | None = None) -> Sheet:
        """Return a new sheet for `draft`, which counts as saved; an EditDraft puts it on the canvas."""
        sheet = Sheet(draft, max(self._files) + 1)
        self._files[sheet.number] = (path, draft)
        return sheet

    def mark_saved(self, path: Path) -> None:
        """Note that the drawing as it stands is in a file."""
        self._files[self._sheet.number] = (path, self._sheet.draft)
        self.file_changed.emit()

    def set_sheet(self, sheet: Sheet) -> None:
        """Put a draft on the canvas; nodes that are gone are no longer selected."""
        if sheet == self._sheet:
            return
        other = sheet.number != self._sheet.number
        self._sheet, self._known = sheet, infer(sheet.draft)
        before = self._selection
        self._selection = frozenset() if other else before & sheet.draft.by_id.keys()
        self.changed.emit()
        self.file_changed.emit()
        if self._selection != before:
            self.selection_changed.emit()

    def select(self, ids: Iterable[int]) -> None:
        """Select nodes."""
        wanted = frozenset(ids) & self._sheet.draft.by_id.keys()
        if wanted != self._selection:
            self._selection = wanted
            self.selection_changed.emit()


class EditDraft(QUndoCommand):
    """Put a draft on the canvas, and with it the scenario of its network if it is whole.

    Parameters
    ----------
    drawing : Drawing
    store : Store
    sheets : (before, after)
    scenarios : (before, after) or None
        None leaves the scenario as it is: the draft has a problem, or nothing that is planned has changed.
    text : str
        What the Edit menu calls it.
    gesture : int
        Changes of one gesture become one step; 0 is never merged.
    """

    def __init__(
        self,
        drawing: Drawing,
        store: Store,
        sheets: tuple[Sheet, Sheet],
        scenarios: tuple[Scenario, Scenario] | None,
        text: str,
        gesture: int = 0,
    ) -> None:
        super().__init__(text)
        self._drawing = drawing
        self._store = store
        self._sheets = sheets
        self._scenarios = scenarios
        self._gesture = gesture

    def id(self) -> int:
        """Return the merge id of Qt's undo stack; -1 is never merged."""
        return _MERGE_ID if self._gesture else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take over a later change of the same gesture."""
        if not isinstance(other, EditDraft) or other._gesture != self._gesture:
            return False
        self._sheets = (self._sheets[0], other._sheets[1])
        if other._scenarios is not None:
            before = self._scenarios[0] if self._scenarios is not None else other._scenarios[0]
            self._scenarios = (before, other._scenarios[1])
        self.setObsolete(self._sheets[0] == self._sheets[1])
        let_go(other)
        return True

    def redo(self) -> None:
        """Put in the draft after the change."""
        self._put(1)

    def undo(self) -> None:
        """Put in the draft before the change."""
        self._put(0)

    def _put(self, which: int) -> None:
        self._drawing.set_sheet(self._sheets[which])
        if self._scenarios is not None:
            self._store.set_scenario(self._scenarios[which])
