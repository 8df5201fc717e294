"""LandscapeView: the inference time of every number of fused layers and tiles."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens
from flgui.viewmodel.landscape import LandscapeModel
from flgui.views.landscape.canvas import LandscapeCanvas
from flgui.widgets.segments import Segments

__all__ = ["LandscapeView"]


class LandscapeView(QWidget):
    """The landscape; `aside`, for the row of tabs, has its progress and a switch between BF and MW.

    Parameters
    ----------
    tokens : Tokens, optional
        The light theme by default.
    """

    cell_chosen = Signal(int, int)
    """tau and P that the user chose."""
    measure_chosen = Signal(str)
    """ "BF" or "MW": whose times are wanted."""
    stop_clicked = Signal()
    """The filling is to be stopped, or to go on."""

    def __init__(self, tokens: Tokens | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tokens = tokens if tokens is not None else Tokens.load("light")
        self.switch = Segments(("BF", "MW"), "Method of the landscape")
        self.switch.chosen.connect(self.measure_chosen)
        self.progress = QLabel()
        self.progress.setObjectName("upTo")
        self.progress.setFont(font(tokens.size("type.caption.px")))
        self.stop = QPushButton("Stop")
        self.stop.setObjectName("statusStop")
        self.stop.setToolTip("Stop filling the landscape, or go on with it")
        self.stop.clicked.connect(self.stop_clicked)
        self.aside = QWidget()
        row = QHBoxLayout(self.aside)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for part in (self.progress, self.stop, self.switch):
            row.addWidget(part)
        self.set_progress("", "")
        self._canvas = LandscapeCanvas(tokens)
        self._canvas.cell_chosen.connect(self.cell_chosen)
        self.setFocusProxy(self._canvas)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._canvas)

    @property
    def canvas(self) -> LandscapeCanvas:
        """The matrix itself."""
        return self._canvas

    def set_model(self, model: LandscapeModel | None, stale: bool = False, fresh: bool = False) -> None:
        """Show a landscape; see `LandscapeCanvas.set_model`."""
        self._canvas.set_model(model, stale, fresh)

    def set_progress(self, text: str, button: str) -> None:
        """Say beside the tabs how far the landscape is filled, and offer "Stop" or "Go on"; or nothing."""
        self.progress.setText(text)
        self.progress.setVisible(bool(text))
        self.stop.setText(button)
        self.stop.setVisible(bool(button))

    def set_measure(self, measure: str) -> None:
        """Show which method is measured."""
        self.switch.set_current(measure)

    def set_theme(self, tokens: Tokens) -> None:
        """Take the colours of another theme."""
        self._canvas.set_style(tokens)
        self.switch.set_theme(tokens)

    def set_size(self, compact: bool, large: bool) -> None:
        """Take the cells of small, or of large windows."""
        self._canvas.set_size(compact, large)
