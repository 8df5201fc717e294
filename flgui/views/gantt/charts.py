"""Charts: the three schedules, painted by hand on one widget that only shows.

One QAbstractScrollArea paints everything in whole pixels, instead of a pyqtgraph ViewBox per plan. It is
simpler: row labels, headers and lanes share one layout, nothing has to be linked, and a hatch cannot stretch
because there is no transform to stretch it. It is also as fast as the fastest way measured, since it uses the
same one (one rectangle array a colour, drawn with a single `drawRects`), and culls by row first. The plans
are drawn into a pixmap that is kept until they, the range of time or the size change; selection, hover and
cursor are painted over it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from flgui.theme.devices import device_ratio, on_paper
from flgui.theme.tokens import Tokens
from flgui.viewmodel.gantt import GanttModel
from flgui.views.gantt.axis import TimeAxis
from flgui.views.gantt.frame import INSET, Frame, text_width
from flgui.views.gantt.ground import LABEL_LEFT
from flgui.views.gantt.layout import Layout, lane_count, lay_out, metrics_of
from flgui.views.gantt.looks import Colours
from flgui.views.gantt.overlay import Outlined, paint_focus
from flgui.views.gantt.painting import Marks, paint_marks, paint_plans
from flgui.views.gantt.palette import GanttPalette

__all__ = ["Charts"]

_LEAST_GUTTER = 89


class Charts(QAbstractScrollArea):
    """Shows what it is told; knows no gesture but scrolling."""

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
        self._followed = ""
        self._picture: QPixmap | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Schedules")
        axis.changed.connect(self._on_axis_changed)

    @property
    def model(self) -> GanttModel | None:
        """The charts shown."""
        return self._model

    @property
    def selection(self) -> Outlined:
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
    def colours(self) -> Colours:
        """What the fill of a bar stands for."""
        return self._colours

    @property
    def critical(self) -> bool:
        """Whether the critical path stands out."""
        return self._critical

    def set_model(self, model: GanttModel | None) -> None:
        """Show other charts; folds and a zoomed range of time stay."""
        self._model = model
        if model is not None:
            self._axis.set_whole(model.axis_s)
        self._arrange()

    def set_theme(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
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

    def follow(self, method: str) -> None:
        """Scroll to the chart of a method, and stay there when the room changes."""
        if method != self._followed:
            self._followed = method
            self._scroll_to_followed()

    def set_selection(self, selection: Outlined) -> None:
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
        before = bar.maximum()
        bar.setRange(0, max(0, height - self.viewport().height()))
        if bar.maximum() != before:  # else it stays where the user has scrolled to
            self._scroll_to_followed()
        self._redraw()

    def _scroll_to_followed(self) -> None:
        model, boxes, bar = self._model, self._layout, self.verticalScrollBar()
        if model is None or boxes is None or not bar.maximum():
            return
        for group, box in zip(model.groups, boxes.groups, strict=True):
            if group.method == self._followed:
                least = box.bottom - self.viewport().height()
                bar.setValue(min(max(bar.value(), least), box.top))

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
        self._redraw()

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
            paint_marks(painter, frame, self._all_marks())
            if self._ring:
                paint_focus(painter, frame, viewport.rect())
        painter.end()

    def _all_marks(self) -> Marks:
        """Return what is drawn over the plans."""
        return self._marks

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
        self._redraw()
