"""GanttCanvas: the charts with what mouse and keyboard do in them."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, Qt, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from flgui.theme.tokens import Tokens
from flgui.viewmodel.gantt import GanttGroup, GanttModel
from flgui.viewmodel.totals import span_totals
from flgui.views.gantt.axis import TimeAxis
from flgui.views.gantt.charts import Charts
from flgui.views.gantt.hits import Hit, hit_test
from flgui.views.gantt.keys import Keys
from flgui.views.gantt.layout import is_folded
from flgui.views.gantt.painting import Marks
from flgui.views.gantt.pointer import Pointer
from flgui.views.gantt.span_panel import SpanPanel
from flgui.views.gantt.tooltip import BarTooltip
from flgui.views.gantt.wheel import wheel

__all__ = ["GanttCanvas"]


class GanttCanvas(Charts):
    """Charts, gestures and tooltips; GanttView puts ruler and header over it."""

    path_selected = Signal(object, object)
    path_toggled = Signal(object, object)
    plan_activated = Signal(str)
    path_hovered = Signal(object, object)
    path_dragged = Signal(int, int, int)
    copy_wanted = Signal(str)
    cursor_dropped = Signal()
    layer_selected = Signal(object)
    critical_toggled = Signal()
    span_changed = Signal(object)

    def __init__(self, axis: TimeAxis, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(axis, tokens, parent)
        self._keys = Keys(self)
        self._pointer = Pointer(self)
        self._pointer.tooltip.set_theme(tokens)
        self._span_panel = SpanPanel(tokens, self.viewport())
        self._span_panel.closed.connect(self._on_span_closed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)

    # -- what the view is told ------------------------------------------------------------------------------

    @property
    def tooltip(self) -> BarTooltip:
        """The box that says what a bar is."""
        return self._pointer.tooltip

    def set_model(self, model: GanttModel | None) -> None:
        """Show other charts; folds, a zoomed range of time and a selected span stay."""
        self._pointer.leave()
        super().set_model(model)
        self._show_span()

    def set_theme(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        super().set_theme(tokens)
        self._pointer.tooltip.set_theme(tokens)
        self._span_panel.set_theme(tokens)

    @property
    def span_panel(self) -> SpanPanel:
        """The totals of the selected span of time."""
        return self._span_panel

    def set_span(self, span: tuple[float, float] | None) -> None:
        """Select a span of time and show its totals; None for none."""
        if span != self._marks.span:
            self.mark(span=span)
            self._show_span()
            self.span_changed.emit(span)

    def _show_span(self) -> None:
        """Write the totals of the span anew and put the panel beside it."""
        span, panel = self._marks.span, self._span_panel
        if span is None or self._model is None:
            panel.hide()
            return
        panel.show_totals(span_totals(self._model, *span), span)
        edges = (round(self._axis.x(span[0])), round(self._axis.x(span[1])))
        panel.place(edges, self.viewport().rect().adjusted(self._axis.left, 0, -2, -2))

    @Slot()
    def _on_axis_changed(self) -> None:
        self._pointer.leave()
        super()._on_axis_changed()
        if self._marks.span is not None and not self._pointer.busy:
            self._show_span()

    @Slot()
    def _on_span_closed(self) -> None:
        self.set_span(None)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Draw the part that came into view."""
        self._pointer.leave()
        super().scrollContentsBy(dx, dy)

    def _all_marks(self) -> Marks:
        hit = self._pointer.hover
        bar = (hit.group, hit.bar) if hit is not None and hit.bar is not None else None
        copy = hit.group.method if hit is not None and hit.on_copy else ""
        return replace(self._marks, bar=bar, copy=copy)

    # -- pointer --------------------------------------------------------------------------------------------

    def hit(self, at: QPoint) -> Hit | None:
        """Return what lies under a point of the viewport."""
        frame = self.frame()
        if frame is None:
            return None
        return hit_test(frame, at.x(), at.y() + frame.top, self._marks.cursor_s)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start what becomes a click or a pan."""
        self._ring = False
        self._pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, or show what the pointer is on."""
        self._pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a pan, or act on a click."""
        self._pointer.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select the path of a bar and zoom to it."""
        hit = self.hit(event.position().toPoint())
        if hit is not None and hit.path is not None and event.button() == Qt.MouseButton.LeftButton:
            self.path_selected.emit(hit.group.method, hit.path)
            self._keys.fit_paths(hit.group, (hit.path,))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom time at the pointer; over the row labels, scroll."""
        if event.position().x() < self._axis.left:
            super().wheelEvent(event)
        else:
            wheel(self._axis, event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Hear when the pointer leaves the viewport, which has no handler of its own here."""
        if event.type() == QEvent.Type.Leave:
            self._pointer.leave()
        return super().viewportEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Take the tooltip along."""
        self._pointer.leave()

    def toggle_fold(self, group: GanttGroup, resource: int) -> None:
        """Fold the rows of a resource to one, or unfold them."""
        self._folds[group.method, resource] = not is_folded(group, resource, self._folds)
        self._pointer.leave()
        self._arrange()

    # -- keyboard -------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Zoom, pan, fit and step from path to path."""
        if event.key() == Qt.Key.Key_Escape and self._pointer.take_back():
            return
        if not self._keys.press(event):
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep Ctrl+C from the menus while there are totals to copy."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._marks.span is not None
            and event.matches(QKeySequence.StandardKey.Copy)
        ):
            event.accept()
            return True
        return super().event(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes to the next path by start time, and leaves the charts after the last one."""
        return self._keys.step(1 if forward else -1, wrap=False) or super().focusNextPrevChild(forward)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus ring when the keyboard brought the focus."""
        self._ring = event.reason() in (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
            Qt.FocusReason.ShortcutFocusReason,
        )
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the focus ring away."""
        self._ring = False
        self.viewport().update()
