"""EditorBar: what is drawn, the modes, and the last valid plan."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from flgui.theme.fonts import font
from flgui.theme.icons import icon
from flgui.theme.tokens import Tokens
from flgui.widgets.badge import Badge, badge_width, paint_badge
from flgui.widgets.segments import Segments

__all__ = ["EditorBar", "PlanLine"]

_HEIGHT = 44


@dataclass(frozen=True, slots=True)
class PlanLine:
    """Makespans in words: `methods` are (name, value); `stale` dims them."""

    caption: str
    methods: tuple[tuple[str, str], ...] = ()
    badge: Badge | None = None
    stale: bool = False


class EditorBar(QWidget):
    """Forty-four pixels above the canvas."""

    mode_chosen = Signal(bool)
    """Whether dragging from a node connects."""
    tidy_asked = Signal()
    fold_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self.title = _Title(self)
        self.modes = Segments(("Select", "Connect"), "What dragging from a layer does", self)
        self.modes.chosen.connect(self._on_mode)
        self.tidy = QPushButton("Tidy layout", self)
        self.tidy.setToolTip("Put every layer in its row, without crossings where none are needed (Ctrl+L)")
        self.tidy.clicked.connect(self.tidy_asked)
        self.fold = QPushButton("Fold", self)
        self.fold.setToolTip("Fold activations, norms and flattens into the layer that they follow")
        self.fold.clicked.connect(self.fold_asked)
        self.plan = _Plan(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 1)
        row.setSpacing(8)
        row.addWidget(self.title)
        row.addWidget(self.modes)
        row.addSpacing(14)
        row.addWidget(self.tidy)
        row.addWidget(self.fold)
        row.addWidget(self.plan, 1)
        self.setFixedHeight(_HEIGHT)

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        self.modes.set_theme(tokens)
        for button, name in ((self.tidy, "wand"), (self.fold, "fold")):
            button.setIcon(icon(name, tokens.color("text.primary"), 16, tokens.color("text.disabled")))
        self.title.set_theme(tokens)
        self.plan.set_theme(tokens)
        self.update()

    def set_title(self, name: str, modified: bool, note: str) -> None:
        """Name the drawing; a dot marks changes that no file has."""
        self.title.set_words(name, modified, note)

    def set_connecting(self, connecting: bool) -> None:
        """Show the mode."""
        self.modes.set_current("Connect" if connecting else "Select")

    def set_plan(self, line: PlanLine) -> None:
        """Show the makespans of the last valid network."""
        self.plan.set_line(line)

    def set_possible(self, tidy: bool, fold: bool) -> None:
        """Offer only what would change something."""
        self.tidy.setEnabled(tidy)
        self.fold.setEnabled(fold)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and the line below."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._tokens.color("surface.raised")))
        painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(self._tokens.color("border.default")))
        painter.end()

    @Slot(str)
    def _on_mode(self, word: str) -> None:
        self.mode_chosen.emit(word == "Connect")


class _Title(QWidget):
    """Name, mark of changes, number of layers."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._name, self._modified, self._note = "", False, ""
        self.setFixedWidth(self._tokens.px("pane.paletteDraw") - 8)

    def set_theme(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.update()

    def set_words(self, name: str, modified: bool, note: str) -> None:
        self._name, self._modified, self._note = name, modified, note
        self.setToolTip(f"{name}, {note}" + (", not saved" if modified else ""))
        self.setAccessibleName(self.toolTip())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._tokens
        painter = QPainter(self)
        bold, light = font(tokens.size("type.body.px"), 600), font(tokens.size("type.caption.px"))
        note = QFontMetrics(light).horizontalAdvance(self._note)
        room = self.width() - note - (26 if self._modified else 12)
        name = QFontMetrics(bold).elidedText(self._name, Qt.TextElideMode.ElideMiddle, max(40, room))
        painter.setFont(bold)
        painter.setPen(QColor(tokens.color("text.primary")))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, name)
        x = QFontMetrics(bold).horizontalAdvance(name) + 8
        if self._modified:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(QColor(tokens.color("text.secondary")))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(x, self.height() // 2 - 3, 7, 7)
            x += 14
        painter.setFont(light)
        painter.setPen(QColor(tokens.color("text.tertiary")))
        painter.drawText(self.rect().adjusted(x, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._note)
        painter.end()


class _Plan(QWidget):
    """The makespans at the right end; the words go first where there is no room."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._line = PlanLine("")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def line(self) -> PlanLine:
        """What is shown."""
        return self._line

    def set_theme(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.update()

    def set_line(self, line: PlanLine) -> None:
        self._line = line
        words = [line.caption, *(f"{name} {value}" for name, value in line.methods)]
        words += [line.badge.text] if line.badge is not None else []
        self.setAccessibleName(", ".join(words))
        self.setToolTip(line.caption)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, 30)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, line = self._tokens, self._line
        painter = QPainter(self)
        right = self.width()
        if line.badge is not None:
            paint_badge(painter, line.badge, tokens, right, self.height() / 2)
            right -= round(badge_width(line.badge, tokens)) + 14
        bold, plain = font(12, 500), font(12, 400)
        for name, value in reversed(line.methods):
            wide = (
                QFontMetrics(plain).horizontalAdvance(name) + QFontMetrics(bold).horizontalAdvance(value) + 20
            )
            if right - wide < 0:
                return
            x = right - wide
            painter.fillRect(x, self.height() // 2 - 4, 8, 8, QColor(tokens.method_color(name)))
            muted = "text.tertiary" if line.stale else "text.secondary"
            painter.setFont(plain)
            painter.setPen(QColor(tokens.color(muted)))
            flags = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRect(x + 14, 0, wide, self.height()), flags, name)
            x += 18 + QFontMetrics(plain).horizontalAdvance(name)
            painter.setFont(bold)
            painter.setPen(QColor(tokens.color("text.tertiary" if line.stale else "text.primary")))
            painter.drawText(QRect(x, 0, wide, self.height()), flags, value)
            right -= wide + 14
        caption = font(11)
        if QFontMetrics(caption).horizontalAdvance(line.caption) <= right:
            painter.setFont(caption)
            painter.setPen(QColor(tokens.color("text.secondary")))
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(QRect(0, 0, right, self.height()), flags, line.caption)
        painter.end()
