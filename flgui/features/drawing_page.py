"""DrawingPage: the workspace "Draw": bar, palette, canvas with what lies over it, inspector, problems."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Slot
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from flgui.panels.bottom_pane import BottomPane
from flgui.panels.editor_bar import EditorBar
from flgui.panels.editor_inspector import EditorInspector
from flgui.panels.editor_palette import EditorPalette
from flgui.panels.editor_problems import EditorProblems
from flgui.panels.message_bar import MessageBar
from flgui.theme.tokens import Tokens
from flgui.views.editor import EditorCanvas
from flgui.views.editor.callout import Callout
from flgui.views.editor.invitation import Invitation
from flgui.views.tables.base import TableView
from flgui.widgets.find_bar import FindBar
from flgui.widgets.matches import Matches
from flgui.widgets.minimap import Minimap
from flgui.widgets.splitter import ThinSplitter
from flgui.widgets.zoom_control import ZoomControl
from planner_core.draft import Problem

__all__ = ["DrawingPage"]

_INSET = 14
_BOTTOM = 124


class DrawingPage(QWidget):
    """Places the parts of the drawing; owns no state."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tokens = Tokens.load("light")
        self.bar = EditorBar(self)
        self.messages = MessageBar(self)
        self.palette_pane = EditorPalette(self)
        self.canvas = EditorCanvas(tokens, self)
        self.inspector = EditorInspector(self)
        self.problems = EditorProblems(self)
        self.bottom = BottomPane(self)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setAccessibleName("Problems")
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(self.problems)
        self.bottom.add_page("Problems", scroll)
        self.table = TableView(tokens, "Layers of the drawing")
        self.bottom.add_page("Layers", self.table)
        self.minimap = Minimap(self.canvas)
        self.zoom = ZoomControl(self.canvas)
        self.callout = Callout(self.canvas)
        self.invitation = Invitation(self.canvas)
        self.invitation.size_changed.connect(self._place)
        self.find_bar = FindBar("Find a layer or operator", self.canvas)
        self._problem: Problem | None = None
        self._build(tokens)
        self._connect()

    def _build(self, tokens: Tokens) -> None:
        self.down = ThinSplitter(Qt.Orientation.Vertical)
        self.down.addWidget(self.canvas)
        self.down.addWidget(self.bottom)
        self.down.setStretchFactor(0, 1)
        self.down.setStretchFactor(1, 0)
        self.down.setSizes([600, _BOTTOM])
        self.across = ThinSplitter(Qt.Orientation.Horizontal)
        for part in (self.palette_pane, self.down, self.inspector):
            self.across.addWidget(part)
        self.across.setStretchFactor(0, 0)
        self.across.setStretchFactor(1, 1)
        self.across.setStretchFactor(2, 0)
        side = (tokens.px("pane.paletteDraw"), tokens.px("pane.inspectorDraw"))
        self.across.setSizes([side[0], 1440 - sum(side), side[1]])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.messages)
        column.addWidget(self.across, 1)

    def _connect(self) -> None:
        canvas = self.canvas
        canvas.view_changed.connect(self._place)
        self.minimap.centre_asked.connect(canvas.centre_on)
        self.zoom.zoom_asked.connect(canvas.zoom_by)
        self.zoom.fit_asked.connect(canvas.fit_whole)
        self.bar.mode_chosen.connect(canvas.set_connecting)
        canvas.mode_changed.connect(self.bar.set_connecting)
        self.palette_pane.left.connect(self.focus_canvas)
        self.inspector.left.connect(self.focus_canvas)
        self.find_bar.searched.connect(self._on_searched)
        self.find_bar.found.connect(self._on_found)
        self.find_bar.closed.connect(self.focus_canvas)

    def set_theme(self, tokens: Tokens) -> None:
        """Hand the tokens to every part."""
        for part in (
            self.bar, self.messages, self.palette_pane, self.canvas, self.inspector, self.problems,
            self.find_bar, self.table, self.bottom, self.minimap, self.zoom, self.callout, self.invitation,
            self.across, self.down,
        ):  # fmt: skip
            part.set_theme(tokens)

    def show_problem(self, problem: Problem | None) -> None:
        """Show the callout of a problem beside its node."""
        self._problem = problem
        self.callout.set_problem(problem)
        self._place()

    def refresh_map(self) -> None:
        """Draw the overview map anew."""
        chosen = self.canvas.selection
        boxes: list[tuple[QRectF, str]] = []
        for i, item in self.canvas.nodes.items():
            error = item.node.state == "error"
            color = "status.error" if error else "accent.base" if i in chosen else "border.strong"
            boxes.append((item.body(), color))
        self.minimap.set_boxes(boxes)
        self._place()

    def begin_find(self) -> None:
        """Let the user look for layers by name or operator."""
        self._place()
        self.find_bar.begin()

    def zoom_to_selection(self) -> None:
        """Fill the canvas with what is selected."""
        self.canvas.fit_selection()

    def fit(self) -> None:
        """Show the whole drawing."""
        self.canvas.fit_whole()

    @Slot()
    def _on_searched(self) -> None:
        nodes = self.canvas.model.nodes
        entries = [(node.id, (node.text.name, node.text.family, node.op)) for node in nodes]
        self.find_bar.search(entries)

    @Slot(object)
    def _on_found(self, matches: Matches) -> None:
        self.canvas.set_found(matches.keys, matches.current)

    @Slot()
    def focus_canvas(self) -> None:
        """Give the canvas the keys."""
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _place(self) -> None:
        """Put what lies over the canvas into its place."""
        canvas = self.canvas
        size = canvas.size()
        box = canvas.drawing_box()
        tall = box.height() > 4 * max(1.0, box.width())  # a strip, for it would be a line otherwise
        self.minimap.resize(*((40, max(80, min(260, size.height() - 90))) if tall else (112, 80)))
        self.minimap.set_stretch(tall)
        self.minimap.move(_INSET, size.height() - self.minimap.height() - _INSET)
        self.minimap.setVisible(bool(canvas.nodes) and size.height() > 260)
        self.zoom.move(size.width() - self.zoom.width() - _INSET, size.height() - self.zoom.height() - _INSET)
        self.zoom.set_zoom(canvas.zoom)
        self.minimap.set_view(canvas.visible_box())
        self.find_bar.setGeometry(size.width() - 320 - _INSET, _INSET, 320, 34)
        self.invitation.setVisible(not canvas.nodes)
        if not canvas.nodes:
            self.invitation.adjustSize()
            middle = QPointF(size.width() / 2, size.height() / 2)
            box = QRectF(QPointF(), self.invitation.size())
            box.moveCenter(middle)
            self.invitation.move(box.topLeft().toPoint())
        if self._problem is not None and self._problem.node in canvas.nodes:
            body = canvas.nodes[self._problem.node].body()
            self.callout.point_at(canvas.mapFromScene(body).boundingRect())
