"""Callout: beside a node that cannot be formed, why, and the buttons that solve it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens
from planner_core.draft import Fix, Problem

__all__ = ["Callout"]

_TIP = 9
_WIDTH = 286
_BUTTON_PAD = 28  # padding and frame of a button


class Callout(QWidget):
    """A child of the canvas; it is placed right of the node, or left where there is no room."""

    fix_chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._problem: Problem | None = None
        self._left = self._beside = True
        self._tip_y = 20
        self._title, self._text = QLabel(self), QLabel(self)
        self._title.setFont(font(12, 600))
        self._text.setFont(font(11))
        self._text.setObjectName("messageText")
        for label in (self._title, self._text):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.buttons = [QPushButton(self), QPushButton(self)]
        self.buttons[0].setObjectName("primaryButton")
        self.buttons[0].clicked.connect(self._on_first)
        self.buttons[1].clicked.connect(self._on_second)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(8)
        for button in self.buttons:
            self._row.addWidget(button, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(13 + _TIP, 10, 13 + _TIP, 12)
        column.setSpacing(4)
        column.addWidget(self._title)
        column.addWidget(self._text)
        column.addSpacing(4)
        column.addLayout(self._row)
        self.hide()

    @property
    def problem(self) -> Problem | None:
        """What is shown."""
        return self._problem

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        self.update()

    def set_problem(self, problem: Problem | None) -> None:
        """Show a problem; None shows nothing."""
        self._problem = problem
        if problem is None:
            self.hide()
            return
        self._title.setText(problem.title)
        self._text.setText(problem.text)
        fixes: Sequence[Fix] = problem.fixes[:2]
        for number, button in enumerate(self.buttons):
            button.setVisible(number < len(fixes))
        self._write_buttons([fix.text for fix in fixes])
        self.setAccessibleName(f"{problem.title}. {problem.text}")
        self.setFixedWidth(_WIDTH)
        self.setFixedHeight(
            self.heightForWidth(_WIDTH) if self.hasHeightForWidth() else self.sizeHint().height()
        )

    def _write_buttons(self, texts: Sequence[str]) -> None:
        """Put the buttons beside each other, or under each other where names are long."""
        room = _WIDTH - 2 * (13 + _TIP)
        measure = self.buttons[0].fontMetrics()
        half = (room - 8) // 2 - _BUTTON_PAD
        beside = all(measure.horizontalAdvance(text) <= half for text in texts)
        way = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        self._row.setDirection(way)
        for button, text in zip(self.buttons, texts, strict=False):
            shown = measure.elidedText(text, Qt.TextElideMode.ElideMiddle, room - _BUTTON_PAD)
            button.setText(shown)
            button.setToolTip(text if shown != text else "")
            button.setAccessibleName(text)

    def point_at(self, node: QRect) -> None:
        """Stand beside a node, given in pixels of the parent; out of sight where the node is."""
        parent = self.parentWidget()
        room = parent.rect() if parent is not None else QRect()
        if self._problem is None or not room.intersects(node):
            self.hide()
            return
        fits_right = node.right() + 12 + self.width() <= room.right()
        fits_left = node.left() >= self.width() + 12
        self._left = fits_right or not fits_left
        x = node.right() + 12 if self._left else node.left() - 12 - self.width()
        y = node.center().y() - 22
        self._beside = fits_right or fits_left
        if not self._beside:  # below it, then: the node itself is not to be covered
            x, y = node.left(), node.bottom() + 12
        x = min(max(x, 0), max(0, room.right() - self.width()))
        y = min(max(y, 4), max(4, room.bottom() - self.height() - 4))
        self._tip_y = min(max(node.center().y() - y, 14), self.height() - 14)
        self.move(x, y)
        self.show()
        self.raise_()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size that the words need."""
        return QSize(_WIDTH, super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, its frame, and the tip towards the node."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.rect().adjusted(_TIP, 0, -_TIP - 1, -1)
        shape = QPainterPath()
        shape.addRoundedRect(box, 6, 6)
        edge, out = (box.left(), -_TIP + 1) if self._left else (box.right(), _TIP - 1)
        tip = QPainterPath(QPointF(edge, self._tip_y - 6))
        tip.lineTo(edge + out, self._tip_y)
        tip.lineTo(edge, self._tip_y + 6)
        tip.closeSubpath()
        painter.setPen(QPen(QColor(self._tokens.color("status.error")), 1))
        painter.setBrush(QColor(self._tokens.color("surface.overlay")))
        painter.drawPath(shape.united(tip) if self._beside else shape)
        painter.end()

    @Slot()
    def _on_first(self) -> None:
        self._do(0)

    @Slot()
    def _on_second(self) -> None:
        self._do(1)

    def _do(self, number: int) -> None:
        if self._problem is not None and number < len(self._problem.fixes):
            self.fix_chosen.emit(self._problem.fixes[number])
