"""The fused tiles over a feature map and over the input picture."""

from flgui.views.tiles.view import TilesView

__all__ = ["TilesView"]
