"""The words around the cells: layers at the left, P below, and why the last rows are empty."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter

from flgui.theme.tokens import Tokens
from flgui.viewmodel.landscape import LandscapeModel
from flgui.views.landscape.places import INSET, Places
from flgui.views.lettering import fitted, metrics, text_font

__all__ = ["NAME", "WIDEST_NAME", "paint_axis", "paint_names", "paint_note"]

NAME = 42
"""Left edge of the names."""
WIDEST_NAME = 104
_NUMBER = 20  # width of the tau in front of a name
_AXIS_TITLES = (" tiles P", " P")  # behind the last number
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


def paint_note(painter: QPainter, model: LandscapeModel, places: Places, tokens: Tokens) -> None:
    """Say why the last rows are empty."""
    first, words = model.vectors_from, "vector outputs: one tile only"
    left, top, _, _ = places.box((first, 1))
    box = QRect(left + 8, top, places.width, (model.rows - first) * places.row)
    wide = metrics(11, 400).horizontalAdvance(words)
    if first >= model.rows or box.height() < 14 or wide > places.width - places.column - 16:
        return
    painter.setFont(text_font(11, 400))
    painter.setPen(QColor(tokens.color("text.tertiary")))
    painter.drawText(box, _MIDDLE, words)


def paint_names(
    painter: QPainter, model: LandscapeModel, places: Places, tokens: Tokens, chosen: tuple[int, int] | None
) -> None:
    """Write tau and the layer of every row to be seen; the chosen one is bold."""
    first = places.y // places.row
    for row in range(first, min(model.rows, first + places.height // places.row + 1)):
        strong = chosen is not None and row == chosen[0]
        _, top, _, high = places.box((row, 0))
        painter.setFont(text_font(11, 600 if strong else 400))
        painter.setPen(QColor(tokens.color("text.primary" if strong else "text.secondary")))
        right = Qt.AlignmentFlag.AlignRight | _MIDDLE
        painter.drawText(QRect(INSET, top, _NUMBER, high), right, str(row + 1))
        room = places.left - NAME - 8
        name = fitted(model.names[row], room, 11, 600 if strong else 400)
        painter.drawText(QRect(NAME, top, room + 2, high), _MIDDLE, name)


def paint_axis(
    painter: QPainter, model: LandscapeModel, places: Places, tokens: Tokens, chosen: tuple[int, int] | None
) -> None:
    """Write P under the columns: the chosen one first, then the first, the last and round ones."""
    top = places.top + places.height + 4
    painter.setPen(QColor(tokens.color("text.secondary")))
    painter.setFont(text_font(11, 400))
    right = Qt.AlignmentFlag.AlignRight | _MIDDLE
    painter.drawText(QRect(INSET, top, _NUMBER, 16), right, "τ")
    strong = chosen[1] + 1 if chosen is not None else 0
    step = next(s for s in (1, 2, 4, 8, 16, 32, 64) if s * places.column >= 40)
    wanted = [strong] if strong else []
    wanted += [1, model.columns, *range(step, model.columns, step)]
    taken: list[tuple[float, float]] = []
    for paths in dict.fromkeys(wanted):
        weight = 600 if paths == strong else 400
        middle = places.left + (paths - 0.5) * places.column - places.x
        measure = metrics(11, 600).horizontalAdvance
        left = middle - metrics(11, weight).horizontalAdvance(str(paths)) / 2
        titles = _AXIS_TITLES if paths == model.columns > 1 else ("",)
        room = places.legend - left
        words = next((f"{paths}{t}" for t in titles if measure(f"{paths}{t}") <= room), str(paths))
        wide = measure(words)
        inside = places.left - 8 <= left and middle <= places.left + places.width
        if not inside or any(left < b + 6 and left + wide > a - 6 for a, b in taken):
            continue
        taken.append((left, left + wide))
        painter.setFont(text_font(11, weight))
        painter.setPen(QColor(tokens.color("text.primary" if weight == 600 else "text.secondary")))
        painter.drawText(QRect(round(left), top, round(wide) + 4, 16), _MIDDLE, words)
