"""Header, layer switch and path facts around the maps."""

from __future__ import annotations

import html

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from flgui.theme.devices import device_ratio
from flgui.theme.fonts import font
from flgui.theme.icons import pixmap
from flgui.theme.tokens import Tokens
from flgui.viewmodel.path_facts import PathFacts
from flgui.viewmodel.symbols import symbol_tip
from flgui.views.lettering import metrics, text_font
from flgui.views.tiles.pane import paint_swatch

__all__ = ["FactsPanel", "LayerSwitch", "TitleLine"]

_INSET = 16
_MOST_SEGMENTS = 3
_NOTE_PX = 11
_SWITCH = 40


class TitleLine(QWidget):
    """A pane's title and a quieter note that is shortened when it has to be."""

    def __init__(self, title: str, tokens: Tokens) -> None:
        super().__init__()
        self._title, self._note, self._brief, self._tokens = title, "", "", tokens
        self._error = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(40)
        self.setFixedHeight(26)

    def set_note(self, note: str, error: bool = False, brief: str = "") -> None:
        """Write the note, or `brief` where there is no room for it; an error in the colour of errors."""
        if (note, error, brief) != (self._note, self._error, self._brief):
            self._note, self._error, self._brief = note, error, brief
            self.setToolTip(note)
            self.update()

    def set_style(self, tokens: Tokens) -> None:
        """Take the colours of another theme."""
        self._tokens = tokens
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint title and note."""
        painter = QPainter(self)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(self._tokens.color("text.primary")))
        painter.setFont(text_font(13, 600))
        painter.drawText(self.rect(), middle, self._title)
        left = round(metrics(13, 600).horizontalAdvance(self._title)) + 8
        room = self.rect().adjusted(left, 0, 0, 0)
        painter.setPen(QColor(self._tokens.color("status.error" if self._error else "text.secondary")))
        painter.setFont(text_font(11, 400))
        note = self._note
        if self._brief and metrics(11, 400).horizontalAdvance(note) > room.width():
            note = self._brief
        painter.drawText(
            room, middle, metrics(11, 400).elidedText(note, Qt.TextElideMode.ElideRight, room.width())
        )


class _ChevronBox(QComboBox):
    """A flat list box; the style sheet can show an arrow from a file only, so it is painted here."""

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self.tokens = tokens

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        mark = pixmap("chev", self.tokens.color("text.secondary"), 12, device_ratio(painter))
        painter.drawPixmap(self.width() - 18, (self.height() - 12) // 2, mark)


class LayerSwitch(QWidget):
    """Choose one of the prefix's tensors: up to three side by side, more of them in a list."""

    chosen = Signal(str)

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self._tokens = tokens
        self._names: tuple[str, ...] = ()
        self._current, self._shape = "", ""
        self._segments: list[QRectF] = []
        self._list = _ChevronBox(tokens, self)
        self._list.setFont(font(12, 400))
        self._list.setMaxVisibleItems(16)
        self._list.setAccessibleName("Layer whose tiles are shown")
        self._list.activated.connect(self._on_activated)
        self._list.hide()
        self.setFixedHeight(_SWITCH)
        self.set_style(tokens)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Layer whose tiles are shown")

    def set_tensors(self, names: tuple[str, ...], current: str, shape: str) -> None:
        """Offer `names`; `current` is on, and `shape` stands at the right."""
        if (names, current, shape) == (self._names, self._current, self._shape):
            return
        if names != self._names:
            self._names = names
            self._list.clear()
            self._list.addItems(list(names))
        self._current, self._shape = current, shape
        if current in names:
            self._list.setCurrentIndex(names.index(current))
        self._arrange()

    def set_style(self, tokens: Tokens) -> None:
        """Take the colours of another theme."""
        self._tokens = self._list.tokens = tokens
        color = tokens.color
        self._list.setStyleSheet(
            f"QComboBox {{ background: {color('surface.panel')}; color: {color('text.primary')};"
            f" border: 1px solid {color('border.strong')}; border-radius: 4px; padding: 2px 8px; }}"
            f"QComboBox:hover {{ border-color: {color('text.tertiary')}; }}"
            f"QComboBox:focus {{ border-color: {color('accent.focus')}; }}"
            "QComboBox::drop-down { border: none; width: 20px; }"
            "QComboBox::down-arrow { image: none; }"
        )
        self.update()

    def segment(self, name: str) -> QRectF:
        """Return where a tensor's segment is; empty when the list is shown."""
        return self._segments[self._names.index(name)] if self._segments else QRectF()

    @property
    def list_box(self) -> QComboBox:
        """The list for many tensors."""
        return self._list

    def sizeHint(self) -> QSize:
        """Return the size of the row."""
        return QSize(240, _SWITCH)

    def _arrange(self) -> None:
        widths = [metrics(12, 500).horizontalAdvance(name) + 22 for name in self._names]
        room = self.width() - 2 * _INSET - metrics(11, 400).horizontalAdvance(self._shape) - 12
        listed = len(widths) > _MOST_SEGMENTS or sum(widths) + 4 > room
        self._list.setVisible(listed)
        self._list.setGeometry(_INSET, 7, max(60, min(180, int(room))), 26)
        self._segments = []
        x = _INSET + 2.0
        for width in widths if not listed else ():
            self._segments.append(QRectF(round(x), 9, round(width), 22))
            x += round(width)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the segments and the shape."""
        painter, color = QPainter(self), self._tokens.color
        painter.fillRect(self.rect(), QColor(color("surface.panel")))
        painter.setPen(QColor(color("text.secondary")))
        painter.setFont(text_font(11, 400))
        right = self.rect().adjusted(0, 0, -_INSET, 0)
        painter.drawText(right, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self._shape)
        if not self._segments:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = self._segments[0].united(self._segments[-1]).adjusted(-2, -2, 2, 2)
        painter.setPen(QColor(color("accent.focus")) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(color("surface.pressed")))
        painter.drawRoundedRect(whole.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        for name, box in zip(self._names, self._segments, strict=True):
            on = name == self._current
            if on:
                painter.setPen(QColor(color("border.default")))
                painter.setBrush(QColor(color("surface.panel")))
                painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
            painter.setPen(QColor(color("text.primary" if on else "text.secondary")))
            painter.setFont(text_font(12, 500 if on else 400))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Decide anew between segments and list."""
        super().resizeEvent(event)
        self._arrange()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the segment under the pointer."""
        for name, box in zip(self._names, self._segments, strict=False):
            if box.contains(event.position()) and name != self._current:
                self.chosen.emit(name)
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right go from segment to segment."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or self._current not in self._names:
            super().keyPressEvent(event)
            return
        at = self._names.index(self._current) + step
        if 0 <= at < len(self._names):
            self.chosen.emit(self._names[at])

    @Slot(int)
    def _on_activated(self, index: int) -> None:
        self.chosen.emit(self._names[index])


class FactsPanel(QWidget):
    """Figures of the selected path, or of all paths."""

    _ROWS = 5

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self._tokens = tokens
        self._facts: PathFacts | None = None
        self._swatch: tuple[str, str] | None = None
        self._pitch = 17
        self.set_compact(False)
        self.setAccessibleName("Figures of the selected path")

    def set_compact(self, compact: bool) -> None:
        """Put the lines closer."""
        self._pitch = 16 if compact else 17
        self.setFixedHeight(40 + self._ROWS * self._pitch + (4 if compact else 8))
        self.update()

    def set_facts(self, facts: PathFacts | None, swatch: tuple[str, str] | None) -> None:
        """Write facts; `swatch` is fill and number of the selected path."""
        if (facts, swatch) == (self._facts, self._swatch):
            return
        self._facts, self._swatch = facts, swatch
        if facts is not None:
            words = "\n".join(f"{line.label}  {line.value}  {line.note}" for line in facts.lines)
            self.setAccessibleDescription(f"{facts.title}, {facts.note}\n{words}")
            lines = html.escape(f"{facts.title}, {facts.note}\n{words}").replace("\n", "<br>")
            self.setToolTip(f"<p>{lines}</p>{symbol_tip('o')}")
        self.update()

    def set_style(self, tokens: Tokens) -> None:
        """Take the colours of another theme."""
        self._tokens = tokens
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint heading and lines."""
        painter, color = QPainter(self), self._tokens.color
        painter.fillRect(self.rect(), QColor(color("surface.panel")))
        painter.fillRect(0, 0, self.width(), 1, QColor(color("border.subtle")))
        if self._facts is None:
            return
        left, middle = float(_INSET), Qt.AlignmentFlag.AlignVCenter
        if self._swatch is not None:
            wide = max(17, round(metrics(11, 600).horizontalAdvance(self._swatch[1])) + 7)
            paint_swatch(painter, self._tokens, QRectF(left, 11, wide, 17), *self._swatch)
            left += wide + 7
        painter.setPen(QColor(color("text.primary")))
        painter.setFont(text_font(13, 600))
        painter.drawText(QRectF(left, 10, self.width(), 19), middle, self._facts.title)
        left += metrics(13, 600).horizontalAdvance(self._facts.title) + 9
        room = QRectF(left, 10, self.width() - left - 8, 19)
        self._quiet(painter, room, (self._facts.note, self._facts.brief), "secondary")
        values = [metrics(12, 600).horizontalAdvance(line.value) for line in self._facts.lines]
        value_x = _INSET + 52
        note_x = value_x + max(56.0, max(values, default=0.0) + 10)
        for i, line in enumerate(self._facts.lines):
            y = 38 + i * self._pitch
            self._quiet(painter, QRectF(_INSET, y, 50, self._pitch), (line.label,), "tertiary")
            painter.setPen(QColor(color("text.primary")))
            painter.setFont(text_font(12, 600))
            painter.drawText(QRectF(value_x, y, note_x, self._pitch), middle, line.value)
            start = note_x if line.value else value_x  # a line without a figure has its room as well
            room = QRectF(start, y, self.width() - start - 8, self._pitch)
            self._quiet(painter, room, (line.note, line.brief, line.least), "secondary")

    def _quiet(self, painter: QPainter, box: QRectF, texts: tuple[str, ...], shade: str) -> None:
        """Paint the first of the texts that fits, or the last one shortened."""
        painter.setPen(QColor(self._tokens.color(f"text.{shade}")))
        painter.setFont(text_font(_NOTE_PX, 400))
        measure = metrics(_NOTE_PX, 400)
        given = [text for text in texts if text]
        text = next((t for t in given if measure.horizontalAdvance(t) <= box.width()), "")
        if given and not text:
            text = measure.elidedText(given[-1], Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
