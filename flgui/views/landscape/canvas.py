"""The matrix of cells with its labels, and the mouse and keys on it."""

from __future__ import annotations

import html

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from flgui.theme.devices import device_ratio
from flgui.theme.recording import draw_image
from flgui.theme.tokens import Tokens
from flgui.viewmodel.landscape import CellTip, LandscapeModel
from flgui.views.landscape.labels import NAME, WIDEST_NAME, paint_axis, paint_names, paint_note
from flgui.views.landscape.legend import paint_legend
from flgui.views.landscape.places import LEGEND, Places, arrange
from flgui.views.landscape.raster import Colors, cell_colors, dimmed, pixels, to_image
from flgui.views.lettering import metrics, text_font

__all__ = ["LandscapeCanvas"]

_LEAST_ROW = (14, 12)  # normal, compact
_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_NO_MODEL = "The landscape of all τ and P fills in here, after the plans."


class LandscapeCanvas(QAbstractScrollArea):
    """One painted matrix; cells are found by arithmetic."""

    cell_chosen = Signal(int, int)
    """tau and P of a cell that was clicked, or chosen by Enter."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._model: LandscapeModel | None = None
        self._colors: Colors | None = None
        self._past: Colors | None = None  # of the scenario before, for cells that are not planned yet
        self._image: QImage | None = None
        self._places: Places | None = None
        self._stale = self._compact = self._large = False
        self._hovered: tuple[int, int] | None = None
        self._cursor: tuple[int, int] | None = None
        self._pressed: tuple[int, int] | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Landscape of inference times over fused layers and tiles")
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.horizontalScrollBar().valueChanged.connect(self._on_scrolled)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)

    # -- content ---------------------------------------------------------------------------------------------

    @property
    def model(self) -> LandscapeModel | None:
        """What is shown."""
        return self._model

    @property
    def cursor_place(self) -> tuple[int, int] | None:
        """(row, column) that the arrow keys have reached."""
        return self._cursor

    def set_model(self, model: LandscapeModel | None, stale: bool, fresh: bool) -> None:
        """Show a landscape.

        Parameters
        ----------
        model : LandscapeModel or None
        stale : bool
            It belongs to an older scenario.
        fresh : bool
            It belongs to another scenario than the last, whose cells stay dimmed until they are planned.
        """
        before = self._model
        other = model is None or before is None or model.names != before.names
        if other:
            self._cursor = self._hovered = None
        if other or (model is not None and model.done == model.total):
            self._past = None
        elif fresh:
            self._past = self._colors
        colors = cell_colors(model, self._tokens, self._past) if model is not None else None
        if not (stale == self._stale and _same_cells(before, model, self._colors, colors)):
            self._image = None
        self._model, self._stale, self._colors = model, stale, colors
        if other or (model is not None and before is not None and model.columns != before.columns):
            self._arrange()
        elif self._hovered is not None:
            self._show_tip(self._hovered)
        if (
            model is not None
            and model.current is not None
            and (before is None or before.current != model.current)
        ):
            self._reveal(model.current)
        self.viewport().update()

    def set_style(self, tokens: Tokens) -> None:
        """Take the colours of another theme."""
        if tokens is not self._tokens:
            self._past = None  # of colours that are gone
        self._tokens = tokens
        if self._model is not None:
            self._colors = cell_colors(self._model, tokens, self._past)
        self._forget()

    def set_size(self, compact: bool, large: bool) -> None:
        """Take the cells of small, or of large windows."""
        self._compact, self._large = compact, large
        self._arrange()

    def cell_box(self, tau: int, paths: int) -> QRect:
        """Return where a cell is in the viewport."""
        assert self._places is not None
        return QRect(*self._places.box((tau - 1, paths - 1)))

    @property
    def places(self) -> Places | None:
        """Where everything is."""
        return self._places

    # -- places ----------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        model = self._model
        if model is None:
            self._places = None
            self._forget()
            return
        name = max((metrics(11, 600).horizontalAdvance(name) for name in model.names), default=0)
        gutter = NAME + min(round(name), WIDEST_NAME) + 10
        row = self._tokens.px("compact.heatCell" if self._compact else "row.heatCell") + 3 * self._large
        size = self.viewport().size()
        bars = (self.horizontalScrollBar(), self.verticalScrollBar())
        places = arrange(
            (size.width(), size.height()),
            (model.rows, model.columns),
            gutter,
            row,
            _LEAST_ROW[self._compact],
            (bars[0].value(), bars[1].value()),
        )
        self._places = places
        for bar, most, page, step in zip(
            bars, places.beyond, (places.width, places.height), (places.column, places.row), strict=True
        ):
            bar.setPageStep(page)
            bar.setSingleStep(step)
            bar.setRange(0, max(0, most))
        self._forget()

    def _forget(self) -> None:
        self._image = None
        self.viewport().update()

    @Slot()
    def _on_scrolled(self) -> None:
        self._hover(None)
        self._arrange()

    # -- painting --------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint cells, labels, rings and legend."""
        painter = QPainter(self.viewport())
        tokens, model, places = self._tokens, self._model, self._places
        painter.fillRect(self.viewport().rect(), QColor(tokens.color("surface.panel")))
        if model is None or places is None or self._colors is None:
            painter.setPen(QColor(tokens.color("text.tertiary")))
            painter.setFont(text_font(12, 400))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, _NO_MODEL)
            return
        chosen = self._hovered or self._cursor or model.current
        area = QRect(places.left, places.top, places.width, places.height)
        painter.setClipRect(area)
        ratio = device_ratio(painter)
        if self._image is None or self._image.devicePixelRatioF() != ratio:
            self._image = self._make_image(model, places, ratio)
        left, top, _, _ = places.box((places.y // places.row, places.x // places.column))
        draw_image(painter, QPointF(left, top), self._image)
        paint_note(painter, model, places, tokens)
        painter.setClipRect(area.adjusted(-3, -3, 3, 3))
        self._paint_rings(painter, model)
        painter.setClipRect(QRect(0, area.top(), area.left(), area.height()))
        paint_names(painter, model, places, tokens, chosen)
        painter.setClipping(False)
        paint_axis(painter, model, places, tokens, chosen)
        box = QRect(places.legend, 8, LEGEND, self.viewport().height() - 16)
        paint_legend(painter, box, model, tokens)
        painter.end()

    def _make_image(self, model: LandscapeModel, places: Places, ratio: float) -> QImage:
        """Make the pixels of the rows and columns that are to be seen."""
        first = places.y // places.row, places.x // places.column
        last = -(-(places.y + places.height) // places.row), -(-(places.x + places.width) // places.column)
        seen = slice(first[0], last[0]), slice(first[1], last[1])
        ys, xs = (
            np.rint(np.arange(b - a + 1) * size * ratio).astype(np.int64)
            for a, b, size in zip(first, last, (places.row, places.column), strict=True)
        )
        assert self._colors is not None
        colors = self._colors[seen]
        if self._stale:
            colors = dimmed(colors, self._tokens)
        scale = max(1, round(ratio))
        image = pixels(model.kind[seen], model.unproven[seen], colors, self._tokens, xs, ys, scale)
        return to_image(image, ratio)

    def _paint_rings(self, painter: QPainter, model: LandscapeModel) -> None:
        tokens = self._tokens
        if model.current is not None and model.current != model.best:
            self._ring(painter, model.current, tokens.color("accent.base"))
        if model.best is not None:
            self._ring(painter, model.best, tokens.color("data.selection"))
        if self._cursor is not None and self.hasFocus():
            self._frame(painter, self._cursor, tokens.color("accent.focus"), 2, -2)
        if self._hovered is not None:
            self._frame(painter, self._hovered, tokens.color("data.selection"), 1, -1)

    def _ring(self, painter: QPainter, place: tuple[int, int], color: str) -> None:
        self._frame(painter, place, color, 2, -2)
        self._frame(painter, place, self._tokens.color("data.selectionGap"), 1, 0)

    def _frame(self, painter: QPainter, place: tuple[int, int], color: str, width: int, out: int) -> None:
        """Draw a frame of whole pixels; its outer edge is `out` pixels inside the cell."""
        assert self._places is not None
        box = QRect(*self._places.box(place)).adjusted(out, out, -out, -out)
        pen = QPen(QColor(color), width)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        half = width // 2
        painter.drawRect(box.adjusted(half, half, half - width, half - width))

    # -- events ----------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place everything anew."""
        super().resizeEvent(event)
        self._arrange()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Frame the cell under the pointer and say what it is."""
        self._hover(self._place_at(event))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember the cell; a click counts when it ends where it began."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = self._place_at(event)
            self._cursor = None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the cell that was clicked."""
        pressed, self._pressed = self._pressed, None
        if event.button() == Qt.MouseButton.LeftButton and pressed == self._place_at(event):
            self._choose(pressed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move from cell to cell, Home and End within the row; Enter chooses, Escape leaves."""
        model, key = self._model, Qt.Key(event.key())
        if model is None:
            super().keyPressEvent(event)
        elif key in _STEPS:
            start = self._cursor or model.current or model.best or (0, 0)
            at_start = self._cursor is None and not self._is_shown()
            self._go(start if at_start else model.beside(start, *_STEPS[key]))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and self._cursor is not None:
            cells = np.flatnonzero(model.cell[self._cursor[0]] >= 0)
            self._go((self._cursor[0], int(cells[0 if key == Qt.Key.Key_Home else -1])))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose(self._cursor)
        elif key == Qt.Key.Key_Escape and self._cursor is not None:
            self._leave_cursor()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the arrow keys begin."""
        super().focusInEvent(event)
        by_key = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if by_key and self._model is not None and self._cursor is None:
            self._cursor = self._model.current or self._model.best
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the cursor away."""
        super().focusOutEvent(event)
        self._leave_cursor()

    def viewportEvent(self, event: QEvent) -> bool:
        """Forget the hover when the pointer leaves."""
        if event.type() == QEvent.Type.Leave:
            self._hover(None)
        return super().viewportEvent(event)

    def _is_shown(self) -> bool:
        return self._model is not None and (self._model.current or self._model.best) is not None

    def _place_at(self, event: QMouseEvent) -> tuple[int, int] | None:
        if self._places is None:
            return None
        return self._places.at(event.position().x(), event.position().y())

    def _hover(self, place: tuple[int, int] | None) -> None:
        if place == self._hovered:
            return
        self._hovered = place
        self.viewport().update()
        if place is None:
            QToolTip.hideText()
        else:
            self._show_tip(place)
        choosable = place is not None and self._model is not None and self._model.can_choose(place)
        shape = Qt.CursorShape.PointingHandCursor if choosable else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    def _go(self, place: tuple[int, int]) -> None:
        self._cursor = place
        self._reveal(place)
        self._show_tip(place)
        self.viewport().update()

    def _reveal(self, place: tuple[int, int]) -> None:
        """Scroll until a cell is to be seen."""
        assert self._places is not None
        for bar, at, size in (
            (self.horizontalScrollBar(), place[1] * self._places.column, self._places.column),
            (self.verticalScrollBar(), place[0] * self._places.row, self._places.row),
        ):
            bar.setValue(max(min(bar.value(), at), at + size - bar.pageStep()))

    def _leave_cursor(self) -> None:
        if self._cursor is not None:
            self._cursor = None
            QToolTip.hideText()
        self.viewport().update()

    def _choose(self, place: tuple[int, int] | None) -> None:
        if place is not None and self._model is not None and self._model.can_choose(place):
            self.cell_chosen.emit(place[0] + 1, place[1] + 1)

    def _show_tip(self, place: tuple[int, int]) -> None:
        assert self._places is not None
        assert self._model is not None
        box = QRect(*self._places.box(place))
        tip = self._model.tip(place)
        self.setAccessibleDescription(_plain(tip))
        below = self.viewport().mapToGlobal(QPoint(box.right() + 2, box.bottom()))
        QToolTip.showText(below, _rich(tip, self._tokens), self.viewport(), box)


def _same_cells(
    before: LandscapeModel | None, now: LandscapeModel | None, old: Colors | None, new: Colors | None
) -> bool:
    """Whether the cells of two models have the same pixels; rings and words lie over them."""
    return (
        before is not None
        and now is not None
        and np.array_equal(before.kind, now.kind)
        and np.array_equal(before.unproven, now.unproven)
        and np.array_equal(np.asarray(old), np.asarray(new))
    )


def _plain(tip: CellTip) -> str:
    return "; ".join([tip.title, *(" ".join(filter(None, line)) for line in tip.lines), tip.hint])


def _rich(tip: CellTip, tokens: Tokens) -> str:
    muted = tokens.color("text.onTooltipMuted")
    rows = "".join(
        f'<tr><td style="color:{muted}; padding-right:14px">{html.escape(name)}</td>'
        f'<td style="padding-right:14px"><b>{html.escape(value)}</b></td><td>{html.escape(remark)}</td></tr>'
        for name, value, remark in tip.lines
    )
    table = (
        f'<table cellspacing="0" style="margin-top:4px; margin-bottom:4px">{rows}</table>' if rows else "<br>"
    )
    return f'<b>{html.escape(tip.title)}</b>{table}<span style="color:{muted}">{html.escape(tip.hint)}</span>'
