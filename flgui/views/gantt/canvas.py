"""GanttCanvas: the three charts, painted by hand on one widget.

One QAbstractScrollArea paints everything in whole pixels, instead of a pyqtgraph ViewBox per plan. It is
simpler: row labels, headers and lanes share one layout, nothing has to be linked, and a hatch cannot stretch
because there is no transform to stretch it. It is also as fast as the fastest way measured, since it uses the
same one (one rectangle array a colour, drawn with a single `drawRects`), and culls by row first. The plans
are drawn into a pixmap that is kept until they, the range of time or the size change; selection and hover are
painted over it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QEvent, QPoint, Qt, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from flgui.theme.devices import device_ratio, on_paper
from flgui.theme.tokens import Tokens
from flgui.viewmodel.gantt import GanttGroup, GanttModel
from flgui.viewmodel.totals import span_totals
from flgui.views.gantt.axis import TimeAxis
from flgui.views.gantt.frame import INSET, Frame, text_width
from flgui.views.gantt.ground import LABEL_LEFT
from flgui.views.gantt.hits import Hit, hit_test
from flgui.views.gantt.keys import Keys
from flgui.views.gantt.layout import Layout, is_folded, lane_count, lay_out, metrics_of
from flgui.views.gantt.looks import Colours
from flgui.views.gantt.overlay import Selection, paint_focus
from flgui.views.gantt.painting import Marks, paint_marks, paint_plans
from flgui.views.gantt.palette import GanttPalette
from flgui.views.gantt.pointer import Pointer
from flgui.views.gantt.span_panel import SpanPanel
from flgui.views.gantt.tooltip import BarTooltip
from flgui.views.gantt.wheel import wheel

__all__ = ["GanttCanvas"]

_LEAST_GUTTER = 89


class GanttCanvas(QAbstractScrollArea):
    """Charts, gestures and tooltips; GanttView puts ruler and header over it."""

    path_selected = Signal(object, object)
    plan_activated = Signal(str)
    path_hovered = Signal(object, object)
    cursor_dropped = Signal()
    layer_selected = Signal(object)
    critical_toggled = Signal()
    span_changed = Signal(object)

    def __init__(self, axis: TimeAxis, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._axis, self._tokens = axis, tokens
        self._model: GanttModel | None = None
        self._layout: Layout | None = None
        self._palette = GanttPalette(tokens)
        self._marks = Marks()
        self._stale = self._compact = self._ring = False
        self._folds: dict[tuple[str, int], bool] = {}
        self._colours: Colours = "path"
        self._critical = False
        self._picture: QPixmap | None = None
        self._keys = Keys(self)
        self._pointer = Pointer(self)
        self._pointer.tooltip.set_theme(tokens)
        self._span_panel = SpanPanel(tokens, self.viewport())
        self._span_panel.closed.connect(self._on_span_closed)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Schedules")
        axis.changed.connect(self._on_axis_changed)

    # -- what the view is told ------------------------------------------------------------------------------

    @property
    def model(self) -> GanttModel | None:
        """The charts shown."""
        return self._model

    @property
    def selection(self) -> Selection:
        """The selected path."""
        return self._marks.selection

    @property
    def marks(self) -> Marks:
        """What lies over the plans."""
        return self._marks

    @property
    def axis(self) -> TimeAxis:
        """The visible range of time."""
        return self._axis

    @property
    def layout_boxes(self) -> Layout | None:
        """Where groups and lanes stand, in pixels from the top of the contents."""
        return self._layout

    @property
    def tooltip(self) -> BarTooltip:
        """The box that says what a bar is."""
        return self._pointer.tooltip

    def set_model(self, model: GanttModel | None) -> None:
        """Show other charts; folds and a zoomed range of time stay."""
        self._model = model
        self._pointer.leave()
        if model is not None:
            self._axis.set_whole(model.axis_s)
        self._arrange()
        self._show_span()

    def set_theme(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self._pointer.tooltip.set_theme(tokens)
        self._span_panel.set_theme(tokens)
        self._recolour()

    def set_stale(self, stale: bool) -> None:
        """Dim the charts while newer plans are on their way."""
        if stale != self._stale:
            self._stale = stale
            self._recolour()

    def set_compact(self, compact: bool) -> None:
        """Use the low lanes of small windows."""
        if compact != self._compact:
            self._compact = compact
            self._arrange()

    @property
    def colours(self) -> Colours:
        """What the fill of a bar stands for."""
        return self._colours

    @property
    def critical(self) -> bool:
        """Whether the critical path stands out."""
        return self._critical

    @property
    def span_panel(self) -> SpanPanel:
        """The totals of the selected span of time."""
        return self._span_panel

    def set_colours(self, colours: Colours) -> None:
        """Colour bars by path, by the layers inside them, or by resource."""
        if colours != self._colours:
            self._colours = colours
            self._redraw()

    def set_critical(self, critical: bool) -> None:
        """Let the critical path stand out and everything else be faint."""
        if critical != self._critical:
            self._critical = critical
            self._redraw()

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

    def set_selection(self, selection: Selection) -> None:
        """Outline a path in its plan, and in plans that cut the network the same way."""
        self.mark(selection=selection)

    def mark(self, **changes: Any) -> None:
        """Change some of the marks over the plans (see Marks)."""
        marks = replace(self._marks, **changes)
        if marks != self._marks:
            self._marks = marks
            self.viewport().update()

    # -- layout ---------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        model = self._model
        if model is None:
            self._layout = None
        else:
            lanes, room = lane_count(model, self._folds), self.viewport().height()
            metrics = metrics_of(self._tokens, self._compact, lanes, len(model.groups), room)
            self._layout = lay_out(model, self._folds, metrics)
        self._place_axis()
        height = self._layout.height if self._layout is not None else 0
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(self._layout.metrics.lane if self._layout is not None else 20)
        bar.setRange(0, max(0, height - self.viewport().height()))
        self._redraw()

    def _place_axis(self) -> None:
        labels = {lane.label for box in self._layout.groups for lane in box.lanes} if self._layout else set()
        widest = max((text_width(label, 12, 400) for label in labels), default=0)
        left = max(_LEAST_GUTTER, LABEL_LEFT + widest + 10)
        self._axis.place(left, self.viewport().width() - left - INSET)

    def _recolour(self) -> None:
        self._palette = GanttPalette(self._tokens, self._stale)
        self._redraw()

    def _redraw(self) -> None:
        self._picture = None
        self.viewport().update()

    @Slot()
    def _on_axis_changed(self) -> None:
        self._pointer.leave()
        self._redraw()
        if self._marks.span is not None and not self._pointer.busy:
            self._show_span()

    @Slot()
    def _on_span_closed(self) -> None:
        self.set_span(None)

    # -- painting -------------------------------------------------------------------------------------------

    def frame(self) -> Frame | None:
        """Return what a repaint reads, None while there is no model."""
        if self._model is None or self._layout is None:
            return None
        viewport = self.viewport()
        top = self.verticalScrollBar().value()
        ratio = viewport.devicePixelRatioF()
        size = (viewport.height(), viewport.width())
        look = (self._colours, self._critical)
        return Frame(self._model, self._layout, self._axis, self._palette, top, *size, ratio, *look)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the kept picture and what lies over it."""
        viewport = self.viewport()
        painter = QPainter(viewport)
        ratio = device_ratio(painter)
        if on_paper(painter):
            self._paint_plans(painter, ratio)
        else:
            if self._picture is None or self._picture.devicePixelRatio() != ratio:
                self._picture = self._draw_picture(ratio)
            painter.drawPixmap(0, 0, self._picture)
        frame = self.frame()
        if frame is not None:
            hit = self._pointer.hover
            bar = (hit.group, hit.bar) if hit is not None and hit.bar is not None else None
            paint_marks(painter, frame, replace(self._marks, bar=bar))
            if self._ring:
                paint_focus(painter, frame, viewport.rect())
        painter.end()

    def _draw_picture(self, ratio: float) -> QPixmap:
        size = self.viewport().size()
        picture = QPixmap(size * ratio)
        picture.setDevicePixelRatio(ratio)
        painter = QPainter(picture)
        self._paint_plans(painter, ratio)
        painter.end()
        return picture

    def _paint_plans(self, painter: QPainter, ratio: float) -> None:
        painter.fillRect(self.viewport().rect(), self._palette.color("surface.panel"))
        frame = self.frame()
        if frame is not None:
            paint_plans(painter, replace(frame, ratio=ratio))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out again: lanes grow with the height, the axis with the width."""
        super().resizeEvent(event)
        self._arrange()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Draw the part that came into view."""
        self._pointer.leave()
        self._redraw()

    # -- pointer --------------------------------------------------------------------------------------------

    def hit(self, at: QPoint) -> Hit | None:
        """Return what lies under a point of the viewport."""
        frame = self.frame()
        return None if frame is None else hit_test(frame, at.x(), at.y() + frame.top)

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
            self._keys.fit_path(hit.group, hit.path)

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
        if not self._keys.press(event):
            super().keyPressEvent(event)

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
