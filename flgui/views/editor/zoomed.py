"""ZoomedView: zoom and place of a scene that is edited, with room around what is drawn."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtWidgets import QGraphicsView, QWidget

__all__ = ["ZoomedView"]

_ZOOM = (0.04, 3.0)
_MARGIN = 24.0
_ROOM = 900.0  # of empty ground around the drawing
_READABLE = 0.45  # zoom below which words are gone


class ZoomedView(QGraphicsView):
    """Fits, zooms and scrolls; what is drawn is known to the one that draws it."""

    view_changed = Signal()
    """Zoom or place are others, or the pane is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._from_top = False

    def drawing_box(self) -> QRectF:
        """Return the box around all that is drawn."""
        raise NotImplementedError

    @property
    def zoom(self) -> float:
        """Screen pixels per scene unit."""
        return self.transform().m11()

    def fit(self) -> None:
        """Show the whole drawing, no larger than life; one too large to be read from its top on."""
        box, size = self.drawing_box(), self.viewport().size()
        across = (size.width() - 2 * _MARGIN) / max(1.0, box.width())
        down = (size.height() - 2 * _MARGIN) / max(1.0, box.height())
        if min(across, down) >= _READABLE:
            self.show_box(box, 1.0)
            return
        zoom = min(1.0, max(_READABLE, across))
        self._put(zoom, QPointF(box.center().x(), box.top() - _MARGIN / zoom + size.height() / zoom / 2))
        self._from_top = True

    def fit_whole(self) -> None:
        """Fit; and when that shows a part already, go over to the whole drawing and back."""
        if self._from_top:
            self.show_box(self.drawing_box(), 1.0)
        else:
            self.fit()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom about a point of the viewport, by default its middle."""
        at = at if at is not None else QPointF(self.viewport().rect().center())
        self._from_top = False
        wanted = min(max(self.zoom * factor, _ZOOM[0]), _ZOOM[1])
        before = self.mapToScene(at.toPoint())
        self.resetTransform()
        self.scale(wanted, wanted)
        self.set_room()
        self._scroll_to(before * wanted - at)
        self.view_changed.emit()

    def look_at(self, box: QRectF) -> None:
        """Bring a box into the middle unless it is well in view."""
        inside = self.viewport().rect().adjusted(24, 24, -24, -24)
        if not inside.contains(self.mapFromScene(box).boundingRect()):
            self.centre_on(box.center())

    def centre_on(self, at: QPointF) -> None:
        """Put a point of the scene into the middle of the pane."""
        size = self.viewport().size()
        wanted = QRectF(0, 0, size.width() / self.zoom, size.height() / self.zoom)
        wanted.moveCenter(at)
        self.setSceneRect(self.sceneRect().united(wanted))
        self._scroll_to(at * self.zoom - QPointF(size.width() / 2, size.height() / 2))

    def visible_box(self) -> QRectF:
        """Return the part of the scene that is in view."""
        return self.mapToScene(self.viewport().rect()).boundingRect()

    def show_box(self, box: QRectF, most: float) -> None:
        """Show a box of the scene whole, at a zoom of `most` at most."""
        if box.isNull():
            return
        size = self.viewport().size()
        room = (max(40.0, size.width() - 2 * _MARGIN), max(40.0, size.height() - 2 * _MARGIN))
        self._put(min(most, room[0] / box.width(), room[1] / box.height()), box.center())

    def _put(self, zoom: float, centre: QPointF) -> None:
        """Show the scene at a zoom, with a point of it in the middle."""
        self._from_top = False
        self.resetTransform()
        self.scale(max(zoom, _ZOOM[0]), max(zoom, _ZOOM[0]))
        self.setSceneRect(self.drawing_box().adjusted(-_ROOM, -_ROOM, _ROOM, _ROOM))
        self.centre_on(centre)
        self.view_changed.emit()

    def _scroll_to(self, corner: QPointF) -> None:
        self.horizontalScrollBar().setValue(round(corner.x()))
        self.verticalScrollBar().setValue(round(corner.y()))

    def set_room(self) -> None:
        """Leave room to drag around the drawing, but never pull the ground from under the pointer."""
        box = self.drawing_box().adjusted(-_ROOM, -_ROOM, _ROOM, _ROOM)
        self.setSceneRect(box.united(self.mapToScene(self.viewport().rect()).boundingRect()))
