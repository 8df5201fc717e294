"""Networks while they are drawn: nodes with ports and attributes, perhaps not yet fit to be planned."""

from planner_core.draft.inference import Inference, infer
from planner_core.draft.kinds import KINDS, FieldSpec, Kind
from planner_core.draft.model import Draft, Node
from planner_core.draft.problems import Fix, Problem

__all__ = ["KINDS", "Draft", "FieldSpec", "Fix", "Inference", "Kind", "Node", "Problem", "infer"]
