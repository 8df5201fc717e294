"""LayersTable: every layer of the network with its size, work and place."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from flgui.theme.tokens import Tokens
from flgui.viewmodel.layers import layers_table
from flgui.views.tables.base import TableView
from planner_core.network.model import Network

__all__ = ["LayersTable"]


class LayersTable(QWidget):
    """The layers of one network."""

    layer_selected = Signal(object)
    """Name of the layer that was picked, or None."""

    def __init__(self, tokens: Tokens | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tokens = tokens or Tokens.load("light")
        self._network: Network | None = None
        self._bits = 32
        self._placement: tuple[int | None, int | None] = (None, None)
        self.view = TableView(tokens, "Layers", self)
        self.view.row_picked.connect(self._on_row_picked)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 0, 0, 0)  # with the padding of cells, text starts at 16
        column.addWidget(self.view)
        self.setFocusProxy(self.view)

    def set_network(self, network: Network, bits_per_element: int = 32) -> None:
        """Show the layers of a network."""
        if network is self._network and bits_per_element == self._bits:
            return
        self._network, self._bits = network, bits_per_element
        self.view.set_table(layers_table(network, *self._placement, bits_per_element))
        self.view.fit_columns()

    def set_placement(self, tau: int | None, offload: int | None) -> None:
        """Say where layers run: `tau` are fused, and the selected path is split at `offload`."""
        if (tau, offload) == self._placement:
            return
        self._placement = (tau, offload)
        self.view.write_when_seen(self._write_placement)

    def _write_placement(self) -> None:
        if self._network is not None:
            table = layers_table(self._network, *self._placement, self._bits)
            self.view.array_model.update_table(table)

    def set_theme(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self.view.set_theme(tokens)

    def set_selection(self, layer: str | None) -> None:
        """Select the row of a layer by name, None for none; announces nothing."""
        number = self._network.index.get(layer) if self._network is not None and layer is not None else None
        self.view.pick(None if number is None else number - 1)

    @Slot(object)
    def _on_row_picked(self, row: object) -> None:
        if isinstance(row, int) and self._network is not None:
            self.layer_selected.emit(self._network.layers[row].name)
        else:
            self.layer_selected.emit(None)
