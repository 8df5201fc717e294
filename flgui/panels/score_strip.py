"""ScoreStrip: what each method costs, side by side; a click fills network and tiles with its plan."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens
from flgui.viewmodel.scores import SCORE_KEYS, Line, Score
from flgui.viewmodel.symbols import symbol_tip
from flgui.widgets.badge import Badge, badge_width, paint_badge

__all__ = ["ScoreCell", "ScoreStrip"]

_INSET = 16
# Of the 858 pixels that the centre has in a window 1440 wide.
_WIDTHS = {"NFL": 178, "MW": 190, "BF": 236, "esOnly": 120, "deviceOnly": 118}
_COMPACT_WIDTHS = {"NFL": 166, "MW": 188, "BF": 187, "esOnly": 99, "deviceOnly": 103}
# With a plan made by hand the two baselines stand over one another.
_WIDTHS_OF_FOUR = {"NFL": 160, "MW": 178, "BF": 200, "Manual": 204, "baselines": 116}
_COMPACT_WIDTHS_OF_FOUR = {"NFL": 128, "MW": 158, "BF": 170, "Manual": 176, "baselines": 110}
_BASELINES = ("esOnly", "deviceOnly")
_COMPACT_BELOW = 800


class ScoreCell(QAbstractButton):
    """One score. Methods can be made active; the baselines cannot."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._score: Score | None = None
        self._progress: float | None = None
        self.key = key
        self.is_method = key not in _BASELINES
        self.first_of_two = self.low = False
        self.setCheckable(self.is_method)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if self.is_method else Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setToolTip(symbol_tip(key, "bound") if key == "BF" else symbol_tip(key))

    @property
    def score(self) -> Score | None:
        """What the cell shows."""
        return self._score

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self._tokens = tokens
        self.update()

    def set_score(self, score: Score) -> None:
        """Show a score."""
        if score == self._score:
            return
        self._score = score
        badge = f", {score.badge.texts[0]}" if score.badge else ""
        line = f", {score.lines[0].bold}{score.lines[0].rest}" if score.lines else ""
        self.setAccessibleName(f"{score.name}: {score.number} {score.unit}{badge}{line}")
        self.update()

    def set_low(self, low: bool, first: bool = False) -> None:
        """Take two short lines in place of three, above the other baseline or below it."""
        self.low, self.first_of_two = low, first
        self.update()

    def set_progress(self, share: float | None) -> None:
        """Draw a line of this share (0..1) under the cell; None takes it away."""
        if share != self._progress:
            self._progress = share
            self.update()

    def sizeHint(self) -> QSize:
        """Return the size at 1440 pixels."""
        widths = _WIDTHS_OF_FOUR if self.key == "Manual" else _WIDTHS
        return QSize(widths[self.key], self._tokens.px("size.scoreStrip"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the three lines of the cell."""
        painter = QPainter(self)
        self._paint_ground(painter)
        if self._score is not None and self.low:
            self._paint_low(painter, self._score)
        elif self._score is not None:
            inset = self._inset()
            self._paint_name(painter, self._score, inset)
            self._paint_number(painter, self._score, inset)
            self._paint_line(painter, self._score, inset)
        self._paint_frame(painter)
        painter.end()

    def _inset(self) -> int:
        return _INSET if self.width() >= 110 or self.is_method else 12

    def _paint_ground(self, painter: QPainter) -> None:
        tokens, box = self._tokens, self.rect()
        ground = "surface.panel"
        if self.isChecked():
            ground = "surface.raised"
        elif self.is_method and self.underMouse():
            ground = "surface.hover"
        painter.fillRect(box, QColor(tokens.color(ground)))
        if self.isChecked():
            painter.fillRect(0, 0, box.width(), 2, QColor(tokens.color("accent.base")))

    def _paint_frame(self, painter: QPainter) -> None:
        tokens, box = self._tokens, self.rect()
        if not self.isChecked() and self.x() > 0:
            line = QColor(tokens.color("border.subtle"))
            above = 14 if not self.low or self.first_of_two else 0
            below = 14 if not self.low or not self.first_of_two else 0
            painter.fillRect(0, above, 1, box.height() - above - below, line)
        if self._progress is not None:
            done = QRectF(0, box.height() - 2, box.width() * self._progress, 2)
            painter.fillRect(done, QColor(tokens.color("accent.base")))
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.color("accent.focus")), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box.adjusted(1, 1, -1, -1))

    def _paint_low(self, painter: QPainter, score: Score) -> None:
        """Paint name and number over one another; the lines of both baselines keep the same distance."""
        tokens, top = self._tokens, 10.0 if self.first_of_two else 0.0
        small, size = font(tokens.size("type.caption.px")), tokens.size("type.body.px")
        self._text(painter, 12.0, top + 7, score.name, small, "text.secondary")
        color = "text.secondary" if score.fresh else "text.tertiary"
        width = self._text(painter, 12.0, top + 23, score.number, font(size, 600), color)
        self._text(painter, 15.0 + width, top + 23, score.unit, font(size), color)

    def _paint_name(self, painter: QPainter, score: Score, inset: int) -> None:
        tokens = self._tokens
        x, middle = float(inset), 19.0
        if self.is_method:
            painter.fillRect(QRectF(x, middle - 4, 8, 8), QColor(tokens.method_color(score.key)))
            x += 15
        title = font(tokens.size("type.label.px"), 600 if self.is_method else 500)
        x += self._text(
            painter, x, middle, score.name, title, "text.primary" if self.is_method else "text.secondary"
        )
        right = float(self.width() - 10)
        if score.badge is not None:
            badges = [Badge(score.badge.kind, text) for text in score.badge.texts]
            badge = next((b for b in badges if badge_width(b, tokens) <= right - x - 8), badges[-1])
            paint_badge(painter, badge, tokens, right, middle)
            right -= badge_width(badge, tokens) + 6
        small = font(tokens.size("type.caption.px"))
        if QFontMetricsF(small).horizontalAdvance(score.descriptor) <= right - x - 8:
            self._text(painter, x + 8, middle, score.descriptor, small, "text.tertiary")

    def _paint_number(self, painter: QPainter, score: Score, inset: int) -> None:
        kind = "type.score" if self.is_method else "type.scoreMinor"
        color = "text.primary" if self.is_method and score.fresh else "text.secondary"
        if not score.fresh:
            color = "text.tertiary"
        used = font(self._tokens.size(f"{kind}.px"), self._tokens.px(f"{kind}.weight"))
        baseline = 52.0
        painter.setFont(used)
        painter.setPen(QColor(self._tokens.color(color)))
        painter.drawText(QRectF(inset, 0, self.width(), baseline).bottomLeft(), score.number)
        x = inset + QFontMetricsF(used).horizontalAdvance(score.number) + 3
        painter.setFont(font(self._tokens.size("type.body.px")))
        painter.setPen(QColor(self._tokens.color("text.secondary" if score.fresh else "text.tertiary")))
        painter.drawText(QRectF(x, 0, self.width(), baseline).bottomLeft(), score.unit)

    def _paint_line(self, painter: QPainter, score: Score, inset: int) -> None:
        if not score.lines:
            return
        bold = font(self._tokens.size("type.caption.px"), 600)
        plain = font(self._tokens.size("type.caption.px"))
        room = self.width() - inset - 6

        def width(line: Line) -> float:
            return QFontMetricsF(bold).horizontalAdvance(line.bold) + QFontMetricsF(plain).horizontalAdvance(
                line.rest
            )

        line = next((line for line in score.lines if width(line) <= room), score.lines[-1])
        middle = self.height() - 16.0
        main = "text.primary" if score.fresh else "text.tertiary"
        rest = "text.secondary" if self.is_method and score.fresh else "text.tertiary"
        x = float(inset)
        x += self._text(painter, x, middle, line.bold, bold, main)
        self._text(painter, x, middle, line.rest, plain, rest)

    def _text(self, painter: QPainter, x: float, middle: float, text: str, used: QFont, color: str) -> float:
        painter.setFont(used)
        painter.setPen(QColor(self._tokens.color(color)))
        width = QFontMetricsF(used).horizontalAdvance(text)
        place = QRectF(x, middle - 10, width + 2, 20)
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        return width


class ScoreStrip(QWidget):
    """The five cells in a row; with a plan made by hand four, and the baselines over one another."""

    activated = Signal(str)
    """A method was chosen by hand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._by_hand = False
        self.cells: dict[str, ScoreCell] = {key: ScoreCell(key, self) for key in SCORE_KEYS}
        self.cells["Manual"].hide()
        for cell in self.cells.values():
            if cell.is_method:
                cell.clicked.connect(self._on_clicked)
        self.setFixedHeight(self._tokens.px("size.scoreStrip"))

    def set_theme(self, tokens: Tokens) -> None:
        """Hand the tokens to the cells."""
        self._tokens = tokens
        for cell in self.cells.values():
            cell.set_theme(tokens)
        self.update()

    def set_scores(self, scores: Sequence[Score]) -> None:
        """Show the scores."""
        for score in scores:
            self.cells[score.key].set_score(score)
        by_hand = any(score.key == "Manual" for score in scores)
        if by_hand != self._by_hand:
            self._by_hand = by_hand
            self.cells["Manual"].setVisible(by_hand)
            for key in _BASELINES:
                self.cells[key].set_low(by_hand, key == _BASELINES[0])
            self._share_width()

    def set_active(self, method: str) -> None:
        """Mark the method whose plan fills network and tiles."""
        for key, cell in self.cells.items():
            cell.setChecked(key == method)

    def set_progress(self, share: float | None) -> None:
        """Show how far the BF search is."""
        self.cells["BF"].set_progress(share)

    def set_compact(self, compact: bool) -> None:
        """Take less height."""
        self.setFixedHeight(self._tokens.px("compact.scoreStrip" if compact else "size.scoreStrip"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width in proportion."""
        self._share_width()

    def _share_width(self) -> None:
        narrow = self.width() < _COMPACT_BELOW
        if self._by_hand:
            shares = _COMPACT_WIDTHS_OF_FOUR if narrow else _WIDTHS_OF_FOUR
        else:
            shares = _COMPACT_WIDTHS if narrow else _WIDTHS
        total, x, height = sum(shares.values()), 0.0, self.height() - 1
        for key, share in shares.items():
            width = share * self.width() / total
            left, across = round(x), round(x + width) - round(x)
            if key == "baselines":
                half = height // 2
                self.cells["esOnly"].setGeometry(left, 0, across, half)
                self.cells["deviceOnly"].setGeometry(left, half, across, height - half)
            else:
                self.cells[key].setGeometry(left, 0, across, height)
            x += width

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line under the cells."""
        painter = QPainter(self)
        painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(self._tokens.color("border.default")))
        painter.end()

    @Slot()
    def _on_clicked(self) -> None:
        cell = self.sender()
        if isinstance(cell, ScoreCell):
            self.set_active(cell.key)
            self.activated.emit(cell.key)
