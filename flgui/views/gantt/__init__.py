"""The Gantt charts of NFL, MW and BF on one time axis."""

from flgui.views.gantt.view import GanttView

__all__ = ["GanttView"]
