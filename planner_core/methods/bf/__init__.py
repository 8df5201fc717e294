"""BF: the optimum over all orders and splits of given paths, with a proven lower bound."""

from planner_core.methods.bf.solve import OPTIMAL_GAP, Answer, Effort, solve

__all__ = ["OPTIMAL_GAP", "Answer", "Effort", "solve"]
