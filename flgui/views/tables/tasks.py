"""TasksTable: every path of a plan with its times, data and work."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QVBoxLayout, QWidget

from flgui.theme.tokens import Tokens
from flgui.viewmodel.table import Table
from flgui.viewmodel.tasks import moment_in, tasks_table
from flgui.views.tables.base import TableView
from planner_core.network.model import Network
from planner_core.plan import IntArray, Plan

__all__ = ["TasksTable"]

_SWATCH = 10


class TasksTable(QWidget):
    """The tasks of one plan, one row a path; written only while it is seen, or asked for."""

    path_selected = Signal(object)
    """The path that was picked alone, or None."""
    paths_selected = Signal(object)
    """Several paths that were picked, a tuple; the last one is the current row."""
    moment_chosen = Signal(float)
    """Seconds in a cell that was double clicked, or left with Enter: where the time cursor should be."""

    def __init__(self, tokens: Tokens | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens or Tokens.load("light")
        self._network: Network | None = None
        self._plan: Plan | None = None
        self._phases: IntArray | None = None
        self._paths: tuple[int, ...] = ()
        self.view = TableView(self._tokens, "Tasks", self)
        self.view.rows_picked.connect(self._on_rows_picked)
        self.view.activated.connect(self._on_activated)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 0, 0, 0)  # with the padding of cells, text starts at 16
        column.addWidget(self.view)
        self.setFocusProxy(self.view)

    def set_plan(self, network: Network, plan: Plan | None) -> None:
        """Show the tasks of a plan; None clears the table."""
        self._network, self._plan, self._phases = network, plan, None
        self.view.write_when_seen(self._write)

    def set_phases(self, phases: IntArray | None) -> None:
        """Say in a column how far each path is at the time cursor; None for no cursor, and no column."""
        plan, before = self._plan, self._phases
        if plan is None or (phases is not None and len(phases) != plan.paths):
            phases = None
        if phases is None and before is None:
            return
        self._phases = phases
        if not self.isVisible():
            self.view.write_when_seen(self._write)
        elif phases is None or before is None:
            self._write()
        elif self._network is not None and plan is not None and not np.array_equal(phases, before):
            self.view.array_model.update_table(tasks_table(self._network, plan, phases))

    def _write(self) -> None:
        table = Table(())
        if self._network is not None and self._plan is not None:
            table = tasks_table(self._network, self._plan, self._phases)
        self.view.set_table(table)
        self._colour()
        self.view.fit_columns()
        self.view.pick_rows(self._paths)

    def set_theme(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.view.set_theme(tokens)
        self._colour()

    def set_selection(self, path: int | None, more: tuple[int, ...] = ()) -> None:
        """Select the row of a path, and of `more`, None for none; announces nothing."""
        paths = () if path is None else (*more, path)
        if paths != self._paths:
            self._paths = paths
            if not self.view.owes:
                self.view.pick_rows(paths)

    def _colour(self) -> None:
        self.view.array_model.set_swatch(self._swatch if self._plan is not None else None)

    def _swatch(self, path: int) -> QIcon | None:
        plan = self._plan
        if plan is None:
            return None
        return _square(self._tokens.path_color(path, plan.rows, plan.cols), self.devicePixelRatioF())

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        if self._plan is None or not index.isValid():
            return
        model = self.view.array_model
        heading = model.table.columns[index.column()].heading
        moment = moment_in(self._plan, heading, model.source_row(index.row()))
        if moment is not None:
            self.moment_chosen.emit(moment)

    @Slot(object)
    def _on_rows_picked(self, rows: tuple[int, ...]) -> None:
        self._paths = rows
        if len(rows) > 1:
            self.paths_selected.emit(rows)
        else:
            self.path_selected.emit(rows[0] if rows else None)


@lru_cache(maxsize=64)
def _square(color: str, ratio: float) -> QIcon:
    made = QPixmap(round(_SWATCH * ratio), round(_SWATCH * ratio))
    painter = QPainter(made)
    painter.fillRect(made.rect(), QColor(color))
    painter.end()
    made.setDevicePixelRatio(ratio)
    icon = QIcon(made)
    icon.addPixmap(made, QIcon.Mode.Selected)  # else Qt tints it, and it is no longer the path's colour
    return icon
