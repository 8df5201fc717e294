"""Tables of the tasks of a plan and of the layers of a network."""

from flgui.views.tables.layers import LayersTable
from flgui.views.tables.tasks import TasksTable

__all__ = ["LayersTable", "TasksTable"]
