"""The presentation: large type, chosen panels, one scenario a slide; paints with the painters of the views."""

from flgui.presentation.stage import Stage

__all__ = ["Stage"]
