"""Network and landscape on the stage: the window's own views, drawn out of sight and enlarged as vectors."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRectF, QSize
from PySide6.QtGui import QPainter, QPicture
from PySide6.QtWidgets import QWidget

from flgui.theme.tokens import Tokens
from flgui.viewmodel.landscape import LandscapeModel
from flgui.viewmodel.slides import Slide
from flgui.views.landscape import LandscapeView
from flgui.views.network import NetworkView

__all__ = ["RecordedViews"]

_SCALE: Final = 1.8
_SMALL: Final = 1.2
"""For networks that would not fit at the size of the others."""
_FEW_LAYERS: Final = 16


class RecordedViews:
    """Keeps a picture of each view until what it shows, its size or the theme changes."""

    def __init__(self, parent: QWidget) -> None:
        self._views: dict[str, NetworkView | LandscapeView] = {
            "network": NetworkView(parent=parent),
            "landscape": LandscapeView(parent=parent),
        }
        self._pictures: dict[str, QPicture] = {}
        self._landscape: LandscapeModel | None = None
        self._layers = 0
        for view in self._views.values():
            view.hide()

    @property
    def has_landscape(self) -> bool:
        """Whether the slide's scenario has a landscape."""
        return self._landscape is not None

    def set_theme(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        for view in self._views.values():
            view.set_theme(tokens)
        self._pictures.clear()

    def set_slide(self, slide: Slide, landscape: LandscapeModel | None) -> None:
        """Show another scenario."""
        network = self._views["network"]
        assert isinstance(network, NetworkView)
        network.set_network(slide.network)
        self._layers = len(slide.network)
        network.set_placement(slide.plan, slide.path, slide.more)
        self.set_landscape(landscape)
        self._pictures.clear()

    def set_landscape(self, landscape: LandscapeModel | None) -> None:
        """Show what is known of the landscape by now."""
        view = self._views["landscape"]
        assert isinstance(view, LandscapeView)
        self._landscape = landscape
        view.set_model(landscape)
        self._pictures.pop("landscape", None)

    def paint(self, painter: QPainter, name: str, box: QRectF) -> None:
        """Paint a view into `box`, in pixels of the stage."""
        view = self._views[name]
        scale = _SCALE if name == "landscape" or self._layers <= _FEW_LAYERS else _SMALL
        size = QSize(round(box.width() / scale), round(box.height() / scale))
        if view.size() != size or name not in self._pictures:
            view.resize(size)
            if isinstance(view, NetworkView):
                view.fit()
            picture = QPicture()
            inner = QPainter(picture)
            view.render(inner, QPoint())
            inner.end()
            self._pictures[name] = picture
        painter.save()
        painter.translate(box.topLeft())
        painter.setClipRect(QRectF(0, 0, box.width(), box.height()))
        painter.scale(scale, scale)
        painter.drawPicture(0, 0, self._pictures[name])
        painter.restore()
