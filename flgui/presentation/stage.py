"""Stage: paints a slide over a whole screen, and has the keys of a presenter."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QElapsedTimer, QEvent, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from flgui.presentation.controls import Controls
from flgui.presentation.recorded import RecordedViews
from flgui.presentation.schedules import Shown, paint_schedules
from flgui.presentation.side import TilesPanel
from flgui.presentation.words import FOOTER, HEADER, paint_footer, paint_header
from flgui.theme.devices import device_ratio
from flgui.theme.style import style_sheet
from flgui.theme.tokens import Tokens
from flgui.viewmodel.landscape import LandscapeModel
from flgui.viewmodel.slides import Slide
from flgui.viewmodel.tween import between, ends_between
from flgui.views.tiles.picture import sample_picture

__all__ = ["PANELS", "Stage"]

PANELS: Final = ("schedules", "tiles", "network", "landscape")
_WIDE, _TALL = 1920.0, 1080.0
_SIDE: Final = 520
_GAP: Final = 64
_WHOLE_S: Final = 10.0
"""Seconds in which the longest plan plays."""
_TICK_MS: Final = 16
_CONTROLS_MS: Final = 2000
_EMPTY: Final = "The landscape is kept for the open scenario only, and fills after its plans."
_STEPS: Final = {
    Qt.Key.Key_Right: "next",
    Qt.Key.Key_PageDown: "next",
    Qt.Key.Key_Left: "previous",
    Qt.Key.Key_PageUp: "previous",
    Qt.Key.Key_Home: "first",
    Qt.Key.Key_End: "last",
    Qt.Key.Key_Space: "play",
    Qt.Key.Key_1: "schedules",
    Qt.Key.Key_2: "tiles",
    Qt.Key.Key_3: "network",
    Qt.Key.Key_4: "landscape",
    Qt.Key.Key_T: "theme",
    Qt.Key.Key_F5: "leave",
    Qt.Key.Key_Escape: "leave",
}


class Stage(QWidget):
    """One slide at a time; announces where to go, and animates from what it shows to what it is handed.

    Everything is laid out for a screen 1920 wide or 1080 high and scaled to the one there is.
    """

    moved = Signal(str)
    """ "next", "previous", "first" or "last" was asked for."""
    left = Signal()
    """The presentation is over."""
    theme_switched = Signal()
    path_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle("Presentation")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._tokens = Tokens.load("light")
        self._slide: Slide | None = None
        self._before: Slide | None = None
        self._place = (0, 1)
        self._panels: frozenset[str] = frozenset(PANELS[:2])
        self._image: QImage | None = None
        self._cursor_s: float | None = None
        self._boxes: dict[str, QRectF] = {}
        self._tiles = TilesPanel()
        self._views = RecordedViews(self)
        self.controls = Controls(self)
        self.controls.pressed.connect(self._do)
        self._clock = QElapsedTimer()
        self._motion, self._play, self._away = (QTimer(self) for _ in range(3))
        for timer, slot in ((self._motion, self._on_motion), (self._play, self._on_play)):
            timer.setInterval(_TICK_MS)
            timer.timeout.connect(slot)
        self._away.setSingleShot(True)
        self._away.setInterval(_CONTROLS_MS)
        self._away.timeout.connect(self._hide_controls)
        self._moving_ms = self._tokens.px("motion.scenarioStep_ms")
        self._share = 1.0

    # What it is told

    @property
    def slide(self) -> Slide | None:
        """What is shown."""
        return self._slide

    @property
    def panels(self) -> frozenset[str]:
        """Names of the panels that are on."""
        return self._panels

    @property
    def cursor_s(self) -> float | None:
        """The moment that is shown, None for no moment in particular."""
        return self._cursor_s

    @property
    def playing(self) -> bool:
        """Whether time runs."""
        return self._play.isActive()

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        self.setStyleSheet(style_sheet(tokens))
        self._views.set_theme(tokens)
        self.controls.set_theme(tokens)
        self.update()

    def set_slide(
        self, slide: Slide, place: tuple[int, int], landscape: LandscapeModel | None, animate: bool = True
    ) -> None:
        """Show a slide, number place[0] of place[1]; bars move there from where they are."""
        self._before = self._slide if animate and self._slide is not None else None
        self._slide, self._place = slide, place
        self._cursor_s = None
        self._play.stop()
        self._views.set_slide(slide, landscape)
        self.setAccessibleName(f"{slide.title}: {slide.conclusion}. {slide.sentence}")
        self._share = 1.0
        if self._before is not None:
            self._share = 0.0
            self._clock.start()
            self._motion.start()
        self._show_state()

    def set_landscape(self, landscape: LandscapeModel | None) -> None:
        """Show what is known of the landscape by now."""
        self._views.set_landscape(landscape)
        self.update()

    def set_panels(self, panels: frozenset[str]) -> None:
        """Show these of PANELS; none at all is not possible."""
        if panels:
            self._panels = panels
            self._show_state()

    def finish_motion(self) -> None:
        """Put the bars where they belong, at once."""
        self._share, self._before = 1.0, None
        self._motion.stop()
        self.update()

    def show_share(self, share: float) -> None:
        """Put the time cursor at a share (0..1) of the longest plan."""
        self._cursor_s = share * self._end_s()
        self.update()

    def advance(self, seconds: float) -> None:
        """Let `seconds` of the spectator's time pass; stops at the end of the longest plan."""
        end = self._end_s()
        self._cursor_s = min((self._cursor_s or 0.0) + seconds * end / _WHOLE_S, end)
        if self._cursor_s >= end:
            self._play.stop()
            self._show_state()
        self.update()

    def _end_s(self) -> float:
        groups = self._slide.gantt.groups if self._slide is not None else ()
        return max((group.makespan_s for group in groups), default=0.0)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the slide at the size of the screen."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        painter.fillRect(self.rect(), QColor(self._tokens.color("surface.panel")))
        slide = self._slide
        if slide is not None:
            scale = max(0.05, min(self.width() / _WIDE, self.height() / _TALL))
            ratio = device_ratio(painter) * scale
            painter.scale(scale, scale)
            margin = float(self._tokens.px("present.margin"))
            room = QRectF(0, 0, self.width() / scale, self.height() / scale).adjusted(margin, 0, -margin, 0)
            paint_header(painter, room, slide, self._place, self._tokens, ratio)
            paint_footer(painter, room, slide, self._tokens, ratio)
            self._paint_panels(painter, room.adjusted(0, HEADER, 0, -FOOTER), slide, ratio)
        painter.end()

    def _paint_panels(self, painter: QPainter, room: QRectF, slide: Slide, ratio: float) -> None:
        self._boxes = lay_out_panels(room, self._panels)
        for name, box in self._boxes.items():
            if name == "schedules":
                paint_schedules(painter, box, self._shown(slide), self._tokens, ratio)
            elif name == "tiles":
                if self._image is None:
                    self._image = sample_picture()
                self._tiles.paint(painter, box, slide, self._tokens, self._image, ratio, self._cursor_s)
            elif name == "landscape" and not self._views.has_landscape:
                painter.setPen(QColor(self._tokens.color("text.secondary")))
                painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), _EMPTY)
            else:
                self._views.paint(painter, name, box)

    def _shown(self, slide: Slide) -> Shown:
        model, ends = slide.gantt, tuple(group.makespan_s for group in slide.gantt.groups)
        if self._before is not None:
            model = between(self._before.gantt, slide.gantt, self._share)
            ends = ends_between(self._before.gantt, slide.gantt, self._share)
        method = slide.plan.method if slide.plan is not None else None
        paths = slide.paths if self._before is None else ()
        return Shown(model, slide.heads, ends, method, paths, self._cursor_s)

    # Time

    @Slot()
    def _on_motion(self) -> None:
        passed = self._clock.elapsed() / max(1, self._moving_ms)
        self._share = min(1.0, passed) ** 2 * (3 - 2 * min(1.0, passed))
        if passed >= 1:
            self.finish_motion()
        self.update()

    @Slot()
    def _on_play(self) -> None:
        self.advance(self._clock.restart() / 1000)

    def _toggle_play(self) -> None:
        if self.playing:
            self._play.stop()
        elif self._end_s() > 0:
            self.finish_motion()
            if self._cursor_s is None or self._cursor_s >= self._end_s():
                self._cursor_s = 0.0
            self._clock.start()
            self._play.start()

    # Keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step, play, choose panels, leave."""
        wanted = _STEPS.get(Qt.Key(event.key()))
        if wanted is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        else:
            self._do(wanted)

    @Slot(str)
    def _do(self, wanted: str) -> None:
        if wanted == "leave":
            self.close()
            return
        if wanted in PANELS:
            self.set_panels(self._panels ^ {wanted})
        elif wanted == "play":
            self._toggle_play()
        elif wanted == "theme":
            self.theme_switched.emit()
        else:
            self.moved.emit(wanted)
        self._show_state()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show the controls for a while."""
        self.unsetCursor()
        self.controls.adjustSize()
        width = self.controls.width()
        self.controls.move((self.width() - width) // 2, self.height() - self.controls.height() - 12)
        self.controls.show()
        self.controls.raise_()
        self._away.start()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell about the tile that was clicked."""
        box = self._boxes.get("tiles")
        scale = max(0.05, min(self.width() / _WIDE, self.height() / _TALL))
        if box is not None and event.button() == Qt.MouseButton.LeftButton:
            at = event.position() / scale
            tile = self._tiles.tile_at(box, at.x(), at.y())
            if tile is not None:
                self.path_chosen.emit(tile)

    @Slot()
    def _hide_controls(self) -> None:
        if self.controls.underMouse():
            self._away.start()
            return
        self.controls.hide()
        if self.isFullScreen():
            self.setCursor(Qt.CursorShape.BlankCursor)

    def _show_state(self) -> None:
        self.controls.set_state(self.playing, self._panels)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hide the controls, which stand elsewhere now."""
        self.controls.hide()

    def changeEvent(self, event: QEvent) -> None:
        """Paint anew on another screen."""
        super().changeEvent(event)
        self.update()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop everything and say that it is over."""
        for timer in (self._motion, self._play, self._away):
            timer.stop()
        super().closeEvent(event)
        self.left.emit()


def lay_out_panels(room: QRectF, panels: frozenset[str]) -> dict[str, QRectF]:
    """Return where the panels stand: schedules at the left, the others in a column beside; else side by side."""
    others = [name for name in PANELS[1:] if name in panels]
    boxes: dict[str, QRectF] = {}
    if "schedules" in panels:
        side = _SIDE + _GAP if others else 0
        boxes["schedules"] = QRectF(room.left(), room.top(), room.width() - side, room.height())
        height = (room.height() - 24 * (len(others) - 1)) / max(1, len(others))
        for at, name in enumerate(others):
            top = room.top() + at * (height + 24)
            boxes[name] = QRectF(room.right() - _SIDE, top, _SIDE, height)
        return boxes
    width = (room.width() - _GAP * (len(others) - 1)) / max(1, len(others))
    for at, name in enumerate(others):
        boxes[name] = QRectF(room.left() + at * (width + _GAP), room.top(), width, room.height())
    return boxes
