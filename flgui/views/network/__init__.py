"""The network as a layered graph, with the placement of a path beside it."""

from flgui.views.network.view import NetworkView

__all__ = ["NetworkView"]
