"""Pins side by side: a table of what differs, and their schedules on one axis of time."""

from flgui.views.compare.view import CompareView

__all__ = ["CompareView"]
