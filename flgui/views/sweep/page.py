"""SweepPage: the workspace of sweeps. Its charts, and the plotting library with them, come with its first use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from flgui.theme.tokens import Tokens
from flgui.viewmodel.sweep import ChartModel
from flgui.viewmodel.sweep_table import SweepTable
from flgui.views.sweep.bar import SweepBar
from flgui.views.sweep.legend import SweepLegend
from flgui.views.sweep.table import SweepTableView

if TYPE_CHECKING:
    from flgui.views.sweep.chart import Chart

__all__ = ["SweepPage"]


class SweepPage(QWidget):
    """Bar, legend, charts and table.

    Parameters
    ----------
    tokens : Tokens, optional
        The light theme by default.
    """

    shown = Signal()
    """The workspace was opened."""
    value_chosen = Signal(float, int)
    """Value of the axis that the scenario is to take, and the gesture (0: none)."""

    def __init__(self, tokens: Tokens | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens if tokens is not None else Tokens.load("light")
        self.bar = SweepBar(self)
        self.legend = SweepLegend(self)
        self.table = SweepTableView(self)
        self.charts: list[Chart] = []
        self._spare: Chart | None = None
        self._note = QLabel(self)
        self._note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._row = QHBoxLayout()
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.legend)
        column.addLayout(self._row, 1)
        column.addWidget(self._note)
        column.addWidget(self.table)
        self.set_note("")

    def set_theme(self, tokens: Tokens) -> None:
        """Hand the tokens to every part."""
        self._tokens = tokens
        parts: tuple[SweepBar | SweepLegend | SweepTableView | Chart, ...]
        parts = (
            self.bar,
            self.legend,
            self.table,
            *self.charts,
            *([self._spare] if self._spare is not None else ()),
        )
        for part in parts:
            part.set_theme(tokens)
        self._note.setStyleSheet(f"color: {tokens.color('text.secondary')}; padding: 6px")
        self.update()

    def prepare(self) -> None:
        """Make the first chart, to be shown when the workspace is opened."""
        if not self.charts and self._spare is None:
            self._spare = self._chart()
            self._spare.hide()

    def _chart(self) -> Chart:
        from flgui.views.sweep.chart import Chart  # half a second that the window's start does not need

        chart, self._spare = self._spare or Chart(self._tokens, self), None
        return chart

    def set_charts(self, models: Sequence[ChartModel]) -> None:
        """Show these charts side by side, with decades of equal height."""
        first = not self.charts and bool(models)
        while len(self.charts) > len(models):
            gone = self.charts.pop()
            self._row.removeWidget(gone)
            gone.hide()
            gone.release()
            gone.deleteLater()
        while len(self.charts) < len(models):
            chart = self._chart()
            chart.show()
            chart.value_chosen.connect(self.value_chosen)
            self.charts.append(chart)
            self._row.addWidget(chart, 1)
        decades = max((c.decades_needed(m) for c, m in zip(self.charts, models, strict=True)), default=1.0)
        for chart, model in zip(self.charts, models, strict=True):
            chart.set_model(model, decades)
        if first and self.isVisible():
            self.charts[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def release(self) -> None:
        """Take the charts away, before the window goes."""
        self.set_charts(())
        if self._spare is not None:
            self._spare.release()

    def set_table(self, table: SweepTable) -> None:
        """Show the table under the charts."""
        self.table.set_table(table)

    def set_note(self, text: str) -> None:
        """Say something over the table, or nothing."""
        self._note.setText(text)
        self._note.setVisible(bool(text))

    def showEvent(self, event: QShowEvent) -> None:
        """Say that the workspace is open; the keys work on the first chart."""
        super().showEvent(event)
        self.shown.emit()
        if self.charts:
            self.charts[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and the lines between the charts."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._tokens.color("surface.panel")))
        for chart in self.charts[1:]:
            line = QColor(self._tokens.color("border.default"))
            painter.fillRect(
                chart.x() - 1, self._row.geometry().top(), 1, self._row.geometry().height(), line
            )
        painter.end()
