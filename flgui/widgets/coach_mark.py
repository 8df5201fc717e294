"""CoachMark: a note beside a part of the window, and a frame around that part."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens

__all__ = ["CoachMark", "place_beside"]

_WIDTH = 280
_GAP = 10


class CoachMark(QFrame):
    """Says one thing about one part; the rest of the window can be used meanwhile."""

    next_wanted = Signal()
    back_wanted = Signal()
    skipped = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._over = window
        self._target: QWidget | None = None
        self._keep: QWidget | None = None
        self.setObjectName("coachMark")
        self._outline = _Outline(window)
        px = Tokens.load("light").size
        self.title = _label(self, px("type.body.px"), 600)
        self.text = _label(self, px("type.label.px"), 400)
        self.text.setWordWrap(True)
        self._number = _label(self, px("type.caption.px"), 400)
        self.skip = QPushButton("Skip", self)
        self.next = QPushButton("Next", self)
        self.skip.clicked.connect(self.skipped)
        self.next.clicked.connect(self.next_wanted)
        row = QHBoxLayout()
        row.addWidget(self._number, 1)
        row.addWidget(self.skip)
        row.addWidget(self.next)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addLayout(row)
        self.hide()

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._outline.color = tokens.color("accent.base")
        self._outline.update()

    def tell(
        self, target: QWidget, title: str, text: str, number: int, total: int, keep: QWidget | None = None
    ) -> None:
        """Point at a part and say something about it; `keep` is a part that the note should not cover."""
        self._target, self._keep = target, keep
        self.title.setText(title)
        self.text.setText(text)
        self.text.setMinimumHeight(0)  # else it is no lower than that of the last note
        self.text.setFixedSize(_WIDTH - 28, self.text.heightForWidth(_WIDTH - 28))
        self._number.setText(f"{number} of {total}")
        self.next.setText("Done" if number == total else "Next")
        self.setAccessibleName(f"Tour, {number} of {total}: {title}. {text}")
        self.adjustSize()
        self.place()
        self._outline.show()
        self._outline.raise_()
        self.show()
        self.raise_()

    def place(self) -> None:
        """Stand beside the target, wherever it is now."""
        if self._target is None:
            return
        spot = self._spot(self._target)
        self._outline.setGeometry(spot)
        keep = self._spot(self._keep) if self._keep is not None else QRect()
        self.move(place_beside(spot, self.size(), self._over.size(), keep))

    def _spot(self, part: QWidget) -> QRect:
        return QRect(part.mapTo(self._over, QPoint()), part.size())

    def leave(self) -> None:
        """Take note and frame away."""
        self._target = self._keep = None
        self.hide()
        self._outline.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right go through the notes, Escape ends them."""
        known = {
            Qt.Key.Key_Escape: self.skipped,
            Qt.Key.Key_Right: self.next_wanted,
            Qt.Key.Key_Left: self.back_wanted,
        }
        signal = known.get(Qt.Key(event.key()))
        if signal is None:
            super().keyPressEvent(event)
        else:
            signal.emit()


def place_beside(target: QRect, size: QSize, window: QSize, keep: QRect | None = None) -> QPoint:
    """Return where a note of `size` stands: below the target, else right, left or above, else inside.

    Beside and above it keeps to the bottom and the right, where it hides neither scores nor names of charts.
    Below the target it goes to the right or the left of `keep`, where the window is wide enough.
    """
    x = min(max(target.left(), _GAP), window.width() - size.width() - _GAP)
    y = min(max(target.bottom() + 1 - size.height(), _GAP), window.height() - size.height() - _GAP)
    end = max(target.right() + 1 - size.width(), _GAP)
    below, above = target.bottom() + 1 + _GAP, target.top() - size.height() - _GAP
    right, left = target.right() + 1 + _GAP, target.left() - size.width() - _GAP
    if below + size.height() <= window.height() - _GAP:
        return QPoint(_beside(QRect(QPoint(x, below), size), window.width(), keep or QRect()), below)
    if right + size.width() <= window.width() - _GAP:
        return QPoint(right, y)
    if left >= _GAP:
        return QPoint(left, y)
    if above >= _GAP:
        return QPoint(end, above)
    inside = min(max(target.top() + 40, _GAP), window.height() - size.height() - _GAP)
    return QPoint(target.center().x() - size.width() // 2, inside)


def _beside(note: QRect, width: int, keep: QRect) -> int:
    """Return the left side of a note that does not cover `keep`; its own where there is no such place."""
    if not note.intersects(keep):
        return note.left()
    right, left = keep.right() + 1 + _GAP, keep.left() - _GAP - note.width()
    if right + note.width() <= width - _GAP:
        return right
    return left if left >= _GAP else note.left()


class _Outline(QWidget):
    """A frame that lets everything through."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.color = Tokens.load("light").color("accent.base")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QPen(QColor(self.color), 3))
        painter.drawRect(self.rect().adjusted(1, 1, -2, -2))
        painter.end()


def _label(parent: QWidget, px: float, weight: int) -> QLabel:
    label = QLabel(parent)
    label.setFont(font(px, weight))
    return label
