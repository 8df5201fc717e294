"""GanttView: the pane with the three schedules: header, ruler and charts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from flgui.text import format_time, join, path_list
from flgui.theme.tokens import Tokens
from flgui.viewmodel.gantt import GanttModel
from flgui.viewmodel.moments import moment_text
from flgui.views.gantt.axis import TimeAxis
from flgui.views.gantt.canvas import GanttCanvas
from flgui.views.gantt.header import GanttHeader
from flgui.views.gantt.looks import COLOURS
from flgui.views.gantt.overlay import Outlined
from flgui.views.gantt.pointer import SNAP
from flgui.views.gantt.ruler import Ruler
from flgui.views.gantt.wheel import STEP

__all__ = ["GanttView"]


class GanttView(QWidget):
    """NFL, MW and BF under one another on one time axis (SPEC section 4).

    Shows what it is told and announces what the user picked; whoever listens calls `set_selection`.
    """

    path_selected = Signal(object, object)
    """(method, path) that was picked, or (None, None) when the pick was taken back."""

    path_toggled = Signal(object, object)
    """(method, path) that is to join the selected ones, or to leave them."""

    plan_activated = Signal(str)
    """The method whose header was clicked."""

    path_hovered = Signal(object, object)
    """(method, path) under the pointer, or (None, None)."""

    cursor_moved = Signal(object)
    """Seconds to which the user moved the time cursor, or None when it was taken away."""

    path_dragged = Signal(int, int, int)
    """Path of the plan made by hand, the place in the order that it is dragged to, and the number of the drag."""

    copy_wanted = Signal(str)
    """The method whose plan is to be copied, to be changed by hand."""

    layer_selected = Signal(object)
    """Name of the layer that was picked."""

    play_clicked = Signal()
    speed_chosen = Signal(float)

    def __init__(self, tokens: Tokens | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tokens = tokens or Tokens.load("light")
        self._axis = TimeAxis(self)
        self._canvas = GanttCanvas(self._axis, tokens, self)  # first, so that Tab comes here first
        self._header = GanttHeader(tokens, self)
        self._ruler = Ruler(self._axis, tokens, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self._header, self._ruler, self._canvas):
            column.addWidget(part)
        self.setFocusProxy(self._canvas)
        self._header.zoom_in_clicked.connect(self.zoom_in)
        self._header.zoom_out_clicked.connect(self.zoom_out)
        self._header.fit_clicked.connect(self.fit)
        self._canvas.path_selected.connect(self.path_selected)
        self._canvas.path_toggled.connect(self.path_toggled)
        self._canvas.plan_activated.connect(self.plan_activated)
        self._canvas.path_hovered.connect(self.path_hovered)
        self._canvas.path_dragged.connect(self.path_dragged)
        self._canvas.copy_wanted.connect(self.copy_wanted)
        self._canvas.layer_selected.connect(self.layer_selected)
        self._canvas.span_changed.connect(self._ruler.set_span)
        self._canvas.critical_toggled.connect(self._on_critical_key)
        self._header.critical_toggled.connect(self.set_critical)
        self._header.colours_chosen.connect(self.set_colours)
        self._canvas.cursor_dropped.connect(self._on_cursor_dropped)
        self._ruler.cursor_dragged.connect(self._on_cursor_dragged)
        self._header.play_clicked.connect(self.play_clicked)
        self._header.speed_chosen.connect(self.speed_chosen)

    @property
    def axis(self) -> TimeAxis:
        """The visible range of time."""
        return self._axis

    @property
    def canvas(self) -> GanttCanvas:
        """The charts themselves."""
        return self._canvas

    @property
    def ruler(self) -> Ruler:
        """The time axis above the charts."""
        return self._ruler

    @property
    def header(self) -> GanttHeader:
        """Title, legend and buttons."""
        return self._header

    def set_model(self, model: GanttModel | None) -> None:
        """Show the charts of a model; None clears the pane."""
        self._canvas.set_model(model)
        self._describe()

    def set_theme(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        for part in (self._header, self._ruler, self._canvas):
            part.set_theme(tokens)

    def set_selection(self, method: str | None, path: int | None, more: tuple[int, ...] = ()) -> None:
        """Outline a path of a method's plan, and `more` of them; None is no path. Emits nothing."""
        self._canvas.set_selection(Outlined(method, path, more))
        self._describe()

    def follow(self, method: str) -> None:
        """Keep the charts of a method in sight where there is no room for all of them."""
        self._canvas.follow(method)

    def set_stale(self, stale: bool) -> None:
        """Dim the charts while newer plans are on their way."""
        self._canvas.set_stale(stale)

    def set_compact(self, compact: bool) -> None:
        """Use the low lanes of small windows."""
        self._canvas.set_compact(compact)

    def set_hover(self, method: str | None, path: int | None) -> None:
        """Frame the bars of a path that is pointed at elsewhere; None is none."""
        self._canvas.mark(hover=Outlined(method, path))

    def set_cursor(self, time_s: float | None) -> None:
        """Put the time cursor at a moment; None is no cursor. Emits nothing."""
        self._canvas.mark(cursor_s=time_s)
        self._ruler.set_cursor(time_s)
        self._describe()

    def set_layer(self, name: str | None) -> None:
        """Underline a layer in the bars; None is no layer. Emits nothing."""
        self._canvas.mark(layer=name)
        self._header.set_layer(name)

    @Slot(str)
    def set_colours(self, colours: str) -> None:
        """Colour bars by "path", "layer" or "resource"."""
        for known in COLOURS:
            if known == colours:
                self._canvas.set_colours(known)
                self._header.set_colours(known)

    @Slot(bool)
    def set_critical(self, critical: bool) -> None:
        """Let the critical path stand out, or no longer."""
        self._canvas.set_critical(critical)
        self._header.set_critical(critical)

    @Slot()
    def _on_critical_key(self) -> None:
        self.set_critical(not self._canvas.critical)

    def set_playing(self, playing: bool) -> None:
        """Offer to stop, or to play."""
        self._header.set_playing(playing)

    def set_speeds(self, speeds: Sequence[float], chosen: float) -> None:
        """Offer speeds in seconds for a second of the plan; 0 is the whole plan in ten seconds."""
        self._header.set_speeds(speeds, chosen)

    @Slot()
    def zoom_in(self) -> None:
        """Show less time, around the middle."""
        self._axis.zoom(STEP)

    @Slot()
    def zoom_out(self) -> None:
        """Show more time, around the middle."""
        self._axis.zoom(1 / STEP)

    @Slot()
    def fit(self) -> None:
        """Show the whole time."""
        self._axis.fit()

    @Slot(float, bool)
    def _on_cursor_dragged(self, time_s: float, free: bool) -> None:
        model = self._canvas.model
        if model is not None and not free:
            time_s = model.near(time_s, SNAP * self._axis.per_pixel)
        self.cursor_moved.emit(time_s)

    @Slot()
    def _on_cursor_dropped(self) -> None:
        self.cursor_moved.emit(None)

    def _describe(self) -> None:
        """Say in words, for screen readers, what the charts show."""
        model, chosen = self._canvas.model, self._canvas.selection
        if model is None:
            self._canvas.setAccessibleDescription("No plan")
            return
        parts = [
            f"{g.method} {join(format_time(g.makespan_s)) if g.plan is not None else 'planning'}, {g.caption}"
            for g in model.groups
        ]
        if chosen.path is not None:
            parts.append(f"{path_list(chosen.paths)} of {chosen.method} selected")
        cursor = self._canvas.marks.cursor_s
        if cursor is not None:
            parts.append(f"cursor at {join(format_time(cursor))}")
            parts += [f"{g.method} {moment_text(g.plan, cursor)}" for g in model.groups if g.plan is not None]
        self._canvas.setAccessibleDescription("; ".join(parts))
