"""EditorPalette: the kinds of layers, to drag onto the canvas, to click, or to find by typing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QMimeData, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QDrag, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from flgui.theme.fonts import font
from flgui.theme.icons import pixmap
from flgui.theme.stripes import paint_stripe
from flgui.theme.tokens import Tokens
from flgui.viewmodel.editor import GROUPS, Choice, choices

__all__ = ["EditorPalette"]

_MIME = "application/x-flgui-layer"
_INSET = 16
_ROW = 25
_HEAD = 24


class EditorPalette(QWidget):
    """The left pane of the drawing."""

    chosen = Signal(str)
    """Key of the entry that was clicked, or found and taken with Enter."""
    left = Signal()
    """Escape in the search: the canvas gets the keys back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self.search = _Search(self)
        self.search.setPlaceholderText("Type to add a layer")
        self.search.setAccessibleName("Type to add a layer")
        self.search.setToolTip("Type a kind of layer, then Enter (A on the canvas)")
        self.search.setFixedHeight(28)
        self.list = _List(self)
        self.list.chosen.connect(self.chosen)
        self.area = QScrollArea(self)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(self.list)
        self.hint = QLabel(self)
        self.hint.setObjectName("messageText")
        self.hint.setWordWrap(True)
        self.hint.setFont(font(self._tokens.size("type.caption.px")))
        self.hint.setContentsMargins(_INSET, 8, 12, 12)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 0)
        column.setSpacing(4)
        row = QVBoxLayout()
        row.setContentsMargins(12, 0, 12, 0)
        row.addWidget(self.search)
        column.addLayout(row)
        column.addWidget(self.area, 1)
        column.addWidget(self.hint)
        self.search.textChanged.connect(self._on_text)
        self.search.stepped.connect(self.list.step)
        self.search.taken.connect(self._on_taken)
        self.search.left.connect(self._on_left)
        self.set_target("")
        self.setMinimumWidth(180)

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        self.search.set_theme(tokens)
        self.list.set_theme(tokens)
        ground = tokens.color("surface.panel")
        self.area.setStyleSheet(f"QScrollArea, QScrollArea > QWidget > QWidget {{ background: {ground}; }}")
        self.update()

    def set_target(self, target: str) -> None:
        """Say where the next layer goes: "between conv1 and pool1"; empty says how to drag."""
        if target:
            self.hint.setText(f"Choose the layer to insert {target}.")
        else:
            self.hint.setText("Drag onto the canvas, or onto an edge to insert.")

    def begin(self) -> None:
        """Put the text cursor into the search."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()
        self.list.step(0)

    def sizeHint(self) -> QSize:
        """Return the width of the design."""
        return QSize(self._tokens.px("pane.paletteDraw"), 600)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._tokens.color("surface.panel")))
        painter.end()

    @Slot(str)
    def _on_text(self, text: str) -> None:
        self.list.set_filter(text)
        self.area.verticalScrollBar().setValue(0)

    @Slot()
    def _on_taken(self) -> None:
        key = self.list.current
        if key is not None:
            self.search.clear()
            self.list.step(None)
            self.chosen.emit(key)

    @Slot()
    def _on_left(self) -> None:
        self.search.clear()
        self.list.step(None)
        self.left.emit()


class _Search(QLineEdit):
    """The line to type in, with a glass at the left and its key at the right."""

    stepped = Signal(int)
    taken = Signal()
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self.setTextMargins(22, 0, 22, 0)

    def set_theme(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.stepped.emit(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.taken.emit()
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        tokens = self._tokens
        painter = QPainter(self)
        glass = pixmap("search", tokens.color("text.secondary"), 16, self.devicePixelRatioF())
        painter.drawPixmap(7, (self.height() - 16) // 2, glass)
        if not self.hasFocus() and not self.text():
            box = self.rect().adjusted(self.width() - 25, 6, -7, -6)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(tokens.color("border.default")))
            painter.setBrush(QColor(tokens.color("surface.raised")))
            painter.drawRoundedRect(box, 3, 3)
            painter.setPen(QColor(tokens.color("text.tertiary")))
            painter.setFont(font(11))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "A")
        painter.end()


class _List(QWidget):
    """The entries by group; while something is typed, those that fit it."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._all = choices()
        self._rows: list[str | Choice] = []
        self._current: str | None = None
        self._hovered: str | None = None
        self._press: tuple[QPoint, str] | None = None
        self.setMouseTracking(True)
        self.setAccessibleName("Kinds of layers")
        self.set_filter("")

    @property
    def current(self) -> str | None:
        """Key of the entry that Enter takes."""
        return self._current

    def keys(self) -> Sequence[str]:
        """Keys of the entries that are shown."""
        return [row.key for row in self._rows if isinstance(row, Choice)]

    def set_theme(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.update()

    def set_filter(self, text: str) -> None:
        words = text.lower().split()
        found = [c for c in self._all.values() if self._fits(c, words)]
        if words:
            start = " ".join(words)
            found.sort(
                key=lambda c: not (c.title.lower().startswith(start) or c.key.lower().startswith(start))
            )
            self._rows = list(found)
            self._current = found[0].key if found else None
        else:
            self._rows = []
            for group in GROUPS:
                self._rows += [group, *(c for c in found if c.group == group and c.listed)]
            self._current = None
        self.setMinimumHeight(sum(_HEAD if isinstance(row, str) else _ROW for row in self._rows) + 8)
        self.update()

    @staticmethod
    def _fits(choice: Choice, words: Sequence[str]) -> bool:
        return all(word in choice.words for word in words)

    def step(self, by: int | None) -> None:
        """Go down or up the list; None marks no entry."""
        keys = self.keys()
        if by is None or not keys:
            self._current = None
        elif self._current in keys:
            self._current = keys[min(max(keys.index(self._current) + by, 0), len(keys) - 1)]
        elif by:
            self._current = keys[0]
        self.update()

    def box_of(self, key: str) -> tuple[int, int]:
        """Return top and height of an entry."""
        y = 0
        for row in self._rows:
            high = _HEAD if isinstance(row, str) else _ROW
            if isinstance(row, Choice) and row.key == key:
                return y, high
            y += high
        raise KeyError(key)

    def _at(self, y: int) -> str | None:
        for key in self.keys():
            top, high = self.box_of(key)
            if top <= y < top + high:
                return key
        return None

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._tokens
        painter = QPainter(self)
        y = 0
        for row in self._rows:
            if isinstance(row, str):
                painter.setFont(font(11))
                painter.setPen(QColor(tokens.color("text.tertiary")))
                painter.drawText(_INSET, y, self.width(), _HEAD, Qt.AlignmentFlag.AlignVCenter, row)
                y += _HEAD
                continue
            if row.key in (self._current, self._hovered):
                marked = "accent.subtle" if row.key == self._current else "surface.hover"
                painter.fillRect(4, y, self.width() - 8, _ROW, QColor(tokens.color(marked)))
            paint_stripe(painter, QRect(_INSET, y + 5, 4, _ROW - 10), tokens, row.family)
            painter.setFont(font(12))
            painter.setPen(QColor(tokens.color("text.primary")))
            painter.drawText(_INSET + 14, y, self.width(), _ROW, Qt.AlignmentFlag.AlignVCenter, row.title)
            y += _ROW
        if not self._rows:
            painter.setFont(font(12))
            painter.setPen(QColor(tokens.color("text.secondary")))
            painter.drawText(_INSET, 0, self.width(), _ROW, Qt.AlignmentFlag.AlignVCenter, "No such layer")
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        key = self._at(event.position().toPoint().y())
        if event.button() == Qt.MouseButton.LeftButton and key is not None:
            self._press = (event.position().toPoint(), key)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if self._press is not None:
            start, key = self._press
            if (at - start).manhattanLength() >= QApplication.startDragDistance():
                self._press = None
                self._drag(key)
            return
        hovered = self._at(at.y())
        if hovered != self._hovered:
            self._hovered = hovered
            self.setCursor(Qt.CursorShape.OpenHandCursor if hovered else Qt.CursorShape.ArrowCursor)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._press is not None:
            _, key = self._press
            self._press = None
            if self._at(event.position().toPoint().y()) == key:
                self.chosen.emit(key)

    def _drag(self, key: str) -> None:
        drag = QDrag(self)
        data = QMimeData()
        data.setData(_MIME, QByteArray(key.encode()))
        drag.setMimeData(data)
        drag.setPixmap(self._picture(key))
        drag.setHotSpot(QPoint(60, 14))
        drag.exec(Qt.DropAction.CopyAction)

    def _picture(self, key: str) -> QPixmap:
        choice, tokens = self._all[key], self._tokens
        made = QPixmap(120, 28)
        made.fill(QColor(tokens.color("surface.panel")))
        painter = QPainter(made)
        painter.setPen(QColor(tokens.color("accent.base")))
        painter.drawRect(0, 0, 119, 27)
        paint_stripe(painter, QRect(0, 0, 4, 28), tokens, choice.family)
        painter.setPen(QColor(tokens.color("text.primary")))
        painter.setFont(font(12, 600))
        painter.drawText(14, 0, 104, 28, Qt.AlignmentFlag.AlignVCenter, choice.title)
        painter.end()
        return made
