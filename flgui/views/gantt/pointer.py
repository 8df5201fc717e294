"""Pointer: what clicks, drags and hovering do in the charts, and the tooltip that follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QMouseEvent

from flgui.viewmodel.critical import slack_line
from flgui.viewmodel.gantt_text import BarText, bar_text, load_text
from flgui.viewmodel.stretches import INPUT, stretches_of
from flgui.views.gantt.hits import Hit
from flgui.views.gantt.overlay import Outlined
from flgui.views.gantt.path_drag import BY_HAND, PathDrag, drag_from
from flgui.views.gantt.tooltip import BarTooltip

if TYPE_CHECKING:
    from flgui.views.gantt.canvas import GanttCanvas

__all__ = ["SNAP", "Pointer"]

SNAP: Final = 6
"""Pixels from the end of a bar at which cursor and span jump to it."""

_DRAG_FROM: Final = 4
_REACH: Final = 4
"""The tooltip is at most this many lanes under its bar, where a group is unfolded to many."""


@dataclass(slots=True)
class _Press:
    """A pressed button: a click until it moves; then it pans, drags a path, or with `spans` selects a span.

    With `adds` (Ctrl) a click adds a path to the selected ones, or takes it out.
    """

    at: QPoint
    last: QPoint
    spans: bool
    adds: bool = False
    drag: PathDrag | None = None
    moved: bool = False


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

    @property
    def busy(self) -> bool:
        """Whether a drag is on its way."""
        return self._press is not None and self._press.moved

    def press(self, event: QMouseEvent) -> None:
        """Start what becomes a click, a pan, or on an empty lane or with Shift a span of time."""
        at = event.position().toPoint()
        left = event.button() == Qt.MouseButton.LeftButton
        if left or event.button() == Qt.MouseButton.MiddleButton:
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            adds = left and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            drag = drag_from(self._canvas.hit(at)) if left and not shift and not adds else None
            self._press = _Press(at, at, left and (shift or self._is_empty(at)), adds, drag)

    def move(self, event: QMouseEvent) -> None:
        """Pan, stretch the span, or show what the pointer is on."""
        at, press = event.position().toPoint(), self._press
        if press is None:
            self._point_at(at)
            return
        if not press.moved and (at - press.at).manhattanLength() < _DRAG_FROM:
            return
        if not press.moved:
            press.moved = True
            self.leave()
            shape = Qt.CursorShape.SizeHorCursor if press.spans else Qt.CursorShape.ClosedHandCursor
            self._canvas.viewport().setCursor(shape)
            if press.drag is not None:
                self._canvas.path_selected.emit(BY_HAND, press.drag.path)
        if press.drag is not None:
            if press.drag.move(self._canvas.axis.seconds(at.x())):
                self._tell(press.drag)
            return
        if press.spans:
            free = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            self._stretch(press.at.x(), at.x(), free)
            return
        by, press.last = at - press.last, at
        self._canvas.axis.pan(by.x())
        bar = self._canvas.verticalScrollBar()
        bar.setValue(bar.value() - by.y())

    def _is_empty(self, at: QPoint) -> bool:
        """Whether a point is on a lane of a plan, beside its bars."""
        hit = self._canvas.hit(at)
        return (
            hit is not None
            and hit.lane is not None
            and not hit.in_gutter
            and hit.bar is None
            and hit.group.plan is not None
        )

    def _stretch(self, x0: int, x1: int, free: bool) -> None:
        """Select the time between two pixels; the ends snap to those of bars unless `free`."""
        axis, model = self._canvas.axis, self._canvas.model
        times = sorted(axis.seconds(min(max(x, axis.left), axis.right)) for x in (x0, x1))
        if model is not None and not free:
            times = [model.near(time, SNAP * axis.per_pixel) for time in times]
        self._canvas.set_span((times[0], times[1]) if times[1] > times[0] else None)

    def release(self, event: QMouseEvent) -> None:
        """End a pan, or act on a click."""
        press, self._press = self._press, None
        if press is None:
            return
        if not press.moved and event.button() == Qt.MouseButton.LeftButton:
            hit = self._canvas.hit(press.at)  # only now: new plans may have landed since the press
            if hit is not None:
                self._click(hit, press.adds)
        self._point_at(event.position().toPoint())

    def take_back(self) -> bool:
        """End the drag of a path where it began; False when there is none."""
        press = self._press
        if press is None or press.drag is None or not press.moved:
            return False
        self._press = None
        if press.drag.take_back():
            self._tell(press.drag)
        self._canvas.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        return True

    def _tell(self, drag: PathDrag) -> None:
        self._canvas.path_dragged.emit(drag.path, drag.place, drag.gesture)

    def leave(self) -> None:
        """Forget what the pointer was on."""
        self.tooltip.hide()
        self._set_hover(None)

    def _click(self, hit: Hit, adds: bool) -> None:
        canvas = self._canvas
        if adds and hit.lane is not None and not hit.in_gutter:
            if hit.path is not None:
                canvas.path_toggled.emit(hit.group.method, hit.path)
            return
        if canvas.marks.span is not None and not hit.in_gutter:
            canvas.set_span(None)
            if hit.path is None:
                return
        if hit.on_copy:
            canvas.copy_wanted.emit(hit.group.method)
        elif hit.lane is None:
            canvas.plan_activated.emit(hit.group.method)
        elif hit.in_gutter:
            if hit.lane.foldable:
                canvas.toggle_fold(hit.group, hit.lane.resource)
        elif hit.path is not None:
            self._pick(hit, hit.group.method, hit.path)
        elif canvas.selection.path is not None:
            canvas.path_selected.emit(None, None)

    def _point_at(self, at: QPoint) -> None:
        hit = self._canvas.hit(at)
        self._set_hover(hit)
        clickable = hit is not None and (hit.lane is None or (hit.in_gutter and hit.lane.foldable))
        shape = Qt.CursorShape.PointingHandCursor if clickable else Qt.CursorShape.ArrowCursor
        if hit is not None and hit.path is not None and hit.group.method == BY_HAND:
            shape = Qt.CursorShape.OpenHandCursor
        self._canvas.viewport().setCursor(shape)
        self._show_tooltip(hit, at)

    def _pick(self, hit: Hit, method: str, path: int) -> None:
        """Select a path, or take it back; where layers are drawn, first the layer under the pointer."""
        canvas = self._canvas
        same = canvas.selection == Outlined(method, path)
        layer = _layer_at(hit) if canvas.colours == "layer" else None
        if layer is not None and layer != canvas.marks.layer:
            canvas.layer_selected.emit(layer)
            if same:
                return
        canvas.path_selected.emit(*((None, None) if same else (method, path)))

    def _set_hover(self, hit: Hit | None) -> None:
        before, self._hover = self._hover, hit
        if (hit.key if hit is not None else None) == (before.key if before is not None else None):
            return
        self._canvas.viewport().update()
        at, was = _path_of(hit), _path_of(before)
        if at != was:
            self._canvas.path_hovered.emit(*at)

    def _text(self, hit: Hit) -> BarText | None:
        if hit.lane is None or hit.in_gutter:
            return None
        if hit.bar is None:
            if hit.lane.row is None and 0 <= hit.time_s <= hit.group.makespan_s:
                return load_text(hit.group, hit.lane.resource, hit.time_s)
            return None
        text = bar_text(hit.group, hit.bar, hit.lane.resource)
        if text is None:
            return None
        more = []
        if self._canvas.colours == "layer" and (layer := _layer_at(hit)) is not None:
            more.append((f"here: {layer}", ""))
        if self._canvas.critical:
            more.append(slack_line(hit.group, hit.bar))
        return BarText(text.title, (*text.lines, *more))

    def _show_tooltip(self, hit: Hit | None, at: QPoint) -> None:
        text = self._text(hit) if hit is not None else None
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


def _layer_at(hit: Hit) -> str | None:
    """Name the layer that is computed under the pointer."""
    if hit.bar is None:
        return None
    parts = stretches_of(hit.group)
    at = parts.at(hit.bar, hit.time_s)
    if at is None or parts.layer[at] == INPUT:
        return None
    return hit.group.network.layers[int(parts.layer[at])].name
