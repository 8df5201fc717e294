"""MappedView: zoom and place of a scene, with a map beside it while not all of it is in view."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from flgui.widgets.minimap import Minimap

__all__ = ["MAP", "MappedView"]

MAP = 40
"""Width of the map."""
_ZOOM_MOST = 3.0
_WHEEL = 1.0018


class MappedView(QGraphicsView):
    """Zooms and scrolls; what is drawn, and how it is fitted, is known to the one that draws it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._own_view = False  # the user zoomed or moved: resizing keeps that
        self._arranging = False
        self.map = Minimap(self, stretch=True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # the map beside it does that
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.map.centre_asked.connect(self.centre_on)
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.valueChanged.connect(self._on_scrolled)

    @property
    def fitted_zoom(self) -> float | None:
        """Zoom at which the scene fits the pane as its own; None while there is nothing to show."""
        raise NotImplementedError

    def _draw_map(self) -> None:
        """Draw the map anew."""
        raise NotImplementedError

    @property
    def zoom(self) -> float:
        """Screen pixels per scene unit."""
        return self.transform().m11()

    def _show_map(self, shown: bool) -> None:
        """Show the map beside the graph while not all of it is in view."""
        self.map.setVisible(shown)
        self._arranging = True  # the margin resizes the viewport, which is no reason to fit again
        self.setViewportMargins(0, 0, MAP if shown else 0, 0)
        self._arranging = False
        self.map.setGeometry(self.width() - MAP, 0, MAP, self.height())

    @Slot()
    def _on_scrolled(self) -> None:
        if not self.map.isHidden():
            self.map.set_view(self.mapToScene(self.viewport().rect()).boundingRect())

    @Slot(QPointF)
    def centre_on(self, at: QPointF) -> None:
        """Put a point of the scene into the middle of the pane."""
        self._own_view = True
        size = self.viewport().size()
        self._scroll_to(at * self.zoom - QPointF(size.width() / 2, size.height() / 2))

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom about a point of the viewport, by default its middle."""
        if self.fitted_zoom is None:
            return
        self._own_view = True
        self._show_map(True)
        at = at if at is not None else QPointF(self.viewport().rect().center())
        before = self.mapToScene(at.toPoint())
        self._zoom_to(self.zoom * factor)
        self._scroll_to(before * self.zoom - at)
        self._draw_map()

    def _zoom_to(self, zoom: float) -> None:
        size, rect = self.maximumViewportSize(), self.sceneRect()
        fitted = self.fitted_zoom or 1.0
        least = min(1.0, size.width() / rect.width(), size.height() / rect.height(), fitted)
        wanted = min(max(zoom, least), _ZOOM_MOST)
        self.resetTransform()
        self.scale(wanted, wanted)

    def pan_by(self, moved: QPoint) -> None:
        """Move the graph by pixels of the screen; the view is the user's own from then on."""
        self._own_view = True
        for bar, step in ((self.horizontalScrollBar(), moved.x()), (self.verticalScrollBar(), moved.y())):
            bar.setValue(bar.value() - step)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer."""
        steps = event.angleDelta().y()
        if steps == 0 or self.fitted_zoom is None:
            return
        event.accept()
        self.zoom_by(_WHEEL**steps, event.position())

    def _scroll_to(self, corner: QPointF) -> None:
        """Put the scene's point `corner`, in screen pixels, into the upper left corner of the pane."""
        self.horizontalScrollBar().setValue(round(corner.x()))
        self.verticalScrollBar().setValue(round(corner.y()))
