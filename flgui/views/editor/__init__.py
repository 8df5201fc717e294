"""The canvas on which networks are drawn."""

from flgui.views.editor.canvas import EditorCanvas

__all__ = ["EditorCanvas"]
