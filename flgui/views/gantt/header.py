"""GanttHeader: title, legend and zoom buttons of the pane."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from PySide6.QtCore import QPoint, QRect, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from flgui.theme.devices import device_ratio
from flgui.theme.fonts import font
from flgui.theme.icons import icon
from flgui.theme.tokens import Tokens
from flgui.views.gantt.frame import INSET, draw_frame, face, text_width, write
from flgui.views.gantt.palette import hatch_brush
from flgui.widgets.buttons import IconButton, ListButton

__all__ = ["GanttHeader"]

_Entry: TypeAlias = tuple[str, Callable[[QPainter, QRect], None]]

_TITLE: Final = "Schedules"
_SWATCH_GAP: Final = 6
_ENTRY_GAP: Final = 14
_SWATCH: Final = QSize(16, 12)
_COLOURS: Final = {
    "path": "Path: one colour a tile",
    "layer": "Layer: what each bar computes or sends",
    "resource": "Resource: device, link, ES",
}
_PLAY: Final = "Play from the time cursor (space)"
_STOP: Final = "Stop (space)"
_BUTTONS: Final = (
    ("minus", "Zoom out in time", "S"),
    ("plus", "Zoom in on time", "W"),
    ("fit", "Show the whole time", "0"),
)


class GanttHeader(QWidget):
    """The row over the ruler. Where it is narrow the legend loses entries, from the least needed one on."""

    zoom_out_clicked = Signal()
    zoom_in_clicked = Signal()
    fit_clicked = Signal()
    play_clicked = Signal()
    speed_chosen = Signal(float)
    colours_chosen = Signal(str)
    critical_toggled = Signal(bool)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self.setFixedHeight(tokens.px("size.paneHeader"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(INSET, 0, INSET - 5, 0)
        row.setSpacing(2)
        row.addStretch(1)
        self._playing = False
        self._layer: str | None = None
        self._critical = QToolButton(self)
        self._critical.setText("Critical path")
        self._critical.setFont(font(tokens.size("type.label.px"), 400))
        self._critical.setCheckable(True)
        self._critical.setAccessibleName("Critical path")
        self._critical.setToolTip("The bars that no delay may touch, and what waits for what (C)")
        self._critical.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._critical.toggled.connect(self.critical_toggled)
        self._colours = ListButton("What colours stand for", self)
        self._colours.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for name, words in _COLOURS.items():
            action = self._colours.menu().addAction(words)
            action.setData(name)
            action.setCheckable(True)
        self._colours.menu().triggered.connect(self._on_colours)
        self.set_colours("path")
        for part in (self._critical, self._colours):
            row.addWidget(part)
        row.addSpacing(_ENTRY_GAP - 2)
        self._speed = ListButton("Speed of the time cursor", self)
        self._speed.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._speed.menu().triggered.connect(self._on_speed)
        self._play = IconButton("play", _PLAY, self)
        self._play.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._play.clicked.connect(self.play_clicked)
        for part in (self._speed, self._play):
            row.addWidget(part)
        row.addSpacing(_ENTRY_GAP - 2)
        self._buttons: list[QToolButton] = []
        signals = (self.zoom_out_clicked, self.zoom_in_clicked, self.fit_clicked)
        for (_, words, key), signal in zip(_BUTTONS, signals, strict=True):
            button = QToolButton(self)
            button.setAccessibleName(words)
            button.setToolTip(f"{words} ({key})")
            button.setFixedSize(tokens.px("size.iconButton"), tokens.px("size.iconButton"))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(signal)
            row.addWidget(button)
            self._buttons.append(button)
        self.set_theme(tokens)

    def set_theme(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self._speed.set_theme(tokens)
        self._colours.set_theme(tokens)
        self._play.set_theme(tokens)
        for button, (name, _, _) in zip(self._buttons, _BUTTONS, strict=True):
            button.setIcon(icon(name, tokens.color("text.secondary"), 16))
        self.update()

    @property
    def play_button(self) -> IconButton:
        """Plays and stops."""
        return self._play

    @property
    def speed_button(self) -> ListButton:
        """Opens the list of speeds."""
        return self._speed

    @property
    def critical_button(self) -> QToolButton:
        """Shows the critical path."""
        return self._critical

    @property
    def colours_button(self) -> ListButton:
        """Opens the list of what colours may stand for."""
        return self._colours

    def set_critical(self, critical: bool) -> None:
        """Say whether the critical path is shown."""
        with QSignalBlocker(self._critical):
            self._critical.setChecked(critical)

    def set_colours(self, colours: str) -> None:
        """Say what colours stand for."""
        for action in self._colours.menu().actions():
            action.setChecked(action.data() == colours)
        self._colours.set_label(f"Colour: {colours}")

    def set_layer(self, name: str | None) -> None:
        """Explain the underlined layer in the legend; None is no layer."""
        if name != self._layer:
            self._layer = name
            self.update()

    @Slot(QAction)
    def _on_colours(self, action: QAction) -> None:
        self.colours_chosen.emit(action.data())

    def set_playing(self, playing: bool) -> None:
        """Offer to stop, or to play."""
        if playing != self._playing:
            self._playing = playing
            self._play.set_icon_name("pause" if playing else "play")
            words = _STOP if playing else _PLAY
            self._play.setToolTip(words)
            self._play.setAccessibleName(words)

    def set_speeds(self, speeds: Sequence[float], chosen: float) -> None:
        """Offer speeds, in seconds for a second of the plan; 0 is the whole plan in ten seconds."""
        menu = self._speed.menu()
        menu.clear()
        for speed in speeds:
            action = menu.addAction(_speed_words(speed))
            action.setData(speed)
            action.setCheckable(True)
            action.setChecked(speed == chosen)
        self._speed.set_label("in 10 s" if not chosen else f"1:{chosen:g}")

    @Slot(QAction)
    def _on_speed(self, action: QAction) -> None:
        self.speed_chosen.emit(action.data())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw title and legend."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._tokens.color("surface.panel"))
        whole = QRect(INSET, 0, self.width(), self.height())
        write(painter, whole, _TITLE, face(13, 600), self._tokens.color("text.primary"))
        x = INSET + text_width(_TITLE, 13, 600) + INSET + 2
        for words, draw in self._entries(self._critical.x() - _ENTRY_GAP - x):
            swatch = QRect(QPoint(x, (self.height() - _SWATCH.height()) // 2), _SWATCH)
            draw(painter, swatch)
            room = text_width(words, 11, 400)
            text = QRect(swatch.right() + 1 + _SWATCH_GAP, 0, room + 2, self.height())
            write(painter, text, words, face(11, 400), self._tokens.color("text.secondary"))
            x = text.left() + room + _ENTRY_GAP
        painter.end()

    def _entries(self, room: int) -> list[_Entry]:
        """Legend entries that fit into `room` pixels: fewer words first, then fewer entries, the tail first."""
        entries: list[_Entry] = []
        for tail, waiting in (("tail on ES", "waiting for the link"), ("tail", "waiting")):
            entries = [("idle", self._draw_idle), (tail, self._draw_tail), (waiting, self._draw_waiting)]
            if self._layer is not None:
                entries.append((self._layer, self._draw_layer))
            if _taken(entries) <= room:
                return entries
        for drop in ("tail", "waiting", "idle", self._layer):
            entries = [entry for entry in entries if entry[0] != drop]
            if _taken(entries) <= room:
                break
        return entries

    def _draw_idle(self, painter: QPainter, rect: QRect) -> None:
        tokens = self._tokens
        lane = tokens.color("data.lane")
        painter.setBrushOrigin(rect.topLeft())
        painter.fillRect(rect, hatch_brush(tokens.color("data.idleHatch"), lane, device_ratio(painter)))
        draw_frame(painter, rect, 1, tokens.color("data.idleHatch"))

    def _draw_tail(self, painter: QPainter, rect: QRect) -> None:
        painter.fillRect(rect, self._tokens.color("data.tail"))

    def _draw_layer(self, painter: QPainter, rect: QRect) -> None:
        painter.fillRect(rect, self._tokens.color("data.whole"))
        stripe = rect.adjusted(3, rect.height() - 4, -3, 0)
        painter.fillRect(stripe.adjusted(0, -1, 0, 0), self._tokens.color("data.selectionGap"))
        painter.fillRect(stripe, self._tokens.color("data.selection"))

    def _draw_waiting(self, painter: QPainter, rect: QRect) -> None:
        ink = self._tokens.color("data.selection")
        x, y, w, h = rect.x(), rect.y(), rect.width(), rect.height()
        painter.fillRect(x, y + 1, 2, h // 2, ink)
        painter.fillRect(x, y + h // 2, w, 2, ink)
        painter.fillRect(x + w - 2, y + h // 2, 2, h // 2, ink)


def _taken(entries: Sequence[_Entry]) -> int:
    """Pixels that legend entries take."""
    words = sum(text_width(text, 11, 400) for text, _ in entries)
    return words + len(entries) * (_SWATCH.width() + _SWATCH_GAP + _ENTRY_GAP)


def _speed_words(speed: float) -> str:
    if not speed:
        return "The longest plan in 10 s"
    if speed == 1:
        return "1:1   as fast as it would run"
    return f"1:{speed:g}   {speed:g} s for a second of the plan"
