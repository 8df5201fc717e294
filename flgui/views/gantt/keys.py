"""Keys: what the keyboard does in the charts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from flgui.viewmodel.gantt import GanttGroup
from flgui.views.gantt.wheel import STEP

if TYPE_CHECKING:
    from flgui.views.gantt.canvas import GanttCanvas

__all__ = ["Keys"]

_PAN_SHARE: Final = 0.1
_FIT_MARGIN: Final = 0.15
_ALONG: Final = {
    Qt.Key.Key_BracketRight: 1,
    Qt.Key.Key_BraceRight: 1,
    Qt.Key.Key_BracketLeft: -1,
    Qt.Key.Key_BraceLeft: -1,
}
"""With Shift the keys are braces on many keyboards."""


class Keys:
    """Turns key presses into zoom, pan and steps of the selection."""

    def __init__(self, canvas: GanttCanvas) -> None:
        self._canvas = canvas

    def press(self, event: QKeyEvent) -> bool:
        """Handle a key; False when it means nothing here."""
        if event.matches(QKeySequence.StandardKey.Copy) and self._canvas.marks.span is not None:
            self._canvas.span_panel.copy()
            return True
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            return False
        axis, key = self._canvas.axis, event.key()
        pan = _PAN_SHARE * (axis.right - axis.left)
        if key in (Qt.Key.Key_A, Qt.Key.Key_Left):
            axis.pan(pan)
        elif key in (Qt.Key.Key_D, Qt.Key.Key_Right):
            axis.pan(-pan)
        elif key in (Qt.Key.Key_W, Qt.Key.Key_Plus):
            axis.zoom(STEP)
        elif key in (Qt.Key.Key_S, Qt.Key.Key_Minus):
            axis.zoom(1 / STEP)
        elif key == Qt.Key.Key_0:
            axis.fit()
        elif key == Qt.Key.Key_F:
            self.fit_selection()
        elif key in _ALONG:
            by, extends = _ALONG[Qt.Key(key)], bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._extend(by) if extends else self.step(by, wrap=True)
        elif key == Qt.Key.Key_C:
            self._canvas.critical_toggled.emit()
        elif key == Qt.Key.Key_Escape:
            return self._back()
        else:
            return False
        return True

    def _back(self) -> bool:
        """Take back one thing: the span of time, else the selected path, else the time cursor."""
        canvas = self._canvas
        if canvas.marks.span is not None:
            canvas.set_span(None)
        elif canvas.selection.path is not None:
            canvas.path_selected.emit(None, None)
        elif canvas.marks.cursor_s is not None:
            canvas.cursor_dropped.emit()
        else:
            return False
        return True

    def step(self, by: int, wrap: bool) -> bool:
        """Select the next or previous path of the plan by start time; False at the end without `wrap`."""
        group, path = self._group(), self._canvas.selection.path
        if group is None or not len(group.sequence):
            return False
        found = np.flatnonzero(group.sequence == (-1 if path is None else path))
        if len(found):
            at = int(found[0]) + by
        else:
            at = 0 if by > 0 else len(group.sequence) - 1
            wrap = wrap or by > 0
        if not wrap and not 0 <= at < len(group.sequence):
            return False
        self._canvas.path_selected.emit(group.method, int(group.sequence[at % len(group.sequence)]))
        return True

    def _extend(self, by: int) -> None:
        """Take the next or previous path along; going back, leave the one that was picked last."""
        group, chosen = self._group(), self._canvas.selection
        if group is None or chosen.path is None:
            self.step(by, wrap=True)
            return
        at = np.flatnonzero(group.sequence == chosen.path)
        goal = int(at[0]) + by if len(at) else -1
        if 0 <= goal < len(group.sequence):
            path = int(group.sequence[goal])
            self._canvas.path_toggled.emit(group.method, chosen.path if path in chosen.more else path)

    def fit_selection(self) -> None:
        """Show the selected span or path as wide as it gets, or everything when there is none."""
        group, paths, span = self._group(), self._canvas.selection.paths, self._canvas.marks.span
        if span is not None:
            self._canvas.axis.show(*span)
        elif group is None or not paths:
            self._canvas.axis.fit()
        else:
            self.fit_paths(group, paths)

    def fit_paths(self, group: GanttGroup, paths: Sequence[int]) -> None:
        """Show the time from the first to the last bar of paths, with some air."""
        bars = np.flatnonzero(np.isin(group.bars.path, paths))
        if len(bars):
            start, end = float(group.bars.start[bars].min()), float(group.bars.end[bars].max())
            air = _FIT_MARGIN * (end - start)
            self._canvas.axis.show(start - air, end + air)

    def _group(self) -> GanttGroup | None:
        """The plan that steps go through: the selected one, else the last one there is."""
        model = self._canvas.model
        if model is None:
            return None
        chosen = model.group(self._canvas.selection.method)
        if chosen is not None and chosen.plan is not None:
            return chosen
        return next((g for g in reversed(model.groups) if g.plan is not None), None)
