"""NetworkView: header, caption and graph."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeAlias

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from flgui.layout.graph import Skeleton, skeleton
from flgui.theme.tokens import Tokens
from flgui.viewmodel.network import NetworkModel, network_model
from flgui.viewmodel.placement import Placement, placement
from flgui.views.lettering import metrics, text_font
from flgui.views.network.canvas import GraphCanvas
from flgui.views.network.split_drag import SplitDrag
from flgui.widgets.find_bar import FindBar
from flgui.widgets.matches import Matches
from planner_core.network.model import Network
from planner_core.plan import Plan

__all__ = ["NetworkView"]

Arranger: TypeAlias = Callable[..., Any]
_INSET = 16
_RANKS_WITH_PILLS = 14  # a longer chain stands so close that cuts are named in the caption


class NetworkView(QWidget):
    """The open network from top to bottom, and where the selected path computes what.

    Parameters
    ----------
    tokens : Tokens, optional
        The light theme by default.
    """

    layer_selected = Signal(object)
    """Name of the layer or network input that was clicked, or None."""

    split_moved = Signal(int, int)
    """Offloading layer that the path made by hand should have, and the number of the gesture."""

    def __init__(self, tokens: Tokens | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens if tokens is not None else Tokens.load("light")
        self._network: Network | None = None
        self._model: NetworkModel | None = None
        self._header = _Header(self._tokens)
        self._caption = _Caption(self._tokens)
        self._canvas = GraphCanvas(self._tokens)
        self._canvas.node_clicked.connect(self._on_node_clicked)
        self._canvas.arranged.connect(self._write_caption)
        self.split = SplitDrag(self._canvas, self)
        self.split.moved.connect(self.split_moved)
        self._placement: Placement | None = None
        self._frame: Skeleton | None = None
        self._selected: str | None = None
        self._arranger: Arranger | None = None
        self._asked = 0
        self._built = True
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self._header, self._caption):
            column.addWidget(part)
        self.find_bar = FindBar("Find a layer or operator", self)
        self.find_bar.searched.connect(self._on_searched)
        self.find_bar.found.connect(self._on_found)
        self.find_bar.closed.connect(self._on_find_closed)
        column.addWidget(self.find_bar)
        column.addWidget(self._canvas, 1)

    @property
    def canvas(self) -> GraphCanvas:
        """The graph itself."""
        if not self._built:
            self._build()
        return self._canvas

    def set_network(self, network: Network) -> None:
        """Show a network, fitted; its placement comes with `set_placement`."""
        if self._network is not None and network == self._network:
            return
        self._network, self._model = network, network_model(network)
        self._header.set_words(self._model.title, self._model.summary)
        self._frame, self._asked = _kept(network), 0
        self._placement, self._selected = None, None
        self.split.set_split(None, None)
        if self._frame is None and self._arranger is not None and _is_large(self._model):
            self._canvas.clear()
            self._asked = self._arranger(
                len(self._model.nodes), self._model.edges, self._model.weights, self._on_laid_out
            )
            self._write_caption()
            return
        self._frame = skeleton_of(network)
        if self.isVisible() or not _is_large(self._model):
            self._build()
        else:  # nobody looks: it is built when the view is shown or drawn
            self._canvas.clear()
            self._built = False

    def _build(self) -> None:
        """Put the graph into the scene."""
        frame, model = self._frame, self._model
        if frame is None or model is None:
            return
        self._built = True
        self._caption.set_tall(not frame.is_path or frame.ranks > _RANKS_WITH_PILLS)
        self._canvas.set_graph(model, frame)
        self._canvas.set_placement(self._placement)
        self._canvas.set_selected(self._number(self._selected))
        self._on_searched()
        self._write_caption()

    def set_arranger(self, arranger: Arranger | None) -> None:
        """Let large graphs be laid out elsewhere; `arranger` gets nodes, edges, weights and whom to tell."""
        self._arranger = arranger

    @property
    def frame(self) -> Skeleton | None:
        """The layout of the network that is shown; None while it is being made."""
        return self._frame

    @Slot(int, object)
    def _on_laid_out(self, number: int, frame: Skeleton) -> None:
        if number == self._asked and self._network is not None:
            self._asked, self._frame = 0, frame
            _keep(self._network, frame)
            self._built = False
            if self.isVisible():
                self._build()

    def showEvent(self, event: QShowEvent) -> None:
        """Build what was set meanwhile."""
        if not self._built:
            self._build()
        super().showEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Build what was set meanwhile, when a picture is taken of a hidden view."""
        if not self._built:
            self._build()
        super().paintEvent(event)

    def set_placement(self, plan: Plan | None, path: int | None, more: tuple[int, ...] = ()) -> None:
        """Show where `plan` computes each layer: for `path`, it and `more`, or all together; None for no plan."""
        if self._network is None:
            return
        shown = placement(self._network, plan, path, more) if plan is not None else None
        if (shown is None and self._placement is None) or (shown is not None and shown.same(self._placement)):
            return
        self._placement = shown
        self._canvas.set_placement(self._placement)
        self.split.set_split(self._model, self._placement.split if self._placement is not None else None)
        self._write_caption()

    def set_selected_layer(self, name: str | None) -> None:
        """Outline a layer or network input; an unknown name outlines nothing."""
        self._selected = name
        self._canvas.set_selected(self._number(name))

    def begin_find(self) -> None:
        """Let the user look for layers by name or operator."""
        self.find_bar.begin()

    def zoom_to_selection(self) -> None:
        """Show the selected layer large."""
        self._canvas.zoom_to_selection()

    def set_running(self, names: frozenset[str]) -> None:
        """Mark the layers that are computed at the time cursor; nothing is marked without one."""
        if self._model is not None:
            nodes = enumerate(self._model.nodes)
            self._canvas.set_running(frozenset(i for i, node in nodes if node.name in names))

    def set_theme(self, tokens: Tokens) -> None:
        """Take the colours of another theme."""
        self._tokens = tokens
        self.find_bar.set_theme(tokens)
        for part in (self._header, self._caption, self._canvas):
            part.set_style(tokens)

    def set_compact(self, compact: bool) -> None:
        """Use the smaller sizes of narrow or low windows."""
        self._canvas.set_compact(compact)

    def fit(self) -> None:
        """Fit the graph to the pane."""
        self._canvas.fit()

    def _number(self, name: str | None) -> int | None:
        if self._model is None or name is None:
            return None
        return next((i for i, node in enumerate(self._model.nodes) if node.name == name), None)

    @Slot()
    def _write_caption(self) -> None:
        shown, canvas = self._placement, self._canvas
        if self._asked:
            self._caption.set_words("Laying the graph out", "", "")
            return
        if shown is None:
            self._caption.set_words("Layers in the order of the data", "", "FLOPs")
            return
        unread = shown.band > 0 and not canvas.shows_text  # too small for the title of the band
        self._caption.set_words(
            shown.title,
            _sent(shown),
            shown.band_title if unread else "FLOPs",
        )

    @Slot()
    def _on_searched(self) -> None:
        network = self._network
        if network is None:
            return
        entries = [(i, (tensor.name, "Input")) for i, tensor in enumerate(network.inputs)]
        entries += [(i, (layer.name, layer.op)) for i, layer in enumerate(network.layers, len(entries))]
        self.find_bar.search(entries)

    @Slot(object)
    def _on_found(self, matches: Matches) -> None:
        self._canvas.set_found(matches.keys, matches.current)

    @Slot()
    def _on_find_closed(self) -> None:
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(object)
    def _on_node_clicked(self, number: int | None) -> None:
        self._canvas.set_selected(number)
        name = self._model.nodes[number].name if self._model is not None and number is not None else None
        self.layer_selected.emit(name)


