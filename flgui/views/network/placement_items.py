"""What a plan adds to the graph: the band of the fused prefix and, for chains, the rail of the placement."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPainterPathStroker, QPen, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from flgui.theme.devices import device_ratio
from flgui.theme.icons import pixmap
from flgui.views.lettering import metrics, text_font
from flgui.views.network.style import GraphStyle

__all__ = ["BandItem", "Mark", "RailItem", "Stretch"]

_TITLE_PX = 11
_LINE = 4.0
_ICON = 22.0
_SMALL_ICON = 17.0  # where nodes stand close
_PILL_PX = 11
_PILL_HEIGHT = 18.0
_AIR = 5  # above and below the title: what is under its baseline must not touch the node
_STEM_GAP = 14  # from the edge to the title: the head of a thick arrow, and air


class BandItem(QGraphicsItem):
    """The ground behind the fused layers; true for any prefix, as it follows the nodes and not the ranks."""

    def __init__(self, style: GraphStyle) -> None:
        super().__init__()
        self._style = style
        self._path = QPainterPath()
        self._title_box = QRectF()
        self._titles = ("", "")
        self._split = True
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def set_style(self, style: GraphStyle) -> None:
        """Take the colours of another theme."""
        self._style = style
        self.update()

    def place(
        self,
        boxes: list[QRectF],
        ways: list[QPainterPath],
        pads: tuple[float, float],
        head: float,
        titles: tuple[str, str],
        stem: float | None,
    ) -> None:
        """Cover `boxes` and the edges between them.

        Parameters
        ----------
        boxes, ways
            Nodes of the prefix and the edges inside it, in scene coordinates; no boxes, no band.
        pads : (float, float)
            How far the band reaches beyond a node, sideways and up or down.
        head : float
            Height above the topmost node for the titles, which stand left and right.
        stem : float or None
            x at which the edge comes down through the title. None for a chain: there it
            comes down in the middle, and the band is one rounded box.
        """
        self.prepareGeometryChange()
        self._titles = titles
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.WindingFill)
        grown = [box.adjusted(-pads[0], -pads[1], pads[0], pads[1]) for box in boxes]
        if grown:
            first = min(range(len(boxes)), key=lambda i: (boxes[i].top(), boxes[i].left()))
            box = boxes[first]
            self._title_box = QRectF(box.left(), box.top() - head, box.width(), head)
            if stem is not None:
                self._title_box.setLeft(stem + _STEM_GAP)
            self._split = stem is None
            crown = grown[first].adjusted(0, pads[1] - head, 0, 0)
            if stem is None:
                whole = crown
                for rect in grown:
                    whole = whole.united(rect)
                path.addRoundedRect(whole, 4, 4)
            else:
                stroker = QPainterPathStroker()
                stroker.setWidth(2 * pads[1])
                for rect in (crown, *grown):
                    path.addRect(rect)
                for way in ways:
                    path.addPath(stroker.createStroke(way))
        self._path = path

    def boundingRect(self) -> QRectF:
        """The band with its frame."""
        return self._path.boundingRect().adjusted(-2, -2, 2, 2)

    def shape(self) -> QPainterPath:
        """Nothing: the band is not clicked."""
        return QPainterPath()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Paint frame, ground and titles."""
        if self._path.isEmpty():
            return
        # The frame first and the ground on it: of the overlapping boxes only the outer frame stays.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(self._style.band_edge, 2)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._path)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._style.band)
        painter.drawPath(self._path)
        self._paint_titles(painter)

    def _paint_titles(self, painter: QPainter) -> None:
        to_screen = painter.worldTransform()
        box = to_screen.mapRect(self._title_box)
        px = round(_TITLE_PX * max(1.0, to_screen.m11()))
        if box.height() < px + _AIR:
            return
        painter.save()
        painter.setWorldTransform(QTransform())
        painter.setPen(self._style.band_text)
        free = box.width() / 2 - 6 if self._split else box.width()
        line = Qt.AlignmentFlag.AlignVCenter
        whole, note = self._titles
        title = next((t for t in (whole, whole.rpartition(", ")[2]) if _advance(t, px, 600) <= free), "")
        painter.setFont(text_font(px, 600))
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | line, title)
        left = free if self._split else free - _advance(title, px, 600) - 8
        if _advance(note, px, 400) <= left:
            painter.setFont(text_font(px, 400))
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | line, note)
        painter.restore()


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the rail: from y to y in scene units, and the share of the paths on the device."""

    top: float
    bottom: float
    device: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A cut on the rail: y in scene units, and what crosses the link there."""

    y: float
    text: str


