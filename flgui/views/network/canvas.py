"""The zoomable graph."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QGraphicsScene, QToolTip, QWidget

from flgui.layout.graph import GraphLayout, Skeleton, lay_out
from flgui.theme.tokens import Tokens
from flgui.viewmodel.network import NetworkModel
from flgui.viewmodel.placement import Placement
from flgui.views.network.edge_item import EdgeItem
from flgui.views.network.fitting import Fit, choose_fit, readable
from flgui.views.network.items import graph_items
from flgui.views.network.mapped import MAP, MappedView
from flgui.views.network.node_item import NodeItem
from flgui.views.network.placement_items import BandItem, RailItem
from flgui.views.network.places import place, scene_rect
from flgui.views.network.plan_layer import Drawn, PlanLayer
from flgui.views.network.pointer import Pointer
from flgui.views.network.style import GraphStyle
from flgui.views.network.words import tip_text

__all__ = ["GraphCanvas"]

_Z_BAND, _Z_EDGE, _Z_NODE, _Z_RAIL = range(4)
_PILL_ROOM = 18.0


class GraphCanvas(MappedView):
    """Shows a NetworkModel: wheel zooms at the pointer, drag pans, double click fits, click picks a node."""

    node_clicked = Signal(object)
    """Node number, or None for a click on the ground."""
    arranged = Signal()
    """The graph was fitted to the pane, perhaps in other sizes."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._style = GraphStyle(tokens)
        self._model: NetworkModel | None = None
        self._frame: Skeleton | None = None
        self._layout: GraphLayout | None = None
        self._fit: Fit | None = None
        self._placement: Placement | None = None
        self._nodes: list[NodeItem] = []
        self._edges: list[EdgeItem] = []
        self._compact = False
        self._overview = False
        self._selected: int | None = None
        self._hovered: int | None = None
        self._pointer = Pointer(self)
        self._set_up()

    def _set_up(self) -> None:
        scene = QGraphicsScene(self)
        self.setScene(scene)
        self._plan = PlanLayer(scene, self._style, _Z_BAND, _Z_RAIL)
        scene.setBackgroundBrush(self._style.ground)
        self.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Network graph")

    # -- content ---------------------------------------------------------------------------------------------

    def set_graph(self, model: NetworkModel, frame: Skeleton) -> None:
        """Show another network, fitted."""
        for item in (*self._nodes, *self._edges):
            self.scene().removeItem(item)
        self._model, self._frame = model, frame
        self._layout = None  # another graph may be fitted in the same sizes
        self._placement = None
        self._selected = self._hovered = None
        self._nodes, self._edges = graph_items(model, frame, self._style)
        for item in (*self._nodes, *self._edges):
            item.setZValue(_Z_NODE if isinstance(item, NodeItem) else _Z_EDGE)
            self.scene().addItem(item)
        self.fit()

    def clear(self) -> None:
        """Show nothing until the next graph."""
        for item in (*self._nodes, *self._edges):
            self.scene().removeItem(item)
        self._nodes, self._edges = [], []
        self._model = self._frame = self._layout = self._placement = None
        self._selected = self._hovered = None
        self._plan.clear()
        self._show_map(False)

    def set_placement(self, shown: Placement | None) -> None:
        """Mark where a plan computes the layers."""
        self._placement = shown
        self._place_plan()

    def set_running(self, numbers: frozenset[int]) -> None:
        """Mark the nodes that are computed at the time cursor."""
        for i, node in enumerate(self._nodes):
            node.set_running(i in numbers)

    def set_style(self, tokens: Tokens) -> None:
        """Take the colours of another theme."""
        self._style = GraphStyle(tokens)
        self.scene().setBackgroundBrush(self._style.ground)
        items: list[NodeItem | EdgeItem | BandItem | RailItem] = [*self._nodes, *self._edges]
        for item in (*items, self._plan.band, self._plan.rail):
            item.set_style(self._style)
        self.map.set_theme(tokens)

    def set_compact(self, compact: bool) -> None:
        """Start from the smaller sizes."""
        if compact != self._compact:
            self._compact = compact
            self.fit()

    def set_selected(self, number: int | None) -> None:
        """Outline a node and bring it into view."""
        if number == self._selected or (number is not None and number >= len(self._nodes)):
            return
        before, self._selected = self._selected, number
        self._mark(before)
        self._mark(number)
        if number is not None:
            box = self.mapFromScene(self._nodes[number].body()).boundingRect()
            if not self.viewport().rect().contains(box):
                self.ensureVisible(self._nodes[number].body(), 24, 24)
        self._draw_map()

    def set_found(self, numbers: Iterable[int], current: int | None) -> None:
        """Mark what a search has found, and bring the match that is looked at into the middle."""
        found = set(numbers)
        for i, node in enumerate(self._nodes):
            node.set_found(i in found, i == current)
        if current is not None:
            self._own_view = True
            self._show_map(True)
            if not self.shows_text or self.zoom < 1:
                self._zoom_to(1.0)
            self.centre_on(self._nodes[current].body().center())

    @property
    def shows_pills(self) -> bool:
        """Whether cuts are written on the rail; else the caption has to say them."""
        fit = self._fit
        return fit is not None and self._is_path() and fit.metrics.gap >= _PILL_ROOM - 2

    @property
    def shows_text(self) -> bool:
        """Whether the fit leaves nodes large enough for text."""
        return self._fit is not None and readable(self._fit)

    # -- view ------------------------------------------------------------------------------------------------

    def fit(self, overview: bool = False) -> None:
        """Fit the graph to the pane; with `overview` all of it, even if text is lost."""
        self._own_view, self._overview = False, overview
        self._arrange()

    @property
    def fitted_zoom(self) -> float | None:
        """Zoom at which the graph fits the pane; None without a graph."""
        return self._fit.zoom if self._fit is not None else None

    def node_box(self, number: int) -> QRect:
        """Return where a node is in the viewport."""
        return self.mapFromScene(self._nodes[number].body()).boundingRect()

    def _is_path(self) -> bool:
        return self._frame is not None and self._frame.is_path

    def _arrange(self) -> None:
        """Choose sizes for the pane and put every item in its place."""
        if self._frame is None:
            return
        width, height = self.width(), self.height()
        fit = choose_fit(self._frame, width, height, self._compact, self._overview)
        if not fit.whole:  # the map takes its part
            fit = choose_fit(self._frame, width - MAP, height, self._compact, self._overview)
        self._show_map(not fit.whole)
        if (
            self._fit is None
            or self._layout is None
            or fit.metrics != self._layout.metrics
            or fit != self._fit
        ):
            self._fit = fit
            self._layout = lay_out(self._frame, fit.metrics)
            place(self._nodes, self._edges, self._frame, self._layout, fit)
            self.setSceneRect(scene_rect(self._layout, fit))
            self._place_plan()
        self.resetTransform()
        self.scale(fit.zoom, fit.zoom)
        self.horizontalScrollBar().setValue(0)
        self.verticalScrollBar().setValue(0)
        self._draw_map()
        self.arranged.emit()

    # -- map -------------------------------------------------------------------------------------------------

    def _draw_map(self) -> None:
        if not self.map.isHidden() and self._model is not None:
            texts = self._model.nodes
            boxes = [(node.body(), f"operator.{texts[i].family}") for i, node in enumerate(self._nodes)]
            if self._selected is not None:
                boxes.append((self._nodes[self._selected].body(), "data.selection"))
            self.map.set_boxes(boxes)
            self._on_scrolled()

    def step_selection(self, by: int) -> None:
        """Pick the layer before or behind the selected one."""
        if self._nodes:
            at = self._selected + by if self._selected is not None else 0
            self.node_clicked.emit(min(max(at, 0), len(self._nodes) - 1))

    def zoom_to_selection(self) -> None:
        """Show the selected layer and its neighbours large; with none selected, fit."""
        if self._selected is None:
            self.fit()
            return
        self._own_view = True
        self._show_map(True)
        body = self._nodes[self._selected].body()
        wide = self.viewport().width() / (body.width() + 40)
        self._zoom_to(min(1.5, wide))
        self.centre_on(body.center())
        self._draw_map()

    def _place_plan(self) -> None:
        if self._layout is None or self._fit is None or self._model is None:
            return
        drawn = Drawn(self._layout, self._fit, self._model.inputs, self._nodes, self._edges, self._is_path())
        self._plan.place(drawn, self._placement, self.shows_pills)

    # -- marks -----------------------------------------------------------------------------------------------

    def _mark(self, number: int | None) -> None:
        if number is not None and number < len(self._nodes):
            self._nodes[number].set_marks(selected=number == self._selected, hovered=number == self._hovered)

    def hover(self, number: int | None) -> None:
        """Mark the node under the pointer and say what it is; None for none."""
        if number == self._hovered:
            return
        before, self._hovered = self._hovered, number
        self._mark(before)
        self._mark(number)
        if number is None or self._model is None:
            QToolTip.hideText()
            return
        box = self.node_box(number)
        below = self.viewport().mapToGlobal(QPoint(box.left() + 12, box.bottom()))
        QToolTip.showText(
            below, tip_text(self._model.nodes[number], self._style.tokens), self.viewport(), box
        )

    def rail_mark(self) -> QPoint | None:
        """Return where the one cut of the path shown is on the rail, in the viewport; None without one."""
        at = self._plan.rail.mark
        return self.mapFromScene(at) if at is not None else None

    def rail_joints(self) -> list[int]:
        """Return the height below each node at which the rail can be cut, in the viewport."""
        return [self.mapFromScene(QPointF(0, y)).y() for y in self._plan.rail.joints]

    def node_at(self, at: QPoint) -> int | None:
        """Return the node under a point of the viewport."""
        for item in self.items(at):
            if isinstance(item, NodeItem) and item.body().contains(self.mapToScene(at)):
                return item.number
        return None

    # -- events ----------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the fit, unless the user chose a view."""
        super().resizeEvent(event)
        if self._arranging:
            return
        if not self._own_view:
            self._arrange()
        elif not self.map.isHidden():
            self._show_map(True)
            self._on_scrolled()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Leave it to the pointer."""
        self._pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Leave it to the pointer."""
        self._pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Leave it to the pointer."""
        self._pointer.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fit; and when it is fitted already, go over to the whole graph and back."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.fit(overview=not self._own_view and not self._overview)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down go from layer to layer; F shows the selected one, 0 everything; + and - zoom."""
        key = Qt.Key(event.key())
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(key)
        if step is not None:
            self.step_selection(step)
        elif key == Qt.Key.Key_Escape and self._selected is not None:
            self.node_clicked.emit(None)
        elif key == Qt.Key.Key_F:
            self.zoom_to_selection()
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.zoom_by(0.8 if key == Qt.Key.Key_Minus else 1.25)
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Forget the hover when the pointer leaves."""
        if event.type() == QEvent.Type.Leave:
            self.hover(None)
        return super().viewportEvent(event)