_LARGE = 300
_skeletons: OrderedDict[Network, Skeleton] = OrderedDict()


def skeleton_of(network: Network) -> Skeleton:
    """Return the layout of a network, made now unless it is kept."""
    kept = _kept(network)
    if kept is None:
        model = network_model(network)
        kept = skeleton(len(model.nodes), model.edges, model.weights)
        _keep(network, kept)
    return kept


def _kept(network: Network) -> Skeleton | None:
    return _skeletons.get(network)


def _keep(network: Network, frame: Skeleton) -> None:
    _skeletons[network] = frame
    while len(_skeletons) > 8:
        _skeletons.popitem(last=False)


def _is_large(model: NetworkModel) -> bool:
    """Whether laying out and building would be felt; a chain of any length has its layout at once."""
    return len(model.nodes) > _LARGE and not model.is_chain


def _sent(shown: Placement) -> str:
    """Say in a line what crosses the link."""
    if not shown.cuts:
        return "Nothing is sent"
    return ", ".join(cut.words for cut in shown.cuts)


class _Header(QWidget):
    """Name and size of the network."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self._tokens = tokens
        self._title, self._note = "", ""
        self.setFixedHeight(tokens.px("size.paneHeader"))

    def set_words(self, title: str, note: str) -> None:
        self._title, self._note = title, note
        self.setToolTip(f"{title}, {note}")
        self.update()

    def set_style(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        color = self._tokens.color
        painter.fillRect(self.rect(), QColor(color("surface.panel")))
        painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(color("border.default")))
        room = self.rect().adjusted(_INSET, 0, -_INSET, -1)
        bold, light = metrics(13, 600), metrics(11, 400)
        title = bold.elidedText(self._title, Qt.TextElideMode.ElideMiddle, room.width())
        painter.setPen(QColor(color("text.primary")))
        painter.setFont(text_font(13, 600))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, title)
        left = room.adjusted(round(bold.horizontalAdvance(title)) + 10, 0, 0, 0)
        for note in (self._note, self._note.partition(" · ")[0]):
            if light.horizontalAdvance(note) <= left.width():
                painter.setPen(QColor(color("text.tertiary")))
                painter.setFont(text_font(11, 400))
                painter.drawText(left, Qt.AlignmentFlag.AlignVCenter, note)
                break


class _Caption(QWidget):
    """What the placement shows; a second line where the graph has no room to say what is sent."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self._tokens = tokens
        self._title, self._note, self._aside = "", "", ""
        self._tall = False
        self.set_tall(False)

    def set_tall(self, tall: bool) -> None:
        self._tall = tall
        self.setFixedHeight(46 if tall else 28)

    def set_words(self, title: str, note: str, aside: str) -> None:
        if (title, note, aside) != (self._title, self._note, self._aside):
            self._title, self._note, self._aside = title, note, aside
            self.setToolTip(note)
            self.update()

    def set_style(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        color = self._tokens.color
        painter.fillRect(self.rect(), QColor(color("surface.sunken")))
        room = self.rect().adjusted(_INSET, 8, -_INSET, 0)
        room.setHeight(18)
        painter.setFont(text_font(11, 400))
        painter.setPen(QColor(color("text.secondary")))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self._title)
        used = metrics(11, 400).horizontalAdvance
        for aside in (self._aside, self._aside.rpartition(", ")[2]):
            if used(self._title) + used(aside) + 16 <= room.width():
                painter.setPen(QColor(color("text.tertiary")))
                painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, aside)
                break
        if self._tall and self._note:
            line = room.translated(0, 18)
            painter.setPen(QColor(color("text.secondary")))
            text = metrics(11, 400).elidedText(self._note, Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, text)