class RailItem(QGraphicsItem):
    """Left of a chain: the device's stretch, the link where the path is cut, the stretch of the ES."""

    def __init__(self, style: GraphStyle) -> None:
        super().__init__()
        self._style = style
        self._stretches: tuple[Stretch, ...] = ()
        self._marks: tuple[Mark, ...] = ()
        self._x = self._middle = self._right = 0.0
        self._bounds = QRectF()
        self._pills = True
        self.joints: tuple[float, ...] = ()
        """y below each node, at which the way can be cut."""
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def set_style(self, style: GraphStyle) -> None:
        """Take the colours of another theme."""
        self._style = style
        self.update()

    def place(
        self,
        x: float,
        middle: float,
        right: float,
        stretches: tuple[Stretch, ...],
        marks: tuple[Mark, ...],
        pills: bool,
        joints: tuple[float, ...] = (),
    ) -> None:
        """Stand at `x`; the dashed lines of the marks end at `right`, their words stand around `middle`."""
        now = (self._x, self._middle, self._right, self._stretches, self._marks, self._pills)
        if (x, middle, right, stretches, marks, pills) == now:
            return
        self.prepareGeometryChange()
        self._x, self._middle, self._right = x, middle, right
        self._stretches, self._marks, self._pills, self.joints = stretches, marks, pills, joints
        if stretches:
            top, bottom = stretches[0].top, stretches[-1].bottom
            self._bounds = QRectF(x - 40, top - 40, right - x + 80, bottom - top + 80)
        else:
            self._bounds = QRectF()

    @property
    def mark(self) -> QPointF | None:
        """Where the only cut is; None where there is none, or several."""
        return QPointF(self._x, self._marks[0].y) if len(self._marks) == 1 else None

    def boundingRect(self) -> QRectF:
        """Rail, icons and words, with room for their size on the screen."""
        return self._bounds

    def shape(self) -> QPainterPath:
        """Nothing: the rail is not clicked."""
        return QPainterPath()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Paint lines and icons of a fixed size on the screen."""
        if not self._stretches:
            return
        to_screen = painter.worldTransform()
        zoom = to_screen.m11()
        painter.save()
        painter.setWorldTransform(QTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        icon = (_ICON if self._pills else _SMALL_ICON) * min(1.0, max(0.45, zoom))
        x = round(to_screen.map(QPointF(self._x, 0)).x())
        spots = self._spots(to_screen, x, icon)
        for stretch in self._stretches:
            top = to_screen.map(QPointF(0, stretch.top)).y()
            bottom = to_screen.map(QPointF(0, stretch.bottom)).y()
            self._paint_stretch(painter, x, top, bottom, stretch.device)
        for mark in self._marks:
            self._paint_mark(painter, to_screen, mark, x)
        dpr = device_ratio(painter)
        for name, color, y in spots:
            _paint_icon(painter, self._style, name, color, QPointF(x, y), icon, dpr)
        painter.restore()

    def _paint_stretch(self, painter: QPainter, x: float, top: float, bottom: float, device: float) -> None:
        style, half = self._style, _LINE / 2
        if 0 < device < 1:  # some paths here, some there
            painter.fillRect(QRectF(x - half - 1, top, half, bottom - top), style.device)
            painter.fillRect(QRectF(x + 1, top, half, bottom - top), style.es)
            return
        pen = QPen(style.device if device >= 1 else style.es, _LINE)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawLine(QPointF(x, top), QPointF(x, bottom))

    def _paint_mark(self, painter: QPainter, to_screen: QTransform, mark: Mark, x: float) -> None:
        style = self._style
        y = round(to_screen.map(QPointF(0, mark.y)).y()) + 0.5
        right = to_screen.map(QPointF(self._right, 0)).x()
        pen = QPen(style.link, 1.5)
        pen.setDashPattern([3, 2])
        painter.setPen(pen)
        painter.drawLine(QPointF(x, y), QPointF(right, y))
        if not self._pills:
            return
        px = round(_PILL_PX * max(1.0, to_screen.m11()))
        width = metrics(px, 600).horizontalAdvance(mark.text) + px + 2
        middle = to_screen.map(QPointF(self._middle, 0)).x()
        left = min(max(middle - width / 2, x + _ICON / 2 + 3), max(right - width, x + _ICON / 2 + 3))
        height = _PILL_HEIGHT + px - _PILL_PX
        pill = QRectF(round(left) + 0.5, y - height / 2, round(width), height)
        painter.setPen(QPen(style.link, 1))
        painter.setBrush(style.panel)
        painter.drawRoundedRect(pill, height / 2, height / 2)
        painter.setPen(style.text)
        painter.setFont(text_font(px, 600))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, mark.text)

    def _spots(self, to_screen: QTransform, x: float, icon: float) -> list[tuple[str, QColor, float]]:
        """Return (icon, colour, y on the screen), each at least one icon below the one before."""
        style = self._style
        spots = []
        if self._stretches[0].device > 0:
            y = to_screen.map(QPointF(0, self._stretches[0].top)).y()
            first = [to_screen.map(QPointF(0, mark.y)).y() - icon - 2 for mark in self._marks[:1]]
            spots.append(("chip", style.device, min([y, *first])))
        spots += [("send", style.link, to_screen.map(QPointF(0, mark.y)).y()) for mark in self._marks]
        server = next((s for s in self._stretches if s.device <= 0), None)
        if server is not None:
            y = to_screen.map(QPointF(0, server.top)).y()
            spots.append(("server", style.es, max([y, *(at + icon + 4 for _, _, at in spots[-1:])])))
        return spots


def _advance(text: str, px: int, weight: int) -> float:
    return metrics(px, weight).horizontalAdvance(text)


def _paint_icon(
    painter: QPainter, style: GraphStyle, name: str, color: QColor, at: QPointF, size: float, dpr: float
) -> None:
    painter.setPen(QPen(color, 2))
    painter.setBrush(style.panel)
    centre = QPointF(at.x(), round(at.y()) + 0.5)
    painter.drawEllipse(centre, size / 2 - 1, size / 2 - 1)
    inner = 2 * round(size * 0.32)
    image = pixmap(name, style.text.name(), inner, dpr)
    painter.drawPixmap(QPointF(centre.x() - inner / 2, centre.y() - inner / 2), image)
