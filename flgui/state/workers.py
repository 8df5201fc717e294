"""Which planning processes are started."""

from __future__ import annotations

from flgui.state.meanwhile import PlansMeanwhile, Worker
from flgui.state.process import PlanProcess
from planner_core.compiled import is_compiled

__all__ = ["PLANNER", "foreground", "in_background"]

PLANNER = "planner_core.planner:plan"


def foreground() -> Worker:
    """One planning process; before the kernels were ever compiled, one that plans meanwhile as well."""
    if is_compiled():
        return PlanProcess(PLANNER)
    return PlansMeanwhile(PlanProcess(PLANNER, "interpret"), PlanProcess(PLANNER, "compile first"))


def in_background() -> PlanProcess:
    """A process for many points."""
    # Loading the kernels is no part of a point's time: the first point would be cut short by it.
    return PlanProcess(PLANNER, "compile first", background=True)
