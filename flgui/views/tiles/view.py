"""TilesView: which tile of which tensor each path computes, down to the input picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QImage,
    QKeyEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from flgui.theme.icons import icon
from flgui.theme.tokens import Tokens
from flgui.viewmodel.path_facts import overall_facts, path_facts, several_facts
from flgui.viewmodel.tiles import TilesModel, tiles_model
from flgui.views.tiles.canvas import TileCanvas
from flgui.views.tiles.parts import FactsPanel, LayerSwitch, TitleLine
from flgui.views.tiles.picture import PICTURE_SUFFIXES, sample_picture
from flgui.views.tiles.sheet import Mode
from flgui.widgets.buttons import IconButton
from planner_core.network.model import Network
from planner_core.plan import IntArray, Plan

__all__ = ["TilesView"]


class TilesView(QWidget):
    """The fused tiles of a plan.

    Parameters
    ----------
    tokens : Tokens, optional
        The light theme by default.
    """

    path_selected = Signal(object)
    """Path that the user chose, or None."""
    path_toggled = Signal(int)
    """Path that is to join the selected ones, or to leave them."""
    layer_chosen = Signal(str)
    """Tensor that the user chose to see; it is shown already."""
    path_hovered = Signal(object)
    """Path of the tile under the pointer, or None."""
    picture_dropped = Signal(object)
    """A picture file that was dropped on the view."""
    open_picture_clicked = Signal()
    sample_picture_clicked = Signal()

    def __init__(self, tokens: Tokens | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens if tokens is not None else Tokens.load("light")
        self._network: Network | None = None
        self._plan: Plan | None = None
        self._model: TilesModel | None = None
        self._selected: tuple[int, ...] = ()  # that picked last at the end
        self._tensor: str | None = None  # chosen by the user; stays as long as it is in the prefix
        self._phases: IntArray | None = None
        self._image: QImage | None = None  # the sample is read when it is first shown
        self._build()

    def _build(self) -> None:
        self._title = TitleLine("Tiles", self._tokens)
        self._show_picture = IconButton("image", "Show the picture under the tiles")
        self._show_picture.setCheckable(True)
        self._show_picture.setChecked(True)
        self._show_picture.toggled.connect(self._on_picture_toggled)
        self._modes: dict[Mode, IconButton] = {
            "overlap": IconButton("overlap", "Count how many tiles need each cell (O)"),
            "cone": IconButton("cone", "What the selected tile needs of every layer: its receptive cone (R)"),
        }
        for button in self._modes.values():
            button.setCheckable(True)
            button.toggled.connect(self._on_mode_toggled)
        self._more = IconButton("more", "Choose the picture")
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self._more)
        self._under = QAction("Picture under the layer's tiles, too", menu)
        self._under.setCheckable(True)
        self._under.toggled.connect(self._on_under_toggled)
        for text, signal in (
            ("Open a picture…", self.open_picture_clicked),
            ("Use the sample picture", self.sample_picture_clicked),
        ):
            menu.addAction(text).triggered.connect(signal)
        menu.addSeparator()
        menu.addAction(self._under)
        self._more.setMenu(menu)
        self._buttons = (*self._modes.values(), self._show_picture, self._more)
        self.setAcceptDrops(True)
        header = QHBoxLayout()
        header.setContentsMargins(16, 4, 8, 4)
        header.setSpacing(2)
        header.addWidget(self._title, 1)
        for button in self._buttons:
            header.addWidget(button)
        self._tint_buttons()
        self._switch = LayerSwitch(self._tokens)
        self._switch.chosen.connect(self._on_layer_chosen)
        self._canvas = TileCanvas(self._tokens)
        self._canvas.path_selected.connect(self._on_path_selected)
        self._canvas.path_toggled.connect(self.path_toggled)
        self._canvas.path_hovered.connect(self.path_hovered)
        self._facts = FactsPanel(self._tokens)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(header)
        column.addSpacing(1)
        column.addWidget(self._switch)
        column.addWidget(self._canvas, 1)
        column.addWidget(self._facts)

    # -- content ---------------------------------------------------------------------------------------------

    @property
    def canvas(self) -> TileCanvas:
        """The maps."""
        return self._canvas

    @property
    def switch(self) -> LayerSwitch:
        """The layer switch."""
        return self._switch

    @property
    def picture_button(self) -> IconButton:
        """Shows and hides the picture."""
        return self._show_picture

    @property
    def tensor(self) -> str | None:
        """The tensor whose tiles are shown."""
        return self._model.chosen.tensor if self._model is not None else None

    def set_plan(self, network: Network, plan: Plan | None) -> None:
        """Show a plan's tiles; None until there is one."""
        if network is not self._network:
            self._tensor = None
        self._network, self._plan = network, plan
        if plan is not None and any(path >= plan.paths for path in self._selected):
            self._selected = ()
        self._refresh()

    def set_selection(self, path: int | None, more: tuple[int, ...] = ()) -> None:
        """Select a path, and `more` of them; None or a path that the plan does not have selects none."""
        chosen = () if path is None else (*more, path)
        if self._plan is None or any(not 0 <= p < self._plan.paths for p in chosen):
            chosen = ()
        if chosen != self._selected:
            self._selected = chosen
            self._show_selection()
            self._write_facts()

    def _show_selection(self) -> None:
        *more, last = self._selected or (None,)
        self._canvas.set_selection(last, tuple(p for p in more if p is not None))

    def set_hover(self, path: int | None) -> None:
        """Frame a tile that is pointed at elsewhere; None is none. Emits nothing."""
        self._canvas.set_hover(path)

    def set_phases(self, phases: IntArray | None) -> None:
        """Show how far each tile is at the time cursor; None when there is no cursor."""
        self._phases = phases
        self._canvas.set_phases(phases)

    def set_tensor(self, name: str | None) -> None:
        """Show the tiles of a layer; one outside the prefix, or None, leaves the choice to the view."""
        self._tensor = name
        self._refresh()

    def set_picture(self, image: QImage | None) -> None:
        """Lay a picture under the input's tiles; None for the bundled sample."""
        self._image = image if image is not None else sample_picture()
        if self._show_picture.isChecked():
            self._canvas.set_image(self._image)
        else:
            self._show_picture.setChecked(True)

    @property
    def mode_buttons(self) -> Mapping[Mode, IconButton]:
        """The buttons of the modes "overlap" and "cone"; with none of them on whose each cell is shows."""
        return self._modes

    @property
    def more_button(self) -> IconButton:
        """Opens the menu of the picture."""
        return self._more

    def set_mode(self, mode: Mode) -> None:
        """Show whose each cell is, how many tiles need it ("overlap"), or the cone of the selected tile."""
        for name, button in self._modes.items():
            with QSignalBlocker(button):
                button.setChecked(name == mode)
        self._tint_buttons()
        self._canvas.set_mode(mode)

    def set_bits(self, bits: int) -> None:
        """Say how many bits an element has."""
        self._canvas.set_bits(bits)

    def set_theme(self, tokens: Tokens) -> None:
        """Take the colours of another theme."""
        self._tokens = tokens
        for part in (self._title, self._switch, self._canvas, self._facts):
            part.set_style(tokens)
        self._tint_buttons()
        self._write_facts()
        self.update()

    def set_compact(self, compact: bool) -> None:
        """Take less height for the facts in low windows."""
        self._facts.set_compact(compact)

    def _tint_buttons(self) -> None:
        for button in self._buttons:
            button.set_theme(self._tokens)
        for name, button in (("image", self._show_picture), *self._modes.items()):
            if button.isChecked():
                button.setIcon(icon(name, self._tokens.color("accent.text")))

    def _refresh(self) -> None:
        if self._image is None and self._show_picture.isChecked():
            self._image = sample_picture()
            self._canvas.set_image(self._image)
        if self._network is None or self._plan is None:
            self._model = None
            self._title.set_note("")
            self._switch.set_tensors((), "", "")
        else:
            self._model = tiles_model(self._network, self._plan, self._tensor)
            shown = self._model.chosen
            self._title.set_note(self._model.title, brief=self._model.brief)
            self._switch.set_tensors(
                self._model.tensors, shown.tensor, " × ".join(str(n) for n in shown.shape)
            )
        self._canvas.set_model(self._network, self._plan, self._model)
        self._canvas.set_phases(self._phases)
        self._show_selection()
        self._write_facts()

    def _write_facts(self) -> None:
        if self._network is None or self._plan is None:
            self._facts.set_facts(None, None)
        elif not self._selected and self._plan.paths > 1:
            self._facts.set_facts(overall_facts(self._network, self._plan), None)
        elif len(self._selected) > 1:
            self._facts.set_facts(several_facts(self._plan, self._selected), None)
        else:
            path = self._selected[-1] if self._selected else 0
            fill = self._tokens.path_color(path, self._plan.rows, self._plan.cols)
            label = str(path) if self._plan.paths > 1 else ""
            self._facts.set_facts(path_facts(self._network, self._plan, path), (fill, label))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and the line under the header."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._tokens.color("surface.panel")))
        painter.fillRect(0, 34, self.width(), 1, QColor(self._tokens.color("border.default")))

    # -- intents ---------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_path_selected(self, path: int | None) -> None:
        self.set_selection(path)
        self.path_selected.emit(self._selected[-1] if self._selected else None)

    @Slot(str)
    def _on_layer_chosen(self, name: str) -> None:
        self.set_tensor(name)
        self.layer_chosen.emit(name)

    @Slot(bool)
    def _on_picture_toggled(self, shown: bool) -> None:
        if shown and self._image is None:
            self._image = sample_picture()
        self._tint_buttons()
        self._canvas.set_image(self._image if shown else None)

    @Slot(bool)
    def _on_under_toggled(self, under: bool) -> None:
        self._canvas.set_under(under)

    @Slot(bool)
    def _on_mode_toggled(self, on: bool) -> None:
        """Let only the button that was switched on last stay on."""
        mine = self.sender()
        for button in self._modes.values():
            if on and button is not mine:
                with QSignalBlocker(button):
                    button.setChecked(False)
        self.set_mode(next((mode for mode, button in self._modes.items() if button.isChecked()), "tiles"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """O counts the overlap, R shows the receptive cone."""
        mode: Mode | None = {Qt.Key.Key_O: "overlap", Qt.Key.Key_R: "cone"}.get(Qt.Key(event.key()))  # type: ignore[assignment]
        if mode is None or event.modifiers():
            super().keyPressEvent(event)
        else:
            self._modes[mode].toggle()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept one picture file; everything else is for the window."""
        if _picture_in(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Announce the picture."""
        path = _picture_in(event)
        if path is not None:
            event.acceptProposedAction()
            self.picture_dropped.emit(path)


def _picture_in(event: QDropEvent) -> Path | None:
    """Return the first local file with the name of a picture."""
    files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return next((path for path in files if path.suffix.lower() in PICTURE_SUFFIXES), None)
