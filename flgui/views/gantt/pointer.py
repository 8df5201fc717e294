"""Pointer: what clicks, drags and hovering do in the charts, and the tooltip that follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QMouseEvent

from flgui.viewmodel.gantt_text import BarText, bar_text, load_text
from flgui.views.gantt.hits import Hit
from flgui.views.gantt.overlay import Selection
from flgui.views.gantt.tooltip import BarTooltip

if TYPE_CHECKING:
    from flgui.views.gantt.canvas import GanttCanvas

__all__ = ["Pointer"]

_DRAG_FROM: Final = 4
_REACH: Final = 4
"""The tooltip is at most this many lanes under its bar, where a group is unfolded to many."""


@dataclass(slots=True)
class _Press:
    """A pressed button: a click until it moves, then a pan."""

    at: QPoint
    last: QPoint
    panning: bool = False


class Pointer:
    """Turns mouse events into picks, pans and tooltips."""

    def __init__(self, canvas: GanttCanvas) -> None:
        self._canvas = canvas
        self._press: _Press | None = None
        self._hover: Hit | None = None
        self.tooltip = BarTooltip(canvas)

    @property
    def hover(self) -> Hit | None:
        """What the pointer is on."""
        return self._hover

    def press(self, event: QMouseEvent) -> None:
        """Start what becomes a click or a pan."""
        at = event.position().toPoint()
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._press = _Press(at, at)

    def move(self, event: QMouseEvent) -> None:
        """Pan, or show what the pointer is on."""
        at, press = event.position().toPoint(), self._press
        if press is None:
            self._point_at(at)
            return
        if not press.panning and (at - press.at).manhattanLength() < _DRAG_FROM:
            return
        if not press.panning:
            press.panning = True
            self.leave()
            self._canvas.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        by, press.last = at - press.last, at
        self._canvas.axis.pan(by.x())
        bar = self._canvas.verticalScrollBar()
        bar.setValue(bar.value() - by.y())

    def release(self, event: QMouseEvent) -> None:
        """End a pan, or act on a click."""
        press, self._press = self._press, None
        if press is None:
            return
        if not press.panning and event.button() == Qt.MouseButton.LeftButton:
            hit = self._canvas.hit(press.at)  # only now: new plans may have landed since the press
            if hit is not None:
                self._click(hit)
        self._point_at(event.position().toPoint())

    def leave(self) -> None:
        """Forget what the pointer was on."""
        self.tooltip.hide()
        self._set_hover(None)

    def _click(self, hit: Hit) -> None:
        canvas = self._canvas
        if hit.lane is None:
            canvas.plan_activated.emit(hit.group.method)
        elif hit.in_gutter:
            if hit.lane.foldable:
                canvas.toggle_fold(hit.group, hit.lane.resource)
        elif hit.path is not None:
            again = canvas.selection == Selection(hit.group.method, hit.path)
            canvas.path_selected.emit(*((None, None) if again else (hit.group.method, hit.path)))
        elif canvas.selection.path is not None:
            canvas.path_selected.emit(None, None)

    def _point_at(self, at: QPoint) -> None:
        hit = self._canvas.hit(at)
        self._set_hover(hit)
        clickable = hit is not None and (hit.lane is None or (hit.in_gutter and hit.lane.foldable))
        shape = Qt.CursorShape.PointingHandCursor if clickable else Qt.CursorShape.ArrowCursor
        self._canvas.viewport().setCursor(shape)
        self._show_tooltip(hit, at)

    def _set_hover(self, hit: Hit | None) -> None:
        before, self._hover = self._hover, hit
        if (hit.key if hit is not None else None) == (before.key if before is not None else None):
            return
        self._canvas.viewport().update()
        at, was = _path_of(hit), _path_of(before)
        if at != was:
            self._canvas.path_hovered.emit(*at)

    def _show_tooltip(self, hit: Hit | None, at: QPoint) -> None:
        text = _text(hit) if hit is not None else None
        frame = self._canvas.frame()
        if text is None or hit is None or hit.lane is None or frame is None:
            self.tooltip.hide()
            return
        lane, top = frame.layout.metrics.lane, hit.lane.top
        # Under its own group, but not out of sight of a bar high up in an unfolded one.
        below = min(hit.box.lanes_bottom, top + _REACH * lane) - frame.top
        above = max(hit.box.top, top - lane) - frame.top
        origin = self._canvas.viewport().mapToGlobal(QPoint(at.x(), 0))
        screen = self._canvas.screen().availableGeometry()
        self.tooltip.show_text(text, origin.x(), origin.y() + below, origin.y() + above, screen)


def _path_of(hit: Hit | None) -> tuple[str | None, int | None]:
    return (hit.group.method, hit.path) if hit is not None and hit.path is not None else (None, None)


def _text(hit: Hit) -> BarText | None:
    if hit.lane is None or hit.in_gutter:
        return None
    if hit.bar is not None:
        return bar_text(hit.group, hit.bar, hit.lane.resource)
    if hit.lane.row is None and 0 <= hit.time_s <= hit.group.makespan_s:
        return load_text(hit.group, hit.lane.resource, hit.time_s)
    return None
