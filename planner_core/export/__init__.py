"""Files out, and plans back in: network and plan JSON, Chrome Trace Events (SPEC section 7)."""

from planner_core.export.chrome_trace import trace_to_dict, write_chrome_trace
from planner_core.export.network_json import network_to_dict, write_network
from planner_core.export.plan_json import plan_to_dict, write_plan
from planner_core.importers.plan_json import read_plan

__all__ = [
    "network_to_dict",
    "plan_to_dict",
    "read_plan",
    "trace_to_dict",
    "write_chrome_trace",
    "write_network",
    "write_plan",
]
