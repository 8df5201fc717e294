"""MainWindow: places panes, bars and menus; owns no state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from flgui.actions import build_actions
from flgui.menu_tree import build_menus
from flgui.pane_sizes import ONE_COLUMN_BELOW, TALL_FROM, first_size, pane_widths, schedules_height
from flgui.panels.bottom_pane import BottomPane
from flgui.panels.message_bar import MessageBar
from flgui.panels.scenario_strip import ScenarioStrip
from flgui.panels.score_strip import ScoreStrip
from flgui.panels.side_column import SideColumn
from flgui.panels.status_bar import StatusBar
from flgui.panels.top_bar import TopBar
from flgui.settings import Settings
from flgui.theme.tokens import Tokens
from flgui.views.gantt import GanttView
from flgui.views.landscape import LandscapeView
from flgui.views.network import NetworkView
from flgui.views.tables import LayersTable, TasksTable
from flgui.views.tiles import TilesView
from flgui.widgets.splitter import ThinSplitter

__all__ = ["MainWindow"]

_FOLDED_BELOW = 760
_USUAL_CHARTS = 3


class MainWindow(QMainWindow):
    """The window of the planner."""

    files_dropped = Signal(object)
    """Paths that were dropped on the window."""
    first_painted = Signal()
    """The first picture is on the screen."""
    about_to_close = Signal()
    workspace_changed = Signal(str)
    """Title of the workspace that is open now."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._tokens = Tokens.load("light")
        self._moved_by_hand = False
        self._heights_by_hand = False
        self._folded_by_size = False
        self._crowded = self._folded_for_charts = False
        self._painted = False
        self.actions_by_key = build_actions(self)
        self.top_bar = TopBar(self)
        self.strip = ScenarioStrip(self)
        self.scores = ScoreStrip(self)
        self.messages = MessageBar(self)
        self.gantt = GanttView()
        self.network = NetworkView()
        self.tiles = TilesView()
        self.landscape = LandscapeView()
        self.tasks = TasksTable()
        self.layers = LayersTable()
        self.bottom = BottomPane()
        self.status = StatusBar(self)
        self.workspaces = QStackedWidget()
        self._titles: list[str] = []
        self._makers: dict[str, Callable[[], QWidget]] = {}
        self._shown: set[str] = set()
        self._guards: list[Callable[[], bool]] = []
        self.setMenuWidget(self.top_bar)
        self.setCentralWidget(self._build_central())
        self.menus = build_menus(self.top_bar, self.actions_by_key)
        # Actions that are in a menu work by their key only when the window knows them, too.
        self.addActions(list(self.actions_by_key.values()))
        self.setMinimumSize(*self._tokens.pair("size.minWindow"))
        self.setAcceptDrops(True)
        self._themed: list[Any] = [
            self.top_bar,
            self.strip,
            self.scores,
            self.messages,
            self.gantt,
            self.network,
            self.tiles,
            self.landscape,
            self.tasks,
            self.layers,
            self.bottom,
            self.side,
            self.across,
            self.down,
            self.status,
        ]
        self.top_bar.workspace_chosen.connect(self.set_workspace)
        self._restore()

    def set_theme(self, tokens: Tokens) -> None:
        """Hand the tokens to every part."""
        self._tokens = tokens
        for part in self._themed:
            part.set_theme(tokens)

    # Workspaces

    @property
    def workspace(self) -> str:
        """Title of the workspace that is open."""
        return self._titles[self.workspaces.currentIndex()]

    @property
    def workspace_titles(self) -> tuple[str, ...]:
        """Titles of all workspaces, in the order of the top bar."""
        return tuple(self._titles)

    def add_workspace(self, title: str, make: Callable[[], QWidget]) -> None:
        """Add a page that fills the window between the top bar and the status bar.

        The page is made when it is first opened, and has `set_theme(tokens)`; the switch in the top bar lists
        the pages in the order in which they came.
        """
        self.workspaces.addWidget(QWidget())
        self._titles.append(title)
        self._makers[title] = make
        self.top_bar.set_workspaces(self._titles, self.workspace)

    def complete_workspace(self, title: str) -> None:
        """Make the page of a workspace now, if it was not opened yet."""
        make = self._makers.pop(title, None)
        if make is None:
            return
        at = self._titles.index(title)
        page = make()
        empty = self.workspaces.widget(at)
        self.workspaces.insertWidget(at, page)
        if empty is not None:
            self.workspaces.removeWidget(empty)
            empty.deleteLater()
        for key, splitter in _splitters(title, page):
            if (state := self._settings.bytes_of(key)) is not None:
                splitter.restoreState(state)
        self.add_themed(page)

    def add_themed(self, part: Any) -> None:
        """Hand the tokens to `part`, now and whenever they change."""
        self._themed.append(part)
        part.set_theme(self._tokens)

    def add_close_guard(self, guard: Callable[[], bool]) -> None:
        """Ask `guard` before the window is closed; False keeps it open."""
        self._guards.append(guard)

    @Slot(str)
    def set_workspace(self, title: str) -> None:
        """Open a workspace by its title."""
        index = self._titles.index(title)
        if index == self.workspaces.currentIndex():
            return
        self.complete_workspace(title)
        self._shown.add(title)
        self.workspaces.setCurrentIndex(index)
        self.top_bar.set_workspace(title)
        self.workspace_changed.emit(title)

    # Building

    def _build_central(self) -> QWidget:
        self.bottom.add_page("Landscape", self.landscape, self.landscape.aside)
        self.bottom.add_page("Tasks", self.tasks)
        self.bottom.add_page("Layers", self.layers)
        self.down = ThinSplitter(Qt.Orientation.Vertical)
        self.down.addWidget(self.gantt)
        self.down.addWidget(self.bottom)
        self.down.resized.connect(self.balance)
        self.down.splitterMoved.connect(self._on_heights_moved)
        centre = QWidget()
        column = _column(centre)
        column.addWidget(self.scores)
        column.addWidget(self.messages)
        column.addWidget(self.down, 1)
        centre.setMinimumWidth(self._tokens.px("pane.centreMin"))
        self.side = SideColumn(self.network, self.tiles)
        self.across = ThinSplitter(Qt.Orientation.Horizontal)
        self.across.addWidget(self.side)
        self.across.addWidget(centre)
        self.across.addWidget(self.tiles)
        for index, stretch in enumerate((0, 1, 0)):
            self.across.setStretchFactor(index, stretch)
        self.side.setMinimumWidth(self._tokens.px("pane.networkMin"))
        self.tiles.setMinimumWidth(self._tokens.px("pane.tilesMin"))
        self.across.splitterMoved.connect(self._on_splitter_moved)
        plan = QWidget()
        rows = _column(plan)
        rows.addWidget(self.strip)
        rows.addWidget(self.across, 1)
        self.workspaces.addWidget(plan)
        self._titles.append("Plan")
        whole = QWidget()
        rows = _column(whole)
        rows.addWidget(self.workspaces, 1)
        rows.addWidget(self.status)
        return whole

    # Sizes

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the design's rules for small and for wide windows."""
        super().resizeEvent(event)
        width, height = self.width(), self.height()
        below = self._tokens.pair("compact.below")
        compact = width < below[0] or height < below[1]
        for part in (self.gantt, self.network, self.tiles, self.scores):
            part.set_compact(compact)
        self.landscape.set_size(compact, height >= TALL_FROM)
        self._place_tiles(one_column=width < ONE_COLUMN_BELOW)
        if not self._moved_by_hand:
            self.across.setSizes(pane_widths(width, compact, self._tokens))
        self.balance()
        if (height < _FOLDED_BELOW) != self._folded_by_size:
            self._folded_by_size = height < _FOLDED_BELOW
            self.bottom.set_folded(self._folded_by_size)

    @Slot()
    def balance(self) -> None:
        """Give the schedules the height that their lanes need, and the tables the rest."""
        boxes = self.gantt.canvas.layout_boxes
        if self._heights_by_hand or boxes is None:
            return
        lanes = [len(group.lanes) for group in boxes.groups]
        wanted = schedules_height(lanes, (self.width(), self.height()), self._tokens)
        room = self.down.height() - 1
        self._give_room(
            len(lanes) > _USUAL_CHARTS
            and room - self.bottom.least(False) < wanted <= room - self.bottom.least(True)
        )
        least = self.bottom.minimumSizeHint().height()
        schedules = max(min(wanted, room - least), room // 2)
        self.down.setSizes([schedules, room - schedules])

    def _give_room(self, crowded: bool) -> None:
        """Fold the tables while a chart made by hand has no other room; whoever opens them again is left alone."""
        if crowded == self._crowded:
            return
        self._crowded = crowded
        if crowded and not self.bottom.folded:
            self._folded_for_charts = True
            self.bottom.set_folded(True)
        elif not crowded and self._folded_for_charts:
            self._folded_for_charts = False
            self.bottom.set_folded(self._folded_by_size)

    def _place_tiles(self, one_column: bool) -> None:
        """Move the tiles into the left column of narrow windows, and out of it again."""
        if one_column == self.side.has_both:
            return
        if one_column:
            self.side.take_second()
        else:
            self.side.give_second()
            self.across.addWidget(self.tiles)
            self.tiles.show()
        self._moved_by_hand = False

    @Slot()
    def _on_splitter_moved(self) -> None:
        self._moved_by_hand = True

    @Slot()
    def _on_heights_moved(self) -> None:
        self._heights_by_hand = True

    def _restore(self) -> None:
        geometry = self._settings.bytes_of("geometry")
        if geometry is None or not self.restoreGeometry(geometry):
            self.resize(first_size(self.screen().availableSize()))
        if (state := self._settings.bytes_of("down")) is not None:
            self._heights_by_hand = self.down.restoreState(state)
        if (state := self._settings.bytes_of("across")) is not None and not self.side.has_both:
            self._moved_by_hand = self.across.restoreState(state)
        if self._settings.flag("folded", False):
            self.bottom.set_folded(True)

    def keep_layout(self) -> None:
        """Write geometry and panes to the settings."""
        self._settings.keep_bytes("geometry", self.saveGeometry())
        if self._heights_by_hand and not self.bottom.folded:
            self._settings.keep_bytes("down", self.down.saveState())
        if self._moved_by_hand and not self.side.has_both:
            self._settings.keep_bytes("across", self.across.saveState())
        for title, at in zip(self._titles[1:], range(1, self.workspaces.count()), strict=True):
            for key, splitter in _splitters(title, self.workspaces.widget(at)):
                if title in self._shown:  # one that was never laid out has no sizes
                    self._settings.keep_bytes(key, splitter.saveState())
        self._settings.keep_flag("folded", self.folded_by_hand)

    @property
    def folded_by_hand(self) -> bool:
        """Whether the tables are folded, and not only for want of room."""
        return self.bottom.folded and not (self._folded_by_size or self._folded_for_charts)

    def fold_by_hand(self, folded: bool) -> None:
        """Fold the tables, or open them where they are not folded for want of room."""
        if folded or self.folded_by_hand:
            self.bottom.set_folded(folded)

    def panes(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the sizes of the panes across and down, where they were moved by hand; else empty."""
        across = self.across.sizes() if self._moved_by_hand and not self.side.has_both else []
        down = self.down.sizes() if self._heights_by_hand and not self.bottom.folded else []
        return tuple(across), tuple(down)

    def set_panes(self, across: Sequence[int], down: Sequence[int]) -> None:
        """Give the panes these sizes, as if by hand; empty ones follow the size of the window."""
        if not self.side.has_both:
            self._moved_by_hand = len(across) == self.across.count()
        self._heights_by_hand = len(down) == self.down.count()
        if self._moved_by_hand:
            self.across.setSizes(list(across))
        if self._heights_by_hand:
            self.down.setSizes(list(down))
        self.balance()

    # Events

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept local files."""
        if _local_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Announce the files."""
        if paths := _local_files(event):
            event.acceptProposedAction()
            self.files_dropped.emit(paths)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Announce the first picture, when its other parts are painted as well."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self._on_painted)

    @Slot()
    def _on_painted(self) -> None:
        self.first_painted.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the layout and announce the end, if nobody objects."""
        if not all(guard() for guard in self._guards):
            event.ignore()
            return
        self.keep_layout()
        self.about_to_close.emit()
        super().closeEvent(event)


def _splitters(title: str, page: QWidget | None) -> list[tuple[str, QSplitter]]:
    """Return the splitters of a workspace, each with the key that its sizes are kept under."""
    found = page.findChildren(QSplitter) if page is not None else []
    return [(f"{title} {at}", splitter) for at, splitter in enumerate(found)]


def _column(widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return column


def _local_files(event: QDropEvent) -> Sequence[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
