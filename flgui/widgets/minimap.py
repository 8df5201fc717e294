"""Minimap: the whole drawing small, with a frame around what is in view that can be dragged."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from flgui.theme.tokens import Tokens

__all__ = ["Minimap"]

_INSET = 8.0


class Minimap(QWidget):
    """A hundred pixels of overview.

    Parameters
    ----------
    stretch : bool
        Fill the widget even where that squeezes the drawing, as in a strip beside a canvas.
    """

    centre_asked = Signal(QPointF)
    """The point of the scene that is to come into the middle."""

    def __init__(self, parent: QWidget | None = None, stretch: bool = False) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._stretch = stretch
        self._boxes: list[tuple[QRectF, str]] = []
        self._whole = QRectF()
        self._view = QRectF()
        self._kept: QPixmap | None = None
        self._grip: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Overview map")
        self.setToolTip("Drag the frame to another part of the drawing")
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.resize(112, 80)

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        self._kept = None
        self.update()

    def set_boxes(self, boxes: Sequence[tuple[QRectF, str]]) -> None:
        """Show boxes of the scene, each with the token of its colour."""
        self._boxes = list(boxes)
        whole = QRectF()
        for box, _ in boxes:
            whole = whole.united(box)
        self._whole = whole
        self._kept = None
        self.update()

    def set_stretch(self, stretch: bool) -> None:
        """Fill the widget, or keep the drawing's proportions."""
        if stretch != self._stretch:
            self._stretch = stretch
            self._kept = None
            self.update()

    def set_view(self, view: QRectF) -> None:
        """Frame the part of the scene that is in view."""
        if view != self._view:
            self._view = view
            self.update()

    def sizeHint(self) -> QSize:
        """Return the size of the design."""
        return QSize(112, 80)

    def frame(self) -> QRectF:
        """Return the frame in pixels of the widget."""
        box = self._small(self._view)
        return box.intersected(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5))

    def to_scene(self, at: QPointF) -> QPointF:
        """Return the point of the scene under a point of the widget."""
        across, down, shift = self._fit()
        away = at - shift
        return QPointF(away.x() / across, away.y() / down)

    def _fit(self) -> tuple[float, float, QPointF]:
        """Return the scale along x and along y, and where the scene's origin is."""
        whole, inset = self._whole, min(_INSET, self.width() / 8)
        room = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        if whole.isNull() or room.isEmpty():
            return 1.0, 1.0, QPointF()
        across, down = room.width() / whole.width(), room.height() / whole.height()
        if not self._stretch:
            across = down = min(across, down, 0.2)
        middle = whole.center()
        return across, down, room.center() - QPointF(middle.x() * across, middle.y() * down)

    def _small(self, box: QRectF) -> QRectF:
        """Return a box of the scene in pixels of the widget."""
        return _shrunk(box, *self._fit())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, boxes and frame."""
        tokens = self._tokens
        if self._kept is None or self._kept.size() != self.size() * self.devicePixelRatioF():
            self._kept = self._picture()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._kept)
        if not self._whole.isNull():
            painter.setPen(QColor(tokens.color("accent.focus" if self.hasFocus() else "text.secondary")))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.frame().adjusted(0, 0, -1, -1))
        painter.end()

    def _picture(self) -> QPixmap:
        tokens, ratio = self._tokens, self.devicePixelRatioF()
        made = QPixmap(self.size() * ratio)
        made.setDevicePixelRatio(ratio)
        made.fill(QColor(tokens.color("surface.panel")))
        painter = QPainter(made)
        painter.setPen(QColor(tokens.color("border.default")))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        fit = self._fit()
        for box, color in self._boxes:
            small = _shrunk(box, *fit)
            small.setHeight(max(1.0, small.height() * 0.8))
            small.setWidth(max(1.0, small.width()))
            painter.fillRect(small, QColor(tokens.color(color)))
        painter.end()
        return made

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the frame, or bring the clicked place into the middle."""
        if event.button() != Qt.MouseButton.LeftButton or self._whole.isNull():
            return
        at = event.position()
        centre = self._view.center()
        inside = self.frame().adjusted(-3, -3, 3, 3).contains(at)
        self._grip = self.to_scene(at) - centre if inside else QPointF()
        if not inside:
            self.centre_asked.emit(self.to_scene(at))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the frame."""
        if self._grip is not None:
            self.centre_asked.emit(self.to_scene(event.position()) - self._grip)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of it."""
        self._grip = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the frame by half of it."""
        step = {
            Qt.Key.Key_Left: (-0.5, 0.0),
            Qt.Key.Key_Right: (0.5, 0.0),
            Qt.Key.Key_Up: (0.0, -0.5),
            Qt.Key.Key_Down: (0.0, 0.5),
        }.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        by = QPointF(step[0] * self._view.width(), step[1] * self._view.height())
        self.centre_asked.emit(self._view.center() + by)


def _shrunk(box: QRectF, across: float, down: float, shift: QPointF) -> QRectF:
    corner = QPointF(box.x() * across, box.y() * down) + shift
    return QRectF(corner, QSizeF(box.width() * across, box.height() * down))
