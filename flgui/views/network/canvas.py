"""The zoomable graph."""

from __future__ import annotations

import html

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QToolTip, QWidget

from flgui.layout.graph import GraphLayout, Skeleton, lay_out
from flgui.theme.tokens import Tokens
from flgui.viewmodel.network import NetworkModel, NodeText, Placement
from flgui.views.network.edge_item import EdgeItem
from flgui.views.network.fitting import RAIL_X, Fit, choose_fit, readable
from flgui.views.network.node_item import NodeItem
from flgui.views.network.placement_items import BandItem, Mark, RailItem, Stretch
from flgui.views.network.style import GraphStyle

__all__ = ["GraphCanvas"]

_Z_BAND, _Z_EDGE, _Z_NODE, _Z_RAIL = range(4)
_ZOOM_MOST = 3.0
_WHEEL = 1.0018
_PILL_ROOM = 18.0


class GraphCanvas(QGraphicsView):
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
        self._own_view = False  # the user zoomed or moved: resizing keeps that
        self._overview = False
        self._selected: int | None = None
        self._hovered: int | None = None
        self._press: QPoint | None = None
        self._panning = False
        self._set_up()

    def _set_up(self) -> None:
        scene = QGraphicsScene(self)
        self.setScene(scene)
        self._band, self._rail = BandItem(self._style), RailItem(self._style)
        self._band.setZValue(_Z_BAND)
        self._rail.setZValue(_Z_RAIL)
        scene.addItem(self._band)
        scene.addItem(self._rail)
        scene.setBackgroundBrush(self._style.ground)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
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
        self._nodes = [NodeItem(i, text, self._style) for i, text in enumerate(model.nodes)]
        labelled: set[int] = set()
        self._edges = []
        crowded = _crowded(frame)
        for i in _straightest_first(frame):
            tail, head = frame.edges[i]
            label = "" if tail in labelled or tail in crowded else model.nodes[tail].shape
            labelled.add(tail)
            self._edges.append(EdgeItem(tail, head, label, self._style))
        tails = {tail for tail, _ in frame.edges}
        self._edges += [
            EdgeItem(i, None, text.shape, self._style) for i, text in enumerate(model.nodes) if i not in tails
        ]
        for item in (*self._nodes, *self._edges):
            item.setZValue(_Z_NODE if isinstance(item, NodeItem) else _Z_EDGE)
            self.scene().addItem(item)
        self.fit()

    def set_placement(self, shown: Placement | None) -> None:
        """Mark where a plan computes the layers."""
        self._placement = shown
        self._place_plan()

    def set_style(self, tokens: Tokens) -> None:
        """Take the colours of another theme."""
        self._style = GraphStyle(tokens)
        self.scene().setBackgroundBrush(self._style.ground)
        items: list[NodeItem | EdgeItem | BandItem | RailItem] = [*self._nodes, *self._edges]
        for item in (*items, self._band, self._rail):
            item.set_style(self._style)

    def set_compact(self, compact: bool) -> None:
        """Start from the smaller sizes."""
        if compact != self._compact:
            self._compact = compact
            self.fit()

    def set_selected(self, number: int | None) -> None:
        """Outline a node and bring it into view."""
        if number == self._selected:
            return
        before, self._selected = self._selected, number
        self._mark(before)
        self._mark(number)
        if number is not None:
            box = self.mapFromScene(self._nodes[number].body()).boundingRect()
            if not self.viewport().rect().contains(box):
                self.ensureVisible(self._nodes[number].body(), 24, 24)

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
    def zoom(self) -> float:
        """Screen pixels per scene unit."""
        return self.transform().m11()

    def node_box(self, number: int) -> QRect:
        """Return where a node is in the viewport."""
        return self.mapFromScene(self._nodes[number].body()).boundingRect()

    def _is_path(self) -> bool:
        return self._frame is not None and self._frame.is_path

    def _arrange(self) -> None:
        """Choose sizes for the pane and put every item in its place."""
        if self._frame is None:
            return
        size = self.maximumViewportSize()
        fit = choose_fit(self._frame, size.width(), size.height(), self._compact, self._overview)
        if not fit.whole:  # the scroll bar takes its part
            width = size.width() - self.verticalScrollBar().sizeHint().width()
            fit = choose_fit(self._frame, width, size.height(), self._compact, self._overview)
        if (
            self._fit is None
            or self._layout is None
            or fit.metrics != self._layout.metrics
            or fit != self._fit
        ):
            self._fit = fit
            self._layout = lay_out(self._frame, fit.metrics)
            self._place_items(self._layout, fit)
            self._place_plan()
        # A scroll bar that comes and goes would change the room it is computed from.
        never, needed = Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.setVerticalScrollBarPolicy(never if fit.whole else needed)
        self.resetTransform()
        self.scale(fit.zoom, fit.zoom)
        self.horizontalScrollBar().setValue(0)
        self.verticalScrollBar().setValue(0)
        self.arranged.emit()

    def _place_items(self, layout: GraphLayout, fit: Fit) -> None:
        shift = np.array([fit.left, fit.top])
        high = layout.metrics.node_height
        for node, x, y, wide in zip(
            self._nodes, layout.left.tolist(), layout.top.tolist(), layout.node_width.tolist(), strict=True
        ):
            node.place(x + fit.left, y + fit.top, wide, high)
        assert self._frame is not None
        routes = dict(zip(self._frame.edges, layout.routes, strict=True))
        for edge in self._edges:
            if edge.head is not None:
                route = routes[edge.tail, edge.head]
            else:
                x, y = layout.stem[edge.tail], layout.top[edge.tail] + high
                route = np.array([[x, y], [x, y + min(layout.metrics.gap, fit.bottom - 4)]])
            edge.place(route + shift, layout.metrics.gap)
        self.setSceneRect(
            0, 0, layout.width + fit.left + fit.right, int(layout.height + fit.top + fit.bottom)
        )

    def _place_plan(self) -> None:
        layout, fit, model = self._layout, self._fit, self._model
        if layout is None or fit is None or model is None:
            return
        shown = self._placement
        for i, node in enumerate(self._nodes):
            node.set_side(None if shown is None or self._is_path() else float(shown.device[i]))
        sent = {(cut.node, reader) for cut in shown.cuts for reader in cut.readers} if shown else set()
        marked = {cut.node for cut in shown.cuts} if shown and self.shows_pills else set()
        for edge in self._edges:
            edge.set_sent(not self._is_path() and (edge.tail, edge.head) in sent, edge.tail in marked)
        self._place_band(fit, model, shown)
        self._place_rail(layout, fit, shown)

    def _place_band(self, fit: Fit, model: NetworkModel, shown: Placement | None) -> None:
        last = model.inputs + (shown.band if shown else 0)
        inside = range(model.inputs, last)
        boxes = [self._nodes[i].body() for i in inside]
        ways = []
        if not self._is_path():
            for edge in self._edges:
                if edge.head is not None and edge.tail in inside and edge.head in inside:
                    ways.append(edge.way)
        gap = fit.metrics.column_gap if not self._is_path() else 24.0
        up = min(6.0, fit.metrics.gap / 2 + 0.5) if self._is_path() else fit.metrics.gap / 2 + 0.5
        titles = (shown.band_title, shown.band_note) if shown else ("", "")
        pads = ((gap + 1) / 2, up) if not self._is_path() else (12.0, up)
        stem = None
        if not self._is_path() and self._layout is not None and boxes:
            first = min(inside, key=lambda i: (self._nodes[i].body().top(), self._nodes[i].body().left()))
            stem = float(self._layout.stem[first]) + fit.left
        self._band.place(boxes, ways, pads, fit.head, titles, stem)

    def _place_rail(self, layout: GraphLayout, fit: Fit, shown: Placement | None) -> None:
        if shown is None or not self._is_path():
            self._rail.place(0, 0, 0, (), (), False)
            return
        tops = layout.top + fit.top
        bottoms = tops + layout.metrics.node_height
        joints = np.concatenate([bottoms[:-1] + layout.metrics.gap / 2, bottoms[-1:]])
        stretches: list[Stretch] = []
        start = float(tops[0] + layout.metrics.node_height / 2)
        for i, device in enumerate(shown.device.tolist()):
            end = float(joints[i])
            if stretches and stretches[-1].device == device:
                stretches[-1] = Stretch(stretches[-1].top, end, device)
            else:
                stretches.append(Stretch(start, end, device))
            start = end
        marks = tuple(Mark(float(joints[cut.node]), cut.text) for cut in shown.cuts)
        middle = float(layout.left[0]) + fit.left + layout.metrics.node_width / 2
        right = middle + layout.metrics.node_width / 2 + 9
        self._rail.place(RAIL_X, middle, right, tuple(stretches), marks, self.shows_pills)

    # -- marks -----------------------------------------------------------------------------------------------

    def _mark(self, number: int | None) -> None:
        if number is not None and number < len(self._nodes):
            self._nodes[number].set_marks(selected=number == self._selected, hovered=number == self._hovered)

    def _hover(self, number: int | None, at: QPoint) -> None:
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
        QToolTip.showText(below, _tip(self._model.nodes[number], self._style.tokens), self.viewport(), box)

    def _node_at(self, at: QPoint) -> int | None:
        for item in self.items(at):
            if isinstance(item, NodeItem) and item.body().contains(self.mapToScene(at)):
                return item.number
        return None

    # -- events ----------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the fit, unless the user chose a view."""
        super().resizeEvent(event)
        if not self._own_view:
            self._arrange()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer."""
        steps = event.angleDelta().y()
        if steps == 0 or self._fit is None:
            return
        event.accept()
        self._own_view = True
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        size, rect = self.maximumViewportSize(), self.sceneRect()
        least = min(1.0, size.width() / rect.width(), size.height() / rect.height(), self._fit.zoom)
        wanted = min(max(self.zoom * _WHEEL**steps, least), _ZOOM_MOST)
        at = event.position()
        before = self.mapToScene(at.toPoint())
        self.resetTransform()
        self.scale(wanted, wanted)
        self._scroll_to(before * wanted - at)

    def _scroll_to(self, corner: QPointF) -> None:
        """Put the scene's point `corner`, in screen pixels, into the upper left corner of the pane."""
        self.horizontalScrollBar().setValue(round(corner.x()))
        self.verticalScrollBar().setValue(round(corner.y()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a click or a drag began."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._press, self._panning = event.position().toPoint(), False
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan with the button held, else show what is under the pointer."""
        at = event.position().toPoint()
        if self._press is None:
            self._hover(self._node_at(at), at)
            return
        moved = at - self._press
        if not self._panning and moved.manhattanLength() < 6:
            return
        if not self._panning:
            self._panning = True
            self._hover(None, at)
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        self._own_view = True
        for bar, step in ((self.horizontalScrollBar(), moved.x()), (self.verticalScrollBar(), moved.y())):
            bar.setValue(bar.value() - step)
        self._press = at

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a pan, or pick what was clicked."""
        if event.button() != Qt.MouseButton.LeftButton or self._press is None:
            return
        panned, self._press, self._panning = self._panning, None, False
        if panned:
            self.viewport().unsetCursor()
        else:
            self.node_clicked.emit(self._node_at(event.position().toPoint()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fit; and when it is fitted already, go over to the whole graph and back."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.fit(overview=not self._own_view and not self._overview)

    def viewportEvent(self, event: QEvent) -> bool:
        """Forget the hover when the pointer leaves."""
        if event.type() == QEvent.Type.Leave:
            self._hover(None, QPoint())
        return super().viewportEvent(event)


def _straightest_first(frame: Skeleton) -> list[int]:
    """Order edges so that the one that is written beside comes first for each tail."""
    bend = [float(abs(way[1] - way[0])) for way in frame.ways]
    return sorted(range(len(frame.edges)), key=lambda i: (frame.edges[i][0], bend[i], i))


def _crowded(frame: Skeleton) -> set[int]:
    """Return the tails beside whose edges there is no room for words: several edges turn right below them."""
    turns: dict[int, int] = {}
    for (tail, _), way in zip(frame.edges, frame.ways, strict=True):
        turns[tail] = turns.get(tail, 0) + int(way[1] - way[0] > 1e-6)
    return {tail for tail, n in turns.items() if n > 1}


def _tip(node: NodeText, tokens: Tokens) -> str:
    muted = tokens.color("text.onTooltipMuted")
    rows = "".join(
        f'<tr><td style="color:{muted}; padding-right:10px">{html.escape(label)}</td>'
        f"<td>{html.escape(value)}</td></tr>"
        for label, value in node.facts
    )
    return f'<b>{html.escape(node.name)}</b><table cellspacing="0" style="margin-top:4px">{rows}</table>'
