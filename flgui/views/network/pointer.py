"""Pointer: what pressing, moving and releasing the mouse on the network does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QMouseEvent

if TYPE_CHECKING:
    from flgui.views.network.canvas import GraphCanvas

__all__ = ["Pointer"]

_SLACK = 6  # pixels that a click may wander


class Pointer:
    """Pans with the button held, picks a node with a click, and else shows what is under it.

    Parameters
    ----------
    canvas : GraphCanvas
    """

    def __init__(self, canvas: GraphCanvas) -> None:
        self._canvas = canvas
        self._press: QPoint | None = None
        self._panning = False

    def press(self, event: QMouseEvent) -> None:
        """Remember where a click or a drag began."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._press, self._panning = event.position().toPoint(), False
            event.accept()

    def move(self, event: QMouseEvent) -> None:
        """Pan with the button held, else show what is under the pointer."""
        canvas, at = self._canvas, event.position().toPoint()
        if self._press is None:
            canvas.hover(canvas.node_at(at))
            return
        moved = at - self._press
        if not self._panning and moved.manhattanLength() < _SLACK:
            return
        if not self._panning:
            self._panning = True
            canvas.hover(None)
            canvas.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        canvas.pan_by(moved)
        self._press = at

    def release(self, event: QMouseEvent) -> None:
        """End a pan, or pick what was clicked."""
        if event.button() != Qt.MouseButton.LeftButton or self._press is None:
            return
        panned, self._press, self._panning = self._panning, None, False
        if panned:
            self._canvas.viewport().unsetCursor()
        else:
            self._canvas.node_clicked.emit(self._canvas.node_at(event.position().toPoint()))
