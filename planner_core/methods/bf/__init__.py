"""BF: the optimum over all orders and splits of given paths, with a proven lower bound."""

from planner_core.methods.bf.solve import Answer, Effort, solve

__all__ = ["Answer", "Effort", "solve"]
