"""The landscape: makespans over tau and P."""

from flgui.views.landscape.view import LandscapeView

__all__ = ["LandscapeView"]
